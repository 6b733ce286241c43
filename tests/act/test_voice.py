"""What people play in voice channels, heard by a real client."""

from __future__ import annotations

import copy

import discord
from discord.ext import commands

from discordtest import DiscordTestCase, SetupError


class PlaySoundTests(DiscordTestCase):
    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.all())
        self.heard: list[discord.VoiceChannelEffect] = []

        @bot.listen()
        async def on_voice_channel_effect(effect: discord.VoiceChannelEffect) -> None:
            self.heard.append(effect)

        return bot

    def make_world(self) -> None:
        self.guild, self.other = self.make_guild("Test"), self.make_guild("Other")
        self.floor = self.make_voice_channel("floor", self.guild)
        self.alice = self.make_member("alice", self.guild)
        self.yay = self.make_soundboard_sound("yay", self.guild, volume=0.5, emoji="🎉", id_num=77)
        self.far = self.make_soundboard_sound("far", self.other)

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        await self.join_voice(self.alice, self.floor)

    async def bot_joins(self) -> None:
        await self.refresh(self.guild).change_voice_state(channel=self.floor)
        await self.settle()

    async def test_bot_in_the_channel_hears_of_it(self) -> None:
        await self.play_sound(self.alice, self.floor, "yay")
        self.assertEqual(self.heard, [])
        await self.bot_joins()
        await self.play_sound(self.alice, "floor", self.yay)
        (effect,) = self.heard
        assert effect.sound is not None
        self.assertEqual((effect.user, effect.sound.id, effect.sound.volume), (self.alice, 77, 0.5))
        self.assertEqual(str(effect.emoji), "🎉")

    async def test_default_sound(self) -> None:
        await self.bot_joins()
        await self.play_sound(self.alice, self.floor, "quack")
        assert self.heard[0].sound is not None
        self.assertTrue(self.heard[0].sound.is_default())

    async def test_sound_of_another_guild_that_she_is_in(self) -> None:
        with self.assertRaisesRegex(SetupError, "alice plays 'far' in #floor.*Unknown Guild"):
            await self.play_sound(self.alice, self.floor, self.far)
        await self.bot_joins()
        self.make_member(self.alice, self.other)
        await self.play_sound(self.alice, self.floor, self.far)
        self.assertEqual(len(self.heard), 1)

    async def test_the_guild_s_own_sound_of_a_name_comes_first(self) -> None:
        self.make_soundboard_sound("yay", self.other)
        await self.bot_joins()
        await self.play_sound(self.alice, self.floor, "yay")
        assert self.heard[0].sound is not None
        self.assertEqual(self.heard[0].sound.id, 77)

    async def test_name_of_several(self) -> None:
        self.make_soundboard_sound("yay", self.guild)
        with self.assertRaisesRegex(SetupError, "'yay' may mean 2 sounds"):
            await self.play_sound(self.alice, self.floor, "yay")

    async def test_who_is_not_in_the_channel(self) -> None:
        await self.leave_voice(self.alice)
        with self.assertRaisesRegex(SetupError, "alice is not in #floor.*join_voice"):
            await self.play_sound(self.alice, self.floor, "yay")

    async def test_who_may_not(self) -> None:
        await self.set_voice(self.alice, deaf=True)
        with self.assertRaisesRegex(discord.Forbidden, "50167"):
            await self.play_sound(self.alice, self.floor, "yay")

    async def test_unknown_sound(self) -> None:
        for sound in ("yya", 5):
            with self.assertRaisesRegex(SetupError, "no sound"):
                await self.play_sound(self.alice, self.floor, sound)


class VoiceTestCase(DiscordTestCase):
    """Alice on the floor, Mo who may do everything, and a bot that keeps the states it hears."""

    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.all())
        self.states: list[discord.VoiceState] = []

        @bot.listen()
        async def on_voice_state_update(
            member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
        ) -> None:
            self.states.append(copy.copy(after))  # discord.py goes on with it

        return bot

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.floor, self.attic = (self.make_voice_channel(name, self.guild) for name in ("floor", "attic"))
        self.stage = self.make_stage_channel("stage", self.guild)
        self.alice, self.bob = self.make_member("alice", self.guild), self.make_member("bob", self.guild)
        boss = self.make_role("boss", self.guild, permissions=discord.Permissions.all())
        self.mo = self.make_member("mo", self.guild, roles=[boss])

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        await self.join_voice(self.alice, self.floor)
        self.states.clear()


class OwnStateTests(VoiceTestCase):
    async def test_going_live_ends_with_the_channel(self) -> None:
        await self.set_voice(self.alice, stream=True)
        await self.join_voice(self.alice, self.attic)
        self.assertEqual([state.self_stream for state in self.states], [True, False])

    async def test_who_may_not_go_live(self) -> None:
        self.backend.update_channel(
            self.floor, overwrites={self.guild.default_role: discord.PermissionOverwrite(stream=False)}
        )
        with self.assertRaisesRegex(SetupError, "alice lacks stream in #floor, so cannot go live there"):
            await self.set_voice(self.alice, stream=True)
        await self.set_voice(self.alice, stream=False)

    async def test_asking_to_speak(self) -> None:
        await self.join_voice(self.alice, self.stage)
        await self.set_voice(self.alice, request_to_speak=True)
        self.assertEqual(self.states[-1].requested_to_speak_at, self.clock.now())
        await self.set_voice(self.alice, request_to_speak=False)
        self.assertIsNone(self.states[-1].requested_to_speak_at)
        self.assertEqual(len(self.states), 3)

    async def test_nobody_asks_to_speak_in_a_voice_channel(self) -> None:
        with self.assertRaisesRegex(discord.HTTPException, "50024"):
            await self.set_voice(self.alice, request_to_speak=True)


class ModeratedTests(VoiceTestCase):
    async def test_mute_and_deafen(self) -> None:
        await self.edit_member(self.mo, self.alice, mute=True, deafen=True, reason="noise")
        state = self.states[-1]
        self.assertEqual((state.mute, state.deaf), (True, True))
        self.assertAuditLog(self.guild, discord.AuditLogAction.member_update, user=self.mo, reason="noise")
        await self.edit_member(self.mo, self.alice, mute=False)
        self.assertEqual((self.states[-1].mute, self.states[-1].deaf), (False, True))

    async def test_move_and_put_out(self) -> None:
        await self.edit_member(self.mo, "alice", voice_channel="attic", guild=self.guild)
        self.assertInVoice(self.alice, self.attic)
        self.assertAuditLog(self.guild, discord.AuditLogAction.member_move, user=self.mo)
        await self.edit_member(self.mo, self.alice, voice_channel=None)
        self.assertIsNone(self.states[-1].channel)
        self.assertIn("mo edits alice: voice_channel=#attic", str(self.transcript))

    async def test_speakers_of_a_stage(self) -> None:
        await self.join_voice(self.alice, self.stage)
        await self.edit_member(self.mo, self.alice, suppress=False)
        self.assertFalse(self.states[-1].suppress)
        await self.edit_member(self.mo, self.alice, suppress=True)
        self.assertTrue(self.states[-1].suppress)

    async def test_who_may_not(self) -> None:
        with self.assertRaisesRegex(discord.Forbidden, "50013"):
            await self.edit_member(self.bob, self.alice, mute=True)

    async def test_who_is_not_in_voice(self) -> None:
        with self.assertRaisesRegex(discord.HTTPException, "40032"):
            await self.edit_member(self.mo, self.bob, mute=True)
        with self.assertRaisesRegex(SetupError, "bob is in no voice channel"):
            await self.edit_member(self.mo, self.bob, suppress=True)


class StageTests(VoiceTestCase):
    async def test_open_and_close(self) -> None:
        await self.open_stage(self.mo, self.stage, "Poems", reason="evening")
        (instance,) = self.refresh(self.guild).stage_instances
        self.assertEqual((instance.topic, instance.channel), ("Poems", self.stage))
        self.assertAuditLog(self.guild, discord.AuditLogAction.stage_instance_create, user=self.mo)
        await self.close_stage(self.mo, "stage")
        self.assertEqual([*self.refresh(self.guild).stage_instances], [])

    async def test_who_may_not(self) -> None:
        with self.assertRaisesRegex(discord.Forbidden, "50013"):
            await self.open_stage(self.alice, self.stage, "Poems")

    async def test_mistakes(self) -> None:
        with self.assertRaisesRegex(SetupError, "#stage is not open: `await self.open_stage"):
            await self.close_stage(self.mo, self.stage)
        with self.assertRaisesRegex(SetupError, "#floor is no stage channel"):
            await self.open_stage(self.mo, self.floor, "Poems")


class PresenceTests(VoiceTestCase):
    async def test_several_activities_on_a_phone(self) -> None:
        shown = [discord.Game("chess"), discord.CustomActivity("thinks")]
        await self.set_presence(self.alice, "dnd", shown, device="mobile")
        alice = self.refresh(self.alice)
        self.assertEqual([each.name for each in alice.activities], ["chess", "thinks"])
        self.assertEqual((alice.is_on_mobile(), alice.desktop_status), (True, discord.Status.offline))

    async def test_mistakes(self) -> None:
        with self.assertRaisesRegex(TypeError, "device is one of desktop, mobile, web, not 'phone'"):
            await self.set_presence(self.alice, device="phone")
