"""Bad days of the gateway, with whole bots: drops, resumes, lost sessions, zombies, heartbeats, outages."""

from __future__ import annotations

import asyncio
import json
import unittest

import discord
from discord.ext import commands

from discordtest import (
    BackendError,
    ConnectionReset,
    DiscordTestCase,
    HttpError,
    RateLimited,
    SetupError,
    SlowAnswer,
    Timeout,
)
from discordtest.backend.rest import Actor
from discordtest.backend.resuming import KEPT_FOR
from discordtest.clock.heartbeats import LATENCY

KIND = discord.utils._ActiveDecompressionContext.COMPRESSION_TYPE
LIFE = ("connect", "disconnect", "ready", "resumed")


def recording_bot(kind=commands.Bot, **options):
    """Return a bot that notes what happens to it, in order, as ``bot.life``, and what it heard as ``bot.heard``."""
    bot = kind("!", intents=discord.Intents.all(), help_command=None, **options)
    bot.life, bot.heard = [], []

    def note(name):
        async def listener(*arguments):
            bot.life.append((name, *arguments) if arguments else name)

        bot.add_listener(listener, f"on_{name}")

    for name in LIFE:
        note(name)
        if kind is commands.AutoShardedBot:
            note(f"shard_{name}")

    @bot.listen()
    async def on_message(message):
        bot.heard.append(message.content)

    return bot


class BadDayTestCase(DiscordTestCase):
    def make_client(self):
        return recording_bot()

    def make_world(self):
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)

    def sent_ops(self):
        """Return the opcodes of the frames that the bot sent, oldest first."""
        frames = [entry.text for entry in self.backend.journal if type(entry).__name__ == "Frame"]
        return [json.loads(text)["op"] for text in frames]

    def life(self):
        """Return what has happened to the bot since the last look."""
        life, self.client.life = self.client.life, []
        return life


class Drops(BadDayTestCase):
    async def test_broken_connection_is_resumed(self):
        self.assertEqual(self.life(), ["connect", "ready"])
        before = self.clock.now()
        self.backend.disconnect()
        await self.settle()
        self.assertEqual(self.life(), ["disconnect", "resumed"])
        self.assertEqual(self.clock.now(), before)
        await self.send(self.alice, self.general, "still there?")
        self.assertEqual(self.client.heard, ["still there?"])

    async def test_what_happens_meanwhile_is_replayed(self):
        self.backend.disconnect()
        missed = self.make_message("meanwhile", self.alice, self.general)
        bob = self.make_member("bob", self.guild)
        await self.settle()
        self.assertEqual(self.client.heard, ["meanwhile"])
        self.assertEqual(self.client.get_guild(self.guild.id).get_member(bob.id).name, "bob")
        self.assertIn(missed.id, [message.id for message in self.client.cached_messages])

    async def test_thousand_missed_events_are_replayed_once_and_in_order(self):
        self.backend.pause()
        texts = [str(number) for number in range(1000)]
        for text in texts:
            self.make_message(text, self.alice, self.general)
        self.assertEqual(self.client.heard, [])
        await self.advance(61)
        self.assertEqual(self.client.heard, texts)
        self.assertEqual(self.life()[-2:], ["disconnect", "resumed"])

    async def test_thousand_that_were_under_way_when_it_broke(self):
        self.backend.disconnect()
        texts = [str(number) for number in range(1000)]
        for text in texts:
            self.make_message(text, self.alice, self.general)
        await self.settle()
        self.assertEqual(self.client.heard, texts)

    async def test_codes_after_which_the_client_resumes(self):
        self.life()
        for code in (1000, 1001, 1006, 1012, 4000, 4001, 4002, 4003, 4005, 4008):
            with self.subTest(code):
                self.backend.disconnect(code)
                await self.settle()
                self.assertEqual(self.life(), ["disconnect", "resumed"])

    async def test_codes_after_which_the_session_is_a_new_one(self):
        self.life()
        for code in (4007, 4009):
            with self.subTest(code):
                self.backend.disconnect(code)
                await self.advance(10)
                self.assertEqual(self.life(), ["disconnect", "disconnect", "connect", "ready"])

    async def test_codes_after_which_the_client_gives_up(self):
        for code in (4004, 4010, 4011, 4012, 4013):
            with self.subTest(code):
                with self.assertBotRaises(discord.ConnectionClosed, rf"with {code}"):
                    self.backend.disconnect(code)
                    await self.settle()
                self.assertTrue(self.client.is_closed())
                await self.restart()

    async def test_disallowed_intents(self):
        with self.assertBotRaises(discord.PrivilegedIntentsRequired):
            self.backend.disconnect(4014)
            await self.settle()

    async def test_restart_of_a_client_that_reconnects(self):
        self.backend.disconnect()
        await self.restart()
        self.backend.disconnect()  # and the end of the test

    async def test_misuse_is_named(self):
        with self.assertRaisesRegex(BackendError, "no connection ends with 999"):
            self.backend.disconnect(999)
        with self.assertRaisesRegex(BackendError, "no connection to the gateway on shard 3"):
            self.backend.disconnect(shard_id=3)
        await self.client.close()
        with self.assertRaisesRegex(BackendError, "no connection to the gateway is open"):
            self.backend.pause()

    async def test_transcript_tells_it(self):
        self.backend.disconnect(4000)
        await self.settle()
        self.assertIn("closes the connection of bot with 4000", str(self.transcript))


class OutOfReach(BadDayTestCase):
    """Days on which nobody can connect."""

    async def test_connecting_fails_so_many_times(self):
        for fault in (HttpError(503), ConnectionReset(), ConnectionReset(errno=54), RateLimited(5)):
            with self.subTest(fault):
                injection = self.backend.inject("gateway", fault, times=4)
                self.backend.disconnect()
                self.make_message("meanwhile", self.alice, self.general)
                await self.advance(2 + 4 + 8 + 16)
                self.assertEqual((self.client.heard, injection.count), (["meanwhile"], 4))
                life = self.life()
                self.assertEqual((life[:2], life[-1]), (["connect", "ready"], "resumed"))
                self.assertEqual(set(life[2:-1]), {"disconnect"})
                await self.restart()

    async def test_session_outlives_a_short_one(self):
        self.life()
        down = self.backend.inject("gateway", ConnectionReset(), times=None)
        self.backend.disconnect()
        self.make_message("meanwhile", self.alice, self.general)
        await self.advance(60)
        self.assertEqual((set(self.life()), self.client.heard), ({"disconnect"}, []))
        down.stop()
        await self.advance(119)
        self.assertEqual((self.life(), self.client.heard), (["resumed"], ["meanwhile"]))

    async def test_session_is_lost_in_a_long_one(self):
        down = self.backend.inject("gateway", HttpError(502), times=None)
        self.backend.disconnect()
        self.make_message("never heard", self.alice, self.general)
        await self.advance(hours=1)
        self.life()
        down.stop()
        await self.advance(2 * 1024)
        self.assertEqual(self.life(), ["disconnect", "connect", "ready"])
        self.assertEqual(self.client.heard, [])
        await self.send(self.alice, self.general, "heard")
        self.assertEqual(self.client.heard, ["heard"])

    async def test_no_answer_is_given_up_after_a_minute(self):
        self.life()
        self.backend.inject("gateway", Timeout())
        self.backend.disconnect()
        await self.advance(59)
        self.assertEqual(self.life(), ["disconnect"])
        await self.advance(1 + 2)
        self.assertEqual(self.life(), ["disconnect", "resumed"])

    async def test_slow_answer(self):
        self.life()
        self.backend.inject("gateway", SlowAnswer(20))
        self.backend.disconnect()
        await self.advance(19)
        self.assertEqual(self.life(), ["disconnect"])
        await self.advance(1)
        self.assertEqual(self.life(), ["resumed"])

    async def test_transcript_tells_it(self):
        self.backend.inject("gateway", HttpError(503))
        self.backend.disconnect()
        await self.advance(5)
        self.assertIn("a connection to the gateway is refused with 503", str(self.transcript))


class Sessions(BadDayTestCase):
    async def test_asked_to_reconnect(self):
        self.life()
        self.backend.reconnect()
        await self.settle()
        self.assertEqual(self.life(), ["disconnect", "resumed"])

    async def test_session_that_may_be_resumed(self):
        self.life()
        self.backend.invalidate_session(resumable=True)
        await self.settle()
        self.assertEqual(self.life(), ["disconnect", "resumed"])

    async def test_session_that_is_lost(self):
        self.life()
        self.backend.invalidate_session()
        self.make_text_channel("meanwhile", self.guild)
        self.make_message("never heard", self.alice, self.general)
        await self.advance(10)
        self.assertEqual(self.life(), ["disconnect", "connect", "ready"])
        self.assertEqual(self.client.heard, [])
        names = [channel.name for channel in self.client.get_guild(self.guild.id).text_channels]
        self.assertIn("meanwhile", names)

    async def test_resume_that_comes_too_late(self):
        self.life()
        old = self.backend.gateway.sessions[0]
        self.backend.disconnect()
        old.lost_at -= KEPT_FOR
        await self.advance(10)
        self.assertEqual(self.life(), ["disconnect", "disconnect", "connect", "ready"])
        self.assertNotEqual(self.backend.gateway.sessions[0].session_id, old.session_id)

    async def test_session_ends_some_minutes_after_the_client(self):
        await self.client.close()
        self.assertEqual(len(self.backend.gateway.sessions), 1)
        await self.advance(KEPT_FOR / 1e6 - 1)
        self.assertEqual(len(self.backend.gateway.sessions), 1)
        await self.advance(1)
        self.assertEqual(self.backend.gateway.sessions, [])

    async def test_too_many_frames(self):
        self.life()
        socket = self.client.ws.socket
        for _ in range(121):
            await socket.send_str('{"op":1,"d":null}')
        await self.settle()
        self.assertEqual(self.life(), ["disconnect", "resumed"])

    async def test_limiter_of_the_client_keeps_it_below(self):
        self.life()
        for number in range(300):
            await self.client.change_presence(activity=discord.Game(str(number)))
        await self.settle()
        self.assertEqual(self.life(), [])
        self.assertGreaterEqual(self.clock.time(), 120)

    async def test_unknown_opcode(self):
        self.life()
        await self.client.ws.send_as_json({"op": 99, "d": {}})
        await self.settle()
        self.assertEqual(self.life(), ["disconnect", "resumed"])

    async def test_oversized_payload(self):
        self.life()
        await self.client.change_presence(activity=discord.Game("x" * 5000))
        await self.settle()
        self.assertEqual(self.life(), ["disconnect", "resumed"])

    async def test_starts_of_a_day(self):
        self.backend.gateway.starts.total = 2
        self.backend.invalidate_session()
        await self.advance(10)
        with self.assertBotRaises(discord.ConnectionClosed, "with 4004"):
            self.backend.invalidate_session()
            await self.advance(10)


class Zombies(BadDayTestCase):
    async def test_client_finds_it_after_a_minute(self):
        self.life()
        self.backend.pause()
        await self.send(self.alice, self.general, "anybody?")
        await self.advance(59)
        self.assertEqual((self.life(), self.client.heard), ([], []))
        await self.advance(1)
        self.assertEqual((self.life(), self.client.heard), (["disconnect", "resumed"], ["anybody?"]))

    async def test_connection_that_goes_on(self):
        self.life()
        self.backend.pause()
        await self.send(self.alice, self.general, "anybody?")
        await self.advance(30)
        self.backend.resume()
        await self.advance(100)
        self.assertEqual((self.life(), self.client.heard), ([], ["anybody?"]))

    async def test_frames_of_the_client_wait_too(self):
        self.backend.pause()
        await self.client.change_presence(status=discord.Status.idle)
        await self.settle()
        presences = self.backend.world.presences
        self.assertEqual(presences[str(self.client.user.id)]["status"], "online")
        self.backend.resume()
        self.assertEqual(presences[str(self.client.user.id)]["status"], "idle")

    async def test_resume_of_what_the_client_has_given_up_changes_nothing(self):
        self.backend.pause()
        await self.advance(61)
        self.life()
        self.backend.resume()
        await self.settle()
        self.assertEqual(self.life(), [])

    async def test_client_that_was_asked_to_leave_meanwhile(self):
        self.backend.pause()
        self.backend.reconnect()
        self.backend.resume()
        for number in range(3):
            self.make_message(str(number), self.alice, self.general)
        await self.settle()
        self.assertEqual(self.client.heard, ["0", "1", "2"])

    async def test_close_of_a_paused_connection(self):
        self.backend.pause()
        await self.client.close()
        self.assertTrue(self.client.is_closed())


class Heartbeats(BadDayTestCase):
    heartbeats = True

    async def test_beats_as_time_passes(self):
        before = len(self.sent_ops())
        await self.advance(41.25 * 10)
        self.assertEqual(self.sent_ops()[before:], [1] * 10)

    async def test_beats_go_on_after_a_reconnect(self):
        self.backend.disconnect()
        await self.advance(41.25)
        before = len(self.sent_ops())
        await self.advance(41.25 * 3)
        self.assertEqual(self.sent_ops()[before:], [1] * 3)

    async def test_asked_for_one(self):
        before = len(self.sent_ops())
        self.backend.request_heartbeat()
        await self.settle()
        self.assertEqual(self.sent_ops()[before:], [1])

    async def test_late_answer_shows_in_the_latency(self):
        await self.advance(41.25 - self.clock.time())
        self.backend.pause()
        await self.advance(41.25 + 9)
        self.backend.resume()
        await self.settle()
        self.assertAlmostEqual(self.client.latency, 9, 2)


class Impatience(BadDayTestCase):
    heartbeats = True

    def make_client(self):
        return recording_bot(heartbeat_timeout=30)

    async def test_silence_at_a_beat_is_taken_for_death(self):
        self.life()
        await self.advance(42 - self.clock.time())
        self.assertEqual(self.life(), ["disconnect", "resumed"])


class Latency(BadDayTestCase):
    async def test_is_fixed(self):
        self.assertEqual(self.client.latency, LATENCY)

    async def test_without_being_asked_for_no_beat_comes(self):
        before = len(self.sent_ops())
        await self.advance(days=30)
        self.assertEqual(self.sent_ops()[before:], [])
        self.backend.request_heartbeat()
        await self.settle()
        self.assertEqual((self.sent_ops()[before:], self.client.latency), ([1], LATENCY))


class Outages(BadDayTestCase):
    def make_client(self):
        bot = super().make_client()

        @bot.listen()
        async def on_guild_unavailable(guild):
            bot.life.append(("unavailable", guild.id))

        @bot.listen()
        async def on_guild_available(guild):
            bot.life.append(("available", guild.id))

        @bot.listen()
        async def on_guild_join(guild):
            bot.life.append(("join", guild.id))

        return bot

    async def test_guild_goes_and_comes_back(self):
        self.life()
        self.backend.outage(self.guild)
        await self.settle()
        self.assertEqual(self.life(), [("unavailable", self.guild.id)])
        self.assertTrue(self.client.get_guild(self.guild.id).unavailable)
        self.backend.recover(self.guild)
        await self.settle()
        self.assertEqual(self.life(), [("available", self.guild.id)])
        self.assertFalse(self.client.get_guild(self.guild.id).unavailable)

    async def test_what_happens_meanwhile_is_not_told_but_found(self):
        self.backend.outage(self.guild.id)
        self.make_text_channel("quiet", self.guild)
        self.make_message("unheard", self.alice, self.general)
        await self.settle()
        self.assertEqual(self.client.heard, [])
        self.backend.recover(self.guild.id)
        await self.settle()
        names = [channel.name for channel in self.client.get_guild(self.guild.id).text_channels]
        self.assertIn("quiet", names)
        await self.send(self.alice, self.general, "heard")
        self.assertEqual(self.client.heard, ["heard"])

    async def test_session_that_begins_during_an_outage(self):
        self.backend.outage(self.guild)
        await self.settle()
        await self.restart()
        self.assertTrue(self.client.get_guild(self.guild.id).unavailable)
        self.assertEqual(self.life(), ["connect", ("unavailable", self.guild.id), "ready"])
        self.backend.recover(self.guild)
        await self.settle()
        self.assertEqual(self.life(), [("available", self.guild.id)])

    async def test_requests_are_repeated_until_it_is_back(self):
        self.backend.outage(self.guild)
        sending = asyncio.ensure_future(self.client.get_channel(self.general.id).send("at last"))
        await self.advance(1 + 3)
        self.assertFalse(sending.done())
        self.backend.recover(self.guild)
        await self.advance(5)
        self.assertEqual((await sending).content, "at last")
        statuses = [exchange.status for exchange in self.backend.journal.exchanges()]
        self.assertEqual(statuses[-4:], [502, 502, 502, 200])

    async def test_requests_fail_in_the_end(self):
        other = self.make_text_channel("elsewhere", self.make_guild("Other"))
        self.backend.outage(self.guild)
        guild = self.client.get_guild(self.guild.id)
        for ask in (
            lambda: guild.get_channel(self.general.id).edit(topic="new"),
            lambda: guild.create_role(name="new"),
            lambda: guild.fetch_member(self.alice.id),
            lambda: self.client.fetch_guild(guild.id),
        ):
            with self.assertRaisesRegex(discord.DiscordServerError, "502 Bad Gateway .*502: Bad Gateway"):
                await ask()
        await self.client.get_channel(other.id).send("here all is well")
        await self.settle()
        self.assertSent("here all is well", channel=other)

    async def test_people_cannot_act_in_it(self):
        self.backend.outage(self.guild)
        with self.assertRaisesRegex(
            SetupError, r"alice sends 'hi' in #general.*unavailable until `self.backend.recover"
        ):
            await self.send(self.alice, self.general, "hi")
        with self.assertRaisesRegex(SetupError, "unavailable until"):
            await self.kick(self.owner, self.alice)

    async def test_members_are_not_told(self):
        self.backend.outage(self.guild)
        with self.assertRaises(TimeoutError):
            await self.client.get_guild(self.guild.id).query_members("al")

    async def test_misuse_is_named(self):
        with self.assertRaisesRegex(BackendError, "'Test' is not unavailable"):
            self.backend.recover(self.guild)
        self.backend.outage(self.guild)
        with self.assertRaisesRegex(BackendError, "'Test' is unavailable already"):
            self.backend.outage(self.guild)
        with self.assertRaisesRegex(BackendError, "no guild 5"):
            self.backend.outage(5)


class Compressed(Drops):
    """The same with frames in one zlib stream."""

    def make_world(self):
        self.backend.gateway.compresses = True
        super().make_world()

    async def test_frames_are_compressed(self):
        crossed = []
        self._scene.network.on_frame = lambda session, way, frame: crossed.append(type(frame))
        await self.send(self.alice, self.general, "hello")
        self.assertEqual((crossed, self.client.heard), ([bytes], ["hello"]))

    @unittest.skipUnless(KIND == "zlib-stream", "frames of other streams come whole or not at all")
    async def test_half_of_a_frame_comes_through(self):
        session = self.backend.gateway.sessions[0]
        session.on_frame = None
        self.backend.perform(self.person(), "create_message", self.general.id, body={"content": "apart"})
        (whole,) = session.frames
        self.backend.disconnect()
        half, _ = session.frames
        self.assertEqual(half, whole[: len(whole) // 2])
        connection = self._scene.network.connections[0]
        (getattr(connection, "incoming", None) or connection).kick()
        await self.settle()
        self.assertEqual(self.client.heard, ["apart"])

    def person(self):
        return Actor("person", str(self.alice.id))
