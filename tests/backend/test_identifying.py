"""The limits of IDENTIFY: one start in five seconds for each slot, so many a day."""

from __future__ import annotations

from discordtest.backend.identifying import DAY, SLOT
from tests.backend.test_gateway import GatewayTestCase
from tests.backend.worlds import TOKEN


class Starts(GatewayTestCase):
    def start(self, shard=0, count=4):
        session = self.open()
        data = {"token": TOKEN, "intents": 0, "properties": {}, "shard": [shard, count]}
        self.send(session, 2, data)
        return session

    def limit(self):
        return self.small.request("GET", "/gateway/bot").json["session_start_limit"]

    def test_slot_at_the_bound(self):
        self.assertTrue(self.start().ready)
        self.small.time += SLOT - 1
        session = self.start(1)
        last = self.frames(session)[-1]
        self.assertEqual((last["op"], last["d"], session.ready, session.closed), (9, False, False, False))
        self.small.time += 1
        self.assertTrue(self.start(1).ready)

    def test_shards_of_other_slots_start_at_once(self):
        self.small.backend.gateway.starts.max_concurrency = 2
        self.assertTrue(self.start(0).ready)
        self.assertTrue(self.start(1).ready)
        self.assertFalse(self.start(2).ready)
        self.assertEqual(self.limit()["max_concurrency"], 2)

    def test_refused_client_may_identify_on_the_same_connection(self):
        self.start()
        session = self.start(1)
        self.small.time += SLOT
        self.send(session, 2, {"token": TOKEN, "intents": 0, "shard": [1, 4]})
        self.assertTrue(session.ready)

    def test_what_is_left_of_the_day(self):
        self.assertEqual(
            self.limit(), {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        )
        self.start()
        self.start(1)  # too soon, and counted all the same
        self.small.time += SLOT
        left = self.limit()
        self.assertEqual((left["remaining"], left["reset_after"]), (998, (DAY - SLOT) // 1000))
        self.small.time = DAY
        self.assertEqual(self.limit()["remaining"], 1000)

    def test_one_too_many_of_the_day_costs_the_token(self):
        self.small.backend.gateway.starts.total = 2
        first = self.start()
        self.small.time += SLOT
        lost = self.start(1)
        lost.client_closed(4000)
        self.small.time += SLOT
        self.assertClosed(self.start(2), 4004)
        self.assertClosed(first, 4004)
        self.assertEqual(self.small.backend.gateway.sessions, [])
        self.assertEqual(self.small.request("GET", "/gateway/bot").status, 401)
