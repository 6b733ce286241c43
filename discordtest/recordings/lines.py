"""The lines of a recording: one request with its answer, one frame, or the end of one connection.

A line is plain JSON. Whatever reads one checks each of its fields here, and runs nothing. Times are seconds since the
recording began.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

from discordtest.brevity import start_of

__all__ = ["Closed", "Exchange", "Frame", "Line", "as_record", "encode", "read"]

encode: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode

_REQUEST = re.compile(r"[A-Z]{3,7} (/|https://[\w.-]+/)\S*")
# A frame as it is written here, whose payload is the last that is in it.
_PLAIN_FRAME = re.compile(
    r'\{"at": [\d.e+-]+, "socket": (?:-?\d+|"[^"\\]*"), "(?:received|sent)": (\{.*\})\}'
)
_ERRORS = ("reset", "timeout")


@dataclass(slots=True, eq=False)
class Exchange:
    """A request of the bot with Discord's answer."""

    at: float
    request: str  # "POST /channels/1/messages"; of another host than the API with the whole address
    status: int = 0  # 0: there was no answer, and `error` says why
    query: dict[str, Any] = field(default_factory=dict)
    json: Any = None  # Any: JSON
    files: list[str] = field(default_factory=list)  # the names of what was uploaded
    reason: str | None = None  # the one for the audit log
    headers: dict[str, str] = field(default_factory=dict)  # of the answer; those about rate limits
    answer: Any = None  # Any: JSON
    text: str | None = None  # an answer that is no JSON
    data: bytes | None = None  # an answer that is no text
    error: str | None = None  # "reset" or "timeout"
    took: float = 0.0  # seconds until the answer
    number: int = 0  # the line of the file; 0: of none

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.request.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path below the API's version, or the address."""
        return self.request.partition(" ")[2]


class Frame:
    """One frame of a websocket; ``payload`` is JSON, text that is none, or bytes.

    One that was read from a file keeps its row and parses it when it is asked for: ten thousand payloads would keep
    the garbage collector busier than the parser.
    """

    __slots__ = ("_payload", "_row", "at", "direction", "event", "number", "op", "socket")

    def __init__(
        self,
        at: float,
        socket: str | int,
        direction: Literal["received", "sent"],
        payload: Any,  # JSON, or bytes
        number: int = 0,
        row: str | None = None,
    ) -> None:
        self.at = at
        self.socket = socket
        self.direction = direction
        self.number = number
        #: The opcode of a gateway frame.
        self.op: int | None = payload.get("op") if isinstance(payload, dict) else None
        #: The name of a gateway event.
        self.event: str | None = payload.get("t") if isinstance(payload, dict) else None
        self._payload = payload if row is None else None
        self._row = row

    @property
    def payload(self) -> Any:
        """What it says. Any: JSON."""
        if self._row is None:
            return self._payload
        record = json.loads(self._row)
        payload = record[self.direction]
        return base64.b64decode(payload) if "bytes" in record else payload

    @property
    def data(self) -> Any:
        """The payload of a gateway frame. Any: JSON."""
        payload = self.payload
        return payload.get("d") if isinstance(payload, dict) else None

    @property
    def text(self) -> str:
        """What it says as JSON text, as it goes over the wire."""
        plain = None if self._row is None else _PLAIN_FRAME.fullmatch(self._row)
        return encode(self.payload) if plain is None else plain[1]

    def __repr__(self) -> str:
        return f"Frame({self.at}, {self.socket!r}, {self.direction!r}, {start_of(repr(self.payload))})"


@dataclass(slots=True, eq=False)
class Closed:
    """The end of a connection; without a code it just ended."""

    at: float
    socket: str | int
    code: int | None
    by: Literal["client", "server"] = "server"
    number: int = 0


Line: TypeAlias = Exchange | Frame | Closed


def as_record(line: Line) -> dict[str, Any]:
    """Return a line as it is written: what goes without saying is left out."""
    if isinstance(line, Exchange):
        record = {"at": line.at, "request": line.request}
        for name in _OPTIONAL:
            value = getattr(line, name)
            if value or (name == "json" and value is not None):
                record[name] = value
        record["status"] = line.status
        if line.answer is not None:
            record["answer"] = line.answer
        if line.text is not None:
            record["text"] = line.text
        if line.data is not None:
            record["data"] = base64.b64encode(line.data).decode()
        return record
    start = {"at": line.at, "socket": line.socket}
    if isinstance(line, Closed):
        return {**start, "closed": line.code, "by": line.by}
    if isinstance(line.payload, bytes):
        return {**start, line.direction: base64.b64encode(line.payload).decode(), "bytes": True}
    return {**start, line.direction: line.payload}


_OPTIONAL = ("query", "json", "files", "reason", "headers", "took", "error")


# -- reading


def read(record: Any, number: int, row: str | None = None) -> Line:
    """Return what a line says, whose JSON is ``row``; ValueError with what is wrong about it."""
    if not isinstance(record, dict):
        raise ValueError(f"it is no object but {start_of(repr(record))}")
    if "request" in record:
        return _exchange(record, number)
    for kind in ("received", "sent"):
        if kind in record:
            return _frame(record, kind, number, row)
    if "closed" in record:
        return _closed(record, number)
    raise ValueError('it has none of "request", "received", "sent" and "closed"')


def _exchange(record: dict[str, Any], number: int) -> Exchange:
    _check(record, _Checks.exchange, ("at", "request", "status"))
    answers = [name for name in ("answer", "text", "data") if name in record]
    if len(answers) > 1:
        raise ValueError(f'it has "{answers[0]}" and "{answers[1]}"')
    if (record["status"] == 0) != ("error" in record):
        raise ValueError('"status" is 0 where there is an "error", and only there')
    values = dict(record)
    if "data" in values:
        values["data"] = _decoded(values["data"], "data")
    return Exchange(**values, number=number)


def _frame(record: dict[str, Any], kind: Any, number: int, row: str | None) -> Frame:
    _check(record, _Checks.received if kind == "received" else _Checks.sent, ("at", "socket"))
    payload = record[kind]
    if "bytes" in record:
        payload = _decoded(payload, kind)
    return Frame(record["at"], record["socket"], kind, payload, number, row)


def _closed(record: dict[str, Any], number: int) -> Closed:
    _check(record, _Checks.closed, ("at", "socket"))
    return Closed(record["at"], record["socket"], record["closed"], record.get("by", "server"), number)


def _check(record: dict[str, Any], checks: dict[str, Check], required: tuple[str, ...]) -> None:
    for name, value in record.items():
        check = checks.get(name)
        if check is None:
            raise ValueError(f'it has an unknown "{name}"')
        if not check(value):
            raise ValueError(f'its "{name}" is {start_of(repr(value))}')
    for name in required:
        if name not in record:
            raise ValueError(f'it has no "{name}"')


def _decoded(text: Any, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise ValueError(f'its "{name}" is no Base64') from None


# -- what each field may be

Check: TypeAlias = Callable[[Any], bool]


def _is_seconds(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < math.inf


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _is_query(value: Any) -> bool:
    """Tell whether it is a text for each name, or a list of them."""
    return isinstance(value, dict) and all(
        isinstance(text, str)
        for each in value.values()
        for text in (each if isinstance(each, list) else [each])
    )


class _Checks:
    """What is allowed, by kind of line."""

    exchange: ClassVar[dict[str, Check]] = {
        "at": _is_seconds,
        "request": lambda value: isinstance(value, str) and _REQUEST.fullmatch(value) is not None,
        "status": lambda value: type(value) is int and (value == 0 or 100 <= value <= 599),
        "query": _is_query,
        "json": lambda value: True,
        "files": lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
        "reason": lambda value: isinstance(value, str),
        "headers": _is_texts,
        "answer": lambda value: True,
        "text": lambda value: isinstance(value, str),
        "data": lambda value: isinstance(value, str),
        "error": lambda value: value in _ERRORS,
        "took": _is_seconds,
    }
    _frame: ClassVar[dict[str, Check]] = {
        "at": _is_seconds,
        "socket": lambda value: type(value) in (int, str),
        "bytes": lambda value: value is True,
    }
    received: ClassVar[dict[str, Check]] = {**_frame, "received": lambda value: True}
    sent: ClassVar[dict[str, Check]] = {**_frame, "sent": lambda value: True}
    closed: ClassVar[dict[str, Check]] = {
        "at": _is_seconds,
        "socket": lambda value: type(value) in (int, str),
        "closed": lambda value: value is None or (type(value) is int and 1000 <= value <= 4999),
        "by": lambda value: value in ("client", "server"),
    }
