"""Welcomes whoever joins."""

from contextlib import suppress

import discord
from discord.ext import commands


class Welcome(commands.Cog):
    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        guild = member.guild
        if guild.system_channel is not None:
            embed = discord.Embed(title=f"Welcome to {guild.name}!", colour=discord.Colour.green())
            embed.add_field(name="Members", value=str(guild.member_count))
            await guild.system_channel.send(member.mention, embed=embed)
        with suppress(discord.Forbidden):  # they take no direct messages
            await member.send(f"Welcome to {guild.name}! Please be kind.")


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Welcome())
