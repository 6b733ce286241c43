"""Codes that people type."""

from __future__ import annotations

from discordtest.backend.resources.short_code import new_code
from tests.backend.worlds import SmallWorld, WorldTestCase


class ShortCodeTests(WorldTestCase):
    def test_length_and_characters(self) -> None:
        for length in (8, 12):
            self.assertRegex(new_code(self.small.world, length, ()), rf"\A[0-9A-Za-z]{{{length}}}\Z")

    def test_one_that_is_taken_is_passed_over(self) -> None:
        first, second = (new_code(SmallWorld().world, 8, taken) for taken in ((), ()))
        self.assertEqual(first, second)
        self.assertNotEqual(new_code(SmallWorld().world, 8, (first,)), first)
