"""How scheduled events begin and end: by hand, and by themselves."""

from __future__ import annotations

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
