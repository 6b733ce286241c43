"""THREAD_LIST_SYNC: what a bot is told of the threads in channels that it comes to see.

Source: Discord's documentation, Threads ("Gaining Access to Channels") and Gateway Events ("Thread List Sync").
"""

from __future__ import annotations

from collections.abc import Collection

from discordtest.backend.permissions import visible
from discordtest.backend.resources.thread import active_threads
from discordtest.backend.world import Record, World

__all__ = ["sync_threads"]


def sync_threads(world: World, guild_id: str, bot_id: str, gained: Collection[str]) -> None:
    """Tell a bot of the active threads in the channels that it has ``gained``, if there are any."""
    threads = [thread for thread in active_threads(world, guild_id) if thread["parent_id"] in gained]
    parents = {
        thread["parent_id"]
        for thread in threads
        if visible(world, world.channels[thread["parent_id"]], bot_id)
    }
    if parents:
        payload = _thread_list(world, guild_id, bot_id, threads, parents)
        world.emit("THREAD_LIST_SYNC", payload, guild=guild_id, users=(bot_id,))


def _thread_list(
    world: World, guild_id: str, bot_id: str, threads: list[Record], channel_ids: Collection[str]
) -> Record:
    seen = [thread for thread in threads if visible(world, thread, bot_id)]
    joined = (world.thread_members.get(thread["id"], {}).get(bot_id) for thread in seen)
    return {
        "guild_id": guild_id,
        "channel_ids": sorted(channel_ids, key=int),
        "threads": seen,
        "members": [member for member in joined if member is not None],
    }
