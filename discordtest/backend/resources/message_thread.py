"""What a message does to the thread that it is sent in.

Source: Discord's documentation, Threads ("Locked Threads", "Active & Archived Threads") and Channel ("Thread Metadata
Object").
"""

from __future__ import annotations

from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import THREAD_TYPES, Permission
from discordtest.backend.resources.thread import check_room, let_in_by_message, remind_members
from discordtest.backend.resources.thread_archive import watch_thread
from discordtest.backend.rest import Call
from discordtest.backend.world import Record, World

__all__ = [
    "check_active",
    "check_may_delete",
    "check_may_speak",
    "check_may_wake",
    "count_message",
    "discount_message",
    "wake",
]

_MANAGE_THREADS = int(Permission.MANAGE_THREADS)
_UNCOUNTED = frozenset((18, 21))  # THREAD_CREATED, THREAD_STARTER_MESSAGE
_OF_MEMBERSHIP = frozenset((1, 2))  # RECIPIENT_ADD, RECIPIENT_REMOVE: they tell of it, and change nothing


def check_active(channel: Record) -> None:
    """Refuse with 50083 in an archived thread, where nothing may be changed."""
    if channel["type"] in THREAD_TYPES and channel["thread_metadata"]["archived"]:
        raise RestError(Code.THREAD_ARCHIVED)


def check_may_speak(thread: Record, permissions: int) -> None:
    """Refuse with 160005 in a locked thread, but for those who manage threads."""
    if thread["thread_metadata"]["locked"] and not permissions & _MANAGE_THREADS:
        raise RestError(Code.THREAD_LOCKED)


def check_may_wake(world: World, thread: Record) -> None:
    """Refuse with 160006 to take one more thread out of the archive than may be active."""
    if thread["thread_metadata"]["archived"]:
        check_room(world, thread["guild_id"])


def check_may_delete(channel: Record, permissions: int) -> None:
    """Refuse with 160005 in a locked thread that is archived, but for those who manage threads."""
    if channel["type"] in THREAD_TYPES and channel["thread_metadata"]["archived"]:
        check_may_speak(channel, permissions)


def wake(call: Call, thread: Record) -> None:
    """Take the thread out of the archive, as a message in it does."""
    if thread["thread_metadata"]["archived"]:
        thread["thread_metadata"]["archived"] = False
        thread["thread_metadata"]["archive_timestamp"] = call.world.timestamp()
        watch_thread(call.world, thread)
        call.world.emit("THREAD_UPDATE", thread, guild=thread["guild_id"], channel=thread)
        remind_members(call.world, thread)


def count_message(call: Call, thread: Record, message: Record) -> None:
    """Count a new message, note its place in the thread, and let in its author and whom it mentions."""
    if message["type"] in _UNCOUNTED:
        return
    if message["type"] not in _OF_MEMBERSHIP:
        let_in_by_message(call.world, thread, message)
    if message["id"] == thread["id"]:  # a forum post's first message
        message["position"] = 0
        return
    message["position"] = thread.get("total_message_sent", 0)
    thread["message_count"] = thread.get("message_count", 0) + 1
    thread["total_message_sent"] = thread.get("total_message_sent", 0) + 1
    wake(call, thread)


def discount_message(thread: Record, message: Record) -> None:
    """Count a deleted message: how many there ever were does not change."""
    if message["type"] not in _UNCOUNTED and message["id"] != thread["id"]:
        thread["message_count"] = max(0, thread.get("message_count", 0) - 1)
