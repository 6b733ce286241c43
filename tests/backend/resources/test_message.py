"""Sending a message, reading it, deleting it: rules, limits and events."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.user import open_dm
from discordtest.backend.rest import OPERATIONS, Actor, Call
from discordtest.backend.world import Record
from tests.backend.worlds import BOT_PERMISSIONS, WorldTestCase, multipart


class MessageTestCase(WorldTestCase):
    """Adds the few requests that these tests repeat."""

    def setUp(self) -> None:
        super().setUp()
        self.messages = f"/channels/{self.small.general['id']}/messages"

    def send(self, channel: Record | None = None, actor: Actor | None = None, **body: object) -> Record:
        where = (channel or self.small.general)["id"]
        made: Record = self.small.perform("create_message", where, body=body, actor=actor or self.small.bot)
        return made

    def make_dm(self, user_id: str, other_id: str) -> Record:
        call = Call(self.small.backend, self.small.narrator, OPERATIONS["create_dm"])
        return open_dm(call, user_id, other_id)


class SendingTests(MessageTestCase):
    def test_message_is_answered_stored_and_told(self) -> None:
        session = self.small.connect()
        sent = self.assertStatus(self.small.request("POST", self.messages, {"content": "hello"}), 200)
        self.assertEqual((sent["content"], sent["author"]["id"]), ("hello", self.small.bot.user_id))
        self.assertIs(
            self.small.world.messages[sent["channel_id"]][sent["id"]]["author"], self.small.application["bot"]
        )
        [event] = self.small.events(session, "MESSAGE_CREATE")
        self.assertEqual((event["id"], event["guild_id"]), (sent["id"], self.small.guild["id"]))
        self.assertEqual(event["member"]["roles"], [self.small.role["id"]])
        self.assertNotIn("user", event["member"])
        self.assertEqual(self.small.general["last_message_id"], sent["id"])

    def test_content_is_trimmed(self) -> None:
        self.assertEqual(self.send(content="  hi \n")["content"], "hi")

    def test_2000_characters_are_taken(self) -> None:
        self.assertEqual(len(self.send(content="x" * 2000)["content"]), 2000)

    def test_2001_characters_are_refused(self) -> None:
        with self.assertRefused(Code.INVALID_FORM_BODY, "content", "BASE_TYPE_MAX_LENGTH"):
            self.send(content="x" * 2001)

    def test_message_of_nothing_is_refused(self) -> None:
        for body in ({}, {"content": ""}, {"content": "   "}, {"content": None, "embeds": []}):
            with self.subTest(body=body), self.assertRefused(Code.EMPTY_MESSAGE):
                self.send(**body)

    def test_without_permission_to_send(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL)
        self.assertStatus(self.small.request("POST", self.messages, {"content": "hi"}), 403, 50013)

    def test_in_a_hidden_channel(self) -> None:
        self.small.allow(Permission.SEND_MESSAGES)
        self.assertStatus(self.small.request("POST", self.messages, {"content": "hi"}), 403, 50001)

    def test_parts_that_need_a_permission_of_their_own(self) -> None:
        poll = {"question": {"text": "Why?"}, "answers": [{"poll_media": {"text": "So."}}]}
        cases: dict[Permission, dict[str, object]] = {
            Permission.SEND_TTS_MESSAGES: {"content": "hi", "tts": True},
            Permission.EMBED_LINKS: {"embeds": [{"title": "hi"}]},
            Permission.SEND_POLLS: {"poll": poll},
        }
        for permission, body in cases.items():
            with self.subTest(permission=permission):
                self.small.allow(Permission(BOT_PERMISSIONS))
                self.send(**body)
                self.small.allow(Permission(BOT_PERMISSIONS) & ~permission)
                with self.assertRefused(Code.MISSING_PERMISSIONS):
                    self.send(**body)
                self.small.allow(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | permission)
                self.send(**body)

    def test_file_needs_attach_files_alone(self) -> None:
        form = multipart({}, ("files[0]", "a.txt", b"x", "text/plain"))
        send = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
        for bits, status in ((send | Permission.ATTACH_FILES, 200), (BOT_PERMISSIONS, 200), (send, 403)):
            self.small.allow(Permission(bits))
            self.assertStatus(self.small.request("POST", self.messages, form=form), status)

    def test_timed_out_person_cannot_send(self) -> None:
        alice = self.small.make_person("alice")
        member = self.small.world.members[self.small.guild["id"]][alice.user_id]
        member["communication_disabled_until"] = self.small.world.timestamp(60)
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.send(actor=alice, content="hi")
        self.small.time = 61_000_000
        self.send(actor=alice, content="hi")

    def test_channels_that_hold_no_messages(self) -> None:
        for kind, code in ((4, Code.CANNOT_SEND_IN_NON_TEXT), (15, Code.CANNOT_SEND_IN_FORUM)):
            channel = self.small.make_channel("other", kind)
            with self.subTest(kind=kind), self.assertRefused(code):
                self.send(channel, content="hi")

    def test_voice_channels_hold_messages(self) -> None:
        for kind in (2, 13):
            self.assertEqual(self.send(self.small.make_channel("voice", kind), content="hi")["content"], "hi")

    def test_id_and_moment_of_the_test_are_kept_in_order(self) -> None:
        late = self.send(content="late")
        early = self.small.perform(
            "create_message",
            self.small.general["id"],
            body={"content": "early"},
            id=7,
            at="2020-01-01T00:00:00.000000+00:00",
        )
        self.assertEqual((early["id"], early["timestamp"][:4]), ("7", "2020"))
        self.assertEqual(list(self.small.world.messages[self.small.general["id"]]), ["7", late["id"]])
        self.assertEqual(self.small.general["last_message_id"], late["id"])

    def test_id_that_is_taken(self) -> None:
        self.small.perform("create_message", self.small.general["id"], body={"content": "a"}, id=7)
        with self.assertRefused(Code.INVALID_FORM_BODY, "id"):
            self.small.perform("create_message", self.small.general["id"], body={"content": "b"}, id=7)

    def test_flags_that_nobody_may_set_are_dropped(self) -> None:
        self.assertEqual(self.send(content="hi", flags=1 << 12 | 1 << 6 | 1)["flags"], 1 << 12)

    def test_field_that_nobody_knows_is_loud(self) -> None:
        with self.assertNotModelled("shared_client_theme"):
            self.small.request("POST", self.messages, {"content": "hi", "shared_client_theme": {}})


class NonceTests(MessageTestCase):
    def test_nonce_is_told_but_not_kept(self) -> None:
        session = self.small.connect()
        sent = self.send(content="hi", nonce="abc")
        self.assertEqual(sent["nonce"], "abc")
        self.assertEqual(self.small.events(session, "MESSAGE_CREATE")[0]["nonce"], "abc")
        self.assertNotIn(
            "nonce", self.assertStatus(self.small.request("GET", f"{self.messages}/{sent['id']}"), 200)
        )

    def test_enforced_nonce_answers_the_first_message(self) -> None:
        first = self.send(content="one", nonce="abc", enforce_nonce=True)
        again = self.send(content="two", nonce="abc", enforce_nonce=True)
        self.assertEqual((again["id"], again["content"], again["nonce"]), (first["id"], "one", "abc"))
        self.assertNotEqual(self.send(content="x", nonce="abc")["id"], first["id"])

    def test_enforced_nonce_is_another_authors_too(self) -> None:
        first = self.send(content="one", nonce="abc", enforce_nonce=True)
        alice = self.small.make_person("alice")
        other = self.send(actor=alice, content="two", nonce="abc", enforce_nonce=True)
        self.assertNotEqual(first["id"], other["id"])

    def test_enforced_nonce_is_forgotten_after_minutes(self) -> None:
        first = self.send(content="one", nonce="abc", enforce_nonce=True)
        self.small.time = 300_000_000
        self.assertEqual(self.send(content="two", nonce="abc", enforce_nonce=True)["id"], first["id"])
        self.small.time += 1
        self.assertNotEqual(self.send(content="three", nonce="abc", enforce_nonce=True)["id"], first["id"])

    def test_nonce_has_25_characters_at_most(self) -> None:
        self.assertEqual(self.send(content="hi", nonce="x" * 25)["nonce"], "x" * 25)
        with self.assertRefused(Code.INVALID_FORM_BODY, "nonce"):
            self.send(content="hi", nonce="x" * 26)

    def test_nonce_is_text_or_a_number(self) -> None:
        self.assertEqual(self.send(content="hi", nonce=5)["nonce"], 5)
        with self.assertRefused(Code.INVALID_FORM_BODY, "nonce"):
            self.send(content="hi", nonce=True)

    def test_oldest_of_many_nonces_is_forgotten(self) -> None:
        self.small.world.nonces.update({("0", "0", str(n)): ("0", 0) for n in range(1000)})
        self.send(content="hi", nonce="abc", enforce_nonce=True)
        self.assertEqual(len(self.small.world.nonces), 1000)
        self.assertNotIn(("0", "0", "0"), self.small.world.nonces)


class SlowModeTests(MessageTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.small.general["rate_limit_per_user"] = 10
        self.alice = self.small.make_person("alice")

    def test_person_waits(self) -> None:
        self.send(actor=self.alice, content="one")
        self.small.time = 9_999_999
        with self.assertRefused(Code.SLOWMODE):
            self.send(actor=self.alice, content="two")
        self.small.time = 10_000_000
        self.send(actor=self.alice, content="three")

    def test_refusal_says_how_long(self) -> None:
        self.send(actor=self.alice, content="one")
        self.small.time = 4_000_000
        with self.assertRaises(Exception) as caught:
            self.send(actor=self.alice, content="two")
        self.assertEqual(caught.exception.payload()["retry_after"], 6.0)  # type: ignore[attr-defined]

    def test_bots_and_those_who_may_bypass_it_do_not_wait(self) -> None:
        boss = self.small.make_person("boss", int(Permission.BYPASS_SLOWMODE))
        for actor in (self.small.bot, boss, self.small.narrator):
            self.send(actor=actor, content="one")
            self.send(actor=actor, content="two")


class DirectMessageTests(MessageTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = self.small.make_person("alice")
        self.dm = self.make_dm(self.small.bot.user_id, self.alice.user_id)

    def test_message_is_told_without_a_guild(self) -> None:
        session = self.small.connect()
        self.send(self.dm, actor=self.alice, content="@everyone hi")
        [event] = self.small.events(session, "MESSAGE_CREATE")
        self.assertNotIn("guild_id", event)
        self.assertNotIn("member", event)
        self.assertFalse(event["mention_everyone"])

    def test_user_who_accepts_none(self) -> None:
        self.small.world.user_settings[self.alice.user_id]["accepts_dms"] = False
        with self.assertRefused(Code.CANNOT_SEND_TO_USER):
            self.send(self.dm, content="hi")

    def test_user_without_a_common_guild(self) -> None:
        del self.small.world.members[self.small.guild["id"]][self.alice.user_id]
        with self.assertRefused(Code.NO_MUTUAL_GUILDS):
            self.send(self.dm, content="hi")

    def test_others_messages_stay(self) -> None:
        message = self.send(self.dm, actor=self.alice, content="hi")
        with self.assertRefused(Code.CANNOT_EXECUTE_ON_DM):
            self.small.perform("delete_message", self.dm["id"], message["id"], actor=self.small.bot)
        self.small.perform("delete_message", self.dm["id"], message["id"], actor=self.alice)


class VoiceMessageTests(MessageTestCase):
    def test_voice_message_needs_a_file(self) -> None:
        poll = {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "Yes"}}]}
        row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "A", "custom_id": "a"}]}
        for body in ({"content": "hi"}, {"embeds": [{"title": "x"}]}, {"poll": poll}, {"components": [row]}):
            with self.subTest(body), self.assertRefused(Code.VOICE_MESSAGE_WITH_CONTENT):
                self.send(flags=1 << 13, **body)


class ReadingTests(MessageTestCase):
    def test_message_that_does_not_exist(self) -> None:
        self.assertStatus(self.small.request("GET", f"{self.messages}/1"), 404, 10008)

    def test_message_of_another_channel(self) -> None:
        message = self.send(self.small.make_channel("other"), content="hi")
        self.assertStatus(self.small.request("GET", f"{self.messages}/{message['id']}"), 404, 10008)

    def test_without_permission_to_read_the_history(self) -> None:
        message = self.send(content="hi")
        self.small.allow(Permission.VIEW_CHANNEL)
        self.assertStatus(self.small.request("GET", f"{self.messages}/{message['id']}"), 403, 50013)


class DeletingTests(MessageTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = self.small.make_person("alice")

    def delete(self, message: Record, actor: Actor | None = None) -> None:
        self.small.perform(
            "delete_message", message["channel_id"], message["id"], actor=actor or self.small.bot
        )

    def test_own_message_goes_without_audit(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
        message = self.send(content="hi")
        session = self.small.connect()
        before = len(self.small.audit_log())
        answer = self.small.request("DELETE", f"{self.messages}/{message['id']}")
        self.assertStatus(answer, 204)
        self.assertEqual(
            self.small.events(session, "MESSAGE_DELETE"),
            [{"id": message["id"], "channel_id": message["channel_id"], "guild_id": self.small.guild["id"]}],
        )
        self.assertEqual(len(self.small.audit_log()), before)
        self.assertStatus(self.small.request("DELETE", f"{self.messages}/{message['id']}"), 404, 10008)

    def test_others_message_needs_a_permission(self) -> None:
        message = self.send(actor=self.alice, content="hi")
        self.small.allow(Permission.VIEW_CHANNEL)
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.delete(message)
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_MESSAGES)
        before = len(self.small.audit_log())
        self.small.request("DELETE", f"{self.messages}/{message['id']}", reason="spam")
        self.assertEqual(len(self.small.audit_log()), before)  # of bots, only bulk deletion is logged

    def test_deletion_by_people_is_audited(self) -> None:
        message = self.send(actor=self.alice, content="hi")
        owner = Actor("person", self.small.guild["owner_id"])
        path = message["channel_id"], message["id"]
        self.small.perform("delete_message", *path, actor=owner, reason="spam")
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["target_id"]), (72, self.alice.user_id))
        self.assertEqual(entry["options"], {"channel_id": message["channel_id"], "count": "1"})
        self.assertEqual(entry["reason"], "spam")

    def test_what_hangs_on_it_goes_too(self) -> None:
        message = self.send(content="hi")
        world = self.small.world
        world.reactions[message["id"]] = {"🔥": {self.alice.user_id: None}}
        world.pins[message["channel_id"]] = {message["id"]: world.timestamp()}
        self.delete(message)
        self.assertEqual((world.reactions, world.pins[message["channel_id"]]), ({}, {}))

    def test_system_messages_that_stay(self) -> None:
        message = self.send(content="hi")
        self.small.world.messages[message["channel_id"]][message["id"]]["type"] = 21
        with self.assertRefused(Code.CANNOT_EXECUTE_ON_SYSTEM_MESSAGE):
            self.delete(message)


class ContentIntentTests(MessageTestCase):
    """An application that the portal does not allow to read content does not read it over HTTP either."""

    def setUp(self) -> None:
        super().setUp()
        self.small.application["flags"] &= ~(1 << 18 | 1 << 19)
        self.alice = self.small.make_person("alice")

    def read(self, message: Record) -> Record:
        found: Record = self.assertStatus(self.small.request("GET", f"{self.messages}/{message['id']}"), 200)
        return found

    def test_others_content_is_hidden(self) -> None:
        message = self.send(actor=self.alice, content="hi", embeds=[{"title": "a"}])
        self.assertEqual((self.read(message)["content"], self.read(message)["embeds"]), ("", []))

    def test_own_mentioning_and_direct_messages_are_not(self) -> None:
        self.assertEqual(self.read(self.send(content="mine"))["content"], "mine")
        text = f"<@{self.small.bot.user_id}> hi"
        self.assertEqual(self.read(self.send(actor=self.alice, content=text))["content"], text)
        dm = self.make_dm(self.small.bot.user_id, self.alice.user_id)
        message = self.send(dm, actor=self.alice, content="hi")
        found = self.small.perform("get_message", dm["id"], message["id"], actor=self.small.bot)
        self.assertEqual(found["content"], "hi")

    def test_answered_message_is_hidden_by_itself(self) -> None:
        secret = self.send(actor=self.alice, content="secret")
        reply = self.send(
            actor=self.alice,
            content=f"<@{self.small.bot.user_id}>",
            message_reference={"message_id": secret["id"]},
        )
        found = self.read(reply)
        self.assertEqual(found["referenced_message"]["content"], "")
        self.assertTrue(found["content"])
