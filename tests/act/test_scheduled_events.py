"""What people do about scheduled events, and what they are refused."""

from __future__ import annotations

from datetime import timedelta

import discord

from discordtest import SetupError
from tests.backend.worlds import PNG
from tests.control.listening import ControlTestCase

OTHER = PNG[:-1] + b"\x07"


class ScheduledEventTests(ControlTestCase):
    def make_world(self) -> None:
        super().make_world()
        self.host = self.make_member("host", self.guild, roles=[self.make_hosts()])
        self.floor = self.make_voice_channel("floor", self.guild)
        self.party = self.make_scheduled_event("Party", self.guild, channel=self.floor)

    def make_hosts(self) -> discord.Role:
        return self.make_role("hosts", self.guild, permissions=discord.Permissions(manage_events=True))

    async def test_interest(self) -> None:
        await self.subscribe(self.alice, self.party)
        self.assertScheduledEvent(self.guild, "Party", users=[self.alice])
        await self.unsubscribe("alice", "Party")
        self.assertScheduledEvent(self.guild, "Party", users=[])
        self.assertEqual(await self.heard(), ["scheduled_event_user_add", "scheduled_event_user_remove"])
        with self.assertRaisesRegex(SetupError, "alice is not interested in the scheduled event 'Party'"):
            await self.unsubscribe(self.alice, self.party)

    async def test_interest_in_what_is_over(self) -> None:
        self.backend.update_scheduled_event(self.party, status="canceled")
        with self.assertRaises(discord.HTTPException) as caught:
            await self.subscribe(self.alice, self.party)
        self.assertEqual(caught.exception.code, 180000)

    async def test_hidden_event(self) -> None:
        hidden = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        cellar = self.make_voice_channel("cellar", self.guild, overwrites=hidden)
        secret = self.make_scheduled_event("Secret", self.guild, channel=cellar)
        with self.assertRaisesRegex(SetupError, "Missing Access"):
            await self.subscribe(self.alice, secret)

    async def test_life_of_an_event(self) -> None:
        start = self.clock.now() + timedelta(days=1)
        event = await self.create_scheduled_event(
            self.host, self.guild, "Walk", start_time=start, location="Wood", description="Far."
        )
        self.assertEqual((event.start_time, event.end_time), (start, start + timedelta(hours=1)))
        self.assertScheduledEvent(self.guild, "Walk", creator=self.host)
        changed = await self.edit_scheduled_event(self.host, event, name="Run", status="active", reason="now")
        self.assertEqual((changed.name, changed.status), ("Run", discord.EventStatus.active))
        action = discord.AuditLogAction.scheduled_event_update
        self.assertAuditLog(self.guild, action, target=event, user=self.host, reason="now")
        await self.delete_scheduled_event(self.host, event)
        self.assertNotScheduledEvent(self.guild, "Run", status="active")
        names = [name for name in await self.heard() if name.startswith("scheduled")]
        self.assertEqual(
            names, ["scheduled_event_create", "scheduled_event_update", "scheduled_event_delete"]
        )

    async def test_everything_that_an_event_has(self) -> None:
        start = self.clock.now() + timedelta(days=1)
        end = start + timedelta(hours=3)
        event = await self.create_scheduled_event(
            self.host, self.guild, "Talk", start_time=start, channel=self.floor, image=PNG, reason="asked for"
        )
        self.assertEqual((event.channel, event.end_time), (self.floor, None))
        self.assertIsNotNone(event.cover_image)
        action = discord.AuditLogAction.scheduled_event_create
        self.assertAuditLog(self.guild, action, target=event, reason="asked for")
        changed = await self.edit_scheduled_event(
            self.host,
            event,
            location="Park",
            start_time=start + timedelta(hours=1),
            end_time=end,
            description="Bring tea.",
            image=OTHER,
        )
        self.assertEqual(
            (changed.location, changed.channel, changed.description), ("Park", None, "Bring tea.")
        )
        self.assertEqual((changed.start_time, changed.end_time), (start + timedelta(hours=1), end))
        self.assertNotEqual(changed.cover_image, event.cover_image)
        changed = await self.edit_scheduled_event(self.host, event, channel=self.floor)
        self.assertEqual(changed.channel, self.floor)
        await self.delete_scheduled_event(self.host, event, reason="rain")
        action = discord.AuditLogAction.scheduled_event_delete
        self.assertAuditLog(self.guild, action, target=event, reason="rain")
        dated = await self.create_scheduled_event(
            self.host, self.guild, "Walk", start_time=start, end_time=end, location="Wood", description="Far."
        )
        self.assertEqual((dated.end_time, dated.location, dated.description), (end, "Wood", "Far."))

    async def test_others_event(self) -> None:
        for doing in (
            self.edit_scheduled_event(self.alice, self.party, status="active"),
            self.delete_scheduled_event(self.alice, self.party),
        ):
            with self.assertRaises(discord.Forbidden):
                await doing
        await self.edit_scheduled_event(self.host, self.party, status=discord.EventStatus.active)

    async def test_keyword_that_means_nothing(self) -> None:
        for doing in (self.create_scheduled_event, self.edit_scheduled_event):
            with self.assertRaisesRegex(TypeError, rf"{doing.__name__}\(\).*'place'"):
                await doing(self.host, self.party, place="Park")  # type: ignore[arg-type, call-arg]

    async def test_event_that_is_not_here(self) -> None:
        with self.assertRaisesRegex(SetupError, "there is no scheduled event 'Feast'"):
            await self.subscribe(self.alice, "Feast")
