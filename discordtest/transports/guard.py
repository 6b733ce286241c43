"""Keeps every other library from leaving this machine while a test runs.

aiohttp is stopped at its connector; whatever else opens connections on the test's loop asks that loop for
addresses and for the connection, and is refused there. Blocking libraries use no loop: of them only calls to
Discord are stopped, for the whole process.
"""

from __future__ import annotations

import contextlib
import contextvars
import socket
from typing import TYPE_CHECKING, Any

from discordtest.errors import HostRefused
from discordtest.transports.network import host_is_discord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discordtest.transports.network import Network

__all__ = ["guard_loop", "let_through", "refuse_discord", "release_loop"]

_let_through: contextvars.ContextVar[bool] = contextvars.ContextVar("discordtest_let_through", default=False)
_INTERNET = (socket.AF_INET, socket.AF_INET6)
_METHODS = ("getaddrinfo", "sock_connect")


@contextlib.contextmanager
def let_through() -> Iterator[None]:
    """Let connections pass that are opened within, to a host that was found allowed already.

    A library may resolve names by itself, so that the loop sees an address only.
    """
    token = _let_through.set(True)
    try:
        yield
    finally:
        _let_through.reset(token)


def guard_loop(network: Network) -> None:
    """Refuse foreign hosts to everything that runs on the network's loop."""
    loop: Any = network.loop  # methods are replaced on this one object
    getaddrinfo, sock_connect = loop.getaddrinfo, loop.sock_connect
    known: set[str] = set()  # the addresses of hosts that are allowed by name

    def check(host: str) -> None:
        if not (network.host_is_allowed(host) or host in known or _let_through.get()):
            raise network.refuse(host, "a connection")

    async def guarded_getaddrinfo(host: str | bytes | None, port: Any, **options: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host or ""
        check(name)
        found: list[Any] = await getaddrinfo(host, port, **options)
        known.update(address[0] for *_, address in found)
        return found

    async def guarded_sock_connect(sock: socket.socket, address: Any) -> None:
        if sock.family in _INTERNET:
            check(address[0])
        await sock_connect(sock, address)

    with contextlib.suppress(AttributeError):  # a loop written in C takes no attributes
        loop.getaddrinfo, loop.sock_connect = guarded_getaddrinfo, guarded_sock_connect


def release_loop(network: Network) -> None:
    """Give the loop its own methods back."""
    for name in _METHODS:
        vars(network.loop).pop(name, None)


_original_getaddrinfo = socket.getaddrinfo


def _getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str) and host_is_discord(name):
        raise HostRefused(
            f"a connection to {name!r} is refused: Discord is not reached while tests run, and what does not "
            "go through aiohttp (requests, urllib) cannot be answered"
        )
    return _original_getaddrinfo(host, *args, **kwargs)


def refuse_discord(refuse: bool) -> None:
    """Refuse Discord's hosts to blocking libraries, or stop doing so."""
    if refuse:
        socket.getaddrinfo = _getaddrinfo
    elif socket.getaddrinfo is _getaddrinfo:
        socket.getaddrinfo = _original_getaddrinfo
