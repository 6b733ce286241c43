"""discord.py's own voice client connects, moves, plays and leaves, with nothing in its place."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
import unittest

import discord
from discord import player, voice_client, voice_state

from discordtest import DiscordTestCase
from tests.bots import needs_the_process

FRAME = b"\xf8\xff\xfe"  # Opus: 20 ms of silence
PER_SECOND = 50
needs_voice = unittest.skipUnless(
    voice_client.has_nacl and voice_client.has_dave, "discord.py[voice] is not installed"
)


class Tone(discord.AudioSource):
    """So many frames of Opus; ``left`` says how many nobody has read."""

    def __init__(self, frames):
        self.left = frames

    def is_opus(self):
        return True

    def read(self):
        if not self.left:
            return b""
        self.left -= 1
        return FRAME


class VoiceCase(DiscordTestCase):
    def make_world(self):
        self.guild = self.make_guild("Club")
        self.general = self.make_text_channel("general", self.guild)
        self.floor = self.make_voice_channel("floor", self.guild)
        self.attic = self.make_voice_channel("attic", self.guild)

    async def call(self, channel=None, **options):
        """Connect the bot to a voice channel."""
        found = self.client.get_channel((channel or self.floor).id)
        voice = await found.connect(**options)
        await self.settle()
        return voice

    @property
    def me(self):
        return self.client.get_guild(self.guild.id).me


@needs_voice
class ConnectionTests(VoiceCase):
    async def test_connects_and_leaves(self):
        voice = await self.call()
        self.assertTrue(voice.is_connected())
        self.assertEqual(voice.mode, "aead_xchacha20_poly1305_rtpsize")
        self.assertInVoice(self.me, self.floor)
        await voice.disconnect()
        await self.settle()
        self.assertNotInVoice(self.me)
        self.assertEqual(self.client.voice_clients, [])
        self.assertEqual(self.backend.voice_servers.sessions, {})

    async def test_stays_for_a_day(self):
        voice = await self.call()
        await self.advance(days=1)
        self.assertTrue(voice.is_connected())
        self.assertEqual(voice._connection.ws.seq_ack, -1)
        self.assertGreater(len(voice._connection.ws._keep_alive.recent_ack_latencies), 10)

    async def test_in_two_guilds(self):
        other = self.make_guild("Pub")
        corner = self.make_voice_channel("corner", other)
        first, second = await self.call(), await self.call(corner)
        await first.disconnect()
        await self.settle()
        self.assertFalse(first.is_connected())
        self.assertTrue(second.is_connected())

    async def test_moves(self):
        voice = await self.call()
        await voice.move_to(self.client.get_channel(self.attic.id))
        await self.settle()
        self.assertTrue(voice.is_connected())
        self.assertInVoice(self.me, self.attic)
        self.assertEqual(len(self.backend.voice_servers.sessions), 1)

    async def test_leaving_takes_no_time(self):
        voice = await self.call()
        await voice.move_to(self.client.get_channel(self.attic.id))
        await self.settle()
        before = self.clock.time()
        await voice.disconnect()  # it waits for its own voice state, up to 30 seconds
        self.assertEqual(self.clock.time(), before)

    async def test_moves_at_once(self):
        voice = await self.client.get_channel(self.floor.id).connect()
        await voice.move_to(self.client.get_channel(self.attic.id))
        await self.settle()
        self.assertTrue(voice.is_connected())

    async def test_is_moved(self):
        voice = await self.call()
        await self.me.move_to(self.attic)
        await self.settle()
        self.assertTrue(voice.is_connected())
        self.assertEqual(voice.channel.id, self.attic.id)

    async def test_is_thrown_out(self):
        voice = await self.call()
        await self.me.move_to(None)
        await self.settle()
        self.assertFalse(voice.is_connected())
        self.assertEqual(self.client.voice_clients, [])

    async def test_channel_is_deleted(self):
        voice = await self.call()
        await self.client.get_channel(self.floor.id).delete()
        await self.settle()
        self.assertFalse(voice.is_connected())

    async def test_gets_another_server(self):
        voice = await self.call()
        before = voice.endpoint
        self.backend.give_voice_server(self.guild)
        await self.settle()
        self.assertTrue(voice.is_connected())
        self.assertNotEqual(voice.endpoint, before)

    async def test_server_crashes(self):
        voice = await self.call()
        (session,) = self.backend.voice_servers.sessions.values()
        session.close(4015)
        await self.advance(10)
        self.assertTrue(voice.is_connected())

    async def test_gateway_connection_breaks(self):
        voice = await self.call()
        self.backend.disconnect()
        await self.advance(10)
        self.assertTrue(voice.is_connected())

    async def test_gateway_session_ends(self):
        voice = await self.call()
        self.backend.invalidate_session()
        await self.advance(60)
        self.assertFalse(voice.is_connected())
        self.assertNotInVoice(self.me)

    async def test_guild_is_deleted(self):
        voice = await self.call()
        self.backend.delete_guild(self.guild)
        await self.advance(31)  # it waits for another server
        self.assertFalse(voice.is_connected())

    async def test_may_not_connect(self):
        await self.client.get_channel(self.floor.id).set_permissions(self.me, connect=False)
        with self.assertRaises(TimeoutError):
            await self.call(timeout=10)
        self.assertNotInVoice(self.me)

    async def test_restart(self):
        voice = await self.call()
        await self.restart()
        self.assertFalse(voice.is_connected())
        self.assertNotInVoice(self.me)


@needs_voice
class PlayingTests(VoiceCase):
    async def play(self, source, **options):
        voice = await self.call()
        voice.play(source, **options)
        await self.settle()
        return voice

    async def test_source_is_played_by_the_clock(self):
        ended = []
        source = Tone(10 * PER_SECOND)
        voice = await self.play(source, after=ended.append)
        await self.advance(5)
        self.assertEqual(source.left, 5 * PER_SECOND)
        self.assertTrue(voice.is_playing())
        await self.advance(6)
        self.assertFalse(voice.is_playing())
        self.assertEqual(ended, [None])
        (session,) = self.backend.voice_servers.sessions.values()
        self.assertEqual(session.packets, 10 * PER_SECOND + 5)  # and five of silence, as Discord asks

    async def test_no_time_no_sound(self):
        source = Tone(PER_SECOND)
        await self.play(source)
        left = source.left
        await self.settle()
        self.assertEqual(source.left, left)

    async def test_speaking_is_told(self):
        voice = await self.play(Tone(PER_SECOND))
        (session,) = self.backend.voice_servers.sessions.values()
        self.assertEqual(session.speaking, 1)
        voice.stop()
        await self.settle()
        self.assertEqual(session.speaking, 0)

    async def test_pause_and_resume(self):
        source = Tone(20 * PER_SECOND)
        voice = await self.play(source)
        await self.advance(1)
        voice.pause()
        await self.settle()
        left = source.left
        await self.advance(minutes=5)
        self.assertEqual(source.left, left)
        self.assertTrue(voice.is_paused())
        voice.resume()
        await self.advance(1)
        self.assertLess(source.left, left)

    async def test_stop_ends_it_at_once(self):
        ended = []
        voice = await self.play(Tone(PER_SECOND), after=ended.append)
        voice.stop()
        await self.settle()
        self.assertEqual(ended, [None])

    async def test_next_song_from_a_queue(self):
        songs = asyncio.Queue()
        for _ in range(3):
            songs.put_nowait(Tone(PER_SECOND))
        played = []

        async def play_all(voice):
            done = asyncio.Event()
            loop = asyncio.get_running_loop()

            def go_on(error):
                loop.call_soon_threadsafe(done.set)

            while True:
                source = await songs.get()
                done.clear()
                voice.play(source, after=go_on)
                await done.wait()
                played.append(source)

        task = self.client.loop.create_task(play_all(await self.call()))
        await self.advance(2.5)
        self.assertEqual(len(played), 2)
        await self.advance(2.5)
        self.assertEqual(len(played), 3)
        task.cancel()

    async def test_after_waits_for_the_bot(self):
        channel = self.client.get_channel(self.general.id)

        def say_so(error):
            asyncio.run_coroutine_threadsafe(channel.send("Over."), self.client.loop).result()

        await self.play(Tone(PER_SECOND), after=say_so)
        await self.advance(2)
        self.assertSent("Over.", channel=self.general)

    async def test_plays_on_where_it_is_moved(self):
        source = Tone(10 * PER_SECOND)
        voice = await self.play(source)
        await self.advance(1)
        await self.me.move_to(self.attic)
        await self.advance(1)
        self.assertTrue(voice.is_playing())
        self.assertLess(source.left, 9 * PER_SECOND)

    async def test_disconnecting_ends_it(self):
        ended = []
        voice = await self.play(Tone(10 * PER_SECOND), after=ended.append)
        await self.advance(1)
        await voice.disconnect()
        await self.settle()
        self.assertEqual(ended, [None])

    async def test_source_that_takes_its_time_is_waited_for(self):
        gate = threading.Event()

        class Slow(Tone):
            def read(self):
                gate.wait(0.05)
                return super().read()

        source = Slow(3)
        await self.play(source)
        await self.advance(1)
        self.assertEqual(source.left, 0)

    async def test_source_that_fails(self):
        class Broken(Tone):
            def read(self):
                raise ValueError("no sound")

        with self.assertBotRaises(ValueError, "no sound"):
            await self.play(Broken(1))

    async def test_after_that_fails(self):
        def fail(error):
            raise LookupError("no next song")

        with self.assertBotRaises(LookupError, "no next song"):
            await self.play(Tone(1), after=fail)
            await self.advance(1)

    async def test_error_is_given_to_after(self):
        class Broken(Tone):
            def read(self):
                raise ValueError("no sound")

        errors = []
        await self.play(Broken(1), after=errors.append)
        self.assertIsInstance(errors[0], ValueError)

    async def test_connects_when_the_test_ends(self):
        self.client.loop.create_task(self.client.get_channel(self.floor.id).connect())

    async def test_plays_when_the_test_ends(self):
        await self.play(Tone(60 * PER_SECOND))
        await self.advance(1)

    async def test_plays_for_nobody_when_the_test_ends(self):
        snapshot = self.backend.snapshot()
        await self.play(Tone(60 * PER_SECOND))
        await self.restore(snapshot)
        await self.advance(1)

    async def test_after_that_fails_as_the_bot_closes(self):
        def fail(error):
            time.sleep(0.05)  # meanwhile the bot has closed
            raise LookupError("no bot")

        await self.play(Tone(60 * PER_SECOND), after=fail)
        with self.assertLogs("discord.player", "ERROR"):
            await self.client.close()
            await self.settle()

    async def test_pauses_when_the_test_ends(self):
        voice = await self.play(Tone(60 * PER_SECOND))
        voice.pause()
        await self.settle()


class AfterwardsTests(unittest.TestCase):
    def setUp(self):
        needs_the_process(self)

    def test_discord_py_is_as_it_was(self):
        self.assertIs(player.time.sleep, time.sleep)
        for module in (player, voice_state):
            self.assertIs(module.threading, threading)
        self.assertIs(voice_state.socket, socket)
        self.assertEqual(voice_state.SocketReader.__module__, "discord.voice_state")
        self.assertNotIn("start", vars(player.AudioPlayer))
        self.assertEqual(player.AudioPlayer.run.__module__, "discord.player")

    @needs_voice
    def test_nothing_stays_of_a_test_that_ends_while_it_plays(self):
        for name in ("plays", "pauses", "plays_for_nobody"):
            before = {*threading.enumerate()}
            case = PlayingTests(f"test_{name}_when_the_test_ends")
            result = case.run()
            self.assertTrue(result.wasSuccessful(), result.errors + result.failures)
            self.assertEqual(case.client.voice_clients, [])
            for thread in {*threading.enumerate()} - before:
                thread.join(5)
                self.assertFalse(thread.is_alive(), thread.name)
