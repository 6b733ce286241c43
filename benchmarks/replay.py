"""The floor: the same client on the same loop and socket, fed and answered with what a Discord said once before.

A `Recorder` keeps the frames and the answers of a real run, byte by byte; a `Replay` plays them: it parses nothing,
checks nothing and remembers nothing, so what is left of the time is the client's, asyncio's and the seam's. Trips are
played in the order in which they were recorded: as in life none has the ids, the token or the address of another.
"""

from __future__ import annotations

import gc
import itertools
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.bots import PingCase, ping_bot, run
from discordtest import clock, seam
from discordtest.clock.loop import VirtualLoop
from discordtest.clock.runner import Runner
from discordtest.transports.network import Network

if TYPE_CHECKING:
    import discord

    from discordtest.backend.wire import Request, Response

__all__ = ["Recorder", "Recording", "Replay", "play", "record_guild", "repeat", "take_turns"]

WARMING_UP = 5  # trips that are not counted
TRIPS = 65  # that are recorded: the most that a turn plays, so that each is new to the client


@dataclass
class Trip:
    """What a client was told in one trip: an event, then the event about its answer and what that was answered."""

    event: str
    echo: str | None = None
    answer: Response | None = None


@dataclass
class Recording:
    """What a client was told until it was ready, with answers by method and path, and then in some trips."""

    answers: dict[tuple[str, str], Response] = field(default_factory=dict)
    boot: list[str] = field(default_factory=list)
    trips: list[Trip] = field(default_factory=list)


class Recorder(PingCase):
    """One boot and some trips that are kept in ``recording``."""

    recording: Recording

    def make_world(self) -> None:
        super().make_world()
        self.recording = Recording()
        self.frames: list[str] = self.recording.boot
        self.answers: list[Response] = []
        network = self._scene.network

        def note_answer(request: Request, response: Response) -> None:
            self.recording.answers[request.method, request.path] = response
            self.answers.append(response)

        def note_frame(session: Any, direction: str, frame: Any) -> None:
            if direction == "received":
                self.frames.append(frame)

        network.on_exchange, network.on_frame = note_answer, note_frame

    async def act(self) -> None:
        """Do what is recorded."""
        await self.send(self.alice, self.general, "!ping")

    async def test_ping(self) -> None:
        """Record what comes with an act and its answer: the event, the MESSAGE_CREATE of "Pong!" and a body."""
        await self.record()
        self.assertSent("Pong!", channel=self.general)

    async def record(self) -> None:
        """Record as many trips as a turn plays."""
        for _ in range(TRIPS):
            self.frames, self.answers = [], []
            await self.act()
            self.recording.trips.append(Trip(*self.frames, *self.answers))


class Session:
    """A gateway connection that says what was recorded."""

    def __init__(self, recording: Recording) -> None:
        hello, *self._boot = recording.boot
        self.frames: deque[Any] = deque((hello,))
        self.on_frame: Callable[[], None] | None = None

    def push(self, frame: str) -> None:
        """Queue a frame for the client."""
        self.frames.append(frame)
        if self.on_frame is not None:
            self.on_frame()

    def receive(self, text: str) -> None:
        """Answer IDENTIFY; nothing else needs an answer."""
        if json.loads(text)["op"] == 2:
            for frame in self._boot:
                self.push(frame)

    def client_closed(self, code: int) -> None:
        """Nothing is kept, so nothing ends."""


class Replay:
    """Stands in for a backend."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._coming = itertools.cycle(recording.trips)
        self._trip: Trip | None = None
        self.session: Session

    def begin_trip(self) -> None:
        """Tell the client the next event."""
        self._trip = next(self._coming)
        self.session.push(self._trip.event)

    def handshake(self, query: object) -> None:
        """Let the client connect."""

    def connect(self, query: object) -> Session:
        """Open the one connection."""
        self.session = Session(self._recording)
        return self.session

    def handle(self, request: Request) -> Response:
        """Answer as it was answered before; the bot's message is told to itself too."""
        trip = self._trip
        if trip is None or trip.echo is None or trip.answer is None:
            return self._recording.answers[request.method, request.path]
        self.session.push(trip.echo)
        return trip.answer

    def report(self, failure: BaseException) -> BaseException:
        """Nothing fails here."""
        return failure


class CrowdRecorder(Recorder):
    """The boot of a bot that is told of many members in one frame."""

    size: int

    async def test_boot(self) -> None:
        """Put all members into the recorded GUILD_CREATE, as many as they are."""
        self.make_members(self.size, self.guild)
        members = list(self.backend.world.members[str(self.guild.id)].values())
        for number, frame in enumerate(self.recording.boot):
            message = json.loads(frame)
            if message["t"] == "GUILD_CREATE":
                message["d"].update(members=members, member_count=len(members), large=False)
                text = json.dumps(message, separators=(",", ":"), ensure_ascii=False)
                self.recording.boot[number] = text


def record_guild(size: int) -> Recording:
    """Return the boot of a bot in a guild of so many members more."""
    recording: Recording = run(CrowdRecorder, "test_boot", size=size).recording  # type: ignore[attr-defined]
    return recording


def repeat(turns: Any, count: int) -> Callable[[VirtualLoop, Replay], Awaitable[None]]:
    """Return what `play` runs to time ``count`` trips, after a few that are not counted."""

    async def trips(loop: VirtualLoop, replay: Replay) -> None:
        for _ in range(WARMING_UP):
            replay.begin_trip()
            await loop.settle()
        with turns.timing(count):
            for _ in range(count):
                replay.begin_trip()
                await loop.settle()

    return trips


def take_turns(
    turns: Any,
    count: int,
    case: type[Recorder],
    method: str,
    make_client: Callable[[], discord.Client] = ping_bot,
) -> None:
    """Time ``count`` trips in every turn, recorded for it alone: what aiohttp keeps of addresses does not help."""
    for _ in turns:
        recording: Recording = run(case, method).recording  # type: ignore[attr-defined]
        gc.collect()
        play(recording, repeat(turns, count), make_client)


def play(
    recording: Recording,
    then: Callable[[VirtualLoop, Replay], Awaitable[None]],
    make_client: Callable[[], discord.Client] = ping_bot,
) -> None:
    """Start the bot on a recording until it is ready, run ``then``, close it."""

    async def live() -> None:
        client = make_client()
        task = loop.create_task(client.start("token"))
        await loop.wait_until(client.is_ready, 60)
        await loop.settle()
        await then(loop, replay)
        await client.close()
        await task

    replay = Replay(recording)
    with Runner() as runner:
        loop = runner.get_loop()
        network = Network(replay, loop)  # type: ignore[arg-type]  # a session that only speaks
        seam.install(network)
        clock.install()
        try:
            runner.run(live())
        finally:
            clock.uninstall()
            seam.uninstall(network)
