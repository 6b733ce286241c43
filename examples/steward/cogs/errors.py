"""Tells people why a command did not work."""

import discord
from discord.ext import commands


class Errors(commands.Cog):
    @commands.Cog.listener()
    async def on_command_error(self, ctx: commands.Context, error: commands.CommandError) -> None:
        cause = getattr(error, "original", error)
        match cause:
            case commands.CommandNotFound():
                return
            case commands.CommandOnCooldown(retry_after=seconds):
                await ctx.reply(f"Not so fast: try again in {seconds:.0f} s.")
            case commands.MissingRequiredArgument() | commands.MissingRequiredAttachment():
                await ctx.reply(f"Usage: `{ctx.prefix}{ctx.command.qualified_name} {ctx.command.signature}`")
            case commands.UserInputError() | commands.CheckFailure() | commands.MaxConcurrencyReached():
                await ctx.reply(str(cause))
            case discord.Forbidden():
                await ctx.reply("Discord does not let me do that.")
            case _:
                await ctx.reply("Something went wrong. It has been noted.")
                raise cause


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Errors())
