"""How a scheduled event may come again: the rules that Discord takes, and those it does not."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
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

    def test_its_end_is_loud(self) -> None:
        self.made(recurrence_rule={"start": at(1), "frequency": DAILY})
        self.advance(hours=3)
        (failure,) = self.small.backend.failures
        self.assertRegex(str(failure), "the end of the recurring event 'Party'")
        self.small.backend.failures.clear()

    def test_it_can_be_cancelled(self) -> None:
        event = self.made(recurrence_rule={"start": at(1), "frequency": DAILY})
        self.assertStatus(self.edit(event, status=CANCELED), 200)
