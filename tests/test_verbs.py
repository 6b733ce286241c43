"""A verb ends its act however it ends, and one that nobody awaits is found by who still holds it."""

from __future__ import annotations

import asyncio
import inspect
import unittest
from collections.abc import Iterator

import discord

from discordtest import SetupError
from tests.bots import BotTestCase, run_case


class VerbTests(BotTestCase):
    async def test_verb_that_fails_ends_its_act(self) -> None:
        with self.assertRaises(SetupError):
            await self.send(self.alice, 5, "hello")
        self.assertEqual(self._scene.acts_open, 0)

    async def test_verb_that_is_refused_leaves_nothing_to_run(self) -> None:
        self.make_automod_rule("No cats", self.guild, trigger=discord.AutoModTrigger(keyword_filter=["cat"]))
        with self.assertRaises(discord.HTTPException):
            await self.send(self.alice, self.general, "cat")
        self.assertTrue(self._scene.loop.is_idle())

    async def test_error_on_the_own_loop_stays_what_it_is(self) -> None:
        def embeds() -> Iterator[discord.Embed]:
            raise RuntimeError("mine")
            yield

        with self.assertRaisesRegex(RuntimeError, "mine"):
            await self.send(self.alice, self.general, "hello", embeds=embeds())  # type: ignore[arg-type]

    async def test_verb_goes_by_its_own_name(self) -> None:
        coroutine = self.send(self.alice, self.general, "hello")
        self.assertEqual(coroutine.__qualname__, "MessageVerbs.send")
        self.assertEqual(self.send.__qualname__, "MessageVerbs.send")
        self.assertEqual(inspect.unwrap(self.send).__qualname__, "MessageVerbs.send")
        await coroutine


class OverSocketsTests(BotTestCase):
    transport = "loopback"

    async def test_what_the_bot_has_sent_arrives_before_an_act(self) -> None:
        floor = self.make_voice_channel("floor", self.guild)
        await self.guild.change_voice_state(channel=floor)
        await self.join_voice(self.alice, floor)
        self.assertEqual([*self.refresh(floor).voice_states], [self.client.user.id, self.alice.id])


class OtherLoopTests(unittest.TestCase):
    def test_verb_on_another_loop_says_how_to_write_it(self) -> None:
        class Case(BotTestCase):
            def test(self) -> None:
                asyncio.run(self.send(self.alice, self.general, "hello"))

        text = str(run_case(Case))
        self.assertIn(
            "SetupError: self.send(…) was run on another event loop than the test's own: make", text
        )
        self.assertIn("write `await self.send(…)`, without asyncio.run", text)


class AwaitedTests(BotTestCase):
    async def test_function_that_cannot_await_is_told_to_become_one_that_can(self) -> None:
        def test_help() -> None:
            self.send(self.alice, self.general, "!help")

        test_help()
        with self.assertRaisesRegex(SetupError, "make test_help `async def` and write `await` before it, or"):
            self._scene.check()

    async def test_line_without_a_function_is_told_to_await_alone(self) -> None:
        (lambda: self.send(self.alice, self.general, "hi"))()
        with self.assertRaisesRegex(SetupError, "was never awaited: write `await` before it"):
            self._scene.check()

    async def test_dropped_verb_is_missed_at_the_next_look(self) -> None:
        self.send(self.alice, self.general, "one")
        self.send(self.alice, self.general, "two")
        with self.assertRaisesRegex(SetupError, r"self\.send\(…\) at test_verbs\.py:\d+, self\.send"):
            self._scene.check()
        self._scene.check()

    async def test_held_verb_is_missed_at_the_last_look(self) -> None:
        held = self.send(self.alice, self.general, "one")
        self._scene.check()
        with self.assertRaisesRegex(SetupError, "never awaited"):
            self._scene.check(last=True)
        with self.assertRaises(RuntimeError):
            await held


if __name__ == "__main__":
    unittest.main()
