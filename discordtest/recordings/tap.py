"""Recording a bot in a test: a recorder that listens at the test's network, by the test's clock.

It may begin while the bot runs. Then the recording is given a start that a bot can log in to: what was requested until
the bot was there, and what the gateway would tell it if it connected now.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from discordtest.backend import Backend
from discordtest.backend.faults import ConnectionReset, SlowAnswer, Timeout
from discordtest.backend.journal import Act
from discordtest.backend.journal import Exchange as Entry
from discordtest.backend.journal import Frame as Sent
from discordtest.backend.opcodes import IDENTIFY
from discordtest.backend.session import Close
from discordtest.errors import SetupError
from discordtest.recordings.lines import Exchange, Frame
from discordtest.recordings.recorder import Recorder, inflater
from discordtest.recordings.tape import path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discordtest.backend.session import Session
    from discordtest.backend.wire import Request, Response
    from discordtest.recordings.lines import Line
    from discordtest.scene import Scene

__all__ = ["NetworkRecorder"]

LEAD = 3.0  # seconds by which the start of a recording that begins later is put before it: a login takes two


class NetworkRecorder(Recorder):
    """Records the main client of a test; other clients are left out."""

    def __init__(self, scene: Scene, path: Any, **options: Any) -> None:
        super().__init__(path, **options)
        self._scene = scene
        self._lead = 0.0
        self._numbers: dict[Session, int] = {}
        # of whom we do not know yet whose they are
        self._unknown: dict[Session, list[tuple[float, str, Any]]] = {}
        self._readers: dict[Session, Any] = {}

    def start(self) -> None:
        """Begin to record."""
        scene, gateway = self._scene, self._scene.backend.gateway
        running = [session for session in gateway.sessions if self._is_main(session) and not session.closed]
        if running and gateway.compresses:
            raise SetupError("frames are compressed here: begin to record before the bot starts")
        super().start()
        tape = self._kept
        self._began_at = scene.loop.microseconds
        tape.start_time = scene.loop.now()
        if running:
            self._lead = LEAD
            tape.start_time -= timedelta(seconds=LEAD)
            tape.extend(_requests(scene, self._application_id))
            for session in running:
                self._numbers[session] = len(self._numbers)
                tape.extend(_frames(scene.backend, session, self._numbers[session]))

    @property
    def _application_id(self) -> str:
        return next(iter(self._scene.backend.world.applications))  # the main client's is made first

    def _is_main(self, session: Session) -> bool:
        return session.application_id == self._application_id

    def _attach(self) -> None:
        network = self._scene.network
        self._before = network.on_exchange, network.on_frame
        network.on_exchange, network.on_frame = self._exchange, self._frame

    def _detach(self) -> None:
        self._scene.network.on_exchange, self._scene.network.on_frame = self._before

    def _now(self) -> float:
        return round((self._scene.loop.microseconds - self._began_at) / 1e6 + self._lead, 6)

    def _exchange(self, request: Request, response: Response) -> None:
        if self._before[0] is not None:
            self._before[0](request, response)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        owner = self._scene.backend.world.tokens.get(token)
        if scheme == "Bot" and owner not in (None, self._application_id):
            return
        fate = response.fate
        if isinstance(fate, (ConnectionReset, Timeout)):
            self._kept.request(
                self._now(), request, error="timeout" if isinstance(fate, Timeout) else "reset"
            )
            return
        self._kept.request(
            self._now(),
            request,
            status=response.status,
            headers=response.headers,
            body=response.body,
            took=fate.seconds if isinstance(fate, SlowAnswer) else 0.0,
        )

    def _frame(self, session: Session, direction: Any, frame: str | bytes | Close) -> None:
        if self._before[1] is not None:
            self._before[1](session, direction, frame)
        if session not in self._numbers:
            waiting = self._unknown.setdefault(session, [])
            waiting.append((self._now(), direction, frame))
            if session.application_id or isinstance(frame, Close):
                del self._unknown[session]
                if self._is_main(session) or not session.application_id:
                    self._numbers[session] = len(self._numbers)
                    for at, way, each in waiting:
                        self._keep(session, at, way, each)
                else:
                    self._numbers[session] = -1
        elif self._numbers[session] >= 0:
            self._keep(session, self._now(), direction, frame)

    def _keep(self, session: Session, at: float, direction: Any, frame: str | bytes | Close) -> None:
        number = self._numbers[session]
        if isinstance(frame, Close):
            self._kept.closed(at, number, frame.code, "server")
            return
        data: str | bytes | None = frame
        if isinstance(frame, bytes):
            kind = "zlib-stream" if session.is_zlib else "zstd-stream"
            data = self._readers.setdefault(session, inflater(kind))(frame)
        if data is not None:
            self._kept.frame(at, number, direction, data)


def _requests(scene: Scene, application_id: str) -> Iterator[Line]:
    """Yield what a bot requested until it was there: before the test's first act that came after its IDENTIFY."""
    has_identified = False
    for entry in scene.backend.journal:
        if isinstance(entry, Sent):
            has_identified = has_identified or _opcode(entry.text) == IDENTIFY
        elif isinstance(entry, Act) and has_identified:
            return
        elif isinstance(entry, Entry) and entry.actor and entry.actor.application_id == application_id:
            yield Exchange(
                0,
                f"{entry.method} {path_of('discord.com', entry.path)}",
                entry.status,
                query=dict(entry.query),
                json=entry.json,
                files=[file.filename or "" for file in entry.files],
                reason=entry.reason,
                answer=entry.result,
            )


def _frames(backend: Backend, session: Session, number: int) -> Iterator[Line]:
    """Yield how a connection would begin now: asked of another Discord with the same world."""
    twin = Backend(backend.world.start_time, backend.world.now)
    twin.load(backend.snapshot())
    identify = next(
        entry.text
        for entry in reversed(backend.journal)
        if isinstance(entry, Sent) and _identifies(entry.text, backend, session)
    )
    other = twin.connect({})
    hello = other.frames.popleft()
    other.receive(identify)
    yield Frame(0, number, "received", json.loads(str(hello)))
    yield Frame(0, number, "sent", json.loads(identify))
    for frame in other.frames:
        text = str(frame).replace(other.session_id, session.session_id)
        yield Frame(0, number, "received", json.loads(text))


def _opcode(text: str) -> Any:
    try:
        frame = json.loads(text)
    except ValueError:
        return None
    return frame.get("op") if isinstance(frame, dict) else None


def _identifies(text: str, backend: Backend, session: Session) -> bool:
    if _opcode(text) != IDENTIFY:
        return False
    data = json.loads(text)["d"]
    shard = tuple(data.get("shard") or (0, 1))
    return shard == session.shard and backend.world.tokens.get(data["token"]) == session.application_id
