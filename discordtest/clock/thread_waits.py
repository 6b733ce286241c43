"""Threads that wait for the loop: for the result of a coroutine that they had it run.

asyncio ties a future of a thread's world to one of the loop's, whichever of them waits for the other: for a call of an
executor, and in ``run_coroutine_threadsafe``. Only a closure of its own knows of the tie.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

    from discordtest.clock.timed import TimedLoop

__all__ = ["tied_to", "waiting"]

_WAITS = concurrent.futures.Future.result.__code__, concurrent.futures.Future.exception.__code__


def tied_to(future: asyncio.Future[Any]) -> concurrent.futures.Future[Any] | None:
    """Return the future of an executor, or of a thread, that is tied to one of the loop's."""
    for callback, _ in getattr(future, "_callbacks", None) or ():
        if getattr(callback, "__qualname__", "").startswith("_chain_future."):
            for cell in callback.__closure__ or ():
                if isinstance(cell.cell_contents, concurrent.futures.Future):
                    return cell.cell_contents
    return None


def waiting(loop: TimedLoop) -> dict[int, FrameType]:
    """Return the threads that wait for a task of the loop: their numbers, and where they stand."""
    awaited = {tied_to(task) for task in loop.unfinished()} - {None}
    if not awaited:
        return {}
    return {
        number: top for number, top in sys._current_frames().items() if not awaited.isdisjoint(_awaited(top))
    }


def _awaited(top: FrameType) -> list[Any]:
    """Return the futures for whose results a thread waits."""
    found = []
    frame: FrameType | None = top
    while frame is not None:
        if frame.f_code in _WAITS:
            found.append(frame.f_locals["self"])
        frame = frame.f_back
    return found
