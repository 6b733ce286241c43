"""Permission overwrites: set, changed and deleted, and which bits one may set."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.permissions import Permission
from tests.backend.worlds import WorldTestCase

CATEGORY = 4
SEND, REACT, KICK = (int(Permission[name]) for name in ("SEND_MESSAGES", "ADD_REACTIONS", "KICK_MEMBERS"))


class OverwriteTests(WorldTestCase):
    def put(self, target: str, channel: dict[str, Any] | None = None, **body: Any) -> Any:
        path = f"/channels/{(channel or self.small.general)['id']}/permissions/{target}"
        return self.small.request("PUT", path, {"id": target, **body})

    def delete(self, target: str, **options: Any) -> Any:
        return self.small.request(
            "DELETE", f"/channels/{self.small.general['id']}/permissions/{target}", **options
        )

    def overwrites(self) -> Any:
        return self.small.general["permission_overwrites"]

    def test_set_change_and_delete_one_of_a_role(self) -> None:
        session, everyone = self.small.connect(), self.small.guild["id"]
        self.assertStatus(self.put(everyone, type=0, allow=str(SEND), deny=str(REACT)), 204)
        expected = {"id": everyone, "type": 0, "allow": str(SEND), "deny": str(REACT)}
        self.assertEqual(self.overwrites(), [expected])
        self.assertStatus(self.put(everyone, type=0, allow="0", deny=str(REACT)), 204)
        self.assertEqual(self.overwrites(), [expected | {"allow": "0"}])
        self.assertStatus(self.delete(everyone, reason="tidy"), 204)
        self.assertEqual(self.overwrites(), [])
        events = self.small.events(session, "CHANNEL_UPDATE")
        self.assertEqual([len(event["permission_overwrites"]) for event in events], [1, 1, 0])
        created, changed, deleted = self.small.audit_log()[-3:]
        actions = [entry["action_type"] for entry in (created, changed, deleted)]
        self.assertEqual(actions, [13, 14, 15])
        options = {"id": everyone, "type": "0", "role_name": "@everyone"}
        self.assertEqual((created["options"], created["target_id"]), (options, self.small.general["id"]))
        self.assertEqual(changed["changes"], [{"key": "allow", "old_value": str(SEND), "new_value": "0"}])
        self.assertEqual(deleted["reason"], "tidy")

    def category(self) -> tuple[Any, Any, Any]:
        """Make a category with a channel that is synced with it and one that is not."""
        category = self.small.make_channel("c", CATEGORY)
        synced, own = (self.small.make_channel(name, parent_id=category["id"]) for name in ("a", "b"))
        self.put(self.small.make_person("alice").user_id, own, type=1, deny=str(SEND))
        return category, synced, own

    def test_channels_that_are_synced_follow_their_category(self) -> None:
        category, synced, own = self.category()
        session, everyone = self.small.connect(), self.small.guild["id"]
        for deny in (SEND, REACT):
            self.assertStatus(self.put(everyone, category, type=0, deny=str(deny)), 204)
            self.assertEqual(synced["permission_overwrites"], category["permission_overwrites"])
        self.assertEqual([one["deny"] for one in own["permission_overwrites"]], [str(SEND)])
        told = [event["id"] for event in self.small.events(session, "CHANNEL_UPDATE")]
        self.assertEqual(told, [category["id"], synced["id"]] * 2)

    def test_channel_that_is_changed_itself_does_not_follow_any_more(self) -> None:
        category, synced, _ = self.category()
        self.put(self.small.guild["id"], synced, type=0, deny=str(REACT))
        self.put(self.small.guild["id"], category, type=0, deny=str(SEND))
        self.assertEqual([one["deny"] for one in synced["permission_overwrites"]], [str(REACT)])

    def test_edit_of_a_category_is_followed_too(self) -> None:
        category, synced, own = self.category()
        session = self.small.connect()
        new = [{"id": self.small.guild["id"], "type": 0, "allow": "0", "deny": str(SEND)}]
        body = {"permission_overwrites": new}
        self.assertStatus(self.small.request("PATCH", f"/channels/{category['id']}", body), 200)
        self.assertEqual(synced["permission_overwrites"], new)
        self.assertNotEqual(own["permission_overwrites"], new)
        told = [event["id"] for event in self.small.events(session, "CHANNEL_UPDATE")]
        self.assertEqual(told, [category["id"], synced["id"]])

    def test_one_of_a_member(self) -> None:
        alice = self.small.make_person("alice")
        self.assertStatus(self.put(alice.user_id, type=1, deny=str(SEND)), 204)
        self.assertEqual(self.overwrites()[0]["type"], 1)
        self.assertNotIn("role_name", self.small.audit_log()[-1]["options"])

    def test_without_a_type_it_is_what_the_id_is(self) -> None:
        alice = self.small.make_person("alice")
        self.put(alice.user_id, deny=str(SEND))
        self.put(self.small.guild["id"], deny=str(SEND))
        self.assertEqual([overwrite["type"] for overwrite in self.overwrites()], [1, 0])

    def test_the_same_again_has_no_event(self) -> None:
        self.put(self.small.guild["id"], deny=str(SEND))
        session = self.small.connect()
        self.assertStatus(self.put(self.small.guild["id"], deny=str(SEND)), 204)
        self.assertEqual(self.small.events(session), [])

    def test_unknown_targets(self) -> None:
        for kind in (0, 1):
            self.assertStatus(self.put("1", type=kind), 404, Code.UNKNOWN_PERMISSION_OVERWRITE.value)
        for target, kind in ((self.small.role["id"], 1), (self.small.bot.user_id, 0)):
            answer = self.put(target, type=kind)
            self.assertStatus(answer, 404, Code.UNKNOWN_PERMISSION_OVERWRITE.value)
        self.assertStatus(self.delete("1"), 404, Code.UNKNOWN_PERMISSION_OVERWRITE.value)
        self.assertStatus(self.put("x"), 400, Code.INVALID_FORM_BODY.value)

    def test_needs_manage_roles(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL)
        for answer in (self.put(self.small.guild["id"]), self.delete(self.small.guild["id"])):
            self.assertStatus(answer, 403, Code.MISSING_PERMISSIONS.value)

    def test_only_bits_that_the_bot_has(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_ROLES | Permission.SEND_MESSAGES)
        everyone = self.small.guild["id"]
        self.assertStatus(self.put(everyone, deny=str(SEND)), 204)
        self.assertStatus(self.put(everyone, deny=str(SEND | KICK)), 403, Code.MISSING_PERMISSIONS.value)
        self.assertStatus(self.put(everyone, allow=str(REACT)), 403, Code.MISSING_PERMISSIONS.value)

    def test_bits_that_stay_as_they_are_do_not_count(self) -> None:
        everyone = self.small.guild["id"]
        self.put(everyone, deny=str(REACT))
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_ROLES | Permission.SEND_MESSAGES)
        self.assertStatus(self.put(everyone, deny=str(REACT | SEND)), 204)
        self.assertStatus(self.delete(everyone), 403, Code.MISSING_PERMISSIONS.value)

    def test_bits_of_the_parent(self) -> None:
        own = {"id": self.small.bot.user_id, "type": 1, "allow": REACT}
        category = self.small.make_channel("c", 4, permission_overwrites=[own])
        child = self.small.make_channel("x", parent_id=category["id"])
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_ROLES)
        self.assertStatus(self.put(self.small.guild["id"], child, allow=str(REACT)), 204)

    def test_manage_roles_by_overwrite_lifts_the_rule(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_ROLES)
        self.assertStatus(self.put(self.small.guild["id"], allow=str(SEND)), 403)
        manage = int(Permission.MANAGE_ROLES)
        body = {"type": 1, "allow": manage}
        path = (self.small.general["id"], self.small.bot.user_id)
        self.small.perform("set_channel_permission_overwrite", *path, body=body)
        self.assertStatus(self.put(self.small.guild["id"], allow=str(SEND)), 204)

    def test_manage_roles_by_an_overwrite_of_somebody_else_lifts_nothing(self) -> None:
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_ROLES)
        alice = self.small.make_person("alice")
        manage = {"allow": int(Permission.MANAGE_ROLES)}
        for target, lifted in (
            (alice.user_id, 403),
            (self.small.role["id"], 204),
            (self.small.guild["id"], 204),
        ):
            with self.subTest(target):
                body = {"permission_overwrites": [{"id": target, **manage}]}
                self.small.perform("update_channel", self.small.general["id"], body=body)
                self.assertStatus(self.put(alice.user_id, allow=str(SEND)), lifted)

    def test_only_bits_of_the_parent_that_the_bot_has_there(self) -> None:
        own = {"id": self.small.bot.user_id, "type": 1, "allow": REACT}
        category = self.small.make_channel("c", 4, permission_overwrites=[own])
        child = self.small.make_channel("x", parent_id=category["id"])
        self.small.allow(Permission.VIEW_CHANNEL | Permission.MANAGE_ROLES)
        everyone = self.small.guild["id"]
        self.assertStatus(self.put(everyone, child, allow=str(SEND)), 403, Code.MISSING_PERMISSIONS.value)
        manage = str(int(Permission.MANAGE_ROLES))  # which it has in the parent
        self.assertStatus(self.put(everyone, child, allow=manage), 204)

    def test_empty_one_is_noted_and_nulls_are_no_bits(self) -> None:
        self.assertStatus(self.put(self.small.role["id"], allow=None, deny=None), 204)
        self.assertEqual((self.overwrites()[0]["allow"], self.overwrites()[0]["deny"]), ("0", "0"))
        entry = self.small.audit_log()[-1]
        changed = {change["key"]: change["new_value"] for change in entry["changes"]}
        self.assertEqual((entry["action_type"], changed["id"]), (13, self.small.role["id"]))
        self.assertIn("type", changed)

    def test_overwrites_that_the_request_leaves_alone_are_not_noted(self) -> None:
        alice = self.small.make_person("alice")
        self.put(self.small.role["id"], deny=str(SEND))
        before = len(self.small.audit_log())
        self.put(alice.user_id, deny=str(SEND))
        self.assertEqual(len(self.small.audit_log()), before + 1)

    def test_1000_overwrites(self) -> None:
        filler = [{"id": str(number), "type": 1, "allow": "0", "deny": "0"} for number in range(999)]
        self.small.general["permission_overwrites"] = filler
        self.assertStatus(self.put(self.small.guild["id"], deny=str(SEND)), 204)
        self.assertStatus(self.put(self.small.guild["id"], deny="0"), 204)
        self.assertStatus(self.put(self.small.role["id"]), 400, Code.MAX_OVERWRITES.value)

    def test_threads_have_none(self) -> None:
        body = {"name": "topic", "type": 11}
        thread = self.small.perform("create_thread", self.small.general["id"], body=body)
        answer = self.put(self.small.guild["id"], thread)
        self.assertStatus(answer, 400, Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE.value)

    def test_direct_messages_have_none(self) -> None:
        alice = self.small.make_person("alice")
        bot = self.small.world.users[self.small.bot.user_id]
        dm = {"id": "5", "type": 1, "recipients": [bot, self.small.world.users[alice.user_id]]}
        self.small.world.channels["5"] = dm
        self.assertStatus(self.put(alice.user_id, dm), 403, Code.CANNOT_EXECUTE_ON_DM.value)
