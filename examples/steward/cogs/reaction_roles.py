"""Gives roles to those who react."""

import discord
from discord.ext import commands


class ReactionRoles(commands.Cog):
    def __init__(self, bot: commands.Bot) -> None:
        self.bot = bot

    @commands.command()
    @commands.has_guild_permissions(manage_roles=True)
    async def offer(self, ctx: commands.Context, emoji: str, role: discord.Role) -> None:
        """Offer a role to everyone who reacts."""
        if not role.is_assignable():
            raise commands.BadArgument(f"I cannot give the role {role.name}.")
        message = await ctx.send(f"React with {emoji} to become {role.name}.")
        await message.add_reaction(emoji)
        await self.bot.storage.execute(
            "INSERT INTO reaction_roles VALUES (?, ?, ?)", message.id, emoji, role.id
        )

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        if role := await self._role(payload):
            await payload.member.add_roles(role, reason="reaction role")

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        if role := await self._role(payload):
            member = role.guild.get_member(payload.user_id)
            if member is not None:
                await member.remove_roles(role, reason="reaction role")

    async def _role(self, payload: discord.RawReactionActionEvent) -> discord.Role | None:
        guild = self.bot.get_guild(payload.guild_id or 0)
        if guild is None or payload.user_id == self.bot.user.id:
            return None
        query = "SELECT role_id FROM reaction_roles WHERE message_id = ? AND emoji = ?"
        rows = await self.bot.storage.execute(query, payload.message_id, str(payload.emoji))
        return guild.get_role(rows[0]["role_id"]) if rows else None


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(ReactionRoles(bot))
