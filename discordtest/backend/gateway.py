"""The gateway: sessions, who may see which event, and the frames that a client sends.

A ``Session`` is one connection: frames for the client are queued in ``frames``, its own come to ``receive``.
An event is encoded once for all who see the same, and wrapped for each session with its own sequence number.
Source: Discord's documentation, Gateway ("Connections", "Gateway Intents", "Message Content Intent", "Sharding",
"Rate Limiting"), Gateway Events, and Opcodes and Status Codes ("Gateway").
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discordtest.backend import intents
from discordtest.backend.encoding import encode
from discordtest.backend.intents import Intent
from discordtest.backend.journal import Dispatch, Frame
from discordtest.backend.permissions import visible
from discordtest.backend.resources import gateway_commands, message_render
from discordtest.backend.resources.application import approved_intents
from discordtest.backend.resources.guild import render_guild_create
from discordtest.backend.rest import Actor
from discordtest.backend.world import Event, Record, Viewer, World
from discordtest.errors import DiscordTestError

if TYPE_CHECKING:
    from discordtest.backend import Backend

__all__ = ["Close", "Gateway", "Session"]

HEARTBEAT_INTERVAL = 41_250  # milliseconds
VERSIONS = frozenset(("9", "10"))
MAX_PAYLOAD = 4096  # bytes of one frame of the client
MAX_FRAMES, FRAMES_WINDOW = 120, 60_000_000  # frames of the client in so many microseconds
MAX_GUILDS_PER_SHARD = 2500
LARGE_THRESHOLDS = (50, 250)
_CONTENT_EVENTS = frozenset(("MESSAGE_CREATE", "MESSAGE_UPDATE"))
_GUILDS = int(Intent.GUILDS)
_CONTENT = int(Intent.MESSAGE_CONTENT)
_MEMBERS = int(Intent.GUILD_MEMBERS)


@dataclass(slots=True)
class Close:
    """The end of a connection, as the server decides it; ``code`` as in Discord's table of close codes."""

    code: int
    reason: str = ""


class Session(Viewer):
    """One gateway connection, from HELLO to its close."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.frames: deque[str | Close] = deque()  # to the client, in order
        self.on_frame: Callable[[], None] | None = None  # called after each frame is queued
        self.ready = False
        self.closed = False
        self.sequence = 0
        self.session_id = ""
        self.user_id = ""
        self.application_id = ""
        self.intents = 0
        self.large_threshold = LARGE_THRESHOLDS[0]
        self.shard = (0, 1)
        self.received: deque[int] = deque(maxlen=MAX_FRAMES)  # when the latest frames of the client came
        self.push(
            '{"op":10,"s":null,"t":null,"d":{"heartbeat_interval":%d,"_trace":[]}}' % HEARTBEAT_INTERVAL
        )

    # -- to the client

    def push(self, frame: str | Close) -> None:
        """Queue a frame for the client."""
        self.frames.append(frame)
        if self.on_frame is not None:
            self.on_frame()

    def dispatch(self, name: str, text: str) -> None:
        """Queue an event whose payload is encoded already."""
        for observe in self.gateway.backend.event_observers:
            observe(self.gateway.backend, name, text)
        self.sequence += 1
        self.push(f'{{"op":0,"s":{self.sequence},"t":"{name}","d":{text}}}')

    def close(self, code: int, reason: str = "") -> None:
        """End the connection from the server's side."""
        if not self.closed:
            self._end()
            self.push(Close(code, reason))

    # -- from the client

    def receive(self, text: str) -> None:
        """Take a frame that the client sent."""
        if self.closed:
            return
        backend = self.gateway.backend
        now = backend.world.now()
        backend.journal.append(Frame(now, self.user_id or None, text))
        if self._is_flooded(now):
            self.close(4008, "Rate limited.")
        elif (frame := _decoded(text)) is None:
            self.close(4002, "Error while decoding payload.")
        elif (act := _OPCODES.get(frame["op"])) is None:
            self.close(4001, "Unknown opcode.")
        elif not self.ready and frame["op"] in gateway_commands.COMMANDS:
            self.close(4003, "Not authenticated.")
        elif frame["op"] != _HEARTBEAT and not isinstance(frame.get("d"), dict):
            self.close(4002, "Error while decoding payload.")
        else:
            try:
                act(self, frame.get("d"))
            except DiscordTestError as error:
                raise backend.report(error) from None

    def _is_flooded(self, now: int) -> bool:
        full = len(self.received) == MAX_FRAMES and now - self.received[0] < FRAMES_WINDOW
        self.received.append(now)
        return full

    def client_closed(self, code: int) -> None:
        """Note that the client closed the connection."""
        self._end()

    def _end(self) -> None:
        self.closed = True
        self.ready = False
        if self in self.gateway.sessions:
            self.gateway.sessions.remove(self)
            gateway_commands.go_offline(self.gateway.backend, self)

    # -- opcodes

    def _heartbeat(self, data: Any) -> None:
        self.push('{"op":11,"s":null,"t":null,"d":null}')

    def _identify(self, data: Record) -> None:
        if self.ready:
            self.close(4005, "Already authenticated.")
            return
        world = self.gateway.backend.world
        application_id = world.tokens.get(str(data.get("token")))
        wanted, shard = data.get("intents"), _shard(data.get("shard"))
        if application_id is None:
            self.close(4004, "Authentication failed.")
        elif shard is None:
            self.close(4010, "Invalid shard.")
        elif isinstance(wanted, bool) or not isinstance(wanted, int) or wanted & ~intents.ALL:
            self.close(4013, "Invalid intent(s).")
        elif wanted & intents.PRIVILEGED & ~approved_intents(world.applications[application_id]):
            self.close(4014, "Disallowed intent(s).")
        else:
            self.application_id = application_id
            self.intents = wanted
            least, most = LARGE_THRESHOLDS
            self.large_threshold = min(max(data.get("large_threshold") or least, least), most)
            self.shard = shard
            self._start(world.applications[application_id], data)

    def _start(self, application: Record, data: Record) -> None:
        world = self.gateway.backend.world
        self.user_id = application["bot"]["id"]
        self.session_id = f"{int(world.snowflake()):032x}"
        guilds = [
            guild
            for guild in world.guilds.values()
            if self.user_id in world.members[guild["id"]] and self._serves(guild["id"])
        ]
        if len(guilds) > MAX_GUILDS_PER_SHARD:
            self.close(4011, "Sharding required.")
            return
        payload = {
            "v": 10,
            "user": {**application["bot"], "email": None, "verified": True, "mfa_enabled": False},
            "guilds": [{"id": guild["id"], "unavailable": True} for guild in guilds],
            "session_id": self.session_id,
            "resume_gateway_url": "wss://gateway.discord.gg",
            "shard": list(self.shard),
            "application": {"id": application["id"], "flags": application["flags"]},
            "private_channels": [],
            "session_type": "normal",
        }
        self.dispatch("READY", encode(payload))
        self.ready = True
        self.gateway.sessions.append(self)
        gateway_commands.update_presence(self.gateway.backend, self, _modern(data.get("presence") or {}))
        for guild in guilds if self.intents & _GUILDS else ():
            self.dispatch("GUILD_CREATE", encode(render_guild_create(world, guild, self)))

    def _resume(self, data: Record) -> None:
        self.push('{"op":9,"s":null,"t":null,"d":false}')

    def _command(self, code: int, data: Any) -> None:
        gateway_commands.COMMANDS[code](self.gateway.backend, self, data)

    def _serves(self, guild_id: str | None) -> bool:
        number, count = self.shard
        return count == 1 or number == (0 if guild_id is None else (int(guild_id) >> 22) % count)

    @property
    def actor(self) -> Actor:
        """The bot behind the connection."""
        return Actor("bot", self.user_id, self.application_id)


def _decoded(text: str) -> Record | None:
    """Return the frame, or None for one that is too long or is not a frame."""
    if len(text) > MAX_PAYLOAD or (not text.isascii() and len(text.encode()) > MAX_PAYLOAD):
        return None
    try:
        frame = json.loads(text)
    except ValueError:
        return None
    return frame if isinstance(frame, dict) and isinstance(frame.get("op"), int) else None


def _shard(value: Any) -> tuple[int, int] | None:
    """Return (number, count), or None for what is no shard. Any: JSON of the client."""
    if value is None:
        return 0, 1
    if isinstance(value, list) and len(value) == 2 and all(isinstance(item, int) for item in value):
        number, count = value
        if 0 <= number < count:
            return number, count
    return None


def _modern(presence: Record) -> Record:
    """Return a presence with ``activities``: discord.py 2.7 sends one as ``game`` when it identifies."""
    if "activities" in presence or not presence.get("game"):
        return presence
    return {**presence, "activities": [presence["game"]]}


_HEARTBEAT = 1
_OPCODES: dict[int, Callable[[Session, Any], None]] = {
    _HEARTBEAT: Session._heartbeat,
    2: Session._identify,
    6: Session._resume,
    **{
        code: (lambda session, data, code=code: session._command(code, data))  # type: ignore[misc]  # default argument binds
        for code in gateway_commands.COMMANDS
    },
}


class Gateway:
    """All connections of one Discord."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.sessions: list[Session] = []  # identified ones

    def connect(self, query: Mapping[str, str]) -> Session:
        """Open a connection; ``query`` is that of its URL (``v``, ``encoding``, ``compress``)."""
        session = Session(self)
        if query.get("v", "10") not in VERSIONS:
            session.close(4012, "Invalid API version.")
        return session

    def broadcast(self, event: Event) -> None:
        """Give an event to every session that may see it."""
        if event.render is None:
            for observe in self.backend.event_observers:
                observe(self.backend, event.name, event.payload)
        if not self.sessions:
            return
        world = self.backend.world
        whole = ""
        write = self.backend.texts.message if event.name in _CONTENT_EVENTS else encode
        needed = intents.needed(event.name, event.guild_id is not None)
        for session in tuple(self.sessions):
            if not self._entitled(session, event, needed):
                continue
            payload = event.payload if event.render is None else event.render(session)
            shown = _as_seen(world, event, payload, session)
            if shown is not event.payload:
                if shown is not None:
                    session.dispatch(event.name, write(shown))
                continue
            whole = whole or write(shown)
            session.dispatch(event.name, whole)
        text = whole or write(event.payload)
        self.backend.journal.append(Dispatch(world.now(), event.name, event.guild_id, text))

    def _entitled(self, session: Session, event: Event, needed: int) -> bool:
        user_id = session.user_id
        if needed and not session.intents & needed and not _about_self(event, user_id):
            return False
        if event.users is not None and user_id not in event.users:
            return False
        if not session._serves(event.guild_id):
            return False
        if event.guild_id is not None and event.users is None:
            if user_id not in self.backend.world.members.get(event.guild_id, ()):
                return False
        return event.channel is None or visible(self.backend.world, event.channel, user_id)


def _about_self(event: Event, user_id: str) -> bool:
    """A member update of the client's own user needs no intent."""
    return event.name == "GUILD_MEMBER_UPDATE" and bool(event.payload["user"]["id"] == user_id)


def _as_seen(world: World, event: Event, payload: Record, session: Session) -> Record | None:
    """Return what of the payload the session's intents let through: all of it, a part, or None for nothing."""
    if event.name in _CONTENT_EVENTS:
        return payload if session.intents & _CONTENT else _without_content(world, payload, session.user_id)
    if event.name == "THREAD_MEMBERS_UPDATE" and not session.intents & _MEMBERS:
        return _own_part(payload, session.user_id)
    return payload


def _without_content(world: World, message: Record, user_id: str) -> Record:
    """Hide what needs the message content intent, in the message and in the one that it answers."""
    referenced = message.get("referenced_message")
    if referenced is not None and message_render.is_hidden(world, referenced, user_id):
        message = {**message, "referenced_message": message_render.without_content(referenced)}
    if message_render.is_hidden(world, message, user_id):
        return message_render.without_content(message)
    return message


def _own_part(payload: Record, user_id: str) -> Record | None:
    """Return what a thread's change of members says of the client's own user."""
    added = [member for member in payload.get("added_members", ()) if member["user_id"] == user_id]
    removed = [removed_id for removed_id in payload.get("removed_member_ids", ()) if removed_id == user_id]
    if not added and not removed:
        return None
    parts = {"added_members": added, "removed_member_ids": removed}
    return {**payload, **{key: value for key, value in parts.items() if key in payload}}
