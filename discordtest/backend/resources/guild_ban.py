"""Bans: who may not come back to a guild, and the messages that go with them.

Source: Discord's documentation, Guild ("Ban Object", "Get Guild Bans", "Create Guild Ban", "Bulk Guild Ban") and
Gateway Events ("Guild Ban Add", "Guild Ban Remove").
"""

from __future__ import annotations

from datetime import datetime, timedelta

from discordtest.backend import audit, reasons
from discordtest.backend.audit import Action
from discordtest.backend.body import Array, Integer, Object, Snowflake
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import BAN_READERS, Permission, bots_with, outranks
from discordtest.backend.resources.guild_membership import remove_member
from discordtest.backend.resources.message import forget_message
from discordtest.backend.resources.paging import page, page_query
from discordtest.backend.rest import Call, find_in, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["find_ban"]

MAX_LISTED = 1000
MAX_SECONDS = 604_800  # of messages that are deleted: a week
MAX_DAYS = 7
MAX_AT_ONCE = 200

_SECONDS = Integer(min=0, max=MAX_SECONDS, null=True)
BAN = Object(
    {"delete_message_seconds": _SECONDS, "delete_message_days": Integer(min=0, max=MAX_DAYS, null=True)}
)
BULK_BAN = Object(
    {
        "user_ids": Array(Snowflake(), min=1, max=MAX_AT_ONCE, unique=True, required=True),
        "delete_message_seconds": _SECONDS,
    }
)


@parameter("ban")
def find_ban(call: Call, text: str) -> Record:
    """Find a ban of the guild of this call by the user's id."""
    return find_in(call.world.bans[call.found["guild"]["id"]], text, Code.UNKNOWN_BAN)


@route(
    "GET",
    "/guilds/{guild_id}/bans",
    permissions=Permission.BAN_MEMBERS,
    query=page_query(MAX_LISTED, MAX_LISTED),
)
def list_guild_bans(call: Call, guild: Record) -> list[Record]:
    bans = call.world.bans[guild["id"]]
    return [bans[user_id] for user_id in page(bans, call.query)]


@route("GET", "/guilds/{guild_id}/bans/{user_id:ban}", permissions=Permission.BAN_MEMBERS)
def get_guild_ban(call: Call, guild: Record, ban: Record) -> Record:
    return ban


@route(
    "PUT",
    "/guilds/{guild_id}/bans/{user_id}",
    permissions=Permission.BAN_MEMBERS,
    query=BAN,
    body=BAN,
)
def ban_user_from_guild(call: Call, guild: Record, user: Record) -> None:
    """Ban a user, in the guild or not. discord.py sends the seconds in the query, the API takes both."""
    if not _may_ban(call, guild, user["id"]):
        raise reasons.beneath(call.world, guild["id"], call.actor.user_id, user["id"])
    if user["id"] in call.world.bans[guild["id"]]:
        return
    given = {**call.query, **call.body}
    seconds = given.get("delete_message_seconds") or (given.get("delete_message_days") or 0) * 86_400
    _ban(call, guild, user)
    delete_messages(call, guild, {user["id"]}, seconds)


def _may_ban(call: Call, guild: Record, user_id: str) -> bool:
    if user_id == guild["owner_id"]:
        return False
    if call.actor.omnipotent or user_id not in call.world.members[guild["id"]]:
        return True
    return outranks(call.world, guild["id"], call.actor.user_id, user_id)


def _ban(call: Call, guild: Record, user: Record) -> None:
    world, guild_id = call.world, guild["id"]
    world.bans[guild_id][user["id"]] = {"user": user, "reason": call.reason}
    audit.write(call, guild_id, Action.MEMBER_BAN_ADD, user["id"])
    _tell(world, "GUILD_BAN_ADD", guild_id, user)
    member = world.members[guild_id].get(user["id"])
    if member is not None:
        remove_member(call, guild, member)


def _tell(world: World, name: str, guild_id: str, user: Record) -> None:
    """Tell the bots that may ban, or see the audit log."""
    readers = bots_with(world, guild_id, BAN_READERS)
    world.emit(name, {"guild_id": guild_id, "user": user}, guild=guild_id, users=readers)


def delete_messages(call: Call, guild: Record, user_ids: set[str], seconds: int) -> None:
    """Delete what the users wrote in the guild in the last ``seconds``, channel by channel."""
    if not seconds:
        return
    world, guild_id = call.world, guild["id"]
    oldest = world.wall_clock() - timedelta(seconds=seconds)
    for channel_id in (*world.guild_channels[guild_id], *world.threads[guild_id]):
        channel = world.channels[channel_id]
        found = [
            message["id"]
            for message in world.messages.get(channel_id, {}).values()
            if message["author"]["id"] in user_ids and datetime.fromisoformat(message["timestamp"]) >= oldest
        ]
        for message_id in found:
            forget_message(world, channel, message_id)
        if found:
            world.emit_in(channel, "MESSAGE_DELETE_BULK", {"ids": found, "channel_id": channel_id})


@route(
    "DELETE",
    "/guilds/{guild_id}/bans/{user_id:ban}",
    permissions=Permission.BAN_MEMBERS,
    status=204,
)
def unban_user_from_guild(call: Call, guild: Record, ban: Record) -> None:
    guild_id, user = guild["id"], ban["user"]
    del call.world.bans[guild_id][user["id"]]
    audit.write(call, guild_id, Action.MEMBER_BAN_REMOVE, user["id"])
    _tell(call.world, "GUILD_BAN_REMOVE", guild_id, user)


@route(
    "POST",
    "/guilds/{guild_id}/bulk-ban",
    permissions=Permission.BAN_MEMBERS | Permission.MANAGE_GUILD,
    body=BULK_BAN,
)
def bulk_ban_users_from_guild(call: Call, guild: Record) -> Record:
    """Ban many users; who can't be banned or is already is told apart. 500000 when nobody was banned."""
    world = call.world
    wanted: list[str] = call.body["user_ids"]
    banned = [
        user_id
        for user_id in wanted
        if user_id in world.users
        and user_id not in world.bans[guild["id"]]
        and user_id != call.actor.user_id
        and _may_ban(call, guild, user_id)
    ]
    if not banned:
        raise RestError(Code.FAILED_BAN_USERS)
    for user_id in banned:
        _ban(call, guild, world.users[user_id])
    delete_messages(call, guild, set(banned), call.body.get("delete_message_seconds") or 0)
    return {"banned_users": banned, "failed_users": [user_id for user_id in wanted if user_id not in banned]}
