"""Guilds: making, reading, changing and deleting them."""

from __future__ import annotations

from typing import Any

from discordtest.backend.audit import Action
from discordtest.backend.codes import Code
from discordtest.backend.permissions import DEFAULT, Permission
from tests.backend.worlds import PNG_URI, WorldTestCase


class GuildTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.path = f"/guilds/{self.guild_id}"

    def patch(self, **body: Any) -> Any:
        return self.small.request("PATCH", self.path, body, reason="why")


class Making(GuildTestCase):
    def test_narrator_names_the_owner(self):
        alice = self.small.make_person("alice")
        body = {"name": "Club", "owner_id": alice.user_id, "verification_level": 2}
        made = self.small.perform("create_guild", body=body, id=99)
        self.assertEqual((made["id"], made["owner_id"], made["verification_level"]), ("99", alice.user_id, 2))
        self.assertEqual(made["roles"][0]["permissions"], str(DEFAULT))
        self.assertEqual(list(self.small.world.members["99"]), [alice.user_id])

    def test_bot_that_owns_what_the_test_makes_is_told(self):
        session = self.small.connect()
        body = {"name": "Club", "icon": PNG_URI, "owner_id": self.small.bot.user_id}
        made = self.small.perform("create_guild", body=body)
        self.assertEqual(made["owner_id"], self.small.bot.user_id)
        self.assertIn(f"/icons/{made['id']}/{made['icon']}", self.small.world.files)
        (event,) = self.small.events(session, "GUILD_CREATE")
        self.assertNotIn("unavailable", event)

    def test_bots_make_none(self):
        refused = self.small.request("POST", "/guilds", {"name": "Club"})
        self.assertStatus(refused, 403, Code.BOTS_CANNOT_USE_ENDPOINT)
        self.assertEqual(list(self.small.world.guilds), [self.guild_id])

    def test_name_at_the_bounds_and_past(self):
        for name in ("ab", "a" * 100):
            self.assertEqual(self.small.perform("create_guild", body={"name": name})["name"], name)
        for name in ("a", "a" * 101):
            with self.assertRefused(Code.INVALID_FORM_BODY, "name"):
                self.small.perform("create_guild", body={"name": name})

    def test_unknown_owner(self):
        with self.assertRefused(Code.UNKNOWN_USER):
            self.small.perform("create_guild", body={"name": "Club", "owner_id": "5"})
        self.assertEqual(list(self.small.world.guilds), [self.guild_id])


class Reading(GuildTestCase):
    def test_with_and_without_counts(self):
        self.assertNotIn("approximate_member_count", self.small.request("GET", self.path).json)
        answer = self.small.request("GET", self.path, query={"with_counts": "1"}).json
        self.assertEqual((answer["approximate_member_count"], answer["approximate_presence_count"]), (2, 0))

    def test_stranger_and_unknown(self):
        made = self.small.perform("create_guild", body={"name": "Other"})
        answer = self.small.request("GET", f"/guilds/{made['id']}")
        self.assertStatus(answer, 403, Code.MISSING_ACCESS)
        self.assertStatus(self.small.request("GET", "/guilds/5"), 404, Code.UNKNOWN_GUILD)


class Changing(GuildTestCase):
    def test_is_told_and_logged(self):
        session = self.small.connect()
        answer = self.assertStatus(self.patch(name="New", afk_timeout=60), 200)
        self.assertEqual((answer["name"], answer["afk_timeout"]), ("New", 60))
        (event,) = self.small.events(session, "GUILD_UPDATE")
        self.assertEqual(event["name"], "New")
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (Action.GUILD_UPDATE, "why"))
        self.assertIn({"key": "name", "old_value": "Test", "new_value": "New"}, entry["changes"])

    def test_nothing_new_is_silent(self):
        session = self.small.connect()
        self.assertStatus(self.patch(name="Test"), 200)
        self.assertEqual(self.small.events(session), [])

    def test_null_is_the_default(self):
        self.patch(verification_level=3, description="x")
        answer = self.patch(verification_level=None, description=None)
        self.assertEqual((answer.json["verification_level"], answer.json["description"]), (0, None))

    def test_needs_manage_guild(self):
        self.small.allow(Permission.MANAGE_ROLES)
        self.assertStatus(self.patch(name="New"), 403, Code.MISSING_PERMISSIONS)

    def test_description_at_the_bound_and_past(self):
        self.assertStatus(self.patch(description="a" * 300), 200)
        self.assertStatus(self.patch(description="a" * 301), 400, 50035)

    def test_channels_are_of_the_guild_and_of_the_right_type(self):
        voice = self.small.make_channel("voice", 2)
        self.assertStatus(self.patch(afk_channel_id=voice["id"]), 200)
        self.assertStatus(self.patch(system_channel_id=self.small.general["id"]), 200)
        self.assertStatus(self.patch(system_channel_id="5"), 404, Code.UNKNOWN_CHANNEL)
        answer = self.patch(system_channel_id=voice["id"])
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "system_channel_id")
        self.assertIsNone(self.patch(system_channel_id=None).json["system_channel_id"])

    def test_images(self):
        icon = self.patch(icon=PNG_URI).json["icon"]
        self.assertIn(f"/icons/{self.guild_id}/{icon}", self.small.world.files)
        self.assertEqual(self.small.audit_log()[-1]["changes"][0]["key"], "icon_hash")
        self.assertIsNone(self.patch(icon=None).json["icon"])
        self.assertFieldError(self.assertStatus(self.patch(icon="x"), 400, 50035), "icon")

    def test_some_images_need_a_feature(self):
        for key, feature in (("banner", "BANNER"), ("splash", "INVITE_SPLASH")):
            with self.subTest(key):
                self.assertStatus(self.patch(**{key: PNG_URI}), 400, Code.GUILD_NEEDS_BOOSTS)
                self.small.guild["features"] = [feature]
                self.assertStatus(self.patch(**{key: PNG_URI}), 200)

    def test_locale_that_discord_does_not_have(self):
        self.assertEqual(self.patch(preferred_locale="de").json["preferred_locale"], "de")
        answer = self.assertStatus(self.patch(preferred_locale="tlh"), 400, Code.INVALID_FORM_BODY)
        self.assertFieldError(answer, "preferred_locale", "BASE_TYPE_CHOICES")

    def test_features_that_can_be_changed(self):
        answer = self.assertStatus(self.patch(features=["INVITES_DISABLED"]), 200)
        self.assertEqual(answer["features"], ["INVITES_DISABLED"])
        answer = self.patch(features=["INVITES_DISABLED", "VERIFIED"])
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "features")

    def test_community_needs_an_administrator_and_channels(self):
        self.assertStatus(self.patch(features=["COMMUNITY"]), 403, Code.MISSING_PERMISSIONS)
        self.small.allow(Permission.ADMINISTRATOR)
        answer = self.patch(features=["COMMUNITY"])
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "rules_channel_id")
        channel_id = self.small.general["id"]
        answer = self.patch(
            features=["COMMUNITY"], rules_channel_id=channel_id, public_updates_channel_id=channel_id
        )
        self.assertStatus(answer, 200)

    def test_discovery_has_requirements_that_are_loud(self):
        self.small.role["permissions"] = str(int(Permission.ADMINISTRATOR))
        with self.assertNotModelled("requirements of discovery"):
            self.patch(features=["DISCOVERABLE"])
        self.small.guild["features"] = ["DISCOVERABLE"]
        self.assertStatus(self.patch(features=["DISCOVERABLE"]), 200)
        self.assertEqual(self.assertStatus(self.patch(features=[]), 200)["features"], [])

    def test_narrator_sets_any_feature(self):
        made = self.small.perform("update_guild", self.guild_id, body={"features": ["VERIFIED"]})
        self.assertEqual(made["features"], ["VERIFIED"])

    def test_only_the_owner_gives_the_guild_away(self):
        alice = self.small.make_person("alice")
        answer = self.patch(owner_id=alice.user_id)
        self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS)
        self.small.guild["owner_id"] = self.small.bot.user_id
        self.assertStatus(self.patch(owner_id="5"), 404, Code.UNKNOWN_MEMBER)
        self.assertStatus(self.patch(owner_id=self.small.bot.user_id), 400, Code.CANNOT_TRANSFER_TO_BOT)
        self.assertEqual(
            self.assertStatus(self.patch(owner_id=alice.user_id), 200)["owner_id"], alice.user_id
        )

    def test_narrator_gives_it_to_whom_it_likes(self):
        gone = self.small.make_person("gone")
        del self.small.world.members[self.guild_id][gone.user_id]
        for owner_id in (gone.user_id, self.small.bot.user_id):
            self.small.perform("update_guild", self.guild_id, body={"owner_id": owner_id})
            self.assertEqual(self.small.guild["owner_id"], owner_id)
        with self.assertRefused(Code.UNKNOWN_MEMBER):
            self.small.perform("update_guild", self.guild_id, body={"owner_id": "5"})


class Deleting(GuildTestCase):
    def test_only_the_owner_may(self):
        self.assertStatus(self.small.request("DELETE", self.path), 403, Code.MISSING_PERMISSIONS)

    def test_nothing_is_left(self):
        self.small.perform("create_message", self.small.general["id"], body={"content": "hi"})
        hook = self.small.request("POST", f"/channels/{self.small.general['id']}/webhooks", {"name": "hook"})
        self.assertStatus(hook, 200)
        self.small.guild["owner_id"] = self.small.bot.user_id
        session = self.small.connect()
        self.assertStatus(self.small.request("DELETE", self.path), 204)
        self.assertEqual(self.small.events(session), [("GUILD_DELETE", {"id": self.guild_id})])
        world = self.small.world
        for table in (
            world.guilds,
            world.channels,
            world.messages,
            world.webhooks,
            world.roles,
            world.members,
        ):
            self.assertEqual(table, {})
