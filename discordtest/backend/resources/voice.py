"""Voice: who is in which voice channel, and how.

Source: Discord's documentation, Voice ("Voice State Object" and what follows) and Gateway Events ("Update Voice
State").
"""

from __future__ import annotations

from discordtest.backend.world import Record, World

__all__ = ["disconnect_all"]


def disconnect_all(world: World, channel: Record) -> None:
    """Put everybody out of a voice channel."""
