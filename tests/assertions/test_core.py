"""Assertions look when the bot is at rest, and raise what was kept aside."""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING, Any

import discord

from discordtest import NotModelled
from tests.bots import BotTestCase

if TYPE_CHECKING:
    from discord.ext import commands


class AtRestTests(BotTestCase):
    async def test_assertion_too_early_is_refused(self) -> None:
        @self.client.event
        async def on_member_join(member: discord.Member) -> None:
            await self.general.send("Welcome!")

        self.make_member("bob", self.guild)
        with self.fails("the bot still has something to run", "`await self.settle()` first"):
            self.assertNothingSent()
        await self.settle()
        self.assertSent("Welcome!")

    async def test_state_too(self) -> None:
        @self.client.event
        async def on_member_join(member: discord.Member) -> None: ...

        self.make_member("bob", self.guild)
        with self.fails("`await self.settle()` first"):
            self.assertNotHasRole(self.alice, "x")
        await self.settle()

    async def test_every_assertion(self) -> None:
        @self.client.tree.command()
        async def greet(interaction: discord.Interaction) -> None:
            """Greet"""

        @self.client.event
        async def on_member_join(member: discord.Member) -> None: ...

        await self.client.tree.sync()
        result = await self.slash(self.alice, self.general, "greet")
        calls: dict[str, tuple[Any, ...]] = {
            **dict.fromkeys(("AutoModRule", "ScheduledEvent"), (self.guild, "x")),
            **dict.fromkeys(("Synced", "Sent"), ("x",)),
            **dict.fromkeys(("ChannelExists", "Thread"), (self.guild, "x")),
            **dict.fromkeys(("Responded", "Deferred", "Ephemeral", "Modal"), (result,)),
            **dict.fromkeys(("Kicked", "Banned", "TimedOut", "InVoice"), (self.alice,)),
            **dict.fromkeys(("Deleted", "Edited", "Pinned", "Embed"), (1,)),
            **dict.fromkeys(("Button", "SelectOptions"), (1, "x")),
            **dict.fromkeys(("Typing", "SoundPlayed"), (self.general,)),
            **dict.fromkeys(("NothingSent", "RateLimited"), ()),
            "AuditLog": (self.guild, discord.AuditLogAction.kick),
            "Choices": (result, []),
            "Dispatched": ("READY",),
            "HasRole": (self.alice, "x"),
            "Reaction": (1, "👍"),
            "Presence": ("online",),
            "Requested": ("GET", "/users/@me"),
        }
        ours = {
            name
            for kind in type(self).__mro__
            if kind.__module__.startswith("discordtest.assertions.")
            for name in vars(kind)
            if name.startswith("assert") and name != "assertBotRaises"  # which is a block
        }
        for name in sorted(ours):
            self.make_member("somebody", self.guild)
            arguments = calls[name.removeprefix("assertNot" if name[9:] in calls else "assert")]
            with self.subTest(name), self.fails("`await self.settle()` first"):
                getattr(self, name)(*arguments)
        self.assertLessEqual(calls.keys(), {name.removeprefix("assert") for name in ours})
        await self.settle()
        self.assertNotResponded(result)

    async def test_builder_that_no_listener_hears_leaves_nothing_to_run(self) -> None:
        self.make_member("bob", self.guild)
        self.assertNothingSent()

    async def test_failure_that_was_kept_aside_comes_first(self) -> None:
        self.backend.report(NotModelled("route GET /nowhere"))
        with self.fails("route GET /nowhere", kind=NotModelled):
            self.assertNothingSent()
        self.assertNothingSent()

    async def test_bot_that_waits_is_at_rest(self) -> None:
        async def work(ctx: commands.Context[Any]) -> None:
            await asyncio.sleep(5)

        await self.bot_does(work)
        self.assertNothingSent()

    def test_without_a_running_loop(self) -> None:
        self.assertNothingSent()
        with self.fails("the bot did not send 'x'"):
            self.assertSent("x")

    async def test_frames_of_the_library_end_no_traceback_of_unittest(self) -> None:
        try:
            self.assertSent("x")
        except AssertionError as error:
            frames = list(traceback.walk_tb(error.__traceback__))
        self.assertTrue(all("__unittest" in frame.f_globals for frame, _ in frames[1:]))
