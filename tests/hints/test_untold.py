"""Why a bot is not told of bans and of entries in the audit log."""

from __future__ import annotations

import discord

from tests.bots import BotTestCase


class UnreadLogTests(BotTestCase):
    bot_permissions = discord.Permissions(view_channel=True)
    why = r"not told of the entries in the guild 'Test': it lacks the permission view_audit_log"

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()

        @self.client.event
        async def on_audit_log_entry_create(entry: discord.AuditLogEntry) -> None: ...

    async def test_audit_log_needs_a_permission(self) -> None:
        await self.kick(self.owner, self.alice)
        with self.fails(self.why):
            self.assertSent("x")

    async def test_bans_need_a_permission(self) -> None:
        @self.client.event
        async def on_member_ban(guild: discord.Guild, user: discord.User) -> None: ...

        await self.ban(self.owner, self.alice)
        with self.fails(
            "The bot has on_member_ban, but gets no GUILD_BAN_ADD: it lacks the permission ban_members, or"
        ):
            self.assertSent("x")

    async def test_entry_of_an_earlier_act(self) -> None:
        await self.kick(self.owner, self.alice)
        await self.advance(1)
        await self.advance(1)
        with self.fails("The bot sent nothing in the last act.") as failing:
            self.assertSent("x")
        self.assertNotIn("view_audit_log", failing.text)
