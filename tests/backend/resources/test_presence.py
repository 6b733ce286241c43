"""Presences of people, and what a client is told of them."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.intents import Intent
from tests.backend.worlds import WorldTestCase


class People(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = self.small.make_person("alice")
        self.session = self.small.connect()

    def test_whole_activity_is_kept(self):
        activity = {"name": "Custom Status", "type": 4, "state": "tea", "emoji": {"name": "🍵"}}
        body = {"status": "idle", "activities": [activity]}
        self.small.perform("update_presence", self.alice.user_id, actor=self.alice, body=body)
        (event,) = self.small.events(self.session, "PRESENCE_UPDATE")
        (shown,) = event["activities"]
        self.assertEqual((shown["state"], shown["emoji"], shown["id"]), ("tea", {"name": "🍵"}, "custom"))
        self.assertEqual(shown["created_at"], 1782907200000)

    def test_offline_again(self):
        self.small.perform("update_presence", self.alice.user_id, body={"status": "online"})
        self.session.frames.clear()
        self.small.perform("update_presence", self.alice.user_id, body={"status": "offline"})
        self.small.perform("update_presence", self.alice.user_id, body={"status": "offline"})
        self.assertEqual(len(self.small.events(self.session, "PRESENCE_UPDATE")), 1)

    def test_only_the_own(self):
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.small.perform(
                "update_presence", self.small.owner["id"], actor=self.alice, body={"status": "idle"}
            )
        with self.assertRefused(Code.INVALID_FORM_BODY, "status"):
            self.small.perform("update_presence", self.alice.user_id, body={"status": "busy"})

    def test_listed_at_the_start(self):
        self.small.perform("update_presence", self.alice.user_id, body={"status": "idle"})
        for bits, count in ((Intent.GUILDS | Intent.GUILD_PRESENCES, 2), (Intent.GUILDS, 0)):
            session = self.small.open()
            session.receive(f'{{"op":2,"d":{{"token":"token-of-the-bot","intents":{int(bits)}}}}}')
            (guild,) = self.small.events(session, "GUILD_CREATE")
            self.assertEqual(len(guild["presences"]), count)
