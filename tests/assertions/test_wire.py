"""Requests, gateway events and errors of the bot."""

from __future__ import annotations

import asyncio
import unittest
from datetime import timedelta
from typing import Any

import discord
from discord.ext import commands

from discordtest import NotModelled, SetupError
from tests.bots import BotTestCase, run_case

Context = commands.Context[Any]


class RequestedTests(BotTestCase):
    async def test_request_by_template_and_path(self) -> None:
        await self.bot_does(lambda ctx: ctx.author.edit(nick="Al", reason="spam"))
        template = "/guilds/{guild_id}/members/{user_id}"
        self.assertRequested("PATCH", template)
        self.assertRequested(
            "patch", f"/guilds/{self.guild.id}/members/{self.alice.id}", reason="spam", count=1
        )
        found = self.assertRequested("PATCH", template, json={"nick": "Al"})
        self.assertEqual(found[0].status, 200)

    async def test_missing_request_fails_with_those_that_were_made(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        path = "/channels/{channel_id}/messages"
        with self.fails(
            "the bot did not request PUT /guilds/{guild_id}/bans/{user_id}; it requested:\n"
            "  bot: POST /channels/#general/messages",
        ):
            self.assertRequested("PUT", "/guilds/{guild_id}/bans/{user_id}")
        with self.fails("the bot requested POST", "once, not 2"):
            self.assertRequested("POST", path, count=2)
        with self.fails("the bot did not request POST", "with the body {'content': 'Ping'}"):
            self.assertRequested("POST", path, json={"content": "Ping"})

    async def test_every_claim_counts(self) -> None:
        async def work(ctx: Context) -> None:
            await ctx.author.timeout(None, reason="spam")  # type: ignore[union-attr]
            await ctx.send("Pong!", embed=discord.Embed(title="Rules"))

        await self.bot_does(work)
        member, messages = "/guilds/{guild_id}/members/{user_id}", "/channels/{channel_id}/messages"
        self.assertNotRequested("DELETE", member)
        self.assertNotRequested("PATCH", "/guilds/{guild_id}/members/@me")
        ended = {"communication_disabled_until": None}
        for claims in ({"reason": "ads"}, {"json": {**ended, "nick": None}}, {"json": {"mute": None}}):
            with self.subTest(claims), self.fails("the bot did not request PATCH"):
                self.assertRequested("PATCH", member, **claims)  # type: ignore[arg-type]
        self.assertRequested("PATCH", member, json=ended, reason="spam")
        for json in ({"content": "Pong!", "flags": 0}, {"content": {"x": 1}}, {"content": None}, "Pong!"):
            with self.subTest(json), self.fails("the bot did not request POST"):
                self.assertRequested("POST", messages, json=json)
        self.assertRequested("POST", messages, json={"content": "Pong!"})

    async def test_request_without_a_body_has_no_keys(self) -> None:
        await self.bot_does(lambda ctx: ctx.channel.typing())
        path = "/channels/{channel_id}/typing"
        self.assertRequested("POST", path)
        with self.fails("the bot did not request POST"):
            self.assertRequested("POST", path, json={"content": None})

    async def test_claim_is_named(self) -> None:
        path = "/channels/{channel_id}/messages"
        with self.fails(f"did not request POST {path} with the body {{'tts': 1}} for the reason 'x'; it"):
            self.assertRequested("POST", path, json={"tts": 1}, reason="x")

    async def test_request_that_must_not_be(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        self.assertNotRequested("DELETE", "/channels/{channel_id}")
        with self.fails("the bot requested POST /channels/{channel_id}/messages once, not 0"):
            self.assertNotRequested("POST", "/channels/{channel_id}/messages")

    async def test_path_that_none_is_like(self) -> None:
        for path in ("channels/{channel_id}/messages", "https://discord.com/api/v10/users/@me"):
            with self.fails("a path begins with a slash", kind=SetupError):
                self.assertNotRequested("POST", path)

    async def test_path_that_is_no_route(self) -> None:
        for method, path, nearest in (
            ("DELETE", "/channel/{channel_id}", "'DELETE /channels/{channel_id}'"),
            ("PUT", "/guilds/{guild_id}/ban/{user_id}", "'PUT /guilds/{guild_id}/bans/{user_id}'"),
            ("SEND", "/channels/1/messages", "'GET /channels/{channel_id}/messages'"),
            ("PATCH", "/channels/{channel_id}/messages", "'GET /channels/{channel_id}/messages'"),
        ):
            for claim in (self.assertNotRequested, self.assertRequested):
                text = f"there is no operation or route '{method} {path}'; did you mean "
                with self.subTest(path), self.fails(text, nearest, kind=SetupError):
                    claim(method, path)

    async def test_nothing_at_all(self) -> None:
        await self.settle()
        with self.fails("it requested:\n  nothing"):
            self.assertRequested("GET", "/gateway/bot")


class EarlierTests(BotTestCase):
    async def test_claims_that_look_further_back(self) -> None:
        self.backend.set_rate_limit("create_message", 1, 5)
        begun = self.clock.now()
        message = await self.bot_does(lambda ctx: ctx.send("Pong!"))
        await self.advance(5)
        path = "/channels/{channel_id}/messages"
        for after in (message, begun - timedelta(seconds=1)):
            with self.subTest(after=after):
                self.assertRequested("POST", path, after=after, count=1)
                self.assertDispatched("MESSAGE_CREATE", after=after, count=2)
                self.assertRateLimited("create_message", after=after)
                with self.fails("once, not 0"):
                    self.assertNotRequested("POST", path, after=after)
                with self.fails("MESSAGE_CREATE was dispatched 2 times, not 0"):
                    self.assertNotDispatched("MESSAGE_CREATE", after=after)
                with self.fails("once, not 0"):
                    self.assertNotRateLimited("create_message", after=after)
        self.assertNotRequested("POST", path)
        self.assertNotDispatched("MESSAGE_CREATE")
        self.assertNotRateLimited("create_message")


class RateLimitedTests(BotTestCase):
    async def test_limit_that_is_used_up(self) -> None:
        self.backend.set_rate_limit("create_message", 1, 5)
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        (request,) = self.assertRateLimited("create_message", count=1)
        self.assertEqual((request.wait, request.status), (5.0, 200))
        self.assertRateLimited()
        self.assertNotRateLimited("update_channel")
        with self.fails(
            "the bot used up the rate limit of create_message once, not 0; it requested:\n  bot: POST",
            "What happened:",
        ):
            self.assertNotRateLimited("create_message")
        with self.fails("once, not 2"):
            self.assertRateLimited("create_message", count=2)

    async def test_limit_with_room_left(self) -> None:
        self.backend.set_rate_limit("create_message", 2, 5)
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        self.assertNotRateLimited()
        with self.fails("the bot never used up the rate limit of *; it requested:\n  bot: POST"):
            self.assertRateLimited()
        await self.advance(1)
        with self.fails("it requested:\n  nothing\nWhat happened:"):
            self.assertRateLimited()

    async def test_limit_that_nobody_has_set(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        with self.fails("No rate limit holds in this test: `self.backend.use_realistic_rate_limits()` sets"):
            self.assertRateLimited("create_message")


class OwnTextTests(BotTestCase):
    async def test_opposites_pass_it_on(self) -> None:
        self.backend.set_rate_limit("create_message", 1, 5)
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        for claim, *arguments in (
            (self.assertNotRequested, "POST", "/channels/{channel_id}/messages"),
            (self.assertNotRateLimited,),
            (self.assertNotDispatched, "MESSAGE_CREATE"),
        ):
            with self.fails("because I say so"):
                claim(*arguments, msg="because I say so")  # type: ignore[operator]


class DispatchedTests(BotTestCase):
    async def test_event(self) -> None:
        await self.send(self.alice, self.general, "hello")
        self.assertDispatched("MESSAGE_CREATE")
        self.assertDispatched("message_create", count=1)
        self.assertNotDispatched("MESSAGE_DELETE")

    async def test_name_of_no_event(self) -> None:
        for name in ("on_message", "message", "GUILD_JOIN"):
            with self.fails(f"{name!r} is no event of the gateway", kind=SetupError):
                self.assertNotDispatched(name)
        for name in ("READY", "VOICE_CHANNEL_STATUS_UPDATE", "INTERACTION_CREATE"):
            self.assertNotDispatched(name)

    async def test_missing_event(self) -> None:
        await self.send(self.alice, self.general, "hello")
        with self.fails("MESSAGE_DELETE was not dispatched; there were: MESSAGE_CREATE"):
            self.assertDispatched("MESSAGE_DELETE")
        with self.fails("MESSAGE_CREATE was dispatched once, not 2; there were: MESSAGE_CREATE"):
            self.assertDispatched("MESSAGE_CREATE", 2)
        await self.advance(1)
        with self.fails("MESSAGE_DELETE was not dispatched; there were: none\n"):
            self.assertDispatched("MESSAGE_DELETE")
        await self.send(self.alice, self.general, "hello")
        with self.fails("MESSAGE_CREATE was dispatched once, not 0"):
            self.assertNotDispatched("MESSAGE_CREATE")


class ForgottenBlockTests(unittest.TestCase):
    def test_block_outside_of_a_with_looks_at_nothing(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                self.assertBotRaises(ValueError)
                await self.send(self.alice, self.general, "hi")

            async def test_failed_otherwise(self) -> None:
                self.assertBotRaises(ValueError)
                self.fail("mine")

        outcome = run_case(Case, "test")
        self.assertEqual(len(outcome.problems), 1, str(outcome))
        self.assertIn("SetupError: assertBotRaises was called outside of a `with`", str(outcome))
        outcome = run_case(Case, "test_failed_otherwise")
        self.assertEqual(len(outcome.problems), 1, str(outcome))


class BotRaisesTests(BotTestCase):
    async def break_down(self, ctx: Context) -> None:
        raise ValueError("wrong value")

    async def test_original_error(self) -> None:
        with self.assertBotRaises(ValueError) as caught:
            await self.bot_does(self.break_down)
        self.assertEqual(str(caught.exception), "wrong value")

    async def test_error_of_discord_py_around_it(self) -> None:
        with self.assertBotRaises(commands.CommandInvokeError):
            await self.bot_does(self.break_down)

    async def test_what_is_no_error(self) -> None:
        with self.assertRaisesRegex(TypeError, "takes a class of exceptions or several, not 'ValueError'"):
            self.assertBotRaises("ValueError")  # type: ignore[arg-type]

    async def test_several_types(self) -> None:
        with self.assertBotRaises((KeyError, ValueError)):
            await self.bot_does(self.break_down)

    async def test_regex_is_searched_in_the_text(self) -> None:
        with self.assertBotRaises(ValueError, "wrong"):
            await self.bot_does(self.break_down)
        with self.fails(
            "the bot did not raise ValueError matching 'right'; it raised: ValueError: wrong value"
        ):
            with self.assertBotRaises(ValueError, "right"):
                await self.bot_does(self.break_down)

    async def test_none_raised(self) -> None:
        with self.fails("the bot did not raise ValueError; it raised: nothing", "What happened:"):
            with self.assertBotRaises(ValueError):
                await self.send(self.alice, self.general, "hello")

    async def test_other_raised_is_the_cause_of_the_failure(self) -> None:
        with self.assertRaises(AssertionError) as caught:
            with self.assertBotRaises(KeyError):
                await self.bot_does(self.break_down)
        self.assertIsInstance(caught.exception.__cause__, ValueError)
        await self.settle()  # told once

    async def test_unknown_command(self) -> None:
        with self.assertBotRaises(commands.CommandNotFound):
            await self.send(self.alice, self.general, "!unknown")

    async def test_failure_that_was_kept_aside_comes_first(self) -> None:
        self.backend.report(NotModelled("route GET /nowhere"))
        with self.fails("route GET /nowhere", kind=NotModelled):
            with self.assertBotRaises(ValueError):
                self.fail("the block was entered")

    async def test_original_that_is_no_cause(self) -> None:
        async def work(ctx: Context) -> None:
            error = commands.CommandInvokeError(ValueError("inner"))
            await ctx.bot.on_command_error(ctx, error)

        with self.assertBotRaises(ValueError, "inner"):
            await self.bot_does(work)

    async def test_cause_as_well_as_original(self) -> None:
        async def work(ctx: Context) -> None:
            raise LookupError("outer") from ValueError("inner")

        for kind in (commands.CommandInvokeError, LookupError, ValueError):
            with self.assertBotRaises(kind):
                await self.bot_does(work)

    async def test_nested(self) -> None:
        async def fail_otherwise(ctx: Context) -> None:
            raise KeyError("other")

        with self.assertBotRaises(KeyError):
            with self.assertBotRaises(ValueError):
                await self.bot_does(self.break_down)
                await self.bot_does(fail_otherwise)

    async def test_the_rest_still_fails(self) -> None:
        async def fail_otherwise(ctx: Context) -> None:
            raise KeyError("other")

        with self.fails("the bot raised KeyError: 'other', in command do"):
            with self.assertBotRaises(ValueError):
                await self.bot_does(self.break_down)
                await self.bot_does(fail_otherwise)

    async def test_error_behind_the_block_fails(self) -> None:
        with self.assertBotRaises(ValueError):
            await self.bot_does(self.break_down)
        with self.fails("the bot raised ValueError"):
            await self.bot_does(self.break_down)

    async def test_handled_error_is_not_raised(self) -> None:
        @self.client.event
        async def on_command_error(ctx: Context, error: Exception) -> None: ...

        with self.fails("did not raise ValueError; it raised: nothing"):
            with self.assertBotRaises(ValueError):
                await self.bot_does(self.break_down)

    async def test_error_of_a_task_that_the_bot_holds(self) -> None:
        async def work(ctx: Context) -> None:
            self.held = asyncio.create_task(self.break_down(ctx))

        with self.assertBotRaises(ValueError):
            await self.bot_does(work)

    async def test_error_of_the_test_passes_through(self) -> None:
        with self.assertRaisesRegex(LookupError, "mine"):
            with self.assertBotRaises(ValueError):
                raise LookupError("mine")

    async def test_block_that_ends_too_early(self) -> None:
        @self.client.event
        async def on_member_join(member: discord.Member) -> None:
            raise ValueError("joined")

        with self.fails("`await self.settle()` first"):
            with self.assertBotRaises(ValueError):
                self.make_member("bob", self.guild)
        with self.assertBotRaises(ValueError):
            await self.settle()


class TolerantTests(BotTestCase):
    fail_on_unhandled = False

    async def test_what_was_let_pass_before_is_not_meant(self) -> None:
        async def work(ctx: Context) -> None:
            raise ValueError("wrong value")

        await self.bot_does(work)
        with self.fails("the bot did not raise ValueError; it raised: nothing"):
            with self.assertBotRaises(ValueError):
                await self.send(self.alice, self.general, "hello")


class BotRaisesInPartsTests(unittest.TestCase):
    def test_own_failure_within_the_block_is_the_failure(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                async def fail(ctx: Context) -> None:
                    raise ValueError("wrong value")

                with self.assertBotRaises(ValueError):
                    await self.bot_does(fail)
                    self.assertSent("Pong!")

        outcome = run_case(Case)
        self.assertIn("the bot did not send 'Pong!'", outcome.problems[0])
