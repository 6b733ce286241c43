"""A small world with a bot that does what the test tells it, and a way to run a test case inside a test."""

from __future__ import annotations

import io
import threading
import unittest
import warnings
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase
from discordtest.transports import releases

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

__all__ = [
    "BotTestCase",
    "NeedsTheProcess",
    "Outcome",
    "in_a_thread",
    "needs_loopback",
    "needs_the_process",
    "run_case",
]


class BotTestCase(DiscordTestCase):
    """Alice in #general of a guild, and a bot whose ``!do`` runs whatever the test last handed to `bot_does`."""

    client: commands.Bot
    kind: type[commands.Bot] = commands.Bot
    intents = discord.Intents.all()

    def make_client(self) -> commands.Bot:
        bot = self.kind("!", intents=self.intents, help_command=None)
        self.work: Callable[[commands.Context[Any]], Awaitable[object]] | None = None

        @bot.command()
        async def do(ctx: commands.Context[Any]) -> None:
            assert self.work is not None
            await self.work(ctx)

        return bot

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)

    async def bot_does(self, work: Callable[[commands.Context[Any]], Awaitable[object]]) -> discord.Message:
        """Let Alice ask the bot to run ``work(ctx)``; return her message."""
        self.work = work
        return await self.send(self.alice, self.general, "!do")

    def fails(self, *parts: str, kind: type[BaseException] = AssertionError) -> Failing:
        """Expect the block to fail with a text that has these parts."""
        return Failing(self, parts, kind)


class Failing:
    """A block that has to fail; ``text`` is what it said."""

    text: str

    def __init__(self, case: unittest.TestCase, parts: tuple[str, ...], kind: type[BaseException]) -> None:
        self._case, self._parts, self._kind = case, parts, kind

    def __enter__(self) -> Failing:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if error is None:
            raise self._case.failureException(f"nothing failed, but {self._kind.__name__} was expected")
        if not isinstance(error, self._kind):
            return False
        self.text = str(error)
        for part in self._parts:
            self._case.assertIn(part, self.text)
        return True


def in_a_thread(function: Callable[[], Any]) -> Any:
    """Return what a function returns or raises in a thread of its own."""
    found: list[Any] = []

    def work() -> None:
        try:
            found.append(function())
        except Exception as error:  # noqa: BLE001  # it is what the test looks at
            found.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return found[0]


needs_loopback = unittest.skipUnless(releases.LOOPBACK, "loopback needs aiohttp 3.11 or later")


def needs_the_process(case: unittest.TestCase) -> None:
    """Skip a test that looks at what a whole process shares while others run in its threads."""
    if threading.current_thread() is not threading.main_thread():
        case.skipTest("other tests run in this process at the same time")


class NeedsTheProcess(unittest.TestCase):
    """Tests all of which need it."""

    def setUp(self) -> None:
        super().setUp()
        needs_the_process(self)


class Outcome:
    """How a run of test cases ended."""

    def __init__(
        self, result: unittest.TestResult, warned: list[warnings.WarningMessage], output: str
    ) -> None:
        self.result = result
        # On new Pythons discord.py and others call what is deprecated there.
        self.warnings = [
            str(each.message) for each in warned if not issubclass(each.category, DeprecationWarning)
        ]
        self.output = output
        self.problems = [text for _, text in [*result.failures, *result.errors]]

    @property
    def passed(self) -> bool:
        """Tell whether every test passed."""
        return self.result.wasSuccessful()

    def __iter__(self) -> Iterator[str]:
        return iter(self.problems)

    def __str__(self) -> str:
        return "\n".join(self.problems) or self.output


def run_case(case: type[unittest.TestCase], *names: str) -> Outcome:
    """Run the tests of a class, or those that are named, as unittest does."""
    suite = unittest.TestSuite(map(case, names or unittest.defaultTestLoader.getTestCaseNames(case)))
    stream = io.StringIO()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        result = unittest.TextTestRunner(stream, verbosity=0, warnings="always").run(suite)
    return Outcome(result, warned, stream.getvalue())
