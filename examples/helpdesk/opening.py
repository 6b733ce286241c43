"""Opens tickets: the panel that anybody can press, and the form that it shows."""

import discord

from closing import SUPPORT, CloseButton
from errors import Refused, explain

LIMIT = 3  # open tickets of one person


async def open_ticket(interaction: discord.Interaction, subject: str, details: str = "") -> None:
    """Make a channel for the one who asks and for the support, and say where it is."""
    await interaction.response.defer(ephemeral=True, thinking=True)  # a channel may take a while
    guild, member, storage = interaction.guild, interaction.user, interaction.client.storage
    if len(await storage.open_tickets(guild.id, member.id)) >= LIMIT:
        raise Refused(f"You have {LIMIT} open tickets: close one first.")
    number = await storage.add(guild.id, member.id, subject)
    try:
        channel = await guild.create_text_channel(
            f"ticket-{number}",
            topic=subject,
            category=discord.utils.get(guild.categories, name="Tickets"),
            overwrites=overwrites(guild, member),
            reason=f"ticket of {member}",
        )
    except discord.HTTPException:
        await storage.remove(number)
        raise
    await storage.place(number, channel.id)
    embed = discord.Embed(title=f"#{number} {subject}", description=details or None)
    embed.set_author(name=member.display_name)
    view = discord.ui.View(timeout=None).add_item(CloseButton(number))
    await channel.send(f"{member.mention}, somebody will be with you soon.", embed=embed, view=view)
    await interaction.followup.send(f"Your ticket is {channel.mention}.")


def overwrites(
    guild: discord.Guild, member: discord.Member
) -> dict[discord.Role | discord.Member, discord.PermissionOverwrite]:
    """Return who sees a ticket's channel."""
    hidden = discord.PermissionOverwrite(view_channel=False)
    shown = discord.PermissionOverwrite(view_channel=True, send_messages=True)
    found = {guild.default_role: hidden, guild.me: shown, member: shown}
    if support := discord.utils.get(guild.roles, name=SUPPORT):
        found[support] = shown
    return found


class TicketForm(discord.ui.Modal, title="New ticket"):
    """Asks what it is about."""

    subject = discord.ui.TextInput(label="Subject", max_length=60)
    details = discord.ui.TextInput(label="Details", style=discord.TextStyle.paragraph, required=False)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await open_ticket(interaction, self.subject.value, self.details.value)

    async def on_error(self, interaction: discord.Interaction, error: Exception) -> None:
        await explain(interaction, error)


class Panel(discord.ui.View):
    """Stands in a channel for ever: it has no time-out, and its button a custom_id of its own."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Open a ticket", emoji="📨", custom_id="helpdesk:open")
    async def open(self, interaction: discord.Interaction, button: discord.ui.Button) -> None:
        await interaction.response.send_modal(TicketForm())
