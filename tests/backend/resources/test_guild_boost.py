"""Boosts: the booster role, the count and level of the guild, and what Discord says of them."""

from __future__ import annotations

from typing import Any

from discordtest.backend.resources import guild_boost as module
from tests.backend.worlds import WorldTestCase


class BoostTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild, self.guild_id = self.small.guild, self.small.guild["id"]
        self.guild["system_channel_id"] = self.small.general["id"]
        self.alice = self.small.make_person("alice")
        self.session = self.small.connect()

    def boost(self, boosts: int = 1, actor: Any = None) -> Any:
        body = {"boosts": boosts}
        return self.small.perform("boost_guild", self.guild_id, actor=actor or self.alice, body=body)

    def stop(self) -> Any:
        return self.small.perform("stop_boosting", self.guild_id, actor=self.alice)

    def names(self) -> list[str]:
        return [name for name, _ in self.small.events(self.session)]

    def said(self) -> list[tuple[int, str]]:
        """Return what Discord has said, as (type, content)."""
        messages = self.small.world.messages.get(self.small.general["id"], {}).values()
        return [(message["type"], message["content"]) for message in messages]


class BoostTests(BoostTestCase):
    def test_first_one_brings_the_role(self) -> None:
        member = self.boost()
        role = self.small.world.roles[self.guild_id][member["roles"][0]]
        self.assertEqual((role["managed"], role["tags"]), (True, {"premium_subscriber": None}))
        self.assertEqual(member["premium_since"], self.small.world.timestamp())
        names = ["GUILD_ROLE_CREATE", "GUILD_MEMBER_UPDATE", "GUILD_UPDATE", "MESSAGE_CREATE"]
        self.assertEqual(self.names(), names)

    def test_others_get_the_same_role(self) -> None:
        bob = self.small.make_person("bob")
        self.assertEqual(self.boost()["roles"], self.boost(actor=bob)["roles"])

    def test_again_only_counts(self) -> None:
        since = self.boost()["premium_since"]
        self.small.time += 1_000_000
        known = len(self.names())
        self.assertEqual(self.boost()["premium_since"], since)
        self.assertEqual(self.names()[known:], ["GUILD_UPDATE", "MESSAGE_CREATE"])
        self.assertEqual(self.guild["premium_subscription_count"], 2)

    def test_levels(self) -> None:
        for boosts, level, said in (
            (1, 0, (8, "")),
            (1, 1, (9, "")),
            (4, 1, (8, "4")),
            (1, 2, (10, "")),
            (6, 2, (8, "6")),
            (3, 3, (11, "3")),
            (1, 3, (8, "")),
        ):
            with self.subTest(boosts=boosts, level=level):
                self.boost(boosts)
                self.assertEqual(self.guild["premium_tier"], level)
                self.assertEqual(self.said()[-1], said)

    def test_level_that_the_test_has_given_stays(self) -> None:
        self.guild["premium_tier"] = 2
        self.boost(2)
        self.assertEqual((self.guild["premium_tier"], self.said()), (2, [(8, "2")]))

    def test_nothing_is_said_where_it_is_not_wanted(self) -> None:
        self.guild["system_channel_flags"] = module.SUPPRESS_PREMIUM_SUBSCRIPTIONS
        self.boost()
        self.guild.update(system_channel_flags=0, system_channel_id=None)
        self.boost()
        self.assertEqual(self.said(), [])


class StopTests(BoostTestCase):
    def test_time_role_and_count_go_and_the_level_stays(self) -> None:
        self.boost(2)
        known = len(self.names())
        member = self.stop()
        self.assertEqual((member["premium_since"], member["roles"]), (None, []))
        self.assertEqual((self.guild["premium_subscription_count"], self.guild["premium_tier"]), (0, 1))
        self.assertEqual(self.names()[known:], ["GUILD_MEMBER_UPDATE", "GUILD_UPDATE"])

    def test_boosts_of_who_leaves_go_too(self) -> None:
        self.boost(3)
        self.small.perform("leave_guild", self.guild_id, actor=self.alice)
        self.assertEqual(self.guild["premium_subscription_count"], 0)

    def test_who_was_made_a_booster_has_no_boosts_that_count(self) -> None:
        member = self.small.world.members[self.guild_id][self.alice.user_id]
        member["premium_since"] = self.small.world.timestamp()
        self.stop()
        self.assertIsNone(member["premium_since"])
        self.assertEqual(self.names(), ["GUILD_MEMBER_UPDATE"])
