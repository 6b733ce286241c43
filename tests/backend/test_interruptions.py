"""What tests do to connections, by application and shard; whole bots meet it in tests/test_bad_days.py."""

from __future__ import annotations

from discordtest.backend.close_codes import is_close_code
from discordtest.backend.resources.application import make_application
from discordtest.errors import BackendError
from tests.backend.test_gateway import GatewayTestCase


class Choice(GatewayTestCase):
    def test_by_application_and_shard(self):
        backend = self.small.backend
        other = make_application(self.small.world, "other", "other", self.small.owner)
        one, two = self.small.connect(shard=[0, 2]), self.small.connect(shard=[1, 2])
        theirs = self.small.connect(token="other")
        backend.reconnect(shard_id=1)
        backend.request_heartbeat(client=other["id"])
        backend.invalidate_session(True, client=int(self.small.application["id"]), shard_id=0)
        found = [[frame["op"] for frame in self.frames(session)] for session in (one, two, theirs)]
        self.assertEqual(found, [[9], [7], [1]])
        backend.disconnect(4000)
        self.assertTrue(one.closed and two.closed and theirs.closed)

    def test_nobody_is_connected(self):
        with self.assertRaisesRegex(BackendError, "no connection to the gateway is open now"):
            self.small.backend.disconnect()
        self.small.connect()
        with self.assertRaisesRegex(BackendError, "no connection of '5' to the gateway on shard 2 is open"):
            self.small.backend.pause(client="5", shard_id=2)

    def test_codes(self):
        for code in (1000, 1001, 1003, 1006, 1014, 3000, 4999):
            self.assertTrue(is_close_code(code))
        for code in (999, 1004, 1005, 1015, 2999, 5000, "4000", None):
            self.assertFalse(is_close_code(code))


class Outage(GatewayTestCase):
    def test_who_is_told_of_what(self):
        session, deaf = self.small.connect(), self.small.connect(0)
        self.small.backend.outage(self.small.guild["id"])
        self.small.perform("create_message", self.small.general["id"], body={"content": "x"})
        self.small.backend.recover(self.small.guild["id"])
        events = self.small.events(session)
        self.assertEqual([name for name, _ in events], ["GUILD_DELETE", "GUILD_CREATE"])
        self.assertEqual(events[0][1], {"id": self.small.guild["id"], "unavailable": True})
        self.assertIs(events[1][1]["unavailable"], False)
        self.assertEqual(self.small.events(deaf), [])
