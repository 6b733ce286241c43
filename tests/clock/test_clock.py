from __future__ import annotations

import asyncio
import datetime
import itertools
import sys
import threading
import time
import types
import unittest
from datetime import timedelta

import discord
from discord.backoff import ExponentialBackoff
from discord.ext import commands, tasks
from discord.gateway import GatewayRatelimiter

from discordtest.clock import Clock, clock
from tests.clock.virtual import START, VirtualTestCase, run


class ClockTests(VirtualTestCase):
    async def test_now_and_time(self) -> None:
        watch = Clock(self.loop)
        await self.loop.advance(90)
        self.assertEqual(watch.now(), START + timedelta(seconds=90))
        self.assertEqual(watch.time(), 90)
        self.assertEqual(repr(watch), "<Clock 2026-03-01T12:01:30+00:00, 90 s after the start>")

    async def test_called_times(self) -> None:
        self.loop.call_later(1.5, int)
        self.loop.call_later(1.5, int)
        self.loop.call_later(3, int)
        await self.loop.advance(10)
        self.assertEqual(Clock(self.loop).called_times, [1.5, 3])

    async def test_pending(self) -> None:
        self.loop.call_later(1.5, int)
        self.assertEqual([str(each) for each in Clock(self.loop).pending], ["a call of int, due in 1.5 s"])


class InstalledTestCase(VirtualTestCase):
    def setUp(self) -> None:
        clock.install()
        self.addCleanup(clock.uninstall)


class DiscordTests(InstalledTestCase):
    """What discord.py reads follows the clock."""

    async def test_utcnow_and_snowflakes(self) -> None:
        await self.loop.advance(3600)
        self.assertEqual(discord.utils.utcnow(), START + timedelta(hours=1))
        self.assertIs(type(discord.utils.utcnow()), datetime.datetime)
        snowflake = discord.utils.time_snowflake(discord.utils.utcnow())
        self.assertEqual(discord.utils.snowflake_time(snowflake), START + timedelta(hours=1))

    async def test_sleep_until(self) -> None:
        await discord.utils.sleep_until(discord.utils.utcnow() + timedelta(days=50))
        self.assertEqual(self.loop.time(), 50 * 86400)

    async def test_cooldown(self) -> None:
        cooldown = commands.Cooldown(1, 60)
        self.assertIsNone(cooldown.update_rate_limit())
        await self.loop.advance(30)
        self.assertEqual(cooldown.update_rate_limit(), 30)
        await self.loop.advance(30)
        self.assertFalse(cooldown.update_rate_limit())

    async def test_view_timeout(self) -> None:
        ended = []

        class Menu(discord.ui.View):
            async def on_timeout(self) -> None:
                ended.append(loop.time())

        loop = self.loop
        menu = Menu(timeout=180)
        menu._start_listening_from_store(types.SimpleNamespace(remove_view=lambda view: None))  # type: ignore[arg-type]
        await self.loop.advance(100)
        menu._refresh_timeout()
        await self.loop.advance(200)
        self.assertEqual(ended, [280])

    async def test_loop_by_seconds(self) -> None:
        runs = []

        @tasks.loop(seconds=30)
        async def every_half_minute() -> None:
            runs.append(self.loop.time())

        self.addCleanup(every_half_minute.cancel)
        every_half_minute.start()
        await self.loop.advance(3600)
        self.assertEqual(runs, [float(second) for second in range(0, 3601, 30)])

    async def test_loop_by_time_of_day_over_26_hours(self) -> None:
        runs = []

        @tasks.loop(time=datetime.time(13, 0, tzinfo=datetime.UTC))
        async def daily() -> None:
            runs.append(round(self.loop.time() / 3600, 3))

        self.addCleanup(daily.cancel)
        daily.start()
        await self.loop.advance(26 * 3600)
        self.assertEqual(runs, [1, 25])

    async def test_loop_by_time_of_day_finds_no_drift(self) -> None:
        runs = []

        @tasks.loop(
            time=[datetime.time(13, tzinfo=datetime.UTC), datetime.time(13, 0, 1, tzinfo=datetime.UTC)]
        )
        async def daily() -> None:
            runs.append(self.loop.time())

        self.addCleanup(daily.cancel)
        daily.start()
        with self.assertNoLogs("discord.ext.tasks", "WARNING"):
            await self.loop.advance(26 * 3600)
        self.assertEqual(runs, [3600, 3601, 3600 + 86400, 3601 + 86400])

    async def test_loop_by_time_of_day_that_starts_at_that_moment(self) -> None:
        runs = []

        @tasks.loop(time=[datetime.time(hour) for hour in range(24)])
        async def hourly() -> None:
            runs.append(round(self.loop.time() / 3600, 3))

        self.addCleanup(hourly.cancel)
        hourly.start()
        await self.loop.advance(5 * 3600)
        self.assertEqual(runs[-5:], [1, 2, 3, 4, 5])

    async def test_interaction_expires(self) -> None:
        created = discord.utils.utcnow()
        interaction = types.SimpleNamespace(created_at=created, expires_at=created + timedelta(minutes=15))
        await self.loop.advance(899)
        is_expired = discord.Interaction.is_expired
        self.assertFalse(is_expired(interaction))  # type: ignore[arg-type]
        await self.loop.advance(1)
        self.assertTrue(is_expired(interaction))  # type: ignore[arg-type]

    async def test_keep_alive_starts_no_thread(self) -> None:
        handler = keep_alive()
        handler.start()
        self.assertFalse(handler.is_alive())


class ViewTests(InstalledTestCase):
    async def test_clocks_of_the_module(self) -> None:
        await self.loop.advance(1.5)
        view = discord.gateway.time
        self.assertEqual(view.time(), START.timestamp() + 1.5)
        self.assertEqual(view.time_ns(), int(START.timestamp()) * 10**9 + 1_500_000_000)
        for name in ("monotonic", "perf_counter"):
            self.assertEqual(getattr(view, name)(), 1.5)
            self.assertEqual(getattr(view, f"{name}_ns")(), 1_500_000_000)

    async def test_datetimes(self) -> None:
        view = discord.utils.datetime.datetime
        self.assertEqual(view.now(datetime.UTC), START)
        self.assertEqual(view.utcnow(), START.replace(tzinfo=None))
        self.assertEqual(view.now(), START.astimezone().replace(tzinfo=None))
        self.assertEqual(view.today(), view.now())

    async def test_datetime_is_as_good_as_the_real_one(self) -> None:
        view = discord.utils.datetime.datetime
        self.assertIs(type(view(2026, 1, 1)), datetime.datetime)
        self.assertIs(type(view.fromtimestamp(0, datetime.UTC)), datetime.datetime)
        self.assertEqual(view.max, datetime.datetime.max)
        self.assertIsInstance(START, view)
        self.assertNotIsInstance(1, view)
        self.assertTrue(issubclass(datetime.datetime, view))
        self.assertIs(discord.utils.datetime.timedelta, timedelta)

    async def test_module_imported_later_follows_at_rest(self) -> None:
        Clock(self.loop)
        module = types.ModuleType("discord.ext.imported_later")
        vars(module).update(time=time, datetime=datetime.datetime)
        sys.modules[module.__name__] = module
        self.addCleanup(sys.modules.pop, module.__name__)
        await self.loop.settle()
        self.assertEqual(module.time.monotonic(), 0)
        self.assertEqual(module.datetime.now(datetime.UTC), START)

    async def test_name_taken_by_somebody_else_stays_theirs(self) -> None:
        theirs = types.SimpleNamespace(monotonic=time.monotonic)
        view, discord.backoff.time = discord.backoff.time, theirs  # type: ignore[assignment]
        clock.uninstall()
        try:
            self.assertIs(discord.backoff.time, theirs)
        finally:
            discord.backoff.time = view
            clock.install()


class BackoffTests(InstalledTestCase):
    async def test_delays_are_the_same_in_every_run(self) -> None:
        first, second = (
            [each.delay() for _ in range(8)] for each in (ExponentialBackoff(), ExponentialBackoff())
        )
        self.assertEqual(first, second)
        self.assertEqual(len({*first}), 8)
        for number, delay in enumerate(first):
            self.assertLessEqual(delay, 2 ** (number + 1))

    async def test_chosen_seeds_are_kept(self) -> None:
        self.assertEqual(discord.Colour.random(seed=5), discord.Colour.random(seed=5))
        self.assertNotEqual(discord.Colour.random(seed=5), discord.Colour.random(seed=6))


class SendLimiterTests(InstalledTestCase):
    async def test_never_more_than_it_allows_in_a_minute(self) -> None:
        limiter = GatewayRatelimiter(count=20, per=60)
        sent = []
        for _ in range(100):
            await limiter.block()
            sent.append(self.loop.time())
        ends = [later for time, later in itertools.pairwise(sent) if later - time > 59]
        self.assertEqual(len(ends), 100 // (20 + 3))  # what wakes at the end of a minute passes uncounted

    async def test_clock_that_it_reads_never_stands_still(self) -> None:
        readings = [discord.gateway.time.time() for _ in range(5)]
        self.assertEqual(len({*readings}), 5)
        self.assertAlmostEqual(readings[4], self.loop.now().timestamp(), 4)
        await self.loop.advance(1)
        self.assertEqual(discord.gateway.time.time(), self.loop.now().timestamp())
        self.assertEqual(discord.gateway.time.perf_counter(), self.loop.time())


class OutsideALoopTests(unittest.TestCase):
    def test_views_fall_back_to_the_real_clock(self) -> None:
        clock.install()
        self.addCleanup(clock.uninstall)
        view = discord.gateway.time
        for name in ("time", "monotonic", "perf_counter"):
            real = getattr(time, name)()
            self.assertLess(abs(getattr(view, name)() - real), 10)
            self.assertLess(abs(getattr(view, f"{name}_ns")() / 1e9 - real), 10)
        age = discord.utils.utcnow() - datetime.datetime.now(datetime.UTC)
        self.assertLess(abs(age), timedelta(seconds=10))

    def test_keep_alive_starts_its_thread(self) -> None:
        clock.install()
        self.addCleanup(clock.uninstall)
        handler = keep_alive()
        handler.stop()
        handler.start()
        handler.join()
        self.assertIsNotNone(handler.ident)


class UninstallTests(unittest.TestCase):
    def names(self) -> dict[str, tuple[object, object]]:
        loaded = {name: vars(module) for name, module in sys.modules.items() if name.startswith("discord.")}
        return {name: (found.get("time"), found.get("datetime")) for name, found in loaded.items()}

    def setUp(self) -> None:
        clock._lock.acquire()  # tests of other threads wait
        self.addCleanup(clock._lock.release)
        if clock._installed:
            self.skipTest("a test of another thread has installed the views")

    def test_nothing_stays(self) -> None:
        before = self.names()
        clock.install()
        clock.install()
        self.assertNotEqual(self.names(), before)
        clock.uninstall()
        self.assertNotEqual(self.names(), before)
        clock.uninstall()
        self.assertEqual(self.names(), before)
        self.assertNotIn("start", vars(discord.gateway.KeepAliveHandler))

    def test_refresh_without_install_does_nothing(self) -> None:
        before = self.names()
        clock.refresh()
        self.assertEqual(self.names(), before)


class ThreadTests(unittest.TestCase):
    def test_threads_share_it(self) -> None:
        seen = []

        async def test() -> None:
            for _ in range(20):
                clock.install()
                seen.append(discord.gateway.time.monotonic())
                clock.uninstall()

        threads = [threading.Thread(target=run, args=[test()]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(seen, [0.0] * 80)


def keep_alive() -> discord.gateway.KeepAliveHandler:
    """Return a heartbeat of a connection that does nothing."""
    socket = types.SimpleNamespace(thread_id=threading.get_ident(), _max_heartbeat_timeout=60)
    return discord.gateway.KeepAliveHandler(ws=socket, interval=60)  # type: ignore[arg-type]


class RealLoopTests(unittest.TestCase):
    def test_other_loops_keep_the_real_clock(self) -> None:
        async def now() -> datetime.datetime:
            return discord.utils.utcnow()

        clock.install()
        self.addCleanup(clock.uninstall)
        with asyncio.Runner() as runner:
            age = runner.run(now()) - datetime.datetime.now(datetime.UTC)
        self.assertLess(abs(age), timedelta(seconds=10))
