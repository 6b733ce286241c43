from __future__ import annotations

import unittest

from discordtest.backend.tokens import is_made_up, make_token


class Tokens(unittest.TestCase):
    def test_made_up_one_is_told_from_others(self) -> None:
        self.assertTrue(is_made_up(make_token("1234567890")))
        for token in ("", "token", "MTIz.GhIjKl.secret", "a.test00", "test00"):
            self.assertFalse(is_made_up(token), token)

    def test_it_has_the_form_of_a_real_one(self) -> None:
        first, second, third = make_token("1234567890").split(".")
        self.assertEqual((first, len(second), len(third)), ("MTIzNDU2Nzg5MA", 6, 38))
