"""A recording: what crossed the wire between a bot and Discord, and the file that holds it.

The file is JSON with one line for each request or frame, so that differences read well and every mistake has a line:

    {"discordtest": "recording", "version": 1, "start_time": "2026-01-01T00:00:00+00:00", "lines": [
    {"at": 0, "request": "GET /users/@me", "status": 200, "answer": {"id": "1"}},
    {"at": 0.1, "socket": 0, "received": {"op": 10, "d": {"heartbeat_interval": 41250}}}
    ]}

It is data: loading one runs nothing, and loads all of it or nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from discordtest.counting import counted
from discordtest.errors import RecordingError
from discordtest.recordings import lines as lines_
from discordtest.recordings.lines import Frame, Line, encode

__all__ = ["VERSION", "Recording", "last_moment", "write", "write_rows"]

VERSION = 1
MAX_DEPTH = 100  # of one line; Discord's payloads have some twenty
_HEAD_END, _END = '"lines": [', "]}"
_HEAD = frozenset(("discordtest", "version", "start_time", "dropped", "lines"))
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Recording:
    """What a bot and Discord said to each other; ``lines`` are in order, ``start_time`` is the wall clock at 0.

    >>> Recording.load("bug.json").save("copy.json")
    """

    def __init__(
        self, lines: Sequence[Line], *, start_time: datetime, path: Path | None = None, dropped: int = 0
    ) -> None:
        self.lines = lines
        self.start_time = start_time
        self.path = path
        self.dropped = dropped  # how many lines a limit has cost, between the start and the first one kept

    @classmethod
    def load(cls, path: str | Path) -> Recording:
        """Read a file; RecordingError, with the line, for one that is no recording or damaged."""
        path = Path(path)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise RecordingError(f"there is no recording {path}: {error.strerror}") from None
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            _refuse(path.name, data.count(b"\n", 0, error.start) + 1, f"it is no UTF-8 ({error.reason})")
        return cls._read(text, path.name, path)

    @classmethod
    def from_json(cls, text: str) -> Recording:
        """Return what `to_json` has written; RecordingError, with the line, for anything else."""
        return cls._read(text, "the recording", None)

    @classmethod
    def _read(cls, text: str, name: str, path: Path | None) -> Recording:
        rows = text.replace("\r\n", "\n").split("\n")
        while len(rows) > 1 and not rows[-1].strip():
            rows.pop()
        head = _head(rows[0], name)
        if rows[-1] != _END or len(rows) < 2:
            _refuse(name, len(rows), f"it ends here, without its last line {_END!r}: a part is missing")
        found = _lines(rows, name)
        start_time = datetime.fromisoformat(head["start_time"])
        return cls(found, start_time=start_time, path=path, dropped=head.get("dropped", 0))

    def save(self, path: str | Path) -> Path:
        """Write the file; return its path. What was recorded has no secrets in it any more, so this looks for none."""
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self.to_json(), encoding="utf-8", newline="\n")
        return target

    def to_json(self) -> str:
        """Return it as text."""
        return write(self.start_time, (lines_.as_record(line) for line in self.lines), self.dropped)

    @property
    def sockets(self) -> dict[str | int, list[Line]]:
        """What crossed each websocket, by its name."""
        found: dict[str | int, list[Line]] = {}
        for line in self.lines:
            if not isinstance(line, lines_.Exchange):
                found.setdefault(line.socket, []).append(line)
        return found

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return "the recording" if self.path is None else self.path.name

    def place(self, line: Line) -> str:
        """Return where a line is: ``bug.json, line 12``."""
        if line.number:
            return f"{self.name}, line {line.number}"
        return f"{self.name}, entry {self.lines.index(line)}"

    def __repr__(self) -> str:
        frames = sum(isinstance(line, Frame) for line in self.lines)
        return f"<Recording {self.name}: {counted(len(self.lines), 'line')}, {frames} of them frames>"


def last_moment(recording: Recording) -> float:
    """Return the time of the last line, in seconds."""
    return recording.lines[-1].at if recording.lines else 0.0


def write(start_time: datetime, records: Iterable[Any], dropped: int = 0) -> str:
    """Return the text of a recording, from what each line says."""
    return write_rows(start_time, [encode(record) for record in records], dropped)


def write_rows(start_time: datetime, rows: Sequence[str], dropped: int = 0) -> str:
    """Return the text of a recording, from the text of each line."""
    head = {"discordtest": "recording", "version": VERSION, "start_time": start_time.isoformat()}
    if dropped:
        head["dropped"] = dropped
    body = ",\n".join(rows)
    return f"{encode(head)[:-1]}, {_HEAD_END}\n{body}{chr(10) if rows else ''}{_END}\n"


# -- reading


def _head(row: str, name: str) -> dict[str, Any]:
    if not row.endswith(_HEAD_END):
        _refuse(
            name, 1, f"this is no recording: its first line is an object that ends with {_HEAD_END!r}, then "
            "there is one line for each request or frame (has something laid it out anew?)",
        )  # fmt: skip
    head = _decoded(row + _END, name, 1)
    if head.get("discordtest") != "recording":
        _refuse(name, 1, 'this is no recording: it has no "discordtest": "recording"')
    if head.get("version") != VERSION:
        _refuse(name, 1, f"its version is {head.get('version')!r}, this discordtest reads {VERSION}")
    if unknown := head.keys() - _HEAD:
        _refuse(name, 1, f'it has an unknown "{min(unknown)}"')
    dropped = head.get("dropped", 0)
    if type(dropped) is not int or dropped < 0:
        _refuse(name, 1, f'its "dropped" is {dropped!r}')
    try:
        if datetime.fromisoformat(head["start_time"]).tzinfo is not None:
            return head
        problem = "it has no time zone"
    except (LookupError, TypeError, ValueError) as error:
        problem = str(error)
    _refuse(name, 1, f'its "start_time" is no moment: {problem}')


def _lines(rows: list[str], name: str) -> list[Line]:
    found: list[Line] = []
    latest, last = 0.0, len(rows) - 1
    decode, read = _decoder.decode, lines_.read
    for number in range(2, last + 1):
        row = rows[number - 1]
        if number == last:
            if row.endswith(","):
                _refuse(name, number, "a comma ends the last line: a part is missing")
        elif row.endswith(","):
            row = row[:-1]
        else:
            _refuse(name, number, "no comma ends it, and more lines follow")
        try:
            if row.count("{") + row.count("[") > MAX_DEPTH and _depth(row) > MAX_DEPTH:
                raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
            if "\\u" in row and _SURROGATE.search(row):
                encode(json.loads(row)).encode()
            line = read(decode(row), number, row)
        except RecursionError:
            _refuse(name, number, f"it is nested more than {MAX_DEPTH} deep")
        except UnicodeEncodeError:
            _refuse(name, number, "half of a character is missing in it")
        except json.JSONDecodeError as error:
            _refuse(name, number, f"it is no JSON: {error.msg}, at column {error.colno}")
        except ValueError as error:
            _refuse(name, number, str(error))
        if line.at < latest:
            _refuse(name, number, f"time goes back: {line.at} comes after {latest}")
        latest = line.at
        found.append(line)
    return found


def _decoded(row: str, name: str, number: int) -> dict[str, Any]:
    try:
        value = _decoder.decode(row)
    except RecursionError:
        _refuse(name, number, f"it is nested more than {MAX_DEPTH} deep")
    except ValueError as error:
        _refuse(name, number, f"it is no JSON: {error}")
    if not isinstance(value, dict):
        _refuse(name, number, "this is no recording: it is no object")
    return value


def _depth(row: str) -> int:
    deepest = depth = 0
    for token in _TOKENS.findall(row):
        if token in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in "]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'it has "{twice}" twice')
    return made


def _constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def _refuse(name: str, number: int, problem: str) -> NoReturn:
    raise RecordingError(f"{name}, line {number}: {problem}")
