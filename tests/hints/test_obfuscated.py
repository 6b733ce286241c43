"""A failure over the name of a channel that the bot may not view says which channel that is."""

from __future__ import annotations

import unittest
from typing import Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase
from tests.bots import BotTestCase, run_case

Context = commands.Context[Any]
HINT = (
    "The bot may not view #staff: its cache has '___hidden___' for the name. A role, or an overwrite for guild.me, "
    "with view_channel=True shows it"
)


class Failing:
    class Tests(DiscordTestCase):
        hidden = 1

        def make_client(self) -> commands.Bot:
            return commands.Bot("!", intents=discord.Intents.all())

        def make_world(self) -> None:
            self.guild = self.make_guild("Test", channels=["general"])
            self.make_guild("Elsewhere")
            overwrites = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
            for name in ("staff", "board", "vault", "attic")[: self.hidden]:
                self.make_text_channel(name, self.guild, overwrites=overwrites)

        async def test_names(self) -> None:
            guild = self.client.get_guild(self.guild.id)
            self.assertEqual([channel.name for channel in guild.channels], ["general", "staff"])

        async def test_something_else(self) -> None:
            self.assertEqual(self.guild.name, "Club")


class ObfuscatedTests(unittest.TestCase):
    def problem_of(self, name: str, hidden: int = 1) -> str:
        case = type("Case", (Failing.Tests,), {"hidden": hidden})
        (problem,) = run_case(case, f"test_{name}").problems
        return problem

    def test_name_of_a_hidden_channel(self) -> None:
        self.assertIn("may not view #staff: its cache has '___hidden___'", self.problem_of("names"))

    def test_many_of_them(self) -> None:
        self.assertIn("may not view #staff, #board, #vault and 1 more: ", self.problem_of("names", 4))

    def test_what_is_no_matter_of_that(self) -> None:
        self.assertNotIn("may not view", self.problem_of("something_else"))
        self.assertNotIn("may not view", self.problem_of("names", 0))


class LookUpTests(BotTestCase):
    async def log_in(self, where: str) -> str:
        async def channels(ctx: Context) -> None:
            log: Any = discord.utils.get(ctx.guild.text_channels, name="staff")  # type: ignore[union-attr]
            await log.send("hi")

        async def roles(ctx: Context) -> None:
            role: Any = discord.utils.get(ctx.guild.roles, name="staff")  # type: ignore[union-attr]
            await role.delete()

        with self.fails("utils.get returns None") as failing:
            await self.bot_does(channels if where == "channels" else roles)
        return failing.text

    def hide(self) -> None:
        overwrites = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        self.make_text_channel("staff", self.guild, overwrites=overwrites)

    async def test_hidden_channel_is_found_by_no_name(self) -> None:
        self.hide()
        self.assertIn(HINT, await self.log_in("channels"))

    async def test_other_look_ups_have_nothing_to_do_with_it(self) -> None:
        self.hide()
        self.assertNotIn("may not view", await self.log_in("roles"))

    async def test_nothing_is_hidden(self) -> None:
        self.assertNotIn("may not view", await self.log_in("channels"))
