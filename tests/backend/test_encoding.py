"""Payloads as text: the same as encoded whole, whatever was encoded before."""

from __future__ import annotations

import json
import unittest
from typing import Any

from discordtest.backend.encoding import Texts, decode, encode


def message(content: str = "hi", **more: Any) -> dict[str, Any]:
    """Return a message's payload."""
    author = {"id": "2", "username": "alice", "avatar": None}
    return {
        "id": "1", "channel_id": "3", "author": author, "content": content, "timestamp": "2026-01-01", "type": 0,
        "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [],
        "attachments": [], "embeds": [], "components": [], "pinned": False, "flags": 0, **more,
    }  # fmt: skip


class EncodeTests(unittest.TestCase):
    def test_text_is_compact_and_unescaped(self) -> None:
        self.assertEqual(encode({"a": [1, None, True], "b": "é"}), '{"a":[1,null,true],"b":"é"}')

    def test_what_is_no_json_is_refused(self) -> None:
        with self.assertRaises(TypeError):
            encode({"a": object()})


class DecodeTests(unittest.TestCase):
    def test_spaces_around_are_welcome(self) -> None:
        for text in ('{"a":1}', ' {"a": 1}', '{"a": 1}\n'):
            self.assertEqual(decode(text), {"a": 1})

    def test_what_is_no_json(self) -> None:
        for text in ("", "{", "{} {}", "nul", "NaN", "[Infinity]", '{"a":-Infinity}', " [NaN]"):
            with self.subTest(text), self.assertRaises(ValueError):
                decode(text)

    def test_half_a_surrogate_pair_is_no_text(self) -> None:
        self.assertEqual(decode(r'["\ud83d\ude00", "\\ud83d"]'), ["😀", r"\ud83d"])
        for text in (r'["\ud83d"]', r'{"\uDE00": 1}', r' "\ud83d"'):
            with self.subTest(text), self.assertRaises(ValueError):
                decode(text)


class TextsTests(unittest.TestCase):
    def setUp(self) -> None:
        self.texts = Texts()

    def check(self, payload: dict[str, Any]) -> None:
        self.assertEqual(json.loads(self.texts.message(payload)), payload)

    def test_message_says_what_its_payload_says(self) -> None:
        for payload in (
            message(),
            message('"quotes"\n\\ é'),
            message(""),
            message(nonce=5),
            message(nonce="5"),
        ):
            with self.subTest(payload):
                self.check(payload)

    def test_parts_are_told_as_they_are_now(self) -> None:
        payload = message(guild_id="9", member={"nick": None, "roles": ["7"]})
        self.check(payload)
        payload["author"]["username"] = "bob"
        payload["member"]["roles"].append("8")
        payload["embeds"].append({"title": "new"})
        self.check(payload)

    def test_member_differs_from_guild_to_guild(self) -> None:
        self.check(message(guild_id="9", member={"nick": "A"}))
        self.check(message(guild_id="10", member={"nick": "B"}))

    def test_message_that_has_more_than_most(self) -> None:
        for more in (
            {"flags": 4},
            {"poll": {}},
            {"webhook_id": "6", "nonce": 1, "guild_id": "9"},
            {"member": {}},
            {"channel_type": 0, "guild_id": "9", "member": {}},
            {"channel_type": None},
        ):
            with self.subTest(more):
                self.check(message(**more))

    def test_message_that_lacks_something(self) -> None:
        payload = message()
        del payload["tts"], payload["embeds"]
        self.check(payload)

    def test_part_of_a_message_is_encoded_whole(self) -> None:
        self.check({"id": "1", "channel_id": "3", "embeds": []})

    def test_answer_may_be_anything(self) -> None:
        for payload in (message(), [message()], {"id": "1"}, "text", 1):
            with self.subTest(payload):
                self.assertEqual(json.loads(self.texts.answer(payload)), payload)


class InteractionsTests(unittest.TestCase):
    """The event about an interaction: the same as encoded whole, whatever was told of before."""

    def setUp(self) -> None:
        self.texts = Texts()
        self.payload: dict[str, Any] = {
            "id": "5",
            "token": "secret",
            "type": 2,
            "data": {"name": "ping"},
            "guild": {"id": "4", "features": []},
            "member": {"nick": None, "user": {"id": "9", "username": "bob"}},
            "channel": {"id": "3", "last_message_id": "1", "name": "general"},
            "entitlements": [],
        }

    def check(self) -> None:
        self.assertEqual(json.loads(self.texts.interaction(self.payload)), self.payload)

    def test_each_is_told_as_it_is_now(self) -> None:
        self.check()
        self.payload["data"]["name"] = "pong"
        self.payload["member"]["user"]["username"] = "robert"
        self.payload["channel"] |= {"name": "other", "last_message_id": None}
        self.payload["guild"]["features"].append("COMMUNITY")
        self.payload["entitlements"].append("6")
        self.check()

    def test_channel_without_messages(self) -> None:
        del self.payload["channel"]["last_message_id"]
        self.check()

    def test_component_of_a_message(self) -> None:
        self.payload["message"] = message("pressed")
        self.check()

    def test_outside_of_guilds(self) -> None:
        del self.payload["guild"], self.payload["member"]
        self.check()


class AnswersTests(unittest.TestCase):
    """Messages that answer interactions: the event's text is the answer's, while both say the same."""

    def setUp(self) -> None:
        self.texts = Texts()
        self.user = {"id": "9", "username": "bob"}
        started = {"id": "5", "type": 2, "user": self.user}
        self.message = message(
            interaction_metadata={**started, "authorizing_integration_owners": {"0": "4"}},
            interaction={**started, "name": "ping"},
        )
        self.event = {**self.message, "channel_type": 0, "guild_id": "4", "member": {"nick": None}}

    def answered(self, message: dict[str, Any]) -> Any:
        payload = {"interaction": {"id": "5"}, "resource": {"type": 4, "message": message}}
        text = self.texts.answer(payload)
        self.assertEqual(json.loads(text), payload)
        return text

    def test_event_and_answer_say_what_they_should(self) -> None:
        for event in (self.event, self.message):
            self.assertEqual(json.loads(self.texts.message(event)), event)
            self.answered(self.message)

    def test_answer_without_event(self) -> None:
        self.answered(self.message)

    def test_answer_that_says_something_else(self) -> None:
        self.texts.message(self.event)
        self.answered({**self.message, "content": "other"})

    def test_a_user_who_is_called_otherwise_by_now(self) -> None:
        self.texts.message(self.event)
        self.answered(self.message)
        self.user["username"] = "robert"
        self.assertIn("robert", self.answered(self.message))

    def test_other_resources(self) -> None:
        for payload in ({"interaction": {"id": "5"}}, {"interaction": {}, "resource": {"type": 12, "x": 1}}):
            self.assertEqual(json.loads(self.texts.answer(payload)), payload)
