"""What a test leaves behind: tasks of its own, clients, HTTP sessions, websockets, threads, each with its line.

A task that the test itself began and that still waits when the test is over fails it: what it would have checked was
never checked. What is open or runs of the others is a ``ResourceWarning`` at the line that made it, as Python has them
for files and sockets. Tasks of the bot (its loops) are none: they end with it.
While tests run, the methods in ``_stand_ins`` note who calls them.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
import threading
import warnings
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp

from discordtest.clock.waits import describe_task, root
from discordtest.code_names import line_at
from discordtest.errors import SettleTimeout
from discordtest.stand_ins import StandIns
from discordtest.transports.guard import adopt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType
    from typing import TypeAlias

    Closeable: TypeAlias = aiohttp.ClientSession | aiohttp.ClientWebSocketResponse

__all__ = ["Leaks", "Line", "install", "uninstall", "warn"]

PATIENCE = 0.1  # real seconds in which a thread that is about to end may do so
INTERVAL = 0.25  # real seconds: the longest that is waited for until a thread sees that it is to end
ROUNDS = 8  # how often the test's tasks may come to rest and go on: each verb in them settles
KEPT = 64  # sessions that are remembered before the closed ones among them are forgotten
#: Hooks of a test case in which it builds its bot: what is made there is the bot's.
_HOOKS = frozenset(("make_client", "make_world", "start_client"))
#: What of ours lies under asyncio and aiohttp, between them and who calls.
_UNDERNEATH = ("discordtest.clock.", "discordtest.seam", "discordtest.transports.")
_LIBRARIES = frozenset(("aiohttp", "asyncio", "concurrent", "contextlib", "threading"))

_BENEATH = _LIBRARIES | {"discordtest"}
_STDLIB = Path(threading.__file__).parent

_lock = threading.Lock()
_running: dict[asyncio.AbstractEventLoop, Leaks] = {}


class Line(NamedTuple):
    """A line of code."""

    file: str
    number: int

    def __str__(self) -> str:
        return line_at(self.file, self.number)


class Leaks:
    """What one test has made and may leave behind; ``case`` is the test case."""

    def __init__(self, case: object, loop: Any) -> None:
        self.loop = loop
        self.tasks: weakref.WeakKeyDictionary[asyncio.Task[Any], Line] = weakref.WeakKeyDictionary()
        self.open: dict[Closeable, tuple[str, Line]] = {}  # sessions, sockets -> what each is, in words
        self.threads: dict[threading.Thread, tuple[Line, Line]] = {}  # -> where it was started, and by whom
        kind: Any = type(case)  # mypy takes no class for hashable
        self._own = _own(kind)

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
                hook = name.removeprefix(prefix).partition(".")[0] in _HOOKS
                if not hook and not _is_called_by_discord(frame):
                    self.tasks[task] = _line(frame)
                return

    def note_session(self, session: aiohttp.ClientSession, frame: FrameType) -> None:
        """Note an HTTP session that was opened: by somebody, or by a client that logged in for somebody."""
        login = frame.f_globals.get("__name__") == "discord.http"
        maker = _maker(frame, through_discord=login)
        if maker is not None:
            what = "the client that logged in at {}" if login else "the HTTP session opened at {}"
            self._note_open(session, what, maker)

    def note_socket(self, socket: aiohttp.ClientWebSocketResponse, frame: FrameType) -> None:
        """Note a websocket that was opened."""
        maker = _maker(frame)
        if maker is not None:
            self._note_open(socket, "the websocket opened at {}", maker)

    def _note_open(self, thing: Closeable, what: str, maker: FrameType) -> None:
        if len(self.open) > KEPT:
            self.open = {each: known for each, known in self.open.items() if not each.closed}
        line = _line(maker)
        self.open[thing] = what.format(line), line

    def note_thread(self, thread: threading.Thread, frame: FrameType) -> None:
        """Note a thread that was started."""
        maker = _maker(frame)
        if maker is not None and not thread.name.startswith("asyncio_"):  # the loop ends its executor itself
            own = _own_code(maker)
            # A library's daemon that no line of the bot has begun, or that it keeps, and a pool are its own affair.
            if not (thread.daemon if own is None else _is_kept(thread, maker)):
                self.threads[thread] = _line(maker), _line(own or maker)

    # -- when the test is over

    async def pending_tasks(self) -> list[str]:
        """Return what of the test's own tasks still waits once all has run that can run, in words."""
        if not self.tasks:
            return []
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

    async def close_all(self) -> list[tuple[str, Line]]:
        """Close the sessions and websockets that are open; return what they are, in words, and where they were made."""
        found = [
            (f"{what} was not closed", line) for each, (what, line) in self.open.items() if not each.closed
        ]
        for each in sorted(self.open, key=lambda each: isinstance(each, aiohttp.ClientSession)):
            if isinstance(each, aiohttp.ClientSession):  # aiohttp's method: a subclass may have another
                await aiohttp.ClientSession.close(each)
            elif not each.closed:
                await each.close()
        return found

    def running_threads(self) -> list[tuple[str, Line]]:
        """Return the threads that still run, in words, and where they were started."""
        found = []
        for thread, (line, own) in self.threads.items():
            thread.join(PATIENCE)
            thread.join(_interval(thread))
            if thread.is_alive():
                place = line if own == line else f"{line}, for {own},"
                end = ", and the process cannot end before it does" if _holds_process(thread) else ""
                found.append((f"the thread {thread.name!r} started at {place} still runs{end}", own))
        return found


@functools.lru_cache(maxsize=16)
def _own(case: type) -> list[tuple[str, str]]:
    """Return the modules of a test case and its bases, and how the names of their methods begin."""
    return [
        (kind.__module__, f"{kind.__qualname__}.")
        for kind in case.__mro__
        if kind.__module__.partition(".")[0] not in ("builtins", "discordtest", "unittest")
    ]


def warn(found: Iterable[tuple[str, Line]]) -> None:
    """Warn of what was left behind, at the lines that made it."""
    for text, line in found:
        message = f"the test ended, but {text}"
        warnings.warn_explicit(message, ResourceWarning, line.file, line.number)


def _maker(frame: FrameType | None, *, through_discord: bool = False) -> FrameType | None:
    """Return the frame that made something by whatever libraries; None where discord.py or we did for the bot.

    ``through_discord``: also where that called discord.py.
    """
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        root = "aiohttp" if name.startswith(_UNDERNEATH) else name.partition(".")[0]
        if root not in _LIBRARIES and not (through_discord and root == "discord"):
            return None if root in ("discord", "discordtest") else frame
        frame = frame.f_back
    return None


def _own_code(frame: FrameType | None) -> FrameType | None:
    """Return the frame of the bot or the test that had a library do something; None where discord.py had it do so."""
    while frame is not None and root(frame) != "discord":
        if not (root(frame) in _BENEATH or frame.f_code.co_filename.startswith("<") or _is_installed(frame)):
            return frame
        frame = frame.f_back
    return None


def _is_installed(frame: FrameType) -> bool:
    """Tell whether code is of a library, or of Python's own."""
    path = Path(frame.f_code.co_filename)
    return bool({"site-packages", "dist-packages"} & {*path.parts}) or path.is_relative_to(_STDLIB)


def _is_called_by_discord(frame: FrameType | None) -> bool:
    """Tell whether discord.py runs some code: a cog's ``cog_load`` is the bot's, also where a test has the class."""
    while frame is not None:
        if root(frame) == "discord":
            return True
        frame = frame.f_back
    return False


def _interval(thread: threading.Thread) -> float:
    """Return the real seconds after which a thread looks again whether it is to end; 0 where it does not, or seldom."""
    top = sys._current_frames().get(thread.ident or 0)
    if top is None or top.f_code is not threading.Condition.wait.__code__:
        return 0
    interval = top.f_locals["timeout"]
    return interval + PATIENCE if interval is not None and interval <= INTERVAL else 0


def _is_of_a_pool(thread: threading.Thread) -> bool:
    target = getattr(thread, "_target", None)  # no public name tells what a thread runs
    modules = getattr(target, "__module__", ""), type(thread).__module__
    return not {"concurrent.futures.thread", "concurrent.futures.process"}.isdisjoint(modules)


def _is_kept(thread: threading.Thread, maker: FrameType) -> bool:
    """Tell whether a library keeps a thread for the process: in a pool, or in an object of one of its modules.

    pycares, which aiodns and ``discord.py[speed]`` bring, starts such a daemon at the first ``ClientSession``.
    """
    if not _is_installed(maker):
        return False
    keeper = maker.f_locals.get("self", thread)
    return _is_of_a_pool(thread) or (
        thread.daemon and any(keeper is each for each in maker.f_globals.values())
    )


def _holds_process(thread: threading.Thread) -> bool:
    """Tell whether Python waits for a thread in the end: not for a daemon, and a pool's are told to go."""
    return not (thread.daemon or _is_of_a_pool(thread))


def _line(frame: FrameType) -> Line:
    return Line(frame.f_code.co_filename, frame.f_lineno)


# -- what is replaced while tests run


def _noting(
    note: Callable[[Leaks, Any, FrameType], None], prepare: Callable[[Any], None] | None = None
) -> Callable[[Any], Any]:
    """Return what makes stand-ins for a method, which tell the leaks of the running test who called it on what.

    ``prepare`` is called before the method itself.
    """

    def over(original: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(original)
        def stand_in(self: Any, *args: Any, **options: Any) -> None:
            if prepare is not None:
                prepare(self)
            original(self, *args, **options)
            leaks = _running.get(asyncio._get_running_loop())  # type: ignore[arg-type]  # without a loop there is none
            if leaks is not None:
                note(leaks, self, sys._getframe(1))

        return stand_in

    return over


_stand_ins = StandIns(
    (aiohttp.ClientSession, "__init__", _noting(Leaks.note_session)),
    (aiohttp.ClientWebSocketResponse, "__init__", _noting(Leaks.note_socket)),
    (threading.Thread, "start", _noting(Leaks.note_thread, adopt)),
)


def install(leaks: Leaks) -> None:
    """Note what a test makes."""
    with _lock:
        if not _running:
            _stand_ins.put()
        _running[leaks.loop] = leaks


def uninstall(leaks: Leaks) -> None:
    """Stop noting; after the last test all are what they were."""
    with _lock:
        if _running.pop(leaks.loop, None) is not None and not _running:
            _stand_ins.take_away()
