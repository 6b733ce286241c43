"""Pins."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import BOT_PERMISSIONS, WorldTestCase


class DeprecatedPins(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.path = f"/channels/{self.small.general['id']}/pins"

    def test_pinned_listed_and_unpinned(self):
        body = {"content": "x"}
        message = self.small.perform("create_message", self.small.general["id"], body=body)
        path = f"{self.path}/{message['id']}"
        self.assertStatus(self.small.request("PUT", path), 204)
        [pinned] = self.assertStatus(self.small.request("GET", self.path), 200)
        self.assertEqual((pinned["id"], pinned["pinned"]), (message["id"], True))
        self.assertStatus(self.small.request("DELETE", path), 204)
        self.assertEqual(self.assertStatus(self.small.request("GET", self.path), 200), [])

    def test_permission(self):
        message = self.small.perform("create_message", self.small.general["id"], body={"content": "x"})
        self.small.allow(BOT_PERMISSIONS & ~int(Permission.PIN_MESSAGES))
        for method in ("PUT", "DELETE"):
            answer = self.small.request(method, f"{self.path}/{message['id']}")
            self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS)


class Pins(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.path = f"/channels/{self.small.general['id']}/messages"

    def send(self, content="x"):
        body = {"content": content}
        return self.small.perform("create_message", self.small.general["id"], body=body, actor=self.small.bot)

    def pin(self, message, method="PUT", reason=None):
        return self.small.request(method, f"{self.path}/pins/{message['id']}", reason=reason)

    def listed(self, **query):
        return self.assertStatus(self.small.request("GET", f"{self.path}/pins", query=query), 200)

    def test_pin_is_noted_told_audited_and_said(self):
        message, session = self.send(), self.small.connect()
        self.assertStatus(self.pin(message, reason="good"), 204)
        names = [name for name, _ in self.small.events(session)]
        self.assertEqual(
            names, ["GUILD_AUDIT_LOG_ENTRY_CREATE", "MESSAGE_UPDATE", "CHANNEL_PINS_UPDATE", "MESSAGE_CREATE"]
        )
        [pins] = self.small.events(session, "CHANNEL_PINS_UPDATE")
        self.assertEqual(pins["last_pin_timestamp"], self.small.general["last_pin_timestamp"])
        self.assertTrue(self.small.events(session, "MESSAGE_UPDATE")[0]["pinned"])
        [said] = self.small.events(session, "MESSAGE_CREATE")
        place = {"channel_id": self.small.general["id"], "guild_id": self.small.guild["id"]}
        wanted = {"type": 0, "message_id": message["id"], **place}
        self.assertEqual((said["type"], said["message_reference"]), (6, wanted))
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["target_id"]), (74, self.small.bot.user_id))
        expected = {"channel_id": message["channel_id"], "message_id": message["id"]}
        self.assertEqual((entry["options"], entry["reason"]), (expected, "good"))

    def test_second_pin_changes_nothing(self):
        message = self.send()
        self.pin(message)
        session = self.small.connect()
        self.assertStatus(self.pin(message), 204)
        self.assertEqual(self.small.events(session), [])

    def test_unpin(self):
        message = self.send()
        self.assertStatus(self.pin(message, "DELETE"), 204)
        self.pin(message)
        session = self.small.connect()
        self.assertStatus(self.pin(message, "DELETE"), 204)
        self.assertFalse(message["pinned"])
        self.assertIsNone(self.small.events(session, "CHANNEL_PINS_UPDATE")[0]["last_pin_timestamp"])
        self.assertEqual(self.small.audit_log()[-1]["action_type"], 75)

    def test_latest_pin_that_is_left_counts(self):
        first, second, third = self.send(), self.send(), self.send()
        for message in (first, second, third):
            self.small.time += 1_000_000
            self.pin(message)
        at = self.small.world.pins[self.small.general["id"]][second["id"]]
        self.pin(third, "DELETE")
        self.assertEqual(self.small.general["last_pin_timestamp"], at)

    def test_permission(self):
        message = self.send()
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.PIN_MESSAGES)
        self.assertStatus(self.pin(message), 403, 50013)
        self.assertStatus(self.pin(message, "DELETE"), 403, 50013)

    def test_system_messages_cannot_be_pinned(self):
        self.pin(self.send())
        said = list(self.small.world.messages[self.small.general["id"]].values())[-1]
        self.assertStatus(self.pin(said), 403, 50021)

    def test_250_pins(self):
        at = self.small.world.timestamp()
        self.small.world.pins[self.small.general["id"]] = {str(number): at for number in range(249)}
        self.assertStatus(self.pin(self.send()), 204)
        self.assertStatus(self.pin(self.send()), 400, 30003)

    def test_list_is_newest_pin_first(self):
        first, second = self.send(), self.send()
        for second_number, message in enumerate((second, first)):
            self.small.time = second_number * 1_000_000
            self.pin(message)
        found = self.listed()
        self.assertEqual([item["message"]["id"] for item in found["items"]], [first["id"], second["id"]])
        self.assertFalse(found["has_more"])
        self.assertFalse(self.listed(limit="2")["has_more"])
        page = self.listed(limit="1")
        self.assertTrue(page["has_more"])
        rest = self.listed(before=page["items"][0]["pinned_at"])
        self.assertEqual([item["message"]["id"] for item in rest["items"]], [second["id"]])
        self.assertEqual(self.listed(before="2020-01-01T00:00:00")["items"], [])

    def test_list_limit_is_1_to_50(self):
        self.listed(limit="50")
        for limit in ("0", "51"):
            answer = self.small.request("GET", f"{self.path}/pins", query={"limit": limit})
            self.assertStatus(answer, 400, Code.INVALID_FORM_BODY)

    def test_list_without_permission_is_empty(self):
        self.pin(self.send())
        self.small.allow(Permission(BOT_PERMISSIONS) & ~Permission.READ_MESSAGE_HISTORY)
        self.assertEqual(self.listed(), {"items": [], "has_more": False})
        self.small.allow(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
        self.assertEqual(len(self.listed()["items"]), 1)
