"""Foreign hosts that a test serves: what the bot's calls to other services reach instead.

An aiohttp.web application, or a single handler, answers over a connection in memory; all of aiohttp's client
and server take part, so redirects, cookies, streams and websockets work. Where Discord itself is served so, what the
backend knows of it stays the backend's.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.base_protocol import BaseProtocol
from aiohttp.streams import StreamReader
from multidict import CIMultiDict
from yarl import URL

from discordtest.backend import below_version, cdn, rest
from discordtest.backend.wire import Request, Response
from discordtest.errors import SetupError
from discordtest.transports.network import host_is_discord
from discordtest.transports.pipe import Answering, connect_pipe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aiohttp import web

    from discordtest.transports.network import Network

    Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse] | web.StreamResponse]

__all__ = ["ServedHost", "ServedRequest", "serve"]

_STAND_IN = "discord.invalid"  # how whoever answers in Discord's name is reached
_OF_THE_CONNECTION = frozenset(("Connection", "Content-Encoding", "Content-Length", "Transfer-Encoding"))
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
BODY_LIMIT = 2**20  # bytes that a refilled stream holds before it would pause its (absent) transport


@dataclass(frozen=True)
class ServedRequest:
    """One request that came to a served host."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def host(self) -> str:
        """The host that was asked."""
        return URL(f"//{self.headers.get('Host', '')}").raw_host or ""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)


class ServedHost:
    """A host that the test serves; ``requests`` keeps what came, oldest first.

    Example::

        async def weather(request):
            return web.json_response({"city": request.query["city"], "degrees": 21})

        api = self.serve("api.weather.example", weather)
        ...
        self.assertEqual(api.requests[0].query["city"], "Oslo")
    """

    def __init__(self, network: Network, host: str, handler: web.Application | Handler) -> None:
        self.host = host
        self._network = network
        self.requests: list[ServedRequest] = []
        self._handler = handler
        self._runner: web.BaseRunner | None = None
        self._starting = asyncio.Lock()
        self._answering = Answering()

    async def connect(self, client: asyncio.Protocol, loop: asyncio.AbstractEventLoop, secure: bool) -> None:
        """Wire a client's protocol to the server, which starts with the first connection."""
        server = await self._network.run(self._server())
        connect_pipe(client, loop, server(), self._network.loop, secure=secure)

    def takes(self, request: Request) -> bool:
        """Tell whether the backend knows nothing of a request: no route of a bot's, or a user's own token."""
        if request.headers.get("Authorization", "").startswith("Bearer "):
            return True
        return (
            request.host not in cdn.HOSTS
            and rest.match(request.method, below_version(request.path))[0] is None
        )

    async def answer(self, request: Request) -> Response:
        """Answer in Discord's name."""
        headers = CIMultiDict(request.headers)
        headers["Host"] = request.host
        url = URL(f"https://{_STAND_IN}{request.path}", encoded=True).with_query(request.query)
        async with aiohttp.ClientSession() as session:
            asked = session.request(
                request.method, url, headers=headers, data=request.body, allow_redirects=False
            )
            async with asked as answer:
                kept = {key: value for key, value in answer.headers.items() if key not in _OF_THE_CONNECTION}
                return Response(answer.status, await answer.read(), kept)

    async def close(self) -> None:
        """Stop the server; an application's clean-ups run."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await self._answering.cancel()
            await runner.cleanup()

    async def _server(self) -> web.Server:
        async with self._starting:
            if self._runner is None:
                self._runner = await self._start()
        assert self._runner.server is not None
        return self._runner.server

    async def _start(self) -> web.BaseRunner:
        from aiohttp import web  # 15 ms, which only tests that serve something should pay

        runner: web.BaseRunner
        if isinstance(self._handler, web.Application):
            runner = web.AppRunner(self._handler, access_log=None, shutdown_timeout=1.0)
        else:
            handler = self._handler

            async def answer(request: web.BaseRequest) -> web.StreamResponse:
                made = handler(request)
                return await made if inspect.isawaitable(made) else made

            runner = web.ServerRunner(web.Server(answer, access_log=None))
        await runner.setup()
        server = runner.server
        assert server is not None
        self._inner = server.request_handler
        server.request_handler = self._record
        return runner

    async def _record(self, request: web.BaseRequest) -> web.StreamResponse:
        with self._answering:
            return await self._record_and_answer(request)

    async def _record_and_answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if not hasattr(self._handler, "router"):
            request._client_max_size = 0  # a bare handler has set no limit; an application's own one holds
        body = await request.read()
        if body:  # the handler may want to read it as a stream, which reading has used up
            stream = StreamReader(BaseProtocol(self._network.loop), BODY_LIMIT, loop=self._network.loop)
            stream.feed_data(body)
            stream.feed_eof()
            request._payload = stream
        kept = ServedRequest(request.method, request.path, request.query, request.headers, body)
        self.requests.append(kept)
        try:
            response = _checked(await self._inner(request), self.host)
        except Exception as error:
            if not hasattr(error, "status"):  # else it is meant: aiohttp's errors are answers
                self._network.backend.report(error)  # the bot sees a 500; the test sees its own mistake
            raise
        if not response.prepared:
            response.force_close()  # no idle connection, no timer of one
        return response


def _checked(response: web.StreamResponse, host: str) -> web.StreamResponse:
    """Return what a handler returned; TypeError where that is no response."""
    from aiohttp import web  # is there once a host is served

    if not isinstance(response, web.StreamResponse):
        raise TypeError(
            f"serve: the handler of {host} returned {response!r}, not a response: "
            "`return web.json_response(…)`, or web.Response(text=…)"
        )
    return response


def serve(network: Network, host: str, handler: web.Application | Handler) -> ServedHost:
    """Answer a foreign host within a network, or all that fit a pattern, until the network closes."""
    host = _host_of(host)
    if not callable(handler):
        raise TypeError(
            f"serve: the handler is an aiohttp application or `async def handler(request)`, not {handler!r}"
        )
    served = ServedHost(network, host, handler)
    if host_is_discord(host):
        network.stand_in = served
        host = _STAND_IN
    network.served[host] = served
    return served


def _host_of(given: str) -> str:
    """Return a host as requests name it; SetupError for what no request has for a host."""
    star = "*." if given.startswith("*.") else ""
    try:
        host = URL.build(scheme="https", host=given.removeprefix(star)).raw_host or ""
    except ValueError:
        host = ""
    if not host or "*" in host:
        found = _HOST.search(given)
        raise SetupError(
            f"{given!r} is no host: serve takes one without scheme, port and path, such as "
            f"{found[0] if found else 'api.example.com'!r}, or '*.example.com' for all below one"
        )
    return star + host
