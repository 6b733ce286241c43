"""The voice servers of one Discord: who may talk to which, their websockets, their datagrams.

Sound is taken and counted; nobody hears it. Calls are encrypted on the way, not from end to end: there is no group of
DAVE, and `dave_protocol_version` is 0.
Source: Discord's documentation, Voice ("Connecting to Voice" to "Resuming Voice Connection", "IP Discovery") and
Opcodes and Status Codes ("Voice").
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discordtest.backend.encoding import encode
from discordtest.backend.session import Close, decoded

if TYPE_CHECKING:
    from discordtest.backend.world import World

__all__ = ["Seat", "VoiceServers", "VoiceSession"]

HEARTBEAT_INTERVAL = 41_250  # milliseconds
MODES = ("aead_aes256_gcm_rtpsize", "aead_xchacha20_poly1305_rtpsize")
ADDRESS = "203.0.113.7"  # where sound is sent: an address of RFC 5737, which nobody has
CLIENT_ADDRESS = "198.51.100.7"  # where a client finds itself to be: another of these
FIRST_PORT, PORTS = 50_000, 10_000
DISCOVERY = b"\x00\x01\x00\x46"  # type 1, a request; 70 bytes follow
DISCOVERY_SIZE = 74  # bytes
SSRC_IN_DISCOVERY, SSRC_IN_SOUND = slice(4, 8), slice(8, 12)

_REASONS = {
    4001: "Unknown opcode.",
    4002: "Failed to decode payload.",
    4003: "Not authenticated.",
    4004: "Authentication failed.",
    4005: "Already authenticated.",
    4006: "Session is no longer valid.",
    4011: "Voice server not found.",
    4012: "Unknown protocol.",
    4014: "Disconnected.",
    4015: "Voice server crashed.",
    4016: "Unknown encryption mode.",
    4017: "E2EE/DAVE protocol required",
}


@dataclass(slots=True)
class Seat:
    """What a bot was given for one guild: the token that it says at the endpoint, whose host alone counts."""

    guild_id: str
    user_id: str
    token: str
    endpoint: str | None


class VoiceServers:
    """All of them: which one a bot is sent to does not matter, so they answer as one."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seats: dict[tuple[str, str], Seat] = {}
        self.sessions: dict[int, VoiceSession] = {}  # by ssrc, those that are open
        self._last_ssrc = 0

    def assign(self, guild_id: str, user_id: str, token: str, endpoint: str | None) -> None:
        """Send a bot to a voice server; what it had before is worth nothing any more, be it at the same one."""
        self.seats[guild_id, user_id] = Seat(guild_id, user_id, token, endpoint)
        self._disconnect(guild_id, user_id)

    def release(self, guild_id: str, user_id: str) -> None:
        """End the calls of somebody who is out of voice."""
        if self.seats.pop((guild_id, user_id), None) is not None:
            self._disconnect(guild_id, user_id)

    def _disconnect(self, guild_id: str, user_id: str) -> None:
        for session in [*self.sessions.values()]:
            if session.is_of(guild_id, user_id):
                session.close(4014)

    def connect(self, host: str) -> VoiceSession:
        """Open a websocket to one of them."""
        self._last_ssrc += 1
        session = VoiceSession(self, host, self._last_ssrc)
        self.sessions[session.ssrc] = session
        return session

    def take(self, datagram: bytes) -> bytes | None:
        """Take what was sent to ``ADDRESS``; return the answer, if there is one."""
        if datagram[:4] == DISCOVERY and len(datagram) == DISCOVERY_SIZE:
            ssrc = int.from_bytes(datagram[SSRC_IN_DISCOVERY])
            port = FIRST_PORT + ssrc % PORTS
            address = CLIENT_ADDRESS.encode().ljust(64, b"\0")
            return b"\x00\x02" + datagram[2:8] + address + port.to_bytes(2)
        session = self.sessions.get(int.from_bytes(datagram[SSRC_IN_SOUND]))
        if session is not None and session.seat is not None:
            session.packets += 1
        return None


class VoiceSession:
    """One websocket to a voice server, from HELLO to its close."""

    def __init__(self, servers: VoiceServers, host: str, ssrc: int) -> None:
        self._servers = servers
        self.host = host
        self.ssrc = ssrc
        self.frames: deque[str | bytes | Close] = deque()  # to the client, in order
        self.on_frame: Callable[[], None] | None = None  # called after each frame is queued
        self.on_pause: Callable[[bool], None] | None = None  # a voice connection is never held up
        self.closed = False
        self.seat: Seat | None = None
        self.speaking = 0  # the flags that the client said last
        self.packets = 0  # of sound
        self._push({"op": 8, "d": {"v": 8, "heartbeat_interval": HEARTBEAT_INTERVAL}})

    def is_of(self, guild_id: str, user_id: str) -> bool:
        """Tell whether it is the bot's in that guild."""
        seat = self.seat
        return seat is not None and (seat.guild_id, seat.user_id) == (guild_id, user_id)

    # -- to the client

    def _push(self, payload: dict[str, Any]) -> None:
        self._queue(encode(payload))

    def _queue(self, frame: str | Close) -> None:
        self.frames.append(frame)
        if self.on_frame is not None:
            self.on_frame()

    def close(self, code: int) -> None:
        """End the connection from the server's side."""
        if not self.closed:
            self._end()
            self._queue(Close(code, _REASONS.get(code, "")))

    def _end(self) -> None:
        self.closed = True
        self._servers.sessions.pop(self.ssrc, None)

    # -- from the client

    def receive(self, text: str) -> None:
        """Take a frame that the client sent."""
        if self.closed:
            return
        frame = decoded(text)
        if frame is None:
            self.close(4002)
        elif (act := _OPCODES.get(frame["op"])) is None:
            self.close(4001)
        elif self.seat is None and act not in _BEFORE_ALL:
            self.close(4003)
        else:
            try:
                act(self, frame.get("d"))
            except (LookupError, TypeError, ValueError):
                self.close(4002)

    def client_closed(self, code: int) -> None:
        """Note that the client closed the connection."""
        if not self.closed:
            self._end()

    # -- opcodes

    def _identify(self, data: Any) -> None:
        if self.seat is not None:
            self.close(4005)
        elif self._take_seat(data, data["user_id"]):
            if not data.get("max_dave_protocol_version"):
                self.close(4017)
                return
            ready = {
                "ssrc": self.ssrc,
                "ip": ADDRESS,
                "port": FIRST_PORT + self.ssrc % PORTS,
                "modes": MODES,
                "heartbeat_interval": 1,  # as in life: it means nothing
            }
            self._push({"op": 2, "d": ready})

    def _resume(self, data: Any) -> None:
        if self.seat is not None:
            self.close(4005)
        elif self._take_seat(data, None):
            self._push({"op": 9, "d": None})

    def _take_seat(self, data: Any, user_id: str | None) -> bool:
        """Check what a client says of itself; close for what is not so."""
        seats, states = self._servers.seats, self._servers.world.voice_states
        guild_id, token = data["server_id"], data["token"]
        found = [seat for seat in seats.values() if seat.guild_id == guild_id]
        mine = next((seat for seat in found if seat.token == token), None)
        if not found or not any(_host(seat.endpoint) == self.host for seat in found):
            self.close(4011)
        elif mine is None or (user_id is not None and mine.user_id != user_id):
            self.close(4004)
        elif states[guild_id].get(mine.user_id, {}).get("session_id") != data["session_id"]:
            self.close(4006)
        else:
            self.seat = mine
            return True
        return False

    def _select_protocol(self, data: Any) -> None:
        assert self.seat is not None
        mode = data["data"]["mode"]
        if data["protocol"] != "udp":
            self.close(4012)
        elif mode not in MODES:
            self.close(4016)
        else:
            key = [*hashlib.sha256(self.seat.token.encode()).digest()]
            self._push({"op": 4, "d": {"mode": mode, "secret_key": key, "dave_protocol_version": 0}})

    def _heartbeat(self, data: Any) -> None:
        self._push({"op": 6, "d": {"t": data["t"]}})

    def _speak(self, data: Any) -> None:
        self.speaking = int(data["speaking"])


def _host(endpoint: str | None) -> str | None:
    return None if endpoint is None else endpoint.partition(":")[0]


_BEFORE_ALL = (VoiceSession._identify, VoiceSession._resume, VoiceSession._heartbeat)
_OPCODES: dict[int, Callable[[VoiceSession, Any], None]] = {
    0: VoiceSession._identify,
    1: VoiceSession._select_protocol,
    3: VoiceSession._heartbeat,
    5: VoiceSession._speak,
    7: VoiceSession._resume,
}
