"""What else is in the process is named where it spoils a test."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
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


class Worker:
    """What a module of a bot keeps, and starts once."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.tasks: dict[str, asyncio.Task[None]] = {}


class KeptTaskTests(BotTestCase):
    """A task that a module keeps from a test before is named by what fails for want of it."""

    def keep(self, name: str, thing: object) -> None:
        module = ModuleType("workers")
        module.__file__ = "/srv/bot/workers.py"
        setattr(module, name, thing)
        self.enterContext(patch.dict(sys.modules, {"workers": module}))

    def task_of_a_test_before(self) -> asyncio.Task[None]:
        async def begin() -> asyncio.Task[None]:
            return asyncio.create_task(asyncio.sleep(60))

        with ThreadPoolExecutor() as executor:  # one thread runs one loop
            return executor.submit(lambda: asyncio.run(begin())).result()

    async def test_task_that_an_object_keeps(self) -> None:
        worker = Worker()
        worker.task = self.task_of_a_test_before()
        self.keep("worker", worker)
        with self.fails(
            "worker.task of the module workers holds a task of a test before, which ended with it",
            "Make it in setup_hook, or load the bot with load_client",
        ):
            self.assertSent("Pong!")

    async def test_task_in_a_collection(self) -> None:
        worker = Worker()
        worker.tasks["a"] = self.task_of_a_test_before()
        self.keep("worker", worker)
        with self.fails("worker.tasks of the module workers holds a task"):
            self.assertSent("Pong!")

    async def test_task_of_this_test(self) -> None:
        worker = Worker()
        worker.task = asyncio.create_task(asyncio.sleep(0))
        self.keep("worker", worker)
        await self.settle()
        with self.fails("The bot sent nothing in the last act.\nWhat happened:"):
            self.assertSent("Pong!")
