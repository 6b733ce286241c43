from __future__ import annotations

from typing import TYPE_CHECKING

from tests.backend.worlds import WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.world import Record


class MessageTraces(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.channel = self.small.make_channel("short-lived")
        answers = [{"poll_media": {"text": text}} for text in ("Yes", "No")]
        poll = {"question": {"text": "Pizza?"}, "answers": answers, "duration": 1}
        self.message = self.perform("create_message", body={"poll": poll})
        perform, alice = self.small.perform, self.small.make_person("alice")
        where = self.channel["id"], self.message["id"]
        perform("vote_in_poll", *where, actor=alice, body={"answer_ids": [1]})
        perform("add_my_message_reaction", *where, "👍")
        perform("create_pin", *where)

    def perform(self, name: str, **options: object) -> Record:
        made: Record = self.small.perform(name, self.channel["id"], **options)
        return made

    def assertForgotten(self) -> None:
        world = self.small.world
        kept = world.poll_votes, world.reactions, world.suppressed_embeds, world.pins.get(self.channel["id"])
        self.assertFalse(any(kept), kept)

    def test_a_deleted_message_leaves_none(self) -> None:
        self.small.perform("delete_message", self.channel["id"], self.message["id"])
        self.assertForgotten()

    def test_nor_do_the_messages_of_a_deleted_channel(self) -> None:
        self.perform("delete_channel")
        self.assertForgotten()
