"""Messages.

Source: Discord's documentation, Message ("Message Object", "Create Message").
"""

from __future__ import annotations

from discordtest.backend.body import Anything, Boolean, Object, String
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.rest import Call, parameter, route
from discordtest.backend.world import Record

__all__ = ["find_message"]


@parameter("message")
def find_message(call: Call, text: str) -> Record:
    """Find a message of the channel of this call."""
    message = call.world.messages.get(call.found["channel"]["id"], {}).get(text)
    if message is None:
        raise RestError(Code.UNKNOWN_MESSAGE)
    return message


CREATE_MESSAGE = Object(
    {
        "content": String(max=2000, null=True),
        "tts": Boolean(default=False),
        "nonce": Anything(null=True),
        "enforce_nonce": Boolean(),
    }
)


@route(
    "POST",
    "/channels/{channel_id}/messages",
    permissions=Permission.SEND_MESSAGES,
    body=CREATE_MESSAGE,
)
def create_message(call: Call, channel: Record) -> Record:
    world, body = call.world, call.body
    if not body.get("content"):
        raise RestError(Code.EMPTY_MESSAGE)
    message: Record = {
        "id": call.new_id(),
        "type": 0,
        "channel_id": channel["id"],
        "author": world.users[call.actor.user_id],
        "content": body["content"],
        "timestamp": call.timestamp(),
        "edited_timestamp": None,
        "tts": body["tts"],
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "flags": 0,
    }
    world.messages.setdefault(channel["id"], {})[message["id"]] = message
    channel["last_message_id"] = message["id"]
    event = {**message, "guild_id": channel.get("guild_id")}
    world.emit("MESSAGE_CREATE", event, guild=channel.get("guild_id"), channel=channel)
    return message


@route("GET", "/channels/{channel_id}/messages/{message_id}")
def get_message(call: Call, channel: Record, message: Record) -> Record:
    return message
