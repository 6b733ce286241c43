from __future__ import annotations

import asyncio
import contextvars
import threading
import unittest
from collections.abc import AsyncIterator
from datetime import datetime

from discordtest.clock.runner import Runner, end_tasks
from tests.clock.virtual import VirtualTestCase, run


async def stubborn() -> None:
    """Ignore every cancellation."""
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue


async def graceful(log: list[str]) -> None:
    """Clean up once cancelled, which takes a timer."""
    try:
        await asyncio.Event().wait()
    finally:
        log.append("cleaning")
        await asyncio.sleep(0)
        log.append("waiting")
        await asyncio.sleep(10)
        log.append("never")


class QuietRunner(Runner):
    """Keeps what did not end, for warnings are one for all threads of a process."""

    left: tuple[str, ...] = ()

    def report(self, left: list[str]) -> None:
        self.left = (*left,)


class RunnerTests(unittest.TestCase):
    def test_loop_is_current_until_closed(self) -> None:
        runner = Runner()
        loop = runner.get_loop()
        self.assertIs(asyncio.get_event_loop(), loop)
        runner.close()
        runner.close()
        self.assertTrue(loop.is_closed())

    def test_never_used_closes(self) -> None:
        Runner().close()

    def test_naive_start_time_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "aware"):
            Runner(start_time=datetime(2026, 1, 1))
        with self.assertRaisesRegex(ValueError, "aware"):
            Runner(start_time="2026-01-01")  # type: ignore[arg-type]

    def test_exit_of_another_task_leaves_the_test_running(self) -> None:
        async def leave() -> None:
            raise SystemExit(3)

        async def wait_for_it() -> BaseException | None:
            task = asyncio.create_task(leave())
            await asyncio.wait([task])
            return task.exception()

        with Runner() as runner:
            self.assertIsInstance(runner.run(wait_for_it()), SystemExit)

    def test_exit_of_the_test_itself_is_raised(self) -> None:
        async def leave() -> None:
            raise SystemExit(3)

        with Runner() as runner, self.assertRaises(SystemExit):
            runner.run(leave())

    def test_exit_while_the_test_is_closed_ends_no_run(self) -> None:
        async def leave_when_cancelled() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                raise SystemExit(3)

        async def start() -> None:
            self.task = asyncio.create_task(leave_when_cancelled())
            await asyncio.sleep(0)

        with Runner() as runner:
            runner.run(start())
        self.assertIsInstance(self.task.exception(), SystemExit)

    def test_debug_is_for_those_who_ask(self) -> None:
        with Runner(debug=True) as runner:
            self.assertTrue(runner.get_loop().get_debug())

    def test_runs_share_the_context(self) -> None:
        variable = contextvars.ContextVar("variable", default=0)

        async def put() -> None:
            variable.set(1)

        async def get() -> int:
            return variable.get()

        with Runner() as runner:
            context = contextvars.copy_context()
            runner.run(put(), context=context)
            self.assertEqual(runner.run(get(), context=context), 1)


class CloseTests(unittest.TestCase):
    def test_no_time_moves(self) -> None:
        log: list[str] = []

        async def test() -> None:
            self.kept = asyncio.create_task(graceful(log))
            await asyncio.sleep(1)

        runner = Runner()
        loop = runner.get_loop()
        runner.run(test())
        runner.close()
        self.assertEqual(loop.time(), 1)
        self.assertEqual(log, ["cleaning", "waiting"])

    def test_task_that_ignores_cancellation_is_named(self) -> None:
        async def test() -> None:
            self.kept = asyncio.create_task(stubborn(), name="the stubborn one")
            await asyncio.sleep(0)

        with QuietRunner() as runner:
            runner.run(test())
        (named,) = runner.left
        self.assertRegex(
            named, r"in stubborn \(test_runner.py:\d+\): the stubborn one ignores its cancellation$"
        )

    def test_async_generator_that_waits_for_time_is_named(self) -> None:
        async def generator() -> AsyncIterator[int]:
            try:
                yield 1
            finally:
                await asyncio.sleep(1)

        async def test() -> int:
            self.kept = generator()
            return await anext(self.kept)

        with QuietRunner() as runner:
            runner.run(test())
        (named,) = runner.left
        self.assertIn("time does not move while the loop closes", named)

    def test_what_is_left_is_a_warning(self) -> None:
        with self.assertWarnsRegex(ResourceWarning, "^the test ended, but a task runs$"):
            Runner().report(["a task runs"])

    def test_executor_threads_end(self) -> None:
        with Runner() as runner:
            worker = runner.run(asyncio.to_thread(threading.current_thread))
        self.assertFalse(worker.is_alive())

    def test_executor_call_that_never_returns_does_not_hang(self) -> None:
        release = threading.Event()

        async def test() -> None:
            self.kept = asyncio.create_task(asyncio.to_thread(release.wait))
            await asyncio.sleep(0)

        try:
            run(test(), settle_timeout=0.02)
        finally:
            release.set()


class EndTasksTests(VirtualTestCase):
    async def test_nothing_to_end(self) -> None:
        done = self.start(asyncio.sleep(0))
        await done
        self.assertEqual(await end_tasks([done, None]), [])

    async def test_clean_up_runs(self) -> None:
        log: list[str] = []
        task = self.start(graceful(log))
        await self.loop.settle()
        self.assertEqual(await end_tasks([task]), [])
        self.assertEqual(log, ["cleaning", "waiting"])
        self.assertTrue(task.cancelled())

    async def test_what_still_lives_is_named_and_forgotten(self) -> None:
        task = self.start(stubborn())
        await self.loop.settle()
        (named,) = await end_tasks([task])
        self.assertRegex(named, r"^the bot waits in stubborn \(test_runner.py:\d+\): Task-\d+ ignores")
        self.assertNotIn(task, asyncio.all_tasks())

    async def test_task_that_spins_is_given_up(self) -> None:
        async def spinner() -> None:
            while True:
                try:
                    await asyncio.sleep(0)
                except asyncio.CancelledError:
                    continue

        self.loop.settle_timeout = 0.02
        task = self.start(spinner())
        await asyncio.sleep(0)
        (named,) = await end_tasks([task])
        self.assertIn("ignores its cancellation", named)

    async def test_error_in_a_clean_up_is_told(self) -> None:
        async def broken() -> None:
            try:
                await stubborn()
            finally:
                raise LookupError("no pool")

        task = self.start(broken())
        await self.loop.settle()
        (named,) = await end_tasks([task])
        self.assertIn("its clean-up raised LookupError('no pool')", named)
