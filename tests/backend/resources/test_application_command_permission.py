"""Command permissions: who sets them, of whom they may be, and who is told."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.application import make_application
from discordtest.backend.rest import Actor
from tests.backend.worlds import WorldTestCase

ROLE, USER, CHANNEL = 1, 2, 3


class PermissionTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        small = self.small
        self.application_id, self.guild_id = small.application["id"], small.guild["id"]
        self.command = self.make_command("ping")
        self.path = f"/applications/{self.application_id}/guilds/{self.guild_id}/commands"

    def make_command(self, name: str) -> Any:
        body = {"name": name, "description": "A command."}
        return self.small.perform("create_application_command", self.application_id, body=body)

    def set(self, *entries: tuple[int, str, bool], id: str | None = None, actor: Actor | None = None) -> Any:
        body = {"permissions": [{"type": t, "id": i, "permission": p} for t, i, p in entries]}
        raw = self.application_id, self.guild_id, id or self.command["id"]
        name = "set_guild_application_command_permissions"
        return self.small.perform(name, *raw, actor=actor, body=body)


class SettingTests(PermissionTestCase):
    def test_narrator_sets_and_the_bot_is_told(self) -> None:
        session = self.small.connect()
        shown = self.set((ROLE, self.guild_id, False))
        expected = {
            "id": self.command["id"],
            "application_id": self.application_id,
            "guild_id": self.guild_id,
            "permissions": [{"type": ROLE, "id": self.guild_id, "permission": False}],
        }
        self.assertEqual(shown, expected)
        self.assertEqual(self.small.events(session, "APPLICATION_COMMAND_PERMISSIONS_UPDATE"), [expected])

    def test_same_again_tells_nobody(self) -> None:
        self.set((ROLE, self.guild_id, False))
        session = self.small.connect()
        self.set((ROLE, self.guild_id, False))
        self.assertEqual(self.small.events(session), [])
        self.assertEqual([entry["action_type"] for entry in self.small.audit_log()].count(121), 1)

    def test_audit_log_notes_each_entity(self) -> None:
        self.set((ROLE, self.guild_id, False), (CHANNEL, self.small.general["id"], True))
        self.set((ROLE, self.guild_id, True))
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["target_id"]), (121, self.command["id"]))
        self.assertEqual(entry["options"], {"application_id": self.application_id})
        role, channel = entry["changes"]
        self.assertEqual((role["old_value"]["permission"], role["new_value"]["permission"]), (False, True))
        self.assertEqual(channel.keys(), {"key", "old_value"})

    def test_audit_log_shows_the_command(self) -> None:
        self.set((ROLE, self.guild_id, False))
        shown = self.small.request("GET", f"/guilds/{self.guild_id}/audit-logs").json
        self.assertEqual([each["id"] for each in shown["application_commands"]], [self.command["id"]])

    def test_bot_never_sets(self) -> None:
        path = f"{self.path}/{self.command['id']}/permissions"
        answer = self.small.request("PUT", path, {"permissions": []})
        self.assertStatus(answer, 403, 20001)

    def test_person_needs_both_permissions(self) -> None:
        both = Permission.MANAGE_GUILD | Permission.MANAGE_ROLES
        self.set((ROLE, self.guild_id, False), actor=self.small.make_person("manager", both))
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.set(actor=self.small.make_person("half", Permission.MANAGE_GUILD))

    def test_stranger(self) -> None:
        foreign = self.small.perform("create_guild", body={"name": "Foreign"})
        person = self.small.make_person("alice", guild=foreign)
        with self.assertRefused(Code.MISSING_ACCESS):
            self.set(actor=person)

    def test_targets_exist(self) -> None:
        for kind, code in (
            (ROLE, Code.UNKNOWN_ROLE),
            (USER, Code.UNKNOWN_USER),
            (CHANNEL, Code.UNKNOWN_CHANNEL),
        ):
            with self.subTest(kind), self.assertRefused(code):
                self.set((kind, "1", True))

    def test_constant_of_all_channels(self) -> None:
        self.set((CHANNEL, str(int(self.guild_id) - 1), False))

    def test_unknown_command(self) -> None:
        with self.assertRefused(Code.UNKNOWN_APPLICATION_COMMAND):
            self.set(id="1")

    def test_command_of_another_guild(self) -> None:
        other = self.small.make_guild("Other")
        name = "create_guild_application_command"
        body = {"name": "ping", "description": "A command."}
        command = self.small.perform(name, self.application_id, other["id"], body=body)
        with self.assertRefused(Code.UNKNOWN_APPLICATION_COMMAND):
            self.set(id=command["id"])

    def test_100_entries_are_the_most(self) -> None:
        people = [(USER, self.small.make_person(f"p{number:03}").user_id, True) for number in range(101)]
        self.assertEqual(len(self.set(*people[:100])["permissions"]), 100)
        with self.assertRefused(Code.INVALID_FORM_BODY, "permissions", "BASE_TYPE_MAX_LENGTH"):
            self.set(*people)


class ReadingTests(PermissionTestCase):
    def test_of_one_command(self) -> None:
        shown = self.set((ROLE, self.guild_id, False))
        answer = self.small.request("GET", f"{self.path}/{self.command['id']}/permissions")
        self.assertEqual(self.assertStatus(answer, 200), shown)

    def test_of_all_commands(self) -> None:
        shown = self.set((ROLE, self.guild_id, False), id=self.application_id)
        answer = self.small.request("GET", f"{self.path}/{self.application_id}/permissions")
        self.assertEqual(self.assertStatus(answer, 200), shown)

    def test_none_are_unknown(self) -> None:
        self.set((ROLE, self.guild_id, False))
        self.set()
        answer = self.small.request("GET", f"{self.path}/{self.command['id']}/permissions")
        self.assertStatus(answer, 404, 10066)

    def test_list(self) -> None:
        one = self.set((ROLE, self.guild_id, False))
        two = self.set((ROLE, self.guild_id, True), id=self.application_id)
        answer = self.small.request("GET", f"{self.path}/permissions")
        self.assertEqual(self.assertStatus(answer, 200), [one, two])

    def test_deleted_command_has_none(self) -> None:
        self.set((ROLE, self.guild_id, False))
        self.small.perform("delete_application_command", self.application_id, self.command["id"])
        self.assertEqual(self.small.request("GET", f"{self.path}/permissions").json, [])

    def test_other_application(self) -> None:
        other = make_application(self.small.world, "other", "token-of-another", self.small.owner)
        path = f"/applications/{other['id']}/guilds/{self.guild_id}/commands/permissions"
        self.assertStatus(self.small.request("GET", path), 403, 20012)
