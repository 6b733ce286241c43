"""The typing indicator."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.intents import ALL, Intent
from discordtest.backend.permissions import Permission
from tests.backend.worlds import START, WorldTestCase


class TypingTests(WorldTestCase):
    def type_in(self, channel: Any) -> Any:
        return self.small.request("POST", f"/channels/{channel['id']}/typing")

    def test_event_in_a_guild(self) -> None:
        session = self.small.connect()
        self.small.time = 2_500_000
        alice = self.small.make_person("alice")
        self.small.perform("trigger_typing_indicator", self.small.general["id"], actor=alice)
        (event,) = self.small.events(session, "TYPING_START")
        self.assertEqual(event["timestamp"], int(START.timestamp()) + 2)
        self.assertEqual((event["user_id"], event["guild_id"]), (alice.user_id, self.small.guild["id"]))
        self.assertEqual(event["member"]["user"]["username"], "alice")

    def test_event_in_a_direct_message(self) -> None:
        alice = self.small.make_person("alice")
        dm = self.small.request("POST", "/users/@me/channels", {"recipient_id": alice.user_id}).json
        session = self.small.connect()
        self.assertStatus(self.type_in(dm), 204)
        (event,) = self.small.events(session, "TYPING_START")
        self.assertNotIn("guild_id", event)
        self.assertNotIn("member", event)

    def test_needs_its_intent(self) -> None:
        session = self.small.connect(ALL & ~int(Intent.GUILD_MESSAGE_TYPING))
        self.assertStatus(self.type_in(self.small.general), 204)
        self.assertEqual(self.small.events(session), [])

    def test_needs_send_messages(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL)
        self.assertStatus(self.type_in(self.small.general), 403, Code.MISSING_PERMISSIONS.value)

    def test_only_where_messages_go(self) -> None:
        for kind in (4, 15):
            channel = self.small.make_channel("x", kind)
            self.assertStatus(self.type_in(channel), 400, Code.CANNOT_SEND_IN_NON_TEXT.value)
