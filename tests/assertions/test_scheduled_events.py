"""Scheduled events: each claim, its opposite, and what a failure says."""

from __future__ import annotations

from datetime import timedelta

import discord

from discordtest import Close, SetupError
from tests.bots import BotTestCase

HOUR = timedelta(hours=1)


class ScheduledEventTests(BotTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.floor = self.make_voice_channel("floor", self.guild)
        self.start = self.clock.now() + HOUR

    async def create(self) -> None:
        await self.bot_does(
            lambda ctx: ctx.guild.create_scheduled_event(
                name="Party",
                channel=self.floor,
                start_time=self.start,
                end_time=self.start + HOUR,
                description="Cake.",
                privacy_level=discord.PrivacyLevel.guild_only,
            )
        )

    async def test_every_claim(self) -> None:
        await self.create()
        event = self.assertScheduledEvent(
            self.guild,
            "Party",
            status=discord.EventStatus.scheduled,
            channel="floor",
            start_time=self.start,
            end_time=Close(self.start + HOUR, 5),
            description="Cake.",
            creator=self.client.user,
            users=[],
        )
        self.assertIs(event, self.guild.scheduled_events[0])
        for claim, value in (
            ("status", "active"),
            ("location", "Park"),
            ("start_time", self.start + HOUR),
            ("end_time", self.start),
            ("description", "Tea."),
            ("creator", self.alice),
            ("users", [self.alice]),
        ):
            with self.subTest(claim=claim):
                self.assertNotScheduledEvent(self.guild, "Party", **{claim: value})  # type: ignore[arg-type]
                with self.fails("Test has no such scheduled event: name='Party', " + claim):
                    self.assertScheduledEvent(self.guild, "Party", **{claim: value})  # type: ignore[arg-type]

    async def test_failure_lists_what_there_is(self) -> None:
        with self.fails("Test has no such scheduled event: any at all. Its scheduled events: none"):
            self.assertScheduledEvent(self.guild)
        await self.create()
        walk = self.make_scheduled_event("Walk", self.guild, location="Wood")
        await self.subscribe(self.alice, walk)
        await self.settle()
        with self.fails(
            f"'Party' (scheduled, in #floor, {self.start} to {self.start + HOUR}, by @bot); ",
            "'Walk' (scheduled, at 'Wood', ",
            "by @owner, interested: @alice)",
            "What happened:",
        ):
            self.assertScheduledEvent(self.guild, "Feast")
        with self.fails("Test has the scheduled event 'Walk' (scheduled, at 'Wood'"):
            self.assertNotScheduledEvent(self.guild, "Walk")

    async def test_what_is_over_is_found_by_its_status_alone(self) -> None:
        await self.create()
        await self.bot_does(lambda ctx: ctx.guild.scheduled_events[0].cancel())
        self.assertNotScheduledEvent(self.guild, "Party")
        self.assertScheduledEvent(self.guild, "Party", status="cancelled")
        with self.fails("name='Party'. Its scheduled events: 'Party' (canceled, in #floor"):
            self.assertScheduledEvent(self.guild, "Party")

    async def test_audit_log_calls_it_by_its_name(self) -> None:
        await self.create()
        with self.fails("has: scheduled_event_create of scheduled event 'Party' by @bot"):
            self.assertNotAuditLog(self.guild, discord.AuditLogAction.scheduled_event_create)

    async def test_what_cannot_be_claimed(self) -> None:
        with self.assertRaisesRegex(TypeError, "takes no place"):
            self.assertScheduledEvent(self.guild, "Party", place="Park")  # type: ignore[call-arg]
        with self.assertRaisesRegex(TypeError, "users takes a list"):
            self.assertScheduledEvent(self.guild, "Party", users=self.alice)  # type: ignore[arg-type]
        with self.assertRaisesRegex(TypeError, "not 'begun'"):
            self.assertScheduledEvent(self.guild, "Party", status="begun")
        with self.assertRaisesRegex(SetupError, "no channel"):
            self.assertScheduledEvent(self.guild, "Party", channel="cellar")
