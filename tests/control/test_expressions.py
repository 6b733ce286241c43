"""Emojis, stickers, sounds, webhooks and invites by the functions of ``discordtest.backend``."""

from __future__ import annotations

from discordtest import SetupError, backend
from tests.control.listening import ControlTestCase


class ExpressionTests(ControlTestCase):
    async def test_emoji(self) -> None:
        emoji = backend.make_emoji("blob", self.guild)
        self.assertIs(self.client.get_emoji(emoji.id), emoji)
        self.assertEqual(await self.heard(), ["guild_emojis_update"])
        backend.delete_emoji(emoji)
        self.assertIsNone(self.client.get_emoji(emoji.id))
        self.assertEqual(await self.heard(), ["guild_emojis_update"])

    async def test_sticker(self) -> None:
        sticker = backend.make_sticker("wave", self.guild)
        self.assertIs(self.client.get_sticker(sticker.id), sticker)
        self.assertEqual(await self.heard(), ["guild_stickers_update"])
        backend.delete_sticker(sticker.id)
        self.assertIsNone(self.client.get_sticker(sticker.id))
        self.assertEqual(await self.heard(), ["guild_stickers_update"])

    async def test_sound(self) -> None:
        sound = backend.make_soundboard_sound("yay", self.guild, emoji="🎉")
        self.assertIs(self.client.get_soundboard_sound(sound.id), sound)
        self.assertEqual(await self.heard(), ["soundboard_sound_create"])
        backend.update_soundboard_sounds(self.guild, available=False)
        self.assertFalse(sound.available)
        self.assertEqual(await self.heard(), ["soundboard_sound_update"])
        backend.delete_soundboard_sound("yay")
        self.assertIsNone(self.client.get_soundboard_sound(sound.id))
        self.assertEqual(await self.heard(), ["soundboard_sound_delete"])
        with self.assertRaisesRegex(SetupError, "there is no sound"):
            backend.delete_soundboard_sound(sound)

    async def test_webhook(self) -> None:
        webhook = backend.make_webhook("news", self.general)
        self.assertEqual(await self.general.webhooks(), [webhook])
        self.assertEqual(await self.heard(), ["webhooks_update"])
        backend.delete_webhook(webhook)
        self.assertEqual(await self.general.webhooks(), [])
        self.assertEqual(await self.heard(), ["webhooks_update"])

    async def test_invite(self) -> None:
        invite = backend.make_invite(self.general)
        self.assertEqual(await self.general.invites(), [invite])
        self.assertEqual(await self.heard(), ["invite_create"])
        backend.delete_invite(invite.code)
        self.assertEqual(await self.general.invites(), [])
        self.assertEqual(await self.heard(), ["invite_delete"])

    async def test_permissions_of_a_command(self) -> None:
        @self.client.tree.command()
        async def ban(interaction: object) -> None:
            """Ban."""

        (command,) = await self.client.tree.sync()
        backend.make_command_permissions("ban", self.guild, {self.mods: False})
        (found,) = (await command.fetch_permissions(self.guild)).permissions
        self.assertEqual((found.target, found.permission), (self.mods, False))

    async def test_what_is_gone_cannot_be_deleted(self) -> None:
        emoji = self.make_emoji("blob", self.guild)
        backend.delete_emoji(emoji)
        with self.assertRaisesRegex(SetupError, "there is no emoji"):
            backend.delete_emoji(emoji)
        with self.assertRaisesRegex(SetupError, "delete_invite"):
            backend.delete_invite("gone")
        with self.assertRaisesRegex(SetupError, "delete_webhook"):
            backend.delete_webhook(7)
