"""Tests that are functions: what they are handed, how they fail, and what cannot be one."""

from __future__ import annotations

import asyncio
import functools
import importlib.util
import inspect
import os
import subprocess
import sys
import tempfile
import traceback
import unittest
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands

import discordtest
from discordtest import DiscordTestCase, DiscordTestMixin, SetupError
from discordtest.function_tests import cases
from tests.bots import run_case

ROOT = Path(__file__).parents[2]
START = datetime(2026, 7, 1, tzinfo=UTC)


def make_bot() -> commands.Bot:
    bot = commands.Bot("!", intents=discord.Intents.all())

    @bot.command()
    async def ping(ctx: commands.Context[Any]) -> None:
        await ctx.send("Pong!")

    @bot.command()
    async def fail(ctx: commands.Context[Any]) -> None:
        raise ZeroDivisionError

    return bot


def make_world(test: Any) -> None:
    test.guild = test.make_guild("Test")
    test.general = test.make_text_channel("general", test.guild)
    test.alice = test.make_member("alice", test.guild)


with_bot = discordtest.function(client=make_bot, world=make_world)


def failure(test: Any) -> BaseException:
    """Call a test that fails; return what it raised."""
    try:
        test()
    except Exception as error:  # noqa: BLE001  # whatever it is
        return error
    raise AssertionError("it passed")


def shown(error: BaseException) -> str:
    """Return an error as unittest prints it."""
    return "".join(traceback.format_exception(error))


class FunctionTests(unittest.TestCase):
    def test_is_handed_a_test_case_whose_bot_runs(self) -> None:
        ran = []

        @with_bot
        async def test_ping(test: Any) -> None:
            await test.send(test.alice, test.general, "!ping")
            test.assertSent("Pong!", channel=test.general)
            ran.append(test)

        self.assertIsNone(test_ping())
        self.assertIsInstance(ran[0], DiscordTestCase)
        self.assertEqual(ran[0].id(), f"{__name__}.{test_ping.__qualname__}.runTest")

    def test_takes_nothing_if_it_has_no_parameter(self) -> None:
        ran = []

        @discordtest.function
        async def test_wait(seconds: float = 3600) -> None:
            await asyncio.sleep(seconds)
            ran.append(seconds)

        test_wait()
        self.assertEqual(ran, [3600])

    def test_each_run_has_a_discord_of_its_own(self) -> None:
        names = []

        @with_bot
        async def test_guild(test: Any) -> None:
            names.append([guild.name for guild in test.client.guilds])
            test.make_guild("Another")

        test_guild()
        test_guild()
        self.assertEqual(names, [["Test"], ["Test"]])

    def test_further_arguments_are_the_callers(self) -> None:
        given = []

        @discordtest.function
        async def test_more(test: Any, a: int, *, b: int) -> None:
            given.append((type(test).__name__, a, b))

        test_more(1, b=2)
        self.assertEqual(given, [("test_more", 1, 2)])
        self.assertEqual([*inspect.signature(test_more).parameters], ["a", "b"])

    def test_is_a_plain_function_that_keeps_its_name_and_marks(self) -> None:
        async def test_marked(test: Any) -> None:
            """Do it."""

        test_marked.pytestmark = ["mark"]  # type: ignore[attr-defined]
        test = discordtest.function(test_marked)
        self.assertFalse(inspect.iscoroutinefunction(test))
        self.assertEqual((test.__name__, test.__doc__), ("test_marked", "Do it."))
        self.assertEqual(test.pytestmark, ["mark"])  # type: ignore[attr-defined]

    def test_clean_up_runs(self) -> None:
        ran = []

        @discordtest.function
        async def test_clean(test: Any) -> None:
            async def clean() -> None:
                ran.append(test.client.is_closed())

            test.addAsyncCleanup(clean)
            test.addCleanup(ran.append, "first")

        test_clean()
        self.assertEqual(ran, ["first", False])


class OptionTests(unittest.TestCase):
    def test_settings_are_those_of_a_test_case(self) -> None:
        settings = {*cases.Settings.__annotations__}
        others = {"backend", "clock", "transcript", "client", "token", "_scene"}
        self.assertEqual(settings, {*DiscordTestMixin.__annotations__} - others | {"start_client"})

    def test_setting(self) -> None:
        @discordtest.function(
            start_time=START, shards=4, bot_permissions=discord.Permissions(8), world=make_world
        )
        async def test_settings(test: Any) -> None:
            self.assertEqual((test.clock.now() - START).days, 0)
            self.assertEqual((test.shards, test.guild.me.guild_permissions.administrator), (4, True))

        test_settings()

    def test_client_is_an_object_or_any_function(self) -> None:
        class Bot(commands.Bot):
            def __init__(self) -> None:
                super().__init__("?", intents=discord.Intents.none())

        async def later() -> Bot:
            return Bot()

        def takes_test(test: Any) -> Bot:
            test.made = Bot()
            return test.made

        for client in (Bot(), Bot, later, takes_test, lambda: Bot(), functools.partial(later)):

            @discordtest.function(client=client)
            async def test_client(test: Any) -> None:
                self.assertIsInstance(test.client, Bot)
                self.assertTrue(test.client.is_ready())

            with self.subTest(client=client):
                test_client()
                test_client()

    def test_world_may_be_async_or_take_nothing_or_be_a_saved_one(self) -> None:
        calls = []

        async def later(test: Any) -> None:
            test.make_guild("Later")

        @discordtest.function(world=later)
        async def test_later(test: Any) -> None:
            self.assertEqual(test.client.guilds[0].name, "Later")
            calls.append(test.backend.snapshot())

        @discordtest.function(world=lambda: calls.append("called"))
        async def test_nothing(test: Any) -> None:
            self.assertEqual([*test.client.guilds], [])

        test_later()
        test_nothing()
        self.assertEqual(calls[1], "called")

        @discordtest.function(world=calls[0])
        async def test_saved(test: Any) -> None:
            self.assertEqual(test.client.guilds[0].name, "Later")

        test_saved()

    def test_start_client(self) -> None:
        started = []

        async def start(client: discord.Client, token: str) -> None:
            started.append(token)
            await client.start(token)

        @discordtest.function(start_client=start)
        async def test_start(test: Any) -> None:
            self.assertEqual(started, [test.token])

        test_start()

    def test_mistaken_options_are_refused_where_they_are_written(self) -> None:
        wrong: dict[str, dict[str, Any]] = {
            "no setting 'shard'; did you mean shards": {"shard": 3},
            "no setting 'xyz'; there are allowed_hosts, ": {"xyz": 3},
            "client is a discord.Client, or a function that returns one, not 'bot.py'": {"client": "bot.py"},
        }
        for text, options in wrong.items():
            for decorator in (discordtest.function, discordtest.method):
                with self.subTest(text), self.assertRaisesRegex(TypeError, text):
                    decorator(**options)

    def test_coroutine_for_a_function_is_refused(self) -> None:
        async def world() -> None: ...

        coroutine = world()
        with self.assertRaisesRegex(TypeError, "world is the function itself"):
            discordtest.function(world=coroutine)  # type: ignore[call-overload]
        coroutine.close()


class FailureTests(unittest.TestCase):
    def test_failed_assertion_shows_the_test_alone_with_the_transcript(self) -> None:
        @with_bot
        async def test_pang(test: Any) -> None:
            await test.send(test.alice, test.general, "!ping")
            test.assertSent("Pang!")

        text = shown(failure(test_pang)).partition("in test_pang\n")[2]
        self.assertRegex(
            text,
            r'^    test\.assertSent\("Pang!"\)\n(.*\^+\n)?AssertionError: the bot did not send \'Pang!\'',
        )
        self.assertIn("alice sends '!ping' in #general", text)
        self.assertIn("DISCORDTEST_START_TIME=", text)

    def test_unhandled_error_of_the_bot_fails(self) -> None:
        @with_bot
        async def test_quiet(test: Any) -> None:
            await test.send(test.alice, test.general, "!fail")

        self.assertRegex(str(failure(test_quiet)), "the bot raised ZeroDivisionError")

    def test_error_comes_out_as_it_is(self) -> None:
        error = KeyError("x")

        @discordtest.function
        async def test_error() -> None:
            raise error

        self.assertIs(failure(test_error), error)

    def test_what_goes_wrong_after_the_first_error_is_noted(self) -> None:
        @discordtest.function
        async def test_both(test: Any) -> None:
            test.addCleanup(self.fail, "the clean-up")
            raise KeyError("x")

        error = failure(test_both)
        self.assertIsInstance(error, KeyError)
        self.assertRegex("\n".join(error.__notes__), r"And then:\nAssertionError: the clean-up")

    def test_each_failing_subtest_is_told(self) -> None:
        @discordtest.function
        async def test_some(test: Any) -> None:
            for number in range(4):
                with test.subTest(number=number):
                    if number == 2:
                        test.skipTest("not this one")
                    test.assertEqual(number, 0)

        error = failure(test_some)
        self.assertIn("1 != 0", str(error))
        self.assertIn("3 != 0", "\n".join(error.__notes__))

    def test_error_in_the_world_begins_there(self) -> None:
        def world(test: Any) -> None:
            test.make_gild("x")

        @discordtest.function(world=world)
        async def test_world(test: Any) -> None: ...

        text = shown(failure(test_world))
        self.assertRegex(text, r"in world\n.*\n(.*\^+\n)?AttributeError")
        self.assertNotIn("signature", text)

    def test_verb_that_is_not_awaited_fails(self) -> None:
        @discordtest.function
        async def test_verb(test: Any) -> Any:
            return test.settle()

        self.assertRegex(str(failure(test_verb)), "was never awaited")

    def test_task_that_waits_on_fails(self) -> None:
        kept = []

        @discordtest.function
        async def test_task(test: Any) -> None:
            kept.append(asyncio.create_task(asyncio.Event().wait()))

        self.assertRegex(str(failure(test_task)), "a task that it began at test_function_tests.py:")

    def test_skip(self) -> None:
        @discordtest.function
        async def test_skips(test: Any) -> None:
            test.skipTest("not today")

        @discordtest.function
        async def test_raises() -> None:
            raise unittest.SkipTest("not today")

        @discordtest.function
        @unittest.skip("not today")
        async def test_marked(test: Any) -> None: ...

        for test in (test_skips, test_raises, test_marked):
            with self.assertRaisesRegex(unittest.SkipTest, "not today"):
                test()

    def test_mark_above_the_decorator(self) -> None:
        @unittest.skipIf(True, "not today")
        @discordtest.function
        async def test_marked(test: Any) -> None: ...

        with self.assertRaisesRegex(unittest.SkipTest, "not today"):
            test_marked()


class MistakeTests(unittest.TestCase):
    def test_what_is_no_coroutine_function(self) -> None:
        def plain() -> None: ...

        async def generates() -> Any:
            yield

        class Thing: ...

        wrong: dict[str, Any] = {
            "write `async def plain`": plain,
            r"<locals>\.generates is an async generator: a test has no `yield`": generates,
            "not <class": Thing,
            "not <staticmethod": staticmethod(plain),
            "not 3": 3,
        }
        for text, fn in wrong.items():
            for name in ("function", "method"):
                expected = f"@discordtest.{name} takes a coroutine function.*{text}"
                with self.subTest(text=text), self.assertRaisesRegex(TypeError, expected):
                    getattr(discordtest, name)(fn)

    def test_method_and_function_are_told_apart(self) -> None:
        with self.assertRaisesRegex(
            TypeError, "Case.test takes self: it is a method, so use @discordtest.method"
        ):
            exec("class Case:\n @discordtest.function\n async def test(self): ...", globals())
        with self.assertRaisesRegex(
            TypeError, "takes no self: it is no method, so use @discordtest.function"
        ):

            @discordtest.method
            async def test() -> None: ...

    def test_self_is_a_name_like_others_in_a_function(self) -> None:
        @discordtest.function
        async def test_self(self: Any) -> None:
            self.assertTrue(self.client.is_ready())

        test_self()

    def test_loop_that_runs(self) -> None:
        @discordtest.function
        async def test_x() -> None: ...

        async def outer() -> None:
            test_x()

        with self.assertRaisesRegex(SetupError, "test_x has an event loop of its own, and one runs already"):
            asyncio.run(outer())

    def test_method_of_a_test_case_that_has_a_discord(self) -> None:
        class Tests(DiscordTestCase):
            @discordtest.method
            async def test_x(self, test: Any) -> None: ...

        self.assertRegex(str(run_case(Tests)), "test_x has a Discord already.*leave out @discordtest.method")


class MethodTests(unittest.TestCase):
    """Methods of a plain test case, this one among them."""

    def setUp(self) -> None:
        self.greeting = "Pong!"

    @discordtest.method(client=make_bot, world=make_world)
    async def test_self_and_the_test_are_handed_in(self, test: Any) -> None:
        await test.send(test.alice, test.general, "!ping")
        self.assertEqual(test.assertSent().content, self.greeting)

    @discordtest.method
    async def test_self_alone(self) -> None:
        await asyncio.sleep(3600)
        self.assertEqual(self.greeting, "Pong!")

    def test_outcomes_are_those_of_the_test_case(self) -> None:
        class Tests(unittest.TestCase):
            @discordtest.method
            async def test_fails(self, test: Any) -> None:
                test.assertSent("x")

            @discordtest.method
            async def test_fails_by_itself(self) -> None:
                self.assertEqual(1, 2)

            @discordtest.method
            async def test_is_wrong(self) -> None:
                raise KeyError

            @discordtest.method
            async def test_skips(self) -> None:
                self.skipTest("x")

            @unittest.skip("x")
            @discordtest.method
            async def test_is_skipped(self, test: Any) -> None: ...

            @discordtest.method
            @unittest.skip("x")
            async def test_is_skipped_below(self, test: Any) -> None: ...

            @unittest.expectedFailure
            @discordtest.method
            async def test_is_known(self, test: Any) -> None:
                test.assertSent("x")

            @discordtest.method
            @unittest.expectedFailure
            async def test_is_known_below(self, test: Any) -> None:
                test.assertSent("x")

        result = run_case(Tests).result
        counts = len(result.failures), len(result.errors), len(result.skipped), len(result.expectedFailures)
        self.assertEqual(counts, (2, 1, 3, 2))
        for _, text in result.failures:
            self.assertEqual(text.count("  File "), 1, text)

    def test_subtests_of_both(self) -> None:
        class Tests(unittest.TestCase):
            @discordtest.method
            async def test_some(self, test: Any) -> None:
                with self.subTest("outer"):
                    self.fail("x")
                with test.subTest("inner"):
                    self.fail("y")

        self.assertEqual(len(run_case(Tests).result.failures), 2)

    def test_asynchronous_test_case_that_has_no_discord(self) -> None:
        class Tests(unittest.IsolatedAsyncioTestCase):
            async def asyncSetUp(self) -> None:
                self.loop = asyncio.get_running_loop()

            @discordtest.method
            async def test_x(self, test: Any) -> None:
                assert asyncio.get_running_loop() is not self.loop
                test.make_guild("Test")

            async def asyncTearDown(self) -> None:
                assert asyncio.get_running_loop() is self.loop

        self.assertTrue(run_case(Tests).passed)


SUITE = """\
import unittest
import pytest
import discordtest
from tests.function_tests.test_function_tests import make_bot, make_world

with_bot = discordtest.function(client=make_bot, world=make_world)

@with_bot
async def test_ping(test):
    await test.send(test.alice, test.general, "!ping")
    test.assertSent("Pong!")

@with_bot
async def test_pang(test):
    await test.send(test.alice, test.general, "!ping")
    test.assertSent("Pang!")

@discordtest.function
async def test_rewritten(test):
    assert len(test.client.guilds) == 1

@discordtest.function
async def test_nothing(): ...

@pytest.mark.parametrize("number", [1, 2])
@discordtest.function
async def test_fixtures(test, number, tmp_path):
    assert number < 3 and tmp_path.exists() and test.client.is_ready()

@discordtest.function
async def test_skips(test):
    test.skipTest("why not")

@discordtest.function
async def test_skips_by_pytest(test):
    pytest.skip("why not")

@pytest.mark.skip
@discordtest.function
async def test_marked(test): ...

@pytest.mark.xfail(strict=True)
@discordtest.function
async def test_known(test):
    test.assertSent("x")

class TestMethods:
    @discordtest.method
    async def test_method(self, test, tmp_path):
        assert type(self) is TestMethods and test.client.is_ready()

class Cases(unittest.TestCase):
    @discordtest.method
    async def test_method(self, test):
        self.assertTrue(test.client.is_ready())
"""


class PytestTests(unittest.TestCase):
    def test_suite_under_pytest(self) -> None:
        if importlib.util.find_spec("pytest") is None:
            self.skipTest("pytest is not installed")
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "test_suite.py").write_text(SUITE)
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", "--strict-markers"],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        output = done.stdout + done.stderr
        self.assertIn("2 failed, 6 passed, 3 skipped, 1 xfailed", output)
        self.assertIn(
            '>       test.assertSent("Pang!")\nE       AssertionError: the bot did not send', output
        )
        self.assertIn("E       assert 0 == 1", output)
        self.assertIn(": why not", output)
        for frame in ("def _fail(", "def _run(", "testPartExecutor"):
            self.assertNotIn(frame, output)


class FunctionTestCaseTests(unittest.TestCase):
    def test_function_as_a_test_case(self) -> None:
        @with_bot
        async def test_ping(test: Any) -> None:
            """A ping."""
            await test.send(test.alice, test.general, "!ping")
            test.assertSent("Pang!")

        case = unittest.FunctionTestCase(test_ping)
        result = unittest.TestResult()
        case.run(result)
        self.assertEqual(case.shortDescription(), "A ping.")
        self.assertEqual(result.failures[0][1].count("  File "), 1)
