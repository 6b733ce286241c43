"""Intents: what a bot hears, caches and may read with none, some and all of them."""

from __future__ import annotations

import discord

from tests.surface.surface import Listener, SurfaceTestCase


class IntentsTestCase(SurfaceTestCase):
    intents = discord.Intents.default()
    options: dict = {}

    def make_client(self):
        return Listener(self.intents, **self.options)

    def names(self):
        return {event for event, _ in self.client.heard if not event.startswith("socket_")}


class Default(IntentsTestCase):
    """Everything but members, presences and message content."""

    async def test_cache(self):
        self.assertEqual(list(self.guild.members), [self.guild.me])
        self.assertIsNone(self.guild.get_member(self.alice.id))
        self.assertEqual(self.guild.member_count, 4)
        self.assertFalse(self.guild.chunked)
        self.assertEqual((await self.guild.fetch_member(self.alice.id)).name, "alice")

    async def test_members_come_and_go_unheard(self):
        carl = self.make_user("carl")
        await self.join(carl, self.guild)
        await self.set_nick(self.guild.owner_id, self.alice, "Al")
        await self.leave(carl, self.guild)
        self.assertNotIn("member_join", self.names())
        self.assertNotIn("member_update", self.names())
        self.assertNotIn("member_remove", self.names())
        self.assertNotIn("raw_member_remove", self.names())

    async def test_presences_are_unheard(self):
        await self.set_presence(self.alice, "idle")
        self.assertNotIn("presence_update", self.names())

    async def test_content_is_hidden(self):
        await self.send(self.alice, self.channel, "secret", embeds=[discord.Embed(title="x")])
        message = await self.heard("message")
        self.assertEqual((message.content, message.embeds, message.author.name), ("", [], "alice"))
        self.assertIsInstance(message.author, discord.Member)

    async def test_content_that_is_meant_for_the_bot(self):
        await self.send(self.alice, self.channel, f"hello {self.client.user.mention}")
        message = await self.heard("message")
        self.assertEqual(message.content, f"hello {self.client.user.mention}")
        self.assertEqual(message.mentions, [self.client.user])
        await self.send_dm(self.alice, "psst")
        message = await self.heard("message")
        self.assertEqual((message.content, message.guild), ("psst", None))
        await self.channel.send("mine")
        self.assertEqual((await self.heard("message")).content, "mine")

    async def test_content_by_http(self):
        sent = await self.send(self.alice, self.channel, "secret")
        self.assertEqual(sent.content, "secret")  # a verb returns all of it
        fetched = await self.channel.fetch_message(sent.id)
        self.assertEqual(fetched.content, "secret")  # the developer portal allows it

    async def test_typing_is_heard(self):
        await self.typing(self.alice, self.channel)
        raw = await self.heard("raw_typing")
        self.assertEqual((raw.user_id, raw.user.name), (self.alice.id, "alice"))

    async def test_reactions_are_heard(self):
        message = await self.channel.send("x")
        await self.react(self.alice, message, "👍")
        raw = await self.heard("raw_reaction_add")
        self.assertEqual((raw.user_id, raw.member.name), (self.alice.id, "alice"))

    async def test_own_update_is_heard(self):
        role = self.make_role("r", self.guild, permissions=0)
        await self.add_role(self.guild.owner_id, self.guild.me, role)
        before, after = await self.heard("member_update")
        self.assertEqual([r.name for r in after.roles if r not in before.roles], ["r"])

    async def test_bans_are_heard(self):
        await self.ban(self.guild.owner_id, self.alice)
        _, user = await self.heard("member_ban")
        self.assertEqual(user.id, self.alice.id)

    async def test_query_by_name_and_id(self):
        self.assertEqual([m.name for m in await self.guild.query_members("ali")], ["alice"])
        found = await self.guild.query_members(user_ids=[self.bob.id])
        self.assertEqual([m.name for m in found], ["bob"])
        self.assertEqual(self.guild.get_member(self.bob.id), found[0])  # cache=True
        with self.assertRaises(discord.ClientException):
            await self.guild.chunk()

    async def test_voice_is_heard(self):
        voice = self.make_voice_channel("v", self.guild)
        await self.join_voice(self.alice, voice)
        member, _, after = await self.heard("voice_state_update")
        self.assertEqual((member.id, after.channel), (self.alice.id, voice))

    async def test_listing_members_needs_the_intent(self):
        with self.assertRaises(discord.ClientException):
            [m async for m in self.guild.fetch_members()]


class NoIntents(IntentsTestCase):
    intents = discord.Intents.none()

    async def test_nothing_is_heard(self):
        self.assertEqual((self.guild.unavailable, len(self.guild.channels)), (True, 0))
        guild = await self.client.fetch_guild((await anext(self.client.fetch_guilds())).id)
        channels = await guild.fetch_channels()
        message = await channels[0].send("x")
        await message.edit(content="y")
        await message.delete()
        await self.settle()
        self.assertEqual(self.names(), set())

    async def test_direct_messages_are_unheard(self):
        user = await self.client.fetch_user(self.alice.id)
        await user.send("x")
        await self.send_dm(self.alice, "hello")
        self.assertNotIn("message", self.names())


class OnlyGuilds(IntentsTestCase):
    intents = discord.Intents(guilds=True)

    async def test_guild_is_cached_and_messages_are_unheard(self):
        self.assertEqual((self.guild.name, len(self.guild.roles)), ("Test", 2))
        await self.send(self.alice, self.channel, "x")
        await self.typing(self.alice, self.channel)
        message = await self.channel.send("y")
        await self.react(self.alice, message, "👍")
        await self.join_voice(self.alice, self.make_voice_channel("v", self.guild))
        await self.ban(self.guild.owner_id, self.bob)
        await self.channel.create_invite()
        await self.channel.create_webhook(name="x")
        await self.channel.edit(topic="x")
        await self.guild.create_role(name="x")
        await self.channel.create_thread(name="x", type=discord.ChannelType.public_thread)
        await self.settle()
        heard = {"guild_channel_create", "guild_channel_update", "guild_role_create", "thread_create"}
        self.assertLessEqual(self.names(), heard | {"thread_join", "guild_update"})
        self.assertIn("guild_channel_update", self.names())


class All(IntentsTestCase):
    intents = discord.Intents.all()

    async def test_everybody_is_cached(self):
        self.assertEqual((len(self.guild.members), self.guild.chunked), (4, True))
        self.assertEqual(self.guild.owner.name, "owner")

    async def test_join_and_leave(self):
        carl = self.make_user("carl")
        member = await self.join(carl, self.guild)
        self.assertEqual(await self.heard("member_join"), member)
        self.assertEqual(self.guild.member_count, 5)
        await self.set_nick(member, member, "C")
        before, after = await self.heard("member_update")
        self.assertEqual((before.nick, after.nick), (None, "C"))
        await self.leave(carl, self.guild)
        self.assertEqual((await self.heard("member_remove")).id, carl.id)

    async def test_presences(self):
        await self.set_presence(self.alice, "dnd", discord.Game("chess"))
        before, after = await self.heard("presence_update")
        self.assertEqual((before.status, after.status), (discord.Status.offline, discord.Status.dnd))
        self.assertEqual(after.activity.name, "chess")
        self.assertEqual(self.alice.activity.name, "chess")

    async def test_own_presence(self):
        await self.client.change_presence(status=discord.Status.idle, activity=discord.Game("x"))
        await self.settle()
        self.assertEqual(self.guild.me.status, discord.Status.idle)
        self.assertEqual(self.guild.me.activity.name, "x")

    async def test_names_of_users(self):
        await self.settle()
        self.assertEqual(self.client.get_user(self.alice.id).name, "alice")


class NotChunked(IntentsTestCase):
    intents = discord.Intents(guilds=True, members=True, messages=True)
    options = {"chunk_guilds_at_startup": False}

    def make_world(self):
        super().make_world()
        for number in range(60):
            self.make_member(f"m{number}", self.guild)

    async def test_members_are_asked_for(self):
        self.assertFalse(self.guild.chunked)
        self.assertEqual(self.guild.member_count, 64)
        self.assertLess(len(self.guild.members), 64)
        members = await self.guild.chunk()
        self.assertEqual((len(members), len(self.guild.members)), (64, 64))
        self.assertTrue(self.guild.chunked)
        found = await self.guild.query_members("m1", limit=100)
        self.assertEqual(len(found), 11)
        self.assertEqual(len([m async for m in self.guild.fetch_members(limit=None)]), 64)


class ChunkedWithoutPresences(NotChunked):
    options: dict = {}

    async def test_members_are_asked_for(self):
        self.assertTrue(self.guild.chunked)
        self.assertEqual(len(self.guild.members), 64)


class NotApproved(IntentsTestCase):
    intents = discord.Intents.all()
    approved_intents = discord.Intents.default()
    auto_connect = False

    async def asyncSetUp(self):
        await super(SurfaceTestCase, self).asyncSetUp()

    async def test_unapproved_intents_are_refused(self):
        with self.assertRaises(discord.PrivilegedIntentsRequired):
            await self.connect(self.client)


class Chunks(IntentsTestCase):
    intents = discord.Intents.all()

    def make_world(self):
        super().make_world()
        for number in range(260):
            self.make_member(f"m{number}", self.guild)

    async def test_large_guild_with_presences_is_chunked(self):
        self.assertEqual((len(self.guild.members), self.guild.chunked), (264, True))
        self.assertTrue(self.guild.large)
