"""What is equal within a tolerance, and every assertion in which it may stand."""

from __future__ import annotations

import math
import operator
import unittest
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from discordtest import Close
from tests.bots import BotTestCase

Context = commands.Context[Any]
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


class NumberTests(unittest.TestCase):
    def test_both_ends_are_near(self) -> None:
        for found in (2.9, 3, 3.05, 3.1, Fraction(31, 10)):
            with self.subTest(found=found):
                self.assertEqual(Close(3, 0.1), found)
                self.assertEqual(found, Close(3, 0.1))

    def test_past_the_ends_is_not(self) -> None:
        for found in (2.899, 3.101, math.nan, math.inf, True, None, 3j, [3], NOON, timedelta(3)):
            with self.subTest(found=found):
                self.assertNotEqual(Close(3, 0.1), found)
                self.assertNotEqual(found, Close(3, 0.1))

    def test_bool_is_no_number(self) -> None:
        self.assertNotEqual(Close(1, 1), True)

    def test_without_tolerance_only_the_value_itself_is_near(self) -> None:
        self.assertEqual(Close(3), 3.0)
        self.assertNotEqual(Close(3), 3.0000001)
        self.assertEqual(Close(math.inf, 1), math.inf)

    def test_text_counts_as_the_number_that_it_writes(self) -> None:
        for text in ("3", "3.05", " +3.0\n"):
            with self.subTest(text=text):
                self.assertEqual(Close(3, 0.1), text)
                self.assertEqual(text, Close(3, 0.1))
        for text in ("", "3 €", "3,05", "4", "nan", "3_0", "3" * 5000):
            with self.subTest(text=text[:9]):
                self.assertNotEqual(Close(3, 0.1), text)

    def test_nested_in_what_is_compared(self) -> None:
        self.assertEqual({"a": [1, {"b": 3.05}]}, {"a": [1, {"b": Close(3, 0.1)}]})
        self.assertNotEqual([(1, 2)], [(1, Close(3, 0.5))])
        self.assertCountEqual([3.05, 7], [7, Close(3, 0.1)])
        self.assertIn(3.05, [Close(3, 0.1)])


class TimeTests(unittest.TestCase):
    def test_moments(self) -> None:
        for tolerance in (5, 5.0, timedelta(seconds=5)):
            with self.subTest(tolerance=tolerance):
                near = Close(NOON, tolerance)
                self.assertEqual(near, NOON + timedelta(seconds=5))
                self.assertEqual(NOON - timedelta(seconds=5), near)
                self.assertNotEqual(near, NOON + timedelta(seconds=5, microseconds=1))
                self.assertNotEqual(near, NOON.timestamp())

    def test_time_zones_are_compared_as_moments(self) -> None:
        self.assertEqual(Close(NOON), NOON.astimezone())

    def test_text_counts_as_the_moment_that_it_writes(self) -> None:
        for text in (
            NOON.isoformat(),
            str(NOON),
            "2026-07-01T12:00:04.5Z",
            discord.utils.format_dt(NOON, "R"),
            "<t:1782907203>",
        ):
            with self.subTest(text=text):
                self.assertEqual(Close(NOON, 5), text)
        for text in ("2026-07-01T12:00:06+00:00", "2026-13-01T12:00", "noon", f"<t:{10**20}>", "12"):
            with self.subTest(text=text):
                self.assertNotEqual(Close(NOON, 5), text)

    def test_numbers_of_other_kinds(self) -> None:
        tenth = Decimal("0.1")
        for value, tolerance in ((Decimal(3), tenth), (3, tenth), (Decimal(3), 0.1), (3.0, tenth), (3, 0.1)):
            near = Close(value, tolerance)
            for found in (Decimal("3.1"), Decimal("2.9"), Fraction(61, 20), 3.05, 3, "3.05"):
                self.assertEqual(found, near)
            for found in (Decimal("3.11"), Decimal("NaN"), Fraction(32, 10), 3.2, 3 + 0j, True, "three"):
                self.assertNotEqual(found, near)
        self.assertEqual(Decimal("3.1"), Close(Fraction(3), Fraction(1, 10)))
        self.assertEqual(Close(timedelta(minutes=1), Decimal(5)), timedelta(seconds=65))

    def test_lengths(self) -> None:
        self.assertEqual(Close(timedelta(minutes=1), 5), timedelta(seconds=65))
        self.assertEqual(timedelta(seconds=55), Close(timedelta(minutes=1), timedelta(seconds=5)))
        self.assertNotEqual(Close(timedelta(minutes=1), 5), timedelta(seconds=65.1))
        self.assertNotEqual(Close(timedelta(minutes=1), 5), 60)
        self.assertNotEqual(Close(60, 5), timedelta(minutes=1))

    def test_moment_with_a_zone_is_not_compared_to_one_without(self) -> None:
        naive = NOON.replace(tzinfo=None)
        self.assertEqual(Close(naive, 1), naive)
        for value, found in ((NOON, naive), (naive, NOON), (naive, NOON.isoformat())):
            message = r"2026-07-01T12:00:00\+00:00 has a time zone and 2026-07-01T12:00:00 has none"
            with self.assertRaisesRegex(TypeError, message):
                operator.eq(Close(value, 1), found)


class MistakeTests(unittest.TestCase):
    def test_what_is_no_number_and_no_time(self) -> None:
        for value in ("3", None, True, [3]):
            with self.assertRaisesRegex(TypeError, "takes a number, a datetime or a timedelta, not"):
                Close(value)  # type: ignore[arg-type]

    def test_tolerance_of_another_unit(self) -> None:
        for tolerance in (timedelta(1), "1", None, True):
            with self.assertRaisesRegex(TypeError, "tolerance of a number is a number, not"):
                Close(3, tolerance)  # type: ignore[arg-type]
        with self.assertRaisesRegex(TypeError, "tolerance of a time is seconds or a timedelta, not '1'"):
            Close(NOON, "1")  # type: ignore[arg-type]

    def test_tolerance_that_is_no_size(self) -> None:
        for value, tolerance in ((3, -0.1), (NOON, timedelta(-1)), (3, math.nan), (timedelta(1), math.inf)):
            with self.assertRaisesRegex(TypeError, "a tolerance is finite, 0 or more, not"):
                Close(value, tolerance)  # type: ignore[arg-type]


class ObjectTests(unittest.TestCase):
    def test_failure_shows_value_and_tolerance(self) -> None:
        shown = (
            (Close(3, 0.1), "3 ± 0.1"),
            (Close(NOON, 5), "2026-07-01 12:00:00+00:00 ± 5 s"),
            (Close(timedelta(minutes=1), timedelta(milliseconds=500)), "0:01:00 ± 0.5 s"),
        )
        for near, text in shown:
            self.assertEqual(repr(near), text)
        with self.assertRaisesRegex(AssertionError, r"4 != 3 ± 0\.1"):
            self.assertEqual(4, Close(3, 0.1))

    def test_two_are_equal_when_they_accept_the_same(self) -> None:
        self.assertEqual(Close(NOON, 5), Close(NOON, timedelta(seconds=5)))
        self.assertNotEqual(Close(3, 1), Close(3, 2))

    def test_has_no_hash_and_no_order(self) -> None:
        with self.assertRaises(TypeError):
            hash(Close(3, 1))
        with self.assertRaises(TypeError):
            operator.lt(Close(3, 1), 5)


class AssertionTests(BotTestCase):
    """Each assertion that compares a value which can be near."""

    async def test_content(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("41.5"))
        self.assertSent(Close(40, 5))
        with self.fails("the bot did not send 50 ± 5", "content '41.5' is not 50 ± 5"):
            self.assertSent(Close(50, 5))
        with self.fails("content '41.5' is not 50 ± 5"):
            self.assertResponded(await self.slash_number(), Close(50, 5))

    async def slash_number(self) -> Any:
        @app_commands.command(description="x")
        async def number(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("41.5")

        assert isinstance(self.client, commands.Bot)
        self.client.tree.add_command(number)
        await self.client.tree.sync()
        return await self.slash(self.alice, self.general, "number")

    async def test_edited_content(self) -> None:
        async def work(ctx: Context) -> None:
            message = await ctx.send("0")
            await message.edit(content="41.5")

        await self.bot_does(work)
        self.assertEdited(self.client.cached_messages[-1], Close(40, 5))

    async def test_embed(self) -> None:
        embed = discord.Embed(title="12", colour=0, timestamp=NOON, description=discord.utils.format_dt(NOON))
        embed.add_field(name="ms", value="41.5").add_field(
            name="ends", value=discord.utils.format_dt(NOON, "R")
        )
        await self.bot_does(lambda ctx: ctx.send(embed=embed))
        near, soon = Close(40, 5), Close(NOON, 5)
        for claim in (
            {"title": Close(10, 2), "colour": Close(3, 3), "timestamp": soon, "description": soon},
            {"fields": {"ms": near, "ends": soon}},
            {"fields": [("ms", near), ("ends", soon)]},
            {"fields": [{"name": "ms", "value": near}, {"value": soon}]},
        ):
            with self.subTest(claim=claim):
                message = self.assertSent(embed=claim)
                self.assertSent(embeds=[claim])
                self.assertEmbed(message, **claim)
        with self.fails("embed field 'ms' is '41.5', not 50 ± 5"):
            self.assertSent(embed={"fields": {"ms": Close(50, 5)}})
        with self.fails("embed footer text is None, not 50 ± 5"):
            self.assertSent(embed={"footer": {"text": Close(50, 5)}})
        with self.fails(
            "embed timestamp is '2026-07-01T12:00:00.000000+00:00', not 2026-07-01 12:00:09+00:00 ± 5 s"
        ):
            self.assertSent(embed={"timestamp": Close(NOON + timedelta(seconds=9), 5)})

    async def test_how_many(self) -> None:
        async def work(ctx: Context) -> None:
            await ctx.send("one")
            await ctx.send("two", embeds=[discord.Embed(title="a"), discord.Embed(title="b")])

        await self.bot_does(work)
        self.assertEqual([message.content for message in self.assertSent(count=Close(1, 1))], ["one", "two"])
        self.assertSent(embeds=Close(3, 1))
        self.assertRequested("POST", "/channels/{channel_id}/messages", count=Close(1, 1))
        self.assertDispatched("MESSAGE_CREATE", count=Close(2, 1))
        with self.fails("2 times, not 5 ± 1"):
            self.assertSent(count=Close(5, 1))
        with self.fails("it has 2 embeds, not 5 ± 1"):
            self.assertSent("two", embeds=Close(5, 1))

    async def test_body_of_a_request(self) -> None:
        async def work(ctx: Context) -> None:
            await ctx.channel.edit(slowmode_delay=30)  # type: ignore[union-attr,call-arg]
            await ctx.author.timeout(self.clock.now() + timedelta(hours=1))  # type: ignore[union-attr]
            await ctx.send(embed=discord.Embed(title="x", timestamp=NOON))

        await self.bot_does(work)
        self.assertRequested("PATCH", "/channels/{channel_id}", json={"rate_limit_per_user": Close(28, 2)})
        soon = Close(self.clock.now() + timedelta(hours=1), 5)
        path = "/guilds/{guild_id}/members/{user_id}"
        self.assertRequested("PATCH", path, json={"communication_disabled_until": soon})
        with self.fails("with the body {'rate_limit_per_user': 40 ± 2}"):
            self.assertRequested(
                "PATCH", "/channels/{channel_id}", json={"rate_limit_per_user": Close(40, 2)}
            )
        near = {"title": "x", "timestamp": Close(NOON + timedelta(seconds=1), 1), "flags": 0, "type": "rich"}
        self.assertRequested("POST", "/channels/{channel_id}/messages", json={"embeds": [near]})

    async def test_timed_out_until(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.timeout(timedelta(minutes=5)))
        end = self.clock.now() + timedelta(minutes=5)
        self.assertTimedOut(self.alice, Close(end + timedelta(seconds=9), 10))
        with self.fails("not 2000-01-01 00:00:00+00:00 ± 1 s"):
            self.assertTimedOut(self.alice, Close(datetime(2000, 1, 1, tzinfo=UTC), 1))
        with self.fails("has a time zone and", kind=TypeError):
            self.assertTimedOut(self.alice, end.replace(tzinfo=None))

    async def test_presence(self) -> None:
        await self.client.change_presence(activity=discord.Game("12"))
        await self.settle()
        self.assertPresence(activity=Close(10, 2))
        self.assertNotPresence(activity=Close(20, 2))
        with self.fails("not 20 ± 2"):
            self.assertPresence(activity=Close(20, 2))

    async def test_reason_of_an_audit_log_entry(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.kick(reason="12"))
        self.assertAuditLog(self.guild, discord.AuditLogAction.kick, reason=Close(10, 2))  # type: ignore[arg-type]

    async def test_choices(self) -> None:
        @app_commands.command(description="x")
        async def pick(interaction: discord.Interaction, amount: float) -> None: ...

        @pick.autocomplete("amount")
        async def suggest(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[float]]:
            return [app_commands.Choice(name="a third", value=1 / 3)]

        assert isinstance(self.client, commands.Bot)
        self.client.tree.add_command(pick)
        await self.client.tree.sync()
        result = await self.autocomplete(self.alice, self.general, "pick", "amount", "1")
        for claim in ([Close(0.33, 0.01)], [("a third", Close(0.33, 0.01))], {"a third": Close(0.33, 0.01)}):
            self.assertChoices(result, claim)
        with self.fails("not 'a third' (0.5 ± 0.01)"):
            self.assertChoices(result, {"a third": Close(0.5, 0.01)})

    async def test_labels(self) -> None:
        class Counter(discord.ui.View):
            @discord.ui.button(label="12")
            async def count(self, interaction: discord.Interaction, button: Any) -> None: ...

        await self.bot_does(lambda ctx: ctx.send("x", view=Counter()))
        message = self.assertSent(buttons=[Close(10, 2)])  # type: ignore[list-item]
        self.assertButton(message, Close(10, 2))  # type: ignore[arg-type]

    async def test_moment_to_look_from_is_none(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("x"))
        with self.fails("is no object of discord.py and no id", kind=Exception):
            self.assertSent("x", after=Close(NOON, 1))  # type: ignore[arg-type]

    async def test_what_the_clock_says(self) -> None:
        begun = self.clock.now()
        await self.advance(29)
        self.assertEqual(self.clock.now(), Close(begun + timedelta(seconds=30), 2))
        self.assertEqual(self.clock.now() - begun, Close(timedelta(seconds=30), 2))
