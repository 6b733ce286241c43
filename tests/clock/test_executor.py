from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import socket
import threading
import time
from collections.abc import Callable

from discordtest.clock.runner import end_tasks
from discordtest.errors import SettleTimeout
from tests.clock.virtual import VirtualTestCase

SHORT = 0.02
"""Real seconds of work that settle has to wait for."""


class CallsTestCase(VirtualTestCase):
    def setUp(self) -> None:
        self.loop.outside.grace = 0.1


class ExecutorTests(CallsTestCase):
    async def test_settle_waits(self) -> None:
        done = []

        async def handler() -> None:
            await self.loop.run_in_executor(None, time.sleep, SHORT)
            await asyncio.to_thread(time.sleep, SHORT)
            done.append(True)

        self.start(handler())
        await self.loop.settle()
        self.assertEqual(done, [True])
        self.assertEqual(self.loop.microseconds, 0)

    async def test_timeout_does_not_run_meanwhile(self) -> None:
        async with asyncio.timeout(0.001):
            await asyncio.to_thread(time.sleep, SHORT)
        self.assertEqual(self.loop.microseconds, 0)

    async def test_pool_of_its_own(self) -> None:
        done = []

        async def handler() -> None:
            await asyncio.wrap_future(pool.submit(time.sleep, 0.15))  # longer than the grace
            done.append(True)

        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            self.start(handler())
            await self.loop.settle()
        self.assertEqual(done, [True])


class WaitingForTheLoopTests(CallsTestCase):
    """A call that waits for what it had the loop run rests as long as that does."""

    def setUp(self) -> None:
        super().setUp()
        self.done: list[str] = []

    async def later(self, gate: asyncio.Event | None = None) -> str:
        await (asyncio.sleep(60) if gate is None else gate.wait())
        return "later"

    async def handler(self, call: Callable[[], str]) -> None:
        self.done.append(await asyncio.to_thread(call))

    def ask(self, gate: asyncio.Event | None = None) -> str:
        return asyncio.run_coroutine_threadsafe(self.later(gate), self.loop).result(5)

    async def test_time_passes(self) -> None:
        self.start(self.handler(self.ask))
        await self.loop.settle()
        self.assertEqual((self.done, self.loop.microseconds), ([], 0))
        await self.loop.advance(59)
        self.assertEqual(self.done, [])
        await self.loop.advance(1)
        self.assertEqual(self.done, ["later"])

    async def test_event_of_a_later_act(self) -> None:
        gate = asyncio.Event()
        self.start(self.handler(lambda: self.ask(gate)))
        await self.loop.settle()
        self.assertEqual(self.done, [])
        gate.set()
        await self.loop.settle()
        self.assertEqual(self.done, ["later"])

    async def test_work_before_and_after(self) -> None:
        def call() -> str:
            time.sleep(SHORT)
            found = self.ask()
            time.sleep(SHORT)
            return found

        self.start(self.handler(call))
        await self.loop.settle()
        await self.loop.advance(60)
        self.assertEqual(self.done, ["later"])

    async def test_pool_of_its_own(self) -> None:
        async def handler() -> None:
            self.done.append(await asyncio.wrap_future(pool.submit(self.ask)))

        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            self.start(handler())
            await self.loop.settle()
            await self.loop.advance(60)
        self.assertEqual(self.done, ["later"])

    async def test_another_call_that_works(self) -> None:
        self.start(self.handler(self.ask))
        await self.loop.settle()
        self.start(self.handler(lambda: time.sleep(SHORT) or "worked"))
        await self.loop.settle()
        self.assertEqual((self.done, self.loop.microseconds), (["worked"], 0))
        await self.loop.advance(60)
        self.assertEqual(self.done, ["worked", "later"])


class OverdueTests(CallsTestCase):
    """Work that outlasts ``settle_timeout`` is named, once."""

    def setUp(self) -> None:
        super().setUp()
        self.loop.settle_timeout = SHORT
        self.release = threading.Event()
        self.addCleanup(self.release.set)

    def slow_query(self) -> None:
        self.release.wait()

    async def handler(self) -> None:
        await asyncio.to_thread(self.slow_query)

    async def test_call_and_caller_are_named(self) -> None:
        self.start(self.handler())
        with self.assertRaises(SettleTimeout) as caught:
            await self.loop.settle()
        text = str(caught.exception)
        self.assertIn("still runs after 0.02 s (settle_timeout)", text)
        self.assertRegex(text, r"slow_query, called in OverdueTests.handler \(test_executor.py:\d+\)")
        self.assertIn("in handler\n    await asyncio.to_thread(self.slow_query)", text)
        await self.loop.settle()  # it was given up
        self.assertTrue(self.loop.is_idle())

    async def test_what_is_waited_for_next_has_its_own_time(self) -> None:
        self.start(self.handler())
        with self.assertRaises(SettleTimeout):
            await self.loop.settle()
        self.assertIsNone(self.loop._outside_since)  # from which on the next is counted

    async def test_partial_and_nameless_functions(self) -> None:
        self.start(asyncio.wait([self.loop.run_in_executor(None, functools.partial(self.release.wait, 60))]))
        with self.assertRaisesRegex(SettleTimeout, r"Event.wait, called in OverdueTests.test_partial"):
            await self.loop.settle()

    async def test_advance_is_ended_too(self) -> None:
        self.start(self.handler())
        with self.assertRaises(SettleTimeout):
            await self.loop.advance(10)

    async def test_wait_of_the_test_itself(self) -> None:
        with self.assertRaisesRegex(SettleTimeout, "slow_query"):
            await self.loop.create_task(self.wait_for_handler())

    async def wait_for_handler(self) -> None:
        self.loop.call_later(100, int)
        task = self.loop.create_task(self.handler())
        await self.loop.settle()
        await task

    async def test_pool_of_its_own(self) -> None:
        async def handler() -> None:
            await asyncio.wrap_future(pool.submit(self.slow_query))

        pool = concurrent.futures.ThreadPoolExecutor(1)
        self.addCleanup(pool.shutdown, wait=False)
        self.start(handler())
        with self.assertRaisesRegex(SettleTimeout, r"the bot waits in .*handler \(test_executor"):
            await self.loop.settle()
        await self.loop.settle()

    async def test_restless_outside(self) -> None:
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)

        async def chatter() -> None:
            while True:
                theirs.send(b"x")
                await self.loop.sock_recv(ours, 1)
                await self.loop.run_in_executor(None, time.sleep, 0.001)

        ours.setblocking(False)
        task = self.start(chatter())
        with self.assertRaises(SettleTimeout):
            await self.loop.settle()
        await end_tasks([task])
