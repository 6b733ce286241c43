from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.resources.interactions import (
    EPHEMERAL,
    InteractionTestCase,
    button,
    label,
    modal,
    row,
    text_input,
)

if TYPE_CHECKING:
    from discordtest.backend.world import Record

INVALID = Code.INVALID_FORM_BODY


class Types(InteractionTestCase):
    def assertTypes(self, make: Any, *accepted: int) -> None:
        data: Record = {
            4: {"content": "x"},
            7: {"content": "x"},
            8: {"choices": []},
            9: modal(label(text_input())),
        }
        for kind in (4, 5, 6, 7, 8, 9, 12):
            with self.subTest(type=kind):
                answer = self.answer(make(), kind, data.get(kind))
                if kind in accepted:
                    self.assertStatus(answer, 204)
                else:
                    self.assertFieldError(
                        self.assertStatus(answer, 400, INVALID), "type", "BASE_TYPE_CHOICES"
                    )

    def test_of_commands(self) -> None:
        self.assertTypes(self.invoke, 4, 5, 9, 12)

    def test_of_components(self) -> None:
        message = self.say(self.invoke(), components=[row(button())])
        self.assertTypes(lambda: self.press(message["id"]), 4, 5, 6, 7, 9, 12)

    def test_why_no_message_is_changed_and_no_second_modal_opens(self) -> None:
        for kind, data, why in (
            (7, {"content": "x"}, "no message is there to be changed"),
            (9, modal(label(text_input())), "a modal is no answer to a modal"),
        ):
            self.assertStatus(self.answer(self.submit(self.ask()), kind, data), 400, INVALID)
            self.assertIn(why, self.small.backend.journal.exchanges()[-1].why)

    def test_of_autocomplete(self) -> None:
        self.assertTypes(self.complete, 8)

    def test_of_modals(self) -> None:
        self.assertTypes(lambda: self.submit(self.ask()), 4, 5, 12)

    def test_of_modals_of_components(self) -> None:
        message = self.say(self.invoke(), components=[row(button())])
        self.assertTypes(lambda: self.submit(self.ask(self.press(message["id"]))), 4, 5, 6, 7, 12)

    def test_none_such(self) -> None:
        for kind in (0, 2, 3, 10, 11, 13, "x"):
            with self.subTest(type=kind):
                answer = self.answer(self.invoke(), kind)  # type: ignore[arg-type]
                self.assertFieldError(self.assertStatus(answer, 400, INVALID), "type")

    def ask(self, interaction: Record | None = None) -> Record:
        asked = interaction or self.invoke()
        self.assertStatus(self.answer(asked, 9, modal(label(text_input()))), 204)
        return asked

    def submit(self, asked: Record) -> Record:
        more = {"message_id": asked["message_id"], "modal_of": asked["id"]}
        return self.interact(5, {"custom_id": "m", "components": []}, **more)


class WithResponse(InteractionTestCase):
    def shown(self, interaction: Record, type: int, data: Any = None) -> Record:
        return self.assertStatus(self.answer(interaction, type, data, with_response="1"), 200)

    def test_of_a_message(self) -> None:
        interaction = self.invoke()
        shown = self.shown(interaction, 4, {"content": "Pong!", "flags": EPHEMERAL})
        message = shown["resource"]["message"]
        self.assertEqual(shown["resource"]["type"], 4)
        self.assertEqual(message["content"], "Pong!")
        self.assertEqual(
            shown["interaction"],
            {
                "id": interaction["id"],
                "type": 2,
                "response_message_id": message["id"],
                "response_message_loading": False,
                "response_message_ephemeral": True,
                "channel_id": self.small.general["id"],
                "guild_id": self.small.guild["id"],
            },
        )

    def test_of_a_deferred_one(self) -> None:
        shown = self.shown(self.invoke(), 5)
        self.assertTrue(shown["interaction"]["response_message_loading"])
        self.assertNotIn("resource", shown)

    def test_of_a_changed_one(self) -> None:
        message = self.say(self.invoke(), components=[row(button())])
        shown = self.shown(self.press(message["id"]), 7, {"content": "new"})
        self.assertEqual(shown["resource"]["type"], 7)
        self.assertEqual(shown["resource"]["message"]["content"], "new")
        self.assertEqual(shown["interaction"]["response_message_id"], message["id"])

    def test_of_a_message_that_is_worked_on_or_changed_is_as_ephemeral_as_that(self) -> None:
        for flags in (0, EPHEMERAL):
            message = self.say(self.invoke(), components=[row(button())], flags=flags)
            for kind, data in ((6, None), (7, {"content": "new"})):
                with self.subTest(flags=flags, kind=kind):
                    shown = self.shown(self.press(message["id"]), kind, data)["interaction"]
                    self.assertEqual(shown["response_message_ephemeral"], bool(flags))

    def test_in_a_direct_message(self) -> None:
        body = {"recipient_id": self.small.bot.user_id}
        channel = self.small.perform("create_dm", actor=self.alice, body=body)
        shown = self.shown(self.invoke(channel=channel), 12)["interaction"]
        self.assertNotIn("guild_id", shown)
        place = f"pc-{channel['id']}"
        self.assertEqual(shown["activity_instance_id"], f"i-{shown['id']}-{place}")

    def test_of_a_modal(self) -> None:
        shown = self.shown(self.invoke(), 9, modal(label(text_input())))
        self.assertNotIn("response_message_id", shown["interaction"])

    def test_of_an_activity(self) -> None:
        shown = self.shown(self.invoke(), 12)
        instance = shown["resource"]["activity_instance"]["id"]
        self.assertEqual(shown["interaction"]["activity_instance_id"], instance)
        place = f"gc-{self.small.guild['id']}-{self.small.general['id']}"
        self.assertEqual(instance, f"i-{shown['interaction']['id']}-{place}")


class Messages(InteractionTestCase):
    def test_of_a_command(self) -> None:
        session, interaction = self.small.connect(), self.invoke()
        message = self.say(interaction)
        (event,) = self.small.events(session, "MESSAGE_CREATE")
        for shown in (message, event):
            self.assertEqual(shown["type"], 20)
            self.assertEqual(shown["author"]["id"], self.small.bot.user_id)
            self.assertEqual(shown["application_id"], self.small.application["id"])
            self.assertEqual(shown["interaction"]["name"], "ping")
            self.assertEqual(shown["interaction_metadata"]["id"], interaction["id"])
            self.assertEqual(shown["interaction_metadata"]["user"]["username"], "alice")
        self.assertEqual(event["guild_id"], self.small.guild["id"])

    def test_of_a_context_menu(self) -> None:
        data = {"id": "7", "name": "Look", "type": 2, "target_id": self.alice.user_id}
        message = self.say(self.interact(2, data))
        self.assertEqual(message["type"], 23)
        self.assertEqual(message["interaction_metadata"]["target_user"]["username"], "alice")

    def test_of_a_message_menu(self) -> None:
        target = self.small.perform("create_message", self.small.general["id"], body={"content": "x"})
        data = {"id": "7", "name": "Look", "type": 3, "target_id": target["id"]}
        message = self.say(self.interact(2, data))
        self.assertEqual(message["interaction_metadata"]["target_message_id"], target["id"])

    def test_of_a_component(self) -> None:
        first = self.say(self.invoke(), components=[row(button())])
        second = self.say(self.press(first["id"]))
        self.assertEqual(second["type"], 19)
        self.assertEqual(second["message_reference"]["message_id"], first["id"])
        self.assertEqual(second["interaction_metadata"]["interacted_message_id"], first["id"])
        self.assertEqual(second["referenced_message"]["id"], first["id"])
        self.assertNotIn("interaction", second)

    def test_of_a_modal(self) -> None:
        asked = self.invoke()
        self.answer(asked, 9, modal(label(text_input())))
        data: Record = {"custom_id": "m", "components": []}
        message = self.say(self.interact(5, data, modal_of=asked["id"]))
        metadata = message["interaction_metadata"]["triggering_interaction_metadata"]
        self.assertEqual(metadata["id"], asked["id"])

    def test_permissions_do_not_matter(self) -> None:
        self.small.allow(0)
        self.small.world.roles[self.small.guild["id"]][self.small.guild["id"]]["permissions"] = "1024"
        embeds = [{"title": "x"}]
        self.assertEqual(len(self.say(self.invoke(), embeds=embeds)["embeds"]), 1)

    def test_users_only_are_mentioned_by_default(self) -> None:
        role = next(iter(self.small.world.roles[self.small.guild["id"]].values()))
        text = f"<@{self.alice.user_id}> <@&{role['id']}> @everyone"
        message = self.say(self.invoke(), text)
        self.assertEqual([user["username"] for user in message["mentions"]], ["alice"])
        self.assertFalse(message["mention_everyone"])

    def test_everyone_is_mentioned_where_the_bot_may(self) -> None:
        more = {"allowed_mentions": {"parse": ["everyone"]}}
        self.assertTrue(self.say(self.invoke(), "@everyone", **more)["mention_everyone"])
        self.small.allow(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
        guild_id = self.small.guild["id"]
        self.small.world.roles[guild_id][guild_id]["permissions"] = str(int(Permission.VIEW_CHANNEL))
        self.assertFalse(self.say(self.invoke(), "@everyone", **more)["mention_everyone"])

    def test_mistakes_are_told_below_data(self) -> None:
        for data, field in (
            ({"content": "x" * 2001}, "data.content"),
            (
                {"content": "x", "components": [row(button(), button())]},
                "data.components.0.components.1.custom_id",
            ),
            ({"embeds": [{"description": "x" * 4000}] * 2}, "data.embeds"),
        ):
            with self.subTest(field):
                interaction = self.invoke()
                answer = self.answer(interaction, 4, data)
                self.assertFieldError(self.assertStatus(answer, 400, INVALID), field)
                self.assertStatus(self.answer(interaction, 5), 204)

    def test_content_of_the_longest(self) -> None:
        self.assertEqual(len(self.say(self.invoke(), "x" * 2000)["content"]), 2000)

    def test_nothing(self) -> None:
        self.assertStatus(self.answer(self.invoke(), 4, {}), 400, Code.EMPTY_MESSAGE)
        self.assertStatus(self.answer(self.invoke(), 4), 400, Code.EMPTY_MESSAGE)

    def test_in_a_channel_that_is_gone(self) -> None:
        interaction = self.invoke()
        self.small.perform("delete_channel", self.small.general["id"])
        self.assertStatus(self.answer(interaction, 4, {"content": "x"}), 404, Code.UNKNOWN_CHANNEL)

    def test_with_a_file(self) -> None:
        data = {"attachments": [{"id": 0, "filename": "a.txt"}]}
        file = ("files[0]", "a.txt", b"hello", "text/plain")
        answer = self.answer(self.invoke(), 4, data, file, with_response="1")
        message = self.assertStatus(answer, 200)["resource"]["message"]
        self.assertEqual(message["attachments"][0]["filename"], "a.txt")

    def test_with_a_poll(self) -> None:
        answers = [{"poll_media": {"text": "Yes"}}]
        message = self.say(self.invoke(), poll={"question": {"text": "?"}, "answers": answers})
        self.assertEqual(message["poll"]["question"]["text"], "?")

    def test_of_components(self) -> None:
        text = {"type": 10, "content": "Hello"}
        answer = self.answer(self.invoke(), 4, {"flags": 1 << 15, "components": [text]}, with_response="1")
        self.assertEqual(self.assertStatus(answer, 200)["resource"]["message"]["components"][0]["id"], 1)


class Updates(InteractionTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.message = self.say(self.invoke(), components=[row(button())])

    def test_the_message_is_changed(self) -> None:
        session = self.small.connect()
        interaction = self.press(self.message["id"])
        self.assertStatus(self.answer(interaction, 7, {"content": "new", "components": []}), 204)
        (event,) = self.small.events(session, "MESSAGE_UPDATE")
        self.assertEqual(
            (event["id"], event["content"], event["components"]), (self.message["id"], "new", [])
        )
        self.assertIsNotNone(event["edited_timestamp"])

    def test_the_message_is_gone(self) -> None:
        interaction = self.press(self.message["id"])
        self.small.perform("delete_message", self.small.general["id"], self.message["id"])
        for kind in (6, 7):
            self.assertStatus(
                self.answer(interaction, kind, {"content": "x"} if kind == 7 else None),
                404,
                Code.UNKNOWN_MESSAGE,
            )

    def test_deferred(self) -> None:
        interaction = self.press(self.message["id"])
        self.assertStatus(self.answer(interaction, 6), 204)
        shown = self.assertStatus(
            self.hook("PATCH", interaction, "/messages/@original", {"content": "later"}), 200
        )
        self.assertEqual((shown["id"], shown["content"]), (self.message["id"], "later"))


class Choices(InteractionTestCase):
    def offer(self, choices: Any, type: int = 3) -> Any:
        return self.answer(self.complete(type), 8, {"choices": choices})

    def assertInvalid(self, field: str, choices: Any, type: int = 3) -> None:
        answer = self.offer(choices, type)
        self.assertFieldError(self.assertStatus(answer, 400, INVALID), f"data.choices{field}")

    def test_offered(self) -> None:
        interaction = self.complete()
        choices = [choice("v", "n")]
        self.assertStatus(self.answer(interaction, 8, {"choices": choices}), 204)
        self.assertEqual(interaction["choices"], choices)

    def test_none(self) -> None:
        for none in ([], None):
            interaction = self.complete()
            self.assertStatus(self.answer(interaction, 8, {"choices": none}), 204)
            self.assertEqual(interaction["choices"], [])

    def test_of_the_option_that_is_typed_in(self) -> None:
        filled = {"type": 3, "name": "o", "value": "done"}
        typed = {"type": 4, "name": "n", "value": "", "focused": True}
        data = {"id": "7", "name": "c", "type": 1, "options": [filled, typed]}
        answer = self.answer(self.interact(4, data), 8, {"choices": [choice("v")]})
        self.assertFieldError(self.assertStatus(answer, 400, INVALID), "data.choices.0.value")
        self.assertStatus(self.answer(self.interact(4, data), 8, {"choices": [choice(1)]}), 204)

    def test_in_a_subcommand(self) -> None:
        option = {"type": 3, "name": "o", "value": "", "focused": True}
        group = {"type": 2, "name": "g", "options": [{"type": 1, "name": "s", "options": [option]}]}
        interaction = self.interact(4, {"id": "7", "name": "c", "type": 1, "options": [group]})
        self.assertEqual(interaction["name"], "c g s")
        self.assertStatus(self.answer(interaction, 8, {"choices": [choice("v")]}), 204)

    def test_as_many_as_25(self) -> None:
        self.assertStatus(self.offer([choice("v")] * 25), 204)
        self.assertInvalid("", [choice("v")] * 26)

    def test_names(self) -> None:
        self.assertStatus(self.offer([choice("v", "n" * 100)]), 204)
        self.assertInvalid(".0.name", [choice("v", "n" * 101)])
        self.assertInvalid(".0.name", [choice("v", "")])
        self.assertInvalid(".0.name", [{"value": "v"}])
        self.assertStatus(self.offer([{**choice("v"), "name_localizations": None}]), 204)

    def test_values(self) -> None:
        self.assertStatus(self.offer([choice("v" * 6000)]), 204)
        self.assertInvalid(".0.value", [choice("v" * 6001)])
        self.assertStatus(self.offer([choice(2**53)], 4), 204)
        self.assertInvalid(".0.value", [choice(2**53 + 1)], 4)
        self.assertInvalid(".0.value", [choice("x")], 4)
        self.assertStatus(self.offer([choice(0.5)], 10), 204)
        self.assertInvalid(".0.value", [choice("x")], 10)


def choice(value: Any, name: str = "n") -> Record:
    return {"name": name, "value": value}
