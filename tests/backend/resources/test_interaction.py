from __future__ import annotations

from discordtest.backend.codes import Code
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import names
from discordtest.backend.resources.resolved import Resolved
from tests.backend.resources.interactions import InteractionTestCase, button, row

IN_ANY_DM = ["EMBED_LINKS", "ATTACH_FILES", "MENTION_EVERYONE"]


class Payload(InteractionTestCase):
    def test_in_a_guild(self) -> None:
        session = self.small.connect(Intent.GUILDS)
        interaction = self.invoke()
        (payload,) = self.small.events(session, "INTERACTION_CREATE")
        self.assertEqual(payload["id"], interaction["id"])
        self.assertEqual(payload["type"], 2)
        self.assertEqual(payload["version"], 1)
        self.assertEqual(payload["data"]["name"], "ping")
        self.assertEqual(payload["guild_id"], self.small.guild["id"])
        guild = {"id": self.small.guild["id"], "locale": "en-US", "features": self.small.guild["features"]}
        self.assertEqual(payload["guild"], guild)
        self.assertEqual(payload["guild_locale"], "en-US")
        self.assertEqual(payload["locale"], "en-US")
        self.assertEqual(payload["channel"]["name"], "general")
        self.assertNotIn("permission_overwrites", payload["channel"])
        self.assertEqual(payload["member"]["user"]["username"], "alice")
        self.assertEqual(payload["member"]["permissions"], payload["channel"]["permissions"])
        self.assertNotIn("user", payload)
        self.assertEqual(payload["app_permissions"], str(int(self.small.role["permissions"])))
        self.assertEqual(payload["authorizing_integration_owners"], {"0": self.small.guild["id"]})
        self.assertEqual(payload["context"], 0)
        self.assertEqual(payload["attachment_size_limit"], 20 << 20)
        self.assertEqual(payload["entitlements"], [])

    def test_in_the_bots_dm(self) -> None:
        session = self.small.connect()
        bot_id = self.small.bot.user_id
        channel = self.small.perform("create_dm", actor=self.alice, body={"recipient_id": bot_id})
        self.invoke(channel=channel)
        (payload,) = self.small.events(session, "INTERACTION_CREATE")
        self.assertEqual(payload["user"]["username"], "alice")
        self.assertEqual(payload["context"], 1)
        self.assertEqual(payload["authorizing_integration_owners"], {"0": "0"})
        self.assertEqual([user["username"] for user in payload["channel"]["recipients"]], ["alice"])
        self.assertEqual(names(int(payload["app_permissions"])), [*IN_ANY_DM, "USE_EXTERNAL_EMOJIS"])
        for key in ("guild", "guild_id", "guild_locale", "member"):
            self.assertNotIn(key, payload)

    def test_in_the_dm_of_two_people(self) -> None:
        session = self.small.connect()
        other = self.small.make_person("bob")
        application_id = self.small.application["id"]
        self.small.world.user_installs[self.alice.user_id] = {application_id: None}
        channel = self.small.perform("create_dm", actor=self.alice, body={"recipient_id": other.user_id})
        self.invoke(channel=channel)
        (payload,) = self.small.events(session, "INTERACTION_CREATE")
        self.assertEqual(payload["context"], 2)
        self.assertEqual(payload["authorizing_integration_owners"], {"1": self.alice.user_id})
        self.assertEqual(names(int(payload["app_permissions"])), IN_ANY_DM)

    def test_of_an_application_that_is_not_in_the_guild(self) -> None:
        session = self.small.connect()
        self.small.world.user_installs[self.alice.user_id] = {self.small.application["id"]: None}
        del self.small.world.members[self.small.guild["id"]][self.small.bot.user_id]
        self.invoke()
        (payload,) = self.small.events(session, "INTERACTION_CREATE")
        self.assertEqual(payload["authorizing_integration_owners"], {"1": self.alice.user_id})
        self.assertNotEqual(payload["app_permissions"], "0")

    def test_chosen_channels_say_what_the_bot_may_do_there(self) -> None:
        session = self.small.connect()
        everyone = self.small.guild["id"]
        staff = self.small.make_channel("staff", permission_overwrites=[{"id": everyone, "deny": 1 << 10}])
        for is_member in (True, False):
            with self.subTest(is_member=is_member):
                if not is_member:
                    self.small.world.user_installs[self.alice.user_id] = {self.small.application["id"]: None}
                    del self.small.world.members[everyone][self.small.bot.user_id]
                resolved = Resolved(self.small.world, self.small.general, self.alice.user_id)
                for channel in (self.small.general, staff):
                    resolved.add_channel(channel["id"])
                session.frames.clear()
                self.interact(2, {"id": "77", "name": "ping", "type": 1, "resolved": resolved.payload})
                shown = self.small.events(session, "INTERACTION_CREATE")[0]["data"]["resolved"]["channels"]
                told = [shown[one["id"]].get("app_permissions") for one in (self.small.general, staff)]
                self.assertEqual(told, [self.small.role["permissions"], "0"] if is_member else [None, None])

    def test_of_a_component_has_its_message(self) -> None:
        session = self.small.connect()
        message = self.say(self.invoke(), components=[row(button())])
        self.press(message["id"])
        payload = self.small.events(session, "INTERACTION_CREATE")[1]
        self.assertEqual(payload["message"]["id"], message["id"])
        self.assertEqual(payload["data"], {"component_type": 2, "custom_id": "b"})

    def test_other_applications_are_not_told(self) -> None:
        session = self.small.connect()
        self.small.world.applications["5"] = {**self.small.application, "id": "5", "bot": {"id": "5"}}
        self.small.perform(
            "create_interaction",
            self.small.general["id"],
            actor=self.alice,
            body={"application_id": "5", "type": 2, "data": {"name": "x", "type": 1}},
        )
        self.assertEqual(self.small.events(session, "INTERACTION_CREATE"), [])


class Finding(InteractionTestCase):
    def test_hidden_channels_take_none(self) -> None:
        self.small.world.roles[self.small.guild["id"]][self.small.guild["id"]]["permissions"] = "0"
        with self.assertRefused(Code.MISSING_ACCESS):
            self.invoke()

    def test_a_component_of_no_message(self) -> None:
        with self.assertRefused(Code.UNKNOWN_MESSAGE):
            self.press("1")

    def test_an_ephemeral_message_is_for_one_person(self) -> None:
        message = self.say(self.invoke(), components=[row(button())], flags=64)
        self.press(message["id"])
        with self.assertRefused(Code.UNKNOWN_MESSAGE):
            self.press(message["id"], who=self.small.make_person("bob"))

    def test_an_unknown_interaction(self) -> None:
        answer = self.small.request("POST", "/interactions/1/x/callback", {"type": 5}, token=None)
        self.assertStatus(answer, 404, Code.UNKNOWN_INTERACTION)

    def test_a_wrong_token(self) -> None:
        interaction = {**self.invoke(), "token": "x"}
        self.assertStatus(self.answer(interaction, 5), 401, Code.INVALID_WEBHOOK_TOKEN)


class Deadlines(InteractionTestCase):
    def test_the_first_answer_within_three_seconds(self) -> None:
        interaction = self.invoke()
        self.wait(2.999999)
        self.assertStatus(self.answer(interaction, 5), 204)

    def test_no_first_answer_later(self) -> None:
        interaction = self.invoke()
        self.wait(3)
        self.assertStatus(self.answer(interaction, 5), 404, Code.UNKNOWN_INTERACTION)

    def test_one_first_answer(self) -> None:
        interaction = self.invoke()
        self.say(interaction)
        self.assertStatus(self.answer(interaction, 5), 400, Code.INTERACTION_ALREADY_ACKNOWLEDGED)

    def test_a_followup_within_fifteen_minutes(self) -> None:
        interaction = self.invoke()
        self.say(interaction)
        self.wait(899.999999)
        self.assertStatus(self.hook("POST", interaction, "", {"content": "x"}), 200)

    def test_no_followup_later(self) -> None:
        interaction = self.invoke()
        self.say(interaction)
        self.wait(900)
        answer = self.hook("POST", interaction, "", {"content": "x"})
        self.assertStatus(answer, 401, Code.INVALID_WEBHOOK_TOKEN)
        self.assertIn("for 15 minutes, which are over", self.small.backend.journal.exchanges()[-1].why)

    def test_no_followup_before_the_answer(self) -> None:
        answer = self.hook("POST", self.invoke(), "", {"content": "x"})
        self.assertStatus(answer, 404, Code.UNKNOWN_WEBHOOK)
        self.assertIn("nothing has answered the interaction so far", str(self.small.backend.journal[-1]))

    def test_another_applications_token(self) -> None:
        interaction = self.invoke()
        self.say(interaction)
        self.small.world.applications["5"] = {"id": "5"}
        answer = self.hook("POST", {**interaction, "application_id": "5"}, "", {"content": "x"})
        self.assertStatus(answer, 401, Code.INVALID_WEBHOOK_TOKEN)
