"""Editing messages: who may change what, and what follows."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.multipart import Part
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.message_build import create_system_message
from discordtest.backend.resources.sticker import make_sticker_pack
from discordtest.backend.rest import OPERATIONS, Call
from tests.backend.worlds import PNG, WorldTestCase


class Edits(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.alice = self.small.make_person("alice")
        self.message = self.send(content="one")

    def send(self, actor=None, channel=None, **body):
        where = (channel or self.small.general)["id"]
        return self.small.perform("create_message", where, body=body, actor=actor or self.small.bot)

    def edit(self, message=None, actor=None, **body):
        message = message or self.message
        where = (message["channel_id"], message["id"])
        return self.small.perform("update_message", *where, body=body, actor=actor or self.small.bot)

    def test_edit_is_answered_and_told_whole(self):
        session = self.small.connect()
        self.small.time = 5_000_000
        path = f"/channels/{self.message['channel_id']}/messages/{self.message['id']}"
        edited = self.assertStatus(self.small.request("PATCH", path, {"content": "two", "tts": False}), 200)
        self.assertEqual(edited["content"], "two")
        self.assertEqual(edited["edited_timestamp"], "2026-07-01T12:00:05.000000+00:00")
        [event] = self.small.events(session, "MESSAGE_UPDATE")
        self.assertEqual((event["content"], event["guild_id"]), ("two", self.small.guild["id"]))
        self.assertEqual(event["author"]["id"], self.small.bot.user_id)
        self.assertIn("member", event)

    def test_edit_is_not_read_aloud(self):
        message = self.send(content="one", tts=True)
        session = self.small.connect()
        self.assertTrue(self.edit(message, content="two")["tts"])
        [event] = self.small.events(session, "MESSAGE_UPDATE")
        self.assertFalse(event["tts"])

    def test_fields_that_are_not_given_stay(self):
        message = self.send(content="one", embeds=[{"title": "t"}])
        self.assertEqual(self.edit(message, content="two")["embeds"], message["embeds"])
        self.assertEqual(self.edit(message, embeds=[])["content"], "two")

    def test_null_empties(self):
        message = self.send(content="one", embeds=[{"title": "t"}])
        self.assertEqual(self.edit(message, content=None)["content"], "")
        with self.assertRefused(Code.EMPTY_MESSAGE):
            self.edit(message, embeds=None)
        self.assertEqual(len(message["embeds"]), 1)

    def test_too_long(self):
        self.edit(content="x" * 2000)
        with self.assertRefused(Code.INVALID_FORM_BODY, "content"):
            self.edit(content="x" * 2001)

    def test_others_messages(self):
        message = self.send(self.alice, content="hers")
        with self.assertRefused(Code.CANNOT_EDIT_OTHERS_MESSAGE):
            self.edit(message, content="mine")
        with self.assertRefused(Code.CANNOT_EDIT_OTHERS_MESSAGE):
            self.edit(message)

    def test_moderator_hides_embeds_of_others(self):
        message = self.send(self.alice, content="x", embeds=[{"title": "t"}])
        for more in ({"content": "y"}, {"embeds": []}, {"components": []}, {"attachments": []}):
            with self.subTest(more), self.assertRefused(Code.CANNOT_EDIT_OTHERS_MESSAGE):
                self.edit(message, flags=4, **more)
        self.assertEqual(self.edit(message, flags=4, allowed_mentions={})["embeds"], [])
        self.assertEqual(message["content"], "x")
        self.small.allow(Permission.VIEW_CHANNEL)
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.edit(message, flags=0)

    def test_system_messages(self):
        call = Call(self.small.backend, self.small.bot, OPERATIONS["create_message"])
        author = self.small.world.users[self.small.bot.user_id]
        message = create_system_message(call, self.small.general, 7, author)
        with self.assertRefused(Code.CANNOT_EXECUTE_ON_SYSTEM_MESSAGE):
            self.edit(message, content="x")

    def test_polls(self):
        poll = {"question": {"text": "Why?"}, "answers": [{"poll_media": {"text": "So."}}]}
        message = self.send(poll=poll)
        with self.assertRefused(Code.CANNOT_EDIT_POLL_MESSAGE):
            self.edit(message, content="x")

    def test_stickers(self):
        with self.assertRefused(Code.CANNOT_EDIT_STICKERS):
            self.edit(sticker_ids=["1"])
        self.edit(sticker_ids=[], content="x")

    def test_stickers_have_to_go_before_a_layout_comes(self):
        pack = make_sticker_pack(self.small.world, "Wumpus", ["wave"])
        message = self.send(sticker_ids=[pack["stickers"][0]["id"]])
        layout = {"flags": 1 << 15, "components": [{"type": 10, "content": "x"}]}
        with self.assertRefused(Code.INVALID_FORM_BODY, "sticker_ids"):
            self.edit(message, **layout)
        self.assertNotIn("sticker_items", self.edit(message, **layout, sticker_ids=[]))

    def test_flags_alone_are_no_edit(self):
        self.assertIsNone(self.edit(flags=4)["edited_timestamp"])

    def test_reply_stays_one(self):
        reply = self.send(content="yes", message_reference={"message_id": self.message["id"]})
        edited = self.edit(reply, content="no")
        self.assertEqual(edited["referenced_message"]["id"], self.message["id"])
        self.assertEqual([user["id"] for user in edited["mentions"]], [self.small.bot.user_id])

    def test_mentions_follow_the_text(self):
        alice = self.alice.user_id
        edited = self.edit(content=f"<@{alice}>")
        self.assertEqual([user["id"] for user in edited["mentions"]], [alice])
        self.assertEqual([user["id"] for user in self.edit(embeds=[{"title": "t"}])["mentions"]], [alice])
        self.assertEqual(self.edit(content=f"<@{alice}>", allowed_mentions={"parse": []})["mentions"], [])

    def test_mentions_in_components_count(self):
        text = {"type": 10, "content": f"<@{self.alice.user_id}>"}
        edited = self.edit(content=None, embeds=None, flags=1 << 15, components=[text])
        self.assertEqual([user["id"] for user in edited["mentions"]], [self.alice.user_id])

    def test_who_was_not_mentioned_by_the_reply_is_not_by_its_edit(self):
        silent = {"allowed_mentions": {"replied_user": False}}
        reply = self.send(content="yes", message_reference={"message_id": self.message["id"]}, **silent)
        self.assertEqual(self.edit(reply, content="no")["mentions"], [])

    def test_file_that_an_embed_shows_is_no_attachment_any_more(self):
        message = self.small.perform(
            "create_message",
            self.small.general["id"],
            files=[Part("files[0]", "a.png", "image/png", PNG)],
            actor=self.small.bot,
        )
        edited = self.edit(message, embeds=[{"image": {"url": "attachment://a.png"}}])
        self.assertEqual(edited["attachments"], [])
        self.assertIn("/a.png", edited["embeds"][0]["image"]["url"])
        self.assertEqual(self.edit(message, content="x")["attachments"], [])
        bare = self.edit(message, embeds=[])
        self.assertEqual([one["filename"] for one in bare["attachments"]], ["a.png"])

    def test_file_that_a_component_shows_is_listed_again_once_none_does(self):
        shown = {"type": 13, "file": {"url": "attachment://a.txt"}}
        message = self.small.perform(
            "create_message",
            self.small.general["id"],
            body={"flags": 1 << 15, "components": [shown]},
            files=[Part("files[0]", "a.txt", "text/plain", b"a")],
            actor=self.small.bot,
        )
        text = {"type": 10, "content": "x"}
        self.assertEqual(self.edit(message, components=[shown, text])["attachments"], [])
        [listed] = self.edit(message, components=[text])["attachments"]
        self.assertEqual(listed["filename"], "a.txt")
        [shown] = self.edit(message, components=[shown])["components"]
        self.assertEqual(shown["file"]["attachment_id"], listed["id"])
        self.assertEqual(self.edit(message, components=[text], attachments=[])["attachments"], [])

    def test_voice_messages(self):
        entry = {"id": 0, "duration_secs": 1.5, "waveform": "AAA="}
        message = self.small.perform(
            "create_message",
            self.small.general["id"],
            body={"flags": 1 << 13, "attachments": [entry]},
            files=[Part("files[0]", "v.ogg", "audio/ogg", b"x")],
            actor=self.small.bot,
        )
        with self.assertRefused(Code.CANNOT_EDIT_VOICE_MESSAGE):
            self.edit(message, content="x")
        self.edit(message, flags=4)

    def test_description_of_a_file(self):
        message = self.small.perform(
            "create_message",
            self.small.general["id"],
            files=[Part("files[0]", "a.txt", "text/plain", b"x")],
            actor=self.small.bot,
        )
        kept = message["attachments"][0]["id"]
        edited = self.edit(message, attachments=[{"id": kept, "description": "what it is"}])
        self.assertEqual(edited["attachments"][0]["description"], "what it is")
