"""Who is in a thread: joining, leaving, letting in and putting out, and lists."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.resources.threads import MODERATION, TALK, ThreadTestCase
from tests.backend.worlds import BOT_PERMISSIONS


class MemberTestCase(ThreadTestCase):
    def act(self, method: str, thread: Any, who: str = "@me", **options: Any) -> Any:
        return self.request(method, thread, f"/thread-members/{who}", **options)

    def refused(self, code: Code, method: str, thread: Any, who: str = "@me") -> None:
        answer = self.act(method, thread, who)
        self.assertStatus(answer, code.status, code.value)


class JoinAndLeaveTests(MemberTestCase):
    def test_join(self) -> None:
        thread = self.start()
        session = self.small.connect()
        self.assertStatus(self.act("PUT", thread), 204)
        names = [name for name, _ in self.small.events(session)]
        self.assertEqual(names, ["THREAD_CREATE", "THREAD_MEMBERS_UPDATE"])
        shown = self.small.events(session, "THREAD_CREATE")[0]
        self.assertNotIn("newly_created", shown)
        self.assertEqual(shown["member"]["user_id"], self.small.bot.user_id)
        self.assertEqual(shown["member_count"], 2)

    def test_who_is_in_stays_in(self) -> None:
        thread = self.start(actor=self.small.bot)
        session = self.small.connect()
        self.assertStatus(self.act("PUT", thread), 204)
        self.assertEqual(self.small.events(session), [])

    def test_leave(self) -> None:
        thread = self.start(actor=self.small.bot)
        session = self.small.connect()
        self.assertStatus(self.act("DELETE", thread), 204)
        (update,) = self.small.events(session, "THREAD_MEMBERS_UPDATE")
        self.assertEqual(update["removed_member_ids"], [self.small.bot.user_id])
        self.assertEqual(update["member_count"], 0)
        self.assertStatus(self.act("DELETE", thread), 204)

    def test_leaving_a_private_thread_is_told_to_the_one_who_leaves(self) -> None:
        thread = self.private(self.small.bot)
        self.small.allow(TALK)
        session = self.small.connect()
        self.assertStatus(self.act("DELETE", thread), 204)
        self.assertEqual(len(self.small.events(session, "THREAD_MEMBERS_UPDATE")), 1)
        self.refused(Code.MISSING_ACCESS, "PUT", thread)

    def test_not_while_archived(self) -> None:
        thread = self.start()
        self.archive(thread)
        for method in ("PUT", "DELETE"):
            self.refused(Code.THREAD_ARCHIVED, method, thread)
            self.refused(Code.THREAD_ARCHIVED, method, thread, self.alice.user_id)

    def test_only_threads_have_members(self) -> None:
        self.refused(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE, "PUT", self.small.general)
        self.refused(Code.UNKNOWN_CHANNEL, "PUT", {"id": "1"})

    def test_1000_participants(self) -> None:
        thread = self.start()
        members = self.small.world.thread_members[thread["id"]]
        members.update((f"-{number}", {}) for number in range(998))
        self.assertStatus(self.act("PUT", thread), 204)
        self.refused(Code.MAX_THREAD_PARTICIPANTS, "PUT", thread, self.alice.user_id)


class LetInTests(MemberTestCase):
    def test_somebody(self) -> None:
        thread = self.private(self.small.bot)
        self.assertStatus(self.act("PUT", thread, self.alice.user_id), 204)
        self.assertIn(self.alice.user_id, self.members(thread))

    def test_a_bot_is_shown_a_private_thread_when_it_comes_in(self) -> None:
        self.small.allow(TALK)
        thread = self.private(self.alice)
        session = self.small.connect()
        self.small.perform("add_thread_member", thread["id"], self.small.bot.user_id, actor=self.alice)
        self.assertEqual(self.small.events(session, "THREAD_CREATE")[0]["id"], thread["id"])

    def test_needs_to_send(self) -> None:
        thread = self.start()
        self.small.allow(Permission.VIEW_CHANNEL)
        self.refused(Code.MISSING_PERMISSIONS, "PUT", thread, self.alice.user_id)

    def test_only_the_owner_lets_into_a_closed_one(self) -> None:
        thread = self.private(self.alice, invitable=False)
        self.small.perform("add_thread_member", thread["id"], self.small.bot.user_id)
        bob = self.small.make_person("bob", TALK)
        self.small.allow(TALK)
        self.refused(Code.MISSING_PERMISSIONS, "PUT", thread, bob.user_id)
        self.small.allow(MODERATION)
        self.assertStatus(self.act("PUT", thread, bob.user_id), 204)
        self.small.allow(TALK)
        self.assertStatus(self.act("PUT", self.private(self.small.bot, invitable=False), bob.user_id), 204)

    def test_everybody_who_is_in_an_open_one_lets_in(self) -> None:
        self.small.allow(TALK)
        public, private = self.start(actor=self.alice), self.private(self.alice)
        self.small.perform("add_thread_member", private["id"], self.small.bot.user_id)
        bob = self.small.make_person("bob", TALK)
        for thread in (public, private):
            self.assertStatus(self.act("PUT", thread, bob.user_id), 204)

    def test_strangers_and_those_who_see_nothing(self) -> None:
        thread = self.start()
        self.refused(Code.UNKNOWN_USER, "PUT", thread, "1")
        self.small.world.roles[self.small.guild["id"]][self.small.guild["id"]]["permissions"] = "0"
        bob = self.small.make_person("bob")
        self.refused(Code.MISSING_ACCESS, "PUT", thread, bob.user_id)

    def test_it_is_said_in_the_thread_who_let_in_whom(self) -> None:
        thread = self.start(actor=self.small.bot)
        session = self.small.connect()
        for _ in range(2):  # who is in already is not let in again
            self.assertStatus(self.act("PUT", thread, self.alice.user_id), 204)
        names = [name for name, _ in self.small.events(session)]
        self.assertEqual(names, ["THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE"])
        (said,) = self.small.events(session, "MESSAGE_CREATE")
        self.assertEqual((said["type"], said["content"]), (1, ""))
        self.assertEqual(said["author"]["id"], self.small.bot.user_id)
        self.assertEqual([user["id"] for user in said["mentions"]], [self.alice.user_id])

    def test_nothing_is_said_of_those_who_let_themselves_in_or_are_mentioned(self) -> None:
        thread = self.start()
        session = self.small.connect()
        self.assertStatus(self.act("PUT", thread, self.small.bot.user_id), 204)
        self.assertEqual(self.small.events(session, "MESSAGE_CREATE"), [])
        body = {"content": f"<@{self.alice.user_id}>"}
        self.assertStatus(self.request("POST", thread, "/messages", body), 200)
        self.assertEqual(len(self.small.events(session, "MESSAGE_CREATE")), 1)
        self.assertIn(self.alice.user_id, self.members(thread))


class PutOutTests(MemberTestCase):
    def test_it_is_said_in_the_thread_who_put_out_whom(self) -> None:
        thread = self.start(actor=self.alice)
        session = self.small.connect()
        self.assertStatus(self.act("DELETE", thread, self.alice.user_id), 204)
        (said,) = self.small.events(session, "MESSAGE_CREATE")
        self.assertEqual((said["type"], said["author"]["id"]), (2, self.small.bot.user_id))
        self.assertEqual([user["id"] for user in said["mentions"]], [self.alice.user_id])
        self.assertEqual(self.members(thread), [])  # neither of the two comes in by it

    def test_moderators_do(self) -> None:
        thread = self.start(actor=self.alice)
        self.assertStatus(self.act("DELETE", thread, self.alice.user_id), 204)
        self.assertEqual(self.members(thread), [])
        self.refused(Code.UNKNOWN_MEMBER, "DELETE", thread, self.alice.user_id)

    def test_managing_threads_is_what_it_needs(self) -> None:
        thread = self.private(self.alice)
        self.small.perform("add_thread_member", thread["id"], self.small.bot.user_id)
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.MANAGE_THREADS)
        self.refused(Code.MISSING_PERMISSIONS, "DELETE", thread, self.alice.user_id)
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_THREADS)
        self.assertStatus(self.act("DELETE", thread, self.alice.user_id), 204)

    def test_owners_of_private_threads_do(self) -> None:
        private, public = self.private(self.small.bot), self.start(actor=self.small.bot)
        for thread in (private, public):
            self.small.perform("add_thread_member", thread["id"], self.alice.user_id)
        self.small.allow(TALK)
        self.refused(Code.MISSING_PERMISSIONS, "DELETE", public, self.alice.user_id)
        self.assertStatus(self.act("DELETE", private, self.alice.user_id), 204)


class ListTests(MemberTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.thread = self.start(actor=self.alice)
        self.assertStatus(self.act("PUT", self.thread), 204)

    def test_one(self) -> None:
        found = self.assertStatus(self.act("GET", self.thread, self.alice.user_id), 200)
        self.assertEqual((found["id"], found["user_id"]), (self.thread["id"], self.alice.user_id))
        self.assertNotIn("member", found)
        found = self.act("GET", self.thread, self.alice.user_id, query={"with_member": "true"}).json
        self.assertEqual(found["member"]["user"]["username"], "alice")
        self.refused(Code.UNKNOWN_MEMBER, "GET", self.thread, self.small.owner["id"])

    def list(self, **query: str) -> Any:
        return self.request("GET", self.thread, "/thread-members", query=query)

    def test_all(self) -> None:
        found = self.assertStatus(self.list(), 200)
        self.assertEqual([one["user_id"] for one in found], [self.alice.user_id, self.small.bot.user_id])

    def test_pages(self) -> None:
        first = self.assertStatus(self.list(with_member="true", limit="1"), 200)
        self.assertEqual(first[0]["member"]["user"]["username"], "robot")
        second = self.list(with_member="true", limit="1", after=first[0]["user_id"]).json
        self.assertEqual(second[0]["member"]["user"]["username"], "alice")
        for limit in ("0", "101"):
            self.assertStatus(self.list(limit=limit), 400, Code.INVALID_FORM_BODY.value)

    def test_needs_the_members_intent_in_the_portal(self) -> None:
        self.small.application["flags"] = 0
        self.assertStatus(self.list(), 403, Code.MISSING_ACCESS.value)
