from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import unittest
from typing import Any
from unittest.mock import patch

import aiohttp
from aiohttp import web

from discordtest.clock import outside, places
from discordtest.clock.loop import VirtualLoop
from discordtest.clock.runner import end_tasks
from tests.bots import needs_the_process
from tests.clock.virtual import VirtualTestCase, run


class PlaceTests(VirtualTestCase):
    async def test_place_that_was_answered_late_is_waited_for_once_more(self) -> None:
        needs_the_process(self)  # whose patience is less here
        self.loop.outside.grace = 0.001
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        self.loop.add_reader(ours, lambda: None)  # something outside
        answers: list[asyncio.Future[None]] = []

        async def handler() -> None:
            for _ in range(3):
                answers.append(self.loop.create_future())
                await answers[-1]

        task = self.start(handler())
        forgiven = []
        for _ in range(3):
            with patch.object(outside, "SLOW", 0.01):
                await self.loop.settle()
            (place,) = self.loop.outside.places._at_rest
            forgiven.append(place in self.loop.outside.places._were_slow)
            answers[-1].set_result(None)
            await asyncio.sleep(0)
        self.loop.remove_reader(ours)
        await end_tasks([task])
        self.assertEqual(forgiven, [False, True, True])

    async def test_local_server_in_this_process_with_keep_alive(self) -> None:
        async def answer(_: web.Request) -> web.Response:
            await asyncio.sleep(0.5)  # of the clock
            return web.Response(text="hi")

        application = web.Application()
        application.router.add_get("/", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        got = []

        async def handler(session: aiohttp.ClientSession) -> None:
            async with session.get(f"http://127.0.0.1:{port}/") as response:
                got.append(await response.text())

        async with aiohttp.ClientSession() as session:
            self.start(handler(session))
            await self.loop.settle()
            self.assertEqual(got, [])
            await self.loop.advance(0.5)
            self.assertEqual(got, ["hi"])
            await handler(session)
            await self.loop.settle()
            self.assertEqual(self.loop.outside.places.waits(), {}, "the server has nothing to do")
            patience, graces = self.loop.outside.patience, []
            with patch.object(
                self.loop.outside, "patience", lambda *waited: graces.append(patience(*waited)) or graces[-1]
            ):
                for _ in range(20):
                    await self.loop.settle()
                await self.loop.advance(3600)
            # Threads of other tests may be looked at again, and that soon.
            self.assertLessEqual(max(graces), outside.SAMPLING, "no grace for the idle connection")
        await runner.cleanup()


class ChildProcessTests(VirtualTestCase):
    """What a child process will say is waited for beyond the grace."""

    async def test_child_process(self) -> None:
        self.loop.outside.grace = 0.001
        done = []

        async def handler() -> None:
            code = "import time; time.sleep(0.02); print('out')"
            child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE)
            output, _ = await child.communicate()
            done.append((output.strip(), child.returncode))

        self.start(handler())
        await self.loop.settle()
        self.assertEqual(done, [(b"out", 0)])

    async def test_output_of_a_child_process_by_lines(self) -> None:
        self.loop.outside.grace = 0.001
        lines = []

        async def handler() -> None:
            code = "import time; print(1, flush=True); time.sleep(0.03); print(2)"
            child = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE)
            assert child.stdout is not None
            async for line in child.stdout:
                lines.append(line.strip())  # noqa: PERF401  # as bots do

        self.start(handler())
        await self.loop.settle()
        self.assertEqual(lines, [b"1", b"2"])


class DatabaseTests(unittest.TestCase):
    def test_psycopg_has_its_time_in_each_test(self) -> None:
        needs_the_process(self)  # which knows where it waited in vain
        self.addCleanup(places._unanswered.clear)
        space: dict[str, Any] = {"__name__": "psycopg.waiting"}
        code = "async def wait(loop, sock):\n    future = loop.create_future()\n"
        code += "    loop.add_reader(sock, lambda: future.set_result(loop.remove_reader(sock)))\n    await future\n"
        exec(code, space)

        async def query(answer_after: float | None) -> bool:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            loop.outside.grace = 0.001
            ours, theirs = socket.socketpair()
            task = loop.create_task(space["wait"](loop, ours))
            if answer_after is not None:
                timer = threading.Timer(answer_after, theirs.send, [b"x"])
                loop.outside.threads.know(timer)
                timer.start()
            await loop.settle()
            is_answered = task.done()
            loop.remove_reader(ours)
            task.cancel()
            ours.close()
            theirs.close()
            return is_answered

        with patch.object(outside, "SLOW", 0.01):
            self.assertFalse(run(query(None)))
        self.assertTrue(places._unanswered)
        self.assertTrue(run(query(0.05)))


if __name__ == "__main__":
    unittest.main()
