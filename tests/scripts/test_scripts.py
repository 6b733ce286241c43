from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import textwrap
import traceback
import unittest
import warnings
from pathlib import Path
from typing import Any

import discord

from discordtest import DiscordTestCase, scripts, seam
from discordtest.errors import SetupError
from discordtest.scripts import hold_of, load_client, load_clients, unload
from discordtest.scripts.standing_in import stand_ins
from discordtest.transports.network import Network
from tests import canned
from tests.bots import NeedsTheProcess, Outcome, run_case
from tests.isolated import IsolatedTestCase

RUN_AT_THE_TOP = """
    import discord
    log = []
    client = discord.Client(intents=discord.Intents.default())
    @client.event
    async def setup_hook():
        log.append("set up")
    if __name__ == "__main__":
        try:
            client.run("canned-token")
        finally:
            log.append("over")
"""
MAIN_COROUTINE = """
    import asyncio, discord
    log = []
    async def main():
        log.append("pool opened")
        async with discord.Client(intents=discord.Intents.default()) as client:
            await client.start("canned-token")
        log.append("pool closed")
"""
ORIGINALS = (discord.Client.login, discord.Client.run, asyncio.run, asyncio.BaseEventLoop.run_until_complete)


class ScriptTestCase(NeedsTheProcess, IsolatedTestCase):
    """Writes scripts into a folder of their own and loads them."""

    async def asyncSetUp(self) -> None:
        asyncio.get_running_loop().set_debug(False)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()  # noqa: ASYNC240
        self.discord = canned.CannedDiscord()
        self.network = Network(self.discord, asyncio.get_running_loop(), tokens={canned.TOKEN})
        seam.install(self.network)
        self.addCleanup(seam.uninstall, self.network)
        self.addAsyncCleanup(unload)

    def write(self, text: str, name: str = "bot.py") -> Path:
        """Write a file below the folder."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    async def live(self, client: discord.Client) -> None:
        """Start a client as a test case does, and end it once it is connected."""
        client._connection.guild_ready_timeout = 0.001  # type: ignore[attr-defined]
        hold = hold_of(client)
        assert hold is not None
        task = asyncio.create_task(client.start(hold.token))
        async with asyncio.timeout(1):
            while not client.guilds and not task.done():  # noqa: ASYNC110
                await asyncio.sleep(0)
        await client.close()
        await task

    async def load(self, text: str) -> tuple[discord.Client, list[str]]:
        """Load a script and return its client and its ``log``."""
        client = await load_client(self.write(text))
        return client, sys.modules["__main__"].log  # type: ignore[attr-defined]


class Holding(ScriptTestCase):
    async def test_run_at_the_top(self) -> None:
        client, log = await self.load(RUN_AT_THE_TOP)
        self.assertFalse(self.discord.requests)
        self.assertEqual(log, [])
        await self.live(client)
        self.assertEqual(log, ["set up", "over"])

    async def test_run_in_a_function(self) -> None:
        text = (
            RUN_AT_THE_TOP.split("if __name__")[0]
            + 'def main():\n        client.run("canned-token")\n    main()'
        )
        client, log = await self.load(text)
        await self.live(client)
        self.assertEqual(log, ["set up"])

    async def test_every_way_to_run_a_main_coroutine(self) -> None:
        ways = (
            "asyncio.run(main())",
            "asyncio.run(main=main())",
            "from asyncio import run\n    run(main())",
            "def go():\n        asyncio.run(main())\n    go()",
            "with asyncio.Runner() as runner:\n        runner.run(main())",
            "def go():\n        with asyncio.Runner() as runner:\n            runner.get_loop()\n"
            "            runner.run(main())\n    go()",
            "asyncio.get_event_loop().run_until_complete(main())",
            "def go():\n        asyncio.get_event_loop().run_until_complete(main())\n    go()",
            "import uvloop\n    uvloop.run(main())",
            "import uvloop\n    def go():\n        uvloop.run(main())\n    go()",
        )
        self.write("def run(main, **options): raise AssertionError", "uvloop.py")
        for way in ways:
            with self.subTest(way):
                client, log = await self.load(f"{MAIN_COROUTINE}\n    {way}")
                self.assertEqual(log, ["pool opened"])
                await self.live(client)
                self.assertEqual(log, ["pool opened", "pool closed"])
                await unload()

    async def test_run_forever(self) -> None:
        text = (
            MAIN_COROUTINE
            + """
    loop = asyncio.get_event_loop()
    task = loop.create_task(main())
    loop.run_forever()
"""
        )
        client = await load_client(self.write(text))
        self.assertIsInstance(client, discord.Client)
        await unload()

    async def test_login_and_connect(self) -> None:
        text = MAIN_COROUTINE.replace(
            'client.start("canned-token")', 'client.login("canned-token"); await client.connect()'
        )
        client, log = await self.load(text + "\n    asyncio.run(main())")
        await self.live(client)
        self.assertEqual(log[-1], "pool closed")

    async def test_start_of_the_clients_own(self) -> None:
        text = """
            import discord
            log = []
            class Mine(discord.Client):
                async def start(self, *args, **options):
                    log.append("own start")
                    await super().start(*args, **options)
                def run(self):
                    super().run("canned-token", log_handler=None)
            Mine(intents=discord.Intents.default()).run()
        """
        client, log = await self.load(text)
        self.assertEqual(log, ["own start"])
        await self.live(client)

    async def test_other_calls_named_run(self) -> None:
        text = """
            import subprocess, sys, discord
            class Job:
                def run(self): return 7
            log = [Job().run(), [Job().run() for _ in range(1)], (lambda: Job().run())()]
            discord.Client(intents=discord.Intents.default()).run("canned-token")
        """
        _, log = await self.load(text)
        self.assertEqual(log, [7, [7], 7])

    async def test_start_returns_what_the_script_raises(self) -> None:
        client, _ = await self.load(
            f"{MAIN_COROUTINE}\n    asyncio.run(main())\n    raise ValueError('behind')"
        )
        with self.assertRaisesRegex(ValueError, "behind"):
            await self.live(client)

    async def test_error_of_a_client_has_no_context_of_ours(self) -> None:
        client, _ = await self.load(f"{MAIN_COROUTINE}\n    def go():\n        asyncio.run(main())\n    go()")

        async def setup_hook() -> None:
            raise ValueError("no database")

        client.setup_hook = setup_hook  # type: ignore[method-assign]
        with self.assertRaisesRegex(ValueError, "no database") as caught:
            await self.live(client)
        self.assertIsNone(caught.exception.__context__)

    async def test_client_that_is_only_defined(self) -> None:
        client = await load_client(
            self.write("import discord\nbot = discord.Client(intents=discord.Intents.all())")
        )
        self.assertIs(sys.modules["__main__"].bot, client)  # type: ignore[attr-defined]
        self.assertIsNone(hold_of(client))


class Tokens(ScriptTestCase):
    async def test_token_of_the_script(self) -> None:
        client, _ = await self.load(RUN_AT_THE_TOP.replace('"canned-token"', '" canned-token "'))
        self.assertEqual(hold_of(client).token, "canned-token")  # type: ignore[union-attr]

    async def test_missing_token_is_replaced(self) -> None:
        for token in ("None", "''"):
            client, _ = await self.load(RUN_AT_THE_TOP.replace('"canned-token"', token))
            hold = hold_of(client)
            assert hold is not None
            self.assertTrue(hold.token.startswith(scripts.SUBSTITUTE_TOKEN))

    async def test_token_that_nobody_knows(self) -> None:
        client, log = await self.load(RUN_AT_THE_TOP.replace('"canned-token"', '"wrong"'))
        with self.assertRaises(discord.LoginFailure):
            await self.live(client)
        self.assertEqual(log, ["over"])


class Places(ScriptTestCase):
    async def test_script_in_the_folder_above_the_tests(self) -> None:
        path = self.write(RUN_AT_THE_TOP)
        called: dict[str, object] = {"load_client": load_client}
        test = path.parent / "tests" / "test_bot.py"
        exec(compile(f"found = load_client({path.name!r})", str(test), "exec"), called)
        client = await called["found"]  # type: ignore[misc]
        self.assertEqual(hold_of(client).script.path, path)  # type: ignore[union-attr]


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
        sys.path.insert(0, str(self.folder))
        self.addCleanup(sys.path.remove, str(self.folder))
        await load_client("pack.bot")
        self.assertEqual(sys.modules["__main__"].log, ["beside", "pack"])  # type: ignore[attr-defined]
        with self.assertRaises(SetupError):  # its bot is started only as a script
            await load_client("pack")

    async def test_module_object(self) -> None:
        self.write(RUN_AT_THE_TOP, "held_module.py")
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


BOT = """
    import asyncio, discord, sys
    bot = discord.Client(intents=discord.Intents.all())
    @bot.event
    async def on_message(message):
        if not message.author.bot:
            await message.channel.send("pong")
    async def main():
        async with bot:
            await bot.start("token")
"""


class Endings(NeedsTheProcess):
    """A script goes on when its client is closed; whatever it does then, the test is over."""

    def run_script(self, text: str) -> str:
        """Run a test of a script and return its problems."""
        return "\n".join(self.outcome(text))

    def outcome(self, text: str) -> Outcome:
        """Run a test of a script."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bot.py"
            path.write_text(textwrap.dedent(text))

            class Case(DiscordTestCase):
                async def make_client(self) -> discord.Client:  # type: ignore[override]  # may be async
                    return (await load_clients(path))[0]

                async def test(self) -> None:
                    guild = self.make_guild("Test", channels=["general"])
                    await self.send(self.owner, guild.text_channels[0], "ping")
                    self.assertSent("pong")

            return run_case(Case)

    def test_script_that_runs_more_than_its_client(self) -> None:
        ways = {
            "gather": "asyncio.gather(bot.start('token'), asyncio.Event().wait())",
            "second client": "asyncio.gather(bot.start('a'), discord.Client(intents=bot.intents).start('b'))",
            "restarts": "restarting()",
            "group": "group()",
        }
        more = """
    async def restarting():
        while True:
            await main()
            await asyncio.sleep(5)
    async def group():
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(bot.start("token"))
            tasks.create_task(asyncio.Event().wait())
    async def everything():
        await {}
    asyncio.run(everything())
"""
        for name, way in ways.items():
            with self.subTest(name):
                self.assertEqual(self.run_script(BOT + more.format(way)), "")

    def test_loop_that_runs_for_ever(self) -> None:
        way = "loop = asyncio.get_event_loop()\n    loop.create_task(main())\n    loop.run_forever()"
        self.assertEqual(self.run_script(f"{BOT}\n    {way}"), "")

    def test_loop_of_its_own_in_a_function_that_cleans_up_after_it(self) -> None:
        way = """
    def go():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            task = loop.create_task(main())
            loop.run_forever()
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            asyncio.set_event_loop(None)
            loop.close()
    go()
"""
        self.assertEqual(self.run_script(BOT + way), "")

    def test_loop_in_a_function_for_something_else_than_the_client(self) -> None:
        """A migration of a database, a look at a configuration: the function goes on with what came of it."""
        way = """
    async def migrate():
        await asyncio.sleep(1)
        return "done"
    async def fail():
        raise LookupError("no table")
    def prepare():
        assert asyncio.run(migrate()) == "done"
        with asyncio.Runner() as runner:
            assert runner.run(migrate()) == "done"
        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(migrate()) == "done"
        try:
            asyncio.run(fail())
        except LookupError:
            return True
    def go():
        assert prepare()
        asyncio.run(main())
    go()
"""
        self.assertEqual(self.run_script(BOT + way), "")

    def test_log_file_is_closed(self) -> None:
        way = """
    import logging, pathlib
    logging.getLogger().addHandler(logging.FileHandler(pathlib.Path(__file__).with_name("bot.log")))
    bot.run("token")
"""
        outcome = self.outcome(BOT + way)
        self.assertTrue(outcome.passed)
        self.assertNotIn("bot.log", "".join(outcome.warnings))

    def test_restarted_script_logs_once(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        path, log = folder / "bot.py", folder / "bot.log"
        way = f"""
    import logging
    logging.getLogger("steward").addHandler(logging.FileHandler({str(log)!r}))
    logging.getLogger("steward").warning("hello")
    bot.run("token")
"""
        path.write_text(textwrap.dedent(BOT + way))

        class Case(DiscordTestCase):
            async def make_client(self) -> discord.Client:  # type: ignore[override]  # may be async
                return await load_client(path)

            async def test_it(self) -> None:
                await self.restart()

        run_case(Case)
        self.assertEqual(log.read_text(), "hello\nhello\n")
        self.assertEqual(logging.getLogger("steward").handlers, [])

    def test_client_in_a_thread(self) -> None:
        way = """
    import threading
    thread = threading.Thread(target=bot.run, args=("token",))
    thread.start()
    thread.join()
"""
        outcome = self.outcome(BOT + way)
        self.assertEqual(outcome.problems, [])
        self.assertIn(
            "starts its Client in a thread of its own, where load_client cannot hold it",
            str(outcome.warnings),
        )

    def test_loop_that_the_script_closes(self) -> None:
        way = """
    loop = asyncio.get_event_loop()
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()
"""
        indented = textwrap.indent(way, "    ")
        for each in (way, f"\n    def go():{indented}\n    go()"):
            self.assertEqual(self.run_script(BOT + each), "")

    def test_exit_with_the_result(self) -> None:
        for code in ("asyncio.run(main())", "0"):
            self.assertEqual(self.run_script(f"{BOT}\n    bot.run('token')\n    sys.exit({code})"), "")
        self.assertEqual(self.run_script(f"{BOT}\n    sys.exit(asyncio.run(main()))"), "")

    def test_exit_instead_of_a_client(self) -> None:
        text = self.run_script("import sys\nsys.exit('no token')")
        self.assertIn(
            "SetupError: the script bot.py ended: bot.py:2 called sys.exit('no token'); it had started no client",
            text,
        )

    def test_exit_for_want_of_arguments(self) -> None:
        text = self.run_script("import sys\nsys.exit(2)")
        self.assertIn("its arguments were: none. load_client(…, arguments=[…]) passes others", text)

    def test_exit_with_an_error(self) -> None:
        text = self.run_script(f"{BOT}\n    bot.run('token')\n    sys.exit(3)")
        self.assertIn("the script bot.py ended: bot.py:13 called sys.exit(3)", text)

    def test_exit_before_the_client_is_ready(self) -> None:
        text = self.run_script(f"{BOT}\n    bot.setup_hook = lambda: sys.exit()\n    bot.run('token')")
        self.assertIn(
            "SetupError: the client ended before it was ready: <lambda> (bot.py:12) called sys.exit()", text
        )

    def test_client_that_waits_for_itself_in_setup_hook(self) -> None:
        text = self.run_script(f"{BOT}\n    bot.setup_hook = bot.wait_until_ready\n    asyncio.run(main())")
        self.assertIn("the bot waits in main (bot.py:10). setup_hook runs before the client connects", text)


class Others(NeedsTheProcess):
    """While a script loads, the process is used by others, too."""

    def test_stand_ins_do_nothing_outside_of_scripts(self) -> None:
        async def seven() -> int:
            return 7

        path = Path(__file__)
        with stand_ins(path):
            self.assertEqual(asyncio.run(seven()), 7)
            with asyncio.Runner() as runner:
                self.assertEqual(runner.run(seven()), 7)
            with self.assertRaises(TypeError):
                discord.Client(intents=discord.Intents.default()).run(None, log_handler=None)  # type: ignore[arg-type]


if __name__ == "__main__":
    unittest.main()
