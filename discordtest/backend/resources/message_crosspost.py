"""Copies of published announcements in the channels that follow: edited with the original, and told when it goes.

Discord takes its time to bring an edit to all of them; here it is there at once. What a copy says once its original is
deleted is known from life.
Source: Discord's documentation, Message ("Message Flags", "Message Types": crosspost messages), and its support pages
("Announcement Channels").
"""

from __future__ import annotations

from collections.abc import Iterator

from discordtest.backend.resources.message_render import update_event
from discordtest.backend.world import Record, World

__all__ = ["COPIED", "CROSSPOSTED", "IS_CROSSPOST", "carry_deletion", "carry_edit", "followers"]

CROSSPOSTED, IS_CROSSPOST, SOURCE_MESSAGE_DELETED = 1 << 0, 1 << 1, 1 << 3  # message flags
CHANNEL_FOLLOWER = 2  # type of a webhook
COPIED = ("content", "embeds", "attachments", "components", "mentions", "mention_roles", "mention_everyone")
_DELETED = "[Original Message Deleted]"


def followers(world: World, channel_id: str) -> list[Record]:
    """Return the webhooks through which other channels follow this one."""
    return [
        webhook
        for webhook in world.webhooks.values()
        if webhook["type"] == CHANNEL_FOLLOWER
        and webhook["source_channel"]["id"] == channel_id
        and webhook["channel_id"] in world.channels
    ]


def carry_edit(world: World, message: Record) -> None:
    """Edit the copies of a published message as it was edited."""
    for copy in _copies(world, message):
        copy.update({key: message[key] for key in (*COPIED, "edited_timestamp")})
        _tell(world, copy)


def carry_deletion(world: World, message: Record) -> None:
    """Leave of the copies of a published message that it is deleted."""
    for copy in _copies(world, message):
        copy.update({key: type(copy[key])() for key in COPIED}, content=_DELETED)
        copy["flags"] |= SOURCE_MESSAGE_DELETED
        _tell(world, copy)


def _copies(world: World, message: Record) -> Iterator[Record]:
    for webhook in followers(world, message["channel_id"]):
        for copy in world.messages.get(webhook["channel_id"], {}).values():
            is_copy = copy["flags"] & IS_CROSSPOST and copy.get("webhook_id") == webhook["id"]
            if is_copy and copy["message_reference"]["message_id"] == message["id"]:
                yield copy


def _tell(world: World, copy: Record) -> None:
    channel = world.channels[copy["channel_id"]]
    event = update_event(world, copy, channel["guild_id"])
    world.emit("MESSAGE_UPDATE", event, guild=channel["guild_id"], channel=channel)
