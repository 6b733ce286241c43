"""How long a wait that no timer of its own ends may go on from timer to timer: a day of the clock, or so much work.

A day of a bot that sleeps for a millisecond is 86 million timers, which would take an hour.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from discordtest.clock.timed import DAY
from discordtest.clock.waits import task_of

if TYPE_CHECKING:
    import asyncio

    from discordtest.clock.timed import TimedLoop

__all__ = ["JUMPS", "Patience"]

JUMPS = 20_000
"""Jumps from timer to timer after which the processor time of a wait counts."""


class Patience:
    """What one wait of the test has taken so far; ``limit`` is in seconds of this thread's processor time.

    A breakpoint or a loaded machine does not use it up.
    """

    def __init__(self, loop: TimedLoop, limit: float) -> None:
        self._loop = loop
        self._limit = limit
        self._jumps = len(loop.moments)
        self._since = loop.microseconds
        self._began = time.thread_time()

    def is_over(self, due: int, task: asyncio.Task[Any] | None = None) -> bool:
        """Tell whether going on to a timer, due at that microsecond, is too much.

        What a timer of the task's own ends is no work in vain.
        """
        if due - self._since > DAY:
            return True
        if not self._has_worked():
            return False
        timers = [] if task is None else self._loop._scheduled
        return not any(task_of(each, [task]) is task for each in timers if task and not each.cancelled())

    def _has_worked(self) -> bool:
        jumps = len(self._loop.moments) - self._jumps
        return jumps > JUMPS and time.thread_time() - self._began > self._limit

    def __str__(self) -> str:
        if not self._has_worked():
            return "a day of the clock has passed"
        jumps = len(self._loop.moments) - self._jumps
        length = timedelta(seconds=round((self._loop.microseconds - self._since) / 1e6))
        return f"{length} of the clock have passed in {jumps} steps, and {self._limit:g} s of work (settle_timeout)"
