"""The limits that Discord is known to have, seen over HTTP as a bot sees them."""

from __future__ import annotations

import json
from typing import Any

from discordtest.backend.wire import Response
from discordtest.backend.world import DISCORD_EPOCH
from tests.backend.test_troubles import TroubleTestCase

DAY = 86_400


class UsualLimits(TroubleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.backend.use_realistic_rate_limits()
        self.path = f"/channels/{self.small.general['id']}"

    def statuses(self, count: int, *request: Any) -> list[int]:
        """Make the same request so many times."""
        return [self.ask(*request).status for _ in range(count)]

    def change(self, **changes: Any) -> Response:
        """Let the bot change #general."""
        return self.ask("PATCH", self.path, json.dumps(changes).encode())

    def delete(self, count: int, *, age: float) -> list[int]:
        """Let the bot delete so many messages that are so many seconds old."""
        made = round((self.world.wall_clock().timestamp() - age) * 1000) - DISCORD_EPOCH
        statuses = []
        for number in range(count):
            id = str((made << 22) + number)
            self.small.perform("create_message", self.small.general["id"], body={"content": "x"}, id=id)
            statuses.append(self.ask("DELETE", f"{self.path}/messages/{id}").status)
        return statuses

    def test_fifty_requests_a_second(self) -> None:
        self.assertEqual(self.statuses(51), [200] * 50 + [429])
        self.small.time = 1_000_000
        self.assertEqual(self.statuses(1), [200])

    def test_five_messages_in_five_seconds(self) -> None:
        self.assertEqual([self.say().status for _ in range(6)], [200] * 5 + [429])
        self.small.time = 5_000_000
        self.assertEqual(self.say().status, 200)

    def test_reactions_share_a_slow_bucket(self) -> None:
        made = self.small.perform("create_message", self.small.general["id"], body={"content": "x"})
        path = f"{self.path}/messages/{made['id']}/reactions/%F0%9F%8E%89/@me"
        self.assertEqual([self.ask("PUT", path).status, self.ask("DELETE", path).status], [204, 429])
        self.small.time = 250_000
        self.assertEqual(self.ask("DELETE", path).status, 204)

    def test_name_and_topic_twice_in_ten_minutes(self) -> None:
        for field in ("name", "topic"):
            with self.subTest(field):
                statuses = [self.change(**{field: f"new-{number}"}).status for number in range(3)]
                self.assertEqual(statuses, [200, 200, 429])
        self.assertEqual(self.change(rate_limit_per_user=5).status, 200)
        refused = json.loads(self.change(name="once-more").body)
        self.assertEqual(refused["retry_after"], 600.0)
        self.small.time = 600_000_000
        self.assertEqual(self.change(name="once-more", topic="too").status, 200)

    def test_channel_ten_times_in_fifteen_seconds(self) -> None:
        statuses = [self.change(rate_limit_per_user=number).status for number in range(11)]
        self.assertEqual(statuses, [200] * 10 + [429])

    def test_young_messages_five_in_a_second(self) -> None:
        self.assertEqual(self.delete(6, age=9), [204] * 5 + [429])

    def test_messages_of_ten_seconds_three_in_a_third(self) -> None:
        self.assertEqual(self.delete(4, age=10), [204] * 3 + [429])
        self.small.time = 333_334
        self.assertEqual(self.delete(1, age=13 * DAY), [204])

    def test_messages_of_two_weeks_thirty_in_four_seconds(self) -> None:
        self.assertEqual(self.delete(31, age=14 * DAY), [204] * 30 + [429])
        self.assertEqual(self.delete(1, age=5), [204])

    def test_webhook_five_in_two_seconds(self) -> None:
        hook = self.small.perform("create_webhook", self.small.general["id"], body={"name": "hook"})
        path = f"/webhooks/{hook['id']}/{hook['token']}"
        self.assertEqual(self.statuses(6, "POST", path, b'{"content": "hi"}'), [204] * 5 + [429])

    def test_limit_that_a_test_sets_counts_instead(self) -> None:
        self.backend.set_rate_limit("delete_message", 1, 60)
        self.assertEqual(self.delete(2, age=20 * DAY), [204, 429])
