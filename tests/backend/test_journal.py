"""The journal: requests, events, frames and acts, as they were when they happened."""

from __future__ import annotations

import json

from discordtest.backend.journal import Act, Dispatch, Exchange, Frame
from tests.backend.worlds import PNG_URI, WorldTestCase, multipart


class Entries(WorldTestCase):
    def latest(self, kind):
        return [entry for entry in self.small.backend.journal if isinstance(entry, kind)][-1]

    def test_request_with_its_answer(self):
        self.small.time = 5
        path = f"/guilds/{self.small.guild['id']}/emojis"
        body = {"name": "wave", "image": PNG_URI}
        made = self.small.request("POST", path, body, reason="a%20b").json
        entry = self.latest(Exchange)
        self.assertEqual((entry.at, entry.method, entry.path, entry.status), (5, "POST", path, 201))
        self.assertEqual((entry.json, entry.reason, entry.result), (body, "a b", made))
        self.assertEqual(entry.route.name, "create_guild_emoji")
        self.assertEqual(entry.actor, self.small.bot)

    def test_answer_stays_as_it_was(self):
        message = self.small.request(
            "POST", f"/channels/{self.small.general['id']}/messages", {"content": "a"}
        ).json
        entry = self.latest(Exchange)
        self.small.world.messages[self.small.general["id"]][message["id"]]["content"] = "b"
        self.assertEqual(entry.result["content"], "a")

    def test_refused_request(self):
        self.small.request("GET", "/guilds/1/emojis")
        entry = self.latest(Exchange)
        self.assertEqual((entry.status, entry.result["code"]), (404, 10004))

    def test_request_without_a_token(self):
        self.small.request("GET", "/users/@me", token=None)
        self.assertIsNone(self.latest(Exchange).actor)

    def test_answer_without_a_body(self):
        body = {"name": "wave", "image": PNG_URI}
        made = self.small.perform("create_guild_emoji", self.small.guild["id"], body=body)
        self.small.request("DELETE", f"/guilds/{self.small.guild['id']}/emojis/{made['id']}")
        self.assertIsNone(self.latest(Exchange).result)

    def test_files(self):
        form = multipart({"payload_json": {}}, ("files[0]", "a.txt", b"text", "text/plain"))
        self.small.request("POST", f"/channels/{self.small.general['id']}/messages", form=form)
        (file,) = self.latest(Exchange).files
        self.assertEqual((file.filename, file.data), ("a.txt", b"text"))

    def test_query(self):
        path = f"/channels/{self.small.general['id']}/messages"
        self.small.request("GET", path, query={"limit": "5"})
        self.assertEqual(self.latest(Exchange).query, {"limit": "5"})

    def test_event(self):
        self.small.connect()
        self.small.perform("create_message", self.small.general["id"], body={"content": "hi"})
        entry = self.latest(Dispatch)
        self.assertEqual((entry.name, entry.guild_id), ("MESSAGE_CREATE", self.small.guild["id"]))
        self.assertEqual(json.loads(entry.text)["content"], "hi")

    def test_frame_of_the_client(self):
        session = self.small.connect()
        session.receive('{"op":1,"d":null}')
        entry = self.latest(Frame)
        self.assertEqual((entry.user_id, entry.text), (self.small.bot.user_id, '{"op":1,"d":null}'))

    def test_requests_from_an_entry_on(self):
        self.small.request("GET", "/users/@me")
        start = len(self.small.backend.journal)
        self.small.backend.journal.append(Act(0, "alice waits"))
        self.small.request("GET", "/users/@me")
        self.assertEqual(len(self.small.backend.journal.exchanges(start)), 1)
        self.assertGreater(len(self.small.backend.journal.exchanges()), 1)
