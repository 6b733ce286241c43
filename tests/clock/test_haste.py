"""Waits of discord.py that end before their time; of saved worlds whole bots tell more in ``test_worlds``."""

from __future__ import annotations

import asyncio
from typing import Any

from discord.ext import commands

from discordtest import ConnectionReset
from discordtest.clock import haste
from tests.bots import BotTestCase
from tests.clock.virtual import VirtualTestCase


class HastenTests(VirtualTestCase):
    """Whose timers fire is for the caller to say."""

    async def asyncSetUp(self) -> None:
        self.log: list[str] = []

    async def sleeper(self, name: str, *delays: float) -> None:
        for delay in delays:
            await asyncio.sleep(delay)
            self.log.append(f"{name} {delay:g}")

    async def test_soonest_first_and_at_no_time(self) -> None:
        late, soon = self.start(self.sleeper("late", 9, 1)), self.start(self.sleeper("soon", 2, 8))
        await haste.hasten(self.loop, lambda task: task in (late, soon))
        self.assertEqual(self.log, ["soon 2", "soon 8", "late 9", "late 1"])
        self.assertEqual((self.loop.time(), list(self.loop.moments)), (0, []))

    async def test_others_keep_their_time(self) -> None:
        meant = self.start(self.sleeper("meant", 30))
        self.start(self.sleeper("other", 1))
        await haste.hasten(self.loop, lambda task: task is meant)
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
        await haste.hasten(self.loop, lambda each: each is task)
        self.assertEqual(await task, "timed out")

    async def test_no_more_than_asked_for(self) -> None:
        task = self.start(self.sleeper("task", 1, 2, 3))
        await haste.hasten(self.loop, lambda each: each is task, 2)
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
        self.assertLess(self.clock.time() - before, 5 * self.shards)

    async def test_which_wait_is_meant(self) -> None:
        life = self._scene.lives[self.client]
        self.assertTrue(haste.is_reconnecting(life))
        self.backend.clear_faults()
        await self.advance(3000)
        self.assertFalse(haste.is_reconnecting(life))


class ClosedWhileItWaitsToIdentify(BotTestCase):
    """discord.py waits for 5 s before it begins another session."""

    def make_client(self) -> commands.Bot:
        bot = super().make_client()

        @bot.listen()
        async def on_disconnect() -> None:
            pass

        return bot

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.backend.invalidate_session()
        await self.advance(1)

    async def test_end_of_the_test_is_its_end(self) -> None:
        self.assertEqual(self.backend.gateway.sessions, [])

    async def test_restart_needs_not_wait(self) -> None:
        await self.restart()
        await self.bot_does(lambda ctx: ctx.send("here I am"))
        self.assertSent("here I am")


class ClosedWithShards(ClosedWhileItWaitsToIdentify):
    shards = 3
    kind = commands.AutoShardedBot


class ClosedWithShardsWhileTheyReconnect(ClosedWhileItReconnects):
    shards = 3
    kind = commands.AutoShardedBot

    async def test_end_of_the_test_is_its_end(self) -> None:
        self.assertTrue(any("_handle_disconnect" in timer.what for timer in self.clock.pending))

    test_which_wait_is_meant: Any = None
