"""The suite with discordtest."""

from __future__ import annotations

import os

from benchmarks.bots import PingCase


class PingTests(PingCase):
    """Filled below: a method for each test, as a suite that was written has them."""


async def ping(self: PingTests) -> None:
    """Send and look."""
    await self.send(self.alice, self.general, "!ping")
    self.assertSent("Pong!", channel=self.general)


for number in range(int(os.environ.get("BENCHMARKS_TESTS", "10"))):
    setattr(PingTests, f"test_{number}", ping)
del PingCase
