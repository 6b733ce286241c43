"""What bots are commonly made of: hybrid commands, confirmations, views that people let time out."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import discord

from discordtest import SetupError
from tests.bots import BotTestCase
from tests.interactions.test_life import Counter

if TYPE_CHECKING:
    from discord.ext import commands

Interaction = discord.Interaction[Any]


class Hybrid(BotTestCase):
    def make_client(self) -> commands.Bot:
        bot = super().make_client()

        @bot.hybrid_command()
        async def hi(ctx: commands.Context[Any], who: discord.Member, times: int = 1) -> None:
            await ctx.defer(ephemeral=True)
            await ctx.send(f"hi {who.name} {times}", ephemeral=True)

        @bot.hybrid_command()
        async def slow(ctx: commands.Context[Any]) -> None:
            async with ctx.typing():
                await asyncio.sleep(5)
                await ctx.send("ok")

        async def setup_hook() -> None:
            await bot.tree.sync()

        bot.setup_hook = setup_hook  # type: ignore[method-assign]
        return bot

    async def test_both_ways(self) -> None:
        result = await self.slash(self.alice, self.general, "hi", who=self.alice)
        self.assertResponded(result, "hi alice 1", ephemeral=True)
        await self.send(self.alice, self.general, f"!hi {self.alice.mention} 3")
        self.assertSent("hi alice 3", ephemeral=False)

    async def test_typing_defers(self) -> None:
        result = await self.slash(self.alice, self.general, "slow")
        self.assertDeferred(result)
        await self.advance(5)
        self.assertResponded(result, "ok")


class Confirm(discord.ui.View):
    """Asks, waits half a minute, and says what came of it."""

    def __init__(self) -> None:
        super().__init__(timeout=30)
        self.confirmed = False

    @discord.ui.button(label="Yes")
    async def yes(self, interaction: Interaction, button: discord.ui.Button[Any]) -> None:
        await interaction.response.defer()
        self.confirmed = True
        self.stop()


class Confirmations(BotTestCase):
    async def ask(self) -> discord.Message:
        async def work(ctx: commands.Context[Any]) -> None:
            view = Confirm()
            message = await ctx.send("sure?", view=view)
            await view.wait()
            await message.edit(content="yes" if view.confirmed else "timed out", view=None)

        await self.bot_does(work)
        return self.sent[-1]

    async def test_confirmed(self) -> None:
        message = await self.ask()
        clicked = await self.click(self.alice, message, "Yes")
        self.assertEdited(message, "yes", buttons=[])
        self.assertResponded(clicked)
        self.assertIsNone(clicked.updated)

    async def test_timed_out(self) -> None:
        message = await self.ask()
        await self.advance(30)
        self.assertEdited(message, "timed out")
        with self.fails("no button 'Yes'", "Its buttons: none", kind=SetupError):
            await self.click(self.alice, message, "Yes")


class Replace(discord.ui.View):
    """Changes the message's file."""

    @discord.ui.button(label="Replace")
    async def replace(self, interaction: Interaction, button: discord.ui.Button[Any]) -> None:
        file = discord.File(io.BytesIO(b"new"), "new.txt")
        await interaction.response.edit_message(content="new", attachments=[file], view=None)


class Messages(BotTestCase):
    async def test_a_click_that_replaces_a_file(self) -> None:
        file = discord.File(io.BytesIO(b"old"), "old.txt")
        await self.bot_does(lambda ctx: ctx.send("old", file=file, view=Replace()))
        message = self.sent[-1]
        clicked = await self.click(self.alice, message, "Replace")
        self.assertResponded(clicked, "new", files={"new.txt": b"new"}, buttons=[])
        self.assertEqual(message.content, "new")

    async def test_somebody_who_is_timed_out(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("x", view=Counter()))
        await self.timeout(self.owner, self.alice, 60, guild=self.guild)
        with self.fails("alice is timed out", kind=SetupError):
            await self.click(self.alice, self.sent[-1], "More")

    async def test_somebody_who_is_pending(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("x", view=Counter()))
        newcomer = self.make_member("newcomer", self.guild, pending=True)
        with self.fails("newcomer is pending", "pending=False", kind=SetupError):
            await self.click(newcomer, self.sent[-1], "More")
