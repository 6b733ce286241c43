"""reactionmenu, menus of pages: by buttons, selects and reactions, by commands of both kinds."""

from __future__ import annotations

import importlib.util
import unittest
from typing import Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase

if importlib.util.find_spec("reactionmenu"):
    from reactionmenu import ReactionButton, ReactionMenu, ViewButton, ViewMenu, ViewSelect


class Book(commands.Cog):
    """A book of three pages."""

    @commands.hybrid_command(description="Open the book")
    async def buttons(self, ctx: commands.Context[Any]) -> None:
        """Turn pages with buttons."""
        menu = ViewMenu(ctx, menu_type=ViewMenu.TypeEmbed, timeout=60, disable_items_on_timeout=True)
        for number in "123":
            menu.add_page(discord.Embed(title=number))
        for button in (
            ViewButton.back(),
            ViewButton.next(),
            ViewButton.go_to_page(),
            ViewButton.end_session(),
        ):
            menu.add_button(button)
        menu.add_go_to_select(ViewSelect.GoTo(title="Go to", page_numbers=...))
        await menu.start()

    @commands.command()
    async def reactions(self, ctx: commands.Context[Any]) -> None:
        """Turn pages with reactions."""
        menu = ReactionMenu(ctx, menu_type=ReactionMenu.TypeText, timeout=60, show_page_director=False)
        for number in "123":
            menu.add_page(content=number)
        for button in (ReactionButton.back(), ReactionButton.next(), ReactionButton.end_session()):
            menu.add_button(button)
        await menu.start()


@unittest.skipUnless(importlib.util.find_spec("reactionmenu"), "reactionmenu is not installed")
class ReactionmenuTests(DiscordTestCase):
    def make_client(self) -> commands.Bot:
        class Bot(commands.Bot):
            async def setup_hook(self) -> None:
                await self.add_cog(Book())
                await self.tree.sync()

        return Bot("!", intents=discord.Intents.all())

    def make_world(self) -> None:
        self.guild = self.make_guild("Test", channels=["general"])
        self.general = self.guild.text_channels[0]
        self.alice, self.bob = self.make_member("alice", self.guild), self.make_member("bob", self.guild)

    async def open(self, command: str) -> discord.Message:
        """Let Alice open a menu; return its message."""
        await self.send(self.alice, self.general, command)
        return self.assertSent()

    async def test_buttons(self) -> None:
        menu = await self.open("!buttons")
        await self.click(self.alice, menu, "Next")
        self.assertEdited(menu, embed={"title": "2"})
        await self.click(self.alice, menu, "Back")
        self.assertEdited(menu, embed={"title": "1"})

    async def test_select(self) -> None:
        menu = await self.open("!buttons")
        await self.select(self.alice, menu, "3")
        self.assertEdited(menu, embed={"title": "3"})

    async def test_page_that_is_asked_for(self) -> None:
        menu = await self.open("!buttons")
        await self.click(self.alice, menu, "Page Selection")
        self.assertSent(contains="what page would you like to go to?")
        await self.send(self.alice, self.general, "2")
        self.assertEdited(menu, embed={"title": "2"})

    async def test_menu_of_somebody_else(self) -> None:
        menu = await self.open("!buttons")
        await self.click(self.bob, menu, "Next")
        self.assertNotEdited(menu)

    async def test_end_takes_the_menu_away(self) -> None:
        menu = await self.open("!buttons")
        await self.click(self.alice, menu, "Close")
        self.assertDeleted(menu)

    async def test_slash_command_and_timeout(self) -> None:
        result = await self.slash(self.alice, self.general, "buttons")
        await self.click(self.alice, result, "Next")
        self.assertResponded(result, embed={"title": "2"})
        await self.advance(60)
        self.assertButton(result.response, "Next", disabled=True)

    async def test_reactions(self) -> None:
        menu = await self.open("!reactions")
        for emoji in "◀️", "▶️", "⏹️":
            self.assertReaction(menu, emoji)
        await self.react(self.alice, menu, "▶️")
        self.assertEdited(menu, "2")
        self.assertNotReaction(menu, "▶️", self.alice)
        await self.react(self.bob, menu, "▶️")
        self.assertNotEdited(menu)
        await self.react(self.alice, menu, "⏹️")
        self.assertDeleted(menu)


if __name__ == "__main__":
    unittest.main()
