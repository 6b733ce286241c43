"""A verb ends its act however it ends, and one that nobody awaits is found by who still holds it."""

from __future__ import annotations

import inspect
import unittest

import discord

from discordtest import SetupError
from tests.bots import BotTestCase


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

    async def test_verb_goes_by_its_own_name(self) -> None:
        coroutine = self.send(self.alice, self.general, "hello")
        self.assertEqual(coroutine.__qualname__, "MessageVerbs.send")
        self.assertEqual(self.send.__qualname__, "MessageVerbs.send")
        self.assertEqual(inspect.unwrap(self.send).__qualname__, "MessageVerbs.send")
        await coroutine


class AwaitedTests(BotTestCase):
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
