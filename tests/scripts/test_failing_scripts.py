"""What a script that cannot be loaded says."""

from __future__ import annotations

import sys
import tempfile
import textwrap
import traceback
import unittest
import warnings
from pathlib import Path
from typing import Any

from discordtest import DiscordTestCase
from discordtest.errors import SetupError
from discordtest.scripts import load_client, unload
from tests.bots import needs_the_process, run_case
from tests.scripts.loading import RUN_AT_THE_TOP, ScriptTestCase


class Failing(ScriptTestCase):
    async def test_script_that_is_not_there(self) -> None:
        with self.assertRaisesRegex(SetupError, r"no script 'nowhere.py'; looked for .* and .*tests"):
            await load_client("nowhere.py")

    async def test_module_that_is_not_there(self) -> None:
        with self.assertRaisesRegex(SetupError, "no module 'nowhere_at_all'"):
            await load_client("nowhere_at_all")
        with self.assertRaisesRegex(SetupError, "no module 'nowhere_at_all.bot'"):
            await load_client("nowhere_at_all.bot")

    async def test_script_without_a_client(self) -> None:
        with self.assertRaisesRegex(SetupError, "ended without starting a client"):
            await load_client(self.write("x = 1"))

    async def test_script_whose_function_nobody_calls(self) -> None:
        with self.assertRaisesRegex(SetupError, r"defines none: .*, or load a file that calls its main\(\)$"):
            await load_client(self.write("def main():\n    pass"))

    async def test_module_whose_function_nobody_calls(self) -> None:
        self.write("", "uncalled/__init__.py")
        self.write("def main():\n    pass", "uncalled/cli.py")
        needs_the_process(self)  # its sys.path is everybody's
        sys.path.insert(0, str(self.folder))
        self.addCleanup(sys.path.remove, str(self.folder))
        with self.assertRaisesRegex(
            SetupError, r'or write load_client\("uncalled.cli:main"\), which calls its main'
        ):
            await load_client("uncalled.cli")

    async def test_command(self) -> None:
        self.write("", "commanded/__init__.py")
        text = """
            import asyncio, sys, discord
            log = []
            class App:
                def run(self):
                    log.append(__name__)
                    assert sys.argv[1:] == ["--fast"]
                    asyncio.run(go())
            async def go():
                async with discord.Client(intents=discord.Intents.none()) as client:
                    client.log = log
                    await client.start("any")
            app = App()
        """
        self.write(textwrap.dedent(text), "commanded/cli.py")
        needs_the_process(self)  # its sys.path is everybody's
        sys.path.insert(0, str(self.folder))
        self.addCleanup(sys.path.remove, str(self.folder))
        for _ in range(2):  # imported anew
            client = await load_client("commanded.cli:app.run", arguments=["--fast"])
            self.assertEqual(client.log, ["commanded.cli"])  # type: ignore[attr-defined]
            await unload()
        with self.assertRaisesRegex(AttributeError, "no attribute 'main'"):
            await load_client("commanded.cli:main")

    async def test_library_that_keeps_what_a_script_registers(self) -> None:
        library = """
            names = []
            def register(name):
                if name in names:
                    raise ValueError("twice")
                names.append(name)
        """
        (self.folder / "site-packages").mkdir()
        self.write(library, "site-packages/keeper/__init__.py")
        needs_the_process(self)  # its sys.path is everybody's
        sys.path.insert(0, str(self.folder / "site-packages"))
        self.addCleanup(sys.path.remove, str(self.folder / "site-packages"))
        self.addCleanup(sys.modules.pop, "keeper")
        import keeper  # type: ignore[import-not-found]

        script = self.write(
            "import keeper\nkeeper.register('commands')\n" + textwrap.dedent(RUN_AT_THE_TOP), "bots/bot.py"
        )
        await load_client(script)
        await unload()
        with self.assertRaisesRegex(ValueError, "twice") as caught:
            await load_client(script)
        note = (
            'has loaded bot.py before, and keeper may keep what it did then: load_client(…, anew=["keeper"])'
        )
        self.assertIn(note, caught.exception.__notes__[0])
        await unload()
        for _ in range(2):
            await load_client(script, anew=["keeper"])
            await unload()
        self.assertIs(sys.modules["keeper"], keeper)
        self.assertEqual(keeper.names, ["commands"])

    async def test_script_with_several_clients(self) -> None:
        text = "import discord\na, b = (discord.Client(intents=discord.Intents.none()) for _ in range(2))"
        with self.assertRaisesRegex(SetupError, r"defines several: .* from make_client\(\)$"):
            await load_client(self.write(text))

    async def test_environment_variable_that_is_missing(self) -> None:
        with self.assertRaises(KeyError) as caught:
            await load_client(self.write("import os\nTOKEN = os.environ['NO_SUCH_TOKEN']"))
        (note,) = caught.exception.__notes__
        self.assertIn('patch.dict(os.environ, NO_SUCH_TOKEN="any")). Any token is accepted', note)

    async def test_other_errors_of_the_kind_are_the_scripts_own(self) -> None:
        for text in ("{}['x']", "import no_such_module_at_all"):
            with self.subTest(text), self.assertRaises((KeyError, ImportError)) as caught:
                await load_client(self.write(text))
            self.assertFalse(hasattr(caught.exception, "__notes__"))

    async def test_part_of_a_package_that_is_loaded_as_a_file(self) -> None:
        self.write("", "a_bot/__init__.py")
        path = self.write("from .texts import hello", "a_bot/start.py")
        with warnings.catch_warnings(), self.assertRaises(ImportError) as caught:
            warnings.simplefilter("ignore", ImportWarning)
            await load_client(path)
        (note,) = caught.exception.__notes__
        self.assertIn('write load_client("a_bot.start"), which runs it as `python -m a_bot.start` does', note)

    async def test_script_that_raises(self) -> None:
        path = self.write("x = 1\nx / 0")
        try:
            await load_client(path)
        except ZeroDivisionError as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.assertEqual((last.filename, last.lineno), (str(path), 2))
        else:
            self.fail("the script raises")


class TracebackTests(unittest.TestCase):
    def test_failure_begins_at_the_line_of_the_script(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bot.py"
            path.write_text("x = 1\nx / 0")

            class Case(DiscordTestCase):
                def make_client(self) -> Any:
                    return load_client(path)

                async def test(self) -> None: ...

            (text,) = run_case(Case)
        self.assertTrue(
            text.startswith(f'Traceback (most recent call last):\n  File "{path}", line 2, in <module>\n'),
            text,
        )
