"""Runs the Python examples of a page of documentation, the way its reader would.

Owns what an example is: a fenced block whose only word is ``python``. The blocks of a page are one program, from
top to bottom; the test cases that they define are run. Where a block begins with the name of a file (``# bot.py``)
the page is a project: it is written to a folder of its own and ``python -m unittest`` is run there.
"""

from __future__ import annotations

import re
import sys
import tempfile
import types
import unittest
from pathlib import Path
from typing import NamedTuple

from tests import fresh

__all__ = ["Block", "blocks", "run"]

ROOT = Path(__file__).parents[1]
_UNITTEST = "import runpy; runpy.run_module('unittest', run_name='__main__', alter_sys=True)"
_FENCE = re.compile(r"^( *)(`{3,}|~{3,})[ \t]*([^\n`]*)\n(.*?)^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# ([\w/]+\.py)\n")


class Block(NamedTuple):
    """One fenced block: the words behind its fence, the line of its first line of code, its text."""

    words: str
    line: int
    code: str

    @property
    def file(self) -> str | None:
        """The file that the block shows, if it begins with its name."""
        found = _FILE.match(self.code)
        return found and found[1]


def blocks(text: str) -> list[Block]:
    """Return the blocks of a page that mean Python, the ones that say so in a wrong way too."""
    found = []
    for match in _FENCE.finditer(text):
        indent, _, words, code = match.groups()
        if "python" in words or words.split()[:1] == ["py"]:
            line = text.count("\n", 0, match.start(4)) + 1
            found.append(Block(words.strip(), line, re.sub(f"^{indent}", "", code, flags=re.MULTILINE)))
    return found


def run(page: Path) -> list[str]:
    """Run the examples of a page; return what failed, as text."""
    found = blocks(page.read_text())
    wrong = [
        f"{page}:{b.line}: write ```python alone, so that it is run" for b in found if b.words != "python"
    ]
    if wrong or not found:
        return wrong
    return _run_project(page, found) if any(block.file for block in found) else _run_program(page, found)


def _run_program(page: Path, found: list[Block]) -> list[str]:
    name = "example_" + re.sub(r"\W", "_", page.stem)
    module = sys.modules[name] = types.ModuleType(name)
    try:
        for block in found:
            # Leading lines make a traceback point into the page.
            exec(compile("\n" * (block.line - 1) + block.code, str(page), "exec"), vars(module))
        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromModule(module).run(result)
    finally:
        sys.modules.pop(name, None)
    return [f"{test.id()}\n{text}" for test, text in result.failures + result.errors]


def _run_project(page: Path, found: list[Block]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        last = "test_page.py"
        for block in found:
            last = block.file or last
            path = Path(folder, last)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a") as file:
                file.write(block.code)
        done = fresh.run(_UNITTEST, folder=folder)
    nothing_to_run = 5  # what unittest says from Python 3.12 on where a page shows only a bot
    return (
        [] if done.returncode in (0, nothing_to_run) else [f"{page}, as a project of its own:\n{done.stderr}"]
    )
