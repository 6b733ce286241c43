"""One test that does nothing, with a fresh Discord, a connected bot and a world of one guild."""

from __future__ import annotations

import unittest

from benchmarks.measure import Ratio, Turns, timed

TITLE = "An empty test: a fresh backend, a connected bot, a world of one guild"
UNIT = "ms"
CONTENDERS = ["discordtest", "dpytest", "simcord", "bare"]
ROUNDS, QUICK_ROUNDS = 60, 15
WARMS_UP = True
RATIOS = [
    Ratio("discordtest", "dpytest", limit=1.0),
    Ratio("discordtest", "simcord"),
    Ratio("discordtest", "bare", limit=1.0),
]
NOTES = {
    "bare": "an `IsolatedAsyncioTestCase` method that only builds and closes a `commands.Bot`",
    "dpytest": "in an `IsolatedAsyncioTestCase`; the bot is not connected, there is no gateway",
    "simcord": "in an `IsolatedAsyncioTestCase`",
}
COUNT = 10


def discordtest(turns: Turns) -> None:
    """The whole test case."""
    from benchmarks.bots import PingCase, run
    from discordtest import DiscordTestCase

    class Empty(DiscordTestCase):
        make_client = PingCase.make_client

        def make_world(self) -> None:
            self.make_guild("Test")

        async def test_nothing(self) -> None:
            """Nothing."""

    timed(turns, lambda: run(Empty, "test_nothing"), COUNT)


def dpytest(turns: Turns) -> None:
    """Its documented set-up and tear-down."""
    import discord.ext.test as dpytest  # type: ignore[import-not-found]

    from benchmarks.bots import ping_bot, run

    class Empty(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self) -> None:
            bot = ping_bot()
            await bot._async_setup_hook()
            dpytest.configure(bot, guilds=1, text_channels=0, voice_channels=0, members=0)

        async def asyncTearDown(self) -> None:
            await dpytest.empty_queue()

        async def test_nothing(self) -> None:
            """Nothing."""

    timed(turns, lambda: run(Empty, "test_nothing"), COUNT)


def simcord(turns: Turns) -> None:
    """Its documented context manager."""
    import simcord  # type: ignore[import-not-found]

    from benchmarks.bots import ping_bot, run

    class Empty(unittest.IsolatedAsyncioTestCase):
        async def test_nothing(self) -> None:
            async with simcord.run(ping_bot()) as env:
                env.create_guild("Test")

    timed(turns, lambda: run(Empty, "test_nothing"))


def bare(turns: Turns) -> None:
    """No Discord at all."""
    from benchmarks.bots import ping_bot, run

    class Empty(unittest.IsolatedAsyncioTestCase):
        async def test_nothing(self) -> None:
            await ping_bot().close()

    timed(turns, lambda: run(Empty, "test_nothing"), COUNT)
