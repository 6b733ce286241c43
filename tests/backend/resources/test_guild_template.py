"""Guild templates: made, synced, changed, deleted, and what their snapshots hold."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.errors import NotModelled
from tests.backend.worlds import SmallWorld, WorldTestCase


class GuildTemplateTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.path = f"/guilds/{self.small.guild['id']}/templates"

    def create(self, **fields: Any) -> Any:
        return self.small.request("POST", self.path, {"name": "Club", **fields})

    def on(self, method: str, template: Any, body: Any = None) -> Any:
        return self.small.request(method, f"{self.path}/{template['code']}", body)

    def find(self, template: Any) -> Any:
        return self.small.request("GET", f"/guilds/templates/{template['code']}")

    def test_create_and_find(self) -> None:
        made = self.assertStatus(self.create(description="For all."), 200)
        self.assertRegex(made["code"], r"\A[0-9A-Za-z]{12}\Z")
        shown = {key: made[key] for key in ("name", "description", "usage_count", "is_dirty")}
        self.assertEqual(
            shown, {"name": "Club", "description": "For all.", "usage_count": 0, "is_dirty": False}
        )
        self.assertEqual(made["creator"]["id"], self.small.bot.user_id)
        self.assertEqual(self.assertStatus(self.find(made), 200), made)
        self.assertEqual(self.assertStatus(self.small.request("GET", self.path), 200), [made])

    def test_anybody_may_look_one_up(self) -> None:
        made = self.assertStatus(self.create(), 200)
        self.small.perform("delete_guild_member", self.small.guild["id"], self.small.bot.user_id)
        self.assertStatus(self.find(made), 200)
        answer = self.small.request("GET", f"/guilds/templates/{made['code']}", token=None)
        self.assertStatus(answer, 200)

    def test_one_a_guild(self) -> None:
        first = self.assertStatus(self.create(), 200)
        self.assertStatus(self.create(), 400, Code.GUILD_ALREADY_HAS_TEMPLATE)
        self.assertStatus(self.on("DELETE", first), 200)
        self.assertStatus(self.create(), 200)

    def test_values(self) -> None:
        for field, value in (("name", ""), ("name", "n" * 101), ("description", "d" * 121)):
            body = self.assertStatus(self.create(**{field: value}), 400, Code.INVALID_FORM_BODY)
            self.assertFieldError(body, field)
        self.assertStatus(self.create(name="n" * 100, description="d" * 120), 200)

    def test_edit(self) -> None:
        made = self.assertStatus(self.create(description="For all."), 200)
        changed = self.assertStatus(self.on("PATCH", made, {"name": "Den", "description": None}), 200)
        self.assertEqual((changed["name"], changed["description"]), ("Den", None))
        self.assertEqual(changed["updated_at"], made["updated_at"])

    def test_sync(self) -> None:
        made = self.assertStatus(self.create(), 200)
        self.small.time = 60_000_000
        self.small.make_channel("news")
        self.assertIs(self.assertStatus(self.find(made), 200)["is_dirty"], True)
        synced = self.assertStatus(self.on("PUT", made), 200)
        self.assertIs(synced["is_dirty"], False)
        self.assertGreater(synced["updated_at"], made["updated_at"])
        names = [channel["name"] for channel in synced["serialized_source_guild"]["channels"]]
        self.assertEqual(names, ["general", "news"])

    def test_unknown(self) -> None:
        gone = self.assertStatus(self.create(), 200)
        self.assertEqual(self.assertStatus(self.on("DELETE", gone), 200), gone)
        for method, body in (("PUT", None), ("PATCH", {}), ("DELETE", None)):
            self.assertStatus(self.on(method, gone, body), 404, Code.UNKNOWN_GUILD_TEMPLATE)
        self.assertStatus(self.find(gone), 404, Code.UNKNOWN_GUILD_TEMPLATE)

    def test_no_guild_is_made_of_one(self) -> None:
        code = self.create().json["code"]
        refused = self.small.request("POST", f"/guilds/templates/{code}", {"name": "Club"})
        self.assertStatus(refused, 403, Code.BOTS_CANNOT_USE_ENDPOINT)
        with self.assertRaisesRegex(NotModelled, "a guild that is made of a template"):
            self.small.perform("create_guild_from_template", code, body={"name": "Club"})

    def test_that_of_another_guild(self) -> None:
        other = self.small.make_guild("Other")
        made = self.small.perform("create_guild_template", other["id"], body={"name": "x"})
        self.assertStatus(self.on("DELETE", made), 404, Code.UNKNOWN_GUILD_TEMPLATE)

    def test_it_goes_with_its_guild(self) -> None:
        made = self.assertStatus(self.create(), 200)
        self.small.perform("delete_guild", self.small.guild["id"])
        self.assertStatus(self.find(made), 404, Code.UNKNOWN_GUILD_TEMPLATE)

    def test_code_is_the_same_in_every_run(self) -> None:
        codes = set()
        for _ in range(2):
            small = SmallWorld()
            made = small.perform("create_guild_template", small.guild["id"], body={"name": "x"})
            codes.add(made["code"])
        self.assertEqual(len(codes), 1)


class SnapshotTests(WorldTestCase):
    def snapshot(self) -> Any:
        path = f"/guilds/{self.small.guild['id']}/templates"
        answer = self.assertStatus(self.small.request("POST", path, {"name": "Club"}), 200)
        return answer["serialized_source_guild"]

    def test_placeholders_stand_for_ids(self) -> None:
        guild_id, small = self.small.guild["id"], self.small
        role = small.perform("create_guild_role", guild_id, body={"name": "Mods"})
        alice = small.make_person("alice")
        category = small.make_channel("Talk", 4)
        overwrites = [
            {"id": role["id"], "type": 0, "allow": "1024", "deny": "0"},
            {"id": alice.user_id, "type": 1, "allow": "1024", "deny": "0"},
        ]
        small.make_channel("mods", parent_id=category["id"], permission_overwrites=overwrites)
        small.make_channel("lounge", 2, parent_id=category["id"], bitrate=32_000)
        small.perform("update_guild", guild_id, body={"system_channel_id": small.general["id"]})
        snapshot = self.snapshot()
        self.assertEqual(
            [(each["id"], each["name"]) for each in snapshot["roles"]], [(0, "@everyone"), (1, "Mods")]
        )
        channels = [(each["id"], each["name"], each["parent_id"]) for each in snapshot["channels"]]
        self.assertEqual(
            channels, [(1, "general", None), (2, "Talk", None), (3, "mods", 2), (4, "lounge", 2)]
        )
        self.assertEqual((snapshot["system_channel_id"], snapshot["afk_channel_id"]), (1, None))
        (overwrite,) = snapshot["channels"][2]["permission_overwrites"]
        self.assertEqual(overwrite, {"id": 1, "type": 0, "allow": "1024", "deny": "0"})
        self.assertEqual(snapshot["channels"][3]["bitrate"], 32_000)

    def test_roles_are_in_their_order(self) -> None:
        guild_id, small = self.small.guild["id"], self.small
        low, high = (small.perform("create_guild_role", guild_id, body={"name": name}) for name in "ab")
        roles = small.world.roles[guild_id]
        roles[low["id"]]["position"], roles[high["id"]]["position"] = 3, 2
        self.assertEqual([role["name"] for role in self.snapshot()["roles"]], ["@everyone", "b", "a"])

    def test_forum(self) -> None:
        self.small.make_channel("help", 15, available_tags=[{"name": "solved"}, {"name": "open"}])
        (_, forum) = self.snapshot()["channels"]
        self.assertEqual(
            [(tag["id"], tag["name"]) for tag in forum["available_tags"]], [(0, "solved"), (1, "open")]
        )

    def test_channels_of_which_nothing_is_known(self) -> None:
        path = f"/guilds/{self.small.guild['id']}/templates"
        self.snapshot()
        self.small.make_channel("stage", 13)
        (known,) = self.assertStatus(self.small.request("GET", path), 200)
        self.assertIs(known["is_dirty"], True)
        with self.assertNotModelled("the channel 'stage' of type 13"):
            self.small.request("PUT", f"{path}/{known['code']}")
        self.small.request("DELETE", f"{path}/{known['code']}")
        with self.assertNotModelled("the channel 'stage' of type 13"):
            self.snapshot()
