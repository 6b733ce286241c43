"""What the tests of the clock stand on: plain unittest, on a virtual loop."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from discordtest.clock.runner import Runner
from tests.isolated import IsolatedTestCase

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from discordtest.clock.loop import VirtualLoop

T = TypeVar("T")

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class VirtualTestCase(IsolatedTestCase):
    """Runs each test on a virtual loop that starts at noon on 1 March 2026."""

    start_time = START

    def _setupAsyncioRunner(self) -> None:
        self._asyncioRunner = Runner(start_time=self.start_time)

    @property
    def loop(self) -> VirtualLoop:
        return self._asyncioRunner.get_loop()

    def start(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start what stands for the bot; it is cancelled when the test ends."""
        return self.loop.create_task(coroutine)


def run(coroutine: Coroutine[Any, Any, T], settle_timeout: float = 5.0) -> T:
    """Run one coroutine on a virtual loop of its own."""
    with Runner(start_time=START, settle_timeout=settle_timeout) as runner:
        return runner.run(coroutine)
