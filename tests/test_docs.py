"""Every Python example of README and docs/ runs."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from tests import examples
from tests.bots import needs_the_process
from tests.repeated import once

ROOT = examples.ROOT


@once
class DocumentationTests(unittest.TestCase):
    def test_every_example_runs(self) -> None:
        for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]:
            with self.subTest(page.name):
                failures = examples.run(page)
                if failures:
                    self.fail("\n\n".join(failures))


class BlockTests(unittest.TestCase):
    def test_block_has_the_line_of_its_code(self) -> None:
        self.assertEqual(
            examples.blocks(
                "Text\n\n```python\nx = 1\n```\n\n```sh\nls\n```\n\n- Item\n\n  ```python\n  y = 2\n  ```\n"
            ),
            [examples.Block("python", 4, "x = 1\n"), examples.Block("python", 14, "y = 2\n")],
        )

    def test_block_that_begins_with_a_name_shows_a_file(self) -> None:
        first, second = examples.blocks("```python\n# cogs/fun.py\nx = 1\n```\n```python\n# a comment\n```\n")
        self.assertEqual((first.file, second.file), ("cogs/fun.py", None))


class RunTests(unittest.TestCase):
    def run_page(self, text: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "page.md")
            page.write_text(text)
            return examples.run(page)

    def test_blocks_of_a_page_are_one_program(self) -> None:
        self.assertEqual(self.run_page("```python\nx = 1\n```\n\n```python\nassert x == 1\n```\n"), [])

    def test_failing_test_of_an_example_is_shown_with_its_line(self) -> None:
        (failure,) = self.run_page(
            "A page.\n\n```python\nimport unittest\n\nclass T(unittest.TestCase):\n"
            "    def test_x(self):\n        self.assertEqual(1, 2)\n```\n"
        )
        self.assertRegex(failure, r'(?s)example_page\.T\.test_x.*page\.md", line 8.*1 != 2')

    def test_block_with_a_second_word_is_refused(self) -> None:
        (failure,) = self.run_page("```python notest\nx = 1\n```\n")
        self.assertRegex(failure, r"page\.md:2: write ```python alone")

    def test_page_that_shows_files_is_a_project(self) -> None:
        needs_the_process(self)
        page = (
            "```python\n# answer.py\nANSWER = 42\n```\n"
            "```python\n# test_answer.py\nimport unittest\nimport answer\n\n"
            "class T(unittest.TestCase):\n    def test_x(self):\n        self.assertEqual(answer.ANSWER, {})\n```\n"
        )
        self.assertEqual(self.run_page(page.format(42)), [])
        (failure,) = self.run_page(page.format(43))
        self.assertIn("42 != 43", failure)
