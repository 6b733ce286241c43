"""What people may type for an argument of a command."""

import re
from datetime import timedelta

import discord
from discord.ext import commands

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Duration(commands.Converter[timedelta]):
    """``90s``, ``1h30m`` or ``2d``; at most four weeks."""

    async def convert(self, ctx: commands.Context, argument: str) -> timedelta:
        if not re.fullmatch(r"(\d+[smhdw])+", argument):
            raise commands.BadArgument(f"`{argument}` is no duration. Write it like `90s`, `1h30m` or `2d`.")
        length = sum(
            (timedelta(**{UNITS[unit]: int(n)}) for n, unit in re.findall(r"(\d+)(.)", argument)), timedelta()
        )
        if length > timedelta(weeks=4):
            raise commands.BadArgument("That is too long: take at most four weeks.")
        return length


class Subordinate(commands.MemberConverter):
    """A member who stands below the one who asks and below the bot."""

    async def convert(self, ctx: commands.Context, argument: str) -> discord.Member:
        member = await super().convert(ctx, argument)
        if ctx.author.id != ctx.guild.owner_id and member.top_role >= ctx.author.top_role:
            raise commands.BadArgument(f"{member.display_name} does not stand below you.")
        if member.id == ctx.guild.owner_id or member.top_role >= ctx.me.top_role:
            raise commands.BadArgument(f"{member.display_name} does not stand below me.")
        return member
