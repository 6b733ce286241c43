"""The page for people who come from dpytest: its suite runs under pytest, and it names all there is."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from importlib.util import find_spec
from pathlib import Path

from discordtest.dpytest import VerifyActivity, VerifyMessage, callbacks, listening, runner, utils
from tests import dpytest_suite, examples

PAGE = examples.ROOT / "docs" / "from-dpytest.md"


class PageTests(unittest.TestCase):
    @unittest.skipUnless(find_spec("pytest_asyncio"), "needs pytest-asyncio")
    def test_suite_of_the_page_runs_under_pytest(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for block in examples.blocks(PAGE.read_text()):
                assert block.file is not None
                path = Path(folder, block.file)
                path.parent.mkdir(exist_ok=True)
                path.write_text(block.code)
            ended = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "suite"],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(examples.ROOT)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        self.assertRegex(ended.stdout, r"3 passed")

    def test_numbers_are_those_of_the_run(self) -> None:
        text = " ".join(PAGE.read_text().split())
        tests, contradicted = dpytest_suite.TESTS, len(dpytest_suite.CONTRADICTED)
        self.assertIn(f"dpytest's own {tests} tests are run", text)
        self.assertIn(f"{tests - contradicted} pass. The other four", text)
        self.assertEqual(contradicted, 4)

    def test_everything_is_on_the_page(self) -> None:
        text = PAGE.read_text()
        names = {*runner.__all__, *utils.__all__} - {"RunnerConfig", "back", "callbacks"}
        names |= {name for name in callbacks.__all__ if name not in ("is_set", "run_now")}
        names |= {event for event, _ in listening.EVENTS.values()} | {"send_message", "presence"}
        for builder in (VerifyMessage, VerifyActivity):
            names |= {name for name in vars(builder) if not name.startswith("_")}
        self.assertEqual([name for name in sorted(names) if name not in text], [])
