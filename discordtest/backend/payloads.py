"""What a client's gateway payload must be like to be read at all; one that is not closes the connection with 4002.

Only what is used is looked at. A value that is well formed and wrong (a shard, an intent, a guild) is refused where it
is used, with its own code or not at all.
Source: Discord's documentation, Gateway Events ("Identify", "Update Presence", "Request Guild Members", "Request
Soundboard Sounds"), Opcodes and Status Codes ("Gateway Close Event Codes").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from discordtest.backend import opcodes

__all__ = ["is_well_formed"]

Shape: TypeAlias = dict[str, Callable[[Any], bool]]  # Any: JSON of the client


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_activity(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)


def _are_activities(value: Any) -> bool:
    return isinstance(value, list) and all(_is_activity(each) for each in value)


def _is_presence(value: Any) -> bool:
    """Tell of an object with ``activities``, or with ``game`` as discord.py identifies."""
    return isinstance(value, dict) and _fits(_PRESENCE, value)


def _fits(shape: Shape, data: dict[str, Any]) -> bool:
    return all(data.get(name) is None or fits(data[name]) for name, fits in shape.items())


_PRESENCE: Shape = {"status": _is_text, "activities": _are_activities, "game": _is_activity}
_SHAPES: dict[int, Shape] = {
    opcodes.IDENTIFY: {"presence": _is_presence, "large_threshold": _is_number},
    opcodes.PRESENCE_UPDATE: _PRESENCE,
    opcodes.REQUEST_GUILD_MEMBERS: {"query": _is_text, "limit": _is_number},
    opcodes.REQUEST_SOUNDBOARD_SOUNDS: {"guild_ids": _is_list},
}


def is_well_formed(opcode: int, data: Any) -> bool:
    """Tell whether the payload of a frame can be read."""
    return isinstance(data, dict) and _fits(_SHAPES.get(opcode, {}), data)
