"""Where tasks wait for what only the outside can answer, so far as anyone can tell, and who waits in vain there.

A place is the whole chain of code positions of a task: a subscriber and a query may end in the same lines of a driver.
Who waits at one for longer than its grace rests there, and is not waited for again in this test; once more where he
was answered after all, for that was slow work. Where there was a sign of work and no answer came, such signs mean
nothing any more in this process.
"""

from __future__ import annotations

import asyncio
from asyncio.base_subprocess import ReadSubprocessPipeProto
from typing import TYPE_CHECKING, Any, TypeAlias

from discordtest.clock.turns import Turn
from discordtest.clock.waits import describe_task, frames, waiter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType

    from discordtest.clock.timed import TimedLoop

    Place: TypeAlias = tuple[tuple[CodeType, int], ...]
    Waits: TypeAlias = dict[Place, asyncio.Task[Any]]

__all__ = ["Places", "awaits_output", "ends_by_itself"]

ANSWERED_INSIDE = frozenset(
    f"asyncio.{name}" for name in ("locks", "queues", "runners", "taskgroups", "tasks", "timeouts")
)
CHILD_PROCESSES = frozenset(["asyncio.base_subprocess", "asyncio.subprocess"])
STREAMS = "asyncio.streams"
ASKING = frozenset(["psycopg.waiting"])
"""Modules that wait for nothing but the answer to what they have asked, and in each test anew."""
SERVER = "aiohttp.web_protocol"
"""Where a server waits for its next request."""
DISCORD = "discord.gateway", "discordtest.transports"
"""Where the ends of a connection to Discord wait for each other, whatever carries their frames."""

GATHERED: type = asyncio.tasks._GatheringFuture  # type: ignore[attr-defined]  # no public name

_unanswered: set[Place] = set()  # where tasks of this process waited for an answer in vain


class Places:
    """What one loop knows of where its tasks wait for the outside."""

    def __init__(self, loop: TimedLoop) -> None:
        self._loop = loop
        self._at_rest: dict[Place, asyncio.Future[Any]] = {}  # and what is waited for there
        self._were_slow: set[Place] = set()  # which were answered when they were taken to be at rest

    def waits(self) -> Waits:
        """Return the tasks that wait for the outside, by place."""
        drivers, found = self._loop.drivers(), {}
        for task in self._loop.unfinished():
            future = waiter(task)
            if future is None or isinstance(future, asyncio.Task | Turn | GATHERED):
                continue
            chain = frames(task)
            if not chain or _is_idle_end([frame.f_globals.get("__name__", "") for frame in chain]):
                continue
            if _is_answered_inside(chain[-1].f_globals.get("__name__", "")):
                if not any(frame.f_code in drivers for frame in chain):
                    continue
            found[tuple((frame.f_code, frame.f_lasti) for frame in chain)] = task
        return found

    def new(self, waits: Waits) -> Waits:
        """Return those of which it is not known that they rest."""
        return {place: task for place, task in waits.items() if not self._is_at_rest(place)}

    def _is_at_rest(self, place: Place) -> bool:
        answer = self._at_rest.get(place)
        if answer is None:
            return False
        if place in self._were_slow or not answer.done() or answer.cancelled():
            return True
        self._were_slow.add(place)
        _unanswered.discard(place)
        del self._at_rest[place]
        return False

    def rest(self, waits: Waits) -> None:
        """Take the places of some tasks for those where they rest."""
        self._at_rest.update((place, future) for place, task in waits.items() if (future := waiter(task)))

    def may_be_answered(self, waits: Iterable[Place]) -> bool:
        """Tell whether a sign of work means anything to one of these: no such wait was in vain before."""
        return any(place not in _unanswered for place in waits)

    def give_up(self, waits: Iterable[Place]) -> None:
        """Hope for no answers at these places any more, for there were signs of work and none came."""
        _unanswered.update(waits)

    def late(self) -> list[str]:
        """Describe the tasks for whose answers nobody waits any longer."""
        return [describe_task(task) for place, task in self.waits().items() if place in _unanswered]


def _is_answered_inside(module: str) -> bool:
    return module in ANSWERED_INSIDE or module.startswith(("discord.", "discordtest."))


def _is_idle_end(modules: list[str]) -> bool:
    """Tell whether a task, by the modules of its chain, is one end of a connection on which nothing is due."""
    return modules[-1] == SERVER or any(module.startswith(DISCORD) for module in modules)


def ends_by_itself(task: asyncio.Task[Any]) -> bool:
    """Tell whether a task waits for the end of a child process, which will come; no grace could tell how soon."""
    return any(frame.f_globals.get("__name__") in CHILD_PROCESSES for frame in frames(task))


def awaits_output(task: asyncio.Task[Any]) -> bool:
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
