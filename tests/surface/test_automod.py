"""Auto moderation through discord.py."""

from __future__ import annotations

import datetime
from typing import Any

import discord

from tests.control.listening import ControlTestCase

Trigger, Action, Types = discord.AutoModTrigger, discord.AutoModRuleAction, discord.AutoModRuleTriggerType
CATS = Trigger(keyword_filter=["cat*"])


class AutoModTests(ControlTestCase):
    """The bot itself makes the rules, and hears what they do."""

    async def create(self, **options: Any) -> discord.AutoModRule:
        fields: dict[str, Any] = {
            "name": "No cats",
            "event_type": discord.AutoModRuleEventType.message_send,
            "trigger": CATS,
            "actions": [Action(custom_message="No.")],
            "enabled": True,
            "reason": "meow",
        }
        return await self.guild.create_automod_rule(**{**fields, **options})

    async def test_life_of_a_rule(self) -> None:
        rule = await self.create(exempt_roles=[self.mods], exempt_channels=[self.general])
        self.assertEqual((await self.arguments("automod_rule_create"))[0].id, rule.id)
        self.assertEqual((rule.exempt_roles, rule.exempt_channels), ([self.mods], [self.general]))
        (fetched,) = await self.guild.fetch_automod_rules()
        self.assertEqual(fetched.to_dict(), rule.to_dict())
        self.assertEqual((await self.guild.fetch_automod_rule(rule.id)).name, "No cats")
        edited = await rule.edit(
            name="No dogs", trigger=Trigger(keyword_filter=["dog"]), enabled=False, reason="woof"
        )
        self.assertEqual(
            (edited.name, edited.trigger.keyword_filter, edited.enabled), ("No dogs", ["dog"], False)
        )
        self.assertEqual((await self.arguments("automod_rule_update"))[0].name, "No dogs")
        await edited.delete(reason="gone")
        self.assertEqual((await self.arguments("automod_rule_delete"))[0].id, rule.id)
        self.assertEqual(await self.guild.fetch_automod_rules(), [])
        with self.assertRaises(discord.NotFound):
            await edited.delete()
        actions = discord.AuditLogAction
        for action, reason in (
            (actions.automod_rule_create, "meow"),
            (actions.automod_rule_update, "woof"),
            (actions.automod_rule_delete, "gone"),
        ):
            self.assertAuditLog(self.guild, action, target=rule.id, user=self.client.user, reason=reason)

    async def test_what_the_audit_log_says_of_changes(self) -> None:
        rule = await self.create()
        await rule.edit(
            trigger=Trigger(keyword_filter=["dog"]), actions=[Action(duration=datetime.timedelta(1))]
        )
        entry = await anext(self.guild.audit_logs(limit=1))
        assert isinstance(entry.target, discord.AutoModRule)
        self.assertEqual(entry.target.name, "No cats")
        self.assertEqual(entry.before.trigger.keyword_filter, ["cat*"])
        self.assertEqual(entry.after.trigger.keyword_filter, ["dog"])
        self.assertEqual(entry.after.actions[0].duration, datetime.timedelta(1))
        entries = [entry async for entry in self.guild.audit_logs(limit=2)]
        self.assertEqual(entries[1].after.trigger.keyword_filter, ["cat*"])

    async def test_actions_and_their_entries(self) -> None:
        log = self.make_text_channel("log", self.guild)
        day = datetime.timedelta(days=1)
        rule = await self.create(
            actions=[Action(custom_message="No."), Action(channel_id=log.id), Action(duration=day)]
        )
        await self.heard()
        with self.assertRaises(discord.HTTPException):
            await self.send(self.alice, self.general, "catch")
        heard = await self.heard_with()
        actions = [arguments[0] for name, arguments in heard if name == "automod_action"]
        self.assertEqual(
            [action.action.type.name for action in actions],
            ["block_message", "send_alert_message", "timeout"],
        )
        for action in actions:
            self.assertEqual(
                (action.rule_id, action.member, action.channel), (rule.id, self.alice, self.general)
            )
            self.assertEqual((action.content, action.matched_keyword), ("catch", "cat*"))
            self.assertEqual((action.matched_content, action.message_id), ("cat", None))
            self.assertEqual(action.rule_trigger_type, Types.keyword)
        (alert,) = self.history(log)
        self.assertEqual(actions[1].alert_system_message_id, alert.id)
        self.assertEqual(alert.type, discord.MessageType.auto_moderation_action)
        self.assertEqual((alert.author, alert.is_system(), alert.system_content), (self.alice, True, ""))
        self.assertEqual(alert.embeds[0].description, "catch")
        self.assertTimedOut(self.alice)
        self.assertEqual((await actions[0].fetch_rule()).id, rule.id)
        kinds = discord.AuditLogAction
        for kind in (kinds.automod_block_message, kinds.automod_flag_message, kinds.automod_timeout_member):
            extra: Any = self.assertAuditLog(self.guild, kind, target=self.alice).extra
            self.assertEqual((extra.automod_rule_name, extra.channel), ("No cats", self.general))
            self.assertEqual(extra.automod_rule_trigger_type, Types.keyword)

    async def test_edit_and_title(self) -> None:
        await self.create(trigger=Trigger(regex_patterns=["(?i)c[a4]t"]))
        message = await self.send(self.alice, self.general, "dog")
        with self.assertRaises(discord.HTTPException) as caught:
            await self.edit(self.alice, message, content="C4t")
        self.assertEqual(caught.exception.code, 200000)
        self.assertEqual(self.refresh(message).content, "dog")
        with self.assertRaises(discord.HTTPException) as caught:
            await self.start_thread(self.alice, message, "Cat")
        self.assertEqual(caught.exception.code, 200001)
        forum = self.make_forum_channel("forum", self.guild)
        with self.assertRaises(discord.HTTPException) as caught:
            await self.start_thread(self.alice, forum, "Dogs", content="cats")
        self.assertEqual(caught.exception.code, 200000)
        await self.general.send("The bot may say cat.")

    async def test_too_many(self) -> None:
        await self.create(trigger=Trigger(mention_limit=3))
        with self.assertRaisesRegex(
            discord.HTTPException, "Maximum number of rules with trigger type 5 is 1"
        ):
            await self.create(trigger=Trigger(mention_limit=4))

    async def test_error_of_the_bot_about_it_is_found(self) -> None:
        @self.client.event
        async def on_automod_action(action: discord.AutoModAction) -> None:
            raise ValueError("oh")

        await self.create()
        with self.assertRaises(discord.HTTPException):
            await self.send(self.alice, self.general, "catch")
        with self.assertRaisesRegex(AssertionError, "the bot raised ValueError"):
            self.assertNothingSent(channel=self.general)

    async def test_rules_are_in_saved_worlds(self) -> None:
        rule = await self.create()
        snapshot = self.backend.snapshot()
        await rule.delete()
        await self.restore(snapshot)
        self.assertAutoModRule("Test", "No cats")
        with self.assertRaises(discord.HTTPException):
            await self.send("alice", "general", "catch")
