"""Applications: what a bot reads of its own, and changes on it."""

from __future__ import annotations

from typing import Any

from discordtest.backend import intents
from discordtest.backend.codes import Code
from discordtest.backend.intents import Intent
from discordtest.backend.resources.application import approved_intents, make_application
from tests.backend.worlds import PNG_URI, TOKEN, WorldTestCase


class Reading(WorldTestCase):
    def test_own(self):
        for path in ("/oauth2/applications/@me", "/applications/@me"):
            with self.subTest(path):
                answer = self.assertStatus(self.small.request("GET", path), 200)
                self.assertEqual((answer["name"], answer["approximate_guild_count"]), ("robot", 1))

    def test_people_have_none(self):
        with self.assertRefused(Code.ONLY_BOTS_CAN_USE_ENDPOINT):
            self.small.perform("get_my_oauth2_application", actor=self.small.make_person("alice"))

    def test_wrong_token(self):
        answer = self.small.request("GET", "/oauth2/applications/@me", token="wrong")
        self.assertEqual(answer.status, 401)

    def test_gateway(self):
        self.small.backend.shards = 3
        answer = self.assertStatus(self.small.request("GET", "/gateway/bot"), 200)
        self.assertEqual(answer["shards"], 3)
        for token in (TOKEN, None):
            anybody = self.assertStatus(self.small.request("GET", "/gateway", token=token), 200)
            self.assertEqual(anybody, {"url": answer["url"]})


class ApprovedIntents(WorldTestCase):
    def test_only_privileged_ones_need_approval(self):
        for privileged in (Intent.GUILD_MEMBERS, Intent.GUILD_PRESENCES, Intent.MESSAGE_CONTENT):
            with self.subTest(privileged):
                approved = intents.ALL & ~int(privileged)
                made = make_application(
                    self.small.world, "b", privileged.name or "", self.small.owner, approved=approved
                )
                self.assertEqual(approved_intents(made), approved)


class Editing(WorldTestCase):
    def patch(self, **body: Any) -> Any:
        return self.small.request("PATCH", "/applications/@me", body)

    def test_text_and_pictures(self):
        answer = self.assertStatus(
            self.patch(description="x", tags=["fun"], icon=PNG_URI, custom_install_url="https://a.example"),
            200,
        )
        self.assertEqual((answer["description"], answer["tags"]), ("x", ["fun"]))
        self.assertIn(f"/app-icons/{answer['id']}/{answer['icon']}", self.small.world.files)
        answer = self.patch(description=None, tags=None, icon=None, custom_install_url=None).json
        self.assertEqual((answer["description"], answer["icon"]), ("", None))
        self.assertNotIn("tags", answer)

    def test_bounds(self):
        for body, status in (
            ({"description": "a" * 400}, 200),
            ({"description": "a" * 401}, 400),
            ({"tags": ["a" * 20]}, 200),
            ({"tags": ["a" * 21]}, 400),
            ({"tags": list("abcde")}, 200),
            ({"tags": list("abcdef")}, 400),
        ):
            with self.subTest(body):
                self.assertStatus(self.patch(**body), status)

    def test_installation(self):
        params = {"scopes": ["bot"], "permissions": 8}
        stored = {"scopes": ["bot"], "permissions": "8"}
        config = {"0": {"oauth2_install_params": params}, "1": {"oauth2_install_params": None}}
        answer = self.assertStatus(self.patch(install_params=params, integration_types_config=config), 200)
        self.assertEqual(answer["install_params"], stored)
        self.assertEqual(
            answer["integration_types_config"], {"0": {"oauth2_install_params": stored}, "1": {}}
        )

    def test_flags(self):
        flags = self.small.application["flags"]
        without = flags & ~(1 << 19)
        self.assertEqual(self.assertStatus(self.patch(flags=without), 200)["flags_new"], str(without))
        self.assertFalse(approved_intents(self.small.application) & Intent.MESSAGE_CONTENT)
        self.assertFieldError(self.assertStatus(self.patch(flags=flags | 1), 400, 50035), "flags")
        self.assertEqual(self.patch(flags=None).json["flags"], without)
