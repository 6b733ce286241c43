"""Scheduled events in the form of the API: what is given, what is taken by itself, and what means nothing."""

from __future__ import annotations

from datetime import timedelta

import discord

from discordtest import DiscordTestCase, SetupError
from discordtest.scheduling import event_fields, new_event_fields, status_value

HOUR = timedelta(hours=1)


class FieldTests(DiscordTestCase):
    def make_world(self) -> None:
        self.guild = self.make_guild("Test", channels=["general"])
        self.floor = self.make_voice_channel("floor", self.guild)

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.given = self.backend.world, str(self.guild.id)

    async def test_new_event_is_somewhere_in_an_hour_for_an_hour(self) -> None:
        now = self.clock.now()
        self.assertEqual(
            new_event_fields(*self.given, name="Party"),
            {
                "name": "Party",
                "scheduled_start_time": (now + HOUR).isoformat(timespec="microseconds"),
                "scheduled_end_time": (now + 2 * HOUR).isoformat(timespec="microseconds"),
                "entity_type": 3,
                "channel_id": None,
                "entity_metadata": {"location": "somewhere"},
                "privacy_level": 2,
            },
        )

    async def test_new_event_in_a_channel_has_no_end(self) -> None:
        body = new_event_fields(*self.given, name="Party", channel="floor")
        self.assertEqual((body["channel_id"], body["entity_type"]), (str(self.floor.id), 2))
        self.assertNotIn("scheduled_end_time", body)

    async def test_what_is_not_given_is_left_out(self) -> None:
        self.assertEqual(event_fields(*self.given), {})
        self.assertEqual(event_fields(*self.given, status="active", name="x"), {"status": 2, "name": "x"})

    async def test_place(self) -> None:
        with self.assertRaisesRegex(TypeError, "channel= or at a location=, not both"):
            event_fields(*self.given, channel=self.floor, location="Park")
        with self.assertRaisesRegex(SetupError, "in a voice or stage channel, not in #general"):
            event_fields(*self.given, channel=self.guild.text_channels[0])

    async def test_what_is_no_moment(self) -> None:
        with self.assertRaisesRegex(TypeError, "a moment is a datetime, not 'tomorrow'"):
            new_event_fields(*self.given, start_time="tomorrow")  # type: ignore[arg-type]

    async def test_numbers_for_enums(self) -> None:
        body = new_event_fields(*self.given, entity_type=3, privacy_level=2)  # type: ignore[arg-type]
        self.assertEqual((body["entity_type"], body["privacy_level"]), (3, 2))

    async def test_status(self) -> None:
        names = ["scheduled", "active", "completed", "canceled", "ended", "cancelled"]
        self.assertEqual([status_value(name) for name in names], [1, 2, 3, 4, 3, 4])
        self.assertEqual(status_value(discord.EventStatus.active), 2)
        for wrong in ("begun", 2):
            with self.assertRaisesRegex(TypeError, f"not {wrong!r}"):
                status_value(wrong)  # type: ignore[arg-type]
