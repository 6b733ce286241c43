"""Texts that are claimed: equal, found by a pattern, accepted by a predicate; and as a diff."""

from __future__ import annotations

import re
import unittest

from discordtest import Close
from discordtest.assertions.texts import diff, same_text


class TextTests(unittest.TestCase):
    def test_string_is_equal(self) -> None:
        self.assertTrue(same_text("a", "a"))
        self.assertFalse(same_text("a", "ab"))

    def test_white_space_that_discord_takes_off_is_no_difference(self) -> None:
        self.assertTrue(same_text(" a\n", "a"))
        self.assertTrue(same_text(" a\n", " a\n"))
        self.assertFalse(same_text("a", "a\n"))

    def test_pattern_is_searched(self) -> None:
        self.assertTrue(same_text(re.compile("b"), "abc"))
        self.assertFalse(same_text(re.compile("^b"), "abc"))

    def test_number_is_near(self) -> None:
        self.assertTrue(same_text(Close(3, 1), "4"))
        self.assertFalse(same_text(Close(3, 1), "5"))

    def test_predicate_decides(self) -> None:
        self.assertTrue(same_text(str.isupper, "A"))
        self.assertFalse(same_text(str.isupper, "a"))

    def test_diff_goes_by_lines(self) -> None:
        self.assertEqual(diff("one\ntwo", "one\nthree"), "      one\n    - two\n    + three")
        self.assertEqual(diff("", "x"), "    -\n    + x")


if __name__ == "__main__":
    unittest.main()
