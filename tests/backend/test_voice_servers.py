"""A voice server's side of the handshake, and what it refuses."""

from __future__ import annotations

import json
import unittest

from discordtest.backend.session import Close
from discordtest.backend.voice_servers import ADDRESS, CLIENT_ADDRESS, VoiceServers
from discordtest.backend.world import World
from tests.backend.worlds import START

IDENTIFY = {
    "server_id": "1",
    "user_id": "2",
    "session_id": "s",
    "token": "t",
    "max_dave_protocol_version": 1,
}
SELECT = {
    "protocol": "udp",
    "data": {"address": "198.51.100.7", "port": 5, "mode": "aead_aes256_gcm_rtpsize"},
}


class VoiceServersTests(unittest.TestCase):
    def setUp(self):
        world = World(START)
        world.voice_states["1"] = {"2": {"session_id": "s"}}
        self.servers = VoiceServers(world)
        self.servers.assign("1", "2", "t", "voice3.discord.media:443")
        self.session = self.servers.connect("voice3.discord.media")

    def send(self, op, data, session=None):
        session = session or self.session
        session.frames.clear()
        session.receive(json.dumps({"op": op, "d": data}))
        return [frame.code if isinstance(frame, Close) else json.loads(frame) for frame in session.frames]

    def test_hello_comes_first(self):
        (hello,) = self.session.frames
        self.assertEqual(json.loads(hello)["op"], 8)

    def test_handshake(self):
        (ready,) = self.send(0, IDENTIFY)
        self.assertEqual((ready["op"], ready["d"]["ip"]), (2, ADDRESS))
        (description,) = self.send(1, SELECT)
        self.assertEqual(description["op"], 4)
        self.assertEqual(description["d"]["mode"], "aead_aes256_gcm_rtpsize")
        self.assertEqual(len(description["d"]["secret_key"]), 32)
        self.assertTrue(all(0 <= number < 256 for number in description["d"]["secret_key"]))

    def test_heartbeat_is_answered_with_its_number(self):
        self.assertEqual(self.send(3, {"t": 7, "seq_ack": -1}), [{"op": 6, "d": {"t": 7}}])

    def test_what_is_refused_at_first(self):
        for op, data, code in (
            (99, None, 4001),
            (0, "nonsense", 4002),
            (0, {}, 4002),
            (1, SELECT, 4003),
            (0, {**IDENTIFY, "token": "x"}, 4004),
            (0, {**IDENTIFY, "user_id": "3"}, 4004),
            (0, {**IDENTIFY, "session_id": "x"}, 4006),
            (0, {**IDENTIFY, "server_id": "9"}, 4011),
            (0, {**IDENTIFY, "max_dave_protocol_version": 0}, 4017),
        ):
            with self.subTest(op=op, data=data):
                session = self.servers.connect("voice3.discord.media")
                self.assertEqual(self.send(op, data, session), [code])
                self.assertTrue(session.closed)

    def test_no_json(self):
        self.session.frames.clear()
        self.session.receive("{")
        (close,) = self.session.frames
        self.assertEqual(close.code, 4002)

    def test_another_server_is_not_found(self):
        session = self.servers.connect("voice4.discord.media")
        self.assertEqual(self.send(0, IDENTIFY, session), [4011])

    def test_what_is_refused_later(self):
        for op, data, code in (
            (0, IDENTIFY, 4005),
            (7, IDENTIFY, 4005),
            (1, {**SELECT, "protocol": "webrtc"}, 4012),
            (1, {"protocol": "udp", "data": {"mode": "plain"}}, 4016),
            (1, {"protocol": "udp"}, 4002),
            (5, {"speaking": "loudly"}, 4002),
        ):
            with self.subTest(op=op, data=data):
                session = self.servers.connect("voice3.discord.media")
                self.send(0, IDENTIFY, session)
                self.assertEqual(self.send(op, data, session), [code])

    def test_resume(self):
        self.send(0, IDENTIFY)
        self.session.close(4015)
        session = self.servers.connect("voice3.discord.media")
        self.assertEqual(
            self.send(7, {"server_id": "1", "session_id": "s", "token": "t", "seq_ack": -1}, session),
            [{"op": 9, "d": None}],
        )

    def test_new_token_ends_the_old_session(self):
        self.send(0, IDENTIFY)
        self.session.frames.clear()
        self.servers.assign("1", "2", "u", "voice3.discord.media:443")
        (close,) = self.session.frames
        self.assertEqual(close.code, 4014)
        session = self.servers.connect("voice3.discord.media")
        self.assertEqual(self.send(0, IDENTIFY, session), [4004])

    def test_out_of_voice(self):
        self.send(0, IDENTIFY)
        self.servers.release("1", "2")
        self.assertTrue(self.session.closed)
        self.assertEqual(self.servers.sessions, {})
        self.servers.release("1", "2")  # of whom there is nothing

    def test_nothing_is_taken_after_the_end(self):
        self.session.client_closed(1000)
        self.assertEqual(self.send(3, {"t": 7}), [])

    def test_client_finds_its_address(self):
        request = b"\x00\x01\x00\x46" + self.session.ssrc.to_bytes(4) + bytes(66)
        answer = self.servers.take(request)
        self.assertEqual(len(answer), 74)
        self.assertEqual(answer[:8], b"\x00\x02\x00\x46" + self.session.ssrc.to_bytes(4))
        self.assertEqual(answer[8:72].rstrip(b"\0").decode(), CLIENT_ADDRESS)
        self.assertGreater(int.from_bytes(answer[72:]), 0)

    def test_sound_is_counted_once_it_is_known_whose(self):
        packet = b"\x80\x78" + bytes(6) + self.session.ssrc.to_bytes(4) + b"sound"
        self.assertIsNone(self.servers.take(packet))
        self.assertEqual(self.session.packets, 0)
        self.send(0, IDENTIFY)
        self.assertIsNone(self.servers.take(packet))
        self.assertEqual(self.session.packets, 1)
        self.assertIsNone(self.servers.take(b""))


if __name__ == "__main__":
    unittest.main()
