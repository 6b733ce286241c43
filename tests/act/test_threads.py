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
