"""What differs between the releases of aiohttp that are in use with discord.py: 3.9 and later.

Everything else here is written for the newest one. Red-DiscordBot, for one, holds aiohttp at 3.9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import client, connector

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "IDEMPOTENT_METHODS",
    "LOOPBACK",
    "WAITS_FOR_CONNECTIONS",
    "ConnectionResetWhileWriting",
    "has_middlewares",
    "tries_again",
    "websocket_options",
    "websocket_timeouts",
]

#: Requests that aiohttp makes once more when the connection breaks; none before 3.10.
IDEMPOTENT_METHODS: frozenset[str] = getattr(client, "IDEMPOTENT_METHODS", frozenset())
#: What writing to a connection that has ended raises; aiohttp has a class of its own since 3.10.6.
ConnectionResetWhileWriting: type[ConnectionResetError] = getattr(
    aiohttp, "ClientConnectionResetError", ConnectionResetError
)
# One object for both times since 3.11; two arguments before that.
_TIMEOUT: Any = getattr(aiohttp, "ClientWSTimeout", None)
#: Whether websockets over sockets can be paced: those of older ones may wait for ever as they close.
LOOPBACK = _TIMEOUT is not None
#: Whether who closes a connector waits until its connections are closed. None did up to 3.12.0: there a client that is
#: closed while it reconnects fails, as it goes on once its ``close()`` has taken its loop away.
WAITS_FOR_CONNECTIONS = hasattr(connector, "_wait_for_close")
_CLOSE_TIMEOUT = 10.0  # seconds; aiohttp's own default


def has_middlewares(session: aiohttp.ClientSession) -> bool:
    """Tell whether functions of the bot's lie around the requests of a session, as they may since 3.12."""
    return bool(getattr(session, "_middlewares", ()))


def tries_again(session: aiohttp.ClientSession) -> bool:
    """Tell whether a session tries a connection that breaks a second time; it can say so since 3.11."""
    return bool(getattr(session, "_retry_connection", IDEMPOTENT_METHODS))


def websocket_timeouts(options: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return how many seconds the options of ``ws_connect`` leave for closing, and for a message."""
    close, receive = options.get("timeout"), None
    if _TIMEOUT is not None and isinstance(close, _TIMEOUT):
        close, receive = close.ws_close, close.ws_receive
    elif not isinstance(close, int | float):
        close = _CLOSE_TIMEOUT
    if (given := options.get("receive_timeout")) is not None:
        receive = given
    return close, receive


def websocket_options(close: float | None) -> Any:
    """Return the timeout that a ``ClientWebSocketResponse`` takes, without one for receiving."""
    return close if _TIMEOUT is None else _TIMEOUT(ws_close=close)
