"""One gateway connection and the session on it: frames to the client, frames from it, and its end.

Source: Discord's documentation, Gateway ("Connections", "Rate Limiting") and Opcodes and Status Codes ("Gateway").
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discordtest.backend import opcodes, resuming
from discordtest.backend.close_codes import ABNORMAL_CLOSURE, CLOSE_CODES, ends_session
from discordtest.backend.compression import compressor
from discordtest.backend.encoding import decode
from discordtest.backend.identifying import LARGE_THRESHOLDS, identify
from discordtest.backend.journal import Frame
from discordtest.backend.opcodes import control_frame
from discordtest.backend.payloads import is_well_formed
from discordtest.backend.resources import gateway_commands
from discordtest.backend.rest import Actor
from discordtest.backend.world import Record, Viewer
from discordtest.errors import DiscordTestError

if TYPE_CHECKING:
    from discordtest.backend import Backend
    from discordtest.backend.gateway import Gateway

__all__ = ["ACKNOWLEDGED", "Close", "Session", "decoded"]

HEARTBEAT_INTERVAL = 41_250  # milliseconds
MAX_PAYLOAD = 4096  # bytes of one frame of the client
MAX_FRAMES, FRAMES_WINDOW = 120, 60_000_000  # frames of the client in so many microseconds
KEPT_FRAMES = 128  # events kept for a replay beyond those that the client has not taken yet
_HELLO = control_frame(opcodes.HELLO, '{"heartbeat_interval":%d,"_trace":[]}' % HEARTBEAT_INTERVAL)
ACKNOWLEDGED = control_frame(opcodes.HEARTBEAT_ACK)


@dataclass(slots=True)
class Close:
    """The end of a connection, as the server decides it; ``code`` as in Discord's table of close codes."""

    code: int
    reason: str = ""


class Session(Viewer):
    """One gateway connection, from HELLO to its close; and what of it can be resumed on another."""

    def __init__(self, gateway: Gateway, compression: str | None = None) -> None:
        self.gateway = gateway
        self.frames: deque[str | bytes | Close] = deque()  # to the client, in order
        self.on_frame: Callable[[], None] | None = None  # called after each frame is queued
        self.on_pause: Callable[[bool], None] | None = None  # called when `paused` changes
        self.ready = False
        self.closed = False
        self.paused = False  # the connection died without telling: nothing comes through, either way
        self.dismissed = False  # the client was told to leave this connection
        self.lost_at: int | None = None  # microseconds; when the connection of a session ended that is kept
        self.sequence = 0
        self.sent: deque[str] = deque()  # the latest events, for a replay
        self.room = KEPT_FRAMES  # how long `sent` grows before what is not needed is dropped
        self.session_id = ""
        self.user_id = ""
        self.application_id = ""
        self.intents = 0
        self.large_threshold = LARGE_THRESHOLDS[0]
        self.shard = (0, 1)
        self.presence: Record | None = None  # how this shard shows the client's user; None for offline
        self.lists_asked: dict[str, int] = {}  # guild id -> µs when all its members were last asked for
        self.window = 0, -FRAMES_WINDOW  # frames of the client that are counted, and since when
        self._held: list[str] = []  # frames of the client that do not come through
        self._compress = compressor(compression)
        self.is_zlib = compression == "zlib-stream"
        self.push(_HELLO)

    # -- to the client

    def push(self, frame: str | Close) -> None:
        """Queue a frame for the client."""
        if self._compress is None or not isinstance(frame, str):
            self.frames.append(frame)
        else:
            self.frames.append(self._compress(frame))
        if self.on_frame is not None:
            self.on_frame()

    def dispatch(self, name: str, text: str) -> None:
        """Queue an event whose payload is encoded already; without a connection it is only kept."""
        backend = self.gateway.backend
        for observe in backend.event_observers:
            observe(backend, name, text)
        self.sequence += 1
        frame = f'{{"op":0,"s":{self.sequence},"t":"{name}","d":{text}}}'
        self.sent.append(frame)
        if not self.closed:
            if len(self.sent) > self.room:
                self._forget_sent()
            self.push(frame)

    def _forget_sent(self) -> None:
        """Drop events that the client has long taken."""
        needed = len(self.frames) + KEPT_FRAMES
        while len(self.sent) > needed:
            self.sent.popleft()
        self.room = needed + KEPT_FRAMES

    def close(self, code: int, reason: str | None = None) -> None:
        """End the connection from the server's side; with 1006 what was under way is lost."""
        if not self.closed:
            self._end(ends_session(code, by_client=False))
            if code == ABNORMAL_CLOSURE:
                self._cut()
            self.push(Close(code, CLOSE_CODES.get(code, ("",))[0] if reason is None else reason))

    def _cut(self) -> None:
        """Lose what the client has not taken; of a stream, the first half of a frame may have come through."""
        first = self.frames[0] if self.frames else None
        self.frames.clear()
        if isinstance(first, bytes) and self.is_zlib:
            self.frames.append(first[: len(first) // 2])

    def pause(self, value: bool) -> None:
        """Let nothing through any more, either way; or what was held back, and all that follows."""
        if self.paused == value:
            return
        self.paused = value
        if self.on_pause is not None:
            self.on_pause(value)
        held, self._held = self._held, []
        for text in held:
            self.receive(text)

    # -- from the client

    def receive(self, text: str) -> None:
        """Take a frame that the client sent."""
        if self.closed:
            return
        if self.paused:
            self._held.append(text)
            return
        backend = self.gateway.backend
        now = backend.world.now()
        backend.journal.append(Frame(now, self.user_id or None, text, self.shard))
        if self._is_flooded(now):
            self.close(4008)
        elif (frame := decoded(text)) is None:
            self.close(4002)
        elif (act := _OPCODES.get(frame["op"])) is None:
            self.close(4001)
        elif not self.ready and frame["op"] in gateway_commands.COMMANDS:
            self.close(4003)
        elif frame["op"] != opcodes.HEARTBEAT and not is_well_formed(frame["op"], frame.get("d")):
            self.close(4002)
        else:
            try:
                act(self, frame.get("d"))
            except DiscordTestError as error:
                raise backend.report(error) from None

    def _is_flooded(self, now: int) -> bool:
        """Count a frame. A window begins with its first one, as discord.py counts, which is never closed in life."""
        count, since = self.window
        if now - since >= FRAMES_WINDOW:
            count, since = 0, now
        self.window = count + 1, since
        return count >= MAX_FRAMES

    def client_closed(self, code: int) -> None:
        """Note that the client closed the connection; over a dead one its goodbye does not come through."""
        if not self.closed:
            self._end(not self.paused and ends_session(code, by_client=True))

    # -- the end

    def _end(self, is_final: bool) -> None:
        self.closed = True
        was_ready, self.ready = self.ready, False
        if not was_ready:
            return
        if is_final:
            self.gateway.end(self)
        else:
            resuming.lose(self)

    def abandon(self) -> None:
        """End a connection whose session goes on elsewhere."""
        self.closed, self.ready = True, False
        self.push(Close(4000, CLOSE_CODES[4000][0]))

    def invalidate(self, resumable: bool) -> None:
        """Tell the client that its session is not valid (op 9); the connection stays open."""
        self.dismissed = True
        self.push(control_frame(opcodes.INVALID_SESSION, "true" if resumable else "false"))
        if not resumable and self.ready:
            self.ready = False
            self.gateway.end(self)

    # -- opcodes

    def _heartbeat(self, data: Any) -> None:
        self.push(ACKNOWLEDGED)

    def serves(self, guild_id: str | None) -> bool:
        """Tell whether what happens in a guild, or outside of all, is this shard's."""
        number, count = self.shard
        return count == 1 or number == (0 if guild_id is None else (int(guild_id) >> 22) % count)

    @property
    def actor(self) -> Actor:
        """The bot behind the connection."""
        return Actor("bot", self.user_id, self.application_id)


def decoded(text: str) -> Record | None:
    """Return the frame, or None for one that is too long or is not a frame."""
    if len(text) > MAX_PAYLOAD or (not text.isascii() and len(text.encode()) > MAX_PAYLOAD):
        return None
    try:
        frame = decode(text)
    except ValueError:
        return None
    return frame if isinstance(frame, dict) and isinstance(frame.get("op"), int) else None


def _on_the_backend(command: Callable[[Backend, Session, Any], None]) -> Callable[[Session, Any], None]:
    return lambda session, data: command(session.gateway.backend, session, data)


_OPCODES: dict[int, Callable[[Session, Any], None]] = {
    opcodes.HEARTBEAT: Session._heartbeat,
    opcodes.IDENTIFY: identify,
    opcodes.RESUME: resuming.resume,
    **{code: _on_the_backend(command) for code, command in gateway_commands.COMMANDS.items()},
}
