"""What is passed where it means nothing is refused at the call, in words."""

from __future__ import annotations

import inspect
import unittest
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypedDict

import discord

from discordtest.checking import check_claims, length_of, seconds_of
from tests.bots import BotTestCase

if TYPE_CHECKING:
    from collections.abc import Callable

NAN, INF = float("nan"), float("inf")


class Claims(TypedDict, total=False):
    size: int


class ClaimTests(unittest.TestCase):
    def test_claim_that_there_is(self) -> None:
        check_claims("things", Claims, {"size": 1})

    def test_claims_that_there_are_not(self) -> None:
        with self.assertRaisesRegex(
            TypeError, "^an assertion about things takes no colour, weight: it takes size$"
        ):
            check_claims("things", Claims, {"weight": 1, "size": 1, "colour": 2})
        with self.assertRaisesRegex(
            TypeError, r"^an assertion about things takes no sise: did you mean size\?$"
        ):
            check_claims("things", Claims, {"sise": 1})


class LengthTests(unittest.TestCase):
    def test_seconds(self) -> None:
        for value, seconds in (
            (0, 0),
            (1.5, 1.5),
            (timedelta(minutes=1), 60),
            (31_536_000_000, 31_536_000_000),
        ):
            self.assertEqual(seconds_of("x", value), seconds)

    def test_what_is_no_length_of_time(self) -> None:
        for value in ("1", None, True, [1]):
            for check in (seconds_of, lambda what, value: length_of(what, value, {})):
                with self.assertRaisesRegex(TypeError, r"^x takes seconds \(a number\) or a timedelta, not "):
                    check("x", value)
        for value in (NAN, INF, 31_536_000_001, 1e300):
            with self.assertRaisesRegex(ValueError, "x takes at most 31536000000 seconds, 1000 years, not "):
                seconds_of("x", value)
        for value in (-1, timedelta(seconds=-1), -INF):
            with self.assertRaisesRegex(ValueError, "x: time does not go back: -"):
                seconds_of("x", value)

    def test_parts(self) -> None:
        parts = {"weeks": 1, "days": 1, "hours": 1, "minutes": 1, "seconds": 1}
        self.assertEqual(length_of("x", 0, parts), timedelta(**parts).total_seconds())
        self.assertAlmostEqual(length_of("x", 1, {"milliseconds": 500, "microseconds": 250_000}), 1.75)
        self.assertEqual(length_of("x", timedelta(hours=1), {"minutes": -1}), 3540)
        with self.assertRaisesRegex(TypeError, "x takes weeks, .* microseconds, not fortnights"):
            length_of("x", 0, {"fortnights": 1})
        with self.assertRaisesRegex(TypeError, r"x\(days=…\) takes a number, not '1'"):
            length_of("x", 0, {"days": "1"})
        with self.assertRaisesRegex(ValueError, "time does not go back"):
            length_of("x", 1, {"minutes": -1})


class CallTests(BotTestCase):
    async def assertCallsRefused(self, kind: type[Exception], calls: dict[str, Callable[[], Any]]) -> None:
        """Fail unless each call is refused with its text, and nothing is made."""
        users, records = len(self.backend.world.users), len(self.backend.world.channels)
        for text, call in calls.items():
            with self.subTest(text), self.fails(text, kind=kind):
                made = call()
                if inspect.isawaitable(made):
                    await made
        self.assertEqual((len(self.backend.world.users), len(self.backend.world.channels)), (users, records))

    async def test_time(self) -> None:
        wait: Any = self.wait_until
        advance: Any = self.advance
        await self.assertCallsRefused(
            TypeError,
            {
                "advance takes seconds": lambda: advance("1"),
                "wait_until(timeout=…) takes seconds": lambda: wait(lambda: True, "1"),
                "timeout takes seconds": lambda: self.wait_for_event("message", True),
            },
        )
        await self.assertCallsRefused(
            ValueError,
            {
                "advance takes at most": lambda: advance(INF),
                "wait_until(timeout=…) takes at most": lambda: wait(lambda: True, NAN),
                "timeout: time does not go back": lambda: self.timeout(self.owner, self.alice, -5),
                "timeout takes at most": lambda: self.timeout(self.owner, self.alice, NAN),
            },
        )

    async def test_values_of_another_type(self) -> None:
        wrong: Any = 5
        none: Any = None
        text: Any = "1"
        everyone = self.guild.default_role
        permissions: Any = discord.Permissions.none()
        await self.assertCallsRefused(
            TypeError,
            {
                "permissions are discord.Permissions, such as discord.Permissions(kick_members=True), not '1'": (
                    lambda: self.make_role("Mod", self.guild, permissions=text)
                ),
                "'ban_members': write permissions=discord.Permissions(ban_members=True)": (
                    lambda: self.make_role("Mod", self.guild, ban_members=True)
                ),
                "a guild's name is a string, not None": lambda: self.make_guild(none),
                "a role's name is a string, not None": lambda: self.make_role(none, self.guild),
                "a channel's name is a string, not None": lambda: self.make_voice_channel(none, self.guild),
                "a thread's name is a string, not 5": lambda: self.make_thread(wrong, self.general),
                "a username is a string, not 5": lambda: self.make_user(wrong),
                "an emoji's name is a string, not 5": lambda: self.make_emoji(wrong, self.guild),
                "a sticker's name is a string, not 5": lambda: self.make_sticker(wrong, self.guild),
                "a webhook's name is a string, not 5": lambda: self.make_webhook(wrong, self.general),
                "content is a string, not 5": lambda: self.make_message(wrong, self.alice, self.general),
                "id_num is a whole number, not '1'": lambda: self.make_user("x", id_num=text),
                "id_num is a whole number, not True": lambda: self.make_guild("xx", id_num=True),
                "position is a whole number, not '1'": lambda: self.make_role("x", self.guild, position=text),
                "position is a whole number": lambda: self.make_text_channel("x", self.guild, position=text),
                "the count is a whole number, not '1'": lambda: self.make_members(text, self.guild),
                "roles takes a list of roles, not 'Red'": lambda: self.make_member(
                    "x", self.guild, roles="Red"
                ),
                "discord.PermissionOverwrite(view_channel=False, …), not to <Permissions": (
                    lambda: self.make_text_channel("x", self.guild, overwrites={everyone: permissions})
                ),
                "an overwrite is one of": lambda: self.make_text_channel("x", self.guild, overwrites=[5]),
                "a moment is a datetime, not '1'": lambda: self.make_user("x", created_at=text),
                "an embed is one of": lambda: self.send(self.alice, self.general, embeds=[wrong]),
                "a poll is one of": lambda: self.send(self.alice, self.general, poll=wrong),
                "slash: the command is a string": lambda: self.slash(self.alice, self.general, none),
                "serve: the host is a string": lambda: self.serve(none, none),
            },
        )
        with self.fails("the count is 0 or more, not -3", kind=ValueError):
            self.make_members(-3, self.guild)

    async def test_unknown_keywords(self) -> None:
        message = self.make_message("m", self.alice, self.general)
        role = self.make_role("Red", self.guild)
        wrong: dict[str, Any]
        calls: list[tuple[Callable[..., Any], tuple[Any, ...], str, str]] = [
            (self.send, (self.alice, self.general, "x"), "embd", "embeds"),
            (self.send_dm, (self.alice, "x"), "reply", "reply_to"),
            (self.edit, (self.alice, message, "x"), "embd", "embeds"),
            (self.make_guild, ("xx",), "verification", "verification_level"),
            (self.make_guild, ("xx",), "premium_teir", "premium_tier"),
            (self.make_role, ("x", self.guild), "colr", "color"),
            (self.make_text_channel, ("x", self.guild), "topc", "topic"),
            (self.make_text_channel, ("x", self.guild), "catgory", "category"),
            (self.make_voice_channel, ("x", self.guild), "bit_rate", "bitrate"),
            (self.make_stage_channel, ("x", self.guild), "topc", "topic"),
            (self.make_forum_channel, ("x", self.guild), "avail_tags", "available_tags"),
            (self.make_category_channel, ("x", self.guild), "overwrite", "overwrites"),
            (self.make_thread, ("x", self.general), "invtable", "invitable"),
            (self.backend.update_guild, (self.guild,), "nam", "name"),
            (self.backend.update_role, (role,), "hoistd", "hoist"),
            (self.backend.update_channel, (self.general,), "slowmode", "slowmode_delay"),
            (self.backend.edit_message, (message,), "embds", "embeds"),
        ]
        for call, arguments, keyword, meant in calls:
            wrong = {keyword: 5}
            with (
                self.subTest(call.__name__),
                self.assertRaisesRegex(
                    TypeError,
                    rf"\(\) got an unexpected keyword argument '{keyword}': did you mean .*\b{meant}\b",
                ),
            ):
                made = call(*arguments, **wrong)
                if inspect.isawaitable(made):
                    await made

    async def test_unknown_keyword_that_is_like_none(self) -> None:
        with self.assertRaisesRegex(TypeError, "'zzz': it takes name, guild, position, .*topic"):
            self.make_text_channel("x", self.guild, zzz=None)

    async def test_send_dm_takes_what_send_takes(self) -> None:
        first = await self.send_dm(self.alice, "first", silent=True)
        second = await self.send_dm(self.alice, "second", reply_to=first, files=[("a.txt", b"a")])
        self.assertEqual((second.reference.message_id, second.attachments[0].filename), (first.id, "a.txt"))  # type: ignore[union-attr]


if __name__ == "__main__":
    unittest.main()
