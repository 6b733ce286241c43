"""Replies and forwards."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.user import open_dm
from discordtest.backend.rest import OPERATIONS, Call
from tests.backend.worlds import BOT_PERMISSIONS, WorldTestCase, multipart


class ReferenceTestCase(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.first = self.send(content="first")

    def send(self, channel=None, actor=None, **body):
        where = (channel or self.small.general)["id"]
        return self.small.perform("create_message", where, body=body, actor=actor or self.small.bot)

    def answer(self, **reference):
        reference = {"message_id": self.first["id"], **reference}
        body = {"content": "yes", "message_reference": reference}
        return self.small.request("POST", f"/channels/{self.small.general['id']}/messages", body)


class Replies(ReferenceTestCase):
    def test_reply_shows_what_it_answers(self):
        session = self.small.connect()
        reply = self.assertStatus(self.answer(channel_id=int(self.small.general["id"])), 200)
        self.assertEqual((reply["type"], reply["referenced_message"]["content"]), (19, "first"))
        expected = {
            "type": 0,
            "channel_id": self.small.general["id"],
            "message_id": self.first["id"],
            "guild_id": self.small.guild["id"],
        }
        self.assertEqual(reply["message_reference"], expected)
        [event] = self.small.events(session, "MESSAGE_CREATE")
        self.assertEqual(event["referenced_message"]["id"], self.first["id"])

    def test_only_one_deep(self):
        reply = self.assertStatus(self.answer(), 200)
        self.first = reply
        self.assertNotIn("referenced_message", self.assertStatus(self.answer(), 200)["referenced_message"])

    def test_answered_message_is_gone_later(self):
        reply = self.assertStatus(self.answer(), 200)
        self.small.perform("delete_message", self.small.general["id"], self.first["id"])
        path = f"/channels/{self.small.general['id']}/messages/{reply['id']}"
        self.assertIsNone(self.assertStatus(self.small.request("GET", path), 200)["referenced_message"])

    def test_answered_message_must_exist_unless_told(self):
        answer = self.answer(message_id="1")
        body = self.assertStatus(answer, 400, Code.INVALID_FORM_BODY)
        self.assertFieldError(body, "message_reference", "REPLIES_UNKNOWN_MESSAGE")
        plain = self.assertStatus(self.answer(message_id="1", fail_if_not_exists=False), 200)
        self.assertEqual(plain["type"], 0)
        self.assertNotIn("message_reference", plain)

    def test_answered_message_is_of_the_same_channel(self):
        self.first = self.send(self.small.make_channel("other"), content="x")
        self.assertStatus(self.answer(channel_id=self.first["channel_id"]), 400, Code.INVALID_FORM_BODY)
        here = self.send(content="here")
        answer = self.answer(message_id=here["id"], channel_id=self.first["channel_id"])
        self.assertStatus(answer, 400, Code.INVALID_FORM_BODY)
        self.assertStatus(self.answer(), 400, Code.INVALID_FORM_BODY)

    def test_permission_to_read_the_history(self):
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.READ_MESSAGE_HISTORY)
        self.assertStatus(self.answer(), 403, 160002)

    def test_system_messages_have_no_answer(self):
        self.first["type"] = 6
        body = self.assertStatus(self.answer(), 400, Code.INVALID_FORM_BODY)
        self.assertFieldError(body, "message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE")


class Forwards(ReferenceTestCase):
    def setUp(self):
        super().setUp()
        self.other = self.small.make_channel("other")

    def forward(self, status=200, code=None, message=None, **body):
        message = message or self.first
        reference = {"type": 1, "message_id": message["id"], "channel_id": message["channel_id"]}
        body = {"message_reference": {**reference, **body.pop("reference", {})}, **body}
        answer = self.small.request("POST", f"/channels/{self.other['id']}/messages", body)
        return self.assertStatus(answer, status, code)

    def test_forward_keeps_a_copy(self):
        made = self.forward()
        self.assertEqual((made["type"], made["content"], made["flags"]), (0, "", 1 << 14))
        self.small.perform("delete_message", self.small.general["id"], self.first["id"])
        path = f"/channels/{self.other['id']}/messages/{made['id']}"
        [snapshot] = self.assertStatus(self.small.request("GET", path), 200)["message_snapshots"]
        self.assertEqual(snapshot["message"]["content"], "first")
        self.assertNotIn("author", snapshot["message"])

    def test_forward_of_a_forward_is_no_deeper(self):
        again = self.forward(message=self.forward())
        self.assertEqual(again["message_snapshots"][0]["message"]["content"], "first")

    def test_content_of_its_own_is_refused(self):
        poll = {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "Yes"}}]}
        row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "A", "custom_id": "a"}]}
        self.small.world.stickers[self.small.guild["id"]]["7"] = {"id": "7", "name": "s", "format_type": 1}
        for part in (
            {"content": "look"},
            {"embeds": [{"title": "x"}]},
            {"components": [row]},
            {"poll": poll},
            {"sticker_ids": ["7"]},
        ):
            with self.subTest(part):
                body = self.forward(400, Code.INVALID_FORM_BODY, **part)
                self.assertFieldError(body, "message_reference", "MESSAGE_FORWARD_WITH_CONTENT")
        reference = {"type": 1, "message_id": self.first["id"], "channel_id": self.first["channel_id"]}
        form = multipart(
            {"payload_json": {"message_reference": reference}}, ("files[0]", "a.txt", b"x", "text/plain")
        )
        answer = self.small.request("POST", f"/channels/{self.other['id']}/messages", form=form)
        self.assertFieldError(
            self.assertStatus(answer, 400), "message_reference", "MESSAGE_FORWARD_WITH_CONTENT"
        )

    def test_source_must_exist_and_be_readable(self):
        self.forward(400, Code.INVALID_FORM_BODY, reference={"message_id": "1"})
        self.forward(400, Code.INVALID_FORM_BODY, reference={"channel_id": None})
        everyone = {"id": self.small.guild["id"], "type": 0, "allow": "0"}
        for permission in (Permission.VIEW_CHANNEL, Permission.READ_MESSAGE_HISTORY):
            role = {**everyone, "id": self.small.role["id"], "deny": str(int(permission))}
            self.small.general["permission_overwrites"] = [role]
            self.forward(403, 50001)

    def test_source_may_be_a_direct_message_of_its_own(self):
        alice, bob = (self.small.make_person(name) for name in ("alice", "bob"))
        call = Call(self.small.backend, self.small.narrator, OPERATIONS["create_dm"])
        own = open_dm(call, self.small.bot.user_id, alice.user_id)
        self.assertEqual(len(self.forward(message=self.send(own, content="x"))["message_snapshots"]), 1)
        others = open_dm(call, bob.user_id, alice.user_id)
        self.forward(403, 50001, message=self.send(others, alice, content="secret"))

    def test_polls_and_system_messages_cannot_be_forwarded(self):
        self.first["type"] = 6
        self.forward(400, Code.INVALID_FORM_BODY)
        poll = {"question": {"text": "Why?"}, "answers": [{"poll_media": {"text": "So."}}]}
        self.forward(400, Code.INVALID_FORM_BODY, message=self.send(poll=poll))

    def test_bot_without_the_intent_carries_on_what_it_may_read_alone(self):
        self.small.application["flags"] = 0
        alice = self.small.make_person("alice")
        self.forward(message=self.first)
        self.forward(message=self.send(actor=alice, content=f"<@{self.small.bot.user_id}> look"))
        refused = self.forward(
            400, Code.CANNOT_FORWARD_UNREADABLE, message=self.send(actor=alice, content="x")
        )
        self.assertEqual(refused["message"], "You cannot forward a message whose content you cannot read.")

    def test_content_is_hidden_without_the_intent(self):
        alice = self.small.make_person("alice")
        reference = {"type": 1, "message_id": self.first["id"], "channel_id": self.first["channel_id"]}
        made = self.send(self.other, alice, message_reference=reference)
        self.small.application["flags"] = 0
        path = f"/channels/{self.other['id']}/messages/{made['id']}"
        [snapshot] = self.assertStatus(self.small.request("GET", path), 200)["message_snapshots"]
        self.assertEqual(snapshot["message"]["content"], "")
