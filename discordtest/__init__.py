"""Test a discord.py bot with nothing but ``unittest``: every test has a Discord of its own, in memory.

>>> from discordtest import DiscordTestCase
"""

from typing import TYPE_CHECKING

import discordtest.originals  # noqa: F401  # before a test puts a mock in the place of one
from discordtest.deferred import deferring, load, load_alone

if TYPE_CHECKING:
    from discordtest.backend.faults import ConnectionReset, HttpError, RateLimited, SlowAnswer, Timeout
    from discordtest.backend.snapshots import Snapshot
    from discordtest.function_tests import function, method
    from discordtest.function_tests.coroutines import main, run
    from discordtest.interactions import InteractionResult
    from discordtest.order.call_later import MockedCallLater, mocked_call_later
    from discordtest.order.dominos import Domino, FutureDominos, future_dominos
    from discordtest.recordings.recorder import record
    from discordtest.recordings.recording import Recording
    from discordtest.recordings.websocket import (
        ConcurrencyError,
        ConnectionClosed,
        ConnectionClosedError,
        ConnectionClosedOK,
        FakeWebSocket,
    )
    from discordtest.registry import Registry
    from discordtest.scripts import load_client, load_clients
    from discordtest.tolerance import Close

with deferring():
    from discordtest.current import current_case
    from discordtest.errors import (
        BackendError,
        Deadlock,
        DiscordTestError,
        HostRefused,
        NotModelled,
        RecordingError,
        RecordingMismatch,
        SettleTimeout,
        SetupError,
    )
    from discordtest.testcase import DiscordTestCase, DiscordTestMixin
    from discordtest.worlds import load_world

__all__ = [
    "BackendError",
    "Close",
    "ConcurrencyError",
    "ConnectionClosed",
    "ConnectionClosedError",
    "ConnectionClosedOK",
    "ConnectionReset",
    "Deadlock",
    "DiscordTestCase",
    "DiscordTestError",
    "DiscordTestMixin",
    "Domino",
    "FakeWebSocket",
    "FutureDominos",
    "HostRefused",
    "HttpError",
    "InteractionResult",
    "MockedCallLater",
    "NotModelled",
    "RateLimited",
    "Recording",
    "RecordingError",
    "RecordingMismatch",
    "Registry",
    "SettleTimeout",
    "SetupError",
    "SlowAnswer",
    "Snapshot",
    "Timeout",
    "current_case",
    "function",
    "future_dominos",
    "load_client",
    "load_clients",
    "load_world",
    "main",
    "method",
    "mocked_call_later",
    "record",
    "run",
]

_LATER = {
    **dict.fromkeys(
        ("ConnectionReset", "HttpError", "RateLimited", "SlowAnswer", "Timeout"), "backend.faults"
    ),
    "Close": "tolerance",
    "InteractionResult": "interactions",
    "Recording": "recordings.recording",
    "Registry": "registry",
    "Snapshot": "backend.snapshots",
    "record": "recordings.recorder",
    **dict.fromkeys(("Domino", "FutureDominos", "future_dominos"), "order.dominos"),
    **dict.fromkeys(("MockedCallLater", "mocked_call_later"), "order.call_later"),
    **dict.fromkeys(("function", "method"), "function_tests"),
    **dict.fromkeys(("load_client", "load_clients"), "scripts"),
    **dict.fromkeys(("main", "run"), "function_tests.coroutines"),
    **dict.fromkeys(
        (
            "ConcurrencyError",
            "ConnectionClosed",
            "ConnectionClosedError",
            "ConnectionClosedOK",
            "FakeWebSocket",
        ),
        "recordings.websocket",
    ),
}  # of modules that no import of this package needs
# What test modules import: nothing else is loaded for that.
_ALONE = ("function_tests", "scripts", "tolerance")


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    where = f"discordtest.{_LATER[name]}"
    if _LATER[name] in _ALONE:
        module = load_alone(where)
    else:
        from importlib import import_module

        load()  # in order: half of what these modules need is below them
        module = import_module(where)
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
