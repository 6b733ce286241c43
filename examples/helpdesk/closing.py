"""Closes tickets: the button in each of them, and the question whether that is meant."""

import contextlib
import re

import discord

from errors import Refused, explain
from storage import Ticket

SUPPORT = "Support"  # the role of those who answer
PATIENCE = 60  # seconds to think about it


def is_support(member: discord.Member) -> bool:
    return discord.utils.get(member.roles, name=SUPPORT) is not None


async def closable(interaction: discord.Interaction, number: int) -> Ticket:
    """Return a ticket that is open and that this person may close."""
    ticket = await interaction.client.storage.find(interaction.guild_id, number)
    if ticket is None:
        raise Refused(f"There is no ticket #{number}.")
    if ticket.closed_by is not None:
        raise Refused(f"Ticket #{number} is closed already.")
    if ticket.user_id != interaction.user.id and not is_support(interaction.user):
        raise Refused(f"Only the support and the one who asked may close ticket #{number}.")
    return ticket


async def close_ticket(interaction: discord.Interaction, ticket: Ticket, reason: str = "solved") -> None:
    """Delete the channel of a ticket and tell the one who asked."""
    client, by = interaction.client, interaction.user
    if channel := client.get_channel(ticket.channel_id):
        await channel.delete(reason=f"{by}: {reason}")
    await client.storage.close_ticket(ticket.number, by.id)
    asked = await client.fetch_user(ticket.user_id)
    with contextlib.suppress(discord.Forbidden):  # their direct messages are closed
        await asked.send(f"Your ticket {ticket.title} was closed by {by.display_name}: {reason}")


class CloseButton(discord.ui.DynamicItem[discord.ui.Button], template=r"helpdesk:close:(?P<number>\d+)"):
    """Closes the ticket whose number is in its custom_id, in messages from before a restart, too."""

    def __init__(self, number: int) -> None:
        style = discord.ButtonStyle.danger
        super().__init__(discord.ui.Button(label="Close", style=style, custom_id=f"helpdesk:close:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Button, match: re.Match[str]
    ) -> "CloseButton":
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        try:
            ticket = await closable(interaction, self.number)
            question = Confirm(interaction, ticket)
            await interaction.response.send_message(f"Close {ticket.title}?", view=question, ephemeral=True)
        except Refused as error:  # a dynamic item has no on_error
            await explain(interaction, error)


class Confirm(discord.ui.View):
    """Asks one person, for a while."""

    def __init__(self, asked: discord.Interaction, ticket: Ticket) -> None:
        super().__init__(timeout=PATIENCE)
        self.asked = asked
        self.ticket = ticket

    @discord.ui.button(label="Yes, close it", style=discord.ButtonStyle.danger)
    async def yes(self, interaction: discord.Interaction, button: discord.ui.Button) -> None:
        self.stop()
        await closable(interaction, self.ticket.number)  # somebody may have been faster
        await interaction.response.edit_message(content=f"Closing {self.ticket.title}.", view=None)
        await close_ticket(interaction, self.ticket)

    @discord.ui.button(label="No")
    async def no(self, interaction: discord.Interaction, button: discord.ui.Button) -> None:
        self.stop()
        await interaction.response.edit_message(content="It stays open.", view=None)

    async def on_timeout(self) -> None:
        await self.asked.edit_original_response(content="You took too long: it stays open.", view=None)

    async def on_error(
        self, interaction: discord.Interaction, error: Exception, item: discord.ui.Item
    ) -> None:
        await explain(interaction, error)
