"""Pinned messages.

Source: Discord's documentation, Message ("Get Channel Pins" to "Unpin Message (deprecated)") and Gateway Events
("Channel Pins Update").
"""

from __future__ import annotations

from datetime import datetime

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.body import Integer, Object, Timestamp
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.message import channel_bits, viewer
from discordtest.backend.resources.message_build import create_system_message
from discordtest.backend.resources.message_edit import emit_update
from discordtest.backend.resources.message_reference import WRITTEN
from discordtest.backend.resources.message_render import render_message
from discordtest.backend.resources.message_thread import check_active
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record

__all__ = ["MAX_PINS"]

MAX_PINS = 250  # of a channel
MAX_PAGE = 50
CHANNEL_PINNED_MESSAGE = 6  # message type


@route(
    "PUT",
    "/channels/{channel_id}/messages/pins/{message_id}",
    permissions=Permission.PIN_MESSAGES,
    status=204,
)
def create_pin(call: Call, channel: Record, message: Record) -> None:
    world = call.world
    pins = world.pins.setdefault(channel["id"], {})
    check_active(channel)
    if message["type"] not in WRITTEN:
        raise RestError(Code.CANNOT_EXECUTE_ON_SYSTEM_MESSAGE)
    if message["id"] in pins:
        return
    if len(pins) >= MAX_PINS:
        raise RestError(Code.MAX_PINS)
    pins[message["id"]] = channel["last_pin_timestamp"] = call.timestamp()
    _tell(call, channel, message, Action.MESSAGE_PIN)
    reference = {"type": 0, "channel_id": channel["id"], "message_id": message["id"]}
    if channel.get("guild_id") is not None:
        reference["guild_id"] = channel["guild_id"]
    author = world.users[call.actor.user_id]
    create_system_message(call, channel, CHANNEL_PINNED_MESSAGE, author, message_reference=reference)


@route(
    "DELETE",
    "/channels/{channel_id}/messages/pins/{message_id}",
    permissions=Permission.PIN_MESSAGES,
    status=204,
)
def delete_pin(call: Call, channel: Record, message: Record) -> None:
    pins = call.world.pins.get(channel["id"], {})
    check_active(channel)
    if pins.pop(message["id"], None) is None:
        return
    channel["last_pin_timestamp"] = max(pins.values(), default=None)
    _tell(call, channel, message, Action.MESSAGE_UNPIN)


def _tell(call: Call, channel: Record, message: Record, action: Action) -> None:
    """Note on the message whether it is pinned; audit and emit the change."""
    world, guild_id = call.world, channel.get("guild_id")
    message["pinned"] = action == Action.MESSAGE_PIN
    event = {"channel_id": channel["id"], "last_pin_timestamp": channel["last_pin_timestamp"]}
    if guild_id is not None:
        options = {"channel_id": channel["id"], "message_id": message["id"]}
        audit.write(call, guild_id, action, message["author"]["id"], options=options)
    emit_update(world, channel, message)
    world.emit_in(channel, "CHANNEL_PINS_UPDATE", event)


LIST_PINS = Object({"before": Timestamp(null=True), "limit": Integer(min=1, max=MAX_PAGE, default=MAX_PAGE)})


@route("GET", "/channels/{channel_id}/messages/pins", query=LIST_PINS)
def list_pins(call: Call, channel: Record) -> Record:
    world, before, limit = call.world, call.query.get("before"), call.query["limit"]
    if not channel_bits(call, channel) & Permission.READ_MESSAGE_HISTORY:
        return {"items": [], "has_more": False}
    pins = sorted(world.pins.get(channel["id"], {}).items(), key=lambda pin: pin[1], reverse=True)
    if before is not None:
        moment = datetime.fromisoformat(before)
        pins = [pin for pin in pins if datetime.fromisoformat(pin[1]) < moment]
    messages = world.messages[channel["id"]] if pins else {}
    items = [
        {"pinned_at": at, "message": render_message(world, messages[message_id], viewer(call))}
        for message_id, at in pins[:limit]
    ]
    return {"items": items, "has_more": len(pins) > limit}


# -- the routes of before


@route("GET", "/channels/{channel_id}/pins")
def deprecated_list_pins(call: Call, channel: Record) -> list[Record]:
    """List the messages alone, as many as are on the first page of the newer route."""
    call.query = {"limit": MAX_PAGE}
    return [pin["message"] for pin in list_pins(call, channel)["items"]]


@route("PUT", "/channels/{channel_id}/pins/{message_id}", permissions=Permission.PIN_MESSAGES, status=204)
def deprecated_create_pin(call: Call, channel: Record, message: Record) -> None:
    create_pin(call, channel, message)


@route("DELETE", "/channels/{channel_id}/pins/{message_id}", permissions=Permission.PIN_MESSAGES, status=204)
def deprecated_delete_pin(call: Call, channel: Record, message: Record) -> None:
    delete_pin(call, channel, message)
