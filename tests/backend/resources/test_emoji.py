"""Emojis of guilds and applications: limits, permissions, events, audit entries and images."""

from __future__ import annotations

import base64

from discordtest.backend.codes import Code
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import Permission
from discordtest.backend.resources import emoji as emojis
from discordtest.backend.resources.application import make_application
from tests.backend.worlds import PNG, PNG_URI, WorldTestCase

GIF_URI = "data:image/gif;base64," + base64.b64encode(b"GIF89a....").decode()


class EmojiTestCase(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.path = f"/guilds/{self.small.guild['id']}/emojis"

    def make(self, name="wave", actor=None, **body):
        body = {"name": name, "image": PNG_URI, **body}
        return self.small.perform("create_guild_emoji", self.small.guild["id"], actor=actor, body=body)


class CreateGuildEmoji(EmojiTestCase):
    def test_new_emoji_is_answered_and_told(self):
        session = self.small.connect()
        body = {"name": "wave", "image": PNG_URI, "roles": []}
        answer = self.small.request("POST", self.path, body, reason="for fun")
        made = self.assertStatus(answer, 201)
        self.assertEqual((made["name"], made["animated"], made["available"]), ("wave", False, True))
        self.assertEqual(made["user"]["id"], self.small.bot.user_id)
        (update,) = self.small.events(session, "GUILD_EMOJIS_UPDATE")
        self.assertEqual([emoji["id"] for emoji in update["emojis"]], [made["id"]])
        self.assertNotIn("user", update["emojis"][0])
        entry = self.small.audit_log()[-1]
        self.assertEqual(
            (entry["action_type"], entry["target_id"], entry["reason"]), (60, made["id"], "for fun")
        )
        self.assertEqual(entry["changes"], [{"key": "name", "new_value": "wave"}])

    def test_image_is_served_in_every_format(self):
        made = self.make()
        for extension in ("png", "webp"):
            response = self.small.download(f"https://cdn.discordapp.com/emojis/{made['id']}.{extension}")
            self.assertEqual((response.status, response.body), (200, PNG))

    def test_gif_is_animated(self):
        self.assertTrue(self.make(image=GIF_URI)["animated"])

    def test_name_at_the_bounds(self):
        for name in ("ab", "a" * 32):
            self.assertEqual(self.make(name)["name"], name)

    def test_name_beyond_the_bounds_is_refused(self):
        for name, error in (
            ("a", "BASE_TYPE_BAD_LENGTH"),
            ("a" * 33, "BASE_TYPE_BAD_LENGTH"),
            ("a-b", "STRING_TYPE_REGEX"),
        ):
            with self.subTest(name), self.assertRefused(Code.INVALID_FORM_BODY, "name", error):
                self.make(name)

    def test_image_at_the_bound(self):
        self.make(image=_image(emojis.MAX_IMAGE_SIZE))
        with self.assertRefused(Code.INVALID_FORM_BODY, "image", "BINARY_TYPE_MAX_SIZE"):
            self.make(image=_image(emojis.MAX_IMAGE_SIZE + 1))

    def test_name_and_image_are_needed(self):
        answer = self.small.request("POST", self.path, {})
        self.assertStatus(answer, 400, 50035)
        self.assertFieldError(answer.json, "name", "BASE_TYPE_REQUIRED")
        self.assertFieldError(answer.json, "image", "BASE_TYPE_REQUIRED")

    def test_roles_are_those_of_the_guild(self):
        self.assertEqual(self.make(roles=[self.small.role["id"]])["roles"], [self.small.role["id"]])
        with self.assertRefused(Code.INVALID_ROLE):
            self.make(roles=["1"])

    def test_slots_of_still_and_animated_emojis_are_apart(self):
        for number in range(emojis.SLOTS[0]):
            self.make(f"still_{number}")
        with self.assertRefused(Code.MAX_EMOJIS):
            self.make()
        self.make(image=GIF_URI)

    def test_slots_of_animated_emojis(self):
        for number in range(emojis.SLOTS[0]):
            self.make(f"moving_{number}", image=GIF_URI)
        with self.assertRefused(Code.MAX_ANIMATED_EMOJIS):
            self.make(image=GIF_URI)

    def test_slots_grow_with_the_premium_tier_and_by_feature(self):
        for number in range(emojis.SLOTS[0]):
            self.make(f"still_{number}")
        self.small.guild["premium_tier"] = 1
        self.make()
        self.small.guild.update(premium_tier=0, features=["MORE_EMOJI"])
        self.make()

    def test_member_without_permission_is_refused(self):
        self.small.allow(Permission.MANAGE_GUILD_EXPRESSIONS)
        answer = self.small.request("POST", self.path, {"name": "wave", "image": PNG_URI})
        self.assertStatus(answer, 403, 50013)

    def test_event_needs_the_intent(self):
        session = self.small.connect(Intent.GUILDS)
        self.make()
        self.assertEqual(self.small.events(session), [])


class ReadGuildEmojis(EmojiTestCase):
    def test_creator_is_told_to_those_who_may_create_or_manage(self):
        made = self.make(actor=self.small.bot)
        for permission, known in (
            (Permission.CREATE_GUILD_EXPRESSIONS, True),
            (Permission.MANAGE_GUILD_EXPRESSIONS, True),
            (Permission.VIEW_CHANNEL, False),
        ):
            self.small.allow(permission)
            one = self.small.request("GET", f"{self.path}/{made['id']}").json
            (listed,) = self.small.request("GET", self.path).json
            self.assertEqual(("user" in one, "user" in listed), (known, known))

    def test_creator_of_a_single_one_is_told_to_its_creator_or_to_who_manages(self):
        made = self.make()
        for permission, known in (
            (Permission.CREATE_GUILD_EXPRESSIONS, False),
            (Permission.MANAGE_GUILD_EXPRESSIONS, True),
        ):
            self.small.allow(permission)
            one = self.small.request("GET", f"{self.path}/{made['id']}").json
            (listed,) = self.small.request("GET", self.path).json
            self.assertEqual(("user" in one, "user" in listed), (known, True))

    def test_unknown_emoji(self):
        self.assertStatus(self.small.request("GET", f"{self.path}/1"), 404, 10014)

    def test_emoji_of_another_guild_is_unknown(self):
        made = self.make()
        other = self.small.make_guild("Other")
        self.assertStatus(self.small.request("GET", f"/guilds/{other['id']}/emojis/{made['id']}"), 404, 10014)


class UpdateGuildEmoji(EmojiTestCase):
    def test_new_name_is_answered_told_and_logged(self):
        made = self.make()
        session = self.small.connect()
        changed = self.small.request(
            "PATCH", f"{self.path}/{made['id']}", {"name": "bye", "roles": None}
        ).json
        self.assertEqual((changed["name"], changed["roles"]), ("bye", []))
        (update,) = self.small.events(session, "GUILD_EMOJIS_UPDATE")
        self.assertEqual(update["emojis"][0]["name"], "bye")
        entry = self.small.audit_log()[-1]
        self.assertEqual(entry["action_type"], 61)
        self.assertEqual(entry["changes"], [{"key": "name", "old_value": "wave", "new_value": "bye"}])
        answer = self.small.request("PATCH", f"{self.path}/{made['id']}", {"roles": ["1"]})
        self.assertStatus(answer, 400, Code.INVALID_ROLE)

    def test_own_emoji_needs_only_the_right_to_create(self):
        own, foreign = self.make("own", self.small.bot), self.make("foreign")
        self.small.allow(Permission.CREATE_GUILD_EXPRESSIONS)
        self.assertStatus(self.small.request("PATCH", f"{self.path}/{own['id']}", {"name": "mine"}), 200)
        answer = self.small.request("PATCH", f"{self.path}/{foreign['id']}", {"name": "mine"})
        self.assertStatus(answer, 403, 50013)

    def test_own_emoji_needs_some_right(self):
        own = self.make("own", self.small.bot)
        self.small.allow(0)
        self.assertStatus(
            self.small.request("PATCH", f"{self.path}/{own['id']}", {"name": "mine"}), 403, 50013
        )

    def test_any_emoji_with_the_right_to_manage(self):
        foreign = self.make("foreign")
        self.small.allow(Permission.MANAGE_GUILD_EXPRESSIONS)
        self.assertStatus(self.small.request("PATCH", f"{self.path}/{foreign['id']}", {"name": "mine"}), 200)


class DeleteGuildEmoji(EmojiTestCase):
    def test_emoji_is_gone_told_and_logged(self):
        made = self.make()
        session = self.small.connect()
        self.assertStatus(self.small.request("DELETE", f"{self.path}/{made['id']}"), 204)
        self.assertEqual(self.small.events(session, "GUILD_EMOJIS_UPDATE")[0]["emojis"], [])
        self.assertEqual(self.small.audit_log()[-1]["action_type"], 62)
        self.assertStatus(self.small.request("DELETE", f"{self.path}/{made['id']}"), 404, 10014)

    def test_foreign_emoji_is_refused(self):
        made = self.make()
        self.small.allow(Permission.CREATE_GUILD_EXPRESSIONS)
        self.assertStatus(self.small.request("DELETE", f"{self.path}/{made['id']}"), 403, 50013)


class ApplicationEmojis(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.path = f"/applications/{self.small.application['id']}/emojis"

    def make(self, name="wave"):
        return self.small.request("POST", self.path, {"name": name, "image": PNG_URI})

    def test_life_of_an_emoji(self):
        made = self.assertStatus(self.make(), 201)
        self.assertEqual(made["user"]["id"], self.small.bot.user_id)
        one = f"{self.path}/{made['id']}"
        self.assertEqual(self.small.request("GET", one).json, made)
        self.assertEqual(self.small.request("GET", self.path).json, {"items": [made]})
        self.assertEqual(self.small.request("PATCH", one, {"name": "bye"}).json["name"], "bye")
        self.assertStatus(self.small.request("DELETE", one), 204)
        self.assertStatus(self.small.request("GET", one), 404, 10014)
        self.assertEqual(self.small.request("GET", self.path).json, {"items": []})

    def test_number_is_limited(self):
        table = self.small.world.application_emojis.setdefault(self.small.application["id"], {})
        table.update((str(number), {}) for number in range(emojis.MAX_APPLICATION_EMOJIS - 1))
        self.assertStatus(self.make(), 201)
        self.assertStatus(self.make(), 400, 30008)

    def test_another_application_is_refused(self):
        other = make_application(self.small.world, "other", "other-token", self.small.owner)
        self.assertEqual(self.small.request("GET", f"/applications/{other['id']}/emojis").code, 20012)


def _image(size):
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG".ljust(size, b"\0")).decode()
