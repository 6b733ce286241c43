"""Roles, kicks, bans, time-outs and voice, each claim with its opposite."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands

from discordtest import SetupError
from tests.bots import BotTestCase

if TYPE_CHECKING:
    from collections.abc import Callable

Context = commands.Context[Any]


class RoleTests(BotTestCase):
    async def test_role_by_object_and_name(self) -> None:
        role = self.make_role("Helper", self.guild)
        await self.bot_does(lambda ctx: ctx.author.add_roles(role))
        self.assertHasRole(self.alice, role)
        self.assertHasRole(self.alice, "Helper")
        with self.fails("alice has the role 'Helper'; roles: Helper"):
            self.assertNotHasRole(self.alice, role)

    async def test_missing_role(self) -> None:
        role = self.make_role("Helper", self.guild)
        self.assertNotHasRole(self.alice, role)
        with self.fails("alice has not the role 'Helper'; roles: none", "What happened:"):
            self.assertHasRole(self.alice, role)

    async def test_each_guild_has_its_own(self) -> None:
        other = self.make_guild("Other")
        self.make_role("Helper", self.guild)
        there = self.make_member(self.alice, other, roles=[self.make_role("Helper", other)])
        self.assertHasRole(there, "Helper")
        self.assertNotHasRole(self.alice, "Helper")

    async def test_of_two_roles_with_one_name_either_will_do(self) -> None:
        _, second = self.make_role("Helper", self.guild), self.make_role("Helper", self.guild)
        await self.add_role(self.owner, self.alice, second)
        self.assertHasRole(self.alice, "Helper")

    async def test_who_left_has_none(self) -> None:
        await self.leave(self.alice, self.guild)
        self.assertNotHasRole(self.alice, "@everyone")
        with self.fails("alice has not the role '@everyone'; roles: none"):
            self.assertHasRole(self.alice, "@everyone")

    async def test_only_the_name_of_a_deleted_role_is_known(self) -> None:
        role, renamed = self.make_role("Red", self.guild), self.make_role("Green", self.guild)
        await self.client.guilds[0].get_role(renamed.id).edit(name="Blue")  # type: ignore[union-attr]
        await role.delete()
        await self.settle()
        self.assertNotHasRole(self.alice, "Red")
        with self.fails("called 'Green'", kind=SetupError):
            self.assertNotHasRole(self.alice, "Green")
        with self.fails("alice has not the role 'Red'; roles: none"):
            self.assertHasRole(self.alice, role)

    async def test_refusal_is_told(self) -> None:
        role = self.make_role("Admin", self.guild)
        self.make_role("Top", self.guild)

        async def work(ctx: Context) -> None:
            try:
                await ctx.guild.get_member(self.guild.owner_id).edit(nick="x")  # type: ignore[union-attr,arg-type]
            except discord.Forbidden:
                await ctx.send("I may not")

        await self.bot_does(work)
        with self.fails("Discord refused:\n  bot: PATCH", "403 Missing Permissions (code 50013)"):
            self.assertHasRole(self.alice, role)


class StrangerTests(BotTestCase):
    async def test_who_is_no_member(self) -> None:
        stranger, role = self.make_user("zed"), self.make_role("Red", self.guild)
        claims: list[Callable[[Any], object]] = [
            self.assertNotKicked,
            self.assertNotTimedOut,
            self.assertTimedOut,
            self.assertNotInVoice,
        ]
        for claim in claims:
            with self.fails("is no member of a guild", kind=SetupError):
                claim(stranger)
            for who, text in (
                (role, "the role 'Red' ("),
                (12345, "no user 12345"),
                ("bob", "called 'bob': there are"),
            ):
                with self.fails(text, kind=SetupError):
                    claim(who)
        with self.fails("stands where a user belongs", kind=SetupError):
            self.assertNotHasRole(role, self.alice)

    async def test_what_never_was(self) -> None:
        other = self.make_guild("Other")
        foreign = self.make_role("Blue", other)
        for role in ("Rde", 12345, foreign):
            with self.fails("no role ", kind=SetupError):
                self.assertNotHasRole(self.alice, role)
        for who, guild in ((12345, None), ("bob", None), (self.alice, 12345), (self.alice, "Tset")):
            with self.fails("in the world of this test", kind=SetupError):
                self.assertNotBanned(who, guild)
        with self.fails("no channel in the world of this test is called 'lounge'", kind=SetupError):
            self.assertNotInVoice(self.alice, "lounge")
        with self.fails("no channel 12345", kind=SetupError):
            self.assertNotInVoice(self.alice, 12345)

    async def test_what_is_gone(self) -> None:
        role, named = self.make_role("Red", self.guild), self.make_role("Green", self.guild)
        lounge = self.make_voice_channel("lounge", self.guild)
        for thing in (role, named, lounge):
            await thing.delete()
        await self.settle()
        self.assertNotHasRole(self.alice, role)
        self.assertNotHasRole(self.alice, "Green")
        self.assertNotInVoice(self.alice, lounge)
        with self.fails("no role ", kind=SetupError):  # though others are gone
            self.assertNotHasRole(self.alice, 12345)

    async def test_names_and_ids(self) -> None:
        self.make_role("Red", self.guild)
        await self.add_role(self.owner, "alice", "Red")
        self.assertHasRole("alice", "Red")
        self.assertHasRole(self.alice.id, "Red")
        self.assertHasRole("alice", "@everyone")
        await self.kick(self.owner, "alice")
        self.assertKicked("alice")
        self.assertNotBanned("alice", "Test")

    async def test_name_of_somebody_in_two_guilds(self) -> None:
        self.make_member(self.alice, self.make_guild("Other"))
        with self.fails("'alice' is a member of 2 guilds: pass the Member", kind=SetupError):
            self.assertNotHasRole("alice", "@everyone")


class KickTests(BotTestCase):
    async def test_kicked_with_reason(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.kick(reason="spam"))
        self.assertKicked(self.alice)
        self.assertKicked(self.alice, reason="spam")
        with self.fails("alice was kicked, but the reason is 'spam', not 'ads'"):
            self.assertKicked(self.alice, reason="ads")
        with self.fails("alice was kicked"):
            self.assertNotKicked(self.alice)

    async def test_reason_that_nobody_gave(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.kick())
        with self.fails("alice was kicked, but no reason was given, not 'ads'"):
            self.assertKicked(self.alice, reason="ads")

    async def test_member_is_still_there(self) -> None:
        self.assertNotKicked(self.alice)
        with self.fails("alice was not kicked: still a member"):
            self.assertKicked(self.alice)

    async def test_banned_is_not_kicked(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.ban())
        self.assertNotKicked(self.alice)
        with self.fails("alice was not kicked but was banned"):
            self.assertKicked(self.alice)

    async def test_left_is_not_kicked(self) -> None:
        await self.leave(self.alice, self.guild)
        with self.fails("alice was not kicked but left"):
            self.assertKicked(self.alice)
        self.assertNotKicked(self.alice)

    async def test_what_the_audit_log_has_besides_is_no_kick(self) -> None:
        bob = self.make_member("bob", self.guild)
        await self.kick(self.owner, bob)
        await self.add_role(self.owner, self.alice, self.make_role("Red", self.guild))
        await self.leave(self.alice, self.guild)
        self.assertNotKicked(self.alice)
        with self.fails("alice was not kicked but left"):
            self.assertKicked(self.alice)

    async def test_joining_before_or_elsewhere_is_no_coming_back(self) -> None:
        bob, other = self.make_member("bob", self.guild), self.make_guild("Other")
        await self.kick(self.owner, bob)
        self.assertKicked(bob)
        await self.join(bob.id, other)
        self.assertKicked(bob)
        with self.fails("bob was kicked"):
            self.assertNotKicked(bob)

    async def test_who_came_back_is_kicked_no_more(self) -> None:
        await self.kick(self.owner, self.alice)
        await self.join(self.alice, self.guild)
        self.assertNotKicked(self.alice)
        await self.leave(self.alice, self.guild)
        self.assertNotKicked(self.alice)
        with self.fails("alice was not kicked but left"):
            self.assertKicked(self.alice)


class BanTests(BotTestCase):
    async def test_banned_with_reason(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.ban(reason="spam"))
        self.assertBanned(self.alice)
        self.assertBanned(self.alice, self.guild, reason="spam")
        with self.fails("alice is banned, but the reason is 'spam', not 'ads'"):
            self.assertBanned(self.alice, reason="ads")
        with self.fails("alice is banned"):
            self.assertNotBanned(self.alice)

    async def test_not_banned(self) -> None:
        self.assertNotBanned(self.alice)
        with self.fails("alice is not banned", "What happened:"):
            self.assertBanned(self.alice)

    async def test_ban_of_another_guild_does_not_count(self) -> None:
        other = self.make_guild("Other")
        await self.bot_does(lambda ctx: other.ban(discord.Object(self.alice.id)))
        self.assertNotBanned(self.alice)
        self.assertBanned(self.alice, other)

    async def test_user_who_is_no_member(self) -> None:
        zed, amy = self.make_user("zed"), self.make_user("amy")
        await self.ban(self.owner, zed, guild=self.guild)
        self.assertBanned(zed)
        self.assertNotBanned(amy)


class TimeOutTests(BotTestCase):
    async def test_timed_out(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.timeout(timedelta(minutes=5)))
        until = self.assertTimedOut(self.alice)
        self.assertEqual(until, self.clock.now() + timedelta(minutes=5))
        self.assertTimedOut(self.alice, until)
        self.assertTimedOut(self.alice, until + timedelta(microseconds=999_999))
        with self.fails("not "):
            self.assertTimedOut(self.alice, until + timedelta(seconds=1))
        with self.fails("alice is timed out until"):
            self.assertNotTimedOut(self.alice)
        with self.fails("not "):
            self.assertTimedOut(self.alice, until + timedelta(minutes=1))

    async def test_time_out_ends(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.timeout(timedelta(minutes=5)))
        await self.advance(minutes=5)
        self.assertNotTimedOut(self.alice)
        with self.fails("alice is not timed out"):
            self.assertTimedOut(self.alice)

    async def test_who_left_is_timed_out_no_more(self) -> None:
        await self.timeout(self.owner, self.alice, timedelta(minutes=5))
        await self.leave(self.alice, self.guild)
        self.assertNotTimedOut(self.alice)
