"""An extension for jishaku to load."""

from __future__ import annotations

from typing import Any

from discord.ext import commands


class Greetings(commands.Cog):
    """One command."""

    @commands.command()
    async def hello(self, ctx: commands.Context[Any]) -> None:
        """Greet."""
        await ctx.send("Hello!")


async def setup(bot: commands.Bot) -> None:
    """Add the cog, as load_extension asks for."""
    await bot.add_cog(Greetings())
