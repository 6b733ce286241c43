"""One gateway connection that is played from a recording.

How a recorded connection began (HELLO, IDENTIFY, READY and the guilds, or RESUME and what was missed) is told when the
client begins the same way; what came later comes at its time. Members that the bot asked for come when it asks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from discordtest.backend.close_codes import ABNORMAL_CLOSURE
from discordtest.backend.journal import Frame as Entry
from discordtest.backend.opcodes import (
    HEARTBEAT,
    HEARTBEAT_ACK,
    HELLO,
    IDENTIFY,
    INVALID_SESSION,
    REQUEST_GUILD_MEMBERS,
    RESUME,
)
from discordtest.backend.session import ACKNOWLEDGED, Close, Session, decoded
from discordtest.recordings.lines import Frame

if TYPE_CHECKING:
    from discordtest.recordings.player import Player
    from discordtest.recordings.recording import Recording

__all__ = ["NOT_PLAYED", "Part", "PlayedSession", "parts_of"]


#: Opcodes of frames that a connection of the player's has of its own.
NOT_PLAYED = (HELLO, HEARTBEAT_ACK)


@dataclass
class Part:
    """One recorded connection."""

    socket: str | int
    start: Frame | None = None  # the client's IDENTIFY or RESUME
    first: list[Frame] = field(default_factory=list)  # what it was told at once
    # what a frame of the client led to, by its id()
    answers: dict[int, list[Frame]] = field(default_factory=dict)
    is_free: bool = True

    @property
    def op(self) -> int | None:
        """How it began: 2 identifies, 6 resumes."""
        return None if self.start is None else self.start.op

    @property
    def told(self) -> list[Frame]:
        """What comes because the client does something."""
        return [*self.first, *(line for lines in self.answers.values() for line in lines)]

    def fits(self, data: dict[str, Any]) -> bool:
        """Tell whether a client's IDENTIFY is of the same shard; a RESUME, whether it is of the same session."""
        assert self.start is not None
        mine = self.start.data
        if not isinstance(mine, dict):
            return False
        if self.op == IDENTIFY:
            return _shard(mine) == _shard(data)
        return bool(mine.get("session_id") == data.get("session_id"))


def _shard(data: dict[str, Any]) -> tuple[Any, ...]:
    shard = data.get("shard")
    return tuple(shard) if isinstance(shard, list) else (0, 1)


def parts_of(recording: Recording) -> list[Part]:
    """Return the recorded connections, in the order in which they were opened."""
    found = []
    for socket, lines in recording.sockets.items():
        frames = [line for line in lines if isinstance(line, Frame)]
        part = Part(socket)
        received = [line for line in frames if line.direction == "received" and line.op not in NOT_PLAYED]
        for line in frames:
            if line.direction == "sent" and line.op in (IDENTIFY, RESUME):
                part.start = line
                break
        part.first = received[: _length_of_start(received)]
        chunks = [line for line in received[len(part.first) :] if line.event == "GUILD_MEMBERS_CHUNK"]
        for line in frames:
            if (
                line.direction == "sent"
                and line.op == REQUEST_GUILD_MEMBERS
                and (nonce := _nonce_of(line)) is not None
            ):
                part.answers[id(line)] = [chunk for chunk in chunks if _nonce_of(chunk) == nonce]
        found.append(part)
    return found


def _length_of_start(received: list[Frame]) -> int:
    """Return how many of the frames are the start: READY with its guilds; what was missed and RESUMED; op 9."""
    guilds: set[Any] = set()
    length = 0
    for number, line in enumerate(received, 1):
        if not length and (line.op == INVALID_SESSION or line.event == "RESUMED"):
            return number
        if line.event == "READY":
            guilds = {_id_of(guild) for guild in _list_of(line.data, "guilds")}
            length = number
        elif line.event == "GUILD_CREATE" and _id_of(line.data) in guilds:
            guilds.discard(_id_of(line.data))
            length = number
        if length and not guilds:
            break
    return length


def _list_of(data: Any, key: str) -> list[Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _id_of(data: Any) -> Any:
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, str) else None


def _nonce_of(line: Frame) -> Any:
    return line.data.get("nonce") if isinstance(line.data, dict) else None


class PlayedSession(Session):
    """A connection of the client; ``socket`` is the recorded one that it is."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self.socket: str | int | None = None
        super().__init__(player.gateway)

    def receive(self, text: str) -> None:
        """Take a frame that the client sent."""
        if self.closed:
            return
        player = self._player
        player.journal.append(Entry(player.world.now(), player.actor.user_id, text))
        frame = decoded(text)
        if frame is None:
            self.close(4002)
        elif frame["op"] == HEARTBEAT:
            self.push(ACKNOWLEDGED)
        elif self.socket is None and frame["op"] in (IDENTIFY, RESUME):
            player.begin(self, frame)
        else:
            player.receive(self, frame)

    def client_closed(self, code: int) -> None:
        """Note that the client closed the connection."""
        self.closed = True

    def end(self, code: int | None) -> None:
        """Close the connection from Discord's side, as it was recorded."""
        self.closed = True
        self.push(Close(ABNORMAL_CLOSURE if code is None else code))
