"""What a client asks for over the gateway: members and presence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from discordtest.backend import intents
from discordtest.backend.gateway import Close
from discordtest.backend.intents import Intent
from discordtest.backend.resources.application import make_application
from discordtest.backend.resources.user import make_user
from tests.backend.worlds import WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.gateway import Session
    from discordtest.backend.world import Record

SECOND = 1_000_000  # microseconds


class CommandTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.session = self.small.connect()

    def ask(self, session: Session | None = None, **data: Any) -> list[Record]:
        """Request members of the guild; return the chunks that came."""
        session = session or self.session
        session.frames.clear()
        session.receive(json.dumps({"op": 8, "d": {"guild_id": self.guild_id, **data}}))
        return self.small.events(session, "GUILD_MEMBERS_CHUNK")

    @staticmethod
    def names(chunks: list[Record]) -> list[str]:
        return [member["user"]["username"] for chunk in chunks for member in chunk["members"]]


class WholeList(CommandTestCase):
    def test_one_chunk(self):
        (chunk,) = self.ask(query="", limit=0, nonce="n" * 32)
        self.assertEqual(self.names([chunk]), ["owner", "robot"])
        numbers = (chunk["chunk_index"], chunk["chunk_count"], chunk["nonce"], chunk["guild_id"])
        self.assertEqual(numbers, (0, 1, "n" * 32, self.guild_id))
        self.assertNotIn("presences", chunk)

    def test_a_thousand_to_a_chunk(self):
        users = [make_user(self.small.world, f"user {number}")["id"] for number in range(998)]
        self.session.client_closed(1000)
        self.small.perform("add_guild_members", self.guild_id, body={"user_ids": users})
        self.assertEqual([len(chunk["members"]) for chunk in self.ask(self.small.connect(), limit=0)], [1000])
        one = make_user(self.small.world, "one more")["id"]
        self.small.perform("add_guild_members", self.guild_id, body={"user_ids": [one]})
        chunks = self.ask(self.small.connect(), query="", limit=0)
        self.assertEqual([len(chunk["members"]) for chunk in chunks], [1000, 1])
        self.assertEqual([(c["chunk_index"], c["chunk_count"]) for c in chunks], [(0, 2), (1, 2)])

    def test_once_in_thirty_seconds(self):
        self.ask(query="", limit=0)
        self.small.time = 30 * SECOND - SECOND // 2
        self.assertEqual(self.ask(query="", limit=0, nonce="x"), [])
        (event,) = self.small.events(self.session, "RATE_LIMITED")
        meta = {"guild_id": self.guild_id, "nonce": "x"}
        self.assertEqual(event, {"opcode": 8, "retry_after": 0.5, "meta": meta})
        self.assertEqual(len(self.ask(query="rob", limit=1)), 1)
        self.small.time = 30 * SECOND
        self.assertEqual(len(self.ask(query="", limit=0)), 1)

    def test_needs_the_members_intent(self):
        session = self.small.connect(intents.ALL & ~int(Intent.GUILD_MEMBERS))
        self.ask(session, query="", limit=0)
        self.assertEqual(session.frames[-1], Close(4014, "Disallowed intent(s)."))

    def test_presences_need_their_intent(self):
        (chunk,) = self.ask(query="", limit=0, presences=True)
        self.assertEqual([p["user"]["id"] for p in chunk["presences"]], [self.small.bot.user_id])
        session = self.small.connect(intents.ALL & ~int(Intent.GUILD_PRESENCES))
        (chunk,) = self.ask(session, query="", limit=0, presences=True)
        self.assertNotIn("presences", chunk)


class Search(CommandTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = self.small.make_person("Alice")
        self.bob = self.small.make_person("bob")
        self.small.world.members[self.guild_id][self.bob.user_id]["nick"] = "Alf"

    def test_by_name_and_nick(self):
        self.assertEqual(self.names(self.ask(query="al", limit=5)), ["Alice", "bob"])
        self.assertEqual(self.names(self.ask(query="al", limit=1)), ["Alice"])
        self.assertEqual(self.names(self.ask(query="zz", limit=5)), [])

    def test_at_most_a_hundred(self):
        users = [make_user(self.small.world, f"user {number}")["id"] for number in range(101)]
        self.small.perform("add_guild_members", self.guild_id, body={"user_ids": users})
        self.assertEqual(len(self.names(self.ask(query="user", limit=0))), 100)
        self.assertEqual(len(self.names(self.ask(query="user", limit=101))), 100)
        self.assertEqual(len(self.names(self.ask(user_ids=users))), 100)

    def test_by_id(self):
        (chunk,) = self.ask(user_ids=[self.alice.user_id, "5"])
        self.assertEqual((self.names([chunk]), chunk["not_found"]), (["Alice"], ["5"]))
        self.assertEqual(self.names(self.ask(user_ids=int(self.bob.user_id))), ["bob"])

    def test_longer_nonce_is_ignored(self):
        (chunk,) = self.ask(query="al", limit=1, nonce="n" * 33)
        self.assertNotIn("nonce", chunk)

    def test_guild_that_is_not_the_bots(self):
        made = self.small.perform("create_guild", body={"name": "Other"})
        for guild_id in (made["id"], "5", None, [self.guild_id, "5"]):
            with self.subTest(guild_id):
                self.assertEqual(self.ask(guild_id=guild_id, query="", limit=0), [])
        self.assertEqual(len(self.ask(guild_id=[self.guild_id], query="al", limit=1)), 1)


class Presence(CommandTestCase):
    def setUp(self) -> None:
        super().setUp()
        application = make_application(self.small.world, "second", "other", self.small.owner)
        self.small.join(application["bot"], self.guild_id)
        self.other = self.small.connect(token="other")
        self.session.frames.clear()

    def show(self, **data: Any) -> None:
        self.session.receive(json.dumps({"op": 3, "d": {"since": 0, "afk": False, **data}}))

    def told(self) -> list[Record]:
        return self.small.events(self.other, "PRESENCE_UPDATE")

    def test_others_are_told(self):
        activity = {"name": "chess", "type": 0, "details": "a bot has none"}
        self.show(status="dnd", activities=[activity])
        (event,) = self.told()
        self.assertEqual((event["status"], event["guild_id"]), ("dnd", self.guild_id))
        self.assertEqual(event["user"], {"id": self.small.bot.user_id})
        self.assertEqual(event["client_status"], {"web": "dnd"})
        (shown,) = event["activities"]
        self.assertEqual(shown["name"], "chess")
        self.assertNotIn("details", shown)
        self.assertEqual(self.small.events(self.session), [])

    def test_invisible_is_offline(self):
        self.show(status="invisible", activities=[{"name": "chess", "type": 0}])
        (event,) = self.told()
        self.assertEqual((event["status"], event["activities"]), ("offline", []))
        self.assertNotIn(self.small.bot.user_id, self.small.world.presences)

    def test_unknown_status(self):
        self.show(status="busy")
        self.assertEqual(self.session.frames[-1], Close(4002, "Error while decoding payload."))

    def test_end_of_the_last_connection(self):
        second = self.small.connect()
        self.other.frames.clear()
        second.client_closed(1000)
        self.assertEqual(self.told(), [])
        self.session.client_closed(1000)
        self.assertEqual([event["status"] for event in self.told()], ["offline"])

    def test_needs_the_intent(self):
        quiet = self.small.connect(intents.ALL & ~int(Intent.GUILD_PRESENCES), token="other")
        self.show(status="idle")
        self.assertEqual(self.small.events(quiet), [])


class Voice(CommandTestCase):
    def test_refusals_are_silent(self):
        for data in ({}, {"guild_id": "5", "channel_id": None}):
            self.session.receive(json.dumps({"op": 4, "d": data}))
        self.assertEqual(list(self.session.frames), [])
