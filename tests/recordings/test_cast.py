"""Whom and what a recording is about is known by its name."""

from __future__ import annotations

import unittest
from datetime import UTC, datetime
from typing import Any

import discord
from discord.ext import commands

from discordtest.backend.world import World
from discordtest.recordings.cast import note_answer, note_event
from tests.recordings.bots import play, recorded

ANN = {"id": "5", "username": "ann"}


class NoteTests(unittest.TestCase):
    def setUp(self) -> None:
        self.world = World(datetime.now(UTC))

    def test_guild_tells_of_its_channels_and_members(self) -> None:
        note_event(
            self.world,
            "GUILD_CREATE",
            {
                "id": "1",
                "channels": [{"id": "2", "name": "general", "type": 0}],
                "threads": [{"id": "3", "name": "thread", "type": 11}],
                "members": [{"user": ANN}],
            },
        )
        self.assertEqual([channel["name"] for channel in self.world.channels.values()], ["general", "thread"])
        self.assertEqual({channel["guild_id"] for channel in self.world.channels.values()}, {"1"})
        self.assertEqual(self.world.users["5"], ANN)

    def test_new_channel_is_known(self) -> None:
        for name in ("CHANNEL_CREATE", "THREAD_UPDATE"):
            note_event(self.world, name, {"id": name, "name": "new", "type": 0, "guild_id": "1"})
            self.assertIn(name, self.world.channels)

    def test_message_in_a_direct_channel_tells_of_it(self) -> None:
        note_event(self.world, "MESSAGE_CREATE", {"id": "9", "channel_id": "7", "author": ANN})
        self.assertEqual(self.world.channels["7"]["recipients"], [ANN])
        note_event(
            self.world, "MESSAGE_CREATE", {"id": "9", "channel_id": "8", "guild_id": "1", "author": ANN}
        )
        self.assertNotIn("8", self.world.channels)

    def test_interaction_tells_who_it_is(self) -> None:
        note_event(
            self.world, "INTERACTION_CREATE", {"channel_id": "7", "guild_id": "1", "member": {"user": ANN}}
        )
        self.assertEqual(self.world.users["5"], ANN)

    def test_answer_tells_of_a_channel(self) -> None:
        note_answer(self.world, "/users/@me/channels", {"id": "7", "type": 1, "recipients": [ANN]})
        self.assertEqual(self.world.channels["7"]["recipients"], [ANN])
        note_answer(self.world, "/channels/7/messages", {"id": "9", "type": 0, "content": "x"})
        self.assertNotIn("9", self.world.channels)

    def test_nonsense_tells_nothing(self) -> None:
        for name in ("GUILD_CREATE", "CHANNEL_CREATE", "MESSAGE_CREATE", "INTERACTION_CREATE", None):
            for data in (
                None,
                5,
                [],
                {},
                {"channels": 5, "members": [1]},
                {"author": 5, "channel_id": 5, "member": 5},
            ):
                note_event(self.world, name, data)
        note_answer(self.world, "/channels/7", [1])
        self.assertEqual((dict(self.world.channels), dict(self.world.users)), ({}, {}))


class PlayTests(unittest.TestCase):
    def test_direct_messages_and_edits_are_seen(self) -> None:
        def make_bot() -> commands.Bot:
            bot = commands.Bot("!", intents=discord.Intents.all(), help_command=None)

            @bot.command()
            async def count(ctx: commands.Context[Any]) -> None:
                message = await ctx.send("1")
                await message.edit(content="2")

            return bot

        async def session(case: Any) -> None:
            await case.send_dm(case.alice, "!count")
            await case.send(case.alice, case.general, "!count")

        async def test(case: Any) -> None:
            await case.replay()
            first, _ = case.assertSent("1", count=2)
            case.assertEdited(first, "2")
            case.assertIn("the DM with alice", str(case.transcript))

        options: dict[str, Any] = {"bot_class": staticmethod(make_bot)}
        outcome = play(recorded(session, case=options), test, **options)
        self.assertTrue(outcome.passed, outcome)
