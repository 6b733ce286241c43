"""Pages of a channel's history."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import WorldTestCase


class HistoryTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.path = f"/channels/{self.small.general['id']}/messages"
        for number in range(10, 130):
            self.small.perform("create_message", self.small.general["id"], body={"content": "x"}, id=number)

    def ids(self, **query: object) -> list[int]:
        text = {key: str(value) for key, value in query.items()}
        found = self.assertStatus(self.small.request("GET", self.path, query=text), 200)
        return [int(message["id"]) for message in found]

    def test_latest_50_newest_first(self) -> None:
        self.assertEqual(self.ids(), list(range(129, 79, -1)))

    def test_before_is_exclusive(self) -> None:
        self.assertEqual(self.ids(before=15, limit=3), [14, 13, 12])
        self.assertEqual(self.ids(before=12, limit=3), [11, 10])
        self.assertEqual(self.ids(before=10), [])

    def test_after_is_the_next_ones_newest_first(self) -> None:
        self.assertEqual(self.ids(after=15, limit=3), [18, 17, 16])
        self.assertEqual(self.ids(after=0, limit=2), [11, 10])
        self.assertEqual(self.ids(after=129), [])

    def test_around_holds_the_message_itself(self) -> None:
        self.assertEqual(self.ids(around=20, limit=5), [22, 21, 20, 19, 18])
        self.assertEqual(self.ids(around=10, limit=4), [13, 12, 11, 10])

    def test_limit_is_1_to_100(self) -> None:
        self.assertEqual(len(self.ids(limit=1)), 1)
        self.assertEqual(len(self.ids(limit=100)), 100)
        for limit in (0, 101):
            answer = self.small.request("GET", self.path, query={"limit": str(limit)})
            self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), "limit")

    def test_two_directions_are_refused(self) -> None:
        answer = self.small.request("GET", self.path, query={"before": "1", "after": "2"})
        self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), "around")

    def test_empty_channel(self) -> None:
        self.path = f"/channels/{self.small.make_channel('empty')['id']}/messages"
        self.assertEqual(self.ids(), [])

    def test_without_permission_to_read_it_is_empty(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL)
        self.assertEqual(self.ids(), [])

    def test_voice_channel_needs_connect(self) -> None:
        voice = self.small.make_channel("voice", 2)
        self.small.allow(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
        answer = self.small.request("GET", f"/channels/{voice['id']}/messages")
        self.assertStatus(answer, 403, Code.MISSING_ACCESS)
        self.small.allow(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY | Permission.CONNECT)
        self.assertStatus(self.small.request("GET", f"/channels/{voice['id']}/messages"), 200)
