"""What loads with the first test."""

from __future__ import annotations

import ast
import unittest

from tests import fresh
from tests.repeated import once

SHOW = "print([name for name in sys.modules if (name + '.').startswith(deferred._PREFIXES) and {}])"
EXECUTED = "not isinstance(sys.modules[name], deferred._Deferred)"


def output(*lines: str) -> str:
    """Run a script in a Python of its own; return what it prints, with its errors."""
    done = fresh.run("\n".join(("import sys", *lines)))
    return (done.stdout + done.stderr).strip()


@once
class DeferredTests(unittest.TestCase):
    def test_import_executes_nothing_that_is_deferred(self) -> None:
        script = "from discordtest import DiscordTestCase, deferred"
        self.assertEqual(output(script, SHOW.format(EXECUTED)), "[]")

    def test_decorator_of_a_test_executes_nothing_that_is_deferred(self) -> None:
        script = "import discordtest", "from discordtest import deferred", "@discordtest.function"
        self.assertEqual(output(*script, "async def test(): ...", SHOW.format(EXECUTED)), "[]")
        self.assertEqual(output(*script, "async def test(): print('ran')", "test()"), "ran")

    def test_what_test_modules_import_executes_nothing_else(self) -> None:
        for names, module in (("Close", "tolerance"), ("load_client, load_clients", "scripts")):
            with self.subTest(names=names):
                executed = output(f"from discordtest import {names}, deferred", SHOW.format(EXECUTED))
                for name in ast.literal_eval(executed):
                    self.assertTrue(f"{name}.".startswith(f"discordtest.{module}."), name)

    def test_all_is_loaded_when_a_test_begins(self) -> None:
        script = "from discordtest import deferred; deferred.load()"
        waiting = SHOW.format("isinstance(sys.modules[name], deferred._Deferred)")
        self.assertEqual(output(script, waiting, "print(deferred._waiting)"), "[]\n[]")

    def test_deferred_module_loads_when_something_in_it_is_used(self) -> None:
        script = "from discordtest.backend.codes import Code; print(Code.UNKNOWN_GUILD.name)"
        self.assertEqual(output(script), "UNKNOWN_GUILD")

    def test_every_public_name_can_be_the_first_that_is_imported(self) -> None:
        for name in ("Close", "InteractionResult", "Timeout", "function", "run"):  # a way of loading each
            with self.subTest(name=name):
                self.assertEqual(output(f"from discordtest import {name}", f"print({name}.__name__)"), name)

    def test_every_public_name_is_listed_before_it_is_loaded(self) -> None:
        script = "import discordtest", "print({*discordtest.__all__} - {*dir(discordtest)})"
        self.assertEqual(output(*script), "set()")

    def test_any_module_can_be_the_first_that_is_imported_after_the_package(self) -> None:
        for name in (
            "backend.gateway",
            "backend.resources.webhook",
            "clock.clock",
            "interactions.result",
            "views",
        ):
            with self.subTest(name=name):
                script = (
                    f"from discordtest.{name} import *",
                    f"print(sys.modules['discordtest.{name}'].__spec__.origin)",
                )
                path = name.replace(".", "/")
                self.assertTrue(output("import discordtest", *script).endswith(f"discordtest/{path}.py"))

    def test_name_of_a_deferred_module_is_not_imported_while_the_package_is(self) -> None:
        script = "from discordtest import deferred", "with deferred.deferring():"
        said = output(*script, " from discordtest.backend.codes import Code")
        self.assertIn("ImportError: cannot import name 'Code'", said)

    def test_module_that_fails_fails_each_time(self) -> None:
        script = (
            "import aiohttp, discordtest.deferred as deferred",
            "aiohttp.TCPConnector._create_connection = lambda: None",
            "for _ in range(2):",
            "  try: deferred.load()",
            "  except ImportError as error: print(error)",
        )
        self.assertEqual(output(*script).count("discordtest does not know this aiohttp"), 2)

    def test_two_threads_load_it_once(self) -> None:
        script = (
            "import threading, discordtest.deferred as deferred",
            "def load(): deferred.load(); deferred.load(); said.append(len(deferred._waiting))",
            "said = []; threads = [threading.Thread(target=load) for _ in range(4)]",
            "for thread in threads: thread.start()",
            "for thread in threads: thread.join()",
            "print(said)",
        )
        self.assertEqual(output(*script), "[0, 0, 0, 0]")

    def test_thread_that_finds_half_a_module_waits_for_the_rest(self) -> None:
        script = (
            "import threading",
            "from discordtest.deferred import deferring",
            "with deferring(): from discordtest.backend import codes",
            "def look(): barrier.wait(); said.append(codes.Code.UNKNOWN_GUILD.name)",
            "said = []; barrier = threading.Barrier(8)",
            "threads = [threading.Thread(target=look) for _ in range(8)]",
            "sys.setswitchinterval(1e-6)",
            "for thread in threads: thread.start()",
            "for thread in threads: thread.join()",
            "print(len(said))",
        )
        self.assertEqual(output(*script), "8")

    def test_every_operation_is_known_to_a_backend_without_a_test(self) -> None:
        script = (
            "from datetime import UTC, datetime",
            "from discordtest import backend",
            "backend.Backend(datetime.now(UTC))",
            "from discordtest.backend import rest",
            "print('vote_in_poll' in rest.OPERATIONS)",
        )
        self.assertEqual(output(*script), "True")
