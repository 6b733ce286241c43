"""The threads that may work for a loop: where each stands, what it was started to run, and whether it rests there.

A new thread runs until it comes to rest somewhere, and that place (its innermost code positions) is remembered, for
the process: a thread that stands there waits for orders. From then on one that runs the same code and stands elsewhere
is at work. One that waits at an empty ``queue.Queue`` rests in any case: nobody but a new order sets it to work; and so
does one that waits for a task of the loop.
"""

from __future__ import annotations

import queue
import sys
import threading
import weakref
from typing import TYPE_CHECKING, NamedTuple

from discordtest.clock import thread_waits

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType, FrameType

    from discordtest.clock.loop import VirtualLoop
    from discordtest.clock.places import Place

__all__ = ["Threads"]

DEPTH = 6
"""Code positions that tell one place from another."""

_WAIT, _GET = threading.Condition.wait.__code__, queue.Queue.get.__code__

_resting: set[Place] = set()  # where threads of this process were seen to rest
_rested: set[CodeType] = set()  # what threads run that were seen to rest
_hosts: weakref.WeakSet[threading.Thread] = weakref.WeakSet()  # threads that run a test themselves
_loops: weakref.WeakSet[VirtualLoop] = weakref.WeakSet()
_lock = threading.RLock()  # of _loops: who goes through a WeakSet fails if another thread adds to it


class _Standing(NamedTuple):
    """Where a thread stands, and what it was started to run."""

    place: Place
    code: CodeType | None


class Threads:
    """What one loop, which is made on the thread that runs it, knows of the others."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = weakref.proxy(loop)
        self._known = {*threading.enumerate()}
        self._seen: set[threading.Thread] = set()
        self._new: list[threading.Thread] = []
        self._resting: set[Place] = set()
        self._tireless: set[threading.Thread] = set()  # which worked on for longer than anyone waits
        _hosts.add(threading.current_thread())
        with _lock:
            _loops.add(loop)

    def know(self, thread: threading.Thread) -> None:
        """Take a thread for one of ours, of which it is known when it works."""
        self._known.add(thread)

    def is_foreign(self, thread: threading.Thread) -> bool:
        """Tell whether a thread may work for the loop without its knowledge."""
        # The default executor's threads are known by their calls.
        return not (thread in self._known or thread.name.startswith("asyncio_") or thread in _hosts)

    def exist(self) -> bool:
        """Tell whether there are foreign threads; those that are seen for the first time are new."""
        if threading.active_count() == 1:  # the loop's own thread
            return False
        threads = [each for each in threading.enumerate() if self.is_foreign(each)]
        for thread in threads:
            if thread not in self._seen:
                self._seen.add(thread)
                self._new.append(thread)
        return bool(threads)

    def are_arriving(self) -> bool:
        """Tell whether a new thread has not come to a place where threads are known to rest."""
        if self._new:
            self._new = [*self._restless(self._new)]
        return bool(self._new)

    def are_busy(self) -> bool:
        """Tell whether a thread is at no place where threads are known to rest."""
        return bool(self._busy())

    def are_at_work(self) -> bool:
        """Tell whether such a thread runs what was seen to rest, so that somebody has set it to work."""
        return any(each.code in _rested for each in self._busy().values())

    def _busy(self) -> dict[threading.Thread, _Standing]:
        if threading.active_count() == 1:
            return {}
        return self._restless(
            each for each in threading.enumerate() if self.is_foreign(each) and each not in self._tireless
        )

    def rest(self) -> None:
        """Take the places where new threads stand for those where they rest.

        That holds for the process. Where it runs other tests meanwhile, a thread that one of them started may be at
        work: then it is this loop alone that waits no longer.
        """
        if self._new:
            standings = self._restless(self._new).values()
            resting = _resting if len(_open_loops()) == 1 else self._resting
            resting.update(each.place for each in standings)
            _rested.update(each.code for each in standings if each.code is not None)
            self._new = []

    def tire(self) -> None:
        """Take the threads that are at work for such as work on for ever: that they do is no sign of an answer."""
        busy = self._busy()
        if any(each.code in _rested for each in busy.values()):
            self._tireless.update(busy)

    def _restless(self, threads: Iterable[threading.Thread]) -> dict[threading.Thread, _Standing]:
        frames, resting, found = sys._current_frames(), _resting | self._resting, {}
        waiting = thread_waits.waiting(self._loop)
        for thread in threads:
            frame = frames.get(thread.ident or 0)
            if frame is None or thread.ident in waiting or not thread.is_alive():
                continue  # where it is over, another thread may have its number by now
            standing = _Standing(_place_of(frame), _code_of(frame))
            if standing.place not in resting and not _has_no_orders(thread):
                found[thread] = standing
        return found


def _open_loops() -> list[VirtualLoop]:
    """Return the loops of all tests that are under way, in whichever threads."""
    with _lock:
        return [loop for loop in _loops if not loop.is_closed()]


def _place_of(frame: FrameType) -> Place:
    """Return the innermost code positions of a thread."""
    place: list[tuple[CodeType, int]] = []
    outer: FrameType | None = frame
    while outer is not None and len(place) < DEPTH:
        place.append((outer.f_code, outer.f_lasti))
        outer = outer.f_back
    return tuple(place)


def _code_of(frame: FrameType) -> CodeType | None:
    """Return what a thread was started to run."""
    found: CodeType | None = None
    outer: FrameType | None = frame
    while outer is not None:
        if outer.f_globals.get("__name__") != "threading":
            found = outer.f_code
        outer = outer.f_back
    return found


def _has_no_orders(thread: threading.Thread) -> bool:
    """Tell whether it waits at an empty queue."""
    top = sys._current_frames().get(thread.ident or 0)
    if top is None or top.f_code is not _WAIT or top.f_back is None or top.f_back.f_code is not _GET:
        return False
    orders, place = top.f_back.f_locals["self"], top.f_lasti
    if orders.qsize():
        return False
    # It may have taken an order before we could count them: then it has left, or come back to another wait.
    return sys._current_frames().get(thread.ident or 0) is top and top.f_lasti == place
