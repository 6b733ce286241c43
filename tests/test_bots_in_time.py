"""Bots that wait: whatever they wait for works in a test, with no help from its author."""

from __future__ import annotations

import asyncio
import datetime
import importlib.util
import threading
import time
import unittest
from typing import Any

import aiohttp
import discord
from aiohttp import web
from discord.ext import commands, tasks

from discordtest import DiscordTestCase
from tests.bots import BotTestCase

Context = commands.Context[Any]


class SleepTests(BotTestCase):
    async def test_sleep_in_a_handler(self) -> None:
        async def work(ctx: Context) -> None:
            await asyncio.sleep(30)
            await ctx.send("Time is up")

        await self.bot_does(work)
        await self.advance(29.999)
        self.assertNothingSent()
        await self.advance(0.001)
        self.assertSent("Time is up")

    async def test_chain_of_sleeps(self) -> None:
        async def work(ctx: Context) -> None:
            message = await ctx.send("3")
            for text in ("2", "1", "Go!"):
                await asyncio.sleep(1)
                await message.edit(content=text)

        await self.bot_does(work)
        message = self.assertSent("3")
        await self.advance(3)
        self.assertEdited(message, "Go!")
        self.assertRequested("PATCH", "/channels/{channel_id}/messages/{message_id}", count=3)

    async def test_sleep_of_the_test_itself(self) -> None:
        async def work(ctx: Context) -> None:
            await asyncio.sleep(3)
            await ctx.send("three")

        await self.bot_does(work)
        await asyncio.sleep(3)
        await self.settle()
        self.assertSent("three")

    async def test_discord_py_and_the_test_have_one_clock(self) -> None:
        before = discord.utils.utcnow()
        await self.advance(days=2)
        self.assertEqual(discord.utils.utcnow() - before, datetime.timedelta(days=2))
        self.assertEqual(discord.utils.utcnow(), self.clock.now())
        message = await self.send(self.alice, self.general, "now")
        self.assertLess(abs(message.created_at - self.clock.now()), datetime.timedelta(seconds=1))


class WaitForTests(BotTestCase):
    async def ask(self, ctx: Context) -> None:
        def is_answer(message: discord.Message) -> bool:
            return message.author == ctx.author and message.content.isdigit()

        await ctx.send("How old are you?")
        try:
            answer = await self.client.wait_for("message", check=is_answer, timeout=60)
        except TimeoutError:
            await ctx.send("Too slow")
        else:
            await ctx.send(f"{answer.content} is fine")

    async def test_answered_by_a_later_message(self) -> None:
        await self.bot_does(self.ask)
        self.assertSent("How old are you?")
        await self.send(self.alice, self.general, "What?")
        self.assertNothingSent()
        await self.send(self.alice, self.general, "42")
        self.assertSent("42 is fine")

    async def test_timed_out(self) -> None:
        await self.bot_does(self.ask)
        await self.advance(59)
        self.assertNothingSent()
        await self.advance(1)
        self.assertSent("Too slow")

    async def test_asyncio_timeout(self) -> None:
        async def work(ctx: Context) -> None:
            try:
                async with asyncio.timeout(10):
                    await self.client.wait_for("reaction_add")
            except TimeoutError:
                await ctx.send("Nobody reacts")

        await self.bot_does(work)
        await self.advance(10)
        self.assertSent("Nobody reacts")

    async def test_reaction_that_is_waited_for(self) -> None:
        async def work(ctx: Context) -> None:
            reaction, user = await self.client.wait_for("reaction_add")
            await ctx.send(f"{user.name} likes it {reaction.emoji}")

        asked = await self.bot_does(work)
        await self.react(self.alice, asked, "👍")
        self.assertSent("alice likes it 👍")


class WorkerBot(commands.Bot):
    """A worker on a queue, and a loop that never ends, both from setup_hook."""

    async def setup_hook(self) -> None:
        self.queue: asyncio.Queue[discord.abc.Messageable] = asyncio.Queue()
        self.go = asyncio.Event()
        self.seconds = 0
        self.workers = [asyncio.create_task(self.work()), asyncio.create_task(self.count())]

    async def work(self) -> None:
        while True:
            place = await self.queue.get()
            await asyncio.sleep(1)
            await place.send("done")

    async def count(self) -> None:
        while True:
            await asyncio.sleep(1)
            self.seconds += 1


class BackgroundTests(BotTestCase):
    client: WorkerBot

    def make_client(self) -> commands.Bot:
        bot = WorkerBot("!", intents=discord.Intents.all())

        @bot.command()
        async def add(ctx: Context) -> None:
            await bot.queue.put(ctx)

        @bot.command()
        async def wait(ctx: Context) -> None:
            await bot.go.wait()
            await ctx.send("Going")

        @bot.command()
        async def go(ctx: Context) -> None:
            bot.go.set()

        return bot

    async def test_worker_on_a_queue(self) -> None:
        await self.send(self.alice, self.general, "!add")
        await self.send(self.alice, self.general, "!add")
        await self.advance(1)
        self.assertSent("done")
        await self.advance(1)
        self.assertSent("done")

    async def test_event_that_a_later_command_sets(self) -> None:
        await self.send(self.alice, self.general, "!wait")
        self.assertNothingSent()
        await self.send(self.alice, self.general, "!go")
        self.assertSent("Going")

    async def test_loop_without_end(self) -> None:
        before = self.client.seconds
        await self.settle()
        self.assertEqual(self.client.seconds, before)
        await self.advance(hours=1)
        self.assertEqual(self.client.seconds, before + 3600)

    async def test_pending_timers_name_the_line(self) -> None:
        texts = [str(timer) for timer in self.clock.pending]
        self.assertRegex(
            "\n".join(texts), r"the bot sleeps for 1 s in WorkerBot\.count \(test_bots_in_time\.py:\d+\)"
        )

    async def test_wait_until(self) -> None:
        before = self.client.seconds
        await self.wait_until(lambda: self.client.seconds >= before + 10)
        self.assertEqual(self.client.seconds, before + 10)


class LoopTests(BotTestCase):
    start_time = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)

    async def test_loop_by_seconds(self) -> None:
        runs: list[float] = []

        @tasks.loop(seconds=10)
        async def tick() -> None:
            runs.append(self.clock.time())

        await self.bot_does(_starter(tick))
        await self.advance(35)
        self.assertEqual([round(moment - runs[0]) for moment in runs], [0, 10, 20, 30])
        tick.cancel()

    async def test_loop_by_time_of_day_over_26_hours(self) -> None:
        runs: list[str] = []
        times = [datetime.time(0, tzinfo=datetime.UTC), datetime.time(13, tzinfo=datetime.UTC)]

        @tasks.loop(time=times)
        async def tick() -> None:
            runs.append(f"{discord.utils.utcnow():%d. %H:%M}")

        await self.bot_does(_starter(tick))
        await self.advance(hours=26)
        self.assertEqual(runs, ["01. 13:00", "02. 00:00", "02. 13:00"])
        tick.cancel()

    async def test_loop_that_sends(self) -> None:
        @tasks.loop(minutes=5, count=3)
        async def remind() -> None:
            await self.general.send("Drink!")

        await self.bot_does(_starter(remind))
        self.assertSent("Drink!")
        await self.advance(minutes=10)
        self.assertSent("Drink!", count=2)


def _starter(loop: tasks.Loop[Any]) -> Any:
    async def start(ctx: Context) -> None:
        loop.start()

    return start


class DiscordPyTests(BotTestCase):
    async def test_view_whose_end_lies_between_two_microseconds_times_out(self) -> None:
        view = discord.ui.View(timeout=180.0000004)

        async def work(ctx: Context) -> None:
            view.add_item(discord.ui.Button(label="Yes"))
            await ctx.send("Well?", view=view)

        await self.bot_does(work)
        await self.advance(181)
        self.assertTrue(view.is_finished())

    async def test_view_times_out(self) -> None:
        class Question(discord.ui.View):
            async def on_timeout(self) -> None:
                await self.message.edit(content="Too late", view=None)

        async def work(ctx: Context) -> None:
            view = Question(timeout=180)
            view.add_item(discord.ui.Button(label="Yes"))
            view.message = await ctx.send("Well?", view=view)  # type: ignore[attr-defined]

        await self.bot_does(work)
        message = self.assertSent("Well?", buttons=["Yes"])
        await self.advance(179)
        self.assertNotEdited(message)
        await self.advance(1)
        self.assertEdited(message, "Too late", buttons=[])

    async def test_cooldown(self) -> None:
        @self.client.command()
        @commands.cooldown(1, 60, commands.BucketType.user)
        async def daily(ctx: Context) -> None:
            await ctx.send("Here you are")

        await self.send(self.alice, self.general, "!daily")
        self.assertSent("Here you are")
        await self.advance(30)
        with self.assertBotRaises(commands.CommandOnCooldown, "Try again in 30.00s"):
            await self.send(self.alice, self.general, "!daily")
        await self.advance(30)
        await self.send(self.alice, self.general, "!daily")
        self.assertSent("Here you are")

    async def test_typing_while_the_bot_thinks(self) -> None:
        async def work(ctx: Context) -> None:
            async with ctx.typing():
                await asyncio.sleep(12)
            await ctx.send("42")

        await self.bot_does(work)
        self.assertTyping(self.general)
        await self.advance(12)
        self.assertTyping(self.general)
        self.assertSent("42")

    async def test_delete_after(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("secret", delete_after=10))
        message = self.assertSent("secret")
        await self.advance(9)
        self.assertNotDeleted(message)
        await self.advance(1)
        self.assertDeleted(message)


class OutsideTests(BotTestCase):
    """Work outside the event loop is waited for, and takes no time of the clock."""

    async def bot_answers(self, work: Any) -> None:
        before = self.clock.now()
        await self.bot_does(work)
        self.assertSent("done")
        self.assertEqual(self.clock.now(), before)

    async def test_run_in_executor(self) -> None:
        async def work(ctx: Context) -> None:
            await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.01)
            await ctx.send("done")

        await self.bot_answers(work)

    async def test_to_thread(self) -> None:
        async def work(ctx: Context) -> None:
            await asyncio.to_thread(time.sleep, 0.01)
            await ctx.send("done")

        await self.bot_answers(work)

    async def test_thread_that_calls_back(self) -> None:
        async def work(ctx: Context) -> None:
            loop = asyncio.get_running_loop()

            def think() -> None:
                time.sleep(0.01)
                asyncio.run_coroutine_threadsafe(ctx.send("done"), loop).result()

            self.thread = threading.Thread(target=think)
            self.thread.start()

        await self.bot_answers(work)
        self.thread.join()

    async def test_local_server_with_keep_alive(self) -> None:
        async def count(request: web.Request) -> web.Response:
            self.requests += 1
            return web.json_response({"count": self.requests})

        self.requests = 0
        app = web.Application()
        app.router.add_get("/", count)
        runner = web.AppRunner(app)
        await runner.setup()
        self.addAsyncCleanup(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        session = await self.enterAsyncContext(aiohttp.ClientSession())

        async def work(ctx: Context) -> None:
            for _ in range(2):
                async with session.get(url) as response:
                    found = await response.json()
            await ctx.send(f"visit {found['count']}")

        await self.bot_does(work)
        self.assertSent("visit 2")
        await self.bot_does(work)
        self.assertSent("visit 4")

    @unittest.skipUnless(importlib.util.find_spec("aiosqlite"), "aiosqlite is not installed")
    async def test_aiosqlite(self) -> None:
        import aiosqlite

        database = await self.enterAsyncContext(aiosqlite.connect(":memory:"))

        async def work(ctx: Context) -> None:
            await database.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
            await database.execute("INSERT INTO notes VALUES ('x')")
            async with database.execute("SELECT count(*) FROM notes") as cursor:
                row = await cursor.fetchone()
            await database.commit()
            await ctx.send(f"{row} notes")

        await self.bot_does(work)
        self.assertSent("(1,) notes")
        await self.bot_does(work)
        self.assertSent("(2,) notes")

    async def test_served_foreign_host(self) -> None:
        async def joke(request: web.BaseRequest) -> web.Response:
            return web.json_response({"joke": f"knock {request.query['n']}"})

        api = self.serve("jokes.example", joke)

        async def work(ctx: Context) -> None:
            async with aiohttp.ClientSession() as session:
                async with session.get("https://jokes.example/random", params={"n": "2"}) as response:
                    await ctx.send((await response.json())["joke"])

        await self.bot_does(work)
        self.assertSent("knock 2")
        self.assertEqual([request.path for request in api.requests], ["/random"])


class RaceTests(DiscordTestCase):
    """Two people at once: the bot reads, waits, writes, as racy bots do."""

    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.all())
        self.tickets = 1

        @bot.command()
        async def take(ctx: Context) -> None:
            if not self.tickets:
                await ctx.send("Sold out")
                return
            await ctx.typing()
            self.tickets -= 1
            await ctx.send(f"{self.tickets} left")

        return bot

    def make_world(self) -> None:
        guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", guild)
        self.alice, self.bob = self.make_member("alice", guild), self.make_member("bob", guild)

    async def test_race_shows(self) -> None:
        await asyncio.gather(
            self.send(self.alice, self.general, "!take"), self.send(self.bob, self.general, "!take")
        )
        self.assertSent(count=2)
        self.assertEqual(self.tickets, -1)

    async def test_one_after_another_is_none(self) -> None:
        await self.send(self.alice, self.general, "!take")
        await self.send(self.bob, self.general, "!take")
        self.assertSent("Sold out")


if __name__ == "__main__":
    unittest.main()
