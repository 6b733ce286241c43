from __future__ import annotations

import unittest
from datetime import UTC, datetime
from typing import Any

from discordtest.backend import rest
from discordtest.backend.journal import Exchange
from discordtest.backend.ratelimits import BAN, INVALID_WINDOW, MAX_INVALID, Limit, RateLimits, Scope, Verdict
from discordtest.backend.targets import find_target

SECOND = 1_000_000


class LimitsTestCase(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 0
        self.limits = RateLimits(datetime.fromtimestamp(1_000, UTC))

    def set(self, target: str, limit: int, seconds: float, scope: Scope = "user") -> None:
        """Set a limit."""
        self.limits.set(Limit(find_target(target), limit, round(seconds * SECOND), scope, target))

    def ask(
        self,
        path: str = "/channels/1/messages",
        method: str = "POST",
        application: str | None = "9",
        json: Any = None,
        is_exempt: bool = False,
    ) -> Verdict:
        """Return what the limits say to a request."""
        route, raw, _ = rest.match(method, path)
        assert route is not None
        exchange = Exchange(self.now, None, method, path, {}, route, json)
        ban = self.limits.ban(self.now)
        return ban or self.limits.take(route, raw, application, self.now, exchange, is_exempt=is_exempt)

    def passes(self, *args: str, **options: Any) -> bool:
        """Tell whether a request passes."""
        return self.ask(*args, **options).payload is None


class Buckets(LimitsTestCase):
    def test_headers_count_down_to_nothing(self) -> None:
        self.set("create_message", 2, 5)
        first = self.ask()
        self.now = SECOND
        second = self.ask()
        self.assertEqual((first.headers["X-RateLimit-Remaining"], first.wait), ("1", 0))
        self.assertEqual(
            second.headers,
            {
                "X-RateLimit-Limit": "2",
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": "1005.000",
                "X-RateLimit-Reset-After": "4.000",
                "X-RateLimit-Bucket": "create_message",
            },
        )
        self.assertEqual(second.wait, 4 * SECOND)

    def test_one_more_is_refused_with_all_that_discord_says(self) -> None:
        self.set("create_message", 1, 5)
        self.ask()
        self.now = 1_000_100
        refused = self.ask()
        self.assertEqual(
            refused.payload,
            {"message": "You are being rate limited.", "retry_after": 4.0, "global": False},
        )
        self.assertEqual(
            {name: refused.headers[name] for name in ("Via", "Retry-After", "X-RateLimit-Scope")},
            {"Via": "1.1 google", "Retry-After": "4", "X-RateLimit-Scope": "user"},
        )
        self.assertEqual(refused.headers["X-RateLimit-Remaining"], "0")
        self.assertNotIn("X-RateLimit-Global", refused.headers)

    def test_window_is_over_when_it_says(self) -> None:
        self.set("create_message", 1, 5)
        self.ask()
        self.now = 5 * SECOND - 1
        self.assertFalse(self.passes())
        self.now = 5 * SECOND
        self.assertTrue(self.passes())

    def test_each_channel_guild_and_webhook_has_its_own(self) -> None:
        for target, method, one, other in (
            ("create_message", "POST", "/channels/1/messages", "/channels/2/messages"),
            ("create_guild_channel", "POST", "/guilds/1/channels", "/guilds/2/channels"),
            ("execute_webhook", "POST", "/webhooks/1/a", "/webhooks/1/b"),
            ("get_webhook", "GET", "/webhooks/1", "/webhooks/2"),
            (
                "create_interaction_response",
                "POST",
                "/interactions/1/a/callback",
                "/interactions/1/b/callback",
            ),
        ):
            with self.subTest(target):
                self.set(target, 1, 5)
                self.assertTrue(self.passes(one, method))
                self.assertFalse(self.passes(one, method))
                self.assertTrue(self.passes(other, method))

    def test_what_is_no_major_parameter_shares_one(self) -> None:
        self.set("get_user", 1, 5)
        self.assertTrue(self.passes("/users/1", "GET"))
        self.assertFalse(self.passes("/users/2", "GET"))

    def test_each_bot_has_its_own_unless_it_is_shared(self) -> None:
        self.set("create_message", 1, 5)
        self.assertTrue(self.passes(application="1"))
        self.assertTrue(self.passes(application="2"))
        self.set("create_message", 1, 5, "shared")
        self.assertTrue(self.passes(application="1"))
        refused = self.ask(application="2")
        self.assertEqual(refused.headers["X-RateLimit-Scope"], "shared")

    def test_other_routes_are_free(self) -> None:
        self.set("create_message", 1, 5)
        self.ask()
        self.assertEqual(self.ask("/channels/1/messages", "GET"), Verdict())

    def test_limit_that_is_set_again_starts_anew(self) -> None:
        self.set("create_message", 1, 5)
        self.ask()
        self.set("create_message", 1, 10)
        self.assertEqual(self.ask().wait, 10 * SECOND)

    def test_latest_of_two_that_fit_counts(self) -> None:
        self.set("create_message", 5, 5)
        self.set("POST /channels/1/messages", 1, 5)
        self.ask()
        self.assertFalse(self.passes())
        self.assertTrue(self.passes("/channels/2/messages"))
        self.assertTrue(self.passes("/channels/2/messages"))


class Everything(LimitsTestCase):
    def test_all_requests_of_a_bot_count(self) -> None:
        self.set("*", 2, 1, "global")
        self.assertTrue(self.passes())
        self.assertTrue(self.passes("/users/@me", "GET"))
        refused = self.ask()
        self.assertEqual(refused.headers["X-RateLimit-Global"], "true")
        self.assertNotIn("X-RateLimit-Bucket", refused.headers)
        self.assertEqual(refused.payload["global"], True)  # type: ignore[index]
        self.assertTrue(self.passes(application="8"))

    def test_what_is_exempt_uses_up_nothing(self) -> None:
        self.set("*", 1, 1, "global")
        self.assertTrue(self.passes("/interactions/1/token/callback", application=None, is_exempt=True))
        self.assertTrue(self.passes(is_exempt=True))
        self.ask()
        self.assertTrue(self.passes(is_exempt=True))
        self.assertFalse(self.passes())

    def test_requests_without_a_bot_are_those_of_one_address(self) -> None:
        self.set("*", 1, 1, "global")
        self.assertTrue(self.passes())
        self.assertTrue(self.passes("/webhooks/1/token", application=None))
        self.assertFalse(self.passes("/webhooks/2/token", application=None))

    def test_refused_request_uses_up_no_bucket(self) -> None:
        self.set("*", 1, 1, "global")
        self.set("create_message", 1, 5)
        self.ask("/users/@me", "GET")
        self.ask()
        self.now = SECOND
        self.assertTrue(self.passes())


class Below(LimitsTestCase):
    """Limits below that of a route, of which no header tells."""

    EDIT = "/channels/1", "PATCH"

    def setUp(self) -> None:
        super().setUp()
        self.set("update_channel", 5, 15)
        for number, field in enumerate(("name", "topic")):
            self.limits.set(self.below(field, number))

    @staticmethod
    def below(field: str, number: int = 0) -> Limit:
        target = find_target("update_channel")
        return Limit(
            target, 2, 600 * SECOND, "user", f"below {number}", lambda request: field in request.json, True
        )

    def edit(self, **changes: str) -> Verdict:
        return self.ask(*self.EDIT, json=changes)

    def test_headers_are_those_of_the_route(self) -> None:
        headers = [self.edit(name="new").headers for _ in range(2)]
        self.assertEqual([each["X-RateLimit-Remaining"] for each in headers], ["4", "3"])
        self.assertEqual(headers[1]["X-RateLimit-Reset-After"], "15.000")

    def test_third_is_refused_though_the_route_has_room(self) -> None:
        for _ in range(2):
            self.assertIsNone(self.edit(name="new").payload)
        self.now = 5 * SECOND
        refused = self.edit(name="new")
        assert isinstance(refused.payload, dict)
        self.assertEqual((refused.payload["retry_after"], refused.wait), (595.0, 595 * SECOND))
        self.assertEqual(
            (refused.headers["Retry-After"], refused.headers["X-RateLimit-Scope"]), ("595", "user")
        )
        self.assertEqual(refused.headers["X-RateLimit-Remaining"], "2")
        self.assertEqual(refused.headers["X-RateLimit-Reset-After"], "10.000")
        self.now = 600 * SECOND
        self.assertIsNone(self.edit(name="new").payload)

    def test_each_field_has_its_own(self) -> None:
        for _ in range(2):
            self.edit(name="new")
        self.assertIsNone(self.edit(topic="new").payload)
        self.assertIsNotNone(self.edit(name="new", topic="new").payload)
        self.assertIsNone(self.edit(nsfw="yes").payload)

    def test_of_two_that_are_used_up_the_later_end_counts(self) -> None:
        self.edit(topic="new")
        self.edit(topic="new")
        self.now = SECOND
        self.edit(name="new")
        self.edit(name="new")
        self.assertEqual(self.edit(name="x", topic="x").wait, 600 * SECOND)

    def test_each_channel_has_its_own(self) -> None:
        for _ in range(2):
            self.edit(name="new")
        self.assertTrue(self.passes("/channels/2", "PATCH", json={"name": "new"}))

    def test_refused_request_uses_up_none_of_the_others(self) -> None:
        for _ in range(2):
            self.edit(name="new")
        for _ in range(3):
            self.edit(name="new", topic="new")
        self.now = 15 * SECOND
        self.assertIsNone(self.edit(topic="new").payload)
        self.assertIsNone(self.edit(topic="newer").payload)

    def test_route_that_is_used_up_comes_first(self) -> None:
        for _ in range(5):
            self.edit(nsfw="yes")
        refused = self.edit(name="new")
        self.assertEqual(refused.wait, 15 * SECOND)
        self.assertEqual(refused.headers["X-RateLimit-Remaining"], "0")

    def test_same_one_set_again_starts_anew(self) -> None:
        again = self.limits.hidden[-1]
        for _ in range(2):
            self.edit(name="new")
        self.limits.set(again)
        self.assertEqual(len(self.limits.hidden), 2)
        self.assertIsNone(self.edit(name="new").payload)


class Bans(LimitsTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.limits.max_invalid = 3

    def note(self, *statuses: int, scope: Scope = "user") -> None:
        """Note answers."""
        for status in statuses:
            self.limits.note(status, scope, self.now)

    def test_too_many_invalid_requests_are_a_ban(self) -> None:
        self.note(401, 403)
        self.assertTrue(self.passes())
        self.note(429)
        banned = self.ask("/users/@me", "GET")
        self.assertEqual(banned.status, 429)
        self.assertNotIn("Via", banned.headers)
        self.assertEqual((banned.payload, banned.wait), ("error code: 1015", BAN))
        self.assertEqual((banned.headers["Retry-After"], banned.headers["Server"]), ("3600", "cloudflare"))
        self.now = BAN - 1
        self.assertEqual(self.ask().headers["Retry-After"], "1")
        self.now = BAN
        self.assertTrue(self.passes())

    def test_what_does_not_count(self) -> None:
        self.note(200, 404, 500, 400)
        self.note(429, 429, 429, scope="shared")
        self.assertTrue(self.passes())

    def test_what_was_ten_minutes_ago_does_not_count(self) -> None:
        self.note(403, 403)
        self.now = INVALID_WINDOW - 1
        self.note(200)
        self.now = INVALID_WINDOW
        self.note(403)
        self.assertTrue(self.passes())
        self.note(403, 403)
        self.assertFalse(self.passes())

    def test_another_day_starts_anew(self) -> None:
        self.note(403, 403)
        self.limits.restart(datetime.fromtimestamp(2_000, UTC))
        self.note(403, 403)
        self.assertTrue(self.passes())

    def test_bounds_of_the_documentation(self) -> None:
        self.assertEqual((MAX_INVALID, INVALID_WINDOW), (10_000, 600 * SECOND))

    def test_nothing_is_counted_unless_asked(self) -> None:
        self.limits.max_invalid = None
        self.note(*[403] * 10)
        self.assertTrue(self.passes())
