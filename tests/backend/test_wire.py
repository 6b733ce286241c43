"""What a request says, as it crosses the wire."""

from __future__ import annotations

import unittest
from typing import Any

from multidict import CIMultiDict, MultiDict

from discordtest.backend.wire import Request, Response


def request(query: Any = (), **headers: str) -> Request:
    return Request("GET", "discord.com", "/", MultiDict(query), CIMultiDict(headers))


class RequestTests(unittest.TestCase):
    def test_parameter_that_is_there_several_times_is_a_list(self) -> None:
        pairs = [("a", "1"), ("b", "2"), ("a", "3")]
        self.assertEqual(request(pairs).parameters(), {"a": ["1", "3"], "b": "2"})
        self.assertEqual(request(pairs[:2]).parameters(), {"a": "1", "b": "2"})
        self.assertEqual(request().parameters(), {})

    def test_reason_is_decoded(self) -> None:
        self.assertEqual(request(**{"x-audit-log-reason": "too%20loud"}).audit_reason, "too loud")
        self.assertIsNone(request().audit_reason)


class ResponseTests(unittest.TestCase):
    def test_phrase_of_the_status(self) -> None:
        self.assertEqual(Response(404).reason, "Not Found")
        self.assertEqual(Response(299).reason, "")


if __name__ == "__main__":
    unittest.main()
