"""Keeps order."""

from datetime import timedelta

import discord
from discord.ext import commands

from converters import Duration, Subordinate

WARNINGS = 3  # the one that times a member out
PENALTY = timedelta(hours=1)


class Moderation(commands.Cog):
    def __init__(self, bot: commands.Bot) -> None:
        self.bot = bot

    async def cog_check(self, ctx: commands.Context) -> bool:
        if ctx.guild is None:
            raise commands.NoPrivateMessage
        return True

    @commands.command()
    @commands.has_guild_permissions(kick_members=True)
    async def kick(self, ctx: commands.Context, member: Subordinate, *, reason: str = "no reason") -> None:
        """Kick a member."""
        await member.kick(reason=f"{ctx.author}: {reason}")
        await ctx.send(f"{member} was kicked.")

    @commands.command()
    @commands.has_guild_permissions(ban_members=True)
    async def ban(self, ctx: commands.Context, member: Subordinate, *, reason: str = "no reason") -> None:
        """Ban a member and delete what they wrote in the last day."""
        await member.ban(reason=f"{ctx.author}: {reason}", delete_message_seconds=86_400)
        await ctx.send(f"{member} was banned.")

    @commands.command()
    @commands.has_guild_permissions(moderate_members=True)
    async def timeout(
        self, ctx: commands.Context, member: Subordinate, length: Duration, *, reason: str = "no reason"
    ) -> None:
        """Silence a member for a while."""
        await member.timeout(length, reason=f"{ctx.author}: {reason}")
        await ctx.send(f"{member} has a time-out for {length}.")

    @commands.command()
    @commands.has_permissions(manage_messages=True)
    @commands.bot_has_permissions(manage_messages=True, read_message_history=True)
    async def purge(
        self, ctx: commands.Context, count: commands.Range[int, 1, 500], member: discord.Member | None = None
    ) -> None:
        """Delete the newest messages, or those of a member among them."""
        gone = await ctx.channel.purge(
            limit=count,
            before=ctx.message,
            check=lambda message: member in (None, message.author),
            reason=f"{ctx.author}: !purge",
        )
        await ctx.send(f"Deleted {len(gone)} messages.", delete_after=5)

    @commands.command()
    @commands.has_guild_permissions(moderate_members=True)
    async def warn(self, ctx: commands.Context, member: Subordinate, *, reason: str) -> None:
        """Warn a member; the third warning is a time-out."""
        storage = self.bot.storage
        await storage.execute("INSERT INTO warnings VALUES (?, ?, ?)", ctx.guild.id, member.id, reason)
        count = len(await self._warnings(member))
        await ctx.send(f"{member.mention}, this is warning {count}: {reason}")
        if count % WARNINGS == 0:
            await member.timeout(PENALTY, reason=f"{count} warnings")

    @commands.command()
    async def warnings(self, ctx: commands.Context, member: discord.Member = commands.Author) -> None:
        """List the warnings of a member."""
        lines = [f"{number}. {reason}" for number, reason in enumerate(await self._warnings(member), 1)]
        embed = discord.Embed(title="Warnings", description="\n".join(lines) or "None.")
        await ctx.send(embed=embed.set_author(name=member.display_name))

    async def _warnings(self, member: discord.Member) -> list[str]:
        query = "SELECT reason FROM warnings WHERE guild_id = ? AND user_id = ?"
        rows = await self.bot.storage.execute(query, member.guild.id, member.id)
        return [row["reason"] for row in rows]


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Moderation(bot))
