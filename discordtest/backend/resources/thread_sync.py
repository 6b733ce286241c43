"""THREAD_LIST_SYNC: what a bot is told of the threads in channels that it comes to see.

Whoever changes permissions asks ``blind_spots`` before and hands the answer to ``sync_threads`` afterwards.
Source: Discord's documentation, Threads ("Gaining Access to Channels") and Gateway Events ("Thread List Sync").
"""

from __future__ import annotations

from typing import TypeAlias

from discordtest.backend.permissions import visible
from discordtest.backend.resources.thread import active_threads
from discordtest.backend.world import Record, World

__all__ = ["blind_spots", "sync_threads"]

#: user id of a bot -> parents of active threads that it does not see
BlindSpots: TypeAlias = dict[str, list[str]]


def blind_spots(world: World, guild_id: str) -> BlindSpots:
    """Return what the guild's bots do not see of the channels that have active threads."""
    parents = {thread["parent_id"] for thread in active_threads(world, guild_id)}
    if not parents:
        return {}
    return {
        bot_id: [parent for parent in parents if not visible(world, world.channels[parent], bot_id)]
        for bot_id in world.bots_of(guild_id)
    }


def sync_threads(world: World, guild_id: str, before: BlindSpots) -> None:
    """Tell each bot of the active threads in the channels that it now sees and did not see ``before``."""
    for bot_id, hidden in before.items():
        if bot_id not in world.members[guild_id]:
            continue
        channels = (world.channels[parent] for parent in hidden if parent in world.channels)
        gained = [channel["id"] for channel in channels if visible(world, channel, bot_id)]
        if gained:
            payload = _thread_list(world, guild_id, bot_id, gained)
            world.emit("THREAD_LIST_SYNC", payload, guild=guild_id, users=(bot_id,))


def _thread_list(world: World, guild_id: str, bot_id: str, channel_ids: list[str]) -> Record:
    threads = [
        thread
        for thread in active_threads(world, guild_id)
        if thread["parent_id"] in channel_ids and visible(world, thread, bot_id)
    ]
    joined = (world.thread_members.get(thread["id"], {}).get(bot_id) for thread in threads)
    return {
        "guild_id": guild_id,
        "channel_ids": sorted(channel_ids, key=int),
        "threads": threads,
        "members": [member for member in joined if member is not None],
    }
