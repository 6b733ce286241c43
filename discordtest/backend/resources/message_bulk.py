"""Deleting many messages at once, and publishing the messages of an announcement channel.

Source: Discord's documentation, Message ("Bulk Delete Messages", "Crosspost Message").
"""

from __future__ import annotations

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.body import Array, Object, Snowflake
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.channel_types import ANNOUNCEMENT
from discordtest.backend.resources.message import channel_bits, forget_message, viewer
from discordtest.backend.resources.message_crosspost import CROSSPOSTED
from discordtest.backend.resources.message_edit import emit_update
from discordtest.backend.resources.message_reference import WRITTEN
from discordtest.backend.resources.message_render import render_message
from discordtest.backend.resources.message_thread import check_may_delete
from discordtest.backend.resources.webhook_execute import deliver
from discordtest.backend.rest import Call, route
from discordtest.backend.world import DISCORD_EPOCH, Record, World

__all__: list[str] = []

MIN_BULK, MAX_BULK = 2, 100
MAX_AGE = 14 * 24 * 3600 * 1000  # milliseconds


@route(
    "POST",
    "/channels/{channel_id}/messages/bulk-delete",
    permissions=Permission.MANAGE_MESSAGES,
    body=Object({"messages": Array(Snowflake(), unique=True, required=True)}),
    status=204,
)
def bulk_delete_messages(call: Call, channel: Record) -> None:
    world, guild_id, ids = call.world, channel.get("guild_id"), call.body["messages"]
    if guild_id is None:
        raise RestError(Code.CANNOT_EXECUTE_ON_DM)
    if not MIN_BULK <= len(ids) <= MAX_BULK:
        raise RestError(Code.BULK_DELETE_COUNT)
    oldest = _oldest_deletable(world)
    if any(int(message_id) < oldest for message_id in ids):
        raise RestError(Code.MESSAGE_TOO_OLD_TO_BULK_DELETE)
    check_may_delete(channel, channel_bits(call, channel))
    table = world.messages.get(channel["id"], {})
    found = [message_id for message_id in ids if message_id in table]
    for message_id in found:
        forget_message(world, channel, message_id)
    if not found:
        return
    options = {"count": len(found)}
    audit.write(call, guild_id, Action.MESSAGE_BULK_DELETE, channel["id"], options=options)
    world.emit_in(channel, "MESSAGE_DELETE_BULK", {"ids": found, "channel_id": channel["id"]})


def _oldest_deletable(world: World) -> int:
    """Return the smallest id that a message of the last 14 days can have."""
    now = int(world.wall_clock().timestamp() * 1000)
    return now - MAX_AGE - DISCORD_EPOCH << 22


@route(
    "POST",
    "/channels/{channel_id}/messages/{message_id}/crosspost",
    permissions=Permission.SEND_MESSAGES,
)
def crosspost_message(call: Call, channel: Record, message: Record) -> Record:
    if channel["type"] != ANNOUNCEMENT:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    if message["author"]["id"] != call.actor.user_id:
        call.require(Permission.MANAGE_MESSAGES, channel)
    if message["type"] not in WRITTEN:
        raise RestError(Code.INVALID_MESSAGE_TYPE)
    if message["flags"] & CROSSPOSTED:
        raise RestError(Code.ALREADY_CROSSPOSTED)
    message["flags"] |= CROSSPOSTED
    emit_update(call.world, channel, message)
    deliver(call, message)
    return render_message(call.world, message, viewer(call))
