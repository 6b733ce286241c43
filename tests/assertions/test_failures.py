"""Every failure tells what Discord refused, also where the bot keeps the error to itself, or a claim is unittest's."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
import unittest
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import discord
from discord.ext import commands

from discordtest.clock import outside, places
from tests.bots import BotTestCase, run_case

Context = commands.Context[Any]
REFUSED = "Discord refused:\n  bot: POST /channels/#general/messages"
TOO_LONG = "400 Invalid Form Body (code 50035): content: Must be 2000 or fewer in length."


class SwallowingTestCase(BotTestCase):
    async def swallow(self, times: int = 1) -> discord.Message:
        """Let the bot send what is too long, and say nothing of it."""

        async def work(ctx: Context) -> None:
            for _ in range(times):
                with contextlib.suppress(Exception):
                    await ctx.send("x" * 2001)

        return await self.bot_does(work)


class ClockTests(BotTestCase):
    HINT = "but the bot's own datetime.now(), time.time() and time.monotonic() do not follow it"

    def text(self, *, follows: bool = False) -> str:
        """Return a failure, as with or without discordtest[time]."""
        there = self._scene.follows_time
        self._scene.follows_time = follows
        try:
            with self.assertRaises(AssertionError) as caught:
                self.assertSent("x")
        finally:
            self._scene.follows_time = there  # what has begun to follow has to end
        return str(caught.exception)

    async def test_time_that_the_bot_does_not_follow(self) -> None:
        self.assertNotIn(self.HINT, self.text())
        await self.advance(1)
        self.assertIn(
            f"The test's clock is at {self.clock.now():%Y-%m-%d %H:%M:%S} UTC, {self.HINT}", self.text()
        )
        self.assertNotIn(self.HINT, self.text(follows=True))

    async def test_moment_that_the_bot_wrote(self) -> None:
        async def moment(ctx: Context) -> None:
            await ctx.send(f"<t:{time.time():.0f}:R>")

        async def embed(ctx: Context) -> None:
            await ctx.send(embed=discord.Embed(title="x", timestamp=datetime.now(UTC)))

        for work in (moment, embed):
            await self.bot_does(work)
            self.assertNotIn(self.HINT, self.text())
        loop = self._scene.loop
        self.addCleanup(setattr, loop, "on_move", loop.on_move)
        loop.on_move = None  # as without discordtest[time]
        loop.set_wall_clock(self.clock.now() + timedelta(seconds=2))  # which a start takes
        for work in (moment, embed):
            await self.bot_does(work)
            self.assertIn(self.HINT, self.text())
        await self.bot_does(lambda ctx: ctx.send("No moment"))
        self.assertNotIn(self.HINT, self.text())

    async def test_test_that_plays_at_another_time(self) -> None:
        loop = self._scene.loop
        self.addCleanup(setattr, loop, "on_move", loop.on_move)
        loop.on_move = None  # as without discordtest[time]
        loop.set_wall_clock(datetime(2024, 2, 29, tzinfo=UTC))
        self.assertIn(f"The test's clock is at 2024-02-29 00:00:00 UTC, {self.HINT}", self.text())


class RefusalTests(SwallowingTestCase):
    async def test_every_claim_tells_of_it(self) -> None:
        await self.swallow()
        with self.fails(REFUSED, TOO_LONG):
            self.assertRequested("POST", "/channels/*/typing")
        with self.fails(REFUSED, TOO_LONG):
            self.assertTyping(self.general)
        with self.fails(REFUSED, TOO_LONG):
            self.assertSent("x", count=2)

    async def test_it_is_told_once(self) -> None:
        asked = await self.swallow()
        with self.fails(REFUSED) as failing:
            self.assertReaction(asked, "👍")
        self.assertEqual(failing.text.count("Discord refused"), 1)

    async def test_many_are_counted(self) -> None:
        await self.swallow(9)
        with self.fails("\n  and 1 more\n") as failing:
            self.assertSent("x")
        before, _, _ = failing.text.partition("What happened:")
        self.assertEqual(before.count("Must be 2000"), 8)

    async def test_id_that_was_never_there_has_its_builder(self) -> None:
        async def work(ctx: Context) -> None:
            for _ in range(2):
                with contextlib.suppress(discord.NotFound):
                    await self.client.fetch_channel(42)

        await self.bot_does(work)
        with self.fails(
            "\nThis Discord has no channel 42. In make_world: self.make_text_channel("
        ) as failing:
            self.assertSent("x")
        self.assertEqual(failing.text.count("This Discord has no channel 42."), 1)


class NoteTests(unittest.TestCase):
    """Claims of unittest's own, and errors of the test, have it as a note."""

    def failed(self, kind: type[BotTestCase]) -> str:
        (text,) = run_case(kind)
        return text

    def test_claim_of_unittest(self) -> None:
        class Case(SwallowingTestCase):
            async def test(self) -> None:
                await self.swallow()
                self.assertEqual(len(self.sent), 1)

        text = self.failed(Case)
        self.assertIn(f"AssertionError: 0 != 1\n{REFUSED}", text)
        self.assertIn(TOO_LONG, text)

    def test_error_of_the_test(self) -> None:
        class Case(SwallowingTestCase):
            async def test(self) -> None:
                await self.swallow()
                self.sent[-1]

        self.assertIn(f"IndexError: list index out of range\n{REFUSED}", self.failed(Case))

    def test_claim_of_ours_has_no_note(self) -> None:
        class Case(SwallowingTestCase):
            async def test(self) -> None:
                await self.swallow()
                self.assertSent("x")

        self.assertEqual(self.failed(Case).count("Discord refused"), 1)

    def test_error_of_the_bot_names_its_request_itself(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                async def work(ctx: Context) -> None:
                    await ctx.send("x" * 2001)

                await self.bot_does(work)

        self.assertEqual(self.failed(Case).count("Discord refused"), 1)

    def test_test_that_is_skipped(self) -> None:
        class Case(SwallowingTestCase):
            async def test(self) -> None:
                await self.swallow()
                self.skipTest("not today")

        outcome = run_case(Case)
        self.assertTrue(outcome.passed)
        self.assertEqual([reason for _, reason in outcome.result.skipped], ["not today"])

    def test_failure_where_nothing_was_refused(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                self.assertEqual(len(self.sent), 1)

        self.assertIn("AssertionError: 0 != 1\nThe test started at", self.failed(Case))


class AwaitTests(unittest.TestCase):
    def test_plain_call_that_is_awaited(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                await self.assertNothingSent()  # type: ignore[func-returns-value]

            async def test_other(self) -> None:
                await None  # type: ignore[misc]

        said = "\nAssertions and builders are plain calls, without `await`"
        self.assertIn(said, str(run_case(Case, "test")))
        self.assertNotIn(said, str(run_case(Case, "test_other")))


class HappenedTests(unittest.TestCase):
    """What happened is told of every claim that comes after an act, and of what Discord refuses to a person."""

    def text(self, case: type[unittest.TestCase]) -> str:
        outcome = run_case(case)
        self.assertEqual(len(outcome.problems), 1, str(outcome))
        return str(outcome)

    def test_claim_of_unittests_own(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                await self.send(self.alice, self.general, "hello")
                with self.assertRaises(discord.Forbidden):
                    await self.send(self.alice, self.general, "let me")

        self.assertRegex(
            self.text(Case), r"Forbidden not raised\nWhat happened:\n(?s:.*) alice sends 'let me' in #general"
        )

    def test_refusal(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                async def lock(ctx: Context) -> None:
                    assert ctx.guild and isinstance(ctx.channel, discord.TextChannel)
                    await ctx.channel.set_permissions(ctx.guild.default_role, send_messages=False)

                await self.bot_does(lock)
                await self.send(self.alice, self.general, "hello?")

        self.assertRegex(
            self.text(Case), r"Missing Permissions\n(?s:.*)What happened:\n(?s:.*)PUT /channels/#general/perm"
        )

    def test_once(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                await self.send(self.alice, self.general, "hello")
                self.assertSent("hello")

        self.assertEqual(self.text(Case).count("What happened:"), 1)

    def test_error_of_the_bot_has_its_own_story(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                async def work(ctx: Context) -> None:
                    raise ValueError("mine")

                await self.bot_does(work)

        self.assertNotIn("What happened:", self.text(Case))


class NeglectTests(BotTestCase):
    """What people used and nobody answered is told where the test looks for what should have come of it."""

    async def press(self) -> discord.Message:
        async def yes(interaction: discord.Interaction) -> None: ...

        view = discord.ui.View()
        button: discord.ui.Button[Any] = discord.ui.Button(label="Yes")
        button.callback = yes  # type: ignore[method-assign]
        await self.bot_does(lambda ctx: ctx.send("?", view=view.add_item(button)))
        await self.click(self.alice, message := self.assertSent("?"), "Yes")
        return message

    def pass_over(self) -> None:
        """Let the test pass though nothing was answered."""
        self._scene.unanswered.update(self.backend.world.interactions)

    async def test_claim_about_something_else(self) -> None:
        message = await self.press()
        said = "\nThe bot has not responded to the button 'Yes': no answer so far\n"
        with self.fails(said):
            self.assertPinned(message)
        with self.fails(said):
            self.assertSent("Thanks")
        self.pass_over()

    async def test_button_that_nobody_listens_to(self) -> None:
        await self.press()
        await self.restart()
        await self.click(self.alice, self.history(self.general)[-1], "Yes")
        with self.fails(
            "\nThe bot has not responded to the button 'Yes': no view of the bot listened to the custom_id"
        ):
            self.assertSent("Thanks")
        self.pass_over()

    async def test_claim_about_the_answer_says_it_once(self) -> None:
        async def work(ctx: Context) -> None:
            await ctx.send("?", view=discord.ui.View().add_item(discord.ui.Button(label="Yes")))

        await self.bot_does(work)
        result = await self.click(self.alice, self.assertSent("?"), "Yes")
        with self.fails("the bot did not respond to the button 'Yes'") as failing:
            self.assertResponded(result)
        self.assertNotIn("has not responded", failing.text)
        self.assertNotResponded(result)
        with self.fails("did not send") as failing:
            self.assertSent("Thanks")
        self.assertNotIn("has not responded", failing.text)

    def test_claim_of_unittests_own(self) -> None:
        class Case(NeglectTests):
            async def test(self) -> None:
                await self.press()
                self.assertEqual(1, 2)

            async def test_error(self) -> None:
                await self.press()
                self.fail("the bot raised something")

        self.assertIn("The bot has not responded to the button 'Yes'", str(run_case(Case, "test")))
        self.assertNotIn("has not responded", str(run_case(Case, "test_error")))


class WaitTests(BotTestCase):
    """What the bot waits for, as every failure tells it."""

    async def test_timers_of_a_kind_are_told_once(self) -> None:
        async def work(_: Context) -> None:
            for number in range(10):
                asyncio.get_running_loop().call_later(300 + number, print)
            await asyncio.sleep(400)

        await self.bot_does(work)
        with self.fails(
            "a call of print, due in 300 s, and 9 more like it\n", "the bot sleeps for 400 s"
        ) as failing:
            self.assertSent("done")
        self.assertEqual(failing.text.count("a call of print"), 1)

    async def test_answer_from_outside_that_did_not_come_is_told(self) -> None:
        ours, theirs = socket.socketpair()
        self.addCleanup(theirs.close)
        self.addCleanup(places._unanswered.clear)
        reader, writer = await asyncio.open_connection(sock=ours)

        async def query(ctx: Context) -> None:
            writer.write(b"select pg_sleep(60)\n")
            await ctx.send((await reader.readline()).decode())

        with patch.multiple(outside, SLOW=0.01, ECHO=0):
            await self.bot_does(query)
        with self.fails(
            "The bot waits in ",
            "query (test_failures.py:",
            ") for an answer from outside the event loop, for so long that no verb waits for it\n",
        ):
            self.assertSent("done")
        theirs.sendall(b"done\n")
        await self.settle()
        writer.close()
        await self.settle()


if __name__ == "__main__":
    unittest.main()
