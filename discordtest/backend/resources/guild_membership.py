"""Coming to a guild and going from it: joining, leaving, being kicked, bots that are authorised.

A person joins by ``join_guild``, a bot by ``add_bot``; thousands of members at once come by ``add_members``.
Source: Discord's documentation, Guild ("Remove Guild Member", "Delete Guild Integration", "Guild Member Object",
"Guild Member Flags", "Guild Features", "Incidents Data Object"), Channel ("Create Channel Invite"), User ("Leave
Guild"), OAuth2 ("Bot Authorization Flow") and Permissions ("Role Tags Structure").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from discordtest.backend import audit, reasons
from discordtest.backend.audit import Action
from discordtest.backend.body import Array, Boolean, Integer, Object, Snowflake, String, Timestamp
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import ALL, Permission
from discordtest.backend.resources import voice
from discordtest.backend.resources.auto_moderation_execution import screen_profile
from discordtest.backend.resources.guild_boost import drop_boosts
from discordtest.backend.resources.guild_create import tell_guild_create
from discordtest.backend.resources.guild_integration import (
    add_integration,
    drop_integration,
    drop_webhooks,
)
from discordtest.backend.resources.guild_member import MAX_NICK
from discordtest.backend.resources.guild_member_build import new_member, tell_update
from discordtest.backend.resources.guild_role import find_role, insert_role, new_role, remove_role
from discordtest.backend.resources.invite import find_way_in, roles_of, use_invite
from discordtest.backend.resources.message_build import create_system_message
from discordtest.backend.resources.thread import remove_members
from discordtest.backend.rest import Call, operation, route
from discordtest.backend.world import Record, World

__all__ = ["add_member", "add_members", "remove_member"]

MAX_GUILDS = 100  # of a person
DID_REJOIN = 1 << 0  # member flag
USER_JOIN = 7  # message type
SUPPRESS_JOIN_MESSAGES = 1 << 0  # system channel flag


# -- coming


def add_member(call: Call, guild: Record, user: Record, **fields: object) -> Record:
    """Put the user into the guild and tell those who may know; ``fields`` are of the member's record."""
    guild_id = guild["id"]
    member = new_member(user, call.timestamp())
    member.update(fields)
    if user["id"] in call.world.former_members.get(guild_id, ()):
        member["flags"] |= DID_REJOIN
    call.world.members[guild_id][user["id"]] = member
    others = [bot_id for bot_id in call.world.bots_of(guild_id) if bot_id != user["id"]]
    event = {**member, "guild_id": guild_id}
    call.world.emit("GUILD_MEMBER_ADD", event, guild=guild_id, users=others)
    if user.get("bot"):
        tell_guild_create(call.world, guild, user["id"])
    return member


def add_members(
    call: Call, guild: Record, users: Iterable[Record], roles: Collection[str] = ()
) -> list[Record]:
    """Put many people into the guild at once; a few microseconds each while nobody is connected."""
    guild_id, table, joined_at = guild["id"], call.world.members[guild["id"]], call.timestamp()
    former = call.world.former_members.get(guild_id, {})
    added = []
    for user in users:
        if user["id"] in table:
            continue
        table[user["id"]] = member = new_member(user, joined_at)
        member["roles"] = [*roles]
        member["flags"] = DID_REJOIN if user["id"] in former else 0
        added.append(member)
    if call.backend.gateway.sessions:
        for member in added:
            call.world.emit("GUILD_MEMBER_ADD", {**member, "guild_id": guild_id}, guild=guild_id)
    return added


JOIN = Object(
    {
        "invite": String(),  # the code
        "nick": String(max=MAX_NICK, null=True),
        "roles": Array(Snowflake()),
        "mute": Boolean(),
        "deaf": Boolean(),
        "pending": Boolean(),
        "flags": Integer(min=0),
        "premium_since": Timestamp(null=True),
        "communication_disabled_until": Timestamp(null=True),
    }
)


@operation("/{guild_id:any_guild}/{user_id}", body=JOIN)
def join_guild(call: Call, guild: Record, user: Record) -> Record:
    """Let a person join; only the narrator chooses what the new member has. A member stays what it is.

    An invite gives its roles, and is used once more.
    """
    world, guild_id, fields = call.world, guild["id"], call.body
    code = fields.pop("invite", None)
    known = world.members[guild_id].get(user["id"])
    if not call.actor.omnipotent:
        if call.actor.user_id != user["id"] or fields:
            raise reasons.reserved()
        if known is None:
            _check_open(world, guild)
    if known is not None:
        return known
    if user["id"] in world.bans[guild_id]:
        raise RestError(Code.USER_BANNED)
    if len(world.members[guild_id]) >= guild["max_members"]:
        raise RestError(Code.MAX_GUILD_MEMBERS)
    if sum(user["id"] in members for members in world.members.values()) >= MAX_GUILDS and not user.get("bot"):
        raise RestError(Code.MAX_GUILDS)
    for role_id in fields.get("roles", ()):
        find_role(call, role_id)
    if code is not None:
        fields["roles"] = [*fields.get("roles", ()), *roles_of(world, find_way_in(world, code))]
    member = add_member(call, guild, user, **fields)
    if code is not None:
        use_invite(world, code)
    _welcome(call, guild, user)
    screen_profile(call, guild_id)
    return member


@operation(
    "/{guild_id:any_guild}", body=Object({"user_ids": Array(Snowflake()), "roles": Array(Snowflake())})
)
def add_guild_members(call: Call, guild: Record) -> list[Record]:
    """Put many users into the guild at once, as only the narrator can."""
    call.require_narrator()
    users = call.world.users
    if any(user_id not in users for user_id in call.body["user_ids"]):
        raise RestError(Code.UNKNOWN_USER)
    roles = [find_role(call, role_id)["id"] for role_id in call.body.get("roles", ())]
    return add_members(call, guild, [users[user_id] for user_id in call.body["user_ids"]], roles)


ADD_BOT = Object({"permissions": Integer(min=0, default=0)})


@operation("/{guild_id}/{application_id:any_application}", permissions=Permission.MANAGE_GUILD, body=ADD_BOT)
def add_bot(call: Call, guild: Record, application: Record) -> Record:
    """Authorise an application's bot: its managed role holds ``permissions``, at most those of who adds it."""
    world, guild_id, bot = call.world, guild["id"], application["bot"]
    known = world.members[guild_id].get(bot["id"])
    if known is not None:
        return known
    if bot["id"] in world.bans[guild_id]:
        raise RestError(Code.USER_BANNED)
    permissions = call.body["permissions"] & call.permissions() & ALL
    roles = []
    if permissions:
        role = new_role(world.snowflake(), application["name"], permissions=permissions)
        role.update(managed=True, tags={"bot_id": bot["id"]})
        insert_role(call, guild_id, role)
        roles.append(role["id"])
    audit.write(call, guild_id, Action.BOT_ADD, bot["id"])
    member = add_member(call, guild, bot, roles=roles)
    add_integration(call, guild_id, application)
    _welcome(call, guild, bot)
    return member


def _welcome(call: Call, guild: Record, user: Record) -> None:
    """Say in the system channel that somebody has come; what the narrator arranges goes without."""
    channel = call.world.channels.get(guild["system_channel_id"] or "")
    if channel is None or call.actor.omnipotent or guild["system_channel_flags"] & SUPPRESS_JOIN_MESSAGES:
        return
    create_system_message(call, channel, USER_JOIN, user)


def _check_open(world: World, guild: Record) -> None:
    """Refuse a newcomer while the guild has paused its invites; which code Discord has for that is not documented."""
    until = (guild["incidents_data"] or {}).get("invites_disabled_until")
    is_paused = until is not None and datetime.fromisoformat(until) > world.wall_clock()
    if is_paused or "INVITES_DISABLED" in guild["features"]:
        why = f"{guild['name']!r} has paused its invites{f' until {until}' if is_paused else ''}"
        raise RestError(Code.GENERAL_ERROR, status=403, why=why)


CHANGE = Object({"pending": Boolean(), "avatar": String(null=True)})  # the avatar is a hash


@operation("/{guild_id}/{user_id:member}", body=CHANGE)
def change_member(call: Call, guild: Record, member: Record) -> None:
    """Change what only members do themselves, as the narrator: pass Membership Screening, choose an avatar."""
    call.require_narrator()
    if call.body.get("pending") and guild["owner_id"] == member["user"]["id"]:
        raise RestError(Code.OWNER_CANNOT_PENDING_MEMBER)
    if any(member[key] != value for key, value in call.body.items()):
        member.update(call.body)
        tell_update(call.world, guild["id"], member)


# -- going


def remove_member(call: Call, guild: Record, member: Record, action: Action | None = None) -> None:
    """Take a member out of the guild, its voice channel and its threads, and tell of it.

    ``action`` goes into the audit log. A bot takes its managed role with it, and is told that the guild is gone.
    """
    world, guild_id, user = call.world, guild["id"], member["user"]
    user_id = user["id"]
    voice.disconnect(world, guild_id, user_id)
    del world.members[guild_id][user_id]
    world.former_members.setdefault(guild_id, {})[user_id] = None
    for thread in world.threads[guild_id].values():
        remove_members(world, thread, (user_id,))
    if action is not None:
        audit.write(call, guild_id, action, user_id)
    event = {"guild_id": guild_id, "user": user}
    world.emit("GUILD_MEMBER_REMOVE", event, guild=guild_id)
    drop_boosts(world, guild_id, user_id)
    if user.get("bot"):
        for role in [role for role in world.roles[guild_id].values() if _is_of(role, user_id)]:
            remove_role(world, guild_id, role)
        drop_integration(world, guild_id, user_id)
        world.emit("GUILD_DELETE", {"id": guild_id}, guild=guild_id, users=(user_id,))


def _is_of(role: Record, bot_id: str) -> bool:
    return bool(role.get("tags", {}).get("bot_id") == bot_id)


@route(
    "DELETE",
    "/guilds/{guild_id}/members/{user_id:member}",
    permissions=Permission.KICK_MEMBERS,
)
def delete_guild_member(call: Call, guild: Record, member: Record) -> None:
    """Kick a member who stands lower; the owner of the guild can't be kicked."""
    if member["user"]["id"] == guild["owner_id"]:
        raise reasons.beneath(call.world, guild["id"], call.actor.user_id, guild["owner_id"])
    call.require_above(guild["id"], member["user"]["id"])
    remove_member(call, guild, member, Action.MEMBER_KICK)


@route(
    "DELETE",
    "/guilds/{guild_id}/integrations/{integration_id:integration}",
    permissions=Permission.MANAGE_GUILD,
)
def delete_guild_integration(call: Call, guild: Record, integration: Record) -> None:
    """Take an application out of the guild: its bot is kicked, the webhooks that it made are deleted."""
    audit.write(call, guild["id"], Action.INTEGRATION_DELETE, integration["id"])
    drop_webhooks(call.world, guild["id"], integration["application_id"])
    remove_member(call, guild, call.world.members[guild["id"]][integration["account"]["id"]])


@route("DELETE", "/users/@me/guilds/{guild_id:any_guild}")
def leave_guild(call: Call, guild: Record) -> None:
    """Leave a guild; its owner can't."""
    member = call.world.members[guild["id"]].get(call.actor.user_id)
    if member is None:
        raise RestError(Code.UNKNOWN_GUILD)
    if guild["owner_id"] == call.actor.user_id:
        raise RestError(Code.INVALID_GUILD)
    remove_member(call, guild, member)


@operation("/{guild_id}/{user_id:member}")
def remove_guild_member(call: Call, guild: Record, member: Record) -> None:
    """Take a member out without a trace in the audit log: the member left, as the narrator tells it."""
    call.require_narrator()
    if member["user"]["id"] == guild["owner_id"]:
        raise RestError(Code.INVALID_GUILD)
    remove_member(call, guild, member)
