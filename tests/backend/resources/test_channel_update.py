"""Changing channels: fields by type, conversion, parents, overwrites and positions."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import WorldTestCase

TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16


class UpdateTestCase(WorldTestCase):
    def patch(self, channel: dict[str, Any], **body: Any) -> Any:
        return self.assertStatus(self.small.request("PATCH", f"/channels/{channel['id']}", body), 200)

    def refused(self, channel: dict[str, Any], status: int, code: Code, **body: Any) -> Any:
        answer = self.small.request("PATCH", f"/channels/{channel['id']}", body)
        return self.assertStatus(answer, status, code.value)


class UpdateChannelTests(UpdateTestCase):
    def test_text_fields(self) -> None:
        changed = self.patch(
            self.small.general, name="Main Hall", topic="hello", nsfw=True, rate_limit_per_user=5
        )
        self.assertEqual(changed["name"], "main-hall")
        self.assertEqual((changed["topic"], changed["nsfw"]), ("hello", True))
        self.assertEqual(changed["rate_limit_per_user"], 5)

    def test_null_is_the_default(self) -> None:
        channel = self.small.make_channel("a", topic="x", default_auto_archive_duration=60)
        changed = self.patch(channel, topic=None, default_auto_archive_duration=None, nsfw=None, type=None)
        self.assertIsNone(changed["topic"])
        self.assertNotIn("default_auto_archive_duration", changed)
        self.assertIs(changed["nsfw"], False)

    def test_voice_fields(self) -> None:
        channel = self.small.make_channel("v", VOICE)
        changed = self.patch(
            channel,
            name="Big Hall",
            bitrate=96_000,
            user_limit=9,
            rtc_region="rotterdam",
            video_quality_mode=2,
        )
        self.assertEqual(changed["name"], "Big Hall")
        self.assertEqual((changed["bitrate"], changed["user_limit"]), (96_000, 9))
        self.assertEqual((changed["rtc_region"], changed["video_quality_mode"]), ("rotterdam", 2))
        self.refused(channel, 400, Code.BITRATE_TOO_HIGH, bitrate=96_001)

    def test_forum_keeps_the_ids_of_its_tags(self) -> None:
        forum = self.small.make_channel("f", FORUM, available_tags=[{"name": "a"}, {"name": "b"}])
        kept = forum["available_tags"][0]["id"]
        changed = self.patch(
            forum, available_tags=[{"id": kept, "name": "A"}, {"name": "c"}, {"id": "5", "name": "d"}]
        )
        self.assertEqual([tag["name"] for tag in changed["available_tags"]], ["A", "c", "d"])
        self.assertEqual(changed["available_tags"][0]["id"], kept)
        self.assertNotEqual(changed["available_tags"][2]["id"], "5")

    def test_only_the_flags_of_the_type_stay(self) -> None:
        everything = 1 << 4 | 1 << 15 | 1 << 1
        self.assertEqual(self.patch(self.small.general, flags=everything)["flags"], 0)
        self.assertEqual(self.patch(self.small.make_channel("f", FORUM), flags=everything)["flags"], 1 << 4)
        media = self.patch(self.small.make_channel("m", MEDIA), flags=everything)
        self.assertEqual(media["flags"], 1 << 4 | 1 << 15)

    def test_spoiler_channel(self) -> None:
        for kind, flag in ((TEXT, 1 << 21), (VOICE, 1 << 21), (FORUM, 1 << 21), (STAGE, 0), (CATEGORY, 0)):
            with self.subTest(kind=kind):
                made = self.small.make_channel("s", kind, flags=1 << 21)
                self.assertEqual(made["flags"], flag)
                self.assertEqual(self.patch(made, flags=0)["flags"], 0)

    def test_spoiler_channel_that_is_age_restricted_is_not_modelled(self) -> None:
        spoiler = self.small.make_channel("s", flags=1 << 21)
        for channel, body in (
            (spoiler, {"nsfw": True}),
            (self.small.general, {"nsfw": True, "flags": 1 << 21}),
        ):
            with self.assertNotModelled("a Spoiler Channel that is age-restricted, too"):
                self.small.request("PATCH", f"/channels/{channel['id']}", body)

    def test_event_and_audit_entry(self) -> None:
        session = self.small.connect()
        path = f"/channels/{self.small.general['id']}"
        changed = self.small.request("PATCH", path, {"name": "hall"}, reason="nicer").json
        self.assertEqual(self.small.events(session, "CHANNEL_UPDATE"), [changed])
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (11, "nicer"))
        self.assertEqual(entry["changes"], [{"key": "name", "old_value": "general", "new_value": "hall"}])

    def test_nothing_changed_is_no_event(self) -> None:
        session = self.small.connect()
        self.patch(self.small.general, name="general")
        self.assertEqual(self.small.events(session), [])

    def test_needs_manage_channels(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL)
        self.refused(self.small.general, 403, Code.MISSING_PERMISSIONS, name="x")

    def test_limits_are_those_of_creation(self) -> None:
        self.refused(self.small.general, 400, Code.INVALID_FORM_BODY, name="")
        self.refused(self.small.general, 400, Code.INVALID_FORM_BODY, name="x" * 101)
        self.refused(self.small.general, 400, Code.INVALID_FORM_BODY, topic="x" * 1025)
        self.refused(self.small.general, 400, Code.INVALID_FORM_BODY, rate_limit_per_user=-1)

    def test_an_unknown_field_is_loud(self) -> None:
        with self.assertNotModelled("icon_emoji"):
            self.small.request("PATCH", f"/channels/{self.small.general['id']}", {"icon_emoji": "x"})


class ConversionTests(UpdateTestCase):
    def test_text_and_announcement_turn_into_each_other(self) -> None:
        self.small.guild["features"].append("NEWS")
        self.assertEqual(self.patch(self.small.general, type=ANNOUNCEMENT)["type"], ANNOUNCEMENT)
        self.assertEqual(self.patch(self.small.general, type=TEXT)["type"], TEXT)

    def test_the_guild_must_have_news(self) -> None:
        self.refused(self.small.general, 400, Code.INVALID_FORM_BODY, type=ANNOUNCEMENT)

    def test_nothing_else_is_converted(self) -> None:
        body = self.refused(self.small.general, 400, Code.INVALID_FORM_BODY, type=VOICE)
        self.assertFieldError(body, "type", "BASE_TYPE_CHOICES")


class ParentTests(UpdateTestCase):
    def test_into_a_category_and_out(self) -> None:
        category = self.small.make_channel("c", CATEGORY)
        self.assertEqual(
            self.patch(self.small.general, parent_id=int(category["id"]))["parent_id"], category["id"]
        )
        self.assertIsNone(self.patch(self.small.general, parent_id=None)["parent_id"])

    def test_a_full_category(self) -> None:
        category = self.small.make_channel("c", CATEGORY)
        for number in range(49):
            self.small.make_channel(f"c{number}", parent_id=category["id"])
        self.patch(self.small.general, parent_id=category["id"])
        self.patch(self.small.general, parent_id=category["id"])  # it is in there already
        body = self.refused(
            self.small.make_channel("x"), 400, Code.INVALID_FORM_BODY, parent_id=category["id"]
        )
        self.assertFieldError(body, "parent_id", "CHANNEL_PARENT_MAX_CHANNELS")

    def test_a_category_has_no_parent(self) -> None:
        one, other = self.small.make_channel("a", CATEGORY), self.small.make_channel("b", CATEGORY)
        self.assertIsNone(self.patch(one, parent_id=other["id"])["parent_id"])


class OverwritesOfChannelTests(UpdateTestCase):
    def test_each_difference_is_an_audit_entry(self) -> None:
        everyone, role = self.small.guild["id"], self.small.role["id"]
        first = [{"id": everyone, "type": 0, "deny": 1 << 11}, {"id": role, "type": 0, "allow": 1 << 11}]
        self.patch(self.small.general, permission_overwrites=first)
        second = [{"id": everyone, "type": 0, "deny": 1 << 6}]
        changed = self.patch(self.small.general, permission_overwrites=second)
        self.assertEqual(
            changed["permission_overwrites"], [{"id": everyone, "type": 0, "allow": "0", "deny": "64"}]
        )
        entries = [entry for entry in self.small.audit_log() if entry["action_type"] in (13, 14, 15)]
        self.assertEqual([entry["action_type"] for entry in entries], [13, 13, 14, 15])
        self.assertEqual(entries[1]["options"], {"id": role, "type": "0", "role_name": "robot"})
        self.assertEqual(entries[2]["changes"], [{"key": "deny", "old_value": "2048", "new_value": "64"}])

    def test_bits_that_the_bot_has_in_the_category(self) -> None:
        own = {"id": self.small.bot.user_id, "type": 1, "allow": 1 << 6}
        category = self.small.make_channel("c", CATEGORY, permission_overwrites=[own])
        child = self.small.make_channel("x", parent_id=category["id"])
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS | Permission.MANAGE_ROLES)
        react = {"id": self.small.guild["id"], "type": 0, "allow": 1 << 6}
        self.patch(child, permission_overwrites=[react])
        self.refused(self.small.general, 403, Code.MISSING_PERMISSIONS, permission_overwrites=[react])
        self.assertEqual(self.patch(child, permission_overwrites=None)["permission_overwrites"], [])

    def test_needs_manage_roles(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS)
        everyone = {"id": self.small.guild["id"], "type": 0, "allow": 1 << 10}
        self.refused(self.small.general, 403, Code.MISSING_PERMISSIONS, permission_overwrites=[everyone])
        self.patch(self.small.general, permission_overwrites=[], name="x")


class PositionTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.category = self.small.make_channel("c", CATEGORY)
        self.other = self.small.make_channel("other")

    def patch(self, *moves: dict[str, Any]) -> Any:
        return self.small.request("PATCH", f"/guilds/{self.small.guild['id']}/channels", list(moves))

    def test_positions_change_with_an_event_each(self) -> None:
        session = self.small.connect()
        self.assertStatus(
            self.patch(
                {"id": self.other["id"], "position": 0}, {"id": self.small.general["id"], "position": 1}
            ),
            204,
        )
        events = self.small.events(session, "CHANNEL_UPDATE")
        self.assertEqual(
            [(event["name"], event["position"]) for event in events], [("other", 0), ("general", 1)]
        )

    def test_what_stays_in_place_has_no_event(self) -> None:
        session = self.small.connect()
        self.patch(
            {"id": int(self.other["id"]), "position": self.other["position"]}, {"id": self.category["id"]}
        )
        self.assertEqual(self.small.events(session), [])

    def test_parent_and_synced_permissions(self) -> None:
        deny = {"id": self.small.guild["id"], "type": 0, "deny": 1 << 6}
        self.small.perform("update_channel", self.category["id"], body={"permission_overwrites": [deny]})
        move = {
            "id": self.other["id"],
            "position": 3,
            "parent_id": self.category["id"],
            "lock_permissions": True,
        }
        self.assertStatus(self.patch(move), 204)
        self.assertEqual(self.other["parent_id"], self.category["id"])
        self.assertEqual(self.other["permission_overwrites"], self.category["permission_overwrites"])

    def test_moves_are_in_the_audit_log(self) -> None:
        self.patch({"id": self.other["id"], "position": 7, "parent_id": self.category["id"]})
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["target_id"]), (11, self.other["id"]))
        self.assertEqual({change["key"] for change in entry["changes"]}, {"position", "parent_id"})

    def test_permissions_are_synced_only_where_the_move_says_so(self) -> None:
        deny = {"id": self.small.guild["id"], "type": 0, "deny": 1 << 6}
        self.small.perform("update_channel", self.category["id"], body={"permission_overwrites": [deny]})
        move = {"id": self.other["id"], "parent_id": self.category["id"]}
        self.assertStatus(self.patch(move), 204)
        self.assertEqual(self.other["permission_overwrites"], [])
        self.assertStatus(self.patch({"id": self.other["id"], "lock_permissions": True}), 204)
        self.assertEqual(self.other["permission_overwrites"], self.category["permission_overwrites"])
        alone = self.small.make_channel("alone")
        self.assertStatus(self.patch({"id": alone["id"], "lock_permissions": True}), 204)
        self.assertEqual(alone["permission_overwrites"], [])

    def test_permissions_that_the_bot_lacks_are_not_synced(self) -> None:
        deny = {"id": self.small.guild["id"], "type": 0, "deny": int(Permission.SPEAK)}
        self.small.perform("update_channel", self.category["id"], body={"permission_overwrites": [deny]})
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS | Permission.MANAGE_ROLES)
        move = {"id": self.other["id"], "parent_id": self.category["id"], "lock_permissions": True}
        self.assertStatus(self.patch(move), 403, Code.MISSING_PERMISSIONS.value)
        self.assertIsNone(self.other["parent_id"])

    def test_a_category_moves_into_none(self) -> None:
        second = self.small.make_channel("second", CATEGORY)
        self.patch({"id": second["id"], "position": 1, "parent_id": self.category["id"]})
        self.assertIsNone(second["parent_id"])

    def test_only_one_parent_at_a_time(self) -> None:
        moves = [
            {"id": one["id"], "parent_id": self.category["id"]} for one in (self.other, self.small.general)
        ]
        self.assertStatus(self.patch(*moves), 400, Code.ONE_PARENT_CHANGE_AT_A_TIME.value)
        self.assertIsNone(self.other["parent_id"])
        self.assertStatus(self.patch(moves[0]), 204)
        self.assertStatus(self.patch(*moves), 204)  # one of them is there already

    def test_unknown_channel(self) -> None:
        self.assertStatus(self.patch({"id": "1", "position": 0}), 404, Code.UNKNOWN_CHANNEL.value)

    def test_wrong_parent(self) -> None:
        body = self.assertStatus(self.patch({"id": self.other["id"], "parent_id": "1"}), 400)
        self.assertFieldError(body, "parent_id", "CHANNEL_PARENT_INVALID")

    def test_needs_manage_channels(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL)
        answer = self.patch({"id": self.other["id"], "position": 0})
        self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS.value)
