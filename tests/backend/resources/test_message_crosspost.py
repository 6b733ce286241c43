"""Copies of published announcements: they are edited with the original, and say that it is gone."""

from __future__ import annotations

from typing import Any

from discordtest.backend.resources import message_crosspost as module
from tests.backend.worlds import WorldTestCase


class CopyTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.news = self.small.make_channel("news", type=5)
        body = {"webhook_channel_id": self.small.general["id"]}
        self.small.perform("follow_channel", self.news["id"], body=body)
        self.said = [self.publish("one"), self.publish("two")]
        self.session = self.small.connect()

    def publish(self, content: str) -> str:
        body = {"content": content, "embeds": [{"title": "paper"}]}
        message = self.small.perform("create_message", self.news["id"], body=body, actor=self.small.bot)
        self.small.perform("crosspost_message", self.news["id"], message["id"])
        return str(message["id"])

    def copies(self) -> list[Any]:
        return [*self.small.world.messages[self.small.general["id"]].values()][1:]

    def told(self) -> list[tuple[str, str]]:
        """Return (channel, content) of each MESSAGE_UPDATE."""
        names = {self.news["id"]: "news", self.small.general["id"]: "general"}
        events = self.small.events(self.session, "MESSAGE_UPDATE")
        return [(names[event["channel_id"]], event["content"]) for event in events]

    def edit(self, message_id: str, **body: Any) -> Any:
        return self.small.request("PATCH", f"/channels/{self.news['id']}/messages/{message_id}", body)

    def test_edit_reaches_the_copy(self) -> None:
        self.assertStatus(self.edit(self.said[0], content="ONE", embeds=[]), 200)
        self.assertEqual(
            [(one["content"], len(one["embeds"])) for one in self.copies()], [("ONE", 0), ("two", 1)]
        )
        self.assertEqual(self.copies()[0]["edited_timestamp"], self.small.world.timestamp())
        self.assertEqual(self.told(), [("news", "ONE"), ("general", "ONE")])

    def test_copy_of_what_is_deleted_says_so(self) -> None:
        path = f"/channels/{self.news['id']}/messages/{self.said[1]}"
        self.assertStatus(self.small.request("DELETE", path), 204)
        copy = self.copies()[1]
        self.assertEqual((copy["content"], copy["embeds"]), ("[Original Message Deleted]", []))
        self.assertEqual(copy["flags"], module.IS_CROSSPOST | module.SOURCE_MESSAGE_DELETED)
        self.assertEqual(self.told(), [("general", copy["content"])])

    def test_many_at_once(self) -> None:
        body = {"messages": self.said}
        self.assertStatus(
            self.small.request("POST", f"/channels/{self.news['id']}/messages/bulk-delete", body), 204
        )
        self.assertEqual({copy["content"] for copy in self.copies()}, {"[Original Message Deleted]"})

    def test_what_is_not_published_has_no_copy(self) -> None:
        message = self.small.request("POST", f"/channels/{self.news['id']}/messages", {"content": "x"}).json
        self.assertStatus(self.edit(message["id"], content="y"), 200)
        self.assertEqual(self.told(), [("news", "y")])

    def test_copy_that_somebody_has_deleted_is_not_looked_for(self) -> None:
        copy = self.copies()[0]
        self.small.perform("delete_message", self.small.general["id"], copy["id"])
        self.assertStatus(self.edit(self.said[0], content="ONE"), 200)
        self.assertEqual(self.told(), [("news", "ONE")])
