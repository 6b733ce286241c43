"""A long text is shown by its beginning."""

from __future__ import annotations

import unittest

from discordtest.brevity import WIDTH, quoted, start_of


class StartTests(unittest.TestCase):
    def test_text_that_fits_stays(self) -> None:
        self.assertEqual(start_of("a" * WIDTH), "a" * WIDTH)
        self.assertEqual(start_of("abcde", 5), "abcde")

    def test_text_that_is_one_too_long_ends_in_an_ellipsis(self) -> None:
        self.assertEqual(start_of("a" * (WIDTH + 1)), "a" * (WIDTH - 1) + "…")
        self.assertEqual(start_of("abcdef", 5), "abcd…")

    def test_quoted(self) -> None:
        self.assertEqual(quoted("it's\n"), '"it\'s\\n"')
        self.assertEqual(quoted("abcdef", 5), "'abcd…'")
        self.assertEqual(quoted(None), "''")
