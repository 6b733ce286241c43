"""Rules of auto moderation, each claim with its opposite."""

from __future__ import annotations

import datetime

import discord

from tests.bots import BotTestCase

CATS = discord.AutoModTrigger(keyword_filter=["cat*"], allow_list=["catch"])
BLOCK = discord.AutoModRuleAction(custom_message="No.")


class RuleTests(BotTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.mods = self.make_role("mods", self.guild)
        self.rule = self.make_automod_rule(
            "No cats",
            self.guild,
            trigger=CATS,
            actions=[BLOCK],
            exempt_roles=[self.mods],
            exempt_channels=[self.general],
        )
        await self.settle()

    async def test_rule_is_found_by_every_claim(self) -> None:
        self.assertEqual(self.assertAutoModRule(self.guild, "No cats").id, self.rule.id)
        self.assertAutoModRule("Test", enabled=True, trigger=CATS, actions=[BLOCK])
        self.assertAutoModRule(self.guild, trigger=discord.AutoModRuleTriggerType.keyword)
        self.assertAutoModRule(self.guild, exempt_roles=["mods"], exempt_channels=["general"])
        self.assertAutoModRule(self.guild)

    async def test_what_is_claimed_is_all_there_is(self) -> None:
        other = discord.AutoModTrigger(keyword_filter=["cat*"])
        day = discord.AutoModRuleAction(duration=datetime.timedelta(days=1))
        for claims in (
            {"enabled": False},
            {"trigger": other},
            {"trigger": discord.AutoModRuleTriggerType.spam},
            {"actions": []},
            {"actions": [BLOCK, day]},
            {"exempt_roles": []},
            {"exempt_channels": []},
        ):
            with self.subTest(claims=claims):
                self.assertNotAutoModRule(self.guild, "No cats", **claims)  # type: ignore[arg-type]
        self.assertNotAutoModRule(self.guild, "No dogs")

    async def test_missing_rule_fails_with_those_that_are_there(self) -> None:
        backend = self.backend
        backend.make_automod_rule(
            "Spam", self.guild, trigger=discord.AutoModRuleTriggerType.spam, enabled=False
        )
        await self.settle()
        with self.fails(
            "Test has no such rule of auto moderation: 'No dogs', enabled=True, "
            "trigger=\"keyword keyword_filter=['dog']\". Its rules:",
            "  'No cats' (keyword keyword_filter=['cat*'] allow_list=['catch']; "
            "block_message custom_message='No.'; exempt: @&mods, #general)",
            "  'Spam' (spam; block_message; disabled)",
            "What happened:",
        ):
            dogs = discord.AutoModTrigger(keyword_filter=["dog"])
            self.assertAutoModRule(self.guild, "No dogs", enabled=True, trigger=dogs)

    async def test_guild_without_rules(self) -> None:
        other = self.make_guild("Other")
        await self.settle()
        with self.fails("Other has no such rule of auto moderation: any at all. Its rules:", "  none"):
            self.assertAutoModRule(other)
        self.assertNotAutoModRule(other)

    async def test_rule_that_should_not_be_there(self) -> None:
        with self.fails("Test has the rule of auto moderation 'No cats' (keyword"):
            self.assertNotAutoModRule(self.guild, "No cats")

    async def test_unknown_claim(self) -> None:
        with self.assertRaisesRegex(TypeError, "an assertion about rules takes no creator"):
            self.assertAutoModRule(self.guild, creator=self.alice)  # type: ignore[call-arg]

    async def test_rule_is_named_in_failures_about_the_audit_log(self) -> None:
        with self.fails("automod_rule_create of rule 'No cats' by @owner"):
            self.assertAuditLog(self.guild, discord.AuditLogAction.automod_rule_delete, self.rule)
        entry = self.assertAuditLog(self.guild, discord.AuditLogAction.automod_rule_create, self.rule)
        self.assertIsInstance(entry.target, discord.AutoModRule)
