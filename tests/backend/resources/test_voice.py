"""Voice: joining, moving, leaving, stages, status."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import START, WorldTestCase

VOICE, STAGE = 2, 13
TALK = int(Permission.VIEW_CHANNEL | Permission.CONNECT | Permission.SPEAK)


class VoiceTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = self.small.make_person("alice", TALK)
        self.voice = self.small.make_channel("Voice", VOICE)
        self.stage = self.small.make_channel("Stage", STAGE)
        self.states = self.small.world.voice_states[self.small.guild["id"]]

    def send(self, actor: Any, channel: Any, **body: Any) -> Any:
        body["channel_id"] = None if channel is None else channel["id"]
        name = "update_my_gateway_voice_state"
        return self.small.perform(name, self.small.guild["id"], actor=actor, body=body)

    def rest(self, method: str, who: str = "@me", body: Any = None) -> Any:
        return self.small.request(method, f"/guilds/{self.small.guild['id']}/voice-states/{who}", body)

    def updates(self, session: Any) -> Any:
        return self.small.events(session, "VOICE_STATE_UPDATE")


class GatewayTests(VoiceTestCase):
    def test_join_move_and_leave(self) -> None:
        session = self.small.connect()
        other = self.small.make_channel("Other", VOICE)
        for channel in (self.voice, other, None):
            self.send(self.alice, channel)
        updates = self.updates(session)
        channels = [update["channel_id"] for update in updates]
        self.assertEqual(channels, [self.voice["id"], other["id"], None])
        self.assertEqual(updates[0]["member"]["user"]["username"], "alice")
        self.assertEqual(len({update["session_id"] for update in updates}), 1)
        self.assertEqual(self.states, {})

    def test_switches(self) -> None:
        session = self.small.connect()
        self.send(self.alice, self.voice, self_mute=True)
        self.send(self.alice, self.voice, self_deaf=True, self_video=True)
        self.send(self.alice, self.voice, self_deaf=True)
        updates = self.updates(session)
        switches = [(one["self_mute"], one["self_deaf"], one["self_video"]) for one in updates]
        self.assertEqual(switches, [(True, False, False), (True, True, True)])

    def test_leaving_when_in_none_is_nothing(self) -> None:
        session = self.small.connect()
        self.assertIsNone(self.send(self.alice, None))
        self.assertEqual(self.small.events(session), [])

    def test_a_bot_gets_a_server(self) -> None:
        session = self.small.connect()
        data = {"guild_id": self.small.guild["id"], "channel_id": self.voice["id"], "self_mute": False}
        session.receive(json.dumps({"op": 4, "d": data}))
        names = [name for name, _ in self.small.events(session)]
        self.assertEqual(names, ["VOICE_STATE_UPDATE", "VOICE_SERVER_UPDATE"])
        server = self.small.events(session, "VOICE_SERVER_UPDATE")[0]
        self.assertEqual(set(server), {"token", "guild_id", "endpoint"})

    def test_a_person_gets_none(self) -> None:
        session = self.small.connect()
        self.send(self.alice, self.voice)
        self.assertEqual(self.small.events(session, "VOICE_SERVER_UPDATE"), [])

    def test_who_is_muted_by_the_guild_stays_so(self) -> None:
        member = self.small.world.members[self.small.guild["id"]][self.alice.user_id]
        member.update(mute=True)
        self.assertIs(self.send(self.alice, self.voice)["mute"], True)

    def test_where_one_may_not_speak_one_is_suppressed(self) -> None:
        self.assertIs(self.send(self.alice, self.voice)["suppress"], False)
        quiet = {"id": self.alice.user_id, "type": 1, "deny": int(Permission.SPEAK)}
        other = self.small.make_channel("Quiet", VOICE, permission_overwrites=[quiet])
        self.assertIs(self.send(self.alice, other)["suppress"], True)
        self.small.guild["afk_channel_id"] = self.voice["id"]
        self.assertIs(self.send(self.alice, self.voice)["suppress"], True)

    def test_refusals(self) -> None:
        for channel, code in (
            ({"id": "1"}, Code.UNKNOWN_CHANNEL),
            (self.small.general, Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE),
        ):
            with self.assertRefused(code):
                self.send(self.alice, channel)

    def test_needs_to_see_and_to_connect(self) -> None:
        for bit, code in (("VIEW_CHANNEL", Code.MISSING_ACCESS), ("CONNECT", Code.MISSING_PERMISSIONS)):
            deny = {"id": self.alice.user_id, "type": 1, "deny": int(Permission[bit])}
            with self.assertRefused(code):
                self.send(self.alice, self.small.make_channel("x", VOICE, permission_overwrites=[deny]))

    def test_a_full_channel(self) -> None:
        small = self.small.make_channel("Small", VOICE, user_limit=1)
        self.send(self.alice, small)
        bob = self.small.make_person("bob", TALK)
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.send(bob, small)
        self.send(self.alice, small, self_mute=True)  # she is in already
        mover = self.small.make_person("carol", TALK | int(Permission.MOVE_MEMBERS))
        self.send(mover, small)

    def test_a_person_is_in_one_channel_of_all_guilds(self) -> None:
        elsewhere = self.small.make_guild("Elsewhere")
        self.small.join(self.small.world.users[self.alice.user_id], elsewhere["id"])
        other = self.small.make_channel("V", VOICE, elsewhere)
        self.send(self.alice, self.voice)
        body = {"channel_id": other["id"]}
        self.small.perform("update_my_gateway_voice_state", elsewhere["id"], actor=self.alice, body=body)
        self.assertEqual(self.states, {})

    def test_a_deleted_channel_is_left(self) -> None:
        self.send(self.alice, self.voice)
        session = self.small.connect()
        self.small.perform("delete_channel", self.voice["id"])
        self.assertIsNone(self.updates(session)[0]["channel_id"])
        self.assertEqual(self.states, {})

    def test_who_is_not_in_the_guild(self) -> None:
        stranger = self.small.narrator.__class__("narrator", "1")
        with self.assertRefused(Code.UNKNOWN_MEMBER):
            self.send(stranger, self.voice)

    def test_moved_by_a_moderator_onto_a_stage(self) -> None:
        self.send(self.alice, self.voice)
        path = (self.small.guild["id"], self.alice.user_id)
        self.small.perform("update_guild_member", *path, body={"channel_id": self.stage["id"]})
        self.assertIs(self.states[self.alice.user_id]["suppress"], True)


class FetchTests(VoiceTestCase):
    def test_own_and_others(self) -> None:
        self.send(self.alice, self.voice)
        self.send(self.small.bot, self.voice)
        self.assertEqual(self.assertStatus(self.rest("GET"), 200)["user_id"], self.small.bot.user_id)
        found = self.assertStatus(self.rest("GET", self.alice.user_id), 200)
        self.assertEqual(
            (found["channel_id"], found["member"]["user"]["username"]), (self.voice["id"], "alice")
        )

    def test_of_a_channel_that_the_bot_may_enter(self) -> None:
        self.send(self.alice, self.voice)
        for lacking in (Permission.VIEW_CHANNEL, Permission.CONNECT):
            self.small.allow(Permission(TALK) & ~lacking)
            self.assertStatus(self.rest("GET", self.alice.user_id), 403, Code.MISSING_ACCESS)
        self.small.allow(TALK)
        self.assertStatus(self.rest("GET", self.alice.user_id), 200)

    def test_not_in_voice(self) -> None:
        for who in ("@me", self.alice.user_id):
            self.assertStatus(self.rest("GET", who), 404, Code.UNKNOWN_VOICE_STATE.value)


class StageTests(VoiceTestCase):
    def setUp(self) -> None:
        super().setUp()
        for actor in (self.alice, self.small.bot):
            self.send(actor, self.stage)
        self.mine = self.states[self.small.bot.user_id]
        self.hers = self.states[self.alice.user_id]

    def test_everybody_starts_in_the_audience(self) -> None:
        self.assertEqual((self.mine["suppress"], self.hers["suppress"]), (True, True))

    def test_step_up_and_down(self) -> None:
        session = self.small.connect()
        self.assertStatus(self.rest("PATCH", body={"channel_id": self.stage["id"], "suppress": False}), 204)
        self.assertIs(self.mine["suppress"], False)
        self.small.allow(TALK)
        self.assertStatus(self.rest("PATCH", body={"suppress": True}), 204)
        self.assertStatus(self.rest("PATCH", body={"suppress": True}), 204)
        self.assertEqual(len(self.updates(session)), 2)
        answer = self.rest("PATCH", body={"suppress": False})
        self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS.value)
        self.small.allow(TALK | int(Permission.MUTE_MEMBERS))
        self.mine["request_to_speak_timestamp"] = START.isoformat()
        self.assertStatus(self.rest("PATCH", body={"suppress": False}), 204)
        self.assertIsNone(self.mine["request_to_speak_timestamp"])

    def test_ask_to_speak(self) -> None:
        now = START.isoformat()
        self.assertStatus(self.rest("PATCH", body={"request_to_speak_timestamp": now}), 204)
        self.assertEqual(self.mine["request_to_speak_timestamp"], "2026-07-01T12:00:00.000000+00:00")
        self.assertStatus(self.rest("PATCH", body={"request_to_speak_timestamp": "2026-07-01T11:59:50"}), 204)
        past = (START - timedelta(seconds=10, microseconds=1)).isoformat()
        answer = self.rest("PATCH", body={"request_to_speak_timestamp": past})
        self.assertStatus(answer, 400, Code.INVALID_FORM_BODY.value)
        self.small.allow(TALK)
        answer = self.rest("PATCH", body={"request_to_speak_timestamp": now})
        self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS.value)
        self.assertStatus(self.rest("PATCH", body={"request_to_speak_timestamp": None}), 204)
        self.assertIsNone(self.mine["request_to_speak_timestamp"])

    def test_invite_and_send_back(self) -> None:
        path = self.alice.user_id
        self.assertStatus(
            self.rest("PATCH", path, {"suppress": False, "request_to_speak_timestamp": None}), 204
        )
        self.assertIs(self.hers["suppress"], False)
        self.assertIsNotNone(self.hers["request_to_speak_timestamp"])
        self.assertStatus(self.rest("PATCH", path, {"suppress": True}), 204)
        self.assertIsNone(self.hers["request_to_speak_timestamp"])
        self.small.allow(TALK)
        answer = self.rest("PATCH", path, {"suppress": False})
        self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS.value)
        self.small.allow(TALK | int(Permission.MUTE_MEMBERS))
        self.assertStatus(self.rest("PATCH", path, {"suppress": False}), 204)

    def test_nothing_asked_is_nothing_done(self) -> None:
        session = self.small.connect()
        self.assertStatus(self.rest("PATCH", self.alice.user_id, {"channel_id": self.stage["id"]}), 204)
        self.assertEqual(self.small.events(session), [])

    def test_only_on_stages(self) -> None:
        self.send(self.small.bot, self.voice)
        answer = self.rest("PATCH", body={"suppress": True})
        self.assertStatus(answer, 400, Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE.value)
        answer = self.rest("PATCH", body={"channel_id": "1", "suppress": True})
        self.assertStatus(answer, 404, Code.UNKNOWN_CHANNEL.value)
        answer = self.rest("PATCH", body={"channel_id": self.stage["id"], "suppress": True})
        self.assertStatus(answer, 400, Code.TARGET_NOT_IN_VOICE.value)


class StatusTests(VoiceTestCase):
    def put(self, status: Any, channel: Any = None) -> Any:
        path = f"/channels/{(channel or self.voice)['id']}/voice-status"
        return self.small.request("PUT", path, {"status": status})

    def test_event_and_audit_entries(self) -> None:
        session = self.small.connect()
        for status in ("chess", "chess", None, None):
            self.assertStatus(self.put(status), 204)
        events = self.small.events(session, "VOICE_CHANNEL_STATUS_UPDATE")
        self.assertEqual([event["status"] for event in events], ["chess", None])
        set_entry, cleared = self.small.audit_log()[-2:]
        self.assertEqual((set_entry["action_type"], set_entry["options"]), (192, {"status": "chess"}))
        self.assertEqual(cleared["action_type"], 193)

    def test_length(self) -> None:
        self.assertStatus(self.put("s" * 500), 204)
        self.assertStatus(self.put("s" * 501), 400, Code.INVALID_FORM_BODY.value)

    def test_permissions_inside_and_outside(self) -> None:
        self.small.allow(TALK | int(Permission.SET_VOICE_CHANNEL_STATUS))
        self.assertStatus(self.put("x"), 403, Code.MISSING_PERMISSIONS.value)
        self.send(self.small.bot, self.voice)
        self.assertStatus(self.put("x"), 204)
        self.small.allow(TALK)
        self.assertStatus(self.put("y"), 403, Code.MISSING_PERMISSIONS.value)
        other = self.small.make_channel("other", 2)
        self.small.allow(TALK | int(Permission.SET_VOICE_CHANNEL_STATUS | Permission.MANAGE_CHANNELS))
        self.assertStatus(self.put("z", other), 204)

    def test_only_voice_channels_have_one(self) -> None:
        answer = self.put("x", self.small.general)
        self.assertStatus(answer, 400, Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE.value)
