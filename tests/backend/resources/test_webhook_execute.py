"""What webhooks post, read, edit and delete with their token, and announcements that are delivered."""

from __future__ import annotations

from discordtest.backend.permissions import Permission
from discordtest.backend.resources import webhook_execute
from tests.backend.worlds import PNG, PNG_URI, WorldTestCase, multipart


class ExecuteTestCase(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.hook = self.make()

    def make(self, channel=None, actor=None):
        channel = channel or self.small.general
        return self.small.perform("create_webhook", channel["id"], actor=actor, body={"name": "hook"})

    def path(self, hook=None, rest=""):
        hook = hook or self.hook
        return f"/webhooks/{hook['id']}/{hook['token']}{rest}"

    def post(self, body=None, hook=None, form=None, **query):
        query.setdefault("wait", "true")
        return self.small.request("POST", self.path(hook), body, query=query, form=form, token=None)

    def make_thread(self, parent=None, id="777", **changes):
        """Put a bare thread into the world."""
        parent = parent or self.small.general
        metadata = {
            "archived": False,
            "locked": False,
            "auto_archive_duration": 60,
            "archive_timestamp": self.small.world.timestamp(),
            **changes,
        }
        thread = {
            "id": id,
            "type": 11,
            "guild_id": parent["guild_id"],
            "parent_id": parent["id"],
            "owner_id": self.small.owner["id"],
            "name": "thread",
            "rate_limit_per_user": 0,
            "message_count": 0,
            "member_count": 0,
            "total_message_sent": 0,
            "thread_metadata": metadata,
            "last_message_id": None,
            "flags": 0,
        }
        self.small.world.channels[id] = self.small.world.threads[parent["guild_id"]][id] = thread
        return thread


class Post(ExecuteTestCase):
    def test_message_is_told_and_comes_back_when_waited_for(self):
        session = self.small.connect()
        made = self.assertStatus(self.post({"content": "hello"}), 200)
        self.assertEqual((made["content"], made["webhook_id"]), ("hello", self.hook["id"]))
        self.assertEqual((made["author"]["id"], made["author"]["username"]), (self.hook["id"], "hook"))
        self.assertTrue(made["author"]["bot"])
        self.assertEqual(made["author"]["discriminator"], "0000")
        (event,) = self.small.events(session, "MESSAGE_CREATE")
        self.assertEqual((event["id"], event["webhook_id"]), (made["id"], self.hook["id"]))
        self.assertNotIn("member", event)
        self.assertNotIn("application_id", event)

    def test_without_waiting_nothing_comes_back(self):
        answer = self.post({"content": "hello"}, wait="0")
        self.assertEqual((answer.status, answer.body), (204, b""))
        answer = self.small.request("POST", self.path(), {"content": "hello"}, token=None)
        self.assertEqual(answer.status, 204)
        self.assertEqual(len(self.small.world.messages[self.small.general["id"]]), 2)

    def test_application_signs_its_webhooks_messages(self):
        hook = self.make(actor=self.small.bot)
        made = self.post({"content": "hello"}, hook).json
        self.assertEqual(made["application_id"], self.small.bot.application_id)

    def test_name_and_picture_for_one_message(self):
        body = {"content": "x", "username": "Captain", "avatar_url": "https://example.com/a.png"}
        author = self.post(body).json["author"]
        self.assertEqual(author["username"], "Captain")
        self.assertRegex(author["avatar"], r"\A[0-9a-f]{32}\Z")
        self.assertEqual(self.post({"content": "x"}).json["author"]["username"], "hook")

    def test_picture_of_the_cdn_is_copied(self):
        body = {"name": "wave", "image": PNG_URI}
        emoji = self.small.perform("create_guild_emoji", self.small.guild["id"], body=body)
        url = f"https://cdn.discordapp.com/emojis/{emoji['id']}.png?size=64"
        author = self.post({"content": "x", "avatar_url": url}).json["author"]
        avatar = f"https://cdn.discordapp.com/avatars/{author['id']}/{author['avatar']}.png"
        self.assertEqual(self.small.download(avatar).body, PNG)

    def test_fields_at_the_bounds(self):
        self.assertStatus(self.post({"content": "x" * 2000, "username": "n" * 80}), 200)
        self.assertStatus(self.post({"content": "x", "avatar_url": "u" * 2048}), 200)

    def test_fields_beyond_the_bounds_are_refused(self):
        for field, value in (
            ("content", "x" * 2001),
            ("username", "n" * 81),
            ("username", ""),
            ("username", "Clyde the second"),
            ("avatar_url", "u" * 2049),
            ("thread_name", "t" * 101),
            ("applied_tags", ["1", "2", "3", "4", "5", "6"]),
            ("embeds", [{"title": "t"}] * 11),
        ):
            with self.subTest(field, value=value):
                answer = self.post({"content": "x", field: value})
                self.assertStatus(answer, 400, 50035)
                self.assertIn(field, answer.json["errors"])

    def test_empty_message(self):
        self.assertStatus(self.post({}), 400, 50006)

    def test_file(self):
        form = multipart(
            {"payload_json": {"attachments": [{"id": 0, "filename": "a.txt"}]}},
            ("files[0]", "a.txt", b"text", "text/plain"),
        )
        (attachment,) = self.assertStatus(self.post(form=form), 200)["attachments"]
        self.assertEqual(self.small.download(attachment["url"]).body, b"text")

    def test_settable_flags(self):
        flags = self.post({"content": "x", "flags": 1 << 2 | 1 << 6 | 1 << 12}).json["flags"]
        self.assertEqual(flags, 1 << 2 | 1 << 12)

    def test_only_users_are_mentioned_unless_more_is_allowed(self):
        text = f"@everyone <@{self.small.owner['id']}>"
        made = self.post({"content": text}).json
        self.assertFalse(made["mention_everyone"])
        self.assertEqual([user["id"] for user in made["mentions"]], [self.small.owner["id"]])
        made = self.post({"content": text, "allowed_mentions": {"parse": ["everyone"]}}).json
        self.assertTrue(made["mention_everyone"])
        self.assertEqual(made["mentions"], [])

    def test_everyone_is_mentioned_as_the_bot_that_made_it_may_or_everyone(self):
        own = self.make(actor=self.small.bot)
        said = {"content": "@everyone", "allowed_mentions": {"parse": ["everyone"]}}

        def mentioned():
            return [self.post(said, hook).json["mention_everyone"] for hook in (self.hook, own)]

        self.small.allow(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.MENTION_EVERYONE)
        self.assertEqual(mentioned(), [False, True])
        deny = {
            "id": self.small.role["id"],
            "type": 0,
            "allow": "0",
            "deny": str(int(Permission.MENTION_EVERYONE)),
        }
        allow = {"id": self.small.guild["id"], "type": 0, "allow": deny["deny"], "deny": "0"}
        self.small.general["permission_overwrites"] = [deny, allow]
        self.assertEqual(mentioned(), [True, False])
        made = self.post({"content": "x"}, own).json
        path = self.path(own, f"/messages/{made['id']}")
        edited = self.small.request("PATCH", path, said, token=None)
        self.assertFalse(self.assertStatus(edited, 200)["mention_everyone"])
        del self.small.world.members[self.small.guild["id"]][self.small.bot.user_id]
        self.assertEqual(mentioned(), [True, True])

    def test_permissions_bind_no_webhook(self):
        self.small.allow(0)
        self.assertStatus(self.post({"content": "x", "embeds": [{"title": "t"}]}), 200)

    def test_wrong_token(self):
        answer = self.small.request(
            "POST", f"/webhooks/{self.hook['id']}/wrong", {"content": "x"}, token=None
        )
        self.assertStatus(answer, 401, 50027)
        answer = self.small.request("POST", "/webhooks/1/wrong", {"content": "x"}, token=None)
        self.assertStatus(answer, 404, 10015)

    def test_bot_token_changes_nothing(self):
        answer = self.small.request("POST", self.path(), {"content": "x"}, query={"wait": "1"})
        self.assertEqual(answer.json["author"]["id"], self.hook["id"])


class Components(ExecuteTestCase):
    BUTTON = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "go", "custom_id": "go"}]}]
    LINK = [{"type": 1, "components": [{"type": 2, "style": 5, "label": "go", "url": "https://example.com"}]}]

    def test_are_ignored_unless_asked_for(self):
        self.assertEqual(self.post({"content": "x", "components": self.LINK}).json["components"], [])
        shown = self.post({"content": "x", "components": self.LINK}, with_components="true").json
        self.assertEqual(shown["components"][0]["components"][0]["label"], "go")

    def test_that_act_need_an_application(self):
        answer = self.post({"content": "x", "components": self.BUTTON}, with_components="true")
        self.assertStatus(answer, 400, 50035)
        hook = self.make(actor=self.small.bot)
        self.assertStatus(self.post({"content": "x", "components": self.BUTTON}, hook), 200)
        sent = self.post({"content": "x"}).json
        path = self.path(None, f"/messages/{sent['id']}")
        body, query = {"components": self.BUTTON}, {"with_components": "true"}
        answer = self.small.request("PATCH", path, body, query=query, token=None)
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "components", "COMPONENT_INTERACTIVE")

    def test_that_act_are_found_beside_a_section(self):
        section = {
            "type": 9,
            "components": [{"type": 10, "content": "text"}],
            "accessory": {"type": 2, "style": 1, "label": "go", "custom_id": "go"},
        }
        body = {"components": [{"type": 17, "components": [section]}], "flags": 1 << 15}
        self.assertStatus(self.post(body, with_components="true"), 400, 50035)


class Threads(ExecuteTestCase):
    def test_message_goes_into_a_thread_of_the_channel(self):
        thread = self.make_thread()
        made = self.post({"content": "x"}, thread_id=thread["id"]).json
        self.assertEqual(made["channel_id"], thread["id"])

    def test_archived_thread_wakes_up(self):
        thread = self.make_thread(archived=True, locked=True)
        self.assertStatus(self.post({"content": "x"}, thread_id=thread["id"]), 200)
        self.assertFalse(thread["thread_metadata"]["archived"])

    def test_thread_of_another_channel(self):
        thread = self.make_thread(self.small.make_channel("other"))
        self.assertStatus(self.post({"content": "x"}, thread_id=thread["id"]), 404, 10003)
        self.assertStatus(self.post({"content": "x"}, thread_id="1"), 404, 10003)

    def test_thread_cannot_be_started_outside_a_forum(self):
        self.assertStatus(self.post({"content": "x", "thread_name": "new"}), 400, 220003)

    def test_forum_needs_a_thread(self):
        forum = self.small.make_channel("forum", type=15)
        hook = self.make(forum)
        self.assertStatus(self.post({"content": "x"}, hook), 400, 220001)
        thread = self.make_thread(forum)
        self.assertStatus(self.post({"content": "x"}, hook, thread_id=thread["id"]), 200)

    def test_name_starts_a_post(self):
        forum = self.small.make_channel("forum", type=15, available_tags=[{"name": "news"}])
        (tag,) = forum["available_tags"]
        session = self.small.connect()
        body = {"content": "x", "thread_name": "t" * 100, "applied_tags": [tag["id"]]}
        made = self.assertStatus(self.post(body, self.make(forum)), 200)
        thread = self.small.world.channels[made["channel_id"]]
        self.assertEqual(
            (thread["name"], thread["id"], thread["parent_id"]), ("t" * 100, made["id"], forum["id"])
        )
        self.assertEqual(thread["applied_tags"], [tag["id"]])
        names = [name for name, _ in self.small.events(session)]
        self.assertLess(names.index("THREAD_CREATE"), names.index("MESSAGE_CREATE"))

    def test_tag_must_exist(self):
        forum = self.small.make_channel("forum", type=15)
        body = {"content": "x", "thread_name": "new", "applied_tags": ["1"]}
        self.assertStatus(self.post(body, self.make(forum)), 404, 10087)

    def test_tag_that_a_forum_requires(self):
        forum = self.small.make_channel("forum", type=15, available_tags=[{"name": "news"}])
        forum["flags"] |= 1 << 4
        body = {"content": "x", "thread_name": "new"}
        self.assertStatus(self.post(body, self.make(forum)), 400, 40067)

    def test_refused_message_starts_no_post(self):
        forum = self.small.make_channel("forum", type=15)
        self.assertStatus(self.post({"thread_name": "new"}, self.make(forum)), 400, 50006)
        self.assertEqual(self.small.world.threads[self.small.guild["id"]], {})

    def test_forum_takes_one_of_name_and_thread(self):
        forum = self.small.make_channel("forum", type=15)
        thread, hook = self.make_thread(forum), self.make(forum)
        answer = self.post({"content": "x", "thread_name": "new"}, hook, thread_id=thread["id"])
        self.assertStatus(answer, 400, 220002)


class OwnMessages(ExecuteTestCase):
    def setUp(self):
        super().setUp()
        self.message = self.post({"content": "first"}).json

    def at(self, message=None, hook=None):
        return self.path(hook, f"/messages/{(message or self.message)['id']}")

    def test_read(self):
        self.assertEqual(self.small.request("GET", self.at(), token=None).json, self.message)

    def test_edit_is_answered_and_told(self):
        session = self.small.connect()
        body = {"content": "second", "tts": False}
        changed = self.assertStatus(self.small.request("PATCH", self.at(), body, token=None), 200)
        self.assertEqual(changed["content"], "second")
        self.assertIsNotNone(changed["edited_timestamp"])
        (event,) = self.small.events(session, "MESSAGE_UPDATE")
        self.assertEqual(event["content"], "second")

    def test_poll_cannot_be_added(self):
        poll = {"question": {"text": "q"}, "answers": [{"poll_media": {"text": "a"}}]}
        answer = self.small.request("PATCH", self.at(), {"poll": poll}, token=None)
        self.assertStatus(answer, 400, 520003)

    def test_content_at_the_bound(self):
        for size, status in ((2000, 200), (2001, 400)):
            answer = self.small.request("PATCH", self.at(), {"content": "x" * size}, token=None)
            self.assertEqual(answer.status, status)

    def test_delete_is_told(self):
        session = self.small.connect()
        self.assertStatus(self.small.request("DELETE", self.at(), token=None), 204)
        (event,) = self.small.events(session, "MESSAGE_DELETE")
        self.assertEqual(event["id"], self.message["id"])
        for method in ("GET", "DELETE"):
            self.assertStatus(self.small.request(method, self.at(), token=None), 404, 10008)

    def test_messages_of_others_are_unknown(self):
        body = {"content": "foreign"}
        foreign = self.small.perform("create_message", self.small.general["id"], body=body)
        self.assertStatus(self.small.request("GET", self.at(foreign), token=None), 404, 10008)
        other = self.make()
        self.assertStatus(self.small.request("PATCH", self.at(hook=other), body, token=None), 404, 10008)

    def test_message_in_a_thread_is_found_there(self):
        thread = self.make_thread()
        message = self.post({"content": "x"}, thread_id=thread["id"]).json
        self.assertStatus(self.small.request("GET", self.at(message), token=None), 404, 10008)
        query = {"thread_id": thread["id"]}
        self.assertStatus(self.small.request("GET", self.at(message), query=query, token=None), 200)
        self.assertStatus(self.small.request("DELETE", self.at(message), query=query, token=None), 204)

    def test_archived_thread_allows_no_edit(self):
        thread = self.make_thread()
        message = self.post({"content": "x"}, thread_id=thread["id"]).json
        thread["thread_metadata"]["archived"] = True
        query = {"thread_id": thread["id"]}
        answer = self.small.request("PATCH", self.at(message), {"content": "y"}, query=query, token=None)
        self.assertStatus(answer, 400, 50083)


class Announcements(ExecuteTestCase):
    def setUp(self):
        super().setUp()
        self.news = self.small.make_channel("news", type=5)
        body = {"webhook_channel_id": self.small.general["id"]}
        self.follower = self.small.perform("follow_channel", self.news["id"], body=body)

    def test_new_follower_is_told_in_the_channel(self):
        (message,) = self.small.world.messages[self.small.general["id"]].values()
        self.assertEqual((message["type"], message["content"]), (12, "Test #news"))
        source = {"type": 0, "channel_id": self.news["id"], "guild_id": self.small.guild["id"]}
        self.assertEqual(message["message_reference"], source)

    def test_published_message_is_delivered(self):
        body = {"content": "extra", "embeds": [{"title": "paper"}]}
        message = self.small.request("POST", f"/channels/{self.news['id']}/messages", body).json
        session = self.small.connect()
        path = f"/channels/{self.news['id']}/messages/{message['id']}/crosspost"
        self.assertStatus(self.small.request("POST", path), 200)
        (copy,) = self.small.events(session, "MESSAGE_CREATE")
        self.assertEqual((copy["content"], copy["embeds"][0]["title"]), ("extra", "paper"))
        self.assertEqual(copy["channel_id"], self.small.general["id"])
        self.assertEqual(copy["webhook_id"], self.follower["webhook_id"])
        self.assertEqual(copy["flags"], webhook_execute.IS_CROSSPOST)
        reference = {"type": 0, "channel_id": self.news["id"], "message_id": message["id"]}
        self.assertEqual(copy["message_reference"], {**reference, "guild_id": self.small.guild["id"]})

    def test_hidden_channel_is_followed_all_the_same(self):
        deny = {
            "id": self.small.role["id"],
            "type": 0,
            "allow": "0",
            "deny": str(int(Permission.VIEW_CHANNEL)),
        }
        self.small.general["permission_overwrites"].append(deny)
        message = self.small.perform("create_message", self.news["id"], body={"content": "x"})
        self.small.perform("crosspost_message", self.news["id"], message["id"])
        self.assertEqual(len(self.small.world.messages[self.small.general["id"]]), 2)
