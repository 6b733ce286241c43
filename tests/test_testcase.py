"""The life of a test: set-up, settings, mistakes in set-up, tear-down, and what must not pass."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import http.client
import os
import re
import threading
import unittest
import urllib.request
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from unittest import mock

import aiohttp
import discord
from discord.ext import commands

from discordtest import DiscordTestCase, DiscordTestMixin, HostRefused, NotModelled, SettleTimeout, SetupError
from discordtest.bot_errors import unhandled
from discordtest.transports import releases
from tests.bots import BotTestCase, needs_the_process, run_case

if TYPE_CHECKING:
    from collections.abc import Callable

Context = commands.Context[Any]


class DefaultTests(DiscordTestCase):
    async def test_client_is_a_bot_that_is_ready(self) -> None:
        self.assertIsInstance(self.client, commands.Bot)
        self.assertTrue(self.client.is_ready())
        self.assertEqual(self.client.intents, discord.Intents.all())

    async def test_attributes_are_there(self) -> None:
        self.assertEqual(self.client.http.token, self.token)
        self.assertEqual(self.sent, [])
        self.assertIs(self.backend, self._scene.backend)
        self.assertIn("GET /users/@me", str(self.transcript))

    async def test_owner_owns_the_application(self) -> None:
        info = await self.client.application_info()
        self.assertEqual(info.owner, self.owner)

    async def test_what_happened_in_set_up_is_no_act(self) -> None:
        with contextlib.suppress(AssertionError):
            self.assertRequested("GET", "/users/@me")
            self.fail("set-up counted")

    def test_synchronous_test(self) -> None:
        self.assertTrue(self.client.is_ready())


class ActTests(BotTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        await self.bot_does(lambda ctx: ctx.send("in set-up"))

    async def test_first_act_begins_with_the_test(self) -> None:
        self.assertNothingSent()
        self.assertEqual([message.content for message in self.sent], ["in set-up"])

    async def test_each_waiting_begins_an_act(self) -> None:
        async def work(ctx: Context) -> None:
            await ctx.send("first")
            await asyncio.sleep(5)
            await ctx.send("second")
            await asyncio.sleep(5)
            await ctx.send("third")

        await self.bot_does(work)
        self.assertSent("first")
        await self.advance(5)
        self.assertEqual(len(self.assertSent(count=None)), 1)
        await self.wait_until(lambda: len(self.sent) == 4)
        self.assertSent("third")

    async def test_settle_begins_none(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("first"))
        await self.settle()
        self.assertSent("first")

    async def test_overlapping_verbs_are_one_act(self) -> None:
        self.work = lambda ctx: ctx.send("answer")
        await asyncio.gather(
            self.send(self.alice, self.general, "!do"), self.send(self.alice, self.general, "!do")
        )
        self.assertSent("answer", count=2)


class ConnectTests(DiscordTestCase):
    auto_connect = False

    async def test_client_starts_when_it_is_told(self) -> None:
        self.assertFalse(self.client.is_ready())
        await self.connect(self.client)
        self.assertTrue(self.client.is_ready())
        with self.assertRaisesRegex(SetupError, "runs already"):
            await self.connect(self.client)

    async def test_second_client_is_another_application(self) -> None:
        await self.connect(self.client)
        second = discord.Client(intents=discord.Intents.none())
        await self.connect(second)
        self.assertNotEqual(second.application_id, self.client.application_id)

    async def test_client_that_never_starts_is_no_problem(self) -> None:
        self.assertFalse(self.client.is_ready())


class RestartTests(BotTestCase):
    async def test_new_client_in_the_same_world(self) -> None:
        old = self.client
        await self.restart()
        self.assertIsNot(self.client, old)
        self.assertTrue(old.is_closed())
        self.assertEqual(self.client.user, old.user)
        await self.bot_does(lambda ctx: ctx.send("again"))
        self.assertSent("again", channel=self.general)

    async def test_restart_that_fails_leaves_a_test_that_can_assert(self) -> None:
        self.make_client = mock_maker(self.client)  # type: ignore[method-assign]
        with self.assertRaisesRegex(SetupError, "make_client returned the old client"):
            await self.restart()
        self.assertNothingSent()
        with self.fails("Bot does not run: await self.connect(self.client)"):
            self.assertSent("x")


def mock_maker(client: commands.Bot) -> Callable[[], commands.Bot]:
    """Return a make_client that always returns this one."""
    return lambda: client


class TimeTests(BotTestCase):
    start_time = datetime(2024, 2, 29, 12, tzinfo=UTC)

    async def test_start_time_is_the_clock(self) -> None:
        self.assertEqual(self.clock.now().date().isoformat(), "2024-02-29")

    async def test_advance_takes_every_form(self) -> None:
        before = self.clock.now()
        await self.advance(30)
        await self.advance(minutes=1, seconds=1)
        await self.advance(before - before)
        await self.advance()
        self.assertEqual((self.clock.now() - before).total_seconds(), 91)

    async def test_advance_takes_a_moment(self) -> None:
        await self.advance(datetime(2024, 3, 1, tzinfo=UTC))
        self.assertEqual(self.clock.now(), datetime(2024, 3, 1, tzinfo=UTC))
        await self.advance(self.clock.now())
        with self.assertRaisesRegex(
            ValueError, "does not go back: 2024-03-01 00:30.* is over, it is .* 01:00"
        ):
            await self.advance(datetime(2024, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))))
        with self.assertRaisesRegex(TypeError, "advance takes an aware datetime"):
            await self.advance(datetime(2024, 3, 2))
        with self.assertRaisesRegex(
            TypeError, "a moment or a length of time, not both: 2024-03-02 .* and days"
        ):
            await self.advance(datetime(2024, 3, 2, tzinfo=UTC), days=1)

    async def test_wait_until_returns_what_was_true(self) -> None:
        before = self.clock.now()
        found: list[str] = []
        asyncio.get_running_loop().call_later(40, found.append, "here")
        self.assertEqual(await self.wait_until(lambda: found), ["here"])
        self.assertEqual((self.clock.now() - before).total_seconds(), 40)

    async def test_wait_until_gives_up(self) -> None:
        with self.fails("not true within 5 s of the clock: <lambda> (test_testcase.py:", "What happened:"):
            await self.wait_until(lambda: False, timeout=5)

    async def test_wait_until_refuses_a_coroutine_function(self) -> None:
        async def never() -> bool:
            return False

        with self.assertRaisesRegex(TypeError, "a function that returns at once"):
            await self.wait_until(never)
        with self.assertRaisesRegex(TypeError, "a function that returns at once"):
            await self.wait_until(lambda: never())

    def test_settings_of_the_wrong_kind(self) -> None:
        class Hosts(BotTestCase):
            allowed_hosts = "weather.example"

            async def test(self) -> None: ...

        class Permissions(BotTestCase):
            bot_permissions = "administrator"  # type: ignore[assignment]

            async def test(self) -> None: ...

        class Number(BotTestCase):
            bot_permissions = 8  # type: ignore[assignment]

            async def test(self) -> None:
                self.assertTrue(self.guild.me.guild_permissions.administrator)

        watching = unhandled._installed
        self.assertIn("allowed_hosts is a tuple of hosts: ('weather.example',)", str(run_case(Hosts)))
        self.assertIn("bot_permissions are discord.Permissions, not 'admin", str(run_case(Permissions)))
        self.assertTrue(run_case(Number).passed)
        if threading.current_thread() is threading.main_thread():  # else other tests come and go meanwhile
            self.assertEqual(unhandled._installed, watching)

    def test_environment_overrides(self) -> None:
        needs_the_process(self)

        class Case(DiscordTestCase):
            async def test(self) -> None:
                assert self.clock.now().year == 2001, self.clock.now()

            async def test_failing(self) -> None:
                self.fail("look at the note")

        with mock.patch.dict(os.environ, {"DISCORDTEST_START_TIME": "2001-01-01T00:00:00+00:00"}):
            outcome = run_case(Case)
        self.assertEqual(len(outcome.problems), 1, str(outcome))
        self.assertIn("DISCORDTEST_START_TIME=2001-01-01T00:00:00+00:00", str(outcome))

    def test_wrong_settings_fail_the_test_alone(self) -> None:
        needs_the_process(self)

        class Case(DiscordTestCase):
            async def test(self) -> None: ...

        for text in ("yesterday", "2001-01-01"):
            with mock.patch.dict(os.environ, {"DISCORDTEST_START_TIME": text}):
                outcome = run_case(Case)
            self.assertEqual(len(outcome.problems), 1)
            self.assertIn("ValueError", str(outcome))
        with mock.patch.dict(os.environ, {"DISCORDTEST_TRANSPORT": "pigeon"}):
            self.assertIn("transport is 'pigeon': take 'memory' or 'loopback'", str(run_case(Case)))
        with mock.patch.object(releases, "LOOPBACK", False):
            with mock.patch.dict(os.environ, {"DISCORDTEST_TRANSPORT": "loopback"}):
                self.assertIn("'loopback', which needs aiohttp 3.11 or later", str(run_case(Case)))


class NeverAwaitedTests(unittest.TestCase):
    def assert_missed(self, case: type[DiscordTestCase], text: str) -> None:
        outcome = run_case(case)
        self.assertEqual(len(outcome.problems), 1, str(outcome))
        self.assertIn(text, str(outcome))
        self.assertRegex(
            str(outcome), "was never awaited: (make test `async def` and )?write `await` before it"
        )

    def test_verb_before_another(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                self.send(self.alice, self.general, "hello")
                await self.settle()

        self.assert_missed(Case, "self.send(…) at test_testcase.py:")

    def test_verb_before_an_assertion(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                self.send(self.alice, self.general, "hello")
                self.assertNothingSent()

        self.assert_missed(Case, "self.send(…)")

    def test_verb_as_the_last_statement(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                self.send(self.alice, self.general, "hello")

        self.assert_missed(Case, "self.send(…)")

    def test_verb_in_a_synchronous_test(self) -> None:
        class Case(BotTestCase):
            def test(self) -> None:
                self.send(self.alice, self.general, "hello")

        self.assert_missed(Case, "self.send(…)")

    def test_verb_that_is_held(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                self.held = self.send(self.alice, self.general, "hello")

        self.assert_missed(Case, "self.send(…)")

    def test_what_lets_time_pass(self) -> None:
        for name, arguments in {"settle": (), "advance": (5,), "wait_until": (bool,), "restart": ()}.items():

            class Case(BotTestCase):
                async def test(self, name: str = name, arguments: Any = arguments) -> None:
                    getattr(self, name)(*arguments)

            with self.subTest(name):
                self.assert_missed(Case, f"self.{name}(…)")


class AwaitedTests(BotTestCase):
    async def test_gather_task_group_and_tasks_are_fine(self) -> None:
        def hello() -> Any:
            return self.send(self.alice, self.general, "hello")

        await asyncio.gather(hello(), hello())
        async with asyncio.TaskGroup() as group:
            group.create_task(hello())
        task = asyncio.create_task(hello())
        await self.settle()
        await task
        self.assertEqual(len(self.history(self.general)), 4)

    async def test_verb_that_is_awaited_later_is_fine(self) -> None:
        later = self.send(self.alice, self.general, "hello")
        await self.settle()
        await later

    async def test_task_that_the_test_leaves_runs(self) -> None:
        self.left = asyncio.create_task(self.send(self.alice, self.general, "hello"))


class MistakeTests(unittest.TestCase):
    """Bad input: the test is told what to write instead."""

    def problem(self, case: type[unittest.TestCase]) -> str:
        outcome = run_case(case)
        self.assertEqual(len(outcome.problems), 1, str(outcome))
        return outcome.problems[0]

    def test_wrong_token(self) -> None:
        class Case(DiscordTestCase):
            async def start_client(self, client: discord.Client, token: str) -> None:
                await client.start("wrong")

            async def test(self) -> None: ...

        self.assertIn("discord.errors.LoginFailure: Improper token has been passed.", self.problem(Case))

    def test_intents_that_are_not_approved(self) -> None:
        class Case(DiscordTestCase):
            approved_intents = discord.Intents.default()

            async def test(self) -> None: ...

        self.assertIn("discord.errors.PrivilegedIntentsRequired", self.problem(Case))

    def test_client_that_ends_before_it_is_ready(self) -> None:
        class Case(DiscordTestCase):
            async def start_client(self, client: discord.Client, token: str) -> None: ...

            async def test(self) -> None: ...

        self.assertIn("the client ended before it was ready: start_client returned", self.problem(Case))

    def test_client_that_is_never_ready(self) -> None:
        class Bot(commands.Bot):
            async def setup_hook(self) -> None:
                await asyncio.Event().wait()

        class Case(DiscordTestCase):
            def make_client(self) -> discord.Client:
                return Bot("!", intents=discord.Intents.none())

            async def test(self) -> None: ...

        text = self.problem(Case)
        self.assertIn(
            "the client was not ready, though a day of the clock has passed: the bot waits in ", text
        )
        self.assertIn("setup_hook (test_testcase.py:", text)

    def test_asynchronous_set_up_of_the_wrong_name(self) -> None:
        class Case(DiscordTestCase):
            async def setUp(self) -> None: ...

            async def test(self) -> None: ...

        self.assertIn("setUp is never awaited: call it asyncSetUp", self.problem(Case))

    def test_builder_in_set_up(self) -> None:
        class Case(DiscordTestCase):
            def setUp(self) -> None:
                self.make_guild("Test")

            async def test(self) -> None: ...

        self.assertIn("make_world", self.problem(Case))

    def test_client_in_set_up(self) -> None:
        class Case(DiscordTestCase):
            def setUp(self) -> None:
                print(self.client)  # noqa: T201

            async def test(self) -> None: ...

        self.assertIn("self.client is made in asyncSetUp of DiscordTestCase", self.problem(Case))

    def test_forgotten_super(self) -> None:
        class Silent(DiscordTestCase):
            async def asyncSetUp(self) -> None: ...

            async def test(self) -> None: ...

        class Using(Silent):
            async def asyncSetUp(self) -> None:
                print(self.client)  # noqa: T201

        class UsingItsWorld(Silent):
            async def asyncSetUp(self) -> None:
                print(self.guild)  # type: ignore[attr-defined]  # noqa: T201

        for case in (Silent, Using, UsingItsWorld):
            self.assertIn(
                "begin an asyncSetUp of your own with `await super().asyncSetUp()`", self.problem(case)
            )

    def test_client_is_absent_rather_than_wrong_before_set_up(self) -> None:
        case = DefaultTests("test_synchronous_test")
        self.assertFalse(hasattr(case, "client"))

    def test_nonsense_from_make_client(self) -> None:
        class Case(DiscordTestCase):
            def make_client(self) -> Any:
                return "my bot"

            async def test(self) -> None: ...

        class Nothing(Case):
            async def make_client(self) -> Any: ...

        self.assertIn("make_client returned 'my bot', not a discord.Client", self.problem(Case))
        text = "make_client returned None, not a discord.Client: is its `return` missing?"
        self.assertIn(text, self.problem(Nothing))

    def test_builder_before_the_test_has_begun(self) -> None:
        class Case(BotTestCase):
            def __init__(self, name: str) -> None:
                super().__init__(name)
                self.guild = self.make_guild("Early")

            async def test(self) -> None: ...

        with self.assertRaisesRegex(SetupError, "this test has not begun: builders belong into make_world"):
            Case("test")

    def test_class_from_make_client_is_to_be_called(self) -> None:
        class Bot(commands.Bot): ...

        class Case(DiscordTestCase):
            def make_client(self) -> Any:
                return Bot

            async def test(self) -> None: ...

        self.assertIn("not a discord.Client: call it, Bot(…)", self.problem(Case))

    def test_set_up_that_fails_after_super(self) -> None:
        class Case(BotTestCase):
            async def asyncSetUp(self) -> None:
                await super().asyncSetUp()
                raise LookupError("mine")

            async def test(self) -> None: ...

        text = self.problem(Case)
        self.assertIn("LookupError: mine", text)
        self.assertNotIn("begin an asyncSetUp", text)

    def test_mixin_behind_the_test_case(self) -> None:
        with self.assertRaisesRegex(TypeError, "name DiscordTestMixin before the other bases of Wrong"):

            class Wrong(unittest.IsolatedAsyncioTestCase, DiscordTestMixin): ...

    def test_setting_or_hook_that_is_almost_called_so(self) -> None:
        def hook(self: object) -> None: ...

        for wrong, value, meant in (
            ("bot_permission", 8, "bot_permissions"),
            ("autoconnect", False, "auto_connect"),
            ("makeWorld", hook, "make_world"),
            ("makeclient", hook, "make_client"),
        ):
            with (
                self.subTest(wrong),
                self.assertRaisesRegex(TypeError, f"X.{wrong} changes nothing: is {meant} meant"),
            ):
                type("X", (DiscordTestCase,), {wrong: value})
        own = dict.fromkeys(
            ("make_client", "make_clients", "start_clients", "start_times", "_make_World"), hook
        )
        type("X", (DiscordTestCase,), {**own, "makers": None, "shard": 1})

    def test_mixin_without_an_asynchronous_test_case(self) -> None:
        class Case(DiscordTestMixin, unittest.TestCase):  # type: ignore[misc]
            def test(self) -> None: ...

        self.assertIn("Case needs unittest.IsolatedAsyncioTestCase among its bases", self.problem(Case))


class BlockingLibraryTests(BotTestCase):
    async def test_foreign_host_of_a_blocking_library_is_refused(self) -> None:
        def connect(host: str) -> None:
            http.client.HTTPConnection(host).connect()

        for host in ("discord.com", "example.org"):

            async def work(ctx: Context, host: str = host) -> None:
                for call in (functools.partial(asyncio.to_thread, connect), connect):
                    with contextlib.suppress(Exception):  # as people do
                        await call(host)  # type: ignore[func-returns-value]

            with self.fails(" is refused", "unittest.mock.patch", kind=HostRefused):
                await self.bot_does(work)
            with self.fails(" is refused", kind=HostRefused):
                await self.settle()

    def test_host_that_the_test_itself_calls_is_refused_once(self) -> None:
        class Case(DiscordTestCase):
            async def test(self) -> None:
                urllib.request.urlopen("https://example.org/joke")  # noqa: ASYNC210

        (problem,) = run_case(Case)
        self.assertIn("HostRefused: a connection to 'example.org' is refused", problem)


class LoudTests(BotTestCase):
    """What is no mistake of the bot is loud even where the bot catches everything."""

    settle_timeout = 0.05

    async def test_foreign_host_is_refused(self) -> None:
        async def work(ctx: Context) -> None:
            try:
                async with aiohttp.ClientSession() as session:
                    await session.get("https://example.org/joke")
            except Exception:  # noqa: BLE001  # as people do
                await ctx.send("sorry")

        with self.fails("'example.org' is refused", "allowed_hosts = ('example.org',)", kind=HostRefused):
            await self.bot_does(work)

    async def test_unknown_route_is_not_modelled(self) -> None:
        async def work(ctx: Context) -> None:
            try:
                await self.client.http.request(discord.http.Route("GET", "/nowhere"))
            except Exception:  # noqa: BLE001  # as people do
                await ctx.send("sorry")

        with self.fails("GET /nowhere", kind=NotModelled):
            await self.bot_does(work)

    async def test_unknown_field_is_not_modelled(self) -> None:
        async def work(ctx: Context) -> None:
            try:
                await self.client.http.request(
                    discord.http.Route("PATCH", f"/channels/{ctx.channel.id}"), json={"sky": "blue"}
                )
            except Exception:  # noqa: BLE001  # as people do
                await ctx.send("sorry")

        with self.fails("field 'sky' (value 'blue') of PATCH /channels/{channel_id}", kind=NotModelled):
            await self.bot_does(work)

    async def test_handler_that_never_returns_is_named_with_its_stack(self) -> None:
        release = threading.Event()
        self.addCleanup(release.set)

        async def work(ctx: Context) -> None:
            await asyncio.to_thread(release.wait)

        with self.fails("work outside the event loop still runs", "in work", kind=SettleTimeout):
            await self.bot_does(work)

    async def test_handler_that_spins_is_named(self) -> None:
        async def work(ctx: Context) -> None:
            while not self.clock.now() > datetime.max.replace(tzinfo=UTC):  # noqa: ASYNC110  # that is the mistake
                await asyncio.sleep(0)

        with self.fails("did not come to rest", kind=SettleTimeout):
            await self.bot_does(work)


class TracebackTests(unittest.TestCase):
    """A failure begins and ends in the test."""

    def lines(self, work: Any) -> list[str]:
        class Case(BotTestCase):
            async def test(self) -> None:
                await work(self)

        problem = run_case(Case).problems[0]
        return re.findall(r'File ".*/(\w+\.py)", line', problem)

    def test_mistake_in_a_verb(self) -> None:
        self.assertEqual(self.lines(lambda case: case.send(case.alice, 5, "hello")), ["test_testcase.py"])

    def test_refusal_of_a_verb(self) -> None:
        async def work(case: Any) -> None:
            await case.kick(case.alice, case.guild.me)

        self.assertEqual(self.lines(work), ["test_testcase.py"] * 2)

    def test_failed_assertion(self) -> None:
        async def work(case: Any) -> None:
            case.assertSent("x")

        self.assertEqual(self.lines(work), ["test_testcase.py"] * 2)

    def test_wrong_type_or_value(self) -> None:
        for work in (
            lambda case: case.advance(minute=1),
            lambda case: case.advance(-1),
            lambda case: case.send_dm(case.alice, "hi", embeds="no list"),
        ):
            self.assertEqual(self.lines(work), ["test_testcase.py"])

    def test_wrong_claim(self) -> None:
        async def work(case: Any) -> None:
            case.assertSent("x", chanel=case.general)

        self.assertEqual(self.lines(work), ["test_testcase.py"] * 2)

    def test_error_that_nobody_raised_on_purpose_keeps_all(self) -> None:
        self.assertEqual(
            self.lines(lambda case: case.slash(case.alice, case.general, "a", "b", "c")),
            ["test_testcase.py", "verbs.py"],
        )

    def test_refusal_of_what_the_test_asks_the_library(self) -> None:
        async def work(case: Any) -> None:
            await case.client.fetch_channel(5)

        self.assertEqual(self.lines(work)[:3], ["test_testcase.py", "test_testcase.py", "client.py"])


class DeadlockTests(unittest.TestCase):
    def test_deadlock_names_the_line(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                await asyncio.Event().wait()

        outcome = run_case(Case)
        self.assertEqual(len(outcome.problems), 1, str(outcome))
        self.assertIn("nothing can ever run again", str(outcome))
        self.assertIn("await asyncio.Event().wait()", str(outcome))


variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


class UnittestTests(BotTestCase):
    """What unittest offers works as ever."""

    async def asyncSetUp(self) -> None:
        variable.set("of the set-up")
        await super().asyncSetUp()
        self.order: list[str] = []
        self.addAsyncCleanup(self.note, "first")
        self.addAsyncCleanup(self.note, "second")

    async def asyncTearDown(self) -> None:
        self.assertEqual(variable.get(), "of the set-up")
        self.assertTrue(self.client.is_ready())
        await self.send(self.alice, self.general, "still here")

    async def note(self, text: str) -> None:
        self.order.append(text)
        self.assertEqual(self.order[0], "second")
        self.assertTrue(self.client.is_ready())

    async def test_context_variable_holds_in_the_test_and_in_the_bot(self) -> None:
        self.assertEqual(variable.get(), "of the set-up")

        async def work(ctx: Context) -> None:
            await ctx.send(variable.get())

        await self.bot_does(work)
        self.assertSent("of the set-up")

    async def test_verb_as_a_clean_up(self) -> None:
        self.addCleanup(lambda: self.assertEqual(self.history(self.general)[-1].content, "good night"))
        self.addAsyncCleanup(self.send, self.alice, self.general, content="good night")

    async def test_async_context(self) -> None:
        session = await self.enterAsyncContext(aiohttp.ClientSession())
        self.assertFalse(session.closed)

    async def test_sub_tests(self) -> None:
        for text in ("a", "b"):
            with self.subTest(text):
                await self.bot_does(lambda ctx, text=text: ctx.send(text))
                self.assertSent(text)

    @unittest.expectedFailure
    async def test_expected_failure(self) -> None:
        self.assertSent("nothing")

    @unittest.expectedFailure
    async def test_expected_failure_by_an_error_of_the_bot(self) -> None:
        async def work(ctx: Context) -> None:
            raise ValueError

        await self.bot_does(work)

    @unittest.skip("skipped")
    async def test_skipped(self) -> None:
        raise AssertionError

    async def test_skips_itself(self) -> None:
        self.skipTest("on the way")

    def test_class_set_up(self) -> None:
        class Case(DiscordTestCase):
            shared: list[str]

            @classmethod
            def setUpClass(cls) -> None:
                cls.shared = ["set up once"]

            def test(self) -> None:
                self.assertEqual(self.shared, ["set up once"])

        self.assertTrue(run_case(Case).passed)


class OwnBase(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.own = True


class MixinTests(DiscordTestMixin, OwnBase):
    async def test_both_are_set_up(self) -> None:
        self.assertTrue(self.own)
        self.assertTrue(self.client.is_ready())


class AsyncHookTests(DiscordTestCase):
    async def make_client(self) -> discord.Client:  # type: ignore[override]
        await asyncio.sleep(0)
        return discord.Client(intents=discord.Intents.none())

    async def make_world(self) -> None:
        await asyncio.sleep(0)
        self.guild = self.make_guild("Test")

    async def test_hooks_may_be_async(self) -> None:
        self.assertEqual(type(self.client), discord.Client)
        self.assertEqual(self.guild.name, "Test")


if __name__ == "__main__":
    unittest.main()
