"""Request bodies as they go over the wire, made without threads.

aiohttp reads file objects in an executor; here they are read at once, so that a test's upload is no work
outside the loop. Anything unusual (compressed parts, asynchronous iterators) is written by aiohttp itself.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from aiohttp import payload as payloads

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter
    from multidict import CIMultiDict

__all__ = ["encode_body"]


async def encode_body(data: Any, headers: CIMultiDict[str]) -> bytes:
    """Return the bytes of a request's ``data`` and add the headers that it implies, as aiohttp does."""
    if data is None:
        return b""
    if type(data) is str:
        headers.setdefault("Content-Type", "text/plain; charset=utf-8")
        return data.encode()
    if type(data) is bytes:
        headers.setdefault("Content-Type", "application/octet-stream")
        return data
    payload = _to_payload(data)
    for name, value in payload.headers.items():
        headers.setdefault(name, value)
    return await _read(payload)


def _to_payload(data: Any) -> payloads.Payload:
    if isinstance(data, aiohttp.FormData):
        data = data()
    if isinstance(data, payloads.Payload):
        return data
    try:
        return payloads.PAYLOAD_REGISTRY.get(data, disposition=None)
    except payloads.LookupError:
        return _to_payload(aiohttp.FormData(data))


async def _read(payload: payloads.Payload) -> bytes:
    if isinstance(payload, payloads.IOBasePayload):
        return _read_file(payload)
    if isinstance(payload, aiohttp.MultipartWriter):
        return await _read_multipart(payload)
    sink = _Sink()
    await payload.write(cast("AbstractStreamWriter", sink))
    return bytes(sink.data)


def _read_file(payload: payloads.IOBasePayload) -> bytes:
    file = payload._value
    content = file.read()
    file.close()  # aiohttp closes what it has sent; discord.File ignores it
    return content.encode(payload.encoding or "utf-8") if isinstance(file, io.TextIOBase) else bytes(content)


async def _read_multipart(writer: aiohttp.MultipartWriter) -> bytes:
    boundary = b"--" + writer.boundary.encode()
    chunks: list[bytes] = []
    for part, encoding, transfer_encoding in writer:
        if encoding or transfer_encoding:
            sink = _Sink()
            await writer.write(cast("AbstractStreamWriter", sink))
            return bytes(sink.data)
        chunks += (boundary, b"\r\n", part._binary_headers, await _read(part), b"\r\n")
    return b"".join((*chunks, boundary, b"--\r\n"))


class _Sink:
    """Collects what a payload writes."""

    def __init__(self) -> None:
        self.data = bytearray()

    async def write(self, chunk: bytes) -> None:
        self.data += chunk
