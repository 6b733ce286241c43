"""Long waits that cost no real time, in a test case and on a loop of asyncio's own."""

from __future__ import annotations

import asyncio
import time
import unittest
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import discord

from discordtest import Deadlock, DiscordTestCase, MockedCallLater, SetupError, mocked_call_later
from discordtest.clock import travel
from discordtest.clock.borrowed import BorrowedLoop
from tests.clock.stock import HOUR, MINUTE, in_a_loop


class OutsideTests(unittest.TestCase):
    @in_a_loop
    async def test_far_timer_is_awaited_in_no_time(self) -> None:
        real = time.perf_counter()
        async with mocked_call_later() as m:
            self.assertEqual(m.time(), 0)
            event = asyncio.Event()
            asyncio.get_running_loop().call_later(HOUR, event.set)
            await event.wait()
            self.assertEqual(m.time(), HOUR)
        self.assertLess(time.perf_counter() - real, MINUTE)

    @in_a_loop
    async def test_loop_is_given_back(self) -> None:
        loop = asyncio.get_running_loop()
        async with mocked_call_later():
            self.assertIsInstance(loop, BorrowedLoop)
        self.assertNotIsInstance(loop, BorrowedLoop)
        with self.assertRaises(LookupError):
            async with mocked_call_later():
                raise LookupError
        self.assertNotIsInstance(loop, BorrowedLoop)

    @in_a_loop
    async def test_start_time_is_what_counting_begins_at(self) -> None:
        async with mocked_call_later(start_time=100) as m:
            asyncio.get_running_loop().call_later(5, lambda: None)
            await m.add(7)
            self.assertEqual((m.time(), m.called_times), (107, [105]))

    @in_a_loop
    async def test_discord_py_reads_the_clock_of_the_block(self) -> None:
        async with mocked_call_later(start_time=1_700_000_000) as m:
            await m.add(10)
            self.assertEqual(discord.utils.utcnow(), datetime.fromtimestamp(1_700_000_010, UTC))
        self.assertGreater(discord.utils.utcnow(), datetime(2025, 1, 1, tzinfo=UTC))

    @unittest.skipUnless(travel.is_available(), "needs discordtest[time]")
    @in_a_loop
    async def test_everybody_reads_it_with_the_extra(self) -> None:
        async with mocked_call_later():
            self.assertEqual(time.time(), 0)
            await asyncio.sleep(3)
            self.assertEqual(time.time(), 3)
        self.assertGreater(time.time(), 1e9)

    @in_a_loop
    async def test_loop_of_ctx_is_the_running_one(self) -> None:
        async with mocked_call_later(ctx=SimpleNamespace(loop=asyncio.get_running_loop())) as m:
            await m.add(1)
        other = asyncio.new_event_loop()
        self.addCleanup(other.close)
        with self.assertRaisesRegex(SetupError, "'slow': the loop of ctx is .* is the one that runs"):
            async with mocked_call_later(ctx=SimpleNamespace(loop=other), name="slow"):
                pass

    @in_a_loop
    async def test_wait_for_what_never_comes_is_a_deadlock(self) -> None:
        with self.assertRaises(Deadlock):
            async with mocked_call_later():
                await asyncio.Event().wait()

    @in_a_loop
    async def test_block_within_a_block_counts_by_itself(self) -> None:
        async with mocked_call_later(precision=1) as outer:
            await outer.add(5)
            async with mocked_call_later(precision=0.5) as inner:
                await asyncio.sleep(0.5)
                self.assertEqual((inner.time(), outer.time()), (0.5, 5.5))
            await asyncio.sleep(0.1)
            self.assertEqual(outer.time(), 6)


class AddTests(unittest.TestCase):
    @in_a_loop
    async def test_callbacks_are_called_in_their_order_at_their_times(self) -> None:
        order: list[str] = []
        async with mocked_call_later() as m:
            loop = asyncio.get_running_loop()
            for seconds in (3, 1, 2, 20):
                loop.call_later(seconds, order.append, f"after {seconds}")
            loop.call_later(2, order.append, "after 2 too")
            await m.add(3)
            self.assertEqual(order, ["after 1", "after 2", "after 2 too", "after 3"])
            self.assertEqual(m.called_times, [1, 2, 3])
            await m.add(17)
            self.assertEqual(m.called_times, [1, 2, 3, 20])

    @in_a_loop
    async def test_what_a_callback_sets_is_called_within_the_same_add(self) -> None:
        async with mocked_call_later() as m:
            loop = asyncio.get_running_loop()
            loop.call_later(1, loop.call_later, 1, lambda: None)
            await m.add(2)
            self.assertEqual(m.called_times, [1, 2])

    @in_a_loop
    async def test_cancelled_timer_is_not_called(self) -> None:
        async with mocked_call_later() as m:
            asyncio.get_running_loop().call_later(1, lambda: None).cancel()
            await m.add(2)
            self.assertEqual(m.called_times, [])

    @in_a_loop
    async def test_time_moves_in_steps_of_the_precision(self) -> None:
        async with mocked_call_later(precision=0.5) as m:
            loop, order = asyncio.get_running_loop(), []
            loop.call_later(0.4, order.append, "later")
            loop.call_later(0.1, order.append, "sooner")
            loop.call_later(0.6, order.append, "next step")
            await m.add(2)
            self.assertEqual(order, ["sooner", "later", "next step"])
            self.assertEqual(m.called_times, [0.5, 1])

    @in_a_loop
    async def test_what_is_due_where_an_add_ends_is_called_there(self) -> None:
        async with mocked_call_later(precision=1) as m:
            asyncio.get_running_loop().call_later(0.25, lambda: None)
            await m.add(0.25)
            self.assertEqual(m.called_times, [0.25])

    @in_a_loop
    async def test_what_is_due_later_is_not_called(self) -> None:
        async with mocked_call_later(precision=1) as m:
            asyncio.get_running_loop().call_later(0.26, lambda: None)
            await m.add(0.25)
            self.assertEqual(m.called_times, [])
            await m.add(0)
            self.assertEqual((m.called_times, m.time()), ([], 0.25))
            await m.add(0.75)
            self.assertEqual(m.called_times, [1])

    @in_a_loop
    async def test_nonsense_is_refused(self) -> None:
        async with mocked_call_later(name="slow") as m:
            with self.assertRaisesRegex(ValueError, "'slow': time does not go back"):
                await m.add(-1)
            for amount in (float("inf"), float("nan"), "1", True, timedelta(seconds=1)):
                with self.assertRaisesRegex(ValueError, "'slow': add takes a number of seconds"):
                    await m.add(amount)  # type: ignore[arg-type]
        for precision in (0, -1, float("inf"), float("nan"), "1"):
            with self.assertRaisesRegex(ValueError, "precision is the length of a step"):
                mocked_call_later(precision=precision)  # type: ignore[arg-type]
        with self.assertRaisesRegex(ValueError, "start_time is a number of seconds since 1970, not 'now'"):
            mocked_call_later(start_time="now")  # type: ignore[arg-type]

    @in_a_loop
    async def test_add_that_nobody_awaits(self) -> None:
        text = r"mocked_call_later: add\(…\) at test_call_later.py:\d+ was never awaited"
        with self.assertRaisesRegex(SetupError, text):
            async with mocked_call_later() as m:
                m.add(1)  # type: ignore[unused-coroutine]
                await m.add(2)
        with self.assertRaises(LookupError):
            async with mocked_call_later() as m:
                m.add(1)  # type: ignore[unused-coroutine]
                raise LookupError
        async with mocked_call_later() as m:
            await asyncio.create_task(m.add(3))
            self.assertEqual(m.time(), 3)

    @in_a_loop
    async def test_after_the_block_it_says_what_was(self) -> None:
        m = mocked_call_later(start_time=10)
        async with m as entered:
            asyncio.get_running_loop().call_later(2, lambda: None)
            await entered.add(5)
        self.assertEqual((entered.time(), entered.called_times), (15, [12]))
        with self.assertRaisesRegex(SetupError, r"add\(1\) is called outside of its `async with` block"):
            await entered.add(1)

    @in_a_loop
    async def test_it_is_what_it_claims_to_be(self) -> None:
        async with mocked_call_later(name="slow") as m:
            self.assertIsInstance(m, MockedCallLater)
            self.assertEqual(repr(m), "<mocked_call_later 'slow' at 0 s>")
        self.assertEqual(repr(mocked_call_later(start_time=3)), "<mocked_call_later at 3 s>")


class InATestCaseTests(DiscordTestCase):
    async def test_after_the_block_it_says_what_was(self) -> None:
        async with mocked_call_later() as m:
            await m.add(5)
        await self.advance(3)
        self.assertEqual(m.time(), 5)
        with self.assertRaisesRegex(SetupError, "outside of its `async with` block"):
            await m.add(1)

    async def test_add_that_nobody_awaits(self) -> None:
        with self.assertRaisesRegex(SetupError, "was never awaited"):
            async with mocked_call_later() as m:
                m.add(1)  # type: ignore[unused-coroutine]

    async def test_it_is_the_clock_of_the_test(self) -> None:
        await self.advance(50)
        before, now = self.clock.time(), self.clock.now()
        async with mocked_call_later() as m:
            asyncio.get_running_loop().call_later(3, lambda: None)
            await m.add(10)
            self.assertEqual((m.time(), m.called_times), (10, [3]))
        self.assertEqual(self.clock.time(), before + 10)
        self.assertEqual(self.clock.called_times[-1], before + 3)
        self.assertEqual((self.clock.now() - now).total_seconds(), 10)

    async def test_add_is_an_act_of_the_test(self) -> None:
        async with mocked_call_later() as m:
            await m.add(10)
        self.assertIn("0:00:10 pass", str(self.transcript))

    async def test_clock_moves_by_itself_again_after_the_block(self) -> None:
        async with mocked_call_later(precision=1):
            pass
        before = self.clock.time()
        await asyncio.sleep(0.25)
        self.assertEqual(self.clock.time(), before + 0.25)


if __name__ == "__main__":
    unittest.main()
