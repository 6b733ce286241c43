"""A client that a module holds as a global lives once in every test, and remembers nothing of the others."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import threading
import unittest
import weakref
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands, tasks

from discordtest import DiscordTestCase, load_client
from tests.bots import BotTestCase, needs_the_process, run_case

Context = commands.Context[Any]


class Greetings(commands.Cog):
    @commands.command()
    async def hello(self, ctx: Context) -> None:
        await ctx.send("Hello!")


class GlobalBot(commands.Bot):
    """What people write: everything is added in setup_hook, and state is kept on the bot."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.all())
        self.scores: dict[str, int] = {}
        self.visits: list[str] = []

    async def setup_hook(self) -> None:
        await self.add_cog(Greetings())
        self.add_listener(self.count, "on_message")
        self.tree.add_command(roll)
        self.started = True
        tick.start()

    async def count(self, message: discord.Message) -> None:
        if not message.author.bot:
            self.visits.append(message.content)


bot = GlobalBot()


@app_commands.command()
@app_commands.checks.cooldown(1, 60)
async def roll(interaction: discord.Interaction) -> None:
    """Roll a die."""
    await interaction.response.send_message("6")


@tasks.loop(minutes=1)
async def tick() -> None:
    bot.scores["ticks"] = bot.scores.get("ticks", 0) + 1


@bot.command()
@commands.cooldown(1, 60, commands.BucketType.user)
@commands.max_concurrency(1)
async def daily(ctx: Context) -> None:
    await ctx.send("Here you are")
    await asyncio.sleep(5)


class ApplicationIdTests(DiscordTestCase):
    """The id of the real application stands in many bots; a test gives the bot another token, and another id."""

    def make_client(self) -> discord.Client:
        bot = commands.Bot("!", intents=discord.Intents.all(), application_id=123456789012345678)
        bot.setup_hook = bot.tree.sync  # type: ignore[method-assign, assignment]
        bot.tree.add_command(roll)
        return bot

    async def test_client_is_the_application_of_its_token(self) -> None:
        self.assertEqual(self.client.application_id, self.client.user.id)
        self.assertSynced("roll")

    async def test_it_is_so_after_a_restart(self) -> None:
        await self.restart()
        self.assertEqual(self.client.application_id, self.client.user.id)


class SavingTests(DiscordTestCase):
    """A bot that saves its state as it closes finds what ``setUp`` has made for it."""

    def setUp(self) -> None:
        self.file = Path(self.enterContext(tempfile.TemporaryDirectory()), "state")
        self.addCleanup(lambda: self.assertEqual(self.file.read_text(), "saved"))

    def make_client(self) -> discord.Client:
        file = self.file

        class Saving(discord.Client):
            async def close(self) -> None:
                file.write_text("saved")
                await super().close()

        return Saving(intents=discord.Intents.none())

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.addAsyncCleanup(self.restart)  # a clean-up of the test's has the bot

    async def test_state_is_saved(self) -> None:
        self.assertFalse(self.file.exists())


class RestTests(DiscordTestCase):
    """What a bot has begun ends with its process."""

    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.all())

        async def work() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                ended.append(bot)
            await bot.get_channel(self.general.id).send("done")  # type: ignore[union-attr]

        async def setup_hook() -> None:
            bot.work = asyncio.create_task(work())  # type: ignore[attr-defined]

        @bot.command()
        async def begin(ctx: Context) -> None:
            bot.more = asyncio.create_task(work())  # type: ignore[attr-defined]

        ended = self.ended
        bot.setup_hook = setup_hook  # type: ignore[method-assign]
        return bot

    def setUp(self) -> None:
        self.ended: list[object] = []

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)

    async def test_restart_ends_the_tasks_of_that_bot_alone(self) -> None:
        other = self.make_client()
        await self.connect(other)
        await self.add_bot(self.owner, self.guild, other)
        own = asyncio.create_task(asyncio.sleep(3600))
        old = self.client
        await self.send(self.owner, self.general, "!begin")
        await self.restart()
        self.assertEqual(self.ended, [old, old])
        self.assertFalse(own.done())
        await self.advance(60)
        self.assertSent("done", channel=self.general)
        self.assertSent("done", channel=self.general, by=other, count=2)
        own.cancel()


class OneAtATime(DiscordTestCase):
    """A bot of a module can be in one test at a time, whatever threads there are."""

    lock = threading.Lock()

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        with self.lock:
            return super().run(result)


class GlobalTests(OneAtATime):
    """Each test finds the same bot as new; they run in any order."""

    def make_client(self) -> commands.Bot:
        return bot

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)

    async def use(self) -> None:
        self.assertEqual((bot.scores, bot.visits), ({"ticks": 1}, []))
        self.assertEqual([guild.name for guild in bot.guilds], ["Test"])
        self.assertEqual(len(bot.cached_messages), 0)
        self.assertFalse(hasattr(bot, "used"))
        bot.used = True  # type: ignore[attr-defined]
        await self.send(self.alice, self.general, "!daily")
        self.assertSent("Here you are")
        await self.send(self.alice, self.general, "!hello")
        self.assertSent("Hello!")
        self.assertEqual(bot.visits, ["!daily", "!hello"])
        self.assertEqual(bot.scores, {"ticks": 1})
        await bot.tree.sync()
        await self.slash(self.alice, self.general, "roll")
        self.assertSent("6")
        with self.assertBotRaises(app_commands.CommandOnCooldown):
            self.assertNotResponded(await self.slash(self.alice, self.general, "roll"))

    async def test_first(self) -> None:
        await self.use()

    async def test_second(self) -> None:
        await self.use()

    async def test_third(self) -> None:
        await self.use()


class GlobalClientTests(OneAtATime):
    client_of_all = discord.Client(intents=discord.Intents.all())

    def make_client(self) -> discord.Client:
        return self.client_of_all

    async def test_first(self) -> None:
        self.assertTrue(self.client.is_ready())

    async def test_second(self) -> None:
        self.assertTrue(self.client.is_ready())


class Dice(commands.Cog):
    group = app_commands.Group(name="dice", description="Dice")

    @commands.command()
    @commands.cooldown(1, 60)  # one for everybody, in every instance of the cog
    async def shake(self, ctx: Context) -> None:
        await ctx.send("Rattle")

    @group.command()
    @app_commands.checks.cooldown(1, 60)
    async def throw(self, interaction: discord.Interaction) -> None:
        """Throw the dice."""
        await interaction.response.send_message("1 and 2")


@app_commands.context_menu()
@app_commands.checks.cooldown(1, 60)
async def poke(interaction: discord.Interaction, member: discord.Member) -> None:
    await interaction.response.send_message("Ouch!")


class CooldownTests(unittest.TestCase):
    def test_cooldowns_of_a_class_or_module_end_with_the_test(self) -> None:
        class Case(DiscordTestCase):
            start_time = datetime(2026, 1, 1, tzinfo=UTC)

            async def use(self) -> None:
                await self.client.add_cog(Dice())  # type: ignore[attr-defined]  # a Bot
                guild = self.make_guild("Test", channels=["general"])
                self.client.tree.add_command(poke, guild=guild)  # type: ignore[attr-defined]
                await self.client.tree.sync()  # type: ignore[attr-defined]
                await self.client.tree.sync(guild=guild)  # type: ignore[attr-defined]
                alice = self.make_member("alice", guild)
                await self.slash(alice, "general", "dice throw")
                self.assertSent("1 and 2")
                await self.context_menu(alice, "general", "Poke", alice)
                self.assertSent("Ouch!")
                await self.send(alice, "general", "!shake")
                self.assertSent("Rattle")

            async def test_a(self) -> None:
                await self.use()

            async def test_b(self) -> None:
                await self.use()

        outcome = run_case(Case)
        self.assertTrue(outcome.passed, str(outcome))


POOL: ContextVar[str] = ContextVar("POOL")
SCRIPT = """
import contextvars, discord
POOL = contextvars.ContextVar("POOL")
class Client(discord.Client):
    async def setup_hook(self):
        POOL.set("open")
    async def close(self):
        await super().close()
        self.found = POOL.get(None)
Client(intents=discord.Intents.none()).run("token")
"""


class ContextTests(unittest.TestCase):
    """What setup_hook puts into context variables, such as an ORM's connections, ``close()`` finds there."""

    def found(self, make: Callable[[], Any]) -> object:
        clients = []

        class Case(DiscordTestCase):
            def make_client(self) -> Any:
                return make()

            async def test_it(self) -> None:
                clients.append(self.client)

        self.assertTrue(run_case(Case).passed)
        return clients[0].found  # type: ignore[attr-defined]

    def test_client(self) -> None:
        class Client(discord.Client):
            async def setup_hook(self) -> None:
                POOL.set("open")

            async def close(self) -> None:
                await super().close()
                self.found = POOL.get(None)

        self.assertEqual(self.found(lambda: Client(intents=discord.Intents.none())), "open")

    def test_client_of_a_script(self) -> None:
        needs_the_process(self)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "bot.py")
            path.write_text(SCRIPT)
            self.assertEqual(self.found(lambda: load_client(path)), "open")


class ReviveTests(unittest.TestCase):
    def test_containers_are_filled_in_place(self) -> None:
        client = commands.Bot("!", intents=discord.Intents.none())
        alias = client.alias = {"kept": [1]}  # type: ignore[attr-defined]
        client.seen = {5}  # type: ignore[attr-defined]

        class Case(DiscordTestCase):
            def make_client(self) -> discord.Client:
                return client

            async def test_a(self) -> None:
                alias["kept"].append(2)
                alias["new"] = []
                client.seen.add(6)  # type: ignore[attr-defined]

            async def test_b(self) -> None:
                self.assertEqual(alias, {"kept": [1]})
                self.assertIs(client.alias, alias)  # type: ignore[attr-defined]
                self.assertEqual(client.seen, {5})  # type: ignore[attr-defined]

        outcome = run_case(Case)
        self.assertTrue(outcome.passed, str(outcome))

    def test_commands_are_synced_before_ready_in_every_life(self) -> None:
        client = commands.Bot("!", intents=discord.Intents.none())

        @client.tree.command(description="x")
        async def ping(interaction: discord.Interaction) -> None: ...

        @client.event
        async def setup_hook() -> None:
            await client.tree.sync()  # asks for the application's id, which READY has not told yet

        class Tests(DiscordTestCase):
            def make_client(self) -> discord.Client:
                return client

            async def test_a(self) -> None:
                self.assertSynced("ping")

            test_b = test_a

        self.assertEqual(run_case(Tests).problems, [])

    def test_client_of_a_test_is_forgotten(self) -> None:
        clients: list[weakref.ref[discord.Client]] = []

        class Case(BotTestCase):
            async def test(self) -> None:
                clients.append(weakref.ref(self.client))

        self.assertTrue(run_case(Case).passed)
        gc.collect()
        self.assertIsNone(clients[0]())


if __name__ == "__main__":
    unittest.main()
