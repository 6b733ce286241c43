"""The datagrams between discord.py's voice client and a voice server, without a socket.

discord.py sends sound from a thread, and reads answers on a second one, which stands still as long as nobody listens.
While tests run, `discord.voice_state` makes our sockets and our reader on a loop that leads to a backend: what is sent
is in the backend at once, and what it answers is read at the loop's next turn.
"""

from __future__ import annotations

import asyncio
import socket as real_socket
from typing import TYPE_CHECKING, Any

from discord import voice_state

from discordtest.clock.module_view import ModuleView
from discordtest.stand_ins import StandIns, always
from discordtest.transports.guard import network_of_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from discordtest.transports.network import Network

__all__ = ["Datagrams", "Reader", "answer_datagrams", "release_datagrams"]


class Datagrams:
    """A UDP socket, as far as discord.py and asyncio use one."""

    family = None  # not AF_INET: no address is looked up

    def __init__(self, network: Network) -> None:
        self._network = network
        self.reader: Reader | None = None
        self.closed = False

    def setblocking(self, flag: bool) -> None:
        """Do nothing: it never blocks."""

    def gettimeout(self) -> float:
        """Return what says so."""
        return 0.0

    def fileno(self) -> int:
        """Return -1: there is no descriptor."""
        return -1

    def connect(self, address: tuple[str, int]) -> None:
        """Do nothing: whatever the address, the backend is there."""

    def send(self, data: bytes) -> int:
        """Give a datagram to the backend."""
        if self.closed:
            raise OSError(9, "Bad file descriptor")
        answer = self._network.backend.voice_servers.take(bytes(data))
        if answer is not None and self.reader is not None:
            self._network.loop.call_soon_threadsafe(self.reader.read, answer)
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Give a datagram to the backend."""
        self.send(data)

    def close(self) -> None:
        """Send nothing any more."""
        self.closed = True


class Reader:
    """Reads what arrives, as `discord.voice_state.SocketReader` does on a thread."""

    def __init__(self, state: Any, *, start_paused: bool = True) -> None:
        self._state = state
        self._callbacks: list[Callable[[bytes], object]] = []

    def start(self) -> None:
        """Do nothing: no thread is needed."""

    pause = stop = start

    def resume(self, *, force: bool = False) -> None:
        """Read from the socket that the connection has now."""
        if isinstance(self._state.socket, Datagrams):
            self._state.socket.reader = self

    def register(self, callback: Callable[[bytes], object]) -> None:
        """Call this with each datagram."""
        self._callbacks.append(callback)

    def unregister(self, callback: Callable[[bytes], object]) -> None:
        """Call it no longer."""
        if callback in self._callbacks:
            self._callbacks.remove(callback)

    def read(self, data: bytes) -> None:
        """Tell those who listen; an error of theirs is logged, as the thread does."""
        for callback in [*self._callbacks]:
            try:
                callback(data)
            except Exception:  # noqa: BLE001  # whatever a listener raises: the next one listens too
                voice_state._log.exception("Error calling %s in %s", callback, self)


def _network() -> Network | None:
    return None if asyncio._get_running_loop() is None else network_of_thread()


def _socket(*args: Any, **options: Any) -> Any:
    network = _network()
    return real_socket.socket(*args, **options) if network is None else Datagrams(network)


def _reader(state: Any, **options: Any) -> Any:
    return (_stand_ins.behind(_reader) if _network() is None else Reader)(state, **options)


def answer_datagrams() -> None:
    """Let voice clients that are made from now on talk to the backend of their loop."""
    _stand_ins.put()


def release_datagrams() -> None:
    """Let them use sockets again."""
    _stand_ins.take_away()


_SOCKETS = ModuleView(real_socket, socket=_socket)
_stand_ins = StandIns(
    (voice_state, "socket", always(_SOCKETS)),
    (voice_state, "SocketReader", always(_reader)),
)
