"""What the tests have in common: the bot as it is started, and a guild with some people in it."""

import os
import tempfile
from unittest.mock import patch

import discord

from discordtest import DiscordTestCase, load_client


class HelpdeskTestCase(DiscordTestCase):
    def setUp(self) -> None:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        environment = {"DISCORD_TOKEN": "any", "DATABASE": f"{folder}/helpdesk.db"}
        self.enterContext(patch.dict(os.environ, environment))

    def make_client(self):
        return load_client("bot.py")

    def make_world(self) -> None:
        self.guild = self.make_guild("Company", channels=["lobby"])
        self.lobby = self.guild.text_channels[0]
        self.category = self.make_category_channel("Tickets", self.guild)
        self.support = self.make_role("Support", self.guild)
        self.sue = self.make_member("sue", self.guild, roles=[self.support])
        self.alice = self.make_member("alice", self.guild)
        self.bob = self.make_member("bob", self.guild)

    async def open(self, who: discord.Member, subject: str) -> discord.TextChannel:
        """Open a ticket as somebody; return its channel."""
        await self.slash(who, self.lobby, "ticket open", subject=subject)
        return self.sent[-2].channel  # before the answer to who asked
