"""A suite as dpytest's users write theirs, without pytest: asyncio's own loop, a bot with a few commands."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands

from discordtest import dpytest
from tests.bots import needs_the_process
from tests.isolated import IsolatedTestCase

__all__ = ["Commands", "LoopCase", "SuiteCase", "make_bot"]


class Commands(commands.Cog):
    """What a small bot can do."""

    @commands.command()
    async def echo(self, ctx: commands.Context[Any], *, text: str) -> None:
        await ctx.send(text)

    @commands.command()
    async def later(self, ctx: commands.Context[Any], seconds: float) -> None:
        await asyncio.sleep(seconds)
        await ctx.send("Now!")

    @commands.command()
    async def ask(self, ctx: commands.Context[Any]) -> None:
        answer = await ctx.bot.wait_for("message", check=lambda m: m.author == ctx.author)
        await ctx.send(f"So {answer.content} it is.")


def make_bot(**options: Any) -> commands.Bot:
    """Return a bot with the intents that dpytest's documentation takes."""
    intents = discord.Intents.default()
    intents.members = intents.message_content = True
    return commands.Bot("!", intents=intents, **options)


class LoopCase(IsolatedTestCase):
    """A test on a loop of asyncio's own. What is configured belongs to the whole process, as in dpytest."""

    def setUp(self) -> None:
        needs_the_process(self)


class SuiteCase(LoopCase):
    """A configured bot, on a loop that is made virtual by that."""

    async def asyncSetUp(self) -> None:
        self.bot = make_bot()
        await self.bot._async_setup_hook()
        await self.bot.add_cog(Commands())
        dpytest.configure(self.bot, members=2)
        self.guild = self.bot.guilds[0]
        self.channel = self.guild.text_channels[0]
        self.alice, self.bob = self.guild.members[:2]

    async def asyncTearDown(self) -> None:
        await dpytest.empty_queue()

    def make_file(self, name: str, content: bytes) -> Path:
        """Return a file that is there until the test ends."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name, name)
        path.write_bytes(content)
        return path

    def hear(self, event: str) -> list[Any]:
        """Return a list that the bot's events of a name go to, each as the tuple of its arguments."""
        heard: list[Any] = []

        async def listener(*args: Any) -> None:
            heard.append(args)

        self.bot.add_listener(listener, f"on_{event}")
        return heard
