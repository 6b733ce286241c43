"""Invites: made, looked up, used up, expired and revoked."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.application import make_application
from discordtest.backend.resources.invite import use_invite
from discordtest.backend.resources.user import make_user
from discordtest.backend.rest import Actor
from tests.backend.worlds import WorldTestCase, multipart

DAY = 86_400


class InviteTestCase(WorldTestCase):
    def create(self, channel: Any = None, **body: Any) -> Any:
        path = f"/channels/{(channel or self.small.general)['id']}/invites"
        return self.assertStatus(self.small.request("POST", path, body), 200)

    def refused(self, status: int, code: Code, channel: Any = None, **body: Any) -> Any:
        path = f"/channels/{(channel or self.small.general)['id']}/invites"
        return self.assertStatus(self.small.request("POST", path, body), status, code.value)

    def get(self, code: str, **query: str) -> Any:
        return self.small.request("GET", f"/invites/{code}", query=query)


class CreateInviteTests(InviteTestCase):
    def test_defaults(self) -> None:
        made = self.create()
        self.assertEqual((made["max_age"], made["max_uses"], made["uses"]), (DAY, 0, 0))
        self.assertEqual(made["expires_at"], "2026-07-02T12:00:00.000000+00:00")
        self.assertEqual(made["inviter"]["id"], self.small.bot.user_id)
        self.assertEqual(made["channel"]["name"], "general")
        self.assertRegex(made["code"], r"\A[0-9A-Za-z]{8}\Z")

    def test_only_for_some_people_is_not_modelled(self) -> None:
        path = f"/channels/{self.small.general['id']}/invites"
        form = multipart({"payload_json": {}}, ("target_users_file", "who.csv", b"user_id\n5", "text/csv"))
        with self.assertNotModelled("target_users_file"):
            self.small.request("POST", path, form=form)
        with self.assertNotModelled("target_user_ids"):
            self.create(target_user_ids=["5"])

    def test_bounds(self) -> None:
        self.assertEqual(self.create(max_age=604_800, max_uses=100)["max_uses"], 100)
        for body in ({"max_age": 604_801}, {"max_uses": 101}, {"max_age": -1}, {"max_uses": -1}):
            self.refused(400, Code.INVALID_FORM_BODY, **body)

    def test_max_age_0_never_ends(self) -> None:
        made = self.create(max_age=0)
        self.assertIsNone(made["expires_at"])
        self.small.time = 10**15
        self.assertStatus(self.get(made["code"]), 200)

    def test_one_that_is_not_unique_is_used_again(self) -> None:
        first = self.create()
        self.assertEqual(self.create()["code"], first["code"])
        self.assertNotEqual(self.create(max_uses=1)["code"], first["code"])
        self.assertNotEqual(self.create(unique=True)["code"], first["code"])

    def test_a_code_of_the_tests_choice(self) -> None:
        made = self.small.perform("create_channel_invite", self.small.general["id"], id="welcome")
        self.assertEqual(made["code"], "welcome")

    def test_targets(self) -> None:
        made = self.create(target_type=2, target_application_id=self.small.application["id"])
        self.assertEqual(made["target_application"]["name"], "robot")
        body = self.refused(400, Code.INVALID_FORM_BODY, target_type=1)
        self.assertFieldError(body, "target_user_id", "BASE_TYPE_REQUIRED")
        self.refused(404, Code.UNKNOWN_USER, target_type=1, target_user_id="1")
        self.refused(404, Code.UNKNOWN_APPLICATION, target_type=2, target_application_id="1")

    def test_a_stream_goes_on_in_the_channel(self) -> None:
        alice, voice = self.small.make_person("alice"), self.small.make_channel("voice", 2)
        wanted = {"target_type": 1, "target_user_id": alice.user_id}

        def speak(**body: Any) -> None:
            name, where = "update_my_gateway_voice_state", self.small.guild["id"]
            self.small.perform(name, where, actor=alice, body={"channel_id": voice["id"], **body})

        for change in ({}, {"self_stream": False}):
            refusal = self.refused(400, Code.INVALID_FORM_BODY, voice, **wanted)
            self.assertFieldError(refusal, "target_user_id", "GUILD_INVITE_INVALID_STREAMER")
            speak(**change)
        speak(self_stream=True)
        self.assertEqual(self.create(voice, **wanted)["target_user"]["username"], "alice")
        self.refused(400, Code.INVALID_FORM_BODY, **wanted)

    def test_event_and_audit_entry(self) -> None:
        session = self.small.connect()
        made = self.create(max_uses=5)
        (event,) = self.small.events(session, "INVITE_CREATE")
        self.assertEqual((event["code"], event["channel_id"]), (made["code"], self.small.general["id"]))
        self.assertEqual((event["max_uses"], event["uses"]), (5, 0))
        entry = self.small.audit_log()[-1]
        self.assertEqual(entry["action_type"], 40)
        self.assertIn({"key": "code", "new_value": made["code"]}, entry["changes"])
        self.assertIn({"key": "inviter_id", "new_value": self.small.bot.user_id}, entry["changes"])

    def test_only_who_manages_the_channel_hears_of_it(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL | Permission.CREATE_INSTANT_INVITE)
        session = self.small.connect()
        self.create()
        self.assertEqual(self.small.events(session), [])
        few = Permission.VIEW_CHANNEL | Permission.CREATE_INSTANT_INVITE | Permission.MANAGE_CHANNELS
        self.small.allow(few)
        self.create(unique=True)
        self.assertEqual(len(self.small.events(session, "INVITE_CREATE")), 1)

    def test_needs_create_instant_invite(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL)
        self.refused(403, Code.MISSING_PERMISSIONS)

    def test_no_invites_to_categories(self) -> None:
        category = self.small.make_channel("c", 4)
        self.refused(400, Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE, category)

    def test_a_guild_has_1000(self) -> None:
        for number in range(999):
            self.small.perform("create_channel_invite", self.small.general["id"], id=f"i{number}")
        self.create(unique=True)
        self.refused(400, Code.MAX_INVITES, unique=True)


class RoleTests(InviteTestCase):
    """Invites whose users get roles."""

    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.role_id = self.small.perform("create_guild_role", self.guild_id, body={"name": "guest"})["id"]

    def join(self, code: str, name: str = "alice") -> Any:
        user_id = make_user(self.small.world, name)["id"]
        actor = Actor("person", user_id)
        return self.small.perform("join_guild", self.guild_id, user_id, actor=actor, body={"invite": code})

    def test_who_joins_has_them(self) -> None:
        invite, session = self.create(role_ids=[self.role_id], max_uses=1), self.small.connect()
        self.assertEqual(self.join(invite["code"])["roles"], [self.role_id])
        (event,) = self.small.events(session, "GUILD_MEMBER_ADD")
        self.assertEqual(event["roles"], [self.role_id])
        self.assertStatus(self.get(invite["code"]), 404, Code.UNKNOWN_INVITE)  # its only use

    def test_invite_and_event_name_them(self) -> None:
        session = self.small.connect()
        invite = self.create(role_ids=[self.role_id])
        (event,) = self.small.events(session, "INVITE_CREATE")
        self.assertEqual(event["role_ids"], [self.role_id])
        shown = self.assertStatus(self.get(invite["code"]), 200)
        self.assertEqual([(role["id"], role["name"]) for role in shown["roles"]], [(self.role_id, "guest")])
        keys = {"id", "name", "position", "color", "colors", "icon", "unicode_emoji"}
        self.assertEqual(set(shown["roles"][0]), keys)
        self.assertNotEqual(self.create()["code"], invite["code"])
        self.assertNotIn("roles", self.create())

    def test_role_that_is_gone_is_not_given(self) -> None:
        invite = self.create(role_ids=[self.role_id])
        self.small.perform("delete_guild_role", self.guild_id, self.role_id)
        self.assertEqual(self.join(invite["code"])["roles"], [])
        self.assertEqual(self.assertStatus(self.get(invite["code"]), 200)["roles"], [])

    def test_roles_that_cannot_be_given(self) -> None:
        self.refused(404, Code.UNKNOWN_ROLE, role_ids=["5"])
        for role_id in (self.guild_id, self.small.role["id"]):  # @everyone, and that of the bot
            self.refused(400, Code.INVALID_ROLE, role_ids=[role_id])
        high = self.small.perform("create_guild_role", self.guild_id, body={"name": "high"})
        self.small.world.roles[self.guild_id][high["id"]]["position"] = 50
        self.refused(403, Code.MISSING_PERMISSIONS, role_ids=[high["id"]])
        self.small.allow(Permission.VIEW_CHANNEL | Permission.CREATE_INSTANT_INVITE)
        self.refused(403, Code.MISSING_PERMISSIONS, role_ids=[self.role_id])
        self.create(role_ids=[])


class LookUpTests(InviteTestCase):
    def test_without_metadata(self) -> None:
        found = self.get(self.create()["code"]).json
        self.assertNotIn("uses", found)
        self.assertEqual(found["guild"]["name"], "Test")

    def test_with_counts(self) -> None:
        found = self.get(self.create()["code"], with_counts="1").json
        self.assertEqual((found["approximate_member_count"], found["approximate_presence_count"]), (2, 0))
        self.small.connect(presence={"status": "online", "activities": [], "since": None, "afk": False})
        found = self.get(found["code"], with_counts="1").json
        self.assertEqual(found["approximate_presence_count"], 1)

    def test_unknown(self) -> None:
        self.assertStatus(self.get("nothing"), 404, Code.UNKNOWN_INVITE.value)

    def test_unknown_event(self) -> None:
        answer = self.get(self.create()["code"], guild_scheduled_event_id="1")
        self.assertNotIn("guild_scheduled_event", self.assertStatus(answer, 200))

    def test_lists(self) -> None:
        other = self.small.make_channel("other")
        here, there = self.create(), self.create(other)
        general = self.small.request("GET", f"/channels/{self.small.general['id']}/invites").json
        self.assertEqual(general, [here])
        both = self.small.request("GET", f"/guilds/{self.small.guild['id']}/invites").json
        self.assertEqual(both, [here, there])

    def test_permissions_of_lists(self) -> None:
        self.create()
        paths = [f"/channels/{self.small.general['id']}/invites", f"/guilds/{self.small.guild['id']}/invites"]
        self.small.allow(Permission.VIEW_CHANNEL)
        for path in paths:
            self.assertStatus(self.small.request("GET", path), 403, Code.MISSING_PERMISSIONS.value)
        self.small.allow(Permission.VIEW_AUDIT_LOG)
        self.assertNotIn("uses", self.small.request("GET", paths[1]).json[0])


class UseInviteTests(InviteTestCase):
    def test_uses_are_counted(self) -> None:
        code = self.create()["code"]
        use_invite(self.small.world, code)
        listed = self.small.request("GET", f"/guilds/{self.small.guild['id']}/invites").json
        self.assertEqual(listed[0]["uses"], 1)

    def test_the_last_use_deletes_it(self) -> None:
        code = self.create(max_uses=2)["code"]
        session = self.small.connect()
        use_invite(self.small.world, code)
        self.assertEqual(self.small.events(session), [])
        use_invite(self.small.world, code)
        self.assertEqual(self.small.events(session, "INVITE_DELETE")[0]["code"], code)
        with self.assertRaises(RestError) as caught:
            use_invite(self.small.world, code)
        self.assertEqual(caught.exception.code, Code.UNKNOWN_INVITE)

    def test_it_expires_by_the_clock(self) -> None:
        code = self.create(max_age=60)["code"]
        self.small.time = 59_999_999
        self.assertStatus(self.get(code), 200)
        self.small.time = 60_000_000
        self.assertEqual(self.small.request("GET", f"/guilds/{self.small.guild['id']}/invites").json, [])
        self.assertStatus(self.get(code), 404, Code.UNKNOWN_INVITE.value)


class DeleteInviteTests(InviteTestCase):
    def delete(self, code: str) -> Any:
        return self.small.request("DELETE", f"/invites/{code}", reason="closed")

    def test_event_and_audit_entry(self) -> None:
        code = self.create()["code"]
        session = self.small.connect()
        self.assertEqual(self.assertStatus(self.delete(code), 200)["code"], code)
        expected = {"code": code, "channel_id": self.small.general["id"], "guild_id": self.small.guild["id"]}
        self.assertEqual(self.small.events(session, "INVITE_DELETE"), [expected])
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (42, "closed"))
        self.assertIn({"key": "code", "old_value": code}, entry["changes"])
        self.assertStatus(self.delete(code), 404, Code.UNKNOWN_INVITE.value)

    def test_needs_manage_channels_or_manage_guild(self) -> None:
        code = self.create()["code"]
        self.small.allow(Permission.VIEW_CHANNEL)
        self.assertStatus(self.delete(code), 403, Code.MISSING_PERMISSIONS.value)
        self.small.allow(Permission.MANAGE_GUILD)
        self.assertStatus(self.delete(code), 200)

    def test_a_bot_outside_the_guild(self) -> None:
        code = self.create()["code"]
        make_application(self.small.world, "stranger", "other-token", self.small.owner)
        answer = self.small.request("DELETE", f"/invites/{code}", token="other-token")
        self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS.value)

    def test_it_goes_with_its_channel(self) -> None:
        code = self.create()["code"]
        self.small.perform("delete_channel", self.small.general["id"])
        self.assertStatus(self.get(code), 404, Code.UNKNOWN_INVITE.value)
