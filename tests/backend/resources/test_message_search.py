"""A guild's messages, searched."""

from __future__ import annotations

from typing import Any

from multidict import MultiDict

from discordtest.backend import intents
from discordtest.backend.codes import Code
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.application import make_application
from discordtest.backend.resources.message_search import MAX_CONTENT, MAX_IDS, MAX_OFFSET, MAX_PAGE
from tests.backend.worlds import WorldTestCase, multipart

READS = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY


class SearchTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.path = f"/guilds/{self.small.guild['id']}/messages/search"
        self.alice = self.small.make_person("alice", READS | Permission.SEND_MESSAGES)

    def say(self, content: str = "", channel: Any = None, actor: Any = None, **body: Any) -> str:
        """Send a message; return its id."""
        place = (channel or self.small.general)["id"]
        said = self.small.perform(
            "create_message", place, body={"content": content, **body}, actor=actor or self.small.bot
        )
        return str(said["id"])

    def search(self, *pairs: tuple[str, str], **query: object) -> Any:
        asked = MultiDict([*pairs, *((name, str(value)) for name, value in query.items())])
        return self.assertStatus(self.small.request("GET", self.path, query=asked), 200)

    def found(self, *pairs: tuple[str, str], **query: object) -> list[str]:
        """Return the ids of what a search finds."""
        return [message["id"] for (message,) in self.search(*pairs, **query)["messages"]]


class FilterTests(SearchTestCase):
    def test_without_a_filter_all_is_found_newest_first(self):
        ids = [self.say("one"), self.say("two")]
        self.assertEqual(self.found(), ids[::-1])
        self.assertEqual(self.found(sort_order="asc"), ids)

    def test_words_are_whole_and_of_any_case(self):
        found = self.say("Hello, World!")
        self.say("helloworld")
        self.assertEqual(self.found(content="world"), [found])
        self.assertEqual(self.found(content="orl"), [])

    def test_words_in_their_order_with_two_others_between(self):
        near, far = self.say("a x y b"), self.say("a x y z b")
        self.say("b a")
        self.assertEqual(self.found(content="a b"), [near])
        self.assertEqual(self.found(content="a b", slop=3), [far, near])
        self.assertEqual(self.found(content="a b", slop=0), [])

    def test_later_start_may_be_the_one_that_fits(self):
        found = self.say("a x x x a b")
        self.assertEqual(self.found(content="a b", slop=0), [found])

    def test_bounds_are_exclusive(self):
        ids = [self.say(str(number)) for number in range(4)]
        self.assertEqual(self.found(min_id=ids[0], max_id=ids[3]), [ids[2], ids[1]])

    def test_author(self):
        own, hers = self.say("x"), self.say("x", actor=self.alice)
        bob = self.small.make_person("bob", READS | Permission.SEND_MESSAGES)
        self.say("x", actor=bob)
        self.assertEqual(self.found(author_id=self.small.bot.user_id), [own])
        both = ("author_id", self.small.bot.user_id), ("author_id", self.alice.user_id)
        self.assertEqual(self.found(*both), [hers, own])

    def test_kind_of_author(self):
        own, hers = self.say("x"), self.say("x", actor=self.alice)
        hook = self.small.perform("create_webhook", self.small.general["id"], body={"name": "h"})
        path = f"/webhooks/{hook['id']}/{hook['token']}"
        answer = self.small.request("POST", path, {"content": "x"}, query={"wait": "true"}, token=None)
        hooked = self.assertStatus(answer, 200)["id"]
        self.assertEqual(self.found(author_type="bot"), [own])
        self.assertEqual(self.found(author_type="user"), [hers])
        self.assertEqual(self.found(author_type="webhook"), [hooked])
        self.assertEqual(self.found(author_type="-user"), [hooked, own])
        self.assertEqual(self.found(("author_type", "user"), ("author_type", "bot")), [hers, own])
        self.assertEqual(self.found(("author_type", "-user"), ("author_type", "-bot")), [hooked])

    def test_mentions(self):
        role = self.small.perform("create_guild_role", self.small.guild["id"], body={"name": "r"})
        user = self.say(f"<@{self.alice.user_id}>")
        roles, everyone = self.say(f"<@&{role['id']}>"), self.say("@everyone")
        self.assertEqual(self.found(mentions=self.alice.user_id), [user])
        self.assertEqual(self.found(mentions_role_id=role["id"]), [roles])
        self.assertEqual(self.found(mention_everyone="true"), [everyone])
        self.assertEqual(self.found(mention_everyone="false"), [roles, user])

    def test_replies(self):
        first = self.say("x", actor=self.alice)
        reply = self.say("y", message_reference={"message_id": first})
        self.assertEqual(self.found(replied_to_user_id=self.alice.user_id), [reply])
        self.assertEqual(self.found(replied_to_message_id=first), [reply])
        self.assertEqual(self.found(replied_to_message_id=reply), [])

    def test_pinned(self):
        pinned, other = self.say("x"), self.say("y")
        self.small.world.messages[self.small.general["id"]][pinned]["pinned"] = True
        self.assertEqual(self.found(pinned="true"), [pinned])
        self.assertEqual(self.found(pinned="false"), [other])

    def test_what_it_has(self):
        poll = {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "!"}}]}
        link, embed = self.say("see https://example.com/a."), self.say(embeds=[{"description": "x"}])
        picture = self.say(embeds=[{"image": {"url": "https://example.com/a.png"}}])
        polled = self.say(poll=poll)
        forwarded = self.say(
            message_reference={"type": 1, "message_id": link, "channel_id": self.small.general["id"]}
        )
        stuck = self.say("x")
        item = {"id": "1", "name": "s", "format_type": 1}
        self.small.world.messages[self.small.general["id"]][stuck]["sticker_items"] = [item]
        self.assertEqual(self.found(has="sticker"), [stuck])
        self.assertEqual(self.found(has="link"), [link])
        self.assertEqual(self.found(has="embed"), [picture, embed])
        self.assertEqual(self.found(has="image"), [picture])
        self.assertEqual(self.found(has="poll"), [polled])
        self.assertEqual(self.found(has="snapshot"), [forwarded])
        self.assertEqual(self.found(("has", "-link"), ("has", "-embed")), [stuck, forwarded, polled])
        self.assertEqual(self.found(link_hostname="Example.com"), [link])
        self.assertEqual(self.found(embed_type="image"), [])
        self.assertEqual(self.found(embed_provider="Tenor"), [])

    def test_files(self):
        def upload(filename: str, kind: str, **body: Any) -> str:
            form = multipart({"payload_json": body}, ("files[0]", filename, b"x", kind))
            path = f"/channels/{self.small.general['id']}/messages"
            return str(self.assertStatus(self.small.request("POST", path, form=form), 200)["id"])

        self.say("x")
        image, sound, video = (
            upload("a.PNG", "image/png"),
            upload("b.ogg", "audio/ogg"),
            upload("c.mp4", "video/mp4"),
        )
        self.assertEqual(self.found(has="file"), [video, sound, image])
        layout = [{"type": 13, "file": {"url": "attachment://d.txt"}}]
        shown = upload("d.txt", "text/plain", flags=1 << 15, components=layout)
        self.assertEqual(self.found(has="file"), [shown, video, sound, image])
        self.assertEqual(self.found(attachment_filename="d.txt"), [shown])
        self.assertEqual(self.found(has="image"), [image])
        self.assertEqual(self.found(has="sound"), [sound])
        self.assertEqual(self.found(has="video"), [video])
        self.assertEqual(self.found(attachment_filename="a.png"), [image])
        self.assertEqual(
            self.found(("attachment_extension", "png"), ("attachment_extension", "ogg")), [sound, image]
        )


class AnswerTests(SearchTestCase):
    def test_page(self):
        ids = [self.say(str(number)) for number in range(MAX_PAGE + 1)][::-1]
        answer = self.search()
        self.assertEqual([message["id"] for (message,) in answer["messages"]], ids[:MAX_PAGE])
        self.assertEqual(
            (answer["total_results"], answer["doing_deep_historical_index"]), (MAX_PAGE + 1, False)
        )
        self.assertEqual(self.found(offset=MAX_PAGE), ids[MAX_PAGE:])
        self.assertEqual(self.found(limit=1, offset=1), [ids[1]])

    def test_hits_come_without_reactions(self):
        said = self.say("x")
        self.small.perform("add_my_message_reaction", self.small.general["id"], said, "🔥")
        [[message]] = self.search()["messages"]
        self.assertEqual((message["hit"], message["content"], "reactions" in message), (True, "x", False))

    def test_threads_come_with_what_is_found_in_them(self):
        body = {"name": "t", "type": 11}
        thread = self.small.perform(
            "create_thread", self.small.general["id"], body=body, actor=self.small.bot
        )
        other = self.small.perform("create_thread", self.small.general["id"], body={**body, "name": "u"})
        inside = self.say("x", thread), self.say("x", other)
        answer = self.search(content="x")
        self.assertEqual([message["id"] for (message,) in answer["messages"]], list(inside[::-1]))
        self.assertEqual([each["id"] for each in answer["threads"]], [other["id"], thread["id"]])
        joined = [thread["id"], other["id"]]  # the bot wrote in both
        self.assertCountEqual([each["id"] for each in answer["members"]], joined)

    def test_only_where_the_bot_may_read(self):
        secret = self.small.make_channel("secret")
        found = self.say("x"), self.say("x", secret)
        self.assertEqual(self.found(), list(found[::-1]))
        everyone = {
            "id": self.small.role["id"],
            "type": 0,
            "allow": "0",
            "deny": str(int(Permission.READ_MESSAGE_HISTORY)),
        }
        secret["permission_overwrites"].append(everyone)
        self.assertEqual(self.found(), [found[0]])
        self.assertEqual(self.found(channel_id=secret["id"]), [])

    def test_channels(self):
        other = self.small.make_channel("other")
        first, second = self.say("x"), self.say("x", other)
        self.assertEqual(self.found(channel_id=other["id"]), [second])
        both = ("channel_id", other["id"]), ("channel_id", self.small.general["id"])
        self.assertEqual(self.found(*both), [second, first])

    def test_age_restricted_channels_are_asked_for(self):
        adults = self.small.make_channel("adults", nsfw=True)
        thread = self.small.perform("create_thread", adults["id"], body={"name": "t", "type": 11})
        ids = self.say("x", adults), self.say("x", thread)
        self.assertEqual(self.found(), [])
        self.assertEqual(self.found(content="x", include_nsfw="true"), list(ids[::-1]))


class RefusalTests(SearchTestCase):
    def refused(self, field: str, *pairs: tuple[str, str]) -> None:
        answer = self.small.request("GET", self.path, query=MultiDict(pairs))
        self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), field)

    def test_bounds(self):
        for name, good, bad in (
            ("limit", 1, 0),
            ("limit", MAX_PAGE, MAX_PAGE + 1),
            ("offset", 0, -1),
            ("offset", MAX_OFFSET, MAX_OFFSET + 1),
            ("slop", 100, 101),
            ("content", "x" * MAX_CONTENT, "x" * (MAX_CONTENT + 1)),
            ("sort_by", "timestamp", "age"),
            ("sort_order", "asc", "up"),
            ("author_type", "-bot", "robot"),
        ):
            with self.subTest(name, bad=bad):
                self.assertEqual(self.found((name, str(good))), [])
                self.refused(f"{name}.0" if name == "author_type" else name, (name, str(bad)))

    def test_ids_are_100_and_different(self):
        many = [("author_id", str(number)) for number in range(MAX_IDS + 1)]
        self.assertEqual(self.found(*many[:-1]), [])
        self.refused("author_id", *many)
        self.refused("author_id", ("author_id", "1"), ("author_id", "1"))

    def test_what_no_source_describes_is_loud(self):
        for pattern, pairs in (
            ("relevance", [("sort_by", "relevance")]),
            ("several things", [("has", "link"), ("has", "file")]),
        ):
            with self.subTest(pattern), self.assertNotModelled(pattern):
                self.small.request("GET", self.path, query=MultiDict(pairs))

    def test_bot_without_message_content(self):
        small = self.small
        made = make_application(
            small.world, "blind", "blind", small.owner, approved=intents.ALL & ~int(Intent.MESSAGE_CONTENT)
        )
        small.join(made["bot"], small.guild["id"])
        with self.assertNotModelled("message content"):
            small.request("GET", self.path, token="blind")

    def test_stranger(self):
        make_application(self.small.world, "other", "other", self.small.owner)
        self.assertStatus(self.small.request("GET", self.path, token="other"), 403, Code.MISSING_ACCESS)
