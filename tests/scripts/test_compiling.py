"""Scripts await where they would start a loop, at the top of the file only."""

from __future__ import annotations

import inspect
import os
import traceback
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from discordtest.scripts.compiling import AWAIT_NAME, compile_script
from tests.isolated import IsolatedTestCase


class CompileTests(IsolatedTestCase):
    def setUp(self) -> None:
        self.path = Path(self.enterContext(TemporaryDirectory()), "bot.py")

    async def run_script(self, text: str) -> list[object]:
        """Run a script; return its log, in which awaited calls stand as tuples."""
        self.path.write_text(text)
        log: list[object] = []

        async def note(function: object, *args: object) -> None:
            log.append((function, *args))

        rest = eval(compile_script(self.path), {AWAIT_NAME: note, "log": log})
        if inspect.isawaitable(rest):
            await rest
        return log

    async def test_calls_at_the_top_are_awaited(self) -> None:
        text = "class X: run = run_until_complete = run_forever = 1\n"
        for name in ("run", "run_until_complete", "run_forever"):
            self.assertEqual(await self.run_script(f"{text}X.{name}(2)\nlog.append(3)"), [(1, 2), 3])
        self.assertEqual(await self.run_script("run = 1\nif log == []:\n    run(2)"), [(1, 2)])

    async def test_functions_and_other_calls_are_left_alone(self) -> None:
        text = "run = log.append\ndef go(): run(1)\ngo()\n(lambda: run(2))()\n[run(n) for n in (3,)]\nlog.append(4)"
        self.assertEqual(await self.run_script(text), [1, 2, 3, 4])

    async def test_changed_script_is_compiled_anew(self) -> None:
        self.assertEqual(await self.run_script("log.append(1)"), [1])
        self.path.write_text("log.append(2)")
        later = self.path.stat().st_mtime_ns + 1_000_000_000
        os.utime(self.path, ns=(later, later))
        log: list[object] = []
        eval(compile_script(self.path), {"log": log})
        self.assertEqual(log, [2])

    async def test_lines_are_those_of_the_script(self) -> None:
        try:
            await self.run_script("run = print\n\n1 / 0")
        except ZeroDivisionError as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.assertEqual((last.filename, last.lineno), (str(self.path), 3))
        else:
            self.fail("the script did not run")


if __name__ == "__main__":
    unittest.main()
