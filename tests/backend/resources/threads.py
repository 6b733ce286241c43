"""What the tests of threads share."""

from __future__ import annotations

from typing import Any

from discordtest.backend.permissions import Permission
from tests.backend.worlds import WorldTestCase

__all__ = ["ANNOUNCEMENT", "FORUM", "MODERATION", "TALK", "TEXT", "ThreadTestCase"]

TEXT, ANNOUNCEMENT, FORUM = 0, 5, 15
#: what lets one talk in threads, without moderating them
TALK = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.READ_MESSAGE_HISTORY
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
)
MODERATION = TALK | int(Permission.MANAGE_THREADS)


class ThreadTestCase(WorldTestCase):
    """A test with alice, who talks, and ways to start threads."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.small.make_person("alice", TALK)

    def start(self, name: str = "topic", actor: Any = None, channel: Any = None, **body: Any) -> Any:
        """Start a public thread as the narrator or another actor; return its record."""
        where = (channel or self.small.general)["id"]
        body = {"name": name, "type": 11, **body}
        made = self.small.perform("create_thread", where, actor=actor, body=body)
        return self.small.world.channels[made["id"]]

    def private(self, actor: Any = None, **body: Any) -> Any:
        return self.start("secret", actor, type=12, **body)

    def request(self, method: str, thread: Any, rest: str = "", body: Any = None, **options: Any) -> Any:
        return self.small.request(method, f"/channels/{thread['id']}{rest}", body, **options)

    def members(self, thread: Any) -> list[str]:
        return list(self.small.world.thread_members[thread["id"]])

    def archive(self, thread: Any, **body: Any) -> None:
        self.small.perform("update_channel", thread["id"], body={"archived": True, **body})
