"""The onboarding of a community: prompts, requirements and audit entries."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.guild_onboarding import ADVANCED, DEFAULT
from tests.backend.worlds import PNG_URI, WorldTestCase


class OnboardingTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.path = f"/guilds/{self.guild_id}/onboarding"
        self.small.guild["features"].append("COMMUNITY")

    def put(self, **body: Any) -> Any:
        return self.small.request("PUT", self.path, body, reason="why")

    def get(self) -> Any:
        return self.assertStatus(self.small.request("GET", self.path), 200)

    def prompt(self, id: str | int = 0, **fields: Any) -> dict[str, Any]:
        return {"id": id, "title": "Why?", "options": [{"title": "Fun"}], **fields}

    def channels(self, writable: int, silent: int = 0) -> list[str]:
        """Make channels in which everybody may write, and some in which nobody may."""
        deny = {"id": self.guild_id, "type": 0, "allow": "0", "deny": str(int(Permission.SEND_MESSAGES))}
        made = [self.small.make_channel(f"c{n}") for n in range(writable)]
        made += [self.small.make_channel(f"s{n}", permission_overwrites=[deny]) for n in range(silent)]
        return [channel["id"] for channel in made]

    def actions(self) -> list[int]:
        """Return the types of the entries about onboarding, oldest first."""
        return [
            entry["action_type"] for entry in self.small.audit_log() if 163 <= entry["action_type"] <= 167
        ]


class Reading(OnboardingTestCase):
    def test_what_nobody_has_set_up_is_empty_and_off(self) -> None:
        empty = {"prompts": [], "default_channel_ids": [], "enabled": False, "mode": 0}
        self.assertEqual(self.get(), {"guild_id": self.guild_id, **empty})

    def test_needs_no_permission(self) -> None:
        self.small.allow(0)
        self.get()

    def test_channels_and_roles_that_are_gone_are_left_out(self) -> None:
        (channel_id,) = self.channels(1)
        role_id = self.small.perform("create_guild_role", self.guild_id, body={"name": "r"})["id"]
        option = {"title": "Fun", "role_ids": [role_id], "channel_ids": [channel_id]}
        self.put(prompts=[self.prompt(options=[option])], default_channel_ids=[channel_id])
        self.small.perform("delete_channel", channel_id)
        self.small.perform("delete_guild_role", self.guild_id, role_id)
        found = self.get()
        shown = found["prompts"][0]["options"][0]
        self.assertEqual(
            (found["default_channel_ids"], shown["role_ids"], shown["channel_ids"]), ([], [], [])
        )


class Changing(OnboardingTestCase):
    def test_what_is_not_named_stays(self) -> None:
        (channel_id,) = self.channels(1)
        self.put(prompts=[self.prompt()], default_channel_ids=[channel_id], mode=ADVANCED)
        changed = self.assertStatus(self.put(mode=DEFAULT, prompts=None), 200)
        self.assertEqual((len(changed["prompts"]), changed["default_channel_ids"]), (1, [channel_id]))
        self.assertEqual(self.get(), changed)

    def test_new_prompt_has_an_id_of_its_own(self) -> None:
        (prompt,) = self.assertStatus(self.put(prompts=[self.prompt(id=0)]), 200)["prompts"]
        self.assertGreater(int(prompt["id"]), 1 << 22)
        self.assertEqual((prompt["single_select"], prompt["required"], prompt["type"]), (False, False, 0))
        (option,) = prompt["options"]
        self.assertEqual(option["emoji"], {"id": None, "name": None, "animated": False})
        self.assertEqual((option["description"], option["role_ids"], option["channel_ids"]), ("", [], []))

    def test_known_prompt_and_option_stay_what_they_are(self) -> None:
        (first,) = self.put(prompts=[self.prompt(required=True)]).json["prompts"]
        options = [{"id": first["options"][0]["id"], "title": "Work"}, {"id": "5", "title": "Rest"}]
        again = self.prompt(first["id"], title="What for?", options=options)
        (second,) = self.put(prompts=[again]).json["prompts"]
        self.assertEqual(
            (second["id"], second["title"], second["required"]), (first["id"], "What for?", True)
        )
        self.assertEqual(second["options"][0]["id"], first["options"][0]["id"])
        self.assertNotEqual(second["options"][1]["id"], "5")

    def test_roles_say_that_an_answer_gives_them(self) -> None:
        ids = [self.small.perform("create_guild_role", self.guild_id, body={})["id"] for _ in range(2)]
        session = self.small.connect()
        for given in ids:
            self.put(prompts=[self.prompt(options=[{"title": "Fun", "role_ids": [given]}])])
        told = [event["role"] for event in self.small.events(session, "GUILD_ROLE_UPDATE")]
        self.assertCountEqual(
            [(role["id"], role["flags"]) for role in told], [(ids[0], 1), (ids[0], 0), (ids[1], 1)]
        )

    def test_emojis(self) -> None:
        emoji = self.small.perform(
            "create_guild_emoji", self.guild_id, body={"name": "blob", "image": PNG_URI}
        )
        options = [{"title": "a", "emoji_id": emoji["id"]}, {"title": "b", "emoji_name": "👋"}]
        (prompt,) = self.put(prompts=[self.prompt(options=options)]).json["prompts"]
        found = [option["emoji"] for option in prompt["options"]]
        self.assertEqual(found[0], {"id": emoji["id"], "name": "blob", "animated": False})
        self.assertEqual(found[1], {"id": None, "name": "👋", "animated": False})

    def test_what_is_not_there(self) -> None:
        for option, code in (
            ({"role_ids": ["1"]}, Code.INVALID_ROLE),
            ({"channel_ids": ["1"]}, Code.UNKNOWN_CHANNEL),
            ({"emoji_id": "1"}, Code.UNKNOWN_EMOJI),
            ({"emoji_name": "no emoji"}, Code.UNKNOWN_EMOJI),
        ):
            answer = self.put(prompts=[self.prompt(options=[{"title": "a", **option}])])
            self.assertEqual(answer.code, code)
        self.assertStatus(self.put(default_channel_ids=["1"]), 404, Code.UNKNOWN_CHANNEL.value)
        self.assertEqual(self.get()["prompts"], [])

    def test_prompt_needs_an_id_and_an_option(self) -> None:
        answer = self.put(prompts=[{"title": "Why?", "options": [{"title": "Fun"}]}])
        self.assertFieldError(self.assertStatus(answer, 400, 50035), "prompts.0.id", "BASE_TYPE_REQUIRED")
        self.assertStatus(self.put(prompts=[self.prompt(options=[])]), 400, 50035)

    def test_permissions(self) -> None:
        for missing in (Permission.MANAGE_GUILD, Permission.MANAGE_ROLES):
            self.small.allow((Permission.MANAGE_GUILD | Permission.MANAGE_ROLES) & ~missing)
            self.assertStatus(self.put(mode=1), 403, 50013)

    def test_goes_with_its_guild(self) -> None:
        self.put(mode=1)
        self.small.perform("delete_guild", self.guild_id)
        self.assertEqual(self.small.world.onboardings, {})


class AuditLog(OnboardingTestCase):
    def test_entries(self) -> None:
        (prompt,) = self.put(prompts=[self.prompt()]).json["prompts"]
        self.assertEqual(self.actions(), [163, 166])
        self.put(prompts=[self.prompt(prompt["id"], title="What for?")])
        self.assertEqual(self.actions()[2:], [164, 167])
        self.put(prompts=[])
        self.assertEqual(self.actions()[4:], [165, 167])
        self.put(mode=ADVANCED)
        entry = self.small.audit_log()[-1]
        self.assertEqual(
            (entry["action_type"], entry["target_id"], entry["reason"]), (167, self.guild_id, "why")
        )
        self.assertEqual(entry["changes"], [{"key": "mode", "old_value": 0, "new_value": 1}])

    def test_entry_of_a_prompt_is_about_the_prompt(self) -> None:
        (prompt,) = self.put(prompts=[self.prompt()]).json["prompts"]
        entry = next(each for each in self.small.audit_log() if each["action_type"] == 163)
        self.assertEqual(entry["target_id"], prompt["id"])
        self.assertIn({"key": "title", "new_value": "Why?"}, entry["changes"])

    def test_nothing_changes(self) -> None:
        self.put(mode=ADVANCED)
        known = self.actions()
        self.put(mode=ADVANCED)
        self.assertEqual(self.actions(), known)


class Requirements(OnboardingTestCase):
    def enable(self, channel_ids: list[str], **body: Any) -> Any:
        return self.put(enabled=True, default_channel_ids=channel_ids, **body)

    def test_channels_at_the_bound(self) -> None:
        below = self.channels(6)
        answer = self.enable(below)
        self.assertStatus(answer, 400, Code.CANNOT_ENABLE_ONBOARDING.value)
        self.assertFalse(self.get()["enabled"])
        self.assertStatus(self.enable([*below, self.small.general["id"]]), 200)

    def test_writable_channels_at_the_bound(self) -> None:
        self.assertStatus(self.enable(self.channels(4, silent=3)), 400, 350000)
        self.assertStatus(self.enable(self.channels(5, silent=2)), 200)

    def test_questions_count_in_the_advanced_mode(self) -> None:
        first, *others = self.channels(7)
        prompts = [self.prompt(options=[{"title": "a", "channel_ids": [first]}])]
        self.assertStatus(self.enable(others, prompts=prompts, mode=DEFAULT), 400, 350000)
        self.assertStatus(self.enable(others, prompts=prompts, mode=ADVANCED), 200)

    def test_what_is_enabled_may_not_fall_below(self) -> None:
        channel_ids = self.channels(7)
        self.enable(channel_ids)
        answer = self.put(default_channel_ids=channel_ids[1:])
        self.assertStatus(answer, 400, Code.ONBOARDING_BELOW_REQUIREMENTS.value)
        self.assertEqual(len(self.get()["default_channel_ids"]), 7)
        self.assertStatus(self.put(default_channel_ids=[], enabled=False), 200)

    def test_channel_that_is_gone_does_not_count(self) -> None:
        channel_ids = self.channels(7)
        self.put(default_channel_ids=channel_ids)
        self.small.perform("delete_channel", channel_ids[0])
        self.assertStatus(self.put(enabled=True), 400, 350000)

    def test_guild_that_is_no_community(self) -> None:
        self.small.guild["features"].clear()
        self.assertStatus(self.enable(self.channels(7)), 400, 350000)
