"""Members as records: a new one, and the word to those who may know that one has changed.

Source: Discord's documentation, Guild ("Guild Member Object") and Gateway Events ("Guild Member Update").
"""

from __future__ import annotations

from discordtest.backend.world import Record, World

__all__ = ["new_member", "tell_update"]


def new_member(user: Record, joined_at: str) -> Record:
    """Return a member's record with Discord's defaults; it refers to the user's record."""
    return {
        "user": user,
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [],
        "joined_at": joined_at,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }


def tell_update(world: World, guild_id: str, member: Record) -> None:
    """Tell those who may know that a member has changed."""
    world.emit("GUILD_MEMBER_UPDATE", {**member, "guild_id": guild_id}, guild=guild_id)
