"""Calls that executors run for a loop: of these alone it is known for sure whether they are done.

One that has the loop itself run something, and waits for that, rests as long as that does.
"""

from __future__ import annotations

import concurrent.futures
import functools
from concurrent.futures.thread import _WorkItem
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discordtest.clock.thread_waits import tied_to, waiting
from discordtest.clock.waits import describe_task, position, stack, waiter
from discordtest.code_names import function_name

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from types import FrameType

    from discordtest.clock.timed import TimedLoop

__all__ = ["Calls"]

_HANDED_ON_BY = "asyncio.", "discordtest."
_WORKS = _WorkItem.run.__code__


@dataclass(slots=True)
class Call:
    """One call that an executor runs."""

    name: str
    where: str
    is_given_up: bool = False


class Calls:
    """The calls of one loop that are not done, also in pools of the bot's own, for whose futures a task waits."""

    def __init__(self, loop: TimedLoop) -> None:
        self._loop = loop
        self.known: dict[asyncio.Future[Any], Call] = {}  # that went through the loop
        self._given_up: set[concurrent.futures.Future[Any]] = set()  # of other pools

    def add(self, future: asyncio.Future[Any], function: Callable[..., object], caller: FrameType) -> None:
        """Remember a call that was handed to an executor until its future is done."""
        frame: FrameType = caller
        while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(_HANDED_ON_BY):
            frame = frame.f_back
        self.known[future] = Call(_function_name(function), position(frame))
        future.add_done_callback(self._forget)

    def _forget(self, future: asyncio.Future[Any]) -> None:
        self.known.pop(future, None)

    def are_running(self) -> bool:
        """Tell whether an executor works on a call that was not given up."""
        if all(call.is_given_up for call in self.known.values()):
            return False
        resting = self._resting()
        return any(
            not call.is_given_up and tied_to(future) not in resting for future, call in self.known.items()
        )

    def were_given_up(self) -> bool:
        """Tell whether a call outlasted ``settle_timeout`` and runs still."""
        return any(call.is_given_up for call in self.known.values())

    def running(self) -> list[str]:
        """Describe the calls that run and were not given up."""
        resting = self._resting()
        found = [
            f"{call.name}, called in {call.where}"
            for future, call in self.known.items()
            if not call.is_given_up and tied_to(future) not in resting
        ]
        for task in self._loop.unfinished():
            future = waiter(task)
            if future is None or future in self.known or (source := tied_to(future)) is None:
                continue
            if source.running() and source not in self._given_up and source not in resting:
                found.append(describe_task(task))
        return found

    def _resting(self) -> set[concurrent.futures.Future[Any] | None]:
        """Return the futures of calls that wait for a coroutine which they had this loop run, and which waits."""
        found: set[concurrent.futures.Future[Any] | None] = set()
        for top in waiting(self._loop).values():
            frame: FrameType | None = top
            while frame is not None:
                if frame.f_code is _WORKS:
                    found.add(frame.f_locals["self"].future)
                frame = frame.f_back
        return found

    def give_up(self) -> list[str]:
        """Wait for none of them any longer; return where the tasks stand that do."""
        for call in self.known.values():
            call.is_given_up = True
        stacks = []
        for task in self._loop.unfinished():
            future = waiter(task)
            source = None if future is None else tied_to(future)
            if source is not None:
                self._given_up.add(source)
            if source is not None or future in self.known:
                stacks.append(stack(task))
        return stacks


def _function_name(function: Callable[..., object]) -> str:
    """Name what a call runs; ``to_thread`` hides it in a partial of ``Context.run``."""
    if isinstance(function, functools.partial):
        inner = (
            function.args[0]
            if function.args and getattr(function.func, "__name__", "") == "run"
            else function.func
        )
        return _function_name(inner)
    name: str = getattr(function, "__qualname__", None) or repr(function)
    return function_name(name)
