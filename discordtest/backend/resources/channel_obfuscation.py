"""Channels that a bot may not view: it hears that they are there, and not what they are.

The gateway tells of such a channel by its id, its type and its place; for the rest stands what a new channel has. Over
HTTP no list holds it. Whoever changes what can be seen asks ``blind_spots`` before, and hands the answer to
``tell_gained`` afterwards.
Source: Discord's documentation, Channel ("Obfuscated Channels", "Channel Flags"), Change Log ("Channel Obfuscation for
Users and Bots", for all bots since November 16, 2026) and Threads ("Gaining Access to Channels").
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from discordtest.backend.permissions import ALL, Permission, channel_permissions, guild_permissions
from discordtest.backend.resources.channel_types import CATEGORY, VOICE_TYPES, new_channel
from discordtest.backend.resources.thread_sync import sync_threads
from discordtest.backend.world import Record, Viewer, World

__all__ = [
    "HIDDEN_NAME",
    "as_seen",
    "blind_spots",
    "is_viewable",
    "tell_changed",
    "tell_channel",
    "tell_gained",
    "viewable_channels",
]

CHANNEL_OBFUSCATED = 1 << 17  # a flag of channels
HIDDEN_NAME = "___hidden___"
_VIEW = int(Permission.VIEW_CHANNEL)
#: user id of a bot -> the channels of a guild that it does not see
BlindSpots: TypeAlias = dict[str, list[str]]


def is_viewable(world: World, channel: Record, user_id: str) -> bool:
    """Tell whether a user sees a channel of a guild: by permission, by being in voice there, by what it holds."""
    if channel_permissions(world, channel, user_id) & _VIEW:
        return True
    channel_id, guild_id = channel["id"], channel["guild_id"]
    if channel["type"] in VOICE_TYPES:
        state = world.voice_states[guild_id].get(user_id)
        return state is not None and state["channel_id"] == channel_id
    return channel["type"] == CATEGORY and any(
        is_viewable(world, child, user_id)
        for child in world.guild_channels[guild_id].values()
        if child["parent_id"] == channel_id
    )


def viewable_channels(world: World, guild_id: str, user_id: str) -> list[Record]:
    """Return the guild's channels that the user sees."""
    return [
        channel for channel in world.guild_channels[guild_id].values() if is_viewable(world, channel, user_id)
    ]


def as_seen(world: World, channel: Record, user_id: str) -> Record:
    """Return the channel as the gateway shows it to the user."""
    return channel if is_viewable(world, channel, user_id) else _obfuscated(channel)


def _obfuscated(channel: Record) -> Record:
    guild_id = channel["guild_id"]
    shown = new_channel(channel["id"], guild_id, channel["type"], HIDDEN_NAME, channel["position"])
    shown["parent_id"] = channel["parent_id"]
    shown["flags"] = CHANNEL_OBFUSCATED
    shown["permission_overwrites"] = [{"id": guild_id, "type": 0, "allow": "0", "deny": str(_VIEW)}]
    return shown


def tell_channel(world: World, name: str, channel: Record, users: Collection[str] | None = None) -> None:
    """Emit an event whose payload is a channel of a guild, to each bot as it sees the channel."""

    def render(viewer: Viewer) -> Record:
        return as_seen(world, channel, viewer.user_id)

    world.emit(name, channel, guild=channel["guild_id"], users=users, render=render)


def tell_changed(world: World, guild_id: str, channels: list[Record], before: BlindSpots) -> None:
    """Tell of channels that are changed, and each bot of those that it sees now and did not see ``before``."""
    for channel in channels:
        tell_channel(world, "CHANNEL_UPDATE", channel)
    if channels:
        tell_gained(world, guild_id, before, told=[channel["id"] for channel in channels])


def blind_spots(world: World, guild_id: str, among: Collection[Record] | None = None) -> BlindSpots:
    """Return what the guild's bots do not see of its channels, or of these."""
    found: BlindSpots = {}
    for bot_id in world.bots_of(guild_id):
        if guild_permissions(world, guild_id, bot_id) != ALL:
            channels = world.guild_channels[guild_id].values() if among is None else among
            found[bot_id] = [one["id"] for one in channels if not is_viewable(world, one, bot_id)]
    return found


def tell_gained(world: World, guild_id: str, before: BlindSpots, told: Collection[str] = ()) -> None:
    """Tell each bot of the channels that it now sees and did not see ``before``, and of the threads in them.

    ``told`` are channels whose change was told already.
    """
    for bot_id, hidden in before.items():
        if bot_id not in world.members[guild_id]:
            continue
        channels = (world.channels[channel_id] for channel_id in hidden if channel_id in world.channels)
        gained = [channel for channel in channels if is_viewable(world, channel, bot_id)]
        for channel in gained:
            if channel["id"] not in told:
                tell_channel(world, "CHANNEL_UPDATE", channel, (bot_id,))
        if gained:
            sync_threads(world, guild_id, bot_id, [channel["id"] for channel in gained])
