"""Roles: making, changing, moving and deleting them, and who may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.audit import Action
from discordtest.backend.codes import Code
from discordtest.backend.permissions import DEFAULT, Permission, role_key
from discordtest.backend.resources.guild_role import HOLOGRAPHIC, MAX_ROLES
from tests.backend.worlds import PNG_URI, WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.world import Record


class RoleTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.path = f"/guilds/{self.guild_id}/roles"
        self.roles = self.small.world.roles[self.guild_id]

    def make_role(self, name: str = "helper", **fields: Any) -> Record:
        """Add a role at the bottom, as the narrator."""
        made = self.small.perform("create_guild_role", self.guild_id, body={"name": name, **fields})
        return self.roles[made["id"]]

    def order(self) -> list[str]:
        """Return the names of the roles from the bottom up."""
        return [role["name"] for role in sorted(self.roles.values(), key=role_key)]

    def assertNumbered(self) -> None:
        """Expect positions from 0 without gaps."""
        self.assertEqual(
            sorted(role["position"] for role in self.roles.values()), list(range(len(self.roles)))
        )


class Reading(RoleTestCase):
    def test_list(self):
        answer = self.small.request("GET", self.path)
        self.assertEqual([role["name"] for role in answer.json], ["@everyone", "robot"])

    def test_one(self):
        answer = self.small.request("GET", f"{self.path}/{self.small.role['id']}")
        self.assertEqual(answer.json["name"], "robot")

    def test_unknown(self):
        self.assertStatus(self.small.request("GET", f"{self.path}/5"), 404, Code.UNKNOWN_ROLE)

    def test_member_counts_leave_out_everyone(self):
        role = self.make_role()
        answer = self.small.request("GET", f"{self.path}/member-counts")
        self.assertEqual(answer.json, {self.small.role["id"]: 1, role["id"]: 0})


class Creating(RoleTestCase):
    def test_defaults(self):
        role = self.assertStatus(self.small.request("POST", self.path, {}), 200)
        self.assertEqual((role["name"], role["permissions"], role["position"]), ("new role", str(DEFAULT), 1))

    def test_enters_at_the_bottom_and_is_told(self):
        session = self.small.connect()
        self.small.request("POST", self.path, {"name": "a", "hoist": True}, reason="why")
        self.assertEqual(self.order(), ["@everyone", "a", "robot"])
        self.assertEqual([role["position"] for role in self.roles.values()], [0, 1, 1])
        self.assertEqual(self.small.events(session, "GUILD_ROLE_UPDATE"), [])
        (event,) = self.small.events(session, "GUILD_ROLE_CREATE")
        self.assertEqual((event["guild_id"], event["role"]["name"]), (self.guild_id, "a"))
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (Action.ROLE_CREATE, "why"))
        self.assertEqual(entry["target_id"], event["role"]["id"])
        self.assertIn({"key": "hoist", "new_value": True}, entry["changes"])

    def test_narrator_keeps_positions_apart_while_nobody_is_connected(self):
        self.make_role()
        self.assertNumbered()

    def test_chosen_id_that_is_older_enters_at_the_bottom_too(self):
        session = self.small.connect()
        made = self.small.perform("create_guild_role", self.guild_id, body={"name": "a"}, id=7)
        self.assertEqual(made["id"], "7")
        (event,) = self.small.events(session, "GUILD_ROLE_UPDATE")
        self.assertEqual((event["role"]["name"], event["role"]["position"]), ("robot", 2))

    def test_roles_above_the_lowest_stay_where_they_are(self):
        self.small.connect()
        self.small.role["position"] = 2
        self.small.perform("create_guild_role", self.guild_id, body={"name": "a"}, id=7)
        self.assertEqual(self.small.role["position"], 2)
        between = int(self.small.perform("create_guild_role", self.guild_id, body={"name": "b"})["id"]) - 1
        self.small.perform("create_guild_role", self.guild_id, body={"name": "c"}, id=between)
        self.assertEqual(self.order()[:2], ["@everyone", "c"])

    def test_bot_moves_nobody_up_either(self):
        self.small.request("POST", self.path, {"name": "a"})
        self.assertEqual(self.small.role["position"], 1)

    def test_narrator_leaves_them_while_somebody_is_connected(self):
        self.small.connect()
        self.make_role()
        self.assertEqual(self.small.role["position"], 1)

    def test_needs_manage_roles(self):
        self.small.allow(Permission.VIEW_CHANNEL)
        self.assertStatus(self.small.request("POST", self.path, {}), 403, Code.MISSING_PERMISSIONS)

    def test_grants_only_what_the_bot_has(self):
        self.small.allow(Permission.MANAGE_ROLES | Permission.KICK_MEMBERS)
        body = {"permissions": str(int(Permission.KICK_MEMBERS))}
        self.assertStatus(self.small.request("POST", self.path, body), 200)
        body = {"permissions": str(int(Permission.BAN_MEMBERS))}
        self.assertStatus(self.small.request("POST", self.path, body), 403, Code.MISSING_PERMISSIONS)

    def test_name_at_the_bound_and_past(self):
        for good, bad in (("a" * 100, "a" * 101), ("a", "")):
            self.assertStatus(self.small.request("POST", self.path, {"name": good}), 200)
            answer = self.small.request("POST", self.path, {"name": bad})
            self.assertFieldError(self.assertStatus(answer, 400, 50035), "name")

    def test_color_at_the_bound_and_past(self):
        body = {"colors": {"primary_color": 0xFFFFFF}}
        self.assertEqual(self.small.request("POST", self.path, body).json["color"], 0xFFFFFF)
        body = {"colors": {"primary_color": 0x1000000}}
        answer = self.small.request("POST", self.path, body)
        self.assertFieldError(
            self.assertStatus(answer, 400, 50035), "colors.primary_color", "NUMBER_TYPE_MAX"
        )

    def test_deprecated_color(self):
        role = self.small.request("POST", self.path, {"color": 5}).json
        self.assertEqual(role["colors"]["primary_color"], 5)

    def test_gradient_needs_the_feature(self):
        body = {"colors": {"primary_color": 1, "secondary_color": 2}}
        self.assertStatus(self.small.request("POST", self.path, body), 400, Code.GUILD_NEEDS_BOOSTS)
        self.small.guild["features"] = ["ENHANCED_ROLE_COLORS"]
        role = self.assertStatus(self.small.request("POST", self.path, body), 200)
        self.assertEqual(role["colors"]["secondary_color"], 2)

    def test_three_colors_are_holographic(self):
        self.small.guild["features"] = ["ENHANCED_ROLE_COLORS"]
        self.assertStatus(self.small.request("POST", self.path, {"colors": HOLOGRAPHIC}), 200)
        body = {"colors": {**HOLOGRAPHIC, "tertiary_color": 1}}
        self.assertStatus(self.small.request("POST", self.path, body), 400, 50035)

    def test_icon_needs_the_feature(self):
        self.assertStatus(
            self.small.request("POST", self.path, {"icon": PNG_URI}), 400, Code.GUILD_NEEDS_BOOSTS
        )
        self.small.guild["features"] = ["ROLE_ICONS"]
        role = self.assertStatus(self.small.request("POST", self.path, {"icon": PNG_URI}), 200)
        self.assertIn(f"/role-icons/{role['id']}/{role['icon']}", self.small.world.files)

    def test_icon_or_emoji(self):
        self.small.guild["features"] = ["ROLE_ICONS"]
        body = {"icon": PNG_URI, "unicode_emoji": "🎈"}
        self.assertStatus(self.small.request("POST", self.path, body), 400, 50035)
        role = self.assertStatus(self.small.request("POST", self.path, {"unicode_emoji": "🎈"}), 200)
        self.assertEqual(role["unicode_emoji"], "🎈")

    def test_count_at_the_bound_and_past(self):
        while len(self.roles) < MAX_ROLES - 1:
            self.make_role()
        self.assertStatus(self.small.request("POST", self.path, {}), 200)
        self.assertStatus(self.small.request("POST", self.path, {}), 400, Code.MAX_GUILD_ROLES)


class Changing(RoleTestCase):
    def patch(self, role: Record, **body: Any) -> Any:
        return self.small.request("PATCH", f"{self.path}/{role['id']}", body, reason="why")

    def test_is_told_and_logged(self):
        role = self.make_role()
        session = self.small.connect()
        answer = self.assertStatus(self.patch(role, name="guard", permissions=0), 200)
        self.assertEqual((answer["name"], answer["permissions"]), ("guard", "0"))
        (event,) = self.small.events(session, "GUILD_ROLE_UPDATE")
        self.assertEqual(event["role"]["name"], "guard")
        entry = self.small.audit_log()[-1]
        self.assertEqual(entry["action_type"], Action.ROLE_UPDATE)
        self.assertIn({"key": "name", "old_value": "helper", "new_value": "guard"}, entry["changes"])

    def test_nothing_new_is_silent(self):
        role = self.make_role()
        session, entries = self.small.connect(), len(self.small.audit_log())
        self.assertStatus(self.patch(role, name="helper"), 200)
        self.assertEqual((self.small.events(session), len(self.small.audit_log())), ([], entries))

    def test_own_and_higher_roles_are_refused(self):
        self.assertStatus(self.patch(self.small.role, name="x"), 403, Code.MISSING_PERMISSIONS)
        higher = self.make_role()
        higher["position"], self.small.role["position"] = 2, 1
        self.assertStatus(self.patch(higher, name="x"), 403, Code.MISSING_PERMISSIONS)

    def test_owner_may_change_the_highest(self):
        self.small.guild["owner_id"] = self.small.bot.user_id
        self.assertStatus(self.patch(self.small.role, name="x"), 200)

    def test_permission_that_the_bot_lacks_may_stay_but_not_come(self):
        role = self.make_role(permissions=int(Permission.BAN_MEMBERS))
        self.small.allow(Permission.MANAGE_ROLES)
        self.assertStatus(self.patch(role, permissions=int(Permission.BAN_MEMBERS)), 200)
        both = int(Permission.BAN_MEMBERS | Permission.KICK_MEMBERS)
        self.assertStatus(self.patch(role, permissions=both), 403, Code.MISSING_PERMISSIONS)
        self.assertStatus(self.patch(role, name="other"), 200)

    def test_of_everyone_only_permissions_change(self):
        answer = self.patch(self.roles[self.guild_id], permissions=0, name="x")
        self.assertEqual((answer.json["permissions"], answer.json["name"]), ("0", "@everyone"))

    def test_icon_can_be_taken_away(self):
        self.small.guild["features"] = ["ROLE_ICONS"]
        role = self.make_role(icon=PNG_URI)
        self.assertIsNone(self.patch(role, icon=None).json["icon"])


class Moving(RoleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.c, self.b, self.a = self.make_role("c"), self.make_role("b"), self.make_role("a")
        self.assertEqual(self.order(), ["@everyone", "a", "b", "c", "robot"])

    def move(self, *moves: tuple[Record, int]) -> Any:
        body = [{"id": role["id"], "position": position} for role, position in moves]
        return self.small.request("PATCH", self.path, body)

    def test_up(self):
        session = self.small.connect()
        answer = self.assertStatus(self.move((self.a, 3)), 200)
        self.assertEqual(len(answer), 5)
        self.assertEqual(self.order(), ["@everyone", "b", "c", "a", "robot"])
        told = self.small.events(session, "GUILD_ROLE_UPDATE")
        self.assertEqual({event["role"]["name"] for event in told}, {"a", "b", "c"})
        entry = self.small.audit_log()[-1]
        self.assertEqual(entry["changes"], [{"key": "position", "old_value": 1, "new_value": 3}])
        moved = [
            each["target_id"]
            for each in self.small.audit_log()
            if each["action_type"] == entry["action_type"]
        ]
        self.assertEqual(moved, [self.a["id"]])

    def test_down(self):
        self.move((self.c, 1))
        self.assertEqual(self.order(), ["@everyone", "c", "a", "b", "robot"])

    def test_roles_of_one_position_are_numbered_anew(self):
        for role in (self.a, self.b, self.c, self.small.role):
            role["position"] = 1
        self.assertEqual(self.order(), ["@everyone", "a", "b", "c", "robot"])
        session = self.small.connect()
        self.assertStatus(self.move((self.a, 2)), 200)
        self.assertEqual(self.order(), ["@everyone", "b", "a", "c", "robot"])
        self.assertNumbered()
        told = self.small.events(session, "GUILD_ROLE_UPDATE")
        self.assertEqual({event["role"]["name"] for event in told}, {"a", "c", "robot"})

    def test_several(self):
        self.move((self.a, 3), (self.b, 2), (self.c, 1))
        self.assertEqual(self.order(), ["@everyone", "c", "b", "a", "robot"])

    def test_narrator_goes_past_the_top(self):
        body = [{"id": self.a["id"], "position": 99}]
        self.small.perform("bulk_update_guild_roles", self.guild_id, body=body)
        self.assertEqual(self.order()[-1], "a")

    def test_to_the_own_role_or_above_is_refused(self):
        self.assertStatus(self.move((self.a, 4)), 403, Code.MISSING_PERMISSIONS)
        self.assertStatus(self.move((self.small.role, 1)), 403, Code.MISSING_PERMISSIONS)
        self.assertEqual(self.order(), ["@everyone", "a", "b", "c", "robot"])

    def test_everyone_stays_at_the_bottom(self):
        everyone = self.roles[self.guild_id]
        self.assertStatus(self.move((everyone, 0)), 200)
        self.assertStatus(self.move((everyone, 1)), 400, Code.INVALID_ROLE)
        self.move((self.b, 0))
        self.assertEqual(self.order(), ["@everyone", "b", "a", "c", "robot"])

    def test_unknown_role(self):
        self.assertStatus(self.move(({"id": "5"}, 1)), 404, Code.UNKNOWN_ROLE)

    def test_null_moves_nothing(self):
        body = [{"id": self.a["id"], "position": None}]
        self.assertStatus(self.small.request("PATCH", self.path, body), 200)

    def test_needs_manage_roles(self):
        self.small.allow(0)
        self.assertStatus(self.move((self.a, 2)), 403, Code.MISSING_PERMISSIONS)


class Deleting(RoleTestCase):
    def delete(self, role: Record) -> Any:
        return self.small.request("DELETE", f"{self.path}/{role['id']}", reason="why")

    def test_members_and_channels_lose_it(self):
        role = self.make_role()
        alice = self.small.make_person("alice")
        member = self.small.world.members[self.guild_id][alice.user_id]
        member["roles"].append(role["id"])
        overwrite = {"id": role["id"], "type": 0, "allow": "0", "deny": "0"}
        self.small.general["permission_overwrites"].append(overwrite)
        session = self.small.connect()
        self.assertStatus(self.delete(role), 204)
        self.assertEqual(member["roles"], [])
        self.assertEqual(self.small.general["permission_overwrites"], [])
        (event,) = self.small.events(session, "GUILD_ROLE_DELETE")
        self.assertEqual(event, {"guild_id": self.guild_id, "role_id": role["id"]})
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (Action.ROLE_DELETE, "why"))
        self.assertIn({"key": "name", "old_value": "helper"}, entry["changes"])

    def test_higher_roles_stay_where_they_are(self):
        role, session = self.make_role(), self.small.connect()
        self.delete(role)
        self.assertEqual(self.small.role["position"], 2)
        self.assertEqual(self.small.events(session, "GUILD_ROLE_UPDATE"), [])

    def test_everyone_and_managed_roles_stay(self):
        self.assertStatus(self.delete(self.roles[self.guild_id]), 400, Code.INVALID_ROLE)
        self.assertStatus(self.delete(self.small.role), 400, Code.INVALID_ROLE)

    def test_higher_role_is_refused(self):
        role = self.make_role()
        role["position"], self.small.role["position"] = 2, 1
        self.assertStatus(self.delete(role), 403, Code.MISSING_PERMISSIONS)

    def test_person_needs_manage_roles(self):
        role, alice = self.make_role(), self.small.make_person("alice")
        with self.assertRefused(Code.MISSING_PERMISSIONS):
            self.small.perform("delete_guild_role", self.guild_id, role["id"], actor=alice)
