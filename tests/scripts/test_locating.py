from __future__ import annotations

import importlib
import os
import sys
import tempfile
import unittest
from pathlib import Path

from discordtest import SetupError
from discordtest.scripts.locating import find, find_command, module_name
from tests.bots import needs_the_process


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
        needs_the_process(self)  # its sys.path is everybody's
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

    def test_module_of_a_command(self) -> None:
        package = self.write(f"{self.name}/__init__.py")
        module = self.write(f"{self.name}/cli.py")
        self.assertEqual(find_command(f"{self.name}.cli", self.caller), (module, self.folder, self.name))
        self.assertEqual(find_command(self.name, self.caller), (package, self.folder, self.name))
        self.assertNotIn(self.name, sys.modules)

    def test_package_with_a_command_and_no_main_module(self) -> None:
        self.write(f"{self.name}/__init__.py")
        self.write(
            f"{self.name}-1.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {self.name}\nVersion: 1\n"
        )
        self.write(
            f"{self.name}-1.dist-info/entry_points.txt", f"[console_scripts]\nbot = {self.name}.cli:go\n"
        )
        importlib.invalidate_caches()
        with self.assertRaisesRegex(SetupError, rf'or its function, load_client\("{self.name}\.cli:go"\)'):
            find(self.name, self.caller)

    def test_package_without_a_main_module(self) -> None:
        self.write(f"{self.name}/__init__.py")
        with self.assertRaisesRegex(
            SetupError, r"has no __main__.py: name the module .*\.bot\"\), or .*:main\"\)$"
        ):
            find(self.name, self.caller)

    def test_package_that_lacks_something_itself(self) -> None:
        self.write(f"{self.name}/__init__.py", "import a_library_that_is_not_installed")
        with self.assertRaisesRegex(ModuleNotFoundError, "a_library_that_is_not_installed"):
            find(f"{self.name}.bot", self.caller)


class PlaceTests(LocatingTestCase):
    """A module that is not on sys.path and lies near the tests is found for the message."""

    def assertPlace(self, name: str, folder: str, dotted: str) -> None:
        with self.assertRaises(SetupError) as caught:
            find(name, self.caller)
        root = self.folder / folder
        self.assertTrue(
            str(caught.exception).endswith(
                f". It is in {root}: install the project (`pip install -e .`) or set PYTHONPATH={root}, and write "
                f'load_client("{dotted}")'
            ),
            caught.exception,
        )

    def test_package_of_a_src_layout(self) -> None:
        self.write("src/a_bot/__init__.py")
        self.write("src/a_bot/start.py")
        self.assertPlace("a_bot", "src", "a_bot")
        self.assertPlace("a_bot.start", "src", "a_bot.start")
        self.assertPlace("src/a_bot", "src", "a_bot")
        self.assertPlace("src/a_bot/start", "src", "a_bot.start")

    def test_package_beside_the_folder_of_the_tests(self) -> None:
        self.write("a_bot/__main__.py")
        self.assertPlace("a_bot", "", "a_bot")

    def test_folder_of_something_else(self) -> None:
        self.write("a_bot/readme.txt")
        with self.assertRaisesRegex(SetupError, r"on sys\.path$"):
            find("a_bot", self.caller)


class NameTests(LocatingTestCase):
    def test_module_in_a_package(self) -> None:
        self.write("a_bot/__init__.py")
        self.write("a_bot/cogs/__init__.py")
        for path, name in (
            ("a_bot/start.py", "a_bot.start"),
            ("a_bot/cogs/fun.py", "a_bot.cogs.fun"),
            ("a_bot/__main__.py", "a_bot"),
        ):
            self.assertEqual(module_name(self.write(path)), (self.folder, name))

    def test_module_by_itself(self) -> None:
        self.assertEqual(module_name(self.write("start.py")), (self.folder, "start"))
