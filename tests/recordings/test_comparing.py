"""What differs each time and does not matter, and what does."""

from __future__ import annotations

import unittest
from typing import Any

from discordtest import Close
from discordtest.recordings.comparing import Comparison, difference

ONE, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2


class FitTests(unittest.TestCase):
    def assertFits(self, recorded: Any, actual: Any, *, tolerance: float = 5.0) -> Comparison:
        comparison = Comparison(tolerance)
        self.assertTrue(comparison.fits(recorded, actual))
        return comparison

    def assertDiffers(self, recorded: Any, actual: Any, *, tolerance: float = 5.0) -> None:
        comparison = Comparison(tolerance)
        self.assertFalse(comparison.fits(recorded, actual))
        self.assertEqual(comparison.drawn, {})

    def test_same_values(self) -> None:
        for value in (None, 1, "a", [1, {"a": None}], {"a": [True]}):
            self.assertFits(value, value)

    def test_other_values(self) -> None:
        for recorded, actual in (
            (1, 2), ("a", "b"), (None, 0), ([1], [1, 2]), ({"a": 1}, {"b": 1}),
            ({"a": 1}, {"a": 1, "b": 1}), ([1], {"a": 1}), ("1", 1),
        ):  # fmt: skip
            self.assertDiffers({"x": recorded}, {"x": actual})

    def test_nonce_does_not_matter(self) -> None:
        self.assertFits({"nonce": "1", "a": 1}, {"nonce": "2", "a": 1})
        self.assertFits({"a": 1}, {"nonce": "2", "a": 1})
        self.assertDiffers({"nonce": "1", "a": 1}, {"nonce": "1", "a": 2})

    def test_what_fits_is_not_shown_as_a_difference(self) -> None:
        recorded = {"nonce": "1", "at": "<t:10:R>", "rows": [{"custom_id": ONE}, {"a": 1}], "text": "hello"}
        actual = {"text": "hullo", "rows": [{"custom_id": OTHER}, {"a": 1}, 3], "at": "<t:12:R>", "more": 4}
        comparison = Comparison(5.0)
        likened = comparison.likened(recorded, actual)
        self.assertEqual(likened, {**recorded, "rows": [*recorded["rows"], 3], "text": "hullo", "more": 4})
        self.assertEqual(list(likened), [*recorded, "more"])
        self.assertEqual(comparison.drawn, {})
        self.assertEqual(comparison.likened({"a": 1}, {"a": 2, "nonce": "3"}), {"a": 2})
        self.assertEqual(comparison.likened([1], {"a": 2}), {"a": 2})

    def test_drawn_custom_id_is_remembered(self) -> None:
        comparison = self.assertFits(
            {"components": [{"custom_id": ONE}]}, {"components": [{"custom_id": OTHER}]}
        )
        self.assertEqual(
            comparison.translated(f'{{"custom_id":"{ONE}","x":"y{ONE}"}}'),
            f'{{"custom_id":"{OTHER}","x":"y{ONE}"}}',
        )
        self.assertTrue(comparison.fits({"custom_id": ONE}, {"custom_id": OTHER}))
        self.assertFalse(comparison.fits({"custom_id": ONE}, {"custom_id": "0" * 32}))

    def test_chosen_custom_id_matters(self) -> None:
        self.assertDiffers({"custom_id": "yes"}, {"custom_id": "no"})
        self.assertDiffers({"custom_id": ONE}, {"custom_id": "yes"})
        self.assertDiffers({"content": ONE}, {"content": OTHER})

    def test_what_was_drawn_is_remembered_only_where_all_fits(self) -> None:
        self.assertDiffers([{"custom_id": ONE}, 1], [{"custom_id": OTHER}, 2])

    def test_moments_at_the_bound_and_past_it(self) -> None:
        start = "2026-01-01T12:00:00+00:00"
        self.assertFits({"at": start}, {"at": "2026-01-01T12:00:05Z"})
        self.assertFits({"at": start}, {"at": "2026-01-01T13:00:04.999999+01:00"})
        self.assertDiffers({"at": start}, {"at": "2026-01-01T12:00:05.000001+00:00"})
        self.assertDiffers({"at": start}, {"at": "soon"})

    def test_moments_within_a_text(self) -> None:
        self.assertFits("at <t:1000:R> or <t:2000>", "at <t:1005:R> or <t:1995>")
        self.assertDiffers("at <t:1000:R>", "at <t:1006:R>")
        self.assertDiffers("at <t:1000:R>", "at <t:1000:F>")
        self.assertDiffers("at <t:1000:R>", "in <t:1000:R>")
        self.assertDiffers("at <t:1000:R>", "at <t:1000:R> <t:1000:R>")

    def test_snowflakes_made_from_moments(self) -> None:
        recorded, near, far = (str((1_000_000_000_000 + each) << 22) for each in (0, 5_000, 5_001))
        self.assertFits({"before": recorded}, {"before": near})
        self.assertDiffers({"before": recorded}, {"before": far})
        self.assertDiffers({"message_id": recorded}, {"message_id": near})

    def test_since_of_a_presence(self) -> None:
        self.assertFits({"since": 1_000_000}, {"since": 1_005_000})
        self.assertDiffers({"since": 1_000_000}, {"since": 1_005_001})

    def test_close(self) -> None:
        self.assertFits({"a": [Close(1, 0.1)]}, {"a": [1.05]}, tolerance=0)
        self.assertDiffers({"a": [Close(1, 0.1)]}, {"a": [1.2]}, tolerance=0)


class DifferenceTests(unittest.TestCase):
    def test_lines_that_differ_are_marked(self) -> None:
        self.assertEqual(
            difference({"a": 1, "b": "é"}, {"a": 2, "b": "é"}),
            ["      {", '    -   "a": 1,', '    +   "a": 2,', '        "b": "é"', "      }"],
        )

    def test_what_is_the_same_far_away_is_left_out(self) -> None:
        lines = difference({str(n): n for n in range(100, 130)}, {str(n): n or 1 for n in range(101, 130)})
        self.assertEqual(lines[-1], "      …")
        self.assertLess(len(lines), 8)
