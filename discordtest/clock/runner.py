"""The runner of one test: it makes the virtual loop, and closes it whatever the bot left behind."""

from __future__ import annotations

import asyncio
import contextvars
import warnings
import weakref
from typing import TYPE_CHECKING, Any, TypeVar

from discordtest.clock.loop import VirtualLoop
from discordtest.clock.waits import describe_task, frames
from discordtest.errors import DiscordTestError, SettleTimeout

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable
    from contextvars import Context
    from datetime import datetime

__all__ = ["Runner", "end_tasks", "ended_tasks", "forget_ended"]

T = TypeVar("T")

ROUNDS = 3
"""How often a task is cancelled: the first may start its clean-up, the others end a clean-up that waits."""


class Runner:
    """Does as an ``asyncio.Runner``, on a ``VirtualLoop``: no debug mode unless the user asks Python for it.

    That one would handle Ctrl-C anew for each of the four runs of a test, and shut down generators and executors
    that most tests do not have: a tenth of an empty test. Here Ctrl-C is a ``KeyboardInterrupt`` where it happens.
    """

    def __init__(
        self, *, start_time: datetime | None = None, settle_timeout: float = 5.0, debug: bool | None = None
    ) -> None:
        if start_time is not None and getattr(start_time, "tzinfo", None) is None:
            raise ValueError("start_time must be an aware datetime, such as datetime(2026, 1, 1, tzinfo=UTC)")
        self._settings = start_time, settle_timeout
        self._debug = debug
        self._loop: VirtualLoop | None = None
        self._context: Context | None = None
        self._is_closed = False

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def get_loop(self) -> VirtualLoop:
        """Return the loop, which is made at the first call."""
        if self._is_closed:
            raise RuntimeError("Runner is closed")
        if self._loop is None:
            self._loop = VirtualLoop(*self._settings)
            asyncio.set_event_loop(self._loop)  # setUp may ask for the loop
            self._context = contextvars.copy_context()
            if self._debug is not None:
                self._loop.set_debug(self._debug)
        return self._loop

    def run(self, coro: Coroutine[Any, Any, T], *, context: Context | None = None) -> T:
        """Run a coroutine to its end."""
        if not asyncio.iscoroutine(coro):
            raise ValueError(f"a coroutine was expected, got {coro!r}")
        if asyncio._get_running_loop() is not None:
            raise RuntimeError("Runner.run() cannot be called from a running event loop")
        loop = self.get_loop()
        return _run(loop, loop.create_task(coro, context=context or self._context))

    def close(self) -> None:
        """Close the loop without moving time; what does not end is named in a ``ResourceWarning``."""
        loop, self._loop, self._is_closed = self._loop, None, True
        if loop is None:
            return
        loop.closing = True
        left = _run(loop, loop.create_task(_end_all(loop))) if asyncio.all_tasks(loop) else []
        try:
            loop.shut_down()
        except DiscordTestError as error:
            left.append(str(error))
        finally:
            asyncio.set_event_loop(None)
            loop.close()
        if left:
            self.report(left)

    def report(self, left: list[str]) -> None:
        """Tell what did not end; no error, which would end the run of all tests."""
        for each in left:
            warnings.warn(f"the test ended, but {each}", ResourceWarning, stacklevel=3)


def _run(loop: VirtualLoop, task: asyncio.Task[T]) -> T:
    """Run a task to its end, whatever exits in others.

    asyncio lets ``sys.exit()`` leave the loop from any task. Out of a test's clean-up it would end the run of all
    tests, with the bot's own exit code. The task that exited keeps its error, and the loop tells of it.
    """
    while True:
        try:
            return loop.run_until_complete(task)
        except SystemExit as end:
            if task.done() and task.exception():  # looked at, so asyncio need not complain
                raise
            if loop.on_exit is not None and not loop.closing:
                loop.on_exit(end)


async def _end_all(loop: VirtualLoop) -> list[str]:
    return await end_tasks(asyncio.all_tasks(loop) - {asyncio.current_task(loop)})


_ended: set[weakref.ref[asyncio.Task[Any]]] = set()


def ended_tasks() -> list[asyncio.Task[Any]]:
    """Return the tasks that were cancelled with the tests of this process and that somebody still holds."""
    return [task for each in [*_ended] if (task := each()) is not None and task.cancelled()]


def forget_ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Leave tasks out of ``ended_tasks`` from now on."""
    _ended.difference_update(map(weakref.ref, tasks))


async def end_tasks(tasks: Iterable[asyncio.Task[Any] | None]) -> list[str]:
    """Cancel tasks and let them clean up, three times; then forget what still lives, and name it."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    alive = [task for task in tasks if task is not None and not task.done()]
    _ended.update(weakref.ref(task, _ended.discard) for task in alive)
    for _ in range(ROUNDS):
        if not alive:
            break
        for task in alive:
            task.cancel()
        try:
            await loop.settle()
        except SettleTimeout:
            break
        finally:
            alive = [task for task in alive if not task.done()]
    return [_abandon(task) for task in alive]


def _abandon(task: asyncio.Task[Any]) -> str:
    text = (
        f"{describe_task(task)}: {task.get_name()} ignores its cancellation"
        if frames(task)
        else task.get_name()
    )
    coroutine: Any = task.get_coro()
    try:
        coroutine.close()
    except Exception as error:  # noqa: BLE001  # the bot's own clean-up: whatever it raises is reported
        text += f" and its clean-up raised {error!r}"
    # asyncio would wait for it in Runner.close, and complain when it is collected; there are no public names.
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    asyncio.tasks._unregister_task(task)
    task.add_done_callback(_look_at_error)  # a step that is under way fails on the closed coroutine
    return text


def _look_at_error(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()
