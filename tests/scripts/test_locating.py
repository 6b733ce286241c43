from __future__ import annotations

import importlib
import os
import sys
import tempfile
import unittest
from pathlib import Path

from discordtest import SetupError
from discordtest.scripts.locating import find


class LocatingTestCase(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory())).resolve()
        self.caller = str(self.write("tests/test_bot.py"))

    def write(self, name: str, text: str = "") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


class PathTests(LocatingTestCase):
    def test_beside_the_tests(self) -> None:
        path = self.write("tests/beside.py")
        self.assertEqual(find("beside.py", self.caller), (path, path.parent, None))

    def test_in_the_folder_above(self) -> None:
        path = self.write("above.py")
        self.assertEqual(find("above.py", self.caller), (path, self.folder, None))

    def test_nearest_is_taken(self) -> None:
        self.write("both.py")
        path = self.write("tests/both.py")
        self.assertEqual(find("both.py", self.caller)[0], path)

    def test_absolute_path(self) -> None:
        path = self.write("elsewhere/bot.py")
        self.assertEqual(find(path, self.caller), (path, path.parent, None))

    def test_no_such_file_names_the_places(self) -> None:
        with self.assertRaises(SetupError) as caught:
            find("missing.py", self.caller)
        for place in (Path.cwd(), self.folder / "tests", self.folder):
            self.assertIn(str(place / "missing.py"), str(caught.exception))


class ModuleTests(LocatingTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(importlib.invalidate_caches)
        self.addCleanup(sys.path.remove, str(self.folder))
        sys.path.insert(0, str(self.folder))
        self.name = f"located_{os.path.basename(self.folder)}".replace("-", "_")

    def test_dotted_name(self) -> None:
        self.write(f"{self.name}/__init__.py")
        path = self.write(f"{self.name}/bot.py")
        self.assertEqual(find(f"{self.name}.bot", self.caller), (path, self.folder, self.name))
        self.assertNotIn(self.name, sys.modules)

    def test_package_is_run_by_its_main_module(self) -> None:
        self.write(f"{self.name}/__init__.py")
        path = self.write(f"{self.name}/__main__.py")
        self.assertEqual(find(self.name, self.caller), (path, self.folder, self.name))

    def test_no_such_module(self) -> None:
        for name in (self.name, f"{self.name}.bot"):
            with self.assertRaisesRegex(SetupError, f"finds no module '{name}'"):
                find(name, self.caller)

    def test_package_that_lacks_something_itself(self) -> None:
        self.write(f"{self.name}/__init__.py", "import a_library_that_is_not_installed")
        with self.assertRaisesRegex(ModuleNotFoundError, "a_library_that_is_not_installed"):
            find(f"{self.name}.bot", self.caller)
