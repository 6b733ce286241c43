"""Virtual time and the timers that wait for it: what there is to read, and how far the next timer is.

Time is counted in whole microseconds from 0, and moves only where ``_move`` says so; ``loop.py`` decides when. The wall
clock is ``start_time`` plus that. These names of asyncio's are not public and needed: ``_scheduled`` and
``_clock_resolution``, ``_task_factory`` and ``_debug`` of the loop.
"""

from __future__ import annotations

import asyncio
import math
import weakref
from array import array
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from discordtest.clock.asked import AskingLoop
from discordtest.clock.waits import Pending, describe_timer, is_housekeeping

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from contextvars import Context
    from selectors import BaseSelector
    from typing import Any

    from typing_extensions import TypeVarTuple, Unpack

    Ts = TypeVarTuple("Ts")

T = TypeVar("T")

__all__ = ["DAY", "HALF_A_MICROSECOND", "TimedLoop"]

DAY = 86_400_000_000
"""A day in microseconds: a timer beyond it is a far one."""
HALF_A_MICROSECOND = 5.1e-7


class TimedLoop(AskingLoop):
    """An event loop with a clock of its own, which stands still until it is moved."""

    _scheduled: list[asyncio.TimerHandle]
    _goals: list[tuple[int, int, Any]]
    _task_factory: object
    _debug: bool

    def __init__(self, start_time: datetime | None, selector: BaseSelector) -> None:
        self._begin_time(start_time, 0)
        super().__init__(selector)
        self._clock_resolution = HALF_A_MICROSECOND  # what is due within half a microsecond is due

    def _begin_time(self, start_time: datetime | None, microseconds: int) -> None:
        self.start_time = start_time or datetime.now(UTC)
        # Adding to a datetime ignores what its zone does in summer.
        self._start_utc = self.start_time.astimezone(UTC)
        self.microseconds = microseconds
        self.moments = array("q")  # the microseconds of every jump, oldest first
        self.on_move: Callable[[], None] | None = None  # called after time has moved
        self.on_task: Callable[[asyncio.Task[Any]], None] | None = None  # told of every task that is made
        self._made: set[weakref.ref[asyncio.Task[Any]]] = set()  # a WeakSet takes four times as long
        self.last_reading = 0.0  # the latest time that a clock has told which never tells one twice
        self.blocked: list[str] = []  # where the bot has stopped the loop by `time.sleep`, in words
        self.steps: tuple[int, int] | None = None  # from where, and how long, where time moves in whole steps
        self._seconds = microseconds / 1e6
        self._overdue_at = -1
        self._main: asyncio.Future[Any] | None = None  # of run_until_complete
        self.main: asyncio.Task[Any] | None = None  # the same, where it is a task: what the test itself does

    def time(self) -> float:
        """Return the seconds since the loop was made."""
        return self._seconds

    def now(self) -> datetime:
        """Return the wall clock, as an aware datetime in the time zone of ``start_time``."""
        return (self._start_utc + timedelta(microseconds=self.microseconds)).astimezone(
            self.start_time.tzinfo
        )

    def set_wall_clock(self, moment: datetime) -> None:
        """Make it another moment, which may be an earlier one; what timers count by goes on."""
        self._start_utc = moment.astimezone(UTC) - timedelta(microseconds=self.microseconds)
        self.start_time = self._start_utc.astimezone(moment.tzinfo)
        self.last_reading = 0.0
        if self.on_move is not None:
            self.on_move()

    def _move(self, microseconds: int) -> None:
        self.microseconds = microseconds
        self._seconds = microseconds / 1e6
        if self.on_move is not None:
            self.on_move()

    def create_task(self, coro: Coroutine[Any, Any, T], **options: Any) -> asyncio.Task[T]:  # type: ignore[override]
        """Make a task; it is known to the loop and to who watches it, whatever factory the bot has set."""
        if self._task_factory is None and not self._debug:  # as asyncio does, with one call less
            task: asyncio.Task[T] = asyncio.Task(coro, loop=self, **options)
        else:
            task = super().create_task(coro, **options)
        self._made.add(weakref.ref(task, self._made.discard))
        if self.on_task is not None:
            self.on_task(task)
        return task

    def know(self, tasks: Iterable[asyncio.Task[Any]]) -> None:
        """Take note of tasks that were made before the loop was one of ours."""
        self._made.update(weakref.ref(task, self._made.discard) for task in tasks)

    def tasks(self) -> list[asyncio.Task[Any]]:
        """Return the tasks that were made, done or not, as far as somebody holds them."""
        return [task for reference in [*self._made] if (task := reference()) is not None]

    def unfinished(self) -> set[asyncio.Task[Any]]:
        """Return the tasks that are not done; ``asyncio.all_tasks`` goes through those of all loops that ever were."""
        return {task for task in self.tasks() if not task.done()}

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Set a timer. The second in a row that is due at once moves time by a microsecond.

        Code that sleeps until its clock has passed a moment needs that to end: ``tasks.loop(time=…)``, and the
        timeout of a view, whose moment may lie a hair after the microsecond at which its timer fires.
        """
        if when < self._seconds + HALF_A_MICROSECOND:
            if self._overdue_at == self.microseconds:
                self._move(self.microseconds + 1)
            self._overdue_at = self.microseconds
        handle = super().call_at(when, callback, *args, context=context)
        if when - self._seconds > DAY / 1e6:
            self._note_far(handle)
        return handle

    def _note_far(self, timer: asyncio.TimerHandle) -> None:
        """Take note of a timer that is more than a day away."""

    def pending(self) -> list[Pending]:
        """List the timers that have not fired, soonest first, with what waits for them."""
        tasks = self.unfinished()
        timers = sorted(
            handle for handle in self._scheduled if not handle.cancelled() and not is_housekeeping(handle)
        )
        return [
            Pending(
                self._wall(timer.when()),
                timer.when() - self._seconds,
                describe_timer(timer, tasks, self.main),
            )
            for timer in timers
        ]

    def _wall(self, when: float) -> datetime | None:
        try:
            return (self._start_utc + timedelta(seconds=when)).astimezone(self.start_time.tzinfo)
        except OverflowError:
            return None

    def _next_due(self) -> int | None:
        """Return the moment of the next timer, in whole microseconds."""
        heap = self._scheduled
        if heap and heap[0].cancelled():
            heap = sorted(handle for handle in heap if not handle.cancelled())
        if not heap or math.isinf(when := heap[0].when()):
            return None
        due = round(when * 1e6)
        if due / 1e6 + HALF_A_MICROSECOND <= when:
            due += 1  # decades away floats are so far apart that it would never be due
        return max(due, self.microseconds) if self.steps is None else self._at_a_step(due)

    def _at_a_step(self, due: int) -> int:
        """Return the end of the step in which a timer is due; of an ``advance``, at the latest its end."""
        begin, length = self.steps or (0, 1)
        step = begin + -(-(due - begin) // length) * length
        goal = self._goals[0][0] if self._goals else step
        return max(min(step, goal) if due <= goal else step, self.microseconds)
