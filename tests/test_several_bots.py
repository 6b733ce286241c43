"""Several bots in one world: what each sees, bots that answer each other, guilds joined and left."""

from __future__ import annotations

import discord

from discordtest import DiscordTestCase, SetupError
from tests.test_bad_days import recording_bot


class Counter(discord.Client):
    """Answers a number with the next one, whoever says it, up to a limit."""

    def __init__(self, limit, **options):
        super().__init__(**options)
        self.limit = limit
        self.guilds_seen = []

    async def on_message(self, message):
        if message.author != self.user and message.content.isdigit() and int(message.content) < self.limit:
            await message.channel.send(str(int(message.content) + 1))

    async def on_guild_join(self, guild):
        self.guilds_seen.append(("join", guild.name))

    async def on_guild_remove(self, guild):
        self.guilds_seen.append(("remove", guild.name))


class SeveralTestCase(DiscordTestCase):
    def make_client(self):
        return Counter(10, intents=discord.Intents.all())

    def make_world(self):
        self.guild = self.make_guild("Stage")
        self.stage = self.make_text_channel("stage", self.guild)
        self.alice = self.make_member("alice", self.guild)

    async def connect_other(self, bot=None):
        other = bot or Counter(10, intents=discord.Intents.all())
        await self.connect(other)
        return other


class Together(SeveralTestCase):
    async def test_bots_answer_each_other(self):
        other = await self.connect_other()
        await self.add_bot(self.owner, self.guild, other)
        await self.send(self.alice, self.stage, "7")
        said = [message.content for message in self.history(self.stage)]
        self.assertEqual(sorted(said), sorted(["7", "8", "8", "9", "9", "10", "10"]))
        self.assertSent("8", channel=self.stage, by=other)
        self.assertSent("8", channel=self.stage, by=self.client)

    async def test_each_sees_its_guilds_only(self):
        other = await self.connect_other()
        self.assertEqual([guild.name for guild in other.guilds], [])
        await self.add_bot(self.owner, self.guild, other)
        self.assertEqual(other.guilds_seen, [("join", "Stage")])
        alone = self.make_guild("Alone", bots=[other])
        await self.settle()
        self.assertIsNone(self.client.get_guild(alone.id))
        self.assertEqual({guild.name for guild in other.guilds}, {"Stage", "Alone"})

    async def test_each_sees_what_its_intents_allow(self):
        intents = discord.Intents.all()
        intents.message_content = False
        shy = await self.connect_other(recording_bot())
        deaf = discord.Client(intents=intents)
        contents = []

        async def on_message(message):
            contents.append(message.content)

        deaf.on_message = on_message
        await self.connect(deaf)
        for bot in (shy, deaf):
            await self.add_bot(self.owner, self.guild, bot)
        await self.send(self.alice, self.stage, "psst")
        self.assertEqual((shy.heard, contents), (["psst"], [""]))

    async def test_each_sees_what_its_permissions_allow(self):
        other = await self.connect_other(recording_bot())
        await self.add_bot(self.owner, self.guild, other, permissions=discord.Permissions.none())
        overwrites = {
            self.guild.default_role: discord.PermissionOverwrite(view_channel=False),
            self.alice: discord.PermissionOverwrite(view_channel=True),
            self.client.get_guild(self.guild.id).me: discord.PermissionOverwrite(view_channel=True),
        }
        secret = self.make_text_channel("secret", self.guild, overwrites=overwrites)
        await self.send(self.alice, secret, "1")
        self.assertSent("2", channel=secret)
        self.assertEqual(other.heard, [])

    async def test_guilds_are_left(self):
        other = await self.connect_other()
        await self.add_bot(self.owner, self.guild, other)
        await other.get_guild(self.guild.id).leave()
        await self.settle()
        await self.kick(self.owner, self.client.user, guild=self.guild)
        self.assertEqual(other.guilds_seen, [("join", "Stage"), ("remove", "Stage")])
        self.assertEqual(self.client.guilds_seen, [("remove", "Stage")])

    async def test_presence_of_the_other(self):
        other = await self.connect_other()
        await self.add_bot(self.owner, self.guild, other)
        await other.change_presence(status=discord.Status.idle)
        await self.settle()
        self.assertEqual(self.client.get_guild(self.guild.id).get_member(other.user.id).status.value, "idle")

    async def test_one_is_dropped_while_the_other_runs(self):
        other = await self.connect_other(recording_bot())
        await self.add_bot(self.owner, self.guild, other)
        other.life.clear()
        self.backend.pause(client=other)
        await self.send(self.alice, self.stage, "9")
        self.assertSent("10", channel=self.stage)
        self.assertEqual(other.heard, [])
        await self.advance(60)
        self.assertEqual((other.heard, other.life), (["9", "10"], ["disconnect", "resumed"]))

    async def test_client_of_another_test_is_refused(self):
        with self.assertRaisesRegex(SetupError, "no client of this test"):
            self.backend.disconnect(client=discord.Client(intents=discord.Intents.none()))

    async def test_limits_of_one_are_not_those_of_the_other(self):
        self.backend.gateway.starts.total = 1
        await self.connect_other()
        self.assertEqual(len(self.backend.gateway.sessions), 2)
