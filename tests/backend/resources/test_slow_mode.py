"""Slow mode: for messages and for threads, apart."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from tests.backend.resources.threads import FORUM, TALK, ThreadTestCase


class SlowModeTests(ThreadTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.slow = self.small.make_channel("slow", rate_limit_per_user=10)

    def say(self, actor: Any, channel: Any = None) -> None:
        where = (channel or self.slow)["id"]
        self.small.perform("create_message", where, actor=actor, body={"content": "hi"})

    def test_one_message_in_ten_seconds(self) -> None:
        self.say(self.alice)
        self.small.time = 9_999_999
        with self.assertRaises(RestError) as caught:
            self.say(self.alice)
        self.assertEqual(caught.exception.code, Code.SLOWMODE)
        self.assertAlmostEqual(caught.exception.payload()["retry_after"], 1e-6)
        self.small.time = 10_000_000
        self.say(self.alice)

    def test_refusal_says_how_long_and_who_need_not_wait(self) -> None:
        self.say(self.alice)
        self.small.time = 2_500_000
        with self.assertRaises(RestError) as caught:
            self.say(self.alice)
        why = "slow mode: one message every 10 s for who lacks Bypass Slowmode; the next may come in 7.5 s"
        self.assertEqual(caught.exception.why, why)
        self.start(actor=self.alice, channel=self.slow)
        with self.assertRaises(RestError) as caught:
            self.start(actor=self.alice, channel=self.slow)
        self.assertIn("one thread every 10 s", caught.exception.why)

    def test_each_person_and_channel_by_itself(self) -> None:
        self.say(self.alice)
        self.say(self.small.make_person("bob", TALK))
        self.say(self.alice, self.small.general)

    def test_bots_and_who_bypasses_it_are_not_slowed(self) -> None:
        carol = self.small.make_person("carol", TALK | int(Permission.BYPASS_SLOWMODE))
        for actor in (self.small.bot, carol, self.small.narrator):
            self.say(actor)
            self.say(actor)

    def test_threads_are_counted_apart(self) -> None:
        self.say(self.alice)
        self.start(actor=self.alice, channel=self.slow)
        with self.assertRefused(Code.SLOWMODE):
            self.start(actor=self.alice, channel=self.slow)
        with self.assertRefused(Code.SLOWMODE):
            self.say(self.alice)

    def test_threads_on_messages_too(self) -> None:
        made = self.small.perform("create_message", self.slow["id"], body={"content": "x"})
        self.start(actor=self.alice, channel=self.slow)
        path = (self.slow["id"], made["id"])
        with self.assertRefused(Code.SLOWMODE):
            self.small.perform("create_thread_from_message", *path, actor=self.alice, body={"name": "x"})

    def test_a_thread_has_a_pace_of_its_own(self) -> None:
        thread = self.start(rate_limit_per_user=5)
        self.say(self.alice, thread)
        with self.assertRefused(Code.SLOWMODE):
            self.say(self.alice, thread)

    def test_posts_in_a_forum(self) -> None:
        forum = self.small.make_channel("f", FORUM, rate_limit_per_user=10)
        self.start(actor=self.alice, channel=forum, message={"content": "?"})
        with self.assertRefused(Code.SLOWMODE):
            self.start(actor=self.alice, channel=forum, message={"content": "?"})
