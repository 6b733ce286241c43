"""Scheduled events through discord.py."""

from __future__ import annotations

import datetime

import discord

from tests.surface.surface import SurfaceTestCase

HOUR = datetime.timedelta(hours=1)
PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(40)


class ScheduledEventTestCase(SurfaceTestCase):
    async def create(self, **fields):
        """Create an event outside of Discord, unless told otherwise; return it and what the listener got."""
        start = discord.utils.utcnow() + HOUR
        if "channel" not in fields:
            fields = {
                "location": "Park",
                "end_time": start + HOUR,
                "entity_type": discord.EntityType.external,
                **fields,
            }
        event = await self.guild.create_scheduled_event(
            **{
                "name": "Party",
                "start_time": start,
                "privacy_level": discord.PrivacyLevel.guild_only,
                **fields,
            }
        )
        return event, await self.heard("scheduled_event_create")


class Creation(ScheduledEventTestCase):
    async def test_external(self):
        event, heard = await self.create(description="Bring cake.", image=PIXEL, reason="why")
        self.assertAlike(event, heard)
        self.assertEqual((event.name, event.location, event.description), ("Party", "Park", "Bring cake."))
        self.assertEqual(event.status, discord.EventStatus.scheduled)
        self.assertEqual(event.creator, self.client.user)
        self.assertEqual(event.end_time - event.start_time, HOUR)
        self.assertEqual(await event.cover_image.read(), PIXEL)
        self.assertEqual(self.guild.get_scheduled_event(event.id), heard)
        changes = await self.changed(discord.AuditLogAction.scheduled_event_create, event, "why")
        self.assertEqual(changes["name"], (None, "Party"))
        self.assertEqual(changes["location"], (None, "Park"))
        self.assertEqual(changes["status"], (None, discord.EventStatus.scheduled))
        self.assertEqual(changes["cover_image"][1], event.cover_image)

    async def test_in_channels(self):
        for make, kind in (
            (self.make_voice_channel, discord.EntityType.voice),
            (self.make_stage_channel, discord.EntityType.stage_instance),
        ):
            channel = make("place", self.guild)
            event, _ = await self.create(channel=channel)
            self.assertEqual((event.channel, event.entity_type, event.location), (channel, kind, None))

    async def test_privacy_level_has_to_be_said(self):
        with self.assertRaisesRegex(discord.HTTPException, "In privacy_level: This field is required"):
            await self.guild.create_scheduled_event(
                name="x",
                start_time=discord.utils.utcnow() + HOUR,
                channel=self.make_voice_channel("v", self.guild),
            )

    async def test_in_the_past(self):
        with self.assertRaisesRegex(discord.HTTPException, "Cannot schedule event in the past"):
            await self.create(start_time=discord.utils.utcnow() - HOUR)


class Changes(ScheduledEventTestCase):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.event, _ = await self.create()

    async def updated(self):
        before, after = await self.heard("scheduled_event_update")
        return before.status.name, after.status.name

    async def test_start_and_end(self):
        event = await self.event.start(reason="why")
        self.assertEqual(await self.updated(), ("scheduled", "active"))
        await self.entry(discord.AuditLogAction.scheduled_event_update, event, "why")
        event = await event.end()
        self.assertEqual(event.status, discord.EventStatus.ended)
        self.assertEqual(await self.updated(), ("active", "completed"))
        with self.assertRaises(discord.HTTPException) as caught:
            await event.edit(name="x")
        self.assertEqual(caught.exception.code, 180000)

    async def test_cancel(self):
        await self.event.cancel()
        self.assertEqual(await self.updated(), ("scheduled", "canceled"))
        self.assertEqual(await self.guild.fetch_scheduled_events(), [])
        fetched = await self.guild.fetch_scheduled_event(self.event.id)
        self.assertEqual(fetched.status, discord.EventStatus.cancelled)

    async def test_edit(self):
        event = await self.event.edit(name="Feast", description="Cake.", location="Wood", reason="why")
        before, after = await self.heard("scheduled_event_update")
        self.assertEqual((before.name, after.name, after.location), ("Party", "Feast", "Wood"))
        self.assertAlike(event, after)
        changes = await self.changed(discord.AuditLogAction.scheduled_event_update, event, "why")
        self.assertEqual(
            changes,
            {"name": ("Party", "Feast"), "description": (None, "Cake."), "location": ("Park", "Wood")},
        )

    async def test_edit_into_a_channel_and_back(self):
        voice = self.make_voice_channel("v", self.guild)
        event = await self.event.edit(channel=voice, end_time=None)
        self.assertEqual((event.channel, event.location, event.end_time), (voice, None, None))
        end = event.start_time + HOUR
        event = await event.edit(entity_type=discord.EntityType.external, location="Wood", end_time=end)
        self.assertEqual((event.channel_id, event.location, event.end_time), (None, "Wood", end))

    async def test_delete(self):
        await self.event.delete(reason="why")
        self.assertEqual(await self.heard("scheduled_event_delete"), self.event)
        self.assertEqual(list(self.guild.scheduled_events), [])
        await self.entry(discord.AuditLogAction.scheduled_event_delete, reason="why")
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.fetch_scheduled_event(self.event.id)
        self.assertEqual(caught.exception.code, 10070)

    async def test_its_time_comes(self):
        await self.advance(hours=1)
        self.assertEqual(await self.updated(), ("scheduled", "active"))
        await self.advance(hours=1)
        self.assertEqual(await self.updated(), ("active", "completed"))

    async def test_invite(self):
        invite = await self.channel.create_invite()
        fetched = await self.client.fetch_invite(invite.url, scheduled_event_id=self.event.id)
        self.assertEqual(fetched.scheduled_event, self.event)


class Users(ScheduledEventTestCase):
    async def test_who_is_interested(self):
        event, _ = await self.create()
        await self.subscribe(self.alice, event)
        self.assertEqual(await self.heard("scheduled_event_user_add"), (event, self.alice._user))
        await self.subscribe(self.bob, event)
        self.assertEqual([user async for user in event.users(oldest_first=True)], [self.bob, self.alice])
        (fetched,) = await self.guild.fetch_scheduled_events()
        self.assertEqual(fetched.user_count, 2)
        self.assertEqual({user async for user in fetched.users()}, {self.alice, self.bob})
        await self.unsubscribe(self.alice, event)
        self.assertEqual(await self.heard("scheduled_event_user_remove"), (event, self.alice._user))
        self.assertEqual([user async for user in event.users()], [self.bob])


class Stage(ScheduledEventTestCase):
    async def test_it_opens_the_stage(self):
        stage = self.make_stage_channel("stage", self.guild)
        event, _ = await self.create(channel=stage)
        event = await event.start()
        instance = await self.heard("stage_instance_create")
        self.assertEqual((instance.topic, instance.scheduled_event), ("Party", event))
        self.assertEqual(event.entity_id, instance.id)

    async def test_the_stage_is_opened_for_it(self):
        stage = self.make_stage_channel("stage", self.guild)
        event, _ = await self.create(channel=stage)
        instance = await stage.create_instance(topic="talk", scheduled_event=event)
        self.assertEqual(instance.scheduled_event_id, event.id)
        _, after = await self.heard("scheduled_event_update")
        self.assertEqual(after.status, discord.EventStatus.active)


class WithoutTheIntent(SurfaceTestCase):
    def make_client(self):
        client = super().make_client()
        client.intents.guild_scheduled_events = False
        client._connection._intents.guild_scheduled_events = False
        return client

    async def test_nothing_is_heard(self):
        event = self.make_scheduled_event("Party", self.guild)
        await self.settle()
        self.assertNotIn("scheduled_event_create", [name for name, _ in self.client.heard])
        self.assertEqual(list(self.guild.scheduled_events), [])
        self.assertEqual(await self.guild.fetch_scheduled_events(), [event])
