"""What people play in voice channels, heard by a real client."""

from __future__ import annotations

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
