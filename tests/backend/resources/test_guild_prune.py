"""Pruning: who is away long enough, and what is told."""

from __future__ import annotations

from typing import Any

from discordtest.backend.audit import Action
from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import WorldTestCase

DAY = 86_400_000_000  # microseconds


class Prune(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.path = f"/guilds/{self.guild_id}/prune"
        self.alice = self.small.make_person("alice")
        self.bob = self.small.make_person("bob", permissions=0)
        (self.role_id,) = self.small.world.members[self.guild_id][self.bob.user_id]["roles"]
        self.small.time = 8 * DAY

    def count(self, **query: str) -> int:
        answer = self.small.request("GET", self.path, query=query)
        return int(self.assertStatus(answer, 200)["pruned"])

    def prune(self, **body: Any) -> Any:
        return self.small.request("POST", self.path, body, reason="quiet")

    def test_those_without_roles_go(self):
        session = self.small.connect()
        self.assertEqual(self.prune().json, {"pruned": 1})
        (event,) = self.small.events(session, "GUILD_MEMBER_REMOVE")
        self.assertEqual(event["user"]["id"], self.alice.user_id)
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (Action.MEMBER_PRUNE, "quiet"))
        self.assertEqual(entry["options"], {"delete_member_days": "7", "members_removed": "1"})

    def test_count_only_counts(self):
        self.assertEqual(self.count(), 1)
        self.assertIn(self.alice.user_id, self.small.world.members[self.guild_id])

    def test_roles_that_do_not_keep(self):
        self.assertEqual(self.count(include_roles=f"{self.role_id}, {self.guild_id}"), 2)
        self.assertEqual(self.prune(include_roles=[self.role_id]).json, {"pruned": 2})

    def test_count_can_be_left_out(self):
        answer = self.prune(compute_prune_count="false", days=7)
        self.assertEqual(answer.json, {"pruned": None})

    def test_null_stands_for_what_is_usual(self):
        body = {"days": None, "compute_prune_count": None, "include_roles": None}
        answer = self.small.request("POST", f"/guilds/{self.small.guild['id']}/prune", body)
        self.assertEqual(self.assertStatus(answer, 200), {"pruned": 1})

    def test_who_wrote_is_there_and_who_is_online(self):
        self.small.time = 0
        say = {"actor": self.alice, "body": {"content": "hi"}}
        self.small.perform("create_message", self.small.general["id"], **say)
        self.small.time = 8 * DAY
        self.assertEqual(self.count(), 1)
        self.small.perform("create_message", self.small.general["id"], **say)
        self.assertEqual(self.count(), 0)
        self.small.time = 20 * DAY
        self.assertEqual(self.count(), 1)
        self.small.perform("update_presence", self.alice.user_id, body={"status": "idle"})
        self.assertEqual(self.count(), 0)

    def test_who_wrote_in_a_thread_is_there(self):
        body = {"name": "topic", "type": 11}
        thread = self.small.perform("create_thread", self.small.general["id"], body=body)
        self.small.perform("create_message", thread["id"], actor=self.alice, body={"content": "hi"})
        self.assertEqual(self.count(), 0)

    def test_bots_and_the_owner_stay(self):
        members = self.small.world.members[self.guild_id]
        members[self.small.bot.user_id]["roles"].clear()
        self.assertEqual(self.small.perform("prune_guild", self.guild_id, body={}), {"pruned": 1})
        self.assertIn(self.small.bot.user_id, members)
        self.assertIn(self.small.owner["id"], members)

    def test_days_at_the_bounds_and_past(self):
        for days, status in (("0", 400), ("1", 200), ("30", 200), ("31", 400)):
            with self.subTest(days):
                self.assertStatus(self.small.request("GET", self.path, query={"days": days}), status)

    def test_joined_within_the_days(self):
        self.assertEqual(self.count(days="8"), 0)
        self.assertEqual(self.count(days="7"), 1)

    def test_ids_that_are_none(self):
        answer = self.small.request("GET", self.path, query={"include_roles": "a"})
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "include_roles")
        self.assertStatus(self.prune(include_roles=[self.role_id] * 100), 200)
        answer = self.prune(include_roles=[self.role_id] * 101)
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "include_roles")
        self.assertStatus(self.prune(include_roles="5"), 404, Code.UNKNOWN_ROLE)

    def test_guild_that_leaves_it_to_administrators(self):
        self.small.guild["features"].append("PRUNE_REQUIRES_ADMIN")
        for method in ("GET", "POST"):
            answer = self.small.request(method, self.path, {} if method == "POST" else None)
            self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS)
        self.small.allow(Permission.ADMINISTRATOR)
        self.assertStatus(self.small.request("GET", self.path), 200)

    def test_needs_both_permissions(self):
        for bits in (Permission.KICK_MEMBERS, Permission.MANAGE_GUILD):
            self.small.allow(bits)
            self.assertStatus(self.prune(), 403, Code.MISSING_PERMISSIONS)
