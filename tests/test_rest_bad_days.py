"""Rate limits with whole bots: discord.py's own limiter waits on the clock, and assertions see it."""

from __future__ import annotations

from typing import Any

import aiohttp
import discord

from discordtest import ConnectionReset, HttpError, RateLimited, SlowAnswer, Timeout
from tests.bots import BotTestCase


class SaysALot(BotTestCase):
    async def say(self, count: int) -> None:
        """Let the bot say so many things, one after the other."""

        async def work(ctx: Any) -> None:
            for number in range(count):
                await ctx.send(str(number))

        await self.bot_does(work)

    @property
    def said(self) -> int:
        """How many things the bot has said."""
        return len(self.sent)


class Waiting(SaysALot):
    async def test_limiter_of_the_bot_waits_on_the_clock(self) -> None:
        self.backend.set_rate_limit("create_message", 2, 60)
        await self.say(5)
        self.assertEqual(self.said, 2)
        (request,) = self.assertRateLimited("create_message")
        self.assertEqual((request.status, request.wait), (200, 60))
        await self.advance(60)
        self.assertEqual(self.said, 4)
        await self.advance(60)
        self.assertEqual(self.said, 5)
        self.assertNotIn("429", str(self.transcript))
        self.assertIn("→ 200 (limit used up: wait 60 s)", str(self.transcript))

    async def test_hour_of_waiting_is_one_jump(self) -> None:
        self.backend.set_rate_limit("create_message", 1, 3600)
        await self.say(2)
        jumps = len(self.clock.called_times)
        await self.advance(3600)
        over_sockets = self._scene.network.transport == "loopback"  # aiohttp looks for idle ones every 15 s
        self.assertLessEqual(len(self.clock.called_times) - jumps, 242 if over_sockets else 2)
        self.assertEqual(self.said, 2)

    async def test_usual_limits(self) -> None:
        self.backend.use_realistic_rate_limits()
        before = self.clock.time()
        await self.say(12)
        await self.wait_for_messages(12)
        self.assertEqual(self.clock.time() - before, 10)

    async def test_third_name_of_a_channel_within_ten_minutes(self) -> None:
        self.backend.use_realistic_rate_limits()

        async def work(ctx: Any) -> None:
            for name in ("one", "two", "three"):
                await ctx.channel.edit(name=name)

        await self.bot_does(work)
        (request,) = self.assertRateLimited("update_channel")
        self.assertEqual((request.status, request.json, request.wait), (429, {"name": "three"}, 600))
        self.assertEqual(self.refresh(self.general).name, "two")
        await self.advance(minutes=10)
        self.assertEqual(self.refresh(self.general).name, "three")

    async def test_429_is_waited_for(self) -> None:
        self.backend.inject("create_message", RateLimited(30))
        await self.say(1)
        (request,) = self.assertRateLimited("POST /channels/{channel_id}/messages")
        self.assertEqual((request.status, request.wait), (429, 30))
        self.assertEqual(self.said, 0)
        await self.advance(30)
        self.assertEqual(self.said, 1)

    async def test_global_429_stops_everything(self) -> None:
        self.backend.inject("create_message", RateLimited(30, "global"))
        await self.say(1)

        async def work(ctx: Any) -> None:
            await ctx.message.add_reaction("🎉")

        await self.bot_does(work)
        self.assertNotRequested("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me")
        await self.advance(30)
        self.assertRequested("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me")

    async def test_429_without_via_is_a_ban(self) -> None:
        self.backend.inject("create_message", RateLimited(3600, via=False))
        with self.assertBotRaises(discord.HTTPException, "429") as caught:
            await self.say(1)
        assert isinstance(caught.exception, discord.HTTPException)
        self.assertEqual(caught.exception.status, 429)

    async def test_webhook_waits_too(self) -> None:
        self.backend.set_rate_limit("execute_webhook", 1, 60)

        async def work(ctx: Any) -> None:
            webhook = await ctx.channel.create_webhook(name="hook")
            for text in ("one", "two"):
                await webhook.send(text)

        await self.bot_does(work)
        self.assertEqual(self.said, 1)
        self.assertRateLimited("execute_webhook")
        await self.advance(60)
        self.assertEqual(self.said, 2)


class Claims(SaysALot):
    async def test_nothing_was_used_up(self) -> None:
        self.backend.set_rate_limit("create_message", 3, 60)
        await self.say(2)
        self.assertNotRateLimited()
        with self.fails(
            "the bot never used up the rate limit of create_message", "POST /channels/#general/messages"
        ):
            self.assertRateLimited("create_message")

    async def test_something_else_was_used_up(self) -> None:
        self.backend.set_rate_limit("create_message", 1, 60)
        await self.say(1)
        self.assertNotRateLimited("trigger_typing_indicator")
        self.assertRateLimited()
        with self.fails("used up the rate limit of * once, not 0", "limit used up: wait 60 s"):
            self.assertNotRateLimited()
        with self.fails("once, not 2"):
            self.assertRateLimited("create_message", count=2)


class Faults(SaysALot):
    async def test_server_errors_are_tried_again_as_in_life(self) -> None:
        self.backend.inject("create_message", HttpError(502, text="<html>"), times=2)
        await self.say(1)
        self.assertEqual(self.said, 0)
        await self.advance(1 + 3)
        self.assertEqual(self.said, 1)

    async def test_503_is_not(self) -> None:
        self.backend.inject("create_message", HttpError(503))
        with self.assertBotRaises(discord.DiscordServerError, "503 Service Unavailable"):
            await self.say(1)

    async def test_refusal_has_its_class_code_and_text(self) -> None:
        self.backend.inject("create_message", HttpError(403, 50013))
        with self.assertBotRaises(discord.Forbidden, "Missing Permissions") as caught:
            await self.say(1)
        assert isinstance(caught.exception, discord.Forbidden)
        self.assertEqual((caught.exception.status, caught.exception.code), (403, 50013))
        headers = caught.exception.response.headers
        self.assertEqual((headers["Via"], headers["content-type"]), ("1.1 google", "application/json"))
        self.assertIn("403 Missing Permissions (code 50013)", str(self.transcript))

    async def test_what_was_done_before_the_error_is_done_twice(self) -> None:
        self.backend.inject("create_guild_channel", HttpError(500, served=True))
        await self.bot_does(lambda ctx: ctx.guild.create_text_channel("new"))
        await self.advance(1)
        names = [channel["name"] for channel in self.backend.world.channels.values()]
        self.assertEqual(names.count("new"), 2)

    async def test_message_is_not_sent_twice(self) -> None:
        """discord.py gives each a nonce, and Discord knows it again."""
        self.backend.inject("create_message", HttpError(500, served=True))
        await self.say(1)
        await self.advance(1)
        self.assertEqual([message.content for message in self.sent], ["0"])

    async def test_broken_connection(self) -> None:
        self.backend.inject("create_message", ConnectionReset())
        with self.assertBotRaises(aiohttp.ClientOSError, "Connection reset by peer"):
            await self.say(1)
        self.assertIn("→ no answer", str(self.transcript))

    async def test_broken_connection_of_another_system_is_tried_again(self) -> None:
        self.backend.inject("create_message", ConnectionReset(errno=54), times=2)
        await self.say(1)
        await self.advance(1 + 3)
        self.assertEqual(self.said, 1)

    async def test_no_answer(self) -> None:
        self.backend.inject("create_message", Timeout())
        await self.say(1)
        await self.advance(299)
        with self.assertBotRaises(TimeoutError):
            await self.advance(2)

    async def test_slow_answer(self) -> None:
        self.backend.inject("create_message", SlowAnswer(4))
        await self.say(2)
        self.assertEqual(self.said, 1)
        await self.advance(4)
        self.assertEqual(self.said, 2)

    async def test_login_that_is_refused(self) -> None:
        self.backend.inject("get_my_user", HttpError(401))
        with self.assertRaises(discord.LoginFailure):
            await self.restart()

    async def test_file_that_cannot_be_fetched(self) -> None:
        self.backend.inject("cdn", HttpError(404))

        async def work(ctx: Any) -> None:
            await ctx.author.display_avatar.read()

        with self.assertBotRaises(discord.NotFound):
            await self.bot_does(work)
