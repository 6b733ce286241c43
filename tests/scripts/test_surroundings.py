"""What of the process a script sees as its own."""

from __future__ import annotations

import logging
import sys
import unittest
from pathlib import Path

from discordtest.scripts.surroundings import called_with, loggers, main_module
from tests.bots import needs_the_process


class SurroundingsTests(unittest.TestCase):
    def setUp(self) -> None:
        needs_the_process(self)

    def test_command_line(self) -> None:
        before = sys.argv
        with self.assertRaises(ZeroDivisionError), called_with(Path("bot.py"), ["run", "-v"]):
            self.assertEqual(sys.argv, ["bot.py", "run", "-v"])
            raise ZeroDivisionError
        self.assertIs(sys.argv, before)

    def test_module(self) -> None:
        module = main_module(Path("bots/one.py"), "bots")
        self.assertEqual((module.__name__, module.__package__), ("__main__", "bots"))
        self.assertEqual(module.__file__, str(Path("bots/one.py")))
        exec("x = len('ab')", vars(module))
        self.assertEqual(module.x, 2)

    def test_loggers(self) -> None:
        self.assertEqual(loggers(), (logging.getLogger(), logging.getLogger("discord")))


if __name__ == "__main__":
    unittest.main()
