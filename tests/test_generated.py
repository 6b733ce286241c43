"""Pages that mirror code are fresh, and the list of routes is complete."""

from __future__ import annotations

import importlib.util
import json
import unittest
from pathlib import Path
from types import ModuleType

from tests import judge
from tests.bots import needs_the_process

ROOT = Path(__file__).parents[1]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class GeneratedTests(unittest.TestCase):
    def test_every_page_is_fresh(self) -> None:
        needs_the_process(self)  # some are made of tests that fail, under settings in the environment
        self.assertEqual(generator().stale(), [], "run python docs/generate.py")

    def test_every_route_that_discord_py_calls_is_listed(self) -> None:
        path = judge.REFERENCE / "routes.json"
        if not path.is_file():
            self.skipTest(f"no {path}")
        called = [
            (route["method"], route["path"], (route.get("openapi") or {}).get("operationId") or "-")
            for route in json.loads(path.read_text())["routes"]
        ]
        listed = [row for rows in generator().known_routes().values() for row in rows]
        self.assertCountEqual(listed, called)

    def test_served_route_has_the_name_of_its_operation(self) -> None:
        generate = generator()
        names = {
            (method, generate.shape(path)): operation
            for rows in generate.known_routes().values()
            for method, path, operation in rows
            if operation != "-"
        }
        for route in generate.rest.ROUTES:
            name = names.get((route.method, generate.shape(route.template)))
            if name is not None:
                with self.subTest(route.template):
                    self.assertEqual(route.operation, name)
