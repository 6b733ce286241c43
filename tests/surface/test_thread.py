"""Threads and forum posts through discord.py."""

from __future__ import annotations

import io

import discord
from discord import AuditLogAction as Action

from tests.surface.surface import SurfaceTestCase

NOT_ALIKE = ("message_count", "member_count", "me", "last_message_id", "total_message_sent")


class Creating(SurfaceTestCase):
    async def made(self, thread, reason="why"):
        self.assertEqual(await self.heard("thread_create"), thread)
        cached = self.guild.get_thread(thread.id)
        self.assertIsNotNone(cached)
        self.assertAlike(cached, thread, besides=NOT_ALIKE)
        self.assertAlike(await self.client.fetch_channel(thread.id), cached, besides=NOT_ALIKE)
        self.assertEqual(thread.owner, self.guild.me)
        self.assertIn(thread, thread.parent.threads)
        self.assertIn(thread, await self.guild.active_threads())
        await self.entry(Action.thread_create, thread, reason)
        self.assertIsNotNone(thread.me or cached.me)

    async def test_private(self):
        thread = await self.channel.create_thread(
            name="t", auto_archive_duration=60, reason="why", invitable=False, slowmode_delay=5
        )
        self.assertEqual((thread.type, thread.invitable), (discord.ChannelType.private_thread, False))
        self.assertEqual((thread.auto_archive_duration, thread.slowmode_delay), (60, 5))
        await self.made(thread)

    async def test_public(self):
        thread = await self.channel.create_thread(
            name="t", type=discord.ChannelType.public_thread, auto_archive_duration=1440, reason="why"
        )
        await self.made(thread)
        system = await anext(self.channel.history(limit=1))
        self.assertEqual(system.type, discord.MessageType.thread_created)

    async def test_on_a_message(self):
        message = await self.channel.send("start")
        await self.settle()
        thread = await self.channel.create_thread(name="t", message=message, reason="why")
        await self.made(thread)
        self.assertEqual((thread.id, thread.starter_message.id), (message.id, message.id))
        self.assertEqual((await self.channel.fetch_message(message.id)).thread, thread)
        again = await self.channel.send("other")
        thread = await again.create_thread(name="u", auto_archive_duration=60, slowmode_delay=3, reason="why")
        await self.made(thread)
        with self.assertRaises(discord.HTTPException) as caught:
            await again.create_thread(name="v")
        self.assertEqual(caught.exception.code, 160004)
        fetched = await anext(self.channel.history(limit=1))
        self.assertEqual((fetched.thread, fetched.flags.has_thread), (thread, True))

    async def test_forum_post(self):
        tag = discord.ForumTag(name="bug")
        forum = await self.guild.create_forum("help", available_tags=[tag])
        await self.settle()
        forum = self.guild.get_channel(forum.id)
        view = discord.ui.View()
        view.add_item(discord.ui.Button(label="press", custom_id="x"))
        thread, message = await forum.create_thread(
            name="question",
            auto_archive_duration=60,
            slowmode_delay=5,
            content="how?",
            embeds=[discord.Embed(title="e")],
            files=[discord.File(io.BytesIO(b"a"), "a.txt")],
            allowed_mentions=discord.AllowedMentions.none(),
            applied_tags=[forum.available_tags[0]],
            view=view,
            suppress_embeds=False,
            reason="why",
        )
        self.assertEqual((message.content, message.id), ("how?", thread.id))
        self.assertEqual(message.attachments[0].filename, "a.txt")
        self.assertEqual((message.embeds[0].title, len(message.components)), ("e", 1))
        self.assertEqual([t.name for t in thread.applied_tags], ["bug"])
        await self.made(thread)
        await self.settle()
        self.assertEqual(forum.last_message_id, thread.id)
        thread, _ = await forum.create_thread(
            name="second",
            content="x",
            embed=discord.Embed(title="y"),
            file=discord.File(io.BytesIO(b"a"), "a.txt"),
        )
        await self.settle()
        thread = self.guild.get_thread(thread.id)
        await thread.add_tags(forum.available_tags[0], reason="why")
        await self.settle()
        self.assertEqual(thread.applied_tags, list(forum.available_tags))
        await thread.remove_tags(forum.available_tags[0])
        await self.settle()
        self.assertEqual(thread.applied_tags, [])
        await thread.edit(pinned=True)
        await self.settle()
        self.assertTrue(thread.flags.pinned)
        edited = await thread.edit(applied_tags=list(forum.available_tags))
        self.assertEqual([t.name for t in edited.applied_tags], ["bug"])

    async def test_in_news(self):
        self.backend.world.guilds[str(self.guild.id)]["features"].append("NEWS")
        news = await self.guild.create_text_channel("news", news=True)
        await self.settle()
        thread = await self.guild.get_channel(news.id).create_thread(
            name="t", type=discord.ChannelType.news_thread, reason="why"
        )
        await self.made(thread)


class Living(SurfaceTestCase):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        made = await self.channel.create_thread(name="t", type=discord.ChannelType.public_thread)
        await self.settle()
        self.thread = self.guild.get_thread(made.id)
        self.client.heard.clear()

    async def test_edit(self):
        edited = await self.thread.edit(
            name="u", locked=True, slowmode_delay=7, auto_archive_duration=60, reason="why"
        )
        before, after = await self.heard("thread_update")
        self.assertEqual((before.name, after.name), ("t", "u"))
        self.assertAlike(edited, self.thread, besides=NOT_ALIKE)
        self.assertEqual((self.thread.locked, self.thread.slowmode_delay), (True, 7))
        changed = await self.changed(Action.thread_update, self.thread, "why")
        self.assertEqual(changed["name"], ("t", "u"))

    async def test_archive(self):
        await self.thread.edit(archived=True, locked=True)
        await self.settle()
        # discord.py drops an archived thread from its cache
        self.assertIsNone(self.guild.get_thread(self.thread.id))
        archived = [thread async for thread in self.channel.archived_threads()]
        self.assertEqual([(t.id, t.archived) for t in archived], [(self.thread.id, True)])
        self.assertIsNotNone(archived[0].archive_timestamp)
        before = discord.utils.utcnow()
        self.assertEqual([t async for t in self.channel.archived_threads(limit=1, before=before)], [])
        private = await self.channel.create_thread(name="p", type=discord.ChannelType.private_thread)
        await private.edit(archived=True)
        for options in ({"private": True}, {"private": True, "joined": True}):
            found = [t.id async for t in self.channel.archived_threads(**options)]
            self.assertEqual(found, [private.id])
        self.assertEqual(await self.guild.active_threads(), [])
        again = await archived[0].edit(archived=False)
        self.assertFalse(again.archived)
        await self.settle()
        self.assertEqual(self.guild.get_thread(self.thread.id), again)

    async def test_archives_itself_when_a_message_comes_it_opens(self):
        await self.thread.edit(archived=True)
        await self.thread.send("x")
        fetched = await self.client.fetch_channel(self.thread.id)
        self.assertFalse(fetched.archived)

    async def test_members(self):
        await self.thread.add_user(self.alice)
        member = await self.heard("thread_member_join")
        self.assertEqual((member.id, member.thread), (self.alice.id, self.thread))
        members = await self.thread.fetch_members()
        self.assertCountEqual([m.id for m in members], [self.alice.id, self.client.user.id])
        self.assertEqual((await self.thread.fetch_member(self.alice.id)).id, self.alice.id)
        # discord.py keeps itself apart
        self.assertEqual([m.id for m in self.thread.members], [self.alice.id])
        await self.thread.remove_user(self.alice)
        self.assertEqual((await self.heard("thread_member_remove")).id, self.alice.id)
        with self.assertRaises(discord.NotFound) as caught:
            await self.thread.fetch_member(self.alice.id)
        self.assertEqual(caught.exception.code, 10007)
        await self.thread.leave()
        self.assertEqual(await self.heard("thread_remove"), self.thread)
        await self.thread.join()
        await self.settle()
        self.assertEqual([m.id for m in await self.thread.fetch_members()], [self.client.user.id])

    async def test_messages(self):
        message = await self.thread.send("one", embed=discord.Embed(title="x"))
        await self.settle()
        self.assertEqual(message.channel, self.thread)
        self.assertEqual(self.thread.last_message_id, message.id)
        await message.edit(content="two")
        await message.add_reaction("👍")
        await message.pin()
        self.assertEqual([m.id async for m in self.thread.pins()], [message.id])
        self.assertIn(message.id, [m.id async for m in self.thread.history()])
        async with self.thread.typing():
            pass
        await self.thread.delete_messages([message, await self.thread.send("x")])
        await self.thread.purge()
        reply = await self.send(self.alice, self.thread, "hello")
        self.assertEqual((await self.thread.fetch_message(reply.id)).content, "hello")

    async def test_delete(self):
        await self.thread.delete(reason="why")
        self.assertEqual(await self.heard("thread_delete"), self.thread)
        self.assertEqual((await self.heard("raw_thread_delete")).thread_id, self.thread.id)
        self.assertIsNone(self.guild.get_thread(self.thread.id))
        await self.entry(Action.thread_delete, self.thread, "why")
        with self.assertRaises(discord.NotFound) as caught:
            await self.client.fetch_channel(self.thread.id)
        self.assertEqual(caught.exception.code, 10003)
