"""What moderators do to members in voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.audit import Action
from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.world import Record


class VoiceModeration(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.alice = self.small.make_person("alice")
        self.lounge = self.small.make_channel("lounge", 2)
        self.studio = self.small.make_channel("studio", 2)
        self.states = self.small.world.voice_states[self.guild_id]
        self.states[self.alice.user_id] = self.state = {
            "guild_id": self.guild_id,
            "channel_id": self.lounge["id"],
            "user_id": self.alice.user_id,
            "session_id": "s",
            "deaf": False,
            "mute": False,
            "self_deaf": False,
            "self_mute": False,
            "self_video": False,
            "self_stream": False,
            "suppress": False,
            "request_to_speak_timestamp": None,
        }
        self.session = self.small.connect()

    def patch(self, **body: Any) -> Any:
        path = f"/guilds/{self.guild_id}/members/{self.alice.user_id}"
        return self.small.request("PATCH", path, body)

    def told(self) -> list[Record]:
        return self.small.events(self.session, "VOICE_STATE_UPDATE")

    def test_mute_and_deafen(self):
        answer = self.assertStatus(self.patch(mute=True, deaf=True), 200)
        self.assertEqual((answer["mute"], answer["deaf"]), (True, True))
        (event,) = self.told()
        self.assertEqual((event["mute"], event["deaf"], event["channel_id"]), (True, True, self.lounge["id"]))
        self.assertEqual(self.small.audit_log()[-1]["action_type"], Action.MEMBER_UPDATE)

    def test_same_again_is_silent(self):
        self.assertStatus(self.patch(mute=False, channel_id=self.lounge["id"]), 200)
        self.assertEqual(self.small.events(self.session), [])

    def test_move(self):
        self.assertStatus(self.patch(channel_id=self.studio["id"]), 200)
        self.assertEqual(self.told()[0]["channel_id"], self.studio["id"])
        entry = self.small.audit_log()[-1]
        self.assertEqual(entry["action_type"], Action.MEMBER_MOVE)
        self.assertEqual(entry["options"], {"channel_id": self.studio["id"], "count": "1"})

    def test_disconnect(self):
        self.assertStatus(self.patch(channel_id=None), 200)
        self.assertIsNone(self.told()[0]["channel_id"])
        self.assertEqual(self.states, {})
        self.assertEqual(self.small.audit_log()[-1]["action_type"], Action.MEMBER_DISCONNECT)

    def test_each_needs_its_permission(self):
        self.small.allow(Permission.VIEW_CHANNEL | Permission.CONNECT)
        for body in ({"mute": True}, {"deaf": True}, {"channel_id": None}, {"channel_id": self.studio["id"]}):
            with self.subTest(body):
                self.assertStatus(self.patch(**body), 403, Code.MISSING_PERMISSIONS)

    def test_move_needs_to_connect_there(self):
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MOVE_MEMBERS)
        self.assertStatus(self.patch(channel_id=self.studio["id"]), 403, Code.MISSING_PERMISSIONS)

    def test_targets_that_are_none(self):
        self.assertStatus(self.patch(channel_id="5"), 404, Code.UNKNOWN_CHANNEL)
        answer = self.assertStatus(self.patch(channel_id=self.small.general["id"]), 400, 50035)
        self.assertFieldError(answer, "channel_id")

    def test_member_who_is_not_connected(self):
        self.states.clear()
        self.assertStatus(self.patch(mute=True), 400, Code.TARGET_NOT_IN_VOICE)
        self.assertStatus(self.patch(channel_id=None), 400, Code.TARGET_NOT_IN_VOICE)

    def test_leaving_the_guild_leaves_voice(self):
        path = f"/guilds/{self.guild_id}/members/{self.alice.user_id}"
        self.assertStatus(self.small.request("DELETE", path), 204)
        self.assertIsNone(self.told()[0]["channel_id"])
