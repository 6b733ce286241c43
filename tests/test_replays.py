"""Recordings in a test case."""

from __future__ import annotations

import tempfile
import unittest
from functools import cache
from pathlib import Path
from typing import Any

from discordtest import DiscordTestCase, Recording, RecordingError
from tests.bots import needs_loopback, run_case
from tests.recordings.bots import Played, Recorded, make_bot, play, recorded


async def talk(case: Any) -> None:
    await case.send(case.alice, case.general, "!ping")
    await case.advance(10)
    await case.send(case.alice, case.general, "!ping")


@cache  # setUpClass is not for runners that split a class
def recording_of_talk() -> Recording:
    return recorded(talk)


class ReplayTests(unittest.TestCase):
    def setUp(self) -> None:
        self.recording = recording_of_talk()

    def assertPlays(self, test: Any, **attributes: Any) -> None:
        outcome = play(self.recording, test, **attributes)
        self.assertTrue(outcome.passed, outcome)

    def test_events_come_at_their_times(self) -> None:
        async def test(case: Any) -> None:
            await case.replay()
            moments = [message.created_at.timestamp() for message in case.sent]
            case.assertAlmostEqual(moments[1] - moments[0], 10, 2)
            case.assertEqual((case.clock.now() - self.recording.start_time).total_seconds(), 13)

        self.assertPlays(test)

    def test_recording_is_played_to_a_moment(self) -> None:
        async def test(case: Any) -> None:
            await case.replay(until=3)
            case.assertSent("Pong!", count=1)
            await case.replay(12.5)
            case.assertNothingSent()
            case.assertEqual((case.clock.now() - self.recording.start_time).total_seconds(), 12.5)
            await case.replay()
            case.assertSent("Pong!", count=1)
            case.assertReplayed()

        self.assertPlays(test)

    def test_bot_that_is_there_late_is_told_later(self) -> None:
        async def test(case: Any) -> None:
            await case.advance(100)
            await case.replay()
            moments = [entry.at for entry in case.backend.journal.exchanges()][-2:]
            case.assertEqual(moments[1] - moments[0], 10_000_000)

        self.assertPlays(test)

    def test_channels_are_claimed_by_their_names_and_told_by_them(self) -> None:
        async def test(case: Any) -> None:
            await case.replay(3)
            case.assertSent("Pong!", channel="general")
            case.assertIn("#general", str(case.transcript))
            with case.assertRaisesRegex(AssertionError, r"Nearest: 'Pong!' \(components\) in #general"):
                case.assertSent("Peng!")

        self.assertPlays(test)

    def test_what_needs_a_world_is_refused(self) -> None:
        async def test(case: Any) -> None:
            (guild,) = case.client.guilds
            for call, name in (
                (lambda: case.make_guild("x"), "self.make_guild"),
                (lambda: case.send("alice", "general", "x"), "self.send"),
                (lambda: case.assertHasRole("alice", "x"), "self.assertHasRole"),
                (lambda: case.assertSynced("x"), "self.assertSynced"),
                (lambda: case.backend.make_guild("x"), "self.backend.make_guild"),
                (lambda: case.record("x.json"), "this test plays a recording"),
            ):
                with case.assertRaisesRegex(Exception, name):
                    call()
            with case.assertRaisesRegex(Exception, r"await self\.replay\(\)"):
                case.make_member("x", guild)

        self.assertPlays(test)

    def test_make_world_that_makes_something_is_refused(self) -> None:
        outcome = play(self.recording, make_world=lambda case: case.make_guild("x"))
        self.assertIn("self.make_guild(…): this test plays a recording", str(outcome))

    def test_method_of_the_author_stays(self) -> None:
        async def test(case: Any) -> None:
            case.assertEqual(case.send(), "mine")

        self.assertPlays(test, send=lambda case: "mine")

    def test_recording_is_found_beside_the_test(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = self.recording.save(Path(folder, "bug.json"))
            outcome = play(path)  # type: ignore[arg-type]  # a path will do
            self.assertTrue(outcome.passed, outcome)
        outcome = play("nowhere.json")  # type: ignore[arg-type]  # as above
        self.assertIn(
            f"there is no recording {Path(__file__).parent / 'recordings' / 'nowhere.json'}", str(outcome)
        )

    def test_damaged_one_fails_the_test_with_its_line(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = self.recording.save(Path(folder, "bug.json"))
            path.write_text(path.read_text()[:-20])
            self.assertIn("RecordingError: bug.json, line", str(play(path)))  # type: ignore[arg-type]

    def test_something_else_is_refused(self) -> None:
        self.assertIn("recording is a Recording or the path of one, not 5", str(play(5)))  # type: ignore[arg-type]
        self.assertIn(
            "starts from a world or plays a recording, not both",
            str(play(self.recording, world="world.json")),
        )

    def test_same_recording_plays_again_and_again(self) -> None:
        for _ in range(2):
            self.assertPlays(None)

    @needs_loopback
    def test_it_plays_over_sockets(self) -> None:
        self.assertPlays(None, transport="loopback")

    def test_bot_that_fails_fails_the_test(self) -> None:
        def broken() -> Any:
            bot = make_bot()

            @bot.listen()
            async def on_message(message: Any) -> None:
                if message.content == "!ping":
                    raise ZeroDivisionError

            return bot

        async def test(case: Any) -> None:
            with case.assertBotRaises(ZeroDivisionError):
                await case.replay(3)

        self.assertPlays(test, bot_class=staticmethod(broken))
        self.assertIn(
            "the bot raised ZeroDivisionError", str(play(self.recording, bot_class=staticmethod(broken)))
        )


class NoReplayTests(Recorded):
    async def test_test_without_a_recording_says_so(self) -> None:
        for call in (self.assertReplayed, lambda: self._player):
            with self.assertRaisesRegex(
                Exception, 'plays no recording: give its class `recording = "….json"`'
            ):
                call()
        with self.assertRaisesRegex(Exception, "this test plays no recording"):
            await self.replay()

    def test_replay_that_is_not_awaited_is_missed(self) -> None:
        class Case(Played):
            recording = recorded(talk)

            async def test(self) -> None:
                self.replay()

        outcome = run_case(Case)
        self.assertIn("self.replay(…) at test_replays.py", str(outcome))


class RecordTests(unittest.TestCase):
    def test_path_is_one_from_the_file_that_says_it(self) -> None:
        paths = []

        class Case(DiscordTestCase):
            async def test(self) -> None:
                paths.append(self.record("recordings/x.json").path)

        self.assertTrue(run_case(Case).passed)
        self.assertEqual(paths, [Path(__file__).parent / "recordings" / "x.json"])


class DataTests(unittest.TestCase):
    """A recording that can be read, and says nonsense, fails its test in words or plays; it breaks nothing else."""

    def test_every_payload_is_replaced(self) -> None:
        recording = recorded(lambda case: case.send(case.alice, case.general, "!ping"))
        rows = recording.to_json().split("\n")
        for number in range(1, len(rows) - 2):
            for old, new in (
                ('"d": {', '"d": 5, "x": {'),
                ('"answer": {', '"answer": 5, "json": {'),
                ('"op": 0', '"op": 77'),
            ):
                text = "\n".join([*rows[:number], rows[number].replace(old, new, 1), *rows[number + 1 :]])
                try:
                    changed = Recording.from_json(text)
                except RecordingError:
                    continue
                with self.subTest(f"{number} {new}"):
                    for problem in play(changed):
                        if "discordtest.errors." not in problem:
                            innermost = problem.rpartition('  File "')[2].partition('"')[0]
                            self.assertNotIn("discordtest/recordings", innermost, problem)
