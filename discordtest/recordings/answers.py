"""Answers that a test gives to requests which its recording does not have, and what requests mean for the journal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from discordtest.backend.encoding import encode
from discordtest.backend.journal import Exchange as Entry
from discordtest.backend.journal import Sent
from discordtest.backend.resources.interaction_callback import UPDATE
from discordtest.backend.rest import match
from discordtest.backend.targets import path_pattern
from discordtest.backend.wire import Response
from discordtest.errors import SetupError
from discordtest.recordings.lines import Exchange

if TYPE_CHECKING:
    from discordtest.recordings.player import Player

__all__ = ["Answers", "note_sent"]

Given: TypeAlias = Callable[[Exchange | None], Response]


class Answers:
    """What a test has said that Discord answers; the latest counts."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._given: list[tuple[str, re.Pattern[str], Any, int]] = []

    def add(self, method: str, path: str, payload: Any, status: int) -> None:
        """Note an answer."""
        if not path.startswith(("/", "https://")):
            raise SetupError(f'a path begins with a slash, after the version: "/channels/…", not {path!r}')
        pattern = path_pattern(path)
        self._given.insert(0, (method.upper(), pattern, payload, status))

    def find(self, entry: Entry) -> Given | None:
        """Return what makes the answer to a request; it takes the nearest recorded one."""
        for method, pattern, payload, status in self._given:
            if method == entry.method and pattern.fullmatch(entry.path):
                return lambda nearest: self._answer(entry, payload, status, nearest)
        return None

    def _answer(self, entry: Entry, payload: Any, status: int, nearest: Exchange | None) -> Response:
        if callable(payload):
            payload = payload(entry)
        elif payload is ...:
            payload = self._alike(entry, nearest)
        if payload is None:
            return Response(204 if status == 200 else status)
        return Response(status, encode(payload).encode(), {"Content-Type": "application/json"})

    def _alike(self, entry: Entry, nearest: Exchange | None) -> Any:
        """Return a recorded answer to the same route with what this request says in it."""
        for line in (nearest, *self._player.recording.lines):
            if isinstance(line, Exchange) and line.method == entry.method and 200 <= line.status < 300:
                if line is nearest or (
                    entry.route is not None and match(line.method, line.path)[0] is entry.route
                ):
                    break
        else:
            raise self._player.report(
                SetupError(
                    f"{entry.method} {entry.path} is like nothing that was recorded: say what Discord answers, "
                    f'self.backend.answer("{entry.method}", "…", payload)'
                )
            )
        if not isinstance(line.answer, dict):
            return line.answer
        said = entry.json if isinstance(entry.json, dict) else {}
        changed = {key: value for key, value in said.items() if key in line.answer and value is not None}
        if entry.method == "POST" and "id" in line.answer:
            changed["id"] = self._player.world.snowflake()
        return {**line.answer, **changed}


# -- messages


def note_sent(player: Player, entry: Entry) -> None:
    """Write into the journal that a request has sent a message, if it has, in a channel that the bot knows."""
    message = _message_sent(entry)
    if isinstance(message, dict) and message.get("channel_id") in player.world.channels:
        player.journal.append(Sent(entry.at, player.actor, True, message))


def _message_sent(entry: Entry) -> Any:
    segments = entry.path.strip("/").split("/")
    result = entry.result
    if not isinstance(result, dict):
        return None
    if entry.method == "POST" and segments[0] == "interactions" and segments[-1] == "callback":
        is_update = isinstance(entry.json, dict) and entry.json.get("type") == UPDATE
        return None if is_update else (result.get("resource") or {}).get("message")
    if entry.method == "POST" and segments[0] == "channels" and segments[2:] == ["messages"]:
        return result
    if entry.method == "POST" and segments[0] == "webhooks" and len(segments) == 3:
        return result if "author" in result else None
    if entry.method == "PATCH" and segments[-1] == "@original" and result.get("edited_timestamp") is None:
        return result
    return None
