"""A bot that ends its process fails the test, with who did it, where and with what."""

from __future__ import annotations

import os
import sys
import unittest
from typing import Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase, source
from discordtest.bot_errors import exits
from tests.bots import BotTestCase, run_case


def check(code: Any) -> None:
    sys.exit(code)


class EventTests(BotTestCase):
    async def test_exit_in_an_event(self) -> None:
        @self.client.listen()
        async def on_message(message: discord.Message) -> None:
            check(3)

        with self.fails(
            "the bot raised SystemExit: 3, in on_message, and nothing handled it\n"
            f"check (test_exits.py:{check.__code__.co_firstlineno + 1}) called sys.exit(3): in life the process",
            "`with self.assertBotRaises(SystemExit):`",
        ):
            await self.send(self.alice, self.general, "bye")

    async def test_exit_in_a_command_without_a_code(self) -> None:
        async def leave(ctx: commands.Context[Any]) -> None:
            sys.exit()

        with self.fails("the bot raised SystemExit, in do, and", "called sys.exit(): in life"):
            await self.bot_does(leave)

    async def test_exit_that_is_expected_is_told_no_more(self) -> None:
        async def leave(ctx: commands.Context[Any]) -> None:
            raise SystemExit("bye")

        with self.assertBotRaises(SystemExit, "bye"):
            await self.bot_does(leave)

    async def test_process_that_ends_itself_otherwise(self) -> None:
        async def leave(ctx: commands.Context[Any]) -> None:
            os._exit(4)

        with self.fails("called os._exit(4): in life"):
            await self.bot_does(leave)


class StartTests(unittest.TestCase):
    def problem_of(self, kind: type[commands.Bot]) -> str:
        class Case(DiscordTestCase):
            def make_client(self) -> commands.Bot:
                return kind("!", intents=discord.Intents.all())

            async def test_it(self) -> None: ...

        (problem,) = run_case(Case).problems
        return problem

    def test_exit_in_setup_hook(self) -> None:
        class Bot(commands.Bot):
            async def setup_hook(self) -> None:
                check("no settings")

        problem = self.problem_of(Bot)
        self.assertIn("SetupError: the client ended before it was ready: check (test_exits.py:", problem)
        self.assertIn("called sys.exit('no settings'), which ends the process of the bot in life", problem)

    def test_exit_in_on_ready(self) -> None:
        class Bot(commands.Bot):
            async def on_ready(self) -> None:
                check(None)

        self.assertIn("SystemExit, in Bot.on_ready, and nothing handled it", self.problem_of(Bot))


class TextTests(unittest.TestCase):
    def test_exit_of_nobody_known(self) -> None:
        self.assertEqual(exits.who_called(SystemExit(2)), "something called sys.exit(2)")
        self.assertEqual(exits.within(SystemExit(2)), "")

    def test_top_of_a_file_is_named_by_its_line(self) -> None:
        code = compile("import sys\nsys.exit('no')", "bots/bot.py", "exec")
        try:
            exec(code, {"__name__": "bot"})
        except SystemExit as end:
            *_, end.__traceback__ = source.steps(end.__traceback__)  # without the frames of the test
            self.assertEqual(exits.who_called(end), "bot.py:2 called sys.exit('no')")
