"""Lists of threads: active ones of a guild, archived ones of a channel."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.resources.threads import TALK, ThreadTestCase


class ActiveThreadTests(ThreadTestCase):
    def active(self) -> Any:
        answer = self.small.request("GET", f"/guilds/{self.small.guild['id']}/threads/active")
        return self.assertStatus(answer, 200)

    def test_newest_first_with_own_memberships(self) -> None:
        older, newer = self.start(), self.start(actor=self.small.bot)
        self.archive(self.start())
        found = self.active()
        self.assertEqual([one["id"] for one in found["threads"]], [newer["id"], older["id"]])
        self.assertEqual([one["id"] for one in found["members"]], [newer["id"]])
        self.assertFalse(found["has_more"])

    def test_only_what_the_bot_sees(self) -> None:
        self.small.allow(TALK)
        self.private(self.alice)
        self.assertEqual(self.active()["threads"], [])


class ArchivedThreadTests(ThreadTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.threads = [self.start(f"t{number}") for number in range(3)]
        self.secret = self.private(self.alice)
        self.joined = self.private(self.small.bot)
        for number, thread in enumerate([*self.threads, self.secret, self.joined]):
            self.small.time = number * 1_000_000
            self.archive(thread)

    def list(self, kind: str, own: str = "", **query: str) -> Any:
        path = f"/channels/{self.small.general['id']}{own}/threads/archived/{kind}"
        return self.small.request("GET", path, query=query)

    def ids(self, *args: str, **query: str) -> list[str]:
        found = self.assertStatus(self.list(*args, **query), 200)
        return [one["id"] for one in found["threads"]]

    def test_public_ones_the_last_archived_first(self) -> None:
        self.assertEqual(self.ids("public"), [thread["id"] for thread in reversed(self.threads)])

    def test_neither_active_ones_nor_those_of_other_channels(self) -> None:
        self.start()
        self.private(self.small.bot)
        other = self.small.make_channel("other")
        for thread in (self.start(channel=other), self.start(actor=self.small.bot, channel=other, type=12)):
            self.archive(thread)
        self.assertEqual(self.ids("public"), [thread["id"] for thread in reversed(self.threads)])
        self.assertEqual(self.ids("private"), [self.joined["id"], self.secret["id"]])
        self.assertEqual(self.ids("private", "/users/@me"), [self.joined["id"]])

    def test_order_is_that_of_the_archive(self) -> None:
        first, last = self.threads[0], self.threads[-1]
        self.small.time += 1_000_000
        for archived in (False, True):
            self.small.perform("update_channel", first["id"], body={"archived": archived})
        self.assertEqual(self.ids("public")[:2], [first["id"], last["id"]])
        twins = [self.start("a"), self.start("b")]
        for thread in reversed(twins):
            self.archive(thread)
        self.assertEqual(self.ids("public")[:2], [twins[1]["id"], twins[0]["id"]])

    def test_pages_by_time(self) -> None:
        first = self.list("public", limit="2").json
        self.assertIs(first["has_more"], True)
        before = first["threads"][-1]["thread_metadata"]["archive_timestamp"]
        second = self.list("public", limit="2", before=before).json
        self.assertEqual([one["id"] for one in second["threads"]], [self.threads[0]["id"]])
        self.assertIs(second["has_more"], False)
        self.assertIs(self.list("public", limit="3").json["has_more"], False)
        for limit in ("1", "101"):
            self.assertStatus(self.list("public", limit=limit), 400, Code.INVALID_FORM_BODY.value)

    def test_private_ones(self) -> None:
        self.assertEqual(self.ids("private"), [self.joined["id"], self.secret["id"]])

    def test_joined_private_ones(self) -> None:
        self.assertEqual(self.ids("private", "/users/@me"), [self.joined["id"]])
        self.assertEqual(self.ids("private", "/users/@me", before=self.joined["id"]), [])
        later = self.private(self.small.bot)
        self.archive(later)
        self.assertEqual(self.ids("private", "/users/@me"), [later["id"], self.joined["id"]])
        found = self.list("private", "/users/@me").json
        self.assertEqual(found["members"][0]["user_id"], self.small.bot.user_id)

    def test_permissions(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
        self.assertStatus(self.list("public"), 200)
        self.assertStatus(self.list("private"), 403, Code.MISSING_PERMISSIONS.value)
        self.assertStatus(self.list("private", "/users/@me"), 200)
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_THREADS)
        for kind, own in (("public", ""), ("private", ""), ("private", "/users/@me")):
            self.assertStatus(self.list(kind, own), 403, Code.MISSING_PERMISSIONS.value)

    def test_only_where_threads_can_be(self) -> None:
        voice = self.small.make_channel("v", 2)
        answer = self.small.request("GET", f"/channels/{voice['id']}/threads/archived/public")
        self.assertStatus(answer, 400, Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE.value)
