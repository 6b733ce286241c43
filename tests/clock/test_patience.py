"""A wait that nothing will end gives up after a day, or sooner where the day has too many timers."""

from __future__ import annotations

import asyncio
import unittest
from unittest.mock import patch

from discordtest.clock import patience
from discordtest.clock.patience import Patience
from discordtest.clock.runner import Runner
from discordtest.errors import Deadlock


async def poll() -> None:
    while True:  # noqa: ASYNC110
        await asyncio.sleep(0.001)


class PatienceTests(unittest.TestCase):
    def setUp(self) -> None:
        self.enterContext(patch.object(patience, "JUMPS", 100))
        self.runner = self.enterContext(Runner(settle_timeout=0.02))

    async def beside_a_poll(self, seconds: float | None) -> float:
        """Wait while something polls; return for how long."""
        polling = asyncio.ensure_future(poll())
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            await asyncio.wait([loop.create_future()], timeout=seconds)
        finally:
            polling.cancel()
        return loop.time() - began

    def test_wait_that_nothing_ends(self) -> None:
        with self.assertRaisesRegex(
            Deadlock,
            r"of the clock have passed in [0-9]+ steps, and 0.02 s of work \(settle_timeout\); to let more pass, .*"
            r"\n  the bot sleeps for 0.001 s in poll",
        ):
            self.runner.run(self.beside_a_poll(None))

    def test_wait_that_its_own_timer_ends(self) -> None:
        self.assertEqual(self.runner.run(self.beside_a_poll(5)), 5)

    def test_own_timer_of_every_kind(self) -> None:
        async def waits() -> None:
            for wait in (
                asyncio.sleep(2),
                asyncio.wait_for(asyncio.Event().wait(), 2),
                self.within(asyncio.timeout(2)),
            ):
                polling = asyncio.ensure_future(poll())
                try:
                    await wait
                except TimeoutError:
                    pass
                finally:
                    polling.cancel()

        self.runner.run(waits())

    @staticmethod
    async def within(limit: asyncio.Timeout) -> None:
        async with limit:
            await asyncio.Event().wait()

    def test_few_steps_are_no_work(self) -> None:
        async def look() -> tuple[bool, bool, str]:
            loop = self.runner.get_loop()
            waiting = Patience(loop, -1.0)  # any work at all is too much
            await asyncio.sleep(60)
            few = waiting.is_over(loop.microseconds)
            for _ in range(101):
                await asyncio.sleep(1)
            return few, waiting.is_over(loop.microseconds), str(waiting)

        few, many, text = self.runner.run(look())
        self.assertEqual((few, many), (False, True))
        self.assertRegex(text, "^0:02:41 of the clock have passed in 102 steps")


if __name__ == "__main__":
    unittest.main()
