"""The welcome screen of a community."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import PNG_URI, WorldTestCase


class WelcomeScreenTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.path = f"/guilds/{self.guild_id}/welcome-screen"
        self.small.guild["features"].append("COMMUNITY")

    def edit(self, **body: Any) -> Any:
        return self.small.request("PATCH", self.path, body, reason="why")

    def channel(self, **fields: Any) -> dict[str, Any]:
        return {"channel_id": self.small.general["id"], "description": "talk", **fields}

    def test_is_set_and_read(self) -> None:
        session = self.small.connect()
        self.assertStatus(self.small.request("GET", self.path), 404, Code.UNKNOWN_GUILD_WELCOME_SCREEN.value)
        made = self.assertStatus(
            self.edit(description="hello", welcome_channels=[self.channel(emoji_name="👋")]), 200
        )
        self.assertEqual(made["description"], "hello")
        self.assertEqual(made["welcome_channels"], [self.channel(emoji_name="👋", emoji_id=None)])
        self.assertEqual(self.assertStatus(self.small.request("GET", self.path), 200), made)
        self.assertEqual(self.small.events(session), [])

    def test_what_is_not_named_stays(self) -> None:
        self.edit(description="hello", welcome_channels=[self.channel()])
        self.assertEqual(len(self.edit(description=None).json["welcome_channels"]), 1)
        changed = self.edit(welcome_channels=None).json
        self.assertEqual(changed, {"description": None, "welcome_channels": []})

    def test_enabled_is_a_feature_that_the_guild_tells_of(self) -> None:
        session = self.small.connect()
        self.edit(enabled=True)
        self.edit(enabled=True)
        self.edit(enabled=None)
        self.assertEqual(self.small.guild["features"], ["COMMUNITY", "WELCOME_SCREEN_ENABLED"])
        self.edit(enabled=False)
        updates = self.small.events(session, "GUILD_UPDATE")
        self.assertEqual([len(update["features"]) for update in updates], [2, 1])

    def test_one_that_is_not_shown_is_for_those_who_manage_the_guild(self) -> None:
        self.edit(description="hello")
        self.small.allow(Permission.VIEW_CHANNEL)
        self.assertStatus(self.small.request("GET", self.path), 403, 50013)
        self.small.guild["features"].append("WELCOME_SCREEN_ENABLED")
        self.assertStatus(self.small.request("GET", self.path), 200)
        self.assertStatus(self.edit(description="bye"), 403, 50013)

    def test_guild_that_is_no_community_has_none(self) -> None:
        self.small.guild["features"].clear()
        self.assertStatus(self.edit(description="hello"), 404, Code.UNKNOWN_GUILD_WELCOME_SCREEN.value)

    def test_bounds(self) -> None:
        self.assertStatus(self.edit(description="d" * 140, welcome_channels=[self.channel()] * 5), 200)
        for body in (
            {"description": "d" * 141},
            {"welcome_channels": [self.channel()] * 6},
            {"welcome_channels": [self.channel(description="d" * 51)]},
            {"welcome_channels": [self.channel(description="")]},
        ):
            self.assertStatus(self.edit(**body), 400, 50035)

    def test_custom_emoji_needs_a_premium_tier(self) -> None:
        body = {"name": "blob", "image": PNG_URI}
        emoji = self.small.perform("create_guild_emoji", self.guild_id, body=body)
        channels = [self.channel(emoji_id=emoji["id"], emoji_name="whatever")]
        self.small.guild["premium_tier"] = 1
        answer = self.edit(welcome_channels=channels)
        self.assertStatus(answer, 400, Code.GUILD_PREMIUM_TIER_TOO_LOW.value)
        self.small.guild["premium_tier"] = 2
        (shown,) = self.assertStatus(self.edit(welcome_channels=channels), 200)["welcome_channels"]
        self.assertEqual((shown["emoji_id"], shown["emoji_name"]), (emoji["id"], "blob"))

    def test_what_is_not_there(self) -> None:
        for fields, code in (
            ({"channel_id": "1"}, Code.UNKNOWN_CHANNEL),
            ({"emoji_id": "1"}, Code.UNKNOWN_EMOJI),
            ({"emoji_name": "no emoji"}, Code.UNKNOWN_EMOJI),
        ):
            answer = self.edit(welcome_channels=[self.channel(**fields)])
            self.assertEqual(answer.code, code)

    def test_channel_that_is_gone_is_left_out(self) -> None:
        other = self.small.make_channel("other")
        self.edit(welcome_channels=[self.channel(), self.channel(channel_id=other["id"])])
        self.small.perform("delete_channel", other["id"])
        (shown,) = self.small.request("GET", self.path).json["welcome_channels"]
        self.assertEqual(shown["channel_id"], self.small.general["id"])

    def test_invites_show_it_once_it_is_enabled(self) -> None:
        self.edit(description="hello")
        code = self.small.perform("create_channel_invite", self.small.general["id"], body={})["code"]
        for enabled in (False, True):
            self.edit(enabled=enabled)
            guild = self.small.request("GET", f"/invites/{code}").json["guild"]
            self.assertEqual("welcome_screen" in guild, enabled)
        self.assertEqual(guild["welcome_screen"]["description"], "hello")

    def test_goes_with_its_guild(self) -> None:
        self.edit(description="hello")
        self.small.perform("delete_guild", self.guild_id)
        self.assertEqual(self.small.world.welcome_screens, {})
