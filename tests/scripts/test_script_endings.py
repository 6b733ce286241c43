"""How scripts end."""

from __future__ import annotations

import logging
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from discordtest import DiscordTestCase
from discordtest.scripts import load_client, load_clients
from tests.bots import NeedsTheProcess, Outcome, in_a_thread, run_case

if TYPE_CHECKING:
    import discord

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

    def test_what_set_up_has_set_and_tear_down_put_back_stays_so(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        path, log, logger = folder / "bot.py", logging.NullHandler(), logging.getLogger("steward.tests")
        path.write_text(textwrap.dedent(BOT + '    bot.run("token")'))
        before = [*sys.path]

        class InSetUp(DiscordTestCase):
            def setUp(self) -> None:
                self.enterContext(self.assertLogs("steward", "DEBUG"))
                logging.getLogger("steward").debug("set up")
                logger.addHandler(log)
                logger.setLevel(logging.DEBUG)
                sys.path.insert(0, "folder-of-tests")

            def tearDown(self) -> None:
                logger.removeHandler(log)
                logger.setLevel(logging.NOTSET)
                sys.path.remove("folder-of-tests")

            async def make_client(self) -> discord.Client:  # type: ignore[override]  # may be async
                return await load_client(path)

            async def test(self) -> None: ...

        class WithMock(InSetUp):
            def setUp(self) -> None:
                self.enterContext(mock.patch.object(sys, "path", [*sys.path, "of-a-mock"]))
                super().setUp()

        class Failing(WithMock):
            def make_world(self) -> None:
                self.addCleanup(self.tearDown)
                raise LookupError("mine")

        for case in (InSetUp, WithMock, Failing):
            with self.subTest(case.__name__):
                outcome = run_case(case)
                self.assertEqual(outcome.passed, case is not Failing, str(outcome))
                self.assertEqual(sys.path, before)
                self.assertEqual((logger.handlers, logger.level), ([], logging.NOTSET))
                steward = logging.getLogger("steward")
                self.assertEqual((steward.handlers, steward.propagate, steward.level), ([], True, 0))

    def test_level_that_the_bot_sets_once_it_runs_is_put_back(self) -> None:
        way = """
    import logging
    @bot.event
    async def on_ready():
        logging.getLogger("known").setLevel(logging.DEBUG)
    bot.run("token")
"""
        logger = logging.getLogger("known")
        self.assertEqual(self.run_script(BOT + way), "")
        self.assertEqual(logger.level, logging.NOTSET)

    def test_next_script_loads_though_taking_back_the_last_one_failed(self) -> None:
        way = """
    import logging
    class Broken(logging.Handler):
        def close(self):
            raise OSError("nobody listens")
    sys.path.append("left-behind")
    logging.getLogger("steward").addHandler(Broken())
    bot.run("token")
"""
        main = sys.modules["__main__"]
        self.assertIn("OSError: nobody listens", self.run_script(BOT + way))
        self.assertIs(sys.modules["__main__"], main)
        self.assertNotIn("left-behind", sys.path)
        self.assertEqual(in_a_thread(lambda: self.run_script(BOT + '    bot.run("token")')), "")

    def test_next_script_loads_though_the_last_one_vanished(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

        class Case(DiscordTestCase):
            async def make_client(self) -> discord.Client:  # type: ignore[override]  # may be async
                path = folder / "bot.py"
                path.write_text("")
                loading = load_client(path)
                path.unlink()
                return await loading

            async def test(self) -> None: ...

        outcome = str(run_case(Case))
        self.assertIn("FileNotFoundError", outcome)
        self.assertNotIn("AttributeError", outcome)
        self.assertEqual(in_a_thread(lambda: self.run_script(BOT + '    bot.run("token")')), "")

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
