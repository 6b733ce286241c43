"""Dominos force the order in which tasks go on: each falls only after the one before it has fallen and was awaited.

A domino is a future. It falls when it was asked for (``futs[3]``), the one before has fallen, and whoever awaited that
one has run on until the loop had nothing else to run. What nobody awaits stops the row: that is told with its number
where the block ends.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from discordtest.clock.loop import VirtualLoop
from discordtest.clock.waits import describe_task
from discordtest.errors import Deadlock, SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

__all__ = ["Domino", "FutureDominos", "future_dominos"]

__unittest = True  # unittest leaves our frames out of its tracebacks

PATIENCE = 5.0
"""Real seconds that a row may stand still on a loop of real time; a virtual one knows when nothing can happen."""
LOOKS = 10
"""How often in that time it is looked at."""
TURNS = 100
"""Turns of the loop in which who awaited a domino may run on, where something is always ready."""
SHOWN = 5
"""How many dominos a complaint describes."""

_log = logging.getLogger(__name__)


@runtime_checkable
class Domino(Protocol):
    """One domino: what an ``asyncio.Future`` without a result can do."""

    def __await__(self) -> Generator[Any, None, None]:
        """Wait until the domino has fallen."""

    def add_done_callback(self, fn: Callable[[Any], object], /) -> None:
        """Call a function with the domino when it has fallen; that counts as awaiting it."""

    def cancel(self) -> bool:
        """Let it fall at once as cancelled: who awaits it gets a ``CancelledError``."""

    def cancelled(self) -> bool:
        """Tell whether it was cancelled."""

    def done(self) -> bool:
        """Tell whether it has fallen, in whatever way."""

    def exception(self) -> BaseException | None:
        """Return the exception that it was given; ``InvalidStateError`` before it has fallen."""

    def result(self) -> None:
        """Return None, or raise what it was given; ``InvalidStateError`` before it has fallen."""

    def set_exception(self, exception: BaseException, /) -> None:
        """Let it fall at once with an exception, which who awaits it gets."""

    def set_result(self, result: None, /) -> None:
        """Let it fall at once."""


@runtime_checkable
class FutureDominos(Protocol):
    """A row of dominos, numbered from 1."""

    @property
    def started(self) -> asyncio.Event:
        """Set by ``begin()``."""

    @property
    def finished(self) -> asyncio.Event:
        """Set when the last one has fallen and who awaited it has run on."""

    def begin(self) -> None:
        """Let the row fall from now on."""

    def __getitem__(self, number: int, /) -> Domino:
        """Return a domino by its number, from 1; `SetupError` for a number that there is not."""


def future_dominos(
    *,
    expected: int,
    loop: asyncio.AbstractEventLoop | None = None,
    log: logging.Logger | None = None,
    name: str = "",
) -> AbstractAsyncContextManager[FutureDominos]:
    """Force an order: a row of ``expected`` dominos, each of which falls once the one before it was awaited.

    Parameters: ``loop``: the running loop, which is the default; ``log``: told at INFO of each domino that falls
    (default: the logger ``discordtest.order.dominos``); ``name``: how messages call the row.

    Errors: ``ValueError`` for fewer than one; `SetupError` for another loop than the running one. Where the block ends,
    an ``AssertionError`` that names what kept the row from falling: ``begin()`` that was not called, a domino that
    nobody asked for or awaited, or two tasks did, or that was given an exception or cancelled (unless the test has
    looked at it, by ``exception()`` or ``cancelled()``), a number that there is not. What still waits is cancelled.

    >>> async with discordtest.future_dominos(expected=2) as futs:
    ...     asyncio.create_task(second(futs[2]))
    ...     asyncio.create_task(first(futs[1]))
    ...     futs.begin()
    ...     await futs.finished.wait()
    """
    if not isinstance(expected, int) or isinstance(expected, bool) or expected < 1:  # type: ignore[redundant-expr]  # who has no types
        raise ValueError(f"expected is the number of dominos, at least 1, not {expected!r}")
    return _Row(expected, loop, log or _log, name)


class _NoSuchDomino(SetupError, LookupError):
    """A number that no domino has. No IndexError: a ``for`` would take that for the end."""


class _Future(asyncio.Future[None]):
    """A domino; what waits for it in whatever way adds a callback."""

    __slots__ = ("is_asked_for", "is_awaited", "is_given_up", "is_looked_at", "number", "row", "task")

    def __init__(self, row: _Row, number: int) -> None:
        super().__init__(loop=row.loop)
        self.row = row
        self.number = number
        self.is_asked_for = False
        self.is_awaited = False
        self.is_looked_at = False
        self.is_given_up = False  # ended by the loop, which found that nothing else would
        self.task: asyncio.Task[Any] | None = None  # which awaits it

    def __await__(self) -> Generator[Any, None, None]:
        self.row.note_awaiter(self)
        return (yield from super().__await__())

    __iter__ = __await__

    def add_done_callback(self, fn: Callable[[Any], object], /, *, context: Any = None) -> None:
        super().add_done_callback(fn, context=context)
        self.row.note_wait(self)

    def set_exception(self, exception: type | BaseException, /) -> None:
        self.is_given_up = isinstance(exception, Deadlock)
        super().set_exception(exception)
        self._log_traceback = False  # the row tells of it

    def cancel(self, msg: Any = None) -> bool:
        self.is_given_up = not self.done() and _has_given_up(self.row.loop)
        return super().cancel(msg)

    def exception(self) -> BaseException | None:
        self._look()
        return super().exception()

    def cancelled(self) -> bool:
        self._look()
        return super().cancelled()

    def is_through(self) -> bool:
        """Tell whether it has fallen and was awaited."""
        return self.done() and self.is_awaited and not self.is_given_up

    def problem(self) -> str | None:
        """Say with what other than nothing it fell, unless the test knows."""
        if not self.done() or self.is_looked_at or self.is_given_up:
            return None
        if super().cancelled():
            also = ", with the task that awaited it" if self.task and self.task.cancelling() else ""
            return f"domino {self.number} was cancelled{also}"
        error = super().exception()
        return None if error is None else f"domino {self.number} was given {error!r}"

    def task_error(self) -> BaseException | None:
        """Return with what the task failed that awaited it; ``exception()`` would count as having looked at it."""
        found: BaseException | None = getattr(self.task, "_exception", None)
        return found

    def _look(self) -> None:
        caller = sys._getframe(2).f_globals.get("__name__", "")
        if self.done() and caller.partition(".")[0] not in ("asyncio", "discordtest"):
            self.is_looked_at = True


class _Row:
    """The dominos, and whose turn it is."""

    def __init__(
        self, expected: int, loop: asyncio.AbstractEventLoop | None, log: logging.Logger, name: str
    ) -> None:
        self._expected = expected
        self._given_loop = loop
        self._log = log
        self._title = f"dominos {name!r}" if name else "dominos"
        self._turn = 1  # the number of the one that falls next, or whose awaiter runs on
        self._is_moving = False  # a call is under way that will look at the turn again
        self._is_over = False
        self._misuses: list[str] = []
        self._watch: asyncio.TimerHandle | None = None
        self._gave_up: str | None = None  # over what, where the row stood still for long

    async def __aenter__(self) -> _Row:
        self.loop = running = asyncio.get_running_loop()
        if self._given_loop not in (None, running):
            raise SetupError(
                f"{self._title}: loop is {self._given_loop!r}, but {running!r} is the one that runs"
            )
        self.started, self.finished = asyncio.Event(), asyncio.Event()
        self._dominos = [_Future(self, number) for number in range(1, self._expected + 1)]
        self._watch_out((False, 0), 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._watch is not None:
            self._watch.cancel()
        text = self._gave_up or self._complaint()
        self._let_go()
        await asyncio.sleep(0)  # what waited sees it now
        if text is None:
            return
        deadlock = _take_deadlock(self.loop, error)
        if error is None or self._gave_up or deadlock:
            failed = (found for domino in self._dominos if (found := domino.task_error()) is not None)
            raise AssertionError(text) from next(failed, deadlock or error)
        error.add_note(text)

    def __getitem__(self, number: int) -> _Future:
        if not isinstance(number, int):
            raise TypeError(f"{self._title}: a domino has a number, not {number!r}")
        if not 1 <= number <= self._expected:
            text = f"there is no domino {number}: they are 1 to {self._expected} (expected={self._expected})"
            self._misuses.append(text)
            raise _NoSuchDomino(f"{self._title}: {text}")
        domino = self._dominos[number - 1]
        if not domino.is_asked_for:
            domino.is_asked_for = True
            self._go_on(domino)
        return domino

    def begin(self) -> None:
        """Let the row fall from now on."""
        if not self.started.is_set():
            self._log.info("%s: begin", self._title)
            self.started.set()
            self._go_on(self._dominos[self._turn - 1])

    # -- who waits

    def note_awaiter(self, domino: _Future) -> None:
        """Note which task awaits a domino; two tasks would have no order."""
        task = asyncio.current_task(self.loop)
        if domino.task is None:
            domino.task = task
        elif task is not None and task is not domino.task:
            text = (
                f"domino {domino.number} is awaited by two tasks, {domino.task.get_name()} and {task.get_name()}: "
                "it would leave their order open, so give each a number of its own"
            )
            self._misuses.append(text)
            raise SetupError(f"{self._title}: {text}")
        self.note_wait(domino)

    def note_wait(self, domino: _Future) -> None:
        """Note that something waits for a domino."""
        if not domino.is_awaited:
            domino.is_awaited = True
            self._go_on(domino)

    # -- the order

    def _go_on(self, domino: _Future) -> None:
        """Look at the turn in the loop's next one, if this domino has it."""
        if (
            domino.number == self._turn
            and not self._is_moving
            and not self._is_over
            and self.started.is_set()
        ):
            self._is_moving = True
            self.loop.call_soon(self._knock)

    def _knock(self) -> None:
        """Let the domino fall whose turn it is; once it is awaited, the next is looked at when all has run."""
        self._is_moving = False
        domino = self._dominos[self._turn - 1]
        if self._is_over or not domino.is_asked_for:
            return
        if not domino.done():
            self._log.info("%s: domino %d of %d falls", self._title, domino.number, self._expected)
            domino.set_result(None)
        if domino.is_awaited:
            self._is_moving = True
            self.loop.call_soon(self._let_run, 0)

    def _let_run(self, turns: int) -> None:
        """Wait until nothing else is ready, so that who awaited the domino has run on."""
        ready = getattr(self.loop, "_ready", None)  # a loop that is not asyncio's own has none
        if turns < (10 if ready is None else TURNS) and (ready is None or ready):
            self.loop.call_soon(self._let_run, turns + 1)
            return
        self._is_moving = False
        if self._turn == self._expected:
            self._log.info("%s: all %d have fallen", self._title, self._expected)
            self._turn += 1
            self.finished.set()
        else:
            self._turn += 1
            self._knock()

    # -- the end

    def _watch_out(self, seen: tuple[bool, int], looks: int) -> None:
        """Give up where nothing has happened in so many looks; a virtual loop finds that out itself."""
        now = self.started.is_set(), self._turn
        if isinstance(self.loop, VirtualLoop) or self._is_over or self.finished.is_set():
            return
        looks = looks + 1 if now == seen else 0
        if looks == LOOKS:
            self._gave_up = self._complaint()
            self._let_go()
            self.finished.set()
        else:
            self._watch = self.loop.call_later(PATIENCE / LOOKS, self._watch_out, now, looks)

    def _let_go(self) -> None:
        """Cancel what still waits: nothing would ever end it."""
        self._is_over = True
        for domino in self._dominos:
            if not domino.done():
                domino.is_looked_at = True
                domino.cancel(msg=f"{self._title}: the block ended before domino {domino.number} fell")

    def _complaint(self) -> str | None:
        """Say what went wrong, if anything did."""
        lines = [*self._misuses]
        lines += [text for domino in self._dominos if (text := domino.problem())]
        if standing := [domino for domino in self._dominos if not domino.is_through()]:
            lines = [self._blockade(standing), *lines, *self._waiting(standing), *self._failed()]
            if self._is_moving:
                lines.append("the row was still falling: end the block with `await futs.finished.wait()`")
        return "\n  ".join([f"{self._title}: {lines[0]}", *lines[1:]]) if lines else None

    def _blockade(self, standing: list[_Future]) -> str:
        fallen = f"{self._expected - len(standing)} of {self._expected} fell and were awaited"
        first = standing[0]
        if not self.started.is_set():
            return f"begin() was never called; {fallen}"
        if first.is_awaited:
            return f"the block ended before domino {first.number} fell; {fallen}"
        if first.done():
            return f"domino {first.number} fell, but was never awaited, so the row stops there; {fallen}"
        how = (
            "asked for, but not awaited" if first.is_asked_for else f"never asked for by futs[{first.number}]"
        )
        return f"domino {first.number} was {how}, so the row stops there; {fallen}"

    def _waiting(self, standing: list[_Future]) -> list[str]:
        waiting = [domino for domino in standing if domino.task is not None]
        lines = [
            f"domino {domino.number} is awaited: {describe_task(domino.task, who=domino.task.get_name())}"
            for domino in waiting[:SHOWN]
            if domino.task is not None
        ]
        if len(waiting) > SHOWN:
            lines.append(f"and {len(waiting) - SHOWN} more are awaited")
        return lines

    def _failed(self) -> list[str]:
        return [
            f"the task that awaited domino {domino.number} failed: {error!r}"
            for domino in self._dominos
            if (error := domino.task_error()) is not None
        ][:SHOWN]


def _take_deadlock(loop: asyncio.AbstractEventLoop, error: BaseException | None) -> Deadlock | None:
    """Return the deadlock that ended the block, if one did: it is told as what the row lacks, and only so."""
    if isinstance(error, asyncio.CancelledError) and isinstance(loop, VirtualLoop):
        return loop.take_deadlock()
    return error if isinstance(error, Deadlock) else None


def _has_given_up(loop: asyncio.AbstractEventLoop) -> bool:
    return isinstance(loop, VirtualLoop) and loop.has_given_up()
