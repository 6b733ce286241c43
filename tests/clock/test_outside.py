from __future__ import annotations

import asyncio
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
from typing import Any
from unittest.mock import patch

import aiohttp
from aiohttp import web

from discordtest.clock import outside
from discordtest.clock.loop import VirtualLoop
from discordtest.clock.outside import Outside
from discordtest.clock.runner import end_tasks
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

SERVER = """
import socket, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
connection, _ = listener.accept()
connection.recv(65536)
time.sleep(0.05)
connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi")
time.sleep(60)
"""


class OutsideTestCase(VirtualTestCase):
    def setUp(self) -> None:
        self.loop.outside.grace = 0.1


class ThreadTests(OutsideTestCase):
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
        begin, release = threading.Event(), threading.Event()
        self.addCleanup(release.set)
        self.addCleanup(begin.set)

        def work() -> None:
            begin.wait()
            release.wait()

        async def handler() -> None:
            await self.loop.create_future()

        thread = threading.Thread(target=work)
        thread.start()
        await self.loop.settle()  # it rests
        begin.set()
        self.start(handler())
        await self.loop.settle()
        self.assertEqual(self.loop.outside.threads.tireless, {thread})
        self.loop.settle_timeout = LONG
        started = time.perf_counter()
        await self.loop.settle()
        self.assertLess(time.perf_counter() - started, LONG)
        release.set()
        thread.join()

    async def test_place_that_was_answered_late_is_waited_for_once_more(self) -> None:
        needs_the_process(self)  # whose patience is less here
        self.loop.outside.grace = 0.001
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        self.loop.add_reader(ours, lambda: None)  # something outside
        answers: list[asyncio.Future[None]] = []

        async def handler() -> None:
            for _ in range(3):
                answers.append(self.loop.create_future())
                await answers[-1]

        task = self.start(handler())
        forgiven = []
        for _ in range(3):
            with patch.object(outside, "SLOW", 0.01):
                await self.loop.settle()
            (place,) = self.loop.outside._parked
            forgiven.append(place in self.loop.outside._forgiven)
            answers[-1].set_result(None)
            await asyncio.sleep(0)
        self.loop.remove_reader(ours)
        await end_tasks([task])
        self.assertEqual(forgiven, [False, True, True])

    @unittest.skipIf(aiosqlite is None, "needs aiosqlite")
    async def test_unknown_wait_beside_a_database_costs_one_grace(self) -> None:
        async with aiosqlite.connect(":memory:"):
            answer = self.loop.create_future()

            async def handler() -> None:
                await answer

            await self.loop.settle()
            self.start(handler())
            started = time.perf_counter()
            await self.loop.settle()
            first = time.perf_counter()
            self.loop.outside.grace = LONG
            await self.loop.settle()
            self.assertGreaterEqual(first - started, 0.09)
            self.assertLess(time.perf_counter() - first, LONG)
            answer.set_result(None)


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
                outside._open_loops()
        finally:
            over.set()
            for thread in threads:
                thread.join()


class DescriptorTests(OutsideTestCase):
    async def test_local_server_in_this_process_with_keep_alive(self) -> None:
        async def answer(_: web.Request) -> web.Response:
            await asyncio.sleep(0.5)  # of the clock
            return web.Response(text="hi")

        application = web.Application()
        application.router.add_get("/", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        got = []

        async def handler(session: aiohttp.ClientSession) -> None:
            async with session.get(f"http://127.0.0.1:{port}/") as response:
                got.append(await response.text())

        async with aiohttp.ClientSession() as session:
            self.start(handler(session))
            await self.loop.settle()
            self.assertEqual(got, [])
            await self.loop.advance(0.5)
            self.assertEqual(got, ["hi"])
            await handler(session)
            await self.loop.settle()
            self.assertEqual([*self.loop.outside._places()], [], "the server has nothing to do")
            self.loop.outside.grace = LONG
            started = time.perf_counter()
            for _ in range(20):
                await self.loop.settle()
            await self.loop.advance(3600)
            self.assertLess(time.perf_counter() - started, LONG, "no grace for the idle connection")
        await runner.cleanup()

    async def test_server_in_another_process(self) -> None:
        self.loop.outside.grace = LONG
        server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE)  # noqa: ASYNC220
        assert server.stdout is not None
        got = []

        async def handler() -> None:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(1)) as session:
                async with session.get(f"http://127.0.0.1:{port}/") as response:
                    got.append(await response.text())

        with server:
            port = int(server.stdout.readline())
            self.start(handler())
            await self.loop.settle()
            server.kill()
        self.assertEqual(got, ["hi"])

    async def test_child_process(self) -> None:
        self.loop.outside.grace = 0.001
        done = []

        async def handler() -> None:
            code = "import time; time.sleep(0.02); print('out')"
            child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE)
            output, _ = await child.communicate()
            done.append((output.strip(), child.returncode))

        self.start(handler())
        await self.loop.settle()
        self.assertEqual(done, [(b"out", 0)])

    async def test_output_of_a_child_process_by_lines(self) -> None:
        self.loop.outside.grace = 0.001
        lines = []

        async def handler() -> None:
            code = "import time; print(1, flush=True); time.sleep(0.03); print(2)"
            child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE)
            assert child.stdout is not None
            async for line in child.stdout:
                lines.append(line.strip())  # noqa: PERF401  # as bots do

        self.start(handler())
        await self.loop.settle()
        self.assertEqual(lines, [b"1", b"2"])

    async def test_driver_that_watches_its_descriptor_itself(self) -> None:
        self.loop.outside.grace = 0.001
        ours, theirs = socket.socketpair()
        space: dict[str, Any] = {"__name__": "psycopg.waiting"}
        code = "async def wait(loop, sock):\n    future = loop.create_future()\n"
        code += "    loop.add_reader(sock, lambda: future.set_result(loop.remove_reader(sock)))\n    await future\n"
        exec(code, space)
        timer = threading.Timer(0.03, theirs.send, [b"x"])
        task = self.start(space["wait"](self.loop, ours))
        self.loop.outside.threads.know(timer)
        timer.start()
        await self.loop.settle()
        self.assertTrue(task.done())
        timer.join()
        ours.close()
        theirs.close()

    async def test_reader_is_called_while_something_spins(self) -> None:
        ours, theirs = socket.socketpair()
        got: list[bytes] = []
        self.loop.add_reader(ours, lambda: got.append(ours.recv(9)))
        theirs.send(b"x")
        for _ in range(300):
            await asyncio.sleep(0)
        self.loop.remove_reader(ours)
        ours.close()
        theirs.close()
        self.assertEqual(got, [b"x"])

    @unittest.skipUnless(hasattr(signal, "SIGUSR1"), "needs signals")
    async def test_signal(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            self.skipTest("signals reach the main thread only")
        got: list[bool] = []
        self.loop.add_signal_handler(signal.SIGUSR1, got.append, True)
        os.kill(os.getpid(), signal.SIGUSR1)
        await self.loop.settle()
        self.loop.remove_signal_handler(signal.SIGUSR1)
        self.assertEqual(got, [True])

    async def test_deadlock_beside_a_descriptor_waits_for_it(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self.loop.outside.grace = 0.001
        timer = threading.Timer(0.05, theirs.send, [b"x"])
        timer.start()
        got = await self.loop.sock_recv(ours, 1)
        timer.join()
        ours.close()
        theirs.close()
        self.assertEqual(got, b"x")
