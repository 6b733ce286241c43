"""Saved worlds with whole bots: going back in a test, and starting from a file."""

from __future__ import annotations

import asyncio
import functools
import os
import tempfile
import unittest
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands

from discordtest import BackendError, ConnectionReset, DiscordTestCase, SetupError, Snapshot, load_world
from discordtest.backend import Backend
from tests.bots import BotTestCase, run_case


class GoingBack(BotTestCase):
    def texts(self) -> list[str]:
        """What was written in #general."""
        return [message.content for message in self.history(self.general)]

    async def test_world_and_wall_clock_are_what_they_were(self) -> None:
        await self.send(self.alice, self.general, "before")
        snapshot, moment = self.backend.snapshot(), self.clock.now()
        await self.advance(days=3)
        await self.send(self.alice, self.general, "after")
        new = self.make_text_channel("new", self.guild)
        await self.restore(snapshot)
        self.assertEqual(self.texts(), ["before"])
        self.assertIsNone(self.client.get_channel(new.id))
        self.assertNotIn("after", [message.content for message in self.client.cached_messages])
        self.assertEqual(self.clock.now(), moment)
        self.assertEqual(discord.utils.utcnow(), moment)

    async def test_bot_answers_afterwards(self) -> None:
        await self.restore(self.backend.snapshot())
        await self.bot_does(lambda ctx: ctx.send("here I am"))
        self.assertSent("here I am", channel=self.general)
        self.assertEqual(self.owner.name, "owner")

    async def test_same_ids_come_again(self) -> None:
        snapshot = self.backend.snapshot()
        first = await self.send(self.alice, self.general, "one")
        self.backend.load(snapshot)
        message = self.backend.perform(
            self._scene.narrator, "create_message", str(self.general.id), body={"content": "two"}
        )
        self.assertEqual(message["id"], str(first.id))
        await self.advance(60)  # the bot begins a new session

    async def test_bot_hears_that_its_session_is_lost(self) -> None:
        life: list[str] = []
        for name in ("disconnect", "ready", "resumed"):
            self.client.add_listener(self._noting(life, name), f"on_{name}")
        await self.restore(self.backend.snapshot())
        self.assertEqual(life, ["disconnect", "ready"])

    @staticmethod
    def _noting(life: list[str], name: str) -> Any:
        async def note() -> None:
            life.append(name)

        return note

    async def test_deadlines_of_discord_come_again(self) -> None:
        thread = self.make_thread("short", self.general, auto_archive_duration=60)
        snapshot = self.backend.snapshot()
        for _ in range(2):
            await self.advance(minutes=59)
            self.assertFalse(self.backend.world.channels[str(thread.id)]["thread_metadata"]["archived"])
            await self.advance(minutes=2)
            self.assertTrue(self.backend.world.channels[str(thread.id)]["thread_metadata"]["archived"])
            await self.restore(snapshot)

    async def test_messages_since_a_moment(self) -> None:
        snapshot = self.backend.snapshot()
        await self.advance(hours=1)
        await self.restore(snapshot)
        moment = self.clock.now()
        await self.bot_does(lambda ctx: ctx.send("later"))
        self.assertSent("later", after=moment - timedelta(seconds=1))

    async def test_bot_that_is_not_running_is_left_alone(self) -> None:
        snapshot = self.backend.snapshot()
        await self.client.close()
        await self.restore(snapshot)
        self.assertTrue(self.client.is_closed())

    async def test_world_of_another_test(self) -> None:
        snapshot = self.backend.snapshot()
        await self.connect(discord.Client(intents=discord.Intents.all()))
        await self.send(self.alice, self.general, "still there")
        with self.assertRaisesRegex(BackendError, "Client is not in the saved world"):
            await self.restore(snapshot)
        self.assertEqual(self.texts(), ["still there"])

    async def test_what_is_no_snapshot(self) -> None:
        with self.assertRaisesRegex(SetupError, "restore takes what"):
            await self.restore("world.json")  # type: ignore[arg-type]


class ByteForByte(BotTestCase):
    """The restored world is the saved one, whatever has become of the connection meanwhile."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        await self.send(self.alice, self.general, "before")
        await self.client.change_presence(status=discord.Status.dnd)
        await self.advance(2.5)
        self.snapshot, self.moment = self.backend.snapshot(), self.clock.now()

    async def go_back(self) -> None:
        """Restore the world, twice, and compare; the bot must be there."""
        passed = self.clock.time()
        for _ in range(2):
            await self.restore(self.snapshot)
            self.assertEqual(self.backend.snapshot().to_json(), self.snapshot.to_json())
            self.assertEqual((self.clock.now(), self.clock.time()), (self.moment, passed))
            self.assertTrue(self.client.is_ready())
        await self.bot_does(lambda ctx: ctx.send("here I am"))
        self.assertSent("here I am")

    async def test_after_some_hours(self) -> None:
        await self.send(self.alice, self.general, "after")
        await self.advance(hours=5)
        await self.go_back()

    async def test_from_a_dead_connection(self) -> None:
        self.backend.pause()
        await self.go_back()

    async def test_from_a_broken_connection(self) -> None:
        self.backend.disconnect()
        await self.go_back()

    async def test_from_a_lost_session(self) -> None:
        self.backend.invalidate_session()
        await self.settle()
        self.assertLess(len(self.backend.gateway.sessions), self.shards)
        await self.go_back()

    async def test_timers_of_the_bot_keep_their_time(self) -> None:
        ticks: list[float] = []

        async def tick() -> None:
            while True:
                await asyncio.sleep(1)
                ticks.append(self.clock.time())

        ticking = asyncio.create_task(tick())
        self.addCleanup(ticking.cancel)
        await self.restore(self.snapshot)
        self.assertEqual(ticks, [])
        await self.advance(1)
        self.assertEqual(len(ticks), 1)
        ticking.cancel()


class ByteForByteWithShards(ByteForByte):
    shards = 3
    kind = commands.AutoShardedBot


class ByteForByteWithoutPresences(ByteForByte):
    """The client asks for the members of its guilds."""

    intents = discord.Intents(**{**dict(discord.Intents.all()), "presences": False})


class OutOfReach(BotTestCase):
    async def test_client_that_cannot_come_back(self) -> None:
        snapshot = self.backend.snapshot()
        self.backend.inject("gateway", ConnectionReset(), times=None)
        with self.assertRaisesRegex(SetupError, "is the gateway out of reach"):
            await self.restore(snapshot)


class Helper(discord.Client):
    """A second bot."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.all())


@functools.cache
def _saved() -> tuple[Snapshot, datetime, int]:
    """Return a world in which Alice wrote something and two bots ran, its moment, and the second bot's id."""
    found: list[tuple[Snapshot, datetime, int]] = []

    class First(BotTestCase):
        async def test_it(self) -> None:
            helper = Helper()
            await self.connect(helper)
            await self.send(self.alice, self.general, "once upon a time")
            assert helper.user is not None
            found.append((self.backend.snapshot(), self.clock.now(), helper.user.id))

    outcome = run_case(First)
    assert outcome.passed, outcome
    return found[0]


def a_name() -> str:
    """Return the name of a file beside this one that no other test has."""
    return f"zz_{uuid.uuid4().hex}.json"


class SavedWorldTestCase(unittest.TestCase):
    """Has a snapshot of a world in which Alice wrote something and two bots ran."""

    def setUp(self) -> None:
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.snapshot, self.moment, self.helper_id = _saved()

    def assertStarts(self, saved: Any) -> None:
        """Fail unless a test starts from this."""
        outcome = run_case(_later(saved, self.moment))
        self.assertTrue(outcome.passed, outcome)

    def assertStartsNot(self, saved: Any, text: str) -> None:
        """Fail unless a test that would start from this fails and says so."""
        outcome = run_case(_later(saved, self.moment))
        self.assertFalse(outcome.passed)
        self.assertIn(text, str(outcome))


class Saving(SavedWorldTestCase):
    def save(self, path: Any) -> Path:
        """Save the world from within a test that starts from it; return where it is."""
        found: list[Path] = []

        class Again(DiscordTestCase):
            world = self.snapshot
            auto_connect = False

            async def test_it(self) -> None:
                found.append(self.save_world(path))

        outcome = run_case(Again)
        self.assertTrue(outcome.passed, outcome)
        return found[0]

    def test_snapshot_that_later_tests_start_from(self) -> None:
        self.assertStarts(self.snapshot)

    def test_file_that_later_tests_start_from(self) -> None:
        path = self.save(Path(self.folder, "new", "world.json"))
        self.assertStarts(path)
        self.assertStarts(str(path))
        self.assertStarts(load_world(path))

    def test_class_that_reads_it_in_its_set_up(self) -> None:
        name = a_name()
        path, moment, text = self.save(name), self.moment, self.snapshot.to_json()
        self.addCleanup(os.remove, path)

        class Later(DiscordTestCase):
            @classmethod
            def setUpClass(cls) -> None:
                super().setUpClass()
                cls.world = load_world(name)

            def make_world(self) -> None:
                snapshot = self.backend.snapshot()
                assert snapshot.to_json() == text, "before the bot starts it is what was saved"

            async def test_it(self) -> None:
                self.assertEqual(self.clock.now(), moment)
                self.assertEqual(len(self.client.guilds), 1)

        outcome = run_case(Later)
        self.assertTrue(outcome.passed, outcome)

    def test_relative_path_is_one_from_the_test(self) -> None:
        name = a_name()
        path = self.save(name)
        self.addCleanup(os.remove, path)
        self.assertEqual(path.parent, Path(__file__).parent)
        self.assertIsInstance(load_world(name), Snapshot)
        self.assertStarts(name)

    def test_second_bot_is_the_one_that_it_was(self) -> None:
        snapshot, helper_id = self.snapshot, self.helper_id

        class Later(DiscordTestCase):
            world = snapshot

            async def test_it(self) -> None:
                again, other = Helper(), Helper()
                await self.connect(again)
                await self.connect(other)
                assert again.user is not None
                assert other.user is not None
                self.assertEqual(again.user.id, helper_id)
                self.assertNotEqual(other.user.id, helper_id)

        outcome = run_case(Later)
        self.assertTrue(outcome.passed, outcome)


class WrongFiles(SavedWorldTestCase):
    def test_no_file(self) -> None:
        self.assertStartsNot("no/such/world.json", "there is no saved world")

    def test_damaged_one_is_named(self) -> None:
        path = Path(self.folder, "world.json")
        path.write_text("{", encoding="utf-8")
        self.assertStartsNot(path, "world.json: the saved world is damaged")
        path.write_bytes(b"\xff\xfe!")
        self.assertStartsNot(path, "world.json: the saved world is damaged")

    def test_what_is_no_world(self) -> None:
        self.assertStartsNot(5, "world is a Snapshot or the path")

    def test_world_without_a_bot(self) -> None:
        empty = Backend(datetime(2026, 1, 1, tzinfo=UTC)).snapshot()
        self.assertStartsNot(empty, "there is no application")


def _later(saved: Any, moment: datetime) -> type[DiscordTestCase]:
    class Later(DiscordTestCase):
        world = saved
        start_time = datetime(2020, 1, 1, tzinfo=UTC)

        async def test_it_goes_on_from_there(self) -> None:
            (guild,) = self.client.guilds
            alice = discord.utils.get(guild.members, name="alice")
            (general,) = guild.text_channels
            assert alice is not None
            self.assertEqual(self.client.user, guild.me)
            self.assertEqual([message.content for message in self.history(general)], ["once upon a time"])
            self.assertEqual(self.clock.now(), moment)
            await self.send(alice, general, "and then")
            self.assertEqual(self.history(general)[-1].content, "and then")
            self.assertEqual(self.make_member("bob", guild).guild, guild)

    return Later
