"""The table of error codes, and the error that carries one."""

from __future__ import annotations

import re
import unittest

from discordtest.backend.codes import Code, RestError
from tests.judge import REFERENCE

# Codes by what they answer with, where bots tell them apart: by discord.Forbidden and discord.NotFound.
FORBIDDEN = (20001, 20012, 50001, 50003, 50007, 50013, 50167, 50278, 50600, 90001)
NOT_FOUND = (10003, 10004, 10007, 10008, 10011, 10013, 10014, 10015, 10060, 10062)
BAD_REQUEST = (30007, 30010, 30058, 40033, 40060, 50006, 50016, 50024, 50034, 50035, 50083, 160004, 220001)


class Table(unittest.TestCase):
    def test_statuses_that_bots_tell_apart(self):
        for status, codes in ((403, FORBIDDEN), (404, NOT_FOUND), (400, BAD_REQUEST), (401, (40001, 50027))):
            for code in codes:
                with self.subTest(code):
                    self.assertEqual(Code(code).status, status)

    def test_every_unknown_record_is_not_found(self):
        for code in Code:
            if code.name.startswith("UNKNOWN_"):
                self.assertEqual((code.status, code.text[:8]), (404, "Unknown "))

    def test_every_code_has_a_text_and_an_error_status(self):
        for code in Code:
            self.assertTrue(code.text)
            self.assertIn(code.status, (400, 401, 403, 404, 413, 429, 503))

    def test_codes_are_in_order(self):
        values = [code.value for code in Code]
        self.assertEqual(values, sorted(values))

    def test_every_documented_code_is_there(self):
        path = REFERENCE / "limits.md"
        if not path.is_file():
            self.skipTest("the reference data is not there")
        (line,) = [line for line in path.read_text().splitlines() if line.startswith("0 General error")]
        documented = {int(code) for code in re.findall(r"(?:^|; )(\d+) ", line)}
        self.assertGreater(len(documented), 230)
        self.assertEqual(documented - {code.value for code in Code}, set())


class Payload(unittest.TestCase):
    def test_code_and_text(self):
        error = RestError(Code.UNKNOWN_GUILD)
        self.assertEqual(error.payload(), {"message": "Unknown Guild", "code": 10004})
        self.assertEqual(str(error), "404 (error code: 10004): Unknown Guild")

    def test_further_keys(self):
        payload = RestError(Code.SLOWMODE, extra={"retry_after": 1.5}).payload()
        self.assertEqual((payload["code"], payload["retry_after"]), (20016, 1.5))

    def test_bare_status(self):
        payload = RestError(Code.GENERAL_ERROR, status=401).payload()
        self.assertEqual(payload, {"message": "401: Unauthorized", "code": 0})

    def test_of_a_form_in_a_field(self):
        error = RestError(Code.INVALID_FORM_BODY, errors={"title": {"_errors": []}})
        self.assertEqual(error.beneath("data").payload()["errors"], {"data": {"title": {"_errors": []}}})
        self.assertNotIn("errors", RestError(Code.UNKNOWN_GUILD).beneath("data").payload())
