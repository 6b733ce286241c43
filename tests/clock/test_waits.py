from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from datetime import timedelta

import aiohttp
import discord
from aiohttp import web
from discord.ext import tasks

from discordtest.clock.waits import Pending, describe_task, describe_timer, frames, stack
from tests.bots import BotTestCase
from tests.clock.virtual import START, VirtualTestCase


class Opaque:
    """An awaitable whose waiting nobody can look into."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class DescribeTaskTests(VirtualTestCase):
    async def assertWaits(self, task: asyncio.Task[object], pattern: str) -> None:
        await self.loop.settle()
        self.assertRegex(describe_task(task, self.loop.main), pattern)
        task.cancel()

    async def test_sleep(self) -> None:
        async def on_message() -> None:
            await asyncio.sleep(30)

        task = self.start(on_message())
        await self.assertWaits(task, r"^the bot sleeps for 30 s in on_message \(test_waits.py:\d+\)$")

    async def test_wait_for(self) -> None:
        async def on_message() -> None:
            await asyncio.wait_for(asyncio.Event().wait(), 60)

        await self.assertWaits(self.start(on_message()), r"^the bot waits up to 60 s in on_message \(")

    async def test_event(self) -> None:
        async def on_message() -> None:
            await asyncio.Event().wait()

        await self.assertWaits(self.start(on_message()), r"^the bot waits in on_message \(")

    async def test_coroutine_of_asyncio_alone(self) -> None:
        await self.assertWaits(
            self.start(asyncio.sleep(0.1)), r"^the bot sleeps for 0.1 s in sleep \(tasks.py:"
        )

    async def test_the_test_itself(self) -> None:
        said = []
        main = self.loop.main
        assert main is not None
        self.loop.call_later(1, lambda: said.append(describe_task(main, main)))
        await asyncio.sleep(2)
        self.assertRegex(
            said[0], r"^the test sleeps for 2 s in \w+\.test_the_test_itself \(|^the test sleeps"
        )

    async def test_loop_of_discord_between_two_runs(self) -> None:
        @tasks.loop(seconds=30)
        async def reminder() -> None:
            pass

        task = reminder.start()
        await self.assertWaits(task, "^the bot waits between two runs of the loop reminder$")

    async def test_loop_of_discord_in_its_body(self) -> None:
        @tasks.loop(seconds=30)
        async def reminder() -> None:
            await asyncio.sleep(1)

        task = reminder.start()
        await self.assertWaits(task, r"^the bot sleeps for 1 s in reminder \(test_waits.py")

    async def test_through_an_async_generator(self) -> None:
        async def pages() -> AsyncIterator[int]:
            await asyncio.sleep(5)
            yield 1

        async def handler() -> None:
            async for _ in pages():
                pass

        await self.assertWaits(self.start(handler()), r"^the bot sleeps for 5 s in pages \(")

    async def test_finished_and_opaque(self) -> None:
        async def opaque() -> None:
            await Opaque()

        task = self.start(opaque())
        await asyncio.sleep(0)
        self.assertIn("Opaque.__await__", describe_task(task))
        await self.loop.settle()
        self.assertEqual(frames(task), [])
        self.assertEqual(describe_task(task), f"the bot runs {task.get_name()}")


class DescribeTimerTests(VirtualTestCase):
    async def assertTimer(self, pattern: str) -> None:
        await self.loop.settle()
        timer = min(self.loop._scheduled)
        self.assertRegex(describe_timer(timer, asyncio.all_tasks(), self.loop.main), pattern)

    async def test_sleep(self) -> None:
        async def on_ready() -> None:
            await asyncio.sleep(30)

        self.start(on_ready())
        await self.assertTimer(r"^the bot sleeps for 30 s in on_ready \(")

    async def test_wait_for(self) -> None:
        async def on_ready() -> None:
            await asyncio.wait_for(asyncio.Event().wait(), 60)

        self.start(on_ready())
        await self.assertTimer(r"^the bot waits up to 60 s in on_ready \(")

    async def test_timeout(self) -> None:
        async def on_ready() -> None:
            async with asyncio.timeout(60):
                await asyncio.Event().wait()

        self.start(on_ready())
        await self.assertTimer(r"^the bot waits in on_ready \(.*\), under a timeout$")

    async def test_callback(self) -> None:
        def remind() -> None:
            pass

        self.loop.call_later(1, remind)
        await self.assertTimer("^a call of remind$")


class DeadConnectionTests(BotTestCase):
    async def test_gateway_that_is_silent(self) -> None:
        self.backend.pause()
        await self.settle()
        self.assertEqual(
            [str(each) for each in self.clock.pending],
            ["the bot takes a connection for dead, on which nothing has come, due in 60 s"],
        )


class HousekeepingTests(VirtualTestCase):
    """What aiohttp does when nobody uses a connection is nothing that anybody waits for."""

    async def test_idle_connection(self) -> None:
        application = web.Application()
        application.router.add_get("/", self.answer)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60)) as session:
            async with session.get(url):
                pass
            self.assertNotEqual([timer for timer in self.loop._scheduled if not timer.cancelled()], [])
            self.assertEqual(self.loop.pending(), [])
            request = self.start(session.get(url + "?slowly"))
            await self.loop.settle()
            self.assertIn(60, [round(each.seconds) for each in self.loop.pending()])
            (await request).close()
            socket = await session.ws_connect(url + "?socket")
            self.assertEqual(self.loop.pending(), [])
            await socket.close()
        await runner.cleanup()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.query_string == "socket":
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await socket.receive()
            return socket
        if request.query_string == "slowly":
            await asyncio.sleep(9)
        return web.Response()


class StackTests(VirtualTestCase):
    async def test_outermost_line_first(self) -> None:
        async def inner() -> None:
            await asyncio.Event().wait()

        async def outer() -> None:
            await inner()

        task = self.start(outer())
        task.set_name("the task")
        await self.loop.settle()
        text = stack(task)
        self.assertTrue(text.startswith("the task:\n"))
        self.assertLess(text.index("in outer\n    await inner()"), text.index("in inner\n"))


class PendingTests(VirtualTestCase):
    async def test_reads_as_a_sentence(self) -> None:
        pending = Pending(START + timedelta(seconds=1.5), 1.5, "a call of remind")
        self.assertEqual(str(pending), "a call of remind, due in 1.5 s")

    async def test_from_an_hour_on_the_moment_is_told(self) -> None:
        for seconds, end in (
            (3599, "due in 3599 s"),
            (3600, f"due in 1:00:00 (3600 s), at {START + timedelta(hours=1):%Y-%m-%d %H:%M:%S %Z}"),
        ):
            with self.subTest(seconds):
                until = START + timedelta(seconds=seconds)
                self.assertEqual(str(Pending(until, seconds, "a call")), f"a call, {end}")

    async def test_far_beyond_the_calendar(self) -> None:
        self.assertEqual(str(Pending(None, 1e12, "a call")), "a call, due in 1000000000000 s")


class LibraryTests(BotTestCase):
    """What waits in code of discord.py or of this library, in words of the bot's author."""

    def pending(self) -> list[str]:
        return [pending.what for pending in self.clock.pending]

    async def test_timeout_of_a_view_names_the_view(self) -> None:
        class Confirm(discord.ui.View):
            @discord.ui.button(label="Yes")
            async def yes(
                self, interaction: discord.Interaction, button: discord.ui.Button[Confirm]
            ) -> None: ...

        await self.bot_does(lambda ctx: ctx.send("Sure?", view=Confirm(timeout=30)))

        self.assertEqual(self.pending(), ["the bot's view Confirm waits for its timeout"])

    async def test_bot_that_waits_for_events(self) -> None:
        tasks = asyncio.all_tasks()
        self.assertIn("the bot waits for events of the gateway", [describe_task(task) for task in tasks])

    async def test_deadlines_of_discord(self) -> None:
        thread = self.make_thread("talk", self.general)
        archives = "Discord archives a thread in which nobody writes"
        self.assertEqual(self.pending(), [archives])
        self.backend.update_channel(thread, archived=True)
        self.assertEqual(self.pending(), [])

        await self.buy(self.alice, self.make_sku("Gold"))
        poll = discord.Poll("Tea?", timedelta(hours=1)).add_answer(text="Yes")
        await self.send(self.alice, self.general, poll=poll)
        self.make_scheduled_event("Tea", self.guild, start_time=self.clock.now() + timedelta(hours=2))
        await self.restart()
        self.assertEqual(
            self.pending(),
            [
                "Discord forgets a session whose client has gone",
                "Discord ends a poll",
                "Discord begins or ends a scheduled event",
                "Discord ends a month of a subscription",
            ],
        )
