"""Channels, threads, the audit log and the bot's presence, each claim with its opposite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands

from discordtest import SetupError
from tests.bots import BotTestCase

if TYPE_CHECKING:
    from collections.abc import Callable

Context = commands.Context[Any]


class ChannelTests(BotTestCase):
    async def test_channel_is_found_by_name(self) -> None:
        await self.bot_does(lambda ctx: ctx.guild.create_text_channel("news"))
        self.assertEqual(self.assertChannelExists(self.guild, "news").name, "news")
        with self.fails("there is a channel 'news' in Test"):
            self.assertNotChannelExists(self.guild, "news")

    async def test_missing_channel(self) -> None:
        self.assertNotChannelExists(self.guild, "news")
        with self.fails("there is no channel 'news' in Test; its channels: general", "What happened:"):
            self.assertChannelExists(self.guild, "news")


class PostOfWebhookTests(BotTestCase):
    async def test_nobody_is_in_it(self) -> None:
        forum = self.make_forum_channel("mail", self.guild)
        webhook = await self.client.get_channel(forum.id).create_webhook(name="mail")  # type: ignore[union-attr]
        await webhook.send("Help!", thread_name="alice", username="alice")
        await self.settle()
        self.assertThread(forum, "alice", members=[])
        with self.fails("name='bob'. Its threads: 'alice' (members: )"):
            self.assertThread(forum, "bob")


class ThreadTests(BotTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        await self.bot_does(lambda ctx: ctx.message.create_thread(name="Details"))

    async def test_thread_is_found_by_every_claim(self) -> None:
        thread = self.assertThread(self.general, "Details")
        self.assertEqual(thread.name, "Details")
        self.assertThread(self.general, private=False, archived=False, locked=False)
        self.assertThread(self.general, members=[self.client.user])

    async def test_missing_thread_fails_with_those_that_are_there(self) -> None:
        with self.fails(
            "#general has no such thread: name='Details', archived=True.",
            "Its threads: 'Details' (members: @bot)",
        ):
            self.assertThread(self.general, "Details", archived=True)
        self.assertNotThread(self.general, "Details", archived=True)
        with self.fails("#general has the thread 'Details' (members: @bot)"):
            self.assertNotThread(self.general, "Details")

    async def test_thread_of_another_channel_does_not_count(self) -> None:
        other = self.make_text_channel("other", self.guild)
        self.assertNotThread(other)
        with self.fails("#other has no such thread: any at all. Its threads: none"):
            self.assertThread(other)

    async def test_tags_of_a_post(self) -> None:
        tags = [discord.ForumTag(name=name) for name in ("new", "accepted", "closed")]
        forum = self.make_forum_channel("ideas", self.guild, available_tags=tags)
        new, accepted, _ = forum.available_tags
        await self.start_thread(self.alice, forum, "Cats", content="More!", tags=[accepted, new])
        self.assertThread(forum, "Cats", tags=["new", "accepted"])
        self.assertThread(forum, "Cats", tags=[accepted, new])
        self.assertNotThread(forum, "Cats", tags=["new"])
        self.assertNotThread(forum, "Cats", tags=[])
        self.assertThread(self.general, "Details", tags=[])
        shown = "Its threads: 'Cats' (tags: accepted, new, members: @alice)"
        with self.fails("no such thread: name='Cats', tags=('closed',).", shown):
            self.assertThread(forum, "Cats", tags=["closed"])

    async def test_private_thread(self) -> None:
        self.make_thread("Secret", self.general, private=True)
        self.assertThread(self.general, "Secret", private=True)
        with self.fails("#general has the thread 'Secret' (private, members: "):
            self.assertNotThread(self.general, "Secret")

    async def test_archived_and_locked_are_shown(self) -> None:
        thread = self.assertThread(self.general)
        await thread.edit(archived=True, locked=True)
        await self.settle()
        self.assertThread(self.general, archived=True, locked=True)
        with self.fails("'Details' (archived, locked, members: @bot)"):
            self.assertThread(self.general, "Other")


class AuditLogTests(BotTestCase):
    async def test_entry_is_found_and_returned(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.kick(reason="spam"))
        action = discord.AuditLogAction.kick
        entry = self.assertAuditLog(self.guild, action, self.alice, self.client.user, "spam")
        self.assertEqual((entry.action, entry.user, entry.reason), (action, self.client.user, "spam"))
        with self.fails("the audit log of Test has: kick of @alice by @bot, reason 'spam'"):
            self.assertNotAuditLog(self.guild, action)

    async def test_missing_entry_fails_with_those_of_its_action(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.kick(reason="spam"))
        self.make_role("Red", self.guild)
        with self.fails(
            "Its entries of that action:\n  kick of @alice by @bot, reason 'spam'\nWhat happened"
        ):
            self.assertAuditLog(self.guild, discord.AuditLogAction.kick, self.alice, reason="x")

    async def test_missing_entry_fails_with_the_last_ones(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.kick(reason="spam"))
        action = discord.AuditLogAction.ban
        with self.fails(
            "the audit log of Test has no entry ban of @alice with the reason 'x'. Its last entries:",
            "  kick of @alice by @bot, reason 'spam'",
        ):
            self.assertAuditLog(self.guild, action, self.alice, reason="x")
        self.assertNotAuditLog(self.guild, action)

    async def test_every_claim_counts(self) -> None:
        kick, bob = discord.AuditLogAction.kick, self.make_member("bob", self.guild)
        self.assertNotAuditLog(self.guild, kick, self.alice)
        await self.bot_does(lambda ctx: ctx.author.kick(reason="spam"))
        self.assertNotAuditLog(self.guild, kick, bob)
        self.assertNotAuditLog(self.guild, kick, self.alice, self.owner)
        self.assertNotAuditLog(self.guild, kick, self.alice, reason="ads")
        self.assertNotAuditLog(
            self.guild, discord.AuditLogAction.role_update, self.make_role("Red", self.guild)
        )

    async def test_newest_entry_names_who_and_whom_though_both_left(self) -> None:
        mods = self.make_role("Mods", self.guild, permissions=discord.Permissions(kick_members=True))
        bob = self.make_member("bob", self.guild, roles=[mods])
        for reason in ("spam", "ads"):
            await self.kick(bob, self.alice, reason=reason)
            await self.join(self.alice, self.guild)
        await self.kick(bob, self.alice, reason="spam again")
        await self.leave(bob, self.guild)
        entry = self.assertAuditLog(self.guild, discord.AuditLogAction.kick)
        self.assertEqual((str(entry.user), str(entry.target), entry.reason), ("bob", "alice", "spam again"))

    async def test_target_that_only_the_log_knows(self) -> None:
        emoji = self.make_emoji("party", self.guild)
        await self.client.get_emoji(emoji.id).delete()  # type: ignore[union-attr]
        await self.bot_does(lambda ctx: ctx.author.kick())
        self.assertAuditLog(self.guild, discord.AuditLogAction.emoji_delete, emoji)

    async def test_log_without_entries(self) -> None:
        with self.fails("has no entry kick. Its last entries:\n  none"):
            self.assertAuditLog(self.make_guild("Quiet", bots=()), discord.AuditLogAction.kick)

    async def test_entry_about_nobody(self) -> None:
        lounge, hall = (self.make_voice_channel(name, self.guild) for name in ("lounge", "hall"))
        await self.join_voice(self.alice, lounge)
        await self.bot_does(lambda ctx: ctx.author.move_to(hall))  # type: ignore[union-attr,arg-type]
        with self.fails("has: member_move of nobody by @bot\n"):
            self.assertNotAuditLog(self.guild, discord.AuditLogAction.member_move)


class NamesTests(BotTestCase):
    async def test_guild_channel_and_people_by_name(self) -> None:
        await self.bot_does(lambda ctx: ctx.message.create_thread(name="Details"))
        self.assertChannelExists("Test", "general")
        self.assertThread("general", "Details", members=["bot"])
        self.make_role("Red", self.guild)
        red = discord.utils.get(self.client.get_guild(self.guild.id).roles, name="Red")  # type: ignore[union-attr]
        await red.edit(hoist=True)  # type: ignore[union-attr]
        await self.client.get_channel(self.general.id).edit(topic="Talk")  # type: ignore[union-attr]
        self.assertAuditLog("Test", discord.AuditLogAction.role_update, "Red", "bot")
        self.assertAuditLog("Test", discord.AuditLogAction.channel_update, "#general")
        self.assertNotAuditLog("Test", discord.AuditLogAction.kick, "alice", "owner")
        with self.fails("has no entry kick of alice by @owner"):
            self.assertAuditLog("Test", discord.AuditLogAction.kick, "alice", "owner")

    async def test_what_never_was(self) -> None:
        kick = discord.AuditLogAction.kick
        claims: list[Callable[[], object]] = [
            lambda: self.assertNotChannelExists("Tset", "general"),
            lambda: self.assertNotChannelExists(12345, "general"),
            lambda: self.assertNotThread("generla", "Details"),
            lambda: self.assertNotThread(12345, "Details"),
            lambda: self.assertNotThread(self.general, members=["bob"]),
            lambda: self.assertNotAuditLog("Tset", kick),
            lambda: self.assertNotAuditLog(self.guild, kick, "bob"),
            lambda: self.assertNotAuditLog(self.guild, kick, 12345),
            lambda: self.assertNotAuditLog(self.guild, kick, user=12345),
            lambda: self.assertNotSynced("ping", "Tset"),
        ]
        for claim in claims:
            with self.fails("in the world of this test", kind=SetupError):
                claim()

    async def test_target_that_is_gone(self) -> None:
        await self.general.delete()
        await self.settle()
        self.assertNotAuditLog(self.guild, discord.AuditLogAction.channel_update, self.general)

    async def test_guild_that_is_gone(self) -> None:
        gone = self.make_guild("Gone", channels=["lobby"])
        self.backend.delete_guild(gone)
        await self.settle()
        self.assertNotChannelExists(gone, "lobby")
        with self.fails("there is no channel 'lobby' in Gone; its channels: none"):
            self.assertChannelExists(gone, "lobby")

    async def test_unknown_claim(self) -> None:
        with self.fails("an assertion about threads takes no lokced", kind=TypeError):
            self.assertNotThread(self.general, lokced=True)  # type: ignore[call-arg]


class AuditLogActionTests(BotTestCase):
    async def test_action_by_name(self) -> None:
        with self.fails("not 'ban'; is discord.AuditLogAction.ban meant?", kind=TypeError):
            self.assertNotAuditLog(self.guild, "ban")  # type: ignore[arg-type]
        with self.fails("action is one of discord.AuditLogAction, not 22", kind=TypeError) as failing:
            self.assertNotAuditLog(self.guild, 22)  # type: ignore[arg-type]
        self.assertNotIn("meant", failing.text)


class PresenceTests(BotTestCase):
    async def test_status_and_activity(self) -> None:
        game = discord.Game("chess")
        await self.client.change_presence(status=discord.Status.idle, activity=game)
        await self.settle()
        self.assertPresence("idle")
        self.assertPresence(discord.Status.idle, game)
        self.assertPresence(activity="chess")
        self.assertNotPresence("online")
        self.assertNotPresence(activity="go")
        self.assertNotPresence("idle", discord.Game("go"))
        self.assertNotPresence(activity=discord.Activity(type=discord.ActivityType.watching, name="chess"))
        with self.fails("the bot shows idle, playing 'chess', not dnd"):
            self.assertPresence("dnd")
        with self.fails("the bot shows idle, playing 'chess'"):
            self.assertNotPresence("idle", game)

    async def test_no_claim_at_all_is_refused(self) -> None:
        for claim in (self.assertPresence, self.assertNotPresence):
            with self.subTest(claim.__name__), self.assertRaisesRegex(TypeError, "a status, an activity"):
                claim()

    async def test_without_activity(self) -> None:
        self.assertNotPresence(activity="chess")
        with self.fails("the bot shows online, no activity, not 'chess'\n"):
            self.assertPresence(activity="chess")
        with self.fails("the bot shows online, no activity, not dnd\n"):
            self.assertPresence("dnd")

    async def test_only_what_an_activity_has_is_claimed(self) -> None:
        url = "https://www.twitch.tv/alice"
        shown = discord.Activity(type=discord.ActivityType.streaming, name="chess", state="blitz", url=url)
        await self.client.change_presence(activity=shown)
        await self.settle()
        self.assertPresence(activity=shown)
        self.assertPresence(activity=discord.Streaming(name="chess", url=url))
        self.assertNotPresence(activity=discord.Streaming(name="chess", url=f"{url}2"))

    async def test_custom_activity_is_its_text(self) -> None:
        await self.client.change_presence(activity=discord.CustomActivity("Ask me"))
        await self.settle()
        self.assertPresence(activity=discord.CustomActivity("Ask me"))
        self.assertPresence(activity="Ask me")
        self.assertNotPresence(activity="Custom Status")
        with self.fails("online, custom 'Ask me'"):
            self.assertPresence(activity=discord.CustomActivity("Go away"))
