"""The end of an application: only the portal brings it about, and nothing that is its own is left."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.resources.application import make_application
from discordtest.backend.rest import Actor
from tests.backend.worlds import WorldTestCase


class DeletionTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.second = make_application(self.small.world, "second", "other", self.small.owner)
        self.application_id = self.second["id"]
        self.guild_id = self.small.guild["id"]
        self.small.perform("add_bot", self.guild_id, self.application_id, body={"permissions": 8})

    def delete(self, actor: Actor | None = None) -> None:
        self.small.perform("delete_application", self.application_id, actor=actor or Actor("narrator", "0"))

    def test_people_and_bots_cannot(self):
        for actor in (
            self.small.make_person("alice"),
            Actor("bot", self.application_id, self.application_id),
        ):
            with self.assertRefused(Code.NOT_AUTHORIZED_FOR_APPLICATION):
                self.delete(actor)
        self.assertIn(self.application_id, self.small.world.applications)

    def test_bot_that_owns_a_guild_keeps_it(self):
        self.small.guild["owner_id"] = self.application_id
        with self.assertRefused(Code.INVALID_GUILD):
            self.delete()
        self.assertIn(self.application_id, self.small.world.members[self.guild_id])

    def test_sessions_end_and_cannot_be_resumed(self):
        session = self.small.connect(token="other")
        self.delete()
        self.assertTrue(session.closed)
        self.assertEqual(session.frames[-1].code, 4004)
        self.assertNotIn(session, self.small.backend.gateway.sessions)

    def test_nothing_of_its_own_is_left(self):
        world = self.small.world
        other = world.applications[next(iter(world.applications))]["id"]
        command = {"name": "x", "description": "x"}
        for token, application_id in (("other", self.application_id), (None, other)):
            options = {} if token is None else {"token": token}
            for path in ("commands", f"guilds/{self.guild_id}/commands"):
                answer = self.small.request(
                    "POST", f"/applications/{application_id}/{path}", command, **options
                )
                self.assertStatus(answer, 201)
            world.user_installs.setdefault("5", {})[application_id] = None
            sku = self.small.perform("create_sku", application_id, body={"name": "gold", "type": 5})
            world.entitlements[f"{application_id}1"] = {
                "id": f"{application_id}1",
                "application_id": application_id,
            }
            self.assertIn(sku["id"], world.skus)

        self.delete()

        self.assertEqual([*world.applications], [other])
        self.assertEqual([*world.commands], [other])
        self.assertEqual({key[0] for key in world.command_creates}, {other})
        self.assertEqual(world.user_installs["5"], {other: None})
        self.assertEqual({each["application_id"] for each in world.skus.values()}, {other})
        self.assertEqual({each["application_id"] for each in world.entitlements.values()}, {other})
        self.assertNotIn(self.application_id, world.tokens.values())
        self.assertIn(self.application_id, world.users)
