from __future__ import annotations

import json
import unittest
from datetime import UTC, datetime
from typing import Any

from discordtest.backend import Backend
from discordtest.backend.wire import Request, Response
from discordtest.errors import DiscordTestError
from tests import judge

USER: dict[str, Any] = {
    "id": "175928847299117063",
    "username": "alice",
    "discriminator": "0",
    "global_name": None,
    "avatar": None,
    "primary_guild": None,
    "public_flags": 0,
    "flags": 0,
}
MESSAGE: dict[str, Any] = {
    "id": "175928847299117064",
    "channel_id": "175928847299117065",
    "type": 0,
    "content": "Pong!",
    "timestamp": "2024-05-06T07:08:09.123000+00:00",
    "edited_timestamp": None,
    "flags": 0,
    "author": USER,
    "attachments": [],
    "embeds": [],
    "components": [],
    "mentions": [],
    "mention_roles": [],
    "mention_everyone": False,
    "pinned": False,
    "tts": False,
}
MESSAGES = "/channels/{channel_id}/messages"


class ReferenceTests(unittest.TestCase):
    def test_the_reference_is_there(self) -> None:
        """The one test that says so where nothing can be judged."""
        if not judge.available():
            self.skipTest(f"no {judge.REFERENCE}: answers and events are not held against Discord's OpenAPI")
        self.assertTrue(judge.find_operation("GET", "/users/@me"))


class JudgeTestCase(unittest.TestCase):
    def setUp(self) -> None:
        if not judge.available():
            self.skipTest("the reference data is not there")


class OperationTests(JudgeTestCase):
    def assertOperation(self, name: str, method: str, path: str) -> None:
        operation = judge.find_operation(method, path)
        self.assertEqual(operation and operation.name, name)

    def test_template_with_other_parameter_names_is_found(self) -> None:
        self.assertOperation("get_message", "GET", "/channels/{c}/messages/{m}")

    def test_concrete_path_is_found(self) -> None:
        self.assertOperation("get_message", "GET", "/channels/1/messages/2")

    def test_literal_segment_wins_over_a_parameter(self) -> None:
        self.assertOperation("get_my_user", "GET", "/users/@me")
        self.assertOperation("update_my_guild_member", "PATCH", "/guilds/1/members/@me")

    def test_parameter_is_no_literal_segment(self) -> None:
        self.assertOperation("get_user", "GET", "/users/{user_id}")

    def test_route_without_operation_is_not_judged(self) -> None:
        self.assertIsNone(judge.find_operation("POST", "/guilds/{guild_id}/mfa"))
        self.assertEqual(judge.judge("POST", "/guilds/{guild_id}/mfa", 200, {"level": "no"}), [])


class JudgeTests(JudgeTestCase):
    def test_right_answer_has_no_deviations(self) -> None:
        self.assertEqual(judge.judge("POST", MESSAGES, 200, MESSAGE), [])

    def test_json_text_is_judged_like_its_value(self) -> None:
        self.assertEqual(judge.judge("GET", "/users/1", 200, b'{"id": 1}')[0][:15], "get_user 200: i")

    def test_wrong_type_deep_inside_is_named_by_its_place(self) -> None:
        wrong = {**MESSAGE, "author": {**USER, "id": 5}}
        self.assertEqual(
            judge.judge("GET", MESSAGES, 200, [MESSAGE, wrong]),
            ["list_messages 200: [1].author.id: 5 is not of type 'string'"],
        )

    def test_missing_key_is_named(self) -> None:
        wrong = {key: value for key, value in MESSAGE.items() if key != "tts"}
        self.assertEqual(
            judge.judge("POST", MESSAGES, 200, wrong),
            ["create_message 200: the whole: 'tts' is a required property"],
        )

    def test_moment_without_a_zone_is_wrong(self) -> None:
        wrong = {**MESSAGE, "timestamp": "2024-05-06T07:08:09"}
        self.assertEqual(
            judge.judge("POST", MESSAGES, 200, wrong),
            ["create_message 200: timestamp: '2024-05-06T07:08:09' is not a 'date-time'"],
        )

    def test_same_answer_with_other_ids_is_judged_once(self) -> None:
        judge.judge("POST", MESSAGES, 200, MESSAGE)
        before = len(judge._verdicts)
        self.assertEqual(judge.judge("POST", MESSAGES, 200, {**MESSAGE, "id": "175928847299117999"}), [])
        self.assertEqual(len(judge._verdicts), before)

    def test_in_a_long_list_both_ends_are_judged(self) -> None:
        wrong = {**MESSAGE, "content": None}
        self.assertEqual(judge.judge("GET", MESSAGES, 200, [MESSAGE] * 30 + [wrong] + [MESSAGE] * 30), [])
        self.assertEqual(
            judge.judge("GET", MESSAGES, 200, [wrong] + [MESSAGE] * 60),
            ["list_messages 200: [0].content: None is not of type 'string'"],
        )


class StatusTests(JudgeTestCase):
    def test_status_that_the_document_does_not_know(self) -> None:
        self.assertEqual(
            judge.judge("POST", MESSAGES, 201, MESSAGE),
            ["create_message answers 201, where the document knows 200, 429, 4XX"],
        )

    def test_answer_without_content_has_no_body(self) -> None:
        path = "/channels/1/messages/2"
        self.assertEqual(judge.judge("DELETE", path, 204, b""), [])
        self.assertEqual(
            judge.judge("DELETE", path, 204, b"{}"),
            ["delete_message 204 has a body, where the document has none"],
        )

    def test_answer_with_content_has_a_body(self) -> None:
        self.assertEqual(judge.judge("GET", "/users/@me", 200, b""), ["get_my_user 200 has no body"])

    def test_error_of_a_field_has_a_name_for_a_code(self) -> None:
        error = {"code": "BASE_TYPE_REQUIRED", "message": "This field is required"}
        body = {
            "code": 50035,
            "message": "Invalid Form Body",
            "errors": {"embeds": {"0": {"_errors": [error]}}},
        }
        self.assertEqual(judge.judge("POST", MESSAGES, 400, body), [])

    def test_error_without_a_code(self) -> None:
        self.assertEqual(
            judge.judge("POST", MESSAGES, 403, {"message": "Missing Access"}),
            ["create_message 403: the whole: 'code' is a required property"],
        )

    def test_server_error_is_not_judged(self) -> None:
        self.assertEqual(judge.judge("POST", MESSAGES, 502, b"Bad Gateway"), [])


class EventTests(JudgeTestCase):
    def test_right_event_has_no_deviations(self) -> None:
        self.assertEqual(judge.judge_event("MESSAGE_CREATE", {**MESSAGE, "guild_id": "1"}), [])

    def test_json_text_is_judged_like_its_value(self) -> None:
        text = json.dumps({"guild_id": "1", "user": {**USER, "username": None}})
        self.assertEqual(
            judge.judge_event("GUILD_BAN_ADD", text), judge.judge_event("GUILD_BAN_ADD", json.loads(text))
        )

    def test_described_part_is_named_by_its_place(self) -> None:
        payload = {"guild_id": "1", "user": {**USER, "username": None}}
        self.assertEqual(
            judge.judge_event("GUILD_BAN_ADD", payload),
            ["GUILD_BAN_ADD.user: username: None is not of type 'string'"],
        )

    def test_item_of_a_described_list_is_named_by_its_place(self) -> None:
        lines = judge.judge_event("GUILD_MEMBERS_CHUNK", {"members": [{"user": USER}]})
        self.assertIn("GUILD_MEMBERS_CHUNK.members[0]: the whole: 'roles' is a required property", lines)

    def test_part_that_is_absent_is_not_judged(self) -> None:
        self.assertEqual(judge.judge_event("TYPING_START", {"channel_id": "1"}), [])

    def test_unavailable_guild_is_not_judged(self) -> None:
        self.assertEqual(judge.judge_event("GUILD_CREATE", {"id": "1", "unavailable": True}), [])

    def test_event_that_no_schema_describes_is_not_judged(self) -> None:
        self.assertEqual(judge.judge_event("RESUMED", {}), [])

    def test_every_place_of_the_reference_names_a_schema(self) -> None:
        self.assertGreater(len(judge._event_schemas()), 50)


class WatchTests(JudgeTestCase):
    """While the suite runs every backend is watched: that of a bot's test reports, a bare one raises."""

    def setUp(self) -> None:
        super().setUp()
        self.backend = Backend(datetime(2026, 1, 1, tzinfo=UTC))
        self.request = Request("GET", "discord.com", "/api/v10/users/@me", {}, {})

    def observe(self, body: bytes, kind: str = "application/json") -> None:
        response = Response(200, body, {"Content-Type": kind})
        judge.observe(self.backend, "GET", "/users/@me", self.request, response)

    def test_every_backend_is_watched(self) -> None:
        self.assertIn(judge.observe, Backend.observers)
        self.assertIn(judge.observe_event, Backend.event_observers)
        judge.install()
        self.assertEqual(Backend.observers.count(judge.observe), 1)

    def test_wrong_answer_of_a_bare_backend_raises(self) -> None:
        with self.assertRaisesRegex(
            judge.JudgeError, "document disagrees:\n  get_my_user 200: the whole: 'id'"
        ):
            self.observe(b"{}")

    def test_wrong_answer_to_a_bot_is_kept_aside(self) -> None:
        woken: list[DiscordTestError] = []
        self.backend.on_failure = lambda: woken.extend(self.backend.failures)
        self.observe(b"{}")
        self.assertEqual([type(error) for error in woken], [judge.JudgeError])

    def test_wrong_event_raises(self) -> None:
        with self.assertRaisesRegex(judge.JudgeError, "GUILD_BAN_ADD.user: "):
            judge.observe_event(self.backend, "GUILD_BAN_ADD", {"user": {"id": "1"}})

    def test_right_event_is_silent(self) -> None:
        judge.observe_event(self.backend, "GUILD_BAN_ADD", {"user": USER})
        self.assertEqual(self.backend.failures, [])

    def test_answer_that_is_no_json_is_not_judged(self) -> None:
        self.observe(b"{}", "image/png")


class DirectionTests(unittest.TestCase):
    """Events have to go to the guild and the channel of which they tell; the document is not asked."""

    def test_guild_of_the_payload(self) -> None:
        self.assertEqual(judge.misdirected("GUILD_ROLE_DELETE", {"guild_id": "1", "role_id": "2"}, "1"), "")
        self.assertEqual(judge.misdirected("GUILD_UPDATE", {"id": "1"}, "1"), "")
        for guild in (None, "2"):
            self.assertIn("its payload says 1", judge.misdirected("GUILD_UPDATE", {"id": "1"}, guild))

    def test_channel_of_the_payload(self) -> None:
        payload = {"channel_id": "5", "guild_id": "1"}
        self.assertEqual(judge.misdirected("TYPING_START", payload, "1", {"id": "5"}), "")
        self.assertEqual(judge.misdirected("TYPING_START", payload, "1", users=["7"]), "")
        self.assertEqual(judge.misdirected("VOICE_STATE_UPDATE", payload, "1"), "")
        thread = {"id": "6", "parent_id": "5"}
        self.assertEqual(judge.misdirected("THREAD_UPDATE", thread, None, thread), "")
        self.assertIn("another channel than 6", judge.misdirected("THREAD_UPDATE", thread))
        for channel in (None, {"id": "6"}):
            self.assertIn("another channel than 5", judge.misdirected("TYPING_START", payload, "1", channel))

    def test_every_world_is_watched(self) -> None:
        world = Backend(datetime(2026, 1, 1, tzinfo=UTC)).world
        with self.assertRaisesRegex(judge.JudgeError, "GUILD_UPDATE is emitted for the guild None"):
            world.emit("GUILD_UPDATE", {"id": "1"})


class DeviationTests(JudgeTestCase):
    def test_each_names_a_schema_and_a_reason(self) -> None:
        for deviation in judge.DEVIATIONS:
            with self.subTest(deviation.where):
                name, _, place = deviation.where.partition(" ")
                known = dict(judge._event_schemas().get(name, ())) if place else judge._document().schemas
                self.assertIn(place or name, known)
                self.assertTrue(deviation.reason.endswith("."))
