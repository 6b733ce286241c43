"""Heartbeats on the clock of the test, in place of discord.py's thread that beats on the real one.

Under our loop a connection to the gateway beats only where the test asks for it: a timer for ever would make each idle
day cost. Its latency is fixed then; with beats it is what passes on the clock until the answer, and never less. One to
a voice server beats as often as it must: discord.py takes it for lost once it has heard nothing for 30 seconds.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from discord.gateway import KeepAliveHandler, VoiceKeepAliveHandler

from discordtest.clock.current_loop import running_loop
from discordtest.clock.loop import VirtualLoop
from discordtest.stand_ins import StandIns, always

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LATENCY", "install", "uninstall"]

LATENCY = 0.042  # seconds
VOICE_INTERVAL = 25.0  # seconds; in life discord.py beats every 5


def install() -> None:
    """Put our heartbeats in the place of the thread's."""
    _stand_ins.put()


def uninstall() -> None:
    """Put the thread back."""
    _stand_ins.take_away()


def _start(handler: KeepAliveHandler) -> None:
    """Start no thread under a virtual loop: it would outlive the client."""
    loop = running_loop()
    if loop is None:
        threading.Thread.start(handler)
    elif handler.interval is not None:
        if isinstance(handler, VoiceKeepAliveHandler) and not loop.heartbeats:
            handler.interval = VOICE_INTERVAL
        elif not loop.heartbeats:
            return
        loop.call_later(handler.interval, _heartbeat, loop, handler)


def _heartbeat(loop: VirtualLoop, handler: KeepAliveHandler) -> None:
    """Do what the thread does after each interval."""
    if handler._stop_ev.is_set():
        return
    if handler._last_recv + handler.heartbeat_timeout < loop.time():
        handler.stop()
        loop.create_task(handler.ws.close(4000)).add_done_callback(_look)
        return
    sending = loop.create_task(handler.ws.send_heartbeat(handler.get_payload()))
    sending.add_done_callback(_stopper(handler))
    handler._last_send = loop.time()
    loop.call_later(handler.interval or 0.0, _heartbeat, loop, handler)


def _stopper(handler: KeepAliveHandler) -> Callable[[asyncio.Task[None]], None]:
    def stop(sending: asyncio.Task[None]) -> None:
        if sending.cancelled() or sending.exception() is not None:  # the connection is gone
            handler.stop()

    return stop


def _look(task: asyncio.Task[None]) -> None:
    """Look at an error, which then is nobody's: the thread logs it."""
    if not task.cancelled():
        task.exception()


def _ack(handler: KeepAliveHandler) -> None:
    _stand_ins.behind(_ack)(handler)
    loop = running_loop()
    if loop is not None:
        handler.latency = max(handler.latency, LATENCY) if loop.heartbeats else LATENCY


_stand_ins = StandIns(
    (KeepAliveHandler, "start", always(_start)),
    (KeepAliveHandler, "ack", always(_ack)),
)
