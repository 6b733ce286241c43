"""Channels that a test makes, changes and deletes by the functions of ``discordtest.backend``."""

from __future__ import annotations

import discord

from discordtest import SetupError, backend
from tests.control.listening import ControlTestCase

HIDDEN = discord.PermissionOverwrite(view_channel=False)


class MakeTests(ControlTestCase):
    async def test_text_channel(self) -> None:
        category = backend.make_category_channel("Rooms", self.guild, 3, 40)
        channel = backend.make_text_channel("room", self.guild, 5, 41, None, category.id)
        self.assertIs(self.guild.get_channel(41), channel)
        self.assertEqual((channel.position, channel.category, category.id), (5, category, 40))
        self.assertEqual(await self.heard(), ["guild_channel_create"] * 2)

    async def test_overwrites_of_every_shape(self) -> None:
        everyone = str(self.guild.id)
        denied = {"id": everyone, "type": "role", "allow": 0, "deny": 1024}
        for shape in (
            {self.guild.default_role: HIDDEN},
            denied,
            [denied],
            [{**denied, "type": 0, "deny": "1024"}],
        ):
            with self.subTest(shape=shape):
                channel = backend.make_text_channel("room", self.guild, permission_overwrites=shape)
                self.assertEqual(channel.overwrites, {self.guild.default_role: HIDDEN})
        self.assertEqual(
            backend.make_text_channel("room", self.guild, permission_overwrites={}).overwrites, {}
        )
        category = backend.make_category_channel("Rooms", self.guild, permission_overwrites=denied)
        self.assertFalse(category.permissions_for(self.alice).view_channel)

    async def test_other_kinds(self) -> None:
        made = [
            backend.make_voice_channel("voice", self.guild),
            backend.make_stage_channel("stage", self.guild),
            backend.make_forum_channel("forum", self.guild),
        ]
        thread = backend.make_thread("thread", self.general)
        self.assertEqual([self.guild.get_channel(channel.id) for channel in made], made)
        self.assertIs(self.guild.get_thread(thread.id), thread)
        heard = await self.heard()
        self.assertEqual(heard[:3], ["guild_channel_create"] * 3)
        self.assertIn("thread_create", heard)


class UpdateTextChannelTests(ControlTestCase):
    async def test_overwrite_is_set_and_taken_away(self) -> None:
        for target in (self.mods, self.alice):
            with self.subTest(target=target):
                backend.update_text_channel(self.general, target, HIDDEN)
                self.assertEqual(self.general.overwrites_for(target), HIDDEN)
                backend.update_text_channel(self.general, target, None)
                self.assertEqual(self.general.overwrites, {})
                self.assertEqual(await self.heard(), ["guild_channel_update"] * 2)

    async def test_without_override_nothing_changes_but_the_event_comes(self) -> None:
        backend.update_text_channel(self.general, self.mods, HIDDEN)
        await self.heard()
        backend.update_text_channel(self.general, self.mods)
        self.assertEqual(self.general.overwrites_for(self.mods), HIDDEN)
        self.assertEqual(await self.heard(), ["guild_channel_update"])
        backend.update_text_channel(self.general, self.alice, None)  # there is none to take away
        self.assertEqual(await self.heard(), ["guild_channel_update"])

    async def test_members_are_bound_by_it(self) -> None:
        backend.update_text_channel(
            self.general, self.alice, discord.PermissionOverwrite(send_messages=False)
        )
        with self.assertRaises(discord.Forbidden):
            await self.send(self.alice, self.general, "hello")

    async def test_overwrite_of_a_member_who_has_left(self) -> None:
        backend.update_text_channel(self.general, self.alice, HIDDEN)
        backend.delete_member(self.alice)
        backend.update_text_channel(self.general, self.alice, None)
        self.assertEqual(self.general._overwrites, [])

    async def test_what_cannot_be(self) -> None:
        stranger = self.make_user("stranger")
        with self.assertRaisesRegex(SetupError, "is no role and no member of the guild of #general"):
            backend.update_text_channel(self.general, stranger, HIDDEN)
        with self.assertRaisesRegex(TypeError, "override is a discord.PermissionOverwrite or None, not 3"):
            backend.update_text_channel(self.general, self.mods, 3)  # type: ignore[arg-type]
        message = self.make_message("hi", self.alice, self.client.user)
        with self.assertRaisesRegex(SetupError, "is a direct message"):
            backend.update_text_channel(message.channel, self.mods, HIDDEN)  # type: ignore[arg-type]
        thread = self.make_thread("thread", self.general)
        with self.assertRaisesRegex(SetupError, "'thread' has no overwrites"):
            backend.update_text_channel(thread, self.mods, HIDDEN)  # type: ignore[arg-type]


class PermissionOverrideTests(ControlTestCase):
    async def test_allow_and_deny(self) -> None:
        backend.set_channel_permission_overrides(
            self.general,
            self.mods,
            allow=discord.Permissions(manage_messages=True),
            deny=discord.Permissions(send_messages=True).value,
        )
        wanted = discord.PermissionOverwrite(manage_messages=True, send_messages=False)
        self.assertEqual(self.general.overwrites_for(self.mods), wanted)
        self.assertEqual(await self.heard(), ["guild_channel_update"])

    async def test_permission_overwrite(self) -> None:
        wanted = discord.PermissionOverwrite(manage_messages=True, send_messages=False)
        backend.set_channel_permission_overrides(self.general, self.mods, wanted)
        self.assertEqual(self.general.overwrites_for(self.mods), wanted)
        with self.assertRaisesRegex(TypeError, "leave deny out"):
            backend.set_channel_permission_overrides(self.general, self.mods, wanted, 8)
        with self.assertRaisesRegex(TypeError, "permissions are discord.Permissions, such as .*, not 'send'"):
            backend.set_channel_permission_overrides(self.general, self.mods, "send")  # type: ignore[arg-type]

    async def test_permission_in_both_is_refused(self) -> None:
        both = discord.Permissions(send_messages=True, connect=True)
        with self.assertRaisesRegex(SetupError, "send_messages, connect is allowed and denied"):
            backend.set_channel_permission_overrides(self.general, self.mods, both, both)


class UpdateChannelTests(ControlTestCase):
    async def test_settings(self) -> None:
        updated = backend.update_channel(self.general, name="lobby", topic="Talk", slowmode_delay=5)
        self.assertIs(updated, self.general)
        self.assertEqual(
            (self.general.name, self.general.topic, self.general.slowmode_delay), ("lobby", "Talk", 5)
        )
        self.assertEqual(await self.heard(), ["guild_channel_update"])

    async def test_thread(self) -> None:
        thread = self.make_thread("thread", self.general)
        await self.heard()
        backend.update_channel(thread, archived=True)
        self.assertTrue(thread.archived)
        self.assertIn("thread_update", await self.heard())


class DeleteChannelTests(ControlTestCase):
    async def test_bot_is_told(self) -> None:
        backend.delete_channel(self.general)
        self.assertIsNone(self.guild.get_channel(self.general.id))
        self.assertEqual(await self.arguments("guild_channel_delete"), (self.general,))

    async def test_channels_of_a_category_stay(self) -> None:
        category = self.make_category_channel("Rooms", self.guild)
        channel = self.make_text_channel("room", self.guild, category=category)
        backend.delete_channel(category)
        self.assertIsNone(channel.category)

    async def test_thread(self) -> None:
        thread = self.make_thread("thread", self.general)
        backend.delete_channel(thread)
        self.assertIsNone(self.guild.get_thread(thread.id))
        self.assertIn("thread_delete", await self.heard())

    async def test_direct_message_stays(self) -> None:
        message = self.make_message("hi", self.alice, self.client.user)
        with self.assertRaisesRegex(SetupError, "is a direct message"):
            backend.delete_channel(message.channel)
