"""What else is in the process is named where it spoils a test."""

from __future__ import annotations

import asyncio
import sys
from types import ModuleType
from typing import Any
from unittest.mock import patch

import aiohttp
import discord
from discord.ext import commands

from tests.bots import BotTestCase, NeedsTheProcess, run_case

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


class KeptTaskTests(NeedsTheProcess):
    """A task that a module keeps from a test before is named by what fails for want of it."""

    def keep(self, name: str, thing: object) -> None:
        module = ModuleType("workers")
        module.__file__ = "/srv/bot/workers.py"
        setattr(module, name, thing)
        self.enterContext(patch.dict(sys.modules, {"workers": module}))

    def task_of_a_test_before(self, seconds: float = 60) -> asyncio.Task[None]:
        made: list[asyncio.Task[None]] = []

        class Case(BotTestCase):
            async def test(self) -> None:
                async def run() -> None:
                    await asyncio.sleep(seconds)

                async def begin(ctx: Context) -> None:
                    made.append(asyncio.create_task(run()))

                await self.bot_does(begin)

        self.assertEqual([*run_case(Case)], [])
        return made.pop()

    def failure(self) -> str:
        """Return what a test says that fails after it."""

        class Case(BotTestCase):
            async def test(self) -> None:
                self.assertSent("Pong!")

        (problem,) = run_case(Case)
        return problem

    def test_task_that_an_object_keeps(self) -> None:
        worker = Worker()
        worker.task = self.task_of_a_test_before()
        self.keep("worker", worker)
        problem = self.failure()
        self.assertIn(
            "worker.task of the module workers holds a task of a test before, which ended with it", problem
        )
        self.assertIn("Make it in setup_hook, or load the bot with load_client", problem)

    def test_task_in_a_collection(self) -> None:
        worker = Worker()
        worker.tasks["a"] = self.task_of_a_test_before()
        self.keep("worker", worker)
        self.assertIn("worker.tasks of the module workers holds a task", self.failure())

    def test_task_that_came_to_its_end(self) -> None:
        worker = Worker()
        worker.task = self.task_of_a_test_before(0)
        self.keep("worker", worker)
        self.assertNotIn("workers", self.failure())

    def test_what_a_client_itself_keeps(self) -> None:
        class Bot(commands.Bot):
            pass

        bot: Any = Bot("!", intents=discord.Intents.all())
        bot._closing_task = self.task_of_a_test_before()
        self.keep("bot", bot)
        bot.worker = self.task_of_a_test_before()
        for _ in range(2):  # what was found is told again
            problem = self.failure()
            self.assertIn("bot.worker of the module workers holds a task", problem)
            self.assertNotIn("bot._closing_task", problem)

    def test_task_of_this_test(self) -> None:
        worker = Worker()
        self.keep("worker", worker)

        class Case(BotTestCase):
            async def test(self) -> None:
                async def run() -> None:
                    await asyncio.sleep(60)

                worker.task = asyncio.create_task(run())
                worker.task.cancel()
                await self.settle()
                self.assertSent("Pong!")

        (problem,) = run_case(Case)
        self.assertNotIn("workers", problem)
