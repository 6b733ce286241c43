"""Objects of another test's world are refused, also where both worlds begin at the same moment."""

from __future__ import annotations

import unittest
from datetime import UTC, datetime
from typing import Any

import discord

from discordtest import DiscordTestCase, SetupError
from discordtest.backend.world import ID_ROOM, World
from tests.bots import run_case

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


class OneMoment(DiscordTestCase):
    start_time = MOMENT
    kept: dict[str, Any]

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)
        self.red = self.make_role("Red", self.guild)
        self.old = self.make_user("old", created_at=datetime(2020, 1, 1, tzinfo=UTC))


class ForeignTests(unittest.TestCase):
    def test_objects_of_another_test(self) -> None:
        kept: dict[str, Any] = {}

        class Case(OneMoment):
            async def test_a(self) -> None:
                message = await self.send(self.alice, self.general, "hi")
                kept.update(vars(self), message=message)

            async def test_b(self) -> None:
                guild, general, alice = kept["guild"], kept["general"], kept["alice"]
                await self.send(self.alice, self.general, "hi")
                calls = {
                    "no guild": lambda: self.make_role("x", guild),
                    "no channel 'general'": lambda: self.send(self.alice, general, "hi"),
                    "no user 'alice'": lambda: self.send(alice, self.general, "hi"),
                    "no user 'old'": lambda: self.make_member(kept["old"], self.guild),
                    "no role 'Red'": lambda: self.add_role(self.owner, self.alice, kept["red"]),
                    "no channel": lambda: self.assertNothingSent(general),
                    "no guild ": lambda: self.assertNotChannelExists(guild, "x"),
                    "no user": lambda: self.assertNotHasRole(alice, "Red"),
                    "there is no message": lambda: self.react(self.alice, kept["message"], "👍"),
                    "there never was a message": lambda: self.assertDeleted(kept["message"]),
                    "is not in the world of this test any more": lambda: self.refresh(guild),
                }
                for text, call in calls.items():
                    with self.assertRaisesRegex(SetupError, text):
                        made: Any = call()
                        await made

            async def test_c(self) -> None:
                self.assertEqual(discord.utils.snowflake_time(self.guild.id), MOMENT)
                self.assertEqual(self.old.created_at, datetime(2020, 1, 1, tzinfo=UTC))

        outcome = run_case(Case)
        self.assertTrue(outcome.passed, str(outcome))

    def test_one_test_has_the_same_ids_in_each_run(self) -> None:
        seen = []

        class Case(OneMoment):
            async def test(self) -> None:
                seen.append((self.guild.id, self.alice.id))

        for _ in range(2):
            self.assertTrue(run_case(Case).passed)
        self.assertEqual(seen[0], seen[1])


class OffsetTests(unittest.TestCase):
    def test_thousands_of_ids_are_of_one_moment(self) -> None:
        world = World(MOMENT, id_offset=ID_ROOM - 1)
        ids = [int(world.snowflake()) for _ in range(1 << 17)]
        self.assertEqual(ids, sorted(set(ids)))
        self.assertEqual({discord.utils.snowflake_time(id) for id in (ids[0], ids[-1])}, {MOMENT})


if __name__ == "__main__":
    unittest.main()
