"""Changes to members and users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.arrange.building import Arranging, perform, role_ids_of, show, stage, user_id_of
from discordtest.control.changing import UNCHANGED, announced
from discordtest.finding import find_in_guilds
from discordtest.given import iso

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import discord

    from discordtest.given import Id

__all__ = ["MemberChanges"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class MemberChanges(Arranging):
    """What changes members and users."""

    def update_member(
        self,
        member: discord.Member | Id,
        nick: str | None = None,
        roles: Iterable[Id] | None = None,
        *,
        timed_out_until: datetime | None = UNCHANGED,
        pending: bool | None = None,
        avatar: str | None = UNCHANGED,
    ) -> discord.Member:
        """Change a ``member`` and send GUILD_MEMBER_UPDATE, so that ``on_member_update`` runs; return the member.

        ``nick=""`` takes the nickname away; ``roles`` are all that the member has from now on; ``timed_out_until``
        is an aware datetime, None ends a time-out; ``pending=False`` is who has passed Membership Screening;
        ``avatar`` is the hash of one for this guild alone, None takes it away. None for the others changes nothing.

        Raises `SetupError` for a member who is not here, and for what Discord does not allow.
        """
        scene = stage(self._scene)
        world = scene.backend.world
        guild_id, record = find_in_guilds(world, world.members, member, "member")
        user_id = record["user"]["id"]
        body: dict[str, Any] = {}
        if nick is not None:
            body["nick"] = nick
        if roles is not None:
            body["roles"] = role_ids_of(scene, guild_id, roles)
        if timed_out_until is not UNCHANGED:
            body["communication_disabled_until"] = iso(timed_out_until)
        with announced(scene, "GUILD_MEMBER_UPDATE", guild_id, lambda: {**record, "guild_id": guild_id}):
            doing = f"update_member({member})"
            perform(scene, doing, "update_guild_member", guild_id, user_id, body=body)
            own: dict[str, Any] = {"pending": pending} if pending is not None else {}
            if avatar is not UNCHANGED:
                own["avatar"] = avatar
            if own:
                perform(scene, doing, "change_member", guild_id, user_id, body=own)
        return show(scene).member(guild_id, user_id)

    def update_user(
        self,
        user: discord.abc.User | Id,
        username: str | None = None,
        *,
        global_name: str | None = UNCHANGED,
        avatar: str | None = UNCHANGED,
    ) -> discord.User:
        """Change a ``user`` as they do in their settings, so that ``on_user_update`` runs; return the user.

        ``avatar`` is a hash as in payloads; None takes the avatar or the ``global_name`` away. Bots hear of it by the
        GUILD_MEMBER_UPDATE of each guild that the user is in.

        Raises `SetupError` for a user who is not here, and for a name that Discord does not allow.
        """
        scene = stage(self._scene)
        user_id = user_id_of(scene, user)
        given: dict[str, Any] = {"global_name": global_name, "avatar": avatar}
        body = {key: value for key, value in given.items() if value is not UNCHANGED}
        if username is not None:
            body["username"] = username
        perform(scene, f"update_user({user})", "change_user", user_id, body=body)
        return show(scene).user(scene.backend.world.users[user_id])

    def delete_member(self, member: discord.Member | Id) -> None:
        """Let a ``member`` leave the guild: ``on_member_remove`` runs; of the bot itself, ``on_guild_remove``.

        Raises `SetupError` for a member who is not here, and for the owner of the guild.
        """
        scene = stage(self._scene)
        world = scene.backend.world
        guild_id, record = find_in_guilds(world, world.members, member, "member")
        perform(scene, f"delete_member({member})", "remove_guild_member", guild_id, record["user"]["id"])
        show(scene)
