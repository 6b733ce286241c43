"""Who is in voice and what the bot plays there, each claim with its opposite."""

from __future__ import annotations

from typing import Any

import discord
from discord.ext import commands

from discordtest import SetupError
from tests.bots import BotTestCase


class InVoiceTests(BotTestCase):
    async def test_in_voice(self) -> None:
        lounge, stage = (
            self.make_voice_channel("Lounge", self.guild),
            self.make_voice_channel("Stage", self.guild),
        )
        self.assertNotInVoice(self.alice)
        with self.fails("alice is in no voice channel"):
            self.assertInVoice(self.alice)
        await self.join_voice(self.alice, lounge)
        self.assertInVoice(self.alice)
        self.assertInVoice(self.alice, lounge)
        self.assertNotInVoice(self.alice, stage)
        with self.fails("alice is in #Lounge"):
            self.assertInVoice(self.alice, stage)
        with self.fails("alice is in #Lounge"):
            self.assertNotInVoice(self.alice)
        with self.fails("alice is in #Lounge"):
            self.assertNotInVoice(self.alice, lounge)


class SoundPlayedTests(BotTestCase):
    def make_world(self) -> None:
        super().make_world()
        self.floor = self.make_voice_channel("floor", self.guild)
        self.yay = self.make_soundboard_sound("yay", self.guild)
        self.boo = self.make_soundboard_sound("boo", self.guild)

    async def play(self, *names: str) -> None:
        async def work(ctx: commands.Context[Any]) -> None:
            assert ctx.guild is not None
            floor = ctx.guild.voice_channels[0]
            await ctx.guild.change_voice_state(channel=floor)
            for sound in ctx.guild.soundboard_sounds:
                if sound.name in names:
                    await floor.send_sound(sound)

        await self.bot_does(work)

    async def test_played(self) -> None:
        await self.play("yay")
        self.assertSoundPlayed(self.floor)
        for sound in (self.yay, "yay", self.yay.id):
            self.assertSoundPlayed("floor", sound)
        self.assertNotSoundPlayed(self.floor, self.boo)
        with self.fails("the bot played 'yay' in #floor; it played: 'yay' in #floor", "What happened:"):
            self.assertNotSoundPlayed(self.floor, self.yay)
        with self.fails("the bot played a sound in #floor"):
            self.assertNotSoundPlayed(self.floor)

    async def test_not_played(self) -> None:
        await self.play("boo")
        with self.fails("the bot did not play 'yay' in #floor; it played: 'boo' in #floor", "What happened:"):
            self.assertSoundPlayed(self.floor, "yay")
        other = self.make_voice_channel("other", self.guild)
        self.assertNotSoundPlayed(other)
        with self.fails("the bot did not play a sound in #other; it played: 'boo' in #floor"):
            self.assertSoundPlayed(other)

    async def test_only_the_last_act_counts(self) -> None:
        await self.play("boo")
        await self.play()
        self.assertNotSoundPlayed(self.floor)
        with self.fails("it played: none"):
            self.assertSoundPlayed(self.floor)

    async def test_other_requests_and_bots_do_not_count(self) -> None:
        second = commands.Bot("?", intents=discord.Intents.all())
        await self.connect(second)
        await self.add_bot(self.owner, self.guild, second)
        floor: Any = second.get_channel(self.floor.id)
        await floor.guild.change_voice_state(channel=floor)
        await self.advance(1)
        await floor.send_sound(floor.guild.soundboard_sounds[0])
        await self.client.http.send_typing(self.general.id)
        await self.settle()
        self.assertNotSoundPlayed(self.floor)

    async def test_people_do_not_count(self) -> None:
        await self.join_voice(self.alice, self.floor)
        await self.play_sound(self.alice, self.floor, "yay")
        self.assertNotSoundPlayed(self.floor)

    async def test_what_was_refused_does_not_count(self) -> None:
        self.backend.update_soundboard_sounds(self.guild, available=False)
        with self.assertBotRaises(commands.CommandInvokeError):
            await self.play("yay")
        self.assertNotSoundPlayed(self.floor)

    async def test_sound_that_is_deleted_since(self) -> None:
        await self.play("yay")
        self.backend.delete_soundboard_sound(self.yay)
        self.assertSoundPlayed(self.floor, self.yay)
        with self.fails(f"the bot played sound {self.yay.id} in #floor"):
            self.assertNotSoundPlayed(self.floor, self.yay)

    async def test_sound_that_never_was(self) -> None:
        with self.assertRaisesRegex(SetupError, "called 'yya': there are 'yay', 'boo', 'quack'"):
            self.assertNotSoundPlayed(self.floor, "yya")
