"""Webhooks: their life with a bot's permission and with their own token, and following a channel."""

from __future__ import annotations

import re

from discordtest.backend.codes import Code
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import Permission
from discordtest.backend.resources import webhook as webhooks
from discordtest.backend.resources.application import make_application
from discordtest.backend.resources.message_crosspost import followers
from discordtest.backend.rest import Actor
from tests.backend.worlds import PNG, PNG_URI, WorldTestCase

ALMOST_ALL = Permission.VIEW_CHANNEL | Permission.MANAGE_CHANNELS | Permission.MANAGE_GUILD


class WebhookTestCase(WorldTestCase):
    def setUp(self):
        super().setUp()
        self.path = f"/channels/{self.small.general['id']}/webhooks"

    def make(self, name="hook", channel=None, actor=None, **body):
        channel = channel or self.small.general
        return self.small.perform("create_webhook", channel["id"], actor=actor, body={"name": name, **body})

    def by_token(self, webhook, rest=""):
        return f"/webhooks/{webhook['id']}/{webhook['token']}{rest}"


class CreateWebhook(WebhookTestCase):
    def test_new_webhook_is_answered_told_and_logged(self):
        session = self.small.connect()
        answer = self.small.request("POST", self.path, {"name": "hook", "avatar": PNG_URI}, reason="news")
        made = self.assertStatus(answer, 200)
        self.assertEqual(
            (made["type"], made["name"], made["user"]["id"]), (1, "hook", self.small.bot.user_id)
        )
        self.assertEqual(made["application_id"], self.small.bot.application_id)
        avatar = f"https://cdn.discordapp.com/avatars/{made['id']}/{made['avatar']}.png"
        self.assertEqual(self.small.download(avatar).body, PNG)
        where = {"guild_id": self.small.guild["id"], "channel_id": self.small.general["id"]}
        self.assertEqual(self.small.events(session, "WEBHOOKS_UPDATE"), [where])
        entry = self.small.audit_log()[-1]
        self.assertEqual(
            (entry["action_type"], entry["target_id"], entry["reason"]), (50, made["id"], "news")
        )
        changes = {change["key"]: change["new_value"] for change in entry["changes"]}
        self.assertEqual(changes["avatar_hash"], made["avatar"])
        self.assertEqual(changes["channel_id"], self.small.general["id"])

    def test_url_is_one_that_clients_recognise(self):
        made = self.make()
        pattern = r"discord(?:app)?\.com/api/webhooks/(?P<id>[0-9]{17,20})/(?P<token>[A-Za-z0-9\.\-\_]{60,})"
        self.assertEqual(re.search(pattern, made["url"]).groups(), (made["id"], made["token"]))

    def test_name_at_the_bounds(self):
        for name in ("a", "a" * 80):
            self.assertEqual(self.make(name)["name"], name)

    def test_white_space_of_a_name_is_no_more_than_it_takes(self):
        self.assertEqual(self.make(" a   b ")["name"], "a b")

    def test_name_beyond_the_bounds_is_refused(self):
        for name in ("", " ", "a" * 81):
            with self.subTest(name), self.assertRefused(Code.INVALID_FORM_BODY, "name"):
                self.make(name)

    def test_name_that_imitates_discord_is_refused(self):
        for name in ("Clyde", "my Discord bot"):
            with (
                self.subTest(name),
                self.assertRefused(Code.INVALID_FORM_BODY, "name", "USERNAME_INVALID_CONTAINS"),
            ):
                self.make(name)

    def test_channel_takes_fifteen(self):
        for number in range(webhooks.MAX_PER_CHANNEL):
            self.make(f"hook {number}")
        with self.assertRefused(Code.MAX_WEBHOOKS):
            self.make()
        self.make(channel=self.small.make_channel("other"))

    def test_guild_takes_a_thousand(self):
        sample = self.make()
        channel = self.small.make_channel("other")
        for number in range(webhooks.MAX_PER_GUILD - 2):
            self.small.world.webhooks[str(number)] = {**sample, "channel_id": channel["id"]}
        self.make()
        with self.assertRefused(Code.MAX_GUILD_WEBHOOKS):
            self.make()

    def test_category_has_none(self):
        category = self.small.make_channel("things", type=4)
        with self.assertRefused(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE):
            self.make(channel=category)

    def test_direct_message_has_none(self):
        users = [self.small.owner, self.small.application["bot"]]
        dm = {"id": "99", "type": 1, "recipients": users}
        self.small.world.channels["99"] = dm
        self.assertStatus(self.small.request("POST", "/channels/99/webhooks", {"name": "x"}), 403, 50003)
        self.assertStatus(self.small.request("GET", "/channels/99/webhooks"), 403, 50003)

    def test_bot_without_permission_is_refused(self):
        self.small.allow(ALMOST_ALL)
        self.assertStatus(self.small.request("POST", self.path, {"name": "hook"}), 403, 50013)

    def test_event_needs_the_intent(self):
        session = self.small.connect(Intent.GUILDS)
        self.make()
        self.assertEqual(self.small.events(session), [])


class ReadWebhooks(WebhookTestCase):
    def test_lists_by_channel_and_guild(self):
        here, there = self.make("here"), self.make("there", self.small.make_channel("other"))
        listed = self.small.request("GET", self.path).json
        self.assertEqual([webhook["id"] for webhook in listed], [here["id"]])
        listed = self.small.request("GET", f"/guilds/{self.small.guild['id']}/webhooks").json
        self.assertEqual([webhook["id"] for webhook in listed], [here["id"], there["id"]])
        other = self.small.make_guild("Other")
        elsewhere = self.make("elsewhere", self.small.make_channel("general", guild=other))
        listed = self.small.request("GET", f"/guilds/{other['id']}/webhooks").json
        self.assertEqual([webhook["id"] for webhook in listed], [elsewhere["id"]])
        listed = self.small.request("GET", f"/guilds/{self.small.guild['id']}/webhooks").json
        self.assertEqual(len(listed), 2)

    def test_lists_need_permission(self):
        self.small.allow(ALMOST_ALL)
        for path in (self.path, f"/guilds/{self.small.guild['id']}/webhooks"):
            self.assertStatus(self.small.request("GET", path), 403, 50013)

    def test_one_by_id(self):
        made = self.make(actor=self.small.bot)
        self.assertEqual(self.small.request("GET", f"/webhooks/{made['id']}").json, made)
        self.assertStatus(self.small.request("GET", "/webhooks/1"), 404, 10015)

    def test_ones_own_needs_no_permission(self):
        own, other = self.make(actor=self.small.bot), self.make()
        self.small.allow(ALMOST_ALL)
        self.assertStatus(self.small.request("GET", f"/webhooks/{own['id']}"), 200)
        self.assertStatus(self.small.request("GET", f"/webhooks/{other['id']}"), 403, 50013)
        self.assertStatus(self.small.request("DELETE", f"/webhooks/{own['id']}"), 403, 50013)

    def test_one_by_token_needs_no_bot(self):
        made = self.make()
        found = self.assertStatus(self.small.request("GET", self.by_token(made), token=None), 200)
        self.assertEqual((found["id"], found["token"]), (made["id"], made["token"]))
        self.assertNotIn("user", found)
        found = self.assertStatus(self.small.request("GET", self.by_token(made)), 200)
        self.assertNotIn("user", found)  # with a bot's token beside it, too

    def test_wrong_token_is_refused(self):
        made = self.make()
        self.assertStatus(self.small.request("GET", f"/webhooks/{made['id']}/wrong", token=None), 401, 50027)
        self.assertStatus(self.small.request("GET", "/webhooks/1/wrong", token=None), 404, 10015)

    def test_without_bot_or_token_is_refused(self):
        made = self.make()
        self.assertStatus(self.small.request("GET", f"/webhooks/{made['id']}", token=None), 401, 0)

    def test_token_of_another_application_is_secret(self):
        other = make_application(self.small.world, "other", "other-token", self.small.owner)
        self.small.join(other["bot"], self.small.guild["id"], self.small.role["id"])
        made = self.make(actor=self.small.bot)
        seen = self.small.request("GET", f"/webhooks/{made['id']}", token="other-token").json
        self.assertNotIn("token", seen)
        self.assertNotIn("url", seen)
        self.assertIn("token", self.make(actor=Actor("narrator", self.small.owner["id"])))

    def test_webhook_goes_with_its_channel(self):
        made = self.make()
        self.small.perform("delete_channel", self.small.general["id"])
        self.assertStatus(self.small.request("GET", f"/webhooks/{made['id']}"), 404, 10015)
        self.assertEqual(self.small.request("GET", f"/guilds/{self.small.guild['id']}/webhooks").json, [])


class UpdateWebhook(WebhookTestCase):
    def test_change_is_answered_told_and_logged(self):
        made = self.make(avatar=PNG_URI)
        session = self.small.connect()
        body = {"name": "renamed", "avatar": None}
        changed = self.assertStatus(self.small.request("PATCH", f"/webhooks/{made['id']}", body), 200)
        self.assertEqual((changed["name"], changed["avatar"]), ("renamed", None))
        self.assertEqual(len(self.small.events(session, "WEBHOOKS_UPDATE")), 1)
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["user_id"]), (51, self.small.bot.user_id))
        self.assertEqual({change["key"] for change in entry["changes"]}, {"name", "avatar_hash"})

    def test_move_tells_both_channels(self):
        made, other = self.make(), self.small.make_channel("other")
        session = self.small.connect()
        answer = self.small.request("PATCH", f"/webhooks/{made['id']}", {"channel_id": other["id"]})
        self.assertEqual(answer.json["channel_id"], other["id"])
        told = [payload["channel_id"] for payload in self.small.events(session, "WEBHOOKS_UPDATE")]
        self.assertEqual(told, [other["id"], self.small.general["id"]])

    def test_move_needs_permission_there(self):
        made, other = self.make(), self.small.make_channel("other")
        deny = {
            "id": self.small.role["id"],
            "type": 0,
            "allow": "0",
            "deny": str(int(Permission.MANAGE_WEBHOOKS)),
        }
        other["permission_overwrites"].append(deny)
        answer = self.small.request("PATCH", f"/webhooks/{made['id']}", {"channel_id": other["id"]})
        self.assertStatus(answer, 403, 50013)

    def test_move_into_another_guild_is_refused(self):
        made = self.make()
        far = self.small.make_channel("far", guild=self.small.make_guild("Other"))
        answer = self.small.request("PATCH", f"/webhooks/{made['id']}", {"channel_id": far["id"]})
        self.assertStatus(answer, 404, 10003)

    def test_move_into_a_full_channel_is_refused(self):
        made, other = self.make(), self.small.make_channel("other")
        for _ in range(webhooks.MAX_PER_CHANNEL):
            self.make(channel=other)
        answer = self.small.request("PATCH", f"/webhooks/{made['id']}", {"channel_id": other["id"]})
        self.assertStatus(answer, 400, 30007)

    def test_change_by_token_has_no_author(self):
        made = self.make()
        answer = self.small.request(
            "PATCH", self.by_token(made), {"name": "self-made"}, token=None, reason="me"
        )
        changed = self.assertStatus(answer, 200)
        self.assertEqual(changed["name"], "self-made")
        self.assertNotIn("user", changed)
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["user_id"], entry["reason"]), (None, "me"))

    def test_forbidden_name_is_refused(self):
        made = self.make()
        answer = self.small.request("PATCH", self.by_token(made), {"name": "Discord"}, token=None)
        self.assertStatus(answer, 400, 50035)
        self.assertFieldError(answer.json, "name", "USERNAME_INVALID_CONTAINS")


class DeleteWebhook(WebhookTestCase):
    def test_deletion_is_told_and_logged(self):
        made = self.make()
        session = self.small.connect()
        self.assertStatus(self.small.request("DELETE", f"/webhooks/{made['id']}", reason="bye"), 204)
        self.assertEqual(len(self.small.events(session, "WEBHOOKS_UPDATE")), 1)
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (52, "bye"))
        self.assertStatus(self.small.request("GET", self.by_token(made), token=None), 404, 10015)

    def test_deletion_by_token(self):
        made = self.make()
        self.assertStatus(self.small.request("DELETE", self.by_token(made), token=None), 204)
        self.assertEqual(self.small.world.webhooks, {})

    def test_deletion_needs_permission(self):
        made = self.make()
        self.small.allow(ALMOST_ALL)
        self.assertStatus(self.small.request("DELETE", f"/webhooks/{made['id']}"), 403, 50013)


class FollowChannel(WebhookTestCase):
    def setUp(self):
        super().setUp()
        self.news = self.small.make_channel("news", type=5)

    def follow(self, source=None, target=None):
        body = {"webhook_channel_id": (target or self.small.general)["id"]}
        return self.small.request(
            "POST", f"/channels/{(source or self.news)['id']}/followers", body, reason="so"
        )

    def test_follower_is_a_webhook_without_token(self):
        session = self.small.connect()
        answer = self.assertStatus(self.follow(), 200)
        self.assertEqual(answer["channel_id"], self.news["id"])
        made = self.small.request("GET", f"/webhooks/{answer['webhook_id']}").json
        self.assertEqual((made["type"], made["channel_id"]), (2, self.small.general["id"]))
        self.assertEqual(made["source_channel"], {"id": self.news["id"], "name": "news"})
        self.assertEqual(made["source_guild"]["id"], self.small.guild["id"])
        self.assertNotIn("token", made)
        self.assertEqual(len(self.small.events(session, "WEBHOOKS_UPDATE")), 1)
        self.assertEqual(self.small.audit_log()[-1]["reason"], "so")
        self.assertEqual([w["id"] for w in followers(self.small.world, self.news["id"])], [made["id"]])

    def test_followers_are_those_of_the_channel_that_are_still_there(self):
        self.small.guild["icon"] = "hash"
        world, other = self.small.world, self.small.make_channel("more news", type=5)
        made = self.small.world.webhooks[self.follow().json["webhook_id"]]
        self.assertEqual(made["avatar"], "hash")
        self.assertEqual(list(followers(world, other["id"])), [])
        del world.channels[self.small.general["id"]]
        self.assertEqual(list(followers(world, self.news["id"])), [])

    def test_follower_cannot_be_used_by_token(self):
        webhook_id = self.follow().json["webhook_id"]
        self.assertStatus(self.small.request("GET", f"/webhooks/{webhook_id}/None", token=None), 401, 50027)

    def test_only_announcements_can_be_followed(self):
        self.assertStatus(self.follow(source=self.small.general), 400, 50024)

    def test_only_into_text_channels(self):
        self.assertStatus(self.follow(target=self.small.make_channel("talk", type=2)), 400, 50024)

    def test_permission_is_needed_where_it_goes(self):
        self.small.allow(ALMOST_ALL)
        self.assertStatus(self.follow(), 403, 50013)

    def test_unknown_target(self):
        self.assertStatus(self.follow(target={"id": "1"}), 404, 10003)

    def test_followers_count_as_webhooks(self):
        for _ in range(webhooks.MAX_PER_CHANNEL):
            self.make()
        self.assertStatus(self.follow(), 400, 30007)
