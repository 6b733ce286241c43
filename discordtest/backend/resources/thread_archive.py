"""Threads that nobody writes in: they go to the archive by themselves.

A thread has one deadline at most. When it comes, the thread is archived if it was quiet for long enough, else its
deadline moves: so a message costs nothing.
Source: Discord's documentation, Threads ("Active & Archived Threads") and Channel ("Thread Metadata Object").
"""

from __future__ import annotations

from datetime import datetime

from discordtest.backend.rest import Call, operation
from discordtest.backend.world import Record, World, made_at

__all__ = ["PINNED", "watch_thread"]

PINNED = 1 << 1  # a pinned post of a forum never goes
_OPERATION = "archive_quiet_thread"


def watch_thread(world: World, thread: Record) -> None:
    """Have the thread archived when its time comes."""
    others = [one for one in world.deadlines if one[1:] != (_OPERATION, thread["id"])]
    if len(others) != len(world.deadlines):
        world.deadlines[:] = others
    if not thread["thread_metadata"]["archived"]:
        world.set_deadline(max(0.0, _time_left(world, thread)), _OPERATION, thread["id"])


def _time_left(world: World, thread: Record) -> float:
    """Return after how many seconds without a message the thread is to be archived."""
    metadata = thread["thread_metadata"]
    latest = datetime.fromisoformat(metadata["archive_timestamp"]).timestamp()
    if thread["last_message_id"] is not None:
        latest = max(latest, made_at(thread["last_message_id"]))
    quiet = world.wall_clock().timestamp() - latest
    return float(metadata["auto_archive_duration"] * 60 - quiet)


@operation("/{channel_id}")
def archive_quiet_thread(call: Call, thread: Record) -> None:
    """Archive the thread, or wait on if somebody has written; the audit log does not tell of it."""
    metadata = thread["thread_metadata"]
    if metadata["archived"] or thread["flags"] & PINNED:
        return
    if _time_left(call.world, thread) > 0:
        watch_thread(call.world, thread)
        return
    metadata["archived"] = True
    metadata["archive_timestamp"] = call.timestamp()
    call.world.emit("THREAD_UPDATE", thread, guild=thread["guild_id"], channel=thread)
