"""What discord.py makes of an event that a closed client dispatches: an error about its missing loop.

``Client.close`` takes the loop away as its last step. An event with a handler that comes after that (a command fails
whose request was under way, a connection breaks that was being made) is an ``AttributeError`` of discord.py's own, and
a coroutine that was never awaited. Neither tells anybody what went wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from discordtest.clock.waits import root
from discordtest.source import steps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["hint", "meant"]

_SCHEDULE = discord.Client._schedule_event.__code__
_DISPATCHES = frozenset(("_schedule_event", "dispatch"))


def meant(error: BaseException) -> BaseException | None:
    """Return the error that another stands for: one that a handler would have got, else itself; None for none."""
    frames = _frames(error)
    if not frames:
        return error
    for each in _chain(error):
        if of_each := _frames(each):
            of_each[-1].f_locals["wrapped"].close()
    caller = next((frame for frame in reversed(frames) if frame.f_code.co_name not in _DISPATCHES), frames[0])
    if caller.f_code.co_name == "dispatch_error":
        return error.__context__ or error
    return None if root(caller) == "discord" else error


def hint(error: BaseException) -> str | None:
    """Return what an error that comes after close() means."""
    if _frames(error):
        return "The bot was closed by then: discord.py dispatches nothing any more"
    if isinstance(error, RuntimeError) and str(error) == "Session is closed":
        return (
            "Its client, or an aiohttp session of its own, was closed by then: nothing is sent after close()"
        )
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, what it came from, and what discord.py has wrapped."""
    told: list[BaseException] = []
    inner: BaseException | None = error
    while inner is not None and all(inner is not each for each in told):
        told.append(inner)
        yield inner
        inner = getattr(inner, "original", None) or inner.__context__


def _frames(error: BaseException) -> list[FrameType]:
    """Return the frames of an error that a closed client raises where it dispatches; none of another."""
    if not isinstance(error, AttributeError) or error.obj is not discord.utils.MISSING:
        return []
    frames = [step.tb_frame for step in steps(error.__traceback__)]
    return frames if frames and frames[-1].f_code is _SCHEDULE else []
