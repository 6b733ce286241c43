"""Somebody else's event loop, made a virtual one in place, and given back.

pytest-asyncio, ``asyncio.run`` and ``IsolatedAsyncioTestCase`` make asyncio's own loop and are in the middle of
running it when a test asks for a Discord. asyncio calls its methods by name in each turn, so changing the class of the
loop takes effect at once. Its clock goes on from where it stands, and what its timers still have to go is kept when it
is given back. A loop that is closed is given back first.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
from typing import TYPE_CHECKING, Any

from discordtest.clock.loop import LISTED, VirtualLoop
from discordtest.clock.outside import Outside
from discordtest.clock.timed import HALF_A_MICROSECOND
from discordtest.clock.waits import waiter
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from discordtest.errors import DiscordTestError

__all__ = ["BorrowedLoop", "borrow", "give_back"]


class BorrowedLoop(VirtualLoop):
    """A loop that was asyncio's own and will be again."""

    _lent: Lent

    @property
    def on_close(self) -> list[Callable[[], None]]:
        """What to do before the loop is closed; the latest is done first."""
        return self._lent.on_close

    def _stop_main(self, error: DiscordTestError) -> None:
        """Raise an error where the test waits, also in a run that was not ours when it began.

        There nobody makes the error of a cancellation; what the test waits for has to fail.
        """
        lent, awaited = self._lent, _innermost(self._main)
        if self._main is not lent.main or awaited is None:
            super()._stop_main(error)
            return
        lent.failed += 1
        if lent.failed > LISTED:  # the test swallows every error and waits again
            raise error
        awaited.set_exception(error)

    def close(self) -> None:
        """Do what is to be done before, give the loop back, and close it."""
        if self.is_running():
            raise RuntimeError("Cannot close a running event loop")
        lent = self._lent
        before = contextlib.ExitStack()
        for callback in lent.on_close:
            before.callback(callback)
        try:
            before.close()
        finally:
            if isinstance(self, BorrowedLoop):  # who borrowed it may have given it back just now
                lent.end(self)
            self.close()


class Lent:
    """What a borrowed loop was before."""

    def __init__(self, loop: Any, start_time: datetime | None, settle_timeout: float) -> None:
        self.count = 1  # of borrowers
        self.on_close: list[Callable[[], None]] = []
        self.main = _main_task(loop)  # of a run that goes on, which is asyncio's own
        self.failed = 0  # how often what it waits for was made to fail
        self._class: Any = type(loop)  # mypy takes no class for hashable
        self._resolution = loop._clock_resolution
        self._slow = loop.slow_callback_duration
        before = {*vars(loop)}
        self._begin(loop, start_time, settle_timeout)
        self._names = {*vars(loop)} - before

    def _begin(self, loop: Any, start_time: datetime | None, settle_timeout: float) -> None:
        selector, now = loop._selector, loop.time()
        loop.__class__ = _borrowed(self._class)
        loop._begin_rest(settle_timeout)
        loop._begin_time(start_time, round(now * 1e6))
        loop.know(asyncio.all_tasks(loop))
        loop.set_wall_clock(loop.start_time)  # it begins there now, not when the loop's clock read 0
        loop._set_main(self.main)
        loop._stand_before(selector, loop._select)
        loop.outside = Outside(loop)
        loop._clock_resolution = HALF_A_MICROSECOND
        loop.slow_callback_duration = math.inf  # debug mode would complain of time that is not real
        loop._lent = self

    def end(self, loop: Any) -> None:
        """Make the loop what it was; its timers have as long to go as before."""
        virtual = loop.time()
        del loop._selector.select
        for name in self._names:
            vars(loop).pop(name, None)
        loop.__class__ = self._class
        loop._clock_resolution, loop.slow_callback_duration = self._resolution, self._slow
        passed = loop.time() - virtual
        for timer in loop._scheduled:  # all by the same, so they stay in order
            timer._when += passed


def borrow(
    loop: asyncio.AbstractEventLoop, *, start_time: datetime | None = None, settle_timeout: float = 5.0
) -> VirtualLoop:
    """Make a loop a virtual one, running or not, until as many `give_back` or its ``close()``.

    One that is virtual already stays what it is. ``start_time`` is the wall clock; None is the real one.
    """
    if isinstance(loop, BorrowedLoop):
        loop._lent.count += 1
    elif not isinstance(loop, VirtualLoop):
        if not isinstance(loop, asyncio.SelectorEventLoop):
            raise SetupError(
                f"the event loop is a {type(loop).__module__}.{type(loop).__qualname__}, whose time cannot be made "
                "that of a test: run the test on asyncio's own asyncio.SelectorEventLoop (not uvloop, not the "
                "ProactorEventLoop of Windows), or in a DiscordTestCase, which brings its own"
            )
        if loop.is_closed():
            raise SetupError("the event loop is closed")
        Lent(loop, start_time, settle_timeout)
    assert isinstance(loop, VirtualLoop)
    return loop


def give_back(loop: asyncio.AbstractEventLoop) -> None:
    """End what `borrow` began: the last one makes the loop what it was."""
    if isinstance(loop, BorrowedLoop):
        loop._lent.count -= 1
        if not loop._lent.count:
            loop._lent.end(loop)


@functools.cache
def _borrowed(kind: Any) -> Any:  # classes
    """Return the class of a borrowed loop: that of the loop itself stays below ours."""
    if kind is asyncio.SelectorEventLoop:
        return BorrowedLoop
    return type(f"Borrowed{kind.__name__}", (BorrowedLoop, kind), {})


def _innermost(future: asyncio.Future[Any] | None) -> asyncio.Future[Any] | None:
    """Return what a task waits for in the end, by way of other tasks."""
    while isinstance(future, asyncio.Task):
        future = waiter(future)
    return None if future is None or future.done() else future


def _main_task(loop: asyncio.AbstractEventLoop) -> asyncio.Task[Any] | None:
    """Return what ``run_until_complete`` waits for: asyncio has no public name for it."""
    for task in asyncio.all_tasks(loop):
        for callback, _ in getattr(task, "_callbacks", None) or ():
            if getattr(callback, "__name__", "") == "_run_until_complete_cb":
                return task
    return asyncio.current_task(loop) if loop.is_running() else None
