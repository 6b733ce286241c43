"""What rules do with what people write and how they call themselves."""

from __future__ import annotations

from typing import Any

from discordtest.backend import intents
from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.rest import Actor
from discordtest.errors import NotModelled
from tests.backend.worlds import WorldTestCase

BLOCK: dict[str, Any] = {"type": 1, "metadata": {"custom_message": "No cats here."}}
TIMEOUT = {"type": 3, "metadata": {"duration_seconds": 60}}
QUARANTINE = {"type": 4}
QUARANTINED = 128


class ExecutionTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id: str = self.small.guild["id"]
        self.log = self.small.make_channel("log")
        self.alert = {"type": 2, "metadata": {"channel_id": self.log["id"]}}
        self.alice = self.small.make_person("alice")

    def rule(self, *actions: Any, words: Any = ("cat",), trigger: int = 1, **fields: Any) -> Any:
        keywords = {"keyword_filter": [*words]} if trigger in (1, 6) else {}
        body = {
            "name": "No cats",
            "event_type": 2 if trigger == 6 else 1,
            "trigger_type": trigger,
            "trigger_metadata": keywords,
            "actions": [*(actions or (BLOCK,))],
            "enabled": True,
            **fields,
        }
        return self.small.perform("create_auto_moderation_rule", self.guild_id, body=body)

    def send(self, content: str, actor: Actor | None = None, channel: Any = None) -> Any:
        path = (channel or self.small.general)["id"]
        return self.small.perform(
            "create_message", path, actor=actor or self.alice, body={"content": content}
        )

    def assertBlocked(self, content: str = "a cat", **where: Any) -> None:
        with self.assertRefused(Code.BLOCKED_BY_AUTOMOD):
            self.send(content, **where)

    def assertPasses(self, content: str = "a cat", **where: Any) -> None:
        self.assertEqual(self.send(content, **where)["content"], content)

    def messages(self, channel: Any = None) -> list[Any]:
        return [*self.small.world.messages.get((channel or self.small.general)["id"], {}).values()]

    def member(self, actor: Actor | None = None) -> Any:
        return self.small.world.members[self.guild_id][(actor or self.alice).user_id]

    def entries(self) -> list[Any]:
        return [entry for entry in self.small.audit_log() if entry["action_type"] >= 143]

    def executions(self, session: Any) -> list[Any]:
        return self.small.events(session, "AUTO_MODERATION_ACTION_EXECUTION")


class Blocking(ExecutionTestCase):
    def test_message_never_was(self) -> None:
        rule = self.rule()
        session = self.small.connect()
        self.assertBlocked()
        self.assertEqual(self.messages(), [])
        self.assertEqual(self.small.events(session, "MESSAGE_CREATE"), [])
        (event,) = self.executions(session)
        self.assertEqual(
            event,
            {
                "guild_id": self.guild_id,
                "action": {"type": 1, "metadata": {"custom_message": "No cats here."}},
                "rule_id": rule["id"],
                "rule_trigger_type": 1,
                "user_id": self.alice.user_id,
                "channel_id": self.small.general["id"],
                "content": "a cat",
                "matched_keyword": "cat",
                "matched_content": "cat",
            },
        )
        (entry,) = self.entries()
        self.assertEqual((entry["action_type"], entry["target_id"]), (143, self.alice.user_id))
        self.assertEqual(entry["user_id"], self.alice.user_id)
        self.assertEqual(
            entry["options"],
            {
                "auto_moderation_rule_name": "No cats",
                "auto_moderation_rule_trigger_type": "1",
                "channel_id": self.small.general["id"],
            },
        )

    def test_edit_is_refused_and_the_message_stays(self) -> None:
        sent = self.send("a dog")
        self.rule()
        session = self.small.connect()
        path = self.small.general["id"], sent["id"]
        with self.assertRefused(Code.BLOCKED_BY_AUTOMOD):
            self.small.perform("update_message", *path, actor=self.alice, body={"content": "a cat"})
        self.assertEqual([message["content"] for message in self.messages()], ["a dog"])
        (event,) = self.executions(session)
        self.assertNotIn("message_id", event)
        self.small.perform("update_message", *path, actor=self.alice, body={"content": "a bird"})
        self.small.perform("update_message", *path, actor=self.alice, body={"flags": 4})

    def test_title_of_a_thread(self) -> None:
        sent = self.send("a dog")
        self.rule()
        general = self.small.general["id"]
        forum = self.small.make_channel("forum", 15)["id"]
        post = {"name": "my cat", "message": {"content": "a dog"}}
        for operation, path, body in (
            ("create_thread", (general,), {"name": "my cat", "type": 11}),
            ("create_thread_from_message", (general, sent["id"]), {"name": "my cat"}),
            ("create_thread", (forum,), post),
        ):
            with self.assertRefused(Code.TITLE_BLOCKED_BY_AUTOMOD):
                self.small.perform(operation, *path, actor=self.alice, body=body)
        with self.assertRefused(Code.BLOCKED_BY_AUTOMOD):
            body = {"name": "my dog", "message": {"content": "a cat"}}
            self.small.perform("create_thread", forum, actor=self.alice, body=body)
        self.assertEqual(self.small.world.threads[self.guild_id], {})

    def test_message_that_discord_refuses_anyway_is_not_looked_at(self) -> None:
        self.rule(TIMEOUT)
        with self.assertRefused(Code.INVALID_FORM_BODY):
            self.send("cat " * 1000)
        self.assertIsNone(self.member()["communication_disabled_until"])


class OtherActions(ExecutionTestCase):
    def test_alert_for_a_message_that_is_there(self) -> None:
        rule = self.rule(self.alert)
        session = self.small.connect()
        sent = self.send("a CAT")
        (alert,) = self.messages(self.log)
        self.assertEqual((alert["type"], alert["content"]), (24, ""))
        self.assertEqual(alert["author"]["id"], self.alice.user_id)
        (embed,) = alert["embeds"]
        self.assertEqual((embed["type"], embed["description"]), ("auto_moderation_message", "a CAT"))
        self.assertEqual(
            {field["name"]: field["value"] for field in embed["fields"]},
            {
                "rule_name": "No cats",
                "channel_id": self.small.general["id"],
                "keyword": "cat",
                "keyword_matched_content": "CAT",
                "flagged_message_id": sent["id"],
            },
        )
        names = [name for name, _ in self.small.events(session)]
        ends = ["GUILD_AUDIT_LOG_ENTRY_CREATE", "AUTO_MODERATION_ACTION_EXECUTION"]
        self.assertEqual(names, ["MESSAGE_CREATE", "MESSAGE_CREATE", *ends])
        (event,) = self.executions(session)
        self.assertEqual((event["message_id"], event["rule_id"]), (sent["id"], rule["id"]))
        self.assertEqual(event["alert_system_message_id"], alert["id"])
        self.assertEqual([entry["action_type"] for entry in self.entries()], [144])

    def test_alert_can_be_deleted_by_moderators_alone(self) -> None:
        self.rule(self.alert)
        self.send("a cat")
        path = self.log["id"], self.messages(self.log)[0]["id"]
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.small.perform("delete_message", *path, actor=self.alice)
        self.assertStatus(self.small.request("DELETE", f"/channels/{path[0]}/messages/{path[1]}"), 204)

    def test_alert_for_a_channel_that_is_gone(self) -> None:
        self.rule(self.alert)
        self.small.perform("delete_channel", self.log["id"])
        session = self.small.connect()
        self.assertPasses()
        self.assertEqual((self.executions(session), self.entries()), ([], []))

    def test_time_out(self) -> None:
        self.rule(BLOCK, TIMEOUT)
        session = self.small.connect()
        self.assertBlocked()
        until = self.member()["communication_disabled_until"]
        self.assertEqual(until, self.small.world.timestamp(60))
        (update,) = self.small.events(session, "GUILD_MEMBER_UPDATE")
        self.assertEqual(update["communication_disabled_until"], until)
        self.assertEqual([entry["action_type"] for entry in self.entries()], [143, 145])
        self.assertEqual([event["action"]["type"] for event in self.executions(session)], [1, 3])
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.send("sorry")
        self.small.time = 60_000_000
        self.assertPasses("sorry")

    def test_edit_that_passes_names_its_message(self) -> None:
        sent = self.send("a dog")
        self.rule(self.alert)
        session = self.small.connect()
        path = self.small.general["id"], sent["id"]
        self.small.perform("update_message", *path, actor=self.alice, body={"content": "a cat"})
        self.assertEqual([event["message_id"] for event in self.executions(session)], [sent["id"]])
        self.assertEqual(self.small.events(session)[0][0], "MESSAGE_UPDATE")

    def test_title_and_post_that_pass(self) -> None:
        self.rule(self.alert)
        session = self.small.connect()
        forum = self.small.make_channel("forum", 15)
        body = {"name": "my cat", "message": {"content": "a cat"}}
        made = self.small.perform("create_thread", forum["id"], actor=self.alice, body=body)
        title, post = self.executions(session)
        self.assertEqual((title["channel_id"], title["content"]), (forum["id"], "my cat"))
        self.assertNotIn("message_id", title)
        self.assertEqual((post["channel_id"], post["message_id"]), (made["id"], made["id"]))

    def test_every_rule_that_is_triggered_acts(self) -> None:
        self.rule(self.alert, name="first")
        self.rule(BLOCK, words=["dog"], name="second")
        self.assertPasses("a bird")
        self.assertBlocked("a cat and a dog")
        self.assertEqual(len(self.messages(self.log)), 1)
        (embed,) = self.messages(self.log)[0]["embeds"]
        self.assertNotIn("flagged_message_id", [field["name"] for field in embed["fields"]])

    def test_transcript_says_what_was_done(self) -> None:
        self.rule(BLOCK, self.alert, TIMEOUT)
        self.assertBlocked()
        told = [entry.text for entry in self.small.backend.journal if hasattr(entry, "text")]
        lines = [text.strip() for text in told if "AutoMod" in text]
        why = "'cat' finds 'cat' (rule 'No cats')"
        self.assertEqual(
            lines,
            [
                f"AutoMod blocks what alice writes and says 'No cats here.': {why}",
                f"AutoMod alerts #log to alice: {why}",
                f"AutoMod times alice out for 60 s: {why}",
            ],
        )


class WhoIsLookedAt(ExecutionTestCase):
    def test_disabled_rule_does_nothing(self) -> None:
        self.rule(enabled=False)
        self.assertPasses()

    def test_bots_webhooks_and_the_test_are_not(self) -> None:
        self.rule()
        self.assertPasses(actor=self.small.bot)
        self.assertPasses(actor=self.small.narrator)
        hook = self.small.perform("create_webhook", self.small.general["id"], body={"name": "hook"})
        path = f"/webhooks/{hook['id']}/{hook['token']}"
        self.assertStatus(self.small.request("POST", path, {"content": "a cat"}), 204)

    def test_managers_are_not(self) -> None:
        self.rule()
        self.assertPasses(actor=Actor("person", self.small.owner["id"]))
        for bit in (Permission.MANAGE_GUILD, Permission.ADMINISTRATOR):
            self.assertPasses(actor=self.small.make_person(f"mod {bit}", bit))
        self.assertBlocked(actor=self.small.make_person("mod", Permission.MANAGE_MESSAGES))

    def test_exempt_roles(self) -> None:
        bob = self.small.make_person("bob", 0)
        (role_id,) = self.member(bob)["roles"]
        rule = self.rule(exempt_roles=[role_id])
        self.assertPasses(actor=bob)
        self.assertBlocked()
        path = self.guild_id, rule["id"]
        self.small.perform("update_auto_moderation_rule", *path, body={"exempt_roles": [self.guild_id]})
        self.assertPasses()  # everyone has the role of everyone

    def test_exempt_channels_and_their_threads(self) -> None:
        self.rule(exempt_channels=[self.log["id"]])
        body = {"name": "thread", "type": 11}
        threads = [
            self.small.perform("create_thread", channel["id"], actor=self.alice, body=body)
            for channel in (self.log, self.small.general)
        ]
        self.assertPasses(channel=self.log)
        self.assertPasses(channel=threads[0])
        self.assertBlocked(channel=threads[1])

    def test_exempt_category_is_none_of_its_channels(self) -> None:
        category = self.small.make_channel("category", 4)
        inner = self.small.make_channel("inner", parent_id=category["id"])
        self.rule(exempt_channels=[category["id"]])
        self.assertBlocked(channel=inner)

    def test_direct_messages_and_other_guilds(self) -> None:
        self.rule()
        there = self.small.make_guild("Other")
        self.small.join(self.small.world.users[self.alice.user_id], there["id"])
        self.assertPasses(channel=self.small.make_channel("there", guild=there))
        dm = self.small.perform("create_dm", actor=self.alice, body={"recipient_id": self.small.bot.user_id})
        self.assertPasses(channel=dm)


class Triggers(ExecutionTestCase):
    def test_unique_mentions_of_users_and_roles(self) -> None:
        self.rule(trigger=5, trigger_metadata={"mention_total_limit": 2})
        body = {"name": "loud", "mentionable": True}
        role = self.small.perform("create_guild_role", self.guild_id, body=body)
        users = [self.small.owner["id"], self.alice.user_id, self.small.bot.user_id]
        self.assertPasses(f"<@{users[0]}> <@!{users[0]}> <@&{role['id']}>")
        self.assertBlocked(f"<@{users[0]}> <@{users[1]}> <@&{role['id']}>")
        self.assertBlocked(" ".join(f"<@{user}>" for user in users))

    def test_discords_own_lists_hold_what_the_test_says(self) -> None:
        for trigger, metadata in ((3, None), (4, {"presets": [1]})):
            rule = self.rule(trigger=trigger, trigger_metadata=metadata)
            self.assertPasses("heck")
            body = {"words": ["heck*"]}
            self.small.perform("flag_words", self.guild_id, rule["id"], body=body)
            self.assertBlocked("HECK")
            self.small.perform("delete_auto_moderation_rule", self.guild_id, rule["id"])

    def test_expression_that_cannot_be_decided_is_loud(self) -> None:
        self.rule(trigger_metadata={"regex_patterns": [r"\p{Greek}"]})
        with self.assertRaisesRegex(NotModelled, "Greek"):
            self.send("alpha")


class ContentIntent(ExecutionTestCase):
    def test_bot_without_it_learns_the_keyword_alone(self) -> None:
        self.rule()
        session = self.small.connect(intents.ALL & ~int(intents.Intent.MESSAGE_CONTENT))
        self.assertBlocked()
        (event,) = self.executions(session)
        self.assertEqual(event["matched_keyword"], "cat")
        self.assertEqual({"content", "matched_content"} & event.keys(), set())

    def test_other_intents_and_permissions(self) -> None:
        self.rule(words=["cat"])
        deaf = self.small.connect(intents.ALL & ~int(intents.Intent.AUTO_MODERATION_EXECUTION))
        self.assertBlocked()
        self.assertEqual(self.executions(deaf), [])
        session = self.small.connect()
        self.role_without_manage_guild()
        self.assertBlocked()
        self.assertEqual(self.executions(session), [])

    def role_without_manage_guild(self) -> None:
        bits = int(self.small.role["permissions"]) & ~int(Permission.MANAGE_GUILD)
        self.small.role["permissions"] = str(bits)


class Profiles(ExecutionTestCase):
    def nick(self, nick: str | None) -> None:
        self.small.perform("update_my_guild_member", self.guild_id, actor=self.alice, body={"nick": nick})

    def test_bad_nick_keeps_its_member_from_interacting(self) -> None:
        rule = self.rule(QUARANTINE, self.alert, trigger=6, words=["*cat*"])
        session = self.small.connect()
        self.nick("copycat")
        self.assertEqual(self.member()["flags"], QUARANTINED)
        quarantine, alert = self.executions(session)
        self.assertEqual((quarantine["action"]["type"], quarantine["rule_id"]), (4, rule["id"]))
        self.assertEqual((quarantine["content"], quarantine["matched_content"]), ("copycat", "cat"))
        self.assertNotIn("channel_id", quarantine)
        self.assertIn("alert_system_message_id", alert)
        self.assertEqual([entry["action_type"] for entry in self.entries()], [146, 144])
        self.assertEqual(self.entries()[0]["options"]["channel_id"], "")
        updates = self.small.events(session, "GUILD_MEMBER_UPDATE")
        self.assertEqual([update["flags"] for update in updates], [0, QUARANTINED])
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.send("hello")

    def test_clean_nick_sets_free(self) -> None:
        self.rule(QUARANTINE, trigger=6, words=["*cat*"])
        self.nick("copycat")
        self.nick("tomcat")
        self.assertEqual(self.member()["flags"], QUARANTINED)
        self.nick(None)
        self.assertEqual(self.member()["flags"], 0)
        self.assertPasses("hello")

    def test_overwrites_do_not_help(self) -> None:
        self.rule(QUARANTINE, trigger=6, words=["*cat*"])
        self.nick("copycat")
        overwrite = {"id": self.alice.user_id, "type": 1, "allow": str(1 << 11), "deny": "0"}
        channel = self.small.make_channel("open", permission_overwrites=[overwrite])
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.send("hello", channel=channel)

    def test_nick_that_a_moderator_gives_is_no_edit_of_their_own(self) -> None:
        self.rule(QUARANTINE, trigger=6, words=["*cat*"])
        path = self.guild_id, self.alice.user_id
        self.small.perform("update_guild_member", *path, body={"nick": "copycat"})
        self.assertEqual(self.member()["flags"], 0)

    def test_names_of_who_joins(self) -> None:
        self.rule(QUARANTINE, trigger=6, words=["*cat*"])
        user = self.small.world.users[self.alice.user_id]
        self.small.perform("delete_guild_member", self.guild_id, self.alice.user_id)
        for name, flags in (("username", QUARANTINED), ("global_name", QUARANTINED), (None, 0)):
            kept = dict(user)
            user.update({} if name is None else {name: "wildcat"})
            self.small.perform("join_guild", self.guild_id, self.alice.user_id, actor=self.alice)
            self.assertEqual(self.member()["flags"] & QUARANTINED, flags, name)
            user.update(kept)
            self.small.perform("delete_guild_member", self.guild_id, self.alice.user_id)

    def test_messages_are_none_of_them(self) -> None:
        self.rule(QUARANTINE, trigger=6, words=["*cat*"])
        self.assertPasses()
