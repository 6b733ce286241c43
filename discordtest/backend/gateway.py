"""The gateway: sessions, who may see which event, and the frames that a client sends.

A ``Session`` is one connection: frames for the client are queued in ``frames``, its own come to ``receive``.
An event is encoded once for all who see the same, and wrapped for each session with its own sequence number.
Source: Discord's documentation, Gateway ("Connections", "Gateway Intents", "Sharding") and Gateway Events.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discordtest.backend import intents
from discordtest.backend.intents import Intent
from discordtest.backend.journal import Dispatch, Frame
from discordtest.backend.permissions import visible
from discordtest.backend.resources import gateway_commands
from discordtest.backend.resources.application import approved_intents
from discordtest.backend.resources.guild import render_guild_create
from discordtest.backend.rest import Actor, encode
from discordtest.backend.world import Event, Record, Viewer

if TYPE_CHECKING:
    from discordtest.backend import Backend

__all__ = ["Close", "Gateway", "Session"]

HEARTBEAT_INTERVAL = 41_250  # milliseconds
_CONTENT_EVENTS = frozenset(("MESSAGE_CREATE", "MESSAGE_UPDATE"))
_CONTENT = int(Intent.MESSAGE_CONTENT)


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
        self.large_threshold = 50
        self.shard = (0, 1)
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
        backend.journal.append(Frame(backend.world.now(), self.user_id or None, text))
        try:
            frame = json.loads(text)
            code, data = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError, AttributeError):
            self.close(4002, "Error while decoding payload.")
            return
        act = _OPCODES.get(code)
        if act is None:
            self.close(4001, "Unknown opcode.")
        elif not self.ready and code in gateway_commands.COMMANDS:
            self.close(4003, "Not authenticated.")
        else:
            act(self, data)

    def client_closed(self, code: int) -> None:
        """Note that the client closed the connection."""
        self._end()

    def _end(self) -> None:
        self.closed = True
        self.ready = False
        if self in self.gateway.sessions:
            self.gateway.sessions.remove(self)

    # -- opcodes

    def _heartbeat(self, data: Any) -> None:
        self.push('{"op":11,"s":null,"t":null,"d":null}')

    def _identify(self, data: Record) -> None:
        if self.ready:
            self.close(4005, "Already authenticated.")
            return
        world = self.gateway.backend.world
        application_id = world.tokens.get(data.get("token", ""))
        wanted = data.get("intents")
        if application_id is None:
            self.close(4004, "Authentication failed.")
        elif not isinstance(wanted, int) or wanted & ~intents.ALL:
            self.close(4013, "Invalid intent(s).")
        elif wanted & intents.PRIVILEGED & ~approved_intents(world.applications[application_id]):
            self.close(4014, "Disallowed intent(s).")
        else:
            self.application_id = application_id
            self.intents = wanted
            self.large_threshold = data.get("large_threshold", 50)
            shard = data.get("shard") or (0, 1)
            self.shard = (int(shard[0]), int(shard[1]))
            if not 0 <= self.shard[0] < self.shard[1]:
                self.close(4010, "Invalid shard.")
            else:
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
        if presence := data.get("presence"):
            gateway_commands.update_presence(self.gateway.backend, self, presence)
        for guild in guilds if self.intents & Intent.GUILDS else ():
            self.dispatch("GUILD_CREATE", encode(render_guild_create(world, guild, self)))

    def _resume(self, data: Record) -> None:
        self.push('{"op":9,"s":null,"t":null,"d":false}')

    def _command(self, code: int, data: Any) -> None:
        gateway_commands.COMMANDS[code](self.gateway.backend, self, data)

    def _serves(self, guild_id: str | None) -> bool:
        number, count = self.shard
        return number == (0 if guild_id is None else (int(guild_id) >> 22) % count)

    @property
    def actor(self) -> Actor:
        """The bot behind the connection."""
        return Actor("bot", self.user_id, self.application_id)


_OPCODES: dict[int, Callable[[Session, Any], None]] = {
    1: Session._heartbeat,
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
        return Session(self)

    def broadcast(self, event: Event) -> None:
        """Give an event to every session that may see it."""
        if event.render is None:
            for observe in self.backend.event_observers:
                observe(self.backend, event.name, event.payload)
        if not self.sessions:
            return
        whole = stripped = ""
        needed = intents.needed(event.name, event.guild_id is not None)
        for session in tuple(self.sessions):
            if not self._entitled(session, event, needed):
                continue
            if event.render is not None:
                text = encode(event.render(session))
            elif _is_stripped(session, event):
                text = stripped = stripped or encode(_without_content(event.payload))
            else:
                text = whole = whole or encode(event.payload)
            session.dispatch(event.name, text)
        world = self.backend.world
        text = whole or encode(event.payload)
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


def _is_stripped(session: Session, event: Event) -> bool:
    if session.intents & _CONTENT or event.name not in _CONTENT_EVENTS or event.guild_id is None:
        return False
    message = event.payload
    if message["author"]["id"] == session.user_id:
        return False
    return all(user["id"] != session.user_id for user in message["mentions"])


def _without_content(message: Record) -> Record:
    bare = {**message, "content": "", "embeds": [], "attachments": [], "components": []}
    bare.pop("poll", None)
    return bare
