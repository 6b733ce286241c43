"""The opcodes of the gateway are those that discord.py knows."""

from __future__ import annotations

import json
import unittest

from discord.gateway import DiscordWebSocket as Theirs

from discordtest.backend import opcodes


class OpcodeTests(unittest.TestCase):
    def test_they_are_those_of_the_client(self) -> None:
        names = {
            "DISPATCH": Theirs.DISPATCH,
            "HEARTBEAT": Theirs.HEARTBEAT,
            "IDENTIFY": Theirs.IDENTIFY,
            "PRESENCE_UPDATE": Theirs.PRESENCE,
            "VOICE_STATE_UPDATE": Theirs.VOICE_STATE,
            "RESUME": Theirs.RESUME,
            "RECONNECT": Theirs.RECONNECT,
            "REQUEST_GUILD_MEMBERS": Theirs.REQUEST_MEMBERS,
            "INVALID_SESSION": Theirs.INVALIDATE_SESSION,
            "HELLO": Theirs.HELLO,
            "HEARTBEAT_ACK": Theirs.HEARTBEAT_ACK,
        }
        self.assertEqual({name: getattr(opcodes, name) for name in names}, names)

    def test_control_frame(self) -> None:
        frame = json.loads(opcodes.control_frame(opcodes.INVALID_SESSION, "true"))
        self.assertEqual(frame, {"op": 9, "s": None, "t": None, "d": True})
        self.assertIsNone(json.loads(opcodes.control_frame(opcodes.HEARTBEAT_ACK))["d"])
