"""A coroutine that is run to its end within a call that the loop makes itself."""

from __future__ import annotations

import asyncio
import unittest
from unittest.mock import patch

from discordtest.clock.borrowed import borrow
from discordtest.clock.runner import Runner
from discordtest.errors import Deadlock
from tests.clock.stock import HOUR, MINUTE, in_a_loop
from tests.clock.virtual import run


class NestedTests(unittest.TestCase):
    @in_a_loop
    async def test_nested_run_returns_what_the_coroutine_does(self) -> None:
        loop = borrow(asyncio.get_running_loop())

        async def answer() -> str:
            await asyncio.sleep(HOUR)
            return "answer"

        task = asyncio.current_task()
        self.assertEqual(loop.run_nested(answer()), "answer")
        self.assertIs(asyncio.current_task(), task)

    def test_run_within_the_loop_needs_nest_asyncio(self) -> None:
        async def answer() -> str:
            await asyncio.sleep(HOUR)
            return "answer"

        async def test() -> str:
            loop = asyncio.get_running_loop()
            refused = answer()
            with self.assertRaisesRegex(RuntimeError, "already running"):
                loop.run_until_complete(refused)
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            with patch.object(asyncio, "_nest_patched", True, create=True):
                return loop.run_until_complete(answer())

        self.assertEqual(run(test()), "answer")

    def test_nest_asyncio_leaves_the_loop_alone(self) -> None:
        with Runner() as runner:
            self.assertTrue(hasattr(runner.get_loop(), "_nest_patched"))  # that is what it asks

    @in_a_loop
    async def test_error_comes_out_as_it_is(self) -> None:
        loop = borrow(asyncio.get_running_loop())

        async def fail() -> None:
            await asyncio.sleep(1)
            raise LookupError("as it is")

        with self.assertRaisesRegex(LookupError, "as it is"):
            loop.run_nested(fail())
        await asyncio.sleep(1)

    @in_a_loop
    async def test_nested_run_within_a_nested_run(self) -> None:
        loop = borrow(asyncio.get_running_loop())
        order = []

        async def inner() -> None:
            await asyncio.sleep(2)
            order.append("inner")

        async def outer() -> None:
            await asyncio.sleep(1)
            loop.run_nested(inner())
            order.append("outer")

        loop.run_nested(outer())
        self.assertEqual(order, ["inner", "outer"])

    @in_a_loop
    async def test_what_was_ready_runs_once_and_in_order(self) -> None:
        loop = borrow(asyncio.get_running_loop())
        order: list[str] = []
        loop.call_soon(order.append, "ready before")
        loop.call_soon(lambda: loop.run_nested(asyncio.sleep(1, order.append("nested begins"))))
        loop.call_soon(order.append, "ready after")
        loop.run_nested(asyncio.sleep(5))
        loop.call_soon(order.append, "left")
        await asyncio.sleep(1)
        self.assertEqual(order, ["ready before", "nested begins", "ready after", "left"])

    @in_a_loop
    async def test_turn_under_way_survives_that_its_handles_have_run(self) -> None:
        """The turn that calls has counted handles: what the nested run took, it must not miss."""
        loop = borrow(asyncio.get_running_loop())
        order: list[str] = []
        loop.call_soon(loop.run_nested, asyncio.sleep(1))
        for each in "abc":
            loop.call_soon(order.append, each)
        await asyncio.sleep(2)
        self.assertEqual(order, ["a", "b", "c"])

    @in_a_loop
    async def test_call_of_another_thread_is_not_lost(self) -> None:
        loop, order = borrow(asyncio.get_running_loop()), []

        def work() -> None:
            loop.call_soon_threadsafe(order.append, "from a thread")

        async def in_a_thread() -> None:
            await asyncio.to_thread(work)

        loop.run_nested(in_a_thread())
        await asyncio.sleep(0)
        self.assertEqual(order, ["from a thread"])

    @in_a_loop
    async def test_deadlock_of_a_nested_run_leaves_the_outer_one_alone(self) -> None:
        loop = borrow(asyncio.get_running_loop())
        with self.assertRaises(Deadlock):
            loop.run_nested(asyncio.Event().wait())  # type: ignore[arg-type]  # it returns True
        await asyncio.sleep(HOUR)

    @in_a_loop
    async def test_timeout_of_the_caller_counts_what_passed_meanwhile(self) -> None:
        loop = borrow(asyncio.get_running_loop())
        with self.assertRaises(TimeoutError):
            async with asyncio.timeout(MINUTE):
                loop.run_nested(asyncio.sleep(HOUR))
                await asyncio.sleep(0)

    @in_a_loop
    async def test_exit_in_a_nested_run_is_raised_and_its_task_ends(self) -> None:
        loop = borrow(asyncio.get_running_loop())
        ended = asyncio.Event()

        async def wait() -> None:
            try:
                await asyncio.sleep(HOUR)
            finally:
                ended.set()

        def leave() -> None:
            raise SystemExit(3)

        loop.call_later(1, leave)
        with self.assertRaises(SystemExit):
            loop.run_nested(wait())
        await asyncio.sleep(0.01)
        self.assertTrue(ended.is_set())

    def test_stopping_the_loop_ends_a_nested_run_and_the_outer_one(self) -> None:
        loop = borrow(asyncio.SelectorEventLoop())
        self.addCleanup(loop.close)
        caught = []

        def call() -> None:
            loop.call_later(1, loop.stop)
            try:
                loop.run_nested(asyncio.sleep(HOUR))
            except RuntimeError as error:
                caught.append(str(error))

        loop.call_soon(call)
        loop.run_forever()
        loop.run_until_complete(asyncio.sleep(0))  # the nested task ends
        self.assertEqual(caught, ["the event loop was stopped before the nested run had ended"])


if __name__ == "__main__":
    unittest.main()
