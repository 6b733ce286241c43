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

from discordtest.clock import outside, places
from discordtest.clock.runner import end_tasks
from tests.bots import needs_the_process
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


class Subscriber(asyncio.Protocol):
    """Gets news without asking, and no task waits for them."""

    def __init__(self) -> None:
        self.news: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        self.news.append(data)


class AskedTests(VirtualTestCase):
    """A connection on which something was asked is waited for beyond the grace."""

    def setUp(self) -> None:
        needs_the_process(self)  # which knows where it waited in vain
        self.loop.outside.grace = 0.001
        self.addCleanup(places._unanswered.clear)
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
        self.loop.outside.threads.know(thread)
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

    async def connect_to_silence(self) -> Driver:
        ours, theirs = socket.socketpair()
        self.addCleanup(theirs.close)
        _, driver = await self.loop.create_connection(Driver, sock=ours)
        self.addAsyncCleanup(self.hang_up, driver.transport)
        return driver

    async def hang_up(self, transport: Any) -> None:
        transport.abort()
        await asyncio.sleep(0)

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
        self.assertFalse(self.loop.awaits_answer())
        driver.transport.write(b"more")
        self.assertEqual(self.loop.asked.open(), [])
        with patch.object(outside, "ECHO", 0):
            await self.loop.settle()
        self.assertEqual(self.got, [])

    async def test_who_answers_late_is_waited_for_again(self) -> None:
        driver = await self.connect(0.1)
        with patch.multiple(outside, SLOW=0.01, ECHO=0):
            self.start(self.handler(lambda: driver.ask(b"question")))
            await self.loop.settle()
        self.assertEqual(self.got, [])
        await driver.answer
        self.start(self.handler(lambda: driver.ask(b"question")))
        await self.loop.settle()
        self.assertEqual(self.got, [b"answer", b"answer"])

    async def test_who_waits_in_vain_is_told(self) -> None:
        driver = await self.connect_to_silence()
        with patch.multiple(outside, SLOW=0.01, ECHO=0):
            self.start(driver.ask(b"next job"))
            await self.loop.settle()
        self.assertRegex(
            self.loop.outside.places.late()[0], r"^the bot waits in Driver.ask \(test_asked.py:\d+\)$"
        )

    async def test_query_in_the_same_lines_of_the_driver_as_a_wait_in_vain(self) -> None:
        async def within(depth: int, driver: Driver) -> bytes:
            return await (within(depth - 1, driver) if depth else driver.ask(b"question"))

        async def work() -> None:
            self.got.append(await within(9, await self.connect_to_silence()))

        async def query() -> None:
            self.got.append(await within(9, driver))

        driver = await self.connect(0.1)
        with patch.multiple(outside, SLOW=0.01, ECHO=0):
            self.start(work())
            await self.loop.settle()
        self.start(query())
        await self.loop.settle()
        self.assertEqual(self.got, [b"answer"])

    async def test_what_a_question_sets_off_on_another_connection(self) -> None:
        ours, theirs = socket.socketpair()
        self.addCleanup(theirs.close)
        transport, subscriber = await self.loop.create_connection(Subscriber, sock=ours)
        self.addAsyncCleanup(self.hang_up, transport)
        driver = await self.connect(0)
        timer = threading.Timer(0.05, theirs.sendall, [b"news"])
        self.loop.outside.threads.know(timer)
        with patch.object(outside, "FAINT_ECHO", 0.1):
            timer.start()
            self.start(self.handler(lambda: driver.ask(b"publish")))
            while not subscriber.news:
                self.loop.asked.may_echo = True
                await self.loop.settle()
        self.assertEqual(subscriber.news, [b"news"])
        self.assertEqual(self.loop.microseconds, 0)

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
            self.assertTrue(self.loop.asked.open())
            self.assertFalse(self.loop.awaits_answer())
        await self.loop.advance(10)
        self.assertEqual(self.got, [b"answer"])
        driver.transport.abort()
        server.close()


class WatchedTests(VirtualTestCase):
    """A driver that watches a descriptor by itself is known by its callback, whatever it awaits meanwhile."""

    def setUp(self) -> None:
        needs_the_process(self)  # which knows where it waited in vain
        self.loop.outside.grace = 0.001
        self.addCleanup(places._unanswered.clear)
        self.ours, self.theirs = socket.socketpair()
        self.addCleanup(self.ours.close)
        self.addCleanup(self.theirs.close)

    async def receive(self) -> bytes:
        event, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            event.set()

        loop.add_reader(self.ours, wake)
        try:
            await event.wait()
        finally:
            loop.remove_reader(self.ours)
        return self.ours.recv(100)

    async def test_answer_is_waited_for(self) -> None:
        timer = threading.Timer(0.05, self.theirs.sendall, [b"answer"])
        self.loop.outside.threads.know(timer)
        task = self.start(self.receive())
        timer.start()
        await self.loop.settle()
        self.assertTrue(task.done())
        self.assertEqual(await task, b"answer")

    async def test_one_that_waits_for_a_future_of_its_own(self) -> None:
        loop = asyncio.get_running_loop()

        async def receive() -> bytes:
            answer = loop.create_future()
            loop.add_reader(self.ours, lambda: answer.set_result(loop.remove_reader(self.ours)))
            await answer
            return self.ours.recv(100)

        timer = threading.Timer(0.05, self.theirs.sendall, [b"answer"])
        self.loop.outside.threads.know(timer)
        task = self.start(receive())
        timer.start()
        await self.loop.settle()
        self.assertTrue(task.done())
        self.assertEqual(await task, b"answer")

    async def test_one_that_rests_is_waited_for_once(self) -> None:
        with patch.object(outside, "SLOW", 0.01):
            task = self.start(self.receive())
            await self.loop.settle()
        with patch.object(self.loop.asked, "give_up", side_effect=AssertionError("it was waited for")):
            await self.loop.settle()
        self.assertEqual(len(self.loop.outside.places.late()), 1)
        await end_tasks([task])


if __name__ == "__main__":
    unittest.main()
