"""Plays a recording: a backend that says what Discord said.

It has the face of a `Backend` at the seam (`handle`, `connect`, `report`) and the same journal, so that assertions
about what the bot requested and sent work. Its world is all but empty. What the bot does is compared with what was
recorded and answered with that; what was not recorded is a failure that shows both.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

from discordtest.backend import below_version
from discordtest.backend.faults import ConnectionReset, SlowAnswer, Timeout
from discordtest.backend.journal import Dispatch
from discordtest.backend.journal import Exchange as Entry
from discordtest.backend.opcodes import DISPATCH, REQUEST_GUILD_MEMBERS
from discordtest.backend.rest import Actor, match
from discordtest.backend.wire import Response
from discordtest.checking import seconds_of
from discordtest.control import SceneBackend
from discordtest.errors import RecordingMismatch, SetupError
from discordtest.recordings import cast, mismatches
from discordtest.recordings.answers import Answers, note_sent
from discordtest.recordings.comparing import Comparison
from discordtest.recordings.lines import Closed, Exchange, Frame, encode
from discordtest.recordings.played import NOT_PLAYED, PlayedSession, parts_of
from discordtest.recordings.tape import decoded_body, path_of

if TYPE_CHECKING:
    from discordtest.backend.wire import Request
    from discordtest.backend.world import Record
    from discordtest.recordings.lines import Line
    from discordtest.recordings.recording import Recording

__all__ = ["Order", "Player"]

Order: TypeAlias = Literal["matching", "strict"]
_SNOWFLAKE = re.compile(r"\d{1,20}")


class Player(SceneBackend):
    """Answers a bot from a recording, ``"matching"`` requests to it or ``"strict"``, in the order in which it was."""

    def __init__(
        self,
        recording: Recording,
        now: Callable[[], int],
        *,
        order: Order = "matching",
        tolerance: float = 5.0,
    ) -> None:
        super().__init__(recording.start_time, now)
        if order not in ("matching", "strict"):
            raise SetupError(f"a recording is played 'matching' or 'strict', not {order!r}")
        self.recording = recording
        self.order = order
        self.comparison = Comparison(seconds_of("recording_tolerance", tolerance))
        self.me = self._identity()
        self.actor = Actor("bot", self.me["id"], self.me["id"])
        self._parts = parts_of(recording)
        self._sessions: dict[str | int, PlayedSession] = {}
        self._exchanges: dict[str, deque[Exchange]] = defaultdict(deque)
        self._answered: dict[str, Exchange] = {}  # request -> its latest
        self._answers = Answers(self)
        for line in recording.lines:
            if isinstance(line, Exchange):
                self._exchanges[line.request].append(line)
        # What the bot did, in order, which "strict" asks for.
        self._doings = deque(line for line in recording.lines if _is_the_bots(line))
        #: What comes at its time: what came at once, with nothing done by the bot in between, comes at once.
        self.timeline: deque[list[Frame | Closed]] = deque(self._timed())
        #: How far the clock of this test is ahead of the recording's, in microseconds; None before it is played.
        self.delay: int | None = None

    def _identity(self) -> Record:
        """Return the bot's own user, as it was told at its login."""
        for line in self.recording.lines:
            if (
                isinstance(line, Exchange)
                and line.request == "GET /users/@me"
                and isinstance(line.answer, dict)
            ):
                if _SNOWFLAKE.fullmatch(str(line.answer.get("id"))):
                    return line.answer
        return {"id": "1", "username": "bot"}

    def _timed(self) -> Iterator[list[Frame | Closed]]:
        """Yield events and ends of connections, but for what is an answer to something that the bot does."""
        told = {id(line) for part in self._parts for line in part.told}
        group: list[Frame | Closed] = []
        for line in self.recording.lines:
            if group and (_is_the_bots(line) or line.at != group[0].at):
                yield group
                group = []
            if not isinstance(line, Exchange) and _comes_from_discord(line) and id(line) not in told:
                group.append(line)
        if group:
            yield group

    # -- requests

    def handle(self, request: Request) -> Response:
        """Answer a request as it was answered when it was recorded."""
        path = path_of(request.host, request.path)
        entry = Entry(
            self.world.now(), self.actor, request.method, below_version(request.path), request.parameters()
        )
        self.journal.append(entry)
        entry.route, _, _ = match(request.method, entry.path)
        entry.json, entry.files = decoded_body(request)
        entry.reason = request.audit_reason
        line = self._recorded(f"{request.method} {path}", entry)
        response = self._response(line) if isinstance(line, Exchange) else line
        entry.status, entry.answer = response.status, response.body
        if 200 <= entry.status < 300:
            cast.note_answer(self.world, entry.path, entry.result)
            note_sent(self, entry)
        return response

    def _recorded(self, request: str, entry: Entry) -> Exchange | Response:
        given = self._answers.find(entry)
        if self.order == "strict":
            line = self._doings[0] if self._doings else None
            if isinstance(line, Exchange) and line.request == request and self._fits(line, entry):
                self._doings.popleft()
                self._make(line)
                return line
            if given is not None:
                return given(None)
            self._differ(mismatches.of_order(self.recording, self.comparison, request, entry, line))
        waiting = self._exchanges.get(request, ())
        for line in waiting:
            if self._fits(line, entry):
                self._make(line)
                return line
        latest = self._answered.get(request)
        if entry.method == "GET" and latest is not None and self._fits(latest, entry):
            return latest  # asked once more, what there is to read is the same
        candidates = [*waiting] if latest is None else [*waiting, latest]
        if given is not None:
            return given(candidates[0] if candidates else None)
        self._differ(
            mismatches.of_request(self.recording, self.comparison, request, entry, candidates, self.left())
        )

    def _make(self, line: Exchange) -> None:
        """Note that the bot has made a request."""
        self._exchanges[line.request].remove(line)
        self._answered[line.request] = line

    def _fits(self, line: Exchange, entry: Entry) -> bool:
        return (
            self.comparison.fits(line.query, entry.query)
            and line.files == [file.filename or "" for file in entry.files]
            and line.reason == entry.reason
            and self.comparison.fits(line.json, entry.json)
        )

    def _response(self, line: Exchange) -> Response:
        fate: Any = SlowAnswer(line.took) if line.took else None
        if line.error is not None:
            fate = Timeout() if line.error == "timeout" else ConnectionReset()
            return Response(500, fate=fate)
        headers = dict(line.headers)
        if line.data is not None:
            return Response(line.status, line.data, headers, fate)
        if line.text is not None:
            return Response(line.status, line.text.encode(), headers, fate)
        if line.answer is None:
            return Response(line.status, b"", headers, fate)
        headers["Content-Type"] = "application/json"
        return Response(line.status, self.comparison.translated(encode(line.answer)).encode(), headers, fate)

    def answer(self, method: str, path: str, payload: Any = ..., *, status: int = 200) -> None:
        """Answer requests that the recording does not have: what a mended bot does is not what was recorded.

        ``path`` is concrete or a template, ``payload`` the JSON to answer with (None: nothing, with 204), or a function
        of the request's ``discordtest.backend.journal.Exchange`` that returns it. Without ``payload`` it is what
        was recorded for the nearest request to the same route, with what this one says in it.
        """
        self._answers.add(method, path, payload, status)

    # -- frames

    def connect(self, query: Mapping[str, str]) -> PlayedSession:
        """Open a gateway connection; which recorded one it is shows when the client identifies or resumes."""
        return PlayedSession(self)

    def begin(self, session: PlayedSession, frame: dict[str, Any]) -> None:
        """Make a connection the recorded one that began the same way, and tell it how that began."""
        op, data = frame["op"], frame.get("d")
        data = data if isinstance(data, dict) else {}
        for part in self._parts:
            if part.is_free and part.op == op and part.fits(data):
                break
        else:
            free = [part for part in self._parts if part.is_free]
            self._differ(mismatches.of_start(self.recording, op, data, free))
        part.is_free = False
        session.socket = part.socket
        session.ready = True
        self._sessions[part.socket] = session
        assert part.start is not None
        if self.order == "strict":
            line = self._doings[0] if self._doings else None
            if line is not part.start:
                self._differ(mismatches.of_frame(self.recording, frame, line))
            self._doings.popleft()
        for line in part.first:
            self.tell(session, line)

    def receive(self, session: PlayedSession, frame: dict[str, Any]) -> None:
        """Compare a frame of the bot with what it sent when it was recorded, and tell what that led to."""
        if self.order == "strict":
            candidates: list[Line] = [self._doings[0]] if self._doings else []
        else:
            candidates = [line for line in self._doings if isinstance(line, Frame)]
        for line in candidates:
            if isinstance(line, Frame) and line.op == frame["op"] and self._same_frame(line, frame):
                self._doings.remove(line)
                for part in self._parts:
                    for told in part.answers.get(id(line), ()):
                        self.tell(session, told)
                return
        alike = [line for line in candidates if isinstance(line, Frame) and line.op == frame["op"]]
        nearest = next(iter([*alike, *candidates]), None)
        self._differ(mismatches.of_frame(self.recording, frame, nearest))

    def _same_frame(self, line: Frame, frame: dict[str, Any]) -> bool:
        recorded, actual = line.data, frame.get("d")
        if not self.comparison.fits(recorded, actual):
            return False
        if line.op == REQUEST_GUILD_MEMBERS and isinstance(recorded, dict) and isinstance(actual, dict):
            if recorded.get("nonce") and actual.get("nonce"):
                self.comparison.drawn[recorded["nonce"]] = actual["nonce"]  # the members come with it
        return True

    def tell(self, session: PlayedSession, line: Frame | Closed) -> None:
        """Give a client what was received."""
        if isinstance(line, Closed):
            session.end(line.code)
            return
        text = self.comparison.translated(line.text)
        if line.op == DISPATCH:
            data = json.loads(text).get("d")
            guild_id = data.get("guild_id") if isinstance(data, dict) else None
            self.journal.append(Dispatch(self.world.now(), str(line.event), guild_id, encode(data)))
            cast.note_event(self.world, line.event, data)
        session.push(text)

    # -- time goes on

    def session_of(self, line: Frame | Closed) -> PlayedSession | None:
        """Return the connection on which a line came, if the client has it by now."""
        return self._sessions.get(line.socket)

    def give(self, line: Frame | Closed) -> None:
        """Give the client a line of the timeline."""
        session = self.session_of(line)
        if session is None:
            raise RecordingMismatch(
                f"the bot has not opened the connection on which this came ({self.recording.place(line)}): when it "
                "was recorded, it had"
            )
        if not session.closed:
            self.tell(session, line)
        elif not isinstance(line, Closed):
            raise RecordingMismatch(
                f"the bot has closed the connection on which this came ({self.recording.place(line)}): when it was "
                "recorded, it had not"
            )

    def unfinished(self) -> str:
        """Return what is left of the recording, in words; nothing where all was played."""
        if self.timeline:
            place = self.recording.place(self.timeline[0][0])
            return f"the recording is not played to its end, {place} comes next: `await self.replay()`"
        return "\n".join(mismatches.unmade(self.recording, self.left()))

    def left(self) -> list[Exchange]:
        """Return the recorded requests that the bot has not made."""
        lines = [line for lines in self._exchanges.values() for line in lines]
        return sorted(lines, key=lambda line: (line.at, line.number))

    def _differ(self, text: str) -> NoReturn:
        """Fail the test, whatever the bot makes of it."""
        raise self.report(RecordingMismatch(text))


def _is_the_bots(line: Line) -> bool:
    return isinstance(line, Exchange) or (isinstance(line, Frame) and line.direction == "sent")


def _comes_from_discord(line: Frame | Closed) -> bool:
    if isinstance(line, Closed):
        return line.by == "server"
    return line.direction == "received" and line.op not in NOT_PLAYED
