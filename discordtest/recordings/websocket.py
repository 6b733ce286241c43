"""A websocket that answers from a recording, for code that speaks over one by itself.

It waits where the recording says that something was sent first, refuses what was not sent then, and says where. No
library is needed: its methods are those that the websocket clients of Python have in common.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from discordtest.errors import RecordingError, RecordingMismatch
from discordtest.recordings.comparing import Comparison, difference
from discordtest.recordings.lines import Closed, Exchange, Frame, encode, read
from discordtest.recordings.recording import Recording

if TYPE_CHECKING:
    from types import TracebackType

    from discordtest.recordings.lines import Line

__all__ = [
    "ConcurrencyError",
    "ConnectionClosed",
    "ConnectionClosedError",
    "ConnectionClosedOK",
    "FakeWebSocket",
]

Seed: TypeAlias = str | int
Recordings: TypeAlias = "Mapping[Any, Iterable[Any]] | Recording | str | Path"

_INTERNAL_ERROR = 1011
_FINE = frozenset((None, 1000, 1001))  # close codes of an end that is in order; None is an end without a code


class ConnectionClosed(Exception):
    """The connection is closed; ``code`` is its close code, or None."""

    def __init__(self, code: int | None, text: str) -> None:
        super().__init__(code, text)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[1])


class ConnectionClosedOK(ConnectionClosed):
    """It was closed in order: with 1000, 1001 or without a code."""


class ConnectionClosedError(ConnectionClosed):
    """It was closed with another code, or broke."""


class ConcurrencyError(RuntimeError):
    """Two tasks receive from one connection at the same time."""


class FakeWebSocket:
    """A websocket that says what was recorded: what ``seed`` names in ``recordings``.

    ``recordings`` is a mapping from seeds to lists of what crossed the wire, ``{"received": …}``, ``{"sent": …}``,
    ``{"closed": 1000}`` in order, or a Recording or its file, whose sockets are the seeds. A subclass may have it as a
    class attribute. What a real connection would take besides, such as its address, is accepted and ignored.

    ``sent`` and ``received`` keep what the code has sent and received. What is sent has to be what was recorded: JSON
    by its value, whatever its layout, in which objects with an equality of their own count, such as
    ``Close(1.0, 0.1)``.

    >>> socket = FakeWebSocket(seed="hello", recordings={"hello": [{"sent": "hi"}, {"received": "hi, you"}]})
    >>> await socket.send("hi")
    >>> await socket.recv()
    'hi, you'
    """

    recordings: ClassVar[Any] = None

    #: How the connection was closed; None while it is open, and for an end without a code.
    close_code: int | None = None

    def __init__(self, *args: Any, seed: Seed, recordings: Recordings | None = None, **kwargs: Any) -> None:
        self.seed = seed
        self.sent: list[Any] = []
        self.received: list[Any] = []
        where = type(self).recordings if recordings is None else recordings
        self._script = _Script(where, seed, type(self))
        self._position = 0  # the line that is to be received next, or waited for
        self._sent_to = 0  # the line behind the last one that was sent
        self._is_closed = False
        self._waiter: asyncio.Future[None] | None = None
        self._comparison = Comparison(tolerance=0.0)

    @classmethod
    def connect(
        cls, *args: Any, seed: Seed, recordings: Recordings | None = None, **kwargs: Any
    ) -> Connecting:
        """Connect: ``async with FakeWebSocket.connect(seed=…) as socket``, or ``socket = await …``."""
        return Connecting(lambda: cls(*args, seed=seed, recordings=recordings, **kwargs))

    # -- receiving

    async def recv(self, decode: bool | None = None) -> Any:
        """Return the next message, once what was recorded before it was sent.

        Raises `ConnectionClosed` when the connection is closed, `ConcurrencyError` while another task receives.
        ``decode``: True makes text of bytes, False bytes of text. Cancelling loses nothing.
        """
        if self._waiter is not None:
            raise ConcurrencyError("recv() was called while another task waits in recv() of this connection")
        while True:
            if self._is_closed:
                raise self._closed_error()
            line = self._next
            if line is None:
                self._end(None)
            elif isinstance(line, Closed):
                self._position += 1
                self._end(line.code)
            elif line.direction == "sent" and self._position < self._sent_to:
                self._position += 1
            elif line.direction == "received":
                self._position += 1
                message = _message(line)
                self.received.append(message)
                return _decoded(message, decode)
            else:
                await self._wait()

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Yield messages until the connection is closed; an end with another code than 1000 and 1001 is raised."""
        try:
            while True:
                yield await self.recv()
        except ConnectionClosedOK:
            return

    # -- sending

    async def send(self, payload: Any, text: bool | None = None) -> None:
        """Send text, bytes, or an iterable (asynchronous too) of either, as fragments of one message.

        Raises `ConnectionClosed` when the connection is closed, TypeError for a mapping or another type, and
        RecordingMismatch for what was not recorded here.
        """
        if self._is_closed:
            raise self._closed_error()
        try:
            message = await _whole(payload)
        except _Mixed as error:
            self._end(_INTERNAL_ERROR)
            raise TypeError(str(error)) from None
        if message is None:
            return
        if text is True and isinstance(message, bytes):
            message = message.decode()
        elif text is False and isinstance(message, str):
            message = message.encode()
        lines, position = self._script.lines, self._sent_to
        # What was received before need not have been read: the other side did not wait for that.
        while position < len(lines) and _is_received(lines[position]):
            position += 1
        line = lines[position] if position < len(lines) else None
        if not isinstance(line, Frame) or not self._fits(line, message):
            raise RecordingMismatch(self._unexpected(line, message))
        self.sent.append(message)
        self._sent_to = position + 1
        self._wake()

    def _fits(self, line: Frame, message: Any) -> bool:
        recorded = line.payload
        if isinstance(recorded, (str, bytes)):
            return bool(recorded == message)
        return recorded == message or self._comparison.fits(recorded, _value(message))

    def _unexpected(self, line: Line | None, message: Any) -> str:
        script = self._script
        if line is None:
            return f"the code sent {message!r}, but {script.name} ends before: nothing more was sent"
        if isinstance(line, Closed):
            return f"the code sent {message!r}, but the connection was closed then ({script.place(line)})"
        assert isinstance(line, Frame)
        head = f"the code sent something else than was recorded ({script.place(line)}; - recorded, + sent):"
        return "\n".join([head, *difference(line.payload, _value(message))])

    # -- the end

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection; once it is closed this does nothing."""
        if not self._is_closed:
            self._end(code)

    def _end(self, code: int | None) -> None:
        self._is_closed = True
        self.close_code = code
        self._wake()

    def _closed_error(self) -> ConnectionClosed:
        kind = ConnectionClosedOK if self.close_code in _FINE else ConnectionClosedError
        how = "without a code" if self.close_code is None else f"with {self.close_code}"
        return kind(self.close_code, f"the connection is closed, {how} ({self._script.name})")

    @property
    def _next(self) -> Any:
        lines = self._script.lines
        return lines[self._position] if self._position < len(lines) else None

    async def __aenter__(self) -> FakeWebSocket:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()


class Connecting:
    """What `FakeWebSocket.connect` returns: awaitable, and a context manager that closes the connection."""

    def __init__(self, make: Callable[[], FakeWebSocket]) -> None:
        self._make = make
        self._socket: FakeWebSocket | None = None

    def __await__(self) -> Generator[Any, None, FakeWebSocket]:
        return self._open().__await__()

    async def _open(self) -> FakeWebSocket:
        self._socket = self._make()
        return self._socket

    async def __aenter__(self) -> FakeWebSocket:
        return await self._open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._socket is not None
        await self._socket.close()


class _Script:
    """What was recorded under one seed, and which of it was sent already."""

    def __init__(self, recordings: Any, seed: Seed, kind: type) -> None:
        if recordings is None:
            raise RecordingError(
                f"{kind.__name__} has no recordings: pass recordings=…, a mapping or a file, or make a subclass "
                "with the class attribute recordings"
            )
        if isinstance(recordings, (str, Path)):
            recordings = Recording.load(_beside(kind, Path(recordings)))
        self._recording: Recording | None = recordings if isinstance(recordings, Recording) else None
        known: Any = recordings if self._recording is None else self._recording.sockets
        if seed not in known:
            seeds = ", ".join(map(repr, known)) or "none"
            raise RecordingError(f"there is no recording {seed!r}; there are: {seeds}")
        self.name = f"the recording {seed!r}"
        self.lines: list[Line] = [
            line if isinstance(line, (Frame, Closed)) else _read(line, number, seed)
            for number, line in enumerate(known[seed])
        ]

    def place(self, line: Line) -> str:
        """Return where a line is."""
        if self._recording is not None:
            return self._recording.place(line)
        return f"entry {self.lines.index(line)} of {self.name}"


def _read(record: Any, number: int, seed: Seed) -> Line:
    if isinstance(record, Mapping):
        record = {"at": 0, **({} if "request" in record else {"socket": 0}), **record}
    try:
        line = read(record, 0)
    except ValueError as error:
        raise RecordingError(f"entry {number} of the recording {seed!r}: {error}") from None
    if isinstance(line, Exchange):
        raise RecordingError(f"entry {number} of the recording {seed!r}: it is a request, of no websocket")
    return line


def _beside(kind: type, path: Path) -> Path:
    """Return a path as one from the file of the class that says it."""
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None)
    beside = path if file is None or kind is FakeWebSocket else Path(file).parent / path
    return beside if beside.exists() else path


def _is_received(line: Line) -> bool:
    return isinstance(line, Frame) and line.direction == "received"


def _message(line: Frame) -> str | bytes:
    payload = line.payload
    return payload if isinstance(payload, (str, bytes)) else encode(payload)


def _decoded(message: str | bytes, decode: bool | None) -> str | bytes:
    if decode is True and isinstance(message, bytes):
        return message.decode()
    if decode is False and isinstance(message, str):
        return message.encode()
    return message


def _value(message: Any) -> Any:
    """Return what a message says, if it is JSON."""
    try:
        return json.loads(message)
    except (ValueError, TypeError):
        return message


class _Mixed(Exception):
    """Fragments of one message are of different types."""


async def _whole(payload: Any) -> str | bytes | None:
    """Return a message in one piece, None for one without fragments; TypeError for what is none."""
    if isinstance(payload, str):
        return payload
    if isinstance(payload, _BYTES):
        return bytes(payload)
    if isinstance(payload, Mapping):
        raise TypeError("data is a dict-like object: send its JSON, or its .keys() as fragments")
    if hasattr(payload, "__aiter__"):
        pieces = [piece async for piece in payload]
    elif isinstance(payload, Iterable):
        pieces = list(payload)
    else:
        raise TypeError(f"a message is text, bytes or an iterable of them, not {type(payload).__name__}")
    if not pieces:
        return None
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(pieces)
    if all(isinstance(piece, _BYTES) for piece in pieces):
        return b"".join(map(bytes, pieces))
    raise _Mixed("the fragments of a message are all text, or all bytes")


_BYTES = (bytes, bytearray, memoryview)
