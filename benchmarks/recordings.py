"""A recording of 10,000 frames is loaded; 60 ``!ping`` trips are played from one, and happen."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import Ratio, Turns, timed

TITLE = "A recording: 10,000 frames loaded, and 60 `!ping` trips played"
UNIT = "ms"
CONTENDERS = ["load", "parse", "replay", "live"]
ROUNDS, QUICK_ROUNDS = 20, 4
WARMS_UP = True
RATIOS = [Ratio("replay", "live", limit=2.0), Ratio("load", "parse", limit=3.0)]
NOTES = {
    "load": "`Recording.load`: 10,000 events of messages, 1 kB each; 200 ms is the most it is meant to take",
    "parse": "`json.loads` of the same file, which keeps all of it as objects",
    "replay": "`await self.replay()`: each event comes, the bot's answer is compared with the recorded one",
    "live": "the verb, on the in-memory Discord",
}
TRIPS, FRAMES = 60, 10_000


def record(count: int) -> Any:
    """Return the recording of so many trips."""
    from benchmarks.bots import PingCase, run
    from discordtest import Recording

    class Recorder(PingCase):
        async def test_trips(self) -> None:
            with self.record(path):
                for _ in range(count):
                    await self.send(self.alice, self.general, "!ping")

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "trips.json")
        run(Recorder, "test_trips")
        return Recording.load(path)


def write_frames(path: Path) -> None:
    """Write a recording of many events."""
    from discordtest.recordings.lines import Frame, as_record
    from discordtest.recordings.recording import write

    recording = record(1)
    events = (line for line in recording.lines if isinstance(line, Frame))
    event = as_record(next(line for line in events if line.event == "MESSAGE_CREATE"))
    path.write_text(write(recording.start_time, [event] * FRAMES))


def load(turns: Turns) -> None:
    """What a test does first."""
    from discordtest import Recording

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "frames.json")
        write_frames(path)
        timed(turns, lambda: Recording.load(path))


def parse(turns: Turns) -> None:
    """The least that reading takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "frames.json")
        write_frames(path)
        timed(turns, lambda: json.loads(path.read_text()))


def replay(turns: Turns) -> None:
    """The trips, from a recording."""
    from benchmarks.bots import ping_bot, run
    from discordtest import DiscordTestCase

    class Played(DiscordTestCase):
        recording = record(TRIPS)

        def make_client(self) -> Any:
            return ping_bot()

        async def test_trips(self) -> None:
            with turns.timing():
                await self.replay()
            self.assertReplayed()

    for _ in turns:
        run(Played, "test_trips")


def live(turns: Turns) -> None:
    """The trips, as they happen."""
    from benchmarks.bots import PingCase, run

    class Live(PingCase):
        async def test_trips(self) -> None:
            with turns.timing():
                for _ in range(TRIPS):
                    await self.send(self.alice, self.general, "!ping")

    for _ in turns:
        run(Live, "test_trips")
