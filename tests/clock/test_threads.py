from __future__ import annotations

import asyncio
import queue
import sys
import threading
import time
import unittest

from discordtest.clock.loop import VirtualLoop
from discordtest.clock.outside import Outside
from discordtest.clock.threads import _open_loops
from tests.bots import needs_the_process
from tests.clock.virtual import VirtualTestCase

try:
    import aiosqlite
except ImportError:
    aiosqlite = None

SHORT = 0.02
"""Real seconds of work that settle has to wait for."""
LONG = 2.0
"""A grace that no loaded machine uses up by being slow."""


class ThreadTests(VirtualTestCase):
    def setUp(self) -> None:
        self.loop.outside.grace = 0.1

    async def test_thread_with_run_coroutine_threadsafe(self) -> None:
        self.loop.outside.grace = LONG
        done = []

        async def from_thread() -> None:
            done.append(True)

        def work() -> None:
            time.sleep(SHORT)
            asyncio.run_coroutine_threadsafe(from_thread(), self.loop).result(5)

        thread = threading.Thread(target=work)
        thread.start()
        await self.loop.settle()
        thread.join()
        self.assertEqual(done, [True])

    async def test_resting_thread_is_waited_for_once(self) -> None:
        release = threading.Event()

        def rest_here() -> None:
            release.wait()

        for _ in range(2):
            threading.Thread(target=rest_here).start()
            started = time.perf_counter()
            await self.loop.settle()
            self.loop.outside.grace = LONG
        self.assertLess(time.perf_counter() - started, LONG)
        release.set()

    async def test_thread_at_an_empty_queue_rests(self) -> None:
        self.loop.outside.grace = LONG
        orders: queue.Queue[float | None] = queue.Queue()
        started = time.perf_counter()
        worker = threading.Thread(target=self.carry_out, args=[orders, []])
        worker.start()
        await self.loop.settle()
        self.assertLess(time.perf_counter() - started, LONG)
        orders.put(None)
        worker.join()

    async def test_thread_that_has_orders_is_waited_for(self) -> None:
        self.loop.outside.grace = LONG
        orders: queue.Queue[float | None] = queue.Queue()
        done: list[float] = []
        worker = threading.Thread(target=self.carry_out, args=[orders, done])
        worker.start()
        orders.put(SHORT)
        orders.put(SHORT)
        await self.loop.settle()
        self.assertEqual(done, [SHORT, SHORT])
        orders.put(None)
        worker.join()

    @staticmethod
    def carry_out(orders: queue.Queue[float | None], done: list[float]) -> None:
        while True:
            try:
                order = orders.get(timeout=LONG)
            except queue.Empty:
                continue
            if order is None:
                return
            time.sleep(order)
            done.append(order)

    async def test_threads_of_other_tests_are_not_foreign(self) -> None:
        release, made = threading.Event(), threading.Event()

        def other_test() -> None:
            Outside(self.loop)
            made.set()
            release.wait()

        thread = threading.Thread(target=other_test)
        thread.start()
        made.wait()
        self.assertFalse(self.loop.outside.threads.is_foreign(thread))
        release.set()
        thread.join()

    @unittest.skipIf(aiosqlite is None, "needs aiosqlite")
    async def test_aiosqlite(self) -> None:
        async with aiosqlite.connect(":memory:") as database:
            counted = []
            await self.loop.settle()
            self.loop.outside.grace = LONG

            async def handler() -> None:
                await database.execute("create table t (x)")
                for number in range(20):
                    await database.execute("insert into t values (?)", (number,))
                await database.create_function("slowly", 1, lambda x: time.sleep(SHORT) or x)
                async with database.execute("select slowly(count(*)) from t") as cursor:
                    counted.append(await cursor.fetchone())

            self.start(handler())
            await self.loop.settle()
            self.assertEqual(counted, [(20,)])
            self.assertEqual(self.loop.microseconds, 0)

    async def test_thread_that_works_is_waited_for(self) -> None:
        """As a driver with a thread has it: it rests in one place, and calls back from another."""
        needs_the_process(self)  # beside other tests it would not be known where threads rest
        self.loop.outside.grace = 0.05
        orders: queue.SimpleQueue[asyncio.Future[str] | None] = queue.SimpleQueue()
        self.addCleanup(orders.put, None)
        done = []

        def serve() -> None:
            while (order := orders.get()) is not None:
                time.sleep(0.1)
                self.loop.call_soon_threadsafe(order.set_result, "done")

        async def handler() -> None:
            orders.put(order := self.loop.create_future())
            done.append(await order)

        thread = threading.Thread(target=serve)
        thread.start()
        await self.loop.settle()  # it rests
        for count in (1, 2):
            self.start(handler())
            await self.loop.settle()
            self.assertEqual(len(done), count)
        orders.put(None)
        thread.join()

    async def test_thread_that_never_ends_its_work_is_waited_for_once(self) -> None:
        needs_the_process(self)  # beside other tests it would not be known where threads rest
        self.loop.outside.grace = self.loop.settle_timeout = 0.05
        begin, begun, release = threading.Event(), threading.Event(), threading.Event()
        self.addCleanup(release.set)
        self.addCleanup(begin.set)

        def work() -> None:
            begin.wait()
            begun.set()
            release.wait()

        async def handler() -> None:
            await self.loop.create_future()

        thread = threading.Thread(target=work)
        thread.start()
        await self.loop.settle()  # it rests
        begin.set()
        begun.wait()
        self.start(handler())
        await self.loop.settle()
        self.assertEqual(self.loop.outside.threads._tireless, {thread})
        self.loop.settle_timeout = LONG
        started = time.perf_counter()
        await self.loop.settle()
        self.assertLess(time.perf_counter() - started, LONG)
        release.set()
        thread.join()


class OtherLoopsTests(unittest.TestCase):
    def test_loops_that_come_and_go_in_other_threads(self) -> None:
        needs_the_process(self)
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-5)
        loop = VirtualLoop()
        self.addCleanup(loop.close)
        over = threading.Event()

        def come_and_go() -> None:
            while not over.is_set():
                VirtualLoop().close()

        threads = [threading.Thread(target=come_and_go) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(3000):
                _open_loops()
        finally:
            over.set()
            for thread in threads:
                thread.join()
