"""Channels of every type through discord.py: making, editing, moving, cloning, deleting."""

from __future__ import annotations

import discord
from discord import AuditLogAction as Action
from discord import ChannelType, PermissionOverwrite

from tests.surface.surface import SurfaceTestCase


class Creating(SurfaceTestCase):
    async def made(self, channel, kind):
        self.assertEqual((channel.type, channel.guild), (kind, self.guild))
        self.assertEqual(await self.heard("guild_channel_create"), channel)
        cached = self.guild.get_channel(channel.id)
        self.assertAlike(cached, channel)
        self.assertEqual(cached.overwrites, channel.overwrites)
        self.assertAlike(await self.client.fetch_channel(channel.id), cached)
        self.assertAlike(await self.guild.fetch_channel(channel.id), cached)
        self.assertIn(channel, await self.guild.fetch_channels())
        await self.entry(Action.channel_create, channel, "why")

    async def test_text(self):
        category = await self.guild.create_category("things")
        await self.heard("guild_channel_create")
        channel = await self.guild.create_text_channel(
            "rules",
            reason="why",
            category=category,
            position=1,
            topic="read",
            slowmode_delay=10,
            nsfw=True,
            overwrites={
                self.guild.default_role: PermissionOverwrite(send_messages=False),
                self.alice: PermissionOverwrite(send_messages=True),
            },
            default_auto_archive_duration=60,
            default_thread_slowmode_delay=5,
        )
        await self.made(channel, ChannelType.text)
        self.assertEqual((channel.name, channel.topic, channel.slowmode_delay), ("rules", "read", 10))
        self.assertEqual((channel.nsfw, channel.category), (True, category))
        self.assertEqual(channel.default_auto_archive_duration, 60)
        self.assertEqual(channel.default_thread_slowmode_delay, 5)
        self.assertFalse(channel.overwrites_for(self.guild.default_role).send_messages)
        self.assertTrue(channel.permissions_for(self.alice).send_messages)
        self.assertFalse(channel.permissions_for(self.bob).send_messages)

    async def test_name_of_a_text_channel_is_normalised(self):
        channel = await self.guild.create_text_channel("Much Ado About Nothing")
        self.assertEqual(channel.name, "much-ado-about-nothing")

    async def test_news(self):
        self.backend.world.guilds[str(self.guild.id)]["features"].append("NEWS")
        channel = await self.guild.create_text_channel("news", news=True, reason="why")
        await self.made(channel, ChannelType.news)
        self.assertTrue(channel.is_news())

    async def test_voice(self):
        channel = await self.guild.create_voice_channel(
            "Talk here",
            reason="why",
            position=0,
            bitrate=64000,
            user_limit=5,
            rtc_region="rotterdam",
            video_quality_mode=discord.VideoQualityMode.full,
            nsfw=True,
            overwrites={self.bob: PermissionOverwrite(connect=False)},
        )
        await self.made(channel, ChannelType.voice)
        self.assertEqual((channel.name, channel.bitrate, channel.user_limit), ("Talk here", 64000, 5))
        self.assertEqual((channel.rtc_region, channel.nsfw), ("rotterdam", True))
        self.assertEqual(channel.video_quality_mode, discord.VideoQualityMode.full)

    async def test_stage(self):
        channel = await self.guild.create_stage_channel(
            "Stage",
            reason="why",
            position=0,
            bitrate=64000,
            user_limit=5,
            rtc_region="rotterdam",
            video_quality_mode=discord.VideoQualityMode.full,
            nsfw=True,
            overwrites={self.bob: PermissionOverwrite(connect=False)},
        )
        await self.made(channel, ChannelType.stage_voice)
        self.assertEqual((channel.bitrate, channel.user_limit), (64000, 5))

    async def test_category(self):
        channel = await self.guild.create_category(
            "Things", reason="why", position=0, overwrites={self.bob: PermissionOverwrite(view_channel=False)}
        )
        await self.made(channel, ChannelType.category)
        self.assertEqual(self.guild.categories, [channel])
        child = await channel.create_text_channel("child")
        voice = await channel.create_voice_channel("child")
        stage = await channel.create_stage_channel("child")
        forum = await channel.create_forum("child")
        await self.settle()
        self.assertCountEqual(channel.channels, [child, voice, stage, forum])
        self.assertTrue(self.guild.get_channel(child.id).permissions_synced)

    async def test_forum(self):
        tags = [discord.ForumTag(name="bug", emoji="🐛", moderated=True), discord.ForumTag(name="idea")]
        channel = await self.guild.create_forum(
            "help",
            reason="why",
            topic="ask",
            position=1,
            slowmode_delay=3,
            nsfw=True,
            overwrites={self.bob: PermissionOverwrite(view_channel=False)},
            default_auto_archive_duration=60,
            default_thread_slowmode_delay=4,
            default_sort_order=discord.ForumOrderType.creation_date,
            default_reaction_emoji="👍",
            default_layout=discord.ForumLayoutType.gallery_view,
            available_tags=tags,
        )
        await self.made(channel, ChannelType.forum)
        self.assertEqual([tag.name for tag in channel.available_tags], ["bug", "idea"])
        self.assertTrue(channel.available_tags[0].moderated)
        self.assertEqual(str(channel.available_tags[0].emoji), "🐛")
        self.assertTrue(all(tag.id for tag in channel.available_tags))
        self.assertEqual(str(channel.default_reaction_emoji), "👍")
        self.assertEqual(channel.default_sort_order, discord.ForumOrderType.creation_date)
        self.assertEqual(channel.default_layout, discord.ForumLayoutType.gallery_view)
        self.assertEqual((channel.slowmode_delay, channel.default_thread_slowmode_delay), (3, 4))
        self.assertEqual((channel.topic, channel.nsfw), ("ask", True))

    async def test_media(self):
        channel = await self.guild.create_forum("pictures", media=True, reason="why")
        await self.made(channel, ChannelType.media)
        self.assertTrue(channel.is_media())


class Editing(SurfaceTestCase):
    async def edited(self, channel, **settings):
        """Edit; return the edited channel after it was compared with what was heard, cached and fetched."""
        old = {name: getattr(channel, name, None) for name in settings}
        edited = await channel.edit(reason="why", **settings)
        before, after = await self.heard("guild_channel_update")
        for name in settings:
            self.assertEqual(getattr(before, name, None), old[name], name)
        cached = self.client.get_channel(channel.id)
        self.assertIs(after, cached)
        self.assertAlike(edited, cached)
        self.assertAlike(await self.client.fetch_channel(channel.id), cached)
        for name, value in settings.items():
            self.assertEqual(getattr(edited, name), value, name)
        return edited

    async def test_text(self):
        await self.edited(
            self.channel,
            name="lobby",
            topic="talk",
            slowmode_delay=20,
            nsfw=True,
            default_auto_archive_duration=4320,
            default_thread_slowmode_delay=6,
        )
        changed = await self.changed(Action.channel_update, self.channel, "why")
        self.assertEqual(changed["name"], ("general", "lobby"))
        self.assertEqual(changed["topic"], (None, "talk"))
        self.assertEqual(changed["slowmode_delay"], (0, 20))
        self.assertEqual(changed["nsfw"], (False, True))
        await self.edited(self.channel, topic=None, slowmode_delay=0, nsfw=False)

    async def test_type(self):
        self.backend.world.guilds[str(self.guild.id)]["features"].append("NEWS")
        edited = await self.channel.edit(type=ChannelType.news)
        self.assertTrue(edited.is_news())
        await self.settle()
        self.assertTrue(self.guild.get_channel(self.channel.id).is_news())

    async def test_voice(self):
        voice = await self.guild.create_voice_channel("voice")
        edited = await self.edited(
            voice,
            name="Talk",
            bitrate=32000,
            nsfw=True,
            user_limit=3,
            slowmode_delay=7,
            rtc_region="us-west",
            video_quality_mode=discord.VideoQualityMode.full,
        )
        await self.entry(Action.channel_update, voice, "why")
        await self.edited(edited, rtc_region=None)

    async def test_voice_status(self):
        voice = await self.guild.create_voice_channel("voice")
        await voice.edit(status="chess", reason="why")
        await self.settle()

    async def test_stage(self):
        stage = await self.guild.create_stage_channel("stage")
        await self.edited(
            stage,
            name="Talks",
            nsfw=True,
            user_limit=3,
            slowmode_delay=7,
            rtc_region="us-west",
            bitrate=32000,
            video_quality_mode=discord.VideoQualityMode.full,
        )

    async def test_category(self):
        category = await self.guild.create_category("things")
        edited = await self.edited(category, name="Stuff")
        overwrites = {self.bob: PermissionOverwrite(view_channel=False)}
        edited = await edited.edit(overwrites=overwrites, position=0)
        self.assertEqual(edited.overwrites, overwrites)

    async def test_forum(self):
        forum = await self.guild.create_forum("help")
        edited = await self.edited(
            forum,
            name="questions",
            topic="ask",
            slowmode_delay=7,
            nsfw=True,
            default_auto_archive_duration=60,
            default_thread_slowmode_delay=4,
            default_sort_order=discord.ForumOrderType.creation_date,
            default_layout=discord.ForumLayoutType.list_view,
            default_reaction_emoji=discord.PartialEmoji(name="👍"),
        )
        edited = await edited.edit(
            available_tags=[discord.ForumTag(name="a"), discord.ForumTag(name="b", emoji="🐛")]
        )
        self.assertEqual([tag.name for tag in edited.available_tags], ["a", "b"])
        edited = await edited.edit(require_tag=True)
        self.assertTrue(edited.flags.require_tag)
        edited = await edited.edit(default_reaction_emoji=None, default_sort_order=None)
        self.assertIsNone(edited.default_reaction_emoji)

    async def test_tag_of_a_forum(self):
        forum = await self.guild.create_forum("help")
        tag = await forum.create_tag(name="bug", emoji="🐛", moderated=True, reason="why")
        await self.settle()
        forum = self.guild.get_channel(forum.id)
        self.assertEqual(list(forum.available_tags), [tag])
        again = await forum.create_tag(name="idea")
        await self.settle()
        self.assertEqual(forum.get_tag(again.id).name, "idea")

    async def test_position(self):
        second = await self.guild.create_text_channel("second")
        third = await self.guild.create_text_channel("third")
        await third.edit(position=0)
        await self.settle()
        names = [channel.name for channel in self.guild.text_channels]
        self.assertEqual(names, ["third", "general", "second"])
        await second.move(beginning=True)
        await self.settle()
        self.assertEqual([c.name for c in self.guild.text_channels], ["second", "third", "general"])
        await second.move(end=True, reason="why")
        await self.settle()
        self.assertEqual([c.name for c in self.guild.text_channels], ["third", "general", "second"])
        await second.move(before=self.guild.get_channel(third.id))
        await self.settle()
        self.assertEqual([c.name for c in self.guild.text_channels], ["second", "third", "general"])
        await second.move(after=self.guild.get_channel(third.id), offset=0)
        await self.settle()
        self.assertEqual([c.name for c in self.guild.text_channels], ["third", "second", "general"])

    async def test_category_of_a_channel(self):
        hidden = {self.guild.default_role: PermissionOverwrite(view_channel=False)}
        hidden[self.guild.me] = PermissionOverwrite(view_channel=True)
        category = await self.guild.create_category("things", overwrites=hidden)
        edited = await self.channel.edit(category=category, sync_permissions=True)
        await self.settle()
        self.assertEqual(edited.category, category)
        self.assertEqual(self.channel.category_id, category.id)
        self.assertEqual(self.channel.overwrites, hidden)
        self.assertTrue(self.channel.permissions_synced)
        await self.channel.move(category=None, beginning=True)
        await self.settle()
        self.assertIsNone(self.channel.category)
        await self.channel.move(category=category, end=True, sync_permissions=True)
        await self.settle()
        self.assertEqual(self.channel.category_id, category.id)

    async def test_overwrites(self):
        overwrites = {self.bob: PermissionOverwrite(send_messages=False, attach_files=True)}
        edited = await self.channel.edit(overwrites=overwrites)
        self.assertEqual(edited.overwrites, overwrites)
        await self.settle()
        self.assertEqual(self.channel.overwrites, overwrites)


class Overwriting(SurfaceTestCase):
    async def test_member(self):
        await self.channel.set_permissions(self.bob, send_messages=False, reason="why")
        before, after = await self.heard("guild_channel_update")
        self.assertEqual(before.overwrites, {})
        self.assertEqual(after.overwrites_for(self.bob), PermissionOverwrite(send_messages=False))
        entry = await self.entry(Action.overwrite_create, self.channel, "why")
        self.assertEqual(entry.extra, self.bob)
        self.assertTrue(entry.after.deny.send_messages)
        await self.channel.set_permissions(self.bob, overwrite=PermissionOverwrite(send_messages=True))
        await self.settle()
        self.assertEqual(self.channel.overwrites_for(self.bob), PermissionOverwrite(send_messages=True))
        entry = await self.entry(Action.overwrite_update, self.channel)
        await self.channel.set_permissions(self.bob, overwrite=None, reason="done")
        await self.settle()
        self.assertEqual(self.channel.overwrites, {})
        await self.entry(Action.overwrite_delete, self.channel, "done")

    async def test_role(self):
        role = await self.guild.create_role(name="muted")
        await self.channel.set_permissions(role, send_messages=False, add_reactions=False)
        entry = await self.entry(Action.overwrite_create, self.channel)
        self.assertEqual(entry.extra, role)
        await self.settle()
        self.assertFalse(self.channel.overwrites_for(role).send_messages)
        self.assertEqual(list(self.channel.changed_roles), [role])


class Cloning(SurfaceTestCase):
    async def check(self, channel, **options):
        await self.settle()
        copy = await channel.clone(name="copy", reason="why", **options)
        await self.settle()
        self.assertEqual((copy.name, copy.type), ("copy", channel.type))
        self.assertAlike(copy, channel, besides=("id", "name", "position", "last_message_id"))
        self.assertEqual(copy.overwrites, channel.overwrites)
        await self.entry(Action.channel_create, copy, "why")

    async def test_text(self):
        category = await self.guild.create_category("things")
        settings = {
            "topic": "x",
            "slowmode_delay": 3,
            "nsfw": True,
            "overwrites": {self.bob: PermissionOverwrite(connect=False)},
        }
        await self.check(await self.guild.create_text_channel("first", **settings), category=None)
        await self.check(self.channel)
        await self.settle()
        copy = await self.channel.clone(category=self.guild.get_channel(category.id))
        self.assertEqual((copy.name, copy.category), ("general", category))

    async def test_voice(self):
        await self.check(await self.guild.create_voice_channel("first", bitrate=32000, user_limit=2))

    async def test_stage(self):
        await self.check(await self.guild.create_stage_channel("first", bitrate=32000))

    async def test_category(self):
        await self.check(await self.guild.create_category("first"))

    async def test_forum(self):
        tags = [discord.ForumTag(name="a", emoji="🐛")]
        forum = await self.guild.create_forum("first", topic="x", default_reaction_emoji="👍")
        await self.check(forum, category=None)
        forum = await self.guild.create_forum("tagged", available_tags=tags)
        copy = await forum.clone(category=None)
        self.assertEqual([tag.name for tag in copy.available_tags], ["a"])


class Deleting(SurfaceTestCase):
    async def test_delete(self):
        for make in ("text_channel", "voice_channel", "stage_channel", "category", "forum"):
            with self.subTest(make):
                channel = await getattr(self.guild, f"create_{make}")("gone")
                await self.settle()
                await channel.delete(reason="why")
                self.assertEqual(await self.heard("guild_channel_delete"), channel)
                self.assertIsNone(self.client.get_channel(channel.id))
                await self.entry(Action.channel_delete, channel, "why")
                with self.assertRaises(discord.NotFound) as caught:
                    await self.client.fetch_channel(channel.id)
                self.assertEqual(caught.exception.code, 10003)

    async def test_children_of_a_deleted_category_stay(self):
        category = await self.guild.create_category("things")
        child = await category.create_text_channel("child")
        await self.settle()
        await category.delete()
        await self.settle()
        self.assertIsNone(self.guild.get_channel(child.id).category)


class Inviting(SurfaceTestCase):
    async def test_create_invite(self):
        made = await self.channel.create_invite(
            reason="why", max_age=60, max_uses=2, temporary=True, unique=False
        )
        heard = await self.heard("invite_create")
        self.assertEqual((heard.code, heard.inviter), (made.code, self.client.user))
        self.assertEqual((made.max_age, made.max_uses, made.temporary, made.uses), (60, 2, True, 0))
        self.assertEqual((made.channel, made.guild), (self.channel, self.guild))
        self.assertEqual(made.inviter, self.client.user)
        self.assertEqual([invite.code for invite in await self.channel.invites()], [made.code])
        self.assertEqual([invite.code for invite in await self.guild.invites()], [made.code])
        entry = await self.entry(Action.invite_create, reason="why")
        self.assertEqual(entry.target.code, made.code)
        self.assertEqual(entry.after.code, made.code)
        fetched = await self.client.fetch_invite(made.url)
        self.assertEqual((fetched.approximate_member_count, fetched.guild), (4, self.guild))
        fetched = await self.client.fetch_invite(made.code, with_counts=False, with_expiration=True)
        self.assertEqual(fetched.expires_at, made.expires_at)
        await self.client.delete_invite(made.code)
        self.assertEqual((await self.heard("invite_delete")).code, made.code)
        await self.entry(Action.invite_delete)
        with self.assertRaises(discord.NotFound) as caught:
            await self.client.fetch_invite(made.code)
        self.assertEqual(caught.exception.code, 10006)

    async def test_delete_invite(self):
        made = await self.channel.create_invite()
        deleted = await made.delete(reason="why")
        self.assertEqual(deleted.code, made.code)
        self.assertEqual(await self.guild.invites(), [])
