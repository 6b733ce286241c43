"""The whole process follows the clock of a test, where the time-machine library is installed.

That library is imported on use. Its travel is one for the process, so tests of several threads take turns.
"""

from __future__ import annotations

import datetime
import functools
import importlib.util
import threading
from typing import TYPE_CHECKING, Any

from discordtest.errors import SetupError

if TYPE_CHECKING:
    from discordtest.clock.loop import VirtualLoop

__all__ = ["Travel", "is_available"]


class _Turn:
    """A lock that its thread may take again, and that any thread may give back: garbage is collected in any."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._thread: int | None = None
        self._count = 0

    def acquire(self) -> None:
        """Wait until no other thread has it."""
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._thread in (None, me))
            self._thread, self._count = me, self._count + 1

    def release(self) -> None:
        """Give it back once; the last time, to whoever waits."""
        with self._changed:
            self._count -= 1
            if not self._count:
                self._thread = None
                self._changed.notify()


# The library takes the zone of its destination for that of the process, through TZ, if it has a name: this has none.
NAMELESS = datetime.timezone(datetime.timedelta(hours=1))

INSTEAD = (
    "freezegun stops the clock before the test begins, while discordtest[time] lets datetime.now() and time.time() "
    "follow the clock of the test: write `start_time = datetime(…, tzinfo=UTC)` in the class in place of freeze_time"
)

_turn = _Turn()
_under_way: list[Travel] = []  # of the thread whose turn it is


@functools.cache
def is_available() -> bool:
    """Tell whether ``discordtest[time]`` is installed, without importing it."""
    return importlib.util.find_spec("time_machine") is not None


class Travel:
    """A context in which everybody's ``datetime.now()`` and ``time.time()`` are those of a loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._travel: Any = None  # time_machine may be absent, so it has no types here
        self._traveller: Any = None

    def __enter__(self) -> Travel:
        if datetime.datetime.__name__ == "FakeDatetime":
            # The library refuses that, too; imported meanwhile, it would crash in later tests.
            raise SetupError(INSTEAD)
        import time_machine  # type: ignore[import-not-found, unused-ignore]

        _turn.acquire()
        try:
            self._travel = time_machine.travel(self._now(), tick=False)
            self._traveller = self._travel.start()
        except BaseException:
            _turn.release()
            raise
        _under_way.append(self)
        self._loop.on_move = self._follow
        return self

    def __exit__(self, *exc_info: object) -> None:
        # Those of a thread may end in any order, but the library ends its last: each hands on what it has.
        later = _under_way[_under_way.index(self) + 1 :]
        for each in later:
            self._travel, each._travel = each._travel, self._travel
            self._traveller, each._traveller = each._traveller, self._traveller
        _under_way.remove(self)
        try:
            self._travel.stop()
            for each in later:
                each._follow()
            of_this_loop = [each for each in _under_way if each._loop is self._loop]
            self._loop.on_move = of_this_loop[-1]._follow if of_this_loop else None
        finally:
            _turn.release()

    def _now(self) -> datetime.datetime:
        return self._loop.now().astimezone(NAMELESS)

    def _follow(self) -> None:
        self._traveller.move_to(self._now(), tick=False)
