"""The seam under aiohttp: while a test runs, Discord's hosts lead to that test's backend.

Methods of aiohttp are replaced while at least one network is installed: ``ClientSession._request`` and
``_ws_connect`` answer Discord's hosts directly; ``TCPConnector._create_connection`` sees every other host and
lets it through, wires it to a host that the test serves, or refuses it; ``BaseConnector.close`` of older releases does
as that of newer ones. This module and ``transports/`` are the only ones that know aiohttp's insides; `verify` checks at
import that they are as expected.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.http import SERVER_SOFTWARE
from aiohttp.tracing import Trace
from multidict import CIMultiDict, CIMultiDictProxy

from discordtest.backend.wire import Request, Response
from discordtest.errors import HostRefused
from discordtest.stand_ins import StandIns, always
from discordtest.transports import over_httpx, over_requests, over_urllib
from discordtest.transports.datagrams import answer_datagrams, release_datagrams
from discordtest.transports.encoding import encode_body
from discordtest.transports.guard import (
    guard_loop,
    let_through,
    refuse_discord,
    release_discord,
    release_loop,
)
from discordtest.transports.memory import Held, open_socket
from discordtest.transports.network import GATEWAY_HOST, VOICE, Network, host_is_discord
from discordtest.transports.releases import (
    IDEMPOTENT_METHODS,
    WAITS_FOR_CONNECTIONS,
    has_middlewares,
    tries_again,
    websocket_timeouts,
)
from discordtest.transports.response import make_answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from aiohttp.client_proto import ResponseHandler
    from yarl import URL

    from discordtest.backend.session import Session
    from discordtest.backend.voice_servers import VoiceSession

__all__ = ["install", "network_of", "uninstall", "verify"]

# What a request may ask for and still be answered without a connection; aiohttp does the rest, over one.
PLAIN_OPTIONS = frozenset(
    {
        "params", "data", "json", "headers", "raise_for_status", "trace_request_ctx", "timeout", "proxy",
        "proxy_auth", "proxy_headers", "allow_redirects", "max_redirects", "ssl", "verify_ssl", "ssl_context",
        "fingerprint", "server_hostname", "read_until_eof", "read_bufsize", "auto_decompress",
        "max_line_size", "max_field_size", "max_headers",
    }
)  # fmt: skip

#: Those whose calls are answered too.
_LIBRARIES = over_requests.STAND_INS, over_httpx.STAND_INS, over_urllib.STAND_INS
_lock = threading.Lock()
_networks: dict[asyncio.AbstractEventLoop, Network] = {}


def install(network: Network) -> None:
    """Lead Discord's hosts to this network for everything that runs on its loop."""
    with _lock:
        if not _networks:
            _patch()
        if network.loop not in _networks:
            guard_loop(network)
        _networks[network.loop] = network


def uninstall(network: Network) -> None:
    """Take a network away; after the last one aiohttp is as it was."""
    with _lock:
        if _networks.get(network.loop) is network:
            del _networks[network.loop]
            release_loop(network)
            if not _networks:
                _unpatch()


def _patch() -> None:
    _stand_ins.put()
    if not WAITS_FOR_CONNECTIONS:
        _waiting_close.put()
    refuse_discord()
    for library in _LIBRARIES:
        library.put()
    answer_datagrams()


def _unpatch() -> None:
    _stand_ins.take_away()
    _waiting_close.take_away()
    release_discord()
    for library in _LIBRARIES:
        library.take_away()
    release_datagrams()


def network_of(headers: Mapping[str, str] | None = None) -> Network | None:
    """Find the network for a call: the running loop's, else the token's, else the only one there is."""
    network = _networks.get(asyncio.get_running_loop())
    if network is not None:
        return network
    networks = list(_networks.values())
    token = (headers or {}).get("Authorization", "").rpartition(" ")[2]
    for network in networks:
        if token and token in network.tokens:
            return network
    return networks[0] if len(networks) == 1 else None


def _lost(url: URL) -> HostRefused:
    return HostRefused(
        f"{url} is refused: Discord is not reached while tests run, and neither the running event loop "
        "nor the token of this call belongs to one of them"
    )


async def _request(
    self: aiohttp.ClientSession, method: str, str_or_url: str | URL, **options: Any
) -> aiohttp.ClientResponse:
    url = self._build_url(str_or_url) if _networks else None
    if url is None or not host_is_discord(url.raw_host or "") or not _is_plain(self, options):
        return await _stand_ins.behind(_request)(self, method, str_or_url, **options)  # type: ignore[no-any-return]
    headers = self._prepare_headers(options.get("headers"))
    network = network_of(headers)
    if network is None:
        raise _lost(url)
    if network.transport != "memory":
        return await _stand_ins.behind(_request)(self, method, str_or_url, **options)  # type: ignore[no-any-return]
    if self.closed:
        raise RuntimeError("Session is closed")
    return await _answer(network, self, method.upper(), url, headers, options)


def _is_plain(session: aiohttp.ClientSession, options: dict[str, Any]) -> bool:
    return (
        options.keys() <= PLAIN_OPTIONS
        and not has_middlewares(session)
        and session._default_auth is None
        and session._request_class is aiohttp.ClientRequest
        and session._response_class is aiohttp.ClientResponse
    )


async def _answer(
    network: Network,
    session: aiohttp.ClientSession,
    method: str,
    url: URL,
    headers: CIMultiDict[str],
    options: dict[str, Any],
) -> aiohttp.ClientResponse:
    if params := options.get("params"):
        url = url.extend_query(params)
    traces = await _start_traces(session, method, url, headers, options) if session._trace_configs else []
    try:
        data = _json_or_data(session, headers, options)
        body = await encode_body(data, headers)
        headers.setdefault("User-Agent", SERVER_SOFTWARE)
        query = url.query if url.raw_query_string else {}
        request = Request(method, url.raw_host or "", url.raw_path, query, headers, body)
        response = None
        if network.stand_in is None and asyncio.get_running_loop() is network.loop:
            response = network.answer_now(request)
        if response is None or response.fate is not None:
            async with asyncio.timeout(_total_timeout(session, options)):
                response = await _bear(network, session, request, response)
        if network.is_behind:
            await asyncio.sleep(0)
        answer = make_answer(session, method, url, headers, response, traces)
        await _raise_for_status(session, answer, options)
    except BaseException as error:
        for trace in traces:
            await trace.send_request_exception(method, url, headers, error)
        raise
    for trace in traces:
        await trace.send_request_end(method, url, headers, answer)
    return answer


async def _bear(
    network: Network, session: aiohttp.ClientSession, request: Request, response: Response | None
) -> Response:
    """Get an answer that does not come at once; where the connection breaks, ask as often as aiohttp does."""
    try:
        if response is None:
            return await network.answer(request)
        if response.fate is not None:
            await network.run(network.suffer(response.fate))
        return response
    except aiohttp.ClientOSError:
        if request.method not in IDEMPOTENT_METHODS or not tries_again(session):
            raise
        return await network.answer(request)


async def _start_traces(
    session: aiohttp.ClientSession,
    method: str,
    url: URL,
    headers: CIMultiDict[str],
    options: dict[str, Any],
) -> list[Trace]:
    traces = []
    for config in session._trace_configs:
        context = config.trace_config_ctx(trace_request_ctx=options.get("trace_request_ctx"))
        trace = Trace(session, config, context)
        await trace.send_request_start(method, url, headers)
        traces.append(trace)
    return traces


def _json_or_data(session: aiohttp.ClientSession, headers: CIMultiDict[str], options: dict[str, Any]) -> Any:
    data = options.get("data")
    value = options.get("json")
    if value is None:
        return data
    if data is not None:
        raise ValueError("data and json parameters can not be used at the same time")
    headers.setdefault("Content-Type", "application/json")
    dumps = getattr(session, "_json_serialize_bytes", None) or session._json_serialize
    return dumps(value)


def _total_timeout(session: aiohttp.ClientSession, options: dict[str, Any]) -> float | None:
    timeout = options.get("timeout", session._timeout)
    if isinstance(timeout, aiohttp.ClientTimeout):
        return timeout.total
    return timeout if isinstance(timeout, int | float) else session._timeout.total


async def _raise_for_status(
    session: aiohttp.ClientSession, answer: aiohttp.ClientResponse, options: dict[str, Any]
) -> None:
    check = options.get("raise_for_status")
    if check is None:
        check = session._raise_for_status
    if callable(check):
        await check(answer)
    elif check:
        answer.raise_for_status()


async def _ws_connect(
    self: aiohttp.ClientSession, url: str | URL, **options: Any
) -> aiohttp.ClientWebSocketResponse:
    target = self._build_url(url) if _networks else None
    if target is None or not host_is_discord(target.raw_host or ""):
        return await _stand_ins.behind(_ws_connect)(self, url, **options)  # type: ignore[no-any-return]
    network = network_of(options.get("headers"))
    if network is None or network.loop is not asyncio.get_running_loop():
        raise _lost(target)
    host = target.raw_host or ""
    is_call = host.endswith(VOICE)
    if not is_call and host != GATEWAY_HOST:
        raise network.refuse_socket(host)
    if network.transport == "loopback" and not is_call:
        from discordtest.transports.loopback import pace  # aiohttp's server is dear to import

        return pace(network, await _stand_ins.behind(_ws_connect)(self, url, **options))  # type: ignore[no-any-return]
    if self.closed:
        raise RuntimeError("Session is closed")
    if params := options.get("params"):
        target = target.extend_query(params)
    close_timeout, receive_timeout = websocket_timeouts(options)
    opened: Session | VoiceSession | Response
    if is_call:
        opened = network.backend.voice_servers.connect(host)
    else:
        opened = await _open_gateway(network, self, dict(target.query))
    if isinstance(opened, Response):
        raise _refused(self, target, opened, options.get("headers"))
    return open_socket(
        network,
        opened,
        self._ws_response_class,
        close_timeout=close_timeout,
        receive_timeout=receive_timeout,
        autoclose=options.get("autoclose", True),
        autoping=options.get("autoping", True),
        connector=self.connector,
        among=network.calls if is_call else None,
    )


async def _open_gateway(
    network: Network, session: aiohttp.ClientSession, query: dict[str, str]
) -> Session | Response:
    """Connect to the gateway; where the connection breaks, try as often as aiohttp does."""
    try:
        return await network.open_gateway(query)
    except aiohttp.ClientOSError:
        if not tries_again(session):
            raise
        return await network.open_gateway(query)


def _refused(
    session: aiohttp.ClientSession, url: URL, response: Response, headers: Any
) -> aiohttp.WSServerHandshakeError:
    info = aiohttp.RequestInfo(url, "GET", CIMultiDictProxy(session._prepare_headers(headers)), url)
    return aiohttp.WSServerHandshakeError(
        info,
        (),
        message="Invalid response status",
        status=response.status,
        headers=CIMultiDict(response.headers),
    )


async def _create_connection(
    self: aiohttp.TCPConnector,
    req: aiohttp.ClientRequest,
    traces: list[Trace],
    timeout: aiohttp.ClientTimeout,
) -> ResponseHandler:
    network = network_of(CIMultiDictProxy(req.headers)) if _networks else None
    host = req.url.raw_host or ""
    if host_is_discord(host) and network is None and _networks:
        raise _lost(req.url)
    if network is None or network.host_is_allowed(host):
        with let_through():
            return await _stand_ins.behind(_create_connection)(self, req, traces, timeout)  # type: ignore[no-any-return]
    server = network.server_of(host)
    if server is None:
        raise network.refuse(host, f"{req.method} {req.url}: a request")
    protocol = self._factory()
    await server.connect(protocol, self._loop, req.is_ssl())
    return protocol


def _waiting(real: Any) -> Any:
    """Return a ``close`` for connectors of an older aiohttp: it ends when who reads from memory could see it."""

    def close(self: aiohttp.BaseConnector) -> Awaitable[Any]:
        acquired: set[Any] = self._acquired
        held = [each for each in acquired if isinstance(each, Held)]
        closing: Awaitable[Any] = real(self)
        if not held or asyncio._get_running_loop() is None:
            return closing
        return asyncio.gather(closing, *(each.closed for each in held if each.closed is not None))

    return close


_stand_ins = StandIns(  # what is behind them, aiohttp's own or somebody's mock, has the other hosts
    (aiohttp.ClientSession, "_request", always(_request)),
    (aiohttp.ClientSession, "_ws_connect", always(_ws_connect)),
    (aiohttp.TCPConnector, "_create_connection", always(_create_connection)),
)
_waiting_close = StandIns((aiohttp.BaseConnector, "close", _waiting))


def verify() -> None:
    """Check that aiohttp is built as this module expects, and say what is not; runs at import."""
    expected: dict[Any, tuple[str, ...]] = {
        aiohttp.ClientSession._request: ("self", "method", "str_or_url"),
        aiohttp.ClientSession._ws_connect: ("self", "url"),
        aiohttp.TCPConnector._create_connection: ("self", "req", "traces", "timeout"),
        aiohttp.ClientWebSocketResponse.__init__: (
            "self", "reader", "writer", "protocol", "response", "timeout", "autoclose", "autoping", "loop",
        ),
    }  # fmt: skip
    if "_acquired" not in aiohttp.BaseConnector.__init__.__code__.co_names:
        raise ImportError(
            f"discordtest does not know this aiohttp ({aiohttp.__version__}): a connector has no `_acquired`"
        )
    for function, names in expected.items():
        found = tuple(inspect.signature(function).parameters)[: len(names)]
        if found != names:
            raise ImportError(
                f"discordtest does not know this aiohttp ({aiohttp.__version__}): {function.__qualname__} "
                f"takes {', '.join(found)} where {', '.join(names)} was expected"
            )


verify()
