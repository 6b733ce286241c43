"""Pictures and files from the CDN through discord.py."""

from __future__ import annotations

import io
import tempfile

import discord

from tests.backend.worlds import PNG
from tests.surface.surface import SurfaceTestCase


class Assets(SurfaceTestCase):
    async def test_avatars(self):
        for user in (self.alice, self.client.user, self.guild.owner):
            self.assertIsNone(user.avatar)
            self.assertTrue((await user.display_avatar.read()).startswith(PNG[:8]))
            self.assertTrue((await user.default_avatar.read()).startswith(PNG[:8]))

    async def test_forms_of_an_icon(self):
        guild = await self.guild.edit(icon=PNG)
        for asset in (
            guild.icon,
            guild.icon.with_size(64),
            guild.icon.with_format("webp"),
            guild.icon.with_static_format("jpg"),
            guild.icon.replace(size=128, format="png"),
        ):
            self.assertTrue(await asset.read())
        file = await guild.icon.to_file(filename="x.png", description="d", spoiler=True)
        self.assertEqual((file.filename, file.description), ("SPOILER_x.png", "d"))
        buffer = io.BytesIO()
        self.assertGreater(await guild.icon.save(buffer), 0)
        self.assertEqual(buffer.getvalue(), PNG)

    async def test_attachment(self):
        message = await self.channel.send(file=discord.File(io.BytesIO(b"text"), "a.txt"))
        attachment = message.attachments[0]
        self.assertEqual(await attachment.read(), b"text")
        with self.assertRaises(discord.HTTPException) as caught:
            await attachment.read(use_cached=True)  # the proxy is for pictures, films and sounds
        self.assertEqual(caught.exception.status, 415)
        with tempfile.TemporaryFile() as file:
            self.assertEqual(await attachment.save(file), 4)
            self.assertEqual(file.read(), b"text")
        again = await self.channel.send(file=await attachment.to_file())
        self.assertEqual((again.attachments[0].filename, again.attachments[0].size), ("a.txt", 4))

    async def test_emoji_of_a_string(self):
        emoji = await self.guild.create_custom_emoji(name="wave", image=PNG)
        partial = discord.PartialEmoji.from_str(str(emoji))
        partial._state = self.client._connection
        self.assertEqual(await partial.read(), PNG)
        with self.assertRaises(ValueError):
            await discord.PartialEmoji(name="👍").read()

    async def test_what_is_not_there(self):
        guild = await self.guild.edit(icon=PNG)
        guild._icon = "0" * 32
        with self.assertRaises(discord.NotFound) as caught:
            await guild.icon.read()
        self.assertEqual(caught.exception.status, 404)
