"""One clock for everything that discord.py reads.

``Clock`` is what a test sees of it. ``install`` puts views in place of the names ``time`` and ``datetime``
(module or class) in every loaded ``discord.*`` module: a view asks the running loop, and where that is none
of ours the real clock. So it is with ``random``, from which discord.py draws how long it waits before it tries to
reconnect: a test that runs again must see the same. ``time.sleep`` has a stand-in in every module (`sleeping`), and
with ``discordtest[time]`` so has ``time.monotonic`` (`monotonic`). So have the functions that end the process
(`ending`).
Nothing else in the process is touched, and after the last ``uninstall`` nothing stays.
"""

from __future__ import annotations

import datetime as real_datetime
import os
import random as real_random
import sys
import threading
import time as real_time
from types import ModuleType
from typing import TYPE_CHECKING, Any

from discordtest.clock import ending, heartbeats, monotonic, players, sleeping, travel
from discordtest.clock.current_loop import running_loop
from discordtest.clock.loop import VirtualLoop
from discordtest.clock.module_view import ModuleView
from discordtest.originals import Originals

if TYPE_CHECKING:
    from discordtest.clock.waits import Pending

__all__ = ["Clock", "install", "refresh", "uninstall"]


class Clock:
    """The clock of one test: only ``advance``, ``wait_until`` and the test's own waits move it."""

    def __init__(self, loop: VirtualLoop, begin: int = 0, first: int = 0) -> None:
        self._loop = loop
        # Microseconds, and moments before that: a borrowed loop has some.
        self._begin, self._first = begin, first
        loop.on_import = refresh
        loop.blocked = []

    def now(self) -> real_datetime.datetime:
        """Return the wall clock as an aware datetime."""
        return self._loop.now()

    def time(self) -> float:
        """Return the seconds since the test began."""
        return (self._loop.microseconds - self._begin) / 1e6

    @property
    def called_times(self) -> list[float]:
        """When timers fired, oldest first, each moment once: seconds since the test began."""
        return [(moment - self._begin) / 1e6 for moment in self._loop.moments[self._first :]]

    @property
    def pending(self) -> list[Pending]:
        """What waits for a timer, and until when, soonest first; ``str()`` of each is a sentence."""
        return self._loop.pending()

    def __repr__(self) -> str:
        return f"<Clock {self.now().isoformat()}, {self.time():g} s after the start>"


# The views

if TYPE_CHECKING:
    DateTime = real_datetime.datetime
else:
    DateTime = Originals.datetime


def _now(tz: real_datetime.tzinfo | None = None) -> DateTime:
    loop = running_loop()
    if loop is None:
        return real_datetime.datetime.now(tz)
    return loop.now().astimezone(tz) if tz else loop.now().astimezone().replace(tzinfo=None)


def _utcnow() -> DateTime:
    return _now(real_datetime.UTC).replace(tzinfo=None)


def _time() -> float:
    loop = running_loop()
    return real_time.time() if loop is None else loop.now().timestamp()


def _ticking_time() -> float:
    """Return a later time at each call, as a real clock does.

    The send limiter of discord.py 2.7.1 wakes at the very end of its minute, where a clock that stands still would let
    everything through; a limiter that compares with ``>=`` there would let us drop this.
    """
    loop = running_loop()
    if loop is None:
        return real_time.time()
    now = loop.now().timestamp()
    loop.last_reading = now if now > loop.last_reading else loop.last_reading + TICK
    return loop.last_reading


def _time_ns() -> int:
    loop = running_loop()
    if loop is None:
        return real_time.time_ns()
    return (loop.now() - EPOCH) // MICROSECOND * 1000


def _monotonic() -> float:
    loop = running_loop()
    return monotonic.REAL() if loop is None else loop.time()


def _monotonic_ns() -> int:
    loop = running_loop()
    return monotonic.REAL_NS() if loop is None else loop.microseconds * 1000


def _perf_counter() -> float:
    loop = running_loop()
    return real_time.perf_counter() if loop is None else loop.time()


def _perf_counter_ns() -> int:
    loop = running_loop()
    return real_time.perf_counter_ns() if loop is None else loop.microseconds * 1000


TICK = 1e-6  # seconds
EPOCH = DateTime.fromtimestamp(0, real_datetime.UTC)
MICROSECOND = real_datetime.timedelta(microseconds=1)


class _LikeDateTime(type):
    """Makes a class do as the real one: what it builds, checks and offers is ``datetime.datetime``'s."""

    def __call__(cls, *args: Any, **kwargs: Any) -> DateTime:
        return DateTime(*args, **kwargs)

    def __getattr__(cls, name: str) -> Any:
        return getattr(real_datetime.datetime, name)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, DateTime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, DateTime)


class _DateTimeView(metaclass=_LikeDateTime):
    now = staticmethod(_now)
    utcnow = staticmethod(_utcnow)
    today = staticmethod(_now)
    # What discord.py reads for every object is found here at once.
    fromtimestamp = DateTime.fromtimestamp
    fromisoformat = DateTime.fromisoformat


def _now_of_tasks(tz: real_datetime.tzinfo | None = None) -> DateTime:
    """Return a moment that is later by a tick where a loop looks for its next time of day.

    That of discord.py 2.7.1 takes the very moment for which it has waited for too early: it warns of a clock that
    drifts, and waits for it again. On a real loop some time has always passed; a comparison with ``<`` would let us
    drop this.
    """
    now = _now(tz)
    return now + MICROSECOND if sys._getframe(1).f_code.co_name == "_get_next_sleep_time" else now


class _DateTimeOfTasks(_DateTimeView):
    now = staticmethod(_now_of_tasks)


_CLOCKS: dict[str, object] = {
    "time": _time,
    "time_ns": _time_ns,
    "monotonic": _monotonic,
    "monotonic_ns": _monotonic_ns,
    "perf_counter": _perf_counter,
    "perf_counter_ns": _perf_counter_ns,
}
TIME = ModuleView(real_time, **_CLOCKS)
GATEWAY_TIME = ModuleView(real_time, **{**_CLOCKS, "time": _ticking_time})


class _Random(real_random.Random):
    """Begins each time with the same numbers where a test runs and no seed is given."""

    def seed(self, a: Any = None, version: int = 2) -> None:
        super().seed(0 if a is None and running_loop() is not None else a, version)


RANDOM = ModuleView(real_random, Random=_Random)
DATETIME = ModuleView(
    real_datetime,
    datetime=_DateTimeView,
    timezone=real_datetime.timezone,
    timedelta=real_datetime.timedelta,
)
TASKS_DATETIME = ModuleView(
    real_datetime,
    datetime=_DateTimeOfTasks,
    timezone=real_datetime.timezone,
    timedelta=real_datetime.timedelta,
)
VIEWS: tuple[tuple[str, object, object], ...] = (
    ("time", real_time, TIME),
    ("random", real_random, RANDOM),
    ("datetime", real_datetime, DATETIME),
    ("datetime", Originals.datetime, _DateTimeView),
)

#: Modules that get another view of a name: (module, name) -> that.
ELSEWHERE: dict[tuple[str, str], object] = {
    ("discord.gateway", "time"): GATEWAY_TIME,
    ("discord.ext.tasks", "datetime"): TASKS_DATETIME,
}

_lock = threading.RLock()
_installed = 0
_scanned = 0  # how many modules were loaded at the last look
_sites: dict[tuple[int, str], tuple[dict[str, Any], str, object, object]] = {}


def install() -> None:
    """Put the views in place. Counted: threads and nested tests share them."""
    global _installed
    with _lock:
        _installed += 1
        if _installed == 1:
            heartbeats.install()
            _find_sites()
            players.install()
            _put_views()


def uninstall() -> None:
    """Take the views away again, with the last call for every ``install``."""
    global _installed
    with _lock:
        _installed -= 1
        if _installed == 0:
            heartbeats.uninstall()
            players.uninstall()
            for names, name, real, view in _sites.values():
                if names.get(name) is view:
                    names[name] = real


def refresh() -> None:
    """Reach the modules of discord.py that were imported since ``install``."""
    with _lock:
        if _installed and _find_sites():
            _put_views()


def _put_views() -> None:
    for names, name, real, view in _sites.values():
        if names.get(name) is real:
            names[name] = view


def _find_sites() -> bool:
    """Look for the names once more if modules were loaded since the last time."""
    global _scanned
    if len(sys.modules) == _scanned:
        return False
    _scanned = len(sys.modules)
    everywhere: list[tuple[str, object, object]] = [
        ("sleep", sleeping.REAL, sleeping.sleep),
        *ending.STAND_INS,
    ]
    if travel.is_available():
        everywhere += monotonic.STAND_INS
    homes = {**vars(os), **vars(real_time)}
    known = real_datetime.datetime is Originals.datetime
    if not (known and all(homes.get(name, real) in (real, stand_in) for name, real, stand_in in everywhere)):
        _scanned = 0  # somebody's mock is in the place of one: look again when it may be gone
    for module_name, module in sys.modules.copy().items():
        # A lazy module is left as it is; anything may be in sys.modules.
        names = vars(module) if type(module) is ModuleType else {}
        for name, real, stand_in in everywhere:
            if names.get(name) is real:
                _sites[id(names), name] = names, name, real, stand_in
        if module_name.startswith("discord."):
            for name, real, view in VIEWS:
                if names.get(name) is real:
                    _sites[id(names), name] = names, name, real, ELSEWHERE.get((module_name, name), view)
    return True
