"""The pipeline of a request: in which order it is refused, what is loud, what comes back over HTTP."""

from __future__ import annotations

import json

from discordtest.backend import MAX_REASON, MAX_REQUEST_SIZE, Backend, rest
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.user import make_user
from discordtest.backend.rest import Actor
from discordtest.backend.wire import Request
from discordtest.errors import NotModelled
from tests.backend.worlds import PNG_URI, TOKEN, Headers, WorldTestCase, multipart

NAMED = {"name": "wave", "image": PNG_URI}


class Order(WorldTestCase):
    """Each refusal comes before the next: who, which records, what they may, what they send."""

    def setUp(self):
        super().setUp()
        self.path = f"/guilds/{self.small.guild['id']}/emojis"

    def test_unknown_token_comes_first(self):
        answer = self.small.request("POST", "/guilds/1/emojis", token="wrong")
        self.assertEqual((answer.status, answer.json), (401, {"message": "401: Unauthorized", "code": 0}))

    def test_no_token(self):
        self.assertStatus(self.small.request("GET", "/users/@me", token=None), 401, 0)

    def test_scheme_is_needed(self):
        headers = Headers(Authorization=TOKEN)
        response = self.small.backend.handle(Request("GET", "discord.com", "/api/v10/users/@me", {}, headers))
        self.assertEqual(response.status, 401)

    def test_unknown_record_comes_before_permissions_and_body(self):
        self.small.allow(0)
        self.assertStatus(self.small.request("POST", "/guilds/1/emojis", {}), 404, 10004)

    def test_access_comes_before_permissions(self):
        self.small.allow(0)
        del self.small.world.members[self.small.guild["id"]][self.small.bot.user_id]
        self.assertStatus(self.small.request("POST", self.path, {}), 403, 50001)

    def test_hidden_channel(self):
        self.small.allow(0)
        answer = self.small.request("POST", f"/channels/{self.small.general['id']}/webhooks", {})
        self.assertStatus(answer, 403, 50001)

    def test_permissions_come_before_the_body(self):
        self.small.allow(Permission.VIEW_CHANNEL)
        self.assertStatus(self.small.request("POST", self.path, {}), 403, 50013)

    def test_body_comes_before_the_rules_of_the_handler(self):
        body = {"name": "x", "image": PNG_URI, "roles": ["1"]}
        self.assertStatus(self.small.request("POST", self.path, body), 400, 50035)
        self.assertStatus(self.small.request("POST", self.path, {**body, "name": "xx"}), 400, 50028)


class Loud(WorldTestCase):
    def test_unknown_route_is_named_and_recorded(self):
        with self.assertNotModelled("GET /guilds/1/telepathy"):
            self.small.request("GET", "/guilds/1/telepathy")

    def test_unknown_field_is_named_and_recorded(self):
        with self.assertNotModelled("field 'mood'"):
            self.small.request("POST", f"/guilds/{self.small.guild['id']}/emojis", {**NAMED, "mood": 1})

    def test_unknown_query_is_named_and_recorded(self):
        with self.assertNotModelled("query .*'mood'"):
            self.small.request("GET", f"/guilds/{self.small.guild['id']}/emojis", query={"mood": "1"})

    def test_unexpected_body_is_named_and_recorded(self):
        with self.assertNotModelled("a body for GET"):
            self.small.request("GET", f"/guilds/{self.small.guild['id']}/emojis", {"mood": 1})

    def test_empty_body_is_none(self):
        self.assertStatus(self.small.request("GET", f"/guilds/{self.small.guild['id']}/emojis", {}), 200)

    def test_listener_is_called_at_once(self):
        seen = []
        self.small.backend.on_failure = lambda: seen.append(len(self.small.backend.failures))
        with self.assertRaises(NotModelled):
            self.small.request("GET", "/nowhere")
        self.assertEqual(seen, [1])
        self.small.backend.failures.clear()

    def test_method_that_no_route_has(self):
        answer = self.small.request("TRACE", "/users/@me")
        self.assertEqual((answer.status, answer.json["message"]), (405, "405: Method Not Allowed"))


class Bodies(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.path = f"/channels/{self.small.general['id']}/messages"

    def send(self, body, kind):
        headers = Headers({"Authorization": f"Bot {TOKEN}", "Content-Type": kind})
        request = Request("POST", "discord.com", f"/api/v10{self.path}", {}, headers, body)
        response = self.small.backend.handle(request)
        return response.status, json.loads(response.body)

    def test_broken_json(self):
        self.assertEqual(self.send(b"{", "application/json")[1]["code"], 50109)
        self.assertEqual(self.send(b"\xff", "application/json")[1]["code"], 50109)

    def test_what_python_alone_takes_for_json(self):
        for text in ('{"content": NaN}', '{"content": "\\ud83d"}', "[" * 100_000):
            with self.subTest(text[:30]):
                self.assertEqual(self.send(text.encode(), "application/json")[1]["code"], 50109)

    def test_list_for_a_record(self):
        status, body = self.send(b"[]", "application/json")
        self.assertEqual((status, body["code"]), (400, 50035))
        self.assertFieldError(body, "", "MODEL_TYPE_CONVERT")

    def test_other_content_type(self):
        for kind in ("text/plain", "", "multipart/form-data"):
            status, body = self.send(b"{}", kind)
            self.assertEqual((status, body["code"]), (400, 50035))
            self.assertFieldError(body, "", "CONTENT_TYPE_INVALID")

    def test_charset_is_welcome(self):
        self.assertEqual(self.send(b'{"content":"hi"}', "application/json; charset=utf-8")[0], 200)

    def test_urlencoded_form(self):
        status, body = self.send(b"content=hello+there", "application/x-www-form-urlencoded")
        self.assertEqual((status, body["content"]), (200, "hello there"))

    def test_urlencoded_form_with_payload_json(self):
        status, body = self.send(
            b"payload_json=%7B%22content%22%3A%22hi%22%7D", "application/x-www-form-urlencoded"
        )
        self.assertEqual((status, body["content"]), (200, "hi"))

    def test_multipart_with_payload_json(self):
        kind, data = multipart({"payload_json": {"content": "hi"}})
        self.assertEqual(self.send(data, kind)[1]["content"], "hi")

    def test_multipart_with_single_fields(self):
        kind, data = multipart({"content": "hi"})
        self.assertEqual(self.send(data, kind)[1]["content"], "hi")

    def test_multipart_with_broken_payload_json(self):
        for text in ("{", '{"content": "\\ud83d"}'):
            kind, data = multipart({"payload_json": text})
            self.assertEqual(self.send(data, kind)[1]["code"], 50109)

    def test_multipart_whose_payload_json_is_no_record(self):
        kind, data = multipart({"payload_json": "[]"})
        self.assertEqual(self.send(data, kind)[1]["code"], 50035)

    def test_size_at_the_bound(self):
        body = b'{"content":"hi"}'.ljust(MAX_REQUEST_SIZE)
        self.assertEqual(self.send(body, "application/json")[0], 200)
        status, answer = self.send(body + b" ", "application/json")
        self.assertEqual((status, answer["code"]), (413, 40005))


class Reason(WorldTestCase):
    def delete(self, reason):
        made = self.small.perform("create_guild_emoji", self.small.guild["id"], body=NAMED)
        path = f"/guilds/{self.small.guild['id']}/emojis/{made['id']}"
        return self.small.request("DELETE", path, reason=reason)

    def test_reason_is_percent_decoded(self):
        self.delete("too%20lo%C3%BCd")
        self.assertEqual(self.small.audit_log()[-1]["reason"], "too loüd")

    def test_no_reason_is_absent(self):
        self.delete(None)
        self.assertNotIn("reason", self.small.audit_log()[-1])

    def test_length_at_the_bound(self):
        self.assertStatus(self.delete("x" * MAX_REASON), 204)
        self.assertStatus(self.delete("x" * (MAX_REASON + 1)), 400, 50035)


class Answers(WorldTestCase):
    def get(self, path="/api/v10/users/@me"):
        headers = Headers(Authorization=f"Bot {TOKEN}")
        return self.small.backend.handle(Request("GET", "discord.com", path, {}, headers))

    def test_headers_that_clients_need(self):
        headers = self.get().headers
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertIn("Via", headers)
        self.assertGreater(int(headers["X-RateLimit-Remaining"]), 0)

    def test_every_version_of_the_path(self):
        for prefix in ("/api/v10", "/api/v9", "/api"):
            self.assertEqual(self.get(f"{prefix}/users/@me").status, 200)

    def test_status_phrase(self):
        self.assertEqual(self.get().reason, "OK")

    def test_no_content_has_no_body(self):
        made = self.small.perform("create_guild_emoji", self.small.guild["id"], body=NAMED)
        answer = self.small.request("DELETE", f"/guilds/{self.small.guild['id']}/emojis/{made['id']}")
        self.assertEqual((answer.status, answer.body), (204, b""))


class Observers(WorldTestCase):
    def test_answers_are_shown_with_their_template(self):
        seen = []

        def observe(backend, method, template, request, response):
            if backend is self.small.backend:
                seen.append((method, template, response.status))

        Backend.observers.append(observe)
        self.addCleanup(Backend.observers.remove, observe)
        self.small.request("GET", f"/guilds/{self.small.guild['id']}/emojis")
        self.small.request("GET", "/users/@me", token=None)
        self.small.request("TRACE", "/users/@me")
        self.assertEqual(
            seen, [("GET", "/guilds/{guild_id}/emojis", 200), ("GET", "/users/@me", 401), ("TRACE", "", 405)]
        )

    def test_events_are_shown(self):
        seen = []

        def observe(backend, name, payload):
            if backend is self.small.backend:
                seen.append(name)

        Backend.event_observers.append(observe)
        self.addCleanup(Backend.event_observers.remove, observe)
        self.small.perform("create_guild_emoji", self.small.guild["id"], body=NAMED)
        self.assertIn("GUILD_EMOJIS_UPDATE", seen)


class Perform(WorldTestCase):
    def test_chosen_id_and_timestamp(self):
        made = self.small.perform(
            "create_message",
            self.small.general["id"],
            body={"content": "x"},
            id=42,
            at="2020-01-01T00:00:00+00:00",
        )
        self.assertEqual((made["id"], made["timestamp"]), ("42", "2020-01-01T00:00:00+00:00"))

    def test_person_is_checked_and_narrator_is_not(self):
        alice = self.small.make_person("alice")
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.small.perform("create_webhook", self.small.general["id"], actor=alice, body={"name": "x"})
        self.small.perform("create_webhook", self.small.general["id"], body={"name": "x"})

    def test_limits_hold_for_the_narrator_too(self):
        with self.assertRefused(Code.INVALID_FORM_BODY, "name"):
            self.small.perform("create_webhook", self.small.general["id"], body={"name": "x" * 81})

    def test_stranger_has_no_access(self):
        stranger = Actor("person", make_user(self.small.world, "stranger")["id"])
        with self.assertRefused(Code.MISSING_ACCESS):
            self.small.perform("list_guild_emojis", self.small.guild["id"], actor=stranger)

    def test_refusal_has_a_text(self):
        with self.assertRaisesRegex(RestError, r"404 \(error code: 10004\): Unknown Guild"):
            self.small.perform("list_guild_emojis", "1")


class Matching(WorldTestCase):
    def test_literal_segment_comes_before_a_parameter(self):
        self.assertEqual(rest.match("GET", "/users/@me")[0].name, "get_my_user")
        self.assertEqual(rest.match("GET", "/users/1")[0].name, "get_user")

    def test_parameters_are_decoded(self):
        self.assertEqual(rest.match("GET", "/guilds/%C3%A4/emojis")[1], ["ä"])

    def test_path_without_that_method(self):
        self.assertEqual(rest.match("PUT", "/users/@me"), (None, [], True))

    def test_no_such_path(self):
        self.assertEqual(rest.match("GET", "/nowhere"), (None, [], False))
        self.assertFalse(rest.match("GET", "/guilds")[2] and rest.match("GET", "/guilds/1/2/3/4")[2])

    def test_method_is_no_segment(self):
        self.assertIsNone(rest.match("GET", "/sticker-packs/GET/x")[0])

    def test_concrete_path(self):
        route = rest.OPERATIONS["get_guild_emoji"]
        self.assertEqual(rest.fill(route, ["1", "a b"]), "/guilds/1/emojis/a%20b")

    def test_operation_has_one_name(self):
        with self.assertRaisesRegex(ValueError, "two operations are named get_user"):
            rest.route("GET", "/twice")(rest.OPERATIONS["get_user"].handler)
