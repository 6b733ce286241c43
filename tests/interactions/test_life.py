"""Interactions from the person's click to what they see, with a whole bot in between."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import discord

from discordtest import SetupError
from tests.bots import BotTestCase

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from discord.ext import commands

Interaction = discord.Interaction[Any]


class AnswerTestCase(BotTestCase):
    """A bot whose ``/do`` runs whatever the test last handed to `bot_answers`."""

    def make_client(self) -> commands.Bot:
        bot = super().make_client()
        self.answer: Callable[[Interaction], Awaitable[object]] | None = None

        @bot.tree.command(description="Do it")
        async def do(interaction: Interaction) -> None:
            assert self.answer is not None
            await self.answer(interaction)

        async def setup_hook() -> None:
            await bot.tree.sync()

        bot.setup_hook = setup_hook  # type: ignore[method-assign]
        return bot

    async def bot_answers(self, answer: Callable[[Interaction], Awaitable[object]]) -> Any:
        """Let Alice use /do, which the bot answers so."""
        self.answer = answer
        return await self.slash(self.alice, self.general, "do")


class Commands(AnswerTestCase):
    async def test_answered_with_a_message(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message("Pong!"))
        self.assertEqual(result.response.content, "Pong!")
        self.assertTrue(result.acknowledged)
        self.assertIs(result.type, discord.InteractionResponseType.channel_message)
        self.assertFalse(result.ephemeral or result.deferred)
        self.assertEqual(result.response.channel, self.general)
        self.assertEqual(result.response.interaction_metadata.user, self.alice)
        self.assertSent("Pong!", channel=self.general, ephemeral=False)
        self.assertEqual([message.content for message in self.history(self.general)], ["Pong!"])

    async def test_answered_for_one_person(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message("psst", ephemeral=True))
        self.assertTrue(result.ephemeral)
        self.assertEqual(result.response.content, "psst")
        sent = self.assertSent("psst", channel=self.general, ephemeral=True)
        self.assertEqual(sent.channel, self.general)
        self.assertEqual(self.history(self.general), [])

    async def test_deferred_and_filled(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await interaction.response.defer()
            await asyncio.sleep(5)
            await interaction.edit_original_response(content="done")

        result = await self.bot_answers(answer)
        self.assertTrue(result.deferred)
        self.assertIsNone(result.response)
        self.assertNothingSent()
        await self.advance(5)
        self.assertEqual(result.response.content, "done")
        self.assertIsNone(result.response.edited_at)
        self.assertSent("done", channel=self.general)

    async def test_deferred_and_filled_by_the_first_followup(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await interaction.followup.send("one")
            await interaction.followup.send("two", ephemeral=True)

        result = await self.bot_answers(answer)
        self.assertTrue(result.ephemeral)
        self.assertEqual(result.response.content, "one")
        self.assertEqual([message.content for message in result.followups], ["two"])
        self.assertSent(ephemeral=True, count=2)

    async def test_answered_too_late(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await asyncio.sleep(3)
            with self.assertRaises(discord.NotFound) as caught:
                await interaction.response.send_message("late")
            self.assertEqual(caught.exception.code, 10062)

        result = await self.bot_answers(answer)
        self.assertFalse(result.failed)
        await self.advance(3)
        self.assertTrue(result.failed)
        self.assertFalse(result.acknowledged)
        self.assertIn("did not respond", repr(result))
        self.assertNotResponded(result)

    async def test_edited_and_deleted(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await interaction.response.send_message("one")
            message = await interaction.original_response()
            await message.edit(content="two")
            await asyncio.sleep(1)
            await interaction.delete_original_response()

        result = await self.bot_answers(answer)
        self.assertEqual(result.response.content, "two")
        await self.advance(1)
        self.assertIsNone(result.response)
        self.assertEqual(self.history(self.general), [])

    async def test_a_file_in_the_answer(self) -> None:
        import io

        async def answer(interaction: Interaction) -> None:
            file = discord.File(io.BytesIO(b"hello"), "a.txt")
            await interaction.response.send_message("see", file=file, ephemeral=True)

        await self.bot_answers(answer)
        self.assertSent("see", files={"a.txt": b"hello"})


class Counter(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=60)
        self.count = 0

    @discord.ui.button(label="More", emoji="➕")
    async def more(self, interaction: Interaction, button: discord.ui.Button[Any]) -> None:
        self.count += 1
        await interaction.response.edit_message(content=str(self.count), view=self)

    @discord.ui.button(label="Stop", custom_id="stop")
    async def end(self, interaction: Interaction, button: discord.ui.Button[Any]) -> None:
        button.disabled = True
        await interaction.response.edit_message(view=self)
        self.stop()

    @discord.ui.select(
        placeholder="Colours",
        max_values=2,
        options=[discord.SelectOption(label=name, value=name[0]) for name in ("Red", "Blue", "Green")],
    )
    async def colours(self, interaction: Interaction, select: discord.ui.Select[Any]) -> None:
        await interaction.response.send_message(" ".join(select.values), ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder="Who")
    async def who(self, interaction: Interaction, select: discord.ui.UserSelect[Any]) -> None:
        await interaction.response.send_message(select.values[0].display_name)


class Components(AnswerTestCase):
    async def counter(self, **options: Any) -> Any:
        return await self.bot_answers(lambda i: i.response.send_message("0", view=Counter(), **options))

    async def test_a_click_that_edits(self) -> None:
        result = await self.counter()
        for number, wanted in enumerate(("More", "➕", "➕ More"), 1):
            clicked = await self.click(self.alice, result, wanted)
            self.assertEqual(clicked.updated.content, str(number))
            self.assertIsNone(clicked.response)

    async def test_on_an_ephemeral_message(self) -> None:
        result = await self.counter(ephemeral=True)
        clicked = await self.click(self.alice, result.response, "More")
        self.assertEqual(clicked.updated.content, "1")
        bob = self.make_member("bob", self.guild)
        with self.fails("only the person", kind=SetupError):
            await self.click(bob, result, "More")

    async def test_a_disabled_button(self) -> None:
        result = await self.counter()
        await self.click(self.alice, result, "stop")
        with self.fails("'Stop' is disabled", kind=SetupError):
            await self.click(self.alice, result, "Stop")

    async def test_a_view_that_timed_out(self) -> None:
        result = await self.counter()
        await self.advance(61)
        clicked = await self.click(self.alice, result, "More")
        self.assertNotResponded(clicked)

    async def test_no_such_button(self) -> None:
        result = await self.counter()
        with self.fails("no button 'Less'", "'More'", "'Stop'", kind=SetupError):
            await self.click(self.alice, result, "Less")

    async def test_a_select_of_strings(self) -> None:
        result = await self.counter()
        chosen = await self.select(self.alice, result, ["Red", "G"])
        self.assertEqual(chosen.response.content, "R G")

    async def test_a_select_of_users(self) -> None:
        result = await self.counter()
        chosen = await self.select(self.alice, result, self.alice, custom_id="Who")
        self.assertEqual(chosen.response.content, "alice")
        self.assertEqual(chosen.response.reference.message_id, result.response.id)

    async def test_too_many_values(self) -> None:
        result = await self.counter()
        with self.fails("takes 1 to 2 values, not 3", kind=SetupError):
            await self.select(self.alice, result, ["Red", "Blue", "Green"])

    async def test_which_select(self) -> None:
        result = await self.counter()
        with self.fails("name one with custom_id=", "Colours", kind=SetupError):
            await self.select(self.alice, result, self.general)


class Feedback(discord.ui.Modal, title="Feedback"):
    name: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Your name", custom_id="name", max_length=5)
    about = discord.ui.Label(
        text="About", component=discord.ui.TextInput(custom_id="about", required=False, default="nothing")
    )
    colour = discord.ui.Label(
        text="Colour",
        component=discord.ui.Select(
            custom_id="colour", options=[discord.SelectOption(label="Red", value="r")], required=False
        ),
    )
    picture = discord.ui.Label(
        text="Picture", component=discord.ui.FileUpload(custom_id="picture", required=False)
    )
    agree = discord.ui.Label(text="Agree", component=discord.ui.Checkbox(custom_id="agree"))

    async def on_submit(self, interaction: Interaction) -> None:
        parts = [self.name.value, self.about.component.value, self.colour.component.values]  # type: ignore[attr-defined]
        parts += [[file.filename for file in self.picture.component.values], self.agree.component.value]  # type: ignore[attr-defined]
        await interaction.response.send_message(" ".join(map(str, parts)))


class Modals(AnswerTestCase):
    async def modal(self) -> Any:
        return await self.bot_answers(lambda i: i.response.send_modal(Feedback()))

    async def test_what_is_shown(self) -> None:
        result = await self.modal()
        self.assertEqual(result.modal.title, "Feedback")
        self.assertEqual(result.modal.labels, ["Your name", "About", "Colour", "Picture", "Agree"])

    async def test_sent_off_empty(self) -> None:
        submitted = await self.submit(self.alice, await self.modal(), name="Al")
        self.assertEqual(submitted.response.content, "Al nothing [] [] False")

    async def test_sent_off_full(self) -> None:
        values = {"Your name": "Al", "About": "x", "Colour": "Red", "Picture": ("a.png", b"x"), "agree": True}
        submitted = await self.submit(self.alice, await self.modal(), values)
        self.assertEqual(submitted.response.content, "Al x ['r'] ['a.png'] True")

    async def test_what_the_client_refuses(self) -> None:
        result = await self.modal()
        for values, text in (
            ({}, "'Your name' has to be filled in"),
            ({"name": "Alice!"}, "takes 0 to 5 characters, not 6"),
            ({"name": "Al", "x": "y"}, "does not ask for 'x'"),
            ({"name": "Al", "colour": "Pink"}, "offers no 'Pink'"),
            ({"name": "Al", "agree": "yes"}, "takes True or False"),
            ({"name": "Al", "picture": [("a", b""), ("b", b"")]}, "takes 1 to 1 files, not 2"),
        ):
            with self.subTest(text), self.fails(text, kind=SetupError):
                await self.submit(self.alice, result, values)

    async def test_sent_off_twice(self) -> None:
        result = await self.modal()
        await self.submit(self.alice, result, name="Al")
        with self.fails("sent off already", kind=SetupError):
            await self.submit(self.alice, result, name="Al")
