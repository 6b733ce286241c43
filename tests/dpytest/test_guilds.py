from __future__ import annotations

import unittest
from typing import Any

import discord

from discordtest import dpytest
from discordtest.dpytest import configured, guilds
from tests.dpytest.case import LoopCase, SuiteCase


class NameTests(unittest.TestCase):
    def test_number_makes_names_and_a_list_gives_them(self) -> None:
        self.assertEqual(guilds.names_of(2, "Guild {}", "guilds"), ["Guild 0", "Guild 1"])
        self.assertEqual(guilds.names_of(0, "Guild {}", "guilds"), [])
        self.assertEqual(guilds.names_of(("a", "b"), "Guild {}", "guilds"), ["a", "b"])

    def test_anything_else_is_refused(self) -> None:
        wrong: Any
        for wrong in ("abc", b"abc", 1.5, None):
            with self.subTest(wrong), self.assertRaisesRegex(TypeError, "a number of guilds or a list"):
                guilds.names_of(wrong, "Guild {}", "guilds")
        with self.assertRaisesRegex(ValueError, "cannot make -1 guilds"):
            guilds.names_of(-1, "Guild {}", "guilds")


class PlaceTests(SuiteCase):
    """The bot's place in a guild that was made for it."""

    async def test_bot_owns_the_guild_and_has_no_role_of_its_own(self) -> None:
        self.assertEqual(self.guild.owner, self.guild.me)
        self.assertEqual([*self.guild.roles], [self.guild.default_role])
        self.assertEqual(self.guild.member_count, 3)
        role = await self.guild.create_role(name="r", permissions=discord.Permissions.all())
        await self.alice.add_roles(role)
        await self.alice.edit(nick="Al")
        await self.bob.ban()

    async def test_bot_that_is_bound_has_nobody_above_it(self) -> None:
        role = await self.guild.create_role(name="r")
        await self.alice.add_roles(role)
        await dpytest.set_permission_overrides(self.alice, self.channel, send_messages=False)
        self.assertIsNone(self.guild.owner)
        self.assertEqual(len(self.guild.members), 3)
        self.assertEqual(self.guild.me.top_role, self.guild.roles[-1])
        await self.alice.edit(nick="Al")
        await self.alice.kick()

    async def test_guild_of_somebody_else_is_left_as_it_is(self) -> None:
        guild = dpytest.back.make_guild("Other")
        roles = [*guild.roles]
        guilds.bind_the_bot(configured.scene(), self.bot, str(guild.id))
        self.assertEqual([*guild.roles], roles)


class MuteTests(LoopCase):
    async def test_events_within_are_not_told(self) -> None:
        heard = []
        client = discord.Client(intents=discord.Intents.none())
        await client._async_setup_hook()

        @client.event
        async def on_thing() -> None:
            heard.append("thing")

        with guilds.muted(client):
            client.dispatch("thing")
            client._connection.dispatch("thing")
        client.dispatch("thing")
        client._connection.dispatch("thing")
        await dpytest.run_all_events()
        self.assertEqual(heard, ["thing", "thing"])
        self.assertNotIn("dispatch", vars(client))
