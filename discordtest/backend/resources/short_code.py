"""Codes that people type: of invites and of guild templates."""

from __future__ import annotations

import string
from collections.abc import Container

from discordtest.backend.world import World

__all__ = ["new_code"]

_DIGITS = string.digits + string.ascii_letters


def new_code(world: World, length: int, taken: Container[str]) -> str:
    """Return a new code of so many characters, by way of the ids, so that it is the same in every run."""
    mixed, code = int(world.snowflake()) * 0x9E3779B97F4A7C15 % 62**length, ""
    for _ in range(length):
        mixed, digit = divmod(mixed, 62)
        code += _DIGITS[digit]
    return code if code not in taken else new_code(world, length, taken)
