"""Who outside the event loop may still answer it, and until when? `Outside.patience` decides.

A loop at which nothing can run stands still in its own time, and goes on waiting in real time for as long as somebody
outside it may answer. That can be known only in part:

- Nobody gets more than ``settle_timeout`` since the loop could have come to rest. Most get less, but a sign of life (a
  descriptor that is ready, a thread that calls) gives them all of it anew.
- Executor calls (``executor.py``) are known exactly. They are waited for until they are done.
- All else is judged by where it stands. What stands somewhere new gets one grace: a thread until it has come to rest
  (``threads.py``); a task that waits where neither asyncio's own primitives nor discord.py answer (``places.py``), a
  longer one if it waits for a child process or psycopg.
- While any task waits for the outside, new or not, signs of work count: a question on a connection that has no answer
  yet, or a driver that watches one by itself (``asked.py``); a thread that was seen to rest elsewhere (a query of
  aiosqlite); for a task that is new, any busy thread.
- A question may set off something where nobody has asked. That gets a moment.
- What outlasts all of these is at rest: where it stands is remembered, and not waited for again; nor do signs of work
  count again which brought no answer. Calls, and tasks that were never given up for all the signs of life, are a
  ``SettleTimeout``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from discordtest.clock.executor import Calls
from discordtest.clock.places import Places, awaits_output, ends_by_itself
from discordtest.clock.threads import Threads
from discordtest.clock.waits import describe_task
from discordtest.errors import SettleTimeout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discordtest.clock.loop import VirtualLoop
    from discordtest.clock.places import Waits

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
"""Real seconds between two looks at where threads stand: they come to rest without a word."""


class Outside:
    """What one loop knows of the work outside it."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.grace = GRACE
        self.calls = Calls(loop)
        self.threads = Threads(loop)
        self.places = Places(loop)
        self._loop = loop

    def exists(self) -> bool:
        """Tell whether there is anything outside the loop that could wake it."""
        return bool(self.threads.exist() or self.calls.known or self._loop.is_watching())

    def patience(self, waited: float, total: float) -> float:
        """Return for how many real seconds the loop should go on waiting; 0 when all that is left rests.

        ``waited`` counts from the last sign of life, ``total`` since the loop could have come to rest.
        Calls that outlast ``settle_timeout`` raise ``SettleTimeout`` once.
        """
        limit = self._loop.settle_timeout
        calls, waits = self.calls.running(), self.places.waits()
        new = self.places.new(waits)
        for left in self._who_may_answer(calls, waits, new, waited):
            if (left := min(left, limit - total)) > 0:
                return left
        self.places.rest(new)
        self.threads.rest()
        restless = map(describe_task, new.values()) if waited < min(self._grace(new), limit) else ()
        if late := [*calls, *restless]:
            raise SettleTimeout(self._complaint(late, limit))
        return 0.0

    def _who_may_answer(self, calls: list[str], waits: Waits, new: Waits, waited: float) -> Iterator[float]:
        """Yield how many real seconds each has left, or those until he has to be looked at again.

        Whoever goes on to the next has found that this one has none left; what follows is below the ``yield``.
        """
        if self.threads.are_arriving():
            yield min(SAMPLING, self.grace - waited)
        if calls:
            yield math.inf
        if new:
            yield self._grace(new) - waited
        if waits:
            if self.places.may_be_answered(waits) and self._loop.awaits_answer():
                yield SLOW - waited
                self._loop.asked.give_up()
                self.places.give_up(waits)
            if self.threads.are_at_work():
                yield SAMPLING
                self.threads.tire()
            if new and self.threads.are_busy():
                yield min(SAMPLING, SLOW - waited)
        if self._loop.asked.may_echo:
            yield (ECHO if waits else FAINT_ECHO) - waited
            self._loop.asked.may_echo = False

    def _grace(self, new: Waits) -> float:
        tasks = new.values()
        if any(map(ends_by_itself, tasks)):
            return math.inf
        return SLOW if any(map(awaits_output, tasks)) else self.grace

    def _complaint(self, late: list[str], limit: float) -> str:
        lines = [f"work outside the event loop still runs after {limit:g} s (settle_timeout):"]
        lines += [f"  {each}" for each in late]
        lines += [f"waited for by {each}" for each in self.calls.give_up()]
        return "\n".join(lines)
