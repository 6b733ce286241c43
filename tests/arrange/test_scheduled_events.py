"""Scheduled events that a test makes: what the bot finds, what it hears, and what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta

import discord

from discordtest import SetupError, backend
from tests.control.listening import ControlTestCase

HOUR = timedelta(hours=1)
PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(40)


class BeforeTheStartTests(ControlTestCase):
    def make_world(self) -> None:
        super().make_world()
        self.floor = self.make_voice_channel("floor", self.guild)
        self.party = self.make_scheduled_event("Party", self.guild, channel=self.floor, creator=self.alice)
        self.known = list(self.guild.scheduled_events)

    async def test_bot_finds_it(self) -> None:
        (found,) = self.guild.scheduled_events
        self.assertEqual(found, self.party)
        self.assertEqual((found.channel, found.creator), (self.floor, self.alice))
        self.assertIs(self.refresh(self.party), found)

    async def test_guild_from_before_the_start_knows_it(self) -> None:
        self.assertEqual(self.known, [self.party])
        self.assertEqual(self.party.channel, self.floor)


class MakeTests(ControlTestCase):
    async def test_defaults(self) -> None:
        event = backend.make_scheduled_event("Party", self.guild, 7)
        self.assertEqual(event.id, 7)
        now = self.clock.now()
        self.assertEqual((event.start_time, event.end_time), (now + HOUR, now + 2 * HOUR))
        self.assertEqual((event.location, event.creator_id), ("somewhere", self.owner.id))
        self.assertIs(self.guild.get_scheduled_event(7), event)
        self.assertEqual(await self.arguments("scheduled_event_create"), (event,))

    async def test_one_that_recurs_comes_again(self) -> None:
        start = self.clock.now() + HOUR
        event = self.make_scheduled_event("Quiz", self.guild, recurrence_rule={"frequency": 2})
        await self.advance(hours=2)
        event = self.refresh(event)
        self.assertEqual((event.status.name, event.start_time), ("scheduled", start + timedelta(days=7)))
        updates = [args for name, args in await self.heard_with() if name == "scheduled_event_update"]
        before, after = updates[-1]
        self.assertEqual((before.status.name, after.status.name), ("active", "scheduled"))

    async def test_keywords(self) -> None:
        start = self.clock.now() + 3 * HOUR
        stage = self.make_stage_channel("stage", self.guild)
        event = self.make_scheduled_event(
            "Talk",
            "Test",
            start_time=start,
            end_time=start + HOUR,
            channel="stage",
            description="Listen.",
            image=PIXEL,
            entity_type=discord.EntityType.stage_instance,
            privacy_level=discord.PrivacyLevel.guild_only,
            creator="alice",
        )
        self.assertEqual((event.channel, event.start_time, event.end_time), (stage, start, start + HOUR))
        self.assertEqual((event.description, event.creator_id), ("Listen.", self.alice.id))
        assert event.cover_image is not None
        self.assertEqual(await event.cover_image.read(), PIXEL)

    async def test_start_in_the_past(self) -> None:
        floor = self.make_voice_channel("floor", self.guild)
        start = self.clock.now() - HOUR
        event = self.make_scheduled_event("Late", self.guild, channel=floor, start_time=start)
        self.assertEqual((event.start_time, event.status), (start, discord.EventStatus.scheduled))

    async def test_refusals(self) -> None:
        floor = self.make_voice_channel("floor", self.guild)
        make = self.make_scheduled_event
        with self.assertRaisesRegex(SetupError, "in a voice or stage channel, not in #general"):
            make("x", self.guild, channel=self.general)
        with self.assertRaisesRegex(TypeError, "channel= or at a location=, not both"):
            make("x", self.guild, channel=floor, location="Park")
        with self.assertRaisesRegex(TypeError, "name is a string, not 3"):
            make(3, self.guild)  # type: ignore[arg-type]
        with self.assertRaisesRegex(SetupError, "name: .*between 1 and 100"):
            make("x" * 101, self.guild)
        with self.assertRaisesRegex(SetupError, "has no time zone"):
            make("x", self.guild, channel=floor, start_time=datetime(2030, 1, 1))
        with self.assertRaisesRegex(SetupError, "CHANNEL|channel type"):
            make("x", self.guild, channel=floor, entity_type=discord.EntityType.stage_instance)
        make("x", self.guild, 7)
        with self.assertRaisesRegex(SetupError, "id_num=7 is taken, by 'x'"):
            make("y", self.guild, 7)
