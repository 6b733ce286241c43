"""Guilds through discord.py: editing, fetching, bans, pruning, the audit log, widgets, leaving."""

from __future__ import annotations

import datetime

import discord
from discord import AuditLogAction as Action

from tests.backend.worlds import PNG
from tests.surface.surface import SurfaceTestCase


class Editing(SurfaceTestCase):
    async def edited(self, **settings):
        edited = await self.guild.edit(reason="why", **settings)
        await self.settle()
        self.assertEqual(self.client.get_guild(self.guild.id), self.guild)
        fetched = await self.client.fetch_guild(self.guild.id)
        for name, value in settings.items():
            for guild in [self.guild] if name.endswith("channel") else [edited, self.guild, fetched]:
                if hasattr(guild, name):
                    self.assertEqual(getattr(guild, name), value, name)
        return edited

    async def test_plain_settings(self):
        await self.edited(
            name="Other",
            afk_timeout=900,
            verification_level=discord.VerificationLevel.high,
            default_notifications=discord.NotificationLevel.only_mentions,
            explicit_content_filter=discord.ContentFilter.all_members,
            premium_progress_bar_enabled=True,
            preferred_locale=discord.Locale.german,
        )
        before, after = await self.heard("guild_update")
        self.assertEqual((before.name, after.name), ("Test", "Other"))
        changed = await self.changed(Action.guild_update, self.guild, "why")
        self.assertEqual(changed["name"], ("Test", "Other"))
        self.assertEqual(changed["afk_timeout"], (300, 900))

    async def test_channels(self):
        voice = await self.guild.create_voice_channel("afk")
        await self.edited(afk_channel=voice, system_channel=self.channel)
        await self.edited(afk_channel=None, system_channel=None)
        flags = discord.SystemChannelFlags(join_notifications=False, premium_subscriptions=True)
        edited = await self.guild.edit(system_channel=self.channel, system_channel_flags=flags)
        self.assertFalse(edited.system_channel_flags.join_notifications)
        self.assertTrue(edited.system_channel_flags.premium_subscriptions)

    async def test_pictures(self):
        self.backend.world.guilds[str(self.guild.id)]["features"] += [
            "BANNER",
            "INVITE_SPLASH",
            "DISCOVERABLE",
        ]
        edited = await self.guild.edit(icon=PNG, banner=PNG, splash=PNG, discovery_splash=PNG)
        for asset in (edited.icon, edited.banner, edited.splash, edited.discovery_splash):
            self.assertEqual((await asset.read())[:8], PNG[:8])
        edited = await edited.edit(icon=None)
        self.assertIsNone(edited.icon)

    async def test_vanity_code(self):
        self.backend.world.guilds[str(self.guild.id)]["features"].append("VANITY_URL")
        await self.guild.edit(vanity_code="handle", reason="why")
        invite = await self.guild.vanity_invite()
        self.assertEqual(invite.code, "handle")

    async def test_features(self):
        edited = await self.guild.edit(invites_disabled=True)
        self.assertTrue(edited.invites_paused() or "INVITES_DISABLED" in edited.features)
        edited = await edited.edit(raid_alerts_disabled=True)
        self.assertIn("RAID_ALERTS_DISABLED", edited.features)

    async def test_incidents(self):
        until = discord.utils.utcnow() + datetime.timedelta(hours=1)
        edited = await self.guild.edit(invites_disabled_until=until, dms_disabled_until=until)
        self.assertTrue(edited.invites_paused())
        self.assertTrue(edited.dms_paused())

    async def test_vanity_invite(self):
        self.backend.world.guilds[str(self.guild.id)].update(features=["VANITY_URL"])
        await self.guild.edit(vanity_code="club")
        await self.join(self.make_user("carol"), self.guild, "https://discord.gg/club")
        invite = await self.guild.vanity_invite()
        self.assertEqual((invite.code, invite.uses), ("club", 1))

    async def test_widget(self):
        await self.guild.edit(widget_enabled=True, widget_channel=self.channel)
        widget = await self.guild.widget()
        self.assertEqual((widget.id, widget.name), (self.guild.id, "Test"))
        self.assertEqual((await self.client.fetch_widget(self.guild.id)).id, self.guild.id)
        invite = await widget.fetch_invite()
        self.assertEqual(invite.channel.id, self.channel.id)
        self.assertIsNone(invite.inviter)
        await self.guild.edit_widget(enabled=False, channel=None, reason="why")
        with self.assertRaises(discord.Forbidden) as caught:
            await self.guild.widget()
        self.assertEqual(caught.exception.code, 50004)


class Owned(SurfaceTestCase):
    def make_world(self):
        super().make_world()
        self.own = self.make_guild("Own", owner=True)

    async def test_delete_is_for_the_owner(self):
        guild = self.client.get_guild(self.own.id)
        self.assertEqual(guild.owner, guild.me)
        await guild.edit(mfa_level=discord.MFALevel.require_2fa)
        await guild.edit(mfa_level=discord.MFALevel.disabled)
        await guild.delete()
        self.assertEqual(await self.heard("guild_remove"), guild)
        self.assertIsNone(self.client.get_guild(guild.id))

    async def test_community(self):
        guild, channel = self.client.get_guild(self.own.id), self.make_text_channel("rules", self.own)
        edited = await guild.edit(
            community=True,
            rules_channel=channel,
            public_updates_channel=channel,
            safety_alerts_channel=channel,
            verification_level=discord.VerificationLevel.medium,
            explicit_content_filter=discord.ContentFilter.all_members,
            default_notifications=discord.NotificationLevel.only_mentions,
            description="a guild",
        )
        self.assertIn("COMMUNITY", edited.features)
        await self.settle()
        edited = guild
        self.assertEqual((edited.rules_channel, edited.description), (channel, "a guild"))
        self.assertEqual(edited.public_updates_channel, channel)

    async def test_owner_can_be_changed(self):
        guild = self.client.get_guild(self.own.id)
        alice = self.make_member("carol", guild)
        edited = await guild.edit(owner=alice)
        self.assertEqual(edited.owner_id, alice.id)


class Fetching(SurfaceTestCase):
    async def test_guild(self):
        fetched = await self.client.fetch_guild(self.guild.id)
        self.assertEqual((fetched.approximate_member_count, fetched.name), (4, "Test"))
        fetched = await self.client.fetch_guild(self.guild.id, with_counts=False)
        self.assertIsNone(fetched.approximate_member_count)
        self.assertEqual([role.id for role in fetched.roles], [role.id for role in self.guild.roles])
        self.assertEqual(fetched.owner_id, self.guild.owner_id)

    async def test_guilds(self):
        second = self.make_guild("Second")
        self.assertEqual([g.id async for g in self.client.fetch_guilds()], [self.guild.id, second.id])
        found = [g async for g in self.client.fetch_guilds(limit=1, with_counts=False, after=self.guild)]
        self.assertEqual([g.name for g in found], ["Second"])
        self.assertEqual([g.name async for g in self.client.fetch_guilds(before=second)], ["Test"])

    async def test_preview(self):
        self.backend.world.guilds[str(self.guild.id)]["features"].append("DISCOVERABLE")
        preview = await self.client.fetch_guild_preview(self.guild.id)
        self.assertEqual((preview.name, preview.approximate_member_count), ("Test", 4))

    async def test_members(self):
        members = [member async for member in self.guild.fetch_members()]
        self.assertCountEqual(members, self.guild.members)
        for member in members:
            self.assertAlike(
                member, self.guild.get_member(member.id), besides=("activities", "client_status")
            )
        one = [member async for member in self.guild.fetch_members(limit=1, after=self.alice)]
        self.assertEqual(one, [self.bob])
        fetched = await self.guild.fetch_member(self.alice.id)
        self.assertAlike(fetched, self.alice, besides=("activities",))
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.fetch_member(1)
        self.assertEqual(caught.exception.code, 10013)
        stranger = self.make_user("stranger")
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.fetch_member(stranger.id)
        self.assertEqual(caught.exception.code, 10007)
        self.assertEqual(await self.client.fetch_user(stranger.id), stranger)
        with self.assertRaises(discord.NotFound) as caught:
            await self.client.fetch_user(1)
        self.assertEqual(caught.exception.code, 10013)

    async def test_query(self):
        self.assertEqual(await self.guild.query_members("ali"), [self.alice])
        found = await self.guild.query_members(user_ids=[self.bob.id], presences=True, cache=False)
        self.assertEqual(found, [self.bob])
        self.assertEqual(await self.guild.query_members("nobody", limit=5), [])
        self.assertCountEqual(await self.guild.chunk(), self.guild.members)

    async def test_counts_of_roles(self):
        role = await self.guild.create_role(name="r")
        await self.alice.add_roles(role)
        counts = await self.guild.role_member_counts()
        self.assertEqual(counts[role], 1)


class Moderating(SurfaceTestCase):
    async def test_kick(self):
        await self.alice.kick(reason="spam")
        self.assertEqual(await self.heard("member_remove"), self.alice)
        raw = await self.heard("raw_member_remove")
        self.assertEqual((raw.user, raw.guild_id), (self.alice, self.guild.id))
        self.assertIsNone(self.guild.get_member(self.alice.id))
        await self.entry(Action.kick, self.alice, "spam")
        self.assertEqual(self.guild.member_count, 3)
        with self.assertRaises(discord.NotFound):
            await self.guild.kick(self.alice)

    async def test_ban(self):
        await self.send(self.alice, self.channel, "spam")
        await self.send(self.bob, self.channel, "fine")
        await self.alice.ban(reason="spam", delete_message_days=1)
        guild, user = await self.heard("member_ban")
        self.assertEqual((guild, user), (self.guild, self.alice))
        self.assertEqual(await self.heard("member_remove"), self.alice)
        self.assertEqual([m.content async for m in self.channel.history()], ["fine"])
        await self.entry(Action.ban, self.alice, "spam")
        ban = await self.guild.fetch_ban(self.alice)
        self.assertEqual((ban.user.id, ban.reason), (self.alice.id, "spam"))
        await self.guild.ban(self.bob, delete_message_seconds=0)
        stranger = self.make_user("stranger")
        await self.guild.ban(stranger)
        ids = [self.alice.id, self.bob.id, stranger.id]
        self.assertEqual([ban.user.id async for ban in self.guild.bans()], sorted(ids))
        self.assertEqual([b.user.id async for b in self.guild.bans(limit=1, after=self.alice)], [self.bob.id])
        self.assertEqual([b.user.id async for b in self.guild.bans(before=self.bob)], [self.alice.id])
        self.assertEqual(len([b async for b in self.guild.bans(limit=None)]), 3)
        self.client.heard.clear()
        await self.guild.unban(self.alice, reason="sorry")
        guild, user = await self.heard("member_unban")
        self.assertEqual(user, self.alice)
        await self.entry(Action.unban, self.alice, "sorry")
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.fetch_ban(self.alice)
        self.assertEqual(caught.exception.code, 10026)
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.unban(self.alice)
        self.assertEqual(caught.exception.code, 10026)

    async def test_bulk_ban(self):
        result = await self.guild.bulk_ban([self.alice, self.bob], reason="raid", delete_message_seconds=60)
        self.assertCountEqual([user.id for user in result.banned], [self.alice.id, self.bob.id])
        self.assertEqual(result.failed, [])
        self.assertEqual(self.guild.member_count, 2)

    async def test_prune(self):
        role = await self.guild.create_role(name="r")
        await self.bob.add_roles(role)
        await self.advance(days=40)
        self.assertEqual(await self.guild.estimate_pruned_members(days=7), 2 - 1)
        self.assertEqual(await self.guild.estimate_pruned_members(days=7, roles=[role]), 2)
        count = await self.guild.prune_members(days=7, compute_prune_count=True, roles=[role], reason="idle")
        self.assertEqual(count, 2)
        entry = await self.entry(Action.member_prune, reason="idle")
        self.assertEqual((entry.extra.delete_member_days, entry.extra.members_removed), (7, 2))
        await self.settle()
        self.assertEqual(self.guild.member_count, 2)
        self.assertIsNone(await self.guild.prune_members(days=1, compute_prune_count=False))


class AuditLog(SurfaceTestCase):
    async def test_iterator(self):
        for number in range(3):
            await self.guild.create_role(name=str(number))
        await self.channel.edit(topic="x")
        names = [e.after.name async for e in self.guild.audit_logs(action=Action.role_create)]
        self.assertEqual(names, ["2", "1", "0"])
        entries = [e async for e in self.guild.audit_logs(user=self.client.user)]
        self.assertEqual(len(entries), 4)
        first = [e async for e in self.guild.audit_logs(limit=1, oldest_first=True, after=entries[-1])]
        self.assertEqual(first[0].after.name, "1")
        before = [e async for e in self.guild.audit_logs(limit=2, before=entries[1], user=self.client.user)]
        self.assertEqual(before, entries[2:])
        self.assertGreater(len([e async for e in self.guild.audit_logs(limit=None)]), 3)

    async def test_event(self):
        await self.guild.create_role(name="r", reason="why")
        entry = await self.heard("audit_log_entry_create")
        self.assertEqual(
            (entry.action, entry.reason, entry.user), (Action.role_create, "why", self.client.user)
        )


class Leaving(SurfaceTestCase):
    async def test_leave(self):
        await self.guild.leave()
        self.assertEqual(await self.heard("guild_remove"), self.guild)
        self.assertEqual(list(self.client.guilds), [])


class Founding(SurfaceTestCase):
    async def test_create(self):
        if not hasattr(self.client, "create_guild"):
            self.skipTest("discord.py has it no more")
        with self.assertRaisesRegex(discord.Forbidden, "Bots cannot use this endpoint"):
            await self.client.create_guild(name="New", icon=PNG)
        self.assertEqual(list(self.client.guilds), [self.guild])


class Applications(SurfaceTestCase):
    async def test_info(self):
        info = await self.client.application_info()
        self.assertEqual((info.id, info.owner.name), (self.client.application_id, "owner"))
        edited = await info.edit(
            reason="why",
            custom_install_url="https://example.com",
            description="a bot",
            role_connections_verification_url="https://example.com",
            install_params_scopes=None,
            install_params_permissions=None,
            flags=discord.ApplicationFlags(gateway_message_content_limited=True),
            icon=PNG,
            cover_image=PNG,
            interactions_endpoint_url=None,
            tags=["fun"],
        )
        self.assertEqual((edited.description, edited.tags), ("a bot", ["fun"]))
        self.assertEqual((await edited.icon.read())[:8], PNG[:8])
        edited = await edited.edit(
            guild_install_scopes=["bot"],
            guild_install_permissions=discord.Permissions(8),
            user_install_scopes=[],
        )

    async def test_user(self):
        me = await self.client.user.edit(username="robot", avatar=PNG, banner=PNG)
        self.assertEqual(me.name, "robot")
        self.assertEqual((await me.avatar.read())[:8], PNG[:8])
        self.assertEqual(self.client.user.name, "robot")
        self.assertEqual((await self.client.fetch_user(me.id)).name, "robot")
        me = await self.client.user.edit(avatar=None)
        self.assertIsNone(me.avatar)


class Integrations(SurfaceTestCase):
    async def test_list_and_delete(self):
        (own,) = await self.guild.integrations()
        self.assertIsInstance(own, discord.BotIntegration)
        self.assertEqual(
            (own.application.id, own.application.user.id), (self.client.application_id, self.client.user.id)
        )
        self.assertEqual(
            (own.user.id, own.enabled, own.account.id), (self.owner.id, True, str(self.client.user.id))
        )
        await own.delete(reason="why")
        await self.settle()
        self.assertIsNone(self.client.get_guild(self.guild.id))
        self.assertAuditLog(self.guild, Action.integration_delete, reason="why")

    async def test_comes_with_a_bot(self):
        other = discord.Client(intents=discord.Intents.none())
        await self.connect(other)
        await self.add_bot(self.owner, self.guild, other)
        created = await self.heard("integration_create")
        self.assertEqual((created.application.id, created.guild), (other.application_id, self.guild))
        self.assertEqual(await self.heard("guild_integrations_update"), self.guild)
        await self.kick(self.owner, other.user, guild=self.guild)
        deleted = await self.heard("raw_integration_delete")
        self.assertEqual((deleted.integration_id, deleted.application_id), (created.id, other.application_id))
