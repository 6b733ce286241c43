"""Users: themselves, others, their guilds and their direct messages."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import ALL
from discordtest.backend.resources.application import make_application
from discordtest.backend.resources.user import make_user
from discordtest.errors import BackendError
from tests.backend.worlds import PNG_URI, WorldTestCase


class Making(WorldTestCase):
    def test_name_at_the_bounds_and_past(self):
        for length, good in ((0, False), (1, True), (32, True), (33, False)):
            with self.subTest(length):
                if good:
                    make_user(self.small.world, "a" * length)
                else:
                    with self.assertRaises(RestError):
                        make_user(self.small.world, "a" * length)

    def test_id_that_is_taken(self):
        with self.assertRaisesRegex(BackendError, "taken by the user 'owner'"):
            make_user(self.small.world, "a", id=self.small.owner["id"])


class Profile(WorldTestCase):
    def test_me(self):
        me = self.assertStatus(self.small.request("GET", "/users/@me"), 200)
        self.assertEqual((me["username"], me["bot"], me["locale"]), ("robot", True, "en-US"))

    def test_others(self):
        answer = self.small.request("GET", f"/users/{self.small.owner['id']}")
        self.assertEqual(self.assertStatus(answer, 200)["username"], "owner")
        self.assertStatus(self.small.request("GET", "/users/5"), 404, Code.UNKNOWN_USER)

    def patch(self, **body: Any) -> Any:
        return self.small.request("PATCH", "/users/@me", body)

    def test_new_name_and_picture_are_told(self):
        make_application(self.small.world, "second", "other", self.small.owner)
        second = self.small.world.tokens["other"]
        self.small.join(self.small.world.applications[second]["bot"], self.small.guild["id"])
        session, other = self.small.connect(), self.small.connect(token="other")
        session.frames.clear()
        me = self.assertStatus(self.patch(username="Robbie", avatar=PNG_URI), 200)
        self.assertIn(f"/avatars/{me['id']}/{me['avatar']}", self.small.world.files)
        (event,) = self.small.events(session, "USER_UPDATE")
        self.assertEqual(event["username"], "Robbie")
        (event,) = self.small.events(other)
        self.assertEqual((event[0], event[1]["user"]["username"]), ("GUILD_MEMBER_UPDATE", "Robbie"))
        self.assertIsNone(self.patch(avatar=None).json["avatar"])

    def test_name_at_the_bounds_and_past(self):
        for name, status in (("a", 400), ("ab", 200), ("a" * 32, 200), ("a" * 33, 400)):
            with self.subTest(name):
                self.assertStatus(self.patch(username=name), status)

    def test_names_that_nobody_may_have(self):
        for name in ("everyone", "here", "my discord", "a@b", "a#b", "a:b", "a```b"):
            with self.subTest(name):
                answer = self.assertStatus(self.patch(username=name), 400, 50035)
                self.assertFieldError(answer, "username", "USERNAME_INVALID_CONTAINS")


class Guilds(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.ids = [self.small.guild["id"]] + [self.small.make_guild(f"Guild {n}")["id"] for n in range(3)]
        self.small.perform("create_guild", body={"name": "Foreign"})

    def list(self, **query: str) -> list[str]:
        answer = self.small.request("GET", "/users/@me/guilds", query=query)
        return [guild["id"] for guild in self.assertStatus(answer, 200)]

    def test_pages(self):
        a, b, c, d = self.ids
        self.assertEqual(self.list(), [a, b, c, d])
        self.assertEqual(self.list(after=a, limit="2"), [b, c])
        self.assertEqual(self.list(before=d, limit="2"), [b, c])

    def test_what_each_tells(self):
        self.small.guild["owner_id"] = self.small.bot.user_id
        answer = self.small.request("GET", "/users/@me/guilds", query={"with_counts": "true"}).json[0]
        self.assertTrue(answer["owner"])
        self.assertEqual((answer["permissions"], answer["approximate_member_count"]), (str(ALL), 2))

    def test_limit_at_the_bounds_and_past(self):
        for limit, status in (("0", 400), ("1", 200), ("200", 200), ("201", 400)):
            with self.subTest(limit):
                answer = self.small.request("GET", "/users/@me/guilds", query={"limit": limit})
                self.assertStatus(answer, status)


class DirectMessages(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = self.small.make_person("alice")

    def open(self, user_id: str) -> Any:
        return self.small.request("POST", "/users/@me/channels", {"recipient_id": int(user_id)})

    def test_channel_of_two_is_made_once(self):
        first = self.assertStatus(self.open(self.alice.user_id), 200)
        self.assertEqual([user["username"] for user in first["recipients"]], ["alice"])
        self.assertEqual(self.open(self.alice.user_id).json["id"], first["id"])
        body = {"recipient_id": self.small.bot.user_id}
        seen = self.small.perform("create_dm", actor=self.alice, body=body)
        self.assertEqual((seen["id"], seen["recipients"][0]["username"]), (first["id"], "robot"))

    def test_nobody_and_oneself(self):
        self.assertStatus(self.open("5"), 400, Code.INVALID_RECIPIENT)
        self.assertStatus(self.open(self.small.bot.user_id), 400, Code.INVALID_RECIPIENT)

    def send(self, user_id: str) -> Any:
        channel = self.open(user_id).json
        return self.small.request("POST", f"/channels/{channel['id']}/messages", {"content": "hi"})

    def test_message(self):
        self.assertStatus(self.send(self.alice.user_id), 200)

    def test_who_accepts_none(self):
        self.small.world.user_settings[self.alice.user_id]["accepts_dms"] = False
        self.assertStatus(self.send(self.alice.user_id), 403, Code.CANNOT_SEND_TO_USER)

    def test_another_bot(self):
        other = make_application(self.small.world, "second", "other", self.small.owner)
        self.assertStatus(self.send(other["id"]), 403, Code.CANNOT_SEND_TO_USER)

    def test_stranger(self):
        stranger = make_user(self.small.world, "stranger")
        self.assertStatus(self.send(stranger["id"]), 403, Code.NO_MUTUAL_GUILDS)
