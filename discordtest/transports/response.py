"""The backend's answer as aiohttp's response class.

`Answer` is a `ClientResponse` in every way a bot can see, but never runs its ``__init__`` (25 µs instead of
60): there is no connection, the whole body is there from the start, and what is seldom asked for is made on
demand.
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpVersion11
from multidict import CIMultiDict, CIMultiDictProxy

if TYPE_CHECKING:
    from aiohttp.tracing import Trace
    from yarl import URL

    from discordtest.backend.wire import Response

__all__ = ["Answer", "make_answer"]

READ_BUFFER = 2**16  # bytes; how much content a stream holds before it asks the (absent) transport to pause


class Answer(aiohttp.ClientResponse):
    """An aiohttp response without a connection."""

    _payload: bytes
    # What only __init__ sets before aiohttp 3.12.
    _body: bytes | None = None
    _history: tuple[aiohttp.ClientResponse, ...] = ()
    if not hasattr(aiohttp.ClientResponse, "cookies"):
        cookies = cached_property(lambda self: SimpleCookie())
    _stream: aiohttp.StreamReader | None = None
    _sent_headers: CIMultiDict[str]
    version = HttpVersion11

    def __init__(self) -> None:
        raise TypeError("use make_answer()")

    @property
    def content(self) -> aiohttp.StreamReader:  # type: ignore[override] # aiohttp sets it, we make it on demand
        """The body as a stream."""
        if self._stream is None:
            self._stream = aiohttp.StreamReader(BaseProtocol(self._loop), READ_BUFFER, loop=self._loop)
            self._stream.feed_data(self._payload)
            self._stream.feed_eof()
        return self._stream

    @property
    def _raw_headers(self) -> tuple[tuple[bytes, bytes], ...]:  # type: ignore[override] # as content
        return tuple((name.encode(), value.encode()) for name, value in self._headers.items())

    @property
    def _request_info(self) -> aiohttp.RequestInfo:  # type: ignore[override] # as content
        headers = CIMultiDictProxy(self._sent_headers)
        return aiohttp.RequestInfo(self._url, self.method, headers, self._real_url)

    def _notify_content(self) -> None:
        if self._stream is not None:
            super()._notify_content()
        self._released = True

    async def read(self) -> bytes:
        """Return the body; after a release only if it was read before, as on a real connection."""
        if self._stream is not None and self._body is None:
            return await super().read()
        if self._released:
            raise aiohttp.ClientConnectionError("Connection closed")
        if self._body is None:
            self._body = self._payload
            for trace in self._traces:
                await trace.send_response_chunk_received(self.method, self.url, self._body)
        return self._body


def make_answer(
    session: aiohttp.ClientSession,
    method: str,
    url: URL,
    headers: CIMultiDict[str],
    response: Response,
    traces: list[Trace],
) -> Answer:
    """Return the backend's response in the form that aiohttp's client gives."""
    answer = Answer.__new__(Answer)
    fields: dict[str, Any] = answer.__dict__
    fields["method"] = method
    fields["status"] = response.status
    fields["reason"] = response.reason
    fields["_real_url"] = url
    fields["_url"] = url.with_fragment(None) if url.raw_fragment else url
    fields["_headers"] = CIMultiDictProxy(CIMultiDict(response.headers))
    fields["_sent_headers"] = headers
    fields["_payload"] = response.body
    fields["_cache"] = {}
    fields["_traces"] = traces
    fields["_session"] = session
    fields["_resolve_charset"] = session._resolve_charset
    fields["_loop"] = asyncio.get_running_loop()
    return answer
