"""A member presses a button, and the bot does nothing about it."""

from __future__ import annotations

import unittest
from typing import Any

from benchmarks.measure import Ratio, Turns

TITLE = "A click that the bot does not answer"
UNIT = "µs"
CONTENDERS = ["discordtest", "floor", "simcord"]
ROUNDS, QUICK_ROUNDS = 60, 12
WARMS_UP = True
RATIOS = [Ratio("discordtest", "floor"), Ratio("discordtest", "simcord", limit=0.05)]
NOTES = {
    "floor": "the same client on the same loop and websocket class, fed with recorded frames of such clicks",
    "simcord": "waits for real time after each act",
}
COUNT = 60


def _silent_bot() -> Any:
    """Return a bot that shows a button, and says nothing when it is pressed."""
    import discord

    from benchmarks.bots import ping_bot

    bot = ping_bot()

    class Silence(discord.ui.View):
        @discord.ui.button(label="Press", custom_id="press")
        async def press(self, interaction: discord.Interaction[Any], button: discord.ui.Button[Any]) -> None:
            """Say nothing."""

    @bot.command()
    async def show(ctx: Any) -> None:
        await ctx.send("Here:", view=Silence(timeout=None))

    async def setup_hook() -> None:
        bot.add_view(Silence(timeout=None))

    bot.setup_hook = setup_hook  # type: ignore[method-assign]
    return bot


def discordtest(turns: Turns) -> None:
    """The verb."""
    from benchmarks.bots import PingCase, run

    class Clicks(PingCase):
        def make_client(self) -> Any:
            return _silent_bot()

        async def test_clicks(self) -> None:
            await self.send(self.alice, self.general, "!show")
            message = self.assertSent("Here:")
            results = [await self.click(self.alice, message, "Press") for _ in range(5)]
            with turns.timing(COUNT):
                for _ in range(COUNT):
                    results.append(await self.click(self.alice, message, "Press"))  # noqa: PERF401
            for result in results:
                self.assertNotResponded(result)

    for _ in turns:
        run(Clicks, "test_clicks")


def floor(turns: Turns) -> None:
    """Canned frames."""
    from benchmarks.replay import Recorder, take_turns

    class ClickRecorder(Recorder):
        def make_client(self) -> Any:
            return _silent_bot()

        async def act(self) -> None:
            self.assertNotResponded(await self.click(self.alice, self.message, "Press"))

        async def test_clicks(self) -> None:
            """Record the one frame of each click."""
            self.frames = []
            await self.send(self.alice, self.general, "!show")
            self.message = self.assertSent("Here:")
            await self.record()

    take_turns(turns, COUNT, ClickRecorder, "test_clicks", _silent_bot)


def simcord(turns: Turns) -> None:
    """Its verb."""
    import simcord  # type: ignore[import-not-found]

    from benchmarks.bots import run

    class Clicks(unittest.IsolatedAsyncioTestCase):
        async def test_clicks(self) -> None:
            self._asyncioRunner.get_loop().set_debug(False)
            async with simcord.run(_silent_bot()) as env:
                channel = env.create_guild("Test").create_text_channel("general")
                alice = env.guild.add_member(env.create_user("alice"))
                await alice.send(channel, "!show")
                message = channel.last_message
                with turns.timing(3):
                    for _ in range(3):
                        await alice.click(message, label="Press")

    for _ in turns:
        run(Clicks, "test_clicks")
