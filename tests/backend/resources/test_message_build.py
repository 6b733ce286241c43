"""What messages are made of beside text: stickers, polls, and what Discord itself says."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.resources.message_build import create_system_message
from discordtest.backend.resources.sticker import make_sticker_pack
from discordtest.backend.rest import OPERATIONS, Call
from tests.backend.worlds import WorldTestCase


class MessagePartsTestCase(WorldTestCase):
    def post(self, status=200, code=None, **body):
        path = f"/channels/{self.small.general['id']}/messages"
        return self.assertStatus(self.small.request("POST", path, body), status, code)


class Stickers(MessagePartsTestCase):
    def make_sticker(self, guild):
        sticker_id = self.small.world.snowflake()
        sticker = {
            "id": sticker_id,
            "name": "wave",
            "tags": "wave",
            "type": 2,
            "format_type": 1,
            "description": None,
            "available": True,
            "guild_id": guild["id"],
        }
        self.small.world.stickers[guild["id"]][sticker_id] = sticker
        return sticker

    def test_sticker_of_the_guild(self):
        sticker = self.make_sticker(self.small.guild)
        message = self.post(sticker_ids=[sticker["id"]])
        self.assertEqual(message["sticker_items"], [{"id": sticker["id"], "name": "wave", "format_type": 1}])

    def test_sticker_of_everybody(self):
        pack = make_sticker_pack(self.small.world, "pack", ["hi"])
        message = self.post(sticker_ids=[pack["stickers"][0]["id"]])
        self.assertEqual(message["sticker_items"][0]["name"], "hi")

    def test_sticker_of_another_guild(self):
        sticker = self.make_sticker(self.small.make_guild("Elsewhere"))
        self.post(403, 50600, sticker_ids=[sticker["id"]])

    def test_sticker_that_does_not_exist(self):
        self.post(400, 50081, sticker_ids=["1"])

    def test_3_stickers(self):
        ids = [self.make_sticker(self.small.guild)["id"] for _ in range(4)]
        self.post(sticker_ids=ids[:3])
        self.post(400, Code.INVALID_FORM_BODY, sticker_ids=ids)


class Polls(MessagePartsTestCase):
    def poll(self, answers=1, **fields):
        question = {"text": fields.pop("text", "Why?")}
        media = {"text": "So.", "emoji": {"id": None, "name": "🔥", "animated": False}}
        return {"question": question, "answers": [{"poll_media": media}] * answers, **fields}

    def test_poll_is_shown(self):
        poll = self.post(poll=self.poll(2, duration=1))["poll"]
        self.assertEqual([answer["answer_id"] for answer in poll["answers"]], [1, 2])
        self.assertEqual(poll["expiry"], "2026-07-01T13:00:00.000000+00:00")
        self.assertFalse(poll["results"]["is_finalized"])

    def test_limits(self):
        self.post(poll=self.poll(10, duration=768, text="x" * 300))
        for poll in (
            self.poll(0),
            self.poll(11),
            self.poll(duration=0),
            self.poll(duration=769),
            self.poll(text="x" * 301),
        ):
            self.post(400, Code.INVALID_FORM_BODY, poll=poll)


class SystemMessages(WorldTestCase):
    def test_system_message_is_told_and_leaves_the_chosen_id(self):
        session = self.small.connect()
        call = Call(self.small.backend, self.small.narrator, OPERATIONS["create_message"], id="5")
        message = create_system_message(call, self.small.general, 7, self.small.owner, "hi", position=3)
        self.assertEqual((message["type"], message["content"], message["position"]), (7, "hi", 3))
        self.assertEqual(call.id, "5")
        self.assertEqual(self.small.events(session, "MESSAGE_CREATE")[0]["id"], message["id"])
