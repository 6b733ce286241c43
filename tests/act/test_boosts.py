"""People boost a guild, and stop: what the bot hears of it."""

from __future__ import annotations

import discord

from discordtest import SetupError
from tests.control.listening import ControlTestCase


class BoostTests(ControlTestCase):
    def make_world(self) -> None:
        super().make_world()
        self.club = self.make_guild("Club", channels=["talk"], system_channel="talk")
        self.dora = self.make_member("dora", self.club)

    async def test_bot_hears_of_it(self) -> None:
        member = await self.boost(self.dora)
        heard = dict(await self.heard_with())
        before, after = heard["member_update"]
        self.assertEqual((before.premium_since, after.premium_since), (None, self.clock.now()))
        role = self.refresh(self.club).premium_subscriber_role
        assert role is not None
        self.assertEqual((member, after.roles[1:], role.is_assignable()), (after, [role], False))
        before, after = heard["guild_update"]
        self.assertEqual((before.premium_subscription_count, after.premium_subscription_count), (0, 1))
        (message,) = heard["message"]
        self.assertIs(message.type, discord.MessageType.premium_guild_subscription)
        self.assertEqual(message.system_content, "dora just boosted the server!")
        self.assertEqual(self.refresh(self.club).premium_subscribers, [member])

    async def test_several_at_once_reach_a_level(self) -> None:
        await self.boost("dora", boosts=7)
        (message,) = await self.arguments("message")
        self.assertIn(
            "boosted the server **7** times! Club has achieved **Level 2!**", message.system_content
        )
        self.assertEqual(self.refresh(self.club).premium_tier, 2)

    async def test_stopping(self) -> None:
        await self.boost(self.dora, self.club)
        member = await self.stop_boosting(self.dora)
        self.assertEqual((member.premium_since, member.roles[1:]), (None, []))
        self.assertEqual(self.refresh(self.club).premium_subscribers, [])

    async def test_bot_that_bans_boosters(self) -> None:
        @self.client.event
        async def on_member_update(before: discord.Member, after: discord.Member) -> None:
            if after.premium_since:
                await after.ban()

        member = await self.boost(self.dora)
        self.assertNotIn(self.dora, self.refresh(self.club).members)
        self.assertEqual((member.id, self.refresh(self.club).premium_subscription_count), (self.dora.id, 0))

    async def test_mistakes(self) -> None:
        with self.assertRaisesRegex(SetupError, "dora does not boost 'Club': `await self.boost"):
            await self.stop_boosting(self.dora)
        with self.assertRaisesRegex(SetupError, "eve is no member of 'Club'"):
            await self.boost(self.make_user("eve"), self.club)
        with self.assertRaisesRegex(SetupError, "bot is a bot, and no bot does this"):
            await self.boost(self.club.me)
        for boosts in (0, True, 1.5):
            with self.assertRaisesRegex(TypeError, "boosts is how often"):
                await self.boost(self.dora, boosts=boosts)  # type: ignore[arg-type]
