"""What a test leaves behind is told, with the line that made it."""

from __future__ import annotations

import asyncio
import concurrent.futures.process
import contextlib
import logging
import queue
import threading
import unittest
import warnings
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import discord
from discord.ext import commands, tasks

from discordtest import DiscordTestCase, leaks
from discordtest.transports import releases
from tests.bots import Outcome, needs_the_process, run_case

HERE = Path(__file__).name


def line_of(text: str) -> int:
    """Return the number of the line of this file that has a text."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line and "line_of" not in line)


class LeakTestCase(unittest.TestCase):
    def setUp(self) -> None:
        needs_the_process(self)  # its warnings are everybody's

    def assertTold(self, outcome: Outcome, text: str, line: int) -> None:
        """Fail unless a passed test has warned of this, at a line of this file."""
        self.assertTrue(outcome.passed, outcome)
        told = [message for message in outcome.warnings if f"{HERE}:{line}" in message]
        self.assertEqual(len(told), 1, outcome.warnings)
        self.assertIn(text, told[0])

    def assertQuiet(self, outcome: Outcome) -> None:
        """Fail unless a test passed without a word."""
        self.assertTrue(outcome.passed, outcome)
        self.assertEqual([text for text in outcome.warnings if text.startswith("the test ended")], [])


class Tasks(LeakTestCase):
    def test_task_of_the_test_that_still_waits(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                self.waiting = asyncio.create_task(asyncio.sleep(60))  # the forgotten task

        outcome = run_case(Case)
        self.assertFalse(outcome.passed)
        self.assertIn(f"a task that it began at {HERE}:{line_of('# the forgotten task')}", str(outcome))
        self.assertIn("the test sleeps for 60 s", str(outcome))

    def test_task_in_a_function_of_the_test(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                def begin() -> Any:
                    return asyncio.ensure_future(asyncio.sleep(60))  # in a function

                self.waiting = begin()

        self.assertIn(f"{HERE}:{line_of('# in a function')}", str(run_case(Case)))

    def test_task_that_ended(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                task = asyncio.create_task(asyncio.sleep(60))
                cancelled = asyncio.create_task(asyncio.sleep(60))
                await asyncio.gather(task, self.advance(61))
                cancelled.cancel()

        self.assertQuiet(run_case(Case))

    def test_test_that_failed_is_told_its_failure_alone(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                self.waiting = asyncio.create_task(asyncio.sleep(60))
                self.fail("on purpose")

        (problem,) = run_case(Case)
        self.assertIn("on purpose", problem)

    def test_tasks_of_the_bot_end_with_it(self) -> None:
        class Looping(commands.Bot):
            async def setup_hook(self) -> None:
                self.work.start()
                self.other = asyncio.create_task(asyncio.sleep(1e6))

            @tasks.loop(minutes=1)
            async def work(self) -> None:
                pass

        class Case(DiscordTestCase):
            def make_client(self) -> commands.Bot:
                self.early = asyncio.create_task(asyncio.sleep(1e6))
                return Looping("!", intents=discord.Intents.all())

            async def test_it(self) -> None:
                await self.advance(120)

        self.assertQuiet(run_case(Case))

    def test_tasks_of_a_cog_end_with_the_bot_wherever_its_class_stands(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                class Listening(commands.Cog):
                    async def cog_load(self) -> None:
                        self.listening = asyncio.create_task(asyncio.Event().wait())

                assert isinstance(self.client, commands.Bot)
                await self.client.add_cog(Listening())

        self.assertQuiet(run_case(Case))


class Sessions(LeakTestCase):
    def test_session_that_is_open(self) -> None:
        class Forgetful(commands.Bot):
            async def setup_hook(self) -> None:
                self.web = aiohttp.ClientSession()  # the open session

        class Case(DiscordTestCase):
            def make_client(self) -> commands.Bot:
                return Forgetful("!", intents=discord.Intents.all())

            async def test_it(self) -> None:
                pass

        outcome = run_case(Case)
        self.assertTold(outcome, "the HTTP session opened at", line_of("# the open session"))

    def test_sessions_that_are_closed(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                for _ in range(leaks.KEPT + 2):
                    async with aiohttp.ClientSession():
                        pass
                self.assertLessEqual(len(self._leaks.open), leaks.KEPT + 1)
                self.addAsyncCleanup(aiohttp.ClientSession().close)

        self.assertQuiet(run_case(Case))

    def test_warning_may_be_an_error(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                self.web = aiohttp.ClientSession()
                warnings.simplefilter("error", ResourceWarning)

        outcome = run_case(Case)
        self.assertFalse(outcome.passed)
        self.assertIn("ResourceWarning: the test ended, but the HTTP session", str(outcome))


class Sockets(LeakTestCase):
    URL = "wss://gateway.discord.gg/?v=10&encoding=json"

    def test_websocket_that_is_open(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                async with aiohttp.ClientSession() as session:
                    self.socket = await session.ws_connect(Sockets.URL)  # the open socket

        for transport in ("memory", "loopback")[: 1 + releases.LOOPBACK]:
            Case.transport = transport
            with self.subTest(transport):
                self.assertTold(run_case(Case), "the websocket opened at", line_of("# the open socket"))

    def test_websocket_that_is_closed(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                async with aiohttp.ClientSession() as session, session.ws_connect(Sockets.URL) as socket:
                    self.assertEqual((await socket.receive_json())["op"], 10)
                self.backend.disconnect()  # the bot's own is another, and a third
                await self.restart()

        self.assertQuiet(run_case(Case))


class Clients(LeakTestCase):
    def test_client_that_only_logged_in(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                self.other = discord.Client(intents=discord.Intents.none())
                await self.other.login(self.token)  # the open client

        self.assertTold(run_case(Case), "the client that logged in at", line_of("# the open client"))

    def test_client_that_was_closed(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                async with discord.Client(intents=discord.Intents.none()) as other:
                    await other.login(self.token)

        self.assertQuiet(run_case(Case))

    def test_clients_of_the_test_case_end_with_it(self) -> None:
        class Case(DiscordTestCase):
            shards = 2

            def make_client(self) -> commands.Bot:
                return commands.AutoShardedBot("!", intents=discord.Intents.all())

            async def start_client(self, client: discord.Client, token: str) -> None:
                async with client:
                    await client.login(token)
                    await client.connect()

            async def test_it(self) -> None:
                await self.connect(discord.Client(intents=discord.Intents.none()))
                self.backend.disconnect()
                await self.settle()

        self.assertQuiet(run_case(Case))


class Threads(LeakTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enough = threading.Event()
        self.addCleanup(self.enough.set)

    def test_thread_that_runs(self) -> None:
        enough = self.enough

        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                threading.Thread(target=enough.wait, name="worker", daemon=True).start()  # the thread

        outcome = run_case(Case)
        self.assertTold(outcome, "the thread 'worker' started at", line_of("# the thread"))

    def test_executor_that_was_not_shut_down(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                self.pool = ThreadPoolExecutor(1)
                await asyncio.get_running_loop().run_in_executor(self.pool, int)  # the pool

        outcome = run_case(Case)
        self.assertTold(outcome, "still runs", line_of("# the pool"))
        self.assertNotIn("the process", str(outcome.warnings))  # Python ends these itself

    def test_pool_of_processes_ends_with_the_process(self) -> None:
        kind: Any = concurrent.futures.process._ExecutorManagerThread  # type: ignore[attr-defined]
        manager = kind.__new__(kind)  # such a pool starts it, and tells it to go at the end
        threading.Thread.__init__(manager)
        self.assertFalse(leaks._holds_process(manager))
        self.assertTrue(leaks._holds_process(threading.Thread()))

    def test_thread_of_a_library(self) -> None:
        enough = self.enough
        space: dict[str, Any] = {"threading": threading}
        library = "def work(wait):\n    threading.Thread(target=wait, name='worker').start()\n"
        exec(compile(library, "/lib/site-packages/library.py", "exec"), space, space)

        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                space["work"](enough.wait)  # the caller

        line = line_of("# the caller")
        where = f"started at library.py:2, for test_leaks.py:{line}, still runs, and the process cannot end before"
        self.assertTold(run_case(Case), where, line)

    def test_thread_that_a_library_starts_in_a_context_manager(self) -> None:
        enough = self.enough
        space: dict[str, Any] = {"threading": threading, "contextmanager": contextlib.contextmanager}
        library = "@contextmanager\ndef work(*what):\n    threading.Thread(None, *what).start()\n    yield\n"
        exec(compile(library, "/lib/site-packages/library.py", "exec"), space, space)

        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                with space["work"](enough.wait):  # enters
                    pass

        line = line_of("# enters")
        self.assertTold(
            run_case(Case), f"started at library.py:3, for test_leaks.py:{line}, still runs", line
        )

    def test_pool_that_a_library_keeps_is_its_own_affair(self) -> None:
        space: dict[str, Any] = {"pool": ThreadPoolExecutor(1)}
        self.addCleanup(space["pool"].shutdown)
        exec(compile("def ask(): pool.submit(int)", "/lib/site-packages/library.py", "exec"), space, space)

        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                space["ask"]()

        self.assertQuiet(run_case(Case))

    def test_daemon_of_an_object_that_a_library_keeps_is_its_own_affair(self) -> None:
        library = (
            "class Resolver:\n    def start(self, wait):\n"
            "        threading.Thread(target=wait, daemon=True).start()\n"
            "shared = Resolver()\n"
        )
        space: dict[str, Any] = {"threading": threading}
        exec(compile(library, "/lib/site-packages/library.py", "exec"), space, space)
        enough = self.enough

        class Kept(DiscordTestCase):
            async def test_it(self) -> None:
                space["shared"].start(enough.wait)

        class Own(DiscordTestCase):
            async def test_it(self) -> None:
                space["Resolver"]().start(enough.wait)  # its own

        self.assertQuiet(run_case(Kept))
        self.assertTold(run_case(Own), "started at library.py:3", line_of("# its own"))

    def test_thread_that_a_library_starts_as_something_is_logged(self) -> None:
        enough = self.enough
        space: dict[str, Any] = {"threading": threading, "Filter": logging.Filter}
        library = (
            "class Sender(Filter):\n    def filter(self, record): threading.Thread(None, self.wait).start()\n"
        )
        exec(compile(library, "/lib/site-packages/library.py", "exec"), space, space)
        sender = space["Sender"]()
        sender.wait = enough.wait
        logger = logging.getLogger(self.id())
        logger.addFilter(sender)
        self.addCleanup(logger.removeFilter, sender)

        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                logger.error("Oh.")  # tells of it

        line = line_of("# tells of it")
        self.assertTold(
            run_case(Case), f"started at library.py:2, for test_leaks.py:{line}, still runs", line
        )

    def test_thread_that_a_library_starts_beneath_the_loop(self) -> None:
        enough = self.enough
        space: dict[str, Any] = {"threading": threading, "Executor": Executor}
        library = (
            "class Pool(Executor):\n    def submit(self, work):\n        threading.Thread(target=work).start()\n"
            "        raise LookupError\n"
        )
        exec(compile(library, "/lib/site-packages/library.py", "exec"), space, space)

        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                with contextlib.suppress(LookupError):
                    await asyncio.get_running_loop().run_in_executor(space["Pool"](), enough.wait)  # begins

        line = line_of("# begins")
        self.assertTold(
            run_case(Case), f"started at library.py:3, for test_leaks.py:{line}, still runs", line
        )

    def test_daemon_that_no_line_of_the_bot_has_begun(self) -> None:
        enough = self.enough
        space: dict[str, Any] = {"threading": threading}
        library = "async def close(wait):\n    threading.Thread(target=wait, daemon=True).start()\n"
        exec(compile(library, "/lib/site-packages/library.py", "exec"), space, space)

        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                self.client.add_listener(space["close"], "on_word")
                self.client.dispatch("word", enough.wait)
                await self.settle()

        self.assertQuiet(run_case(Case))

    def test_thread_that_looks_now_and_then_whether_to_end(self) -> None:
        over = threading.Event()

        def work() -> None:
            orders: queue.Queue[None] = queue.Queue()
            while not over.is_set():
                with contextlib.suppress(queue.Empty):
                    orders.get(timeout=0.2)

        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                threading.Thread(target=work, daemon=True).start()
                await self.settle()
                over.set()

        self.assertQuiet(run_case(Case))

    def test_threads_that_end(self) -> None:
        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                threading.Thread(target=int).start()
                await asyncio.to_thread(int)

        self.assertQuiet(run_case(Case))


class Patches(unittest.TestCase):
    def test_nothing_stays_replaced(self) -> None:
        needs_the_process(self)
        before = aiohttp.ClientSession.__init__, threading.Thread.start

        class Case(DiscordTestCase):
            async def test_it(self) -> None:
                assert aiohttp.ClientSession.__init__ is not before[0]

        self.assertTrue(run_case(Case).passed)
        self.assertEqual((aiohttp.ClientSession.__init__, threading.Thread.start), before)
