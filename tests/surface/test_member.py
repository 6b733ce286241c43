"""Members, roles and voice states through discord.py."""

from __future__ import annotations

import datetime

import discord
from discord import AuditLogAction as Action

from tests.backend.worlds import PNG
from tests.surface.surface import SurfaceTestCase


class Members(SurfaceTestCase):
    async def same(self):
        fetched = await self.guild.fetch_member(self.alice.id)
        self.assertAlike(fetched, self.alice, besides=("activities",))
        return fetched

    async def test_nick(self):
        edited = await self.alice.edit(nick="Al", reason="why")
        self.assertEqual(edited.nick, "Al")
        before, after = await self.heard("member_update")
        self.assertEqual((before.nick, after.nick, self.alice.display_name), (None, "Al", "Al"))
        await self.same()
        self.assertEqual((await self.changed(Action.member_update, self.alice, "why"))["nick"], (None, "Al"))
        await self.alice.edit(nick=None)
        await self.settle()
        self.assertIsNone(self.alice.nick)

    async def test_roles(self):
        one, two, three = [await self.guild.create_role(name=name) for name in ("one", "two", "three")]
        await self.alice.add_roles(one, two, reason="why")
        await self.settle()
        self.assertCountEqual(self.alice.roles, [self.guild.default_role, one, two])
        entry = await self.entry(Action.member_role_update, self.alice, "why")
        self.assertEqual((entry.before.roles, entry.after.roles), ([], [two]))
        await self.alice.add_roles(three, atomic=False)
        await self.alice.remove_roles(one, reason="less")
        await self.alice.remove_roles(two, atomic=False)
        await self.settle()
        self.assertEqual(self.alice.roles, [self.guild.default_role, three])
        edited = await self.alice.edit(roles=[one])
        self.assertEqual(edited.roles[1:], [one])
        await self.settle()
        self.assertEqual((one.members, two.members), ([self.alice], []))
        self.assertEqual(one, self.alice.get_role(one.id))
        await self.same()

    async def test_timeout(self):
        until = discord.utils.utcnow() + datetime.timedelta(minutes=5)
        await self.alice.timeout(until, reason="why")
        await self.settle()
        self.assertEqual(self.alice.timed_out_until, until)
        self.assertTrue(self.alice.is_timed_out())
        await self.same()
        changed = await self.changed(Action.member_update, self.alice, "why")
        self.assertEqual(changed["timed_out_until"], (None, until))
        await self.alice.timeout(None)
        await self.settle()
        self.assertFalse(self.alice.is_timed_out())
        await self.alice.timeout(datetime.timedelta(minutes=1))
        await self.advance(61)
        self.assertFalse(self.alice.is_timed_out())

    async def test_flags(self):
        edited = await self.alice.edit(bypass_verification=True)
        self.assertTrue(edited.flags.bypasses_verification)

    async def test_oneself(self):
        me = self.guild.me
        edited = await me.edit(nick="Robot", avatar=PNG, banner=PNG, bio="hello", reason="why")
        self.assertEqual(edited.nick, "Robot")
        await self.settle()
        self.assertEqual(self.guild.me.nick, "Robot")
        self.assertEqual((await edited.guild_avatar.read())[:8], PNG[:8])
        self.assertEqual((await edited.guild_banner.read())[:8], PNG[:8])
        edited = await me.edit(avatar=None, banner=None, nick=None, bio=None)
        self.assertIsNone(edited.guild_avatar)


class Voice(SurfaceTestCase):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.voice = await self.guild.create_voice_channel("voice")
        self.stage = await self.guild.create_stage_channel("stage")
        await self.settle()
        self.voice = self.guild.get_channel(self.voice.id)
        self.stage = self.guild.get_channel(self.stage.id)
        await self.join_voice(self.alice, self.voice)
        self.client.heard.clear()

    async def test_mute_and_deafen(self):
        await self.alice.edit(mute=True, deafen=True, reason="why")
        member, before, after = await self.heard("voice_state_update")
        self.assertEqual((member, before.mute, after.mute, after.deaf), (self.alice, False, True, True))
        await self.entry(Action.member_update, self.alice, "why")
        state = await self.alice.fetch_voice()
        self.assertEqual((state.mute, state.deaf, state.channel), (True, True, self.voice))
        self.assertEqual(self.alice.voice.channel, self.voice)

    async def test_move(self):
        other = await self.guild.create_voice_channel("other")
        await self.alice.move_to(other, reason="why")
        _, before, after = await self.heard("voice_state_update")
        self.assertEqual((before.channel, after.channel), (self.voice, other))
        entry = await self.entry(Action.member_move, reason="why")
        self.assertEqual((entry.extra.channel, entry.extra.count), (other, 1))
        await self.alice.edit(voice_channel=self.voice)
        await self.alice.move_to(None)
        await self.settle()
        self.assertIsNone(self.alice.voice)
        entry = await self.entry(Action.member_disconnect)
        self.assertEqual(entry.extra.count, 1)
        self.assertEqual((self.voice.members, other.members), ([], []))
        with self.assertRaises(discord.HTTPException) as caught:
            await self.alice.move_to(other)
        self.assertEqual((caught.exception.status, caught.exception.code), (400, 40032))
        with self.assertRaises(discord.NotFound) as caught:
            await self.alice.fetch_voice()
        self.assertEqual(caught.exception.code, 10065)

    async def test_stage(self):
        await self.join_voice(self.bob, self.stage)
        self.assertTrue(self.bob.voice.suppress)
        await self.bob.edit(suppress=False)
        await self.settle()
        self.assertFalse(self.bob.voice.suppress)
        self.assertEqual((self.stage.listeners, self.stage.requesting_to_speak), ([], [self.bob]))
        await self.bob.edit(suppress=True)
        await self.settle()
        self.assertEqual(self.stage.listeners, [self.bob])
        await self.guild.change_voice_state(channel=self.stage, self_mute=True, self_deaf=True)
        await self.settle()
        me = self.guild.me
        self.assertEqual((me.voice.channel, me.voice.self_mute, me.voice.self_deaf), (self.stage, True, True))
        await me.request_to_speak()
        await me.edit(suppress=False)
        await self.settle()
        self.assertFalse(me.voice.suppress)
        self.assertEqual((await me.fetch_voice()).channel, self.stage)
        await self.guild.change_voice_state(channel=None)
        await self.settle()
        self.assertIsNone(me.voice)


class Roles(SurfaceTestCase):
    async def test_create(self):
        self.backend.world.guilds[str(self.guild.id)]["features"].append("ROLE_ICONS")
        role = await self.guild.create_role(
            name="r",
            permissions=discord.Permissions(manage_messages=True),
            colour=discord.Colour.red(),
            hoist=True,
            mentionable=True,
            display_icon="⭐",
            reason="why",
        )
        self.assertEqual(await self.heard("guild_role_create"), role)
        cached = self.guild.get_role(role.id)
        self.assertAlike(cached, role)
        self.assertAlike(await self.guild.fetch_role(role.id), cached)
        self.assertEqual(
            (cached.colour, cached.hoist, cached.mentionable), (discord.Colour.red(), True, True)
        )
        self.assertEqual((cached.permissions.manage_messages, cached.unicode_emoji), (True, "⭐"))
        self.assertEqual(cached.position, 1)
        self.assertEqual(sorted(await self.guild.fetch_roles()), list(self.guild.roles))
        changed = await self.changed(Action.role_create, role, "why")
        self.assertEqual(changed["name"], (None, "r"))
        await role.edit(display_icon=PNG)
        await self.settle()
        self.assertEqual((await cached.display_icon.read())[:8], PNG[:8])

    async def test_gradient(self):
        self.backend.world.guilds[str(self.guild.id)]["features"].append("ENHANCED_ROLE_COLORS")
        role = await self.guild.create_role(
            name="r", colour=0x111111, secondary_colour=0x222222, permissions=discord.Permissions.none()
        )
        self.assertEqual(role.secondary_colour.value, 0x222222)
        role = await role.edit(colour=11127295, secondary_colour=16759788, tertiary_colour=16761760)
        self.assertEqual(role.tertiary_colour.value, 16761760)

    async def test_edit(self):
        role = await self.guild.create_role(name="r", color=1)
        await self.settle()
        role = self.guild.get_role(role.id)
        edited = await role.edit(
            name="s",
            permissions=discord.Permissions(kick_members=True),
            colour=discord.Colour.blue(),
            hoist=True,
            mentionable=True,
            reason="why",
        )
        before, after = await self.heard("guild_role_update")
        self.assertEqual((before.name, after.name), ("r", "s"))
        self.assertAlike(edited, role)
        self.assertAlike(await self.guild.fetch_role(role.id), role)
        changed = await self.changed(Action.role_update, role, "why")
        self.assertEqual((changed["name"], changed["hoist"]), (("r", "s"), (False, True)))
        await role.edit(color=0, hoist=False)
        await self.settle()
        self.assertEqual((role.colour.value, role.hoist), (0, False))

    async def test_positions(self):
        one, two, three = [await self.guild.create_role(name=name) for name in ("one", "two", "three")]
        await self.settle()
        self.assertEqual([r.name for r in self.guild.roles], ["@everyone", "three", "two", "one", "bot"])
        await self.guild.edit_role_positions({three: 1, two: 2, one: 3})
        await self.settle()
        await self.guild.get_role(three.id).edit(position=3)
        await self.settle()
        self.assertEqual([r.name for r in self.guild.roles], ["@everyone", "two", "one", "three", "bot"])
        roles = await self.guild.edit_role_positions({one: 1, two: 2}, reason="why")
        await self.settle()
        self.assertEqual([r.name for r in self.guild.roles], ["@everyone", "one", "two", "three", "bot"])
        self.assertEqual([r.name for r in sorted(roles)], ["@everyone", "one", "two", "three", "bot"])
        await self.guild.get_role(one.id).move(below=self.guild.get_role(two.id), reason="x")
        await self.settle()
        self.assertEqual([r.name for r in self.guild.roles], ["@everyone", "two", "one", "three", "bot"])
        await self.guild.get_role(three.id).move(beginning=True)
        await self.settle()
        self.assertEqual([r.name for r in self.guild.roles], ["@everyone", "three", "two", "one", "bot"])
        self.assertEqual([r.position for r in self.guild.roles], [0, 1, 2, 3, 4])

    async def test_delete(self):
        role = await self.guild.create_role(name="r")
        await self.alice.add_roles(role)
        await self.channel.set_permissions(role, view_channel=True)
        await self.settle()
        await role.delete(reason="why")
        self.assertEqual(await self.heard("guild_role_delete"), role)
        await self.entry(Action.role_delete, role, "why")
        self.assertIsNone(self.guild.get_role(role.id))
        self.assertEqual(self.alice.roles, [self.guild.default_role])
        self.assertEqual((await self.guild.fetch_member(self.alice.id)).roles, [self.guild.default_role])
        self.assertEqual((await self.client.fetch_channel(self.channel.id)).overwrites, {})
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.fetch_role(role.id)
        self.assertEqual(caught.exception.code, 10011)
