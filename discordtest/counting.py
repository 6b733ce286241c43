"""How many there are, as people say it: ``1 message``, ``2 messages``, ``once``."""

from __future__ import annotations

__all__ = ["counted", "times"]


def counted(number: int, thing: str) -> str:
    """Return a number of things whose plural has an ``s``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def times(number: int) -> str:
    """Return how often something was."""
    return "once" if number == 1 else f"{number} times"
