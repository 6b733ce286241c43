"""Rules of auto moderation as a test makes them."""

from __future__ import annotations

import datetime
from typing import Any

import discord

from discordtest import NotModelled, SetupError, backend
from tests.control.listening import ControlTestCase

Trigger, Action, Types = discord.AutoModTrigger, discord.AutoModRuleAction, discord.AutoModRuleTriggerType
CATS = Trigger(keyword_filter=["cat*"])


class BuilderTests(ControlTestCase):
    async def test_rule_blocks_unless_told_otherwise(self) -> None:
        rule = self.make_automod_rule("No cats", self.guild, trigger=CATS)
        self.assertEqual((rule.name, rule.guild, rule.enabled), ("No cats", self.guild, True))
        self.assertEqual([action.type.name for action in rule.actions], ["block_message"])
        self.assertEqual(rule.creator_id, self.owner.id)
        self.assertEqual(await self.heard(), ["automod_rule_create"])
        with self.assertRaises(discord.HTTPException) as caught:
            await self.send(self.alice, self.general, "catch")
        self.assertEqual(caught.exception.code, 200000)
        self.assertEqual(caught.exception.__notes__, ["AutoMod, rule 'No cats': 'cat*' finds 'cat'"])
        self.assertNothingSent(channel=self.general)  # the bot has heard all of it: nothing is left to run
        self.assertEqual(await self.heard(), ["automod_action"])

    async def test_every_keyword(self) -> None:
        log = self.make_text_channel("log", self.guild)
        actions = [
            Action(custom_message="No."),
            Action(channel_id=log.id),
            Action(duration=datetime.timedelta(minutes=1)),
        ]
        rule = self.make_automod_rule(
            "No cats",
            "Test",
            7,
            trigger=CATS,
            actions=actions,
            event_type=discord.AutoModRuleEventType.message_send,
            enabled=False,
            exempt_roles=[self.mods, "@everyone"],
            exempt_channels=[log, "general"],
            creator=self.alice,
        )
        self.assertEqual((rule.id, rule.enabled, rule.creator), (7, False, self.alice))
        self.assertEqual([action.to_dict() for action in rule.actions], [each.to_dict() for each in actions])
        self.assertEqual(rule.exempt_role_ids, {self.mods.id, self.guild.id})
        self.assertEqual({channel.name for channel in rule.exempt_channels}, {"log", "general"})

    async def test_rule_of_profiles(self) -> None:
        rule = self.make_automod_rule("Names", self.guild, trigger=Types.member_profile)
        self.assertIs(rule.event_type, discord.AutoModRuleEventType.member_update)
        self.assertEqual([action.type.name for action in rule.actions], ["block_member_interactions"])
        backend.update_automod_rule(
            rule, trigger=Trigger(type=Types.member_profile, keyword_filter=["*cat*"])
        )
        await self.set_nick(self.alice, self.alice, "copycat")
        member = self.guild.get_member(self.alice.id)
        assert member is not None
        self.assertTrue(member.flags.automod_quarantined_username)
        with self.assertRaises(discord.Forbidden):
            await self.send(self.alice, self.general, "hello")

    async def test_flagged_words_stand_for_lists_that_nobody_knows(self) -> None:
        spam = self.make_automod_rule("Spam", self.guild, trigger=Types.spam, flagged_words=["*free nitro*"])
        presets = discord.AutoModPresets.all()
        self.make_automod_rule("Words", self.guild, trigger=Trigger(presets=presets))
        with self.assertRaises(discord.HTTPException):
            await self.send(self.alice, self.general, "get FREE NITRO here")
        await self.send(self.alice, self.general, "heck")
        self.backend.flag_words("Words", "heck")
        with self.assertRaises(discord.HTTPException):
            await self.send(self.alice, self.general, "heck")
        backend.flag_words(spam, [])
        await self.send(self.alice, self.general, "free nitro")

    async def test_mistakes_are_told_at_once(self) -> None:
        cases: list[tuple[type[Exception], str, dict[str, Any]]] = [
            (TypeError, "trigger is a discord.AutoModTrigger", {"trigger": ["cat"]}),
            (TypeError, "a list of discord.AutoModRuleAction", {"actions": [1]}),
            (SetupError, "no channel in the world of this test is called", {"exempt_channels": ["nowhere"]}),
            (SetupError, "Only rules of presets and of spam", {"flagged_words": ["heck"]}),
            (TypeError, "a flagged word is a string", {"trigger": Types.spam, "flagged_words": [1]}),
            (SetupError, "regex_patterns.0: Invalid regular", {"trigger": Trigger(regex_patterns=["(?=a)"])}),
            (NotModelled, "event type 2", {"event_type": discord.AutoModRuleEventType.member_update}),
        ]
        for error, text, keywords in cases:
            with self.subTest(text), self.assertRaisesRegex(error, text):
                self.make_automod_rule("Rule", self.guild, **{"trigger": CATS, **keywords})
        with self.assertRaisesRegex(SetupError, "id_num=7 is taken, by 'Rule'"):
            for _ in range(2):
                self.make_automod_rule("Rule", self.guild, 7, trigger=CATS)

    async def test_rule_as_it_is_now(self) -> None:
        rule = self.make_automod_rule("No cats", self.guild, trigger=CATS)
        backend.update_automod_rule(rule, name="Cats")
        self.assertEqual((rule.name, self.refresh(rule).name), ("No cats", "Cats"))
        backend.delete_automod_rule("Cats")
        with self.assertRaisesRegex(SetupError, "not in the world"):
            self.refresh(rule)
