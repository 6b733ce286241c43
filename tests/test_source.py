"""The source that a traceback stands in."""

from __future__ import annotations

import ast
import gc
import sys
from types import TracebackType

from discordtest import source
from tests.bots import NeedsTheProcess


class Parsing:
    """What parses where it is collected, as a failed task does whose traceback is logged."""

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        ast.parse("f(1, 2)[3]")


class ParsedTests(NeedsTheProcess):
    def step(self) -> TracebackType:
        try:
            raise ValueError
        except ValueError:
            trace = sys.exc_info()[2]
        assert trace is not None
        return trace

    def test_nothing_is_collected_while_it_parses(self) -> None:
        self.addCleanup(gc.set_threshold, *gc.get_threshold())
        step = self.step()
        Parsing()
        gc.set_threshold(1)
        tree = source.parsed(step)
        gc.set_threshold(0)
        self.assertIsInstance(tree, ast.Module)
        self.assertTrue(gc.isenabled())

    def test_collector_that_is_off_stays_off(self) -> None:
        gc.disable()
        self.addCleanup(gc.enable)
        source.parsed(self.step())
        self.assertFalse(gc.isenabled())
