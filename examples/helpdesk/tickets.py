"""The slash commands."""

import discord
from discord import app_commands
from discord.ext import commands

from closing import closable, close_ticket, is_support
from opening import Panel, open_ticket
from storage import Ticket


class Tickets(commands.Cog):
    ticket = app_commands.Group(name="ticket", description="Ask the support", guild_only=True)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.checks.bot_has_permissions(manage_channels=True)
    async def panel(self, interaction: discord.Interaction) -> None:
        """Put a button into this channel that opens tickets"""
        await interaction.response.send_message("Need help? Ask us.", view=Panel())

    @ticket.command()
    @app_commands.describe(subject="what it is about, in a few words")
    @app_commands.checks.cooldown(1, 30)
    async def open(self, interaction: discord.Interaction, subject: app_commands.Range[str, 1, 60]) -> None:
        """Open a ticket"""
        await open_ticket(interaction, subject)

    @ticket.command()
    @app_commands.describe(number="the ticket", reason="what the one who asked is told")
    async def close(
        self, interaction: discord.Interaction, number: app_commands.Range[int, 1], reason: str = "solved"
    ) -> None:
        """Close a ticket"""
        ticket = await closable(interaction, number)
        await interaction.response.send_message(f"Closing {ticket.title}.", ephemeral=True)
        await close_ticket(interaction, ticket, reason)

    @close.autocomplete("number")
    async def suggest(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[int]]:
        tickets = await self.tickets(interaction, str(typed))
        return [app_commands.Choice(name=ticket.title, value=ticket.number) for ticket in tickets]

    @ticket.command(name="list")
    async def show(self, interaction: discord.Interaction) -> None:
        """List the open tickets that you can close"""
        lines = [f"{ticket.title} <#{ticket.channel_id}>" for ticket in await self.tickets(interaction)]
        embed = discord.Embed(title="Open tickets", description="\n".join(lines) or "None.")
        await interaction.response.send_message(embed=embed, ephemeral=True)

    async def tickets(self, interaction: discord.Interaction, typed: str = "") -> list[Ticket]:
        mine = None if is_support(interaction.user) else interaction.user.id
        return await interaction.client.storage.open_tickets(interaction.guild_id, mine, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Tickets())
