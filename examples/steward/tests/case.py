"""What the tests have in common: the bot as it is started, and a guild with some people in it."""

import os
import tempfile
from unittest.mock import patch

import discord

from discordtest import DiscordTestCase, load_client


class StewardTestCase(DiscordTestCase):
    def setUp(self) -> None:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        environment = {"DISCORD_TOKEN": "any", "DATABASE": f"{folder}/steward.db"}
        self.enterContext(patch.dict(os.environ, environment))

    def make_client(self):
        return load_client("bot.py")

    def make_world(self) -> None:
        self.guild = self.make_guild("Castle", channels=["hall"], system_channel="hall")
        self.hall = self.guild.system_channel
        moderates = discord.Permissions(
            kick_members=True, ban_members=True, moderate_members=True, manage_messages=True
        )
        self.guard_role = self.make_role("Guard", self.guild, permissions=moderates)
        self.guard = self.make_member("guard", self.guild, roles=[self.guard_role])
        self.alice = self.make_member("alice", self.guild)
        self.bob = self.make_member("bob", self.guild)
