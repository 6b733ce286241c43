"""What leaves a function in which a script starts a loop."""

from __future__ import annotations

import asyncio
import unittest

from discordtest.scripts.standing_in import LeftFunction, await_instead, script_of_context
from tests.isolated import IsolatedTestCase


async def nothing() -> None:
    pass


class LeavingTests(IsolatedTestCase):
    async def test_first_of_several(self) -> None:
        """What a ``finally`` would have run besides is dropped, with no warning that nobody awaited it."""
        coroutine, task = nothing(), asyncio.create_task(nothing())
        first = LeftFunction(asyncio.get_running_loop().create_future())
        with self.assertRaises(LeftFunction) as caught:
            try:
                try:
                    raise first
                finally:
                    raise LeftFunction(coroutine)
            finally:
                raise LeftFunction(task)
        self.assertIs(caught.exception.first(), first)
        await asyncio.sleep(0)
        self.assertTrue(task.cancelled())
        self.assertIsNone(coroutine.cr_frame)

    async def test_only_one(self) -> None:
        left = LeftFunction(asyncio.get_running_loop().create_future())
        self.assertIs(left.first(), left)


class AwaitingTests(IsolatedTestCase):
    async def test_call_that_starts_a_loop(self) -> None:
        async def answer() -> int:
            return 5

        self.assertEqual(await await_instead(asyncio.run, answer()), 5)
        self.assertEqual(await await_instead(asyncio.get_running_loop().run_until_complete, answer()), 5)

    async def test_any_other_call(self) -> None:
        self.assertEqual(await await_instead(max, 1, 2), 2)

    async def test_outside_of_scripts_nothing_is_replaced(self) -> None:
        self.assertIsNone(script_of_context.get())
        loop = asyncio.new_event_loop()
        self.addCleanup(loop.close)
        self.assertIsNot(loop, asyncio.get_running_loop())


if __name__ == "__main__":
    unittest.main()
