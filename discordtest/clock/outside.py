"""What runs outside the event loop: executor calls, file descriptors, threads.

It can be known only in part. Executor calls are exact: they are waited for, up to ``settle_timeout``. For
the rest there is one rule: while anything foreign exists (a thread, a descriptor), a task that waits at a
place which neither asyncio's own primitives nor discord.py answer gets one grace, and so does a new thread;
a thread at an empty ``queue.Queue`` rests without.
A place (a chain of code positions) that outlasts its grace is resting there, not working: it is remembered,
for the test or (threads) for the process, and not waited for again; once more where it was answered after all.

Three signs of work make any such task be waited for longer: a thread that was seen to rest elsewhere (a query of
aiosqlite), a child process whose output is read, a connection on which something was asked (``asked.py``) or which a
driver watches by itself. A place that was not answered in that time shows no work again in this process.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from asyncio.base_subprocess import ReadSubprocessPipeProto
from typing import TYPE_CHECKING, Any

from discordtest.clock.executor import Calls
from discordtest.clock.threads import Threads
from discordtest.clock.turns import Turn
from discordtest.clock.waits import describe_task, frames, waiter
from discordtest.errors import SettleTimeout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from discordtest.clock.loop import VirtualLoop
    from discordtest.clock.threads import Place

__all__ = ["Outside"]

GRACE = 0.25
"""Real seconds that an unknown wait gets, once."""
SLOW = 2.0
"""Real seconds that it gets where there is a sign of work, if no thread says more."""
ECHO = 0.05
"""Real seconds for what a question sets off on another connection: news for a subscriber, a lock that is free."""
FAINT_ECHO = 0.001
"""The same where no task waits for such a thing: a callback may get the news."""
SAMPLING = 0.002
"""Real seconds between two looks at where a new thread stands."""

ANSWERED_INSIDE = frozenset(
    f"asyncio.{name}" for name in ("locks", "queues", "runners", "taskgroups", "tasks", "timeouts")
)
CHILD_PROCESSES = frozenset(["asyncio.base_subprocess", "asyncio.subprocess"])
STREAMS = "asyncio.streams"
SERVER = "aiohttp.web_protocol"
"""Where a server waits for its next request."""
DISCORD = "discord.gateway", "discordtest.transports"
"""Where the ends of a connection to Discord wait for each other, whatever carries their frames."""
ASKING = frozenset(["psycopg.waiting"])
"""Modules that watch descriptors themselves, and only for the answer to what they have asked."""

GATHERED: type = asyncio.tasks._GatheringFuture  # type: ignore[attr-defined]  # no public name

_unanswered: set[Place] = set()  # where tasks of this process waited for an answer in vain
_loops: weakref.WeakSet[VirtualLoop] = weakref.WeakSet()
_lock = threading.RLock()  # of _loops: who goes through a WeakSet fails if another thread adds to it


class Outside:
    """What one loop knows of the work outside it."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.grace = GRACE
        self._loop = loop
        self.calls = Calls(loop)
        self.threads = Threads()
        self._parked: dict[Place, asyncio.Future[Any] | None] = {}
        self._forgiven: set[Place] = set()
        with _lock:
            _loops.add(loop)

    def exists(self) -> bool:
        """Tell whether there is anything outside the loop that could wake it."""
        return bool(self.threads.look() or self.calls.known or self._loop.is_watching())

    def patience(self, waited: float, total: float) -> float:
        """Return for how many real seconds the loop should go on waiting; 0 when all that is left rests.

        ``waited`` counts from the last sign of life, ``total`` since the loop could have come to rest.
        What outlasts its time is parked; calls that outlast ``settle_timeout`` raise ``SettleTimeout`` once.
        """
        limit = self._loop.settle_timeout
        calls = self.calls.running()
        waits = dict(self._places())
        places = {place: task for place, task in waits.items() if not self._is_parked(place)}
        moving = self.threads.moving()
        grace = self._grace(places.values(), limit)
        left = limit - total if calls else 0.0
        if places or moving:
            left = max(left, min(grace - waited, limit - total))
        if left > 0:
            return min(left, SAMPLING) if moving else left
        if waits and self._shows_work(waits, bool(places), waited, limit - total):
            return SAMPLING
        if self._loop.asked.is_stirred:
            echo = ECHO if waits else FAINT_ECHO
            if waited < echo and total < limit:
                return min(SAMPLING, echo - waited)
            self._loop.asked.is_stirred = False
        self._parked.update((place, waiter(task)) for place, task in places.items())
        # A thread that another test started may be at work: then it is this loop alone that waits no longer.
        self.threads.rest(moving, for_all=len(_open_loops()) == 1)
        restless = map(describe_task, places.values()) if waited < grace else ()
        if late := [*calls, *restless]:
            lines = [f"work outside the event loop still runs after {limit:g} s (settle_timeout):"]
            lines += [f"  {each}" for each in late]
            lines += [f"waited for by {each}" for each in self.calls.give_up()]
            raise SettleTimeout("\n".join(lines))
        return 0.0

    def late(self) -> list[str]:
        """Describe the tasks for whose answers nobody waits any longer."""
        return [describe_task(task) for place, task in self._places() if place in _unanswered]

    def _places(self) -> Iterator[tuple[Place, asyncio.Task[Any]]]:
        """Yield where tasks wait for what only the outside can answer, so far as anyone can tell."""
        drivers = self._loop.drivers()
        for task in asyncio.all_tasks(self._loop):
            future = waiter(task)
            if future is None or isinstance(future, asyncio.Task | Turn | GATHERED):
                continue
            chain = frames(task)
            if not chain or _is_at_rest([frame.f_globals.get("__name__", "") for frame in chain]):
                continue
            if _is_answered_inside(chain[-1].f_globals.get("__name__", "")):
                if not any(frame.f_code in drivers for frame in chain):
                    continue
            # All of it: a subscriber and a query may end in the same lines of a driver.
            yield tuple((frame.f_code, frame.f_lasti) for frame in chain), task

    def _is_parked(self, place: Place) -> bool:
        """Tell whether who waits at a place is at rest; once where it was answered later, that was slow work."""
        answer = self._parked.get(place)
        if answer is None:
            return place in self._parked
        if answer.done() and not answer.cancelled() and place not in self._forgiven:
            self._forgiven.add(place)
            _unanswered.discard(place)
            del self._parked[place]
            return False
        return True

    def _grace(self, tasks: Iterable[asyncio.Task[Any]], limit: float) -> float:
        if any(map(_is_child_process, tasks)):
            return limit
        return min(SLOW if any(map(_awaits_output, tasks)) else self.grace, limit)

    def _shows_work(self, places: Collection[Place], is_news: bool, waited: float, left: float) -> bool:
        """Tell whether something is at work which may answer; ``is_news``: a task waits that has had no grace yet."""
        if hopeful := [place for place in places if place not in _unanswered]:
            is_watched = bool(self._loop.drivers())
            if is_watched or self._loop.asked:
                if waited >= SLOW or left <= 0:
                    self._loop.asked.give_up()
                    _unanswered.update(hopeful)
                elif is_watched or self._loop.awaits_answer():
                    return True
        busy = self.threads.busy()
        if self.threads.have_rested(busy):
            if left > 0:
                return True
            self.threads.tireless.update(busy)
        return is_news and bool(busy) and waited < SLOW and left > 0


def _open_loops() -> list[VirtualLoop]:
    """Return the loops of all tests that are under way, in whichever threads."""
    with _lock:
        return [loop for loop in _loops if not loop.is_closed()]


def _is_answered_inside(module: str) -> bool:
    return module in ANSWERED_INSIDE or module.startswith(("discord.", "discordtest."))


def _is_at_rest(modules: list[str]) -> bool:
    """Tell whether a task, by the modules of its chain, is one end of a connection on which nothing is due."""
    return modules[-1] == SERVER or any(module.startswith(DISCORD) for module in modules)


def _is_child_process(task: asyncio.Task[Any]) -> bool:
    """A child process that is waited for will end; no grace could tell how soon."""
    return any(frame.f_globals.get("__name__") in CHILD_PROCESSES for frame in frames(task))


def _awaits_output(task: asyncio.Task[Any]) -> bool:
    """Tell whether a task waits for what a child process will print, or a database say: for how long, nobody knows."""
    for frame in frames(task):
        module = frame.f_globals.get("__name__")
        if module in ASKING:
            return True
        if module == STREAMS:
            pipe = getattr(frame.f_locals.get("self"), "_transport", None)  # no public name
            if isinstance(pipe, asyncio.ReadTransport):
                return isinstance(pipe.get_protocol(), ReadSubprocessPipeProto)
    return False
