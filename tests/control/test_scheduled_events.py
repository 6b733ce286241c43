"""Scheduled events that a test changes and deletes by hand."""

from __future__ import annotations

from datetime import timedelta

import discord

from discordtest import SetupError, backend
from tests.control.listening import ControlTestCase


class ScheduledEventTests(ControlTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.party = self.make_scheduled_event("Party", self.guild, location="Park")
        await self.heard()

    async def test_status(self) -> None:
        for status in (discord.EventStatus.active, "completed"):
            event = backend.update_scheduled_event(self.party, status=status)
            self.assertIs(event, self.party)
            self.assertEqual(await self.heard(), ["scheduled_event_update"])
        self.assertEqual(self.party.status, discord.EventStatus.ended)
        with self.assertRaisesRegex(SetupError, "Cannot update a finished event"):
            backend.update_scheduled_event(self.party, name="x")

    async def test_values(self) -> None:
        floor = self.make_voice_channel("floor", self.guild)
        start = self.clock.now() + timedelta(days=1)
        end = start + timedelta(hours=1)
        backend.update_scheduled_event("Party", name="Feast", start_time=start, end_time=end, channel=floor)
        self.assertEqual((self.party.name, self.party.start_time), ("Feast", start))
        self.assertEqual((self.party.channel, self.party.location), (floor, None))
        end = start + timedelta(hours=2)
        backend.update_scheduled_event(self.party, location="Wood", end_time=end, description="Far.")
        self.assertEqual((self.party.location, self.party.end_time), ("Wood", end))
        self.assertEqual(self.party.description, "Far.")

    async def test_what_is_no_status(self) -> None:
        with self.assertRaisesRegex(TypeError, r"or the name of one \(scheduled, active, .*not 'begun'"):
            backend.update_scheduled_event(self.party, status="begun")

    async def test_delete(self) -> None:
        backend.delete_scheduled_event(self.party)
        self.assertEqual(list(self.guild.scheduled_events), [])
        self.assertEqual(await self.arguments("scheduled_event_delete"), (self.party,))
        with self.assertRaisesRegex(SetupError, "there is no scheduled event"):
            backend.delete_scheduled_event(self.party)

    async def test_saved_world_has_it(self) -> None:
        await self.subscribe(self.alice, self.party)
        saved = self.backend.snapshot()
        self.backend.delete_scheduled_event(self.party)
        await self.restore(saved)
        self.assertScheduledEvent(self.guild, "Party", users=[self.alice])
        await self.advance(hours=1)
        self.assertScheduledEvent(self.guild, "Party", status="active")
