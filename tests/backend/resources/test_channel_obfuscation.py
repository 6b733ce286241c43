"""Channels that the bot may not view: what it hears of them, and how it comes to see them."""

from __future__ import annotations

from typing import Any

from discordtest.backend.permissions import Permission
from tests.backend.worlds import WorldTestCase

VIEW = int(Permission.VIEW_CHANNEL)
OBFUSCATED = 1 << 17
TEXT, VOICE, CATEGORY, STAGE, FORUM = 0, 2, 4, 13, 15


class ObfuscationTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.everyone = [{"id": self.guild_id, "type": 0, "deny": VIEW}]

    def hide(self, name: str, type: int = TEXT, **fields: Any) -> Any:
        return self.small.make_channel(name, type, permission_overwrites=self.everyone, **fields)

    def reveal(self, channel: Any) -> None:
        self.small.perform("delete_channel_permission_overwrite", channel["id"], self.guild_id)

    def guild_create(self) -> Any:
        session = self.small.open()
        session.receive('{"op":2,"d":{"token":"token-of-the-bot","intents":1,"properties":{}}}')
        (guild,) = self.small.events(session, "GUILD_CREATE")
        return {channel["id"]: channel for channel in guild["channels"]}


class GatewayTests(ObfuscationTestCase):
    def assertObfuscated(self, shown: Any, channel: Any) -> None:
        self.assertEqual((shown["name"], shown["flags"]), ("___hidden___", OBFUSCATED))
        deny = {"id": self.guild_id, "type": 0, "allow": "0", "deny": str(VIEW)}
        self.assertEqual(shown["permission_overwrites"], [deny])
        for key in ("id", "type", "guild_id", "position", "parent_id"):
            self.assertEqual(shown[key], channel[key])
        self.assertEqual(shown.keys() ^ channel.keys(), set())

    def test_the_guild_comes_with_hidden_channels_obfuscated(self) -> None:
        category = self.small.make_channel("open", CATEGORY)
        text = self.hide("staff", topic="Raises", nsfw=True, parent_id=category["id"])
        voice = self.hide("board", VOICE, bitrate=96_000, user_limit=5)
        forum = self.hide("ideas", FORUM, available_tags=[{"name": "mad"}])
        stage = self.hide("show", STAGE)
        channels = self.guild_create()
        for hidden in (text, voice, forum, stage):
            self.assertObfuscated(channels[hidden["id"]], hidden)
        self.assertEqual((channels[text["id"]]["topic"], channels[text["id"]]["nsfw"]), (None, False))
        self.assertEqual((channels[voice["id"]]["bitrate"], channels[voice["id"]]["user_limit"]), (64_000, 0))
        self.assertEqual(channels[forum["id"]]["available_tags"], [])
        self.assertEqual(channels[self.small.general["id"]]["name"], "general")

    def test_what_happens_to_a_hidden_channel(self) -> None:
        session = self.small.connect()
        staff = self.hide("staff")
        self.small.perform("update_channel", staff["id"], body={"name": "crew"})
        self.small.perform("delete_channel", staff["id"])
        for name in ("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"):
            (shown,) = self.small.events(session, name)
            self.assertObfuscated(shown, staff)

    def test_an_administrator_sees_all(self) -> None:
        self.small.allow(int(Permission.ADMINISTRATOR))
        staff = self.hide("staff")
        self.assertEqual(self.guild_create()[staff["id"]]["name"], "staff")

    def test_a_category_is_seen_by_what_it_holds(self) -> None:
        mixed, shut = self.hide("mixed", CATEGORY), self.hide("shut", CATEGORY)
        own = [{"id": self.guild_id, "type": 0, "allow": VIEW}]
        self.small.make_channel("lobby", parent_id=mixed["id"], permission_overwrites=own)
        self.hide("vault", parent_id=shut["id"])
        channels = self.guild_create()
        self.assertEqual(channels[mixed["id"]]["name"], "mixed")
        self.assertObfuscated(channels[shut["id"]], shut)

    def test_who_loses_sight_of_a_channel_hears_of_that(self) -> None:
        session = self.small.connect()
        path = (self.small.general["id"], self.guild_id)
        self.small.perform("set_channel_permission_overwrite", *path, body={"type": 0, "deny": VIEW})
        (shown,) = self.small.events(session, "CHANNEL_UPDATE")
        self.assertObfuscated(shown, self.small.general)


class RegainTests(ObfuscationTestCase):
    def gained(self, session: Any) -> list[str]:
        shown = self.small.events(session, "CHANNEL_UPDATE")
        session.frames.clear()
        self.assertEqual([one["flags"] for one in shown], [0] * len(shown))
        return [one["name"] for one in shown]

    def test_by_an_overwrite_once_and_with_its_category(self) -> None:
        category = self.hide("back", CATEGORY)
        staff = self.hide("staff", parent_id=category["id"])
        session = self.small.connect()
        self.reveal(staff)
        self.assertEqual(self.gained(session), ["staff", "back"])

    def test_by_a_role_of_the_bot(self) -> None:
        staff = self.hide("staff")
        role = self.small.perform("create_guild_role", self.guild_id, body={"permissions": 0})
        path = (staff["id"], role["id"])
        self.small.perform("set_channel_permission_overwrite", *path, body={"type": 0, "allow": VIEW})
        session = self.small.connect()
        self.small.perform("add_guild_member_role", self.guild_id, self.small.bot.user_id, role["id"])
        self.assertEqual(self.gained(session), ["staff"])

    def test_by_what_a_role_allows(self) -> None:
        self.small.allow(int(Permission.SEND_MESSAGES))
        session = self.small.connect()
        self.small.perform("update_guild_role", self.guild_id, self.guild_id, body={"permissions": VIEW})
        self.assertEqual(self.gained(session), ["general"])

    def test_by_being_moved_to_it_in_voice(self) -> None:
        open_voice, board = self.small.make_channel("open", VOICE), self.hide("board", VOICE)
        join = {"channel_id": open_voice["id"]}
        self.small.perform("update_my_gateway_voice_state", self.guild_id, actor=self.small.bot, body=join)
        session = self.small.connect()
        move = {"channel_id": board["id"]}
        self.small.perform("update_guild_member", self.guild_id, self.small.bot.user_id, body=move)
        self.assertEqual(self.gained(session), ["board"])
        self.assertEqual(self.guild_create()[board["id"]]["name"], "board")

    def test_a_category_by_a_new_channel_in_it(self) -> None:
        category = self.hide("back", CATEGORY)
        session = self.small.connect()
        own = [{"id": self.guild_id, "type": 0, "allow": VIEW}]
        self.small.make_channel("lobby", parent_id=category["id"], permission_overwrites=own)
        self.assertEqual(self.gained(session), ["back"])

    def test_what_was_seen_before_is_no_event(self) -> None:
        session = self.small.connect()
        role = self.small.perform("create_guild_role", self.guild_id, body={"permissions": 0})
        self.small.perform("add_guild_member_role", self.guild_id, self.small.bot.user_id, role["id"])
        self.assertEqual(self.gained(session), [])

    def test_a_bot_that_has_left_hears_nothing(self) -> None:
        self.hide("staff")
        other = self.small.make_guild("Other")
        session = self.small.connect()
        self.small.perform("delete_guild_member", self.guild_id, self.small.bot.user_id)
        self.assertEqual(self.gained(session), [])
        self.assertIn(self.small.bot.user_id, self.small.world.members[other["id"]])


class HttpTests(ObfuscationTestCase):
    def names(self) -> list[str]:
        answer = self.small.request("GET", f"/guilds/{self.guild_id}/channels")
        return [channel["name"] for channel in self.assertStatus(answer, 200)]

    def test_the_list_leaves_hidden_channels_out(self) -> None:
        staff = self.hide("staff")
        self.assertEqual(self.names(), ["general"])
        self.reveal(staff)
        self.assertEqual(self.names(), ["general", "staff"])

    def test_who_makes_one_is_answered_in_full(self) -> None:
        body = {"name": "staff", "permission_overwrites": self.everyone}
        made = self.assertStatus(self.small.request("POST", f"/guilds/{self.guild_id}/channels", body), 201)
        self.assertEqual((made["name"], made["flags"]), ("staff", 0))

    def test_the_test_itself_sees_all(self) -> None:
        self.hide("staff")
        self.assertEqual(len(self.small.perform("list_guild_channels", self.guild_id)), 2)
