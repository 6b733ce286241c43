from __future__ import annotations

import unittest
from collections.abc import Callable
from typing import Any

from discordtest.backend import rest
from discordtest.backend.faults import (
    ConnectionReset,
    Faults,
    HttpError,
    Injection,
    RateLimited,
    SlowAnswer,
    Timeout,
    plain,
)
from discordtest.backend.journal import Exchange
from discordtest.backend.targets import find_target

ROUTE, RAW, _ = rest.match("POST", "/channels/1/messages")


class Words(unittest.TestCase):
    def test_fault_is_named_as_a_test_writes_it(self) -> None:
        for fault, text in [
            (HttpError(503), "HttpError(503)"),
            (HttpError(403, 50013, served=True), "HttpError(403, code=50013, served=True)"),
            (RateLimited(2.5, scope="shared"), "RateLimited(2.5, scope='shared')"),
            (Timeout(), "Timeout()"),
        ]:
            with self.subTest(text):
                self.assertEqual(plain(fault), text)


class Verdicts(unittest.TestCase):
    def test_error_with_a_known_code_has_its_text(self) -> None:
        verdict = HttpError(403, 50013).verdict()
        self.assertEqual(verdict.status, 403)
        self.assertEqual(verdict.payload, {"message": "Missing Permissions", "code": 50013})
        self.assertIn("Via", verdict.headers)

    def test_error_without_code_says_its_status(self) -> None:
        self.assertEqual(HttpError(503).verdict().payload, {"message": "503: Service Unavailable", "code": 0})
        self.assertEqual(HttpError(524).verdict().payload, {"message": "524: Unknown Error", "code": 0})

    def test_error_with_a_message_of_its_own(self) -> None:
        verdict = HttpError(400, 99, "No luck").verdict()
        self.assertEqual(verdict.payload, {"message": "No luck", "code": 99})

    def test_page_of_a_proxy(self) -> None:
        self.assertEqual(HttpError(502, text="<html>").verdict().payload, "<html>")

    def test_status_at_the_bounds(self) -> None:
        for status in (400, 599):
            HttpError(status)
        for status in (399, 600):
            with self.assertRaisesRegex(ValueError, "no status of an error"):
                HttpError(status)

    def test_rate_limit_by_discord_and_by_cloudflare(self) -> None:
        ours, theirs = RateLimited(2.5, "shared").verdict(), RateLimited(60, via=False).verdict()
        self.assertEqual((ours.status, theirs.status), (429, 429))
        self.assertEqual((ours.headers["X-RateLimit-Scope"], ours.headers["Retry-After"]), ("shared", "3"))
        self.assertNotIn("Via", theirs.headers)
        self.assertIsInstance(theirs.payload, str)


class Nonsense(unittest.TestCase):
    def test_waits_and_scopes_that_are_none(self) -> None:
        scope: Any = "mine"
        cases: tuple[tuple[Callable[[], object], str], ...] = (
            (lambda: RateLimited(-1), "nobody can wait for -1 s"),
            (lambda: RateLimited(1, scope), "'mine' is no scope of a limit: user, global, shared are"),
            (lambda: SlowAnswer(-1), "no answer takes -1 s"),
        )
        for make, text in cases:
            with self.subTest(text), self.assertRaisesRegex(ValueError, text):
                make()
        self.assertEqual((RateLimited(0).retry_after, SlowAnswer(0).seconds), (0, 0))


class Striking(unittest.TestCase):
    def setUp(self) -> None:
        self.faults = Faults()
        self.exchange = Exchange(0, None, "POST", "/channels/1/messages", {})

    def inject(
        self, fault: HttpError, times: int | None = 1, after: int = 0, when: object = None
    ) -> Injection:
        """Inject a fault into create_message."""
        injection = Injection(find_target("create_message"), fault, times, when, after)  # type: ignore[arg-type]
        return self.faults.add(injection)

    def strikes(self) -> list[int]:
        """Return the statuses that the next five requests get; 0 where nothing strikes."""
        assert ROUTE is not None
        found = (self.faults.take(ROUTE, RAW, self.exchange) for _ in range(5))
        return [fault.status if isinstance(fault, HttpError) else 0 for fault in found]

    def test_so_many_times(self) -> None:
        injection = self.inject(HttpError(500), 2)
        self.assertEqual(self.strikes(), [500, 500, 0, 0, 0])
        self.assertEqual(injection.count, 2)

    def test_for_ever_until_it_is_stopped(self) -> None:
        injection = self.inject(HttpError(500), None)
        self.assertEqual(self.strikes(), [500] * 5)
        injection.stop()
        injection.stop()
        self.assertEqual(self.strikes(), [0] * 5)

    def test_after_some_that_pass(self) -> None:
        self.inject(HttpError(500), after=2)
        self.assertEqual(self.strikes(), [0, 0, 500, 0, 0])

    def test_when_the_test_says_so(self) -> None:
        self.inject(HttpError(500), 5, when=lambda exchange: exchange.path.endswith("/2/messages"))
        self.assertEqual(self.strikes(), [0] * 5)

    def test_one_after_the_other(self) -> None:
        self.inject(HttpError(500))
        self.inject(HttpError(503))
        self.assertEqual(self.strikes(), [500, 503, 0, 0, 0])

    def test_other_routes_are_left_alone(self) -> None:
        self.inject(HttpError(500))
        route, raw, _ = rest.match("GET", "/channels/1/messages")
        assert route is not None
        self.assertIsNone(self.faults.take(route, raw, self.exchange))

    def test_injection_that_was_never_added_can_be_stopped(self) -> None:
        Injection(find_target("*"), Timeout(), 1, None, 0).stop()


class Serving(unittest.TestCase):
    def test_what_is_done_before_it_goes_wrong(self) -> None:
        self.assertTrue(SlowAnswer(1).served)
        self.assertFalse(RateLimited(1).served)
        for kind in (ConnectionReset, Timeout):
            self.assertFalse(kind().served)
            self.assertTrue(kind(served=True).served)
