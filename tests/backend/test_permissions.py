"""Permissions: owner, roles, overwrites, what one missing bit implies, threads, time-outs, hierarchy, two factors."""

from __future__ import annotations

import unittest
from datetime import timedelta
from typing import Any

import discord

from discordtest.backend.codes import Code
from discordtest.backend.permissions import (
    ALL,
    BYPASSES_VERIFICATION,
    DEFAULT,
    NEED_TWO_FACTOR,
    Permission,
    channel_permissions,
    everyone_permissions,
    guild_permissions,
    highest_role,
    names,
    outranks,
    visible,
)
from discordtest.backend.resources.guild_role import new_role
from tests.backend.worlds import START, WorldTestCase

VIEW, SEND, TTS, EMBED, FILES, MENTION = (
    int(Permission[name])
    for name in (
        "VIEW_CHANNEL",
        "SEND_MESSAGES",
        "SEND_TTS_MESSAGES",
        "EMBED_LINKS",
        "ATTACH_FILES",
        "MENTION_EVERYONE",
    )
)
REACT, CONNECT, HISTORY, KICK = (
    int(Permission[name]) for name in ("ADD_REACTIONS", "CONNECT", "READ_MESSAGE_HISTORY", "KICK_MEMBERS")
)
IN_THREADS, MANAGE_THREADS = int(Permission.SEND_MESSAGES_IN_THREADS), int(Permission.MANAGE_THREADS)
ADMINISTRATOR = int(Permission.ADMINISTRATOR)


class PermissionTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.world = self.small.world
        self.guild_id = self.small.guild["id"]
        self.everyone = self.world.roles[self.guild_id][self.guild_id]
        self.alice = self.small.make_person("alice").user_id
        self.member = self.world.members[self.guild_id][self.alice]
        self.set_everyone(VIEW | SEND)

    def set_everyone(self, bits: int) -> None:
        self.everyone["permissions"] = str(bits)

    def give_role(self, bits: int = 0, position: int = 0) -> str:
        role_id = self.world.snowflake()
        self.world.roles[self.guild_id][role_id] = new_role(role_id, "r", permissions=bits, position=position)
        self.member["roles"].append(role_id)
        return role_id

    def overwrite(self, target: str, allow: int = 0, deny: int = 0, channel: Any = None) -> None:
        kind = 0 if target in self.world.roles[self.guild_id] else 1
        made = {"id": target, "type": kind, "allow": str(allow), "deny": str(deny)}
        (channel or self.small.general)["permission_overwrites"].append(made)

    def in_guild(self) -> int:
        return guild_permissions(self.world, self.guild_id, self.alice)

    def here(self, channel: Any = None) -> int:
        return channel_permissions(self.world, channel or self.small.general, self.alice)


class BitTests(unittest.TestCase):
    def test_each_is_the_one_that_discord_py_knows(self) -> None:
        called = {
            "use_vad": "use_voice_activation",
            "manage_guild_expressions": "manage_expressions",
            "create_guild_expressions": "create_expressions",
        }
        ours = {called.get(each.name.lower(), each.name.lower()): int(each) for each in Permission}  # type: ignore[union-attr]
        known = discord.Permissions.VALID_FLAGS
        self.assertEqual(ours, {name: known[name] for name in ours})
        self.assertEqual(set(ours.values()), set(known.values()))
        self.assertEqual(ALL, sum(ours.values()))

    def test_those_that_need_a_second_factor_are_those_of_the_documentation(self) -> None:
        starred = (
            "KICK_MEMBERS BAN_MEMBERS ADMINISTRATOR MANAGE_CHANNELS MANAGE_GUILD MANAGE_MESSAGES MANAGE_ROLES "
            "MANAGE_WEBHOOKS MANAGE_GUILD_EXPRESSIONS MANAGE_THREADS VIEW_CREATOR_MONETIZATION_ANALYTICS"
        )
        self.assertEqual(set(names(NEED_TWO_FACTOR)), set(starred.split()))

    def test_what_everyone_of_a_new_guild_lacks(self) -> None:
        lacked = (
            "KICK_MEMBERS BAN_MEMBERS ADMINISTRATOR MANAGE_CHANNELS MANAGE_GUILD VIEW_AUDIT_LOG PRIORITY_SPEAKER "
            "SEND_TTS_MESSAGES MANAGE_MESSAGES VIEW_GUILD_INSIGHTS MUTE_MEMBERS DEAFEN_MEMBERS MOVE_MEMBERS "
            "MANAGE_NICKNAMES MANAGE_ROLES MANAGE_WEBHOOKS MANAGE_GUILD_EXPRESSIONS MANAGE_EVENTS MANAGE_THREADS "
            "MODERATE_MEMBERS VIEW_CREATOR_MONETIZATION_ANALYTICS SET_VOICE_CHANNEL_STATUS PIN_MESSAGES "
            "BYPASS_SLOWMODE"
        )
        self.assertEqual(names(ALL & ~DEFAULT), lacked.split())


class GuildPermissionTests(PermissionTestCase):
    def test_roles_add_to_everyone(self) -> None:
        self.give_role(KICK)
        self.give_role(REACT)
        self.assertEqual(self.in_guild(), VIEW | SEND | KICK | REACT)

    def test_owner_may_do_everything(self) -> None:
        self.set_everyone(0)
        self.assertEqual(guild_permissions(self.world, self.guild_id, self.small.owner["id"]), ALL)

    def test_administrator_may_do_everything(self) -> None:
        self.give_role(ADMINISTRATOR)
        self.assertEqual(self.in_guild(), ALL)

    def test_a_stranger_may_do_nothing(self) -> None:
        self.assertEqual(guild_permissions(self.world, self.guild_id, "1"), 0)
        self.assertEqual(channel_permissions(self.world, self.small.general, "1"), 0)
        self.overwrite("1", allow=VIEW)  # which stays where somebody has left
        self.assertEqual(channel_permissions(self.world, self.small.general, "1"), 0)

    def test_a_new_guilds_everyone(self) -> None:
        guild = self.small.make_guild("Fresh")
        self.assertEqual(self.world.roles[guild["id"]][guild["id"]]["permissions"], str(DEFAULT))

    def test_names_in_order_of_bits(self) -> None:
        self.assertEqual(names(SEND | VIEW | 1), ["CREATE_INSTANT_INVITE", "VIEW_CHANNEL", "SEND_MESSAGES"])


class OverwriteTests(PermissionTestCase):
    def test_without_any_it_is_the_guilds(self) -> None:
        self.assertEqual(self.here(), VIEW | SEND)

    def test_everyone_is_denied_then_allowed(self) -> None:
        self.overwrite(self.guild_id, allow=REACT, deny=SEND)
        self.assertEqual(self.here(), VIEW | REACT)

    def test_what_everyone_may_is_told_without_anybody(self) -> None:
        self.overwrite(self.guild_id, allow=REACT, deny=SEND)
        self.overwrite(self.give_role(), allow=EMBED)
        self.overwrite(self.alice, allow=FILES)
        self.assertEqual(everyone_permissions(self.world, self.small.general), VIEW | REACT)

    def test_a_role_beats_everyone(self) -> None:
        self.overwrite(self.guild_id, deny=SEND)
        self.overwrite(self.give_role(), allow=SEND)
        self.assertEqual(self.here(), VIEW | SEND)

    def test_of_two_roles_the_one_that_allows_wins_in_any_order(self) -> None:
        for order in ((0, 1), (1, 0)):
            with self.subTest(order=order):
                self.small.general["permission_overwrites"].clear()
                roles = [self.give_role(), self.give_role()]
                sides = [{"allow": SEND}, {"deny": SEND}]
                for index in order:
                    self.overwrite(roles[index], **sides[index])
                self.assertEqual(self.here(), VIEW | SEND)

    def test_a_role_that_the_member_lacks_does_not_count(self) -> None:
        other = self.give_role()
        self.member["roles"].remove(other)
        self.overwrite(other, deny=VIEW)
        self.assertEqual(self.here(), VIEW | SEND)

    def test_the_member_beats_every_role(self) -> None:
        self.overwrite(self.alice, deny=SEND)
        self.overwrite(self.give_role(), allow=SEND)
        self.assertEqual(self.here(), VIEW)

    def test_a_member_is_denied_then_allowed(self) -> None:
        self.overwrite(self.alice, deny=SEND | VIEW, allow=VIEW)
        self.assertEqual(self.here(), VIEW)

    def test_one_who_has_nothing_in_the_guild_can_be_let_in(self) -> None:
        self.set_everyone(0)
        self.overwrite(self.alice, allow=VIEW)
        self.assertEqual(self.here(), VIEW)

    def test_administrator_and_owner_ignore_them(self) -> None:
        self.overwrite(self.guild_id, deny=ALL)
        self.assertEqual(channel_permissions(self.world, self.small.general, self.small.owner["id"]), ALL)
        self.give_role(ADMINISTRATOR)
        self.assertEqual(self.here(), ALL)

    def test_a_category_hands_nothing_down(self) -> None:
        category = self.small.make_channel("c", 4)
        child = self.small.make_channel("x", parent_id=category["id"])
        self.overwrite(self.guild_id, deny=SEND, channel=category)
        self.assertEqual(self.here(child), VIEW | SEND)


class ImpliedTests(PermissionTestCase):
    def test_who_cannot_see_a_channel_can_do_nothing_in_it(self) -> None:
        self.overwrite(self.guild_id, deny=VIEW, allow=SEND | KICK)
        self.assertEqual(self.here(), 0)

    def test_who_cannot_send_cannot_what_needs_sending(self) -> None:
        self.set_everyone(VIEW | SEND | TTS | EMBED | FILES | MENTION | REACT)
        self.overwrite(self.guild_id, deny=SEND)
        self.assertEqual(self.here(), VIEW | REACT)

    def test_who_cannot_connect_only_sees_a_voice_channel(self) -> None:
        self.set_everyone(VIEW | SEND | int(Permission.MANAGE_CHANNELS) | CONNECT)
        for kind in (2, 13):
            channel = self.small.make_channel("v", kind)
            self.assertTrue(self.here(channel) & Permission.MANAGE_CHANNELS)
            self.overwrite(self.guild_id, deny=CONNECT, channel=channel)
            self.assertEqual(self.here(channel), VIEW)

    def test_connect_does_not_matter_for_text(self) -> None:
        self.assertEqual(self.here(), VIEW | SEND)

    def test_visible(self) -> None:
        self.assertTrue(visible(self.world, self.small.general, self.alice))
        self.overwrite(self.alice, deny=VIEW)
        self.assertFalse(visible(self.world, self.small.general, self.alice))

    def test_direct_messages_are_visible_to_their_two(self) -> None:
        dm = {"id": "9", "type": 1, "recipients": [self.small.owner, self.world.users[self.alice]]}
        self.assertTrue(visible(self.world, dm, self.alice))
        self.assertFalse(visible(self.world, dm, self.small.bot.user_id))


class ThreadTests(PermissionTestCase):
    def thread(self, kind: int = 11) -> Any:
        return {
            "id": "77",
            "type": kind,
            "guild_id": self.guild_id,
            "parent_id": self.small.general["id"],
        }

    def test_sending_is_what_the_parent_says_of_threads(self) -> None:
        self.set_everyone(VIEW | IN_THREADS | EMBED)
        self.assertEqual(self.here(self.thread()), VIEW | IN_THREADS | SEND | EMBED)
        self.set_everyone(VIEW | SEND | EMBED)
        self.assertEqual(self.here(self.thread()), VIEW)

    def test_overwrites_of_the_parent_count(self) -> None:
        self.set_everyone(VIEW | IN_THREADS)
        self.overwrite(self.guild_id, deny=VIEW)
        self.assertEqual(self.here(self.thread()), 0)

    def test_a_private_thread_is_for_members_and_moderators(self) -> None:
        private = self.thread(12)
        self.assertEqual(self.here(private), 0)
        self.world.thread_members["77"] = {self.alice: {}}
        self.assertEqual(self.here(private), VIEW)
        self.world.thread_members.clear()
        self.set_everyone(VIEW | MANAGE_THREADS)
        self.assertEqual(self.here(private), VIEW | MANAGE_THREADS)

    def test_administrators_see_private_threads(self) -> None:
        self.give_role(ADMINISTRATOR)
        self.assertEqual(self.here(self.thread(12)), ALL)


class TimeoutTests(PermissionTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.set_everyone(VIEW | HISTORY | SEND | KICK)
        until = START + timedelta(seconds=60)
        self.member["communication_disabled_until"] = until.isoformat()

    def test_only_reading_is_left(self) -> None:
        self.assertEqual(self.in_guild(), VIEW | HISTORY)
        self.assertEqual(self.here(), VIEW | HISTORY)

    def test_overwrites_give_nothing_back(self) -> None:
        self.overwrite(self.alice, allow=SEND)
        self.assertEqual(self.here(), VIEW | HISTORY)

    def test_it_ends_by_the_clock(self) -> None:
        self.small.time = 59_999_999
        self.assertEqual(self.here(), VIEW | HISTORY)
        self.small.time = 60_000_000
        self.assertTrue(self.here() & SEND)

    def test_administrators_and_the_owner_are_exempt(self) -> None:
        self.give_role(ADMINISTRATOR)
        self.assertEqual(self.here(), ALL)
        owner = self.world.members[self.guild_id][self.small.owner["id"]]
        owner["communication_disabled_until"] = self.member["communication_disabled_until"]
        self.assertEqual(guild_permissions(self.world, self.guild_id, self.small.owner["id"]), ALL)


class PendingTests(PermissionTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.set_everyone(VIEW | HISTORY | SEND | KICK)
        self.member["pending"] = True

    def test_only_reading_is_left(self) -> None:
        self.overwrite(self.alice, allow=SEND)
        self.assertEqual((self.in_guild(), self.here()), (VIEW | HISTORY, VIEW | HISTORY))

    def test_until_the_screening_is_passed(self) -> None:
        self.member["pending"] = False
        self.assertTrue(self.here() & SEND)

    def test_who_need_not_be_verified_may_write(self) -> None:
        self.member["flags"] |= BYPASSES_VERIFICATION
        self.assertTrue(self.here() & SEND)


class HierarchyTests(PermissionTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.bob = self.small.make_person("bob").user_id

    def above(self, one: str, other: str) -> bool:
        return outranks(self.world, self.guild_id, one, other)

    def test_the_owner_is_above_all_and_nobody_above_it(self) -> None:
        owner = self.small.owner["id"]
        self.assertTrue(self.above(owner, self.alice))
        self.give_role(ADMINISTRATOR, position=50)
        self.assertFalse(self.above(self.alice, owner))
        self.assertTrue(self.above(owner, owner))

    def test_the_higher_role_decides(self) -> None:
        self.assertFalse(self.above(self.alice, self.bob))
        self.give_role(position=1)
        self.assertTrue(self.above(self.alice, self.bob))
        self.assertFalse(self.above(self.bob, self.alice))

    def test_nobody_is_above_equals(self) -> None:
        role = self.give_role(position=1)
        self.world.members[self.guild_id][self.bob]["roles"].append(role)
        self.assertFalse(self.above(self.alice, self.bob))

    def test_of_two_roles_in_one_place_the_older_is_higher(self) -> None:
        older, newer = self.give_role(position=1), self.give_role(position=1)
        self.member["roles"].remove(newer)
        self.world.members[self.guild_id][self.bob]["roles"].append(newer)
        self.assertEqual(highest_role(self.world, self.guild_id, self.alice), (1, -int(older)))
        self.assertTrue(self.above(self.alice, self.bob))

    def test_who_is_not_in_the_guild_is_below(self) -> None:
        self.give_role(position=1)
        self.assertTrue(self.above(self.alice, "1"))


class TwoFactorTests(PermissionTestCase):
    def rename(self) -> Any:
        return self.small.request("PATCH", f"/channels/{self.small.general['id']}", {"name": "x"})

    def test_the_bots_owner_must_have_a_second_factor(self) -> None:
        self.small.guild["mfa_level"] = 1
        self.assertStatus(self.rename(), 200)
        self.world.user_settings[self.small.owner["id"]]["mfa_enabled"] = False
        self.assertStatus(self.rename(), 403, Code.TWO_FACTOR_REQUIRED.value)
        self.small.guild["mfa_level"] = 0
        self.assertStatus(self.rename(), 200)

    def test_permissions_of_everybody_need_none(self) -> None:
        self.small.guild["mfa_level"] = 1
        self.world.user_settings[self.small.owner["id"]]["mfa_enabled"] = False
        path = f"/channels/{self.small.general['id']}/messages"
        self.assertStatus(self.small.request("POST", path, {"content": "hi"}), 200)
        path = f"/guilds/{self.guild_id}/members/@me"
        self.assertStatus(self.small.request("PATCH", path, {"nick": "Robbie"}), 200)

    def test_people_answer_for_themselves(self) -> None:
        self.small.guild["mfa_level"] = 1
        carol = self.small.make_person("carol", int(Permission.MANAGE_CHANNELS | Permission.VIEW_CHANNEL))
        path = self.small.general["id"]
        self.small.perform("update_channel", path, actor=carol, body={"name": "y"})
        self.world.user_settings[carol.user_id]["mfa_enabled"] = False
        with self.assertRefused(Code.TWO_FACTOR_REQUIRED):
            self.small.perform("update_channel", path, actor=carol, body={"name": "z"})

    def test_without_the_permission_it_is_that_which_is_missing(self) -> None:
        self.small.guild["mfa_level"] = 1
        self.small.allow(VIEW)
        self.world.user_settings[self.small.owner["id"]]["mfa_enabled"] = False
        self.assertStatus(self.rename(), 403, Code.MISSING_PERMISSIONS.value)
