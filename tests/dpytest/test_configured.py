from __future__ import annotations

import asyncio
import contextlib
import gc
import unittest
from typing import Any

import discord
from discord.ext import commands
from discord.http import Route

from discordtest import DiscordTestCase, dpytest
from discordtest.dpytest import configured
from discordtest.dpytest.voice import FakeVoiceClient
from discordtest.errors import BackendError, NotModelled
from tests.bots import NeedsTheProcess, needs_the_process
from tests.dpytest.case import Commands, SuiteCase, make_bot


class SceneTests(SuiteCase):
    async def test_foreign_hosts_are_left_alone(self) -> None:
        network = configured.scene().network
        self.assertTrue(network.host_is_allowed("api.example.org"))
        self.assertFalse(network.host_is_allowed("discord.com"))

    async def test_error_of_a_listener_is_logged_and_fails_nothing(self) -> None:
        @self.bot.listen()
        async def on_message(message: discord.Message) -> None:
            raise ValueError("oh")

        with self.assertLogs("discord.client", "ERROR"):
            await dpytest.message("x")
        await dpytest.message("!echo on")
        self.assertTrue(dpytest.verify().message().content("on"))

    async def test_error_of_a_task_is_logged_as_asyncio_does(self) -> None:
        async def fail() -> None:
            raise ValueError("oh")

        with self.assertLogs("asyncio", "ERROR") as logs:
            asyncio.create_task(fail())  # noqa: RUF006  # nobody looks at it
            await dpytest.run_all_events()
            gc.collect()
            asyncio.get_running_loop().call_exception_handler({"message": "a message alone"})
        self.assertEqual(len(logs.output), 2)
        self.assertIn("ValueError: oh", logs.output[0])
        self.assertIn("a message alone", logs.output[1])
        self.assertIn("the bot raised ValueError: oh", repr_of(dpytest.verify().message()))

    async def test_what_is_not_modelled_cannot_be_hidden(self) -> None:
        with contextlib.suppress(Exception):
            await self.bot.http.request(Route("GET", "/nothing/like/this"))
        with self.assertRaisesRegex(NotModelled, "nothing/like/this"):
            await dpytest.run_all_events()

    async def test_content_of_a_file_is_that_of_this_discord(self) -> None:
        path = self.make_file("a.txt", b"a")
        message = await self.channel.send(file=discord.File(path))
        self.assertEqual(configured.content_of(message.attachments[0]), b"a")
        dpytest.configure(self.bot)
        with self.assertRaisesRegex(BackendError, "'a.txt' is of a Discord that is over"):
            configured.content_of(message.attachments[0])

    async def test_listener_that_waits_for_ever_is_left_waiting(self) -> None:
        await dpytest.message("!later 7200")
        self.assertTrue(dpytest.verify().message().nothing())
        await asyncio.sleep(3599)
        self.assertTrue(dpytest.verify().message().nothing())
        await asyncio.sleep(3602)
        self.assertTrue(dpytest.verify().message().content("Now!"))


def repr_of(verification: dpytest.VerifyMessage) -> str:
    """Return what a verification that fails shows."""
    assert not verification
    return repr(verification)


class EndTests(unittest.TestCase):
    def setUp(self) -> None:
        needs_the_process(self)

    def test_everything_is_put_back(self) -> None:
        usual = discord.abc.Connectable.connect.__kwdefaults__["cls"]
        bot = make_bot()

        async def run() -> None:
            dpytest.configure(bot)
            dpytest.configure(bot)
            self.assertIs(discord.abc.Connectable.connect.__kwdefaults__["cls"], FakeVoiceClient)

        before = {**vars(bot)}
        asyncio.run(run())
        self.assertIs(discord.abc.Connectable.connect.__kwdefaults__["cls"], usual)
        self.assertEqual({*vars(bot)} - {*before}, {"on_command_error"})

    def test_client_is_configured_again_on_another_loop(self) -> None:
        unloaded = []

        class Cog(Commands):
            async def cog_unload(self) -> None:
                unloaded.append(self)

        bot = make_bot()
        cog = Cog()

        async def run(first: bool) -> None:
            if first:
                await bot.add_cog(cog)
            dpytest.configure(bot)
            await dpytest.message("!echo hello")
            self.assertTrue(dpytest.verify().message().content("hello"))

        asyncio.run(run(True))
        asyncio.run(run(False))
        self.assertEqual((unloaded, bot.cogs["Cog"]), ([], cog))

    def test_error_of_a_task_that_the_bot_holds_is_logged_at_the_end(self) -> None:
        bot: Any = make_bot()

        async def fail() -> None:
            raise ValueError("oh")

        async def run() -> None:
            dpytest.configure(bot)
            bot.task = asyncio.create_task(fail())
            await dpytest.run_all_events()

        with self.assertLogs("discordtest.dpytest", "ERROR") as logs:
            asyncio.run(run())
        self.assertIn("the bot raised ValueError: oh, in the task of fail", logs.output[0])

    def test_configuration_of_a_closed_loop_is_over(self) -> None:
        async def configure() -> None:
            dpytest.configure(make_bot())

        asyncio.run(configure())

        async def use() -> None:
            await dpytest.message("x")

        with self.assertRaisesRegex(
            BackendError, r"loop that is closed: call configure\(client\) in this test"
        ):
            asyncio.run(use())

    def test_configuration_of_another_loop_says_so(self) -> None:
        async def configure() -> None:
            dpytest.configure(make_bot())

        async def use() -> None:
            with self.assertRaisesRegex(BackendError, "on another event loop than the one that runs now"):
                await dpytest.message("x")

        with asyncio.Runner() as runner:
            runner.run(configure())
            asyncio.run(use())

    def test_client_that_fails_to_start_says_why_and_leaves_nothing(self) -> None:
        class Broken(commands.Bot):
            async def login(self, token: str) -> None:
                raise discord.LoginFailure("no")

        bot: Any = Broken("!", intents=discord.Intents.none())

        async def run() -> None:
            dpytest.configure(bot)

        with self.assertRaisesRegex(discord.LoginFailure, "no"):
            asyncio.run(run())
        self.assertNotIn("setup_hook", vars(bot))
        self.assertNotIn("dispatch", vars(bot))


class DiscordTestCaseTests(NeedsTheProcess, DiscordTestCase):
    """A suite that moves on can keep these calls in its test cases for a while."""

    def make_client(self) -> commands.Bot:
        return make_bot()

    async def test_client_of_the_test_is_configured(self) -> None:
        assert isinstance(self.client, commands.Bot)
        await self.client.add_cog(Commands())
        dpytest.configure(self.client)
        dpytest.configure(self.client, text_channels=2)
        first, second = self.client.guilds
        self.assertEqual((len(first.text_channels), len(second.text_channels)), (1, 2))
        await dpytest.message("!echo one")
        self.assertTrue(dpytest.verify().message().content("one"))
        self.assertSent("one", channel=second.text_channels[0])
        message = await self.send(second.members[0], second.text_channels[1], "!echo two")
        self.assertSent("two", channel=message.channel)
        self.assertEqual(dpytest.get_message().content, "two")
        self.assertTrue(dpytest.sent_queue.empty())
        self.assertIsInstance(await second.voice_channels[0].connect(), FakeVoiceClient)
