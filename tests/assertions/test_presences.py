"""What a bot shows of itself, in words; what each of its shards shows, and what of that is seen where."""

from __future__ import annotations

import unittest

import discord
from discord.ext import commands

from discordtest import DiscordTestCase, SetupError
from discordtest.assertions.presences import all_shown, presence_text
from tests.bots import BotTestCase
from tests.test_bad_days import recording_bot

OFFLINE = {"status": "offline", "activities": []}


class Words(unittest.TestCase):
    def test_presence(self) -> None:
        self.assertEqual(presence_text(OFFLINE), "offline, no activity")
        chess = {"status": "idle", "activities": [{"name": "chess"}]}
        self.assertEqual(presence_text(chess), "idle, playing 'chess'")
        self.assertEqual(all_shown({0: chess, 1: chess}), "idle, playing 'chess'")
        self.assertEqual(
            all_shown({0: chess, 1: OFFLINE}),
            "idle, playing 'chess' (shard 0); offline, no activity (shard 1)",
        )


class ShardTests(DiscordTestCase):
    shards = 2

    def make_client(self) -> commands.AutoShardedBot:
        return recording_bot(commands.AutoShardedBot)

    def make_world(self) -> None:
        for number in range(2):
            self.make_guild(f"guild {number}", shard_id=number)

    async def show(self, shard_id: int | None, **presence: object) -> None:
        await self.client.change_presence(**presence, shard_id=shard_id)
        await self.settle()

    async def test_each_shows_its_own(self) -> None:
        await self.show(0, activity=discord.Game("chess"))
        await self.show(1, status=discord.Status.dnd, activity=discord.Game("go"))
        self.assertPresence("online", "chess", shard_id=0)
        self.assertPresence("dnd", discord.Game("go"), shard_id=1)
        self.assertNotPresence(activity="go", shard_id=0)
        with self.assertRaisesRegex(AssertionError, "the bot shows online, playing 'chess', not 'go'"):
            self.assertPresence(activity="go", shard_id=0)

    async def test_claim_of_all_of_them(self) -> None:
        await self.show(1, activity=discord.Game("go"))
        text = r"shows online, no activity \(shard 0\); online, playing 'go' \(shard 1\), not 'go'"
        with self.assertRaisesRegex(AssertionError, text):
            self.assertPresence(activity="go")
        with self.assertRaisesRegex(AssertionError, r"playing 'go' \(shard 1\)"):
            self.assertNotPresence(activity="go")
        await self.show(None, activity=discord.Game("go"))
        self.assertPresence(activity="go")

    async def test_invisible_shard(self) -> None:
        await self.show(1, status=discord.Status.invisible)
        self.assertPresence("offline", shard_id=1)
        self.assertPresence("online", shard_id=0)

    async def test_resumed_shard_shows_what_it_did(self) -> None:
        await self.show(1, activity=discord.Game("go"))
        self.backend.disconnect(shard_id=1)
        await self.settle()
        self.assertPresence(activity="go", shard_id=1)

    async def test_shard_that_is_not_there(self) -> None:
        with self.assertRaisesRegex(SetupError, "no shard 2 on the gateway now: it has 0, 1"):
            self.assertPresence("online", shard_id=2)

    async def test_others_see_it_in_the_guilds_of_the_shard(self) -> None:
        other = commands.Bot("?", intents=discord.Intents.all())
        await self.connect(other)
        for guild in self.client.guilds:
            await self.add_bot(self.owner, guild, other)
        await self.show(1, status=discord.Status.idle)

        self.assertEqual(
            [
                other.get_guild(guild.id).get_member(self.client.user.id).status.value
                for guild in self.client.guilds
            ],
            ["online", "idle"],
        )

    async def test_transcript_names_the_shard(self) -> None:
        await self.show(1, activity=discord.Game("go"))
        self.assertIn("bot (shard 1) changes its presence to online, playing 'go'", str(self.transcript))


class OneConnectionTests(BotTestCase):
    async def test_number_0_is_the_only_one(self) -> None:
        self.assertPresence("online", shard_id=0)
        with self.assertRaisesRegex(SetupError, "no shard 1 on the gateway now: it has no shards"):
            self.assertNotPresence("online", shard_id=1)
