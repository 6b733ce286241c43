"""Waits of discord.py that end before their time; of saved worlds whole bots tell more in ``test_worlds``."""

from __future__ import annotations

import asyncio
from typing import Any

import discord

from discordtest import ConnectionReset
from discordtest.clock import haste
from tests.bots import BotTestCase
from tests.clock.virtual import VirtualTestCase


class HastenTests(VirtualTestCase):
    """The loop's part: whose timers fire is for somebody else to say."""

    async def asyncSetUp(self) -> None:
        self.log: list[str] = []

    async def sleeper(self, name: str, *delays: float) -> None:
        for delay in delays:
            await asyncio.sleep(delay)
            self.log.append(f"{name} {delay:g}")

    async def test_soonest_first_and_at_no_time(self) -> None:
        late, soon = self.start(self.sleeper("late", 9, 1)), self.start(self.sleeper("soon", 2, 8))
        await self.loop.hasten(lambda task: task in (late, soon))
        self.assertEqual(self.log, ["soon 2", "soon 8", "late 9", "late 1"])
        self.assertEqual((self.loop.time(), list(self.loop.moments)), (0, []))

    async def test_others_keep_their_time(self) -> None:
        meant = self.start(self.sleeper("meant", 30))
        self.start(self.sleeper("other", 1))
        await self.loop.hasten(lambda task: task is meant)
        self.assertEqual(self.log, ["meant 30"])
        await self.loop.advance(1)
        self.assertEqual(self.log, ["meant 30", "other 1"])

    async def test_timeouts_fire_too(self) -> None:
        async def wait() -> str:
            try:
                async with asyncio.timeout(60):
                    await asyncio.Event().wait()
            except TimeoutError:
                return "timed out"
            return "never"

        task = self.start(wait())
        await self.loop.hasten(lambda each: each is task)
        self.assertEqual(await task, "timed out")

    async def test_no_more_than_asked_for(self) -> None:
        task = self.start(self.sleeper("task", 1, 2, 3))
        await self.loop.hasten(lambda each: each is task, 2)
        self.assertEqual(self.log, ["task 1", "task 2"])


class ClosedWhileItReconnects(BotTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.backend.inject("gateway", ConnectionReset(), times=None)
        self.backend.disconnect()
        await self.advance(600)

    async def test_end_of_the_test_is_its_end(self) -> None:
        """The bot sleeps for minutes then, before it tries again."""
        (timer,) = self.clock.pending
        self.assertIn("Client.connect", timer.what)

    async def test_restart_needs_not_wait(self) -> None:
        self.backend.clear_faults()
        before = self.clock.time()
        await self.restart()
        self.assertLess(self.clock.time() - before, 10)

    async def test_only_the_closed_client_goes_on(self) -> None:
        pending = len(self.clock.pending)
        other: Any = discord.Client(intents=discord.Intents.none())
        await haste.stop_waiting(self._scene.loop, other)
        self.assertEqual(len(self.clock.pending), pending)
