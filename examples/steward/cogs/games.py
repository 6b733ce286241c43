"""Small games."""

import random

import discord
from discord.ext import commands


class Games(commands.Cog):
    def __init__(self, bot: commands.Bot) -> None:
        self.bot = bot

    @commands.command()
    @commands.cooldown(1, 10, commands.BucketType.user)
    async def roll(self, ctx: commands.Context, sides: commands.Range[int, 2, 100] = 6) -> None:
        """Roll a die."""
        await ctx.send(f"🎲 {random.randint(1, sides)}")

    @commands.command()
    @commands.max_concurrency(1, commands.BucketType.channel)
    async def guess(self, ctx: commands.Context) -> None:
        """Play a game of guessing a number; an answer may take half a minute."""
        number = random.randint(1, 10)
        await ctx.send("I think of a number from 1 to 10.")

        def is_answer(message: discord.Message) -> bool:
            same = message.channel == ctx.channel and message.author == ctx.author
            return same and message.content.isdigit()

        try:
            answer = await self.bot.wait_for("message", check=is_answer, timeout=30)
        except TimeoutError:
            await ctx.send(f"Too late, {ctx.author.display_name}. It was {number}.")
            return
        await answer.add_reaction("🎉" if int(answer.content) == number else "❌")
        await answer.reply(f"It was {number}.")


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Games(bot))
