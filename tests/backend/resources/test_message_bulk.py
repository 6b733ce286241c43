"""Bulk deletion and publishing."""

from __future__ import annotations

from datetime import timedelta

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.user import open_dm
from discordtest.backend.rest import OPERATIONS, Call
from tests.backend.worlds import START, WorldTestCase


class BulkDeletion(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.path = f"/channels/{self.small.general['id']}/messages/bulk-delete"

    def send(self, count, **options):
        where, body = self.small.general["id"], {"content": "x"}
        return [self.small.perform("create_message", where, body=body, **options)["id"] for _ in range(count)]

    def delete(self, ids, status=204, code=None):
        answer = self.small.request("POST", self.path, {"messages": ids}, reason="clean")
        return self.assertStatus(answer, status, code)

    def test_deletion_is_told_and_audited_once(self):
        ids, session = self.send(3), self.small.connect()
        self.delete(ids)
        [event] = self.small.events(session, "MESSAGE_DELETE_BULK")
        place = {"channel_id": self.small.general["id"], "guild_id": self.small.guild["id"]}
        self.assertEqual(event, {"ids": ids, **place})
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["target_id"]), (73, self.small.general["id"]))
        self.assertEqual((entry["options"], entry["reason"]), ({"count": "3"}, "clean"))
        self.assertEqual(self.small.world.messages[self.small.general["id"]], {})

    def test_2_to_100(self):
        ids = self.send(101)
        self.delete(ids[:1], 400, 50016)
        self.delete(ids, 400, 50016)
        self.delete(ids[:100])
        self.delete([*self.send(1), ids[100]])

    def test_duplicates(self):
        [only] = self.send(1)
        self.delete([only, only], 400, Code.INVALID_FORM_BODY)

    def test_14_days(self):
        edge = START - timedelta(days=14)
        young = self.send(1, id=self.small.world.snowflake(edge))
        old = self.send(1, id=self.small.world.snowflake(edge - timedelta(milliseconds=1)))
        self.delete(self.send(1) + old, 400, 50034)
        self.delete(self.send(1) + young)

    def test_unknown_messages_are_left_out(self):
        session = self.small.connect()
        ids = [self.small.world.snowflake(), self.small.world.snowflake()]
        self.delete(ids)
        self.assertEqual(self.small.events(session), [])
        known = self.send(1)
        self.delete(ids + known)
        self.assertEqual(self.small.events(session, "MESSAGE_DELETE_BULK")[0]["ids"], known)

    def test_permission(self):
        ids = self.send(2)
        self.small.allow(Permission.VIEW_CHANNEL)
        self.delete(ids, 403, 50013)

    def test_direct_messages(self):
        alice = self.small.make_person("alice")
        call = Call(self.small.backend, self.small.narrator, OPERATIONS["create_dm"])
        self.path = (
            f"/channels/{open_dm(call, self.small.bot.user_id, alice.user_id)['id']}/messages/bulk-delete"
        )
        self.delete(["1", "2"], 403, 50003)


class Publishing(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.news = self.small.make_channel("news", 5)

    def send(self, actor=None, channel=None):
        where = (channel or self.news)["id"]
        return self.small.perform(
            "create_message", where, body={"content": "x"}, actor=actor or self.small.bot
        )

    def publish(self, message, status=200, code=None):
        path = f"/channels/{message['channel_id']}/messages/{message['id']}/crosspost"
        return self.assertStatus(self.small.request("POST", path), status, code)

    def test_once(self):
        message, session = self.send(), self.small.connect()
        self.assertEqual(self.publish(message)["flags"], 1)
        self.assertEqual(self.small.events(session, "MESSAGE_UPDATE")[0]["flags"], 1)
        self.publish(message, 400, 40033)

    def test_others_messages_need_a_permission(self):
        alice = self.small.make_person("alice")
        message = self.send(alice)
        self.small.allow(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
        self.publish(message, 403, 50013)
        self.small.allow(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.MANAGE_MESSAGES)
        self.publish(message)

    def test_own_needs_none(self):
        self.small.allow(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
        self.publish(self.send())

    def test_other_channels(self):
        self.publish(self.send(channel=self.small.general), 400, 50024)

    def test_system_messages(self):
        message = self.send()
        message["type"] = 6
        self.publish(message, 400, 50068)
