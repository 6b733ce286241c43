"""The run of dpytest's own suite, without that suite."""

from __future__ import annotations

import io
import tarfile
import tempfile
import unittest
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

from tests import dpytest_suite

PASSING = (
    "import discord.ext.test as it\n\n\ndef test_name():\n    assert it.__name__ == 'discordtest.dpytest'\n"
)
SKIPPED = "import pytest\n\n\n@pytest.mark.skip(reason='no')\r\ndef test_skipped():\r\n    assert 1 == 2\n"


class RewritingTests(unittest.TestCase):
    def test_import_is_changed_and_no_test_is_skipped(self) -> None:
        self.assertEqual(
            dpytest_suite.rewritten(
                "from discord.ext.test.utils import embed_eq\nimport discord.ext.tests\n"
            ),
            "from discordtest.dpytest.utils import embed_eq\nimport discord.ext.tests\n",
        )
        self.assertNotIn("skip(", dpytest_suite.rewritten(SKIPPED))

    def test_archive_and_folder_are_unpacked_alike(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "dpytest-0")
            (source / "tests").mkdir(parents=True)
            (source / "tests" / "test_a.py").write_text(PASSING)
            (source / "tests" / "data.bin").write_bytes(b"\xff\xfe")
            (source / "setup.py").write_text("raise SystemExit")
            with tarfile.open(Path(folder, "dpytest-0.tar.gz"), "w:gz") as archive:
                archive.add(source, "dpytest-0")
            for number, each in enumerate((source, Path(folder, "dpytest-0.tar.gz"))):
                with self.subTest(each.name):
                    made = dpytest_suite.unpack(each, Path(folder, str(number)))
                    self.assertEqual(
                        sorted(str(path.relative_to(made)) for path in made.rglob("*.*")),
                        ["tests/data.bin", "tests/test_a.py"],
                    )
                    self.assertIn("import discordtest.dpytest as", (made / "tests" / "test_a.py").read_text())


class JudgingTests(unittest.TestCase):
    def setUp(self) -> None:
        self.outcomes = dict.fromkeys(dpytest_suite.CONTRADICTED, False)
        self.outcomes |= {f"test_x::test_{number}": True for number in range(59)}

    def test_what_is_expected(self) -> None:
        self.assertEqual(dpytest_suite.judge(self.outcomes), [])

    def test_failure_that_is_not_listed(self) -> None:
        self.outcomes["test_x::test_1"] = False
        self.assertEqual(dpytest_suite.judge(self.outcomes), ["test_x::test_1 fails"])

    def test_contradiction_that_is_none(self) -> None:
        self.outcomes["test_voice::test_move_member"] = True
        self.assertEqual(
            dpytest_suite.judge(self.outcomes),
            ["test_voice::test_move_member passes: it is no contradiction"],
        )

    def test_tests_that_are_not_there(self) -> None:
        del self.outcomes["test_voice::test_move_member"]
        self.assertEqual(
            dpytest_suite.judge(self.outcomes),
            ["test_voice::test_move_member was not run", "62 tests ran, not 63"],
        )


@unittest.skipUnless(find_spec("pytest_asyncio"), "needs pytest-asyncio")
class RunningTests(unittest.TestCase):
    def test_outcomes_are_those_of_the_tests(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "dpytest-0")
            (source / "tests").mkdir(parents=True)
            (source / "tests" / "test_a.py").write_text(PASSING)
            (source / "tests" / "test_b.py").write_text(SKIPPED)
            outcomes, text = dpytest_suite.run(dpytest_suite.unpack(source, Path(folder, "suite")))
        self.assertEqual(outcomes, {"test_a::test_name": True, "test_b::test_skipped": False}, text)


class FetchingTests(unittest.TestCase):
    def test_index_that_cannot_be_reached_skips_the_run(self) -> None:
        ended = mock.Mock(returncode=1, stderr="no index")
        with mock.patch.object(dpytest_suite.subprocess, "run", return_value=ended):
            with redirect_stdout(io.StringIO()) as shown:
                self.assertEqual(dpytest_suite.main([]), 0)
        self.assertEqual(shown.getvalue(), "skipped: dpytest==0.7.0 cannot be fetched\nno index\n")
