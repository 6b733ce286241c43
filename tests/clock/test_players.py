"""A player's thread rests by the clock of its loop, and is waited for while it works."""

from __future__ import annotations

import threading
import types
import unittest

import discord
from discord.player import AudioPlayer

from discordtest import DiscordTestCase, SettleTimeout
from discordtest.clock.players import loop_of_thread


class Source(discord.AudioSource):
    """Calls a function for each frame, and ends where that returns nothing."""

    def __init__(self, read):
        self.read = read

    def is_opus(self):
        return True


class PlayerCase(DiscordTestCase):
    def make_player(self, read, after=None):
        """Return a player of a client that sends nowhere."""

        async def speak(state):
            """Tell nobody."""

        client = types.SimpleNamespace(
            ws=types.SimpleNamespace(speak=speak),
            client=self.client,
            loop=self.client.loop,
            timeout=30.0,
            is_connected=lambda: True,
            send_audio_packet=lambda data, *, encode: None,
        )
        return AudioPlayer(Source(read), client, after=after)


class PlayersTests(PlayerCase):
    async def test_works_on_a_thread_of_its_own(self):
        seen = []

        def read():
            seen.append((threading.current_thread(), loop_of_thread()))

        player = self.make_player(read)
        player.start()
        await self.settle()
        self.assertEqual(seen, [(player, self.client.loop)])
        self.assertIsNone(loop_of_thread())

    async def test_frames_come_at_their_times(self):
        moments = []

        def read():
            moments.append(self.clock.time())
            return b"frame" if len(moments) < 4 else b""

        begin = self.clock.time()
        self.make_player(read).start()
        await self.advance(1)
        self.assertEqual([round(moment - begin, 3) for moment in moments], [0, 0.04, 0.06, 0.08])

    async def test_paused_player_is_at_rest(self):
        player = self.make_player(lambda: b"frame")
        player.start()
        await self.settle()
        player.pause()
        await self.advance(3600)
        self.assertTrue(player.is_paused())
        player.stop()
        await self.settle()
        player.join(5)
        self.assertFalse(player.is_alive())

    async def test_thread_that_resumes_it(self):
        calls = []
        player = self.make_player(lambda: calls.append(1) or b"frame")
        player.start()
        await self.settle()
        player.pause()
        await self.advance(1)
        before = len(calls)
        resuming = threading.Thread(target=player.resume)
        resuming.start()
        resuming.join()
        await self.advance(1)
        self.assertGreater(len(calls), before)
        player.stop()
        await self.settle()


class StuckPlayerTests(PlayerCase):
    settle_timeout = 0.3

    async def test_what_does_not_return_is_named(self):
        gate = threading.Event()
        self.addCleanup(gate.set)
        player = self.make_player(lambda: gate.wait() and b"")
        player.start()
        with self.assertRaisesRegex(SettleTimeout, r"outside the event loop still runs(?s:.*)Source"):
            await self.settle()
        gate.set()
        await self.settle()
        player.join(5)


class ElsewhereTests(unittest.TestCase):
    def test_without_a_loop_of_ours_it_is_as_ever(self):
        client = types.SimpleNamespace(
            ws=None,
            client=types.SimpleNamespace(loop=None),
            is_connected=lambda: False,
            timeout=0,
            send_audio_packet=None,
        )
        ended = []
        with self.assertLogs("discord.player", "ERROR"):  # there is no loop that could tell of it
            player = AudioPlayer(Source(lambda: b""), client, after=ended.append)
            player.start()
            player.join(5)
        self.assertEqual(ended, [None])


if __name__ == "__main__":
    unittest.main()
