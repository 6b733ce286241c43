"""An application that one person has installed for themselves: in others' guilds, and in DMs between people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from tests.bots import BotTestCase
from tests.interactions.test_life import Counter

if TYPE_CHECKING:
    from discord.ext import commands


class Installed(BotTestCase):
    def make_client(self) -> commands.Bot:
        bot = super().make_client()
        self.seen: list[Any] = []

        @bot.tree.command()
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        async def hi(interaction: discord.Interaction[Any]) -> None:
            self.seen.append(interaction)
            await interaction.response.send_message("hi", view=Counter())

        async def setup_hook() -> None:
            await bot.tree.sync()

        bot.setup_hook = setup_hook  # type: ignore[method-assign]
        return bot

    def make_world(self) -> None:
        super().make_world()
        self.foreign = self.make_guild("Foreign", bots=())
        self.bob = self.make_member("bob", self.foreign)
        self.carol = self.make_member("carol", self.foreign)

    async def test_in_a_dm_of_two_people(self) -> None:
        await self.install_app(self.bob)
        result = await self.slash(self.bob, self.carol, "hi")
        self.assertResponded(result, "hi")
        (interaction,) = self.seen
        self.assertTrue(interaction.context.private_channel)
        self.assertTrue(interaction.is_user_integration())
        self.assertResponded(await self.click(self.bob, result, "More"), "1")

    async def test_in_a_guild_without_the_bot(self) -> None:
        channel = self.make_text_channel("x", self.foreign)
        await self.install_app(self.bob)
        result = await self.slash(self.bob, channel, "hi")
        self.assertResponded(result, "hi", channel=channel)
        (interaction,) = self.seen
        self.assertEqual(interaction.guild_id, self.foreign.id)
        self.assertFalse(interaction.is_guild_integration())
        self.assertResponded(await self.click(self.bob, result, "More"), "1")
