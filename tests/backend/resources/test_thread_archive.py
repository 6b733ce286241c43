"""Tests of threads that go to the archive by themselves."""

from __future__ import annotations

from tests.backend.worlds import WorldTestCase

HOUR = 3600 * 1_000_000  # microseconds


class Quiet(WorldTestCase):
    def setUp(self):
        super().setUp()
        body = {"name": "t", "type": 11, "auto_archive_duration": 60}
        made = self.small.perform("create_thread", self.small.general["id"], body=body)
        self.thread = self.small.world.channels[made["id"]]

    @property
    def archived(self):
        return self.thread["thread_metadata"]["archived"]

    def wait(self, microseconds):
        self.small.time += microseconds
        self.small.backend.run_deadlines()

    def test_thread_is_archived_when_its_time_is_over(self):
        session, entries = self.small.connect(), len(self.small.audit_log())
        self.wait(HOUR - 1)
        self.assertFalse(self.archived)
        self.wait(1)
        self.assertTrue(self.archived)
        (event,) = self.small.events(session, "THREAD_UPDATE")
        self.assertEqual((event["id"], event["thread_metadata"]["archived"]), (self.thread["id"], True))
        moment = "2026-07-01T13:00:00.000000+00:00"
        self.assertEqual(event["thread_metadata"]["archive_timestamp"], moment)
        self.assertEqual(len(self.small.audit_log()), entries)
        self.assertEqual(self.small.world.deadlines, [])

    def test_message_keeps_it_open_and_opens_it_again(self):
        self.wait(HOUR // 2)
        self.small.perform("create_message", self.thread["id"], body={"content": "x"})
        self.wait(HOUR // 2)
        self.assertFalse(self.archived)
        self.wait(HOUR)
        self.assertTrue(self.archived)
        self.small.perform("create_message", self.thread["id"], body={"content": "x"})
        self.assertFalse(self.archived)
        self.wait(HOUR)
        self.assertTrue(self.archived)

    def test_duration_that_is_changed_counts_anew(self):
        self.wait(HOUR // 2)
        self.small.perform("update_channel", self.thread["id"], body={"auto_archive_duration": 1440})
        self.wait(HOUR)
        self.assertFalse(self.archived)
        self.assertEqual(len(self.small.world.deadlines), 1)
        self.small.perform("update_channel", self.thread["id"], body={"archived": True})
        self.assertEqual(self.small.world.deadlines, [])

    def test_deleted_thread_is_forgotten(self):
        self.small.perform("delete_channel", self.thread["id"])
        self.wait(HOUR)
        self.assertFalse(self.archived)

    def test_pinned_post_never_goes(self):
        forum = self.small.perform(
            "create_guild_channel", self.small.guild["id"], body={"name": "f", "type": 15}
        )
        body = {"name": "t", "auto_archive_duration": 60, "message": {"content": "x"}}
        post = self.small.world.channels[self.small.perform("create_thread", forum["id"], body=body)["id"]]
        self.small.perform("update_channel", post["id"], body={"flags": 2})
        self.wait(2 * HOUR)
        self.assertFalse(post["thread_metadata"]["archived"])
        self.small.perform("update_channel", post["id"], body={"flags": 0})
        self.wait(HOUR)
        self.assertTrue(post["thread_metadata"]["archived"])
