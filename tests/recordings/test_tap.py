"""Recording in a test."""

from __future__ import annotations

import base64
import json
import tempfile
import unittest
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from discordtest import Recording, SetupError
from discordtest.backend.faults import ConnectionReset, SlowAnswer
from discordtest.recordings.lines import Closed, Exchange, Frame
from tests.recordings.bots import Recorded, make_bot, play, recorded


def requests(recording: Recording) -> list[str]:
    return [line.request for line in recording.lines if isinstance(line, Exchange)]


def events(recording: Recording) -> list[str | None]:
    return [line.event for line in recording.lines if isinstance(line, Frame) and line.op == 0]


class TapTests(Recorded):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "bug.json")

    async def test_recording_that_begins_later_has_a_start_to_log_in_to(self) -> None:
        with self.record(self.path) as recorder:
            await self.advance(2)
            await self.send(self.alice, self.general, "!ping")
        recording = Recording.load(self.path)
        self.assertEqual(
            [request.rpartition("/")[0] for request in requests(recording)],
            ["GET /users", "GET /oauth2/applications", f"PUT /applications/{self._bot_id()}",
             f"POST /channels/{self.general.id}"],
        )  # fmt: skip
        self.assertEqual(events(recording), ["READY", "GUILD_CREATE", "MESSAGE_CREATE", "MESSAGE_CREATE"])
        self.assertEqual([line.at for line in recording.lines[-3:]], [5.0, 5.0, 5.0])
        self.assertEqual(recording.start_time + timedelta(seconds=5), self.clock.now())
        self.assertEqual(recorder.recording.to_json(), recording.to_json())

    async def test_start_shows_the_world_as_it_is_then(self) -> None:
        await self.send(self.alice, self.general, "!ping")
        self.make_text_channel("later", self.guild)
        with self.record(self.path):
            pass
        text = self.path.read_text()
        self.assertIn('"later"', text)
        self.assertNotIn("POST", text)

    async def test_nothing_is_changed_by_it(self) -> None:
        entries = len(self.backend.journal)
        with self.record(self.path):
            pass
        self.assertEqual(len(self.backend.journal), entries)
        self.assertIsNone(self._scene.network.on_exchange)
        self.assertIsNone(self._scene.network.on_frame)

    async def test_two_recorders_hear_the_same(self) -> None:
        other = self.path.with_name("other.json")
        with self.record(self.path), self.record(other):
            await self.send(self.alice, self.general, "!ping")
        self.assertEqual(self.path.read_text(), other.read_text())

    async def test_it_is_written_when_the_block_fails(self) -> None:
        with self.assertRaises(ZeroDivisionError), self.record(self.path):
            await self.send(self.alice, self.general, "!ping")
            raise ZeroDivisionError
        self.assertIn("Pong!", self.path.read_text())

    async def test_what_there_is_so_far_is_saved(self) -> None:
        recorder = self.record(self.path)
        with self.assertRaisesRegex(SetupError, "nothing was recorded yet"):
            recorder.save()
        with recorder:
            recorder.save(self.path.with_name("early.json"))
        with self.assertRaisesRegex(SetupError, "records once"):
            recorder.start()
        self.assertEqual(self.path.with_name("early.json").read_text(), self.path.read_text())

    async def test_other_clients_are_left_out(self) -> None:
        with self.record(self.path):
            await self.connect(make_bot())
        self.assertEqual(len(Recording.load(self.path).sockets), 1)
        self.assertEqual(len(requests(Recording.load(self.path))), 3)

    async def test_end_of_a_connection_and_another_are_recorded(self) -> None:
        with self.record(self.path):
            self.backend.disconnect(4000)
            await self.settle()
        recording = Recording.load(self.path)
        (closed,) = [line for line in recording.lines if isinstance(line, Closed)]
        self.assertEqual((closed.code, closed.by, closed.socket), (4000, "server", 0))
        self.assertEqual(list(recording.sockets), [0, 1])
        resume = next(line for line in recording.lines if isinstance(line, Frame) and line.op == 6)
        ready = next(line for line in recording.lines if isinstance(line, Frame) and line.event == "READY")
        self.assertEqual(resume.data["session_id"], ready.data["session_id"])

    async def test_faults_are_recorded(self) -> None:
        self.backend.inject("create_message", SlowAnswer(1.5))
        self.backend.inject("create_webhook", ConnectionReset(), times=5)
        with self.record(self.path):
            await self.send(self.alice, self.general, "!ping")
            await self.advance(2)
            self.fail_on_unhandled = False
            with self.assertBotRaises(Exception):
                await self.send(self.alice, self.general, "!hook")
                await self.advance(60)
        lines = [line for line in Recording.load(self.path).lines if isinstance(line, Exchange)]
        self.assertEqual([line.took for line in lines if line.path.endswith("/messages")], [1.5])
        self.assertEqual({line.error for line in lines if line.path.endswith("/webhooks")}, {"reset"})

    async def test_limit_keeps_the_start_and_the_latest(self) -> None:
        with self.record(self.path, limit=6):
            for number in range(5):
                await self.send(self.alice, self.general, f"!ping {number}")
        recording = Recording.load(self.path)
        self.assertEqual(recording.dropped, 9)
        self.assertEqual(events(recording)[:3], ["READY", "GUILD_CREATE", "MESSAGE_CREATE"])
        self.assertEqual(len(recording.lines), 7 + 6)
        self.assertNotIn("!ping 2", self.path.read_text())
        self.assertIn("!ping 3", self.path.read_text())

    async def test_own_scrub(self) -> None:
        with self.record(self.path, scrub=lambda key, text: text.replace("alice", "somebody")):
            await self.send(self.alice, self.general, "!ping")
        self.assertNotIn("alice", self.path.read_text())
        self.assertIn("somebody", self.path.read_text())


class CompressedTests(Recorded):
    auto_connect = False

    async def test_compressed_frames_are_read(self) -> None:
        self.backend.gateway.compresses = True
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "bug.json")
            with self.record(path):
                await self.connect(self.client)
                await self.send(self.alice, self.general, "!ping")
            self.assertEqual(events(Recording.load(path))[0], "READY")
            with self.assertRaisesRegex(SetupError, "begin to record before the bot starts"):
                self.record(path).start()
        self.assertIsNone(self._scene.network.on_frame)


class SecretTests(unittest.TestCase):
    def test_no_secret_of_the_session_is_in_the_file(self) -> None:
        secrets = []

        async def session(case: Any) -> None:
            await case.send(case.alice, case.general, f"!ping {case.token}")
            await case.click(case.alice, case.sent[-1], "Go")
            await case.slash(case.alice, case.general, "hello")
            await case.send(case.alice, case.general, "!hook")
            case.backend.disconnect()
            await case.settle()
            world = case.backend.world
            secrets.extend([case.token, *world.interaction_tokens])
            secrets.extend(each["token"] for each in world.webhooks.values())
            secrets.extend(each.session_id for each in case.backend.gateway.sessions)

        recording = recorded(session)
        text = recording.to_json()
        self.assertEqual(len(secrets), 5)
        for secret in secrets:
            for form in _forms(secret):
                self.assertFalse(form in text or form in json.dumps(json.loads(text)), form)
        outcome = play(recording)
        self.assertTrue(outcome.passed, outcome)


def _forms(secret: str) -> list[str]:
    data = secret.encode()
    return [
        secret, quote(secret, safe=""), json.dumps(secret)[1:-1], data.hex(),
        base64.b64encode(data).decode().rstrip("="), base64.urlsafe_b64encode(data).decode().rstrip("="),
    ]  # fmt: skip


class SessionTests(unittest.TestCase):
    def assertPlays(self, recording: Recording) -> None:
        for order in ("matching", "strict"):
            with self.subTest(order):
                outcome = play(recording, recording_order=order)
                self.assertTrue(outcome.passed, outcome)

    def test_everything_is_recorded_and_plays(self) -> None:
        async def session(case: Any) -> None:
            await case.send(case.alice, case.general, "!ping")
            await case.advance(30)
            await case.click(case.alice, case.sent[-1], "Go")
            await case.slash(case.alice, case.general, "hello")
            await case.send(case.alice, case.general, "!upload")
            await case.send(case.alice, case.general, "!hook")
            await case.send(case.alice, case.general, f"!kick {case.alice.id}")

        self.assertPlays(recorded(session))

    def test_whole_life_is_recorded_and_plays(self) -> None:
        async def session(case: Any) -> None:
            await case.connect(case.client)
            await case.send(case.alice, case.general, "!ping")

        recording = recorded(session, case={"auto_connect": False})
        self.assertEqual([line.at for line in recording.lines[:2]], [0, 0])
        self.assertPlays(recording)
