"""Payloads of a client that cannot be read, and those that can; also at random."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from discordtest.backend.payloads import is_well_formed
from tests.backend.test_gateway import GatewayTestCase
from tests.backend.worlds import TOKEN

SEED, COUNT = 1, 400


class Shapes(GatewayTestCase):
    def test_what_can_be_read(self) -> None:
        good: Any
        for code, good in (
            (2, {}),
            (2, {"presence": None, "large_threshold": 250}),
            (2, {"presence": {"status": "idle", "game": {"name": "x", "type": 0}}}),
            (3, {"status": "idle", "activities": [], "since": 0, "afk": False}),
            (3, {"activities": None}),
            (4, {"guild_id": []}),
            (8, {"query": "", "limit": 0}),
            (6, {}),
            (31, {"guild_ids": []}),
        ):
            with self.subTest(code=code, data=good):
                self.assertTrue(is_well_formed(code, good))

    def test_what_cannot(self) -> None:
        bad: Any
        for code, bad in (
            (2, None),
            (4, []),
            (2, {"presence": []}),
            (2, {"presence": {"game": "x"}}),
            (2, {"large_threshold": "50"}),
            (3, {"status": 1}),
            (3, {"activities": {}}),
            (3, {"activities": ["x"]}),
            (3, {"activities": [{"name": None}]}),
            (8, {"query": 1}),
            (8, {"limit": "1"}),
            (8, {"limit": True}),
            (31, {"guild_ids": "1"}),
        ):
            with self.subTest(code=code, data=bad):
                self.assertFalse(is_well_formed(code, bad))

    def test_connection_is_closed(self) -> None:
        session = self.small.connect()
        self.send(session, 3, {"status": "idle", "activities": "a lot"})
        self.assertClosed(session, 4002)


class AtRandom(GatewayTestCase):
    """Whatever a client sends, the connection goes on or is closed with one of Discord's codes."""

    KEYS = {
        2: ("intents", "shard", "presence", "large_threshold"),
        3: ("status", "activities", "since", "afk"),
        4: ("guild_id", "channel_id", "self_mute", "self_deaf"),
        6: ("session_id", "seq"),
        8: ("guild_id", "query", "limit", "user_ids", "presences", "nonce"),
        31: ("guild_ids",),
    }  # fmt: skip

    def values(self) -> list[Any]:
        small = self.small
        activity = {"name": "x", "type": 0}
        return [
            None, True, 0, 1, -1, 2**70, 1.5, "", "x", "idle", "1", {}, [], [None], [5], [0, 1], [1, 1], activity,
            [activity], {"name": None}, [{"id": 1}], small.guild["id"], [small.guild["id"]], small.general["id"],
            small.bot.user_id, [small.bot.user_id, "x"], 513,
        ]  # fmt: skip

    def frames_at_random(self) -> Iterator[tuple[int, int, Any]]:
        values = self.values()
        for seed in range(SEED, SEED + COUNT):
            chance = random.Random(seed)
            code = chance.choice([*self.KEYS])
            data: Any = {key: chance.choice(values) for key in self.KEYS[code] if chance.random() < 0.7}
            if code in (2, 6):
                data["token"] = TOKEN
            if code in (4, 8) and chance.random() < 0.6:
                data["guild_id"] = self.small.guild["id"]
            yield seed, code, data

    def test_no_frame_harms(self) -> None:
        for seed, code, data in self.frames_at_random():
            with self.subTest(seed=seed, code=code, data=data):
                self.small.backend.gateway.starts.forget()
                session = self.open() if code in (2, 6) else self.small.connect()
                session.receive(json.dumps({"op": code, "d": data}))
                closes = [frame.code for frame in session.frames if not isinstance(frame, (str, bytes))]
                self.assertIn(closes, ([], [4001], [4002], [4007], [4010], [4013], [4014]))
