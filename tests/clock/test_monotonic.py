from __future__ import annotations

import asyncio
import sys
import time
import types
import unittest

from discordtest.clock import clock, monotonic, travel
from tests.bots import needs_the_process
from tests.clock.virtual import VirtualTestCase


@unittest.skipUnless(travel.is_available(), "needs discordtest[time]")
class MonotonicTests(VirtualTestCase):
    """What the bot itself reads, which no library for travels in time changes."""

    def setUp(self) -> None:
        clock.install()
        self.addCleanup(clock.uninstall)

    async def test_it_follows(self) -> None:
        module = types.ModuleType("imports_monotonic")
        vars(module).update(monotonic=monotonic.REAL)
        sys.modules[module.__name__] = module
        self.addCleanup(sys.modules.pop, module.__name__)
        clock.refresh()
        before, before_ns, theirs = time.monotonic(), time.monotonic_ns(), module.monotonic()
        await self.loop.advance(90.5)
        self.assertEqual(time.monotonic() - before, 90.5)
        self.assertEqual(time.monotonic_ns() - before_ns, 90_500_000_000)
        self.assertEqual(module.monotonic() - theirs, 90.5)

    async def test_it_goes_on_from_what_was_read_before_the_test(self) -> None:
        self.assertGreaterEqual(time.monotonic(), monotonic.REAL() - 1)
        self.assertEqual(time.monotonic(), time.monotonic_ns() / 1e9)

    async def test_threads_have_the_real_one(self) -> None:
        await self.loop.advance(86400)
        there = await asyncio.to_thread(time.monotonic)
        self.assertAlmostEqual(there, monotonic.REAL(), delta=60)

    async def test_attribute_of_a_class(self) -> None:
        kind = type("Stopwatch", (), {"clock": time.monotonic})
        self.assertEqual(kind().clock(), time.monotonic())

    def test_it_is_the_real_one_without_a_loop_and_after_the_test(self) -> None:
        needs_the_process(self)
        self.assertAlmostEqual(time.monotonic(), monotonic.REAL(), delta=60)
        clock.uninstall()
        try:
            self.assertIs(time.monotonic, monotonic.REAL)
        finally:
            clock.install()
