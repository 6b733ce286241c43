"""The bot that every contender drives, and its test case with discordtest."""

from __future__ import annotations

import logging
import unittest
from typing import Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase

__all__ = ["PingCase", "SlashCase", "ping_bot", "run", "slash_bot"]


def ping_bot() -> commands.Bot:
    """Return a bot that answers ``!ping``."""
    bot = commands.Bot("!", intents=discord.Intents.all(), help_command=None)

    @bot.command()
    async def ping(ctx: commands.Context[commands.Bot]) -> None:
        await ctx.send("Pong!")

    return bot


def slash_bot() -> commands.Bot:
    """Return a bot that answers ``/ping``, and does nothing when its button is pressed."""
    bot = ping_bot()

    @bot.tree.command(name="ping", description="Answer")
    async def slash_ping(interaction: discord.Interaction[commands.Bot]) -> None:
        await interaction.response.send_message("Pong!")

    async def setup_hook() -> None:
        await bot.tree.sync()

    bot.setup_hook = setup_hook  # type: ignore[method-assign]
    return bot


class PingCase(DiscordTestCase):
    """A guild with a channel and Alice."""

    def make_client(self) -> discord.Client:
        return ping_bot()

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)


class SlashCase(PingCase):
    """The same with the bot that answers ``/ping``."""

    def make_client(self) -> discord.Client:
        return slash_bot()


def run(case: type[unittest.TestCase], method: str, **attributes: Any) -> unittest.TestCase:
    """Run one test and insist that it passes; return the test."""
    logging.disable(logging.CRITICAL)
    test = case(method)
    vars(test).update(attributes)
    result = unittest.TestResult()
    test.run(result)
    for _, text in result.errors + result.failures:
        raise SystemExit(text)
    return test
