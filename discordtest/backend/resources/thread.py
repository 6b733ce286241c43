"""Threads.

Source: Discord's documentation, Channel and Threads.
"""

from __future__ import annotations

from discordtest.backend.rest import Call
from discordtest.backend.world import Record, World

__all__ = ["delete_thread", "forget_messages", "forget_thread", "render_thread"]


def render_thread(world: World, thread: Record, user_id: str) -> Record:
    """Return the thread as the user sees it: with its own membership where it has joined."""
    own = world.thread_members.get(thread["id"], {}).get(user_id)
    return thread if own is None else {**thread, "member": own}


def delete_thread(call: Call, thread: Record) -> Record:
    """Delete a thread."""
    raise NotImplementedError


def forget_thread(world: World, thread: Record) -> None:
    """Take a thread out of every table, with its messages."""
    del world.channels[thread["id"]], world.threads[thread["guild_id"]][thread["id"]]
    world.thread_members.pop(thread["id"], None)
    forget_messages(world, thread["id"])


def forget_messages(world: World, channel_id: str) -> None:
    """Drop the messages of a channel, with what hangs on them."""
    for message_id in world.messages.pop(channel_id, ()):
        world.reactions.pop(message_id, None)
    world.pins.pop(channel_id, None)
