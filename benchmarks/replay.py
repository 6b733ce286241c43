"""The floor: the same client on the same loop and socket, fed and answered with what a Discord said once before.

`record` keeps the frames and the answers of a real run, byte by byte; a `Replay` plays them: it parses nothing,
checks nothing and remembers nothing, so what is left of the time is the client's, asyncio's and the seam's.
"""

from __future__ import annotations

import dataclasses
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

    from discordtest.backend.rest import Request, Response

__all__ = ["Recorder", "Recording", "Replay", "play", "record_guild", "repeat"]


@dataclass
class Recording:
    """What a client was told: answers by method and path, frames by when they came."""

    answers: dict[tuple[str, str], Response] = field(default_factory=dict)
    boot: list[str] = field(default_factory=list)
    trip: list[str] = field(default_factory=list)


class Recorder(PingCase):
    """One boot and one trip that are kept in ``recording``."""

    recording: Recording

    def make_world(self) -> None:
        super().make_world()
        self.recording = Recording()
        network = self._scene.network

        def note_answer(request: Request, response: Response) -> None:
            self.recording.answers[request.method, request.path] = response

        def note_frame(session: Any, direction: str, frame: Any) -> None:
            if direction == "received":
                self.recording.boot.append(frame)

        network.on_exchange, network.on_frame = note_answer, note_frame

    async def act(self) -> None:
        """Do what is recorded."""
        await self.send(self.alice, self.general, "!ping")

    async def test_ping(self) -> None:
        """Record what comes with an act and its answer: the event, the MESSAGE_CREATE of "Pong!" and a body."""
        boot, self.recording.boot = self.recording.boot, []
        await self.act()
        self.assertSent("Pong!", channel=self.general)
        self.recording.trip, self.recording.boot = self.recording.boot, boot


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
        self._answers = recording.answers
        self._echo = recording.trip[1]
        self._recording = recording
        self.session: Session

    def connect(self, query: object) -> Session:
        """Open the one connection."""
        self.session = Session(self._recording)
        return self.session

    def handle(self, request: Request) -> Response:
        """Answer as it was answered before; a new message is told to its author too."""
        if request.path.endswith(("/messages", "/callback")):
            self.session.push(self._echo)
        return self._answers[request.method, request.path]

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
    return dataclasses.replace(recording, trip=["", ""])


def repeat(frame: str, turns: Any, count: int) -> Callable[[VirtualLoop, Session], Awaitable[None]]:
    """Return what `play` runs to time a frame that comes ``count`` times, after a few that are not counted."""

    async def trips(loop: VirtualLoop, session: Session) -> None:
        for _ in range(5):
            session.push(frame)
            await loop.settle()
        with turns.timing(count):
            for _ in range(count):
                session.push(frame)
                await loop.settle()

    return trips


def play(
    recording: Recording,
    then: Callable[[VirtualLoop, Session], Awaitable[None]],
    make_client: Callable[[], discord.Client] = ping_bot,
) -> None:
    """Start the bot on a recording until it is ready, run ``then``, close it."""

    async def live() -> None:
        client = make_client()
        task = loop.create_task(client.start("token"))
        await loop.wait_until(client.is_ready, 60)
        await loop.settle()
        await then(loop, replay.session)
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
