"""What type checkers know of a test case: mypy checks this module, unittest runs it."""

from __future__ import annotations

from typing import assert_type

import discord
from discord.ext import commands

from discordtest import DiscordTestCase, InteractionResult


class Greeter(commands.Bot):
    greeting = "Hello"

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.all())

    async def on_message(self, message: discord.Message, /) -> None:
        if message.content == "hi":
            await message.channel.send(self.greeting)


class TypingTests(DiscordTestCase):
    client: Greeter

    def make_client(self) -> Greeter:
        return Greeter()

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)

    async def test_client_is_of_the_class_that_the_case_says(self) -> None:
        self.client.greeting = "Hey"
        await self.send(self.alice, self.general, "hi")
        self.assertSent("Hey", channel=self.general)
        assert_type(self.client, Greeter)

    async def test_what_is_made_done_and_claimed(self) -> None:
        assert_type(self.guild, discord.Guild)
        assert_type(self.general, discord.TextChannel)
        assert_type(self.alice, discord.Member)
        assert_type(await self.send(self.alice, self.general, "hi"), discord.Message)
        assert_type(self.assertSent("Hello"), discord.Message)
        assert_type(self.sent, list[discord.Message])

    async def test_interaction(self) -> None:
        @self.client.tree.command(description="Greet")
        async def greet(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("Hello")

        await self.client.tree.sync()
        result = await self.slash(self.alice, self.general, "greet")
        assert_type(result, InteractionResult)
        self.assertResponded(result, "Hello")
