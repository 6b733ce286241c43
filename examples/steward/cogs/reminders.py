"""Reminds people of what they asked for, even if the bot was restarted meanwhile."""

import sqlite3

import discord
from discord.ext import commands, tasks

from converters import Duration


class Reminders(commands.Cog):
    def __init__(self, bot: commands.Bot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        self.deliver.start()

    async def cog_unload(self) -> None:
        self.deliver.cancel()

    @commands.command()
    async def remind(self, ctx: commands.Context, delay: Duration, *, text: str) -> None:
        """Send a direct message after a while."""
        due = discord.utils.utcnow() + delay
        values = ctx.author.id, ctx.channel.id, due.timestamp(), text
        await self.bot.storage.execute("INSERT INTO reminders VALUES (?, ?, ?, ?)", *values)
        await ctx.reply(f"I will remind you {discord.utils.format_dt(due, 'R')}.")

    @tasks.loop(minutes=1)
    async def deliver(self) -> None:
        now = discord.utils.utcnow().timestamp()
        query = "DELETE FROM reminders WHERE due <= ? RETURNING *"
        for reminder in await self.bot.storage.execute(query, now):
            await self._remind(reminder)

    @deliver.before_loop
    async def wait(self) -> None:
        await self.bot.wait_until_ready()

    async def _remind(self, reminder: sqlite3.Row) -> None:
        user = await self.bot.fetch_user(reminder["user_id"])
        try:
            await user.send(f"⏰ {reminder['text']}")
        except discord.Forbidden:  # they take no direct messages
            channel = self.bot.get_partial_messageable(reminder["channel_id"])
            await channel.send(f"⏰ {user.mention} {reminder['text']}")


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Reminders(bot))
