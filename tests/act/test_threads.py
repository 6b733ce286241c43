"""People join threads and leave them: what the bot hears of it."""

from __future__ import annotations

import discord

from discordtest import SetupError
from tests.control.listening import ControlTestCase


class ThreadTests(ControlTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.bob = self.make_member("bob", self.guild)
        self.thread = await self.start_thread(self.alice, self.general, "ideas")
        await self.heard()

    async def test_who_joins_and_leaves(self) -> None:
        await self.join_thread(self.bob, self.thread)
        (member,) = await self.arguments("thread_member_join")
        self.assertEqual((member.id, member.thread), (self.bob.id, self.thread))
        await self.leave_thread("bob", "ideas")
        (member,) = await self.arguments("thread_member_remove")
        self.assertEqual(member.id, self.bob.id)
        self.assertIn("bob leaves #ideas", str(self.transcript))

    async def test_archived_thread(self) -> None:
        self.backend.update_channel(self.thread, archived=True)
        with self.assertRaisesRegex(discord.HTTPException, "50083"):
            await self.join_thread(self.bob, self.thread)

    async def test_mistakes(self) -> None:
        with self.assertRaisesRegex(SetupError, "bob is not in #ideas"):
            await self.leave_thread(self.bob, self.thread)
        with self.assertRaisesRegex(SetupError, "#general is no thread: whoever sees it is in it"):
            await self.join_thread(self.bob, self.general)

    async def test_private_thread_is_not_seen(self) -> None:
        secret = await self.start_thread(self.owner, self.general, "plans", private=True)
        with self.assertRaises((SetupError, discord.HTTPException)):
            await self.join_thread(self.bob, secret)


class EditTests(ControlTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        tags = [discord.ForumTag(name="new"), discord.ForumTag(name="done", moderated=True)]
        self.ideas = self.make_forum_channel("ideas", self.guild, available_tags=tags)
        self.post = await self.start_thread(self.alice, self.ideas, "tea", content="More tea", tags=["new"])
        await self.heard()

    async def test_who_started_it_closes_it(self) -> None:
        post = await self.edit_thread(self.alice, self.post, archived=True, reason="solved")
        before, after = await self.arguments("thread_update")
        self.assertEqual((before.archived, after.archived, post.archived), (False, True, True))
        action = discord.AuditLogAction.thread_update
        self.assertAuditLog(self.guild, action, post, user=self.alice, reason="solved")
        self.assertIn("alice edits #tea: archived=True", str(self.transcript))
        await self.edit_thread("alice", "tea", archived=False)
        self.assertThread(self.ideas, "tea", archived=False)

    async def test_new_name_and_tags(self) -> None:
        post = await self.edit_thread(self.owner, self.post, name="more tea", tags=["done"], locked=True)
        self.assertEqual((post.name, post.locked), ("more tea", True))
        self.assertThread(self.ideas, "more tea", tags=["done"], locked=True)
        self.assertIn("tags=['done']", str(self.transcript))

    async def test_what_others_may_not_do(self) -> None:
        bob = self.make_member("bob", self.guild)
        with self.assertRaisesRegex(discord.Forbidden, "50013"):
            await self.edit_thread(bob, self.post, archived=True)
        with self.assertRaisesRegex(discord.Forbidden, "50013"):
            await self.edit_thread(self.alice, self.post, locked=True)
        with self.assertRaisesRegex(discord.Forbidden, "50013"):
            await self.delete_thread(bob, self.post)

    async def test_mistakes(self) -> None:
        with self.assertRaisesRegex(TypeError, "what to change"):
            await self.edit_thread(self.alice, self.post)
        with self.assertRaisesRegex(SetupError, "alice edits #tea: archived=False, which it is already"):
            await self.edit_thread(self.alice, self.post, archived=False)
        with self.assertRaisesRegex(SetupError, "has no tag 'old'; its tags: new, done"):
            await self.edit_thread(self.alice, self.post, tags=["old"])

    async def test_deleted(self) -> None:
        await self.delete_thread(self.owner, self.post)
        (thread,) = await self.arguments("thread_delete")
        self.assertEqual(thread.id, self.post.id)
        self.assertNotThread(self.ideas, "tea")
