"""Joining, leaving, being kicked, and bots that come and go."""

from __future__ import annotations

from typing import Any

from discordtest.backend.audit import Action
from discordtest.backend.codes import Code, RestError
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.application import make_application
from discordtest.backend.resources.guild_membership import DID_REJOIN
from discordtest.backend.resources.user import make_user
from discordtest.backend.rest import Actor
from tests.backend.worlds import WorldTestCase


class MembershipTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.members = self.small.world.members[self.guild_id]
        self.alice = make_user(self.small.world, "alice")
        self.as_alice = Actor("person", self.alice["id"])

    def join(self, **options: Any) -> Any:
        options.setdefault("actor", self.as_alice)
        return self.small.perform("join_guild", self.guild_id, self.alice["id"], **options)


class Joining(MembershipTestCase):
    def test_is_told(self):
        session = self.small.connect()
        self.join()
        (event,) = self.small.events(session, "GUILD_MEMBER_ADD")
        self.assertEqual((event["user"], event["guild_id"]), (self.alice, self.guild_id))
        self.assertIs(self.members[self.alice["id"]]["user"], self.alice)

    def test_again_changes_nothing(self):
        member = self.join()
        session = self.small.connect()
        self.assertIs(self.join(), member)
        self.assertEqual(self.small.events(session), [])

    def test_narrator_chooses_what_the_member_has(self):
        role_id = self.small.perform("create_guild_role", self.guild_id, body={"name": "r"})["id"]
        body = {"nick": "Al", "roles": [role_id], "pending": True}
        member = self.join(actor=None, body=body, at="2020-01-01T00:00:00+00:00")
        self.assertEqual((member["nick"], member["roles"], member["pending"]), ("Al", [role_id], True))
        self.assertEqual(member["joined_at"], "2020-01-01T00:00:00+00:00")

    def test_narrator_is_held_to_forms_and_ids(self):
        with self.assertRefused(Code.UNKNOWN_ROLE):
            self.join(actor=None, body={"roles": ["5"]})
        with self.assertRefused(Code.INVALID_FORM_BODY, "nick"):
            self.join(actor=None, body={"nick": "a" * 33})
        self.assertNotIn(self.alice["id"], self.members)

    def test_person_joins_alone_and_without_wishes(self):
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.join(body={"nick": "Al"})
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.join(actor=self.small.bot)

    def test_banned(self):
        self.small.world.bans[self.guild_id][self.alice["id"]] = {"user": self.alice, "reason": None}
        with self.assertRefused(Code.USER_BANNED):
            self.join()

    def test_unknown_guild(self):
        with self.assertRefused(Code.UNKNOWN_GUILD):
            self.small.perform("join_guild", "5", self.alice["id"], actor=self.as_alice)

    def test_guild_that_is_full(self):
        self.small.guild["max_members"] = len(self.members) + 1
        self.join()
        bob = make_user(self.small.world, "bob")
        with self.assertRefused(Code.MAX_GUILD_MEMBERS):
            self.small.perform("join_guild", self.guild_id, bob["id"])

    def test_hundred_guilds_and_one_more(self):
        for number in range(99):
            made = self.small.perform("create_guild", body={"name": f"guild {number}"})
            self.small.perform("join_guild", made["id"], self.alice["id"])
        self.join()
        made = self.small.perform("create_guild", body={"name": "one more"})
        with self.assertRefused(Code.MAX_GUILDS):
            self.small.perform("join_guild", made["id"], self.alice["id"])

    def test_system_channel_says_so_unless_told_not_to(self):
        self.small.guild["system_channel_id"] = self.small.general["id"]
        session = self.small.connect()
        self.join()
        (message,) = self.small.events(session, "MESSAGE_CREATE")
        self.assertEqual((message["type"], message["author"]["id"]), (7, self.alice["id"]))
        self.small.guild["system_channel_flags"] = 1
        bob = make_user(self.small.world, "bob")
        self.small.perform("join_guild", self.guild_id, bob["id"], actor=Actor("person", bob["id"]))
        self.assertEqual(len(self.small.events(session, "MESSAGE_CREATE")), 1)


class PausedInvites(MembershipTestCase):
    def test_nobody_new_joins_until_they_are_back(self):
        self.small.guild["features"].append("INVITES_DISABLED")
        with self.assertRefused(Code.GENERAL_ERROR):
            self.join()
        self.small.guild["features"].remove("INVITES_DISABLED")
        self.join()

    def test_nobody_new_joins_before_the_time_is_over(self):
        until = "2026-07-01T13:00:00.000000+00:00"
        body = {"invites_disabled_until": until}
        self.small.perform("update_guild_incident_actions", self.guild_id, body=body)
        self.small.time = 3600 * 1_000_000 - 1
        with self.assertRaises(RestError) as caught:
            self.join()
        self.assertEqual(caught.exception.why, f"'Test' has paused its invites until {until}")
        self.small.time += 1
        self.join()

    def test_members_narrator_and_bots_are_not_held_up(self):
        self.join()
        self.small.guild["features"].append("INVITES_DISABLED")
        self.assertEqual(self.join()["user"], self.alice)
        bob = make_user(self.small.world, "bob")
        self.small.perform("join_guild", self.guild_id, bob["id"])
        other = make_application(self.small.world, "other", "other", self.small.owner)
        owner = Actor("person", self.small.owner["id"])
        self.small.perform("add_bot", self.guild_id, other["id"], actor=owner)
        self.assertIn(other["bot"]["id"], self.members)


class Rejoining(MembershipTestCase):
    def test_flag_tells_that_one_was_here_before(self):
        self.assertEqual(self.join()["flags"], 0)
        self.small.perform("leave_guild", self.guild_id, actor=self.as_alice)
        session = self.small.connect()
        self.assertEqual(self.join()["flags"], DID_REJOIN)
        (event,) = self.small.events(session, "GUILD_MEMBER_ADD")
        self.assertEqual(event["flags"], DID_REJOIN)

    def test_after_a_ban_and_among_many(self):
        self.join()
        self.small.perform("ban_user_from_guild", self.guild_id, self.alice["id"])
        self.small.perform("unban_user_from_guild", self.guild_id, self.alice["id"])
        bob = make_user(self.small.world, "bob")
        ids = [self.alice["id"], bob["id"]]
        made = self.small.perform("add_guild_members", self.guild_id, body={"user_ids": ids})
        self.assertEqual([member["flags"] for member in made], [DID_REJOIN, 0])


class Screening(MembershipTestCase):
    def set(self, pending: bool, user_id: str, **options: Any) -> Any:
        body = {"pending": pending}
        return self.small.perform("change_member", self.guild_id, user_id, body=body, **options)

    def test_change_is_told_once(self):
        self.join(actor=None, body={"pending": True})
        session = self.small.connect()
        for pending in (False, False, True):
            self.set(pending, self.alice["id"])
        told = self.small.events(session, "GUILD_MEMBER_UPDATE")
        self.assertEqual([event["pending"] for event in told], [False, True])

    def test_only_by_the_narrator_and_not_for_the_owner(self):
        self.join()
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.set(False, self.alice["id"], actor=self.as_alice)
        with self.assertRefused(Code.OWNER_CANNOT_PENDING_MEMBER):
            self.set(True, self.small.owner["id"])


class ManyAtOnce(MembershipTestCase):
    def add(self, count: int) -> list[Any]:
        users = [make_user(self.small.world, f"user {number}")["id"] for number in range(count)]
        return self.small.perform("add_guild_members", self.guild_id, body={"user_ids": users})

    def test_all_are_in(self):
        added = self.add(1000)
        self.assertEqual((len(added), len(self.members)), (1000, 1002))

    def test_connected_bots_are_told(self):
        session = self.small.connect()
        self.add(3)
        self.assertEqual(len(self.small.events(session, "GUILD_MEMBER_ADD")), 3)

    def test_known_ones_are_left_and_strangers_refused(self):
        body = {"user_ids": [self.small.owner["id"]]}
        self.assertEqual(self.small.perform("add_guild_members", self.guild_id, body=body), [])
        with self.assertRefused(Code.UNKNOWN_USER):
            self.small.perform("add_guild_members", self.guild_id, body={"user_ids": ["5"]})
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.small.perform("add_guild_members", self.guild_id, actor=self.as_alice, body=body)


class Bots(MembershipTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.second = make_application(self.small.world, "second", "other", self.small.owner)
        self.as_owner = Actor("person", self.small.owner["id"])

    def add(self, permissions: int = int(Permission.KICK_MEMBERS), actor: Actor | None = None) -> Any:
        return self.small.perform(
            "add_bot",
            self.guild_id,
            self.second["id"],
            actor=actor or self.as_owner,
            body={"permissions": permissions},
        )

    def test_what_each_bot_is_told(self):
        first, second = self.small.connect(), self.small.connect(token="other")
        member = self.add()
        told = [name for name, _ in self.small.events(first)]
        integration = ["INTEGRATION_CREATE", "GUILD_INTEGRATIONS_UPDATE"]
        self.assertEqual(
            told, ["GUILD_ROLE_CREATE", "GUILD_AUDIT_LOG_ENTRY_CREATE", "GUILD_MEMBER_ADD", *integration]
        )
        (name, guild), *others = self.small.events(second)
        self.assertEqual([each for each, _ in others], integration)
        self.assertEqual((name, guild["id"]), ("GUILD_CREATE", self.guild_id))
        self.assertNotIn("unavailable", guild)
        self.assertIn(member["roles"][0], [role["id"] for role in guild["roles"]])

    def test_managed_role_holds_the_permissions(self):
        (role_id,) = self.add()["roles"]
        role = self.small.world.roles[self.guild_id][role_id]
        self.assertEqual((role["managed"], role["tags"]), (True, {"bot_id": self.second["bot"]["id"]}))
        self.assertEqual(int(role["permissions"]), Permission.KICK_MEMBERS)
        self.assertEqual(self.small.audit_log()[-1]["action_type"], Action.BOT_ADD)

    def test_without_permissions_there_is_no_role(self):
        self.assertEqual(self.add(0)["roles"], [])

    def test_again_changes_nothing(self):
        self.assertIs(self.add(), self.add())

    def test_person_needs_manage_guild_and_gives_what_the_person_has(self):
        alice = self.small.make_person("moderator", Permission.MANAGE_GUILD)
        both = int(Permission.MANAGE_GUILD | Permission.BAN_MEMBERS)
        (role_id,) = self.add(both, alice)["roles"]
        permissions = self.small.world.roles[self.guild_id][role_id]["permissions"]
        self.assertEqual(int(permissions), Permission.MANAGE_GUILD)
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.add(0, self.small.make_person("bob"))

    def test_banned_and_unknown(self):
        self.small.world.bans[self.guild_id][self.second["bot"]["id"]] = {}
        with self.assertRefused(Code.USER_BANNED):
            self.add()
        with self.assertRefused(Code.UNKNOWN_APPLICATION):
            self.small.perform("add_bot", self.guild_id, "5")

    def test_leaving_takes_the_role_along(self):
        (role_id,) = self.add()["roles"]
        second, first = self.small.connect(token="other"), self.small.connect()
        second.frames.clear()
        answer = self.small.request("DELETE", f"/users/@me/guilds/{self.guild_id}", token="other")
        self.assertStatus(answer, 204)
        self.assertEqual(self.small.events(second), [("GUILD_DELETE", {"id": self.guild_id})])
        told = [name for name, _ in self.small.events(first)]
        integration = ["INTEGRATION_DELETE", "GUILD_INTEGRATIONS_UPDATE"]
        self.assertEqual(told, ["GUILD_MEMBER_REMOVE", "GUILD_ROLE_DELETE", *integration])
        self.assertNotIn(role_id, self.small.world.roles[self.guild_id])

    def test_without_the_guilds_intent_nothing_is_told(self):
        second = self.small.connect(Intent.GUILD_MESSAGES, token="other")
        self.add()
        self.assertEqual(self.small.events(second), [])


class Going(MembershipTestCase):
    def kick(self, user_id: str) -> Any:
        return self.small.request("DELETE", f"/guilds/{self.guild_id}/members/{user_id}", reason="spam")

    def test_kick_is_told_and_logged(self):
        self.join()
        session = self.small.connect()
        self.assertStatus(self.kick(self.alice["id"]), 204)
        (event,) = self.small.events(session, "GUILD_MEMBER_REMOVE")
        self.assertEqual(event, {"guild_id": self.guild_id, "user": self.alice})
        entry = self.small.audit_log()[-1]
        self.assertEqual(
            (entry["action_type"], entry["target_id"], entry["reason"]),
            (Action.MEMBER_KICK, self.alice["id"], "spam"),
        )

    def test_kick_of_nobody(self):
        self.assertStatus(self.kick(self.alice["id"]), 404, Code.UNKNOWN_MEMBER)

    def test_kick_refusals(self):
        self.assertStatus(self.kick(self.small.owner["id"]), 403, Code.MISSING_PERMISSIONS)
        self.assertStatus(self.kick(self.small.bot.user_id), 403, Code.MISSING_PERMISSIONS)
        self.join()
        self.small.allow(Permission.BAN_MEMBERS)
        self.assertStatus(self.kick(self.alice["id"]), 403, Code.MISSING_PERMISSIONS)

    def test_narrator_cannot_kick_the_owner_either(self):
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.small.perform("delete_guild_member", self.guild_id, self.small.owner["id"])

    def test_threads_are_left_too(self):
        self.join()
        path = f"/channels/{self.small.general['id']}/threads"
        made = self.small.request("POST", path, {"name": "thread", "type": 11}).json
        self.small.request("PUT", f"/channels/{made['id']}/thread-members/{self.alice['id']}")
        session = self.small.connect()
        self.assertStatus(self.kick(self.alice["id"]), 204)
        (event,) = self.small.events(session, "THREAD_MEMBERS_UPDATE")
        self.assertEqual(event["removed_member_ids"], [self.alice["id"]])

    def test_bot_leaves(self):
        session = self.small.connect()
        answer = self.small.request("DELETE", f"/users/@me/guilds/{self.guild_id}")
        self.assertStatus(answer, 204)
        self.assertEqual(self.small.events(session), [("GUILD_DELETE", {"id": self.guild_id})])
        self.assertStatus(self.small.request("GET", f"/guilds/{self.guild_id}"), 403, Code.MISSING_ACCESS)

    def test_stranger_and_owner_cannot_leave(self):
        with self.assertRefused(Code.UNKNOWN_GUILD):
            self.small.perform("leave_guild", self.guild_id, actor=self.as_alice)
        owner = Actor("person", self.small.owner["id"])
        with self.assertRefused(Code.INVALID_GUILD):
            self.small.perform("leave_guild", self.guild_id, actor=owner)

    def test_narrator_takes_a_member_out_without_a_trace(self):
        self.join()
        session, entries = self.small.connect(), len(self.small.audit_log())
        self.small.perform("remove_guild_member", self.guild_id, self.alice["id"])
        self.assertEqual(len(self.small.events(session, "GUILD_MEMBER_REMOVE")), 1)
        self.assertEqual(len(self.small.audit_log()), entries)
        with self.assertRefused(Code.INVALID_GUILD):
            self.small.perform("remove_guild_member", self.guild_id, self.small.owner["id"])
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.small.perform(
                "remove_guild_member", self.guild_id, self.small.owner["id"], actor=self.small.bot
            )
