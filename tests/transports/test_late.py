from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from discordtest.stand_ins import StandIns, always
from discordtest.transports.late import LateStandIns
from tests.bots import NeedsTheProcess

EARLY, LATE = "late_library_one", "late_library_two"


def ours() -> str:
    return "ours"


class LateTests(NeedsTheProcess):
    def setUp(self) -> None:
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        for name in (EARLY, LATE):
            Path(folder, f"{name}.py").write_text("def call():\n    return 'real'\n")
            self.addCleanup(sys.modules.pop, name, None)
        sys.path.insert(0, folder)
        self.addCleanup(sys.path.remove, folder)
        self.finders = [*sys.meta_path]
        self.stand_ins = LateStandIns(self.over, EARLY, LATE)
        self.addCleanup(self.stand_ins.take_away)

    def over(self, module: ModuleType) -> StandIns:
        return StandIns((module, "call", always(ours)))

    def call(self, name: str) -> Any:
        return importlib.import_module(name).call()

    def test_what_is_there_and_what_comes_later(self) -> None:
        self.assertEqual(self.call(EARLY), "real")
        self.stand_ins.put()
        self.assertEqual(self.call(EARLY), "ours")
        self.assertEqual(self.call(LATE), "ours")
        self.stand_ins.take_away()
        self.assertEqual([self.call(EARLY), self.call(LATE)], ["real", "real"])
        self.assertEqual(sys.meta_path, self.finders)

    def test_what_never_comes(self) -> None:
        self.stand_ins.put()
        self.stand_ins.take_away()
        self.assertEqual([self.call(EARLY), self.call(LATE)], ["real", "real"])

    def test_each_time_anew(self) -> None:
        for _ in range(2):
            self.stand_ins.put()
            self.assertEqual([self.call(EARLY), self.call(LATE)], ["ours", "ours"])
            self.stand_ins.take_away()
            self.assertEqual([self.call(EARLY), self.call(LATE)], ["real", "real"])

    def test_one_module_under_both_names(self) -> None:
        sys.modules[LATE] = importlib.import_module(EARLY)
        self.stand_ins.put()
        self.assertEqual(self.call(LATE), "ours")
        self.stand_ins.take_away()
        self.assertEqual(self.call(LATE), "real")

    def test_a_module_that_is_not_installed(self) -> None:
        stand_ins: Any = LateStandIns(self.over, "late_library_three")
        stand_ins.put()
        self.addCleanup(stand_ins.take_away)
        self.assertIsNone(importlib.util.find_spec("late_library_three"))
        with self.assertRaises(ModuleNotFoundError):
            importlib.import_module("late_library_three")
        self.assertIsNone(stand_ins.find_spec("json"))
