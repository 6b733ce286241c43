from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
import threading
import time
import unittest
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from discordtest.clock import outside
from tests.clock.virtual import VirtualTestCase

if TYPE_CHECKING:
    from collections.abc import Callable


class Driver(asyncio.Protocol):
    """Waits for answers at a place of its own, as drivers of databases do."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.answer.set_result(data)

    async def ask(self, *lines: bytes) -> bytes:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        if len(lines) > 1:
            self.transport.writelines(lines)
        else:
            self.transport.write(*lines)
        return await self.answer


class AskedTests(VirtualTestCase):
    """A connection on which something was asked is waited for beyond the grace."""

    def setUp(self) -> None:
        self.loop.outside.grace = 0.001
        self.got: list[bytes] = []

    def serve(self, listener: socket.socket, delay: float) -> None:
        """Answer each line of one connection after some real time; on a thread that the loop takes for its own."""

        def answer() -> None:
            connection, _ = listener.accept()
            connection.settimeout(1)
            with connection, contextlib.suppress(OSError):
                while connection.recv(100):
                    time.sleep(delay)
                    connection.sendall(b"answer")

        thread = threading.Thread(target=answer)
        self.loop.outside.know(thread)
        self.addCleanup(listener.close)
        self.addCleanup(thread.join, 1)
        thread.start()

    async def connect(self, delay: float) -> Driver:
        listener = socket.create_server(("127.0.0.1", 0))
        self.serve(listener, delay)
        _, driver = await self.loop.create_connection(Driver, *listener.getsockname())
        self.addAsyncCleanup(self.end, driver)
        return driver

    async def end(self, driver: Driver) -> None:
        driver.transport.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # now it is closed

    async def handler(self, ask: Callable[[], Any]) -> None:
        self.got.append(await ask())

    async def test_slow_answers_are_waited_for(self) -> None:
        driver = await self.connect(0.03)
        for count in (1, 2):
            self.start(self.handler(lambda: driver.ask(b"question")))
            await self.loop.settle()
            self.assertEqual(self.got, [b"answer"] * count)

    async def test_question_of_several_lines(self) -> None:
        driver = await self.connect(0.03)
        self.start(self.handler(lambda: driver.ask(b"quest", b"ion")))
        await self.loop.settle()
        self.assertEqual(self.got, [b"answer"])

    @unittest.skipUnless(hasattr(socket, "AF_UNIX"), "needs sockets of the file system")
    async def test_socket_of_the_file_system(self) -> None:
        path = f"{self.enterContext(tempfile.TemporaryDirectory())}/server"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()
        self.serve(listener, 0.03)
        _, driver = await self.loop.create_unix_connection(Driver, path)
        self.addAsyncCleanup(self.end, driver)
        self.start(self.handler(lambda: driver.ask(b"question")))
        await self.loop.settle()
        self.assertEqual(self.got, [b"answer"])

    async def test_who_never_answers_is_waited_for_once(self) -> None:
        driver = await self.connect(0.1)
        with patch.object(outside, "SLOW", 0.01):
            self.start(self.handler(lambda: driver.ask(b"question")))
            await self.loop.settle()
        self.assertFalse(self.loop.asked)
        driver.transport.write(b"more")
        self.assertEqual(self.loop.asked.open(), [])
        await self.loop.settle()
        self.assertEqual(self.got, [])

    async def test_closed_connection_answers_nothing(self) -> None:
        driver = await self.connect(0)
        driver.transport.write(b"question")
        self.assertTrue(self.loop.awaits_answer())
        driver.transport.abort()
        self.assertFalse(self.loop.awaits_answer())

    async def test_server_on_the_same_loop(self) -> None:
        """It waits for the clock, or for the test: no real time would bring its answer."""

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(100)
            await asyncio.sleep(10)
            writer.write(b"answer")
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        _, driver = await self.loop.create_connection(Driver, *server.sockets[0].getsockname())
        self.start(self.handler(lambda: driver.ask(b"question")))
        with patch.object(self.loop.asked, "give_up", side_effect=AssertionError("it was waited for")):
            await self.loop.settle()
            self.assertEqual(self.got, [])
            self.assertTrue(self.loop.asked)
            self.assertFalse(self.loop.awaits_answer())
        await self.loop.advance(10)
        self.assertEqual(self.got, [b"answer"])
        driver.transport.abort()
        server.close()
