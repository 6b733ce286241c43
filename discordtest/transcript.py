"""Everything that happened in a test, as text: acts, requests with their answers, messages, events.

It reads the backend's journal when it is printed, so keeping it costs nothing.
"""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from discordtest.assertions.filters import text_of
from discordtest.assertions.presences import presence_text
from discordtest.backend.journal import Act, Dispatch, Exchange, Frame, Handled, Sent
from discordtest.backend.payloads import is_well_formed
from discordtest.backend.resources.message_form import EPHEMERAL
from discordtest.brevity import start_of
from discordtest.names import channel_name, name_of, named_path
from discordtest.refusals import mistakes

if TYPE_CHECKING:
    from discordtest.backend.journal import Entry
    from discordtest.scene import Scene

__all__ = ["Transcript", "extras"]

_WIDTH = 160
_LONG = 3600 * 1_000_000  # microseconds
_NOISE = frozenset(("nonce", "enforce_nonce"))
_QUIET = frozenset((1, 2, 6))  # opcodes of every connection: heartbeat, identify, resume
_PRESENCE = 3
_OPCODES = {_PRESENCE: "changes its presence", 4: "changes its voice state", 8: "asks for members"}


class Transcript:
    """What happened in this test: iterate for its lines, or ``print(self.transcript)``."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def lines(self, start: int = 0) -> list[str]:
        """Return a line for each entry of the journal from number ``start`` on; some entries need none.

        It begins with the seconds since the test began, or with the date where the test lasts hours.
        """
        found = []
        journal = self._scene.backend.journal
        at = self._date if journal and journal[-1].at >= _LONG else _seconds
        for entry in journal[start:]:
            text = self._describe(entry)
            if text:
                short = self.line(entry) if isinstance(entry, Exchange) else _short(text)
                found.append(f"{at(entry)}  {short}")
        return found

    def _date(self, entry: Entry) -> str:
        """Return by the wall clock when an entry was made, in the zone of the test."""
        now = self._scene.loop.now()
        gone = timedelta(microseconds=self._scene.backend.world.now() - entry.at)
        return f"{(now.astimezone(UTC) - gone).astimezone(now.tzinfo):%m-%d %H:%M:%S}"

    def tail(self, count: int = 15) -> str:
        """Return the last lines."""
        lines = self.lines()
        dropped = len(lines) - count
        head = [f"            … {dropped} earlier lines: print(self.transcript)"] if dropped > 0 else []
        return "\n".join([*head, *lines[-count:]])

    def __iter__(self) -> Any:
        return iter(self.lines())

    def __str__(self) -> str:
        return "\n".join(self.lines())

    # -- one entry

    def line(self, entry: Exchange) -> str:
        """Return a request with its answer as one line."""
        return self._exchange(entry).replace("\n", "\\n")

    def _describe(self, entry: Entry) -> str:
        if isinstance(entry, Act):
            return entry.text
        if isinstance(entry, Exchange):
            return self._exchange(entry)
        if isinstance(entry, Frame):
            return self._frame(entry)
        if isinstance(entry, Dispatch):
            return f"    event {entry.name}"
        return "" if isinstance(entry, Handled) else self._sent(entry)  # failures say what was handled

    def _who(self, user_id: str | None) -> str:
        return (
            "a client" if user_id is None else name_of(self._scene.backend.world, user_id).removeprefix("@")
        )

    def _exchange(self, entry: Exchange) -> str:
        who = self._who(entry.actor.user_id if entry.actor else None)
        path = named_path(self._scene.backend.world, entry.path)
        query = "?" + "&".join(f"{key}={value}" for key, value in entry.query.items()) if entry.query else ""
        body = _body(entry.json, is_edit=entry.method == "PATCH")
        files = "".join(f" +{file.filename}" for file in entry.files)
        return f"{_short(f'{who}: {entry.method} {path}{query}{files}{body}')} → {_answer(entry)}"

    def _frame(self, entry: Frame) -> str:
        who = self._who(entry.user_id)
        number, count = entry.shard
        if count > 1:
            who += f" (shard {number})"
        try:
            frame = json.loads(entry.text)
            opcode = frame["op"]
        except (ValueError, KeyError, TypeError):
            return f"{who}: an unreadable frame {entry.text!r}"
        if opcode in _QUIET:
            return ""
        return f"{who} {_OPCODES.get(opcode, f'sends opcode {opcode}')}{_details(opcode, frame.get('d'))}"

    def _sent(self, entry: Sent) -> str:
        if not entry.wire:
            return ""  # the verb or builder has said it
        message = entry.message
        where = channel_name(self._scene.backend.world, message["channel_id"])
        return f"    {message['author']['username']} says {text_of(message)!r} in {where}{extras(message)}"


def _seconds(entry: Entry) -> str:
    return f"{entry.at / 1e6:9.3f} s"


def extras(message: dict[str, Any]) -> str:
    """Return what a message has besides text, in words."""
    titles = (embed.get("title") or embed.get("description") or "" for embed in message["embeds"])
    parts = [f"embed {title!r}" for title in titles]
    parts += [f"file {attachment['filename']!r}" for attachment in message["attachments"]]
    if message.get("components"):
        parts.append("components")
    if message["flags"] & EPHEMERAL:
        parts.append("ephemeral")
    return f" ({', '.join(parts)})" if parts else ""


def _details(opcode: int, data: Any) -> str:
    """Return what a frame of the client asks for; nothing where it is not formed as Discord wants it."""
    if opcode != _PRESENCE or not is_well_formed(opcode, data):
        return ""
    shown = {"status": data.get("status") or "online", "activities": data.get("activities") or []}
    return f" to {presence_text(shown)}"


def _body(value: Any, *, is_edit: bool) -> str:
    """Return a body without what discord.py always sends; in an edit, nothing and False are what is meant."""
    if isinstance(value, dict):
        value = {
            key: each
            for key, each in value.items()
            if key not in _NOISE and (is_edit or each not in (None, False, []))
        }
    return f" {json.dumps(value, ensure_ascii=False)}" if value else ""


def _answer(entry: Exchange) -> str:
    text = _status(entry)
    return f"{text} (limit used up: wait {entry.wait:g} s)" if entry.wait else text


def _status(entry: Exchange) -> str:
    if not entry.status:
        return "no answer"
    if entry.status < 400:
        return str(entry.status)
    result = entry.result if isinstance(entry.result, dict) else {}
    text = f"{entry.status} {result.get('message', '')} (code {result.get('code', 0)})"
    if entry.why:
        text += f": {entry.why}"
    if "errors" not in result:
        return text
    return f"{text}: {'; '.join(f'{path}: {message}' for path, message in mistakes(result['errors']))}"


def _short(text: str) -> str:
    return start_of(text.replace("\n", "\\n"), _WIDTH)
