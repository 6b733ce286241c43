"""A Discord of a few canned answers, for tests of what lies between aiohttp and the backend."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from discordtest.backend.wire import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from discordtest.backend.faults import Fault

TOKEN = "canned-token"
BOT = {"id": "1", "username": "bot", "discriminator": "0", "avatar": None, "bot": True, "flags": 0}
PERSON = {"id": "2", "username": "ann", "discriminator": "0", "avatar": None, "global_name": "Ann"}
GUILD_ID, CHANNEL_ID = "10", "20"


@dataclass
class Close:
    """The end of a connection."""

    code: int
    reason: str = ""


def member(user: dict[str, Any]) -> dict[str, Any]:
    """Return a guild member's payload."""
    return {
        "user": user, "roles": [], "nick": None, "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False,
        "mute": False, "flags": 0,
    }  # fmt: skip


def role(role_id: int, name: str = "role", permissions: int = 0) -> dict[str, Any]:
    """Return a role's payload."""
    return {
        "id": str(role_id), "name": name, "permissions": str(permissions), "position": 0, "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}, "hoist": False,
        "managed": False, "mentionable": False, "flags": 0,
    }  # fmt: skip


def guild() -> dict[str, Any]:
    """Return the payload of the only guild."""
    return {
        "id": GUILD_ID, "name": "guild", "icon": None, "owner_id": PERSON["id"], "emojis": [], "features": [],
        "roles": [role(int(GUILD_ID), "@everyone", 8)], "member_count": 2, "large": False, "stickers": [],
        "members": [member(BOT), member(PERSON)], "threads": [], "presences": [], "voice_states": [],
        "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
        "channels": [{"id": CHANNEL_ID, "type": 0, "name": "general", "position": 0,
                      "permission_overwrites": [], "parent_id": None, "topic": None}],
        "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0,
        "mfa_level": 0, "system_channel_id": None, "system_channel_flags": 0, "rules_channel_id": None,
        "vanity_url_code": None, "description": None, "banner": None, "premium_tier": 0, "nsfw_level": 0,
        "preferred_locale": "en-US", "public_updates_channel_id": None, "application_id": None,
        "premium_progress_bar_enabled": False, "safety_alerts_channel_id": None,
        "joined_at": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip


@dataclass(eq=False)
class Session:
    """A gateway session that says HELLO, READY, and whatever a test dispatches."""

    backend: CannedDiscord
    frames: deque[str | Close] = field(default_factory=deque)
    on_frame: Callable[[], None] | None = None
    received: list[dict[str, Any]] = field(default_factory=list)
    closed_with: int | None = None
    sequence: int = 0
    token: str | None = None

    def append(self, frame: str | Close) -> None:
        """Queue a frame for the client."""
        self.frames.append(frame)
        if self.on_frame is not None:
            self.on_frame()

    def say(self, op: int, data: object = None) -> None:
        """Queue a frame that is no event."""
        self.append(json.dumps({"op": op, "d": data}))

    def dispatch(self, name: str, data: object) -> None:
        """Queue an event."""
        self.sequence += 1
        self.append(json.dumps({"op": 0, "t": name, "s": self.sequence, "d": data}))

    def receive(self, text: str) -> None:
        """Take a frame of the client."""
        frame = json.loads(text)
        self.received.append(frame)
        if frame["op"] == 1:
            self.say(11)
        elif frame["op"] == 2:
            self._identify(frame["d"])
        elif frame["op"] == 6:
            self.dispatch("RESUMED", {})
        elif frame["op"] == 8:
            self._chunk(frame["d"])

    def client_closed(self, code: int) -> None:
        """Note with which code the client closed."""
        self.closed_with = code

    def _identify(self, data: dict[str, Any]) -> None:
        shard = data.get("shard", [0, 1])
        ready = {
            "v": 10, "user": BOT, "guilds": [{"id": GUILD_ID, "unavailable": True}], "shard": shard,
            "session_id": "session", "resume_gateway_url": "wss://gateway.discord.gg",
            "application": {"id": BOT["id"], "flags": 0},
        }  # fmt: skip
        self.dispatch("READY", ready)
        if (int(GUILD_ID) >> 22) % shard[1] == shard[0]:
            self.dispatch("GUILD_CREATE", self.backend.guild)

    def _chunk(self, data: dict[str, Any]) -> None:
        members = self.backend.guild["members"]
        chunk = {"guild_id": GUILD_ID, "members": members, "chunk_index": 0, "chunk_count": 1}
        self.dispatch("GUILD_MEMBERS_CHUNK", {**chunk, "nonce": data.get("nonce")})


@dataclass
class CannedDiscord:
    """Stands in for the backend: knows one bot, one guild and three routes."""

    requests: list[Request] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    guild: dict[str, Any] = field(default_factory=guild)
    answers: dict[tuple[str, str], Response] = field(default_factory=dict)
    fates: list[Fault] = field(default_factory=list)
    handshakes: list[Response] = field(default_factory=list)  # what befalls the next clients that connect

    def report(self, failure: Any) -> Any:
        """Keep a failure aside."""
        self.failures.append(failure)
        return failure

    def connect(self, query: Any) -> Session:
        """Open a gateway connection."""
        session = Session(self)
        session.say(10, {"heartbeat_interval": 41250})
        self.sessions.append(session)
        return session

    def handshake(self, query: Any) -> Response | None:
        """Return what befalls a client that connects, the next of ``handshakes``."""
        return self.handshakes.pop(0) if self.handshakes else None

    def handle(self, request: Request) -> Response:
        """Answer one request, with the next of ``fates`` on its answer."""
        response = self._handle(request)
        if self.fates:
            response.fate = self.fates.pop(0)
        return response

    def _handle(self, request: Request) -> Response:
        self.requests.append(request)
        path = request.path.removeprefix("/api/v10")
        if (request.method, path) in self.answers:
            return self.answers[request.method, path]
        if path == "/users/@me":
            known = request.headers.get("Authorization") == f"Bot {TOKEN}"
            return answer(BOT) if known else answer({"message": "401: Unauthorized", "code": 0}, 401)
        if path == "/oauth2/applications/@me":
            return answer({
                "id": BOT["id"], "name": "app", "icon": None, "description": "", "bot_public": True,
                "bot_require_code_grant": False, "owner": PERSON, "verify_key": "", "flags": 0, "team": None,
            })  # fmt: skip
        if path == "/gateway/bot":
            return answer({"url": "wss://gateway.discord.gg", "shards": 2, "session_start_limit": {
                "total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1,
            }})  # fmt: skip
        if path.endswith("/messages"):
            return answer(message(json.loads(request.body)["content"], BOT))
        raise AssertionError((request.method, request.path))


def answer(payload: object, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(status, json.dumps(payload).encode(), {"Content-Type": "application/json"})


def message(content: str, author: dict[str, Any] = PERSON) -> dict[str, Any]:
    """Return a message's payload."""
    return {
        "id": "1000000000000000000", "type": 0, "content": content, "channel_id": CHANNEL_ID,
        "author": author, "attachments": [], "embeds": [], "mentions": [], "mention_roles": [],
        "pinned": False, "mention_everyone": False, "tts": False, "timestamp": "2026-01-01T00:00:00+00:00", "flags": 0,
        "edited_timestamp": None, "components": [],
    }  # fmt: skip
