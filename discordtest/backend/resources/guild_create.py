"""What a client is told of a guild that it enters or finds: GUILD_CREATE, with members and presences.

Source: Discord's documentation, Gateway Events ("Guild Create") and Gateway ("List of Intents").
"""

from __future__ import annotations

from discordtest.backend.intents import Intent
from discordtest.backend.permissions import visible
from discordtest.backend.resources.channel_obfuscation import as_seen
from discordtest.backend.resources.guild_scheduled_event import events_of
from discordtest.backend.resources.presence import presences_of
from discordtest.backend.resources.stage_instance import stages_of
from discordtest.backend.resources.thread import active_threads, render_thread
from discordtest.backend.world import Record, Viewer, World

__all__ = ["render_guild", "render_guild_create", "tell_guild_create"]

MAX_MEMBERS_WITH_PRESENCES = 75_000
_PRESENCES = int(Intent.GUILD_PRESENCES)  # to compute with members of an enumeration is slow


def render_guild(world: World, guild: Record) -> Record:
    """Return the guild with its roles, emojis and stickers, as the API answers it."""
    guild_id = guild["id"]
    return {
        **guild,
        "roles": list(world.roles[guild_id].values()),
        "emojis": list(world.emojis[guild_id].values()),
        "stickers": list(world.stickers[guild_id].values()),
    }


def tell_guild_create(world: World, guild: Record, bot_id: str) -> None:
    """Tell a bot that it is in the guild now: without ``unavailable``, which would mean an outage is over."""

    def render(viewer: Viewer) -> Record:
        payload = render_guild_create(world, guild, viewer)
        del payload["unavailable"]
        return payload

    world.emit("GUILD_CREATE", {"id": guild["id"]}, guild=guild["id"], users=(bot_id,), render=render)


def render_guild_create(world: World, guild: Record, viewer: Viewer) -> Record:
    """Return the payload of GUILD_CREATE for one session; its intents decide which members it lists."""
    guild_id = guild["id"]
    members = world.members[guild_id]
    listed = _listed_members(world, guild_id, viewer)
    return {
        **render_guild(world, guild),
        "joined_at": members[viewer.user_id]["joined_at"],
        "large": len(members) > viewer.large_threshold,
        "unavailable": False,
        "member_count": len(members),
        "members": listed,
        "channels": [as_seen(world, one, viewer.user_id) for one in world.guild_channels[guild_id].values()],
        "threads": [
            render_thread(world, thread, viewer.user_id)
            for thread in active_threads(world, guild_id)
            if visible(world, thread, viewer.user_id)
        ],
        "presences": presences_of(world, guild_id) if viewer.intents & _PRESENCES else [],
        "voice_states": [
            {key: value for key, value in state.items() if key != "guild_id"}
            for state in world.voice_states[guild_id].values()
        ],
        "stage_instances": stages_of(world, guild_id),
        "guild_scheduled_events": events_of(world, guild_id, viewer.user_id),
        "soundboard_sounds": list(world.soundboard_sounds[guild_id].values()),
    }


def _listed_members(world: World, guild_id: str, viewer: Viewer) -> list[Record]:
    members = world.members[guild_id]
    voice_states = world.voice_states[guild_id]
    if viewer.intents & _PRESENCES and len(members) <= MAX_MEMBERS_WITH_PRESENCES:
        if len(members) <= viewer.large_threshold:
            return list(members.values())
        return [
            member
            for user_id, member in members.items()
            if member["roles"]
            or member["nick"]
            or user_id in voice_states
            or user_id in world.presences
            or user_id == viewer.user_id
        ]
    return [members[viewer.user_id]] + [
        members[user_id] for user_id in voice_states if user_id != viewer.user_id
    ]
