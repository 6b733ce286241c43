"""Guild templates through discord.py."""

from __future__ import annotations

import discord

from tests.surface.surface import SurfaceTestCase


class Templates(SurfaceTestCase):
    async def test_life_of_a_template(self):
        made = await self.guild.create_template(name="Club", description="For all.")
        self.assertEqual((made.name, made.description, made.uses), ("Club", "For all.", 0))
        self.assertEqual((made.creator, made.is_dirty), (self.client.user, False))
        self.assertEqual(made.source_guild.id, self.guild.id)
        self.assertEqual([channel.name for channel in made.source_guild.channels], ["general"])
        self.assertEqual([role.name for role in made.source_guild.roles], ["@everyone"])
        (listed,) = await self.guild.templates()
        self.assertEqual((listed.code, listed.created_at), (made.code, made.created_at))

        await self.guild.create_role(name="Mods")
        fetched = await self.client.fetch_template(made.url)
        self.assertTrue(fetched.is_dirty)
        await self.advance(60)
        synced = await fetched.sync()
        self.assertFalse(synced.is_dirty)
        self.assertEqual((synced.updated_at - made.updated_at).total_seconds(), 60)
        self.assertEqual({role.name for role in synced.source_guild.roles}, {"@everyone", "Mods"})

        edited = await synced.edit(name="Den", description=None)
        self.assertEqual((edited.name, edited.description), ("Den", None))
        await edited.delete()
        self.assertEqual(await self.guild.templates(), [])
        with self.assertRaises(discord.NotFound) as caught:
            await self.client.fetch_template(made.code)
        self.assertEqual(caught.exception.code, 10057)

    async def test_second_template(self):
        await self.guild.create_template(name="Club")
        with self.assertRaises(discord.HTTPException) as caught:
            await self.guild.create_template(name="Den")
        self.assertEqual(caught.exception.code, 30031)


class WithoutThePermission(SurfaceTestCase):
    bot_permissions = discord.Permissions(view_channel=True)

    async def test_it_is_refused(self):
        with self.assertRaises(discord.Forbidden):
            await self.guild.create_template(name="Club")
