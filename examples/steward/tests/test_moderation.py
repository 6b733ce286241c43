from datetime import timedelta

import discord

from .case import StewardTestCase


class KickAndBanTests(StewardTestCase):
    async def test_kicked_member_is_gone_and_the_audit_log_says_why(self) -> None:
        await self.send(self.guard, self.hall, "!kick bob spam")
        self.assertSent("bob was kicked.", channel=self.hall)
        self.assertKicked(self.bob, reason="guard: spam")

    async def test_ban_deletes_the_messages_of_the_last_day(self) -> None:
        old = self.make_message("hi", self.bob, self.hall, created_at=self.clock.now() - timedelta(days=2))
        new = await self.send(self.bob, self.hall, "buy now")
        await self.send(self.guard, self.hall, "!ban bob adverts")
        self.assertBanned(self.bob, reason="guard: adverts")
        self.assertDeleted(new)
        self.assertNotDeleted(old)

    async def test_member_without_permission_is_refused(self) -> None:
        await self.send(self.alice, self.hall, "!kick bob")
        self.assertSent("You are missing Kick Members permission(s) to run this command.", channel=self.hall)
        self.assertNotKicked(self.bob)

    async def test_only_members_who_stand_lower_can_be_moderated(self) -> None:
        twin = self.make_member("twin", self.guild, roles=[self.guard_role])
        king = self.make_role("King", self.guild, position=self.guild.me.top_role.position + 1)
        self.make_member("arthur", self.guild, roles=[king])
        for who, target, answer in (
            (self.guard, "twin", "twin does not stand below you."),
            (self.guard, "owner", "owner does not stand below me."),
            (self.owner, "arthur", "arthur does not stand below me."),
        ):
            with self.subTest(target):
                await self.send(who, self.hall, f"!ban {target}")
                self.assertSent(answer, channel=self.hall)
        await self.send(self.owner, self.hall, "!ban twin")
        self.assertBanned(twin)

    async def test_unknown_member_is_named(self) -> None:
        await self.send(self.guard, self.hall, "!kick nobody")
        self.assertSent('Member "nobody" not found.', channel=self.hall)

    async def test_moderation_is_for_guilds(self) -> None:
        await self.send_dm(self.guard, "!kick bob")
        self.assertSent("This command cannot be used in private messages.", channel=self.guard)


class BotWithoutPermissionTests(StewardTestCase):
    bot_permissions = discord.Permissions(view_channel=True, send_messages=True, read_message_history=True)

    async def test_refusal_of_discord_is_told(self) -> None:
        await self.send(self.guard, self.hall, "!ban bob")
        self.assertSent("Discord does not let me do that.", channel=self.hall)
        self.assertNotBanned(self.bob)

    async def test_missing_permission_of_the_bot_is_named(self) -> None:
        await self.send(self.guard, self.hall, "!purge 5")
        self.assertSent(contains="Bot requires Manage Messages", channel=self.hall)


class TimeoutTests(StewardTestCase):
    async def test_member_is_silent_until_it_is_over(self) -> None:
        await self.send(self.guard, self.hall, "!timeout bob 10m cool down")
        self.assertTimedOut(self.bob, self.clock.now() + timedelta(minutes=10))
        with self.assertRaises(discord.Forbidden):
            await self.send(self.bob, self.hall, "hello?")

        await self.advance(minutes=10)
        self.assertNotTimedOut(self.bob)
        await self.send(self.bob, self.hall, "hello!")


class PurgeTests(StewardTestCase):
    async def test_newest_messages_go_and_the_answer_follows_them(self) -> None:
        messages = [self.make_message(f"message {number}", self.bob, self.hall) for number in range(3)]
        command = await self.send(self.guard, self.hall, "!purge 2")
        self.assertRequested("POST", "/channels/{channel_id}/messages/bulk-delete", reason="guard: !purge")
        answer = self.assertSent("Deleted 2 messages.", channel=self.hall)
        self.assertEqual(self.history(self.hall), [messages[0], command, answer])

        await self.advance(5)
        self.assertDeleted(answer)

    async def test_messages_of_others_stay(self) -> None:
        kept = self.make_message("hello", self.alice, self.hall)
        gone = self.make_message("buy now", self.bob, self.hall)
        await self.send(self.guard, self.hall, "!purge 10 bob")
        self.assertDeleted(gone)
        self.assertNotDeleted(kept)


class WarningTests(StewardTestCase):
    async def warn(self, reason: str) -> None:
        await self.send(self.guard, self.hall, f"!warn bob {reason}")

    async def test_warning_is_told_and_listed(self) -> None:
        await self.warn("no shouting")
        self.assertSent(f"{self.bob.mention}, this is warning 1: no shouting", channel=self.hall)
        await self.send(self.bob, self.hall, "!warnings")
        self.assertSent(embed={"description": "1. no shouting", "author": {"name": "bob"}})

    async def test_third_warning_is_a_time_out(self) -> None:
        await self.warn("no shouting")
        await self.warn("I said no shouting")
        self.assertNotTimedOut(self.bob)
        await self.warn("that was loud")
        self.assertTimedOut(self.bob, self.clock.now() + timedelta(hours=1))
        self.assertAuditLog(
            self.guild, discord.AuditLogAction.member_update, self.bob, self.client.user, "3 warnings"
        )
