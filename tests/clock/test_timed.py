from __future__ import annotations

import asyncio
import math
import unittest
import weakref
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from discordtest.clock.runner import Runner
from tests.clock.virtual import START, VirtualTestCase


class TimerTests(VirtualTestCase):
    async def test_moment_in_the_past_is_now(self) -> None:
        called: list[int] = []
        self.loop.call_at(self.loop.time() - 5, called.append, 1)
        self.loop.call_later(-1, called.append, 2)
        await self.loop.settle()
        self.assertEqual(sorted(called), [1, 2])

    async def test_second_overdue_timer_in_a_row_moves_a_microsecond(self) -> None:
        self.loop.call_later(0, int)
        self.assertEqual(self.loop.microseconds, 0)
        self.loop.call_later(0, int)
        self.assertEqual(self.loop.microseconds, 1)

    async def test_waiting_for_a_moment_between_two_microseconds_ends(self) -> None:
        for moment in (1.0000004, math.nextafter(180.123456, math.inf)):
            while (now := self.loop.time()) < moment:  # noqa: ASYNC110
                await asyncio.sleep(moment - now)
            self.assertAlmostEqual(self.loop.time(), moment, delta=2e-6)

    async def test_waiting_for_a_moment_just_passed_ends(self) -> None:
        goal = self.loop.time() + 20e-6
        while self.loop.time() < goal:
            future = self.loop.create_future()
            self.loop.call_at(self.loop.time(), future.set_result, None)
            await future
        self.assertLess(self.loop.microseconds, 30)


class TaskTests(VirtualTestCase):
    async def test_task_is_known_until_nobody_holds_it(self) -> None:
        task = self.loop.create_task(asyncio.sleep(0))
        reference = weakref.ref(task)
        self.assertIn(task, self.loop.unfinished())
        await task
        self.assertNotIn(task, self.loop.unfinished())
        self.assertIn(task, self.loop.tasks())
        del task
        await asyncio.sleep(0)  # until now it wakes this one
        self.assertIsNone(reference())
        self.assertEqual(len(self.loop._made), len(self.loop.tasks()))

    async def test_task_of_another_factory(self) -> None:
        made: list[asyncio.Task[None]] = []

        def factory(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[None]:
            made.append(asyncio.Task(coro, loop=loop, **options))
            return made[-1]

        self.loop.set_task_factory(factory)  # type: ignore[arg-type]  # takes what its loop gives
        task = self.loop.create_task(asyncio.sleep(1))
        self.loop.set_task_factory(None)
        self.assertEqual(made, [task])
        self.assertEqual(self.loop.unfinished() - {asyncio.current_task()}, {task})
        await task


class PendingTests(VirtualTestCase):
    async def test_soonest_first_and_without_cancelled_ones(self) -> None:
        self.loop.call_later(2, int)
        self.loop.call_later(1, str)
        self.loop.call_later(3, float).cancel()
        soon, late = self.loop.pending()
        self.assertEqual(
            (soon.what, soon.seconds, soon.until), ("a call of str", 1, START + timedelta(seconds=1))
        )
        self.assertEqual(late.what, "a call of int")

    async def test_never(self) -> None:
        self.start(asyncio.sleep(math.inf))
        await self.loop.settle()
        self.assertIsNone(self.loop.pending()[0].until)


class StartTimeTests(unittest.TestCase):
    def test_default_is_now(self) -> None:
        with Runner() as runner:
            age = datetime.now(START.tzinfo) - runner.get_loop().start_time
        self.assertLess(abs(age), timedelta(minutes=1))

    def test_zone_with_summer_time(self) -> None:
        berlin = ZoneInfo("Europe/Berlin")
        with Runner(start_time=datetime(2026, 3, 29, 0, tzinfo=berlin)) as runner:
            runner.run(asyncio.sleep(4 * 3600))
            self.assertEqual(runner.get_loop().now().isoformat(), "2026-03-29T05:00:00+02:00")
