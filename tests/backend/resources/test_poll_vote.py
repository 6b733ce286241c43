from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.poll import render_poll
from tests.backend.worlds import WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.rest import Actor
    from discordtest.backend.world import Record


def poll(*answers: str, **more: Any) -> Record:
    media = [{"poll_media": {"text": text, "emoji": {"name": "🍕"}}} for text in answers or ("Yes", "No")]
    return {"question": {"text": "Pizza?"}, "answers": media, "duration": 1, **more}


class PollTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.path = f"/channels/{self.small.general['id']}"
        self.alice = self.small.make_person("alice")

    def ask(self, *answers: str, **more: Any) -> Record:
        answer = self.small.request("POST", f"{self.path}/messages", {"poll": poll(*answers, **more)})
        return self.assertStatus(answer, 200)

    def vote(self, message: Record, *answer_ids: int, who: Actor | None = None) -> None:
        body = {"answer_ids": list(answer_ids)}
        channel_id = self.small.general["id"]
        self.small.perform("vote_in_poll", channel_id, message["id"], actor=who or self.alice, body=body)

    def seen(self, message: Record) -> Record:
        return self.assertStatus(self.small.request("GET", f"{self.path}/messages/{message['id']}"), 200)

    def expire(self, message: Record) -> Any:
        return self.small.request("POST", f"{self.path}/polls/{message['id']}/expire")

    def voters(self, message: Record, answer: int = 1, **query: str) -> Any:
        path = f"{self.path}/polls/{message['id']}/answers/{answer}"
        return self.small.request("GET", path, query=query)


class Voting(PollTestCase):
    def test_a_vote_is_told_and_counted(self) -> None:
        session, message = self.small.connect(), self.ask()
        session.frames.clear()
        self.vote(message, 2)
        ((name, event),) = self.small.events(session)
        self.assertEqual(name, "MESSAGE_POLL_VOTE_ADD")
        self.assertEqual(event["answer_id"], 2)
        self.assertEqual(event["user_id"], self.alice.user_id)
        self.assertEqual(event["guild_id"], self.small.guild["id"])
        results = self.seen(message)["poll"]["results"]
        self.assertEqual(results["answer_counts"], [{"id": 2, "count": 1, "me_voted": False}])

    def test_event_says_who_where_and_for_what(self) -> None:
        session, message = self.small.connect(), self.ask()
        self.vote(message, 1)
        self.assertEqual(
            self.small.events(session, "MESSAGE_POLL_VOTE_ADD"),
            [
                {
                    "user_id": self.alice.user_id,
                    "channel_id": self.small.general["id"],
                    "message_id": message["id"],
                    "answer_id": 1,
                    "guild_id": self.small.guild["id"],
                }
            ],
        )

    def test_the_same_vote_again_tells_nothing(self) -> None:
        session, message = self.small.connect(), self.ask()
        self.vote(message, 1)
        session.frames.clear()
        self.vote(message, 1)
        self.assertEqual(self.small.events(session), [])

    def test_votes_are_told_to_those_who_see_the_channel(self) -> None:
        session, message = self.small.connect(), self.ask()
        hidden = {
            "id": self.small.bot.user_id,
            "type": 1,
            "allow": "0",
            "deny": str(int(Permission.VIEW_CHANNEL)),
        }
        self.small.general["permission_overwrites"].append(hidden)
        self.vote(message, 1)
        self.assertEqual(self.small.events(session, "MESSAGE_POLL_VOTE_ADD"), [])

    def test_vote_in_a_direct_message_names_no_guild(self) -> None:
        session = self.small.connect()
        dm = self.small.perform("create_dm", body={"recipient_id": self.alice.user_id}, actor=self.small.bot)
        message = self.small.perform("create_message", dm["id"], body={"poll": poll()}, actor=self.small.bot)
        self.small.perform(
            "vote_in_poll", dm["id"], message["id"], actor=self.alice, body={"answer_ids": [1]}
        )
        (event,) = self.small.events(session, "MESSAGE_POLL_VOTE_ADD")
        self.assertNotIn("guild_id", event)

    def test_needs_the_history(self) -> None:
        message = self.ask()
        everyone = self.small.world.roles[self.small.guild["id"]][self.small.guild["id"]]
        everyone["permissions"] = str(int(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES))
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.vote(message, 1)

    def test_answers_are_named_and_named_once(self) -> None:
        message = self.ask(allow_multiselect=True)
        with self.assertRefused(Code.INVALID_FORM_BODY, "answer_ids"):
            self.vote(message, 1, 1)
        path = self.small.general["id"], message["id"]
        with self.assertRefused(Code.INVALID_FORM_BODY, "answer_ids"):
            self.small.perform("vote_in_poll", *path, actor=self.alice, body={})

    def test_ones_own_votes_are_shown_as_such(self) -> None:
        message = self.ask()
        self.vote(message, 1)
        record = self.small.world.messages[self.small.general["id"]][message["id"]]
        for viewer_id, voted in ((self.alice.user_id, True), (self.small.bot.user_id, False)):
            (count,) = render_poll(self.small.world, record, viewer_id)["results"]["answer_counts"]
            self.assertEqual(count, {"id": 1, "count": 1, "me_voted": voted})

    def test_a_vote_taken_back(self) -> None:
        session, message = self.small.connect(), self.ask()
        self.vote(message, 1)
        self.vote(message)
        self.assertEqual(len(self.small.events(session, "MESSAGE_POLL_VOTE_REMOVE")), 1)
        self.assertEqual(self.seen(message)["poll"]["results"]["answer_counts"], [])

    def test_one_vote_each(self) -> None:
        message = self.ask()
        with self.assertRefused(Code.INVALID_FORM_BODY, "answer_ids"):
            self.vote(message, 1, 2)
        message = self.ask(allow_multiselect=True)
        self.vote(message, 1, 2)

    def test_no_such_answer(self) -> None:
        message = self.ask()
        with self.assertRefused(Code.INVALID_FORM_BODY, "answer_ids"):
            self.vote(message, 3)

    def test_a_message_without_poll(self) -> None:
        body = {"content": "x"}
        message = self.small.perform("create_message", self.small.general["id"], body=body)
        with self.assertRefused(Code.INVALID_MESSAGE_TYPE):
            self.vote(message, 1)

    def test_deleted_messages_keep_no_votes(self) -> None:
        message = self.ask()
        self.vote(message, 1)
        self.small.request("DELETE", f"{self.path}/messages/{message['id']}")
        self.assertEqual(self.small.world.poll_votes, {})


class Voters(PollTestCase):
    def test_in_pages(self) -> None:
        message = self.ask()
        people = [self.small.make_person(f"p{n}") for n in range(3)]
        for person in reversed(people):
            self.vote(message, 1, who=person)
        first = self.assertStatus(self.voters(message, limit="2"), 200)["users"]
        self.assertEqual([user["username"] for user in first], ["p0", "p1"])
        rest = self.assertStatus(self.voters(message, after=first[-1]["id"]), 200)["users"]
        self.assertEqual([user["username"] for user in rest], ["p2"])

    def test_25_in_a_page_unless_told_otherwise(self) -> None:
        message = self.ask()
        for number in range(26):
            self.vote(message, 1, who=self.small.make_person(f"p{number}"))
        self.assertEqual(len(self.assertStatus(self.voters(message), 200)["users"]), 25)

    def test_needs_the_history(self) -> None:
        message = self.ask()
        self.small.allow(Permission.VIEW_CHANNEL)
        self.assertStatus(self.voters(message), 403, Code.MISSING_PERMISSIONS)

    def test_nobody(self) -> None:
        self.assertEqual(self.assertStatus(self.voters(self.ask()), 200), {"users": []})

    def test_no_such_answer(self) -> None:
        self.assertStatus(self.voters(self.ask(), 3), 400, Code.INVALID_FORM_BODY)

    def test_limit(self) -> None:
        message = self.ask()
        self.assertStatus(self.voters(message, limit="100"), 200)
        self.assertStatus(self.voters(message, limit="101"), 400, Code.INVALID_FORM_BODY)
        self.assertStatus(self.voters(message, limit="0"), 400, Code.INVALID_FORM_BODY)


class End(PollTestCase):
    def result(self) -> Record:
        fields = list(self.small.world.messages[self.small.general["id"]].values())[-1]["embeds"][0]["fields"]
        return {field["name"]: field["value"] for field in fields}

    def test_by_its_author(self) -> None:
        session, message = self.small.connect(), self.ask("Yes", "No")
        self.vote(message, 2)
        shown = self.assertStatus(self.expire(message), 200)
        self.assertTrue(shown["poll"]["results"]["is_finalized"])
        self.assertTrue(self.small.events(session, "MESSAGE_UPDATE")[0]["poll"]["results"]["is_finalized"])
        told = self.small.events(session, "MESSAGE_CREATE")[-1]
        self.assertEqual((told["type"], told["author"]["id"]), (46, self.small.bot.user_id))
        self.assertEqual(told["message_reference"]["message_id"], message["id"])
        self.assertEqual(
            self.result(),
            {
                "poll_question_text": "Pizza?",
                "victor_answer_votes": "1",
                "total_votes": "1",
                "victor_answer_id": "2",
                "victor_answer_text": "No",
                "victor_answer_emoji_name": "🍕",
            },
        )
        listed = self.small.request("GET", f"{self.path}/messages")
        self.assertEqual(self.assertStatus(listed, 200)[0]["type"], 46)

    def test_what_is_told_points_to_the_poll(self) -> None:
        session, message = self.small.connect(), self.ask()
        self.expire(message)
        told = self.small.events(session, "MESSAGE_CREATE")[-1]
        reference = {"type": 0, "channel_id": message["channel_id"], "message_id": message["id"]}
        self.assertEqual({key: told["message_reference"][key] for key in reference}, reference)
        (embed,) = told["embeds"]
        self.assertEqual(embed["type"], "poll_result")
        self.assertEqual({field["inline"] for field in embed["fields"]}, {False})

    def test_its_author_is_mentioned(self) -> None:
        session, message = self.small.connect(), self.ask()
        self.expire(message)
        told = self.small.events(session, "MESSAGE_CREATE")[-1]
        self.assertEqual([user["id"] for user in told["mentions"]], [self.small.bot.user_id])

    def test_a_webhook_is_not_mentioned(self) -> None:
        hook = self.small.perform("create_webhook", self.small.general["id"], body={"name": "hook"})
        path = f"/webhooks/{hook['id']}/{hook['token']}"
        message = self.small.request("POST", path, {"poll": poll()}, query={"wait": "true"}).json
        session = self.small.connect()
        self.small.perform("end_poll", self.small.general["id"], message["id"])
        told = self.small.events(session, "MESSAGE_CREATE")[-1]
        self.assertEqual((told["author"]["username"], told["mentions"]), ("hook", []))

    def test_custom_emoji_is_shown_as_it_is(self) -> None:
        body = {"name": "dance", "image": "data:image/gif;base64,R0lGODlhLi4uLg=="}
        emoji = self.small.perform("create_guild_emoji", self.small.guild["id"], body=body)
        media = {"text": "Blob", "emoji": {"id": emoji["id"]}}
        message = self.ask(answers=[{"poll_media": media}])
        shown = {"id": emoji["id"], "name": "dance", "animated": True}
        self.assertEqual(message["poll"]["answers"][0]["poll_media"]["emoji"], shown)
        self.vote(message, 1)
        self.expire(message)
        self.assertEqual(self.result()["victor_answer_emoji_animated"], "true")

    def test_early_end_is_the_end(self) -> None:
        message = self.ask()
        self.small.time = 60_000_000
        shown = self.assertStatus(self.expire(message), 200)
        self.assertEqual(shown["poll"]["expiry"], self.small.world.timestamp())
        with self.assertRefused(Code.POLL_EXPIRED):
            self.vote(message, 1)

    def test_answer_is_what_the_author_sees(self) -> None:
        message = self.ask()
        path = f"{self.path}/messages/{message['id']}/reactions/%F0%9F%8D%95/@me"
        self.assertStatus(self.small.request("PUT", path), 204)
        shown = self.assertStatus(self.expire(message), 200)
        self.assertTrue(shown["reactions"][0]["me"])

    def test_custom_emoji_of_the_victor(self) -> None:
        media = {"text": "Blob", "emoji": {"id": "5", "name": "blob"}}
        message = self.ask(answers=[{"poll_media": media}])
        self.assertEqual(message["poll"]["answers"][0]["poll_media"]["emoji"], {"id": "5", "name": "blob"})
        self.vote(message, 1)
        self.expire(message)
        found = self.result()
        self.assertEqual((found["victor_answer_emoji_name"], found["victor_answer_emoji_id"]), ("blob", "5"))

    def test_votes_that_were_taken_back_have_no_victor(self) -> None:
        message = self.ask("Only")
        self.vote(message, 1)
        self.vote(message)
        self.expire(message)
        self.assertEqual(
            self.result(), {"poll_question_text": "Pizza?", "victor_answer_votes": "0", "total_votes": "0"}
        )

    def test_the_test_itself_may_end_anybodys(self) -> None:
        channel_id = self.small.general["id"]
        message = self.small.perform("create_message", channel_id, actor=self.alice, body={"poll": poll()})
        ended = self.small.perform("poll_expire", channel_id, message["id"])
        self.assertTrue(ended["poll"]["results"]["is_finalized"])

    def test_a_draw_has_no_victor(self) -> None:
        message = self.ask(allow_multiselect=True)
        self.vote(message, 1, 2)
        self.expire(message)
        self.assertEqual(
            self.result(), {"poll_question_text": "Pizza?", "victor_answer_votes": "1", "total_votes": "2"}
        )

    def test_after_its_time(self) -> None:
        message = self.ask()
        ((at, _, _),) = self.small.world.deadlines
        self.assertEqual(at, 3600 * 1_000_000)
        self.small.time = at - 1
        self.small.backend.run_deadlines()
        self.vote(message, 1)
        self.small.time = at
        self.small.backend.run_deadlines()
        self.assertTrue(self.seen(message)["poll"]["results"]["is_finalized"])
        self.assertEqual(self.result()["victor_answer_text"], "Yes")
        self.assertEqual(self.small.world.deadlines, [])

    def test_no_vote_afterwards(self) -> None:
        message = self.ask()
        self.small.time = 3600 * 1_000_000
        with self.assertRefused(Code.POLL_EXPIRED):
            self.vote(message, 1)

    def test_not_twice(self) -> None:
        message = self.ask()
        self.expire(message)
        self.assertStatus(self.expire(message), 400, Code.POLL_EXPIRED)
        self.small.time = 3600 * 1_000_000
        self.small.backend.run_deadlines()
        self.assertEqual(len(self.small.world.messages[self.small.general["id"]]), 2)

    def test_of_a_message_that_is_gone(self) -> None:
        message = self.ask()
        self.small.request("DELETE", f"{self.path}/messages/{message['id']}")
        self.small.time = 3600 * 1_000_000
        self.small.backend.run_deadlines()
        self.assertEqual(self.small.world.messages[self.small.general["id"]], {})

    def test_not_anothers(self) -> None:
        channel_id = self.small.general["id"]
        message = self.small.perform("create_message", channel_id, actor=self.alice, body={"poll": poll()})
        self.assertStatus(self.expire(message), 403, Code.CANNOT_EDIT_OTHERS_MESSAGE)

    def test_not_of_other_messages(self) -> None:
        message = self.small.perform("create_message", self.small.general["id"], body={"content": "x"})
        self.assertStatus(self.expire(message), 400, Code.CANNOT_EXPIRE_NON_POLL_MESSAGE)


class Limits(PollTestCase):
    def assertBounds(self, where: str, good: Record, bad: Record) -> None:
        path = f"{self.path}/messages"
        self.assertStatus(self.small.request("POST", path, {"poll": good}), 200)
        answer = self.small.request("POST", path, {"poll": bad})
        self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), f"poll.{where}")

    def test_question(self) -> None:
        def asking(text: str) -> Record:
            return {**poll(), "question": {"text": text}}

        self.assertBounds("question.text", asking("x" * 300), asking("x" * 301))
        self.assertBounds("question.text", asking("x"), asking(""))

    def test_answers(self) -> None:
        self.assertBounds("answers", poll(*"0123456789"), poll(*"0123456789x"))
        self.assertBounds("answers", poll("x"), {**poll(), "answers": []})

    def test_text_of_an_answer(self) -> None:
        self.assertBounds("answers.0.poll_media.text", poll("x" * 55), poll("x" * 56))
        self.assertBounds("answers.0.poll_media.text", poll("x"), poll(""))

    def test_what_must_be_there(self) -> None:
        good = poll()
        for where, bad in (
            ("question", {key: value for key, value in good.items() if key != "question"}),
            ("question.text", {**good, "question": {}}),
            ("answers", {key: value for key, value in good.items() if key != "answers"}),
            ("answers.0.poll_media", {**good, "answers": [{}]}),
            ("answers.0.poll_media.text", {**good, "answers": [{"poll_media": {}}]}),
        ):
            with self.subTest(where):
                self.assertBounds(where, good, bad)

    def test_layout(self) -> None:
        self.assertBounds("layout_type", poll(layout_type=1), poll(layout_type=2))
        self.assertEqual(
            [self.ask(**more)["poll"]["layout_type"] for more in ({}, {"layout_type": None})], [1, 1]
        )

    def test_emoji_may_be_none(self) -> None:
        for emoji, shown in ((None, None), ({"id": "5", "name": None}, {"id": "5", "name": None})):
            media = {"text": "x", "emoji": emoji}
            (answer,) = self.ask(answers=[{"poll_media": media}])["poll"]["answers"]
            self.assertEqual(answer["poll_media"].get("emoji"), shown)

    def test_emoji_is_one(self) -> None:
        def with_emoji(name: str) -> Record:
            return poll(answers=[{"poll_media": {"text": "x", "emoji": {"name": name}}}])

        self.assertBounds("answers.0.poll_media.emoji.name", with_emoji("🍕"), with_emoji("pizza"))

    def test_hours(self) -> None:
        self.assertBounds("duration", poll(duration=768), poll(duration=769))
        self.assertBounds("duration", poll(duration=1), poll(duration=0))

    def test_24_hours_unless_told_otherwise(self) -> None:
        self.ask(duration=None)
        self.assertEqual(self.small.world.deadlines[0][0], 24 * 3600 * 1_000_000)
