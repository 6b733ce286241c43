"""People that a test makes, changes and takes away by the functions of ``discordtest.backend``."""

from __future__ import annotations

from datetime import timedelta

from discordtest import SetupError, backend
from discordtest.backend.codes import RestError
from discordtest.backend.rest import known_actor
from tests.control.listening import ControlTestCase


class MakeTests(ControlTestCase):
    async def test_user_and_member(self) -> None:
        user = backend.make_user("bob", 1234, "abc", 90)
        self.assertEqual((user.id, user.discriminator, str(user)), (90, "1234", "bob#1234"))
        assert user.avatar is not None
        self.assertIn("/avatars/90/abc", user.avatar.url)
        self.assertEqual(await self.heard(), [])
        member = backend.make_member(user, self.guild, "Bobby", [self.mods])
        self.assertIs(self.guild.get_member(90), member)
        self.assertEqual((member.nick, member.top_role), ("Bobby", self.mods))
        self.assertEqual(await self.arguments("member_join"), (member,))

    async def test_many(self) -> None:
        made = backend.make_members(3, self.guild, "fan")
        self.assertEqual([member.name for member in made], ["fan1", "fan2", "fan3"])
        self.assertEqual(await self.heard(), ["member_join"] * 3)


class UpdateTests(ControlTestCase):
    async def test_nick_and_roles(self) -> None:
        updated = backend.update_member(self.alice, "Ally", [self.mods])
        self.assertIs(updated, self.alice)
        before, after = await self.arguments("member_update")
        self.assertEqual((before.nick, after.nick), (None, "Ally"))
        self.assertEqual(after.roles, [self.guild.default_role, self.mods])

    async def test_none_changes_nothing_and_empty_takes_away(self) -> None:
        backend.update_member(self.alice, "Ally", [self.mods])
        backend.update_member(self.alice)
        self.assertEqual((self.alice.nick, len(self.alice.roles)), ("Ally", 2))
        backend.update_member(self.alice, nick="", roles=[])
        self.assertEqual((self.alice.nick, len(self.alice.roles)), (None, 1))
        self.assertEqual(await self.heard(), ["member_update"] * 3)

    async def test_time_out(self) -> None:
        until = self.clock.now() + timedelta(hours=1)
        backend.update_member(self.alice, timed_out_until=until)
        self.assertEqual(self.alice.timed_out_until, until)
        backend.update_member(self.alice, timed_out_until=None)
        self.assertIsNone(self.alice.timed_out_until)

    async def test_who_passes_membership_screening(self) -> None:
        bob = self.make_member("bob", self.guild, pending=True)
        backend.update_member(bob, pending=False)
        before, after = await self.arguments("member_update")
        self.assertEqual((before.pending, after.pending), (True, False))
        with self.assertRaisesRegex(SetupError, "50131"):
            backend.update_member(self.owner, pending=True)

    async def test_avatar_of_this_guild(self) -> None:
        backend.update_member(self.alice, avatar="a1b2")
        before, after = await self.arguments("member_update")
        self.assertEqual((before.guild_avatar, after.guild_avatar.key), (None, "a1b2"))
        backend.update_member(self.alice, avatar=None, nick="Al")
        self.assertIsNone(self.alice.guild_avatar)

    async def test_owner_and_bot_too(self) -> None:
        owner = self.guild.owner
        assert owner is not None
        self.assertEqual(backend.update_member(owner, nick="Boss").nick, "Boss")
        self.assertEqual(backend.update_member(self.guild.me, nick="Robot").display_name, "Robot")

    async def test_what_cannot_be(self) -> None:
        with self.assertRaisesRegex(SetupError, "there is no role"):
            backend.update_member(self.alice, roles=[7])
        with self.assertRaisesRegex(SetupError, "nick: Must be 32 or fewer in length"):
            backend.update_member(self.alice, nick="x" * 33)
        backend.delete_member(self.alice)
        with self.assertRaisesRegex(SetupError, "there is no member"):
            backend.update_member(self.alice, nick="Ally")


class UserTests(ControlTestCase):
    async def test_names_and_avatar(self) -> None:
        user = backend.update_user(self.alice, "alicia", global_name="Alicia", avatar="abc")
        before, after = await self.arguments("user_update")
        self.assertEqual((before.name, before.global_name, before.avatar), ("alice", None, None))
        self.assertEqual((after.name, after.global_name, after.avatar.key), ("alicia", "Alicia", "abc"))
        self.assertEqual(
            (user.id, self.alice.name, self.alice.display_name), (self.alice.id, "alicia", "Alicia")
        )
        backend.update_user("alicia", global_name=None, avatar=None)
        before, after = await self.arguments("user_update")
        self.assertEqual((after.name, after.global_name, after.avatar), ("alicia", None, None))

    async def test_each_guild_is_told(self) -> None:
        other = backend.make_guild("Other")
        backend.make_member(self.alice, other)
        backend.update_user(self.alice, "alicia")
        heard = [name for name in await self.heard() if name.endswith("_update")]
        self.assertEqual(heard[-3:], ["user_update", "member_update", "member_update"])

    async def test_the_bot_itself(self) -> None:
        backend.update_user(self.client.user, "robot")
        self.assertEqual(self.client.user.name, "robot")

    async def test_what_cannot_be(self) -> None:
        with self.assertRaisesRegex(SetupError, "username: Must be between 1 and 32 in length"):
            backend.update_user(self.alice, "x" * 33)
        with self.assertRaisesRegex(SetupError, "there is no user"):
            backend.update_user(7, "x")
        with self.assertRaises(RestError) as caught:
            self.backend.perform(
                known_actor("person", str(self.alice.id)), "change_user", self.alice.id, body={}
            )
        self.assertEqual(caught.exception.why, "only the test itself does that")


class DeleteTests(ControlTestCase):
    async def test_member_leaves(self) -> None:
        backend.delete_member(self.alice)
        self.assertIsNone(self.guild.get_member(self.alice.id))
        self.assertEqual(await self.arguments("member_remove"), (self.alice,))

    async def test_bot_leaves(self) -> None:
        backend.delete_member(self.guild.me)
        self.assertEqual(await self.heard(), ["guild_remove"])

    async def test_owner_stays(self) -> None:
        owner = self.guild.owner
        assert owner is not None
        with self.assertRaisesRegex(SetupError, "delete_member"):
            backend.delete_member(owner)
