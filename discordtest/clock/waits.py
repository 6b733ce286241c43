"""What a task or a timer waits for, in words for people.

Reads the frames of suspended coroutines, never changes one. "The bot sleeps for 30 s in on_message
(bot.py:12)": the place is the innermost line that belongs neither to asyncio nor to discord.py nor to this
library.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import traceback
from datetime import timedelta
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import TYPE_CHECKING, Any, NamedTuple

from discordtest.code_names import function_name, line_at

if TYPE_CHECKING:
    import contextvars
    from collections.abc import Iterable
    from datetime import datetime

__all__ = [
    "MACHINERY",
    "Pending",
    "context_of",
    "describe_running",
    "describe_task",
    "describe_timer",
    "describe_waiting",
    "frames",
    "is_housekeeping",
    "position",
    "root",
    "stack",
    "task_of",
    "waiter",
]

MACHINERY = frozenset(["asyncio", "contextlib", "discord", "discordtest"])
TIDYING = frozenset(
    [("aiohttp.helpers", "_weakref_handle"), ("aiohttp.web_protocol", "RequestHandler._process_keepalive")]
)
"""Callbacks that close what was idle for long."""
_DUE = {
    "archive_quiet_thread": "archives a thread in which nobody writes",
    "end_poll": "ends a poll",
    "end_subscription_period": "ends a month of a subscription",
    "expire_gateway_session": "forgets a session whose client has gone",
    "pass_scheduled_event": "begins or ends a scheduled event",
}
"""What Discord does by itself, by the operation."""
_DEADLINES = "Backend.run_deadlines"
_ZOMBIE = "Incoming._time_out"
_LONG = 3600
REQUEST_TIMEOUT = "aiohttp.helpers", "TimeoutHandle.__call__"
_TIMEOUT = "discord.ui.view", "__timeout_task_impl"
_POLL = "discord.gateway", "poll_event"
AnyTask = asyncio.Task[Any]


class Pending(NamedTuple):
    """A timer that has not fired yet: ``str()`` of it is a sentence."""

    until: datetime | None
    """When it fires, aware; None for one that never does."""
    seconds: float
    """How far away that is."""
    what: str
    """Who waits and where."""

    def __str__(self) -> str:
        length = _seconds(self.seconds)
        if self.until is not None and self.seconds >= _LONG:  # nobody reads 52113 s
            length = (
                f"{timedelta(seconds=round(self.seconds))} ({length}), at {self.until:%Y-%m-%d %H:%M:%S %Z}"
            )
        return f"{self.what}, due in {length}"


def waiter(task: AnyTask) -> asyncio.Future[Any] | None:
    """Return the future that a task waits for, None while the task can run."""
    # asyncio has no public name for it
    found: asyncio.Future[Any] | None = getattr(task, "_fut_waiter", None)
    return found


def context_of(task: AnyTask) -> contextvars.Context | None:
    """Return the context that a task runs in; before Python 3.12, which names it, None while the task can run."""
    if sys.version_info >= (3, 12):
        return task.get_context()
    for callback, context in getattr(waiter(task), "_callbacks", None) or ():
        if getattr(callback, "__self__", None) is task:
            return context  # type: ignore[no-any-return]
    return None


def frames(task: AnyTask) -> list[FrameType]:
    """Return all frames of a suspended task, outermost first: ``Task.get_stack`` returns only that one."""
    found: list[FrameType] = []
    awaited: Any = task.get_coro()
    while awaited is not None:
        if isinstance(awaited, CoroutineType):
            frame, awaited = awaited.cr_frame, awaited.cr_await
        elif isinstance(awaited, AsyncGeneratorType):
            frame, awaited = awaited.ag_frame, awaited.ag_await
        elif isinstance(awaited, GeneratorType):
            frame, awaited = awaited.gi_frame, awaited.gi_yieldfrom
        else:
            awaited = _wrapped(awaited)
            continue
        if frame is None:
            break
        found.append(frame)
    return found


def _wrapped(awaited: object) -> object | None:
    """Look through what ``async for`` and ``__await__`` put around a coroutine."""
    if isinstance(awaited, asyncio.Future):
        return None
    kinds = (CoroutineType, AsyncGeneratorType, GeneratorType)
    return next((inner for inner in gc.get_referents(awaited) if isinstance(inner, kinds)), None)


def stack(task: AnyTask) -> str:
    """Format where a task stands like a traceback, outermost line first."""
    lines = traceback.StackSummary.extract((frame, frame.f_lineno) for frame in frames(task))
    return f"{task.get_name()}:\n{''.join(lines.format())}".rstrip()


def position(frame: FrameType) -> str:
    """Name a line of code: ``on_message (bot.py:12)``."""
    code = frame.f_code
    return f"{function_name(code.co_qualname)} ({line_at(code.co_filename, frame.f_lineno)})"


def describe_task(task: AnyTask, main: AnyTask | None = None, who: str = "the bot") -> str:
    """Say who waits, how and where: ``the bot waits up to 60 s in on_message (bot.py:12)``."""
    if task is main:
        who = "the test"
    chain = frames(task)
    if not chain:
        return f"{who} runs {task.get_name()}"
    if view := _own(chain, _TIMEOUT):
        return f"{who}'s view {type(view).__name__} waits for its timeout"
    if _own(chain, _POLL):
        return f"{who} waits for events of the gateway"
    loop = _tasks_loop(chain)
    place = f"between two runs of the loop {loop}" if loop else f"in {position(_place(chain))}"
    return f"{who} {_manner(chain)} {place}"


def describe_timer(handle: asyncio.TimerHandle, tasks: Iterable[AnyTask], main: AnyTask | None = None) -> str:
    """Say what a timer is for, by the task that it will wake; else name its callback."""
    task = task_of(handle, tasks)
    callback = getattr(handle, "_callback", None)
    if task is not None:
        ends = isinstance(getattr(callback, "__self__", None), asyncio.Timeout)
        return f"{describe_task(task, main)}{', under a timeout' if ends else ''}"
    name = getattr(callback, "__qualname__", None) or repr(callback)
    if name == _ZOMBIE:
        return "the bot takes a connection for dead, on which nothing has come"
    if name == _DEADLINES:
        return f"Discord {' and '.join(_DUE.get(name, name) for name in _due(handle))}"
    return f"a call of {function_name(name)}"


def _due(handle: asyncio.TimerHandle) -> list[str]:
    """Return the operations that are due when a timer of the backend fires; none where they were called off."""
    world, loop = handle._callback.__self__.world, handle._loop  # type: ignore[attr-defined]
    at = round(handle.when() * 1e6) - loop.microseconds + world.now()
    return [*dict.fromkeys(name for when, name, _ in world.deadlines if abs(when - at) <= 1)]


def task_of(handle: asyncio.TimerHandle, tasks: Iterable[AnyTask]) -> AnyTask | None:
    """Return the task that a timer will wake, or whose timeout it is."""
    callback, arguments = getattr(handle, "_callback", None), getattr(handle, "_args", None) or ()
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Timeout):
        task: AnyTask | None = getattr(owner, "_task", None)
        return task
    futures = [each for each in (owner, *arguments) if isinstance(each, asyncio.Future)]
    return next((task for task in tasks if waiter(task) in futures), None)


def is_housekeeping(handle: asyncio.TimerHandle) -> bool:
    """Tell whether a timer will wake nobody: one of the backend's that was called off, and some of aiohttp's.

    Those are of sockets: they close what was idle for long, or are the timeout of a request that has long become a
    websocket.
    """
    callback = getattr(handle, "_callback", None)
    if getattr(callback, "__qualname__", None) == _DEADLINES:
        return not _due(handle)
    name = getattr(callback, "__module__", None), getattr(callback, "__qualname__", None)
    if name == REQUEST_TIMEOUT:  # private names: a list of bound methods of contexts, each with its tasks
        ends = getattr(getattr(callback, "__self__", None), "_callbacks", ())
        return not any(getattr(getattr(end[0], "__self__", None), "_tasks", True) for end in ends)
    return name in TIDYING


def describe_running(loop: asyncio.AbstractEventLoop, limit: int) -> list[str]:
    """Give the stacks of tasks that could run at once; where there are none, the callbacks."""
    running = [task for task in asyncio.all_tasks(loop) if waiter(task) is None and not task.done()]
    if running:
        return [stack(task) for task in running[:limit]]
    return [repr(handle) for handle in list(getattr(loop, "_ready", ()))[:limit]]


def describe_waiting(loop: asyncio.AbstractEventLoop, main: AnyTask | None, limit: int) -> list[str]:
    """List what the tasks besides the test's own wait for."""
    tasks = [task for task in asyncio.all_tasks(loop) if task is not main and waiter(task) is not None]
    lines = sorted(f"  {describe_task(task)}" for task in tasks[:limit])
    if len(tasks) > limit:
        lines.append(f"  and {len(tasks) - limit} tasks more")
    return lines


def _place(chain: list[FrameType]) -> FrameType:
    for frame in reversed(chain):
        if root(frame) not in MACHINERY:
            return frame
    return next((frame for frame in reversed(chain) if root(frame) != "asyncio"), chain[-1])


def root(frame: FrameType) -> str:
    """Return the package that a frame's code is of."""
    name: str = frame.f_globals.get("__name__", "")
    return name.partition(".")[0]


def _manner(chain: list[FrameType]) -> str:
    for frame in reversed(chain):
        if frame.f_globals.get("__name__") != "asyncio.tasks":
            continue
        name, local = frame.f_code.co_name, frame.f_locals
        if name == "sleep" and isinstance(local.get("delay"), int | float):
            return f"sleeps for {_seconds(local['delay'])}"
        if name == "wait_for" and isinstance(local.get("timeout"), int | float):
            return f"waits up to {_seconds(local['timeout'])}"
    return "waits"


def _tasks_loop(chain: list[FrameType]) -> str | None:
    """Name the ``discord.ext.tasks`` loop that rests between two runs: it stands in no line of the bot."""
    if root(_place(chain)) != "discord":
        return None
    for frame in chain:
        if frame.f_globals.get("__name__") == "discord.ext.tasks" and frame.f_code.co_name == "_loop":
            name: str = frame.f_locals["self"].coro.__qualname__
            return function_name(name)
    return None


def _own(chain: list[FrameType], method: tuple[str, str]) -> object | None:
    """Return whose method of discord.py a task runs, one that stands in no line of the bot."""
    for frame in chain:
        if (frame.f_globals.get("__name__"), frame.f_code.co_name) == method:
            found: object = frame.f_locals["self"]
            return found
    return None


def _seconds(seconds: float) -> str:
    return f"{round(seconds, 6):.15g} s"
