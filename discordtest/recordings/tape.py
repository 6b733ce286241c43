"""What a recorder has heard so far: raw, secrets and all, until it is saved.

A request is kept as lines are (``lines.py``), a frame as the client saw it. Heartbeats are left out. With a limit the
oldest lines go first, but for those with which the session began: without them nobody could play it back.
"""

from __future__ import annotations

import contextlib
import json
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any

from discordtest.backend import below_version, read_body
from discordtest.backend.codes import RestError
from discordtest.backend.opcodes import DISPATCH, HEARTBEAT, HEARTBEAT_ACK, HELLO, IDENTIFY, RESUME
from discordtest.recordings.lines import Closed, Exchange, Frame
from discordtest.recordings.recording import Recording, write_rows
from discordtest.recordings.scrub import Scrub, Secrets, scrubbed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from discordtest.backend.multipart import Part
    from discordtest.backend.wire import Request
    from discordtest.recordings.lines import Line

__all__ = ["API_HOSTS", "Tape", "decoded_body", "path_of"]

API_HOSTS = frozenset(("discord.com", "canary.discord.com", "ptb.discord.com", "discordapp.com"))
_QUIET = frozenset((HEARTBEAT, HEARTBEAT_ACK))
_STARTS = frozenset(("READY", "GUILD_CREATE", "RESUMED"))
_KEPT_HEADERS = ("x-ratelimit-", "retry-after", "via")


class Tape:
    """Keeps lines; ``start_time`` is the wall clock at 0."""

    def __init__(self, start_time: datetime, *, scrub: Scrub | None = None, limit: int | None = None) -> None:
        self.start_time = start_time
        self.secrets = Secrets()
        self._scrub = scrub
        self._limit = limit
        self._has_begun = False  # the first session has
        self._count = 0
        self._start: list[tuple[int, Line]] = []
        self._latest: deque[tuple[int, Line]] = deque(maxlen=limit)
        self._dropped = 0

    def request(
        self,
        at: float,
        request: Request,
        *,
        status: int = 0,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        error: str | None = None,
        took: float = 0.0,
    ) -> None:
        """Keep a request with what came of it."""
        self._know(request.headers)
        value, files = decoded_body(request)
        line = Exchange(
            at,
            f"{request.method} {path_of(request.host, request.path)}",
            status,
            query=request.parameters(),
            json=value,
            files=[file.filename or "" for file in files],
            reason=request.audit_reason,
            error=error,
            took=took,
        )
        kind = ""
        for name, each in (headers or {}).items():
            if name.lower().startswith(_KEPT_HEADERS):
                line.headers[name.lower()] = each
            elif name.lower() == "content-type":
                kind = each
        _put_answer(line, body, kind)
        self._add(line, is_start=not self._has_begun)

    def frame(self, at: float, socket: int, direction: Any, data: str | bytes) -> None:
        """Keep a frame that was received or sent."""
        payload: Any = data
        if isinstance(data, str):
            with contextlib.suppress(ValueError):
                decoded = json.loads(data)
                payload = decoded if isinstance(decoded, (dict, list)) else data
        frame = Frame(at, socket, direction, payload)
        if frame.op in _QUIET:
            return
        is_start = frame.op in (HELLO, IDENTIFY, RESUME) or (
            frame.op == DISPATCH and payload.get("t") in _STARTS
        )
        if frame.op == IDENTIFY and isinstance(payload.get("d"), dict):
            self.secrets.add(payload["d"].get("token"), "bot-token")
        self._add(frame, is_start=is_start)
        self._has_begun = self._has_begun or (is_start and payload.get("t") == "READY")

    def closed(self, at: float, socket: int, code: int | None, by: Any) -> None:
        """Keep the end of a connection."""
        self._add(
            Closed(at, socket, code if code is not None and 1000 <= code <= 4999 else None, by), is_start=True
        )

    def _add(self, line: Line, *, is_start: bool) -> None:
        self._count += 1
        if is_start:
            self._start.append((self._count, line))
        else:
            self._dropped += len(self._latest) == self._limit
            self._latest.append((self._count, line))

    def _know(self, headers: Mapping[str, str]) -> None:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme in ("Bot", "Bearer"):
            self.secrets.add(token, "bot-token" if scheme == "Bot" else "access-token")
        elif token:
            self.secrets.add(token, "credentials")

    def to_json(self) -> str:
        """Return all that was kept so far as the text of a recording, without secrets."""
        numbered = sorted([*self._start, *self._latest], key=lambda each: (each[1].at, each[0]))
        rows = scrubbed((line for _, line in numbered), self.secrets, self._scrub)
        return write_rows(self.start_time, rows, self._dropped)

    def recording(self) -> Recording:
        """Return the same as a recording."""
        return Recording.from_json(self.to_json())

    def extend(self, lines: Iterable[Line]) -> None:
        """Keep lines that come before all others."""
        for line in lines:
            self._add(line, is_start=True)
        self._has_begun = True


def path_of(host: str, path: str) -> str:
    """Return a path as lines have it: below the API's version, or with the host."""
    if host not in API_HOSTS:
        return f"https://{host}{path}"
    return below_version(path)


def decoded_body(request: Request) -> tuple[Any, list[Part]]:
    """Return (JSON, files) of a request's body; of one that is not what it says, the text. Any: JSON."""
    try:
        return read_body(request)
    except (RestError, ValueError):
        return request.body.decode(errors="replace"), []


def _put_answer(line: Exchange, body: bytes, content_type: str) -> None:
    if not body:
        return
    try:
        text = body.decode()
    except UnicodeDecodeError:
        line.data = body
        return
    if content_type.partition(";")[0].strip() == "application/json":
        with contextlib.suppress(ValueError):
            line.answer = json.loads(text)
            return
    line.text = text
