"""A member uses ``/ping``, the bot answers ``Pong!``."""

from __future__ import annotations

import unittest

from benchmarks.measure import Ratio, Turns

TITLE = "A `/ping` trip: a member uses a slash command, the bot answers it"
UNIT = "µs"
CONTENDERS = ["discordtest", "floor", "simcord"]
ROUNDS, QUICK_ROUNDS = 60, 12
WARMS_UP = True
RATIOS = [Ratio("discordtest", "floor", limit=1.4), Ratio("discordtest", "simcord", limit=0.5)]
NOTES = {
    "floor": (
        "the same client on the same loop and websocket class, fed with the recorded frames of such trips, each once, "
        "and answered with their recorded bodies"
    ),
    "simcord": "waits for real time after each act",
}
COUNT = 60


def discordtest(turns: Turns) -> None:
    """The verb."""
    from benchmarks.bots import SlashCase, run

    class Trip(SlashCase):
        async def test_trips(self) -> None:
            for _ in range(5):
                await self.slash(self.alice, self.general, "ping")
            with turns.timing(COUNT):
                for _ in range(COUNT):
                    await self.slash(self.alice, self.general, "ping")
            self.assertSent("Pong!", channel=self.general)

    for _ in turns:
        run(Trip, "test_trips")


def floor(turns: Turns) -> None:
    """Canned frames and bodies."""
    from benchmarks.bots import SlashCase, slash_bot
    from benchmarks.replay import Recorder, take_turns

    class SlashRecorder(SlashCase, Recorder):
        async def act(self) -> None:
            await self.slash(self.alice, self.general, "ping")

    take_turns(turns, COUNT, SlashRecorder, "test_ping", slash_bot)


def simcord(turns: Turns) -> None:
    """Its verb."""
    import simcord  # type: ignore[import-not-found]

    from benchmarks.bots import run, slash_bot

    class Trip(unittest.IsolatedAsyncioTestCase):
        async def test_trips(self) -> None:
            self._asyncioRunner.get_loop().set_debug(False)
            async with simcord.run(slash_bot()) as env:
                channel = env.create_guild("Test").create_text_channel("general")
                alice = env.guild.add_member(env.create_user("alice"))
                with turns.timing(3):
                    for _ in range(3):
                        await alice.slash(channel, "ping")
                assert channel.last_message.content == "Pong!"

    for _ in turns:
        run(Trip, "test_trips")
