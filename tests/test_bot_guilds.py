"""A whole bot with guilds, members, roles and moderation: what discord.py makes of the answers and events."""

from __future__ import annotations

import datetime

import discord

from discordtest import DiscordTestCase
from tests.backend.worlds import PNG


class GuildTestCase(DiscordTestCase):
    def make_world(self):
        self.home = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.home)
        self.alice = self.make_member("alice", self.home)

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.guild = self.client.get_guild(self.home.id)
        self.member = self.guild.get_member(self.alice.id)
        self.seen = []

    def listen(self, *names):
        """Note the name of each of these events in ``seen``."""

        def note(name):
            async def listener(*args):
                self.seen.append(name)

            self.client.add_listener(listener, f"on_{name}")

        for name in names:
            note(name)


class Roles(GuildTestCase):
    async def test_from_making_to_deleting(self):
        self.listen("guild_role_create", "guild_role_update", "guild_role_delete", "member_update")
        role = await self.guild.create_role(
            name="helper", colour=discord.Colour.red(), permissions=discord.Permissions(kick_members=True)
        )
        await self.settle()
        self.assertEqual(self.guild.get_role(role.id).colour, discord.Colour.red())
        await self.member.add_roles(role, reason="well done")
        await self.settle()
        self.assertIn(role, self.member.roles)
        self.assertTrue(self.member.guild_permissions.kick_members)
        edited = await role.edit(name="guard", permissions=discord.Permissions.none(), hoist=True)
        self.assertEqual((edited.name, edited.hoist), ("guard", True))
        await self.member.edit(roles=[])
        await self.settle()
        self.assertEqual(self.member.roles, [self.guild.default_role])
        await role.delete()
        await self.settle()
        self.assertIsNone(self.guild.get_role(role.id))
        expected = [
            "guild_role_create",
            "member_update",
            "guild_role_update",
            "member_update",
            "guild_role_delete",
        ]
        self.assertEqual(self.seen, expected)

    async def test_moves(self):
        for name in ("c", "b", "a"):
            self.make_role(name, self.guild)
        await self.guild.edit_role_positions({self.guild.roles[1]: 3, self.guild.roles[3]: 1})
        await self.settle()
        names = [role.name for role in self.guild.roles]
        self.assertEqual(names, ["@everyone", "c", "b", "a", names[-1]])
        self.assertEqual([role.position for role in self.guild.roles], [0, 1, 2, 3, 4])
        self.assertEqual(
            [role.name for role in await self.guild.fetch_roles()], [names[0], names[-1], "c", "b", "a"]
        )
        lowest = self.guild.roles[1]
        await lowest.edit(position=3)
        await self.settle()
        self.assertEqual([role.name for role in self.guild.roles[1:4]], ["b", "a", "c"])

    async def test_own_role_is_out_of_reach(self):
        with self.assertRaises(discord.Forbidden) as caught:
            await self.guild.self_role.edit(name="king")
        self.assertEqual(caught.exception.code, 50013)

    async def test_member_counts(self):
        role = await self.guild.create_role(name="helper")
        await self.settle()
        self.assertEqual((await self.guild.role_member_counts())[role], 0)


class Moderation(GuildTestCase):
    async def test_nick_timeout_and_flags(self):
        self.listen("member_update")
        await self.member.edit(nick="Al")
        await self.member.timeout(datetime.timedelta(minutes=5), reason="calm down")
        await self.settle()
        self.assertEqual(self.member.nick, "Al")
        self.assertTrue(self.member.is_timed_out())
        await self.member.timeout(None)
        await self.member.edit(nick=None, bypass_verification=True)
        await self.guild.me.edit(nick="Robbie")
        await self.settle()
        self.assertEqual((self.member.nick, self.guild.me.nick), (None, "Robbie"))
        self.assertFalse(self.member.is_timed_out())
        self.assertTrue(self.member.flags.bypasses_verification)
        self.assertEqual(len(self.seen), 5)
        with self.assertRaises(discord.HTTPException) as caught:
            await self.member.timeout(datetime.timedelta(days=29))
        self.assertEqual(caught.exception.code, 50035)

    async def test_kick(self):
        self.listen("member_remove")
        await self.member.kick(reason="spam")
        await self.settle()
        self.assertIsNone(self.guild.get_member(self.alice.id))
        self.assertEqual(self.seen, ["member_remove"])
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.fetch_member(self.alice.id)
        self.assertEqual(caught.exception.code, 10007)

    async def test_ban_and_unban(self):
        self.listen("member_ban", "member_remove", "member_unban", "raw_bulk_message_delete")
        await self.send(self.alice, self.general, "buy this")
        await self.member.ban(reason="spam", delete_message_seconds=60)
        await self.settle()
        bans = [(entry.user.name, entry.reason) async for entry in self.guild.bans()]
        self.assertEqual(bans, [("alice", "spam")])
        await self.guild.unban(self.alice, reason="sorry")
        await self.settle()
        self.assertEqual(
            self.seen, ["member_ban", "member_remove", "raw_bulk_message_delete", "member_unban"]
        )
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.fetch_ban(self.alice)
        self.assertEqual(caught.exception.code, 10026)

    async def test_bulk_ban(self):
        result = await self.guild.bulk_ban([self.alice, self.guild.owner], reason="raid")
        self.assertEqual([user.id for user in result.banned], [self.alice.id])
        self.assertEqual([user.id for user in result.failed], [self.guild.owner_id])

    async def test_prune(self):
        await self.advance(days=8)
        self.assertEqual(await self.guild.estimate_pruned_members(days=7), 1)
        self.assertEqual(await self.guild.prune_members(days=7, roles=[self.guild.default_role]), 1)
        self.assertIsNone(await self.guild.prune_members(days=7, compute_prune_count=False))

    async def test_audit_log_tells_all(self):
        role = await self.guild.create_role(name="helper")
        await self.member.add_roles(role)
        await self.member.edit(nick="Al")
        await self.member.timeout(datetime.timedelta(minutes=5))
        await self.guild.edit(name="Renamed")
        await self.member.ban(reason="spam")
        entries = [entry async for entry in self.guild.audit_logs(oldest_first=True, user=self.guild.me)]
        actions = discord.AuditLogAction
        self.assertEqual(
            [entry.action for entry in entries],
            [
                actions.role_create,
                actions.member_role_update,
                actions.member_update,
                actions.member_update,
                actions.guild_update,
                actions.ban,
            ],
        )
        self.assertEqual([role.name for role in entries[1].changes.after.roles], ["helper"])
        self.assertEqual((entries[2].before.nick, entries[2].after.nick), (None, "Al"))
        self.assertIsNotNone(entries[3].after.timed_out_until)
        self.assertEqual((entries[4].before.name, entries[4].after.name), ("Test", "Renamed"))
        self.assertEqual((entries[5].target.id, entries[5].reason), (self.alice.id, "spam"))
        (kick,) = [entry async for entry in self.guild.audit_logs(limit=1, action=actions.ban)]
        self.assertEqual(kick.user, self.guild.me)


class Guilds(GuildTestCase):
    async def test_settings(self):
        self.listen("guild_update")
        channel = self.client.get_channel(self.general.id)
        await self.guild.edit(
            name="Club",
            icon=PNG,
            description="ours",
            system_channel=channel,
            system_channel_flags=discord.SystemChannelFlags(join_notifications=False),
            verification_level=discord.VerificationLevel.high,
            default_notifications=discord.NotificationLevel.only_mentions,
            explicit_content_filter=discord.ContentFilter.all_members,
            afk_timeout=60,
            preferred_locale=discord.Locale.german,
            premium_progress_bar_enabled=True,
            invites_disabled=True,
        )
        await self.settle()
        self.assertEqual((self.guild.name, self.guild.system_channel), ("Club", channel))
        self.assertFalse(self.guild.system_channel_flags.join_notifications)
        self.assertEqual(await self.guild.icon.read(), PNG)
        self.assertIn("INVITES_DISABLED", self.guild.features)
        self.assertEqual(self.seen, ["guild_update"])

    async def test_fetched(self):
        fetched = await self.client.fetch_guild(self.guild.id)
        self.assertEqual((fetched.name, fetched.approximate_member_count), ("Test", 3))
        self.assertEqual([guild.id async for guild in self.client.fetch_guilds()], [self.guild.id])
        names = [member.name async for member in self.guild.fetch_members(limit=None)]
        self.assertIn("alice", names)
        preview = await self.client.fetch_guild_preview(self.guild.id)
        self.assertEqual(preview.name, "Test")

    async def test_bot_leaves(self):
        self.listen("guild_remove")
        await self.guild.leave()
        await self.settle()
        self.assertEqual((list(self.client.guilds), self.seen), ([], ["guild_remove"]))

    async def test_widget_and_incidents(self):
        await self.guild.edit(widget_enabled=True, widget_channel=self.general)
        self.assertEqual((await self.guild.widget()).id, self.guild.id)
        until = discord.utils.utcnow() + datetime.timedelta(hours=1)
        await self.guild.edit(invites_disabled_until=until)
        await self.settle()
        self.assertEqual(self.guild.invites_paused_until, until)


class Chunks(GuildTestCase):
    def make_client(self):
        intents = discord.Intents.all()
        intents.presences = False
        return discord.Client(intents=intents)

    def make_world(self):
        super().make_world()
        self.make_members(1200, self.home)

    async def test_all_members_are_there_at_the_start(self):
        self.assertTrue(self.guild.chunked)
        self.assertEqual(len(self.guild.members), 1203)

    async def test_query(self):
        found = await self.guild.query_members("member11", limit=3)
        self.assertEqual([member.name for member in found], ["member11", "member110", "member111"])
        (found,) = await self.guild.query_members(user_ids=[self.alice.id])
        self.assertEqual(found.name, "alice")


class Presences(GuildTestCase):
    async def test_own_and_others(self):
        self.listen("presence_update")
        self.assertEqual(self.guild.me.status, discord.Status.online)
        await self.client.change_presence(status=discord.Status.dnd, activity=discord.Game("chess"))
        await self.settle()
        self.assertEqual(self.guild.me.status, discord.Status.dnd)
        await self.set_presence(self.alice, discord.Status.idle, discord.Game("go"))
        self.assertEqual((self.member.status, self.member.activity.name), (discord.Status.idle, "go"))
        self.assertEqual(self.seen, ["presence_update"])


class Profile(GuildTestCase):
    async def test_bot_and_application(self):
        await self.client.user.edit(username="Robbie", avatar=PNG)
        await self.settle()
        self.assertEqual(self.client.user.name, "Robbie")
        self.assertEqual(await self.client.user.avatar.read(), PNG)
        application = await self.client.application_info()
        edited = await application.edit(description="helps", tags=["fun"])
        self.assertEqual((edited.description, edited.tags), ("helps", ["fun"]))
        self.assertEqual(application.approximate_guild_count, 1)
