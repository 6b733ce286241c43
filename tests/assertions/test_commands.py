"""What is synced, and what autocomplete suggests: each claim, and the text when it is not so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from discordtest import SetupError
from tests.bots import BotTestCase

if TYPE_CHECKING:
    from discord.ext import commands


class CommandTestCase(BotTestCase):
    def make_client(self) -> commands.Bot:
        bot = super().make_client()
        self.suggested: list[app_commands.Choice[Any]] | None = []

        @bot.tree.command()
        async def pick(i: discord.Interaction, what: str) -> None:
            await i.response.send_message(what)

        @pick.autocomplete("what")
        async def suggest(i: discord.Interaction, typed: str) -> list[app_commands.Choice[Any]]:
            if self.suggested is None:
                await self.client.wait_for("never")
            return self.suggested or []

        group = app_commands.Group(name="tag", description="Tags.")

        @group.command(name="set")
        async def set_(i: discord.Interaction) -> None: ...

        @bot.tree.context_menu(name="Report This")
        async def report(i: discord.Interaction, user: discord.Member) -> None: ...

        bot.tree.add_command(group)
        return bot


class SyncedTests(CommandTestCase):
    async def test_command_is_returned(self) -> None:
        await self.client.tree.sync()
        await self.settle()
        command = self.assertSynced("pick")
        self.assertIsInstance(command, app_commands.AppCommand)
        self.assertEqual((command.name, command.options[0].name), ("pick", "what"))

    async def test_words_and_menus(self) -> None:
        await self.client.tree.sync()
        await self.settle()
        self.assertEqual(self.assertSynced("/tag set").name, "tag")
        self.assertEqual(self.assertSynced("Report This").type, discord.AppCommandType.user)

    async def test_nothing_is_synced(self) -> None:
        self.assertNotSynced("pick")
        with self.fails("'pick' is not synced for every guild; nothing is synced: `await bot.tree.sync()`"):
            self.assertSynced("pick")

    async def test_other_command(self) -> None:
        await self.client.tree.sync()
        await self.settle()
        self.assertNotSynced("pong")
        known = "synced are for every guild: pick, tag, tag set, Report This"
        with self.fails(f"'pong' is not synced for every guild; {known}"):
            self.assertSynced("pong")
        with self.fails("'tag set' is synced for every guild"):
            self.assertNotSynced("tag set")

    async def test_guild(self) -> None:
        self.client.tree.copy_global_to(guild=self.guild)
        await self.client.tree.sync(guild=self.guild)
        await self.settle()
        self.assertEqual(self.assertSynced("pick", self.guild).guild_id, self.guild.id)
        self.assertNotSynced("pick")
        with self.fails("'pick' is not synced for every guild; synced are for 'Test': pick, tag"):
            self.assertSynced("pick")
        with self.fails("'pick' is synced for 'Test'"):
            self.assertNotSynced("pick", self.guild.id)

    async def test_message_of_the_test(self) -> None:
        with self.fails("why it matters"):
            self.assertSynced("pick", msg="why it matters")


class ChoicesTests(CommandTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        await self.client.tree.sync()
        self.suggested = [
            app_commands.Choice(name="One", value="1"),
            app_commands.Choice(name="Two", value="2"),
        ]
        self.result = await self.autocomplete(self.alice, self.general, "pick", "what", "o")

    async def test_every_form_of_a_choice(self) -> None:
        one, two = self.suggested or ()
        for wanted in (["One", "Two"], [("One", "1"), two], {"One": "1", "Two": "2"}, (one, "Two")):
            with self.subTest(wanted):
                self.assertEqual(self.assertChoices(self.result, wanted), [one, two])

    async def test_order_number_and_value_matter(self) -> None:
        for wrong in (["Two", "One"], ["One"], [("One", "2"), "Two"], []):
            with self.subTest(wrong), self.fails("the choices are 'One' ('1'), 'Two' ('2'), not "):
                self.assertChoices(self.result, wrong)
        with self.fails("the choices are 'One' ('1'), 'Two' ('2'), not 'One' ('2'), 'Two' ('1')"):
            self.assertChoices(self.result, {"One": "2", "Two": "1"})

    async def test_text_names_what_was_claimed(self) -> None:
        one = app_commands.Choice(name="One", value="1")
        with self.fails("not 'Two', 'Three' ('3'), 'One' ('1')"):
            self.assertChoices(self.result, ["Two", ("Three", "3"), one])

    async def test_no_choices(self) -> None:
        self.suggested = []
        result = await self.autocomplete(self.alice, self.general, "pick", "what", "o")
        self.assertChoices(result, [])
        with self.fails("the choices are none, not 'One'", "alice uses ", "the bot "):
            self.assertChoices(result, ["One"])

    async def test_no_answer(self) -> None:
        self.suggested = None
        result = await self.autocomplete(self.alice, self.general, "pick", "what", "o")
        with self.fails("the bot suggested nothing at all: it did not answer the autocomplete"):
            self.assertChoices(result, [])
        self.assertNotResponded(result)

    async def test_other_interaction(self) -> None:
        result = await self.slash(self.alice, self.general, "pick", what="1")
        with self.fails("is no autocomplete", kind=SetupError):
            self.assertChoices(result, [])
