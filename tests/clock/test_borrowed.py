"""Loops that somebody else made: borrowed while they run, given back, closed."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
import unittest
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from discordtest import deferred
from discordtest.clock.borrowed import BorrowedLoop, borrow, give_back
from discordtest.clock.loop import VirtualLoop
from discordtest.errors import Deadlock, SetupError

if TYPE_CHECKING:
    pass
from tests.clock.stock import HOUR, MINUTE, in_a_loop, run

deferred.load()


class BorrowingTests(unittest.TestCase):
    @in_a_loop
    async def test_hour_on_a_borrowed_loop_passes_at_once(self) -> None:
        loop = asyncio.get_running_loop()
        began, real = loop.time(), time.perf_counter()
        borrow(loop)
        await asyncio.sleep(HOUR)
        self.assertAlmostEqual(loop.time() - began, HOUR, delta=1)
        self.assertLess(time.perf_counter() - real, MINUTE)

    @in_a_loop
    async def test_loop_given_back_is_what_it_was(self) -> None:
        loop: Any = asyncio.get_running_loop()
        before, kind, select = {**vars(loop)}, type(loop), loop._selector.select
        borrow(loop)
        self.assertIsInstance(loop, BorrowedLoop)
        await asyncio.sleep(HOUR)
        give_back(loop)
        self.assertIs(type(loop), kind)
        self.assertEqual(vars(loop), before | {"_timer_cancelled_count": loop._timer_cancelled_count})
        self.assertEqual(loop._selector.select, select)
        self.assertAlmostEqual(loop.time(), time.monotonic(), delta=1)

    @in_a_loop
    async def test_task_made_before_is_known(self) -> None:
        task = asyncio.create_task(asyncio.sleep(1))
        loop = borrow(asyncio.get_running_loop())
        self.addCleanup(give_back, loop)
        self.assertEqual(loop.unfinished(), {task, asyncio.current_task()})
        await task

    @in_a_loop
    async def test_timer_set_before_is_due_on_the_virtual_clock(self) -> None:
        loop, fired = asyncio.get_running_loop(), []
        loop.call_later(HOUR, fired.append, "set before")
        borrow(loop)
        await asyncio.sleep(HOUR + 1)
        self.assertEqual(fired, ["set before"])

    @in_a_loop
    async def test_timers_given_back_have_as_long_to_go_and_stay_in_order(self) -> None:
        loop, fired = borrow(asyncio.get_running_loop()), []
        await asyncio.sleep(HOUR)
        late = loop.call_later(HOUR, fired.append, "late")
        loop.call_later(0.02, fired.append, "second")
        loop.call_later(0.01, fired.append, "first")
        give_back(loop)
        self.assertAlmostEqual(late.when() - loop.time(), HOUR, delta=1)
        await asyncio.sleep(0.05)
        self.assertEqual(fired, ["first", "second"])

    @in_a_loop
    async def test_question_on_a_connection_is_answered(self) -> None:
        loop = borrow(asyncio.get_running_loop())
        ours, theirs = socket.socketpair()
        self.addCleanup(theirs.close)
        reader, writer = await asyncio.open_connection(sock=ours)
        writer.write(b"question")
        self.assertTrue(loop.awaits_answer())
        theirs.sendall(b"answer")
        self.assertEqual(await reader.read(100), b"answer")
        self.assertFalse(loop.awaits_answer())
        writer.close()
        await writer.wait_closed()

    @in_a_loop
    async def test_two_borrowers_and_the_last_gives_it_back(self) -> None:
        loop = asyncio.get_running_loop()
        self.assertIs(borrow(loop), borrow(loop))
        give_back(loop)
        self.assertIsInstance(loop, BorrowedLoop)
        give_back(loop)
        self.assertNotIsInstance(loop, BorrowedLoop)

    def test_virtual_loop_needs_no_borrowing(self) -> None:
        loop = VirtualLoop()
        self.addCleanup(loop.close)
        self.assertIs(borrow(loop), loop)
        give_back(loop)
        self.assertIs(type(loop), VirtualLoop)

    @in_a_loop
    async def test_wall_clock_is_the_real_one_unless_told(self) -> None:
        loop = borrow(asyncio.get_running_loop())
        self.assertLess(abs(datetime.now(UTC) - loop.now()), timedelta(minutes=1))
        give_back(loop)
        start = datetime(2031, 2, 3, tzinfo=UTC)
        self.assertEqual(borrow(loop, start_time=start).now(), start)

    @in_a_loop
    async def test_wait_that_nothing_can_end_is_a_deadlock(self) -> None:
        borrow(asyncio.get_running_loop())
        with self.assertRaises(Deadlock) as caught:
            await asyncio.create_task(self.wait_for_ever())
        self.assertIn("the test waits in", str(caught.exception))

    async def wait_for_ever(self) -> None:
        borrow(asyncio.get_running_loop())  # by a task that is not the one of run_until_complete
        await asyncio.Event().wait()

    @in_a_loop
    async def test_deadlock_that_was_caught_is_raised_at_the_next_wait(self) -> None:
        borrow(asyncio.get_running_loop())
        deadlocks = 0
        while deadlocks < 5:
            try:
                await asyncio.Event().wait()
            except Deadlock:
                deadlocks += 1

    def test_test_that_swallows_every_deadlock_ends_all_the_same(self) -> None:
        async def main() -> None:
            borrow(asyncio.get_running_loop())
            while True:
                with contextlib.suppress(Exception):
                    await asyncio.Event().wait()

        with self.assertRaises(Deadlock):
            run(main())

    def test_later_runs_of_the_loop_are_virtual_too(self) -> None:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            loop = borrow(runner.get_loop())
            runner.run(asyncio.sleep(HOUR))
            with self.assertRaises(Deadlock):
                runner.run(asyncio.Event().wait())
            self.assertIsNone(loop.main)

    def test_loop_of_a_class_of_its_own_keeps_its_methods(self) -> None:
        class Loop(asyncio.SelectorEventLoop):
            def name(self) -> str:
                return "mine"

        loop: Any = Loop()
        borrow(loop)
        self.assertIsInstance(loop, BorrowedLoop)
        self.assertIsInstance(loop, Loop)
        self.assertEqual(loop.name(), "mine")
        loop.close()
        self.assertIs(type(loop), Loop)

    def test_debug_mode_stays_and_complains_of_no_virtual_time(self) -> None:
        async def main() -> bool:
            loop = borrow(asyncio.get_running_loop())
            loop.run_nested(asyncio.sleep(HOUR))
            return loop.get_debug()

        with self.assertNoLogs("asyncio"):
            self.assertTrue(run(main(), debug=True))

    def test_loop_that_is_not_asyncios_own_is_refused_with_what_to_do(self) -> None:
        class Other(asyncio.AbstractEventLoop):
            pass

        with self.assertRaises(SetupError) as caught:
            borrow(Other())
        self.assertIn("Other", str(caught.exception))
        self.assertIn("run the test on asyncio's own asyncio.SelectorEventLoop", str(caught.exception))

    def test_closed_loop_is_refused(self) -> None:
        loop = asyncio.SelectorEventLoop()
        loop.close()
        with self.assertRaises(SetupError):
            borrow(loop)


class ClosingTests(unittest.TestCase):
    def test_closing_gives_the_loop_back(self) -> None:
        loop: Any = asyncio.SelectorEventLoop()
        done = []
        borrowed: Any = borrow(loop)
        borrowed.on_close.extend([lambda: done.append("first"), lambda: done.append("last")])
        loop.close()
        self.assertTrue(loop.is_closed())
        self.assertNotIsInstance(loop, BorrowedLoop)
        self.assertEqual(done, ["last", "first"])

    def test_error_before_closing_is_raised_and_the_loop_is_closed(self) -> None:
        loop: Any = asyncio.SelectorEventLoop()
        done = []

        def fail() -> None:
            raise ValueError("kept aside")

        borrow(loop)
        loop.on_close.extend([lambda: done.append("all the same"), fail])
        with self.assertRaisesRegex(ValueError, "kept aside"):
            loop.close()
        self.assertTrue(loop.is_closed())
        self.assertEqual(done, ["all the same"])

    def test_who_gives_it_back_while_it_closes_does_no_harm(self) -> None:
        loop: Any = asyncio.SelectorEventLoop()
        borrow(loop)
        loop.on_close.append(lambda: give_back(loop))
        loop.close()
        self.assertTrue(loop.is_closed())

    @in_a_loop
    async def test_running_loop_does_not_close(self) -> None:
        loop = borrow(asyncio.get_running_loop())
        with self.assertRaises(RuntimeError):
            loop.close()
        self.assertIsInstance(loop, BorrowedLoop)


if __name__ == "__main__":
    unittest.main()
