from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

from discordtest.backend.multipart import Part
from discordtest.backend.snapshots import VERSION, Snapshot, checksum
from discordtest.backend.world import World
from discordtest.errors import BackendError
from tests.backend.worlds import START, TOKEN, SmallWorld, WorldTestCase


class SnapshotTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.backend, self.world = self.small.backend, self.small.world
        self.alice = self.small.make_person("alice")

    def say(self, content: str) -> str:
        """Let Alice write; return the message's id."""
        body = {"content": content}
        made = self.small.perform("create_message", self.small.general["id"], actor=self.alice, body=body)
        return str(made["id"])

    def texts(self, world: World | None = None) -> list[str]:
        """The contents of the messages that exist."""
        return [m["content"] for m in (world or self.world).messages[self.small.general["id"]].values()]


class InMemory(SnapshotTestCase):
    def test_world_is_what_it_was(self) -> None:
        self.say("before")
        snapshot = self.backend.snapshot()
        text = snapshot.to_json()
        self.say("after")
        self.small.make_guild("Another")
        self.backend.load(snapshot)
        self.assertEqual(self.texts(), ["before"])
        self.assertEqual(self.backend.snapshot().to_json(), text)

    def test_one_record_is_one_record(self) -> None:
        message_id = self.say("hi")
        self.backend.load(self.backend.snapshot())
        message = self.world.messages[self.small.general["id"]][message_id]
        user = self.world.users[self.alice.user_id]
        self.assertIs(message["author"], user)
        self.assertIs(self.world.members[self.small.guild["id"]][self.alice.user_id]["user"], user)

    def test_tables_stay_the_objects_that_they_are(self) -> None:
        users, deadlines = self.world.users, self.world.deadlines
        self.backend.load(self.backend.snapshot())
        self.assertIs(self.world.users, users)
        self.assertIs(self.world.deadlines, deadlines)

    def test_snapshot_does_not_change_with_the_world_that_it_was_loaded_into(self) -> None:
        self.say("before")
        snapshot = self.backend.snapshot()
        for _ in range(2):
            self.backend.load(snapshot)
            self.assertEqual(self.texts(), ["before"])
            self.say("after")
            self.world.users[self.alice.user_id]["username"] = "other"
        self.backend.load(snapshot)
        self.assertEqual(self.world.users[self.alice.user_id]["username"], "alice")

    def test_what_people_have_not_set_is_still_there(self) -> None:
        self.backend.load(self.backend.snapshot())
        self.assertEqual(self.world.user_settings["1"]["locale"], "en-US")

    def test_record_that_is_none(self) -> None:
        self.world.users["1"] = {"what": object()}
        with self.assertRaisesRegex(TypeError, "a world holds no object"):
            self.backend.snapshot()

    def test_repr(self) -> None:
        self.small.time = 2_500_000
        text = repr(self.backend.snapshot())
        self.assertEqual(text, "<Snapshot of 1 guild and 3 users, 2.5 s after the start>")


class TheClock(SnapshotTestCase):
    def test_clock_and_ids_go_back(self) -> None:
        self.small.time = 5_000_000
        snapshot = self.backend.snapshot()
        self.small.time = 60_000_000
        first = self.world.snowflake()
        self.backend.load(snapshot)
        self.assertEqual(self.world.wall_clock(), START + timedelta(seconds=5))
        self.small.time = 115_000_000
        self.assertEqual(self.world.now(), 60_000_000)
        self.assertEqual(self.world.snowflake(), first)
        self.backend.load(snapshot)
        self.assertEqual(self.world.now(), 5_000_000)

    def test_moment_is_written_anew(self) -> None:
        snapshot = self.backend.snapshot()
        self.small.time = 1
        before = self.world.timestamp()
        self.backend.load(snapshot)
        self.assertNotEqual(self.world.timestamp(), before)

    def test_deadlines_are_set_on_the_clock_that_goes_on(self) -> None:
        alarms: list[int] = []
        self.backend.on_deadline = alarms.append
        self.world.set_deadline(10, "expire_gateway_session", "1")
        snapshot = self.backend.snapshot()
        self.small.time = 30_000_000
        self.world.deadlines.clear()
        self.backend.load(snapshot)
        self.assertEqual(alarms, [10_000_000, 40_000_000])

    def test_rate_limits_are_kept_and_what_was_used_of_them_is_not(self) -> None:
        self.backend.set_rate_limit("get_my_user", 1, 60)
        snapshot = self.backend.snapshot()
        self.small.time = 1_000_000
        statuses = [self.small.request("GET", "/users/@me").status for _ in range(2)]
        self.backend.load(snapshot)
        statuses += [self.small.request("GET", "/users/@me").status for _ in range(2)]
        self.assertEqual(statuses, [200, 429, 200, 429])


class Sessions(SnapshotTestCase):
    def test_sessions_end(self) -> None:
        open_one, lost = self.small.connect(), self.small.connect()
        lost.client_closed(4000)
        snapshot = self.backend.snapshot()
        self.backend.load(snapshot)
        self.assertIn('"op":9', str(open_one.frames[-1]))
        self.assertIn('"d":false', str(open_one.frames[-1]))
        self.assertEqual(self.backend.gateway.sessions, [])

    def test_client_may_begin_another_at_once_however_late_it_began_the_last(self) -> None:
        snapshot = self.backend.snapshot()
        self.small.time = 60_000_000
        self.small.connect()
        self.backend.load(snapshot)
        session = self.backend.connect({})
        session.receive(json.dumps({"op": 2, "d": {"token": TOKEN, "intents": 0}}))
        self.assertTrue(session.ready)


SEED, DAMAGES = 1, 300


def _damaged(text: str, chance: random.Random) -> str:
    """Return the text with one to three changes at random."""
    for _ in range(chance.randint(1, 3)):
        at, length = chance.randrange(len(text)), chance.choice((1, 1, 1, 5, 200))
        new = chance.choice(
            (
                "",
                chance.choice('0123456789"[]{}:,$ntf-e. \\'),
                chr(chance.randrange(0x20, 0x2FF)),
                text[at : at + length] * 2,
                '{"$": 0}',
                "null",
                "NaN",
                "1e999",
            )
        )
        text = text[:at] + new + text[at + length :]
    return text


class Text(SnapshotTestCase):
    def saved(self, **changes: Any) -> str:
        """Return a saved world with other values at the top."""
        return json.dumps({**json.loads(self.backend.snapshot().to_json()), **changes})

    def test_nothing_is_lost(self) -> None:
        self.say("one\u2028line \ud83d\ude00")
        self.world.files["/a"] = b"\x00\xff", "image/png"
        self.world.poll_votes["1"] = {1: {"2": None}}
        self.world.dms["1", "2"] = "3"
        self.world.users["1"] = {"$": 1.5, "list": [[], {}, None, True]}
        snapshot = self.backend.snapshot()
        again = Snapshot.from_json(snapshot.to_json())
        kept, read = snapshot.values(), again.values()
        kept["tokens"] = read["tokens"]
        self.assertEqual(read, kept)
        self.assertEqual(again.moment, snapshot.moment)
        self.assertEqual(again.to_json(), snapshot.to_json())

    def test_one_record_is_one_record(self) -> None:
        message_id = self.say("hi")
        self.backend.load(Snapshot.from_json(self.backend.snapshot().to_json()))
        message = self.world.messages[self.small.general["id"]][message_id]
        self.assertIs(message["author"], self.world.users[self.alice.user_id])

    def test_layout_of_the_file_does_not_matter(self) -> None:
        snapshot = self.backend.snapshot()
        loose = json.dumps(json.loads(snapshot.to_json()), indent=4)
        self.assertEqual(Snapshot.from_json(loose).to_json(), snapshot.to_json())

    def test_token_that_may_be_real_is_left_out(self) -> None:
        text = self.backend.snapshot().to_json()
        self.assertNotIn(TOKEN, text)
        tokens = Snapshot.from_json(text).values()["tokens"]
        self.assertEqual(list(tokens.values()), [self.small.application["id"]])

    def test_file_that_is_cut_off(self) -> None:
        text = self.backend.snapshot().to_json()
        for length in range(0, len(text) - 2, 97):
            with self.assertRaises(BackendError):
                Snapshot.from_json(text[:length])

    def test_file_in_which_a_character_is_another(self) -> None:
        text = self.backend.snapshot().to_json()
        damaged = text.replace('"alice"', '"alicf"')
        with self.assertRaisesRegex(BackendError, "damaged: it is not what was written"):
            Snapshot.from_json(damaged)

    def test_file_that_is_not_ours(self) -> None:
        for text in ("[]", "{}", '{"format": "something"}', "null"):
            with self.assertRaisesRegex(BackendError, "is no saved world"):
                Snapshot.from_json(text)
        with self.assertRaisesRegex(BackendError, "it is no JSON"):
            Snapshot.from_json("\x80\x04\x95 a pickle")

    def test_file_of_another_version(self) -> None:
        with self.assertRaisesRegex(BackendError, "another version of discordtest"):
            Snapshot.from_json(self.saved(version=VERSION + 1))

    def test_file_of_a_version_that_kept_less(self) -> None:
        saved = json.loads(self.backend.snapshot().to_json())
        del saved["tables"]["role_connections"]
        saved["checksum"] = checksum(saved)
        other = SmallWorld().backend
        other.load(Snapshot.from_json(json.dumps(saved)))
        self.assertEqual(other.world.role_connections, {})
        self.assertEqual(other.world.users, self.world.users)

    def test_file_of_a_version_that_signed_no_addresses(self) -> None:
        part = Part("files[0]", "a.txt", "text/plain", b"a")
        made = self.small.perform(
            "create_message", self.small.general["id"], files=[part], actor=self.small.bot
        )
        signed = made["attachments"][0]["url"]
        address = signed.partition("?")[0]
        saved = json.loads(self.backend.snapshot().to_json().replace(signed, address))
        del saved["tables"]["signed_until"]
        saved["checksum"] = checksum(saved)
        self.backend.load(Snapshot.from_json(json.dumps(saved)))
        found = self.small.perform("get_message", made["channel_id"], made["id"])
        shown = found["attachments"][0]["url"]
        self.assertTrue(shown.startswith(f"{address}?ex="))
        self.assertEqual(self.small.download(shown).status, 200)

    def test_file_that_was_forged(self) -> None:
        """What has the right checksum is still only data, and all of it is looked at before anything is loaded."""
        good = json.loads(self.backend.snapshot().to_json())
        tables: dict[str, Any] = good["tables"]
        for change, message in (
            ({"users": {"$": 10**6}}, "it refers to 1000000"),
            ({"users": {"$": True}}, "it refers to True"),
            ({"users": {"$": "object"}}, "it refers to 'object'"),
            ({"users": {"$": "dict", "items": [1]}}, "damaged"),
            ({"users": []}, "a table is none"),
            ({"users": {"$": "dict", "items": [[{"$": "tuple", "items": [[]]}, 1]]}}, "a key is none"),
            ({"users": {"$": "bytes", "base64": "!"}}, "damaged"),
            ({"more": {}}, "another version .*it has more"),
        ):
            with self.subTest(change):
                forged = {**good, "tables": {**tables, **change}}
                forged["checksum"] = checksum(forged)
                with self.assertRaisesRegex(BackendError, message):
                    Snapshot.from_json(json.dumps(forged))
        for moment in (
            {"now": -1},
            {"now": "1"},
            {"now": True},
            {"start_time": "2026-01-01"},
            {"start_time": 5},
        ):
            forged = {**good, **moment}
            with self.subTest(moment), self.assertRaisesRegex(BackendError, "damaged: it is not what was"):
                Snapshot.from_json(json.dumps(forged))
            forged["checksum"] = checksum(forged)
            with self.subTest(moment), self.assertRaisesRegex(BackendError, "damaged"):
                Snapshot.from_json(json.dumps(forged))

    def test_file_that_grows_as_it_is_read(self) -> None:
        """Each of these holds the last one twice, which is 2**80 of the first."""
        good = json.loads(self.backend.snapshot().to_json())
        for kind in ("tuple", "list"):
            numbers = range(len(good["shared"]), len(good["shared"]) + 80)
            pairs = [[{"$": number}, {"$": number}] for number in numbers]
            bomb = pairs if kind == "list" else [{"$": "tuple", "items": pair} for pair in pairs]
            shared = [*good["shared"], {"$": "tuple", "items": [1]}, *bomb]
            tables = {**good["tables"], "users": {"1": {"$": len(shared) - 1}}}
            forged = {**good, "shared": shared, "tables": tables}
            forged["checksum"] = checksum(forged)
            with self.subTest(kind):
                self.backend.load(Snapshot.from_json(json.dumps(forged)))
                self.assertEqual(list(self.world.users), ["1"])

    def test_file_that_was_damaged_anywhere(self) -> None:
        """It is refused, or the damage is none: a space, say."""
        self.say("one\u2028line \ud83d\ude00")
        text = self.backend.snapshot().to_json()
        for seed in range(SEED, SEED + DAMAGES):
            with self.subTest(seed=seed):
                damaged = _damaged(text, random.Random(seed))
                try:
                    read = Snapshot.from_json(damaged)
                except BackendError:
                    continue
                self.assertEqual(read.to_json(), text)

    def test_file_of_endless_depth(self) -> None:
        with self.assertRaises(BackendError):
            Snapshot.from_json("[" * 200_000)
