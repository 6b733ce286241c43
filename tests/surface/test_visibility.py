"""What a bot hears where it lacks a permission, and what changes when it gets one."""

from __future__ import annotations

import datetime

import discord

from tests.surface.surface import SurfaceTestCase


class FewPermissions(SurfaceTestCase):
    bot_permissions = discord.Permissions(view_channel=True, send_messages=True, read_message_history=True)

    def names(self):
        return {event for event, _ in self.client.heard if not event.startswith("socket_")}

    async def test_audit_log_is_unheard(self):
        await self.kick(self.guild.owner, self.alice, reason="x")
        self.assertNotIn("audit_log_entry_create", self.names())
        self.assertIn("member_remove", self.names())

    async def test_invites_are_unheard(self):
        self.make_invite(self.channel)
        await self.settle()
        self.assertNotIn("invite_create", self.names())

    async def test_hidden_channel(self):
        everyone = self.guild.default_role
        hidden = {everyone: discord.PermissionOverwrite(view_channel=False)}
        secret = self.make_text_channel(
            "secret", self.guild, overwrites={**hidden, self.guild.self_role: hidden[everyone]}
        )
        await self.send(self.guild.owner, secret, "x")
        self.assertNotIn("message", self.names())
        cached = self.client.get_channel(secret.id)
        if cached is not None:
            self.assertFalse(cached.permissions_for(self.guild.me).view_channel)

    async def test_link_without_embed_links(self):
        message = await self.channel.send("https://example.com", embed=discord.Embed(title="x"))
        self.assertEqual(message.content, "https://example.com")


class Mentions(SurfaceTestCase):
    async def test_ping_of_everyone_needs_a_permission(self):
        role = self.make_role("r", self.guild, permissions=0)
        everyone = self.guild.default_role
        allowed = discord.Permissions(everyone.permissions.value)
        allowed.mention_everyone = False
        await everyone.edit(permissions=allowed)
        sent = await self.send(self.alice, self.channel, f"@everyone @here {role.mention} {self.bob.mention}")
        message = await self.heard("message")
        self.assertEqual((message.mention_everyone, message.role_mentions), (False, []))
        self.assertEqual((message.mentions, sent.mentions), ([self.bob], [self.bob]))
        self.assertIn("@bob", message.clean_content)

    async def test_owner_pings(self):
        role = self.make_role("r", self.guild, permissions=0)
        await self.send(self.guild.owner, self.channel, f"@everyone {role.mention}")
        message = await self.heard("message")
        self.assertEqual((message.mention_everyone, message.role_mentions), (True, [role]))


class Moderated(SurfaceTestCase):
    async def test_member_in_timeout_cannot_write(self):
        await self.alice.timeout(discord.utils.utcnow() + datetime.timedelta(minutes=1))
        await self.settle()
        with self.assertRaises(discord.Forbidden):
            await self.send(self.alice, self.channel, "x")
        await self.advance(61)
        await self.send(self.alice, self.channel, "x")

    async def test_bot_is_kicked(self):
        await self.kick(self.guild.owner, self.guild.me)
        self.assertEqual((await self.heard("guild_remove")).id, self.guild.id)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.channel.send("x")
        self.assertEqual(caught.exception.code, 50001)

    async def test_slow_mode(self):
        await self.channel.edit(slowmode_delay=10)
        await self.send(self.alice, self.channel, "x")
        with self.assertRaises(discord.HTTPException):
            await self.send(self.alice, self.channel, "y")
        await self.advance(10)
        await self.send(self.alice, self.channel, "y")

    async def test_thread_archives_after_an_hour(self):
        thread = await self.channel.create_thread(
            name="t", type=discord.ChannelType.public_thread, auto_archive_duration=60
        )
        await self.settle()
        await self.advance(hours=2)
        fetched = await self.client.fetch_channel(thread.id)
        self.assertTrue(fetched.archived)

    async def test_welcome(self):
        await self.guild.edit(system_channel=self.channel)
        carl = self.make_user("carl")
        await self.join(carl, self.guild)
        message = await anext(self.channel.history(limit=1))
        self.assertEqual((message.type, message.author.id), (discord.MessageType.new_member, carl.id))
        self.assertIn("carl", message.system_content)
