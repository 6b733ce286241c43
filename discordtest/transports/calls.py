"""Calls of other libraries than aiohttp: to Discord, which the backend answers, and to hosts that the test serves.

What blocks comes on the thread of the test's loop or on any other, which waits for that loop. On the loop's own thread
Discord answers at once, and a host that is served while the loop goes on.
"""

from __future__ import annotations

import asyncio
import errno
import io
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

import aiohttp
from multidict import CIMultiDict

from discordtest.backend.faults import ConnectionReset, SlowAnswer, Timeout
from discordtest.backend.wire import Request, Response
from discordtest.clock.nested import run_nested
from discordtest.errors import HostRefused
from discordtest.transports.guard import network_of_thread
from discordtest.transports.network import host_is_discord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yarl import URL

    from discordtest.transports.network import Network

__all__ = ["Call", "body_of", "http_response"]

PATIENCE = 30.0  # real seconds for which another thread waits for the loop of the test
_OF_THE_CONNECTION = ("Connection", "Content-Length", "Transfer-Encoding")
_ADDED_BY_AIOHTTP = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class Call:
    """A call of a library: who answers it, and the answer."""

    def __init__(self, method: str, url: URL) -> None:
        """Find out who answers.

        Raises `HostRefused` where Discord is called and the thread belongs to no test.
        """
        self.method, self.url = method.upper(), url
        self.host = url.raw_host or ""
        network = network_of_thread()
        self._network: Network | None = network
        if host_is_discord(self.host):
            if network is None:
                raise HostRefused(
                    f"{self.method} {url.raw_path} is refused: Discord is not reached while tests run, and this "
                    "thread belongs to none of them"
                )
        elif network is not None and not network.serves(self.host):
            self._network = None

    @property
    def network(self) -> Network | None:
        """The network that answers; None where the library itself has to see to it."""
        return self._network

    async def answer(self, headers: Mapping[str, str], body: bytes) -> Response:
        """Answer on whatever loop awaits it, as late as the test wants; ConnectionResetError where it breaks."""
        assert self._network is not None
        try:
            return await self._network.run(self._answer(headers, body))
        except aiohttp.ClientError as error:
            raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer") from error

    def answer_now(self, headers: Mapping[str, str], body: bytes) -> Response:
        """Answer a call that blocks; ConnectionResetError and TimeoutError where the test wants them."""
        network = self._network
        assert network is not None
        if asyncio._get_running_loop() is not network.loop:
            coroutine = self._answer_thread(network, headers, body)
            response = asyncio.run_coroutine_threadsafe(coroutine, network.loop).result(PATIENCE)
        elif host_is_discord(self.host):
            response = network.answer_now(self._request(headers, body))
        else:
            response = run_nested(network.loop, self.answer(headers, body))
        if isinstance(response.fate, ConnectionReset):
            raise ConnectionResetError(response.fate.errno, "Connection reset by peer")
        if isinstance(response.fate, Timeout):
            raise TimeoutError("Read timed out.")
        return response

    async def _answer_thread(self, network: Network, headers: Mapping[str, str], body: bytes) -> Response:
        request = self._request(headers, body)
        stand_in = network.stand_in
        if not host_is_discord(self.host) or (stand_in is not None and stand_in.takes(request)):
            return await self.answer(headers, body)
        response = network.answer_now(request)
        # on the loop's own thread it would stop the clock that it waits for
        if isinstance(response.fate, SlowAnswer):
            await network.suffer(response.fate)
        return response

    def _request(self, headers: Mapping[str, str], body: bytes) -> Request:
        return Request(self.method, self.host, self.url.raw_path, self.url.query, CIMultiDict(headers), body)

    async def _answer(self, headers: Mapping[str, str], body: bytes) -> Response:
        assert self._network is not None
        if host_is_discord(self.host):
            return await self._network.answer(self._request(headers, body))
        kept = CIMultiDict(headers)
        for name in _OF_THE_CONNECTION:
            kept.popall(name, None)
        async with aiohttp.ClientSession(
            auto_decompress=False,
            skip_auto_headers=_ADDED_BY_AIOHTTP,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        ) as session:
            asked = session.request(
                self.method, self.url, headers=kept, data=body or None, allow_redirects=False
            )
            async with asked as answer:
                return Response(answer.status, await answer.read(), answer.headers)


def body_of(given: Any) -> bytes:
    """Return a body that is given as blocking libraries take it: text, bytes, a file or parts."""
    body = given or b""
    if hasattr(body, "read"):
        body = body.read()
    elif not isinstance(body, str | bytes):
        body = b"".join(body)
    return body.encode() if isinstance(body, str) else body


def http_response(response: Response, method: str) -> HTTPResponse:
    """Return an answer as http.client has it, read from a socket."""
    lines = [f"HTTP/1.1 {response.status} {response.reason}"]
    lines += [
        f"{name}: {value}" for name, value in response.headers.items() if name not in _OF_THE_CONNECTION
    ]
    lines += [f"Content-Length: {len(response.body)}", "", ""]
    made = HTTPResponse(_Socket("\r\n".join(lines).encode("latin-1") + response.body), method=method)  # type: ignore[arg-type]
    made.begin()
    return made


class _Socket:
    """What an answer is read from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> io.BytesIO:
        """Return all of it."""
        return io.BytesIO(self._data)
