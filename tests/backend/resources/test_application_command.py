"""The routes of application commands: global and of a guild, their ids, versions and numbers."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.resources.application import make_application
from discordtest.backend.resources.application_command import DAY
from tests.backend.worlds import WorldTestCase


def chat(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "description": "A command.", **fields}


def menu(name: str, type: int = 2) -> dict[str, Any]:
    return {"name": name, "type": type}


class CommandTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        application = f"/applications/{self.small.application['id']}"
        self.path = f"{application}/commands"
        self.guild_path = f"{application}/guilds/{self.small.guild['id']}/commands"

    def send(self, method: str, path: str, status: int, body: Any = None, code: int | None = None) -> Any:
        return self.assertStatus(self.small.request(method, path, body), status, code)


class MakingTests(CommandTestCase):
    def test_new_command_is_answered_with_201(self) -> None:
        made = self.send("POST", self.path, 201, chat("ping"))
        self.assertEqual(made["application_id"], self.small.application["id"])
        self.assertEqual((made["type"], made["nsfw"], made["dm_permission"]), (1, False, True))
        self.assertEqual((made["contexts"], made["integration_types"]), (None, [0, 1]))
        self.assertNotIn("guild_id", made)

    def test_known_name_changes_the_command(self) -> None:
        first = self.send("POST", self.path, 201, chat("ping", nsfw=True))
        second = self.send("POST", self.path, 200, chat("ping"))
        self.assertEqual(second["id"], first["id"])
        self.assertFalse(second["nsfw"])
        self.assertGreater(int(second["version"]), int(first["version"]))

    def test_same_command_keeps_its_version(self) -> None:
        first = self.send("POST", self.path, 201, chat("ping"))
        self.assertEqual(self.send("POST", self.path, 200, chat("ping")), first)

    def test_one_name_for_each_type(self) -> None:
        for type in (2, 3):
            self.send("POST", self.path, 201, menu("ping", type))
        self.send("POST", self.path, 201, chat("ping"))

    def test_guild_command(self) -> None:
        made = self.send("POST", self.guild_path, 201, chat("ping", contexts=[1], dm_permission=False))
        self.assertEqual(made["guild_id"], self.small.guild["id"])
        self.assertNotIn("contexts", made)
        self.assertEqual(self.send("GET", self.path, 200), [])

    def test_dm_permission_follows_the_contexts(self) -> None:
        self.assertFalse(self.send("POST", self.path, 201, chat("a", contexts=[0]))["dm_permission"])
        self.assertTrue(self.send("POST", self.path, 201, chat("b", contexts=[0, 1]))["dm_permission"])

    def test_100_slash_commands_are_the_most(self) -> None:
        for number in range(100):
            self.send("POST", self.path, 201, chat(f"c{number}"))
        self.send("POST", self.path, 400, chat("c100"), 30032)
        self.send("POST", self.path, 200, chat("c99", nsfw=True))
        self.send("POST", self.guild_path, 201, chat("c100"))

    def test_15_menu_commands_of_a_type_are_the_most(self) -> None:
        for type in (2, 3):
            for number in range(15):
                self.send("POST", self.path, 201, menu(f"c{number}", type))
            self.send("POST", self.path, 400, menu("c15", type), 30032)

    def test_200_new_ones_a_day(self) -> None:
        for number in range(100):
            self.send("PUT", self.path, 200, [chat(f"a{number}"), chat(f"b{number}")])
        body = self.send("POST", self.path, 429, chat("more"), 30034)
        self.assertEqual(body["retry_after"], DAY / 1_000_000)
        self.send("POST", self.path, 200, chat("a99", nsfw=True))
        self.send("POST", self.guild_path, 201, chat("more"))
        self.small.time = DAY
        self.send("POST", self.path, 201, chat("more"))

    def test_contexts_that_are_taken_back(self) -> None:
        made = self.send("POST", self.path, 201, chat("a", contexts=[0]))
        one = f"{self.path}/{made['id']}"
        self.assertTrue(self.send("PATCH", one, 200, {"contexts": None})["dm_permission"])
        body = {"contexts": None, "dm_permission": False}
        self.assertFalse(self.send("PATCH", one, 200, body)["dm_permission"])


class BulkTests(CommandTestCase):
    def test_others_are_gone_and_ids_stay(self) -> None:
        old = self.send("PUT", self.path, 200, [chat("a"), chat("b"), menu("a")])
        new = self.send("PUT", self.path, 200, [menu("a"), chat("a", nsfw=True), chat("c")])
        self.assertEqual([each["id"] for each in new[:2]], [old[2]["id"], old[0]["id"]])
        self.assertEqual(new[0], old[2])
        self.assertNotEqual(new[1]["version"], old[0]["version"])
        self.assertEqual([each["name"] for each in self.send("GET", self.path, 200)], ["a", "a", "c"])
        self.send("GET", f"{self.path}/{old[1]['id']}", 404, code=10063)

    def test_command_is_renamed_by_its_id(self) -> None:
        (old,) = self.send("PUT", self.path, 200, [chat("a")])
        (new,) = self.send("PUT", self.path, 200, [chat("b", id=old["id"])])
        self.assertEqual((new["id"], new["name"]), (old["id"], "b"))

    def test_name_that_a_renamed_command_left_is_a_new_command(self) -> None:
        (old,) = self.send("PUT", self.path, 200, [chat("a")])
        for bodies in ([chat("b", id=old["id"]), chat("a")], [chat("a", id=old["id"]), chat("b")]):
            renamed, made = self.send("PUT", self.path, 200, bodies)
            self.assertEqual((renamed["id"], renamed["name"]), (old["id"], bodies[0]["name"]))
            self.assertEqual(made["name"], bodies[1]["name"])
            self.assertNotEqual(made["id"], old["id"])

    def test_name_before_the_command_that_leaves_it(self) -> None:
        (old,) = self.send("PUT", self.path, 200, [chat("a")])
        made, renamed = self.send("PUT", self.path, 200, [chat("a"), chat("b", id=old["id"])])
        self.assertEqual((made["name"], renamed["name"], renamed["id"]), ("a", "b", old["id"]))
        self.assertNotEqual(made["id"], old["id"])
        self.assertEqual(len(self.send("GET", self.path, 200)), 2)

    def test_options_that_are_not_named_again_are_gone(self) -> None:
        option = {"name": "o", "type": 3, "description": "An option."}
        self.send("PUT", self.path, 200, [chat("a", options=[option])])
        (new,) = self.send("PUT", self.path, 200, [chat("a")])
        self.assertNotIn("options", new)

    def test_empty_list_takes_all_away(self) -> None:
        self.send("PUT", self.path, 200, [chat("a")])
        self.assertEqual(self.send("PUT", self.path, 200, []), [])
        self.assertEqual(self.send("GET", self.path, 200), [])

    def test_guild_and_global_ones_do_not_touch(self) -> None:
        self.send("PUT", self.path, 200, [chat("a")])
        self.send("PUT", self.guild_path, 200, [chat("a"), chat("b")])
        self.send("PUT", self.path, 200, [])
        self.assertEqual(len(self.send("GET", self.guild_path, 200)), 2)

    def test_two_of_one_name(self) -> None:
        body = self.send("PUT", self.path, 400, [chat("a"), menu("a"), chat("a")], 50035)
        self.assertFieldError(body, "2", "APPLICATION_COMMANDS_DUPLICATE_NAME")

    def test_every_mistake_is_named_and_nothing_changes(self) -> None:
        self.send("PUT", self.path, 200, [chat("a")])
        wrong = {"name": "O", "type": 3, "description": ""}
        body = self.send("PUT", self.path, 400, [chat("A"), chat("b", options=[wrong])], 50035)
        self.assertFieldError(body, "0.name", "APPLICATION_COMMAND_INVALID_NAME")
        self.assertFieldError(body, "1.options.0.name", "APPLICATION_COMMAND_INVALID_NAME")
        self.assertFieldError(body, "1.options.0.description", "BASE_TYPE_REQUIRED")
        self.assertEqual([each["name"] for each in self.send("GET", self.path, 200)], ["a"])

    def test_numbers_are_those_of_single_commands(self) -> None:
        self.send("PUT", self.path, 200, [chat(f"c{number}") for number in range(100)])
        self.send("PUT", self.path, 400, [chat(f"c{number}") for number in range(101)], 30032)

    def test_130_are_the_most_in_a_request(self) -> None:
        menus = [menu(f"c{number}", type) for number in range(15) for type in (2, 3)]
        self.send("PUT", self.path, 200, [chat(f"c{number}") for number in range(100)] + menus)
        body = self.send("PUT", self.path, 400, [chat(f"c{number}") for number in range(131)], 50035)
        self.assertFieldError(body, "", "BASE_TYPE_MAX_LENGTH")


class EditingTests(CommandTestCase):
    def setUp(self) -> None:
        super().setUp()
        option = {"name": "o", "type": 3, "description": "An option."}
        self.made = self.send("POST", self.path, 201, chat("ping", options=[option]))
        self.one = f"{self.path}/{self.made['id']}"

    def test_field_alone_changes(self) -> None:
        changed = self.send("PATCH", self.one, 200, {"description": "Other."})
        expected = {**self.made, "description": "Other.", "version": changed["version"]}
        self.assertEqual(changed, expected)
        self.assertGreater(int(changed["version"]), int(self.made["version"]))

    def test_nothing_keeps_the_version(self) -> None:
        self.assertEqual(self.send("PATCH", self.one, 200, {}), self.made)

    def test_options_are_replaced_as_a_whole(self) -> None:
        option = {"name": "p", "type": 4, "description": "Another."}
        self.assertEqual(self.send("PATCH", self.one, 200, {"options": [option]})["options"], [option])
        self.assertNotIn("options", self.send("PATCH", self.one, 200, {"options": []}))

    def test_null_is_the_default(self) -> None:
        self.send("PATCH", self.one, 200, {"default_member_permissions": "8", "nsfw": True, "contexts": [0]})
        body = {"default_member_permissions": None, "nsfw": None, "contexts": None}
        changed = self.send("PATCH", self.one, 200, body)
        self.assertEqual(
            (changed["default_member_permissions"], changed["nsfw"], changed["contexts"]), (None, False, None)
        )

    def test_name_that_is_taken(self) -> None:
        self.send("POST", self.path, 201, chat("pong"))
        self.send("PATCH", self.one, 400, {"name": "pong"}, 40041)
        self.send("PATCH", self.one, 200, {"name": "ping"})

    def test_rules_are_those_of_the_type(self) -> None:
        body = self.send("PATCH", self.one, 400, {"name": "Ping"}, 50035)
        self.assertFieldError(body, "name", "APPLICATION_COMMAND_INVALID_NAME")
        made = self.send("POST", self.path, 201, menu("a"))
        self.assertEqual(
            self.send("PATCH", f"{self.path}/{made['id']}", 200, {"name": "Ab C"})["name"], "Ab C"
        )

    def test_guild_command_is_changed_and_read(self) -> None:
        made = self.send("POST", self.guild_path, 201, chat("ping"))
        one = f"{self.guild_path}/{made['id']}"
        changed = self.send("PATCH", one, 200, {"nsfw": True})
        self.assertEqual(self.send("GET", one, 200), changed)
        self.send("GET", f"{self.path}/{made['id']}", 404, code=10063)
        self.send("GET", f"{self.guild_path}/{self.made['id']}", 404, code=10063)

    def test_deleted_command_is_unknown(self) -> None:
        self.send("DELETE", self.one, 204)
        self.send("DELETE", self.one, 404, code=10063)

    def test_deleted_guild_command_is_unknown(self) -> None:
        made = self.send("POST", self.guild_path, 201, chat("ping"))
        self.send("DELETE", f"{self.guild_path}/{made['id']}", 204)
        self.assertEqual(self.send("GET", self.guild_path, 200), [])


class ReadingTests(CommandTestCase):
    def setUp(self) -> None:
        super().setUp()
        choice = {"name": "One", "value": "1", "name_localizations": {"de": "Eins"}}
        option = {"name": "o", "type": 3, "description": "An option.", "choices": [choice]}
        self.made = self.send("POST", self.path, 201, chat("ping", options=[option]))

    def test_list_has_no_localisations_unless_asked_for(self) -> None:
        (shown,) = self.send("GET", self.path, 200)
        self.assertNotIn("name_localizations", shown)
        self.assertEqual(shown["options"][0]["choices"], [{"name": "One", "value": "1"}])
        whole = self.small.request("GET", self.path, query={"with_localizations": "true"})
        self.assertEqual(whole.json, [self.made])

    def test_one_is_whole(self) -> None:
        self.assertEqual(self.send("GET", f"{self.path}/{self.made['id']}", 200), self.made)

    def test_other_application(self) -> None:
        other = make_application(self.small.world, "other", "token-of-another", self.small.owner)
        self.send("GET", f"/applications/{other['id']}/commands", 403, code=20012)

    def test_guild_that_the_bot_is_not_in(self) -> None:
        application = f"/applications/{self.small.application['id']}"
        self.send("GET", f"{application}/guilds/1/commands", 403, code=50001)
        foreign = self.small.perform("create_guild", body={"name": "Foreign"})
        self.send("PUT", f"{application}/guilds/{foreign['id']}/commands", 403, [], 50001)

    def test_refusal_of_the_narrator_too(self) -> None:
        ids = self.small.application["id"], "1"
        with self.assertRefused(Code.UNKNOWN_APPLICATION_COMMAND):
            self.small.perform("get_application_command", *ids)
