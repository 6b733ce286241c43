"""Bans: who may, what is told, what goes with them, and their list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.audit import Action
from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.user import make_user
from tests.backend.worlds import WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.world import Record

HOUR = 3_600_000_000  # microseconds


class BanTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.path = f"/guilds/{self.guild_id}/bans"
        self.bans = self.small.world.bans[self.guild_id]
        self.alice = self.small.make_person("alice")

    def ban(self, user_id: str, body: Any = None, **query: str) -> Any:
        return self.small.request("PUT", f"{self.path}/{user_id}", body, query=query, reason="spam")

    def say(self, content: str, channel: Record | None = None) -> Record:
        made: Record = self.small.perform(
            "create_message",
            (channel or self.small.general)["id"],
            actor=self.alice,
            body={"content": content},
        )
        return made


class Banning(BanTestCase):
    def test_member_is_banned_then_gone(self):
        session = self.small.connect()
        self.assertStatus(self.ban(self.alice.user_id), 204)
        told = [name for name, _ in self.small.events(session)]
        self.assertEqual(told, ["GUILD_AUDIT_LOG_ENTRY_CREATE", "GUILD_BAN_ADD", "GUILD_MEMBER_REMOVE"])
        self.assertEqual(self.bans[self.alice.user_id]["reason"], "spam")
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (Action.MEMBER_BAN_ADD, "spam"))

    def test_bots_that_may_ban_or_see_the_audit_log_are_told(self):
        for permission, count in (
            (Permission.BAN_MEMBERS, 2),
            (Permission.VIEW_AUDIT_LOG, 2),
            (Permission.KICK_MEMBERS, 0),
        ):
            with self.subTest(permission.name):
                (role,) = (each for each in self.small.world.roles[self.guild_id].values() if each["managed"])
                role["permissions"] = str(int(permission))
                session = self.small.connect()
                self.small.perform("ban_user_from_guild", self.guild_id, self.alice.user_id)
                self.small.perform("unban_user_from_guild", self.guild_id, self.alice.user_id)
                told = [name for name, _ in self.small.events(session) if name.startswith("GUILD_BAN")]
                self.assertEqual(told, ["GUILD_BAN_ADD", "GUILD_BAN_REMOVE"][:count])

    def test_user_outside(self):
        user = make_user(self.small.world, "troll")
        session = self.small.connect()
        self.assertStatus(self.ban(user["id"]), 204)
        self.assertEqual(self.small.events(session, "GUILD_MEMBER_REMOVE"), [])

    def test_again_changes_nothing(self):
        self.ban(self.alice.user_id)
        session = self.small.connect()
        self.assertStatus(self.ban(self.alice.user_id), 204)
        self.assertEqual(self.small.events(session), [])

    def test_refusals(self):
        self.assertStatus(self.ban("5"), 404, Code.UNKNOWN_USER)
        self.assertStatus(self.ban(self.small.owner["id"]), 403, Code.MISSING_PERMISSIONS)
        self.assertStatus(self.ban(self.small.bot.user_id), 403, Code.MISSING_PERMISSIONS)
        self.small.allow(Permission.KICK_MEMBERS)
        self.assertStatus(self.ban(self.alice.user_id), 403, Code.MISSING_PERMISSIONS)

    def test_higher_member_is_refused(self):
        chief = self.small.make_person("chief", permissions=0)
        role_id = self.small.world.members[self.guild_id][chief.user_id]["roles"][0]
        self.small.world.roles[self.guild_id][role_id]["position"] = 5
        self.assertStatus(self.ban(chief.user_id), 403, Code.MISSING_PERMISSIONS)

    def test_not_even_the_test_itself_bans_the_owner(self):
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.small.perform("ban_user_from_guild", self.guild_id, self.small.owner["id"])

    def test_who_is_outside_stands_below_nobody(self):
        self.small.world.roles[self.guild_id][self.guild_id]["permissions"] = str(int(Permission.BAN_MEMBERS))
        troll = make_user(self.small.world, "troll")
        self.small.perform("ban_user_from_guild", self.guild_id, troll["id"], actor=self.alice)
        self.assertIn(troll["id"], self.bans)

    def test_person_bans(self):
        moderator = self.small.make_person("moderator", Permission.BAN_MEMBERS)
        role_id = self.small.world.members[self.guild_id][moderator.user_id]["roles"][0]
        self.small.world.roles[self.guild_id][role_id]["position"] = 5
        self.small.perform("ban_user_from_guild", self.guild_id, self.alice.user_id, actor=moderator)
        self.assertEqual(self.small.audit_log()[-1]["user_id"], moderator.user_id)


class MessagesOfTheBanned(BanTestCase):
    def test_those_of_the_last_seconds_go(self):
        old = self.say("old")
        self.small.time = HOUR
        first, second = self.say("new"), self.say("newer")
        session = self.small.connect()
        self.ban(self.alice.user_id, delete_message_seconds="3599")
        self.assertEqual(list(self.small.world.messages[self.small.general["id"]]), [old["id"]])
        (event,) = self.small.events(session, "MESSAGE_DELETE_BULK")
        self.assertEqual(event["ids"], [first["id"], second["id"]])
        self.assertEqual((event["channel_id"], event["guild_id"]), (self.small.general["id"], self.guild_id))

    def test_those_in_threads_go_and_nobody_elses(self):
        body = {"name": "topic", "type": 11}
        thread = self.small.perform("create_thread", self.small.general["id"], body=body)
        in_thread = self.say("spam", thread)
        kept = self.small.perform("create_message", self.small.general["id"], body={"content": "fine"})
        session = self.small.connect()
        self.ban(self.alice.user_id, delete_message_seconds="60")
        (event,) = self.small.events(session, "MESSAGE_DELETE_BULK")
        self.assertEqual((event["channel_id"], event["ids"]), (thread["id"], [in_thread["id"]]))
        self.assertIn(kept["id"], self.small.world.messages[self.small.general["id"]])

    def test_just_at_the_bound_too(self):
        self.say("old")
        self.small.time = HOUR
        self.ban(self.alice.user_id, {"delete_message_seconds": 3600})
        self.assertEqual(self.small.world.messages[self.small.general["id"]], {})

    def test_days(self):
        for late, kept in ((0, 0), (1, 1)):
            with self.subTest(late):
                self.alice = self.small.make_person(f"author {late}")
                self.say("old")
                self.small.time += 24 * HOUR + late
                self.ban(self.alice.user_id, {"delete_message_days": 1})
                self.assertEqual(len(self.small.world.messages[self.small.general["id"]]), kept)

    def test_zero_keeps_all(self):
        self.say("old")
        self.ban(self.alice.user_id, delete_message_seconds="0")
        self.assertEqual(len(self.small.world.messages[self.small.general["id"]]), 1)

    def test_longest_and_past(self):
        answer = self.ban(self.alice.user_id, delete_message_seconds="604801")
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "delete_message_seconds")
        self.assertStatus(self.ban(self.alice.user_id, delete_message_seconds="604800"), 204)


class Reading(BanTestCase):
    def setUp(self) -> None:
        super().setUp()
        users = [make_user(self.small.world, f"user {number}") for number in range(4)]
        self.ids = [user["id"] for user in users]
        for user_id in reversed(self.ids):
            self.ban(user_id)

    def list(self, **query: str) -> Any:
        answer = self.small.request("GET", self.path, query=query)
        return [ban["user"]["id"] for ban in self.assertStatus(answer, 200)]

    def test_list_is_in_order_of_id(self):
        a, b, c, d = self.ids
        self.assertEqual(self.list(), [a, b, c, d])
        self.assertEqual(self.list(limit="2"), [a, b])
        self.assertEqual(self.list(after=b), [c, d])
        self.assertEqual(self.list(before=d, limit="2"), [b, c])
        self.assertEqual(self.list(before=b, after=c), [a])

    def test_limit_at_the_bounds_and_past(self):
        for limit, status in (("0", 400), ("1", 200), ("1000", 200), ("1001", 400)):
            with self.subTest(limit):
                self.assertStatus(self.small.request("GET", self.path, query={"limit": limit}), status)

    def test_one(self):
        answer = self.small.request("GET", f"{self.path}/{self.ids[0]}")
        self.assertEqual((answer.json["user"]["id"], answer.json["reason"]), (self.ids[0], "spam"))
        answer = self.small.request("GET", f"{self.path}/{self.alice.user_id}")
        self.assertStatus(answer, 404, Code.UNKNOWN_BAN)

    def test_needs_ban_members(self):
        self.small.allow(Permission.KICK_MEMBERS)
        self.assertStatus(self.small.request("GET", self.path), 403, Code.MISSING_PERMISSIONS)

    def test_unban(self):
        session = self.small.connect()
        answer = self.small.request("DELETE", f"{self.path}/{self.ids[0]}", reason="sorry")
        self.assertStatus(answer, 204)
        (event,) = self.small.events(session, "GUILD_BAN_REMOVE")
        self.assertEqual((event["guild_id"], event["user"]["id"]), (self.guild_id, self.ids[0]))
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (Action.MEMBER_BAN_REMOVE, "sorry"))
        answer = self.small.request("DELETE", f"{self.path}/{self.ids[0]}")
        self.assertStatus(answer, 404, Code.UNKNOWN_BAN)


class Bulk(BanTestCase):
    def bulk(self, ids: list[str], **fields: Any) -> Any:
        body = {"user_ids": ids, **fields}
        return self.small.request("POST", f"/guilds/{self.guild_id}/bulk-ban", body)

    def test_who_can_be_banned_is(self):
        troll = make_user(self.small.world, "troll")["id"]
        self.say("spam")
        ids = [self.alice.user_id, self.small.owner["id"], troll, "5", self.small.bot.user_id]
        answer = self.assertStatus(self.bulk(ids, delete_message_seconds=60), 200)
        self.assertEqual(answer["banned_users"], [self.alice.user_id, troll])
        self.assertEqual(answer["failed_users"], [self.small.owner["id"], "5", self.small.bot.user_id])
        self.assertEqual(self.small.world.messages[self.small.general["id"]], {})

    def test_messages_stay_unless_they_are_to_go(self):
        self.say("spam")
        self.assertStatus(self.bulk([self.alice.user_id]), 200)
        self.assertEqual(len(self.small.world.messages[self.small.general["id"]]), 1)

    def test_owner_cannot_ban_itself(self):
        guild = self.small.make_guild("Own")
        guild["owner_id"] = self.small.bot.user_id
        answer = self.small.request(
            "POST", f"/guilds/{guild['id']}/bulk-ban", {"user_ids": [guild["owner_id"]]}
        )
        self.assertStatus(answer, 400, Code.FAILED_BAN_USERS)

    def test_nobody_can_be(self):
        self.ban(self.alice.user_id)
        answer = self.bulk([self.alice.user_id, self.small.owner["id"]])
        self.assertStatus(answer, 400, Code.FAILED_BAN_USERS)

    def test_count_at_the_bounds_and_past(self):
        ids = [str(number) for number in range(1, 202)]
        self.assertStatus(self.bulk(ids[:200]), 400, Code.FAILED_BAN_USERS)
        self.assertFieldError(self.assertStatus(self.bulk(ids), 400, 50035), "user_ids")
        self.assertFieldError(self.assertStatus(self.bulk([]), 400, 50035), "user_ids")

    def test_needs_both_permissions(self):
        for bits in (Permission.BAN_MEMBERS, Permission.MANAGE_GUILD):
            self.small.allow(bits)
            self.assertStatus(self.bulk([self.alice.user_id]), 403, Code.MISSING_PERMISSIONS)
