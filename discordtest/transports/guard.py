"""Keeps every other library from leaving this machine while a test runs.

aiohttp is stopped at its connector; whatever else opens connections on the test's loop asks that loop for
addresses and for the connection, and is refused there. Blocking libraries (requests, urllib) use no loop: they are
stopped where they look a host up, on the thread of a test's loop while it runs and on the threads of executors while
they run a call for it. A thread that was begun there (a driver's, a sender of reports) finds no host either, but fails
no test: when it looks is chance. Discord itself is not reached from any thread of the process; what httpx, requests
and urllib ask of it, `discordtest.transports.calls` answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import socket
import threading
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from discordtest.errors import HostRefused
from discordtest.stand_ins import StandIns, always
from discordtest.transports.network import host_is_discord, host_is_local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from discordtest.transports.network import Network

__all__ = [
    "adopt",
    "guard_loop",
    "let_through",
    "network_of_thread",
    "refuse_discord",
    "release_discord",
    "release_loop",
]

_let_through: contextvars.ContextVar[bool] = contextvars.ContextVar("discordtest_let_through", default=False)
_INTERNET = (socket.AF_INET, socket.AF_INET6)
_METHODS = ("getaddrinfo", "sock_connect", "run_in_executor")
_OTHER = (
    "Where aiohttp, httpx, requests or urllib asks, answer it with self.serve({0!r}, handler); for another library "
    "stand in for the call with unittest.mock.patch"
)

_NO_DISCORD = (
    "a connection to {!r} is refused: Discord is not reached while tests run, and what does not go through aiohttp, "
    "httpx, requests or urllib cannot be answered. Let the bot call it through discord.py or aiohttp, or stand in "
    "for the call with unittest.mock.patch"
)

_guarded: dict[asyncio.AbstractEventLoop, Network] = {}
_adopted: weakref.WeakKeyDictionary[threading.Thread, weakref.ref[Network]] = weakref.WeakKeyDictionary()
_at_work = threading.local()  # .network: for which test the thread of an executor runs a call


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
    getaddrinfo, sock_connect, run_in_executor = loop.getaddrinfo, loop.sock_connect, loop.run_in_executor

    def check(host: str) -> None:
        if not (network.host_is_allowed(host) or _let_through.get()):
            raise _refused(network, host)

    async def guarded_getaddrinfo(host: str | bytes | None, port: Any, **options: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host or ""
        check(name)
        found: list[Any] = await getaddrinfo(host, port, **options)
        network.addresses.update(address[0] for *_, address in found)
        return found

    async def guarded_sock_connect(sock: socket.socket, address: Any) -> None:
        if sock.family in _INTERNET:
            check(address[0])
        await sock_connect(sock, address)

    def guarded_run_in_executor(executor: Any, function: Any, *args: Any) -> Any:
        if function is _getaddrinfo:  # of the loop itself, which was checked above
            function = _previous_getaddrinfo
        elif executor is None or isinstance(executor, ThreadPoolExecutor):
            function = functools.partial(_Call(network).run, function)
        return run_in_executor(executor, function, *args)

    _guarded[network.loop] = network
    with contextlib.suppress(AttributeError):  # a loop written in C takes no attributes
        loop.getaddrinfo, loop.sock_connect = guarded_getaddrinfo, guarded_sock_connect
        loop.run_in_executor = guarded_run_in_executor


class _Call:
    """A call that a thread of an executor runs for a test."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run it; the name is that of ``Context.run``, as whoever names calls looks through it."""
        _at_work.network = self.network
        try:
            return function(*args)
        finally:
            _at_work.network = None


def release_loop(network: Network) -> None:
    """Give the loop its own methods back."""
    _guarded.pop(network.loop, None)
    for name in _METHODS:
        vars(network.loop).pop(name, None)


def _previous_getaddrinfo(*args: Any, **kwargs: Any) -> Any:
    """Look a host up as Python does, or a mock that was there before."""
    return _stand_ins.behind(_getaddrinfo)(*args, **kwargs)


def _getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not _guarded:  # a mock that outlived us has put our stand-in back
        return _previous_getaddrinfo(host, *args, **kwargs)
    name = host.decode() if isinstance(host, bytes) else host
    network = _network_here()
    if isinstance(name, str):
        if host_is_discord(name):
            raise _refused(network_of_thread(), name)
        if network is not None and not network.host_is_allowed(name):
            raise _refused(network, name)
        if network is None and threading.current_thread() in _adopted:
            _refuse_thread(threading.current_thread(), name)
    found: list[Any] = _previous_getaddrinfo(host, *args, **kwargs)
    if network is not None:
        network.addresses.update(address[0] for *_, address in found)
    return found


def _network_here() -> Network | None:
    """Return the network of the test for which this thread works; None where it works for none."""
    loop = asyncio._get_running_loop()
    return getattr(_at_work, "network", None) if loop is None else _guarded.get(loop)


def network_of_thread() -> Network | None:
    """Return the network that answers the calls of this thread, if it can be told."""
    return _network_here() or _only_network()


def _only_network() -> Network | None:
    """Return the network that a thread of nobody's may belong to: the only one there is."""
    networks = list(_guarded.values())
    return networks[0] if len(networks) == 1 else None


def _refused(network: Network | None, host: str) -> HostRefused:
    """Return the error for a blocking call; the test of that network is told, on the thread of its loop."""
    if network is not None and not host_is_discord(host):
        error = network.refusal(host, cure=_OTHER.format(host))
    else:
        error = HostRefused(_NO_DISCORD.format(host))
    if network is None:
        return error
    if asyncio._get_running_loop() is network.loop:
        network.backend.report(error)
    else:
        with contextlib.suppress(RuntimeError):  # that test is over
            network.loop.call_soon_threadsafe(network.backend.report, error)
    return error


def adopt(thread: threading.Thread) -> None:
    """Take a thread that is about to start for one of the test for which this thread works, if it does for any."""
    starter = _adopted.get(threading.current_thread())
    if (network := _network_here()) is not None:
        _adopted[thread] = weakref.ref(network)
    elif starter is not None:
        _adopted[thread] = starter


def _refuse_thread(thread: threading.Thread, host: str) -> None:
    """Let a thread of a test find nobody under a foreign host, as without any network."""
    network = _adopted[thread]()
    if host_is_local(host) if network is None else network.host_is_allowed(host):
        return
    warnings.warn(
        f"the thread {thread.name!r} finds no {host!r}: a test reaches no foreign host. Keep what began it out of the "
        f"tests, by its settings or unittest.mock.patch, or let it through with allowed_hosts = ({host!r},)",
        RuntimeWarning,
        stacklevel=3,
    )
    raise socket.gaierror(socket.EAI_NONAME, "refused, as a test reaches no foreign host")


_stand_ins = StandIns((socket, "getaddrinfo", always(_getaddrinfo)))


def refuse_discord() -> None:
    """Refuse Discord's hosts to blocking libraries."""
    _stand_ins.put()


def release_discord() -> None:
    """Refuse no host any more."""
    _stand_ins.take_away()
