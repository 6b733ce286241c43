"""A test that waits before it acts is told how to write it."""

from __future__ import annotations

import asyncio
import unittest

import discord

from discordtest.clock.in_vain import cure
from tests.bots import BotTestCase, run_case
from tests.clock.virtual import run

CURE = "Begin the wait first, `waiting = asyncio.create_task(…)`"


def _ended(test: object) -> BaseException:
    """Run a coroutine that ends with an error; return that: assertRaises would clear its frames."""
    try:
        run(test)  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001  # whatever it is
        return error
    raise AssertionError("it has not failed")


class WaitTests(unittest.TestCase):
    def cured(self, test: object) -> str:
        return cure(_ended(test)) or ""

    def test_wait_for_ever(self) -> None:
        async def test() -> None:
            await asyncio.Event().wait()

        self.assertIn(CURE, self.cured(test()))

    def test_wait_with_a_timeout(self) -> None:
        async def test() -> None:
            await asyncio.wait_for(asyncio.Event().wait(), 5)

        self.assertIn(CURE, self.cured(test()))

    def test_wait_within_a_timeout(self) -> None:
        async def test() -> None:
            async with asyncio.timeout(5):
                await asyncio.Event().wait()

        self.assertIn(CURE, self.cured(test()))

    def test_wait_that_was_begun_before(self) -> None:
        async def test() -> None:
            waiting = asyncio.create_task(asyncio.Event().wait())
            await waiting

        self.assertEqual(self.cured(test()), "")

    def test_wait_beside_others(self) -> None:
        async def test() -> None:
            await asyncio.gather(asyncio.Event().wait(), asyncio.sleep(1))

        self.assertEqual(self.cured(test()), "")

    def test_sleep_that_nobody_could_end(self) -> None:
        async def test() -> None:
            await asyncio.sleep(float("inf"))

        self.assertEqual(self.cured(test()), "")

    def test_timeout_that_is_no_wait(self) -> None:
        async def test() -> None:
            raise TimeoutError("of a socket")

        self.assertEqual(self.cured(test()), "")

    def test_error_without_frames(self) -> None:
        self.assertIsNone(cure(TimeoutError()))


class TestCaseTests(unittest.TestCase):
    def failed(self, kind: type[BotTestCase]) -> str:
        (text,) = run_case(kind)
        return text

    def test_event_that_is_awaited_before_the_act(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                await self.client.wait_for("message")

        self.assertIn(
            "no timer is left.\n  the bot waits for events of the gateway\n"
            f"Nobody acts while the test waits here. {CURE}",
            self.failed(Case),
        )

    def test_event_that_is_awaited_with_a_timeout(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                await self.client.wait_for("message", timeout=30)

        self.assertIn(f"TimeoutError\nNobody acts while the test waits here. {CURE}", self.failed(Case))

    def test_what_it_says_to_write_passes(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                waiting = asyncio.create_task(self.client.wait_for("message"))
                await self.send(self.alice, self.general, "hi")
                self.assertEqual((await waiting).content, "hi")

        self.assertTrue(run_case(Case).passed)

    def test_event_that_there_is_not(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                waiting = asyncio.create_task(self.client.wait_for("on_message"))
                await self.send(self.alice, self.general, "hi")
                await waiting

        self.assertIn(
            "wait_for('on_message') waits for no event of discord.py; is wait_for('message') meant?",
            self.failed(Case),
        )

    def test_event_that_the_intents_keep_away(self) -> None:
        class Case(BotTestCase):
            intents = discord.Intents(guilds=True)

            async def test(self) -> None:
                waiting = asyncio.create_task(self.client.wait_for("member_join"))
                await self.join(self.make_user("bob"), self.guild)
                await waiting

        self.assertIn(
            "The bot waits for 'member_join', but gets no GUILD_MEMBER_ADD: its intents lack members",
            self.failed(Case),
        )
