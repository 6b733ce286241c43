"""A bot that makes what calls a test gives it, blocking ones and others."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase

__all__ = ["CallingTestCase"]


class CallingTestCase(DiscordTestCase):
    """Its bot says what a call returns, if that is a text; ``url`` is that of a webhook in ``log``."""

    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.all())
        self.call: Any = None

        async def say(ctx: commands.Context[Any], result: object) -> None:
            if isinstance(result, str):
                await ctx.send(result)

        @bot.command()
        async def call(ctx: commands.Context[Any]) -> None:
            await say(ctx, self.call())

        @bot.command()
        async def call_elsewhere(ctx: commands.Context[Any]) -> None:
            await say(ctx, await asyncio.to_thread(self.call))

        @bot.command()
        async def await_call(ctx: commands.Context[Any]) -> None:
            await say(ctx, await self.call())

        return bot

    def make_world(self) -> None:
        self.guild = self.make_guild("Test", channels=["general", "log"])
        self.general, self.log = self.guild.text_channels
        self.alice = self.make_member("alice", self.guild)
        self.url = self.make_webhook("hook", self.log).url

    async def bot_calls(self, call: Any, command: str = "call") -> None:
        """Let the bot make a call: on the thread of its loop, on another (``call_elsewhere``), or awaited."""
        self.call = call
        await self.send(self.alice, self.general, f"!{command}")
