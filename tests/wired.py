"""A test case with the canned Discord under aiohttp, for tests of the seam itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

import discord
from discord.ext import commands

from discordtest import seam
from discordtest.transports.network import Network
from tests.canned import TOKEN, CannedDiscord
from tests.isolated import IsolatedTestCase

if TYPE_CHECKING:
    from collections.abc import Callable

API = "https://discord.com/api/v10"
AUTHORIZATION = {"Authorization": f"Bot {TOKEN}"}


def make_bot(kind: type[commands.Bot] = commands.Bot, **options: Any) -> commands.Bot:
    """Return a bot with a ``!ping`` command that does not wait 2 s for more guilds."""
    bot = kind("!", intents=discord.Intents.all(), help_command=None, **options)
    bot._connection.guild_ready_timeout = 0.005

    @bot.command()
    async def ping(ctx: commands.Context[Any]) -> None:
        await ctx.send("pong")

    return bot


class WiredTestCase(IsolatedTestCase):
    """Installs a network for each test and takes it away."""

    transport: Literal["memory", "loopback"] = "memory"

    async def asyncSetUp(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_debug(False)
        self.discord = CannedDiscord()
        self.network = Network(self.discord, loop, tokens={TOKEN}, transport=self.transport)
        seam.install(self.network)
        self.addAsyncCleanup(self._take_away)

    async def _take_away(self) -> None:
        await self.network.close()
        seam.uninstall(self.network)

    async def boot(self, bot: commands.Bot | None = None) -> commands.Bot:
        """Start a bot and wait until it is ready; it is stopped at the end."""
        bot = bot or make_bot()
        task = asyncio.create_task(bot.start(TOKEN))
        ready = asyncio.create_task(_until_ready(bot))
        await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            ready.cancel()
            task.result()

        async def stop() -> None:
            await bot.close()
            await asyncio.wait([task])

        self.addAsyncCleanup(stop)
        self.task = task
        return bot

    async def until(self, predicate: Callable[[], object]) -> None:
        """Let the loop turn until something is true, for a second at most."""
        async with asyncio.timeout(1):
            while not predicate():  # noqa: ASYNC110
                await asyncio.sleep(0 if self.transport == "memory" else 0.001)


async def _until_ready(bot: commands.Bot) -> None:
    await asyncio.sleep(0)
    await bot.wait_until_ready()
