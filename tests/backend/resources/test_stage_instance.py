"""Stage instances: opened, changed and closed."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.stage_instance import stages_of
from tests.backend.worlds import WorldTestCase


class StageInstanceTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.stage = self.small.make_channel("Stage", 13)

    def open(self, channel: Any = None, **body: Any) -> Any:
        body = {"channel_id": (channel or self.stage)["id"], "topic": "talk", **body}
        return self.small.request("POST", "/stage-instances", body, reason="why")

    def on(self, method: str, body: Any = None) -> Any:
        return self.small.request(method, f"/stage-instances/{self.stage['id']}", body)

    def test_open_change_and_close(self) -> None:
        session = self.small.connect()
        made = self.assertStatus(self.open(), 200)
        self.assertEqual((made["topic"], made["privacy_level"]), ("talk", 2))
        self.assertIs(made["discoverable_disabled"], True)
        self.assertEqual(self.assertStatus(self.on("GET"), 200), made)
        self.assertEqual(self.assertStatus(self.on("PATCH", {"topic": "more"}), 200)["topic"], "more")
        self.assertStatus(self.on("DELETE"), 204)
        names = [name for name, _ in self.small.events(session) if name.startswith("STAGE")]
        self.assertEqual(names, [f"STAGE_INSTANCE_{what}" for what in ("CREATE", "UPDATE", "DELETE")])
        entries = self.small.audit_log()[-3:]
        self.assertEqual([entry["action_type"] for entry in entries], [83, 84, 85])
        self.assertEqual(entries[0]["options"], {"channel_id": self.stage["id"]})
        self.assertIn({"key": "topic", "new_value": "talk"}, entries[0]["changes"])
        self.assertEqual(entries[1]["changes"], [{"key": "topic", "old_value": "talk", "new_value": "more"}])
        self.assertIn({"key": "topic", "old_value": "more"}, entries[2]["changes"])
        self.assertEqual(entries[0]["reason"], "why")
        for method in ("GET", "PATCH", "DELETE"):
            self.assertStatus(self.on(method), 404, Code.UNKNOWN_STAGE_INSTANCE.value)

    def test_nothing_new_is_silent(self) -> None:
        self.open()
        session, entries = self.small.connect(), len(self.small.audit_log())
        self.assertStatus(self.on("PATCH", {"topic": "talk"}), 200)
        self.assertEqual((self.small.events(session), len(self.small.audit_log())), ([], entries))

    def test_those_of_the_guild_are_what_it_has(self) -> None:
        other = self.small.make_guild("Other")
        self.open()
        self.open(self.small.make_channel("Stage", 13, guild=other))
        for guild in (self.small.guild, other):
            (instance,) = stages_of(self.small.world, guild["id"])
            self.assertEqual(instance["guild_id"], guild["id"])

    def test_one_at_a_time(self) -> None:
        self.open()
        self.assertStatus(self.open(), 400, Code.STAGE_ALREADY_OPEN.value)

    def test_topic_length(self) -> None:
        self.assertStatus(self.open(topic="t" * 121), 400, Code.INVALID_FORM_BODY.value)
        self.assertStatus(self.open(topic=""), 400, Code.INVALID_FORM_BODY.value)
        self.assertStatus(self.open(topic="t" * 120), 200)

    def test_only_on_stages(self) -> None:
        answer = self.open(self.small.general)
        self.assertStatus(answer, 400, Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE.value)
        self.assertStatus(self.open({"id": "1"}), 404, Code.UNKNOWN_CHANNEL.value)

    def test_needs_a_moderator_of_the_stage(self) -> None:
        basics = Permission.VIEW_CHANNEL | Permission.CONNECT
        moderator = basics | Permission.MANAGE_CHANNELS | Permission.MUTE_MEMBERS | Permission.MOVE_MEMBERS
        self.small.allow(basics)
        self.assertStatus(self.open(), 403, Code.MISSING_PERMISSIONS.value)
        self.small.allow(moderator)
        answer = self.open(send_start_notification=True)
        self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS.value)
        self.assertStatus(self.open(), 200)
        self.small.allow(basics)
        self.assertStatus(self.on("GET"), 200)
        for method, body in (("PATCH", {"topic": "x"}), ("DELETE", None)):
            self.assertStatus(self.on(method, body), 403, Code.MISSING_PERMISSIONS.value)
        self.small.allow(0)
        self.assertStatus(self.on("GET"), 403, Code.MISSING_ACCESS.value)

    def test_unknown_event_and_channel(self) -> None:
        answer = self.open(guild_scheduled_event_id="1")
        self.assertStatus(answer, 404, Code.UNKNOWN_GUILD_SCHEDULED_EVENT.value)
        self.assertStatus(self.small.request("GET", "/stage-instances/1"), 404, Code.UNKNOWN_CHANNEL.value)

    def test_it_ends_with_its_channel(self) -> None:
        self.open()
        session = self.small.connect()
        self.small.perform("delete_channel", self.stage["id"])
        self.assertEqual(len(self.small.events(session, "STAGE_INSTANCE_DELETE")), 1)

    def test_a_bot_finds_it_when_it_connects(self) -> None:
        self.open()
        session = self.small.open()
        session.receive('{"op":2,"d":{"token":"token-of-the-bot","intents":1,"properties":{}}}')
        (guild,) = self.small.events(session, "GUILD_CREATE")
        self.assertEqual(guild["stage_instances"][0]["topic"], "talk")
