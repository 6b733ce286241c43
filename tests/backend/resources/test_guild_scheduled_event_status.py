"""How scheduled events begin and end: by hand, and by themselves."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.resources import guild_scheduled_event_status as module
from tests.backend.resources.scheduled_events import (
    ACTIVE,
    CANCELED,
    COMPLETED,
    SCHEDULED,
    ScheduledEventTestCase,
    at,
)


class ByHandTests(ScheduledEventTestCase):
    def test_begin_and_end(self) -> None:
        event = self.made(2)
        for status in (ACTIVE, COMPLETED):
            self.assertEqual(self.assertStatus(self.edit(event, status=status), 200)["status"], status)

    def test_what_cannot_follow(self) -> None:
        event = self.made(2)
        answers = [self.edit(event, status=COMPLETED)]
        self.assertStatus(self.edit(event, status=SCHEDULED), 200)
        self.assertStatus(self.edit(event, status=ACTIVE), 200)
        answers += [self.edit(event, status=status) for status in (SCHEDULED, CANCELED)]
        for answer in answers:
            body = self.assertStatus(answer, 400, Code.INVALID_FORM_BODY)
            self.assertFieldError(body, "status", "TRANSITION_INVALID")

    def test_what_is_over_stays_as_it_is(self) -> None:
        off, done = self.made(2), self.made(2)
        self.edit(off, status=CANCELED)
        for status in (ACTIVE, COMPLETED):
            self.edit(done, status=status)
        for event in (off, done):
            for change in ({"status": ACTIVE}, {"name": "x"}, {}):
                self.assertStatus(self.edit(event, **change), 400, Code.EVENT_FINISHED)


class RecurringTests(ScheduledEventTestCase):
    """Events that begin every day at the hour ``at(1)``."""

    def recurring(self, kind: int = 3, **fields: Any) -> Any:
        return self.made(kind, recurrence_rule={"start": at(1), "frequency": 3, **fields})

    def times(self, event: Any) -> tuple[Any, ...]:
        return event["status"], event["scheduled_start_time"], event["scheduled_end_time"]

    def test_it_is_scheduled_again_and_nobody_hears_that_it_ended(self) -> None:
        event, session = self.recurring(), self.small.connect()
        self.advance(hours=2)
        self.assertEqual(self.times(event), (SCHEDULED, at(25), at(26)))
        told = self.small.events(session, "GUILD_SCHEDULED_EVENT_UPDATE")
        self.assertEqual([each["status"] for each in told], [ACTIVE, SCHEDULED])
        self.assertEqual(told[1]["scheduled_start_time"], at(25))
        self.advance(hours=23)
        self.assertEqual(event["status"], ACTIVE)
        self.advance(hours=1)
        self.assertEqual(self.times(event), (SCHEDULED, at(49), at(50)))

    def test_who_is_interested_stays(self) -> None:
        event, alice = self.recurring(), self.small.make_person("alice")
        path = self.small.guild["id"], event["id"]
        self.small.perform("subscribe_to_scheduled_event", *path, actor=alice)
        self.advance(hours=2)
        (user,) = self.assertStatus(self.on("GET", event, tail="/users"), 200)
        self.assertEqual(user["user"]["id"], alice.user_id)

    def test_ended_by_hand_before_its_time_it_skips_that_date(self) -> None:
        event = self.recurring(1)
        self.edit(event, status=ACTIVE)
        self.assertIsNotNone(event["entity_id"])
        shown = self.assertStatus(self.edit(event, status=COMPLETED, name="Again"), 200)
        self.assertEqual(self.times(shown), (SCHEDULED, at(25), None))
        self.assertEqual((shown["name"], shown["entity_id"]), ("Again", None))
        entry = self.small.audit_log()[-1]
        self.assertIn(
            {"key": "scheduled_start_time", "old_value": at(1), "new_value": at(25)}, entry["changes"]
        )

    def test_dates_that_have_passed_meanwhile_are_skipped(self) -> None:
        event = self.recurring(2)
        self.edit(event, status=ACTIVE)
        self.small.time += int(50 * 3600e6)
        self.edit(event, status=COMPLETED)
        self.assertEqual(self.times(event), (SCHEDULED, at(73), None))

    def test_it_is_over_where_no_date_follows_or_the_rule_is_taken_away(self) -> None:
        never, last = self.recurring(2, frequency=0, by_month=[2], by_month_day=[30]), self.recurring(2)
        for event, change in (never, {}), (last, {"recurrence_rule": None}):
            self.edit(event, status=ACTIVE)
            self.edit(event, status=COMPLETED, **change)
            self.assertEqual(event["status"], COMPLETED)


class ByItselfTests(ScheduledEventTestCase):
    def test_outside_of_discord_it_begins_and_ends_on_time(self) -> None:
        event, session = self.made(), self.small.connect()
        entries = len(self.small.audit_log())
        self.advance(minutes=59, seconds=59)
        self.assertEqual(event["status"], SCHEDULED)
        self.advance(seconds=1)
        self.assertEqual(event["status"], ACTIVE)
        self.advance(minutes=59, seconds=59)
        self.assertEqual(event["status"], ACTIVE)
        self.advance(seconds=1)
        self.assertEqual(event["status"], COMPLETED)
        told = self.small.events(session, "GUILD_SCHEDULED_EVENT_UPDATE")
        self.assertEqual([each["status"] for each in told], [ACTIVE, COMPLETED])
        self.assertEqual(len(self.small.audit_log()), entries)

    def test_new_times_count(self) -> None:
        event = self.made()
        self.edit(event, scheduled_start_time=at(3), scheduled_end_time=at(5))
        self.advance(hours=2)
        self.assertEqual(event["status"], SCHEDULED)
        self.advance(hours=1)
        self.assertEqual(event["status"], ACTIVE)
        self.edit(event, scheduled_end_time=at(4))
        self.advance(hours=1)
        self.assertEqual(event["status"], COMPLETED)

    def test_in_a_channel_it_waits_for_somebody_and_is_called_off_when_late(self) -> None:
        event = self.made(2)
        self.advance(hours=1, seconds=module.LATE - 1)
        self.assertEqual(event["status"], SCHEDULED)
        self.advance(seconds=1)
        self.assertEqual(event["status"], CANCELED)

    def test_it_ends_a_few_minutes_after_the_last_has_left(self) -> None:
        alice, bob = self.small.make_person("alice"), self.small.make_person("bob")
        event = self.made(2)
        self.join(alice, self.voice)
        self.join(bob, self.voice)
        self.edit(event, status=ACTIVE)
        self.advance(hours=1)
        self.join(bob, None)
        self.advance(hours=1)
        self.assertEqual(event["status"], ACTIVE)
        self.join(alice, self.small.make_channel("other", 2))
        self.advance(seconds=module.DESERTED - 1)
        self.assertEqual(event["status"], ACTIVE)
        self.advance(seconds=1)
        self.assertEqual(event["status"], COMPLETED)

    def test_who_comes_back_keeps_it_going(self) -> None:
        alice, event = self.small.make_person("alice"), self.made(1)
        self.edit(event, status=ACTIVE)  # nobody is there yet
        self.advance(seconds=module.DESERTED - 60)
        self.join(alice, self.stage)
        self.advance(hours=1)
        self.assertEqual(event["status"], ACTIVE)
        self.join(alice, None)
        self.advance(seconds=60)
        self.join(alice, self.stage)
        self.join(alice, None)
        self.advance(seconds=module.DESERTED - 1)
        self.assertEqual(event["status"], ACTIVE)
        self.advance(seconds=1)
        self.assertEqual(event["status"], COMPLETED)

    def test_nothing_happens_to_what_is_deleted_or_over(self) -> None:
        gone, off = self.made(), self.made()
        self.on("DELETE", gone)
        self.edit(off, status=CANCELED)
        self.assertEqual(self.small.world.deadlines, [])
