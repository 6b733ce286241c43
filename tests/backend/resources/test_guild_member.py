"""Members: listing them, and what moderators change on them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from discordtest.backend import intents
from discordtest.backend.audit import Action
from discordtest.backend.codes import Code
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.application import make_application
from tests.backend.worlds import BOT_PERMISSIONS, PNG_URI, START, WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.rest import Actor
    from discordtest.backend.world import Record

DAYS_28 = (START + timedelta(days=28)).isoformat()
DAYS_28_AND_A_BIT = (START + timedelta(days=28, seconds=1)).isoformat()


class MemberTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.path = f"/guilds/{self.guild_id}/members"
        self.alice = self.small.make_person("alice")

    def member(self, who: Actor) -> Record:
        return self.small.world.members[self.guild_id][who.user_id]

    def patch(self, who: Actor, **body: Any) -> Any:
        return self.small.request("PATCH", f"{self.path}/{who.user_id}", body, reason="why")

    def make_role(self, name: str = "helper", **fields: Any) -> str:
        made: Record = self.small.perform("create_guild_role", self.guild_id, body={"name": name, **fields})
        return str(made["id"])

    def last_entry(self) -> Record:
        return self.small.audit_log()[-1]


class Reading(MemberTestCase):
    def test_one(self):
        answer = self.small.request("GET", f"{self.path}/{self.alice.user_id}")
        self.assertEqual(answer.json["user"]["username"], "alice")

    def test_user_outside_is_an_unknown_member(self):
        other = self.small.make_guild("Other")
        stranger = self.small.make_person("stranger", guild=other)
        answer = self.small.request("GET", f"{self.path}/{stranger.user_id}")
        self.assertStatus(answer, 404, Code.UNKNOWN_MEMBER)

    def test_nobody_is_an_unknown_user(self):
        self.assertStatus(self.small.request("GET", f"{self.path}/5"), 404, Code.UNKNOWN_USER)

    def list(self, **query: str) -> Any:
        return self.small.request("GET", self.path, query=query)

    def test_list_is_in_order_of_id(self):
        names = [member["user"]["username"] for member in self.list(limit="10").json]
        self.assertEqual(names, ["owner", "robot", "alice"])
        self.assertEqual(len(self.list().json), 1)
        page = self.list(limit="10", after=self.small.bot.user_id).json
        self.assertEqual([member["user"]["username"] for member in page], ["alice"])

    def test_list_limit_at_the_bounds_and_past(self):
        for limit, status in (("0", 400), ("1", 200), ("1000", 200), ("1001", 400)):
            with self.subTest(limit):
                self.assertStatus(self.list(limit=limit), status)

    def test_list_needs_the_intent_in_the_portal(self):
        approved = intents.ALL & ~int(Intent.GUILD_MEMBERS)
        application = make_application(
            self.small.world, "second", "other", self.small.owner, approved=approved
        )
        self.small.join(application["bot"], self.guild_id)
        answer = self.small.request("GET", self.path, token="other")
        self.assertStatus(answer, 403, Code.MISSING_ACCESS)


class Searching(MemberTestCase):
    def found(self, query: str, **more: str) -> list[str]:
        asked = {"query": query, **more}
        answer = self.small.request("GET", f"{self.path}/search", query=asked)
        return [member["user"]["username"] for member in self.assertStatus(answer, 200)]

    def test_name_begins_so(self):
        self.small.world.users[self.alice.user_id]["global_name"] = "Wonder"
        self.small.world.members[self.guild_id][self.small.bot.user_id]["nick"] = "Wooden"
        self.assertEqual(self.found("AL", limit="10"), ["alice"])
        self.assertEqual(self.found("wo", limit="10"), ["robot", "alice"])
        self.assertEqual(self.found("wo"), ["robot"])
        self.assertEqual(self.found("lice", limit="10"), [])

    def test_bounds(self):
        for name, good, bad in (
            ("query", "x" * 100, "x" * 101),
            ("query", "x", ""),
            ("limit", "1", "0"),
            ("limit", "1000", "1001"),
        ):
            with self.subTest(name, bad=bad):
                self.found(**{"query": "x", name: good})
                asked = {"query": "x", name: bad}
                answer = self.small.request("GET", f"{self.path}/search", query=asked)
                self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), name)
        answer = self.small.request("GET", f"{self.path}/search")
        self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), "query")


class NeededPermissions(MemberTestCase):
    def needs(self) -> list[tuple[str, dict[str, Any], Permission]]:
        alice = self.alice.user_id
        self.small.world.voice_states[self.guild_id][alice] = {
            **dict.fromkeys(("mute", "deaf", "self_mute", "self_deaf", "self_video", "self_stream"), False),
            "suppress": False,
            "request_to_speak_timestamp": None,
            "channel_id": self.small.make_channel("lounge", 2)["id"],
            "user_id": alice,
            "guild_id": self.guild_id,
            "session_id": "s",
        }
        studio = self.small.make_channel("studio", 2)["id"]
        return [
            ("@me", {"nick": "x"}, Permission.CHANGE_NICKNAME),
            (self.small.bot.user_id, {"nick": "x"}, Permission.CHANGE_NICKNAME),
            (alice, {"nick": "x"}, Permission.MANAGE_NICKNAMES),
            (alice, {"roles": [self.make_role()]}, Permission.MANAGE_ROLES),
            (alice, {"communication_disabled_until": DAYS_28}, Permission.MODERATE_MEMBERS),
            (alice, {"mute": True}, Permission.MUTE_MEMBERS),
            (alice, {"deaf": True}, Permission.DEAFEN_MEMBERS),
            (alice, {"channel_id": studio}, Permission.MOVE_MEMBERS | Permission.CONNECT),
            (alice, {"channel_id": None}, Permission.MOVE_MEMBERS),
        ]

    def test_each_change_needs_its_own_and_no_other(self):
        for who, body, needed in self.needs():
            with self.subTest(body):
                for one in Permission:
                    if one & needed:
                        self.small.allow(BOT_PERMISSIONS & ~one)
                        answer = self.small.request("PATCH", f"{self.path}/{who}", body)
                        self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS)
                self.small.allow(needed | Permission.VIEW_CHANNEL)
                self.assertStatus(self.small.request("PATCH", f"{self.path}/{who}", body), 200)


class Nick(MemberTestCase):
    def test_is_told_and_logged(self):
        session = self.small.connect()
        self.assertEqual(self.assertStatus(self.patch(self.alice, nick="Al"), 200)["nick"], "Al")
        (event,) = self.small.events(session, "GUILD_MEMBER_UPDATE")
        self.assertEqual((event["nick"], event["guild_id"]), ("Al", self.guild_id))
        entry = self.last_entry()
        self.assertEqual((entry["action_type"], entry["reason"]), (Action.MEMBER_UPDATE, "why"))
        self.assertEqual(entry["changes"], [{"key": "nick", "new_value": "Al"}])

    def test_empty_takes_it_away(self):
        self.patch(self.alice, nick="Al")
        self.assertIsNone(self.patch(self.alice, nick="").json["nick"])

    def test_white_space_of_a_nick_is_no_more_than_it_takes(self):
        self.assertEqual(self.patch(self.alice, nick="  Al  \n B ").json["nick"], "Al B")
        self.assertIsNone(self.patch(self.alice, nick="  ").json["nick"])

    def test_length_at_the_bound_and_past(self):
        self.assertStatus(self.patch(self.alice, nick="a" * 32), 200)
        answer = self.patch(self.alice, nick="a" * 33)
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "nick", "BASE_TYPE_MAX_LENGTH")

    def test_needs_manage_nicknames(self):
        self.small.allow(Permission.CHANGE_NICKNAME)
        self.assertStatus(self.patch(self.alice, nick="Al"), 403, Code.MISSING_PERMISSIONS)

    def test_owner_and_higher_are_refused(self):
        self.assertEqual(self.patch_owner().status, 403)
        chief = self.small.make_person("chief", permissions=0)
        role_id = self.member(chief)["roles"][0]
        self.small.world.roles[self.guild_id][role_id]["position"] = 5
        self.assertStatus(self.patch(chief, nick="Al"), 403, Code.MISSING_PERMISSIONS)

    def patch_owner(self) -> Any:
        return self.small.request("PATCH", f"{self.path}/{self.small.owner['id']}", {"nick": "x"})

    def test_own(self):
        self.small.allow(Permission.CHANGE_NICKNAME)
        answer = self.small.request("PATCH", f"{self.path}/@me", {"nick": "Robbie"})
        self.assertEqual(self.assertStatus(answer, 200)["nick"], "Robbie")
        self.small.allow(0)
        answer = self.small.request("PATCH", f"{self.path}/@me", {"nick": ""})
        self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS)

    def test_person_changes_the_own(self):
        body = {"nick": "Al"}
        self.small.perform(
            "update_guild_member", self.guild_id, self.alice.user_id, actor=self.alice, body=body
        )
        self.assertEqual(self.member(self.alice)["nick"], "Al")

    def test_nothing_new_is_silent(self):
        session = self.small.connect()
        self.assertStatus(self.patch(self.alice, nick=None), 200)
        self.assertEqual(self.small.events(session), [])


class Looks(MemberTestCase):
    def test_avatar_and_banner(self):
        session = self.small.connect()
        body = {"avatar": PNG_URI, "banner": PNG_URI, "bio": "hello"}
        member = self.assertStatus(self.small.request("PATCH", f"{self.path}/@me", body), 200)
        path = f"/guilds/{self.guild_id}/users/{self.small.bot.user_id}/avatars/{member['avatar']}"
        self.assertIn(path, self.small.world.files)
        self.assertEqual(len(self.small.events(session, "GUILD_MEMBER_UPDATE")), 1)
        for key in ("avatar", "banner"):
            answer = self.small.request("PATCH", f"{self.path}/@me", {key: None})
            self.assertIsNone(answer.json[key])
            self.assertIsNone(self.small.events(session, "GUILD_MEMBER_UPDATE")[-1][key])
        self.assertEqual(len(self.small.events(session, "GUILD_MEMBER_UPDATE")), 3)


class Timeout(MemberTestCase):
    def time_out(self, who: Actor, until: str | None) -> Any:
        return self.patch(who, communication_disabled_until=until)

    def test_longest_and_past(self):
        self.assertStatus(self.time_out(self.alice, DAYS_28), 200)
        self.assertEqual(self.last_entry()["changes"][0]["key"], "communication_disabled_until")
        answer = self.time_out(self.alice, DAYS_28_AND_A_BIT)
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "communication_disabled_until")

    def test_ends(self):
        self.time_out(self.alice, DAYS_28)
        self.assertIsNone(self.time_out(self.alice, None).json["communication_disabled_until"])

    def test_needs_moderate_members(self):
        self.small.allow(Permission.MANAGE_GUILD)
        self.assertStatus(self.time_out(self.alice, DAYS_28), 403, Code.MISSING_PERMISSIONS)

    def test_administrator_is_refused(self):
        admin = self.small.make_person("admin", Permission.ADMINISTRATOR)
        self.assertStatus(self.time_out(admin, DAYS_28), 403, Code.MISSING_PERMISSIONS)

    def test_narrator_may_time_out_anybody_within_the_limit(self):
        admin = self.small.make_person("admin", Permission.ADMINISTRATOR)
        body = {"communication_disabled_until": DAYS_28}
        self.small.perform("update_guild_member", self.guild_id, admin.user_id, body=body)
        with self.assertRefused(Code.INVALID_FORM_BODY):
            body = {"communication_disabled_until": DAYS_28_AND_A_BIT}
            self.small.perform("update_guild_member", self.guild_id, admin.user_id, body=body)


class Flags(MemberTestCase):
    def test_only_bypassing_verification_changes(self):
        self.assertEqual(self.patch(self.alice, flags=7).json["flags"], 4)
        self.member(self.alice)["flags"] = 5
        self.assertEqual(self.patch(self.alice, flags=0).json["flags"], 1)

    def test_permissions_that_do(self):
        three = Permission.MODERATE_MEMBERS | Permission.KICK_MEMBERS | Permission.BAN_MEMBERS
        for bits, status in (
            (Permission.MANAGE_GUILD, 200),
            (Permission.MANAGE_ROLES, 200),
            (three, 200),
            (three & ~Permission.KICK_MEMBERS, 403),
        ):
            with self.subTest(bits):
                self.small.allow(bits)
                self.assertStatus(self.patch(self.alice, flags=4), status)


class Roles(MemberTestCase):
    def test_list_replaces(self):
        old, new = self.make_role("old"), self.make_role("new")
        self.member(self.alice)["roles"] = [old]
        session = self.small.connect()
        answer = self.assertStatus(self.patch(self.alice, roles=[new, new]), 200)
        self.assertEqual(answer["roles"], [new])
        self.assertEqual(len(self.small.events(session, "GUILD_MEMBER_UPDATE")), 1)
        entry = self.last_entry()
        self.assertEqual(entry["action_type"], Action.MEMBER_ROLE_UPDATE)
        added = {"key": "$add", "new_value": [{"id": new, "name": "new"}]}
        removed = {"key": "$remove", "new_value": [{"id": old, "name": "old"}]}
        self.assertEqual(entry["changes"], [added, removed])

    def test_list_keeps_managed_and_higher_ones_that_stay(self):
        self.small.make_person("chief", permissions=0)
        higher = self.make_role("higher")
        self.small.world.roles[self.guild_id][higher]["position"] = 9
        self.member(self.alice)["roles"] = [higher]
        role = self.make_role()
        self.assertStatus(self.patch(self.alice, roles=[higher, role]), 200)
        self.assertStatus(self.patch(self.alice, roles=[role]), 403, Code.MISSING_PERMISSIONS)

    def test_unknown_and_managed(self):
        self.assertStatus(self.patch(self.alice, roles=["5"]), 404, Code.UNKNOWN_ROLE)
        self.assertStatus(self.patch(self.alice, roles=[self.small.role["id"]]), 400, Code.INVALID_ROLE)
        self.assertEqual(self.patch(self.alice, roles=[self.guild_id]).json["roles"], [])  # everybody has it

    def test_needs_manage_roles(self):
        role = self.make_role()
        self.small.allow(Permission.MANAGE_GUILD)
        self.assertStatus(self.patch(self.alice, roles=[role]), 403, Code.MISSING_PERMISSIONS)

    def one(self, method: str, role_id: str, who: str | None = None) -> Any:
        path = f"{self.path}/{who or self.alice.user_id}/roles/{role_id}"
        return self.small.request(method, path, reason="why")

    def test_add_and_remove(self):
        role, session = self.make_role(), self.small.connect()
        self.assertStatus(self.one("PUT", role), 204)
        self.assertStatus(self.one("PUT", role), 204)
        self.assertEqual(self.member(self.alice)["roles"], [role])
        self.assertStatus(self.one("DELETE", role), 204)
        self.assertStatus(self.one("DELETE", role), 204)
        told = self.small.events(session, "GUILD_MEMBER_UPDATE")
        self.assertEqual([event["roles"] for event in told], [[role], []])
        kinds = [entry["action_type"] for entry in self.small.audit_log()[-2:]]
        self.assertEqual(kinds, [Action.MEMBER_ROLE_UPDATE] * 2)
        self.assertEqual(self.last_entry()["reason"], "why")

    def test_owner_can_be_given_a_role(self):
        role = self.make_role()
        self.assertStatus(self.one("PUT", role, self.small.owner["id"]), 204)

    def test_refusals(self):
        role = self.make_role()
        self.assertStatus(self.one("PUT", self.guild_id), 400, Code.INVALID_ROLE)
        self.assertStatus(self.one("PUT", "5"), 404, Code.UNKNOWN_ROLE)
        self.assertStatus(self.one("PUT", role, "5"), 404, Code.UNKNOWN_USER)
        self.small.role["position"], self.small.world.roles[self.guild_id][role]["position"] = 1, 2
        self.assertStatus(self.one("PUT", role), 403, Code.MISSING_PERMISSIONS)
        self.member(self.alice)["roles"] = [role]
        self.assertStatus(self.one("DELETE", role), 403, Code.MISSING_PERMISSIONS)
        self.assertStatus(self.one("DELETE", self.small.role["id"]), 400, Code.INVALID_ROLE)
        self.small.allow(0)
        self.assertStatus(self.one("DELETE", role), 403, Code.MISSING_PERMISSIONS)

    def test_person_gives_a_role(self):
        role = self.make_role()
        moderator = self.small.make_person("moderator", Permission.MANAGE_ROLES)
        self.small.world.roles[self.guild_id][self.member(moderator)["roles"][0]]["position"] = 2
        self.small.perform("add_guild_member_role", self.guild_id, self.alice.user_id, role, actor=moderator)
        self.assertEqual(self.last_entry()["user_id"], moderator.user_id)
