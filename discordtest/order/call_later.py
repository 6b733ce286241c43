"""``mocked_call_later``: long waits that cost no real time, in a test case or on any loop of asyncio's.

It is the one clock. In a ``DiscordTestCase`` it is a view of the test's own; elsewhere the running loop is borrowed for
the length of the block, so that ``call_later``, ``asyncio.sleep``, timeouts and whatever else sets a timer there is due
on a clock that moves when nothing can run.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from discordtest import clock, current
from discordtest.clock import travel
from discordtest.clock.borrowed import borrow, give_back
from discordtest.clock.loop import VirtualLoop
from discordtest.errors import SetupError

if TYPE_CHECKING:
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
        raise NotImplementedError

    def time(self) -> float:
        """Return the seconds by now: ``start_time`` and what has passed since the block began."""
        raise NotImplementedError

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
    than the running one, or one that cannot be borrowed; `Deadlock` in the block where it waits for what never comes.

    >>> async with discordtest.mocked_call_later() as m:
    ...     event = asyncio.Event()
    ...     asyncio.get_running_loop().call_later(3, event.set)
    ...     await event.wait()
    ...     assert m.time() == 3
    """
    if not (precision > 0 and math.isfinite(precision)):
        raise ValueError(f"precision is the length of a step in seconds, above 0, not {precision!r}")
    return _Mocked(ctx, round(precision * 1e6) or 1, start_time, name)


class _Mocked:
    """A view of the running loop's clock, and the loan of the loop."""

    def __init__(self, ctx: Any, step: int, start_time: float, name: str) -> None:
        self._given_loop = None if ctx is None else ctx.loop
        self._step = step
        self._start = start_time
        self._title = f"mocked_call_later {name!r}" if name else "mocked_call_later"
        self._after = contextlib.ExitStack()

    def __repr__(self) -> str:
        return f"<{self._title} at {self.time():g} s>"

    async def __aenter__(self) -> _Mocked:
        running = asyncio.get_running_loop()
        if self._given_loop not in (None, running):
            raise SetupError(
                f"{self._title}: the loop of ctx is {self._given_loop!r}, but {running!r} is the one that runs"
            )
        with contextlib.ExitStack() as entered:
            self._loop = self._virtual(running, entered)
            self._begin, self._first = self._loop.microseconds, len(self._loop.moments)
            entered.callback(setattr, self._loop, "steps", self._loop.steps)
            self._loop.steps = self._begin, self._step
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
        self._after.close()

    @property
    def called_times(self) -> list[float]:
        """When callbacks were called, oldest first, each moment once."""
        return [self._seconds(moment) for moment in self._loop.moments[self._first :]]

    def time(self) -> float:
        """Return the seconds by now."""
        return self._seconds(self._loop.microseconds)

    async def add(self, amount: float) -> None:
        """Let so many seconds pass, and call what is due within, in its order."""
        if not (amount >= 0 and math.isfinite(amount)):
            raise ValueError(f"{self._title}: time does not go back: {amount!r} s")
        case = current.find_case()
        if case is not None and case._scene.loop is self._loop:
            await case.advance(amount)  # which raises what was kept aside, and begins an act
        else:
            await self._loop.advance(amount)

    def _seconds(self, microseconds: int) -> float:
        return self._start + (microseconds - self._begin) / 1e6
