"""Test runners, editors and process pools find, pickle and run our test cases like any other of unittest."""

from __future__ import annotations

import copy
import importlib.util
import inspect
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import discord

from discordtest import DiscordTestCase
from tests.bots import BotTestCase
from tests.repeated import once_an_order

ROOT = Path(__file__).parents[1]
SUITE = """
import unittest

import discord
from discord.ext import commands

from discordtest import DiscordTestCase


class PingTests(DiscordTestCase):
    def make_client(self):
        bot = commands.Bot("!", intents=discord.Intents.all())

        @bot.command()
        async def ping(ctx):
            await ctx.send("Pong!")

        return bot

    def make_world(self):
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)

    async def test_ping(self):
        await self.send(self.alice, self.general, "!ping")
        self.assertSent("Pong!", channel=self.general)

    async def test_time(self):
        before = self.clock.now()
        await self.advance(days=1)
        self.assertEqual((self.clock.now() - before).days, 1)

    def test_synchronous(self):
        self.assertTrue(self.client.is_ready())


class MoreTests(PingTests):
    async def test_sub_tests(self):
        for text in ("a", "b"):
            with self.subTest(text):
                await self.send(self.alice, self.general, text)
                self.assertNothingSent()

    async def test_refusal(self):
        role = self.make_role("Muted", self.guild)
        with self.assertRaises(discord.Forbidden):
            await self.add_role(self.alice, self.alice, role)


if __name__ == "__main__":
    unittest.main()
"""
FAILING = """
    async def test_failure(self):
        self.assertSent("never")

    async def test_refused(self):
        role = self.make_role("Muted", self.guild)
        await self.add_role(self.alice, self.alice, role)
"""


class PlainTests(unittest.TestCase):
    """What editors and runners look at."""

    def test_methods_are_plain_functions(self) -> None:
        self.assertTrue(inspect.iscoroutinefunction(Sample.test_async))
        self.assertTrue(inspect.isfunction(Sample.test_sync))

    def test_names_and_ids_are_those_of_unittest(self) -> None:
        case = Sample("test_async")
        self.assertEqual(case.id(), f"{__name__}.Sample.test_async")
        self.assertIsInstance(case, unittest.IsolatedAsyncioTestCase)

    def test_loader_finds_no_more_than_the_tests(self) -> None:
        self.assertEqual(unittest.defaultTestLoader.getTestCaseNames(Sample), ["test_async", "test_sync"])
        self.assertEqual(unittest.defaultTestLoader.getTestCaseNames(DiscordTestCase), [])

    def test_case_pickles_by_its_name(self) -> None:
        for case in (Sample("test_async"), unittest.TestSuite([Sample("test_sync")])):
            restored = pickle.loads(pickle.dumps(case))
            self.assertEqual(restored, case)
            result = unittest.TestResult()
            restored.run(result)
            self.assertTrue(result.wasSuccessful(), result.errors + result.failures)

    def test_case_pickles_after_its_run(self) -> None:
        case = Sample("test_async")
        case.run(unittest.TestResult())
        self.assertEqual(pickle.loads(pickle.dumps(case)), case)
        self.assertEqual(copy.copy(case), case)

    def test_case_runs_twice(self) -> None:
        case, result = Sample("test_async"), unittest.TestResult()
        case.run(result)
        case.run(result)
        self.assertEqual((result.testsRun, result.errors, result.failures), (2, [], []))


class Sample(BotTestCase):
    """Two tests."""

    async def test_async(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        self.assertSent("Pong!")

    def test_sync(self) -> None:
        self.assertIsInstance(self.client, discord.Client)


class ThreadTests(unittest.TestCase):
    """Several tests run in threads of one process, each with a Discord of its own."""

    maxDiff = None

    def test_at_once(self) -> None:
        results = [unittest.TestResult() for _ in range(4)]

        def run(result: unittest.TestResult) -> None:
            for _ in range(5):
                Sample("test_async").run(result)

        threads = [threading.Thread(target=run, args=(result,)) for result in results]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for result in results:
            self.assertEqual((result.testsRun, result.errors, result.failures), (5, [], []))


@once_an_order
class RunnerTests(unittest.TestCase):
    """A small suite in a folder of its own, under every runner."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name)
        (self.path / "test_small.py").write_text(SUITE)
        (self.path / "failing").mkdir()
        (self.path / "failing" / "test_failing.py").write_text(
            SUITE.partition("\n\nclass MoreTests")[0] + FAILING
        )
        (self.path / ".stestr.conf").write_text("[DEFAULT]\ntest_path=.\n")

    def run_python(self, *arguments: str, passes: bool = True) -> str:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        output = done.stdout + done.stderr
        self.assertEqual(done.returncode == 0, passes, output)
        return output

    def needs(self, module: str) -> None:
        if importlib.util.find_spec(module) is None:
            self.skipTest(f"{module} is not installed")

    def test_discovery_without_a_warning(self) -> None:
        output = self.run_python("-X", "dev", "-W", "error::ResourceWarning", "-m", "unittest", "discover")
        self.assertIn("Ran 8 tests", output)
        self.assertNotIn("Exception ignored", output)

    def test_one_test_by_name(self) -> None:
        self.assertIn("Ran 1 test", self.run_python("-m", "unittest", "test_small.PingTests.test_ping"))

    def test_unittest_parallel_in_threads(self) -> None:
        self.needs("unittest_parallel")
        arguments = ("-m", "unittest_parallel", "-j", "2", "--level", "test", "--thread")
        self.assertIn("Ran 8 tests", self.run_python(*arguments))

    def test_failures_travel_between_the_processes_of_unittest_parallel(self) -> None:
        self.needs("unittest_parallel")
        arguments = ("-m", "unittest_parallel", "-s", "failing", "-j", "2", "--level", "test")
        output = self.run_python(*arguments, passes=False)
        self.assertIn("Ran 5 tests", output)
        self.assertIn("FAILED (failures=1, errors=1)", output)
        self.assertIn("the bot did not send 'never'", output)
        self.assertIn("Forbidden: 403 Forbidden (error code: 50013): Missing Permissions", output)

    def test_stestr(self) -> None:
        self.needs("stestr")
        self.assertIn("Passed: 8", self.run_python("-m", "stestr.cli", "run", "--concurrency", "2"))

    def test_pytest_with_xdist(self) -> None:
        self.needs("xdist")
        arguments = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2")
        output = self.run_python(*arguments, "failing", passes=False)
        self.assertIn("2 failed, 3 passed", output)
        self.assertIn("the bot did not send 'never'", output)
        self.assertNotIn("def _fail(", output)  # the traceback begins and ends in the test


if __name__ == "__main__":
    unittest.main()
