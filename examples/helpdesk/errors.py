"""Tells people why something did not work, be it a command, a button or a modal."""

import discord
from discord import app_commands


class Refused(app_commands.CheckFailure):
    """Something that the bot does not do for this person now; the text is for them."""


def explanation(error: Exception) -> str | None:
    """Return what to tell people; None where it is a mistake of the bot."""
    cause = getattr(error, "original", error)
    match cause:
        case app_commands.CommandOnCooldown(retry_after=seconds):
            return f"Not so fast: try again in {seconds:.0f} s."
        case app_commands.CheckFailure():
            return str(cause)
        case discord.Forbidden():
            return "Discord does not let me do that. Please tell the owner of this server."
    return None


async def explain(interaction: discord.Interaction, error: Exception) -> None:
    """Answer the one who asked, and nobody else; raise what is a mistake of the bot."""
    text = explanation(error)
    told = text or "Something went wrong. It has been noted."
    if interaction.response.is_done():
        await interaction.followup.send(told, ephemeral=True)
    else:
        await interaction.response.send_message(told, ephemeral=True)
    if text is None:
        raise error


class Tree(app_commands.CommandTree):
    """The bot's commands."""

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        await explain(interaction, error)
