"""A script that goes on for ever in the main thread is interrupted, once it has a bot in another."""

from __future__ import annotations

import signal
import tempfile
import textwrap
import unittest
import unittest.mock
from pathlib import Path
from typing import Any

from discordtest import DiscordTestCase
from discordtest.scripts import blocking, load_client
from tests.bots import NeedsTheProcess, Outcome, in_a_thread, run_case

HEAD = """
    import asyncio, discord, sys, threading, time
    bot = discord.Client(intents=discord.Intents.none())
"""
RUNS = HEAD + '    threading.Thread(target=bot.run, args=("token",), daemon=True).start()\n'


class BlockingTests(NeedsTheProcess):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(unittest.mock.patch.object(blocking, "PATIENCE", 0.05))
        self.path = Path(self.enterContext(tempfile.TemporaryDirectory()), "bot.py")

    def outcome(self, script: str) -> Outcome:
        """Run a test of a script."""
        self.path.write_text(textwrap.dedent(script))

        class Case(DiscordTestCase):
            def make_client(self) -> Any:
                return load_client(path)

            async def test(self) -> None:
                self.assertTrue(self.client.is_ready())

        path = self.path
        return run_case(Case)

    def interrupted(self, script: str, line: int) -> None:
        """Claim that the test hears in which line a script goes on for ever."""
        outcome = self.outcome(script)
        self.assertIn(
            f"goes on for ever at bot.py:{line}, while its bot starts in another thread", str(outcome)
        )
        self.assertIn("in a thread of its own, where load_client cannot hold it", str(outcome.warnings))

    def test_script_that_sleeps(self) -> None:
        self.interrupted(f"{RUNS}    while True:\n        time.sleep(0.01)", 6)

    def test_script_that_waits(self) -> None:
        self.interrupted(f"{RUNS}    def main():\n        threading.Event().wait()\n    main()", 6)

    def test_thread_that_has_a_loop(self) -> None:
        start = "    threading.Thread(target=lambda: asyncio.run(bot.start('token')), daemon=True).start()\n"
        self.interrupted(f"{HEAD}{start}    while True: time.sleep(0.01)", 5)

    def test_script_that_ends_then_is_loaded(self) -> None:
        ending = "    try:\n        threading.Event().wait()\n    except KeyboardInterrupt:\n        pass"
        self.assertEqual(self.outcome(RUNS + ending).problems, [])


class WatchdogTests(NeedsTheProcess):
    def test_script_that_has_loaded_is_let_be(self) -> None:
        watchdog = blocking.Watchdog()
        watchdog.start()
        timer = watchdog._timer
        watchdog.stop()
        watchdog.start()
        watchdog._bark()
        self.assertIs(watchdog._timer, timer)
        self.assertFalse(watchdog.has_barked)

    def test_script_in_another_thread_is_never_interrupted(self) -> None:
        watchdog = in_a_thread(blocking.Watchdog)
        watchdog.start()
        self.assertIsNone(watchdog._timer)
        watchdog.stop()

    @unittest.skipUnless(hasattr(signal, "SIGUSR2"), "Windows has no such signal")
    def test_signal_of_somebody_else_is_theirs(self) -> None:
        heard: list[int] = []

        def hear(number: int, frame: object) -> None:
            heard.append(number)

        self.addCleanup(signal.signal, signal.SIGUSR2, signal.signal(signal.SIGUSR2, hear))
        watchdog = blocking.Watchdog()
        signal.raise_signal(signal.SIGUSR2)
        watchdog.stop()
        signal.raise_signal(signal.SIGUSR2)
        self.assertEqual(heard, [signal.SIGUSR2] * 2)
        self.assertIs(signal.getsignal(signal.SIGUSR2), hear)

    @unittest.skipUnless(hasattr(signal, "SIGUSR2"), "Windows has no such signal")
    def test_handler_that_the_script_has_set_stays(self) -> None:
        self.addCleanup(signal.signal, signal.SIGUSR2, signal.getsignal(signal.SIGUSR2))
        watchdog = blocking.Watchdog()
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        watchdog.stop()
        self.assertEqual(signal.getsignal(signal.SIGUSR2), signal.SIG_IGN)

    def test_error_without_a_line_of_the_script(self) -> None:
        watchdog = blocking.Watchdog()
        watchdog.stop()
        error = watchdog.error(Path("bot.py"), KeyboardInterrupt())
        self.assertIn(
            "the script bot.py goes on for ever, while its bot starts in another thread", str(error)
        )
