"""What becomes of requests on a bad day, seen over HTTP as a bot sees it."""

from __future__ import annotations

import json
from typing import Any

from discordtest.backend.faults import ConnectionReset, HttpError, RateLimited, SlowAnswer, Timeout
from discordtest.backend.journal import Act, Exchange
from discordtest.backend.ratelimits import MAX_INVALID
from discordtest.backend.wire import Request, Response
from discordtest.errors import BackendError
from tests.backend.worlds import TOKEN, Headers, WorldTestCase


class TroubleTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.backend, self.world = self.small.backend, self.small.world

    def ask(
        self, method: str = "GET", path: str = "/users/@me", body: bytes = b"", token: str = TOKEN
    ) -> Response:
        """Make a request; return all that comes back."""
        headers = Headers({"Authorization": f"Bot {token}", "Content-Type": "application/json"})
        request = Request(method, "discord.com", f"/api/v10{path}", {}, headers, body)
        return self.backend.handle(request)

    def say(self, content: str = "hi") -> Response:
        """Let the bot write a message."""
        return self.ask(
            "POST", f"/channels/{self.small.general['id']}/messages", b'{"content": "%s"}' % content.encode()
        )

    @property
    def last(self) -> Exchange:
        """What the journal has kept of the last request."""
        return self.backend.journal.exchanges()[-1]

    @property
    def said(self) -> list[str]:
        """The contents of the messages that exist."""
        return [
            message["content"] for message in self.world.messages.get(self.small.general["id"], {}).values()
        ]


class Injecting(TroubleTestCase):
    def test_error_is_answered_and_recorded(self) -> None:
        self.backend.inject("create_message", HttpError(503))
        answer = self.say()
        self.assertEqual((answer.status, answer.reason), (503, "Service Unavailable"))
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual((self.last.status, self.last.json), (503, {"content": "hi"}))
        assert self.last.actor is not None
        self.assertEqual(self.last.actor.user_id, self.small.bot.user_id)
        self.assertEqual(self.said, [])
        self.assertEqual(self.say().status, 200)

    def test_error_after_it_was_done(self) -> None:
        self.backend.inject("create_message", HttpError(502, text="<html>", served=True))
        answer = self.say()
        self.assertEqual((answer.status, answer.body), (502, b"<html>"))
        self.assertEqual(answer.headers["Content-Type"], "text/html")
        self.assertIsNone(self.last.result)
        self.assertEqual(self.said, ["hi"])

    def test_reset_has_no_answer(self) -> None:
        self.backend.inject("create_message", ConnectionReset(), times=2)
        self.backend.inject("create_message", ConnectionReset(served=True))
        self.assertEqual(self.say().fate, ConnectionReset())
        self.assertEqual((self.last.status, self.said), (0, []))
        self.say()
        self.say()
        self.assertEqual(self.said, ["hi"])

    def test_slow_answer_is_the_right_one(self) -> None:
        self.backend.inject("create_message", SlowAnswer(3))
        answer = self.say()
        self.assertEqual((answer.status, answer.fate), (200, SlowAnswer(3)))

    def test_when_is_asked_with_the_request(self) -> None:
        self.backend.inject("*", HttpError(500), None, lambda request: request.json == {"content": "no"})
        self.assertEqual([self.say(text).status for text in ("yes", "no")], [200, 500])

    def test_fault_comes_before_the_token_is_looked_at(self) -> None:
        self.backend.inject("*", HttpError(500))
        self.assertEqual(self.ask(token="wrong").status, 500)

    def test_rate_limit_tells_how_long_to_wait(self) -> None:
        self.backend.inject("create_message", RateLimited(1.5))
        self.say()
        self.assertEqual((self.last.status, self.last.wait), (429, 1.5))

    def test_cleared(self) -> None:
        self.backend.inject("*", HttpError(500), times=None)
        self.backend.clear_faults()
        self.assertEqual(self.ask().status, 200)

    def test_body_that_is_no_json_is_refused_as_ever(self) -> None:
        self.backend.inject("create_message", SlowAnswer(3))
        answer = self.ask("POST", f"/channels/{self.small.general['id']}/messages", b"{")
        self.assertEqual(answer.status, 400)

    def test_what_is_no_fault(self) -> None:
        what: Any
        for what in (503, HttpError, None, ValueError()):
            with self.subTest(what), self.assertRaisesRegex(BackendError, "is no fault, such as HttpError"):
                self.backend.inject("create_message", what)
        with self.assertRaisesRegex(BackendError, "'mine' is no scope of a limit: user, global, shared are"):
            self.backend.set_rate_limit("create_message", 1, 1, scope="mine")  # type: ignore[arg-type]

    def test_faults_that_are_none(self) -> None:
        with self.assertRaisesRegex(BackendError, "strikes 0 times"):
            self.backend.inject("*", HttpError(500), times=0)
        with self.assertRaisesRegex(BackendError, "did you mean"):
            self.backend.inject("create_mesage", HttpError(500))


class Files(TroubleTestCase):
    def fetch(self) -> Response:
        """Ask the CDN for an avatar that everybody has."""
        return self.backend.handle(
            Request("GET", "cdn.discordapp.com", "/embed/avatars/0.png", {}, Headers())
        )

    def test_fault_of_the_cdn(self) -> None:
        self.backend.inject("cdn", HttpError(503))
        self.backend.inject("cdn", ConnectionReset())
        self.backend.inject("cdn", SlowAnswer(1))
        self.assertEqual(self.ask().status, 200)
        self.assertEqual(self.fetch().status, 503)
        self.assertEqual(self.fetch().fate, ConnectionReset())
        slow = self.fetch()
        self.assertEqual((slow.status, slow.fate), (200, SlowAnswer(1)))
        self.assertIsNone(self.fetch().fate)

    def test_everything_has_no_files(self) -> None:
        self.backend.inject("*", HttpError(503))
        self.assertEqual(self.fetch().status, 200)


class Handshakes(TroubleTestCase):
    def test_good_day(self) -> None:
        self.assertIsNone(self.backend.handshake({}))
        self.backend.inject("*", HttpError(500))
        self.backend.inject("cdn", HttpError(500))
        self.assertIsNone(self.backend.handshake({}))

    def test_fault_of_the_gateway(self) -> None:
        self.backend.inject("gateway", HttpError(503))
        self.backend.inject("gateway", Timeout(), when=lambda request: request.query["v"] == "9")
        refused = self.backend.handshake({"v": "10"})
        assert refused is not None
        self.assertEqual((refused.status, refused.fate), (503, None))
        self.assertIsNone(self.backend.handshake({"v": "10"}))
        lost = self.backend.handshake({"v": "9"})
        assert lost is not None
        self.assertEqual(lost.fate, Timeout())
        said = [entry.text for entry in self.backend.journal if isinstance(entry, Act)]
        self.assertEqual(
            said[-2:],
            [
                "a connection to the gateway is refused with 503",
                "a connection to the gateway meets Timeout(served=False)",
            ],
        )

    def test_requests_are_left_alone(self) -> None:
        self.backend.inject("gateway", HttpError(503))
        self.assertEqual(self.ask("GET", "/gateway/bot").status, 200)


class Limiting(TroubleTestCase):
    def test_bucket_of_one_route(self) -> None:
        self.backend.set_rate_limit("create_message", 2, 5)
        answers = [self.say() for _ in range(3)]
        self.assertEqual([answer.status for answer in answers], [200, 200, 429])
        self.assertEqual([answer.headers["X-RateLimit-Remaining"] for answer in answers], ["1", "0", "0"])
        self.assertEqual([entry.wait for entry in self.backend.journal.exchanges()], [0, 5, 5])
        self.assertEqual(self.said, ["hi", "hi"])
        self.assertEqual(self.last.json, {"content": "hi"})

    def test_template_has_a_bucket_for_each_method(self) -> None:
        self.backend.set_rate_limit("/channels/{channel_id}/messages", 1, 5)
        self.assertEqual(self.say().status, 200)
        self.assertEqual(self.ask(path=f"/channels/{self.small.general['id']}/messages").status, 200)
        self.assertEqual(self.say().status, 429)

    def test_reset_is_a_wall_clock_time(self) -> None:
        self.backend.set_rate_limit("create_message", 2, 5)
        self.small.time = 1_000_000
        reset = float(self.say().headers["X-RateLimit-Reset"])
        self.assertEqual(reset, self.world.start_time.timestamp() + 6)

    def test_limit_on_everything(self) -> None:
        self.backend.set_rate_limit("*", 1, 1)
        self.assertEqual([self.say().status, self.ask().status], [200, 429])

    def test_wrong_token_is_no_bot(self) -> None:
        self.backend.set_rate_limit("*", 1, 1)
        self.assertEqual([self.ask(token="wrong").status for _ in range(2)], [401, 401])

    def test_cleared(self) -> None:
        self.backend.set_rate_limit("*", 1, 1)
        self.ask()
        self.backend.clear_rate_limits()
        self.assertEqual(self.ask().status, 200)

    def test_limits_that_are_none(self) -> None:
        values: Any
        for values in ((0, 1), (1, 0), (-1, 1)):
            with self.subTest(values), self.assertRaisesRegex(BackendError, "are no limit"):
                self.backend.set_rate_limit("create_message", *values)
        with self.assertRaisesRegex(BackendError, "files have no rate limit"):
            self.backend.set_rate_limit("cdn", 1, 1)
        with self.assertRaisesRegex(BackendError, "connections to the gateway have no rate limit"):
            self.backend.set_rate_limit("gateway", 1, 1)
        with self.assertRaisesRegex(BackendError, "`when` needs a route"):
            self.backend.set_rate_limit("*", 1, 1, when=lambda request: True)

    def test_limit_below_that_of_a_route(self) -> None:
        self.backend.set_rate_limit(
            "create_message", 1, 60, when=lambda request: "link" in request.json["content"]
        )
        texts = ("hi", "a link", "hi", "another link", "hi")
        self.assertEqual([self.say(text).status for text in texts], [200, 200, 200, 429, 200])
        self.assertEqual(json.loads(self.say("link").body)["retry_after"], 60.0)

    def test_interactions_are_exempt_from_the_global_limit(self) -> None:
        self.backend.set_rate_limit("*", 1, 60)
        application = self.small.bot.application_id
        self.assertEqual([self.ask().status for _ in range(2)], [200, 429])
        for path in ("/interactions/1/token/callback", f"/webhooks/{application}/token"):
            self.assertNotEqual(self.ask("POST", path, b"{}").status, 429)

    def test_resource_that_is_limited_says_so(self) -> None:
        self.backend.set_rate_limit("create_message", 1, 60, scope="shared")
        self.say()
        self.assertEqual(json.loads(self.say().body)["message"], "The resource is being rate limited.")


class Realistic(TroubleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.backend.use_realistic_rate_limits()

    def test_ban_after_many_invalid_requests(self) -> None:
        assert self.backend.rate_limits is not None
        self.assertEqual(self.backend.rate_limits.max_invalid, MAX_INVALID)
        self.backend.rate_limits.max_invalid = 3
        for _ in range(3):
            self.assertEqual(self.ask(token="wrong").status, 401)
        banned = self.ask()
        self.assertEqual(banned.status, 429)
        self.assertNotIn("Via", banned.headers)

    def test_ban_comes_before_everything(self) -> None:
        assert self.backend.rate_limits is not None
        self.backend.rate_limits.max_invalid = 3
        injection = self.backend.inject("*", HttpError(403, 50001), times=None)
        self.assertEqual([self.ask().status for _ in range(4)], [403, 403, 403, 429])
        self.assertEqual(injection.count, 3)
        self.assertEqual((self.last.status, self.last.wait), (429, 3600))

    def test_injected_limits_count_as_invalid(self) -> None:
        assert self.backend.rate_limits is not None
        self.backend.rate_limits.max_invalid = 2
        self.backend.inject("*", RateLimited(1, "shared"), times=2)
        self.backend.inject("*", RateLimited(1), times=2)
        for _ in range(4):
            self.assertIn("Via", self.ask().headers)
        self.assertNotIn("Via", self.ask().headers)
