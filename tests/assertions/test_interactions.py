"""How interactions were answered: claimed, missed, and how the failure tells their life."""

from __future__ import annotations

import asyncio
import contextlib
import unittest
from typing import TYPE_CHECKING, Any

import discord

from discordtest import SetupError
from tests.bots import run_case
from tests.interactions.test_life import AnswerTestCase, Counter, Feedback

if TYPE_CHECKING:
    Interaction = discord.Interaction[Any]


class Vote(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"vote:(?P<number>\d+)"):
    def __init__(self, number: int) -> None:
        super().__init__(discord.ui.Button(label="Vote", custom_id=f"vote:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: Any) -> Any:
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(str(self.number))


class Responded(AnswerTestCase):
    async def test_the_message_is_returned(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message("Pong!", ephemeral=True))
        message = self.assertResponded(result, "Pong!", ephemeral=True, channel=self.general)
        self.assertEqual(message, result.response)
        self.assertEphemeral(result)
        self.assertNotDeferred(result)

    async def test_otherwise(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await interaction.response.send_message("Pong!")
            await interaction.followup.send("Ping?")

        result = await self.bot_answers(answer)
        with self.fails(
            "the bot's answer to /do is otherwise:\n  content differs:",
            "- Ping?",
            "A followup is like that",
            "alice uses /do",
            "+0.000 s  the bot answers 'Pong!'",
            "the bot follows up 'Ping?'",
            "What happened:",
        ):
            self.assertResponded(result, "Ping?")
        with self.fails("is in another channel"):
            self.assertResponded(result, channel=self.make_text_channel("other", self.guild))
        with self.fails("is not ephemeral"):
            self.assertEphemeral(result)
        with self.fails("the bot responded to /do"):
            self.assertNotResponded(result)

    async def test_followup_is_pointed_at_where_one_is_like_that(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await interaction.response.send_message("Pong!")
            for text in ("one", "two", "gone"):
                last = await interaction.followup.send(text, wait=True)
            await last.delete()

        result = await self.bot_answers(answer)
        with self.fails("A followup is like that"):
            self.assertResponded(result, "two")
        with self.fails("is otherwise") as failing:
            self.assertResponded(result, "three")
        self.assertNotIn("A followup", failing.text)

    async def test_what_the_answer_is_instead_of_a_message(self) -> None:
        @self.client.tree.command()
        async def pick(interaction: Interaction, what: str) -> None:
            """Pick"""

        @pick.autocomplete("what")
        async def suggest(interaction: Interaction, typed: str) -> list[discord.app_commands.Choice[str]]:
            return []

        await self.client.tree.sync()
        result = await self.autocomplete(self.alice, self.general, "pick", "what", "")
        with self.fails("the bot's answer to", " is no message, but choices"):
            self.assertResponded(result, "x")

    async def test_click_that_leaves_the_message_as_it_was(self) -> None:
        class Quiet(discord.ui.View):
            @discord.ui.button(label="A")
            async def press(self, interaction: Interaction, button: discord.ui.Button[Any]) -> None:
                await interaction.response.defer()

        await self.bot_answers(lambda i: i.response.send_message("0", view=Quiet()))
        clicked = await self.click(self.alice, self.sent[0], "A")
        with self.fails(" is no message: it left the message as it was") as failing:
            self.assertResponded(clicked, "x")
        self.assertNotIn("A followup", failing.text)

    async def test_followup_of_a_click_that_was_deferred(self) -> None:
        class Thanks(discord.ui.View):
            @discord.ui.button(label="A")
            async def press(self, interaction: Interaction, button: discord.ui.Button[Any]) -> None:
                await interaction.response.defer()
                await interaction.followup.send("Thanks!", ephemeral=True)

        await self.bot_answers(lambda i: i.response.send_message("0", view=Thanks()))
        clicked = await self.click(self.alice, self.sent[0], "A")
        with self.fails(
            " is no message: it left the message as it was\n  A followup is like that: see assertSent"
        ):
            self.assertResponded(clicked, "Thanks!", ephemeral=True)
        self.assertSent("Thanks!", ephemeral=True)

    async def test_too_late(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await asyncio.sleep(3.5)
            with contextlib.suppress(discord.NotFound):
                await interaction.response.send_message("late")

        result = await self.bot_answers(answer)
        with self.fails("did not respond to /do", "+0.000 s  no answer so far", "Pending timers"):
            self.assertResponded(result)
        await self.advance(4)
        with self.fails(
            "+3.000 s  alice sees that the application did not respond",
            "+3.500 s  the bot answers 'late': refused: Unknown interaction (code 10062)",
        ):
            self.assertResponded(result)
        self.assertNotResponded(result)

    async def test_deferred_and_never_filled(self) -> None:
        result = await self.bot_answers(lambda i: i.response.defer(ephemeral=True))
        with self.fails("deferred its answer to /do, which never came", "defers the answer (ephemeral)"):
            self.assertResponded(result)
        self.assertDeferred(result)
        self.assertDeferred(result, ephemeral=True)
        with self.fails("the deferred answer to /do is ephemeral"):
            self.assertDeferred(result, ephemeral=False)
        with self.fails("the bot deferred"):
            self.assertNotDeferred(result)

    async def test_a_changed_message(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message("0", view=Counter()))
        clicked = await self.click(self.alice, result, "More")
        self.assertEqual(self.assertResponded(clicked, "1"), result.response)
        self.assertNotEphemeral(clicked)
        with self.fails("the answer to the button", "is not ephemeral"):
            self.assertEphemeral(clicked)
        with self.fails("did not defer its answer to the button"):
            self.assertDeferred(clicked)

    async def test_dynamic_item_that_ended_with_a_view(self) -> None:
        self.client.add_dynamic_items(Vote)
        view = discord.ui.View(timeout=60).add_item(Vote(7)).add_item(discord.ui.Button(label="Other"))
        result = await self.bot_answers(lambda i: i.response.send_message("Who?", view=view))
        self.assertResponded(await self.click(self.alice, result, "Vote"), "7")
        await self.advance(61)
        clicked = await self.click(self.alice, result, "Vote")
        with self.fails(
            "no dynamic item of the bot listened to the custom_id 'vote:7': Vote matches it",
            "a view that has one beside other items has ended",
        ):
            self.assertResponded(clicked)
        self.assertNotResponded(clicked)

    async def test_nothing_listened(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message("0", view=Counter()))
        await self.advance(61)
        clicked = await self.click(self.alice, result, "stop")
        with self.fails("+0.000 s  no view of the bot listened to the custom_id 'stop': it was stopped"):
            self.assertResponded(clicked)
        self.assertNotResponded(clicked)

    async def test_what_listened_has_no_callback(self) -> None:
        class Form(discord.ui.Modal, title="Form"):
            name: Any = discord.ui.TextInput(label="Name")

        class Unfinished(discord.ui.View):
            @discord.ui.button(label="Open")
            async def open(self, interaction: Interaction, button: discord.ui.Button[Any]) -> None:
                await interaction.response.send_modal(Form())

        view = Unfinished().add_item(discord.ui.Button(label="Go"))
        result = await self.bot_answers(lambda i: i.response.send_message("0", view=view))
        clicked = await self.click(self.alice, result, "Go")
        with self.fails("+0.000 s  the Button of Unfinished has no callback of the bot's"):
            self.assertResponded(clicked)
        submitted = await self.submit(self.alice, await self.click(self.alice, result, "Open"), {"Name": "x"})
        with self.fails("+0.000 s  Form has no on_submit of the bot's"):
            self.assertResponded(submitted)
        self.assertNotResponded(clicked)
        self.assertNotResponded(submitted)

    async def test_something_listened_and_said_nothing(self) -> None:
        class Silent(discord.ui.View):
            @discord.ui.button(label="A")
            async def press(self, interaction: Interaction, button: discord.ui.Button[Any]) -> None:
                self.stop()

        result = await self.bot_answers(lambda i: i.response.send_message("0", view=Silent()))
        clicked = await self.click(self.alice, result, "A")
        with self.fails("did not respond to the button") as failing:
            self.assertResponded(clicked)
        self.assertNotIn("listened", failing.text)
        self.assertNotResponded(clicked)

    async def test_a_bot_that_takes_interactions_into_its_own_hands(self) -> None:
        async def on_interaction(interaction: Interaction) -> None: ...

        result = await self.bot_answers(lambda i: i.response.send_message("0", view=Counter()))
        await self.advance(61)
        self.client.add_listener(on_interaction)
        clicked = await self.click(self.alice, result, "stop")
        with self.fails("did not respond to the button") as failing:
            self.assertResponded(clicked)
        self.assertNotIn("listened", failing.text)
        self.assertNotResponded(clicked)

    async def test_no_result(self) -> None:
        with self.assertRaises(TypeError):
            self.assertResponded("x")  # type: ignore[arg-type]

    async def test_message_to_the_channel_answers_nothing(self) -> None:
        result = await self.bot_answers(lambda i: i.channel.send("Pong!"))  # type: ignore[union-attr]
        text = (
            "It sent 'Pong!' in #general instead, which answers nothing: `interaction.response.send_message`"
        )
        with self.fails(f"the bot did not respond to /do\n{text}\nIts life"):
            self.assertResponded(result)
        self.assertNotResponded(result)

    async def test_what_a_message_has_is_looked_for_at_the_message(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message("hi"))
        with self.assertRaisesRegex(AttributeError, "has no 'content': the message .* is `.response`"):
            result.content  # noqa: B018
        with self.assertRaisesRegex(AttributeError, "has no 'message': the message .* is `.response`"):
            result.message  # noqa: B018
        with self.assertRaisesRegex(AttributeError, "^an InteractionResult has no 'colour'$"):
            result.colour  # noqa: B018
        self.assertFalse(hasattr(result, "_content"))

    async def test_verb_that_nobody_awaited_is_no_result(self) -> None:
        coroutine = self.slash(self.alice, self.general, "never synced")
        with self.fails(
            "returned, not <coroutine object", "write `await` before self.slash(…)", kind=TypeError
        ):
            self.assertResponded(coroutine)  # type: ignore[arg-type]
        with self.assertRaises(SetupError):
            await coroutine

    async def test_message_is_no_result(self) -> None:
        message = await self.send(self.alice, self.general, "hi")
        text = f"not 'hi' ({message.id}): assertSent is for what the bot sent without being used"
        with self.fails(text, kind=TypeError):
            self.assertResponded(message)  # type: ignore[call-overload]


class Modal(AnswerTestCase):
    async def test_it_is_returned(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_modal(Feedback(custom_id="f")))
        modal = self.assertModal(result, "Feedback", "f")
        self.assertEqual(modal.labels[0], "Your name")
        self.assertIsNone(self.assertResponded(result))

    async def test_otherwise(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_modal(Feedback(custom_id="f")))
        with self.fails("the modal's title is 'Feedback', not 'Form'", "the bot opens a modal 'Feedback'"):
            self.assertModal(result, "Form")
        with self.fails("the modal's custom_id is 'f', not 'x'"):
            self.assertModal(result, custom_id="x")
        for claims in ({"content": "x"}, {"ephemeral": True}):
            with self.fails("is no message, but a modal"):
                self.assertResponded(result, **claims)  # type: ignore[arg-type]
        with self.fails("the answer to /do has no message"):
            self.assertNotEphemeral(result)

    async def test_none(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message("x"))
        with self.fails("the bot opened no modal for /do"):
            self.assertModal(result)


class Raw(discord.ui.Button[Any]):
    """Answers with a request of its own."""

    def __init__(self) -> None:
        super().__init__(label="Raw")

    async def callback(self, interaction: Interaction) -> None:
        route = discord.http.Route("POST", f"/interactions/{interaction.id}/{interaction.token}/callback")
        await interaction.client.http.request(route, json={"type": 7, "data": {"content": "1"}})


class MessagesOfInteractions(AnswerTestCase):
    async def test_ephemeral_message_is_claimed_like_any(self) -> None:
        async def answer(interaction: Interaction) -> None:
            embed = discord.Embed(title="Rules")
            await interaction.response.send_message("0", embed=embed, view=Counter(), ephemeral=True)

        result = await self.bot_answers(answer)
        message = result.response
        self.assertButton(message, "More")
        self.assertSelectOptions(message, ["Red", "Blue", "Green"])
        self.assertEmbed(message, title="Rules")
        self.assertEqual(self.assertNotDeleted(message.id).content, "0")
        with self.fails("the message '0' was not deleted"):
            self.assertDeleted(message)

        await self.click(self.alice, message, "More")
        self.assertEqual(self.assertEdited(message, "1"), message)
        self.assertEqual(self.sent[0].content, "1")

    async def test_message_that_the_answer_to_a_click_changes_is_edited(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message("0", view=Counter()))
        self.assertNotEdited(result.response)
        await self.click(self.alice, result, "More")
        self.assertEdited(result.response, "1")
        with self.fails("the bot edited the message '1': it is now '1'"):
            self.assertNotEdited(result.response)
        with self.fails("the bot edited the message '1' otherwise"):
            self.assertEdited(result.response, "2")

    async def test_bot_that_does_not_ask_for_the_message(self) -> None:
        result = await self.bot_answers(
            lambda i: i.response.send_message("0", view=discord.ui.View().add_item(Raw()))
        )
        await self.click(self.alice, result, "Raw")
        self.assertEdited(result.response, "1")

    async def test_answer_that_is_changed_later_is_edited(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await interaction.response.defer()
            await interaction.followup.send("wait")
            await asyncio.sleep(1)
            await interaction.edit_original_response(content="done")

        result = await self.bot_answers(answer)
        self.assertNotEdited(result.response)  # what fills a deferred answer is sent
        await self.advance(1)
        self.assertEdited(result.response, "done")

    async def test_message_that_a_click_changed_and_that_is_deleted_since(self) -> None:
        class Once(discord.ui.View):
            @discord.ui.button(label="A")
            async def press(self, interaction: Interaction, button: discord.ui.Button[Any]) -> None:
                await interaction.response.edit_message(content="1")
                await interaction.delete_original_response()

        result = await self.bot_answers(lambda i: i.response.send_message("0", view=Once()))
        message = result.response
        await self.click(self.alice, message, "A")
        self.assertDeleted(message)
        self.assertEdited(message, "1")

    async def test_what_fills_a_deferred_answer_is_sent(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await interaction.response.defer()
            await interaction.edit_original_response(content="done")

        result = await self.bot_answers(answer)
        self.assertSent("done")
        self.assertNotEdited(result.response)

    async def test_refused_edit_is_none(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await interaction.response.send_message("0")
            with contextlib.suppress(discord.HTTPException):
                await interaction.edit_original_response(content="1" * 2001)

        await self.bot_answers(answer)
        self.assertNotEdited(self.assertSent("0"))


class FalsePasses(unittest.TestCase):
    def outcome(self, seconds: float | None, *, claim: bool = False, wait: float = 0) -> Any:
        class Case(AnswerTestCase):
            async def test_it(self) -> None:
                async def answer(interaction: Interaction) -> None:
                    if seconds is not None:
                        await asyncio.sleep(seconds)

                result = await self.bot_answers(answer)
                await self.advance(wait)
                if claim:
                    self.assertNotResponded(result)

        return run_case(Case)

    def test_an_interaction_that_nobody_answers(self) -> None:
        text = str(self.outcome(None))
        self.assertIn("the bot never responded to /do; if that is meant, claim it with", text)
        self.assertIn("alice uses /do", text)

    def test_one_that_was_claimed(self) -> None:
        self.assertTrue(self.outcome(None, claim=True).passed)

    def test_one_that_a_timer_may_answer(self) -> None:
        self.assertTrue(self.outcome(2.9).passed)

    def test_one_that_no_timer_can_answer_in_time(self) -> None:
        self.assertIn("no answer so far", str(self.outcome(10)))
        self.assertIn("sees that the application did not respond", str(self.outcome(10, wait=5)))
