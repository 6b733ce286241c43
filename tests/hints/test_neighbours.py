"""What else is in the process is named where it spoils a test."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import patch

import aiohttp
from discord.ext import commands

from tests.bots import BotTestCase

Context = commands.Context[Any]


class RequestTests(BotTestCase):
    """Something else than discordtest answers aiohttp's requests, those to Discord too."""

    async def test_discord_is_refused(self) -> None:
        async def refuse(session: aiohttp.ClientSession, method: str, url: str, **options: Any) -> Any:
            raise aiohttp.ClientConnectionError(f"Connection refused: {method} {url}")

        @self.client.command()
        async def cat(ctx: Context) -> None:
            await ctx.send("Meow")

        with patch.object(aiohttp.ClientSession, "_request", refuse):
            with self.fails('aioresponses(passthrough=["https://discord.com"])', "self.serve"):
                await self.send(self.alice, self.general, "!cat")


class LoopTests(BotTestCase):
    """What belongs to the event loop of another test says where it should have been made."""

    async def test_future_of_another_loop(self) -> None:
        other = asyncio.new_event_loop()
        self.addCleanup(other.close)

        @self.client.command()
        async def get(ctx: Context) -> None:
            await other.create_future()

        with self.fails(
            "attached to a different loop", "Make it in setup_hook, or load the bot with load_client"
        ):
            await self.send(self.alice, self.general, "!get")

    async def test_connection_of_a_loop_that_has_ended(self) -> None:
        other = asyncio.new_event_loop()
        other.close()

        @self.client.command()
        async def close(ctx: Context) -> None:
            other.call_soon(print)

        with self.fails("Something of the bot is from the test before"):
            await self.send(self.alice, self.general, "!close")

    async def test_lock_of_another_loop(self) -> None:
        @self.client.command()
        async def lock(ctx: Context) -> None:
            raise RuntimeError("<asyncio.locks.Lock object> is bound to a different event loop")

        with self.fails("Something of the bot is from the test before"):
            await self.send(self.alice, self.general, "!lock")
