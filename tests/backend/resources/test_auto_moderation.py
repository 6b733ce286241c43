"""Rules of auto moderation: listed, made, changed and deleted; who may, and who hears of it."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.errors import NotModelled
from tests.backend.worlds import WorldTestCase

BLOCK: dict[str, Any] = {"type": 1}
TIMEOUT = {"type": 3, "metadata": {"duration_seconds": 60}}
QUARANTINE = {"type": 4}


class RuleTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.path = f"/guilds/{self.small.guild['id']}/auto-moderation/rules"

    def create(self, trigger: int = 1, **fields: Any) -> Any:
        body = {
            "name": "No cats",
            "event_type": 2 if trigger == 6 else 1,
            "trigger_type": trigger,
            "trigger_metadata": {"presets": [1], "mention_total_limit": 5},
            "actions": [QUARANTINE if trigger == 6 else BLOCK],
            **fields,
        }
        return self.small.request("POST", self.path, body, reason="why")

    def made(self, *args: Any, **fields: Any) -> Any:
        return self.assertStatus(self.create(*args, **fields), 200)

    def edit(self, rule: Any, **fields: Any) -> Any:
        return self.small.request("PATCH", f"{self.path}/{rule['id']}", fields, reason="because")

    def last_entry(self) -> Any:
        return self.small.audit_log()[-1]


class Rules(RuleTestCase):
    def test_create_read_change_and_delete(self) -> None:
        session = self.small.connect()
        rule = self.made(trigger_metadata={"keyword_filter": ["cat*"]}, exempt_roles=["7"])
        self.assertEqual(
            rule,
            {
                "id": rule["id"],
                "guild_id": self.small.guild["id"],
                "creator_id": self.small.bot.user_id,
                "name": "No cats",
                "event_type": 1,
                "trigger_type": 1,
                "trigger_metadata": {"keyword_filter": ["cat*"], "regex_patterns": [], "allow_list": []},
                "actions": [{"type": 1, "metadata": {}}],
                "enabled": False,
                "exempt_roles": ["7"],
                "exempt_channels": [],
            },
        )
        self.assertEqual(self.assertStatus(self.small.request("GET", f"{self.path}/{rule['id']}"), 200), rule)
        changed = self.assertStatus(self.edit(rule, name="No dogs", enabled=True, exempt_roles=None), 200)
        self.assertEqual(changed, {**rule, "name": "No dogs", "enabled": True, "exempt_roles": []})
        self.assertEqual(self.assertStatus(self.small.request("GET", self.path), 200), [changed])
        self.assertStatus(self.small.request("DELETE", f"{self.path}/{rule['id']}", reason="gone"), 204)
        self.assertEqual(self.assertStatus(self.small.request("GET", self.path), 200), [])
        for method in ("GET", "PATCH", "DELETE"):
            body = {} if method == "PATCH" else None
            self.assertStatus(self.small.request(method, f"{self.path}/{rule['id']}", body), 404, 0)
        events = [event for event in self.small.events(session) if event[0].startswith("AUTO")]
        self.assertEqual(
            events,
            [
                ("AUTO_MODERATION_RULE_CREATE", rule),
                ("AUTO_MODERATION_RULE_UPDATE", changed),
                ("AUTO_MODERATION_RULE_DELETE", changed),
            ],
        )
        entries = self.small.audit_log()[-3:]
        self.assertEqual([entry["action_type"] for entry in entries], [140, 141, 142])
        self.assertEqual([entry["reason"] for entry in entries], ["why", "because", "gone"])
        self.assertEqual({entry["target_id"] for entry in entries}, {rule["id"]})
        self.assertFalse(self.small.world.automod_rules)

    def test_changes_of_words_are_told_one_by_one(self) -> None:
        rule = self.made(trigger_metadata={"keyword_filter": ["a", "b"], "allow_list": ["x"]})
        self.edit(rule, trigger_metadata={"keyword_filter": ["b", "c"], "regex_patterns": ["r"]}, name="New")
        self.assertEqual(
            self.last_entry()["changes"],
            [
                {"key": "name", "old_value": "No cats", "new_value": "New"},
                {"key": "$add_keyword_filter", "new_value": ["c"]},
                {"key": "$remove_keyword_filter", "new_value": ["a"]},
                {"key": "$add_regex_patterns", "new_value": ["r"]},
                {"key": "$remove_allow_list", "new_value": ["x"]},
            ],
        )

    def test_changes_of_other_metadata_are_told_whole(self) -> None:
        rule = self.made(5, trigger_metadata={"mention_total_limit": 3})
        self.edit(rule, trigger_metadata={"mention_total_limit": 4})
        (change,) = self.last_entry()["changes"]
        self.assertEqual(change["key"], "trigger_metadata")
        limits = [change[key]["mention_total_limit"] for key in ("old_value", "new_value")]
        self.assertEqual(limits, [3, 4])

    def test_change_of_nothing_is_told_nowhere(self) -> None:
        rule = self.made()
        session, count = self.small.connect(), len(self.small.audit_log())
        self.assertStatus(self.edit(rule, name="No cats", enabled=None), 200)
        self.assertEqual((self.small.events(session), len(self.small.audit_log())), ([], count))

    def test_bad_metadata_of_a_change(self) -> None:
        rule = self.made(5)
        answer = self.edit(rule, trigger_metadata={"mention_total_limit": 51})
        body = self.assertStatus(answer, 400, Code.INVALID_FORM_BODY.value)
        self.assertFieldError(body, "trigger_metadata.mention_total_limit", "NUMBER_TYPE_MAX")

    def test_rules_are_in_the_answer_with_the_audit_log(self) -> None:
        rule = self.made()
        log = self.assertStatus(
            self.small.request("GET", f"/guilds/{self.small.guild['id']}/audit-logs"), 200
        )
        self.assertEqual(log["auto_moderation_rules"], [rule])

    def test_they_go_with_the_guild(self) -> None:
        rule = self.made(4)
        self.small.perform("flag_words", self.small.guild["id"], rule["id"], body={"words": ["heck"]})
        self.small.perform("delete_guild", self.small.guild["id"])
        self.assertEqual((self.small.world.automod_rules, self.small.world.automod_words), ({}, {}))


class Limits(RuleTestCase):
    def test_so_many_of_each_trigger(self) -> None:
        for trigger, most in ((1, 6), (3, 1), (4, 1), (5, 1), (6, 1)):
            with self.subTest(trigger=trigger):
                for _ in range(most):
                    self.made(trigger)
                body = self.assertStatus(self.create(trigger), 400, Code.INVALID_FORM_BODY.value)
                self.assertFieldError(body, "", "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED")
                (mistake,) = body["errors"]["_errors"]
                text = f"Maximum number of rules with trigger type {trigger} is {most}"
                self.assertEqual(mistake["message"], text)

    def test_time_outs_are_for_keywords_and_mentions(self) -> None:
        for trigger in (1, 5):
            self.made(trigger, actions=[BLOCK, TIMEOUT])
        for trigger in (3, 4, 6):
            answer = self.create(trigger, actions=[TIMEOUT])
            body = self.assertStatus(answer, 400, Code.INVALID_FORM_BODY.value)
            self.assertFieldError(body, "actions.0.type")
        rule = self.made(3)
        self.assertStatus(self.edit(rule, actions=[TIMEOUT]), 400, Code.INVALID_FORM_BODY.value)

    def test_what_nobody_documents_is_loud(self) -> None:
        for trigger, action in ((1, QUARANTINE), (6, BLOCK)):
            with self.assertNotModelled("Discord says nowhere"):
                self.create(trigger, actions=[action])
        for trigger, event_type in ((1, 2), (6, 1)):
            with self.assertNotModelled(f"event type {event_type}"):
                self.create(trigger, event_type=event_type)
        rule = self.made(6)
        with self.assertNotModelled("event type 1"):
            self.edit(rule, event_type=1)


class Permissions(RuleTestCase):
    def test_all_needs_manage_guild(self) -> None:
        rule = self.made()
        session = self.small.connect()
        self.small.allow(Permission.VIEW_CHANNEL)
        for method, path, body in (
            ("GET", "", None),
            ("POST", "", {}),
            ("GET", f"/{rule['id']}", None),
            ("PATCH", f"/{rule['id']}", {}),
            ("DELETE", f"/{rule['id']}", None),
        ):
            answer = self.small.request(method, self.path + path, body)
            self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS.value)
        self.small.perform("delete_auto_moderation_rule", self.small.guild["id"], rule["id"])
        self.assertEqual(self.small.events(session), [])  # the events too

    def test_time_outs_need_moderate_members(self) -> None:
        self.small.allow(Permission.MANAGE_GUILD)
        self.assertStatus(self.create(actions=[TIMEOUT]), 403, Code.MISSING_PERMISSIONS.value)
        self.small.allow(Permission.MANAGE_GUILD | Permission.MODERATE_MEMBERS)
        self.made(actions=[TIMEOUT])

    def test_alerts_need_a_channel_to_post_in(self) -> None:
        def alert(channel_id: str) -> Any:
            return self.create(actions=[{"type": 2, "metadata": {"channel_id": channel_id}}])

        voice, forum = self.small.make_channel("voice", 2), self.small.make_channel("forum", 15)
        elsewhere = self.small.make_channel("there", guild=self.small.make_guild("Other"))
        for channel in (self.small.general, voice):
            self.assertStatus(alert(channel["id"]), 200)
        for channel_id in ("1", forum["id"], elsewhere["id"]):
            body = self.assertStatus(alert(channel_id), 400, Code.INVALID_FORM_BODY.value)
            self.assertFieldError(body, "", "INVALID_AUTO_MODERATION_CHANNEL_FLAG_ACTION_ACCESS")
        self.small.allow(Permission.MANAGE_GUILD | Permission.VIEW_CHANNEL)
        self.assertStatus(alert(self.small.general["id"]), 400, Code.INVALID_FORM_BODY.value)


class FlaggedWords(RuleTestCase):
    def flag(self, rule: Any, **options: Any) -> Any:
        path = self.small.guild["id"], rule["id"]
        return self.small.perform("flag_words", *path, body={"words": ["heck"]}, **options)

    def test_are_of_presets_and_spam(self) -> None:
        for trigger in (3, 4):
            rule = self.made(trigger)
            self.flag(rule)
            self.assertEqual(self.small.world.automod_words[rule["id"]], ["heck"])
            self.small.request("DELETE", f"{self.path}/{rule['id']}")
        self.assertEqual(self.small.world.automod_words, {})
        for trigger in (1, 5, 6):
            with self.assertRefused(Code.INVALID_FORM_BODY, "words"):
                self.flag(self.made(trigger))

    def test_only_the_test_says_what_is_flagged(self) -> None:
        rule = self.made(4)
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.flag(rule, actor=self.small.bot)


class NotModelledTests(RuleTestCase):
    def test_trigger_of_a_rule_stays(self) -> None:
        rule = self.made()
        with self.assertRaisesRegex(NotModelled, "trigger_type"):
            self.small.perform(
                "update_auto_moderation_rule", self.small.guild["id"], rule["id"], body={"trigger_type": 3}
            )
