"""Reactions through discord.py."""

from __future__ import annotations

import discord

from tests.backend.worlds import PNG
from tests.surface.surface import SurfaceTestCase


class Reactions(SurfaceTestCase):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.message = await self.channel.send("x")
        await self.settle()
        self.cached = discord.utils.get(self.client.cached_messages, id=self.message.id)
        self.client.heard.clear()

    async def test_add_and_remove(self):
        await self.message.add_reaction("👍")
        reaction, user = await self.heard("reaction_add")
        self.assertEqual((reaction.emoji, user, reaction.count, reaction.me), ("👍", self.guild.me, 1, True))
        raw = await self.heard("raw_reaction_add")
        self.assertEqual(
            (str(raw.emoji), raw.member, raw.message_author_id), ("👍", self.guild.me, self.client.user.id)
        )
        await self.react(self.alice, self.message, "👍")
        self.assertEqual(self.cached.reactions[0].count, 2)
        fetched = (await self.channel.fetch_message(self.message.id)).reactions[0]
        self.assertEqual((fetched.emoji, fetched.count, fetched.me, fetched.normal_count), ("👍", 2, True, 2))
        users = [user async for user in fetched.users()]
        self.assertCountEqual(users, [self.guild.me, self.alice])
        self.assertIsInstance(users[1], discord.Member)
        first, second = sorted(users, key=lambda user: user.id)  # discord.py turns each page round
        self.assertEqual([user async for user in fetched.users(limit=1, after=first)], [second])
        self.assertEqual([u async for u in fetched.users(type=discord.ReactionType.burst)], [])
        await self.message.remove_reaction("👍", self.alice)
        reaction, user = await self.heard("reaction_remove")
        self.assertEqual((user, reaction.count), (self.alice, 1))
        await fetched.remove(self.client.user)
        await self.settle()
        self.assertEqual(self.cached.reactions, [])

    async def test_clear(self):
        for emoji in ("👍", "👎"):
            await self.message.add_reaction(emoji)
        await self.settle()
        await self.message.clear_reaction("👍")
        self.assertEqual((await self.heard("reaction_clear_emoji")).emoji, "👍")
        self.assertEqual([r.emoji for r in self.cached.reactions], ["👎"])
        await self.message.clear_reactions()
        message, reactions = await self.heard("reaction_clear")
        self.assertEqual((message, len(reactions)), (self.message, 1))
        self.assertEqual((await self.channel.fetch_message(self.message.id)).reactions, [])
        await self.message.add_reaction("👍")
        await self.settle()
        await self.cached.reactions[0].clear()
        await self.settle()
        self.assertEqual(self.cached.reactions, [])

    async def test_custom(self):
        emoji = await self.guild.create_custom_emoji(name="wave", image=PNG)
        await self.settle()
        for form in (emoji, str(emoji), discord.PartialEmoji(name="wave", id=emoji.id)):
            await self.message.add_reaction(form)
        await self.settle()
        self.assertEqual(self.cached.reactions[0].emoji, emoji)
        self.assertTrue(self.cached.reactions[0].is_custom_emoji())
        self.assertEqual(self.cached.reactions[0].count, 1)
        await self.message.remove_reaction(emoji, self.client.user)
        await self.settle()
        self.assertEqual(self.cached.reactions, [])

    async def test_wait_for(self):
        waiting = self.client.wait_for("reaction_add", check=lambda r, u: u == self.alice, timeout=10)
        task = self.client.loop.create_task(waiting)
        await self.settle()
        await self.react(self.alice, self.message, "✅")
        reaction, _ = await task
        self.assertEqual(reaction.emoji, "✅")
