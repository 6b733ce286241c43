"""Guilds and roles that a test makes, changes and deletes by the functions of ``discordtest.backend``."""

from __future__ import annotations

import discord

from discordtest import SetupError, backend
from tests.control.listening import ControlTestCase


class MakeTests(ControlTestCase):
    async def test_guild_is_joined(self) -> None:
        guild = backend.make_guild(
            "Second", [self.alice], [self.general, "extra"], [self.mods], owner=True, id_num=77
        )
        self.assertIs(self.client.get_guild(77), guild)
        self.assertEqual(guild.owner_id, self.client.user.id)
        self.assertEqual([channel.name for channel in guild.text_channels], ["general", "extra"])
        self.assertIn("mods", [role.name for role in guild.roles])
        self.assertIsNotNone(guild.get_member(self.alice.id))
        self.assertEqual(await self.heard(), ["guild_join"])

    async def test_guild_of_somebody_else(self) -> None:
        self.assertEqual(backend.make_guild("Second").owner_id, self.owner.id)
        with self.assertRaisesRegex(TypeError, "pass the owner or their id as owner="):
            backend.make_guild("Third", owner_id=self.alice.id)

    async def test_role_is_made(self) -> None:
        role = backend.make_role("red", self.guild, 55, 0xFF0000, hoist=True, mentionable=True)
        self.assertEqual((role.id, role.colour.value, role.permissions.value), (55, 0xFF0000, 104324161))
        self.assertEqual((role.hoist, role.mentionable), (True, True))
        self.assertIs(self.guild.get_role(55), role)
        self.assertEqual(await self.arguments("guild_role_create"), (role,))

    async def test_two_colours_of_a_role_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "colour=1 and color=2 are the same thing"):
            backend.make_role("red", self.guild, colour=1, color=2)
        self.assertEqual(backend.make_role("blue", self.guild, color=2).colour.value, 2)
        self.assertEqual(backend.make_role("green", self.guild, colour=3, color=3).colour.value, 3)


class UpdateGuildTests(ControlTestCase):
    async def test_settings(self) -> None:
        updated = backend.update_guild(self.guild, name="Renamed")
        self.assertIs(updated, self.guild)
        before, after = await self.arguments("guild_update")
        self.assertEqual((before.name, after.name), ("Test", "Renamed"))

    async def test_update_without_news_is_told_too(self) -> None:
        backend.update_guild(self.guild)
        self.assertEqual(await self.heard(), ["guild_update"])
        backend.update_guild(self.guild, name="Test")
        self.assertEqual(await self.heard(), ["guild_update"])

    async def test_new_list_of_roles_is_one_update(self) -> None:
        backend.update_member(self.alice, roles=[self.mods])
        other = self.make_role("red", self.make_guild("Second"), colour=0xFF0000)
        await self.heard()
        backend.update_guild(self.guild, ["low", other], name="Renamed")
        self.assertEqual(await self.heard(), ["guild_update"])
        expected = ["@everyone", "low", "red", "bot"]
        self.assertEqual([role.name for role in self.guild.roles], expected)
        fetched = sorted(await self.guild.fetch_roles())
        self.assertEqual([role.name for role in fetched], expected)
        self.assertEqual((self.guild.roles[2].colour.value, self.guild.name), (0xFF0000, "Renamed"))
        self.assertEqual([role.name for role in self.alice.roles], ["@everyone"])

    async def test_roles_that_stay_are_put_in_order(self) -> None:
        high = self.make_role("high", self.guild)
        backend.update_guild(self.guild, roles=[self.guild.default_role, self.mods, high])
        self.assertEqual([role.name for role in self.guild.roles], ["@everyone", "mods", "high", "bot"])
        self.assertEqual([role.position for role in self.guild.roles], [0, 1, 2, 3])
        self.assertEqual(self.guild.get_role(high.id), high)

    async def test_list_that_cannot_be_changes_nothing(self) -> None:
        before = [(role.name, role.position) for role in await self.guild.fetch_roles()]
        with self.assertRaisesRegex(SetupError, "name"):
            backend.update_guild(self.guild, roles=["fine", "x" * 101])
        with self.assertRaisesRegex(SetupError, "is no discord.Role and no name"):
            backend.update_guild(self.guild, roles=[7])  # type: ignore[list-item]
        with self.assertRaisesRegex(TypeError, "takes a list of roles"):
            backend.update_guild(self.guild, roles="mods")
        after = [(role.name, role.position) for role in await self.guild.fetch_roles()]
        self.assertEqual(after, before)

    async def test_guild_that_is_not_here(self) -> None:
        with self.assertRaisesRegex(SetupError, "there is no guild 7 in the world"):
            backend.update_guild(7)


class DeleteGuildTests(ControlTestCase):
    async def test_bot_is_told(self) -> None:
        backend.delete_guild(self.guild)
        self.assertIsNone(self.client.get_guild(self.guild.id))
        self.assertEqual(await self.arguments("guild_remove"), (self.guild,))


class UpdateRoleTests(ControlTestCase):
    async def test_every_value(self) -> None:
        wanted = discord.Permissions(kick_members=True)
        updated = backend.update_role(self.mods, 0x00FF00, None, wanted, True, True, "guards")
        self.assertIs(updated, self.mods)
        role = self.guild.get_role(self.mods.id)
        assert role is not None
        self.assertEqual(
            (role.name, role.colour.value, role.permissions, role.hoist, role.mentionable),
            ("guards", 0x00FF00, wanted, True, True),
        )
        before, after = await self.arguments("guild_role_update")
        self.assertEqual((before.name, after.name), ("mods", "guards"))

    async def test_what_is_not_passed_stays(self) -> None:
        backend.update_role(self.mods, color=5)
        role = self.guild.get_role(self.mods.id)
        assert role is not None
        self.assertEqual((role.name, role.colour.value, role.permissions.value), ("mods", 5, 104324161))

    async def test_update_without_news_is_told_too(self) -> None:
        backend.update_role(self.mods)
        self.assertEqual(await self.heard(), ["guild_role_update"])

    async def test_position(self) -> None:
        low = self.make_role("low", self.guild)
        backend.update_role(low, position=2)
        self.assertEqual([role.name for role in self.guild.roles], ["@everyone", "mods", "low", "bot"])

    async def test_two_colours_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "are the same thing"):
            backend.update_role(self.mods, colour=1, color=2)

    async def test_role_by_its_id(self) -> None:
        self.assertIs(backend.update_role(self.mods.id, name="guards"), self.mods)
        with self.assertRaisesRegex(SetupError, "there is no role 7 in the world"):
            backend.update_role(7, name="guards")


class DeleteRoleTests(ControlTestCase):
    async def test_bot_is_told(self) -> None:
        backend.update_member(self.alice, roles=[self.mods])
        await self.heard()
        backend.delete_role(self.mods)
        self.assertIsNone(self.guild.get_role(self.mods.id))
        self.assertEqual(self.alice.roles, [self.guild.default_role])
        self.assertEqual(await self.arguments("guild_role_delete"), (self.mods,))

    async def test_everyone_stays(self) -> None:
        with self.assertRaisesRegex(SetupError, "delete_role"):
            backend.delete_role(self.guild.default_role)
        with self.assertRaisesRegex(SetupError, "delete_role"):
            backend.delete_role(self.guild.self_role)  # type: ignore[arg-type]


class NameTests(ControlTestCase):
    async def test_names_are_taken_where_they_name_one_thing(self) -> None:
        backend.update_role("mods", name="guards")
        backend.update_member("alice", roles=["guards"])
        self.assertEqual(self.alice.top_role, self.mods)
        backend.update_text_channel("general", "guards", discord.PermissionOverwrite(send_messages=False))
        backend.set_channel_permission_overrides("#general", "@alice", allow=2048)
        self.assertEqual(set(self.general.overwrites), {self.mods, self.alice})
        backend.delete_role("@guards")
        backend.delete_channel("general")
        backend.delete_member("alice")
        backend.delete_guild("Test")
        self.assertEqual(len(self.client.guilds), 0)

    async def test_names_of_several_things_are_refused(self) -> None:
        backend.make_guild("Second", members=[self.alice], roles=["mods"])
        with self.assertRaisesRegex(SetupError, "'mods' may mean 2 things, of 'Test', 'Second'"):
            backend.update_role("mods", name="guards")
        with self.assertRaisesRegex(SetupError, "'alice' may mean 2 things"):
            backend.delete_member("alice")
        with self.assertRaisesRegex(SetupError, f"{self.alice.id} may mean 2 things"):
            backend.delete_member(self.alice.id)
        backend.delete_member(self.alice)
        with self.assertRaisesRegex(SetupError, "there is no role 'guards'"):
            backend.delete_role("guards")
