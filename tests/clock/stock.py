"""Tests on a loop of asyncio's own, as ``asyncio.run`` and pytest-asyncio have it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import unittest
    from collections.abc import Coroutine

__all__ = ["HOUR", "MINUTE", "in_a_loop", "run"]

HOUR = 3600.0
MINUTE = 60.0


def run(coroutine: Coroutine[Any, Any, Any], debug: bool = False) -> Any:
    """Run a coroutine on a loop of asyncio's own."""
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop, debug=debug) as runner:
        return runner.run(coroutine)


def in_a_loop(test: Any) -> Any:
    """Run a test on a loop of asyncio's own."""

    def call(self: unittest.TestCase) -> None:
        run(test(self))

    call.__name__, call.__doc__ = test.__name__, test.__doc__
    return call
