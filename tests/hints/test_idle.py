"""What of a bot never runs is named where the bot was silent."""

from __future__ import annotations

import unittest
from typing import Any

import discord
from discord.ext import commands, tasks

from discordtest.hints import idle
from tests.bots import BotTestCase

Context = commands.Context[Any]
SILENT = "The bot sent nothing in the last act.\n"


class SilentTestCase(BotTestCase):
    def silent(self, *lines: str) -> None:
        """Claim a message that the bot has not sent; these lines say why."""
        with self.fails("".join([SILENT, *(f"{line}\n" for line in lines), "What happened:"])):
            self.assertSent("x")


class EventNameTests(SilentTestCase):
    async def test_misspelt_handlers_are_named(self) -> None:
        @self.client.event
        async def on_mesage(message: discord.Message) -> None: ...

        @self.client.listen()
        async def on_member_joined(member: discord.Member) -> None: ...

        await self.send(self.alice, self.general, "hi")
        self.silent(
            "The bot has on_member_joined, and no event is called that; is on_member_join meant?",
            "The bot has on_mesage, and no event is called that; is on_message meant?",
        )

    async def test_handler_of_a_class_is_looked_at_too(self) -> None:
        class Bot(commands.Bot):
            async def on_reddy(self) -> None: ...

        bot = Bot("!", intents=discord.Intents.none())
        self.assertEqual(
            list(idle.misspelt_events(bot)),
            ["The bot has on_reddy, and no event is called that; is on_ready meant?"],
        )

    async def test_events_of_discord_and_of_the_bot_are_none(self) -> None:
        for name in (*idle._EVENTS, "on_level_up"):
            with self.subTest(name):
                client = discord.Client(intents=discord.Intents.none())
                setattr(client, name, self.test_events_of_discord_and_of_the_bot_are_none)
                self.assertEqual(list(idle.misspelt_events(client)), [])


class MarkTests(SilentTestCase):
    async def test_method_of_a_cog_that_is_no_listener(self) -> None:
        class Log(commands.Cog):
            async def on_message_delete(self, message: discord.Message) -> None: ...

            async def on_error(self, error: Exception) -> None: ...

            def on_ready(self) -> None: ...

            @commands.Cog.listener()
            async def on_message(self, message: discord.Message) -> None: ...

            @commands.Cog.listener("on_member_join")
            async def on_member_update(self, member: discord.Member) -> None: ...

            async def on_typing(self, channel: Any, user: Any, when: Any) -> None: ...

        cog = Log()
        await self.client.add_cog(cog)
        self.client.add_listener(cog.on_typing)
        await self.delete(self.alice, await self.send(self.alice, self.general, "hi"))
        self.silent("Log.on_message_delete hears of nothing: it lacks @commands.Cog.listener()")


class WaitTests(unittest.TestCase):
    def waits(self, name: str) -> list[str]:
        client = discord.Client(intents=discord.Intents.none())
        client._listeners[name] = []
        return list(idle.misspelt_waits(client))

    def test_name_of_a_handler_is_none_of_an_event(self) -> None:
        self.assertIn("is wait_for('message') meant?", *self.waits("on_message"))

    def test_misspelt_event(self) -> None:
        self.assertIn("is wait_for('reaction_add') meant?", *self.waits("reaction_added"))
        self.assertIn("is wait_for('reaction_add') meant?", *self.waits("on_reaction_added"))

    def test_events_of_discord_and_of_the_bot(self) -> None:
        for name in ("message", "raw_poll_vote_add", "level_up"):
            self.assertEqual(self.waits(name), [])


class EventListTests(unittest.TestCase):
    def test_every_event_is_there_once(self) -> None:
        self.assertEqual(idle._EVENTS, sorted({*idle._EVENTS}))
        self.assertIn("on_raw_poll_vote_add", idle._EVENTS)


class LoopBot(commands.Bot):
    @tasks.loop(minutes=1)
    async def tick(self) -> None: ...


class LoopTests(SilentTestCase):
    client: LoopBot
    kind = LoopBot

    async def test_loop_that_nobody_started_is_named_once_time_has_passed(self) -> None:
        await self.send(self.alice, self.general, "hi")
        self.silent()
        await self.advance(60)
        self.silent("Nobody has started the loop LoopBot.tick: `self.tick.start()`")

    async def test_loop_of_a_cog(self) -> None:
        class Daily(commands.Cog):
            @tasks.loop(hours=24)
            async def report(self) -> None: ...

        await self.client.add_cog(Daily())
        self.client.tick.start()
        await self.advance(60)
        with self.fails(f"{SILENT}Nobody has started the loop Daily.report: `self.report.start()`"):
            self.assertSent("x")
        self.client.tick.cancel()

    async def test_loop_that_ran_and_ended_was_started(self) -> None:
        self.client.tick.start()
        await self.settle()
        self.client.tick.stop()
        await self.advance(120)
        self.silent()
