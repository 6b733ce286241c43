"""A member writes ``!ping``, the bot answers ``Pong!``: alone, and where 10,000 messages were written before."""

from __future__ import annotations

import unittest
from typing import Any

from benchmarks.measure import Ratio, Turns

TITLE = "A `!ping` trip: a message comes, the bot answers it"
UNIT = "µs"
CONTENDERS = [
    "discordtest",
    "floor",
    "discordtest asserting",
    "discordtest after 10000",
    "floor after 10000",
    "dpytest",
    "simcord",
]
ROUNDS, QUICK_ROUNDS = 60, 12
WARMS_UP = True
RATIOS = [
    Ratio("discordtest", "floor", limit=1.3),
    Ratio("discordtest after 10000", "floor after 10000", limit=1.3),
    Ratio("discordtest after 10000", "discordtest", limit=1.1),
    Ratio("discordtest asserting", "floor"),
    Ratio("discordtest", "dpytest"),
    Ratio("discordtest", "simcord"),
]
NOTES = {
    "floor": (
        "the same client on the same loop and websocket class, fed with the recorded frames of such trips, each once, "
        "and answered with their recorded bodies"
    ),
    "dpytest": "no gateway and no JSON: it calls the client's parsers and replaces its HTTP methods",
    "simcord": "waits for real time after each act",
}
COUNT = 60


def discordtest(turns: Turns, *words: str) -> None:
    """The verb; ``asserting``: and an assertion; ``after 10000``: in a channel with so many messages."""
    from benchmarks.bots import PingCase, run

    class Trip(PingCase):
        async def test_trips(self) -> None:
            for _ in range(5):
                await self.send(self.alice, self.general, "!ping")
            with turns.timing(COUNT):
                for _ in range(COUNT):
                    await self.send(self.alice, self.general, "!ping")
                    if "asserting" in words:
                        self.assertSent("Pong!", channel=self.general)
            self.assertSent("Pong!", channel=self.general)

        async def test_trips_after_many(self) -> None:
            for _ in range(int(words[-1]) // 2):
                await self.send(self.alice, self.general, "!ping")
            for _ in turns:
                await self.test_trips()

    if "after" in words:
        run(Trip, "test_trips_after_many")
    else:
        for _ in turns:
            run(Trip, "test_trips")


def floor(turns: Turns, *words: str) -> None:
    """Canned frames and bodies to a fresh client, or to one that has seen many."""
    from benchmarks.bots import run
    from benchmarks.replay import Recorder, play, repeat, take_turns

    async def trips_after_many(loop: Any, replay: Any) -> None:
        for _ in range(int(words[-1]) // 2):
            replay.begin_trip()
            await loop.settle()
        for _ in turns:
            await repeat(turns, COUNT)(loop, replay)

    if "after" in words:
        play(run(Recorder, "test_ping").recording, trips_after_many)  # type: ignore[attr-defined]
    else:
        take_turns(turns, COUNT, Recorder, "test_ping")


def dpytest(turns: Turns) -> None:
    """Its verb."""
    import discord.ext.test as dpytest  # type: ignore[import-not-found]

    from benchmarks.bots import ping_bot, run

    class Trip(unittest.IsolatedAsyncioTestCase):
        async def test_trips(self) -> None:
            self._asyncioRunner.get_loop().set_debug(False)
            bot = ping_bot()
            await bot._async_setup_hook()
            dpytest.configure(bot)
            with turns.timing(COUNT):
                for _ in range(COUNT):
                    await dpytest.message("!ping")
            assert dpytest.verify().message().content("Pong!")
            await dpytest.empty_queue()

    for _ in turns:
        run(Trip, "test_trips")


def simcord(turns: Turns) -> None:
    """Its verb."""
    import simcord  # type: ignore[import-not-found]

    from benchmarks.bots import ping_bot, run

    class Trip(unittest.IsolatedAsyncioTestCase):
        async def test_trips(self) -> None:
            self._asyncioRunner.get_loop().set_debug(False)
            async with simcord.run(ping_bot()) as env:
                channel = env.create_guild("Test").create_text_channel("general")
                alice = env.guild.add_member(env.create_user("alice"))
                with turns.timing(3):
                    for _ in range(3):
                        await alice.send(channel, "!ping")
                assert channel.last_message.content == "Pong!"

    for _ in turns:
        run(Trip, "test_trips")
