from __future__ import annotations

import importlib
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from types import ModuleType
from unittest import mock

from discordtest.scripts import imports as imports_module
from discordtest.scripts.imports import FreshImports
from tests.bots import in_a_thread, needs_the_process


class FreshImporting(unittest.TestCase):
    def setUp(self) -> None:
        needs_the_process(self)  # its modules are everybody's
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.before = (dict(sys.modules), list(sys.path))
        self.main = ModuleType("__main__")

    def tearDown(self) -> None:
        for name in set(sys.modules) - set(self.before[0]):
            if name.startswith("fresh_"):
                del sys.modules[name]
        sys.path[:] = self.before[1]

    def write(self, name: str, text: str = "") -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def import_before(self, name: str) -> ModuleType:
        sys.path.insert(0, str(self.folder))
        importlib.invalidate_caches()
        try:
            return importlib.import_module(name)
        finally:
            sys.path.remove(str(self.folder))

    def test_own_modules_are_imported_anew_and_put_back(self) -> None:
        self.write("fresh_a.py")
        old = self.import_before("fresh_a")
        imports = FreshImports(self.folder, self.main)
        new = importlib.import_module("fresh_a")
        self.assertIsNot(new, old)
        imports.close()
        self.assertIs(sys.modules["fresh_a"], old)

    def assert_nobody_has_the_turn(self) -> None:
        def take() -> bool:
            taken = imports_module._turn.acquire(blocking=False)
            if taken:
                imports_module._turn.release()
            return taken

        self.assertTrue(in_a_thread(take), "other threads would wait for ever")

    def test_turn_is_given_back_though_an_import_system_fails(self) -> None:
        self.write("fresh_a.py")
        old = self.import_before("fresh_a")
        failing = mock.patch("importlib.invalidate_caches", side_effect=OSError("mine"))
        with failing, self.assertRaisesRegex(OSError, "mine"):
            FreshImports(self.folder, self.main)
        self.assertIs(sys.modules["fresh_a"], old)
        self.assertIsNot(sys.modules["__main__"], self.main)
        self.assertEqual(sys.path, self.before[1])
        self.assert_nobody_has_the_turn()

    def test_lazy_object_of_the_bot_is_not_asked_for_its_class(self) -> None:
        self.write(
            "fresh_a.py",
            "class Lazy:\n    __class__ = property(lambda self: 1 / 0)\nlazy = Lazy()\n",
        )
        old = self.import_before("fresh_a")
        imports = FreshImports(self.folder, self.main)
        self.assertIsNot(importlib.import_module("fresh_a"), old)
        imports.close()
        self.assertIs(sys.modules["fresh_a"], old)

    def test_installed_package_of_the_script_is_imported_anew(self) -> None:
        self.write("fresh_bot/__init__.py")
        self.write("fresh_bot/fresh_state.py")
        self.write("fresh_library.py")
        self.main.__package__ = "fresh_bot"
        with mock.patch.object(imports_module, "_libraries", return_value=[self.folder]):
            old = self.import_before("fresh_bot.fresh_state")
            library = self.import_before("fresh_library")
            imports = FreshImports(self.folder, self.main)
            self.assertIsNot(importlib.import_module("fresh_bot.fresh_state"), old)
            self.assertIs(importlib.import_module("fresh_library"), library)
            imports.close()
        self.assertIs(sys.modules["fresh_bot.fresh_state"], old)

    def test_new_modules_are_gone_afterwards(self) -> None:
        self.write("fresh_pack/fresh_b.py")
        imports = FreshImports(self.folder, self.main)
        importlib.import_module("fresh_pack.fresh_b")
        self.assertIs(sys.modules["__main__"], self.main)
        self.assertEqual(sys.path[0], str(self.folder))
        imports.close()
        self.assertNotIn("fresh_pack.fresh_b", sys.modules)
        self.assertNotIn("fresh_pack", sys.modules)
        self.assertIs(sys.modules["__main__"], self.before[0]["__main__"])
        self.assertEqual(sys.path, self.before[1])

    def test_test_modules_and_their_packages_stay(self) -> None:
        self.write("fresh_tests/__init__.py")
        self.write("fresh_tests/fresh_test_x.py", "import unittest\nclass X(unittest.TestCase): pass")
        old = self.import_before("fresh_tests.fresh_test_x")
        imports = FreshImports(self.folder, self.main)
        self.assertIs(sys.modules["fresh_tests.fresh_test_x"], old)
        self.assertIn("fresh_tests", sys.modules)
        imports.close()

    def test_libraries_stay(self) -> None:
        import json

        imports = FreshImports(Path(json.__file__).resolve().parent.parent, self.main)
        self.assertIs(sys.modules["json"], json)
        imports.close()

    def test_one_test_at_a_time(self) -> None:
        first = FreshImports(self.folder, self.main)
        second = FreshImports(self.folder, self.main)  # the same test loads again
        turns: list[str] = []

        def other() -> None:
            imports = FreshImports(self.folder, self.main)
            turns.append("other")
            imports.close()

        thread = threading.Thread(target=other, daemon=True)
        thread.start()
        second.close()
        turns.append("first")
        first.close()
        thread.join()
        self.assertEqual(turns, ["first", "other"])


if __name__ == "__main__":
    unittest.main()
