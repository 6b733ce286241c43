"""A guild's preview, widget, vanity address, incident actions and 2FA level."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.user import make_user
from discordtest.backend.rest import Actor
from tests.backend.worlds import START, WorldTestCase


class SettingsTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.path = f"/guilds/{self.guild_id}"

    def request(self, method: str, page: str, body: Any = None, **options: Any) -> Any:
        return self.small.request(method, f"{self.path}/{page}", body, **options)


class Preview(SettingsTestCase):
    def test_own_guild(self):
        answer = self.assertStatus(self.request("GET", "preview"), 200)
        self.assertEqual((answer["name"], answer["approximate_member_count"]), ("Test", 2))
        self.assertEqual((answer["emojis"], answer["stickers"]), ([], []))

    def test_foreign_guild_only_when_discoverable(self):
        made = self.small.perform("create_guild", body={"name": "Other"})
        path = f"/guilds/{made['id']}/preview"
        self.assertStatus(self.small.request("GET", path), 404, Code.UNKNOWN_GUILD)
        self.small.world.guilds[made["id"]]["features"] = ["DISCOVERABLE"]
        self.assertStatus(self.small.request("GET", path), 200)


class Widget(SettingsTestCase):
    def test_off(self):
        self.assertEqual(self.request("GET", "widget.json").json["code"], Code.GUILD_WIDGET_DISABLED)

    def test_shows_who_is_online_and_open_voice_channels(self):
        open_channel = self.small.make_channel("open", 2)
        closed = self.small.make_channel("closed", 2)
        deny = str(int(Permission.CONNECT))
        closed["permission_overwrites"] = [{"id": self.guild_id, "type": 0, "allow": "0", "deny": deny}]
        alice = self.small.make_person("alice")
        stranger = self.small.make_person("stranger", guild=self.small.make_guild("Other"))
        for person in (alice, stranger):
            self.small.perform("update_presence", person.user_id, body={"status": "dnd"})
        body = {"enabled": True, "channel_id": self.small.general["id"]}
        self.assertEqual(self.assertStatus(self.request("PATCH", "widget", body), 200), body)
        self.assertEqual(self.assertStatus(self.request("GET", "widget"), 200), body)
        answer = self.assertStatus(self.request("GET", "widget.json", token=None), 200)
        self.assertEqual([channel["id"] for channel in answer["channels"]], [open_channel["id"]])
        (member,) = answer["members"]
        self.assertEqual((member["username"], member["status"]), ("alice", "dnd"))

    def show(self) -> str | None:
        """Return the invite that the widget shows to somebody outside."""
        url: str | None = self.assertStatus(self.request("GET", "widget.json", token=None), 200)[
            "instant_invite"
        ]
        return url

    def test_makes_an_invite_and_shows_it_while_it_lasts(self):
        self.request("PATCH", "widget", {"enabled": True, "channel_id": self.small.general["id"]})
        session = self.small.connect()
        first = self.show()
        self.assertEqual(self.show(), first)
        (made,) = self.small.events(session, "INVITE_CREATE")
        self.assertEqual(first, f"https://discord.com/invite/{made['code']}")
        self.assertNotIn("inviter", made)
        self.small.time = made["max_age"] * 1_000_000
        second = self.show()
        self.assertNotEqual(second, first)
        self.assertStatus(self.small.request("DELETE", f"/invites/{second.rpartition('/')[2]}"), 200)
        self.assertNotIn(self.show(), (first, second))

    def test_shows_no_invite_without_a_channel_for_it(self):
        self.request("PATCH", "widget", {"enabled": True})
        self.assertIsNone(self.show())

    def test_shows_no_invite_where_the_guild_has_too_many(self):
        self.request("PATCH", "widget", {"enabled": True, "channel_id": self.small.general["id"]})
        made = self.small.perform("create_channel_invite", self.small.general["id"], body={})
        invites = self.small.world.invites
        invites.update({f"c{n}": {**invites[made["code"]], "code": f"c{n}"} for n in range(998)})
        self.assertIsNotNone(self.show())
        self.assertIsNotNone(self.show())
        invites.popitem()
        invites["last"] = {**invites[made["code"]], "code": "last"}
        self.assertIsNone(self.show())

    def test_refusals(self):
        self.assertStatus(self.request("PATCH", "widget", {"channel_id": "5"}), 404, Code.UNKNOWN_CHANNEL)
        self.small.allow(0)
        for method, body in (("GET", None), ("PATCH", {})):
            self.assertStatus(self.request(method, "widget", body), 403, Code.MISSING_PERMISSIONS)


class Vanity(SettingsTestCase):
    def test_needs_the_feature(self):
        self.assertStatus(self.request("PATCH", "vanity-url", {"code": "ab"}), 400, Code.GUILD_NEEDS_BOOSTS)

    def test_code_at_the_bounds_and_past(self):
        self.small.guild["features"] = ["VANITY_URL"]
        self.assertStatus(self.request("PATCH", "vanity-url", {"code": "a"}), 400, Code.INVITE_CODE_TAKEN)
        self.assertStatus(self.request("PATCH", "vanity-url", {"code": "a" * 26}), 400, 50035)
        for code in ("ab", "a" * 25):
            self.assertEqual(self.request("PATCH", "vanity-url", {"code": code}).json["code"], code)
            self.assertEqual(self.request("GET", "vanity-url").json, {"code": code, "uses": 0})

    def test_who_comes_by_it_is_counted_until_it_is_another(self):
        self.small.guild["features"] = ["VANITY_URL"]
        self.request("PATCH", "vanity-url", {"code": "club"})
        for name in ("carol", "dave"):
            person = Actor("person", make_user(self.small.world, name)["id"])
            body = {"invite": "club"}
            self.small.perform("join_guild", self.guild_id, person.user_id, actor=person, body=body)
        self.assertEqual(self.request("GET", "vanity-url").json, {"code": "club", "uses": 2})
        self.assertEqual(self.request("PATCH", "vanity-url", {"code": "club"}).json["uses"], 2)
        self.assertEqual(self.request("PATCH", "vanity-url", {"code": "pub"}).json["uses"], 0)

    def test_own_one_again_and_none(self):
        self.small.guild["features"] = ["VANITY_URL"]
        for code in ("club", "club", None):
            answer = self.request("PATCH", "vanity-url", {"code": code})
            self.assertEqual(self.assertStatus(answer, 200), {"code": code, "uses": 0})

    def test_taken(self):
        self.small.guild["features"] = ["VANITY_URL"]
        other = self.small.make_guild("Other")
        other["vanity_url_code"] = "club"
        answer = self.request("PATCH", "vanity-url", {"code": "club"})
        self.assertStatus(answer, 400, Code.INVITE_CODE_TAKEN)


class Incidents(SettingsTestCase):
    def test_longest_and_past(self):
        day = (START + timedelta(hours=24)).isoformat(timespec="microseconds")
        session = self.small.connect()
        answer = self.request("PUT", "incident-actions", {"invites_disabled_until": day})
        self.assertEqual(
            self.assertStatus(answer, 200), {"invites_disabled_until": day, "dms_disabled_until": None}
        )
        self.assertEqual(len(self.small.events(session, "GUILD_UPDATE")), 1)
        longer = (START + timedelta(hours=24, seconds=1)).isoformat()
        answer = self.request("PUT", "incident-actions", {"dms_disabled_until": longer})
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "dms_disabled_until")

    def test_end(self):
        answer = self.request("PUT", "incident-actions", {"dms_disabled_until": None})
        self.assertIsNone(self.assertStatus(answer, 200)["dms_disabled_until"])


class Told(SettingsTestCase):
    def test_each_change_is_a_guild_update_with_an_entry(self):
        self.small.guild.update(owner_id=self.small.bot.user_id, features=["VANITY_URL"])
        for method, page, body, key in (
            ("PATCH", "widget", {"enabled": True}, "widget_enabled"),
            ("PATCH", "vanity-url", {"code": "club"}, "vanity_url_code"),
            ("POST", "mfa", {"level": 1}, "mfa_level"),
        ):
            with self.subTest(page):
                session = self.small.connect()
                self.assertStatus(self.request(method, page, body, reason="why"), 200)
                (event,) = self.small.events(session, "GUILD_UPDATE")
                self.assertEqual(event[key], next(iter(body.values())))
                entry = self.small.audit_log()[-1]
                self.assertEqual((entry["action_type"], entry["reason"]), (1, "why"))
                self.assertIn(key, [change["key"] for change in entry["changes"]])


class TwoFactor(SettingsTestCase):
    def test_only_the_owner_may(self):
        self.assertStatus(self.request("POST", "mfa", {"level": 1}), 403, Code.MISSING_PERMISSIONS)
        self.small.perform("edit_guild_mfa_level", self.guild_id, body={"level": 0})
        self.small.guild["owner_id"] = self.small.bot.user_id
        self.assertEqual(self.assertStatus(self.request("POST", "mfa", {"level": 1}), 200), {"level": 1})
        self.assertEqual(self.small.guild["mfa_level"], 1)
