"""Gateway connections: identifying, closing, and who may see which event."""

from __future__ import annotations

import json

from discordtest.backend import intents
from discordtest.backend.gateway import Close
from discordtest.backend.identifying import MAX_GUILDS_PER_SHARD
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.application import make_application
from discordtest.backend.session import FRAMES_WINDOW, HEARTBEAT_INTERVAL, MAX_FRAMES, MAX_PAYLOAD
from discordtest.errors import NotModelled
from tests.backend.worlds import PNG_URI, TOKEN, WorldTestCase


class GatewayTestCase(WorldTestCase):
    def open(self, **query):
        return self.small.backend.connect({"v": "10", "encoding": "json", **query})

    def send(self, session, op, data=None):
        session.receive(json.dumps({"op": op, "d": data}))

    def identify(self, session, **changes):
        for application_id in self.small.world.applications:
            self.small.backend.gateway.starts.free_slots(application_id)
        self.send(session, 2, {"token": TOKEN, "intents": intents.ALL, "properties": {}, **changes})

    def frames(self, session):
        return [json.loads(frame) for frame in session.frames if isinstance(frame, str)]

    def assertClosed(self, session, code):
        self.assertIsInstance(session.frames[-1], Close)
        self.assertEqual(session.frames[-1].code, code)
        self.assertTrue(session.closed)
        self.assertFalse(session.ready)


class Connecting(GatewayTestCase):
    def test_hello_comes_at_once(self):
        (hello,) = self.frames(self.open())
        self.assertEqual(hello["op"], 10)
        self.assertEqual(hello["d"]["heartbeat_interval"], HEARTBEAT_INTERVAL)

    def test_other_version(self):
        self.assertClosed(self.open(v="8"), 4012)
        self.assertFalse(self.open(v="9").closed)

    def test_listener_is_told_of_each_frame(self):
        session, seen = self.open(), []
        session.on_frame = lambda: seen.append(len(session.frames))
        self.send(session, 1)
        self.assertEqual(seen, [2])

    def test_heartbeat_is_answered_before_and_after_identifying(self):
        session = self.open()
        self.send(session, 1, None)
        self.assertEqual(self.frames(session)[-1]["op"], 11)
        self.identify(session)
        self.send(session, 1, 2)
        self.assertEqual(self.frames(session)[-1]["op"], 11)


class Identifying(GatewayTestCase):
    def test_ready_then_guilds(self):
        session = self.open()
        self.identify(session, shard=[0, 1])
        _, ready, guild = self.frames(session)
        self.assertEqual((ready["t"], ready["s"], guild["t"], guild["s"]), ("READY", 1, "GUILD_CREATE", 2))
        data = ready["d"]
        self.assertEqual(data["user"]["id"], self.small.bot.user_id)
        self.assertEqual(data["guilds"], [{"id": self.small.guild["id"], "unavailable": True}])
        application = {key: self.small.application[key] for key in ("id", "flags", "flags_new")}
        self.assertEqual(data["application"], application)
        self.assertEqual(data["shard"], [0, 1])
        self.assertTrue(data["session_id"] and data["resume_gateway_url"])
        self.assertEqual(guild["d"]["id"], self.small.guild["id"])

    def test_sessions_differ(self):
        one, two = self.open(), self.open()
        self.identify(one)
        self.identify(two)
        self.assertNotEqual(one.session_id, two.session_id)

    def test_without_the_guilds_intent_no_guild_comes(self):
        session = self.open()
        self.identify(session, intents=0)
        self.assertEqual([frame["t"] for frame in self.frames(session)], [None, "READY"])

    def test_wrong_token(self):
        for token in ("wrong", None, 5):
            session = self.open()
            self.identify(session, token=token)
            self.assertClosed(session, 4004)

    def test_twice(self):
        session = self.open()
        self.identify(session)
        self.identify(session)
        self.assertClosed(session, 4005)

    def test_unknown_intents(self):
        for wanted in (1 << 30, None, "all", True, -1):
            session = self.open()
            self.identify(session, intents=wanted)
            self.assertClosed(session, 4013)

    def test_intents_that_the_portal_does_not_allow(self):
        approved = intents.ALL & ~int(Intent.MESSAGE_CONTENT)
        make_application(self.small.world, "shy", "shy", self.small.owner, approved=approved)
        session = self.open()
        self.identify(session, token="shy")
        self.assertClosed(session, 4014)
        session = self.open()
        self.identify(session, token="shy", intents=approved)
        self.assertFalse(session.closed)

    def test_shards_that_are_none(self):
        for shard in ([1, 1], [-1, 2], [0, 0], [0], "0", [0.5, 1]):
            session = self.open()
            self.identify(session, shard=shard)
            self.assertClosed(session, 4010)

    def test_shard_serves_its_guilds(self):
        number = (int(self.small.guild["id"]) >> 22) % 2
        for shard, count in ((number, 1), (1 - number, 0)):
            session = self.open()
            self.identify(session, shard=[shard, 2])
            self.assertEqual(len(self.small.events(session, "GUILD_CREATE")), count)
            session.frames.clear()
            self.small.perform("create_message", self.small.general["id"], body={"content": "x"})
            self.assertEqual(len(self.small.events(session, "MESSAGE_CREATE")), count)

    def test_guilds_of_one_shard_at_the_bound(self):
        member = self.small.world.members[self.small.guild["id"]]
        missing = MAX_GUILDS_PER_SHARD - 1
        for number in range(missing):
            guild_id = str(number)
            self.small.world.guilds[guild_id] = {"id": guild_id}
            self.small.world.members[guild_id] = member
        session = self.open()
        self.identify(session, intents=0)
        self.assertFalse(session.closed)
        self.small.world.guilds["77777"] = {"id": "77777"}
        self.small.world.members["77777"] = member
        session = self.open()
        self.identify(session, intents=0)
        self.assertClosed(session, 4011)

    def test_threshold_stays_in_its_bounds(self):
        for asked, got in ((None, 50), (10, 50), (100, 100), (251, 250)):
            session = self.open()
            self.identify(session, large_threshold=asked)
            self.assertEqual(session.large_threshold, got)

    def test_presence_in_the_old_form(self):
        game = {"name": "chess", "type": 0}
        session = self.open()
        self.identify(session, presence={"status": "idle", "game": game, "since": 0, "afk": False})
        presence = self.small.world.presences[self.small.bot.user_id]
        self.assertEqual((presence["status"], presence["activities"][0]["name"]), ("idle", "chess"))


class Frames(GatewayTestCase):
    def test_what_is_no_frame(self):
        broken = (
            "{",
            "[]",
            "{}",
            '{"op":"1"}',
            '{"op":2}',
            '{"op":6,"d":[]}',
            '{"op":1,"d":NaN}',
            '{"op":1,"d":"\\ud800"}',
        )
        for text in broken:
            session = self.open()
            session.receive(text)
            self.assertClosed(session, 4002)

    def test_unknown_opcode(self):
        for code in (99, 0, 5, 7, 9, 10, 11, -1):
            session = self.open()
            self.send(session, code)
            self.assertClosed(session, 4001)

    def test_what_is_known_and_not_modelled(self):
        session = self.small.connect()
        with self.assertRaisesRegex(NotModelled, "Request Channel Info"):
            self.send(session, 43, {"guild_id": self.small.guild["id"]})
        self.assertFalse(session.closed)
        self.assertEqual(len(self.small.backend.failures), 1)
        self.small.backend.failures.clear()

    def test_command_before_identifying(self):
        session = self.open()
        self.send(session, 3, {"status": "idle"})
        self.assertClosed(session, 4003)

    def test_size_at_the_bound(self):
        text = json.dumps({"op": 1, "d": None}).ljust(MAX_PAYLOAD)
        session = self.open()
        session.receive(text)
        self.assertFalse(session.closed)
        session.receive(text + " ")
        self.assertClosed(session, 4002)

    def test_size_is_counted_in_bytes(self):
        text = json.dumps({"op": 1, "d": "ä" * 2030}, ensure_ascii=False)
        session = self.open()
        session.receive(text)
        self.assertFalse(session.closed)
        session.receive(text.replace("ä", "ää", 10))
        self.assertClosed(session, 4002)

    def test_too_many_frames(self):
        session = self.open()
        for _ in range(MAX_FRAMES):
            self.send(session, 1)
        self.assertFalse(session.closed)
        self.send(session, 1)
        self.assertClosed(session, 4008)

    def test_frames_are_counted_by_the_minute(self):
        session = self.open()
        for _ in range(MAX_FRAMES):
            self.send(session, 1)
        self.small.time += FRAMES_WINDOW
        for _ in range(MAX_FRAMES):
            self.send(session, 1)
        self.assertFalse(session.closed)

    def test_minute_begins_with_the_first_frame(self):
        session = self.open()
        self.send(session, 1)
        self.small.time += FRAMES_WINDOW - 1
        for _ in range(MAX_FRAMES - 1):
            self.send(session, 1)
        self.assertFalse(session.closed)
        self.send(session, 1)
        self.assertClosed(session, 4008)

    def test_resume_asks_to_identify_again(self):
        session = self.open()
        self.send(session, 6, {"token": TOKEN, "session_id": "x", "seq": 1})
        last = self.frames(session)[-1]
        self.assertEqual((last["op"], last["d"]), (9, False))
        self.assertFalse(session.closed)

    def test_nothing_is_read_after_the_end(self):
        session = self.open()
        session.close(4000)
        count = len(session.frames)
        self.send(session, 1)
        session.close(4000)
        self.assertEqual(len(session.frames), count)

    def test_client_leaves(self):
        session = self.small.connect()
        session.client_closed(1000)
        self.small.perform("create_message", self.small.general["id"], body={"content": "x"})
        self.assertEqual(list(session.frames), [])
        session.client_closed(1000)


class Entitlement(GatewayTestCase):
    def say(self, channel=None, content="hello", actor=None):
        channel = channel or self.small.general
        return self.small.perform("create_message", channel["id"], actor=actor, body={"content": content})

    def names(self, session):
        return [name for name, _ in self.small.events(session)]

    def test_sequence_counts_on(self):
        session = self.small.connect()
        self.say()
        self.say()
        one, two = self.frames(session)
        self.assertEqual(two["s"], one["s"] + 1)

    def test_intent_lets_through(self):
        deaf, hearing = self.small.connect(Intent.GUILDS), self.small.connect(Intent.GUILD_MESSAGES)
        self.say()
        self.assertEqual((self.names(deaf), self.names(hearing)), ([], ["MESSAGE_CREATE"]))

    def test_hidden_channel(self):
        secret = self.small.make_channel("secret")
        deny = {
            "id": self.small.guild["id"],
            "type": 0,
            "allow": "0",
            "deny": str(int(Permission.VIEW_CHANNEL)),
        }
        own = {**deny, "id": self.small.role["id"]}
        secret["permission_overwrites"] += [deny, own]
        session = self.small.connect()
        self.say(secret)
        self.assertEqual(self.names(session), [])

    def test_foreign_guild(self):
        foreign = self.small.make_guild("Foreign")
        channel = self.small.make_channel("far", guild=foreign)
        del self.small.world.members[foreign["id"]][self.small.bot.user_id]
        session = self.small.connect()
        self.say(channel)
        self.assertEqual(self.names(session), [])

    def test_event_for_one_user(self):
        make_application(self.small.world, "other", "other", self.small.owner)
        mine, theirs = self.small.connect(), self.small.connect(token="other")
        self.small.world.emit("VOICE_SERVER_UPDATE", {}, users=(self.small.bot.user_id,))
        self.assertEqual((self.names(mine), self.names(theirs)), (["VOICE_SERVER_UPDATE"], []))

    def test_direct_messages_come_on_the_first_shard(self):
        for shard, count in ((0, 1), (1, 0)):
            session = self.small.connect(shard=[shard, 2])
            self.small.world.emit("VOICE_SERVER_UPDATE", {}, users=(self.small.bot.user_id,))
            self.assertEqual(len(self.names(session)), count)

    def test_own_member_update_needs_no_intent(self):
        guild_id = self.small.guild["id"]
        members = self.small.world.members[guild_id]
        session = self.small.connect(0)
        for user_id in (self.small.owner["id"], self.small.bot.user_id):
            payload = {**members[user_id], "guild_id": guild_id}
            self.small.world.emit("GUILD_MEMBER_UPDATE", payload, guild=guild_id)
        (seen,) = self.small.events(session, "GUILD_MEMBER_UPDATE")
        self.assertEqual(seen["user"]["id"], self.small.bot.user_id)

    def test_rendered_event_differs_by_viewer(self):
        one, two = self.small.connect(), self.small.connect(Intent.GUILD_EXPRESSIONS)
        guild_id = self.small.guild["id"]
        self.small.world.emit(
            "GUILD_EMOJIS_UPDATE",
            guild=guild_id,
            render=lambda viewer: {"guild_id": guild_id, "emojis": [], "bits": viewer.intents},
        )
        bits = [self.small.events(session, "GUILD_EMOJIS_UPDATE")[0]["bits"] for session in (one, two)]
        self.assertEqual(bits, [intents.ALL, Intent.GUILD_EXPRESSIONS])

    def test_journal_keeps_the_whole_event(self):
        self.small.connect(Intent.GUILD_MESSAGES)
        self.say(content="whole")
        entry = self.small.backend.journal[-1]
        self.assertEqual((entry.name, json.loads(entry.text)["content"]), ("MESSAGE_CREATE", "whole"))


class Content(GatewayTestCase):
    """Without the message content intent."""

    def setUp(self):
        super().setUp()
        self.session = self.small.connect(intents.ALL & ~int(Intent.MESSAGE_CONTENT))

    def seen(self, content, actor=None, **body):
        body = {"content": content, **body}
        self.session.frames.clear()
        made = self.small.perform("create_message", self.small.general["id"], actor=actor, body=body)
        (event,) = self.small.events(self.session, "MESSAGE_CREATE")
        return made, event

    def test_content_of_others_is_hidden(self):
        _, event = self.seen("secret", embeds=[{"title": "secret"}])
        self.assertEqual((event["content"], event["embeds"]), ("", []))

    def test_own_content_is_not(self):
        self.assertEqual(self.seen("mine", actor=self.small.bot)[1]["content"], "mine")

    def test_content_that_mentions_the_application_is_not(self):
        text = f"hey <@{self.small.bot.user_id}>"
        self.assertEqual(self.seen(text)[1]["content"], text)

    def test_answered_message_is_hidden_by_its_own_rule(self):
        secret, _ = self.seen("secret")
        reference = {"message_id": secret["id"]}
        _, event = self.seen("answer", actor=self.small.bot, message_reference=reference)
        self.assertEqual((event["content"], event["referenced_message"]["content"]), ("answer", ""))

    def test_own_message_that_is_answered_is_not_hidden(self):
        mine, _ = self.seen("mine", actor=self.small.bot)
        reference = {"message_id": mine["id"]}
        text = f"see <@{self.small.bot.user_id}>"
        _, event = self.seen(text, message_reference=reference)
        self.assertEqual(event["referenced_message"]["content"], "mine")

    def test_another_session_sees_it_all(self):
        whole = self.small.connect()
        self.seen("secret")
        self.assertEqual(self.small.events(whole, "MESSAGE_CREATE")[0]["content"], "secret")


class ThreadMembers(GatewayTestCase):
    def emit(self, **parts):
        guild_id = self.small.guild["id"]
        payload = {"id": "1", "guild_id": guild_id, "member_count": 1, **parts}
        self.small.world.emit("THREAD_MEMBERS_UPDATE", payload, guild=guild_id)

    def added(self, *user_ids):
        return [
            {"id": "1", "user_id": user_id, "join_timestamp": "2026-07-01T12:00:00+00:00", "flags": 0}
            for user_id in user_ids
        ]

    def test_members_intent_shows_everybody(self):
        session = self.small.connect(Intent.GUILD_MEMBERS)
        self.emit(removed_member_ids=["5"])
        self.assertEqual(self.small.events(session)[0][1]["removed_member_ids"], ["5"])

    def test_without_it_only_the_own_user(self):
        session = self.small.connect(Intent.GUILDS)
        own = self.small.bot.user_id
        self.emit(added_members=self.added("5"), removed_member_ids=["6"])
        self.emit(added_members=self.added(own, "5"))
        self.emit(removed_member_ids=["5", own])
        first, second = self.small.events(session, "THREAD_MEMBERS_UPDATE")
        self.assertEqual(first["added_members"], self.added(own))
        self.assertNotIn("removed_member_ids", first)
        self.assertEqual(second["removed_member_ids"], [own])


class Sending(GatewayTestCase):
    def test_command_reaches_its_module(self):
        session = self.small.connect()
        self.send(session, 3, {"status": "dnd", "activities": [], "afk": False, "since": None})
        self.assertEqual(self.small.world.presences[self.small.bot.user_id]["status"], "dnd")

    def test_events_reach_every_session(self):
        sessions = [self.small.connect(), self.small.connect()]
        body = {"name": "wave", "image": PNG_URI}
        self.small.perform("create_guild_emoji", self.small.guild["id"], body=body)
        for session in sessions:
            self.assertEqual(len(self.small.events(session, "GUILD_EMOJIS_UPDATE")), 1)
            self.assertEqual(session.actor, self.small.bot)
