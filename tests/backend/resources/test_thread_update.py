"""Changing threads: who may what, archive and lock, and what is told of it."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from tests.backend.resources.threads import FORUM, MODERATION, TALK, ThreadTestCase


class UpdateTestCase(ThreadTestCase):
    def patch(self, thread: Any, **body: Any) -> Any:
        return self.assertStatus(self.request("PATCH", thread, "", body), 200)

    def refused(self, thread: Any, status: int, code: Code, **body: Any) -> Any:
        return self.assertStatus(self.request("PATCH", thread, "", body), status, code.value)


class ModeratorTests(UpdateTestCase):
    def test_every_field(self) -> None:
        thread = self.private(self.small.bot)
        changed = self.patch(
            thread, name="new", auto_archive_duration=60, locked=True, invitable=False, rate_limit_per_user=9
        )
        metadata = changed["thread_metadata"]
        self.assertEqual((changed["name"], changed["rate_limit_per_user"]), ("new", 9))
        self.assertEqual((metadata["locked"], metadata["invitable"]), (True, False))
        self.assertEqual(metadata["auto_archive_duration"], 60)

    def test_event_and_audit_entry(self) -> None:
        thread = self.start()
        session = self.small.connect()
        path = f"/channels/{thread['id']}"
        changed = self.small.request("PATCH", path, {"locked": True}, reason="calm").json
        self.assertEqual(self.small.events(session, "THREAD_UPDATE"), [changed])
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (111, "calm"))
        self.assertEqual(entry["changes"], [{"key": "locked", "old_value": False, "new_value": True}])

    def test_nothing_changed_is_no_event(self) -> None:
        thread = self.start()
        session = self.small.connect()
        self.patch(thread, name=thread["name"], locked=None)
        self.assertEqual(self.small.events(session), [])

    def test_a_new_name_is_said_in_the_thread(self) -> None:
        thread = self.start()
        session = self.small.connect()
        self.patch(thread, name="other", archived=True)
        (said,) = self.small.events(session, "MESSAGE_CREATE")
        self.assertEqual((said["type"], said["content"]), (4, "other"))
        self.assertIs(thread["thread_metadata"]["archived"], True)

    def test_bounds(self) -> None:
        thread = self.start()
        self.refused(thread, 400, Code.INVALID_FORM_BODY, name="n" * 101)
        self.refused(thread, 400, Code.INVALID_FORM_BODY, auto_archive_duration=100)
        self.refused(thread, 400, Code.INVALID_FORM_BODY, rate_limit_per_user=21_601)
        self.refused(thread, 400, Code.INVALID_FORM_BODY, applied_tags=["1"] * 6)


class OwnerTests(UpdateTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.thread = self.start(actor=self.small.bot)
        self.small.allow(TALK)

    def test_name_duration_and_archive(self) -> None:
        changed = self.patch(self.thread, name="mine", auto_archive_duration=60, archived=True)
        self.assertEqual(changed["name"], "mine")

    def test_lock_and_slow_mode_are_for_moderators(self) -> None:
        for body in ({"locked": True}, {"rate_limit_per_user": 5}):
            self.refused(self.thread, 403, Code.MISSING_PERMISSIONS, **body)
        self.small.allow(MODERATION)
        self.patch(self.thread, locked=True, rate_limit_per_user=5)

    def test_a_locked_one_is_for_moderators_while_it_is_active_too(self) -> None:
        self.small.perform("update_channel", self.thread["id"], body={"locked": True})
        for body in ({"name": "x"}, {"auto_archive_duration": 60}, {"archived": True}):
            self.refused(self.thread, 403, Code.MISSING_PERMISSIONS, **body)
        self.small.allow(MODERATION)
        self.patch(self.thread, name="x")

    def test_strangers_change_nothing(self) -> None:
        thread = self.start(actor=self.alice)
        for body in ({"name": "x"}, {"archived": True}, {"auto_archive_duration": 60}):
            self.refused(thread, 403, Code.MISSING_PERMISSIONS, **body)


class ArchiveTests(UpdateTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.thread = self.start()
        self.archive(self.thread)

    def test_the_moment_is_noted(self) -> None:
        metadata = self.thread["thread_metadata"]
        self.small.time = 5_000_000
        self.patch(self.thread, archived=False)
        self.assertEqual(metadata["archive_timestamp"], "2026-07-01T12:00:05.000000+00:00")
        self.small.time = 6_000_000
        self.patch(self.thread, auto_archive_duration=60)
        self.assertEqual(metadata["archive_timestamp"], "2026-07-01T12:00:06.000000+00:00")
        self.small.time = 7_000_000
        self.patch(self.thread, name="x", locked=True)
        self.assertEqual(metadata["archive_timestamp"], "2026-07-01T12:00:06.000000+00:00")

    def test_nothing_else_changes_while_it_lasts(self) -> None:
        self.refused(self.thread, 400, Code.THREAD_ARCHIVED, name="x")
        self.patch(self.thread, archived=False, name="x")

    def test_the_new_name_is_said_in_the_thread_that_is_awake(self) -> None:
        session = self.small.connect()
        self.patch(self.thread, archived=False, name="x")
        self.assertEqual(len(self.small.events(session, "THREAD_UPDATE")), 1)
        self.assertEqual(self.small.events(session, "MESSAGE_CREATE")[0]["content"], "x")

    def test_lock_can_change_while_it_lasts(self) -> None:
        self.patch(self.thread, locked=True, archived=True)

    def test_whoever_may_send_unarchives(self) -> None:
        self.small.allow(TALK)
        self.patch(self.thread, archived=False)

    def test_but_only_that(self) -> None:
        self.small.allow(TALK)
        self.refused(self.thread, 403, Code.MISSING_PERMISSIONS, archived=False, name="x")

    def test_who_may_not_send_does_not(self) -> None:
        self.small.allow(1 << 10)
        self.refused(self.thread, 403, Code.MISSING_PERMISSIONS, archived=False)

    def test_a_locked_one_is_for_moderators(self) -> None:
        self.small.perform("update_channel", self.thread["id"], body={"locked": True})
        self.small.allow(TALK)
        self.refused(self.thread, 403, Code.MISSING_PERMISSIONS, archived=False)
        self.small.allow(MODERATION)
        self.patch(self.thread, archived=False)

    def test_the_owner_of_a_locked_one_is_no_moderator(self) -> None:
        thread = self.start(actor=self.small.bot)
        self.archive(thread, locked=True)
        self.small.allow(TALK)
        self.refused(thread, 403, Code.MISSING_PERMISSIONS, archived=False)

    def test_the_owner_changes_more_with_it(self) -> None:
        thread = self.start(actor=self.small.bot)
        self.archive(thread)
        self.small.allow(TALK)
        self.patch(thread, archived=False, name="x")

    def test_a_message_unarchives(self) -> None:
        session = self.small.connect()
        self.assertStatus(self.request("POST", self.thread, "/messages", {"content": "hi"}), 200)
        self.assertIs(self.thread["thread_metadata"]["archived"], False)
        self.assertEqual(len(self.small.events(session, "THREAD_UPDATE")), 1)

    def test_bots_in_it_are_reminded_of_their_membership(self) -> None:
        self.patch(self.thread, archived=False)
        self.small.perform("add_thread_member", self.thread["id"], self.small.bot.user_id)
        self.archive(self.thread)
        session = self.small.connect()
        self.patch(self.thread, archived=False)
        (own,) = self.small.events(session, "THREAD_MEMBER_UPDATE")
        self.assertEqual((own["id"], own["user_id"]), (self.thread["id"], self.small.bot.user_id))
        self.assertEqual(own["guild_id"], self.small.guild["id"])
        self.patch(self.thread, name="x")
        self.assertEqual(len(self.small.events(session, "THREAD_MEMBER_UPDATE")), 1)


class ForumPostTests(UpdateTestCase):
    def setUp(self) -> None:
        super().setUp()
        tags = [{"name": "open"}, {"name": "done", "moderated": True}]
        self.forum = self.small.make_channel("help", FORUM, available_tags=tags)
        self.open, self.done = (tag["id"] for tag in self.forum["available_tags"])
        self.post = self.start(actor=self.small.bot, channel=self.forum, message={"content": "?"})

    def test_tags(self) -> None:
        self.assertEqual(self.patch(self.post, applied_tags=[self.done])["applied_tags"], [self.done])
        self.refused(self.post, 404, Code.UNKNOWN_TAG, applied_tags=["1"])

    def test_moderated_tags_stay_but_do_not_come_or_go(self) -> None:
        self.patch(self.post, applied_tags=[self.done])
        self.small.allow(TALK)
        self.patch(self.post, applied_tags=[self.done, self.open])
        self.refused(self.post, 403, Code.MISSING_PERMISSIONS, applied_tags=[self.open])

    def test_one_pinned_post(self) -> None:
        self.assertEqual(self.patch(self.post, flags=1 << 1 | 1 << 4)["flags"], 1 << 1)
        self.patch(self.post, flags=1 << 1)
        other = self.start(channel=self.forum, message={"content": "!"})
        self.refused(other, 400, Code.MAX_PINNED_THREADS, flags=1 << 1)
        second = self.small.make_channel("more help", FORUM)
        self.patch(self.start(channel=second, message={"content": "!"}), flags=1 << 1)
        self.patch(self.post, flags=0)
        self.patch(other, flags=1 << 1)

    def test_a_post_that_is_archived_is_pinned_no_more(self) -> None:
        self.patch(self.post, flags=1 << 1)
        changed = self.patch(self.post, archived=True)
        self.assertEqual(changed["flags"], 0)

    def test_threads_elsewhere_have_neither_tags_nor_pins(self) -> None:
        changed = self.patch(self.start(), applied_tags=["1"], flags=1 << 1)
        self.assertEqual((changed.get("applied_tags"), changed["flags"]), (None, 0))

    def test_public_threads_are_open_to_all(self) -> None:
        thread = self.start()
        self.patch(thread, invitable=False)
        self.assertNotIn("invitable", thread["thread_metadata"])
