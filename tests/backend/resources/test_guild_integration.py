"""Integrations: what a bot's is, who sees it come and go, and taking an application out of a guild by it."""

from __future__ import annotations

from typing import Any

from discordtest.backend.audit import Action
from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.application import make_application
from discordtest.backend.rest import Actor
from tests.backend.worlds import WorldTestCase


class IntegrationTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.path = f"/guilds/{self.guild_id}/integrations"
        self.second = make_application(self.small.world, "second", "other", self.small.owner)

    def add(self, actor: Actor | None = None) -> dict[str, Any]:
        path = self.guild_id, self.second["id"]
        self.small.perform(
            "add_bot", *path, actor=actor, body={"permissions": int(Permission.MANAGE_WEBHOOKS)}
        )
        return self.listed()[-1]

    def listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.assertStatus(self.small.request("GET", self.path), 200)
        return found

    def test_bot_has_one_of_who_added_it(self):
        moderator = self.small.make_person("moderator", Permission.MANAGE_GUILD)
        integration = self.add(moderator)
        self.assertEqual((integration["type"], integration["name"]), ("discord", "second"))
        self.assertEqual(integration["account"], {"id": self.second["id"], "name": "second"})
        self.assertEqual(integration["user"]["id"], moderator.user_id)
        self.assertEqual(integration["scopes"], ["applications.commands", "bot"])
        self.assertEqual(integration["application"]["bot"]["id"], self.second["bot"]["id"])
        self.assertNotIn("application_id", integration)

    def test_narrator_adds_it_in_the_name_of_the_owner(self):
        self.assertEqual(self.add(Actor("narrator", "0"))["user"]["id"], self.small.owner["id"])

    def test_at_most_fifty_are_listed(self):
        for number in range(51):
            application = make_application(self.small.world, f"bot {number}", f"t{number}", self.small.owner)
            self.small.perform("add_bot", self.guild_id, application["id"], body={"permissions": 0})
        self.assertEqual(len(self.listed()), 50)

    def test_coming_and_going_is_told(self):
        session = self.small.connect()
        integration = self.add()
        (created,) = self.small.events(session, "INTEGRATION_CREATE")
        self.assertIn("user", integration)
        del integration["user"]  # the event goes without
        self.assertEqual(created, {**integration, "guild_id": self.guild_id})
        session.frames.clear()
        self.small.perform("delete_guild_member", self.guild_id, self.second["bot"]["id"])
        (deleted,) = self.small.events(session, "INTEGRATION_DELETE")
        expected = {"id": integration["id"], "guild_id": self.guild_id, "application_id": self.second["id"]}
        self.assertEqual(deleted, expected)
        self.assertEqual(
            self.small.events(session, "GUILD_INTEGRATIONS_UPDATE"), [{"guild_id": self.guild_id}]
        )
        self.assertNotIn(integration["id"], [each["id"] for each in self.listed()])

    def test_deleting_it_takes_the_bot_and_its_webhooks_out(self):
        integration = self.add()
        path = f"/channels/{self.small.general['id']}/webhooks"
        kept = self.assertStatus(self.small.request("POST", path, {"name": "kept"}), 200)
        self.assertStatus(self.small.request("POST", path, {"name": "gone"}, token="other"), 200)
        session = self.small.connect()

        answer = self.small.request("DELETE", f"{self.path}/{integration['id']}", reason="tidy")

        self.assertStatus(answer, 204)
        self.assertEqual([*self.small.world.webhooks], [kept["id"]])
        self.assertNotIn(self.second["bot"]["id"], self.small.world.members[self.guild_id])
        told = [name for name, _ in self.small.events(session)]
        for name in (
            "WEBHOOKS_UPDATE",
            "GUILD_MEMBER_REMOVE",
            "INTEGRATION_DELETE",
            "GUILD_INTEGRATIONS_UPDATE",
        ):
            self.assertEqual(told.count(name), 1, name)
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (Action.INTEGRATION_DELETE, "tidy"))
        self.assertEqual(entry["target_id"], integration["id"])

    def test_unknown_one(self):
        self.add()
        self.assertStatus(self.small.request("DELETE", f"{self.path}/5"), 404, Code.UNKNOWN_INTEGRATION)
        other = self.small.make_guild("Other")
        self.small.perform("add_bot", other["id"], self.second["id"], body={"permissions": 0})
        (elsewhere,) = self.small.world.integrations[other["id"]]
        self.assertStatus(
            self.small.request("DELETE", f"{self.path}/{elsewhere}"), 404, Code.UNKNOWN_INTEGRATION
        )

    def test_guild_that_is_deleted_has_none(self):
        self.add()
        self.small.perform("delete_guild", self.guild_id)
        self.assertNotIn(self.guild_id, self.small.world.integrations)
