"""A connection without sockets: two transports that hand each other's bytes to their protocols.

Bytes, the end of a direction and the end of the connection travel in order, one turn of the loop after they
were written, like on a socket; nothing is ever lost or split. The two ends may belong to loops of two threads.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Answering", "connect_pipe"]

_ports = itertools.count(1)  # each pipe has one of its own, by which its ends know each other


class PipeTransport(asyncio.Transport):
    """One end of a pipe."""

    _peer: PipeTransport

    def __init__(
        self, loop: asyncio.AbstractEventLoop, protocol: asyncio.Protocol, extra: Mapping[str, Any]
    ) -> None:
        super().__init__(extra)
        self._protocol: asyncio.BaseProtocol = protocol
        self._arrived: deque[bytes | None] = deque()  # None: the other side writes no more
        self._reading = True
        self._scheduled = False
        self._call_soon: Callable[..., object] = loop.call_soon
        self._closing = False
        self._lost = False

    # -- writing

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Send bytes to the other end."""
        if not self._closing and data:
            self._peer._arrive(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview[Any]]) -> None:
        """Send several pieces as one."""
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        """A pipe can be closed in one direction."""
        return True

    def write_eof(self) -> None:
        """Tell the other end that nothing more comes."""
        if not self._closing:
            self._peer._arrive(None)

    def get_write_buffer_size(self) -> int:
        """Nothing waits to be written."""
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """There is no write buffer to limit."""

    # -- reading

    def is_reading(self) -> bool:
        """Whether arriving bytes are handed on."""
        return self._reading and not self._closing

    def pause_reading(self) -> None:
        """Keep what arrives until `resume_reading`."""
        self._reading = False

    def resume_reading(self) -> None:
        """Hand on what has arrived."""
        self._reading = True
        self._schedule()

    def _arrive(self, data: bytes | None) -> None:
        if not self._closing:
            self._arrived.append(data)
            self._schedule()

    def _schedule(self) -> None:
        if self._arrived and not self._scheduled:
            self._scheduled = True
            self._call_soon(self._deliver)

    def _deliver(self) -> None:
        self._scheduled = False
        protocol = self._protocol
        while self._arrived and self._reading and not self._closing:
            data = self._arrived.popleft()
            if data is not None:
                protocol.data_received(data)  # type: ignore[attr-defined] # a stream protocol
            elif not protocol.eof_received():  # type: ignore[attr-defined] # a stream protocol
                self.close()

    # -- the connection

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return who is told what arrives."""
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Change who is told what arrives."""
        self._protocol = protocol

    def is_closing(self) -> bool:
        """Whether this end is closed or about to be."""
        return self._closing

    def close(self) -> None:
        """Close this end; the other one learns it after it has read everything."""
        if not self._closing:
            self._closing = True
            self._peer._arrive(None)
            self._call_soon(self._lose)

    def abort(self) -> None:
        """Close at once."""
        self.close()

    def _lose(self) -> None:
        if not self._lost:
            self._lost = True
            self._protocol.connection_lost(None)


def connect_pipe(
    client: asyncio.Protocol,
    client_loop: asyncio.AbstractEventLoop,
    server: asyncio.Protocol,
    server_loop: asyncio.AbstractEventLoop,
    *,
    secure: bool,
) -> PipeTransport:
    """Connect two stream protocols, on the client's loop; return the client's end.

    ``secure``: the server sees an https connection.
    """
    name = "127.0.0.1", next(_ports)
    names = {"peername": name, "sockname": name}
    near = PipeTransport(client_loop, client, names)
    far = PipeTransport(server_loop, server, {**names, "sslcontext": secure or None})
    near._peer, far._peer = far, near
    if client_loop is not server_loop:
        near._call_soon = client_loop.call_soon_threadsafe
        far._call_soon = server_loop.call_soon_threadsafe
    far._call_soon(server.connection_made, far)
    client.connection_made(near)
    return near


class Answering:
    """The requests that a server is about to answer."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)

    def __exit__(self, *exception: object) -> None:
        self._tasks.discard(cast("asyncio.Task[Any]", asyncio.current_task()))

    async def cancel(self) -> None:
        """Cancel them: nobody waits for the answers, and no timeout passes while a loop closes."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
