"""Recording a bot while it runs, against the real Discord too.

A recorder listens at aiohttp: to the requests to Discord's API and CDN, and to the gateway's websockets that are
opened while it runs. It needs no test and changes nothing of what is sent; a body is read before it is sent. While at
least one recorder runs, functions of ours lie over aiohttp's; several recorders may run, and mocks may lie over them.
"""

from __future__ import annotations

import asyncio
import io
import threading
import time
import zlib
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from aiohttp import WSMsgType

from discordtest.backend.wire import Request
from discordtest.clock.loop import VirtualLoop
from discordtest.errors import SetupError
from discordtest.recordings.tape import API_HOSTS, Tape
from discordtest.stand_ins import StandIns
from discordtest.transports.encoding import encode_body
from discordtest.transports.network import GATEWAY_HOST, host_is_discord

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from yarl import URL

    from discordtest.recordings.recording import Recording
    from discordtest.recordings.scrub import Scrub

__all__ = ["LIMIT", "Recorder", "inflater", "record"]

LIMIT = 100_000  # lines
MAX_FILE = 2**20  # bytes of a file of the CDN; a larger one is left out
LARGE_BODY = 2**16  # bytes; from there on aiohttp wants a file

_lock = threading.Lock()


def record(path: str | Path, *, scrub: Scrub | None = None, limit: int | None = LIMIT) -> Recorder:
    """Record what crosses the wire between this process's bot and Discord, and write it when the block ends.

    It works in production, where no test runs:

    >>> with discordtest.record("bug.json"):
    ...     bot.run(TOKEN)

    Tokens, session ids, webhook and interaction tokens and other secrets are replaced before anything is written.
    What people wrote is not: ``scrub(key, text)`` is given every text of every payload with its key, and returns what
    is written instead. Of more than ``limit`` lines (None: any number) the oldest go, but for the start of the session.
    `Recorder.save` writes what there is so far, such as when an error has just happened.
    """
    return Recorder(path, scrub=scrub, limit=limit)


class Recorder:
    """Records between `start` and `stop`, or in a ``with`` block. One bot a recorder."""

    def __init__(self, path: str | Path, *, scrub: Scrub | None = None, limit: int | None = LIMIT) -> None:
        self.path = Path(path)
        self.is_running = False
        self._scrub = scrub
        self._limit = limit
        self._tape: Tape | None = None
        self._zeros: dict[int, float] = {}  # loop -> its time at 0
        self._sockets = 0

    def __enter__(self) -> Recorder:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to record."""
        if self._tape is not None:
            raise SetupError("a recorder records once: make another one")
        self._tape = Tape(datetime.now(UTC), scrub=self._scrub, limit=self._limit)
        self._began = time.perf_counter()
        self.is_running = True
        self._attach()

    def stop(self) -> None:
        """End, and write the file."""
        if self.is_running:
            self.is_running = False
            self._detach()
            self.save()

    def save(self, path: str | Path | None = None) -> Path:
        """Write what there is so far, here or to another file; return its path."""
        target = self.path if path is None else Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self._kept.to_json(), encoding="utf-8", newline="\n")
        return target

    @property
    def recording(self) -> Recording:
        """What there is so far."""
        return self._kept.recording()

    @property
    def _kept(self) -> Tape:
        if self._tape is None:
            raise SetupError("nothing was recorded yet: start() the recorder, or use it in a `with` block")
        return self._tape

    def _attach(self) -> None:
        with _lock:
            if not _running:
                _stand_ins.put()
            _running.append(self)

    def _detach(self) -> None:
        with _lock:
            _running.remove(self)
            if not _running:
                _stand_ins.take_away()

    def _now(self) -> float:
        """Return the seconds since the start: of the running loop, which in a test has a time of its own."""
        loop = asyncio.get_running_loop()
        zero = self._zeros.get(id(loop))
        if zero is None:
            if isinstance(loop, VirtualLoop):
                zero = loop.time()
                if not self._zeros:
                    self._kept.start_time = loop.now()
            else:
                zero = loop.time() - (time.perf_counter() - self._began)
            self._zeros[id(loop)] = zero
        return round(max(0.0, loop.time() - zero), 6)


# -- at aiohttp

_running: list[Recorder] = []  # without one, a stand-in that a mock brought back only passes on


def _hearing_requests(before: Any) -> Any:
    async def _request(
        self: aiohttp.ClientSession, method: str, str_or_url: str | URL, **options: Any
    ) -> Any:
        recorders = [*_running]
        url = self._build_url(str_or_url) if recorders else None
        if url is None or not host_is_discord(url.raw_host or ""):
            return await before(self, method, str_or_url, **options)
        return await _hear(recorders, before, self, method, url, options)

    return _request


def _hearing_sockets(before: Any) -> Any:
    async def _ws_connect(self: aiohttp.ClientSession, url: str | URL, **options: Any) -> Any:
        socket = await before(self, url, **options)
        target = self._build_url(url)
        recorders = [*_running]
        if recorders and _is_gateway(target.raw_host or ""):
            kind: Any = type(socket)
            socket.__class__ = _heard(kind)
            socket._ears = [_Ear(each, target.query.get("compress")) for each in recorders]
        return socket

    return _ws_connect


_stand_ins = StandIns(
    (aiohttp.ClientSession, "_request", _hearing_requests),
    (aiohttp.ClientSession, "_ws_connect", _hearing_sockets),
)


# -- requests


async def _hear(
    recorders: list[Recorder],
    before: Any,
    session: aiohttp.ClientSession,
    method: str,
    url: URL,
    options: dict[str, Any],
) -> aiohttp.ClientResponse:
    headers = session._prepare_headers(options.get("headers"))
    began = [(recorder, recorder._now()) for recorder in recorders]
    request = await _read_ahead(session, method, url, headers, options)

    def note(**found: Any) -> None:
        for recorder, at in began:
            if recorder.is_running:
                took = round(max(0.0, recorder._now() - at), 6)
                recorder._kept.request(at, request, took=took, **found)

    try:
        response: aiohttp.ClientResponse = await before(session, method, url, **options)
    except (aiohttp.ClientOSError, TimeoutError) as error:
        note(error="timeout" if isinstance(error, TimeoutError) else "reset")
        raise
    if request.host in API_HOSTS:
        note(status=response.status, headers=response.headers, body=await response.read())
        return response
    read = response.read

    async def note_file() -> bytes:
        """Note a file when it is read: who reads it in pieces gets it in pieces."""
        data = await read()
        response.read = read  # type: ignore[method-assign]
        if len(data) <= MAX_FILE:
            note(status=response.status, headers=response.headers, body=data)
        return data

    response.read = note_file  # type: ignore[method-assign]
    return response


async def _read_ahead(
    session: aiohttp.ClientSession, method: str, url: URL, headers: Any, options: dict[str, Any]
) -> Request:
    """Return the request as the wire has it; from now on ``options`` send what was read."""
    if params := options.get("params"):
        url = url.extend_query(params)
    body = b""
    sent = headers.copy()
    if options.get("json") is not None:
        dumps = getattr(session, "_json_serialize_bytes", None) or session._json_serialize
        text = dumps(options["json"])
        body = text if isinstance(text, bytes) else text.encode()
        sent.setdefault("Content-Type", "application/json")
    elif options.get("data") is not None:
        body = await encode_body(options["data"], headers)
        sent = headers.copy()
        options["headers"] = headers
        options["data"] = body if len(body) < LARGE_BODY else io.BytesIO(body)
    auth = options.get("auth") or session._default_auth
    if isinstance(auth, aiohttp.BasicAuth):
        sent.setdefault("Authorization", f"Basic {auth.password}")
    return Request(method.upper(), url.raw_host or "", url.raw_path, url.query, sent, body)


# -- websockets


def _is_gateway(host: str) -> bool:
    return host == GATEWAY_HOST or (host.startswith("gateway") and host.endswith(".discord.gg"))


def inflater(kind: str | None) -> Callable[[bytes], str | bytes | None]:
    """Return what reads the binary frames of a connection: text, or None until a frame is whole."""
    context: Any = discord.utils._ActiveDecompressionContext
    if kind == context.COMPRESSION_TYPE:
        decompress: Callable[[bytes], str | None] = context().decompress
        return decompress
    if kind != "zlib-stream":
        return bytes
    stream, buffer = zlib.decompressobj(), bytearray()

    def inflate(data: bytes) -> str | None:
        buffer.extend(data)
        if not data.endswith(b"\x00\x00\xff\xff"):
            return None
        text = stream.decompress(bytes(buffer)).decode()
        buffer.clear()
        return text

    return inflate


class _Ear:
    """Hears one websocket."""

    def __init__(self, recorder: Recorder, compression: str | None) -> None:
        self._recorder = recorder
        self._number = recorder._sockets
        recorder._sockets += 1
        self._inflate = inflater(compression)
        self._is_over = False

    def received(self, message: aiohttp.WSMessage) -> None:
        """Note what was received."""
        if message.type is WSMsgType.TEXT:
            self.note("received", message.data)
        elif message.type is WSMsgType.BINARY:
            text = self._inflate(message.data)
            if text is not None:
                self.note("received", text)
        elif message.type is WSMsgType.CLOSE:
            self.over(message.data, "server")
        elif message.type in (WSMsgType.CLOSED, WSMsgType.ERROR):
            self.over(None, "server")  # without a goodbye

    def note(self, direction: str, data: str | bytes) -> None:
        """Keep a frame."""
        recorder = self._recorder
        if recorder.is_running:
            recorder._kept.frame(recorder._now(), self._number, direction, data)

    def over(self, code: int | None, by: str) -> None:
        """Keep the end, once."""
        recorder = self._recorder
        if recorder.is_running and not self._is_over:
            recorder._kept.closed(recorder._now(), self._number, code, by)
        self._is_over = True


@lru_cache
def _heard(kind: Any) -> Any:
    """Return a class of websockets that tell an ear what crosses them.

    An object takes the class of one that it has already, if that adds nothing: hence no second base.
    """

    class Heard(kind):  # type: ignore[misc]  # a class that is given
        _ears: list[_Ear]
        _heard_by: asyncio.Task[Any] | None = None

        async def receive(self, timeout: float | None = None) -> aiohttp.WSMessage:
            self._heard_by = asyncio.current_task()
            try:
                message: aiohttp.WSMessage = await super().receive(timeout)
            except aiohttp.ClientError:
                for ear in self._ears:
                    ear.over(None, "server")
                raise
            finally:
                self._heard_by = None
            for ear in self._ears:
                ear.received(message)
            return message

        async def send_str(self, data: str, *args: Any, **options: Any) -> None:
            for ear in self._ears:
                ear.note("sent", data)
            await super().send_str(data, *args, **options)

        async def send_bytes(self, data: bytes, *args: Any, **options: Any) -> None:
            for ear in self._ears:
                ear.note("sent", bytes(data))
            await super().send_bytes(data, *args, **options)

        async def close(self, **options: Any) -> bool:
            # aiohttp closes its side by itself while it receives the end of the other one.
            if not self.closed and self._heard_by is not asyncio.current_task():
                for ear in self._ears:
                    ear.over(options.get("code", 1000), "client")
            return bool(await super().close(**options))

    Heard.__name__ = Heard.__qualname__ = kind.__name__
    Heard.__module__ = kind.__module__
    return Heard
