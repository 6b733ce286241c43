"""Sessions without connection: kept, resumed with a replay, given up."""

from __future__ import annotations

import json

from discordtest.backend.resuming import KEPT_FOR
from discordtest.backend.session import KEPT_FRAMES
from tests.backend.test_gateway import GatewayTestCase
from tests.backend.worlds import TOKEN


class ResumeTestCase(GatewayTestCase):
    def setUp(self):
        super().setUp()
        self.session = self.small.connect()

    def say(self, content):
        self.small.perform("create_message", self.small.general["id"], body={"content": content})

    def resume(self, seq=None, **changes):
        session = self.open()
        session.frames.clear()
        seq = self.session.sequence if seq is None else seq
        data = {"token": TOKEN, "session_id": self.session.session_id, "seq": seq, **changes}
        self.send(session, 6, data)
        return session

    def assertRefused(self, session):
        (frame,) = self.frames(session)
        self.assertEqual((frame["op"], frame["d"], session.closed), (9, False, False))


class Resuming(ResumeTestCase):
    def test_what_was_missed_comes_in_order_then_resumed(self):
        seen = self.session.sequence
        self.session.client_closed(4000)
        for number in range(3):
            self.say(str(number))
        session = self.resume(seen)
        frames = self.frames(session)
        self.assertEqual([frame["d"].get("content") for frame in frames], ["0", "1", "2", None])
        self.assertEqual([frame["s"] for frame in frames], [seen + 1, seen + 2, seen + 3, seen + 4])
        self.assertEqual(frames[-1]["t"], "RESUMED")
        self.assertTrue(session.ready)
        self.assertEqual(self.small.backend.gateway.sessions, [session])

    def test_events_go_on_afterwards(self):
        self.session.client_closed(4000)
        session = self.resume()
        self.say("hello")
        self.assertEqual(self.small.events(session, "MESSAGE_CREATE")[0]["content"], "hello")
        self.assertEqual(list(self.session.frames), [])

    def test_connection_that_died_without_telling_is_left(self):
        session = self.resume()
        self.assertTrue(session.ready)
        self.assertClosed(self.session, 4000)
        self.session.client_closed(1000)
        self.assertEqual(self.small.backend.gateway.sessions, [session])

    def test_twice_over(self):
        self.session.client_closed(4000)
        session = self.resume()
        session.client_closed(1006)
        self.say("late")
        names = [frame["t"] for frame in self.frames(self.resume(session.sequence - 1))]
        self.assertEqual(names, ["MESSAGE_CREATE", "RESUMED"])

    def test_unknown_session(self):
        self.assertRefused(self.resume(session_id="x"))

    def test_session_of_another_application(self):
        from discordtest.backend.resources.application import make_application

        make_application(self.small.world, "other", "other", self.small.owner)
        self.assertRefused(self.resume(token="other"))

    def test_wrong_token(self):
        self.assertClosed(self.resume(token="wrong"), 4004)

    def test_wrong_sequence(self):
        for seq in (-1, self.session.sequence + 1, "1", None, True):
            with self.subTest(seq):
                data = {"token": TOKEN, "session_id": self.session.session_id, "seq": seq}
                session = self.open()
                self.send(session, 6, data)
                self.assertClosed(session, 4007)
                self.assertEqual(self.small.backend.gateway.sessions, [])
                self.session = self.small.connect()

    def test_sequence_at_the_bound(self):
        for seq in (0, self.session.sequence):
            self.assertFalse(self.resume(seq).closed)

    def test_identified_already(self):
        self.send(self.session, 6, {"token": TOKEN, "session_id": self.session.session_id, "seq": 1})
        self.assertClosed(self.session, 4005)


class Keeping(ResumeTestCase):
    def test_in_time_and_too_late(self):
        self.session.client_closed(4000)
        self.small.time += KEPT_FOR - 1
        session = self.resume()
        self.assertTrue(session.ready)
        session.client_closed(4000)
        self.small.time += KEPT_FOR
        self.assertRefused(self.resume())
        self.assertEqual(self.small.backend.gateway.sessions, [])

    def test_bot_is_online_until_it_is_given_up(self):
        self.session.client_closed(1006)
        self.assertIn(self.small.bot.user_id, self.small.world.presences)
        self.small.time += KEPT_FOR
        self.small.backend.run_deadlines()
        self.assertNotIn(self.small.bot.user_id, self.small.world.presences)
        self.small.backend.run_deadlines()

    def test_deadline_of_a_session_that_was_resumed(self):
        self.session.client_closed(1006)
        self.small.time += KEPT_FOR - 1
        session = self.resume()
        self.small.time += 1
        self.small.backend.run_deadlines()
        self.assertEqual(self.small.backend.gateway.sessions, [session])

    def test_goodbye_of_the_client_ends_it(self):
        for code in (1000, 1001):
            session = self.small.connect()
            session.client_closed(code)
            self.assertNotIn(session, self.small.backend.gateway.sessions)
        self.small.connect().client_closed(1002)
        self.assertEqual(len(self.small.backend.gateway.sessions), 2)

    def test_codes_of_the_server(self):
        for code, kept in ((4000, 1), (4009, 0), (4004, 0), (1000, 1), (4008, 1), (4014, 0)):
            with self.subTest(code):
                session = self.small.connect()
                session.close(code)
                self.assertEqual(session in self.small.backend.gateway.sessions, bool(kept))

    def test_events_that_were_taken_long_ago_are_dropped(self):
        for number in range(KEPT_FRAMES * 3):
            self.say(str(number))
            self.session.frames.clear()
        self.assertLess(len(self.session.sent), KEPT_FRAMES * 2 + 2)
        self.session.client_closed(4000)
        oldest = self.session.sequence - len(self.session.sent)
        frames = self.frames(self.resume(oldest))
        self.assertEqual(frames[0]["s"], oldest + 1)

    def test_too_far_back(self):
        for number in range(KEPT_FRAMES * 3):
            self.say(str(number))
            self.session.frames.clear()
        self.session.client_closed(4000)
        self.assertRefused(self.resume(self.session.sequence - len(self.session.sent) - 1))

    def test_events_that_were_not_taken_are_all_kept(self):
        self.session.pause(True)
        seen = self.session.sequence
        for number in range(KEPT_FRAMES * 3):
            self.say(str(number))
        frames = self.frames(self.resume(seen))
        self.assertEqual([f["d"]["content"] for f in frames[:-1]], [str(n) for n in range(KEPT_FRAMES * 3)])


class Pausing(ResumeTestCase):
    def test_frames_of_the_client_wait(self):
        told = []
        self.session.on_pause = told.append
        self.session.pause(True)
        self.session.pause(True)
        self.send(self.session, 1)
        self.assertEqual(self.frames(self.session), [])
        self.session.pause(False)
        self.assertEqual([frame["op"] for frame in self.frames(self.session)], [11])
        self.assertEqual(told, [True, False])

    def test_goodbye_is_not_heard(self):
        self.session.pause(True)
        self.session.client_closed(1000)
        self.assertEqual(self.small.backend.gateway.sessions, [self.session])

    def test_what_was_under_way_is_lost_with_a_connection_that_breaks(self):
        self.say("lost")
        self.session.close(1006)
        (close,) = self.session.frames
        self.assertEqual(close.code, 1006)
        self.assertEqual(json.loads(self.session.sent[-1])["d"]["content"], "lost")
