"""A failure names the object of the test that is no more as it was when the test got it."""

from __future__ import annotations

import unittest

from discordtest import DiscordTestCase
from tests.bots import run_case


def failing() -> type[DiscordTestCase]:
    """Return tests that fail, where no loader finds them."""

    class Failing(DiscordTestCase):
        def make_world(self) -> None:
            self.guild = self.make_guild("Test", channels=["general"])
            self.general = self.guild.text_channels[0]
            self.alice = self.make_member("alice", self.guild)
            self.bob = self.make_member("bob", self.guild)
            self.late = self.make_role("late", self.guild)
            self.names = {"alice"}

        async def asyncSetUp(self) -> None:
            await super().asyncSetUp()
            await self.join_voice(self.bob, self.make_voice_channel("talk", self.guild))
            self.bob = self.refresh(self.bob)
            guild = self.client.guilds[0]
            await guild.text_channels[0].edit(topic="Tea")
            member = guild.get_member(self.alice.id)
            assert member is not None
            await member.edit(nick="Queen")
            role = guild.get_role(self.late.id)
            assert role is not None
            await role.delete()

        async def test_one(self) -> None:
            self.assertEqual(self.alice.nick, "Queen")

        async def test_several(self) -> None:
            self.assertEqual(
                (self.general.topic, self.alice.nick, self.alice.display_name), ("Tea", "x", "y")
            )

        async def test_local(self) -> None:
            alice = self.alice
            alice.nick.upper()  # type: ignore[union-attr]

        async def test_unchanged(self) -> None:
            self.assertEqual(self.alice.name, "bob")

        async def test_refreshed(self) -> None:
            self.assertEqual(self.refresh(self.alice).nick, "King")

        async def test_of_nobody(self) -> None:
            self.assertEqual(len(self.names), 2)

        async def test_method(self) -> None:
            self.assertIn("nobody", self.alice.mentioned_in.__name__)

        async def test_voice(self) -> None:
            self.assertIsNone(self.bob.voice)

        async def test_gone(self) -> None:
            self.assertEqual(self.late.name, "later")

        async def test_sent(self) -> None:
            self.assertSent("nothing of the kind")

    return Failing


class OutdatedTests(unittest.TestCase):
    def failure_of(self, name: str) -> str:
        (text,) = run_case(failing(), name).problems
        return text

    def test_attribute_that_has_changed_is_named(self) -> None:
        self.assertIn(
            "self.alice is as it was when the test got it: its nick was None, and is 'Queen' now. "
            "`self.refresh(self.alice)` returns it as it is",
            self.failure_of("test_one"),
        )

    def test_each_object_is_named_once(self) -> None:
        text = self.failure_of("test_several")
        self.assertEqual(text.count("self.refresh(self.alice)"), 1)
        self.assertIn(
            "self.general is as it was when the test got it: its topic was None, and is 'Tea' now", text
        )

    def test_error_of_the_line_itself(self) -> None:
        self.assertIn(
            "alice is as it was when the test got it: its nick was None", self.failure_of("test_local")
        )

    def test_nothing_is_said_of_what_is_as_it_was_or_gone(self) -> None:
        for name in (
            "test_unchanged",
            "test_refreshed",
            "test_of_nobody",
            "test_method",
            "test_voice",
            "test_gone",
            "test_sent",
        ):
            with self.subTest(name):
                self.assertNotIn("as it was when", self.failure_of(name))
