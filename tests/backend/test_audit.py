"""Writing the audit log: in whose name, to whom it is told, and what only adds to an entry that is young."""

from __future__ import annotations

from typing import Any

from discordtest.backend.audit import COUNTING, Action, difference
from discordtest.backend.permissions import Permission
from tests.backend.worlds import BOT_PERMISSIONS, WorldTestCase


class CountingTests(WorldTestCase):
    """A person deletes messages of others."""

    def setUp(self) -> None:
        super().setUp()
        self.mod, self.other_mod = (
            self.small.make_person(name, int(Permission.MANAGE_MESSAGES | Permission.VIEW_CHANNEL))
            for name in ("mod", "other mod")
        )
        self.alice, self.bob = (self.small.make_person(name) for name in ("alice", "bob"))
        self.small.audit_log().clear()

    def delete(self, author: Any = None, actor: Any = None, channel: Any = None, **options: Any) -> None:
        where = (channel or self.small.general)["id"]
        body = {"content": "x"}
        message = self.small.perform("create_message", where, actor=author or self.alice, body=body)
        self.small.perform("delete_message", where, message["id"], actor=actor or self.mod, **options)

    def counts(self) -> list[str]:
        entries = self.small.audit_log()
        self.assertEqual({entry["action_type"] for entry in entries}, {Action.MESSAGE_DELETE})
        return [entry["options"]["count"] for entry in entries]

    def test_same_again_adds_to_the_entry(self) -> None:
        session = self.small.connect()
        for _ in range(3):
            self.delete()
        self.assertEqual(self.counts(), ["3"])
        (told,) = self.small.events(session, "GUILD_AUDIT_LOG_ENTRY_CREATE")
        self.assertEqual(told["options"], {"channel_id": self.small.general["id"], "count": "1"})

    def test_anything_else_is_an_entry_of_its_own(self) -> None:
        self.delete()
        self.delete(author=self.bob)
        self.delete(actor=self.other_mod)
        self.delete(channel=self.small.make_channel("other"))
        self.small.audit_log()[:] = [e for e in self.small.audit_log() if e["action_type"] == 72]
        self.delete(reason="spam")
        self.assertEqual(self.counts(), ["1"] * 5)
        self.delete()
        self.assertEqual(self.counts(), ["2", "1", "1", "1", "1"])

    def test_entry_grows_old(self) -> None:
        self.delete()
        self.small.time = int(COUNTING) * 1_000_000
        self.delete()
        self.assertEqual(self.counts(), ["2"])
        self.small.time += 1_000
        self.delete()
        self.assertEqual(self.counts(), ["2", "1"])


class TellingTests(WorldTestCase):
    def entry(self) -> Any:
        session = self.small.connect()
        self.small.perform("update_channel", self.small.general["id"], body={"name": "new"})
        return self.small.events(session, "GUILD_AUDIT_LOG_ENTRY_CREATE")

    def test_bot_that_may_read_the_log(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL | Permission.VIEW_AUDIT_LOG)
        (entry,) = self.entry()
        self.assertEqual(
            (entry["guild_id"], entry["user_id"]), (self.small.guild["id"], self.small.owner["id"])
        )

    def test_bot_that_may_not(self) -> None:
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.VIEW_AUDIT_LOG)
        self.assertEqual(self.entry(), [])


class DifferenceTests(WorldTestCase):
    def test_only_what_changed_and_no_null(self) -> None:
        before, after = {"a": 1, "b": 2, "c": None}, {"a": 1, "b": 3, "c": 4}
        self.assertEqual(
            difference(before, after, ("a", "b", "c")),
            [{"key": "b", "old_value": 2, "new_value": 3}, {"key": "c", "new_value": 4}],
        )
        self.assertEqual(difference(before, None, ("a", "c")), [{"key": "a", "old_value": 1}])
        self.assertEqual(difference(None, after, ("a",)), [{"key": "a", "new_value": 1}])
