"""Sound that a bot plays, on the clock of the test.

discord.py plays on a thread of its own, which reads a source, sends, and sleeps until the next 20 ms are due. Under our
loop that thread works as ever, with the bot's own ``after`` at its end, but it rests by the test's clock: where it
sleeps or waits for an event, a timer of the loop or that event wakes it. While it is at work no time passes, as for the
call of an executor.
"""

from __future__ import annotations

import asyncio
import sys
import threading as real_threading
import time as real_time
from typing import Any

from discord import player as playing
from discord import voice_state
from discord.player import AudioPlayer

from discordtest.clock.current_loop import running_loop
from discordtest.clock.loop import VirtualLoop
from discordtest.clock.module_view import ModuleView
from discordtest.stand_ins import StandIns, always

__all__ = ["end_all", "install", "loop_of_thread", "loop_to_tell", "uninstall"]

_alive: set[Work] = set()
_works: dict[int, Work] = {}  # by the thread's number


def install() -> None:
    """Let players that are made from now on follow the clock of their loop."""
    _stand_ins.put()


def uninstall() -> None:
    """Let them follow the real one again."""
    _stand_ins.take_away()


def _work_here() -> Work | None:
    return _works.get(real_threading.get_ident())


def loop_of_thread() -> VirtualLoop | None:
    """Return the loop that a player's thread belongs to; None on any other thread."""
    work = _work_here()
    return None if work is None else work.loop


def loop_to_tell() -> VirtualLoop | None:
    """Return that loop as long as the bot runs: as it closes, its functions may find that it is gone, as in life."""
    work = _work_here()
    return None if work is None or work.is_over() else work.loop


class Work:
    """What a player's thread does, seen from its loop: it is at work, or at rest. All but `rest` runs on the loop."""

    def __init__(self, loop: VirtualLoop, player: AudioPlayer) -> None:
        self.loop = loop
        self._player = player
        self._gate = real_threading.Event()
        self._timer: asyncio.TimerHandle | None = None
        # the events that wake it: `Event`, where discord.py's types have another
        self._alarms: list[Any] = []
        self._call: asyncio.Future[None] | None = None
        self._begin()

    def _begin(self) -> None:
        self._call = self.loop.create_future()
        self.loop.outside.calls.add(self._call, type(self._player.source).read, sys._getframe())

    def end(self) -> None:
        """Be at work no longer."""
        if self._call is not None and not self._call.done():
            self._call.set_result(None)
        self._call = None

    def rest(self, seconds: float | None, event: Event | None = None) -> None:
        """Let the thread rest for so many seconds of the clock, or until the event is set; called by the thread."""
        self._gate.clear()
        try:
            self.loop.call_soon_threadsafe(self._lie_down, seconds, event)
        except RuntimeError:  # the loop is closed: nobody would wake it
            self.stop()
            return
        self._gate.wait()

    def _lie_down(self, seconds: float | None, event: Event | None) -> None:
        if self._player._end.is_set() or (event is not None and event.is_set()):
            self._gate.set()
            return
        self.end()
        self._alarms = [self._player._end] if event is None else [self._player._end, event]
        for alarm in self._alarms:
            alarm.sleepers.add(self)
        if seconds is not None:
            self._timer = self.loop.call_later(seconds, self.wake)

    def wake(self) -> None:
        """Let the thread go on."""
        for alarm in self._alarms:
            alarm.sleepers.discard(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._call is None:
            self._begin()
            self._gate.set()

    def is_over(self) -> bool:
        """Tell whether the bot that plays is closed, or about to be."""
        return self._player.client.client.is_closed()

    def stop(self) -> None:
        """Let the thread end, as `AudioPlayer.stop` does, and tell nobody."""
        self._player._end.set()
        self._player._resumed.set()


async def end_all(loop: VirtualLoop) -> None:
    """End what still plays on a loop, and wait for it; SettleTimeout for a source that does not return."""
    playing = [work for work in tuple(_alive) if work.loop is loop]
    for work in playing:
        work.stop()
    if playing:
        await loop.settle()


class Event(real_threading.Event):
    """An event for which a player's thread waits at rest."""

    def __init__(self) -> None:
        super().__init__()
        self.sleepers: set[Work] = set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set; a player's thread by the test's clock."""
        work = _work_here()
        if work is None:
            return super().wait(timeout)
        if not self.is_set():
            work.rest(timeout, self)
        return self.is_set()

    def set(self) -> None:
        """Set it, and wake who waits for it."""
        super().set()
        while self.sleepers:
            work = self.sleepers.pop()
            if asyncio._get_running_loop() is work.loop:
                work.wake()
            elif not work.loop.is_closed():
                work.loop.call_soon_threadsafe(work.wake)


def _start(player: AudioPlayer) -> None:
    """Start the thread; one whose sleep ends when it is told to stop."""
    loop = running_loop()
    if loop is not None and isinstance(player._end, Event):
        work: Any = Work(loop, player)
        vars(player)["_discordtest_work"] = work
        _alive.add(work)
        loop.outside.threads.know(player)
    real_threading.Thread.start(player)


def _run_by_the_clock(player: AudioPlayer) -> None:
    run, work = _stand_ins.behind(_run_by_the_clock), vars(player).get("_discordtest_work")
    if work is None:
        run(player)
        return
    number = real_threading.get_ident()
    _works[number] = work
    try:
        run(player)
    finally:
        del _works[number]
        _alive.discard(work)
        if not work.loop.is_closed():
            work.loop.call_soon_threadsafe(work.end)
    return


# What discord.py reads in those modules


def _perf_counter() -> float:
    loop = loop_of_thread() or running_loop()
    return real_time.perf_counter() if loop is None else loop.time()


def _sleep(seconds: float) -> None:
    work = _work_here()
    if work is None:
        real_time.sleep(seconds)
    else:
        work.rest(seconds)


def _event() -> real_threading.Event:
    return real_threading.Event() if running_loop() is None else Event()


_TIME = ModuleView(real_time, perf_counter=_perf_counter, sleep=_sleep)
_THREADING = ModuleView(real_threading, Event=_event)
_stand_ins = StandIns(
    (AudioPlayer, "start", always(_start)),
    (AudioPlayer, "run", always(_run_by_the_clock)),
    (playing, "time", always(_TIME)),
    (playing, "threading", always(_THREADING)),
    (voice_state, "threading", always(_THREADING)),
)
