"""What a test leaves behind: tasks of its own, HTTP sessions, threads, each with the line that made it.

A task that the test itself began and that still waits when the test is over fails it: what it would have checked was
never checked. A session that is open and a thread that runs are ``ResourceWarning``s at the line that made them, as
Python has them for files and sockets. Tasks of the bot (its loops) are none: they end with it.
While tests run, ``aiohttp.ClientSession.__init__`` and ``threading.Thread.start`` note who calls them.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import sys
import threading
import warnings
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp

from discordtest.clock.waits import describe_task
from discordtest.errors import SettleTimeout

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

__all__ = ["Leaks", "install", "uninstall"]

PATIENCE = 0.1  # real seconds in which a thread that is about to end may do so
ROUNDS = 8  # how often the test's tasks may come to rest and go on: each verb in them settles
KEPT = 64  # sessions that are remembered before the closed ones among them are forgotten
#: Hooks of a test case in which it builds its bot: what is made there is the bot's.
_HOOKS = frozenset(("make_client", "make_world", "start_client"))
_THE_LOOP = "discordtest.clock.", "discordtest.transports.guard"  # what stands in for asyncio's own
_LIBRARIES = frozenset(("aiohttp", "asyncio", "concurrent", "contextlib", "threading"))

_lock = threading.Lock()
_running: dict[asyncio.AbstractEventLoop, Leaks] = {}
_session_init: Any = aiohttp.ClientSession.__init__
_thread_start: Any = threading.Thread.start


class Line(NamedTuple):
    """A line of code."""

    file: str
    number: int

    def __str__(self) -> str:
        return f"{os.path.basename(self.file)}:{self.number}"


class Leaks:
    """What one test has made and may leave behind; ``case`` is the test case."""

    def __init__(self, case: object, loop: Any) -> None:
        self.loop = loop
        self.tasks: weakref.WeakKeyDictionary[asyncio.Task[Any], Line] = weakref.WeakKeyDictionary()
        self.sessions: dict[aiohttp.ClientSession, Line] = {}
        self.threads: dict[threading.Thread, Line] = {}
        self._own = [
            (kind.__module__, f"{kind.__qualname__}.")
            for kind in type(case).__mro__
            if kind.__module__.partition(".")[0] not in ("builtins", "discordtest", "unittest")
        ]

    def note_task(self, task: asyncio.Task[Any]) -> None:
        """Note a task that was made while the test itself ran, if its own code made it."""
        if asyncio.current_task(self.loop) is not self.loop.main:
            return
        frame = _maker(sys._getframe(2))
        if frame is None:
            return
        module, name = frame.f_globals.get("__name__"), f"{frame.f_code.co_qualname}."
        for known, prefix in self._own:
            if module == known and name.startswith(prefix):
                if name.removeprefix(prefix).partition(".")[0] not in _HOOKS:
                    self.tasks[task] = _line(frame)
                return

    def note_session(self, session: aiohttp.ClientSession, frame: FrameType) -> None:
        """Note a session that was opened."""
        if len(self.sessions) > KEPT:
            self.sessions = {each: line for each, line in self.sessions.items() if not each.closed}
        maker = _maker(frame)
        if maker is not None:
            self.sessions[session] = _line(maker)

    def note_thread(self, thread: threading.Thread, frame: FrameType) -> None:
        """Note a thread that was started."""
        maker = _maker(frame)
        if maker is not None and not thread.name.startswith("asyncio_"):  # the loop ends its executor itself
            self.threads[thread] = _line(maker)

    # -- when the test is over

    async def pending_tasks(self) -> list[str]:
        """Return what of the test's own tasks still waits once all has run that can run, in words."""
        with contextlib.suppress(SettleTimeout):  # what does not rest is told where it is cancelled
            for _ in range(ROUNDS):
                if all(task.done() for task in self.tasks):
                    break
                await self.loop.settle()
        return [
            f"a task that it began at {line} has not ended: {describe_task(task, task)}"
            for task, line in self.tasks.items()
            if not task.done()
        ]

    async def close_sessions(self) -> list[tuple[str, Line]]:
        """Close the sessions that are open; return what they are, in words, and where they were made."""
        found = []
        for session, line in self.sessions.items():
            if not session.closed:
                found.append((f"the HTTP session opened at {line} was not closed", line))
                await aiohttp.ClientSession.close(session)
        return found

    def running_threads(self) -> list[tuple[str, Line]]:
        """Return the threads that still run, in words, and where they were started."""
        found = []
        for thread, line in self.threads.items():
            thread.join(PATIENCE)
            if thread.is_alive():
                found.append((f"the thread {thread.name!r} started at {line} still runs", line))
        return found


def warn(found: Iterable[tuple[str, Line]]) -> None:
    """Warn of what was left behind, at the lines that made it."""
    for text, line in found:
        message = f"the test ended, but {text}"
        warnings.warn_explicit(message, ResourceWarning, line.file, line.number)


def _maker(frame: FrameType | None) -> FrameType | None:
    """Return the frame that made something by whatever libraries; None where discord.py or we did for the bot."""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        root = "asyncio" if name.startswith(_THE_LOOP) else name.partition(".")[0]
        if root in ("discord", "discordtest"):
            return None
        if root not in _LIBRARIES:
            return frame
        frame = frame.f_back
    return None


def _line(frame: FrameType) -> Line:
    return Line(frame.f_code.co_filename, frame.f_lineno)


# -- what is replaced while tests run


@functools.wraps(aiohttp.ClientSession.__init__)
def _init(self: aiohttp.ClientSession, *args: Any, **options: Any) -> None:
    _session_init(self, *args, **options)
    leaks = _running.get(asyncio._get_running_loop())  # type: ignore[arg-type]  # without a loop there is none
    if leaks is not None:
        leaks.note_session(self, sys._getframe(1))


@functools.wraps(threading.Thread.start)
def _start(self: threading.Thread) -> None:
    leaks = _running.get(asyncio._get_running_loop())  # type: ignore[arg-type]  # as above
    if leaks is not None:
        leaks.note_thread(self, sys._getframe(1))
    _thread_start(self)


def install(leaks: Leaks) -> None:
    """Note what a test makes."""
    global _session_init, _thread_start
    with _lock:
        if not _running:
            _session_init, _thread_start = aiohttp.ClientSession.__init__, threading.Thread.start
            aiohttp.ClientSession.__init__ = _init  # type: ignore[method-assign]
            threading.Thread.start = _start  # type: ignore[method-assign]
        _running[leaks.loop] = leaks


def uninstall(leaks: Leaks) -> None:
    """Stop noting; after the last test both are what they were."""
    with _lock:
        if _running.pop(leaks.loop, None) is None or _running:
            return
        if aiohttp.ClientSession.__init__ is _init:
            aiohttp.ClientSession.__init__ = _session_init  # type: ignore[method-assign]
        if threading.Thread.start is _start:
            threading.Thread.start = _thread_start  # type: ignore[method-assign]
