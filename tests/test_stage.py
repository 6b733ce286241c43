"""A Discord outside of a test case, on loops of asyncio's own."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
import time
import unittest
from typing import Any

import aiohttp
import discord
from discord.ext import commands

from discordtest import (
    BackendError,
    DiscordTestCase,
    NotModelled,
    SetupError,
    current,
    mocked_call_later,
    seam,
)
from discordtest.bot_errors import unhandled
from discordtest.clock.borrowed import BorrowedLoop
from discordtest.stage import Stage, configure
from tests.clock.stock import HOUR, in_a_loop, run


class Bot(commands.Bot):
    """Answers pings, and keeps what it saw."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.all())
        self.seen: list[str] = []
        self.hooked = 0
        self.add_command(ping)

    async def setup_hook(self) -> None:
        self.hooked += 1

    async def on_ready(self) -> None:
        self.seen.append("ready")


@commands.command()
async def ping(ctx: commands.Context[Bot]) -> None:
    """Answer."""
    await ctx.send("Pong!")


class NothingStays(unittest.TestCase):
    """Checks after each test that nothing of a stage is left in the process."""

    def setUp(self) -> None:
        self.threads = threading.active_count()

    def tearDown(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # the stages of other tests come and go in this process
        self.assertEqual([case for _, case in current._cases.values() if isinstance(case, Stage)], [])
        stages = [loop for loop in seam._networks if isinstance(loop, BorrowedLoop)]
        self.assertEqual(stages, [])
        if not seam._networks:  # no other thread runs a test now
            self.assertIs(
                inspect.getmodule(aiohttp.ClientSession._request), inspect.getmodule(aiohttp.client)
            )
            self.assertEqual(unhandled._installed, 0)


class ConfigureTests(NothingStays):
    @in_a_loop
    async def test_client_is_ready_when_it_returns(self) -> None:
        bot = Bot()
        configure(bot)
        self.assertTrue(bot.is_ready())
        self.assertEqual((bot.seen, bot.hooked), (["ready"], 1))
        self.assertIsNotNone(bot.user)

    @in_a_loop
    async def test_client_whose_loop_is_set_already(self) -> None:
        bot = Bot()
        await bot._async_setup_hook()
        configure(bot)
        self.assertTrue(bot.is_ready())

    def test_client_that_was_set_for_a_loop_that_is_gone(self) -> None:
        bot = Bot()
        run(bot._async_setup_hook())

        async def main() -> bool:
            configure(bot)
            return bot.is_ready()

        self.assertTrue(run(main()))

    @in_a_loop
    async def test_verbs_and_assertions_work_on_the_stage(self) -> None:
        configure(Bot())
        stage = current.current_case()
        guild = stage.make_guild("Test")
        general, alice = stage.make_text_channel("general", guild), stage.make_member("alice", guild)
        await stage.send(alice, general, "!ping")
        stage.assertSent("Pong!", channel=general)
        before = stage.clock.time()
        await stage.advance(HOUR)
        self.assertEqual(stage.clock.time(), before + HOUR)
        with self.assertRaises(AssertionError):
            stage.assertSent("Peng!")

    @in_a_loop
    async def test_clock_of_the_stage_begins_at_0(self) -> None:
        configure(Bot())
        stage = current.current_case()
        began = stage.clock.time()
        self.assertLess(began, 10)  # the two seconds in which a client waits for more guilds
        await asyncio.sleep(HOUR)
        self.assertEqual(stage.clock.time(), began + HOUR)
        self.assertEqual(stage.clock.called_times[-1], began + HOUR)

    @in_a_loop
    async def test_client_that_is_configured_again_has_a_new_discord(self) -> None:
        bot = Bot()
        configure(bot)
        first = current.current_case()
        first.make_guild("Old")
        configure(bot)
        stage = current.current_case()
        self.assertEqual([guild.name for guild in bot.guilds], [])
        guild = stage.make_guild("New")
        general, alice = stage.make_text_channel("general", guild), stage.make_member("alice", guild)
        await stage.send(alice, general, "!ping")
        stage.assertSent("Pong!")
        self.assertLess(stage.clock.time(), 10)

    @in_a_loop
    async def test_commands_added_between_stay_where_no_setup_hook_adds_them(self) -> None:
        bot = commands.Bot("!", intents=discord.Intents.all())
        configure(bot)

        @bot.command()
        async def late(ctx: commands.Context[Any]) -> None: ...

        configure(bot)
        self.assertIsNotNone(bot.get_command("late"))

    @in_a_loop
    async def test_setup_hook_may_add_the_same_again(self) -> None:
        class Hooked(commands.Bot):
            async def setup_hook(self) -> None:
                await self.add_cog(commands.Cog())

        bot = Hooked("!", intents=discord.Intents.all())
        configure(bot)
        configure(bot)
        self.assertEqual(len(bot.cogs), 1)

    def test_same_client_on_a_loop_for_each_test(self) -> None:
        bot = Bot()

        async def one_test() -> int:
            configure(bot)
            current.current_case().make_guild("Test")
            return len(bot.guilds)

        self.assertEqual([run(one_test()) for _ in range(3)], [1, 1, 1])
        self.assertTrue(bot.is_closed())

    def test_several_configures_on_a_loop_that_lives_on(self) -> None:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            for _ in range(3):

                async def one_test() -> None:
                    configure(Bot())
                    await asyncio.sleep(HOUR)

                runner.run(one_test())
            loop: Any = runner.get_loop()
            self.assertEqual(len(loop.on_close), 1)

    @in_a_loop
    async def test_tasks_of_the_test_live_on_and_those_of_the_bot_end(self) -> None:
        bot = Bot()
        ended = []

        async def linger(name: str) -> None:
            try:
                await asyncio.sleep(10 * HOUR)
            finally:
                ended.append(name)

        async def on_guild_join(guild: discord.Guild) -> None:
            await linger("bot's")

        bot.add_listener(on_guild_join)
        before = asyncio.create_task(linger("test's"))
        configure(bot)
        after = asyncio.create_task(linger("test's"))
        current.current_case().make_guild("Test")
        await asyncio.sleep(0)
        configure(Bot())
        self.assertEqual(ended, ["bot's"])
        self.assertFalse(before.done() or after.done())

    def test_without_a_loop_it_makes_one(self) -> None:
        thread_result: list[Any] = []

        def work() -> None:
            bot = Bot()
            configure(bot)
            current.call(current.current_case().make_guild, "Test")
            thread_result.extend([bot.is_ready(), len(bot.guilds)])
            configure(bot)
            thread_result.append(len(bot.guilds))
            end_here()

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        self.assertEqual(thread_result, [True, 1, 0])

    def test_loop_that_is_set_is_used_before_it_runs(self) -> None:
        found: list[Any] = []

        def work() -> None:
            loop = asyncio.SelectorEventLoop()
            asyncio.set_event_loop(loop)
            bot = Bot()
            configure(bot)

            async def test() -> None:
                current.current_case().make_guild("Test")
                await asyncio.sleep(HOUR)

            loop.run_until_complete(test())
            found.append([guild.name for guild in bot.guilds])
            loop.close()
            asyncio.set_event_loop(None)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        self.assertEqual(found, [["Test"]])

    @in_a_loop
    async def test_dummy_sees_everything(self) -> None:
        configure(None, use_dummy=True)
        stage = current.current_case()
        self.assertTrue(stage.client.is_ready())
        self.assertEqual(stage.client.intents, discord.Intents.all())

    def test_no_client_says_what_to_pass(self) -> None:
        with self.assertRaisesRegex(BackendError, "pass your bot, or use_dummy=True"):
            configure(None)

    def test_something_else_is_no_client(self) -> None:
        with self.assertRaisesRegex(TypeError, "takes a discord.Client, not 'bot'"):
            configure("bot")  # type: ignore[arg-type]

    @in_a_loop
    async def test_error_of_the_start_comes_out_and_nothing_stays(self) -> None:
        class Broken(discord.Client):
            async def setup_hook(self) -> None:
                raise LookupError("no database")

        loop = asyncio.get_running_loop()
        with self.assertRaisesRegex(LookupError, "no database"):
            configure(Broken(intents=discord.Intents.none()))
        self.assertNotIsInstance(loop, BorrowedLoop)
        self.assertIsNone(current._cases.get(loop))

    @in_a_loop
    async def test_what_was_kept_aside_is_raised_by_the_next_configure(self) -> None:
        bot = Bot()
        configure(bot)
        with contextlib.suppress(Exception):
            await bot.http.request(discord.http.Route("GET", "/no/such/route"))
        with self.assertRaises(NotModelled):
            configure(bot)
        configure(bot)
        self.assertTrue(bot.is_ready())

    def test_what_was_kept_aside_is_raised_as_the_loop_closes(self) -> None:
        async def main() -> None:
            bot = Bot()
            configure(bot)
            with contextlib.suppress(Exception):
                await bot.http.request(discord.http.Route("GET", "/no/such/route"))

        with self.assertRaisesRegex(AssertionError, "NotModelled: route GET /no/such/route") as caught:
            run(main())
        self.assertIsInstance(caught.exception.__cause__, NotModelled)

    def test_what_was_kept_aside_fails_the_test_of_unittest_that_it_was_in(self) -> None:
        class Tests(unittest.IsolatedAsyncioTestCase):
            async def test_first(self) -> None:
                bot = Bot()
                configure(bot)
                with contextlib.suppress(Exception):
                    await bot.http.request(discord.http.Route("GET", "/nothing/like/this"))

            async def test_second(self) -> None:
                """Runs all the same."""

        result = unittest.TestResult()
        unittest.TestSuite([Tests("test_first"), Tests("test_second")]).run(result)
        ((test, text),) = result.errors
        self.assertEqual((test.id().rpartition(".")[2], result.testsRun), ("test_first", 2))
        self.assertIn("nothing/like/this", text)

    @in_a_loop
    async def test_two_tasks_that_configure_at_once(self) -> None:
        first, second = Bot(), Bot()

        async def begin(bot: Bot) -> None:
            configure(bot)

        tasks = [asyncio.create_task(begin(first)), asyncio.create_task(begin(second))]
        refused = [error for error in await asyncio.gather(*tasks, return_exceptions=True) if error]
        self.assertEqual([type(error) for error in refused], [BackendError])
        self.assertIn("configure one client after the other", str(refused[0]))
        self.assertTrue(first.is_ready())

    @in_a_loop
    async def test_block_of_mocked_time_may_end_before_the_stage_and_after_it(self) -> None:
        loop, real = asyncio.get_running_loop(), time.time()
        async with mocked_call_later() as m:
            configure(Bot())
            await m.add(HOUR)
        self.assertIsInstance(loop, BorrowedLoop)
        await asyncio.sleep(HOUR)
        async with mocked_call_later() as m:
            end_here()
            await asyncio.sleep(HOUR)
            self.assertEqual(m.time(), HOUR)
        self.assertNotIsInstance(loop, BorrowedLoop)
        self.assertLess(time.time() - real, HOUR)

    @in_a_loop
    async def test_exception_handler_of_the_loop_is_put_back(self) -> None:
        def handler(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None: ...

        loop = asyncio.get_running_loop()
        loop.set_exception_handler(handler)
        stage = Stage()
        stage.begin(Bot())
        stage.end()
        self.assertIs(loop.get_exception_handler(), handler)


def end_here() -> None:
    """End the only stage of this thread."""
    stage = current.current_case()
    assert isinstance(stage, Stage)
    stage.end()


class ConfigureInATestCaseTests(DiscordTestCase):
    def make_world(self) -> None:
        self.guild = self.make_guild("Test")

    async def test_client_becomes_the_tests_own_in_its_world(self) -> None:
        old, bot = self.client, Bot()
        configure(bot)
        self.assertIs(self.client, bot)
        self.assertTrue(bot.is_ready() and old.is_closed())
        self.assertEqual([guild.name for guild in bot.guilds], ["Test"])
        general, alice = self.make_text_channel("general", self.guild), self.make_member("alice", self.guild)
        await self.send(alice, general, "!ping")
        self.assertSent("Pong!")

    async def test_client_that_runs_already_goes_on(self) -> None:
        configure(self.client)
        self.assertTrue(self.client.is_ready())

    def test_before_the_loop_runs_it_says_where_to_call_it(self) -> None:
        with self.assertRaisesRegex(BackendError, "return the client from make_client"):
            configure(Bot())

    def test_other_loop_in_the_same_thread_has_a_discord_of_its_own(self) -> None:
        async def elsewhere() -> bool:
            bot = Bot()
            configure(bot)
            return bot.is_ready() and not bot.guilds

        self.assertTrue(run(elsewhere()))
        self.assertEqual([guild.name for guild in self.client.guilds], ["Test"])


class UnstartedTests(DiscordTestCase):
    auto_connect = False

    async def test_client_that_does_not_run_is_started(self) -> None:
        configure(self.client)
        self.assertTrue(self.client.is_ready())


class ConfigureInMakeWorldTests(DiscordTestCase):
    def make_world(self) -> None:
        configure(Bot())

    async def test_client_starts_once(self) -> None:
        self.assertIsInstance(self.client, Bot)
        self.assertTrue(self.client.is_ready())


class StageTests(NothingStays):
    @in_a_loop
    async def test_block_has_what_a_test_case_has(self) -> None:
        async with Stage(make_client=Bot) as stage:
            guild = stage.make_guild("Test")
            general, alice = stage.make_text_channel("general", guild), stage.make_member("alice", guild)
            await stage.send(alice, general, "!ping")
            stage.assertSent("Pong!")
        self.assertNotIsInstance(asyncio.get_running_loop(), BorrowedLoop)

    @in_a_loop
    async def test_settings_are_those_of_a_test_case(self) -> None:
        async with Stage(bot_permissions=discord.Permissions(8), shards=3) as stage:
            guild = stage.make_guild("Test")
            self.assertTrue(guild.me.guild_permissions.administrator)
            self.assertEqual(stage.backend.shards, 3)

    def test_unknown_setting_is_refused(self) -> None:
        with self.assertRaisesRegex(TypeError, "no setting 'permissions'"):
            Stage(permissions=8)

    @in_a_loop
    async def test_error_of_the_block_is_the_one_to_show(self) -> None:
        with self.assertRaisesRegex(LookupError, "mine"):
            async with Stage(make_client=Bot) as stage:
                with contextlib.suppress(Exception):
                    await stage.client.http.request(discord.http.Route("GET", "/no/such/route"))
                raise LookupError("mine")

    @in_a_loop
    async def test_stage_ends_once_and_is_of_no_use_then(self) -> None:
        stage = Stage()
        stage.begin(Bot())
        stage.end()
        stage.end()
        with self.assertRaisesRegex(BackendError, "has ended"):
            stage.drive(asyncio.sleep(0))

    @in_a_loop
    async def test_stage_begins_once(self) -> None:
        stage = Stage()
        stage.begin(Bot())
        with self.assertRaisesRegex(SetupError, "has begun already"):
            stage.begin(Bot())
        stage.end()

    def test_loop_that_closes_while_another_runs_ends_its_stage(self) -> None:
        loop, bot = asyncio.SelectorEventLoop(), Bot()

        async def begin() -> None:
            configure(bot)

        async def close() -> None:
            loop.close()
            await asyncio.sleep(0)

        loop.run_until_complete(begin())
        run(close())
        self.assertTrue(bot.is_closed())


if __name__ == "__main__":
    unittest.main()
