"""The order in which tasks go on, forced by dominos: on a virtual loop and on asyncio's own."""

from __future__ import annotations

import asyncio
import logging
import unittest
from typing import TYPE_CHECKING, Any
from unittest import mock

from discordtest import Domino, FutureDominos, SetupError, future_dominos
from discordtest.clock.borrowed import borrow
from discordtest.order import dominos
from tests.bots import BotTestCase, run_case
from tests.clock.stock import in_a_loop, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine


class DominoTestCase(unittest.TestCase):
    """Runs what a test asks for on a loop of asyncio's own, and on a virtual one."""

    def fails(self, block: Coroutine[Any, Any, None], *, virtual: bool = True) -> str:
        """Return the text with which a block fails."""

        async def begin() -> None:
            if virtual:
                borrow(asyncio.get_running_loop())
            await block

        with self.assertRaises(AssertionError) as caught:
            run(begin())
        return str(caught.exception)


async def wait_for(*waited: Domino) -> None:
    """Await dominos, one after the other."""
    for domino in waited:
        await domino


class OrderTests(DominoTestCase):
    def test_tasks_go_on_in_the_order_of_their_numbers(self) -> None:
        for virtual in (False, True):
            with self.subTest(virtual=virtual):
                self.assertEqual(
                    run(self.interleave(virtual)),
                    [
                        "a1",
                        "a2",
                        "b3",
                        ("step", 4),
                        ("yielded", 4),
                        "a5",
                        ("step", 6),
                        ("yielded", 6),
                        "a7",
                        "c8",
                    ],
                )

    async def interleave(self, virtual: bool) -> list[object]:
        if virtual:
            borrow(asyncio.get_running_loop())
        called: list[object] = []
        async with future_dominos(expected=8) as futs:

            async def a() -> None:
                for number in (1, 2, 5, 7):
                    await futs[number]
                    called.append(f"a{number}")

            async def steps() -> AsyncIterator[int]:
                await futs[3]
                called.append("b3")
                for number in (4, 6):
                    await futs[number]
                    called.append(("step", number))
                    yield number

            async def b() -> None:
                async for number in steps():
                    called.append(("yielded", number))  # noqa: PERF401  # one after the other

            async def c() -> None:
                await futs[8]
                called.append("c8")

            tasks = [asyncio.create_task(each()) for each in (c, a, b)]
            futs.begin()
            await futs.finished.wait()
        await asyncio.gather(*tasks)
        return called

    @in_a_loop
    async def test_nothing_falls_before_begin(self) -> None:
        async with future_dominos(expected=1) as futs:
            task = asyncio.create_task(wait_for(futs[1]))
            await asyncio.sleep(0.01)
            self.assertFalse(futs[1].done() or futs.started.is_set() or futs.finished.is_set())
            futs.begin()
            self.assertTrue(futs.started.is_set())
            await futs.finished.wait()
            self.assertTrue(task.done())

    @in_a_loop
    async def test_begin_twice_is_begin(self) -> None:
        async with future_dominos(expected=1) as futs:
            futs.begin()
            futs.begin()
            await futs[1]

    @in_a_loop
    async def test_next_one_waits_until_the_one_before_is_awaited(self) -> None:
        async with future_dominos(expected=2) as futs:
            second = asyncio.create_task(wait_for(futs[2]))
            first = futs[1]
            futs.begin()
            await asyncio.sleep(0.01)
            self.assertTrue(first.done())
            self.assertFalse(futs[2].done())
            await first
            await futs.finished.wait()
            self.assertTrue(second.done())

    @in_a_loop
    async def test_who_awaited_runs_on_for_several_turns_before_the_next_falls(self) -> None:
        order = []
        async with future_dominos(expected=2) as futs:

            async def first() -> None:
                await futs[1]
                for turn in range(5):
                    await asyncio.sleep(0)
                    order.append(turn)

            async def second() -> None:
                await futs[2]
                order.append("second")

            tasks = [asyncio.create_task(second()), asyncio.create_task(first())]
            futs.begin()
            await futs.finished.wait()
        await asyncio.gather(*tasks)
        self.assertEqual(order, [0, 1, 2, 3, 4, "second"])

    @in_a_loop
    async def test_task_that_is_always_ready_does_not_stop_the_row(self) -> None:
        async def spin() -> None:
            while True:  # noqa: ASYNC110  # it is what the test is about
                await asyncio.sleep(0)

        spinning = asyncio.create_task(spin())
        async with future_dominos(expected=2) as futs:
            futs.begin()
            await wait_for(futs[1], futs[2])
        spinning.cancel()

    @in_a_loop
    async def test_loop_that_is_not_asyncios_own_gives_a_few_turns(self) -> None:
        order: list[str] = []
        async with future_dominos(expected=2) as futs:
            row: Any = futs
            row.loop = HidingLoop(row.loop)

            async def first() -> None:
                await futs[1]
                await asyncio.sleep(0)
                order.append("first")

            task = asyncio.create_task(first())
            futs.begin()
            await futs[2]
            order.append("second")
        await task
        self.assertEqual(order, ["first", "second"])

    @in_a_loop
    async def test_callback_counts_as_awaiting(self) -> None:
        seen: list[object] = []
        async with future_dominos(expected=2) as futs:
            futs[1].add_done_callback(seen.append)
            futs.begin()
            await futs[2]
            self.assertEqual(seen, [futs[1]])

    @in_a_loop
    async def test_dominos_are_futures_to_asyncio(self) -> None:
        async with future_dominos(expected=5) as futs:
            waiting: list[Any] = [futs[4], futs[5]]
            futs.begin()
            await asyncio.wait_for(futs[1], 1)
            await asyncio.shield(futs[2])  # type: ignore[arg-type]  # a future indeed
            await asyncio.gather(futs[3])  # type: ignore[call-overload]  # as above
            await asyncio.wait(waiting)

    @in_a_loop
    async def test_one_domino_is_awaited_twice_by_one_task(self) -> None:
        async with future_dominos(expected=1) as futs:
            futs.begin()
            await wait_for(futs[1], futs[1])

    @in_a_loop
    async def test_both_are_what_they_claim_to_be(self) -> None:
        async with future_dominos(expected=1) as futs:
            self.assertIsInstance(futs, FutureDominos)
            self.assertIsInstance(futs[1], Domino)
            futs.begin()
            self.assertIsNone(await futs[1])  # type: ignore[func-returns-value]  # that is the question


class HidingLoop:
    """A loop that has no list of what is ready."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.call_soon = loop.call_soon


class ByHandTests(DominoTestCase):
    @in_a_loop
    async def test_domino_that_was_set_falls_at_once(self) -> None:
        async with future_dominos(expected=2) as futs:
            task = asyncio.create_task(wait_for(futs[2]))
            await asyncio.sleep(0)
            futs[2].set_result(None)
            await task
            self.assertTrue(futs[2].done())
            self.assertFalse(futs[1].done())
            with self.assertRaises(asyncio.InvalidStateError):
                futs[2].set_result(None)
            futs.begin()
            await futs[1]
            await futs.finished.wait()

    @in_a_loop
    async def test_before_it_has_fallen_there_is_no_result(self) -> None:
        async with future_dominos(expected=1) as futs:
            for ask in (futs[1].result, futs[1].exception):
                with self.assertRaises(asyncio.InvalidStateError):
                    ask()
            self.assertFalse(futs[1].cancelled())
            futs.begin()
            await futs[1]
            self.assertIsNone(futs[1].result())  # type: ignore[func-returns-value]  # that is the question
            self.assertIsNone(futs[1].exception())

    def test_exception_is_told_with_the_number_and_the_others_go_on(self) -> None:
        seen: list[object] = []

        async def block() -> None:
            async with future_dominos(expected=3) as futs:

                async def second() -> None:
                    try:
                        await futs[2]
                    except LookupError as error:
                        seen.append(error)

                tasks = [asyncio.create_task(second()), asyncio.create_task(wait_for(futs[1], futs[3]))]
                futs[2].set_exception(LookupError("no such thing"))
                futs.begin()
                await futs.finished.wait()
                await asyncio.gather(*tasks)

        self.assertEqual(self.fails(block()), "dominos: domino 2 was given LookupError('no such thing')")
        self.assertEqual(repr(seen), "[LookupError('no such thing')]")

    @in_a_loop
    async def test_exception_that_the_test_looks_at_is_meant(self) -> None:
        async with future_dominos(expected=1) as futs:
            futs[1].set_exception(LookupError("meant"))
            with self.assertRaisesRegex(LookupError, "meant"):
                await futs[1]
            self.assertIsInstance(futs[1].exception(), LookupError)
            futs.begin()
            await futs.finished.wait()

    def test_cancelled_one_is_told_and_the_others_go_on(self) -> None:
        async def block() -> None:
            async with future_dominos(expected=2, name="race") as futs:
                waiting = asyncio.create_task(wait_for(futs[1]))
                await asyncio.sleep(0)
                futs[1].cancel()
                futs.begin()
                await futs[2]
                self.assertTrue(waiting.cancelled())

        self.assertEqual(self.fails(block()), "dominos 'race': domino 1 was cancelled")

    def test_domino_is_cancelled_with_the_task_that_awaits_it(self) -> None:
        async def block() -> None:
            async with future_dominos(expected=2) as futs:
                waiting = asyncio.create_task(wait_for(futs[1]))
                await asyncio.sleep(0)
                waiting.cancel()
                futs.begin()
                await futs[2]

        self.assertEqual(
            self.fails(block()), "dominos: domino 1 was cancelled, with the task that awaited it"
        )

    @in_a_loop
    async def test_cancellation_that_the_test_looks_at_is_meant(self) -> None:
        async with future_dominos(expected=1) as futs:
            futs[1].cancel()
            self.assertTrue(futs[1].cancelled())
            futs.begin()
            with self.assertRaises(asyncio.CancelledError):
                await futs[1]
            await futs.finished.wait()


class FailureTests(DominoTestCase):
    def test_domino_that_nobody_asks_for(self) -> None:
        async def block() -> None:
            async with future_dominos(expected=4, name="race") as futs:
                task = asyncio.create_task(wait_for(futs[1], futs[4]), name="third press")
                futs.begin()
                await futs.finished.wait()
                await task

        text = self.fails(block())
        self.assertIn(
            "dominos 'race': domino 2 was never asked for by futs[2], so the row stops there; 1 of 4", text
        )
        self.assertIn("domino 4 is awaited: third press waits in wait_for (test_dominos.py:", text)

    def test_domino_that_is_asked_for_and_not_awaited(self) -> None:
        async def block() -> None:
            async with future_dominos(expected=2) as futs:
                futs.begin()
                futs[1]
                await futs.finished.wait()

        self.assertIn(
            "dominos: domino 1 fell, but was never awaited, so the row stops there", self.fails(block())
        )

    def test_domino_that_is_asked_for_before_its_turn_and_not_awaited(self) -> None:
        async def block() -> None:
            async with future_dominos(expected=2) as futs:
                futs.begin()
                futs[2]

        self.assertIn("domino 1 was never asked for", self.fails(block()))

    def test_task_that_fails_between_two_dominos_is_the_cause(self) -> None:
        tasks: list[asyncio.Task[None]] = []

        async def fail(futs: FutureDominos) -> None:
            await futs[1]
            raise LookupError("no such guild")

        async def block() -> None:
            async with future_dominos(expected=3) as futs:
                tasks.append(asyncio.create_task(fail(futs)))
                tasks.append(asyncio.create_task(wait_for(futs[3])))
                futs.begin()
                await futs.finished.wait()

        with self.assertRaises(AssertionError) as caught:
            run(self.on_a_virtual_loop(block()))
        self.assertIn("the task that awaited domino 1 failed: LookupError", str(caught.exception))
        self.assertIs(caught.exception.__cause__, tasks[0].exception())

    async def on_a_virtual_loop(self, block: Coroutine[Any, Any, None]) -> None:
        borrow(asyncio.get_running_loop())
        await block

    def test_row_that_stands_still_on_a_loop_of_real_time_is_given_up(self) -> None:
        async def block() -> None:
            async with future_dominos(expected=2) as futs:
                waiting = asyncio.create_task(wait_for(futs[2]))
                futs.begin()
                await waiting  # which is cancelled: it would wait for ever

        with mock.patch.object(dominos, "PATIENCE", 0.02):
            text = self.fails(block(), virtual=False)
        self.assertIn("domino 1 was never asked for", text)

    def test_row_that_goes_on_slowly_is_not_given_up(self) -> None:
        async def block() -> None:
            async with future_dominos(expected=3) as futs:
                futs.begin()
                for number in (1, 2, 3):
                    await asyncio.sleep(0.015)
                    await futs[number]

        with mock.patch.object(dominos, "PATIENCE", 0.1):
            run(block())

    def test_begin_that_is_never_called(self) -> None:
        async def block() -> None:
            async with future_dominos(expected=1) as futs:
                await futs[1]

        with mock.patch.object(dominos, "PATIENCE", 0.02):
            for virtual in (False, True):
                with self.subTest(virtual=virtual):
                    self.assertIn("begin() was never called", self.fails(block(), virtual=virtual))

    def test_block_that_ends_too_early(self) -> None:
        async def block() -> None:
            async with future_dominos(expected=2) as futs:
                asyncio.create_task(wait_for(futs[1], futs[2]))  # noqa: RUF006  # it is awaited nowhere
                futs.begin()
                await asyncio.sleep(0)

        self.assertIn("end the block with `await futs.finished.wait()`", self.fails(block()))

    def test_number_that_there_is_not(self) -> None:
        async def block(number: int) -> None:
            async with future_dominos(expected=2) as futs:
                futs.begin()
                await wait_for(futs[1], futs[2])
                try:
                    futs[number]
                except SetupError as error:  # which code under test may swallow
                    self.assertIsInstance(error, LookupError)

        for number in (0, 3, -1):
            with self.subTest(number=number):
                text = f"dominos: there is no domino {number}: they are 1 to 2 (expected=2)"
                self.assertEqual(self.fails(block(number)), text)

    @in_a_loop
    async def test_domino_has_a_number(self) -> None:
        async with future_dominos(expected=1) as futs:
            with self.assertRaisesRegex(TypeError, "a domino has a number, not 'first'"):
                futs["first"]  # type: ignore[index]
            futs.begin()
            await futs[1]

    def test_two_tasks_that_await_one_domino(self) -> None:
        async def block() -> None:
            async with future_dominos(expected=1) as futs:
                first = asyncio.create_task(wait_for(futs[1]), name="first")
                second = asyncio.create_task(wait_for(futs[1]), name="second")
                futs.begin()
                await futs.finished.wait()
                await first
                with self.assertRaisesRegex(SetupError, "awaited by two tasks, first and second"):
                    await second

        self.assertIn("give each a number of its own", self.fails(block()))

    def test_error_of_the_block_is_the_one_to_show(self) -> None:
        async def block() -> None:
            async with future_dominos(expected=2) as futs:
                futs.begin()
                await futs[1]
                raise LookupError("mine")

        with self.assertRaisesRegex(LookupError, "mine") as caught:
            run(block())
        self.assertIn("domino 2 was never asked for", "".join(caught.exception.__notes__))

    def test_what_waits_when_the_block_ends_is_cancelled(self) -> None:
        tasks = []

        async def block() -> None:
            async with future_dominos(expected=2) as futs:
                tasks.append(asyncio.create_task(wait_for(futs[2])))
                await asyncio.sleep(0)

        self.fails(block())
        self.assertTrue(tasks[0].cancelled())

    def test_wrong_arguments(self) -> None:
        with self.assertRaisesRegex(ValueError, "at least 1, not 0"):
            future_dominos(expected=0)
        with self.assertRaisesRegex(ValueError, "at least 1, not True"):
            future_dominos(expected=True)
        with self.assertRaisesRegex(ValueError, "at least 1, not '3'"):
            future_dominos(expected="3")  # type: ignore[arg-type]

    @in_a_loop
    async def test_loop_is_the_running_one(self) -> None:
        async with future_dominos(expected=1, loop=asyncio.get_running_loop()) as futs:
            futs.begin()
            await futs[1]
        other = asyncio.new_event_loop()
        self.addCleanup(other.close)
        with self.assertRaisesRegex(SetupError, "is the one that runs"):
            async with future_dominos(expected=1, loop=other):
                pass


class LogTests(DominoTestCase):
    @in_a_loop
    async def test_log_is_told_of_each_fall(self) -> None:
        log = logging.getLogger("tests.dominos")
        with self.assertLogs(log, logging.INFO) as logged:
            async with future_dominos(expected=2, log=log, name="race") as futs:
                futs.begin()
                await wait_for(futs[1], futs[2])
                await futs.finished.wait()
        self.assertEqual(
            [record.getMessage() for record in logged.records],
            [
                "dominos 'race': begin",
                "dominos 'race': domino 1 of 2 falls",
                "dominos 'race': domino 2 of 2 falls",
                "dominos 'race': all 2 have fallen",
            ],
        )


class InATestCaseTests(BotTestCase):
    async def test_two_commands_are_interleaved(self) -> None:
        order = []
        async with future_dominos(expected=4) as futs:

            async def slow(name: str, *numbers: int) -> None:
                for number in numbers:
                    await futs[number]
                    order.append(f"{name}{number}")

            both = [asyncio.create_task(slow("a", 1, 3)), asyncio.create_task(slow("b", 2, 4))]
            futs.begin()
            await futs.finished.wait()
            await asyncio.gather(*both)
        self.assertEqual(order, ["a1", "b2", "a3", "b4"])

    async def test_row_that_stands_still_is_told_once(self) -> None:
        with self.assertRaisesRegex(AssertionError, "domino 1 was never asked for"):
            async with future_dominos(expected=1) as futs:
                futs.begin()
                await futs.finished.wait()
        await asyncio.sleep(1)

    def test_row_that_stands_still_fails_the_test_with_its_reason(self) -> None:
        class Case(BotTestCase):
            async def test_asked_for(self) -> None:
                async with future_dominos(expected=2) as futs:
                    futs.begin()
                    await futs[2]

            async def test_begun(self) -> None:
                async with future_dominos(expected=1) as futs:
                    await futs[1]

            async def test_finished(self) -> None:
                async with future_dominos(expected=1) as futs:
                    futs.begin()
                    await futs.finished.wait()

        reasons = {
            "test_asked_for": "domino 1 was never asked for by futs[1]",
            "test_begun": "begin() was never called; 0 of 1",
            "test_finished": "domino 1 was never asked for by futs[1]",
        }
        for name, reason in reasons.items():
            with self.subTest(name):
                text = str(run_case(Case, name))
                self.assertIn(f"AssertionError: dominos: {reason}", text)
                self.assertIn("Deadlock: the test waits in", text)


if __name__ == "__main__":
    unittest.main()
