from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import unittest

from discordtest.clock import clock, ending
from tests.bots import needs_the_process
from tests.clock.virtual import VirtualTestCase

NOBODY = 2**22 + 1
"""A process id that Linux gives to nobody."""


class EndingTests(VirtualTestCase):
    def setUp(self) -> None:
        needs_the_process(self)
        clock.install()
        self.addCleanup(clock.uninstall)

    async def test_process_is_not_replaced(self) -> None:
        with self.assertRaisesRegex(
            SystemExit, r"os.execv\('python', \('python', 'bot.py'\)\) ends the process"
        ):
            os.execl("python", "python", "bot.py")
        with self.assertRaisesRegex(SystemExit, "os.execv"):
            os.execve("python", ["python"], {})
        with self.assertRaisesRegex(SystemExit, "os.execv"):
            os.execvp(sys.executable, [sys.executable])

    async def test_process_is_not_ended(self) -> None:
        with self.assertRaisesRegex(SystemExit, r"os._exit\(3\) ends the process, which is the test's"):
            os._exit(3)
        with self.assertRaisesRegex(SystemExit, r"os.kill\(\d+, .*SIGUSR1"):
            os.kill(os.getpid(), signal.SIGUSR1)

    async def test_other_signals_are_sent(self) -> None:
        os.kill(os.getpid(), 0)
        with self.assertRaises(ProcessLookupError):
            os.kill(NOBODY, signal.SIGTERM)
        heard: list[int] = []
        self.addCleanup(
            signal.signal,
            signal.SIGUSR1,
            signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number)),
        )
        os.kill(os.getpid(), signal.SIGUSR1)
        self.assertEqual(heard, [signal.SIGUSR1])

    async def test_child_processes_end_as_ever(self) -> None:
        child = os.fork()
        if not child:
            os._exit(7)
        _, status = os.waitpid(child, 0)  # noqa: ASYNC222  # it ends at once
        self.assertEqual(os.waitstatus_to_exitcode(status), 7)
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "import os; os._exit(5)")
        self.assertEqual(await process.wait(), 5)

    def test_nothing_stays(self) -> None:
        code = "from discordtest.clock import clock\nclock.install()\nimport os\nos._exit(4)"  # no loop runs
        self.assertEqual(subprocess.run([sys.executable, "-c", code], check=False).returncode, 4)
        clock.uninstall()
        try:
            self.assertEqual(
                [getattr(os, name) for name, *_ in ending.STAND_INS],
                [real for _, real, _ in ending.STAND_INS],
            )
        finally:
            clock.install()


if __name__ == "__main__":
    unittest.main()
