"""Putting a test's Discord up, and taking it down whatever state it is in."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import sys
import threading
import unittest
import weakref
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest import mock

import aiohttp
import discord
from discord.ext import commands

from discordtest import (
    DiscordTestCase,
)
from discordtest.clock import travel
from tests.bots import BotTestCase, needs_loopback, needs_the_process, run_case

if TYPE_CHECKING:
    pass

Context = commands.Context[Any]


class PlainTests(DiscordTestCase):
    def test_synchronous_test(self) -> None:
        self.assertTrue(self.client.is_ready())


class BusyTests(DiscordTestCase):
    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.all())  # that does not hold the test case

        @bot.command()
        async def ping(ctx: Context) -> None:
            await ctx.send("Pong!")

        return bot

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)
        self.foreign = self.make_guild("Foreign", bots=())  # in no client's cache
        self.place = self.make_text_channel("place", self.foreign)

    def messages(self) -> list[dict[str, Any]]:
        return [*self.backend.world.messages[str(self.general.id)].values()]

    async def test_busy(self) -> None:
        message = await self.send(self.alice, self.general, "!ping")
        self.assertSent("Pong!", channel=self.general)
        await self.react(self.alice, message, "👍")
        self.assertReaction(message, "👍", self.alice)


class FreedTests(unittest.TestCase):
    """What a test was made of goes with the test case, before the garbage collector looks for it."""

    def setUp(self) -> None:
        needs_the_process(self)
        if gc.isenabled():
            gc.disable()
            self.addCleanup(gc.enable)

    def test_world_goes_with_a_test_that_does_nothing(self) -> None:
        self.assertEqual(self.left_by(PlainTests("test_synchronous_test")), [])

    def test_world_goes_with_a_test_that_acts_and_asserts(self) -> None:
        self.assertEqual(self.left_by(BusyTests("test_busy")), [])

    def test_world_can_be_looked_at_as_long_as_somebody_has_it(self) -> None:
        case = BusyTests("test_busy")
        self.run_it(case)
        self.assertIn("Pong!", str(case.transcript))
        self.assertEqual([message["content"] for message in case.messages()], ["!ping", "Pong!"])
        self.assertEqual(case.foreign.get_channel(case.place.id), case.place)
        self.assertEqual(case.foreign.default_role.name, "@everyone")

    def left_by(self, case: DiscordTestCase) -> list[str]:
        """Return what of a test is left once nobody has its test case."""
        self.run_it(case)
        backend = case.backend
        parts = {"scene": case._scene, "backend": backend, "world": backend.world, "gateway": backend.gateway}
        left = {name: weakref.ref(part) for name, part in parts.items()}
        del case, backend, parts
        return [name for name, reference in left.items() if reference() is not None]

    def run_it(self, case: DiscordTestCase) -> None:
        result = unittest.TestResult()
        case.run(result)
        self.assertEqual(result.errors + result.failures, [])


@needs_loopback
class LoopbackTests(BotTestCase):
    transport = "loopback"

    async def test_over_real_sockets(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        self.assertSent("Pong!", channel=self.general)
        loop: Any = asyncio.get_running_loop()
        self.assertEqual(loop.outside.places.waits(), {}, "both ends are ours: nobody else is waited for")


class WallClockTests(DiscordTestCase):
    """A bot that goes by the wall clock for its rate limits."""

    def make_client(self) -> commands.Bot:
        return commands.Bot("!", intents=discord.Intents.all(), assume_unsync_clock=False)

    def make_world(self) -> None:
        self.general = self.make_text_channel("general", self.make_guild("Test"))

    async def test_each_answer_says_when_its_limit_resets(self) -> None:
        await self.general.send("without a limit")
        self.backend.set_rate_limit("POST /channels/{channel_id}/messages", limit=1, reset_after=5)
        first, _, last = [await self.general.send("with one") for _ in range(3)]
        self.assertAlmostEqual((last.created_at - first.created_at).total_seconds(), 10, delta=0.1)


class ClosingTests(unittest.TestCase):
    """Nothing stays after a test, whatever it and the bot did."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        gc.collect()
        gc.freeze()  # what is there already need not be gone through for each
        cls.addClassCleanup(gc.unfreeze)

    def setUp(self) -> None:
        needs_the_process(self)
        # What the first test of a process loads stays: modules, caches.
        run_case(PlainTests, "test_synchronous_test")
        self.before = self.snapshot()

    def snapshot(self) -> dict[str, object]:
        root, log = logging.getLogger(), logging.getLogger("discord")
        return {
            "request": aiohttp.ClientSession._request,
            "connect": aiohttp.ClientSession._ws_connect,
            "connection": aiohttp.TCPConnector._create_connection,
            "time": discord.gateway.time,
            "log": discord.client._log,
            "start": discord.gateway.KeepAliveHandler.start,
            "threads": {thread for thread in threading.enumerate() if not thread.daemon},
            "handlers": (tuple(root.handlers), tuple(log.handlers)),
            "modules": {
                name for name in sys.modules if name.partition(".")[0] not in sys.stdlib_module_names
            },
            "descriptors": len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0,
        }

    def assert_clean(self, case: type[unittest.TestCase], *problems: str) -> None:
        outcome = run_case(case)
        for text in problems:
            self.assertIn(text, str(outcome))
        if not problems:
            self.assertTrue(outcome.passed, str(outcome))
        gc.collect()
        after = self.snapshot()
        for name, value in self.before.items():
            self.assertEqual(after[name], value, name)
        resources = [
            text for text in outcome.warnings if "unclosed" in text.lower() or "never awaited" in text
        ]
        self.assertEqual(resources, [])

    def test_after_success(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                async def work(ctx: Context) -> None:
                    await asyncio.to_thread(len, ())
                    await asyncio.sleep(1000)

                await self.bot_does(work)

        self.assert_clean(Case)

    def test_after_failure(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                raise LookupError("mine")

        self.assert_clean(Case, "LookupError: mine")

    def test_after_failures_in_set_up(self) -> None:
        class InSetUp(DiscordTestCase):
            def setUp(self) -> None:
                raise LookupError("mine")

            async def test(self) -> None: ...

        class InMakeClient(DiscordTestCase):
            def make_client(self) -> discord.Client:
                raise LookupError("mine")

            async def test(self) -> None: ...

        class InMakeWorld(DiscordTestCase):
            def make_world(self) -> None:
                raise LookupError("mine")

            async def test(self) -> None: ...

        class InStart(DiscordTestCase):
            async def start_client(self, client: discord.Client, token: str) -> None:
                await client.login(token)
                raise LookupError("mine")

            async def test(self) -> None: ...

        for case in (InSetUp, InMakeClient, InMakeWorld, InStart):
            with self.subTest(case.__name__):
                self.assert_clean(case, "LookupError: mine")

    def test_after_failures_before_set_up(self) -> None:
        class Case(DiscordTestCase):
            async def test(self) -> None: ...

        for name in ("handled.install", "leaks.install", "clock.install", "seam.install"):
            with (
                self.subTest(name),
                mock.patch(f"discordtest.staging.{name}", side_effect=LookupError("mine")),
            ):
                self.assert_clean(Case, "LookupError: mine")

    @unittest.skipUnless(travel.is_available(), "needs discordtest[time]")
    def test_after_a_start_from_which_time_cannot_travel(self) -> None:
        class Case(DiscordTestCase):
            start_time = datetime.max.replace(tzinfo=UTC)

            async def test(self) -> None: ...

        self.assert_clean(Case, "OverflowError")

    def test_after_an_error_while_all_is_put_back(self) -> None:
        class Case(DiscordTestCase):
            async def test(self) -> None:
                self._undo.callback(lambda: {}["mine"])

        self.assert_clean(Case, "KeyError: 'mine'")

    def test_after_ctrl_c(self) -> None:
        class InTest(BotTestCase):
            async def test(self) -> None:
                raise KeyboardInterrupt

        class InBot(BotTestCase):
            async def test(self) -> None:
                async def work(ctx: Context) -> None:
                    raise KeyboardInterrupt

                await self.bot_does(work)

        class InSetUp(DiscordTestCase):
            def setUp(self) -> None:
                raise KeyboardInterrupt

            async def test(self) -> None: ...

        for case in (InTest, InBot, InSetUp):
            with self.subTest(case.__name__), self.assertRaises(KeyboardInterrupt):
                self.assert_clean(case)
            self.assert_clean(PlainTests)

    def test_after_failure_in_tear_down(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None: ...

            async def asyncTearDown(self) -> None:
                raise LookupError("mine")

        self.assert_clean(Case, "LookupError: mine")

    def test_bot_whose_close_hangs(self) -> None:
        class Bot(commands.Bot):
            async def close(self) -> None:
                await asyncio.Event().wait()

        class Case(DiscordTestCase):
            def make_client(self) -> discord.Client:
                return Bot("!", intents=discord.Intents.none())

            async def test(self) -> None: ...

        self.assert_clean(Case, "close() of Bot does not: the bot waits in ", "close (test_staging.py")

    def test_bot_whose_close_forgets_the_client(self) -> None:
        class Bot(commands.Bot):
            async def close(self) -> None: ...

        class Case(DiscordTestCase):
            def make_client(self) -> discord.Client:
                return Bot("!", intents=discord.Intents.none())

            async def test(self) -> None: ...

        self.assert_clean(
            Case,
            "\nBot.close (test_staging.py:",
            ") does not close the client: write `await super().close()` in it",
        )

    def test_bot_that_swallows_its_cancellation(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                async def stubborn() -> None:
                    while True:
                        with contextlib.suppress(asyncio.CancelledError):
                            await asyncio.sleep(1000)

                async def work(ctx: Context) -> None:
                    self.stubborn = asyncio.create_task(stubborn())

                await self.bot_does(work)

        self.assert_clean(Case, "the test ended, but", "stubborn", "ignores its cancellation")

    def test_debug_run_that_fails(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                raise LookupError("mine")

        with self.assertRaisesRegex(LookupError, "mine"):
            Case("test").debug()
        gc.collect()
        after = self.snapshot()
        for name, value in self.before.items():
            self.assertEqual(after[name], value, name)

    def test_debug_run_that_passes(self) -> None:
        PlainTests("test_synchronous_test").debug()

    def test_bot_that_closes_itself_is_no_problem(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                await self.bot_does(lambda ctx: self.client.close())

        self.assert_clean(Case)


if __name__ == "__main__":
    unittest.main()
