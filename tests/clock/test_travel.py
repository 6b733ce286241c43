from __future__ import annotations

import datetime
import os
import threading
import time
import unittest
from unittest import mock

from discordtest.clock import travel
from discordtest.clock.loop import VirtualLoop
from discordtest.errors import SetupError
from tests.bots import needs_the_process
from tests.clock.virtual import START, VirtualTestCase

if travel.is_available():
    import time_machine


@unittest.skipUnless(travel.is_available(), "needs discordtest[time]")
class TravelTests(VirtualTestCase):
    async def test_everybody_follows(self) -> None:
        with travel.Travel(self.loop):
            self.assertEqual(datetime.datetime.now(datetime.UTC), START)
            await self.loop.advance(86400.5)
            self.assertEqual(time.time(), START.timestamp() + 86400.5)
            self.assertEqual(datetime.datetime.now(datetime.UTC), self.loop.now())
        self.assertIsNone(self.loop.on_move)
        self.assertNotEqual(datetime.datetime.now(datetime.UTC).date(), self.loop.now().date())

    async def test_each_timer_sees_its_moment(self) -> None:
        seen = []
        self.loop.call_later(10, lambda: seen.append(datetime.datetime.now(datetime.UTC)))
        with travel.Travel(self.loop):
            await self.loop.advance(60)
        self.assertEqual(seen, [START + datetime.timedelta(seconds=10)])

    async def test_zone_of_the_process_stays(self) -> None:
        needs_the_process(self)
        self.addCleanup(time.tzset)
        self.enterContext(mock.patch.dict(os.environ, TZ="America/New_York"))
        time.tzset()
        with travel.Travel(self.loop):
            await self.loop.advance(60)
            self.assertEqual(time.tzname[0], "EST")
            self.assertEqual(os.environ["TZ"], "America/New_York")

    async def test_turn_is_given_back_though_the_library_fails(self) -> None:
        needs_the_process(self)
        with (
            self.assertRaises(OverflowError),
            mock.patch("time_machine.travel.start", side_effect=OverflowError),
        ):
            travel.Travel(self.loop).__enter__()
        self.assertEqual(travel._turn._count, 0)
        stop = time_machine.travel.stop

        def fail(self: time_machine.travel) -> None:
            stop(self)
            raise KeyError("TZ")

        with (
            self.assertRaises(KeyError),
            mock.patch("time_machine.travel.stop", fail),
            travel.Travel(self.loop),
        ):
            pass
        self.assertEqual(travel._turn._count, 0)

    async def test_clock_that_freezegun_has_stopped_is_refused(self) -> None:
        frozen = type("FakeDatetime", (datetime.datetime,), {})
        with (
            mock.patch.object(travel, "datetime", mock.Mock(datetime=frozen)),
            self.assertRaisesRegex(SetupError, "freezegun stops .* write `start_time = "),
        ):
            travel.Travel(self.loop).__enter__()
        self.assertEqual(travel._turn._count, 0)

    async def test_travels_of_a_thread_end_in_any_order(self) -> None:
        other = VirtualLoop(START + datetime.timedelta(days=400))
        self.addCleanup(other.close)
        mine, theirs, third = travel.Travel(self.loop), travel.Travel(other), travel.Travel(self.loop)
        mine.__enter__()
        theirs.__enter__()
        third.__enter__()
        mine.__exit__()
        self.assertEqual(datetime.datetime.now(datetime.UTC), self.loop.now())
        await self.loop.advance(60)
        self.assertEqual(datetime.datetime.now(datetime.UTC), self.loop.now())
        third.__exit__()
        self.assertIsNone(self.loop.on_move)
        self.assertEqual(datetime.datetime.now(datetime.UTC), other.now())
        theirs.__exit__()
        self.assertNotEqual(datetime.datetime.now(datetime.UTC).year, other.now().year)


class AvailableTests(unittest.TestCase):
    def test_it_is_told_without_an_import(self) -> None:
        self.assertIsInstance(travel.is_available(), bool)


class TurnTests(unittest.TestCase):
    def test_another_thread_may_give_it_back(self) -> None:
        turn = travel._Turn()
        turn.acquire()
        turn.acquire()
        taken = threading.Event()
        waiting = threading.Thread(target=lambda: (turn.acquire(), taken.set()), daemon=True)
        waiting.start()
        turn.release()
        self.assertFalse(taken.is_set())
        giving = threading.Thread(target=turn.release)
        giving.start()
        giving.join()
        waiting.join()
        self.assertTrue(taken.is_set())
