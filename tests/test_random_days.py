"""Whatever happens to its connection, a bot ends with a cache that is the world, and has heard all, once, in order.

Random schedules of drops, pauses, closes and lost sessions between things that happen. ``DISCORDTEST_SCHEDULES``
says how many, ``DISCORDTEST_SEED`` which is the first; a failure names its seed.
"""

from __future__ import annotations

import os
import random

from discordtest import DiscordTestCase
from tests.test_bad_days import recording_bot

SCHEDULES = int(os.environ.get("DISCORDTEST_SCHEDULES", "60"))
SEED = int(os.environ.get("DISCORDTEST_SEED", "1"))
RESUMED = (1000, 1001, 1006, 1006, 1006, 1012, 4000, 4001, 4002, 4003, 4005, 4008)
NEW = (4007, 4009)


class RandomDays(DiscordTestCase):
    def make_client(self):
        return recording_bot()

    def make_world(self):
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)
        self.made = 0

    async def test_cache_is_the_world(self):
        for seed in range(SEED, SEED + SCHEDULES):
            with self.subTest(f"DISCORDTEST_SEED={seed} DISCORDTEST_SCHEDULES=1"):
                await self.live_through(random.Random(seed))

    async def live_through(self, chance):
        """Run one schedule, let the bot recover, and compare."""
        self.client.heard.clear()
        self.said, self.is_whole = [], True
        for _ in range(chance.randint(5, 25)):
            await chance.choice(self.STEPS)(self, chance)
        self.backend.resume()
        await self.advance(120)  # a zombie is found after one minute, slots and backoffs take less
        self.assertCacheIsWorld()
        if self.is_whole:
            self.assertEqual(self.client.heard, self.said)
        else:  # what happened between two sessions is never told
            heard = iter(self.said)
            self.assertTrue(all(text in heard for text in self.client.heard), (self.said, self.client.heard))

    # -- what happens in the world

    def name(self):
        self.made += 1
        return f"n{self.made}"

    async def speak(self, chance):
        for _ in range(chance.choice((1, 1, 2, 40))):
            text = self.name()
            self.said.append(text)
            self.make_message(text, self.alice, self.general)

    async def change_channels(self, chance):
        names = [c.name for c in self.client.get_guild(self.guild.id).text_channels]
        if len(names) > 4 and chance.random() < 0.5:
            table = self.backend.world.guild_channels[str(self.guild.id)]
            gone = [channel_id for channel_id in table if channel_id != str(self.general.id)]
            if gone:
                self.backend.perform(self._scene.narrator, "delete_channel", chance.choice(gone))
        else:
            self.make_text_channel(self.name(), self.guild)

    async def change_members(self, chance):
        table = self.backend.world.members[str(self.guild.id)]
        kept = (str(self.alice.id), str(self.client.user.id), str(self.owner.id))
        others = [user_id for user_id in table if user_id not in kept]
        if len(others) > 3 and chance.random() < 0.5:
            self.backend.perform(
                self._scene.narrator, "delete_guild_member", self.guild.id, chance.choice(others)
            )
        elif others and chance.random() < 0.5:
            body = {"nick": self.name()}
            who = chance.choice(others)
            self.backend.perform(self._scene.narrator, "update_guild_member", self.guild.id, who, body=body)
        else:
            self.make_member(self.name(), self.guild)

    async def change_roles(self, chance):
        table = self.backend.world.roles[str(self.guild.id)]
        free = [role_id for role_id, role in table.items() if role["name"].startswith("n")]
        if len(free) > 4:
            self.backend.perform(
                self._scene.narrator, "delete_guild_role", self.guild.id, chance.choice(free)
            )
        else:
            self.make_role(self.name(), self.guild)

    # -- what happens to the connection

    def is_connected(self):
        return any(not session.closed for session in self.backend.gateway.sessions)

    async def drop(self, chance):
        if self.is_connected():
            self.backend.disconnect(chance.choice(RESUMED))

    async def lose(self, chance):
        if self.is_connected():
            self.is_whole = False
            if chance.random() < 0.5:
                self.backend.disconnect(chance.choice(NEW))
            else:
                self.backend.invalidate_session()

    async def ask(self, chance):
        if self.is_connected():
            if chance.random() < 0.5:
                self.backend.reconnect()
            else:
                self.backend.invalidate_session(resumable=True)

    async def pause(self, chance):
        if self.is_connected():
            self.backend.pause()

    async def go_on(self, chance):
        self.backend.resume()

    async def wait(self, chance):
        await self.advance(chance.choice((0, 0, 0, 1, 5, 30, 70)))

    STEPS = (
        speak, speak, speak, change_channels, change_members, change_roles,
        drop, drop, lose, ask, pause, go_on, wait, wait, wait,
    )  # fmt: skip

    # -- the comparison

    def assertCacheIsWorld(self):
        world, guild_id = self.backend.world, str(self.guild.id)
        cached = self.client.get_guild(self.guild.id)
        self.assertEqual(
            {str(c.id): c.name for c in cached.channels},
            {key: record["name"] for key, record in world.guild_channels[guild_id].items()},
        )
        self.assertEqual(
            {str(m.id): m.nick for m in cached.members},
            {key: record["nick"] for key, record in world.members[guild_id].items()},
        )
        self.assertEqual(
            {str(r.id): (r.name, r.position) for r in cached.roles},
            {key: (record["name"], record["position"]) for key, record in world.roles[guild_id].items()},
        )
        self.assertEqual(cached.member_count, len(world.members[guild_id]))


class RandomDaysOfAStream(RandomDays):
    """The same over compressed frames, which break in the middle."""

    def make_world(self):
        self.backend.gateway.compresses = True
        super().make_world()

    async def test_cache_is_the_world(self):
        for seed in range(SEED, SEED + SCHEDULES // 4):
            with self.subTest(f"DISCORDTEST_SEED={seed} DISCORDTEST_SCHEDULES=4"):
                await self.live_through(random.Random(seed))
