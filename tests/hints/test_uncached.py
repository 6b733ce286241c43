"""A line that fails over members whom the bot does not know says how many it knows, and why."""

from __future__ import annotations

import unittest
import unittest.mock
from typing import Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase
from tests.bots import run_case


def failing(intents: discord.Intents, **options: Any) -> type[DiscordTestCase]:
    """Return tests that fail, where no loader finds them."""

    class Failing(DiscordTestCase):
        def make_client(self) -> commands.Bot:
            return commands.Bot("!", intents=intents, **options)

        def make_world(self) -> None:
            self.guild = self.make_guild("Test", members=[self.make_user("alice"), self.make_user("bob")])
            self.names = {"members": 1}

        async def test_members(self) -> None:
            guild = self.refresh(self.guild)
            self.assertEqual(len(guild.members), 9)

        async def test_member(self) -> None:
            guild = self.refresh(self.guild)
            self.assertIn("alice", guild.get_member_named("alice").name)  # type: ignore[union-attr]

        async def test_role(self) -> None:
            role = self.refresh(self.guild).default_role
            self.assertEqual(len(role.members), 9)

        async def test_users(self) -> None:
            client = self.client
            self.assertEqual(len(client.users), 9)

        async def test_guild_of_a_list(self) -> None:
            self.assertEqual(len(self.client.guilds[0].members), 9)

        async def test_as_it_was_made(self) -> None:
            self.assertEqual(len(self.guild.members), 9)

        async def test_something_else(self) -> None:
            names = self.names
            self.assertEqual(names.get("members"), 9)

        async def test_thing_with_such_a_name(self) -> None:
            members = unittest.mock.Mock(members=1)
            self.assertEqual(members.members, 9)

    return Failing


def without_members() -> discord.Intents:
    intents = discord.Intents.all()
    intents.members = intents.presences = False
    return intents


class UncachedTests(unittest.TestCase):
    HINT = "\nThe bot has cached 1 of the 4 members of 'Test': its intents lack members. `guild.member_count` and"

    def problem_of(self, name: str, **options: Any) -> str:
        options.setdefault("intents", without_members())
        (problem,) = run_case(failing(**options), f"test_{name}").problems
        return problem

    def test_what_is_of_the_cache(self) -> None:
        for name in ("members", "member", "role", "users", "guild_of_a_list"):
            with self.subTest(name):
                self.assertIn(self.HINT, self.problem_of(name))

    def test_what_is_not(self) -> None:
        for name in ("as_it_was_made", "something_else", "thing_with_such_a_name"):
            with self.subTest(name):
                self.assertNotIn("has cached", self.problem_of(name))

    def test_bot_that_knows_all(self) -> None:
        self.assertNotIn("has cached", self.problem_of("members", intents=discord.Intents.all()))

    def test_bot_that_asks_for_nobody(self) -> None:
        intents = without_members()
        intents.members = True
        self.assertIn(
            "has cached 1 of the 4 members of 'Test': `await guild.chunk()` asks for the others",
            self.problem_of("members", intents=intents, chunk_guilds_at_startup=False),
        )
