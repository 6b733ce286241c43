"""The threads that may work for a loop: where each stands, what it was started to run, and whether it rests there."""

from __future__ import annotations

import queue
import sys
import threading
import weakref
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType, FrameType

    Place: TypeAlias = tuple[tuple[CodeType, int], ...]

__all__ = ["Threads"]

DEPTH = 6
"""Code positions that tell one place from another."""

_WAIT, _GET = threading.Condition.wait.__code__, queue.Queue.get.__code__

_resting: set[Place] = set()  # where threads of this process were seen to rest
_rested: set[CodeType] = set()  # what threads run that were seen to rest
_hosts: weakref.WeakSet[threading.Thread] = weakref.WeakSet()  # threads that run a test themselves


class Threads:
    """What one loop, which is made on the thread that runs it, knows of the others."""

    def __init__(self) -> None:
        self._known = {*threading.enumerate()}
        self._seen: set[threading.Thread] = set()
        self._new: list[threading.Thread] = []
        self._resting: set[Place] = set()
        self.tireless: set[threading.Thread] = set()  # which worked on for longer than anyone waits
        _hosts.add(threading.current_thread())

    def know(self, thread: threading.Thread) -> None:
        """Take a thread for one of ours, of which it is known when it works."""
        self._known.add(thread)

    def is_foreign(self, thread: threading.Thread) -> bool:
        """Tell whether a thread may work for the loop without its knowledge."""
        # The default executor's threads are known by their calls.
        return not (thread in self._known or thread.name.startswith("asyncio_") or thread in _hosts)

    def look(self) -> bool:
        """Note which foreign threads are new; tell whether there are any."""
        if threading.active_count() == 1:  # the loop's own thread
            return False
        threads = [each for each in threading.enumerate() if self.is_foreign(each)]
        for thread in threads:
            if thread not in self._seen:
                self._seen.add(thread)
                self._new.append(thread)
        return bool(threads)

    def moving(self) -> dict[threading.Thread, Place]:
        """Return the new threads that have not come to a place where threads are known to rest."""
        if not self._new:
            return {}
        standing, resting = sys._current_frames(), _resting | self._resting
        moving = {
            thread: place
            for thread in self._new
            if thread.is_alive()
            and (place := _place_of(standing.get(thread.ident or 0))) not in resting
            and not _has_no_orders(thread)
        }
        self._new = list(moving)
        return moving

    def busy(self) -> dict[threading.Thread, CodeType | None]:
        """Return the threads that are at no place where threads are known to rest, and what they run."""
        if threading.active_count() == 1:
            return {}
        standing, resting, found = sys._current_frames(), _resting | self._resting, {}
        for thread in threading.enumerate():
            frame = standing.get(thread.ident or 0)
            if frame is None or thread in self.tireless or not self.is_foreign(thread):
                continue
            if _place_of(frame) not in resting and not _has_no_orders(thread):
                found[thread] = _code_of(frame)
        return found

    def have_rested(self, busy: Mapping[threading.Thread, CodeType | None]) -> bool:
        """Tell whether one of the busy threads runs what was seen to rest, so that it is at work now."""
        return any(code in _rested for code in busy.values())

    def rest(self, threads: Mapping[threading.Thread, Place], *, for_all: bool) -> None:
        """Take the places where threads stand for those where they rest: for the process, or for this loop alone."""
        (_resting if for_all else self._resting).update(place for place in threads.values() if place)
        if threads:
            standing = sys._current_frames()
            _rested.update(code for thread in threads if (code := _code_of(standing.get(thread.ident or 0))))
        self._new = []


def _place_of(frame: FrameType | None) -> Place:
    """Return the innermost code positions of a thread."""
    place: list[tuple[CodeType, int]] = []
    while frame is not None and len(place) < DEPTH:
        place.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(place)


def _code_of(frame: FrameType | None) -> CodeType | None:
    """Return what a thread was started to run."""
    found = None
    while frame is not None:
        if frame.f_globals.get("__name__") != "threading":
            found = frame.f_code
        frame = frame.f_back
    return found


def _has_no_orders(thread: threading.Thread) -> bool:
    """Tell whether it waits at an empty queue: a worker, which nobody but a new order sets to work."""
    top = sys._current_frames().get(thread.ident or 0)
    if top is None or top.f_code is not _WAIT or top.f_back is None or top.f_back.f_code is not _GET:
        return False
    orders, place = top.f_back.f_locals["self"], top.f_lasti
    if orders.qsize():
        return False
    # It may have taken an order before we could count them: then it has left, or come back to another wait.
    return sys._current_frames().get(thread.ident or 0) is top and top.f_lasti == place
