"""Replies and forwards: what a new message refers to.

A reply keeps the reference alone, and who looks sees the message as it is then; a forward keeps a copy.
Source: Discord's documentation, Message ("Message Reference Types", "Message Snapshot Structure").
"""

from __future__ import annotations

from dataclasses import dataclass

from discordtest.backend import reasons
from discordtest.backend.body import invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, channel_permissions, visible
from discordtest.backend.resources.message_render import is_hidden, may_read_content
from discordtest.backend.rest import Call
from discordtest.backend.world import Record, World

__all__ = ["FORWARD", "REPLY", "WRITTEN", "Reference", "find_reference"]

FORWARD = 1
HAS_SNAPSHOT = 1 << 14
REPLY = 19  # message type
#: the types of messages that people and bots write, which alone can be answered
WRITTEN = frozenset((0, REPLY, 20, 23))
_READ_HISTORY = int(Permission.READ_MESSAGE_HISTORY)
_COPIED = (
    *("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp", "flags", "mentions"),
    *("mention_roles", "components", "sticker_items"),
)


@dataclass(slots=True)
class Reference:
    """A checked ``message_reference``: its type, and the message that it is about."""

    type: int
    target: Record
    guild_id: str | None

    @property
    def author(self) -> Record | None:
        """Whom a reply answers; None for a forward."""
        found: Record | None = None if self.type == FORWARD else self.target["author"]
        return found

    def apply(self, world: World, message: Record) -> None:
        """Make the new message a reply or a forward."""
        target = self.target
        reference = {"type": self.type, "channel_id": target["channel_id"], "message_id": target["id"]}
        if self.guild_id is not None:
            reference["guild_id"] = self.guild_id
        message["message_reference"] = reference
        if self.type != FORWARD:
            message["type"] = REPLY
            return
        message["flags"] |= HAS_SNAPSHOT
        copied = {key: target[key] for key in _COPIED if key in target}
        message["message_snapshots"] = target.get("message_snapshots") or [{"message": copied}]


def find_reference(call: Call, channel: Record, body: Record, permissions: int) -> Reference | None:
    """Return what the new message refers to; None for a reply to nothing that need not exist."""
    wanted = body["message_reference"]
    if wanted.get("type") == FORWARD:
        return _forward(call, body, wanted)
    if not permissions & _READ_HISTORY:
        raise RestError(Code.CANNOT_REPLY_WITHOUT_HISTORY)
    elsewhere = (wanted.get("channel_id") or channel["id"]) != channel["id"]
    target = None if elsewhere else call.world.messages.get(channel["id"], {}).get(wanted["message_id"])
    if target is None:
        if wanted.get("fail_if_not_exists") is False:
            return None
        raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    if target["type"] not in WRITTEN:
        message = "Cannot reply to a system message"
        raise invalid("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", message)
    return Reference(0, target, channel.get("guild_id"))


def _forward(call: Call, body: Record, wanted: Record) -> Reference:
    world = call.world
    source = world.channels.get(wanted.get("channel_id") or "")
    if source is None:
        raise invalid("message_reference", "MESSAGE_REFERENCE_UNKNOWN_CHANNEL", "Unknown channel")
    if not call.actor.omnipotent:
        if not visible(world, source, call.actor.user_id):
            raise reasons.hidden(world, call.actor.user_id, source)
        guild_id = source.get("guild_id")
        if guild_id and not channel_permissions(world, source, call.actor.user_id) & _READ_HISTORY:
            raise RestError(Code.MISSING_ACCESS, why=call.lacking(_READ_HISTORY, source).why)
    target = world.messages.get(source["id"], {}).get(wanted["message_id"])
    if target is None:
        raise invalid("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
    if target["type"] not in WRITTEN or "poll" in target:
        message = "This message cannot be forwarded"
        raise invalid("message_reference", "MESSAGE_REFERENCE_CANNOT_FORWARD", message)
    _check_readable(call, target)
    if call.files or any(body.get(key) for key in ("content", "embeds", "components", "sticker_ids", "poll")):
        message = "A forward carries nothing but the message that it forwards"
        raise invalid("message_reference", "MESSAGE_FORWARD_WITH_CONTENT", message)
    return Reference(FORWARD, target, source.get("guild_id"))


def _check_readable(call: Call, target: Record) -> None:
    """Refuse to carry on what the application may not read itself (Change Log of April 14, 2026)."""
    world, user_id = call.world, call.actor.user_id
    if (
        not call.actor.omnipotent
        and not may_read_content(world, user_id)
        and is_hidden(world, target, user_id)
    ):
        why = "the application lacks the intent message_content in the developer portal (approved_intents)"
        raise RestError(Code.CANNOT_FORWARD_UNREADABLE, why=why)
