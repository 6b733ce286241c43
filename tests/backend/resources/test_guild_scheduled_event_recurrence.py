"""How a scheduled event may come again: the rules that Discord takes, those it does not, and their dates."""

from __future__ import annotations

import unittest
from datetime import UTC, datetime
from typing import Any

from discordtest.backend import body
from discordtest.backend.codes import Code
from discordtest.backend.resources.guild_scheduled_event_recurrence import RECURRENCE_RULE, next_date
from tests.backend.resources.scheduled_events import CANCELED, ScheduledEventTestCase, at

YEARLY, MONTHLY, WEEKLY, DAILY = range(4)


class RecurrenceTests(ScheduledEventTestCase):
    def with_rule(self, frequency: int, **rule: Any) -> Any:
        return self.create(recurrence_rule={"start": at(1), "frequency": frequency, **rule})

    def test_rules_of_the_documentation(self) -> None:
        for frequency, rule in (
            (DAILY, {"by_weekday": [0, 1, 2, 3, 4], "interval": 1}),
            (DAILY, {"by_weekday": [6, 0]}),
            (DAILY, {}),
            (WEEKLY, {"by_weekday": [2]}),
            (WEEKLY, {"by_weekday": [2], "interval": 2}),
            (MONTHLY, {"by_n_weekday": [{"n": 4, "day": 2}]}),
            (YEARLY, {"by_month": [7], "by_month_day": [24], "interval": None}),
        ):
            with self.subTest(frequency=frequency, rule=rule):
                event = self.assertStatus(self.with_rule(frequency, **rule), 200)
                kept = {**rule, "interval": rule.get("interval") or 1}
                self.assertEqual({key: event["recurrence_rule"][key] for key in kept}, kept)
                self.assertIsNone(event["recurrence_rule"]["count"])

    def test_rules_that_are_refused(self) -> None:
        for frequency, rule, field in (
            (DAILY, {"by_weekday": [0, 2]}, "by_weekday"),
            (DAILY, {"interval": 2}, "interval"),
            (WEEKLY, {"by_weekday": [2, 3]}, "by_weekday"),
            (WEEKLY, {"by_weekday": [2], "interval": 3}, "interval"),
            (WEEKLY, {"by_weekday": [2, 2]}, "by_weekday"),
            (MONTHLY, {"by_weekday": [2]}, "by_weekday"),
            (MONTHLY, {"by_n_weekday": [{"n": 1, "day": 2}, {"n": 2, "day": 2}]}, "by_n_weekday"),
            (MONTHLY, {"by_n_weekday": [{"n": 6, "day": 2}]}, "by_n_weekday.0.n"),
            (WEEKLY, {"by_n_weekday": [{"n": 1, "day": 2}]}, "by_n_weekday"),
            (YEARLY, {"by_month": [7]}, "by_month_day"),
            (YEARLY, {"by_month_day": [24]}, "by_month"),
            (YEARLY, {"by_month": [7, 8], "by_month_day": [24]}, "by_month"),
            (DAILY, {"end": at(5)}, "end"),
            (DAILY, {"count": 3}, "count"),
            (YEARLY, {"by_year_day": [3]}, "by_year_day"),
            (4, {}, "frequency"),
        ):
            with self.subTest(frequency=frequency, rule=rule):
                body = self.assertStatus(self.with_rule(frequency, **rule), 400, Code.INVALID_FORM_BODY)
                self.assertFieldError(body, f"recurrence_rule.{field}")

    def test_rule_is_changed_and_taken_away(self) -> None:
        event = self.made()
        self.assertStatus(self.edit(event, recurrence_rule={"start": at(1), "frequency": DAILY}), 200)
        self.assertEqual(event["recurrence_rule"]["frequency"], DAILY)
        self.assertStatus(self.edit(event, recurrence_rule=None), 200)
        self.assertIsNone(event["recurrence_rule"])

    def test_it_can_be_cancelled(self) -> None:
        event = self.made(recurrence_rule={"start": at(1), "frequency": DAILY})
        self.assertStatus(self.edit(event, status=CANCELED), 200)


class DateTests(unittest.TestCase):
    def dates(self, frequency: int, count: int = 4, start: str = "2026-07-01", **rule: Any) -> list[str]:
        """Return the first dates of a rule; July 1, 2026 is a Wednesday."""
        made = body.parse(
            RECURRENCE_RULE, {"start": f"{start}T18:30:00+00:00", "frequency": frequency, **rule}
        )
        moment: datetime | None = datetime.fromisoformat(f"{start}T00:00:00+00:00")
        found = []
        while len(found) < count:
            assert moment is not None
            if (moment := next_date(made, moment)) is None:
                break
            self.assertEqual((moment.hour, moment.minute, moment.tzinfo), (18, 30, UTC))
            found.append(moment.date().isoformat())
        return found

    def test_examples_of_the_documentation(self) -> None:
        for frequency, rule, dates in (
            (DAILY, {"by_weekday": [0, 1, 2, 3, 4]}, ["07-01", "07-02", "07-03", "07-06"]),
            (WEEKLY, {"by_weekday": [2]}, ["07-01", "07-08", "07-15", "07-22"]),
            (WEEKLY, {"by_weekday": [2], "interval": 2}, ["07-01", "07-15", "07-29", "08-12"]),
            (MONTHLY, {"by_n_weekday": [{"n": 4, "day": 2}]}, ["07-22", "08-26", "09-23", "10-28"]),
        ):
            with self.subTest(rule=rule):
                self.assertEqual(self.dates(frequency, **rule), [f"2026-{date}" for date in dates])
        dates = self.dates(YEARLY, 2, by_month=[7], by_month_day=[24])
        self.assertEqual(dates, ["2026-07-24", "2027-07-24"])

    def test_without_days_they_are_those_of_the_start(self) -> None:
        for frequency, dates in (
            (DAILY, ["2026-07-01", "2026-07-02"]),
            (WEEKLY, ["2026-07-01", "2026-07-08"]),
            (MONTHLY, ["2026-07-01", "2026-08-01"]),
            (YEARLY, ["2026-07-01", "2027-07-01"]),
        ):
            with self.subTest(frequency=frequency):
                self.assertEqual(self.dates(frequency, 2), dates)

    def test_weeks_begin_on_monday(self) -> None:
        dates = self.dates(WEEKLY, 2, by_weekday=[0], interval=2)
        self.assertEqual(dates, ["2026-07-13", "2026-07-27"])

    def test_months_without_such_a_day_are_passed_over(self) -> None:
        self.assertEqual(self.dates(MONTHLY, 3, "2026-01-31"), ["2026-01-31", "2026-03-31", "2026-05-31"])
        fifth = self.dates(MONTHLY, 2, by_n_weekday=[{"n": 5, "day": 2}])
        self.assertEqual(fifth, ["2026-07-29", "2026-09-30"])
        leap = self.dates(YEARLY, 2, "2096-02-29")
        self.assertEqual(leap, ["2096-02-29", "2104-02-29"])

    def test_last_day_of_a_month(self) -> None:
        dates = self.dates(YEARLY, 2, "2027-01-01", by_month=[2], by_month_day=[-1])
        self.assertEqual(dates, ["2027-02-28", "2028-02-29"])

    def test_day_that_no_year_has(self) -> None:
        self.assertEqual(self.dates(YEARLY, by_month=[2], by_month_day=[30]), [])
