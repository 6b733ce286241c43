"""Steward looks after a guild. It needs a token: ``DISCORD_TOKEN=… python bot.py``."""

import os

import discord
from discord.ext import commands

from storage import Storage

EXTENSIONS = (
    "cogs.errors",
    "cogs.files",
    "cogs.games",
    "cogs.moderation",
    "cogs.reaction_roles",
    "cogs.reminders",
    "cogs.welcome",
)


class Steward(commands.Bot):
    def __init__(self) -> None:
        intents = discord.Intents.default()
        intents.members = True
        intents.message_content = True
        super().__init__("!", intents=intents, allowed_mentions=discord.AllowedMentions(everyone=False))
        self.storage = Storage(os.environ.get("DATABASE", "steward.db"))

    async def setup_hook(self) -> None:
        for extension in EXTENSIONS:
            await self.load_extension(extension)

    async def close(self) -> None:
        await super().close()
        self.storage.close()


bot = Steward()
bot.run(os.environ["DISCORD_TOKEN"])
