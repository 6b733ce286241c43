"""What a refusal tells of ids that stand in the bot and that its Discord does not have."""

from __future__ import annotations

import unittest
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from discordtest import DiscordTestCase
from tests.bots import BotTestCase, run_case

Context = commands.Context[Any]


class IdsInTheBotTests(BotTestCase):
    async def test_guild_that_is_not_there(self) -> None:
        with self.fails("Unknown Guild", "no guild 5", 'self.make_guild("…", id_num=5)'):
            await self.bot_does(lambda ctx: ctx.bot.fetch_guild(5))

    async def test_channel_that_is_not_there(self) -> None:
        with self.fails("Unknown Channel", "no channel 5", 'self.make_text_channel("…", guild, id_num=5)'):
            await self.bot_does(lambda ctx: ctx.bot.get_partial_messageable(5).send("hi"))

    async def test_user_who_is_not_there(self) -> None:
        with self.fails("Unknown User", "no user 5", 'self.make_user("…", id_num=5)'):
            await self.bot_does(lambda ctx: ctx.bot.fetch_user(5))

    async def test_id_that_nothing_has(self) -> None:
        with self.fails("No Discord has a channel 0. Put another id there"):
            await self.bot_does(lambda ctx: ctx.bot.get_partial_messageable(0).send("hi"))

    async def test_what_is_there_is_not_missed(self) -> None:
        secret = self.make_text_channel("secret", self.guild, id_num=5)
        await secret.set_permissions(self.guild.me, view_channel=False)
        with self.fails("Missing Access") as failing:
            await self.bot_does(lambda ctx: secret.send("hi"))
        self.assertNotIn("This Discord", failing.text)

    async def test_what_was_there_is_not_missed(self) -> None:
        channel = self.make_text_channel("brief", self.guild, id_num=5)
        await channel.delete()
        with self.fails("Unknown Channel") as failing:
            await self.bot_does(lambda ctx: channel.send("hi"))
        self.assertNotIn("This Discord", failing.text)

    async def test_error_without_a_request(self) -> None:
        async def raises(ctx: Context) -> None:
            raise KeyError(5)

        with self.fails("KeyError: 5") as failing:
            await self.bot_does(raises)
        self.assertNotIn("This Discord", failing.text)


class StartTests(unittest.TestCase):
    def test_guild_that_is_not_there_at_the_start(self) -> None:
        class Bot(discord.Client):
            async def setup_hook(self) -> None:
                await app_commands.CommandTree(self).sync(guild=discord.Object(5))

        class SyncTests(DiscordTestCase):
            def make_client(self) -> discord.Client:
                return Bot(intents=discord.Intents.default())

            async def test_start(self) -> None:
                """Never begins."""

        text = str(run_case(SyncTests))
        self.assertIn("Missing Access", text)
        self.assertIn('This Discord has no guild 5. In make_world: self.make_guild("…", id_num=5)', text)
