"""A bot with shards: each guild's events come to one, and the limits of a session can be asked for."""

from __future__ import annotations

import discord
from discord.ext import commands

from discordtest import DiscordTestCase


class Shards(DiscordTestCase):
    shards = 2

    def make_client(self):
        return commands.AutoShardedBot("!", intents=discord.Intents.all())

    def make_world(self):
        self.guilds = [self.make_guild(f"g{number}", shard_id=number) for number in range(2)]
        self.channels = [self.make_text_channel("general", guild) for guild in self.guilds]

    async def test_guilds_have_their_shards(self):
        self.assertEqual([self.client.get_guild(g.id).shard_id for g in self.guilds], [0, 1])
        self.assertEqual((self.client.shard_count, sorted(self.client.shards)), (2, [0, 1]))
        heard = []

        @self.client.listen()
        async def on_message(message):
            heard.append(message)

        for guild, channel in zip(self.guilds, self.channels, strict=True):
            await self.send(self.make_member("alice", guild), channel, guild.name)
        self.assertEqual([(m.content, m.guild.shard_id) for m in heard], [("g0", 0), ("g1", 1)])

    async def test_session_start_limits(self):
        limits = await self.client.fetch_session_start_limits()
        self.assertGreater(limits.total, 0)

    async def test_presence_of_one_shard(self):
        await self.client.change_presence(status=discord.Status.idle, shard_id=1)
        await self.settle()
        self.assertEqual(self.client.get_guild(self.guilds[1].id).me.status, discord.Status.idle)
