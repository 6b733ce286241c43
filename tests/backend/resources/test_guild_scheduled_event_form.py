"""What a form of a scheduled event may say: its place, its times, and what it leaves out."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from tests.backend.resources.scheduled_events import ACTIVE, ScheduledEventTestCase, at
from tests.backend.worlds import Answer

REQUIRED = "BASE_TYPE_REQUIRED"
PAST = "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST"


class FormTestCase(ScheduledEventTestCase):
    def assertWrong(self, answer: Answer, field: str, error: str | None = None) -> None:
        self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), field, error)


class CreateTests(FormTestCase):
    def test_what_is_required(self) -> None:
        for kind, field, place in (
            (2, "name", "name"),
            (2, "privacy_level", "privacy_level"),
            (2, "scheduled_start_time", "scheduled_start_time"),
            (2, "entity_type", "entity_type"),
            (1, "channel_id", "channel_id"),
            (2, "channel_id", "channel_id"),
            (3, "entity_metadata", "entity_metadata.location"),
            (3, "scheduled_end_time", "scheduled_end_time"),
        ):
            with self.subTest(kind=kind, field=field):
                self.assertWrong(self.create(kind, **{field: ...}), place, REQUIRED)
        self.assertWrong(self.create(entity_metadata={}), "entity_metadata.location", REQUIRED)

    def test_what_does_not_go_with_the_place(self) -> None:
        self.assertWrong(self.create(channel_id=self.voice["id"]), "channel_id")
        answer = self.create(2, entity_metadata={"location": "Park"})
        self.assertWrong(answer, "entity_metadata", "GUILD_SCHEDULED_EVENT_ENTITY_METADATA_UNSUPPORTED")

    def test_values(self) -> None:
        for field, value in (
            ("privacy_level", 1),
            ("entity_type", 4),
            ("name", ""),
            ("name", "n" * 101),
            ("description", "d" * 1001),
            ("image", "no image"),
            ("scheduled_start_time", "tomorrow"),
        ):
            with self.subTest(field=field):
                self.assertWrong(self.create(**{field: value}), field)
        self.assertWrong(self.create(entity_metadata={"location": "l" * 101}), "entity_metadata.location")
        long = {"description": "d" * 1000, "entity_metadata": {"location": "l" * 100}}
        self.assertStatus(self.create(name="n" * 100, **long), 200)

    def test_times(self) -> None:
        self.assertWrong(self.create(2, scheduled_start_time=at(-0.001)), "scheduled_start_time", PAST)
        self.assertStatus(self.create(2, scheduled_start_time=at(0)), 200)
        self.assertWrong(self.create(scheduled_end_time=at(1)), "scheduled_end_time")
        self.assertStatus(self.create(scheduled_end_time=at(1.001)), 200)

    def test_the_test_itself_may_look_back(self) -> None:
        body = self.form(2, scheduled_start_time=at(-1))
        self.small.perform("create_guild_scheduled_event", self.small.guild["id"], body=body)


class UpdateTests(FormTestCase):
    def test_null_changes_neither_status_nor_kind(self) -> None:
        event = self.made(2)
        self.assertStatus(self.edit(event, status=None, entity_type=None), 200)
        self.assertEqual((event["status"], event["entity_type"]), (1, 2))

    def test_place_cannot_be_taken_away(self) -> None:
        self.assertWrong(self.edit(self.made(2), channel_id=None), "channel_id", REQUIRED)
        event = self.made()
        self.assertWrong(self.edit(event, entity_metadata=None), "entity_metadata.location", REQUIRED)
        self.assertWrong(self.edit(event, scheduled_end_time=None), "scheduled_end_time", REQUIRED)
        self.assertWrong(self.edit(event, channel_id=self.voice["id"]), "channel_id")

    def test_to_move_it_out_of_discord_asks_for_all_three(self) -> None:
        event = self.made(2, scheduled_end_time=at(2))
        whole: dict[str, Any] = {
            "channel_id": None,
            "entity_metadata": {"location": "Park"},
            "scheduled_end_time": at(3),
        }
        for field, place in (
            ("channel_id", "channel_id"),
            ("entity_metadata", "entity_metadata.location"),
            ("scheduled_end_time", "scheduled_end_time"),
        ):
            with self.subTest(missing=field):
                some = {key: value for key, value in whole.items() if key != field}
                self.assertWrong(self.edit(event, entity_type=3, **some), place, REQUIRED)
        self.assertStatus(self.edit(event, entity_type=3, **whole), 200)

    def test_to_move_it_into_a_channel_asks_for_the_channel(self) -> None:
        event = self.made()
        self.assertWrong(self.edit(event, entity_type=2), "channel_id", REQUIRED)

    def test_metadata_is_dropped_in_channels(self) -> None:
        event = self.made(2)
        self.assertStatus(self.edit(event, entity_metadata={"location": "Park"}), 200)
        self.assertIsNone(event["entity_metadata"])

    def test_times(self) -> None:
        event = self.made()
        self.assertWrong(self.edit(event, scheduled_start_time=at(-1)), "scheduled_start_time", PAST)
        self.assertWrong(self.edit(event, scheduled_start_time=at(2)), "scheduled_end_time")
        self.assertStatus(self.edit(event, status=ACTIVE), 200)
        answer = self.edit(event, scheduled_start_time=at(1.5))
        error = "GUILD_SCHEDULED_EVENT_SCHEDULE_INVALID_START_BY_STATUS"
        self.assertWrong(answer, "scheduled_start_time", error)
        self.assertStatus(self.edit(event, scheduled_end_time=at(3)), 200)
