"""Where a thread stands and what it was started to run, by its frames; whether it rests there, `outside` knows."""

from __future__ import annotations

import queue
import sys
import threading
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from types import CodeType, FrameType

    Place: TypeAlias = tuple[tuple[CodeType, int], ...]

__all__ = ["DEPTH", "code_of", "has_no_orders", "place_of"]

DEPTH = 6
"""Code positions that tell one place from another."""

_WAIT, _GET = threading.Condition.wait.__code__, queue.Queue.get.__code__


def place_of(frame: FrameType | None) -> Place:
    """Return the innermost code positions of a thread."""
    place: list[tuple[CodeType, int]] = []
    while frame is not None and len(place) < DEPTH:
        place.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(place)


def code_of(frame: FrameType | None) -> CodeType | None:
    """Return what a thread was started to run."""
    found = None
    while frame is not None:
        if frame.f_globals.get("__name__") != "threading":
            found = frame.f_code
        frame = frame.f_back
    return found


def has_no_orders(thread: threading.Thread) -> bool:
    """Tell whether it waits at an empty queue: a worker, which nobody but a new order sets to work."""
    top = sys._current_frames().get(thread.ident or 0)
    if top is None or top.f_code is not _WAIT or top.f_back is None or top.f_back.f_code is not _GET:
        return False
    orders, place = top.f_back.f_locals["self"], top.f_lasti
    if orders.qsize():
        return False
    # It may have taken an order before we could count them: then it has left, or come back to another wait.
    return sys._current_frames().get(thread.ident or 0) is top and top.f_lasti == place
