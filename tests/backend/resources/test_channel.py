"""Channels: made, found, listed and deleted, by type."""

from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import BOT_PERMISSIONS, SmallWorld, WorldTestCase

TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16


class CreateChannelTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.small.guild["features"].append("COMMUNITY")

    def create(self, **body: object) -> dict[str, object]:
        answer = self.small.request("POST", f"/guilds/{self.small.guild['id']}/channels", body)
        return self.assertStatus(answer, 201)

    def test_each_type_has_its_own_fields(self) -> None:
        shared = {"id", "type", "guild_id", "name", "position", "permission_overwrites", "parent_id", "flags"}
        text = {"topic", "nsfw", "rate_limit_per_user", "last_message_id"}
        voice = {"bitrate", "user_limit", "rtc_region", "nsfw", "rate_limit_per_user", "last_message_id"}
        forum = text | {"available_tags", "default_reaction_emoji", "default_sort_order"}
        expected = {
            TEXT: text,
            VOICE: voice,
            CATEGORY: set(),
            STAGE: voice | {"topic"},
            FORUM: forum | {"default_forum_layout"},
            MEDIA: forum,
        }
        for kind, fields in expected.items():
            with self.subTest(kind=kind):
                if kind == MEDIA:
                    made = self.small.make_channel("made", kind)
                else:
                    made = self.create(name="made", type=kind)
                self.assertEqual(set(made), shared | fields)
                self.assertEqual(made["type"], kind)

    def test_voice_defaults(self) -> None:
        made = self.create(name="Voice", type=VOICE)
        self.assertEqual((made["bitrate"], made["user_limit"], made["rtc_region"]), (64_000, 0, None))

    def test_announcement_needs_news(self) -> None:
        path, body = f"/guilds/{self.small.guild['id']}/channels", {"name": "news", "type": ANNOUNCEMENT}
        self.small.guild["features"].clear()
        refused = self.assertStatus(self.small.request("POST", path, body), 400, 50035)
        self.assertFieldError(refused, "type", "BASE_TYPE_CHOICES")
        for feature in ("NEWS", "COMMUNITY"):
            self.small.guild["features"][:] = [feature]
            self.assertEqual(self.create(name="news", type=ANNOUNCEMENT)["type"], ANNOUNCEMENT)

    def test_stage_needs_a_community(self) -> None:
        path, body = f"/guilds/{self.small.guild['id']}/channels", {"name": "talks", "type": STAGE}
        self.small.guild["features"].clear()
        self.assertStatus(self.small.request("POST", path, body), 400, 50024)
        self.small.guild["features"].append("COMMUNITY")
        self.assertEqual(self.create(**body)["type"], STAGE)

    def test_the_test_itself_makes_announcement_channels_anywhere(self) -> None:
        self.assertEqual(self.small.make_channel("news", ANNOUNCEMENT)["type"], ANNOUNCEMENT)

    def test_text_like_names_are_normalised(self) -> None:
        self.assertEqual(self.create(name="  Off  Topic: Games & Co. ")["name"], "off-topic-games-co")
        self.assertEqual(self.create(name="straße_ÄÖ-x🎮")["name"], "straße_äö-x🎮")
        self.assertEqual(self.create(name="Ask Me", type=FORUM)["name"], "ask-me")

    def test_the_test_itself_makes_channels_as_they_were_named_once(self) -> None:
        body = {"name": "Old Fruits!", "type": TEXT}
        made = self.small.perform("create_channel_as_named", self.small.guild["id"], body=body)
        self.assertEqual(made["name"], "Old Fruits!")
        self.assertIs(self.small.world.channels[made["id"]], made)
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.small.perform(
                "create_channel_as_named", self.small.guild["id"], body=body, actor=self.small.bot
            )

    def test_other_names_stay(self) -> None:
        for kind in (VOICE, CATEGORY, STAGE):
            self.assertEqual(self.create(name="Our Place!", type=kind)["name"], "Our Place!")

    def test_a_name_of_nothing_but_punctuation_is_refused(self) -> None:
        with self.assertRefused(Code.INVALID_FORM_BODY, "name", "BASE_TYPE_REQUIRED"):
            self.small.make_channel("!?")

    def test_name_length(self) -> None:
        self.small.make_channel("n" * 100)
        for name in ("", "n" * 101):
            with self.assertRefused(Code.INVALID_FORM_BODY, "name"):
                self.small.make_channel(name)

    def test_topic_length_depends_on_type(self) -> None:
        self.small.make_channel("a", TEXT, topic="t" * 1024)
        self.small.make_channel("b", FORUM, topic="t" * 4096)
        with self.assertRefused(Code.INVALID_FORM_BODY, "topic", "BASE_TYPE_MAX_LENGTH"):
            self.small.make_channel("c", TEXT, topic="t" * 1025)
        with self.assertRefused(Code.INVALID_FORM_BODY, "topic", "BASE_TYPE_MAX_LENGTH"):
            self.small.make_channel("d", FORUM, topic="t" * 4097)

    def test_slow_mode_bounds(self) -> None:
        self.assertEqual(self.create(name="slow", rate_limit_per_user=21_600)["rate_limit_per_user"], 21_600)
        with self.assertRefused(Code.INVALID_FORM_BODY, "rate_limit_per_user", "NUMBER_TYPE_MAX"):
            self.small.make_channel("slower", rate_limit_per_user=21_601)

    def test_bitrate_depends_on_the_boost_tier(self) -> None:
        for tier, most in enumerate((96_000, 128_000, 256_000, 384_000)):
            with self.subTest(tier=tier):
                self.small.guild["premium_tier"] = tier
                self.assertEqual(self.create(name="v", type=VOICE, bitrate=most)["bitrate"], most)
                with self.assertRefused(Code.BITRATE_TOO_HIGH):
                    self.small.make_channel("v", VOICE, bitrate=most + 1)
        with self.assertRefused(Code.INVALID_FORM_BODY, "bitrate", "NUMBER_TYPE_MIN"):
            self.small.make_channel("v", VOICE, bitrate=7999)

    def test_vip_regions_give_the_best_bitrate(self) -> None:
        self.small.guild["features"].append("VIP_REGIONS")
        self.assertEqual(self.create(name="v", type=VOICE, bitrate=384_000)["bitrate"], 384_000)

    def test_stage_bitrate(self) -> None:
        self.create(name="s", type=STAGE, bitrate=64_000)
        with self.assertRefused(Code.BITRATE_TOO_HIGH):
            self.small.make_channel("s", STAGE, bitrate=64_001)

    def test_user_limit_depends_on_type(self) -> None:
        for kind, most in ((VOICE, 99), (STAGE, 10_000)):
            self.assertEqual(self.create(name="v", type=kind, user_limit=most)["user_limit"], most)
            with self.assertRefused(Code.INVALID_FORM_BODY, "user_limit", "NUMBER_TYPE_MAX"):
                self.small.make_channel("v", kind, user_limit=most + 1)

    def test_a_field_of_another_type_is_dropped(self) -> None:
        self.assertNotIn("bitrate", self.create(name="text", bitrate=64_000))
        self.assertNotIn("topic", self.create(name="Voice", type=VOICE, topic="x"))

    def test_optional_fields_appear_once_set(self) -> None:
        made = self.create(
            name="a", default_auto_archive_duration=4320, default_thread_rate_limit_per_user=5, topic=None
        )
        self.assertEqual(made["default_auto_archive_duration"], 4320)
        self.assertEqual(made["default_thread_rate_limit_per_user"], 5)
        self.assertEqual(self.create(name="v", type=VOICE, video_quality_mode=2)["video_quality_mode"], 2)

    def test_positions_count_by_group(self) -> None:
        self.assertEqual(self.create(name="a")["position"], 1)
        self.assertEqual(self.create(name="v", type=VOICE)["position"], 0)
        self.assertEqual(self.create(name="s", type=STAGE)["position"], 1)
        self.assertEqual(self.create(name="c", type=CATEGORY)["position"], 0)
        self.assertEqual(self.create(name="b", position=7)["position"], 7)

    def test_forum_settings(self) -> None:
        made = self.create(
            name="help",
            type=FORUM,
            available_tags=[{"name": "bug", "moderated": True, "emoji_name": "🐛"}, {"name": "idea"}],
            default_reaction_emoji={"emoji_name": "👍"},
            default_sort_order=1,
            default_forum_layout=2,
        )
        bug, idea = made["available_tags"]
        self.assertEqual((bug["name"], bug["moderated"], bug["emoji_name"]), ("bug", True, "🐛"))
        self.assertEqual((idea["moderated"], idea["emoji_id"], idea["emoji_name"]), (False, None, None))
        self.assertNotEqual(bug["id"], idea["id"])
        self.assertEqual(made["default_reaction_emoji"], {"emoji_id": None, "emoji_name": "👍"})
        self.assertEqual((made["default_sort_order"], made["default_forum_layout"]), (1, 2))

    def test_emojis_of_a_forum_are_some(self) -> None:
        wrong = {"emoji_name": "bug"}
        for body in ({"available_tags": [{"name": "t", **wrong}]}, {"default_reaction_emoji": wrong}):
            with self.subTest(body), self.assertRefused(Code.UNKNOWN_EMOJI):
                self.small.make_channel("ideas", 15, **body)

    def test_forum_tag_limits(self) -> None:
        tags = [{"name": f"t{number}"} for number in range(20)]
        self.small.make_channel("f", FORUM, available_tags=tags)
        with self.assertRefused(Code.MAX_FORUM_TAGS):
            self.small.make_channel("f", FORUM, available_tags=[*tags, {"name": "more"}])
        with self.assertRefused(Code.TAG_NAMES_MUST_UNIQUE):
            self.small.make_channel("f", FORUM, available_tags=[{"name": "t"}, {"name": "t"}])
        self.small.make_channel("f", FORUM, available_tags=[{"name": "t" * 20}])
        with self.assertRefused(Code.INVALID_FORM_BODY, "available_tags.0.name", "BASE_TYPE_MAX_LENGTH"):
            self.small.make_channel("f", FORUM, available_tags=[{"name": "t" * 21}])
        with self.assertRefused(Code.INVALID_FORM_BODY, "available_tags.0.emoji_name"):
            both = {"name": "t", "emoji_name": "x", "emoji_id": "1"}
            self.small.make_channel("f", FORUM, available_tags=[both])

    def test_category_as_parent(self) -> None:
        category = self.small.make_channel("Games", CATEGORY)
        self.assertEqual(self.create(name="a", parent_id=category["id"])["parent_id"], category["id"])

    def test_wrong_parents_are_refused(self) -> None:
        for parent, error in (("1", "CHANNEL_PARENT_INVALID"), (None, "CHANNEL_PARENT_INVALID_TYPE")):
            with self.assertRefused(Code.INVALID_FORM_BODY, "parent_id", error):
                self.small.make_channel("a", parent_id=parent or self.small.general["id"])

    def test_a_category_has_50_children(self) -> None:
        category = self.small.make_channel("Full", CATEGORY)
        for number in range(50):
            self.small.make_channel(f"c{number}", parent_id=category["id"])
        with self.assertRefused(Code.INVALID_FORM_BODY, "parent_id", "CHANNEL_PARENT_MAX_CHANNELS"):
            self.small.make_channel("more", parent_id=category["id"])

    def test_a_guild_has_500_channels(self) -> None:
        for number in range(499):
            self.small.make_channel(f"c{number}")
        with self.assertRefused(Code.MAX_GUILD_CHANNELS):
            self.small.make_channel("more")

    def test_needs_manage_channels(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
        path = f"/guilds/{self.small.guild['id']}/channels"
        answer = self.small.request("POST", path, {"name": "a"})
        self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS.value)

    def test_event_and_audit_entry(self) -> None:
        session = self.small.connect()
        path = f"/guilds/{self.small.guild['id']}/channels"
        made = self.small.request("POST", path, {"name": "New"}, reason="because").json
        self.assertEqual(self.small.events(session, "CHANNEL_CREATE"), [made])
        entry = self.small.audit_log()[-1]
        self.assertEqual(entry["action_type"], 10)
        self.assertEqual((entry["target_id"], entry["reason"]), (made["id"], "because"))
        self.assertIn({"key": "name", "new_value": "new"}, entry["changes"])

    def test_an_id_of_the_tests_choice(self) -> None:
        made = self.small.perform("create_guild_channel", self.small.guild["id"], body={"name": "x"}, id=77)
        self.assertEqual(made["id"], "77")


class OverwritesOnCreationTests(WorldTestCase):
    def create(self, small: SmallWorld, allow: int, parent: str | None = None) -> object:
        everyone = {"id": int(small.guild["id"]), "type": 0, "allow": allow, "deny": 0}
        body = {"name": "x", "permission_overwrites": [everyone], "parent_id": parent}
        return small.request("POST", f"/guilds/{small.guild['id']}/channels", body)

    def test_ids_and_bits_as_integers(self) -> None:
        answer = self.create(self.small, int(Permission.VIEW_CHANNEL))
        made = self.assertStatus(answer, 201)["permission_overwrites"]
        self.assertEqual(made, [{"id": self.small.guild["id"], "type": 0, "allow": "1024", "deny": "0"}])

    def test_only_bits_that_the_bot_has(self) -> None:
        self.small.allow(Permission.MANAGE_CHANNELS | Permission.VIEW_CHANNEL)
        self.assertStatus(self.create(self.small, int(Permission.VIEW_CHANNEL)), 201)
        answer = self.create(self.small, int(Permission.KICK_MEMBERS))
        self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS.value)

    def test_bits_that_the_bot_has_in_the_category(self) -> None:
        self.small.allow(Permission.MANAGE_CHANNELS | Permission.VIEW_CHANNEL)
        send = int(Permission.SEND_MESSAGES)
        own = {"id": self.small.bot.user_id, "type": 1, "allow": send, "deny": 0}
        category = self.small.make_channel("c", CATEGORY, permission_overwrites=[own])
        self.assertStatus(self.create(self.small, send), 403, Code.MISSING_PERMISSIONS.value)
        self.assertStatus(self.create(self.small, send, category["id"]), 201)

    def test_manage_roles_is_for_administrators(self) -> None:
        manage = int(Permission.MANAGE_ROLES)
        self.assertStatus(self.create(self.small, manage), 403, Code.MISSING_PERMISSIONS.value)
        administrator = SmallWorld(BOT_PERMISSIONS | Permission.ADMINISTRATOR)
        self.assertStatus(self.create(administrator, manage), 201)

    def test_100_overwrites_in_one_request(self) -> None:
        overwrites = [{"id": str(10_000 + number), "type": 1} for number in range(101)]
        self.small.make_channel("many", permission_overwrites=overwrites[:100])
        with self.assertRefused(Code.INVALID_FORM_BODY, "permission_overwrites", "BASE_TYPE_MAX_LENGTH"):
            self.small.make_channel("more", permission_overwrites=overwrites)


class DirectMessageTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        alice = self.small.make_person("alice")
        made = self.small.request("POST", "/users/@me/channels", {"recipient_id": alice.user_id})
        self.path = f"/channels/{made.json['id']}"

    def test_the_recipient_is_the_other_one(self) -> None:
        for method in ("GET", "DELETE"):
            shown = self.assertStatus(self.small.request(method, self.path), 200)
            self.assertEqual([user["username"] for user in shown["recipients"]], ["alice"])

    def test_closing_one_keeps_it(self) -> None:
        self.assertStatus(self.small.request("DELETE", self.path), 200)
        self.assertStatus(self.small.request("GET", self.path), 200)

    def test_what_is_for_guilds_only(self) -> None:
        for method, rest, body in (
            ("PATCH", "", {"name": "x"}),
            ("POST", "/invites", {}),
            ("GET", "/invites", None),
            ("DELETE", "/permissions/1", None),
        ):
            with self.subTest(method=method, rest=rest):
                answer = self.small.request(method, self.path + rest, body)
                self.assertStatus(answer, 403, Code.CANNOT_EXECUTE_ON_DM.value)


class FindChannelTests(WorldTestCase):
    def test_unknown_channel(self) -> None:
        self.assertStatus(self.small.request("GET", "/channels/1"), 404, Code.UNKNOWN_CHANNEL.value)

    def test_hidden_channel(self) -> None:
        self.small.allow(Permission.SEND_MESSAGES)
        answer = self.small.request("GET", f"/channels/{self.small.general['id']}")
        self.assertStatus(answer, 403, Code.MISSING_ACCESS.value)

    def test_one_and_all(self) -> None:
        answer = self.small.request("GET", f"/channels/{self.small.general['id']}")
        self.assertEqual(self.assertStatus(answer, 200), self.small.general)
        answer = self.small.request("GET", f"/guilds/{self.small.guild['id']}/channels")
        self.assertEqual(self.assertStatus(answer, 200), [self.small.general])


class DeleteChannelTests(WorldTestCase):
    def delete(self, channel: dict[str, object], **options: str) -> object:
        return self.small.request("DELETE", f"/channels/{channel['id']}", **options)

    def test_channel_is_gone_with_event_and_audit_entry(self) -> None:
        session = self.small.connect()
        gone = self.assertStatus(self.delete(self.small.general, reason="old"), 200)
        self.assertEqual(self.small.events(session, "CHANNEL_DELETE"), [gone])
        self.assertStatus(self.delete(self.small.general), 404, Code.UNKNOWN_CHANNEL.value)
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (12, "old"))
        self.assertIn({"key": "name", "old_value": "general"}, entry["changes"])
        self.assertEqual(self.small.world.guild_channels[self.small.guild["id"]], {})

    def test_needs_manage_channels(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL)
        self.assertStatus(self.delete(self.small.general), 403, Code.MISSING_PERMISSIONS.value)

    def test_what_belongs_to_it_goes_and_nothing_else(self) -> None:
        world, other = self.small.world, self.small.make_channel("other")
        for channel in (self.small.general, other):
            self.small.perform("create_webhook", channel["id"], body={"name": channel["name"]})
            self.small.perform("create_channel_invite", channel["id"], body={})
            body = {"name": channel["name"], "type": 11}
            self.small.perform("create_thread", channel["id"], body=body)
        self.small.guild["afk_channel_id"] = other["id"]
        session = self.small.connect()
        self.delete(self.small.general)
        self.assertEqual([each["channel_id"] for each in world.webhooks.values()], [other["id"]])
        self.assertEqual([each["channel_id"] for each in world.invites.values()], [other["id"]])
        threads = world.threads[self.small.guild["id"]].values()
        self.assertEqual([each["parent_id"] for each in threads], [other["id"]])
        self.assertEqual(self.small.guild["afk_channel_id"], other["id"])
        self.assertEqual(self.small.events(session, "GUILD_UPDATE"), [])

    def test_children_of_a_category_stay_without_it(self) -> None:
        category = self.small.make_channel("c", CATEGORY)
        child = self.small.make_channel("child", parent_id=category["id"])
        session = self.small.connect()
        self.delete(category)
        names = [name for name, _ in self.small.events(session) if name.startswith("CHANNEL")]
        self.assertEqual(names, ["CHANNEL_DELETE", "CHANNEL_UPDATE"])
        self.assertIsNone(child["parent_id"])

    def test_channels_that_a_community_needs(self) -> None:
        self.small.guild["features"].append("COMMUNITY")
        for setting in ("rules_channel_id", "public_updates_channel_id"):
            self.small.guild[setting] = self.small.general["id"]
            answer = self.delete(self.small.general)
            self.assertStatus(answer, 400, Code.COMMUNITY_CHANNEL_REQUIRED.value)
            self.small.guild[setting] = None
        self.small.guild["rules_channel_id"] = self.small.general["id"]
        self.small.guild["features"].clear()
        self.assertStatus(self.delete(self.small.general), 200)

    def test_settings_of_the_guild_forget_it(self) -> None:
        self.small.guild["system_channel_id"] = self.small.general["id"]
        session = self.small.connect()
        self.delete(self.small.general)
        self.assertIsNone(self.small.events(session, "GUILD_UPDATE")[0]["system_channel_id"])
