"""Messages as each viewer sees them: references, threads, polls, reactions, and what hides without the intent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.resources.user import open_dm
from discordtest.backend.rest import OPERATIONS, Call
from tests.backend.worlds import WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.rest import Actor
    from discordtest.backend.world import Record

POLL = {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "Yes"}}]}


class RenderTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = self.small.make_person("alice")

    def send(self, actor: Actor | None = None, channel: Record | None = None, **body: Any) -> Record:
        where = (channel or self.small.general)["id"]
        made: Record = self.small.perform("create_message", where, body=body, actor=actor or self.alice)
        return made

    def read(self, message: Record) -> Any:
        path = f"/channels/{message['channel_id']}/messages/{message['id']}"
        return self.assertStatus(self.small.request("GET", path), 200)


class EventTests(RenderTestCase):
    def event(self, **options: Any) -> Any:
        session = self.small.connect()
        self.send(**options)
        (event,) = self.small.events(session, "MESSAGE_CREATE")
        return event

    def test_author_is_a_member(self) -> None:
        event = self.event(content="x")
        self.assertEqual((event["guild_id"], event["author"]["username"]), (self.small.guild["id"], "alice"))
        self.assertEqual(event["member"]["roles"], [])
        self.assertNotIn("user", event["member"])

    def test_kind_of_channel_is_told(self) -> None:
        self.assertEqual(self.event(content="x")["channel_type"], 0)
        self.assertEqual(
            self.event(channel=self.small.make_channel("talk", 2), content="x")["channel_type"], 2
        )

    def test_who_is_mentioned_is_one_unless_gone(self) -> None:
        bob = self.small.make_person("bob")
        del self.small.world.members[self.small.guild["id"]][bob.user_id]
        event = self.event(content=f"<@{self.alice.user_id}> <@{bob.user_id}>")
        alice, gone = event["mentions"]
        self.assertEqual(alice["member"]["roles"], [])
        self.assertNotIn("user", alice["member"])
        self.assertNotIn("member", gone)

    def test_nobody_is_in_a_direct_message(self) -> None:
        call = Call(self.small.backend, self.small.narrator, OPERATIONS["create_dm"])
        channel = open_dm(call, self.small.bot.user_id, self.alice.user_id)
        event = self.event(channel=channel, content="x")
        self.assertEqual(event["channel_type"], 1)
        for key in ("guild_id", "member"):
            self.assertNotIn(key, event)

    def test_poll(self) -> None:
        results = self.event(poll=POLL)["poll"]["results"]
        self.assertEqual(results["answer_counts"], [])


class ThreadTests(RenderTestCase):
    def test_thread_that_a_message_began(self) -> None:
        message = self.send(content="x")
        where = (self.small.general["id"], message["id"])
        thread = self.small.perform("create_thread_from_message", *where, body={"name": "topic"})
        shown = self.read(message)["thread"]
        self.assertEqual(shown["name"], "topic")
        self.assertNotIn("member", shown)
        self.small.perform("join_thread", thread["id"], actor=self.small.bot)
        self.assertEqual(self.read(message)["thread"]["member"]["user_id"], self.small.bot.user_id)
        session = self.small.connect()
        self.small.perform("update_message", *where, body={"content": "y"}, actor=self.alice)
        self.assertEqual(self.small.events(session, "MESSAGE_UPDATE")[0]["thread"]["id"], thread["id"])
        self.small.perform("delete_channel", thread["id"])
        self.assertNotIn("thread", self.read(message))


class HiddenTests(RenderTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.small.application["flags"] = 0
        row = {"type": 1, "components": [{"type": 2, "style": 5, "label": "A", "url": "https://example.org"}]}
        self.parts = {"content": "x", "embeds": [{"title": "t"}], "components": [row]}

    def shown(self, message: Record) -> set[str]:
        seen = self.read(message)
        keys = ("content", "embeds", "components", "attachments", "poll")
        return {key for key in keys if seen.get(key)}

    def test_all_that_people_wrote(self) -> None:
        message = self.send(**self.parts)
        message["attachments"] = [{"id": "1"}]
        self.assertEqual(self.shown(message), set())
        self.assertEqual(self.shown(self.send(poll=POLL)), set())
        self.assertEqual(self.read(message)["author"]["username"], "alice")

    def test_not_with_the_intent(self) -> None:
        message, asked = self.send(**self.parts), self.send(poll=POLL)
        for flag in (1 << 18, 1 << 19):
            self.small.application["flags"] = flag
            self.assertEqual(self.shown(message), set(self.parts))
            self.assertEqual(self.shown(asked), {"poll"})

    def test_not_what_is_its_own_or_mentions_it(self) -> None:
        self.assertEqual(self.shown(self.send(self.small.bot, **self.parts)), set(self.parts))
        mention = f"<@{self.small.bot.user_id}>"
        self.assertEqual(self.shown(self.send(**{**self.parts, "content": mention})), set(self.parts))
        through_a_webhook = self.send(**self.parts)
        through_a_webhook["application_id"] = self.small.application["id"]
        self.assertEqual(self.shown(through_a_webhook), set(self.parts))

    def test_answered_message_hides_by_itself(self) -> None:
        first = self.send(content="x")
        reply = self.send(self.small.bot, content="y", message_reference={"message_id": first["id"]})
        seen = self.read(reply)
        self.assertEqual((seen["content"], seen["referenced_message"]["content"]), ("y", ""))


class ReactionTests(RenderTestCase):
    def reaction(self, key: str) -> Any:
        message = self.send(content="x")
        self.small.world.reactions[message["id"]] = {key: {self.alice.user_id: None}}
        (reaction,) = self.read(message)["reactions"]
        return reaction

    def test_one_of_somebody_else(self) -> None:
        none = {"me": False, "me_burst": False, "burst_me": False, "burst_count": 0, "burst_colors": []}
        counts = {"count": 1, "count_details": {"burst": 0, "normal": 1}}
        self.assertEqual(self.reaction("🔥"), {"emoji": {"id": None, "name": "🔥"}, **counts, **none})

    def test_custom_emoji_is_called_as_it_is_now(self) -> None:
        guild_id = self.small.guild["id"]
        self.small.world.emojis[guild_id] = {"7": {"id": "7", "name": "new", "animated": True}}
        self.assertEqual(self.reaction("old:7")["emoji"], {"id": "7", "name": "new", "animated": True})

    def test_custom_emoji_that_is_gone_keeps_its_name(self) -> None:
        self.assertEqual(self.reaction("old:7")["emoji"], {"id": "7", "name": "old", "animated": False})
