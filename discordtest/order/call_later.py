"""``mocked_call_later``: long waits that cost no real time, in a test case or on any loop of asyncio's.

It is the one clock. In a ``DiscordTestCase`` it is a view of the test's own; elsewhere the running loop is borrowed for
the length of the block, so that ``call_later``, ``asyncio.sleep``, timeouts and whatever else sets a timer there is due
on a clock that moves when nothing can run.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import math
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from discordtest import clock, current
from discordtest.clock import travel
from discordtest.clock.borrowed import borrow, give_back
from discordtest.clock.loop import VirtualLoop
from discordtest.code_names import line_at
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

__all__ = ["MockedCallLater", "mocked_call_later"]

__unittest = True  # unittest leaves our frames out of its tracebacks

EPOCH = datetime.fromtimestamp(0, UTC)


@runtime_checkable
class MockedCallLater(Protocol):
    """The clock of a `mocked_call_later` block."""

    @property
    def called_times(self) -> list[float]:
        """When callbacks were called, oldest first, each moment once: seconds, which began at ``start_time``."""

    def time(self) -> float:
        """Return the seconds by now: ``start_time`` and what has passed since the block began."""

    async def add(self, amount: float) -> None:
        """Let so many seconds pass, and call what is due within, in its order."""


def mocked_call_later(
    *, ctx: Any = None, precision: float = 0.1, start_time: float = 0, name: str = ""
) -> AbstractAsyncContextManager[MockedCallLater]:
    """Let timers of the running loop be due without waiting for them.

    Parameters: ``ctx``: anything with a ``loop``, which has to be the running one, the default; ``precision``: the
    seconds of a step: what is due within one is called at its end, or where ``add`` ends; ``start_time``: what the
    seconds count from; ``name``: how messages call it.

    ``loop.time()`` goes on from where it is. Outside of a test case the wall clock begins at ``start_time`` (seconds
    since 1970) for what follows the clock: discord.py, and with the extra ``discordtest[time]`` every ``time.time()``
    and ``datetime.now()``. In a test case the wall clock stays the test's own.

    Errors: ``ValueError`` for a precision that is not above 0, and for an amount below 0; `SetupError` for another loop
    than the running one, or one that cannot be borrowed, for ``add`` outside of the block, and where the block ends for
    an ``add`` that nobody has awaited; `Deadlock` in the block where it waits for what never comes.

    >>> async with discordtest.mocked_call_later() as m:
    ...     event = asyncio.Event()
    ...     asyncio.get_running_loop().call_later(3, event.set)
    ...     await event.wait()
    ...     assert m.time() == 3
    """
    if not (_is_number(precision) and precision > 0):
        raise ValueError(f"precision is the length of a step in seconds, above 0, not {precision!r}")
    if not _is_number(start_time):
        raise ValueError(f"start_time is a number of seconds since 1970, not {start_time!r}")
    return _Mocked(ctx, round(precision * 1e6) or 1, start_time, name)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


class _Mocked:
    """A view of the running loop's clock, and the loan of the loop."""

    def __init__(self, ctx: Any, step: int, start_time: float, name: str) -> None:
        self._given_loop = None if ctx is None else ctx.loop
        self._step = step
        self._start = start_time
        self._title = f"mocked_call_later {name!r}" if name else "mocked_call_later"
        self._after = contextlib.ExitStack()
        self._loop: VirtualLoop | None = None  # while the block lasts
        self._now = start_time  # once it has ended, as called_times is
        self._called_times: list[float] = []
        self._added: list[tuple[Coroutine[Any, Any, None], str]] = []  # where each add() was called

    def __repr__(self) -> str:
        return f"<{self._title} at {self.time():g} s>"

    async def __aenter__(self) -> _Mocked:
        running = asyncio.get_running_loop()
        if self._given_loop not in (None, running):
            raise SetupError(
                f"{self._title}: the loop of ctx is {self._given_loop!r}, but {running!r} is the one that runs"
            )
        with contextlib.ExitStack() as entered:
            loop = self._virtual(running, entered)
            self._begin, self._first = loop.microseconds, len(loop.moments)
            entered.callback(setattr, loop, "steps", loop.steps)
            loop.steps = self._begin, self._step
            self._loop = loop
            self._after = entered.pop_all()
        return self

    def _virtual(self, running: asyncio.AbstractEventLoop, entered: contextlib.ExitStack) -> VirtualLoop:
        was_virtual = isinstance(running, VirtualLoop)
        loop = borrow(running, start_time=EPOCH + timedelta(seconds=self._start))
        entered.callback(give_back, loop)  # a stage that has borrowed it, too, may end before
        if was_virtual:
            return loop
        clock.install()
        entered.callback(clock.uninstall)
        if travel.is_available():
            entered.enter_context(travel.Travel(loop))
        return loop

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._now, self._called_times, self._loop = self.time(), self.called_times, None
        self._after.close()
        missed = [where for coroutine, where in self._added if _is_missed(coroutine)]
        if missed and error is None:
            raise SetupError(
                f"{self._title}: add(…) at {' and '.join(missed)} was never awaited: write `await` before it, or no "
                "time passes"
            )

    @property
    def called_times(self) -> list[float]:
        """When callbacks were called, oldest first, each moment once; after the block, those within it."""
        if self._loop is None:
            return self._called_times[:]
        return [self._seconds(moment) for moment in self._loop.moments[self._first :]]

    def time(self) -> float:
        """Return the seconds by now; after the block, those at its end."""
        return self._now if self._loop is None else self._seconds(self._loop.microseconds)

    def add(self, amount: float) -> Coroutine[Any, Any, None]:
        """Let so many seconds pass, and call what is due within, in its order."""
        made = self._add(amount)
        caller = sys._getframe(1)
        self._added.append((made, line_at(caller.f_code.co_filename, caller.f_lineno)))
        return made

    async def _add(self, amount: float) -> None:
        if not _is_number(amount):
            raise ValueError(f"{self._title}: add takes a number of seconds, not {amount!r}")
        if amount < 0:
            raise ValueError(f"{self._title}: time does not go back: {amount!r} s")
        if self._loop is None:
            raise SetupError(f"{self._title}: add({amount!r}) is called outside of its `async with` block")
        case = current.find_case()
        if case is not None and case._scene.loop is self._loop:
            await case.advance(amount)  # which raises what was kept aside, and begins an act
        else:
            await self._loop.advance(amount)

    def _seconds(self, microseconds: int) -> float:
        return self._start + (microseconds - self._begin) / 1e6


def _is_missed(coroutine: Coroutine[Any, Any, None]) -> bool:
    """Tell whether a coroutine was never begun; it is closed, since Python would say so once more."""
    is_missed = inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED
    if is_missed:
        coroutine.close()
    return is_missed
