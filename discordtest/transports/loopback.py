"""The backend behind aiohttp's own server: over sockets on 127.0.0.1, or over a pipe for unusual requests.

With ``transport = "loopback"`` every byte of REST, CDN and gateway crosses a real socket. Only one thing needs
help there: `flush`, which must have a frame handled before it returns. It does what the loop would do next, for
the two sockets and the reading task of one connection.
"""

from __future__ import annotations

import asyncio
import select
import time
import weakref
from asyncio.tasks import _enter_task, _leave_task  # documented for event loops: "Extending asyncio"
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import WSMsgType, web

from discordtest.backend.close_codes import ABNORMAL_CLOSURE
from discordtest.backend.wire import Request, Response
from discordtest.errors import DiscordTestError
from discordtest.transports.network import GATEWAY_HOST
from discordtest.transports.pipe import Answering, connect_pipe

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from discordtest.backend.gateway import Close, Session
    from discordtest.transports.network import Network

__all__ = ["DiscordServer", "LoopbackConnection", "pace"]

FLUSH_LIMIT = 5.0  # real seconds that a frame may take from one socket of this machine to the other


class DiscordServer:
    """Serves a network's backend by aiohttp.web."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._server = web.Server(self._answer, access_log=None, loop=network.loop)
        self._listening: asyncio.Server | None = None
        self._answering = Answering()
        #: the name of a connection -> the client's protocol at its other end
        self._clients: weakref.WeakValueDictionary[Any, Any] = weakref.WeakValueDictionary()

    async def connect(self, client: asyncio.Protocol, loop: asyncio.AbstractEventLoop, secure: bool) -> None:
        """Wire a client's protocol to the server: by a socket of this machine, or in memory."""
        transport: asyncio.BaseTransport
        if self.network.transport == "memory":
            transport = connect_pipe(client, loop, self._server(), self.network.loop, secure=secure)
        else:
            host, port = await self.network.run(self._listen())
            transport, _ = await loop.create_connection(lambda: client, host, port)
        self._clients[transport.get_extra_info("sockname")] = client

    async def close(self) -> None:
        """End every connection and stop listening."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        await self._answering.cancel()
        self._server.pre_shutdown()
        await self._server.shutdown(1.0)

    async def _listen(self) -> tuple[str, int]:
        if self._listening is None:
            self._listening = await self.network.loop.create_server(self._server, "127.0.0.1", 0)
        host, port = self._listening.sockets[0].getsockname()
        return host, port

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        with self._answering:
            return await self._respond(request)

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        host = request.host.partition(":")[0]
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._open_gateway(request, host)
        # request.read() refuses more than 1 MiB; the backend has limits of its own
        body = await request.content.read()
        path = request.rel_url.raw_path
        asked = Request(request.method, host, path, request.query, request.headers, body)
        try:
            response = await self.network.answer(asked)
        except aiohttp.ClientOSError as error:
            return self._break(request, error)
        except DiscordTestError as error:  # it was recorded aside; here it must become an answer
            return web.Response(status=500, text=str(error))
        if self.network.is_behind:
            self.network.flush()
        headers = dict(response.headers)
        return web.Response(status=response.status, body=response.body, headers=headers)

    def _break(self, request: web.BaseRequest, error: aiohttp.ClientOSError) -> web.StreamResponse:
        """Break the connection instead of answering: the client reads the error, whatever number it has."""
        transport = request.transport
        if transport is not None:
            client = self._clients[transport.get_extra_info("peername")]
            client._loop.call_soon_threadsafe(client.set_exception, error)
            transport.abort()
        return web.Response(status=500)  # nobody reads it

    async def _open_gateway(self, request: web.BaseRequest, host: str) -> web.StreamResponse:
        if host != GATEWAY_HOST:
            return web.Response(status=501, text=str(self.network.refuse_socket(host)))
        try:
            opened = await self.network.open_gateway(dict(request.query))
        except aiohttp.ClientOSError as error:
            return self._break(request, error)
        if isinstance(opened, Response):
            return web.Response(status=opened.status, body=opened.body, headers=dict(opened.headers))
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        connection = LoopbackConnection(self.network, opened, socket, request)
        await connection.serve()
        return socket


class LoopbackConnection:
    """One gateway connection over sockets, seen from both of its ends."""

    def __init__(
        self, network: Network, session: Session, socket: web.WebSocketResponse, request: web.BaseRequest
    ) -> None:
        self.network = network
        self.session = session
        self.socket = socket
        self.transport = request.transport
        self.client: Any = None  # the bot's websocket, once it has one
        self.sent = 0
        self._kick: asyncio.Handle | None = None
        self._paused = False
        self._has_ended = False
        self._closing: asyncio.Task[Any] | None = None
        session.on_frame = self.kick
        session.on_pause = self._pause
        network.connections.append(self)
        self.pump()

    async def serve(self) -> None:
        """Hand the client's frames to the session until the connection ends."""
        try:
            async for message in self.socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    data = message.data
                    self.receive(data if isinstance(data, str) else data.decode())
        finally:
            self.session.on_frame = self.session.on_pause = None
            self.network.connections.remove(self)
            self.session.client_closed(self.socket.close_code or ABNORMAL_CLOSURE)

    def receive(self, text: str) -> None:
        """Take a frame that arrived from the client."""
        if self.network.on_frame is not None:
            self.network.on_frame(self.session, "sent", text)
        self.session.receive(text)

    def kick(self) -> None:
        """Send what is queued at the loop's next turn."""
        if self._kick is None:
            self._kick = self.network.loop.call_soon(self.pump)

    def pump(self) -> None:
        """Write every queued frame to the socket."""
        if self._kick is not None:
            self._kick.cancel()  # nothing is left for it
            self._kick = None
        while self.session.frames and not self._paused:
            frame = self.session.frames.popleft()
            if self.network.on_frame is not None:
                self.network.on_frame(self.session, "received", frame)
            self.sent += 1
            if isinstance(frame, str):
                _drive(self.socket.send_str(frame))
            elif isinstance(frame, bytes):
                _drive(self.socket.send_bytes(frame))
            else:
                self._end(frame)

    def _pause(self, value: bool) -> None:
        self._paused = value
        if self.client is not None:
            self.client.count_timeout(value)
        self.kick()

    def _end(self, frame: Close) -> None:
        self._has_ended = True
        if frame.code == ABNORMAL_CLOSURE:
            if self.transport is not None:
                self.transport.abort()
        else:
            closing = self.socket.close(code=frame.code, message=frame.reason.encode())
            self._closing = self.network.loop.create_task(closing)

    # -- the client's end

    @property
    def reading(self) -> bool:
        """Whether the client's task waits for the next frame and could handle it now."""
        client = self.client
        return (
            client is not None
            and client._waiting
            and client.reader is not asyncio.current_task(self.network.loop)
            and asyncio._get_running_loop() is self.network.loop
        )

    def flush(self) -> None:
        """Let the client's task handle every queued frame before this returns."""
        self.pump()
        limit = time.perf_counter() + FLUSH_LIMIT
        while not self._has_ended and self.reading and self.client.received < self.sent:
            if time.perf_counter() > limit:
                break
            _turn(self.network.loop, self.transport, self.client.get_extra_info("socket"))
            _resume(self.network.loop, self.client.reader)


class _Paced:
    """Counts what a websocket has received, remembers who reads; a receive timeout counts only while paused.

    With a clock that jumps from timer to timer such a timeout would fire whenever the bot is idle.
    """

    received = 0
    reader: asyncio.Task[Any] | None = None
    is_paused = False
    _pause_limit: asyncio.Timeout | None = None
    _asked_timeout: float | None = None

    async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:
        self.reader = asyncio.current_task()
        self._asked_timeout = timeout
        try:
            async with asyncio.timeout(timeout if self.is_paused else None) as self._pause_limit:
                message = await super().receive()  # type: ignore[misc] # mixed into aiohttp's class
        finally:
            self._pause_limit = None
        self.received += 1
        return message  # type: ignore[no-any-return] # as above

    def count_timeout(self, value: bool) -> None:
        """Let the timeout of a `receive` that waits count from now on, or no longer."""
        self.is_paused = value
        if self._pause_limit is not None and self._asked_timeout is not None:
            loop = asyncio.get_running_loop()
            self._pause_limit.reschedule(loop.time() + self._asked_timeout if value else None)


@lru_cache
def _paced(kind: Any) -> Any:
    return type(kind.__name__, (_Paced, kind), {"__module__": kind.__module__})


def pace(network: Network, client: Any) -> Any:
    """Join a client's websocket to the connection at whose other end it is."""
    kind: Any = type(client)
    kind = _paced(kind)
    paced = kind.__new__(kind)
    paced.__dict__ = vars(client)  # one state: whoever knows the first sees what becomes of the second
    name = client.get_extra_info("sockname")
    for connection in network.connections:
        transport = getattr(connection, "transport", None)
        if transport is not None and transport.get_extra_info("peername") == name:
            connection.client = paced  # type: ignore[attr-defined] # a LoopbackConnection, by its transport
    return paced


def _drive(writing: Coroutine[Any, Any, None]) -> None:
    """Run a write, which suspends, if ever, after everything has been buffered."""
    try:
        writing.send(None)
    except StopIteration:
        return
    except ConnectionResetError:  # the client is gone, and serve() ends
        return
    writing.close()


def _turn(loop: Any, transport: Any, client_socket: Any) -> None:
    """Run what the loop would run for the two sockets of one connection."""
    server_socket = transport.get_extra_info("socket")
    numbers = [sock.fileno() for sock in (server_socket, client_socket) if sock is not None]
    keys = [key for number in numbers if (key := loop._selector.get_map().get(number)) is not None]
    readers = [key.fd for key in keys if key.data[0] is not None and key.fd == client_socket.fileno()]
    writers = [key.fd for key in keys if key.data[1] is not None]
    readable, writable, _ = select.select(readers, writers, [], 0.05)
    for key in keys:
        if key.fd in writable:
            key.data[1]._run()
        if key.fd in readable:
            key.data[0]._run()


def _resume(loop: Any, task: asyncio.Task[Any]) -> None:
    """Run a task's step now if it is next to run at one of the loop's coming turns."""
    for handle in list(loop._ready):
        if getattr(handle._callback, "__self__", None) is task:
            loop._ready.remove(handle)
            current = asyncio.current_task(loop)
            if current is not None:
                _leave_task(loop, current)
            try:
                handle._run()
            finally:
                if current is not None:
                    _enter_task(loop, current)
