"""Bots with several shards: each guild on its own, one dropped while others run, explicit shard ids, their limits."""

from __future__ import annotations

import discord
from discord.ext import commands

from discordtest import DiscordTestCase, HttpError
from discordtest.clock.heartbeats import LATENCY
from tests.test_bad_days import recording_bot

FIRST = 1 << 22


class ShardTestCase(DiscordTestCase):
    shards = 3

    def make_client(self):
        return recording_bot(commands.AutoShardedBot)

    def make_world(self):
        self.guilds = [self.make_guild(f"g{n}", id_num=FIRST * (n + 3)) for n in range(3)]
        self.channels = [self.make_text_channel("general", guild) for guild in self.guilds]
        self.people = [self.make_member("alice", guild) for guild in self.guilds]

    def life(self):
        life, self.client.life = self.client.life, []
        return life


class Shards(ShardTestCase):
    async def test_start_takes_a_slot_for_each(self):
        life = self.life()
        self.assertEqual(life.count("connect"), 3)
        self.assertEqual(
            [each for each in life if "shard_ready" in each], [("shard_ready", n) for n in range(3)]
        )
        self.assertEqual(life.count("ready"), 1)
        self.assertEqual([each.shard for each in self.backend.gateway.sessions], [(0, 3), (1, 3), (2, 3)])
        self.assertGreaterEqual(self.clock.time(), 10)

    async def test_gateway_bot_tells_what_is_left(self):
        limits = await self.client.fetch_session_start_limits()
        self.assertEqual((limits.total, limits.remaining, limits.max_concurrency), (1000, 997, 1))
        self.assertGreater(limits.reset_after, 86_300_000)

    async def test_one_is_dropped_while_the_others_run(self):
        self.life()
        self.backend.pause(shard_id=1)
        for person, channel in zip(self.people, self.channels, strict=True):
            await self.send(person, channel, channel.guild.name)
        self.assertEqual(self.client.heard, ["g0", "g2"])
        self.assertEqual(self.life(), [])
        await self.advance(60)
        self.assertEqual(self.client.heard, ["g0", "g2", "g1"])
        self.assertEqual(
            self.life(), ["disconnect", ("shard_disconnect", 1), "resumed", ("shard_resumed", 1)]
        )

    async def test_all_drop_at_once(self):
        self.life()
        self.backend.disconnect()
        for channel in self.channels:
            self.make_message(channel.guild.name, self.owner, channel)
        await self.settle()
        self.assertEqual(sorted(self.client.heard), ["g0", "g1", "g2"])
        self.assertEqual(self.life().count("resumed"), 3)

    async def test_session_of_one_is_lost(self):
        old = [session.session_id for session in self.backend.gateway.sessions]
        self.life()
        self.backend.invalidate_session(shard_id=2, client=self.client)
        await self.advance(10)
        new = {session.shard[0]: session.session_id for session in self.backend.gateway.sessions}
        self.assertEqual((new[0], new[1]), (old[0], old[1]))
        self.assertNotEqual(new[2], old[2])
        self.assertIn(("shard_connect", 2), self.life())

    async def test_order_of_what_it_hears(self):
        start = [each for n in range(3) for each in ("connect", ("shard_connect", n), ("shard_ready", n))]
        self.assertEqual(self.life(), [*start, "ready"])
        self.backend.invalidate_session(shard_id=2)
        await self.advance(10)
        lost = ["disconnect", ("shard_disconnect", 2), "connect", ("shard_connect", 2), ("shard_ready", 2)]
        self.assertEqual(self.life(), lost)
        self.backend.disconnect(4000, shard_id=0)
        await self.settle()
        self.assertEqual(
            self.life(), ["disconnect", ("shard_disconnect", 0), "resumed", ("shard_resumed", 0)]
        )

    async def test_codes_after_which_all_of_it_gives_up(self):
        for code in (4004, 4010, 4011, 4012, 4013):
            with self.subTest(code):
                with self.assertBotRaises(discord.ConnectionClosed, rf"Shard ID 1 .*with {code}"):
                    self.backend.disconnect(code, shard_id=1)
                    await self.settle()
                self.assertTrue(self.client.is_closed())
                await self.restart()
        with self.assertBotRaises(discord.PrivilegedIntentsRequired):
            self.backend.disconnect(4014, shard_id=1)
            await self.settle()

    async def test_one_cannot_connect_while_the_others_run(self):
        self.backend.inject("gateway", HttpError(503), times=2)
        self.backend.disconnect(shard_id=1)
        await self.advance(1)
        for person, channel in zip(self.people, self.channels, strict=True):
            await self.send(person, channel, channel.guild.name)
        self.assertEqual(self.client.heard, ["g0", "g2"])
        self.life()
        await self.advance(60)  # discord.py begins another session then
        self.assertEqual(self.life()[-2:], [("shard_connect", 1), ("shard_ready", 1)])
        await self.send(self.people[1], self.channels[1], "again")
        self.assertEqual(self.client.heard[-1], "again")

    async def test_bot_disconnects_and_connects_one_itself(self):
        shard = self.client.get_shard(1)
        await shard.disconnect()
        self.assertTrue(shard.is_closed())
        await shard.connect()
        await self.settle()
        await self.send(self.people[1], self.channels[1], "again")
        self.assertEqual(self.client.heard, ["again"])

    async def test_latencies(self):
        self.assertEqual([number for number, _ in self.client.latencies], [0, 1, 2])
        self.assertEqual({latency for _, latency in self.client.latencies}, {LATENCY})

    async def test_direct_messages_come_on_the_first(self):
        self.backend.pause(shard_id=1)
        self.backend.pause(shard_id=2)
        await self.send_dm(self.people[2], "psst")
        self.assertEqual(self.client.heard, ["psst"])


class Concurrency(ShardTestCase):
    def make_client(self):
        bot = super().make_client()

        async def at_once(shard_id, *, initial=False):
            pass

        bot.before_identify_hook = at_once
        return bot

    def make_world(self):
        self.backend.gateway.starts.max_concurrency = 3
        super().make_world()

    async def test_so_many_at_once(self):
        self.assertEqual(len(self.backend.gateway.sessions), 3)
        self.assertLess(self.clock.time(), 5)


class TooManyAtOnce(Concurrency):
    """A bot that asks again and again, without a pause, loses its token as it would in life."""

    auto_connect = False

    def make_world(self):
        super().make_world()
        self.backend.gateway.starts.max_concurrency = 1

    async def test_so_many_at_once(self):
        with self.assertRaises(discord.ConnectionClosed) as caught:
            await self.connect(self.client)
        self.assertEqual(caught.exception.code, 4004)
        self.assertNotIn(self.token, self.backend.world.tokens)


class ExplicitIds(ShardTestCase):
    def make_client(self):
        return recording_bot(commands.AutoShardedBot, shard_count=3, shard_ids=[0, 2])

    async def test_only_their_guilds(self):
        self.assertEqual([guild.name for guild in self.client.guilds], ["g0", "g2"])
        for person, channel in zip(self.people, self.channels, strict=True):
            await self.send(person, channel, channel.guild.name)
        self.assertEqual(self.client.heard, ["g0", "g2"])


class OneOfMany(ShardTestCase):
    def make_client(self):
        return recording_bot(shard_count=3, shard_id=1)

    async def test_only_its_guilds(self):
        self.assertEqual([guild.name for guild in self.client.guilds], ["g1"])
        self.life()
        self.backend.disconnect(shard_id=1)
        await self.settle()
        self.assertEqual(self.life(), ["disconnect", "resumed"])
