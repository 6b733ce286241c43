from __future__ import annotations

import discord

from discordtest import dpytest
from discordtest.dpytest.voice import FakeVoiceClient
from discordtest.errors import NotModelled
from tests.dpytest.case import SuiteCase


class VoiceTests(SuiteCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.lounge = self.guild.voice_channels[0]

    async def test_bot_is_in_the_channel_until_it_leaves(self) -> None:
        heard = self.hear("voice_state_update")
        voice = await self.lounge.connect(self_deaf=True)
        self.assertIsInstance(voice, FakeVoiceClient)
        self.assertEqual(self.bot.voice_clients, [voice])
        self.assertTrue(voice.is_connected())
        self.assertEqual((voice.channel, voice.guild, voice.user), (self.lounge, self.guild, self.bot.user))
        self.assertEqual(self.guild.me.voice and self.guild.me.voice.channel, self.lounge)
        self.assertTrue(self.guild.me.voice and self.guild.me.voice.self_deaf)
        await voice.disconnect()
        await dpytest.run_all_events()
        self.assertFalse(voice.is_connected())
        self.assertIsNone(self.guild.me.voice)
        self.assertFalse(self.bot.voice_clients)
        self.assertEqual(len(heard), 2)

    async def test_second_connection_is_refused_by_the_library(self) -> None:
        await self.lounge.connect()
        with self.assertRaises(discord.ClientException):
            await self.lounge.connect()

    async def test_bot_moves(self) -> None:
        other = dpytest.back.make_voice_channel("other", self.guild)
        voice = await self.lounge.connect()
        await voice.move_to(other)
        self.assertEqual(voice.channel, other)
        self.assertEqual(self.guild.me.voice and self.guild.me.voice.channel, other)
        await voice.move_to(other)
        await voice.move_to(None)
        await dpytest.run_all_events()
        self.assertFalse(self.bot.voice_clients)

    async def test_bot_is_thrown_out(self) -> None:
        voice = await self.lounge.connect()
        await self.guild.me.move_to(None)
        await dpytest.run_all_events()
        self.assertFalse(voice.is_connected())
        self.assertFalse(self.bot.voice_clients)

    async def test_overwrite_keeps_the_bot_out(self) -> None:
        await dpytest.set_permission_overrides(self.guild.me, self.lounge, connect=False)
        with self.assertRaises(TimeoutError):
            await self.lounge.connect()
        self.assertFalse(self.bot.voice_clients)

    async def test_sound_is_not_modelled(self) -> None:
        voice = await self.lounge.connect()
        self.assertFalse(voice.is_playing() or voice.is_paused() or voice.source)
        voice.stop()
        voice.pause()
        voice.resume()
        with self.assertRaisesRegex(NotModelled, r"play of a voice client.*connect\(cls=…\)"):
            voice.play(discord.AudioSource())
        with self.assertRaises(AttributeError):
            voice.sing()


class DefaultTests(SuiteCase):
    async def test_protocol_of_the_bots_own_is_taken(self) -> None:
        class Own(FakeVoiceClient):
            pass

        self.assertIsInstance(await self.guild.voice_channels[0].connect(cls=Own), Own)
