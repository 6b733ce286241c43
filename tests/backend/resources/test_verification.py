"""Who is too new to write in a guild with a verification level, at each bound and one second before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest.backend.codes import Code
from discordtest.backend.resources.guild_member import BYPASSES_VERIFICATION
from discordtest.backend.resources.verification import ACCOUNT_AGE, MEMBERSHIP
from tests.backend.worlds import WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.rest import Actor

SECOND = 1_000_000


class VerificationTests(WorldTestCase):
    def write(self, who: Actor) -> None:
        self.small.perform("create_message", self.small.general["id"], actor=who, body={"content": "hi"})

    def at_level(self, level: int) -> Actor:
        """Set the guild's level and return somebody who is new."""
        self.small.guild["verification_level"] = level
        return self.small.make_person("alice")

    def test_numbers_are_those_of_the_documentation(self) -> None:
        self.assertEqual((ACCOUNT_AGE, MEMBERSHIP), (5 * 60, 10 * 60))

    def test_levels_without_a_wait(self) -> None:
        for level in (0, 1):
            self.write(self.at_level(level))

    def test_age_of_the_account(self) -> None:
        alice = self.at_level(2)
        with self.assertRefused(Code.VERIFICATION_LEVEL_TOO_HIGH):
            self.write(alice)
        self.small.time = 299 * SECOND
        with self.assertRefused(Code.VERIFICATION_LEVEL_TOO_HIGH):
            self.write(alice)
        self.small.time = 300 * SECOND
        self.write(alice)

    def test_time_in_the_guild(self) -> None:
        for level in (3, 4):
            begin = self.small.time
            alice = self.at_level(level)
            self.small.time = begin + 599 * SECOND
            with self.assertRefused(Code.VERIFICATION_LEVEL_TOO_HIGH):
                self.write(alice)
            self.small.time = begin + 600 * SECOND
            self.write(alice)

    def test_who_may_at_once(self) -> None:
        alice = self.at_level(3)
        guild_id = self.small.guild["id"]
        self.small.perform(
            "create_message", self.small.general["id"], body={"content": "hi"}, actor=self.small.bot
        )
        self.write(self.small.make_person("mod", permissions=0))
        self.small.guild["owner_id"] = alice.user_id
        self.write(alice)
        bob = self.small.make_person("bob")
        self.small.world.members[guild_id][bob.user_id]["flags"] = BYPASSES_VERIFICATION
        self.write(bob)
