"""Reading the audit log, and who hears of new entries."""

from __future__ import annotations

from typing import Any

from discordtest.backend.audit import Action
from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import WorldTestCase


class AuditLog(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.path = f"/guilds/{self.guild_id}/audit-logs"
        self.alice = self.small.make_person("alice")
        self.small.audit_log().clear()
        for nick in ("a", "b", "c"):
            self.rename(nick)

    def rename(self, nick: str) -> None:
        path = f"/guilds/{self.guild_id}/members/{self.alice.user_id}"
        self.assertStatus(self.small.request("PATCH", path, {"nick": nick}, reason=f"to {nick}"), 200)

    def get(self, **query: Any) -> Any:
        query = {key: str(value) for key, value in query.items()}
        return self.assertStatus(self.small.request("GET", self.path, query=query), 200)

    def reasons(self, **query: Any) -> list[str]:
        return [entry["reason"] for entry in self.get(**query)["audit_log_entries"]]

    def test_latest_first(self):
        self.assertEqual(self.reasons(), ["to c", "to b", "to a"])
        self.assertEqual(self.reasons(limit=1), ["to c"])

    def test_before_and_after(self):
        middle = self.small.audit_log()[1]["id"]
        self.assertEqual(self.reasons(before=middle), ["to a"])
        self.assertEqual(self.reasons(after=middle), ["to c"])
        self.assertEqual(self.reasons(after=0), ["to a", "to b", "to c"])
        self.assertEqual(self.reasons(after=0, before=middle), ["to a"])

    def test_entries_are_kept_for_45_days(self):
        self.small.time = 45 * 86_400_000_000
        self.assertEqual(self.reasons(), ["to c", "to b", "to a"])
        self.small.time += 1_000_000
        self.assertEqual(self.reasons(after=0), [])

    def test_entry_without_changes_has_no_array_of_them(self):
        path = f"/guilds/{self.guild_id}/members/{self.alice.user_id}"
        self.assertStatus(self.small.request("DELETE", path), 204)
        kicked, renamed = self.get(limit=2)["audit_log_entries"]
        self.assertNotIn("changes", kicked)
        self.assertIn("changes", renamed)

    def test_filters(self):
        self.assertEqual(self.reasons(user_id=self.alice.user_id), [])
        self.assertEqual(len(self.reasons(user_id=self.small.bot.user_id)), 3)
        self.assertEqual(len(self.reasons(target_id=self.alice.user_id)), 3)
        self.assertEqual(self.reasons(target_id=self.small.bot.user_id), [])
        self.assertEqual(self.reasons(action_type=int(Action.MEMBER_KICK)), [])
        self.assertEqual(len(self.reasons(action_type=int(Action.MEMBER_UPDATE))), 3)

    def test_users_that_entries_name(self):
        names = [user["username"] for user in self.get()["users"]]
        self.assertEqual(names, ["robot", "alice"])

    def test_webhooks_that_entries_name(self):
        path = f"/channels/{self.small.general['id']}/webhooks"
        made = self.small.request("POST", path, {"name": "hook"}).json
        self.assertEqual([hook["id"] for hook in self.get()["webhooks"]], [made["id"]])

    def test_only_commands_that_entries_name(self):
        application = self.small.application["id"]
        commands = f"/applications/{application}/guilds/{self.guild_id}/commands"
        for name in ("one", "two"):
            made = self.small.request("POST", commands, {"name": name, "description": name}).json
        entry = {**self.small.audit_log()[-1], "id": self.small.world.snowflake(), "target_id": made["id"]}
        self.small.audit_log().append(
            {**entry, "action_type": int(Action.APPLICATION_COMMAND_PERMISSION_UPDATE)}
        )
        answer = self.get()
        self.assertEqual([command["name"] for command in answer["application_commands"]], ["two"])
        self.assertEqual([user["username"] for user in answer["users"]], ["robot", "alice"])

    def test_threads_that_entries_name(self):
        body = {"name": "thread", "type": 11}
        path = f"/channels/{self.small.general['id']}/threads"
        made = self.small.request("POST", path, body).json
        self.assertEqual([thread["id"] for thread in self.get()["threads"]], [made["id"]])

    def test_limit_at_the_bounds_and_past(self):
        for limit, status in (("0", 400), ("1", 200), ("100", 200), ("101", 400)):
            with self.subTest(limit):
                self.assertStatus(self.small.request("GET", self.path, query={"limit": limit}), status)

    def test_needs_the_permission(self):
        self.small.allow(Permission.MANAGE_GUILD)
        self.assertStatus(self.small.request("GET", self.path), 403, Code.MISSING_PERMISSIONS)

    def test_new_entries_are_told_to_those_who_may_read(self):
        session = self.small.connect()
        self.rename("d")
        (event,) = self.small.events(session, "GUILD_AUDIT_LOG_ENTRY_CREATE")
        self.assertEqual((event["reason"], event["guild_id"]), ("to d", self.guild_id))
        self.small.allow(Permission.MANAGE_NICKNAMES)
        self.rename("e")
        self.assertEqual(len(self.small.events(session, "GUILD_AUDIT_LOG_ENTRY_CREATE")), 1)

    def test_narrator_acts_in_the_owners_name(self):
        body = {"nick": "f"}
        self.small.perform("update_guild_member", self.guild_id, self.alice.user_id, body=body)
        entry = self.small.audit_log()[-1]
        self.assertEqual(entry["user_id"], self.small.owner["id"])
        self.assertNotIn("reason", entry)
