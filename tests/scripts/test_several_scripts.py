"""Scripts that start several clients, and several scripts in one test."""

from __future__ import annotations

import textwrap
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from discordtest import DiscordTestCase, SetupError, load_client, load_clients
from tests.bots import needs_the_process

TWO = """
    import asyncio
    import discord

    class Echo(discord.Client):
        async def on_message(self, message):
            if not message.author.bot:
                await message.channel.send(f"{self.name}: {message.content}")

    class High(Echo):
        name = "high"

    class Low(Echo):
        name = "low"

    async def main():
        high, low = High(intents=discord.Intents.all()), Low(intents=discord.Intents.all())
        async with high, low:
            await asyncio.gather(high.start(%s), low.start(%s))

    asyncio.run(main())
"""
ONE = """
    import discord

    client = discord.Client(intents=discord.Intents.all())

    @client.event
    async def on_message(message):
        if not message.author.bot:
            await message.channel.send("one: " + message.content)

    client.run("%s")
"""


class SeveralTestCase(DiscordTestCase):
    def setUp(self):
        needs_the_process(self)
        self.folder = Path(self.enterContext(TemporaryDirectory()))

    def write(self, text, name="bots.py"):
        path = self.folder / name
        path.write_text(textwrap.dedent(text))
        return path

    def make_world(self):
        self.guild = self.make_guild("Stage")
        self.stage = self.make_text_channel("stage", self.guild)
        self.alice = self.make_member("alice", self.guild)


class OneScript(SeveralTestCase):
    tokens = "'high', 'low'"

    async def make_client(self):
        self.high, self.low = await load_clients(self.write(TWO % tuple(self.tokens.split(", "))))
        return self.high

    async def test_both_are_started_one_by_one(self):
        self.assertEqual([type(client).__name__ for client in (self.high, self.low)], ["High", "Low"])
        self.assertFalse(self.low.is_ready())
        self.assertIs(await self.connect(self.low), self.low)
        self.assertNotEqual(self.high.user, self.low.user)
        await self.add_bot(self.owner, self.guild, self.low)
        await self.send(self.alice, self.stage, "hi")
        self.assertSent("high: hi")
        self.assertSent("low: hi", by=self.low)

    async def test_one_that_is_not_connected_stays_away(self):
        await self.send(self.alice, self.stage, "hi")
        self.assertSent("high: hi")
        self.assertFalse(self.low.is_ready())

    async def test_restart(self):
        await self.connect(self.low)
        await self.add_bot(self.owner, self.guild, self.low)
        before, users = self.low, [self.high.user.id, self.low.user.id]
        await self.restart()
        self.assertTrue(before.is_closed())
        await self.connect(self.low)
        self.assertIsNot(self.low, before)
        self.assertEqual([self.high.user.id, self.low.user.id], users)
        await self.send(self.alice, self.stage, "hi")
        self.assertSent("high: hi")
        self.assertSent("low: hi", by=self.low)


class WithoutTokens(OneScript):
    tokens = "None, None"


class SeveralScripts(SeveralTestCase):
    def make_client(self):
        return load_client(self.write(ONE % "a", "a.py"))

    async def test_second_script(self):
        other = await self.connect(load_client(self.write(ONE % "b", "b.py")))
        await self.add_bot(self.owner, self.guild, other)
        await self.send(self.alice, self.stage, "hi")
        self.assertSent("one: hi")
        self.assertSent("one: hi", by=other)

    async def test_second_script_with_the_same_token(self):
        loading = load_client(self.write(ONE % "a", "b.py"))
        with self.assertRaisesRegex(SetupError, "Client logs in with the token of Client, which runs"):
            await self.connect(loading)

    async def test_load_client_of_a_script_that_starts_two(self):
        with self.assertRaisesRegex(SetupError, r"2 clients, High and Low: .*load_clients"):
            await self.connect(load_client(self.write(TWO % ("'b'", "'c'"))))

    async def test_what_is_no_client(self):
        for wrong in (None, "bot.py", DiscordTestCase):
            with self.subTest(wrong), self.assertRaisesRegex(TypeError, r"connect takes a discord\.Client"):
                await self.connect(wrong)


if __name__ == "__main__":
    unittest.main()
