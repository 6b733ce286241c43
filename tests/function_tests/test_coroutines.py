"""Coroutines in a Discord of their own, on a loop made for them and on one that runs."""

from __future__ import annotations

import asyncio
import inspect
import time
import unittest
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import discordtest
from discordtest import BackendError, DiscordTestCase, SetupError, backend
from tests.bots import run_case
from tests.function_tests.test_function_tests import failure as failure_of
from tests.function_tests.test_function_tests import make_bot, make_world, shown

if TYPE_CHECKING:
    import discord

START = datetime(2026, 7, 1, tzinfo=UTC)


class RunTests(unittest.TestCase):
    def test_value_of_a_coroutine(self) -> None:
        self.assertEqual(discordtest.run(asyncio.sleep(3600, "slept")), "slept")
        self.assertEqual(asyncio.run(discordtest.main(coro=asyncio.sleep(1, "slept"))), "slept")
        self.assertEqual(discordtest.run(coro=asyncio.sleep(1, "slept")), "slept")

    def test_coroutine_function_is_handed_the_test_if_it_takes_it(self) -> None:
        async def names(test: Any) -> list[str]:
            return [guild.name for guild in test.client.guilds]

        async def nothing() -> str:
            return "nothing"

        self.assertEqual(discordtest.run(names, world=make_world), ["Test"])
        self.assertEqual(discordtest.run(nothing), "nothing")

    def test_settings(self) -> None:
        async def now(test: Any) -> datetime:
            moment: datetime = test.clock.now()
            return moment

        self.assertEqual(discordtest.run(now, start_time=START, auto_connect=False), START)

    def test_failure_begins_in_the_coroutine(self) -> None:
        async def work(test: Any) -> None:
            test.assertSent("x")

        async def work_without() -> None:
            self.fail("x")

        for coro in (work, work_without()):
            error = failure_of(lambda coro=coro: discordtest.run(coro))
            self.assertRegex(shown(error), r", in work(_without)?\n.*\n(.*\^+\n)?AssertionError")

    def test_skip_is_raised(self) -> None:
        async def work(test: Any) -> None:
            test.skipTest("x")

        with self.assertRaises(unittest.SkipTest):
            discordtest.run(work)

    def test_coroutine_that_never_ran_is_closed(self) -> None:
        async def work() -> None: ...

        coroutine = work()
        with self.assertRaisesRegex(TypeError, "no setting 'x'"):
            discordtest.run(coroutine, x=1)  # type: ignore[call-arg]
        self.assertEqual(inspect.getcoroutinestate(coroutine), inspect.CORO_CLOSED)
        with self.assertRaisesRegex(SetupError, "was awaited already: pass it a new one"):
            discordtest.run(coroutine)

    def test_what_is_no_coroutine(self) -> None:
        for wrong in (3, print, lambda: None):
            with self.assertRaisesRegex(TypeError, "run takes a coroutine, or a coroutine function"):
                discordtest.run(wrong)  # type: ignore[arg-type]

    def test_coroutine_finds_the_test(self) -> None:
        async def work() -> tuple[Any, int]:
            test = discordtest.current_case()
            guild = backend.make_guild("Here")
            return test.client.get_guild(guild.id), guild.id

        guild, number = discordtest.run(work())
        self.assertEqual(guild.id, number)
        with self.assertRaises(BackendError):
            discordtest.current_case()


def await_main(coro: Any, **options: Any) -> Any:
    """Return what ``main`` gives on a loop of asyncio."""

    async def outer() -> Any:
        return await discordtest.main(coro, **options)

    return asyncio.run(outer())


class MainTests(unittest.TestCase):
    def test_value_of_a_coroutine_on_the_loop_that_runs(self) -> None:
        async def work(test: Any) -> str:
            self.assertIs(asyncio.get_running_loop(), loops[0])
            await test.send(test.alice, test.general, "!ping")
            content: str = test.assertSent().content
            return content

        async def outer() -> str:
            loops.append(asyncio.get_running_loop())
            return await discordtest.main(work, client=make_bot, world=make_world)

        loops: list[Any] = []
        self.assertEqual(asyncio.run(outer()), "Pong!")

    def test_time_is_virtual_while_it_lasts(self) -> None:
        async def outer() -> tuple[type, float, type]:
            begin, kind = time.monotonic(), type(asyncio.get_running_loop())
            await discordtest.main(asyncio.sleep(3600))
            return kind, time.monotonic() - begin, type(asyncio.get_running_loop())

        before, took, after = asyncio.run(outer())
        self.assertIs(before, after)
        self.assertLess(took, 600)

    def test_coroutine_finds_the_test(self) -> None:
        async def work() -> str:
            guild = backend.make_guild("Here")
            return discordtest.current_case().client.get_guild(guild.id).name  # type: ignore[union-attr]

        self.assertEqual(await_main(work()), "Here")

    def test_one_after_another_on_one_loop(self) -> None:
        async def names(test: Any) -> list[str]:
            return [guild.name for guild in test.client.guilds]

        async def outer() -> list[list[str]]:
            return [await discordtest.main(names, world=make_world) for _ in range(2)]

        self.assertEqual(asyncio.run(outer()), [["Test"], ["Test"]])

    def test_settings(self) -> None:
        async def now(test: Any) -> datetime:
            moment: datetime = test.clock.now()
            return moment

        self.assertEqual(await_main(now, start_time=START, auto_connect=False), START)

    def test_error_of_the_bot_is_raised(self) -> None:
        async def work(test: Any) -> None:
            await test.send(test.alice, test.general, "!fail")

        error = failure_of(lambda: await_main(work, client=make_bot, world=make_world))
        self.assertIn("the bot raised ZeroDivisionError", str(error))
        self.assertIn("DISCORDTEST_START_TIME=", "".join(error.__notes__))

    def test_interaction_that_is_never_answered_is_raised(self) -> None:
        def make_mute() -> Any:
            bot = make_bot()

            @bot.tree.command(description="x")
            async def mute(interaction: discord.Interaction) -> None: ...

            return bot

        async def work(test: Any) -> None:
            await test.client.tree.sync()
            await test.slash(test.alice, test.general, "mute")

        error = failure_of(lambda: await_main(work, client=make_mute, world=make_world))
        self.assertIn("the bot never responded to /mute", str(error))

    def test_error_and_skip_come_out(self) -> None:
        async def wrong() -> None:
            raise KeyError("x")

        async def skips(test: Any) -> None:
            test.skipTest("x")

        self.assertIsInstance(failure_of(lambda: await_main(wrong())), KeyError)
        self.assertIsInstance(failure_of(lambda: await_main(skips)), unittest.SkipTest)

    def test_clean_up_runs_last_in_first_out_while_the_bot_runs(self) -> None:
        ran: list[Any] = []

        async def work(test: Any) -> None:
            async def clean() -> None:
                ran.append(test.client.is_closed())

            test.addAsyncCleanup(clean)
            test.addCleanup(ran.append, "first")
            ran.append("work")

        await_main(work)
        self.assertEqual(ran, ["work", "first", False])

        async def breaks(test: Any) -> None:
            test.addCleanup(self.fail, "the clean-up")

        self.assertEqual(str(failure_of(lambda: await_main(breaks))), "the clean-up")

    def test_test_that_has_a_discord(self) -> None:
        async def work() -> None: ...

        class Tests(DiscordTestCase):
            async def test_x(self) -> None:
                await discordtest.main(work())

        text = str(run_case(Tests))
        self.assertRegex(text, "SetupError: a test with a Discord runs here already: await .*work itself")

    def test_what_is_no_coroutine(self) -> None:
        with self.assertRaisesRegex(TypeError, "main takes a coroutine, or a coroutine function"):
            await_main(3)
