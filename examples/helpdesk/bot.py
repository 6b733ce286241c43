"""Helpdesk opens a private channel for everybody who asks. It needs a token: ``DISCORD_TOKEN=… python bot.py``."""

import os

import discord
from discord.ext import commands

from closing import CloseButton
from errors import Tree
from opening import Panel
from storage import Storage


class Helpdesk(commands.Bot):
    def __init__(self) -> None:
        mentions = discord.AllowedMentions(everyone=False)
        super().__init__(
            (), intents=discord.Intents.default(), tree_cls=Tree, allowed_mentions=mentions, help_command=None
        )
        self.storage = Storage(os.environ.get("DATABASE", "helpdesk.db"))

    async def setup_hook(self) -> None:
        self.add_view(Panel())  # so that the buttons of old messages work, too
        self.add_dynamic_items(CloseButton)
        await self.load_extension("tickets")
        await self.tree.sync()

    async def close(self) -> None:
        await super().close()
        self.storage.close()


bot = Helpdesk()
bot.run(os.environ["DISCORD_TOKEN"])
