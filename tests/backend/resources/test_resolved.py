"""What ids in an interaction's data stand for, as the application gets it."""

from __future__ import annotations

from discordtest.backend import cdn
from discordtest.backend.multipart import Part
from discordtest.backend.permissions import ALL
from discordtest.backend.resources.resolved import Resolved
from discordtest.backend.resources.user import make_user
from tests.backend.worlds import WorldTestCase


class ResolvedTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = self.small.make_person("alice").user_id
        self.resolved = Resolved(self.small.world, self.small.general, self.alice)

    def test_nothing(self) -> None:
        self.assertEqual(self.resolved.payload, {})

    def test_member_is_partial_beside_the_user(self) -> None:
        self.resolved.add_user(self.alice)
        payload = self.resolved.payload
        self.assertIs(payload["users"][self.alice], self.small.world.users[self.alice])
        member = payload["members"][self.alice]
        self.assertFalse(member.keys() & {"user", "deaf", "mute"})
        self.assertIn("permissions", member)

    def test_permissions_are_those_in_the_channel(self) -> None:
        self.resolved.add_user(self.small.owner["id"])
        self.assertEqual(self.resolved.payload["members"][self.small.owner["id"]]["permissions"], str(ALL))

    def test_stranger_is_no_member(self) -> None:
        self.resolved.add_user(make_user(self.small.world, "bob")["id"])
        self.assertNotIn("members", self.resolved.payload)

    def test_direct_message_has_no_members(self) -> None:
        actor = self.small.make_person("bob")
        body = {"recipient_id": self.small.bot.user_id}
        channel = self.small.perform("create_dm", actor=actor, body=body)
        resolved = Resolved(self.small.world, self.small.world.channels[channel["id"]], actor.user_id)
        resolved.add_user(actor.user_id)
        self.assertEqual(resolved.payload.keys(), {"users"})

    def test_mentionable_is_a_user_or_a_role(self) -> None:
        self.resolved.add_mentionable(self.alice)
        self.resolved.add_mentionable(self.small.role["id"])
        self.assertEqual(self.resolved.payload.keys(), {"users", "members", "roles"})

    def test_channel_is_partial(self) -> None:
        self.resolved.add_channel(self.small.general["id"])
        channel = self.resolved.payload["channels"][self.small.general["id"]]
        self.assertEqual((channel["name"], channel["type"]), ("general", 0))
        self.assertNotIn("permission_overwrites", channel)

    def test_thread_has_its_metadata(self) -> None:
        body = {"name": "thread", "type": 11}
        thread = self.small.perform("create_thread", self.small.general["id"], body=body)
        self.resolved.add_channel(thread["id"])
        shown = self.resolved.payload["channels"][thread["id"]]
        self.assertFalse(shown["thread_metadata"]["archived"])
        self.assertEqual(shown["parent_id"], self.small.general["id"])

    def test_message_is_whole_without_the_content_intent(self) -> None:
        self.small.application["flags"] = 0
        message = self.small.perform("create_message", self.small.general["id"], body={"content": "secret"})
        self.resolved.add_message(self.small.world.messages[self.small.general["id"]][message["id"]])
        self.assertEqual(self.resolved.payload["messages"][message["id"]]["content"], "secret")

    def test_file_is_ephemeral(self) -> None:
        number = self.resolved.add_file(Part("file", "a.txt", "text/plain", b"data"))
        shown = self.resolved.payload["attachments"][number]
        self.assertEqual((shown["id"], shown["filename"], shown["ephemeral"]), (number, "a.txt", True))
        self.assertEqual(self.small.world.files[cdn.path_of(shown["url"])][0], b"data")
