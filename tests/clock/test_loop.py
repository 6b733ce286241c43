from __future__ import annotations

import asyncio
import math
import socket
import threading
import time
import traceback
import unittest

from discordtest.clock.loop import VirtualLoop
from discordtest.clock.runner import Runner, end_tasks
from discordtest.errors import Deadlock, NotModelled, SettleTimeout
from tests.clock.virtual import START, VirtualTestCase, run

DAY = 86400


class SettleTests(VirtualTestCase):
    async def test_what_can_run_has_run(self) -> None:
        done = []

        async def handler() -> None:
            for _ in range(50):
                await asyncio.sleep(0)
            done.append(True)

        self.start(handler())
        await self.loop.settle()
        self.assertEqual(done, [True])

    async def test_no_time_moves(self) -> None:
        sleeper = self.start(asyncio.sleep(0.001))
        await self.loop.settle()
        self.assertFalse(sleeper.done())
        self.assertEqual(self.loop.microseconds, 0)

    async def test_several_at_once(self) -> None:
        async def verb(number: int) -> int:
            self.start(asyncio.sleep(0))
            await self.loop.settle()
            return number

        self.assertEqual(await asyncio.gather(verb(1), verb(2), verb(3)), [1, 2, 3])

    async def test_worker_on_a_queue_and_a_handler_on_an_event_just_wait(self) -> None:
        queue: asyncio.Queue[int] = asyncio.Queue()
        event = asyncio.Event()
        got = []

        async def worker() -> None:
            while True:
                got.append(await queue.get())

        async def handler() -> None:
            await event.wait()
            got.append(0)

        self.start(worker())
        self.start(handler())
        await self.loop.settle()
        queue.put_nowait(7)
        await self.loop.settle()
        event.set()
        await self.loop.settle()
        self.assertEqual(got, [7, 0])

    async def test_ticker_from_the_start_does_not_tick(self) -> None:
        ticks = []

        async def ticker() -> None:
            while True:
                await asyncio.sleep(1)
                ticks.append(self.loop.time())

        self.start(ticker())
        await self.loop.settle()
        self.assertEqual(ticks, [])
        await self.loop.advance(3600)
        self.assertEqual(ticks, [float(second) for second in range(1, 3601)])

    async def test_failure_wakes_those_who_wait(self) -> None:
        self.loop.call_soon(self.loop.wake_settlers, NotModelled("GET /gateway"))
        with self.assertRaisesRegex(NotModelled, "GET /gateway"):
            await self.loop.settle()

    async def test_waking_without_an_error_ends_an_advance_early(self) -> None:
        self.loop.call_later(10, self.loop.wake_settlers)
        await self.loop.advance(60)
        self.assertEqual(self.loop.time(), 10)

    async def test_cancelled_settle_harms_nobody(self) -> None:
        turn = self.loop.settle()
        turn.cancel()
        await self.loop.settle()
        self.assertTrue(turn.cancelled())

    async def test_imports_are_told_at_rest(self) -> None:
        calls: list[bool] = []
        self.loop.on_import = lambda: calls.append(True)
        await self.loop.settle()
        self.loop._modules -= 1
        await self.loop.settle()
        await self.loop.settle()
        self.assertEqual(calls, [True])


class SpinTests(unittest.TestCase):
    def test_task_that_never_rests_is_named_with_its_stack(self) -> None:
        async def spinner() -> None:
            while True:  # noqa: ASYNC110
                await asyncio.sleep(0)

        async def test() -> None:
            task = asyncio.create_task(spinner(), name="the spinner")
            try:
                await asyncio.get_running_loop().settle()  # type: ignore[attr-defined]
            finally:
                task.cancel()

        with self.assertRaises(SettleTimeout) as caught:
            run(test(), settle_timeout=0.02)
        self.assertIn("did not come to rest in 0.02 s", str(caught.exception))
        self.assertIn("the spinner:\n", str(caught.exception))
        self.assertIn("in spinner\n    await asyncio.sleep(0)", str(caught.exception))

    def test_callback_that_never_rests_is_named(self) -> None:
        def again() -> None:
            asyncio.get_running_loop().call_soon(again)

        async def test() -> None:
            again()
            await asyncio.get_running_loop().settle()  # type: ignore[attr-defined]

        with self.assertRaisesRegex(SettleTimeout, "again"):
            run(test(), settle_timeout=0.02)

    def test_spin_while_the_test_itself_waits(self) -> None:
        async def spinner() -> None:
            while True:  # noqa: ASYNC110
                await asyncio.sleep(0)

        async def test() -> None:
            self.kept = asyncio.create_task(spinner())
            await asyncio.Event().wait()

        with self.assertRaisesRegex(SettleTimeout, "in spinner"):
            run(test(), settle_timeout=0.02)

    def test_heavy_work_in_few_turns_does_not_spin(self) -> None:
        async def test() -> None:
            for _ in range(300):
                end = time.thread_time() + 0.0001
                while time.thread_time() < end:
                    pass
                await asyncio.sleep(0)
            await asyncio.get_running_loop().settle()  # type: ignore[attr-defined]

        run(test(), settle_timeout=0.01)

    def test_descriptor_that_nobody_reads_from(self) -> None:
        async def test() -> None:
            loop = asyncio.get_running_loop()
            ours, theirs = socket.socketpair()
            with ours, theirs:
                loop.add_reader(ours, int)
                theirs.send(b"x")
                try:
                    await loop.settle()  # type: ignore[attr-defined]
                finally:
                    loop.remove_reader(ours)

        with self.assertRaisesRegex(SettleTimeout, "did not come to rest in 0.02 s"):
            run(test(), settle_timeout=0.02)

    def test_spin_until_a_thread_answers(self) -> None:
        async def test() -> bool:
            loop = asyncio.get_running_loop()
            future = loop.create_future()
            thread = threading.Thread(target=lambda: loop.call_soon_threadsafe(future.set_result, True))
            thread.start()
            while not future.done():  # noqa: ASYNC110
                await asyncio.sleep(0)
            thread.join()
            return await future

        self.assertTrue(run(test()))


class AdvanceTests(VirtualTestCase):
    async def test_chain_of_sleeps(self) -> None:
        woke = []

        async def handler() -> None:
            for _ in range(3):
                await asyncio.sleep(10)
                woke.append(self.loop.time())

        self.start(handler())
        await self.loop.advance(25)
        self.assertEqual(woke, [10, 20])
        await self.loop.advance(5)
        self.assertEqual(woke, [10, 20, 30])

    async def test_timer_at_the_very_end_fires_and_one_past_it_does_not(self) -> None:
        called: list[str] = []
        self.loop.call_later(5, called.append, "at")
        self.loop.call_later(5.000001, called.append, "past")
        await self.loop.advance(5)
        self.assertEqual(called, ["at"])
        self.assertEqual(self.loop.microseconds, 5_000_000)

    async def test_moments_are_kept(self) -> None:
        self.start(asyncio.sleep(1.5))
        self.start(asyncio.sleep(4))
        await self.loop.advance(10)
        self.assertEqual(list(self.loop.moments), [1_500_000, 4_000_000])

    async def test_several_at_once(self) -> None:
        await asyncio.gather(self.loop.advance(10), self.loop.advance(20), self.loop.advance(10))
        self.assertEqual(self.loop.time(), 20)

    async def test_nothing_to_pass(self) -> None:
        await self.loop.advance(0)
        self.assertEqual(self.loop.microseconds, 0)

    async def test_backwards_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "time does not go back: -1 s"):
            await self.loop.advance(-1)

    async def test_thirty_idle_days_take_no_jump(self) -> None:
        await self.loop.advance(30 * DAY)
        self.assertEqual(len(self.loop.moments), 0)
        self.assertEqual(self.loop.time(), 30 * DAY)

    async def test_precision_after_three_years(self) -> None:
        await self.loop.advance(3 * 365 * DAY)
        started = self.loop.microseconds
        ticks = []

        async def ticker() -> None:
            while True:
                await asyncio.sleep(0.1)
                ticks.append(self.loop.microseconds - started)

        self.start(ticker())
        await asyncio.sleep(0)
        await self.loop.advance(1)
        self.assertEqual(ticks[:3], [100_000, 200_000, 300_000])
        await asyncio.sleep(1e-7)

    async def test_timer_where_floats_are_far_apart(self) -> None:
        await self.loop.advance(1e9)
        called: list[bool] = []
        self.loop.call_at(1_000_000_000.1246924, called.append, True)  # lies half between two microseconds
        await self.loop.advance(1)
        self.assertEqual(called, [True])

    async def test_each_move_is_told(self) -> None:
        moves: list[int] = []
        self.loop.on_move = lambda: moves.append(self.loop.microseconds)
        self.start(asyncio.sleep(1))
        await self.loop.advance(2)
        self.assertEqual(moves, [1_000_000, 2_000_000])


class WaitUntilTests(VirtualTestCase):
    async def test_goes_no_further_than_needed(self) -> None:
        ticks = []

        async def ticker() -> None:
            while True:
                await asyncio.sleep(7)
                ticks.append(True)

        self.start(ticker())
        self.assertTrue(await self.loop.wait_until(lambda: len(ticks) == 3, 60))
        self.assertEqual(self.loop.time(), 21)

    async def test_true_at_once_moves_no_time(self) -> None:
        self.assertEqual(await self.loop.wait_until(lambda: "yes", 60), "yes")
        self.assertEqual(self.loop.microseconds, 0)

    async def test_never_true_ends_after_the_timeout(self) -> None:
        self.start(asyncio.sleep(100))
        self.assertFalse(await self.loop.wait_until(lambda: False, 60))
        self.assertEqual(self.loop.time(), 60)

    async def test_cancelled_timers_are_no_stations(self) -> None:
        for second in (1, 2):
            self.loop.call_later(second, int).cancel()
        self.loop.call_later(3, int)
        await self.loop.wait_until(lambda: self.loop.microseconds, 60)
        self.assertEqual(self.loop.time(), 3)


class TestWaitsTests(VirtualTestCase):
    """Where the test itself waits, time goes to the next timer."""

    async def test_sleep(self) -> None:
        await asyncio.sleep(3)
        self.assertEqual(self.loop.time(), 3)

    async def test_wait_for_and_timeout(self) -> None:
        with self.assertRaises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 60)
        self.assertEqual(self.loop.time(), 60)
        async with asyncio.timeout(60):
            await asyncio.sleep(59)
        queue: asyncio.Queue[int] = asyncio.Queue()
        getter = self.start(asyncio.wait_for(queue.get(), 60))
        await self.loop.settle()
        queue.put_nowait(1)
        self.assertEqual(await getter, 1)

    async def test_more_than_a_day_in_several_waits(self) -> None:
        for _ in range(3):
            await asyncio.sleep(DAY * 0.75)
        self.assertEqual(self.loop.time(), DAY * 2.25)

    async def test_own_timer_beyond_a_day(self) -> None:
        await asyncio.sleep(40 * DAY)
        with self.assertRaises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 3 * DAY)
        self.assertEqual(self.loop.time(), 43 * DAY)

    async def test_timer_of_the_bot_within_a_day(self) -> None:
        await self.start(asyncio.sleep(DAY))
        self.assertEqual(self.loop.time(), DAY)

    @unittest.skipUnless(hasattr(asyncio, "eager_task_factory"), "eager tasks came with Python 3.12")
    async def test_eager_tasks(self) -> None:
        self.loop.set_task_factory(asyncio.eager_task_factory)

        async def work(number: int) -> int:
            await asyncio.sleep(number)
            return number

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work(number)) for number in range(5)]
        self.assertEqual([task.result() for task in tasks], list(range(5)))
        self.assertEqual(self.loop.time(), 4)


class DeadlockTests(unittest.TestCase):
    def test_raised_at_the_line_that_waits(self) -> None:
        cleaned = []

        async def handler() -> None:
            await asyncio.Event().wait()

        async def test() -> None:
            task = asyncio.create_task(handler())
            try:
                await asyncio.Event().wait()
            finally:
                cleaned.append(task.cancel())

        caught = None
        try:
            run(test())
        except Deadlock as error:
            caught = error
        assert caught is not None
        lines = str(caught).splitlines()
        self.assertRegex(
            lines[0], r"^the test waits in test \(test_loop.py:\d+\), but nothing can ever run again"
        )
        self.assertRegex(lines[1], r"^  the bot waits in handler \(test_loop.py:\d+\)$")
        places = [frame.name for frame in traceback.extract_tb(caught.__traceback__)]
        self.assertEqual(places[-2:], ["test", "wait"])
        self.assertEqual(cleaned, [True])

    def test_a_day_ends_a_wait(self) -> None:
        async def ticker() -> None:
            while True:  # noqa: ASYNC110
                await asyncio.sleep(3600)

        async def test() -> None:
            task = asyncio.create_task(ticker())
            try:
                await asyncio.Event().wait()
            finally:
                task.cancel()

        with self.assertRaisesRegex(
            Deadlock, r"a day of the clock has passed.*\n  the bot sleeps for 3600 s in ticker"
        ):
            run(test())

    def test_a_day_ends_a_wait_whose_own_timer_is_gone(self) -> None:
        async def test() -> None:
            await asyncio.wait_for(asyncio.sleep(1), 30 * DAY)
            sleeper = asyncio.create_task(asyncio.sleep(2 * DAY))
            await asyncio.wait([sleeper])

        with self.assertRaisesRegex(Deadlock, "a day of the clock"):
            run(test())

    def test_infinite_sleep_is_no_timer(self) -> None:
        with self.assertRaisesRegex(Deadlock, "the test sleeps for inf s"):
            run(asyncio.sleep(math.inf))

    def test_swallowed_cancellation_does_not_hide_it(self) -> None:
        async def test() -> int:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return 1
            return 2

        with self.assertRaises(Deadlock):
            run(test())

    def test_another_error_carries_it_as_a_note(self) -> None:
        async def test() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                raise AssertionError("in the clean-up")

        with self.assertRaisesRegex(AssertionError, "in the clean-up") as caught:
            run(test())
        self.assertIn("Deadlock: the test waits in test", caught.exception.__notes__[0])

    def test_test_that_swallows_every_cancellation_ends(self) -> None:
        async def test() -> None:
            while True:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    continue

        runner = Runner()
        with self.assertRaises(Deadlock):
            runner.run(test())
        self.assertEqual(len(runner.run(end_tasks(asyncio.all_tasks(runner.get_loop())))), 1)
        runner.close()

    def test_cancelled_by_others_is_no_deadlock(self) -> None:
        async def test() -> None:
            raise asyncio.CancelledError

        with self.assertRaises(asyncio.CancelledError):
            run(test())

    def test_many_waiters_are_counted(self) -> None:
        async def test() -> None:
            events = [asyncio.create_task(asyncio.Event().wait()) for _ in range(12)]
            await asyncio.wait(events)

        with self.assertRaisesRegex(Deadlock, "and 2 tasks more"):
            run(test())

    def test_thread_that_calls_for_ever_hides_no_deadlock(self) -> None:
        over = threading.Event()

        def chatter(loop: asyncio.AbstractEventLoop) -> None:
            while not over.wait(0.001):
                loop.call_soon_threadsafe(int)

        async def test() -> None:
            threading.Thread(target=chatter, args=(asyncio.get_running_loop(),)).start()
            try:
                await asyncio.Event().wait()
            finally:
                over.set()

        with self.assertRaisesRegex(Deadlock, "no timer is left"):
            run(test(), settle_timeout=0.1)


class IdleTests(VirtualTestCase):
    async def test_after_settle(self) -> None:
        self.start(asyncio.sleep(10))
        await self.loop.settle()
        self.assertTrue(self.loop.is_idle())

    async def test_a_task_that_has_not_run(self) -> None:
        task = self.start(asyncio.sleep(10))
        self.assertFalse(self.loop.is_idle())
        await self.loop.settle()
        task.cancel()
        self.assertFalse(self.loop.is_idle())

    async def test_a_timer_that_is_due(self) -> None:
        handle = self.loop.call_later(0, int)
        self.assertFalse(self.loop.is_idle())
        handle.cancel()
        self.assertTrue(self.loop.is_idle())

    async def test_a_cancelled_callback(self) -> None:
        self.loop.call_soon(int).cancel()
        self.assertTrue(self.loop.is_idle())

    async def test_a_call_in_an_executor(self) -> None:
        release = threading.Event()
        call = self.loop.run_in_executor(None, release.wait)
        self.assertFalse(self.loop.is_idle())
        release.set()
        await call

    async def test_other_verbs_that_settle_do_not_count(self) -> None:
        idle = []

        async def verb() -> None:
            await self.loop.settle()
            idle.append(self.loop.is_idle())

        await asyncio.gather(verb(), verb())
        async with asyncio.TaskGroup() as group:
            group.create_task(verb())
            group.create_task(verb())
        self.assertEqual(idle, [True] * 4)


class BareLoopTests(unittest.TestCase):
    def test_run_forever_ends_by_stop(self) -> None:
        loop = VirtualLoop(START)
        timer = threading.Timer(0.01, loop.call_soon_threadsafe, [loop.stop])
        timer.start()
        loop.run_forever()
        timer.join()
        loop.close()
        self.assertTrue(loop.is_closed())
