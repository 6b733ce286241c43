from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import aiohttp

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


class UnknownTests(OutsideTestCase):
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


class DescriptorTests(OutsideTestCase):
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
