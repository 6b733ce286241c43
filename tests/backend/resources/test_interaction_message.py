from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.codes import Code
from discordtest.backend.intents import Intent
from discordtest.backend.journal import Sent
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
from tests.backend.worlds import multipart

if TYPE_CHECKING:
    from discordtest.backend.world import Record

LOADING = 128
ORIGINAL = "/messages/@original"


class MessageTestCase(InteractionTestCase):
    def deferred(self, flags: int = 0) -> Record:
        interaction = self.invoke()
        self.assertStatus(self.answer(interaction, 5, {"flags": flags} if flags else None), 204)
        return interaction

    def follow(self, interaction: Record, content: str = "more", **more: Any) -> Record:
        return self.assertStatus(self.hook("POST", interaction, "", {"content": content, **more}), 200)

    def original(self, interaction: Record) -> Record:
        return self.assertStatus(self.hook("GET", interaction, ORIGINAL), 200)

    def history(self) -> list[str]:
        path = f"/channels/{self.small.general['id']}/messages"
        return [message["id"] for message in self.assertStatus(self.small.request("GET", path), 200)]

    def sent(self) -> list[str]:
        return [entry.message["content"] for entry in self.small.backend.journal if isinstance(entry, Sent)]


class Deferred(MessageTestCase):
    def test_a_loading_message_is_told_but_not_sent(self) -> None:
        session = self.small.connect()
        interaction = self.deferred()
        (event,) = self.small.events(session, "MESSAGE_CREATE")
        self.assertEqual((event["flags"], event["content"]), (LOADING, ""))
        self.assertEqual(self.original(interaction)["id"], event["id"])
        self.assertEqual(self.sent(), [])

    def test_filled_by_an_edit(self) -> None:
        session = self.small.connect()
        interaction = self.deferred()
        shown = self.assertStatus(self.hook("PATCH", interaction, ORIGINAL, {"content": "done"}), 200)
        self.assertEqual((shown["flags"], shown["content"], shown["edited_timestamp"]), (0, "done", None))
        (event,) = self.small.events(session, "MESSAGE_UPDATE")
        self.assertEqual(event["content"], "done")
        self.assertEqual(self.sent(), ["done"])
        again = self.assertStatus(self.hook("PATCH", interaction, ORIGINAL, {"content": "new"}), 200)
        self.assertIsNotNone(again["edited_timestamp"])
        self.assertEqual(self.sent(), ["done"])

    def test_filled_by_the_first_followup(self) -> None:
        interaction = self.deferred(EPHEMERAL)
        filled = self.follow(interaction, "one", flags=0)
        self.assertEqual(filled["id"], self.original(interaction)["id"])
        self.assertEqual(filled["flags"], EPHEMERAL)
        second = self.follow(interaction, "two")
        self.assertEqual(second["flags"], 0)
        self.assertEqual(self.sent(), ["one", "two"])

    def test_filled_by_a_followup_of_anything_that_shows(self) -> None:
        for body in (
            {"embeds": [{"title": "x"}]},
            {"flags": 1 << 15, "components": [{"type": 10, "content": "x"}]},
            {"poll": {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "Yes"}}]}},
        ):
            with self.subTest(body):
                interaction = self.deferred()
                self.assertStatus(self.hook("POST", interaction, "", body, wait="true"), 200)
                self.assertFalse(self.original(interaction)["flags"] & LOADING)
        interaction = self.deferred()
        path = f"/webhooks/{interaction['application_id']}/{interaction['token']}"
        body = {"attachments": [{"id": 0, "filename": "a.txt"}]}
        form = multipart({"payload_json": body}, ("files[0]", "a.txt", b"hello", "text/plain"))
        self.assertStatus(self.small.request("POST", path, form=form, token=None), 200)
        self.assertEqual(len(self.original(interaction)["attachments"]), 1)

    def test_a_public_one_stays_public(self) -> None:
        interaction = self.deferred()
        self.assertEqual(self.follow(interaction, flags=EPHEMERAL)["flags"], 0)

    def test_filled_with_nothing(self) -> None:
        interaction = self.deferred()
        self.assertStatus(self.hook("POST", interaction, "", {}), 400, Code.EMPTY_MESSAGE)
        self.assertStatus(self.hook("PATCH", interaction, ORIGINAL, {"content": ""}), 400, Code.EMPTY_MESSAGE)
        self.assertEqual(self.original(interaction)["flags"], LOADING)

    def test_filled_with_a_poll(self) -> None:
        interaction = self.deferred()
        poll = {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "Yes"}}]}
        shown = self.assertStatus(self.hook("PATCH", interaction, ORIGINAL, {"poll": poll}), 200)
        self.assertEqual(shown["poll"]["question"]["text"], "?")
        again = self.hook("PATCH", interaction, ORIGINAL, {"poll": poll})
        self.assertStatus(again, 400, Code.CANNOT_EDIT_POLL_MESSAGE)

    def test_filled_with_layout(self) -> None:
        interaction = self.deferred()
        body = {"flags": 1 << 15, "components": [{"type": 10, "content": "Hello"}]}
        shown = self.assertStatus(self.hook("PATCH", interaction, ORIGINAL, body), 200)
        self.assertEqual((shown["flags"], shown["components"][0]["content"]), (1 << 15, "Hello"))

    def test_deleted_before_it_is_there(self) -> None:
        interaction = self.deferred()
        self.assertStatus(self.hook("DELETE", interaction, ORIGINAL), 204)
        self.assertEqual(self.follow(interaction)["type"], 0)
        self.assertStatus(self.hook("GET", interaction, ORIGINAL), 404, Code.UNKNOWN_MESSAGE)


class Ephemeral(MessageTestCase):
    def test_it_is_in_no_history(self) -> None:
        interaction = self.invoke()
        message = self.say(interaction, flags=EPHEMERAL)
        self.assertEqual(self.history(), [])
        path = f"/channels/{self.small.general['id']}/messages/{message['id']}"
        self.assertStatus(self.small.request("GET", path), 404, Code.UNKNOWN_MESSAGE)
        self.assertStatus(self.small.request("PATCH", path, {"content": "x"}), 404, Code.UNKNOWN_MESSAGE)
        self.assertEqual(self.original(interaction)["content"], "Pong!")
        self.assertEqual(self.sent(), ["Pong!"])

    def test_its_events_are_those_of_direct_messages(self) -> None:
        session = self.small.connect(Intent.DIRECT_MESSAGES)
        deaf = self.small.connect(Intent.GUILD_MESSAGES)
        interaction = self.invoke()
        self.say(interaction, flags=EPHEMERAL)
        self.hook("PATCH", interaction, ORIGINAL, {"content": "new"})
        self.hook("DELETE", interaction, ORIGINAL)
        names = [name for name, _ in self.small.events(session)]
        self.assertEqual(names, ["INTERACTION_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"])
        for _, event in self.small.events(session)[1:]:
            self.assertNotIn("guild_id", event)
            self.assertNotIn("member", event)
        self.assertEqual([name for name, _ in self.small.events(deaf)], ["INTERACTION_CREATE"])

    def test_its_content_needs_no_intent(self) -> None:
        self.small.application["flags"] = 0
        session = self.small.connect(Intent.DIRECT_MESSAGES)
        self.say(self.invoke(), flags=EPHEMERAL)
        self.assertEqual(self.small.events(session, "MESSAGE_CREATE")[0]["content"], "Pong!")

    def test_its_files_are_gone_with_it(self) -> None:
        data = {"flags": EPHEMERAL, "attachments": [{"id": 0, "filename": "a.txt"}]}
        file = ("files[0]", "a.txt", b"hello", "text/plain")
        answer = self.answer(self.invoke(), 4, data, file, with_response="1")
        message = self.assertStatus(answer, 200)["resource"]["message"]
        self.assertTrue(message["attachments"][0]["ephemeral"])

    def test_a_component_of_it_changes_it(self) -> None:
        message = self.say(self.invoke(), flags=EPHEMERAL, components=[row(button())])
        shown = self.answer(self.press(message["id"]), 7, {"content": "new"}, with_response="1")
        changed = self.assertStatus(shown, 200)
        self.assertEqual(changed["resource"]["message"]["content"], "new")
        self.assertTrue(changed["interaction"]["response_message_ephemeral"])


class External(MessageTestCase):
    """An application that alice has with her in a guild whose everyone may not let such speak."""

    def setUp(self) -> None:
        super().setUp()
        self.small.perform("install_application", self.small.application["id"], actor=self.alice)
        self.everyone = self.small.world.roles[self.small.guild["id"]][self.small.guild["id"]]
        bits = int(self.everyone["permissions"]) & ~int(Permission.USE_EXTERNAL_APPS)
        self.everyone["permissions"] = str(bits)

    def leave(self) -> None:
        del self.small.world.members[self.small.guild["id"]][self.small.bot.user_id]

    def test_its_answers_are_for_the_person_alone(self) -> None:
        self.leave()
        interaction = self.invoke()
        self.assertEqual(self.say(interaction)["flags"], EPHEMERAL)
        self.assertEqual(self.follow(interaction)["flags"], EPHEMERAL)
        self.assertTrue(self.deferred()["ephemeral"])

    def test_one_that_the_guild_has_too_speaks_to_all(self) -> None:
        self.assertEqual(self.say(self.invoke())["flags"], 0)

    def test_with_the_permission_it_speaks_to_all(self) -> None:
        self.leave()
        self.everyone["permissions"] = str(int(self.everyone["permissions"]) | Permission.USE_EXTERNAL_APPS)
        self.assertEqual(self.say(self.invoke())["flags"], 0)

    def test_where_the_person_may_not_speak_it_does_not(self) -> None:
        self.leave()
        bits = int(self.everyone["permissions"]) | Permission.USE_EXTERNAL_APPS
        self.everyone["permissions"] = str(bits & ~Permission.SEND_MESSAGES)
        self.assertEqual(self.say(self.invoke())["flags"], EPHEMERAL)


class Followups(MessageTestCase):
    def test_they_answer_the_answer(self) -> None:
        interaction = self.invoke()
        first = self.say(interaction)
        message = self.follow(interaction)
        self.assertEqual(message["type"], 19)
        self.assertEqual(message["message_reference"]["message_id"], first["id"])
        self.assertEqual(message["interaction_metadata"]["original_response_message_id"], first["id"])
        self.assertEqual(self.history(), [message["id"], first["id"]])

    def test_what_they_are(self) -> None:
        menu = {"id": "8", "name": "Look", "type": 3, "target_id": "1"}
        guild_id = self.small.guild["id"]
        for interaction, kind in ((self.invoke(), 20), (self.interact(2, menu), 23)):
            first = self.say(interaction)
            self.assertEqual((first["type"], first["interaction"]["name"]), (kind, interaction["name"]))
            reference = self.follow(interaction)["message_reference"]
            wanted = {
                "message_id": first["id"],
                "channel_id": first["channel_id"],
                "guild_id": guild_id,
                "type": 0,
            }
            self.assertEqual(reference, wanted)
        asked = self.invoke()
        self.answer(asked, 9, modal(label(text_input())))
        answered = self.interact(5, {"custom_id": "m", "components": []}, modal_of=asked["id"])
        message = self.say(answered)
        self.assertEqual(message["type"], 0)
        self.assertNotIn("interaction", message)

    def test_the_answer_to_a_command_on_a_message_points_to_it(self) -> None:
        target = self.small.perform("create_message", self.small.general["id"], body={"content": "x"})
        menu = {"id": "8", "name": "Look", "type": 3, "target_id": target["id"]}
        session = self.small.connect()
        first = self.say(self.interact(2, menu))
        (event,) = self.small.events(session, "MESSAGE_CREATE")
        for shown in (first, event):
            self.assertEqual(shown["message_reference"]["message_id"], target["id"])
            self.assertEqual(shown["message_reference"]["guild_id"], self.small.guild["id"])
            self.assertEqual(shown["referenced_message"]["content"], "x")
        on_user = {"id": "8", "name": "Look", "type": 2, "target_id": self.small.owner["id"]}
        self.assertNotIn("message_reference", self.say(self.interact(2, on_user)))

    def test_deletion_is_told_to_who_sees_them(self) -> None:
        for flags in (0, EPHEMERAL):
            interaction = self.invoke()
            message = self.say(interaction, flags=flags)
            session = self.small.connect()
            self.assertStatus(self.hook("DELETE", interaction, ORIGINAL), 204)
            (event,) = self.small.events(session, "MESSAGE_DELETE")
            self.assertEqual((event["id"], "guild_id" in event), (message["id"], not flags))

    def test_waited_for_or_not(self) -> None:
        interaction = self.invoke()
        self.say(interaction)
        answer = self.hook("POST", interaction, "", {"content": "x"}, wait="false")
        self.assertEqual(self.assertStatus(answer, 200)["content"], "x")

    def test_they_are_the_bots_whatever_name_they_give(self) -> None:
        interaction = self.invoke()
        self.say(interaction)
        message = self.follow(interaction, username="somebody", avatar_url="https://example.com/a.png")
        self.assertEqual(message["author"]["id"], self.small.bot.user_id)
        self.assertEqual(message["author"]["username"], "robot")

    def test_after_a_modal(self) -> None:
        interaction = self.invoke()
        self.answer(interaction, 9, modal(label(text_input())))
        self.assertEqual(self.follow(interaction)["content"], "more")
        self.assertStatus(self.hook("GET", interaction, ORIGINAL), 404, Code.UNKNOWN_MESSAGE)

    def test_read_edited_and_deleted(self) -> None:
        interaction = self.invoke()
        self.say(interaction)
        place = f"/messages/{self.follow(interaction)['id']}"
        self.assertEqual(self.assertStatus(self.hook("GET", interaction, place), 200)["content"], "more")
        shown = self.assertStatus(self.hook("PATCH", interaction, place, {"content": "less"}), 200)
        self.assertEqual(shown["content"], "less")
        self.assertStatus(self.hook("DELETE", interaction, place), 204)
        for method, body in (("GET", None), ("PATCH", {"content": "x"}), ("DELETE", None)):
            self.assertStatus(self.hook(method, interaction, place, body), 404, Code.UNKNOWN_MESSAGE)

    def test_other_messages_are_not_its_own(self) -> None:
        interaction = self.invoke()
        self.say(interaction)
        other = self.say(self.invoke())
        answer = self.hook("GET", interaction, f"/messages/{other['id']}")
        self.assertStatus(answer, 404, Code.UNKNOWN_MESSAGE)

    def test_five_where_only_the_user_has_installed_it(self) -> None:
        world, application_id = self.small.world, self.small.application["id"]
        world.user_installs[self.alice.user_id] = {application_id: None}
        del world.members[self.small.guild["id"]][self.small.bot.user_id]
        interaction = self.invoke()
        self.say(interaction)
        for _ in range(5):
            self.follow(interaction)
        answer = self.hook("POST", interaction, "", {"content": "x"})
        self.assertStatus(answer, 400, Code.MAX_FOLLOWUPS)

    def test_more_where_the_guild_has(self) -> None:
        interaction = self.invoke()
        self.say(interaction)
        for _ in range(6):
            self.follow(interaction)


class AsWebhook(MessageTestCase):
    def test_what_it_is(self) -> None:
        interaction = self.invoke()
        self.say(interaction)
        shown = self.assertStatus(self.hook("GET", interaction), 200)
        self.assertEqual((shown["id"], shown["type"]), (self.small.application["id"], 3))

    def test_it_is_not_changed(self) -> None:
        interaction = self.invoke()
        self.say(interaction)
        for method, body in (("PATCH", {"name": "x"}), ("DELETE", None)):
            answer = self.hook(method, interaction, "", body)
            self.assertStatus(answer, 400, Code.CANNOT_MODIFY_SYSTEM_WEBHOOK)

    def test_webhooks_of_channels_have_no_original(self) -> None:
        webhook = self.small.perform(
            "create_webhook", self.small.general["id"], actor=self.small.bot, body={"name": "w"}
        )
        path = f"/webhooks/{webhook['id']}/{webhook['token']}{ORIGINAL}"
        self.assertStatus(self.small.request("GET", path, token=None), 404, Code.UNKNOWN_MESSAGE)
