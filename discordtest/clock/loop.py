"""The event loop whose time moves only when nothing can run.

The one decision is ``VirtualLoop._rest``, taken whenever asyncio would block in ``select``: first the
outside gets its say (``outside.py``), then a waiting ``settle`` returns, then time goes to the next timer,
and where none is left the test is told that it waits for ever. While anything is runnable ``select`` is
skipped.

What time is and which timer is next belongs to ``timed.py``. These names of asyncio's are not public and needed:
``_ready``, ``_scheduled``, ``_asyncgens`` and ``_default_executor`` of the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import sys
import time
from functools import partial
from selectors import DefaultSelector
from typing import TYPE_CHECKING, Any, TypeVar

from discordtest.clock.asked import Asked
from discordtest.clock.nested import run_inside
from discordtest.clock.outside import Outside
from discordtest.clock.patience import Patience
from discordtest.clock.timed import HALF_A_MICROSECOND, TimedLoop
from discordtest.clock.turns import Turn, wakes_the_test
from discordtest.clock.waits import describe_running, describe_task, describe_waiting
from discordtest.errors import Deadlock, DiscordTestError, SettleTimeout

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Awaitable, Callable, Collection, Coroutine, Generator
    from concurrent.futures import Executor
    from datetime import datetime

    from typing_extensions import TypeVarTuple, Unpack

    from discordtest.clock.asked import Events

    Ts = TypeVarTuple("Ts")

__all__ = ["LISTED", "VirtualLoop"]

T = TypeVar("T")

SPIN_TURNS = 1024
"""A loop that is busy for long in fewer turns than this does heavy work; it does not spin."""
LISTED = 10
"""How many waiting tasks an error lists."""


class VirtualLoop(TimedLoop):
    """An event loop whose clock moves when nothing can run, and which ``settle`` and ``advance`` drive."""

    _ready: deque[asyncio.Handle]
    _asyncgens: Collection[Any]
    _default_executor: Executor | None
    _nest_patched = (
        True  # nest_asyncio 1.6 leaves such a loop alone; its turns would not know what the clock needs
    )

    def __init__(self, start_time: datetime | None = None, settle_timeout: float = 5.0) -> None:
        self._begin_rest(settle_timeout)
        selector = DefaultSelector()
        self._stand_before(selector, self._select)
        super().__init__(start_time, selector)
        self.outside = Outside(self)

    def _begin_rest(self, settle_timeout: float) -> None:
        self.settle_timeout = settle_timeout
        self.asked = Asked()
        self.closing = False  # while set, time does not move
        self.heartbeats = False  # whether clients send heartbeats as time passes
        #: called at rest when modules were imported meanwhile
        self.on_import: Callable[[], None] | None = None
        self.on_spin: Callable[[], str | None] | None = None  # asked whether a bot runs in circles
        self.on_exit: Callable[[SystemExit], None] | None = None  # told where the bot would end its process
        self._modules = len(sys.modules)
        self._settlers: list[Turn] = []
        self._is_settled = False  # since the turn of the loop that is under way
        self._goals: list[tuple[int, int, Turn]] = []
        self._order = itertools.count()
        self._long_timers: list[asyncio.TimerHandle] = []
        self._verdicts: list[DiscordTestError] = []
        self._waiter: object = None
        self._patience: Patience | None = None  # with what the test waits for now
        self._hoped_for: object = None
        self._hoping_since = 0.0
        self._turns = 0
        self._busy_since: float | None = None
        self._outside_since: float | None = None
        self._is_watched = False

    # What asyncio calls

    def close(self) -> None:
        """Close the loop, and let go of what knows it."""
        if not self.is_closed():
            super().close()
            self.asked.forget()
            del self._look, self._watched, self.outside

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Run a call in an executor; ``settle`` waits for it and no time moves before it is done."""
        future = super().run_in_executor(executor, func, *args)
        self.outside.calls.add(future, func, sys._getframe(1))
        return future

    def run_until_complete(self, future: Generator[Any, None, T] | Awaitable[T]) -> T:
        """Run what the test does; a deadlock is raised as if at the line that waits.

        Where a bot has applied nest_asyncio, its own calls within the loop are run nested.
        """
        task: asyncio.Future[T] = asyncio.ensure_future(future, loop=self)  # type: ignore[arg-type]
        if self.is_running() and hasattr(asyncio, "_nest_patched"):
            return self._run_main(task, partial(run_inside, self))
        return self._run_main(task, super().run_until_complete)

    def run_nested(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end within a call that this loop makes itself, and whatever else can run.

        The task that calls this stands still meanwhile, as in any call that blocks; time is virtual as ever.
        """
        return self._run_main(self.create_task(coroutine), partial(run_inside, self))

    def _run_main(self, task: asyncio.Future[T], run: Callable[[asyncio.Future[T]], T]) -> T:
        outer = self._main
        self._set_main(task)
        verdicts, self._verdicts = self._verdicts, []
        try:
            result = run(task)
        except asyncio.CancelledError as cancelled:
            if not self._verdicts:
                raise
            raise self._verdicts[-1].with_traceback(cancelled.__traceback__) from None
        except BaseException as error:
            for verdict in self._verdicts:
                if verdict is not error:
                    error.add_note(f"{type(verdict).__name__}: {verdict}")
            raise
        else:
            if self._verdicts:
                raise self._verdicts[-1]  # the test swallowed its cancellation
            return result
        finally:
            self._set_main(outer)
            self._verdicts = verdicts

    def _set_main(self, future: asyncio.Future[Any] | None) -> None:
        self._main, self.main = future, future if isinstance(future, asyncio.Task) else None

    def shut_down(self) -> None:
        """End the asynchronous generators and the executor's threads, where there are any."""
        if self._asyncgens:
            self.run_until_complete(self.shutdown_asyncgens())
        if self._default_executor is not None:
            self.run_until_complete(self.shutdown_default_executor())

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Stop the executor's threads; one that still works after ``settle_timeout`` is left behind."""
        self._executor_shutdown_called = True
        executor: Any = self._default_executor
        if executor is None:
            return
        with contextlib.suppress(SettleTimeout):  # it was named where the test waited
            await self.settle()
        executor.shutdown(wait=False, cancel_futures=True)
        deadline = time.perf_counter() + (0 if self.outside.calls.were_given_up() else self.settle_timeout)
        for thread in getattr(executor, "_threads", ()):
            thread.join(max(0.0, deadline - time.perf_counter()))

    # What the test calls

    def settle(self) -> asyncio.Future[None]:
        """Run what can run, wait for the work outside the loop, move no time."""
        turn = Turn(loop=self)
        self._settlers.append(turn)
        return turn

    async def advance(self, seconds: float) -> None:
        """Let so much time pass, from timer to timer, and settle."""
        if seconds < 0:
            raise ValueError(f"time does not go back: {seconds} s")
        goal = self.microseconds + round(seconds * 1e6)
        await self.settle()
        await self._reach(goal)
        await self.settle()

    async def wait_until(self, predicate: Callable[[], T], timeout: float) -> T:
        """Advance from timer to timer until the predicate is true; return what it said last."""
        goal = self.microseconds + round(timeout * 1e6)
        await self.settle()
        while not (answer := predicate()) and self.microseconds < goal:
            due = self._next_due()
            await self._reach(goal if due is None else min(due, goal))
            await self.settle()
        return answer

    async def _reach(self, goal: int) -> None:
        if goal > self.microseconds:
            turn = Turn(loop=self)
            heapq.heappush(self._goals, (goal, next(self._order), turn))
            await turn

    def wake_settlers(self, error: DiscordTestError | None = None) -> None:
        """End every ``settle`` and ``advance`` that waits, with an error or without."""
        turns = [*self._settlers, *(turn for _, _, turn in self._goals)]
        self._settlers.clear()
        self._goals.clear()
        for turn in turns:
            turn.end(error)

    def has_settled(self) -> bool:
        """Tell whether a ``settle`` has just returned, and nothing was made runnable since: another is needless."""
        return self._is_settled and not self._ready

    def has_given_up(self) -> bool:
        """Tell whether the test was told that it waits in vain: its cancellation is that."""
        return bool(self._verdicts)

    def take_deadlock(self) -> Deadlock | None:
        """Return the deadlock that has just cancelled the test, which then is not raised; None without one."""
        if not self._verdicts or not isinstance(found := self._verdicts[-1], Deadlock):
            return None
        self._verdicts.pop()
        if self.main is not None:
            self.main.uncancel()
        return found

    def is_idle(self) -> bool:
        """Tell whether nothing is left that was made runnable and has not run."""
        if any(not handle.cancelled() and not wakes_the_test(handle, self.main) for handle in self._ready):
            return False
        due = self._seconds + HALF_A_MICROSECOND
        if self._scheduled and self._scheduled[0].when() < due:
            if any(not handle.cancelled() and handle.when() < due for handle in self._scheduled):
                return False
        return not self.outside.calls.are_running()

    # The decision

    def _select(self, timeout: float | None = None) -> Events:
        """Answer what asyncio asks in each turn; a timeout of 0 means that something can run.

        Then descriptors are looked at only if there are any, and now and then at what spins.
        """
        self._is_settled = False
        if timeout != 0:
            return self._rest()
        self._turns += 1
        if self._turns % 128 == 0:
            self._is_watched = self.outside.exists()
            self._watch_spin()
        elif not self._is_watched:
            return []
        return self._poll(0)

    def _watch_spin(self) -> None:
        # The processor time of this thread: a breakpoint or a loaded machine must not look like spinning.
        now = time.thread_time()
        if self._busy_since is None:
            self._busy_since = now
        what = None if self.on_spin is None else self.on_spin()
        if what is None and self._turns >= SPIN_TURNS and now - self._busy_since > self.settle_timeout:
            what = f"the event loop did not come to rest in {self.settle_timeout:g} s (settle_timeout)"
        if what is not None:
            self._turns, self._busy_since = 0, None
            self._fail(SettleTimeout("\n".join([f"{what}. What runs:", *describe_running(self, LISTED)])))

    def _rest(self) -> Events:
        """Nothing can run."""
        if self.on_import is not None and len(sys.modules) != self._modules:
            self.on_import()
            self._modules = len(sys.modules)
        events = self._poll(0)
        if events or self._ready:  # for ever, where the reader of a descriptor takes nothing from it
            self._turns += 1
            if self._turns % 128 == 0:
                self._watch_spin()
            return events
        self._turns, self._busy_since = 0, None
        self._is_watched = self.outside.exists()
        if self._is_watched:
            events = self._wait_outside()
        if events or self._ready:  # a thread may have called while we looked
            return events
        self._outside_since = None
        return self._decide()

    def _wait_outside(self) -> Events:
        started = time.perf_counter()
        if self._outside_since is None:
            self._outside_since = started
        while True:
            now = time.perf_counter()
            try:
                patience = self.outside.patience(now - started, now - self._outside_since)
            except SettleTimeout as error:
                self._outside_since = None  # what is waited for from here on has its own time
                self._fail(error)
                return []
            if patience <= 0:
                return []
            events = self._block(patience)
            if events or self._ready:
                return events

    def _block(self, patience: float) -> Events:
        self.be_woken()
        return [] if self._ready else self._poll(patience)  # a thread may have called before it could wake us

    def _decide(self) -> Events:
        if self._settlers:
            turns, self._settlers = self._settlers, []
            for turn in turns:
                turn.end()
            self._is_settled = True
            return []
        due = None if self.closing else self._next_due()
        if self._goals and (due is None or due > self._goals[0][0]):
            goal, _, turn = heapq.heappop(self._goals)
            self._move(max(goal, self.microseconds))
            turn.end()
            return []
        if not self._goals and (self._main is None or self._main.done()):
            return self._block(0.05)
        if due is not None and (self._goals or not self._is_day_over(due)):
            self.moments.append(due)
            self._move(due)
            return []
        return self._give_up(due)

    def _note_far(self, timer: asyncio.TimerHandle) -> None:
        if asyncio.current_task(self) is self._main:
            self._long_timers.append(timer)

    def _is_day_over(self, due: int) -> bool:
        """Tell whether one wait of the test has lasted a day, and no timer of its own explains that."""
        awaited = getattr(self._main, "_fut_waiter", None)
        if self._patience is None or awaited is not self._waiter:
            self._waiter, self._patience = awaited, Patience(self, self.settle_timeout)
        if not self._patience.is_over(due, self.main):
            return False
        alive = (
            timer for timer in self._long_timers if not timer.cancelled() and timer.when() > self._seconds
        )
        self._long_timers = list(alive)
        return not self._long_timers

    def _give_up(self, due: int | None) -> Events:
        if self._is_watched and (left := self._hope()) > 0:  # the outside gets all the time there is
            events = self._block(left)
            if events or self._ready:
                return events
        if self.closing:
            reason = "time does not move while the loop closes"
        elif due is None:
            reason = "nothing can ever run again: no task can run and no timer is left"
        else:
            reason = f"{self._patience}; to let more pass, use advance() or set a timer"
        who = f"{describe_task(self.main, self.main)}, but {reason}." if self.main else reason
        self._stop_main(Deadlock("\n".join([who, *describe_waiting(self, self.main, LISTED)])))
        return []

    def _hope(self) -> float:
        """Return for how many real seconds the outside may still end this wait of the test.

        A thread that calls into the loop now and then, for ever, would else keep a deadlock from being one.
        """
        awaited, now = getattr(self._main, "_fut_waiter", None), time.perf_counter()
        if awaited is not self._hoped_for:
            self._hoped_for, self._hoping_since = awaited, now
        return self._hoping_since + self.settle_timeout - now

    def _fail(self, error: DiscordTestError) -> None:
        """Raise an error where the test waits."""
        if self._settlers or self._goals:
            self.wake_settlers(error)
        else:
            self._stop_main(error)

    def _stop_main(self, error: DiscordTestError) -> None:
        if self._main is None or self._main.done():
            return
        self._verdicts.append(error)
        if len(self._verdicts) > LISTED:  # the test swallows every cancellation and waits again
            raise error
        self._main.cancel()
