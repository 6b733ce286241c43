"""A bot that stops its loop with ``time.sleep`` is told so; whoever may sleep is left alone."""

# ruff: noqa: ASYNC251  # what these bots should not do is what is tested

from __future__ import annotations

import asyncio
import contextlib
import copy
import pickle
import sys
import sysconfig
import threading
import time
import types
import unittest
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from discordtest.clock import clock, sleeping
from discordtest.clock.sleeping import BLOCKING
from tests.bots import BotTestCase, needs_the_process
from tests.clock.virtual import VirtualTestCase

if TYPE_CHECKING:
    from discord.ext import commands


class NoSleepTestCase(VirtualTestCase):
    """Nothing sleeps here: what would have is in ``slept``."""

    def setUp(self) -> None:
        needs_the_process(self)
        self.slept: list[float] = []
        patch = mock.patch.object(sleeping, "REAL", self.slept.append)
        clock.install()
        self.addCleanup(clock.uninstall)
        patch.start()
        self.addCleanup(patch.stop)

    def told(self, *parts: str) -> Any:
        """Expect a warning that has these parts."""
        return Told(self, parts)


class Told:
    def __init__(self, case: unittest.TestCase, parts: tuple[str, ...]) -> None:
        self._case, self._parts = case, parts

    def __enter__(self) -> Told:
        self._catching = warnings.catch_warnings(record=True)
        self._caught: Any = self._catching.__enter__()
        warnings.simplefilter("always")
        return self

    def __exit__(self, *exc_info: Any) -> None:
        self._catching.__exit__(*exc_info)
        texts = [str(each.message) for each in self._caught if each.category is RuntimeWarning]
        self._case.assertEqual(len(texts), 1 if self._parts else 0, texts)
        for part in self._parts:
            self._case.assertIn(part, texts[0])


class BlockingTests(NoSleepTestCase):
    async def test_sleep_of_the_bot_is_told_of_with_its_line(self) -> None:
        async def on_message() -> None:
            time.sleep(5)

        with self.told(
            "time.sleep(5) blocks the bot in on_message (test_sleeping.py:", "write `await asyncio.sleep(5)`"
        ):
            await self.start(on_message())
        self.assertEqual(self.slept, [5])
        self.assertEqual(self.loop.time(), 0)

    async def test_warning_is_at_the_line_that_sleeps(self) -> None:
        async def on_message() -> None:
            time.sleep(5)

        with self.assertWarns(RuntimeWarning) as caught:
            await self.start(on_message())
        self.assertEqual(caught.filename, __file__)
        self.assertEqual(caught.lineno, on_message.__code__.co_firstlineno + 1)

    async def test_plain_function_has_to_become_a_coroutine(self) -> None:
        def rest() -> None:
            time.sleep(2.5)

        async def on_message() -> None:
            rest()

        with self.told(
            "blocks the bot in rest", "make rest `async def` and write `await asyncio.sleep(2.5)`"
        ):
            await self.start(on_message())

    async def test_lambda_cannot_become_a_coroutine(self) -> None:
        async def on_message() -> None:
            (lambda: time.sleep(1))()

        with self.told("blocks the bot in <lambda>", ": write `await asyncio.sleep(1)`"):
            await self.start(on_message())

    async def test_sleep_of_the_test_itself(self) -> None:
        with self.told("stops the bot, and moves no clock", "`await self.advance(5)` in a test"):
            time.sleep(5)

    async def test_bound_is_what_asyncio_takes_for_slow(self) -> None:
        with contextlib.closing(asyncio.new_event_loop()) as loop:
            self.assertEqual(BLOCKING, loop.slow_callback_duration)

    async def test_short_sleep_is_no_matter(self) -> None:
        async def poll() -> None:
            time.sleep(BLOCKING - 0.001)

        with self.told():
            await self.start(poll())
        with self.told("time.sleep(0.1)"):
            time.sleep(BLOCKING)

    async def test_name_imported_before_the_test(self) -> None:
        module: Any = types.ModuleType("early")
        module.sleep = sleeping.REAL
        clock.uninstall()
        with (
            mock.patch.dict(sys.modules, {"early": module}),
            mock.patch.object(sleeping, "REAL", module.sleep),
        ):
            clock.install()
            self.assertIs(module.sleep, sleeping.sleep)
            clock.uninstall()
            self.assertIs(module.sleep, sleeping.REAL)
        clock.install()


class LibraryTests(NoSleepTestCase):
    def library(self, folder: str) -> Any:
        """Return a module that stands in such a folder, and sleeps."""
        module = types.ModuleType("meter")
        code = "import time\ndef measure(interval):\n    time.sleep(interval)\n"
        exec(compile(code, str(Path(sysconfig.get_path(folder), "meter.py")), "exec"), vars(module))
        return module

    async def test_library_that_sleeps_goes_to_a_thread(self) -> None:
        meter = self.library("purelib")

        async def on_message() -> None:
            meter.measure(1)

        with self.told(
            "measure (meter.py:3) sleeps for 1 s, which blocks the bot in on_message (test_sleeping.py:",
            "write `await asyncio.to_thread(measure, …)`",
        ):
            await self.start(on_message())

    async def test_library_in_whose_own_task_it_is(self) -> None:
        meter = self.library("stdlib")
        future = self.loop.create_future()
        self.loop.call_soon(meter.measure, 1)
        self.loop.call_soon(future.set_result, None)
        with self.told("time.sleep(1) blocks the bot in measure (meter.py:3)"):
            await future


class LegalTests(NoSleepTestCase):
    async def test_module_that_is_loaded_may_sleep(self) -> None:
        code = compile("import time\ndef rest():\n    time.sleep(5)\nrest()\n", "bot.py", "exec")
        with self.told():
            exec(code, {"__name__": "bot"})
        self.assertEqual(self.slept, [5])

    async def test_threads_and_executors_may_sleep(self) -> None:
        thread = threading.Thread(target=time.sleep, args=(5,))
        with self.told():
            await self.loop.run_in_executor(None, time.sleep, 5)
            await asyncio.to_thread(time.sleep, 5)
            thread.start()
            thread.join()
        self.assertEqual(self.slept, [5, 5, 5])

    def test_loop_of_somebody_else_may_be_blocked(self) -> None:
        async def nap() -> None:
            time.sleep(5)

        with self.told():
            with contextlib.closing(asyncio.new_event_loop()) as loop:
                loop.run_until_complete(nap())

    async def test_what_is_no_number_is_left_to_python(self) -> None:
        with mock.patch.object(sleeping, "REAL", type(self).real), self.assertRaises(TypeError):
            time.sleep("5")  # type: ignore[arg-type]

    real = sleeping.REAL


class StandInTests(unittest.TestCase):
    def setUp(self) -> None:
        clock.install()
        self.addCleanup(clock.uninstall)

    def test_attribute_of_a_class_is_no_method(self) -> None:
        class Retry:
            rest = time.sleep

        Retry().rest(0)

    def test_it_goes_to_other_processes(self) -> None:
        pickle.loads(pickle.dumps(time.sleep))(0)
        copy.deepcopy(time.sleep)(0)

    def test_it_is_named_as_what_it_stands_for(self) -> None:
        self.assertEqual(time.sleep.__qualname__, "sleep")


class TestCaseTests(BotTestCase):
    async def test_failure_names_what_blocked(self) -> None:
        async def nap(ctx: commands.Context[Any]) -> None:
            time.sleep(BLOCKING)
            await ctx.send("Awake.")

        needs_the_process(self)  # whose warnings are looked at
        with self.assertWarns(RuntimeWarning):
            await self.bot_does(nap)
        with self.fails("time.sleep(0.1) blocks the bot in", "write `await asyncio.sleep(0.1)`"):
            self.assertSent("Good morning.")

    async def test_another_test_does_not(self) -> None:
        with self.fails() as failing:
            self.assertSent("Good morning.")
        self.assertNotIn("blocks", failing.text)
