"""The loop's own sockets: none before it waits, and then it is woken as any."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
import unittest
from typing import Any

from discordtest.clock.loop import VirtualLoop
from tests.bots import needs_the_process


class WakeupTests(unittest.TestCase):
    def setUp(self) -> None:
        self.loop = VirtualLoop()
        self.addCleanup(self.loop.close)

    def run_(self, coroutine: Any) -> Any:
        return self.loop.run_until_complete(coroutine)

    def test_loop_that_waits_for_nothing_outside_has_no_sockets(self) -> None:
        self.run_(asyncio.sleep(10))
        self.assertEqual(len(self.loop._selector.get_map()), 0)
        self.assertFalse(self.loop.is_watching())

    def test_threads_wake_it(self) -> None:
        async def called() -> str:
            answer = self.loop.create_future()

            def call() -> None:
                time.sleep(0.01)
                self.loop.call_soon_threadsafe(answer.set_result, "hi")

            thread = threading.Thread(target=call)
            thread.start()
            started = time.perf_counter()
            result = await answer
            self.assertLess(time.perf_counter() - started, self.loop.settle_timeout)
            thread.join()
            return str(result)

        for _ in range(2):
            self.assertEqual(self.run_(called()), "hi")
        self.assertFalse(self.loop.is_watching())  # its own sockets are none that it watches

    @unittest.skipUnless(hasattr(signal, "SIGUSR1"), "no such signal here")
    def test_signals_wake_it(self) -> None:
        needs_the_process(self)

        async def raised() -> None:
            arrived = self.loop.create_future()
            self.loop.add_signal_handler(signal.SIGUSR1, arrived.set_result, None)
            signal.raise_signal(signal.SIGUSR1)
            await arrived
            self.loop.remove_signal_handler(signal.SIGUSR1)

        self.run_(raised())

    def test_it_is_told_apart_from_what_else_is_watched(self) -> None:
        self.loop.be_woken()
        self.loop.be_woken()
        self.assertFalse(self.loop.is_watching())


if __name__ == "__main__":
    unittest.main()
