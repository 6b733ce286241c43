"""What of the process a script sees as its own."""

from __future__ import annotations

import contextlib
import gc
import io
import itertools
import logging
import logging.config
import os
import signal
import sys
import tempfile
import unittest
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from discordtest.scripts.surroundings import Loggers, Process, called_with, main_module
from tests.bots import needs_the_process

if TYPE_CHECKING:
    from collections.abc import Iterator


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

    def test_loggers_are_given_back(self) -> None:
        known, new = logging.getLogger("tests.known"), logging.getLogger("tests.new")
        was = logging.NullHandler()
        known.addHandler(was)
        self.addCleanup(known.removeHandler, was)
        loggers = Loggers()
        known.handlers, known.level = [logging.StreamHandler()], logging.DEBUG
        logging.config.dictConfig({"version": 1, "disable_existing_loggers": True})
        new.addHandler(logging.StreamHandler())
        loggers.give_back()
        self.assertEqual((known.handlers, known.level, new.handlers), ([was], logging.NOTSET, []))
        self.assertFalse(known.disabled)

    def test_handlers_of_tests_and_libraries_stay(self) -> None:
        loggers, silent, log = Loggers(), logging.NullHandler(), logging.getLogger("tests.kept")
        self.addCleanup(log.removeHandler, silent)
        with self.assertLogs(log) as seen:
            log.addHandler(silent)
            log.addHandler(logging.StreamHandler())
            loggers.drop_new()
            log.warning("still here")
            self.assertEqual(len(log.handlers), 2)
        self.assertEqual(seen.output, ["WARNING:tests.kept:still here"])

    def test_logs_that_a_test_in_another_thread_looks_at(self) -> None:
        log = logging.getLogger("tests.seen")

        def look() -> Iterator[None]:
            with self.assertLogs(log) as seen:
                yield
                log.warning("still here")
            self.assertEqual(seen.output, ["WARNING:tests.seen:still here"])

        for begin, end in itertools.combinations_with_replacement(range(4), 2):
            with self.subTest(begin=begin, end=end):
                steps, before = look(), (log.level, log.propagate, [*log.handlers])
                for step in range(4):
                    for at in (begin, end):
                        if at == step:
                            next(steps, None)
                    if step == 0:
                        loggers = Loggers()
                    elif step == 1:
                        loggers.note()
                    elif step == 2:
                        loggers.give_back()
                self.assertEqual((log.level, log.propagate, log.handlers), before)


class ProcessTests(unittest.TestCase):
    def setUp(self) -> None:
        needs_the_process(self)
        self.enterContext(mock.patch.multiple(sys, stdout=sys.stdout, stderr=io.TextIOWrapper(io.BytesIO())))
        self.stream = sys.stderr

    def test_stream_of_a_script_is_taken_back_and_closes_nothing(self) -> None:
        process = Process()
        sys.stderr = io.TextIOWrapper(sys.stderr.buffer)
        process.note()
        sys.stderr.write("hello")
        process.give_back()
        self.assertIs(sys.stderr, self.stream)
        gc.collect()
        self.assertEqual(self.stream.buffer.getvalue(), b"hello")  # type: ignore[attr-defined]  # and it is open

    def test_what_the_test_has_redirected_stays_so(self) -> None:
        with contextlib.redirect_stderr(io.StringIO()):
            process = Process()
            process.note()
        process.give_back()
        self.assertIs(sys.stderr, self.stream)
        process, told = Process(), io.StringIO()
        sys.stderr = io.TextIOWrapper(sys.stderr.buffer)
        process.note()
        with contextlib.redirect_stderr(told):
            process.give_back()
            self.assertIs(sys.stderr, told)
        gc.collect()
        self.assertFalse(self.stream.buffer.closed)

    def test_folder_and_environment_are_taken_back(self) -> None:
        here = os.getcwd()
        there = self.enterContext(tempfile.TemporaryDirectory())
        self.addCleanup(os.chdir, here)
        with mock.patch.dict(os.environ, {"A": "1", "B": "1"}):
            process = Process()
            os.chdir(there)
            os.environ.update(A="2", B="2", C="2")
            process.note()
            os.environ["B"] = "3"  # by the test
            process.give_back()
            self.assertEqual((os.getcwd(), os.environ["A"], os.environ["B"]), (here, "1", "3"))
            self.assertNotIn("C", os.environ)
            process.give_back()

    def test_signals_and_hooks_are_taken_back(self) -> None:
        before, process = (signal.getsignal(signal.SIGTERM), sys.excepthook), Process()
        self.addCleanup(signal.signal, signal.SIGTERM, before[0])
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.excepthook = print
        process.note()
        process.give_back()
        self.assertEqual((signal.getsignal(signal.SIGTERM), sys.excepthook), before)

    def test_folder_that_is_gone(self) -> None:
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            process = Process()
            os.chdir(here)
            process.note()
        process.give_back()
        self.assertEqual(os.getcwd(), here)


if __name__ == "__main__":
    unittest.main()
