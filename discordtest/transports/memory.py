"""Gateway and voice connections in memory: aiohttp's own websocket class over a backend session.

The client keeps the class it asked for (``ws_response_class``) and with it aiohttp's rules for closing; only
the reader and the writer below it are replaced. Frames wake the reading task once per turn of the loop, or at
once by `flush`: then the task runs inside the caller, between asyncio's ``_leave_task`` and ``_enter_task``.
"""

from __future__ import annotations

import asyncio
from asyncio.tasks import _enter_task, _leave_task  # documented for event loops: "Extending asyncio"
from collections import deque
from contextvars import copy_context
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from aiohttp import WSMessage, WSMsgType

from discordtest.backend.close_codes import ABNORMAL_CLOSURE
from discordtest.transports.releases import ConnectionResetWhileWriting, websocket_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from discordtest.backend.session import Session
    from discordtest.backend.voice_servers import VoiceSession
    from discordtest.transports.network import Connection, Network

__all__ = ["Held", "Incoming", "MemoryConnection", "Outgoing", "open_socket"]

LAG = 5  # turns of the loop until somebody answers a client that has a call
HANG_UP = 20  # further turns until it hangs up


class Wake(asyncio.Future[None]):
    """A future that can resume the task that waits for it now instead of at the loop's next turn."""

    _resume: tuple[Callable[[Any], object], Context | None]

    def add_done_callback(self, fn: Callable[[Any], object], /, *, context: Context | None = None) -> None:
        self._resume = (fn, context)
        super().add_done_callback(fn, context=context)

    def now(self) -> None:
        """Complete and run the waiting task up to its next suspension, inside the caller."""
        callback, context = self._resume
        self.remove_done_callback(callback)
        self.set_result(None)
        loop = self.get_loop()
        current = asyncio.current_task(loop)
        if current is not None:
            _leave_task(loop, current)
        try:
            (context or copy_context()).run(callback, self)
        finally:
            if current is not None:
                _enter_task(loop, current)


class Incoming:
    """What arrives for the client: takes the place of aiohttp's queue of websocket messages."""

    def __init__(self, connection: MemoryConnection) -> None:
        self._connection = connection
        self.frames: deque[Any] = deque() if connection.is_call else connection.session.frames
        self._control: deque[WSMessage] = deque()
        self._waiter: Wake | None = None
        self._kicked = False
        self._kick: asyncio.Handle | None = None
        self._paused = False
        self._is_over = False  # a voice server is about to hang up
        self._has_ended = False  # without a word: the HTTP session that it belongs to was closed
        self.answering = False  # the backend takes a frame of the client's: what it says now is the answer
        self._zombie_timer: asyncio.TimerHandle | None = None
        self.timeout: float | None = None

    def feed_data(self, message: WSMessage, size: int = 0) -> None:
        """Deliver a message of the client's own side, such as the CLOSING of its ``close()``."""
        self._control.append(message)
        if self._connection.is_call:  # it has not come from a server, so it is not late
            self._connection.loop.call_soon(self._wake)
        else:
            self.kick()

    def kick(self) -> None:
        """Wake the reader at the loop's next turn, once for all frames that arrive until then.

        An answer comes a turn later: until Python 3.12 ``asyncio.wait_for``, with which discord.py waits for
        members that it has asked for, takes a turn of its own before it waits. What a voice server says comes later
        still, and so does what the gateway answers to a client that has a call: in life the client has long done what
        it had to when the answer is there, and heard of its new channel when the old server hangs up.
        """
        if not self._kicked:
            self._kicked = True
            call_soon = self._connection.loop.call_soon
            if self._connection.is_call:
                _after_lag(call_soon, self._arrive)
            elif self.answering and self._connection.network.calls:
                _after_lag(call_soon, self._wake)
            elif self.answering:
                call_soon(call_soon, self._wake)
            else:
                self._kick = call_soon(self._wake)

    def _arrive(self) -> None:
        arriving = self._connection.session.frames
        while arriving and (isinstance(arriving[0], str) or self._is_over):
            self.frames.append(arriving.popleft())
        if arriving:
            self._is_over = True
            _after_lag(self._connection.loop.call_soon, self._arrive, HANG_UP)
        self._wake()

    def _wake(self) -> None:
        self._kicked = False
        if self.waiting and self._has_message():
            self._waiter.now()  # type: ignore[union-attr] # waiting says that there is one

    @property
    def waiting(self) -> bool:
        """Whether a task waits for a message and has not been woken or cancelled."""
        return self._waiter is not None and not self._waiter.done()

    @property
    def paused(self) -> bool:
        """Whether frames are held back, as on a connection that died without telling."""
        return self._paused

    @paused.setter
    def paused(self, value: bool) -> None:
        self._paused = value
        if value:
            self._start_zombie_timer()
        else:
            self._stop_zombie_timer()
            self.kick()

    def flush(self) -> None:
        """Let the reading task handle what is queued, now."""
        if self.waiting and self._has_message():
            self._waiter.now()  # type: ignore[union-attr] # waiting says that there is one
            if self._kick is not None and self._kicked and not self._has_message():
                self._kick.cancel()  # nothing is left for it: where no listener waits either, the client is at rest
                self._kicked = False

    def end(self) -> None:
        """Let the reader find that nothing comes any more."""
        self._has_ended = True
        self.kick()

    def _has_message(self) -> bool:
        return bool(self._has_ended or self._control or (self.frames and not self._paused))

    async def read(self) -> WSMessage:
        """Return the next message; ``timeout`` counts only while the connection is paused."""
        while not self._has_message():
            self._waiter = Wake(loop=self._connection.loop)
            if self._paused:
                self._start_zombie_timer()
            try:
                await self._waiter
            finally:
                self._waiter = None
                if self._zombie_timer is not None:
                    self._stop_zombie_timer()
        if self.frames and not self._paused and not self._has_ended:
            return self._connection.take()
        if self._control:
            return self._control.popleft()
        raise aiohttp.EofStream

    def _start_zombie_timer(self) -> None:
        if self._paused and self.timeout and self.waiting and self._zombie_timer is None:
            self._zombie_timer = self._connection.loop.call_later(self.timeout, self._time_out)

    def _stop_zombie_timer(self) -> None:
        if self._zombie_timer is not None:
            self._zombie_timer.cancel()
            self._zombie_timer = None

    def _time_out(self) -> None:
        if self.waiting:
            self._waiter.set_exception(TimeoutError())  # type: ignore[union-attr] # as in _wake


class Outgoing:
    """What the client sends: takes the place of aiohttp's websocket writer."""

    def __init__(self, connection: MemoryConnection) -> None:
        self._connection = connection

    async def send_frame(self, message: bytes, opcode: WSMsgType, compress: int | None = None) -> None:
        """Hand a frame to the backend; a ping is answered at once."""
        if self._connection.closed:
            raise ConnectionResetWhileWriting("Cannot write to closing transport")
        if opcode is WSMsgType.PING:
            self._connection.incoming.feed_data(WSMessage(WSMsgType.PONG, bytes(message), ""))
        elif opcode is not WSMsgType.PONG:
            incoming = self._connection.incoming
            incoming.answering = True
            try:
                self._connection.send(bytes(message).decode())
            finally:
                incoming.answering = False

    async def send(self, message: bytes | str, binary: bool = False, compress: int | None = None) -> None:
        """Send data as aiohttp did before 3.11, which had a method for each kind of frame."""
        data = message.encode() if isinstance(message, str) else message
        await self.send_frame(data, WSMsgType.BINARY if binary else WSMsgType.TEXT, compress)

    async def ping(self, message: bytes | str = b"") -> None:
        """Send a ping as aiohttp did before 3.11."""
        await self.send_frame(message.encode() if isinstance(message, str) else message, WSMsgType.PING)

    async def pong(self, message: bytes | str = b"") -> None:
        """Send a pong as aiohttp did before 3.11."""
        await self.send_frame(message.encode() if isinstance(message, str) else message, WSMsgType.PONG)

    async def close(self, code: int = 1000, message: bytes = b"") -> None:
        """Say goodbye; the other side answers with the same code, as RFC 6455 asks."""
        connection = self._connection
        if not connection.closed:
            connection.drop()
            connection.session.client_closed(code)
            answer = partial(connection.incoming.feed_data, WSMessage(WSMsgType.CLOSE, code, ""))
            if connection.is_call:
                _after_lag(connection.loop.call_soon, answer)
            else:
                answer()


def _after_lag(call_soon: Callable[..., object], act: Callable[[], object], turns: int = LAG) -> None:
    if turns:
        call_soon(_after_lag, call_soon, act, turns - 1)
    else:
        act()


class Held:
    """Stands among the connections of an aiohttp connector, which closes them when its HTTP session is closed."""

    transport = None
    closed: asyncio.Future[None] | None = None  # done once the client could see it: who closes waits for that

    def __init__(self, connection: MemoryConnection) -> None:
        self._connection = connection

    def close(self) -> None:
        """Break the connection."""
        self._connection.cut()
        loop = self._connection.loop
        self.closed = loop.create_future()
        loop.call_soon(self.closed.set_result, None)

    abort = close


class MemoryConnection:
    """One open connection to the gateway or a voice server: a session with a client's reader and writer on it."""

    def __init__(
        self,
        network: Network,
        session: Session | VoiceSession,
        connector: Any = None,
        among: list[Connection] | None = None,
    ) -> None:
        self.network = network
        self.among: list[Any] = network.connections if among is None else among
        self.is_call = self.among is not network.connections
        self.held = Held(self)
        self._acquired: set[Any] = set() if connector is None else connector._acquired  # no public name
        self._acquired.add(self.held)
        self.session: Any = session
        self.loop = network.loop
        self.closed = False
        self.incoming = Incoming(self)
        self.outgoing = Outgoing(self)
        session.on_frame = self.incoming.kick
        session.on_pause = self._pause
        self.among.append(self)
        if session.frames:
            self.incoming.kick()

    def _pause(self, value: bool) -> None:
        self.incoming.paused = value

    @property
    def reading(self) -> bool:
        """Whether a task waits for the next frame and could handle it now."""
        return self.incoming.waiting and not self.incoming.paused and asyncio._get_running_loop() is self.loop

    def flush(self) -> None:
        """Let the reading task handle every queued frame before this returns."""
        self.incoming.flush()

    def take(self) -> WSMessage:
        """Take the oldest frame of the session, as the message that aiohttp would make of it."""
        frame = self.incoming.frames.popleft()
        if self.network.on_frame is not None and not self.is_call:
            self.network.on_frame(self.session, "received", frame)
        if isinstance(frame, str):
            return WSMessage(WSMsgType.TEXT, frame, "")
        if isinstance(frame, bytes):
            return WSMessage(WSMsgType.BINARY, frame, "")
        self.drop()
        if frame.code == ABNORMAL_CLOSURE:  # never on the wire: the connection just ends
            raise aiohttp.ServerDisconnectedError
        return WSMessage(WSMsgType.CLOSE, frame.code, frame.reason)

    def send(self, text: str) -> None:
        """Hand the client's frame to the backend."""
        if self.network.on_frame is not None and not self.is_call:
            self.network.on_frame(self.session, "sent", text)
        self.session.receive(text)

    def drop(self) -> None:
        """Take this connection out of the network: one side has closed it."""
        if not self.closed:
            self.closed = True
            self.session.on_frame = self.session.on_pause = None
            self.among.remove(self)
            self._acquired.discard(self.held)
            del self.held

    def cut(self) -> None:
        """End the connection without a word, as the connector does that is being closed."""
        if not self.closed:
            self._acquired = set()  # it goes through its own now
            self.drop()
            self.session.client_closed(ABNORMAL_CLOSURE)
            self.incoming.end()


class _Handshake:
    """What a websocket keeps of the HTTP response that opened it."""

    connection = None

    def close(self) -> None:
        """Nothing to release: there is no transport."""


class _Timeless:
    """Gives aiohttp's receive timeout to the reader, where it counts only on a paused connection.

    With a clock that jumps from timer to timer a timeout on each ``receive`` would fire whenever the bot
    is idle.
    """

    _reader: Incoming
    _receive_timeout: float | None

    async def receive(self, timeout: float | None = None) -> WSMessage:
        self._reader.timeout = timeout or self._receive_timeout
        return await super().receive()  # type: ignore[misc,no-any-return] # mixed into aiohttp's class


@lru_cache
def _timeless(kind: Any) -> Any:
    return type(kind.__name__, (_Timeless, kind), {"__module__": kind.__module__})


def open_socket(
    network: Network,
    session: Session | VoiceSession,
    kind: Any,  # a class below ClientWebSocketResponse
    *,
    close_timeout: float | None,
    receive_timeout: float | None,
    autoclose: bool,
    autoping: bool,
    connector: Any = None,
    among: list[Connection] | None = None,
) -> aiohttp.ClientWebSocketResponse:
    """Return a websocket of the client's class that is connected to a backend session.

    It breaks when ``connector``, that of the client's HTTP session, is closed. While it is open it is ``among`` those
    connections of the network, by default those of the gateway.
    """
    connection = MemoryConnection(network, session, connector, among)
    socket = _timeless(kind)(
        connection.incoming,
        connection.outgoing,
        None,
        _Handshake(),
        websocket_options(close_timeout),
        autoclose,
        autoping,
        network.loop,
    )
    socket._receive_timeout = receive_timeout
    return cast("aiohttp.ClientWebSocketResponse", socket)
