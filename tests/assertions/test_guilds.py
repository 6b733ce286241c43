"""Channels, threads, the audit log and the bot's presence, each claim with its opposite."""

from __future__ import annotations

from typing import Any

import discord
from discord.ext import commands

from tests.bots import BotTestCase

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

    async def test_missing_entry_fails_with_the_last_ones(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.kick(reason="spam"))
        action = discord.AuditLogAction.ban
        with self.fails(
            "the audit log of Test has no entry ban of @alice with the reason 'x'. Its last entries:",
            "  kick of @alice by @bot, reason 'spam'",
        ):
            self.assertAuditLog(self.guild, action, self.alice, reason="x")
        self.assertNotAuditLog(self.guild, action)


class AuditLogActionTests(BotTestCase):
    async def test_action_by_name(self) -> None:
        with self.fails("action is one of discord.AuditLogAction, not 'ban'", kind=TypeError):
            self.assertNotAuditLog(self.guild, "ban")  # type: ignore[arg-type]


class PresenceTests(BotTestCase):
    async def test_status_and_activity(self) -> None:
        game = discord.Game("chess")
        await self.client.change_presence(status=discord.Status.idle, activity=game)
        await self.settle()
        self.assertPresence("idle")
        self.assertPresence(discord.Status.idle, game)
        self.assertPresence(activity="chess")
        self.assertNotPresence("online")
        self.assertNotPresence(activity=discord.Activity(type=discord.ActivityType.watching, name="chess"))
        with self.fails("the bot shows idle, playing 'chess', not dnd"):
            self.assertPresence("dnd")
        with self.fails("the bot shows idle, playing 'chess'"):
            self.assertNotPresence("idle", game)

    async def test_custom_activity_is_its_text(self) -> None:
        await self.client.change_presence(activity=discord.CustomActivity("Ask me"))
        await self.settle()
        self.assertPresence(activity=discord.CustomActivity("Ask me"))
        with self.fails("online, custom 'Ask me'"):
            self.assertPresence(activity=discord.CustomActivity("Go away"))
