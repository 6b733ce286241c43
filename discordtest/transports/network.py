"""One test's network: who is reached under which host name, and what crossed it.

The seam asks a Network where a host leads; the transports carry requests and frames to its backend. A Network
belongs to one event loop, and its backend is only ever called on that loop.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import aiohttp

from discordtest.backend import cdn
from discordtest.backend.faults import ConnectionReset, SlowAnswer
from discordtest.backend.resources.application import GATEWAY_URL
from discordtest.errors import HostRefused, NotModelled

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Coroutine, Iterator, MutableMapping

    from discordtest.backend.faults import Fault
    from discordtest.backend.gateway import Close, Session
    from discordtest.backend.voice_servers import VoiceServers
    from discordtest.backend.wire import Request, Response

    Transport = Literal["memory", "loopback"]
    Direction = Literal["sent", "received"]

T = TypeVar("T")

__all__ = [
    "DISCORD_HOSTS",
    "GATEWAY_HOST",
    "VOICE",
    "Connection",
    "Network",
    "Server",
    "StandIn",
    "host_is_discord",
    "host_is_local",
    "names_of",
]  # fmt: skip

GATEWAY_HOST = GATEWAY_URL.removeprefix("wss://")

# Source: Discord's documentation, API Reference (Base URL, Image Formatting) and Gateway (Connections).
DISCORD_HOSTS = frozenset(
    {
        "discord.com",
        "canary.discord.com",
        "ptb.discord.com",
        "discordapp.com",
        *cdn.HOSTS,
        "images-ext-1.discordapp.net",
        "images-ext-2.discordapp.net",
        "discord.gg",
        GATEWAY_HOST,
    }
)
VOICE = ".discord.media"  # how the host of a voice server ends


def host_is_discord(host: str) -> bool:
    """Tell whether a host name is Discord's, so that it is answered by the backend or never reached."""
    return host in DISCORD_HOSTS or host.endswith((".discord.gg", VOICE))


def names_of(host: str) -> Iterator[str]:
    """Yield a host and the patterns that it fits, the narrowest first: ``*.eu.example.com``, ``*.example.com``."""
    yield host
    while host := host.partition(".")[2]:
        yield f"*.{host}"


def host_is_local(host: str) -> bool:
    """Tell whether a host name or address never leaves this machine."""
    if host in ("localhost", "0.0.0.0", "::", "", socket.gethostname()) or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


class BackendLike(Protocol):
    """What a network needs of a backend."""

    voice_servers: VoiceServers

    def handle(self, request: Request, /) -> Response: ...
    def connect(self, query: dict[str, str], /) -> Session: ...
    def handshake(self, query: dict[str, str], /) -> Response | None: ...
    def report(self, error: BaseException, /) -> object: ...


class Connection(Protocol):
    """An open gateway connection, seen from the test's side."""

    session: Any  # a Session, or a VoiceSession

    @property
    def reading(self) -> bool:
        """Whether a task waits for the next frame, so that `flush` reaches the client's cache."""

    def flush(self) -> None:
        """Let the reading task handle every queued frame before this returns."""


class Server(Protocol):
    """Whoever answers for a host in place of the real one."""

    async def connect(self, client: asyncio.Protocol, loop: asyncio.AbstractEventLoop, secure: bool) -> None:
        """Wire a client's protocol to the server."""

    async def close(self) -> None:
        """Stop serving."""


class StandIn(Protocol):
    """Whoever answers for Discord what the backend does not know."""

    def takes(self, request: Request) -> bool:
        """Tell whether a request is none of the backend's."""

    async def answer(self, request: Request) -> Response:
        """Answer such a request."""


class Network:
    """Say where each host leads while one test runs."""

    def __init__(
        self,
        backend: BackendLike,
        loop: asyncio.AbstractEventLoop,
        *,
        tokens: Container[str] = (),
        allowed_hosts: Collection[str] = (),
        transport: Transport = "memory",
    ) -> None:
        self.backend = backend
        self.loop = loop
        self.tokens = tokens
        self.allowed_hosts = allowed_hosts
        self.addresses: set[str] = set()  # those that allowed hosts were found to have
        self.transport: Transport = transport
        self.served: MutableMapping[str, Server] = {}
        self.stand_in: StandIn | None = None
        self.connections: list[Connection] = []
        self.calls: list[Connection] = []  # those to voice servers
        self.on_exchange: Callable[[Request, Response], None] | None = None
        self.on_frame: Callable[[Session, Direction, str | bytes | Close], None] | None = None

    async def answer(self, request: Request) -> Response:
        """Answer a request, on the loop that the backend belongs to, whichever loop asks."""
        return await self.run(self._answer(request))

    async def _answer(self, request: Request) -> Response:
        if self.stand_in is not None and self.stand_in.takes(request):
            return await self.stand_in.answer(request)
        response = self.answer_now(request)
        if response.fate is not None:
            await self.suffer(response.fate)
        return response

    async def open_gateway(self, query: dict[str, str]) -> Session | Response:
        """Open a gateway connection; on a bad day return the answer that refuses it."""
        response = self.backend.handshake(query)
        if response is not None:
            if response.fate is None:
                return response
            await self.suffer(response.fate)
        return self.backend.connect(query)

    async def suffer(self, fate: Fault) -> None:
        """Hold an answer back as its fault says, or lose it; the client's timeouts count meanwhile."""
        if isinstance(fate, SlowAnswer):
            await asyncio.sleep(fate.seconds)
        elif isinstance(fate, ConnectionReset):
            raise aiohttp.ClientOSError(fate.errno, "Connection reset by peer")
        else:
            await asyncio.get_running_loop().create_future()

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the network's loop, whichever loop asks."""
        if asyncio.get_running_loop() is self.loop:
            return await coroutine
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self.loop))

    def answer_now(self, request: Request) -> Response:
        """Answer a request at once; call it on the network's own loop only."""
        response = self.backend.handle(request)
        if self.on_exchange is not None:
            self.on_exchange(request, response)
        return response

    def host_is_allowed(self, host: str) -> bool:
        """Tell whether a host may really be reached: this machine, or one that the test allowed."""
        if host in self.addresses or host_is_local(host):
            return True
        patterns = [host] if host_is_discord(host) else names_of(host)  # "*.com" means no Discord
        return any(name in self.allowed_hosts for name in patterns)

    def serves(self, host: str) -> bool:
        """Tell whether the test answers for a host that is not Discord's."""
        return any(name in self.served for name in names_of(host))

    def server_of(self, host: str) -> Server | None:
        """Return who answers for a host; None if nobody does."""
        if host_is_discord(host):
            host = "discord.com"
            if host not in self.served:
                # aiohttp's server is dear to import
                from discordtest.transports.loopback import DiscordServer

                self.served[host] = DiscordServer(self)
        return next((self.served[name] for name in names_of(host) if name in self.served), None)

    async def close(self) -> None:
        """Stop the hosts that are served."""
        servers = set(self.served.values())
        self.served.clear()
        for server in servers:
            await server.close()

    def refuse(self, host: str, what: str = "", *, cure: str = "") -> HostRefused:
        """Record that a foreign host was called, and return the error to raise for it."""
        error = self.refusal(host, what, cure=cure)
        self.backend.report(error)
        return error

    @staticmethod
    def refusal(host: str, what: str = "", *, cure: str = "") -> HostRefused:
        """Return that error; ``cure`` is what to do besides allowing the host, by default to serve it."""
        return HostRefused(
            f"{what or 'a connection'} to {host!r} is refused: a test reaches no foreign host. "
            f"{cure or f'Answer it with self.serve({host!r}, handler)'}, or let it through with "
            f"allowed_hosts = ({host!r},) in the test case."
        )

    def refuse_socket(self, host: str) -> NotModelled:
        """Record that a websocket of Discord's was opened that nobody answers, and return the error to raise."""
        error = NotModelled(f"a websocket to {host}: only the gateway and voice servers are known")
        self.backend.report(error)
        return error

    @property
    def reading(self) -> bool:
        """Whether every gateway connection waits for frames, so that `flush` reaches all caches."""
        return all(connection.reading for connection in self.connections)

    @property
    def is_behind(self) -> bool:
        """Whether a client has events to read; as a rule they arrive before the answer to what caused them."""
        return any(connection.session.frames for connection in self.connections)

    def flush(self) -> None:
        """Let every client handle the frames that are queued for it before this returns."""
        for connection in list(self.connections):
            connection.flush()
