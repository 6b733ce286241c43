"""Rules of auto moderation by the functions of ``discordtest.backend``."""

from __future__ import annotations

import discord

from discordtest import SetupError, backend
from tests.control.listening import ControlTestCase

CATS = discord.AutoModTrigger(keyword_filter=["cat*"])


class AutoModTests(ControlTestCase):
    async def test_rule(self) -> None:
        rule = backend.make_automod_rule("No cats", self.guild, trigger=CATS)
        self.assertEqual(await self.heard(), ["automod_rule_create"])
        changed = backend.update_automod_rule(
            rule,
            name="Cats",
            trigger=discord.AutoModTrigger(keyword_filter=["*cat*"]),
            actions=[discord.AutoModRuleAction(channel_id=self.general.id)],
            enabled=False,
            exempt_roles=[self.mods],
            exempt_channels=["general"],
        )
        self.assertEqual(await self.heard(), ["automod_rule_update"])
        self.assertEqual((changed.id, changed.name, changed.enabled), (rule.id, "Cats", False))
        self.assertEqual(changed.trigger.keyword_filter, ["*cat*"])
        self.assertEqual((changed.exempt_roles, changed.exempt_channels), ([self.mods], [self.general]))
        backend.delete_automod_rule(rule)
        self.assertEqual(await self.heard(), ["automod_rule_delete"])

    async def test_rule_that_is_not_here(self) -> None:
        rule = backend.make_automod_rule("No cats", self.guild, trigger=CATS)
        backend.delete_automod_rule(rule)
        for change in (
            lambda: backend.update_automod_rule(rule, name="x"),
            lambda: backend.delete_automod_rule(rule),
            lambda: backend.flag_words("No cats", ["x"]),
        ):
            with self.assertRaisesRegex(SetupError, "there is no rule"):
                change()

    async def test_trigger_keeps_its_type(self) -> None:
        rule = backend.make_automod_rule("Spam", self.guild, trigger=discord.AutoModRuleTriggerType.spam)
        with self.assertRaisesRegex(
            SetupError, "the type of a rule's trigger stays, it cannot become keyword"
        ):
            backend.update_automod_rule(rule, trigger=CATS)
