"""Scripts are held where they start their client, and go on when the test starts it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import discord

from discordtest import scripts
from discordtest.scripts import hold_of, load_client, unload
from discordtest.scripts.standing_in import stand_ins
from tests.bots import NeedsTheProcess
from tests.scripts.loading import MAIN_COROUTINE, RUN_AT_THE_TOP, ScriptTestCase


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
