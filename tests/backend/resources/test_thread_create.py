"""Starting threads: on a message, without one, in a forum."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.resources.threads import ANNOUNCEMENT, FORUM, MODERATION, TALK, ThreadTestCase
from tests.backend.worlds import BOT_PERMISSIONS, multipart


class FromMessageTests(ThreadTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.message = self.say(self.small.general)

    def say(self, channel: Any) -> Any:
        made = self.small.perform(
            "create_message", channel["id"], body={"content": "hello"}, actor=self.alice
        )
        return self.small.world.messages[channel["id"]][made["id"]]

    def begin(self, message: Any = None, **body: Any) -> Any:
        message = message or self.message
        path = f"/channels/{message['channel_id']}/messages/{message['id']}/threads"
        return self.small.request("POST", path, {"name": "topic", "rate_limit_per_user": None, **body})

    def test_the_thread_has_the_messages_id(self) -> None:
        made = self.assertStatus(self.begin(auto_archive_duration=60), 201)
        self.assertEqual((made["id"], made["type"]), (self.message["id"], 11))
        self.assertEqual(made["parent_id"], self.small.general["id"])
        self.assertEqual(made["owner_id"], self.small.bot.user_id)
        self.assertEqual((made["member_count"], made["message_count"]), (1, 0))
        self.assertEqual(made["member"]["user_id"], self.small.bot.user_id)
        self.assertEqual(made["thread_metadata"]["auto_archive_duration"], 60)

    def test_events_in_order(self) -> None:
        session = self.small.connect()
        self.begin()
        events = self.small.events(session)
        names = [name for name, _ in events if not name.startswith("GUILD_AUDIT")]
        self.assertEqual(
            names, ["THREAD_CREATE", "MESSAGE_UPDATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE"]
        )
        payloads = dict(events)
        self.assertIs(payloads["THREAD_CREATE"]["newly_created"], True)
        self.assertEqual(payloads["MESSAGE_UPDATE"]["flags"], 32)
        self.assertEqual(payloads["MESSAGE_CREATE"]["type"], 21)
        self.assertEqual(payloads["MESSAGE_CREATE"]["referenced_message"]["content"], "hello")
        place = {"channel_id": self.small.general["id"], "guild_id": self.small.guild["id"]}
        reference = {"type": 0, "message_id": self.message["id"], **place}
        self.assertEqual(payloads["MESSAGE_CREATE"]["message_reference"], reference)

    def test_one_thread_for_each_message(self) -> None:
        self.begin()
        self.assertStatus(self.begin(), 400, Code.THREAD_ALREADY_CREATED.value)

    def test_in_an_announcement_channel(self) -> None:
        message = self.say(self.small.make_channel("news", ANNOUNCEMENT))
        self.assertEqual(self.begin(message).json["type"], 10)

    def test_not_in_voice_nor_in_a_thread(self) -> None:
        for channel in (self.small.make_channel("v", 2), self.start()):
            self.small.make_person("x")
            made = self.small.perform("create_message", channel["id"], body={"content": "x"})
            message = self.small.world.messages[channel["id"]][made["id"]]
            answer = self.begin(message)
            self.assertStatus(answer, 400, Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE.value)

    def test_not_on_what_discord_says(self) -> None:
        thread = self.start()
        said = list(self.small.world.messages[self.small.general["id"]].values())[-1]
        self.assertEqual((said["type"], said["content"]), (18, thread["name"]))
        self.assertStatus(self.begin(said), 403, Code.CANNOT_EXECUTE_ON_SYSTEM_MESSAGE.value)

    def test_unknown_message(self) -> None:
        message = {"channel_id": self.small.general["id"], "id": "1"}
        self.assertStatus(self.begin(message), 404, Code.UNKNOWN_MESSAGE.value)

    def test_needs_create_public_threads(self) -> None:
        self.small.allow(TALK & ~Permission.CREATE_PUBLIC_THREADS)
        self.assertStatus(self.begin(), 403, Code.MISSING_PERMISSIONS.value)

    def test_bounds(self) -> None:
        for body in ({"name": ""}, {"name": "n" * 101}, {"auto_archive_duration": 61}):
            self.assertStatus(self.begin(**body), 400, Code.INVALID_FORM_BODY.value)
        self.assertStatus(self.begin(rate_limit_per_user=21_601), 400, Code.INVALID_FORM_BODY.value)
        self.assertStatus(self.begin(name="n" * 100, rate_limit_per_user=21_600), 201)

    def test_audit_entry(self) -> None:
        path = f"/channels/{self.small.general['id']}/messages/{self.message['id']}/threads"
        self.small.request("POST", path, {"name": "topic"}, reason="why")
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (110, "why"))
        self.assertIn({"key": "name", "new_value": "topic"}, entry["changes"])


class WithoutMessageTests(ThreadTestCase):
    def begin(self, channel: Any = None, **body: Any) -> Any:
        path = f"/channels/{(channel or self.small.general)['id']}/threads"
        return self.small.request("POST", path, {"name": "topic", "rate_limit_per_user": None, **body})

    def test_public(self) -> None:
        session = self.small.connect()
        made = self.assertStatus(self.begin(type=11, invitable=True), 201)
        self.assertEqual((made["type"], made["member_count"]), (11, 1))
        self.assertNotIn("invitable", made["thread_metadata"])
        names = [name for name, _ in self.small.events(session) if not name.startswith("GUILD_AUDIT")]
        self.assertEqual(names, ["THREAD_CREATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE"])
        said = self.small.events(session, "MESSAGE_CREATE")[0]
        self.assertEqual((said["type"], said["channel_id"]), (18, self.small.general["id"]))
        reference = {"type": 0, "channel_id": made["id"], "guild_id": self.small.guild["id"]}
        self.assertEqual(said["message_reference"], reference)

    def test_private_is_the_default(self) -> None:
        session = self.small.connect()
        made = self.assertStatus(self.begin(), 201)
        self.assertEqual(made["type"], 12)
        self.assertIs(made["thread_metadata"]["invitable"], True)
        self.assertEqual(self.small.events(session, "MESSAGE_CREATE"), [])

    def test_a_strangers_private_thread_is_hidden(self) -> None:
        self.small.allow(TALK)
        session = self.small.connect()
        thread = self.private(self.alice, invitable=False)
        self.assertIs(thread["thread_metadata"]["invitable"], False)
        self.assertEqual(self.small.events(session), [])
        self.assertStatus(self.request("GET", thread), 403, Code.MISSING_ACCESS.value)

    def test_defaults_of_the_parent(self) -> None:
        fields = {"default_auto_archive_duration": 10_080, "default_thread_rate_limit_per_user": 7}
        made = self.begin(self.small.make_channel("x", **fields), type=11).json
        self.assertEqual(made["thread_metadata"]["auto_archive_duration"], 10_080)
        self.assertEqual(made["rate_limit_per_user"], 7)

    def test_types_fit_their_channels(self) -> None:
        news = self.small.make_channel("news", ANNOUNCEMENT)
        self.assertStatus(self.begin(news, type=10), 201)
        for channel, kind in ((news, 11), (news, 12), (self.small.general, 10)):
            body = self.assertStatus(self.begin(channel, type=kind), 400, Code.INVALID_FORM_BODY.value)
            self.assertFieldError(body, "type", "BASE_TYPE_CHOICES")
        for kind in (2, 4, 13):
            answer = self.begin(self.small.make_channel("x", kind), type=11)
            self.assertStatus(answer, 400, Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE.value)

    def test_each_kind_has_a_permission_of_its_own(self) -> None:
        self.small.allow(TALK & ~Permission.CREATE_PRIVATE_THREADS)
        self.assertStatus(self.begin(type=12), 403, Code.MISSING_PERMISSIONS.value)
        self.assertStatus(self.begin(type=11), 201)
        self.small.allow(TALK & ~Permission.CREATE_PUBLIC_THREADS)
        self.assertStatus(self.begin(type=11), 403, Code.MISSING_PERMISSIONS.value)
        self.assertStatus(self.begin(type=12), 201)

    def test_1000_active_threads(self) -> None:
        threads = self.small.world.threads[self.small.guild["id"]]
        threads.update((f"-{number}", {"thread_metadata": {"archived": False}}) for number in range(999))
        self.assertStatus(self.begin(), 201)
        self.assertStatus(self.begin(), 400, Code.MAX_ACTIVE_THREADS.value)
        threads["-1"]["thread_metadata"]["archived"] = True
        self.assertStatus(self.begin(), 201)

    def test_it_can_be_fetched(self) -> None:
        made = self.begin(type=11).json
        found = self.assertStatus(self.request("GET", made), 200)
        self.assertEqual(found["member"]["user_id"], self.small.bot.user_id)


class ForumTests(ThreadTestCase):
    def setUp(self) -> None:
        super().setUp()
        tags = [{"name": "open"}, {"name": "done", "moderated": True}]
        self.forum = self.small.make_channel("help", FORUM, available_tags=tags)
        self.open, self.done = (tag["id"] for tag in self.forum["available_tags"])

    def post(self, message: Any = None, **body: Any) -> Any:
        body = {"name": "Question", "message": message or {"content": "How?"}, **body}
        path = f"/channels/{self.forum['id']}/threads"
        return self.small.request("POST", path, body, query={"use_nested_fields": "1"})

    def test_thread_and_first_message_share_an_id(self) -> None:
        made = self.assertStatus(self.post(applied_tags=[self.open]), 201)
        self.assertEqual((made["type"], made["applied_tags"]), (11, [self.open]))
        self.assertEqual(made["message"]["id"], made["id"])
        self.assertEqual(made["message"]["content"], "How?")
        thread = self.small.world.channels[made["id"]]
        self.assertEqual((thread["message_count"], thread["last_message_id"]), (0, made["id"]))
        self.assertEqual(self.forum["last_message_id"], made["id"])

    def test_events(self) -> None:
        session = self.small.connect()
        self.post()
        names = [name for name, _ in self.small.events(session) if not name.startswith("GUILD_AUDIT")]
        self.assertEqual(names, ["THREAD_CREATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE"])

    def test_with_a_file(self) -> None:
        payload = {"name": "Log", "message": {"attachments": [{"id": 0, "filename": "log.txt"}]}}
        form = multipart({"payload_json": payload}, ("files[0]", "log.txt", b"boom", "text/plain"))
        answer = self.small.request("POST", f"/channels/{self.forum['id']}/threads", form=form)
        made = self.assertStatus(answer, 201)
        self.assertEqual(made["message"]["attachments"][0]["filename"], "log.txt")

    def test_needs_a_message_that_says_something(self) -> None:
        answer = self.small.request("POST", f"/channels/{self.forum['id']}/threads", {"name": "x"})
        self.assertFieldError(self.assertStatus(answer, 400), "message", "BASE_TYPE_REQUIRED")
        self.assertStatus(self.post({"content": ""}), 400, Code.EMPTY_MESSAGE.value)
        self.assertEqual(self.small.world.threads[self.small.guild["id"]], {})

    def test_needs_send_messages_only(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
        self.assertStatus(self.post(), 201)
        embed = {"embeds": [{"title": "x"}]}
        self.assertStatus(self.post(embed), 403, Code.MISSING_PERMISSIONS.value)
        self.small.allow(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.EMBED_LINKS)
        self.assertStatus(self.post(embed), 201)
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.SEND_MESSAGES)
        self.assertStatus(self.post(), 403, Code.MISSING_PERMISSIONS.value)

    def test_tags(self) -> None:
        self.assertStatus(self.post(applied_tags=["1"]), 404, Code.UNKNOWN_TAG.value)
        self.assertStatus(self.post(applied_tags=[self.open] * 6), 400, Code.INVALID_FORM_BODY.value)
        self.assertStatus(self.post(applied_tags=[self.done]), 201)
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.MANAGE_THREADS)
        self.assertStatus(self.post(applied_tags=[self.done]), 403, Code.MISSING_PERMISSIONS.value)
        self.small.allow(MODERATION)
        self.assertStatus(self.post(applied_tags=[self.done]), 201)

    def test_five_tags(self) -> None:
        tags = [{"name": f"t{number}"} for number in range(6)]
        changed = self.small.perform("update_channel", self.forum["id"], body={"available_tags": tags})
        ids = [tag["id"] for tag in changed["available_tags"]]
        self.assertStatus(self.post(applied_tags=ids[:5]), 201)
        self.assertStatus(self.post(applied_tags=ids), 400, Code.INVALID_FORM_BODY.value)

    def test_what_is_wrong_with_the_message_is_named_beneath_it(self) -> None:
        embed = {"description": "x" * 3001}
        for message, field in (
            ({"components": [{"type": 99}]}, "message.components.0.type"),
            ({"embeds": [embed, embed]}, "message.embeds"),
            ({"content": "x" * 2001}, "message.content"),
        ):
            with self.subTest(field):
                body = {"name": "x", "message": message}
                answer = self.small.request("POST", f"/channels/{self.forum['id']}/threads", body)
                self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), field)

    def test_a_forum_that_requires_a_tag(self) -> None:
        self.small.perform("update_channel", self.forum["id"], body={"flags": 1 << 4})
        self.assertStatus(self.post(), 400, Code.TAG_REQUIRED.value)
        self.assertStatus(self.post(applied_tags=[self.open]), 201)
        self.small.allow(TALK)
        self.assertStatus(self.post(), 400, Code.TAG_REQUIRED.value)
        only = [{"name": "done", "moderated": True}]
        self.small.perform("update_channel", self.forum["id"], body={"available_tags": only})
        self.assertStatus(self.post(), 400, Code.NO_TAGS_FOR_NON_MODERATORS.value)
        self.small.allow(MODERATION)
        self.assertStatus(self.post(), 400, Code.TAG_REQUIRED.value)

    def test_messages_are_refused_outside_posts(self) -> None:
        answer = self.request("POST", self.forum, "/messages", {"content": "x"})
        self.assertStatus(answer, 400, Code.CANNOT_SEND_IN_FORUM.value)
