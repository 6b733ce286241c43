"""What people do in guilds: come and go, kick, ban, time out, mute, change nicknames and roles."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from discord.utils import MISSING

from discordtest import checking, finding, given, refusals, views
from discordtest import names as naming
from discordtest.act.acting import Acting, act, guild_of, person, user_of
from discordtest.backend import codes, permissions
from discordtest.backend.resources import invite as invites
from discordtest.errors import SetupError
from discordtest.verbs import verb

if TYPE_CHECKING:
    import discord

    from discordtest.backend.world import Record, World
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["ModerationVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ModerationVerbs(Acting):
    """The verbs about guilds and their members.

    The guild is that of a Member who is passed; with users alone, the one that they share, or ``guild``.
    """

    # -- coming and going

    @verb
    async def join(
        self, who: Id, guild: discord.Guild | Id, invite: discord.Invite | str | None = None
    ) -> discord.Member:
        """Join a guild; ``invite`` (or its code) counts one use more, and gives its roles."""
        scene, actor, guild_id = self._scene, person(self._scene, who), guild_of(self._scene, guild)
        world = scene.backend.world
        code = None if invite is None else str(getattr(invite, "code", invite)).rstrip("/").rpartition("/")[2]
        if code is not None:
            _check_invite(scene, code, guild_id)
        if actor.user_id in world.members[guild_id]:
            raise SetupError(
                f"{world.users[actor.user_id]['username']} is in {world.guilds[guild_id]['name']!r} already, so "
                "nothing would happen: let somebody of make_user join"
            )
        text = f"joins {world.guilds[guild_id]['name']!r}"
        body = {} if code is None else {"invite": code}
        act(scene, actor, text, "join_guild", guild_id, actor.user_id, body=body)
        await scene.settle()
        return views.views_of(scene).member(guild_id, actor.user_id)

    @verb
    async def leave(self, who: Id, guild: discord.Guild | Id | None = None) -> None:
        """Leave a guild."""
        scene, actor, guild_id = self._scene, person(self._scene, who), guild_of(self._scene, guild, who)
        text = f"leaves {scene.backend.world.guilds[guild_id]['name']!r}"
        act(scene, actor, text, "leave_guild", guild_id)

    @verb
    async def add_bot(
        self,
        who: Id,
        guild: discord.Guild | Id,
        client: discord.Client | None = None,
        permissions: discord.Permissions | int | None = None,
    ) -> None:
        """Add the bot of a client to a guild, by default of ``self.client`` with ``bot_permissions``."""
        scene, guild_id = self._scene, guild_of(self._scene, guild)
        application = scene.application_of(client)
        allowed = scene.bot_permissions if permissions is None else given.bits(permissions)
        text = f"adds {application['name']} to {scene.backend.world.guilds[guild_id]['name']!r}"
        path = guild_id, application["id"]
        act(scene, person(scene, who), text, "add_bot", *path, body={"permissions": allowed})

    # -- moderation

    @verb
    async def kick(self, who: Id, member: Id, reason: str | None = None, *, guild: Id | None = None) -> None:
        """Kick a member."""
        _on_member(self._scene, who, member, guild, "kicks {}", "delete_guild_member", reason=reason)

    @verb
    async def ban(
        self,
        who: Id,
        member: Id,
        reason: str | None = None,
        *,
        guild: Id | None = None,
        delete_message_seconds: int = 0,
    ) -> None:
        """Ban a member, or with ``guild`` any user."""
        body = {"delete_message_seconds": delete_message_seconds}
        _on_member(
            self._scene, who, member, guild, "bans {}", "ban_user_from_guild", body=body, reason=reason
        )

    @verb
    async def unban(self, who: Id, user: Id, reason: str | None = None, *, guild: Id | None = None) -> None:
        """Lift a ban."""
        scene = self._scene
        guild_id = guild_of(scene, guild, who)
        _on_member(scene, who, user, guild_id, "unbans {}", "unban_user_from_guild", reason=reason)

    @verb
    async def timeout(
        self,
        who: Id,
        member: Id,
        duration: timedelta | float | datetime | None,
        reason: str | None = None,
        *,
        guild: Id | None = None,
    ) -> None:
        """Time a member out, for a timedelta or seconds, or until a moment; None ends it."""
        scene = self._scene
        if isinstance(duration, (int, float)):
            duration = timedelta(seconds=checking.seconds_of("timeout", duration))
        if not isinstance(duration, timedelta | datetime | None):
            raise TypeError(f"a time-out lasts a timedelta or seconds, or until a datetime, not {duration!r}")
        until = duration
        if isinstance(duration, timedelta):
            until = scene.backend.world.wall_clock() + duration
        body = {"communication_disabled_until": given.iso(until if isinstance(until, datetime) else None)}
        text = "ends the time-out of {}" if duration is None else f"times {{}} out for {duration}"
        _edit(scene, who, member, guild, text, body, reason)

    @verb
    async def set_nick(
        self, who: Id, member: Id, nick: str | None, reason: str | None = None, *, guild: Id | None = None
    ) -> None:
        """Change a nickname, one's own too; None takes it away."""
        scene, body = self._scene, {"nick": nick}
        actor = person(scene, who)
        if actor.user_id != user_of(scene, member)["id"]:
            _edit(scene, who, member, guild, f"calls {{}} {nick!r}", body, reason)
            return
        guild_id = guild_of(scene, guild, member, who)
        text = f"calls themselves {nick!r}{_because(reason)}"
        act(scene, actor, text, "update_my_guild_member", guild_id, body=body, reason=reason)

    @verb
    async def edit_member(
        self,
        who: Id,
        member: Id,
        *,
        mute: bool | None = None,
        deafen: bool | None = None,
        suppress: bool | None = None,
        voice_channel: discord.VoiceChannel | discord.StageChannel | Id | None = MISSING,
        reason: str | None = None,
        guild: Id | None = None,
    ) -> None:
        """Mute or deafen a member who is in voice, move them to another channel, or put them out (None).

        On a stage ``suppress=False`` invites somebody to speak, and True sends a speaker back. The keywords are those
        of ``discord.Member.edit``; what is not passed stays.
        """
        scene = self._scene
        world, guild_id = scene.backend.world, guild_of(scene, guild, member, who)
        body: Record = given.without_none(mute=mute, deaf=deafen)
        done = [f"{key}={value}" for key, value in given.without_none(mute=mute, deafen=deafen).items()]
        if voice_channel is not MISSING:
            body["channel_id"], place = None, "None"
            if voice_channel is not None:
                kinds = permissions.VOICE_TYPES
                body["channel_id"] = finding.find_channel(world, voice_channel, guild_id, kinds)
                place = naming.channel_name(world, body["channel_id"])
            done.append(f"voice_channel={place}")
        if body:
            _edit(scene, who, member, guild_id, f"edits {{}}: {', '.join(done)}", body, reason)
        if suppress is not None:
            user_id = user_of(scene, member)["id"]
            state = world.voice_states[guild_id].get(user_id)
            if state is None:
                raise SetupError(f"{world.users[user_id]['username']} is in no voice channel")
            body = {"channel_id": state["channel_id"], "suppress": suppress}
            text = f"edits {{}}: suppress={suppress}"
            _on_member(scene, who, member, guild_id, text, "update_voice_state", body=body, reason=reason)

    @verb
    async def add_role(self, who: Id, member: Id, role: discord.Role | Id, reason: str | None = None) -> None:
        """Give a member a role."""
        _role(self._scene, who, member, role, "gives {} the role {}", "add_guild_member_role", reason)

    @verb
    async def remove_role(
        self, who: Id, member: Id, role: discord.Role | Id, reason: str | None = None
    ) -> None:
        """Take a role from a member."""
        text = "takes from {} the role {}"
        _role(self._scene, who, member, role, text, "delete_guild_member_role", reason)


def _check_invite(scene: Scene, code: str, guild_id: str) -> None:
    try:
        invite = invites.find_way_in(scene.backend.world, code)
    except codes.RestError as error:
        raise refusals.setup_error(f"join by the invite {code!r}", error) from None
    if invite["guild_id"] != guild_id:
        guild = scene.backend.world.guilds[invite["guild_id"]]
        raise SetupError(f"the invite {code!r} leads to {guild['name']!r}")


def _on_member(
    scene: Scene, who: Id, member: Id, guild: Id | None, text: str, operation: str, **options: Any
) -> None:
    user = user_of(scene, member)
    guild_id = guild_of(scene, guild, member, who)
    text = text.format(user["username"]) + _because(options.get("reason"))
    act(scene, person(scene, who), text, operation, guild_id, user["id"], **options)


def _edit(
    scene: Scene, who: Id, member: Id, guild: Id | None, text: str, body: Record, reason: str | None
) -> None:
    _on_member(scene, who, member, guild, text, "update_guild_member", body=body, reason=reason)


def _role(scene: Scene, who: Id, member: Id, role: Id, text: str, operation: str, reason: str | None) -> None:
    world, user = scene.backend.world, user_of(scene, member)
    guild_id = None if finding.is_name(role) else _guild_of_role(world, given.id_of(role))
    guild_id = guild_id or guild_of(scene, None, member, who)
    role_id = finding.find_role(world, role, guild_id)
    said = text.format(user["username"], world.roles[guild_id][role_id]["name"]) + _because(reason)
    act(scene, person(scene, who), said, operation, guild_id, user["id"], role_id, reason=reason)


def _guild_of_role(world: World, role_id: str) -> str | None:
    return next((guild_id for guild_id, roles in world.roles.items() if role_id in roles), None)


def _because(reason: str | None) -> str:
    return "" if reason is None else f" ({reason})"
