"""What a script imports and changes is fresh each time, and gone afterwards."""

from __future__ import annotations

import asyncio
import logging
import sys
import textwrap
from typing import Any

import discord

from discordtest.errors import SetupError
from discordtest.scripts import hold_of, load_client, load_clients, unload
from tests.bots import needs_the_process
from tests.scripts.loading import RUN_AT_THE_TOP, ScriptTestCase

ORIGINALS = (discord.Client.login, discord.Client.run, asyncio.run, asyncio.BaseEventLoop.run_until_complete)


class Modules(ScriptTestCase):
    async def test_folder_and_names(self) -> None:
        self.write("import __main__\nvalue = __main__.__file__", "beside.py")
        text = """
            import sys, discord
            log = [__name__, __file__, sys.argv, sys.path[0]]
            import beside
            log.append(beside.value)
            discord.Client(intents=discord.Intents.default()).run("canned-token")
        """
        path = str(self.folder / "bot.py")
        _, log = await self.load(text)
        self.assertEqual(log, ["__main__", path, [path], str(self.folder), path])

    async def test_arguments_of_the_command_line(self) -> None:
        before = list(sys.argv)
        path = self.write(
            """
            import argparse, discord
            parser = argparse.ArgumentParser()
            parser.add_argument("config")
            client = discord.Client(intents=discord.Intents.none())
            client.config = parser.parse_args().config
            client.run("canned-token")
            """
        )
        client: Any = await load_client(path, arguments=["dev.toml"])
        [another] = await load_clients(path, arguments=["live.toml"])
        self.assertEqual((client.config, another.config), ("dev.toml", "live.toml"))
        self.assertEqual(sys.argv, before)

    async def test_everything_is_fresh_each_time_and_gone_afterwards(self) -> None:
        before = (dict(sys.modules), list(sys.path), list(sys.argv))
        self.write("count = []\nasync def setup(bot): count.append(1)", "cogs/x.py")
        text = """
            import discord
            from discord.ext import commands
            bot = commands.Bot("!", intents=discord.Intents.default())
            log = []
            @bot.event
            async def setup_hook():
                await bot.load_extension("cogs.x")
            bot.run("canned-token")
        """
        seen = []
        for _ in range(2):
            client, _ = await self.load(text)
            await self.live(client)
            seen.append(sys.modules.get("cogs.x"))
            await unload()
            self.assertNotIn("cogs.x", sys.modules)
            self.assertNotIn("cogs", sys.modules)
        self.assertIs(sys.modules["__main__"], before[0]["__main__"])
        self.assertEqual((sys.path, sys.argv), before[1:])
        self.assertEqual(len(seen), 2)

    async def test_module_by_its_dotted_name(self) -> None:
        self.write("", "pack/__init__.py")
        self.write("name = 'beside'", "pack/beside.py")
        self.write(
            "from .beside import name\nlog = [name, __package__]\n"
            + textwrap.dedent(RUN_AT_THE_TOP).replace("log = []", ""),
            "pack/bot.py",
        )
        self.write("from pack import bot", "pack/__main__.py")
        needs_the_process(self)  # its sys.path is everybody's
        sys.path.insert(0, str(self.folder))
        self.addCleanup(sys.path.remove, str(self.folder))
        await load_client("pack.bot")
        self.assertEqual(sys.modules["__main__"].log, ["beside", "pack"])  # type: ignore[attr-defined]
        with self.assertRaises(SetupError):  # its bot is started only as a script
            await load_client("pack")

    async def test_module_object(self) -> None:
        self.write(RUN_AT_THE_TOP, "held_module.py")
        needs_the_process(self)  # its sys.path is everybody's
        sys.path.insert(0, str(self.folder))
        self.addCleanup(sys.path.remove, str(self.folder))
        import held_module  # type: ignore[import-not-found]

        self.addCleanup(sys.modules.pop, "held_module", None)
        client = await load_client(held_module)
        self.assertIsNot(client, held_module.client)
        await unload()
        self.assertIs(sys.modules["held_module"], held_module)

    async def test_logging_is_as_before(self) -> None:
        root = logging.getLogger()
        before = (list(root.handlers), root.level)
        text = "import logging\nlogging.basicConfig(level=logging.DEBUG, force=True)\n" + textwrap.dedent(
            RUN_AT_THE_TOP
        )
        await load_client(self.write(text))
        await unload()
        self.assertEqual((root.handlers, root.level), before)

    async def test_nothing_stays_replaced(self) -> None:
        await self.load(RUN_AT_THE_TOP)
        now = (
            discord.Client.login,
            discord.Client.run,
            asyncio.run,
            asyncio.BaseEventLoop.run_until_complete,
        )
        self.assertEqual(now, ORIGINALS)

    async def test_unload_ends_a_script_that_was_never_continued(self) -> None:
        client, log = await self.load(RUN_AT_THE_TOP)
        await unload()
        self.assertEqual(log, ["over"])
        self.assertIsNone(hold_of(client))
        await unload()
