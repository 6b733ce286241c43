"""The life of an interaction as text."""

from __future__ import annotations

import asyncio
import contextlib
import unittest
from typing import TYPE_CHECKING, Any

import discord

from discordtest.interactions.timeline import interaction_name, timeline
from tests.bots import run_case
from tests.interactions.test_life import AnswerTestCase, Counter, Feedback

if TYPE_CHECKING:
    Interaction = discord.Interaction[Any]


class Timeline(AnswerTestCase):
    def lines(self, result: Any) -> list[str]:
        return [line.split("s  ", 1)[1] for line in timeline(self._scene, result.record).splitlines()]

    async def test_every_step(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            await asyncio.sleep(0.25)
            await interaction.edit_original_response(content="one")
            followup = await interaction.followup.send("two", embed=discord.Embed(title="x"), wait=True)
            await followup.edit(content="three")
            await followup.delete()
            await interaction.delete_original_response()

        result = await self.bot_answers(answer)
        await self.advance(1)
        self.assertEqual(
            timeline(self._scene, result.record).splitlines()[:3],
            [
                "  2.000 s  alice uses /do",
                "  +0.000 s  the bot defers the answer (ephemeral)",
                "  +0.250 s  the bot edits the answer 'one'",
            ],
        )
        self.assertEqual(
            self.lines(result)[3:],
            [
                "the bot follows up 'two' (embeds)",
                "the bot edits a message 'three'",
                "the bot deletes a message",
                "the bot deletes the answer",
            ],
        )

    async def test_ephemeral_followup_that_fills_an_answer_for_all(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await interaction.response.defer()
            await interaction.followup.send("one", ephemeral=True)
            await interaction.followup.send("two", ephemeral=True)

        result = await self.bot_answers(answer)
        why = ", which everybody sees, as the deferred answer that it fills: defer(ephemeral=True)"
        self.assertEqual(
            self.lines(result)[2:],
            [f"the bot follows up 'one' (ephemeral){why}", "the bot follows up 'two' (ephemeral)"],
        )

    async def test_check_that_may_have_kept_silent(self) -> None:
        class Board(discord.ui.View):
            @discord.ui.button(label="Move")
            async def move(self, interaction: Interaction, button: discord.ui.Button[Any]) -> None: ...

            async def interaction_check(self, interaction: Interaction) -> bool:
                return False

        class Form(discord.ui.Modal, title="Form"):
            name: discord.ui.TextInput[Any] = discord.ui.TextInput(label="name")

            async def interaction_check(self, interaction: Interaction) -> bool:
                return False

        def said(of: str) -> str:
            return f"; where the interaction_check of {of} returns False, it has to answer"

        shown = await self.bot_answers(lambda i: i.response.send_message("0", view=Board()))
        clicked = await self.click(self.alice, shown, "Move")
        self.assertEqual(self.lines(clicked)[-1], "no answer so far" + said("Board"))
        await self.advance(3)
        self.assertEqual(
            self.lines(clicked)[-1], "alice sees that the application did not respond" + said("Board")
        )
        asked = await self.bot_answers(lambda i: i.response.send_modal(Form()))
        submitted = await self.submit(self.alice, asked, name="A")
        self.assertEqual(self.lines(submitted)[-1], "no answer so far" + said("Form"))

        class Own(discord.ui.DynamicItem[discord.ui.Button[Any]], template="own:[0-9]+"):
            @classmethod
            async def from_custom_id(cls, interaction: Any, item: Any, match: Any, /) -> Any:
                return cls(item)

            async def interaction_check(self, interaction: Interaction) -> bool:
                return False

        self.client.add_dynamic_items(Own)
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Mine", custom_id="own:5"))
        shown = await self.bot_answers(lambda i: i.response.send_message("1", view=view))
        clicked = await self.click(self.alice, shown, "Mine")
        self.assertEqual(self.lines(clicked)[-1], "no answer so far" + said("Own"))
        self._scene.unanswered.update(self.backend.world.interactions)

    async def test_check_of_the_command_tree(self) -> None:
        class Tree(discord.app_commands.CommandTree[discord.Client]):
            async def interaction_check(self, interaction: discord.Interaction, /) -> bool:
                return False

        self.client.tree.__class__ = Tree
        result = await self.bot_answers(lambda i: i.response.send_message("0"))
        self.assertIn("where the interaction_check of Tree returns False", self.lines(result)[-1])
        self._scene.unanswered.update(self.backend.world.interactions)

    async def test_what_it_is_of(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message("0", view=Counter()))
        chosen = await self.select(self.alice, result, self.alice, custom_id="Who")
        clicked = await self.click(self.alice, result, "stop")
        asked = await self.bot_answers(lambda i: i.response.send_modal(Feedback()))
        submitted = await self.submit(self.alice, asked, name="A")
        names = [interaction_name(each.record) for each in (clicked, asked, submitted)]
        self.assertEqual(names, ["the button 'Stop'", "/do", "the modal 'Feedback'"])
        self.assertEqual(interaction_name(chosen.record), "the select 'Who'")
        self.assertEqual(self.lines(clicked)[1], "the bot changes the message (components)")
        self.assertEqual(self.lines(asked)[1], "the bot opens a modal 'Feedback' (components)")

    async def test_what_has_no_label(self) -> None:
        view = discord.ui.View()
        view.add_item(discord.ui.Button(emoji="🔥", custom_id="fire"))
        view.add_item(discord.ui.UserSelect(custom_id="people"))
        result = await self.bot_answers(lambda i: i.response.send_message("0", view=view))
        clicked = await self.click(self.alice, result, "fire")
        chosen = await self.select(self.alice, result, self.alice)
        names = [interaction_name(each.record) for each in (clicked, chosen)]
        self.assertEqual(names, ["the button '🔥'", "the select 'people'"])
        for each in (clicked, chosen):
            self.assertNotResponded(each)

    async def test_a_long_text_is_cut(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message("x" * 100))
        self.assertEqual(self.lines(result)[1], f"the bot answers '{'x' * 69}…'")


class Unseen(unittest.TestCase):
    """Bots close a menu or a ticket without an answer: what would tell of the failure is gone with it."""

    def outcome(self, deletes: str, *, command: bool = False) -> Any:
        class Case(AnswerTestCase):
            async def test_it(self) -> None:
                channel = self.client.get_channel(self.general.id)
                assert isinstance(channel, discord.TextChannel)
                message = await channel.send("?", view=view())
                thing = {"message": message, "channel": channel, "nothing": None}[deletes]

                async def answer(_: Interaction) -> None:
                    if thing is not None:
                        await thing.delete()

                if command:
                    await self.bot_answers(answer)
                else:
                    self.answer = answer
                    await self.click(self.alice, message, "Close")

        def view() -> discord.ui.View:
            view = discord.ui.View(timeout=None)
            button: discord.ui.Button[Any] = discord.ui.Button(label="Close")
            button.callback = lambda i: i.client.tree.get_command("do").callback(i)  # type: ignore[method-assign]
            return view.add_item(button)

        return run_case(Case)

    def test_button_of_a_message_that_is_gone(self) -> None:
        self.assertTrue(self.outcome("message").passed)

    def test_button_in_a_channel_that_is_gone(self) -> None:
        self.assertTrue(self.outcome("channel").passed)

    def test_command_in_a_channel_that_is_gone(self) -> None:
        self.assertTrue(self.outcome("channel", command=True).passed)

    def test_button_of_a_message_that_is_there(self) -> None:
        self.assertIn("never responded to the button 'Close'", str(self.outcome("nothing")))

    def test_command_is_told_whatever_message_is_gone(self) -> None:
        self.assertIn("never responded to /do", str(self.outcome("message", command=True)))


class Broken(unittest.TestCase):
    """An error that the test expects has left the command without an answer: that need not be claimed, too."""

    def outcome(self, *, claims: bool, clicks: bool = False, silent_before: bool = False) -> Any:
        class Case(AnswerTestCase):
            async def test_it(self) -> None:
                async def fail(_: Interaction) -> None:
                    raise ValueError("wrong")

                async def keep_silent(_: Interaction) -> None:
                    pass

                view = discord.ui.View(timeout=None)
                button: discord.ui.Button[Any] = discord.ui.Button(label="Close")
                button.callback = fail  # type: ignore[method-assign, assignment]
                message = await self.client.get_channel(self.general.id).send("?", view=view.add_item(button))  # type: ignore[union-attr]
                if silent_before:
                    await self.bot_answers(keep_silent)
                with self.assertBotRaises(ValueError) if claims else contextlib.nullcontext():
                    if clicks:
                        await self.click(self.alice, message, "Close")
                    else:
                        await self.bot_answers(fail)

            fail_on_unhandled = claims

        return run_case(Case)

    def test_command(self) -> None:
        self.assertTrue(self.outcome(claims=True).passed)

    def test_button(self) -> None:
        self.assertTrue(self.outcome(claims=True, clicks=True).passed)

    def test_error_that_nobody_expects(self) -> None:
        self.assertIn("never responded to /do", str(self.outcome(claims=False)))

    def test_another_command(self) -> None:
        outcome = str(self.outcome(claims=True, clicks=True, silent_before=True))
        self.assertIn("never responded to /do", outcome)


if __name__ == "__main__":
    unittest.main()
