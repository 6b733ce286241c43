"""A bot that answers itself for ever is told so, once; one that has much to do is left alone."""

from __future__ import annotations

import os
import unittest
from typing import TYPE_CHECKING, Any

import discord

from discordtest import DiscordTestCase, SettleTimeout
from tests.bots import BotTestCase, run_case

if TYPE_CHECKING:
    from discord.ext import commands


class Echo(discord.Client):
    """Answers every message, its own too."""

    async def on_message(self, message: discord.Message) -> None:
        await message.channel.send("Hello!")


class CircleCase(DiscordTestCase):
    settle_timeout = 0.1  # hence 40 equal requests

    def make_world(self) -> None:
        self.guild = self.make_guild("Test", channels=["general"])


class CircleTests(unittest.TestCase):
    def told(self, kind: type[discord.Client], message: str) -> str:
        """Return the one failure of a test in which the owner sends a message."""

        class Case(CircleCase):
            def make_client(self) -> discord.Client:
                return kind(intents=discord.Intents.all())

            async def test(self) -> None:
                await self.send("owner", "general", message)

        (problem,) = run_case(Case)
        return problem

    @unittest.skipIf(
        os.environ.get("DISCORDTEST_TRANSPORT") == "loopback", "sockets take longer than that for 40 requests"
    )
    def test_bot_that_answers_its_own_messages(self) -> None:
        problem = self.told(Echo, "hi")
        self.assertIn("SettleTimeout: bot answers itself: it has made ", problem)
        self.assertIn(" requests POST /channels/#general/messages while no time passed", problem)
        self.assertIn("`if message.author == self.user: return`", problem)
        self.assertIn("What runs:\ndiscord.py: on_message:", problem)

    def test_failing_bot_fails_once(self) -> None:
        class Failing(Echo):
            async def on_message(self, message: discord.Message) -> None:
                await super().on_message(message)
                raise LookupError

        self.told(Failing, "hi")


class WorkTests(BotTestCase):
    settle_timeout = 0.25  # hence 100 equal requests

    async def test_much_work_of_one_task_is_no_circle(self) -> None:
        async def work(ctx: commands.Context[Any]) -> None:
            for number in range(150):
                await ctx.send(str(number))

        try:
            await self.bot_does(work)
        except SettleTimeout as error:
            self.assertNotIn("answers itself", str(error))  # but the machine is slow
        else:
            self.assertEqual(len(self.sent), 150)


if __name__ == "__main__":
    unittest.main()
