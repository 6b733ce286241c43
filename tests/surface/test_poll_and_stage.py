"""Polls and stages through discord.py."""

from __future__ import annotations

import datetime

import discord

from tests.surface.surface import SurfaceTestCase


class Polls(SurfaceTestCase):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        poll = discord.Poll("Tea?", datetime.timedelta(hours=2)).add_answer(text="yes").add_answer(text="no")
        self.message = await self.channel.send(poll=poll)
        await self.settle()

    async def test_votes(self):
        await self.vote(self.alice, self.message, "yes")
        user, answer = await self.heard("poll_vote_add")
        self.assertEqual((user, answer.text, answer.vote_count), (self.alice, "yes", 1))
        raw = await self.heard("raw_poll_vote_add")
        self.assertEqual((raw.user_id, raw.answer_id, raw.message_id), (self.alice.id, 1, self.message.id))
        fetched = (await self.channel.fetch_message(self.message.id)).poll
        self.assertEqual((fetched.total_votes, fetched.get_answer(1).vote_count), (1, 1))
        self.assertEqual([user.id async for user in fetched.get_answer(1).voters(limit=5)], [self.alice.id])
        await self.unvote(self.alice, self.message, "yes")
        user, _ = await self.heard("poll_vote_remove")
        self.assertEqual(user, self.alice)

    async def test_end(self):
        await self.vote(self.alice, self.message, "yes")
        poll = await self.message.poll.end()
        self.assertTrue(poll.is_finalised())
        await self.settle()
        result = await anext(self.channel.history(limit=1))
        self.assertEqual(result.type, discord.MessageType.poll_result)

    async def test_ends_by_itself(self):
        await self.advance(hours=3)
        fetched = (await self.channel.fetch_message(self.message.id)).poll
        self.assertTrue(fetched.is_finalised())


class Stages(SurfaceTestCase):
    async def test_instance(self):
        stage = await self.guild.create_stage_channel("stage")
        await self.settle()
        stage = self.guild.get_channel(stage.id)
        instance = await stage.create_instance(topic="talk", send_start_notification=False, reason="why")
        self.assertEqual(await self.heard("stage_instance_create"), instance)
        self.assertEqual((stage.instance, instance.topic), (instance, "talk"))
        await self.entry(discord.AuditLogAction.stage_instance_create, reason="why")
        self.assertEqual((await stage.fetch_instance()).topic, "talk")
        self.assertEqual((await self.client.fetch_stage_instance(stage.id)).id, instance.id)
        await instance.edit(topic="more", reason="why")
        before, after = await self.heard("stage_instance_update")
        self.assertEqual((before.topic, after.topic), ("talk", "more"))
        with self.assertRaises(discord.HTTPException) as caught:
            await stage.create_instance(topic="again")
        self.assertEqual(caught.exception.code, 150006)
        await instance.delete(reason="why")
        self.assertEqual(await self.heard("stage_instance_delete"), instance)
        with self.assertRaises(discord.NotFound) as caught:
            await stage.fetch_instance()
        self.assertEqual(caught.exception.code, 10067)
