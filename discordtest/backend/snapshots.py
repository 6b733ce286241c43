"""Saved worlds: all that exists at one moment, to go back to, in memory or as JSON text.

What is one record in the world is one record in the copy. In the text such a record stands once, in ``shared``, and
``{"$": 3}`` means the fourth of them; what JSON does not know is ``{"$": "tuple", "items": […]}``, likewise ``dict``
(keys that are no text) and ``bytes``. A text is data: reading it runs nothing, and loads all of it or nothing.
"""

from __future__ import annotations

import base64
import json
import zlib
from abc import ABC, abstractmethod
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from discordtest.backend.encoding import encode
from discordtest.backend.tokens import is_made_up, make_token
from discordtest.backend.world import World
from discordtest.counting import counted
from discordtest.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Values: TypeAlias = dict[str, Any]  # name of a table -> the table. Any: each has its own shape

__all__ = ["FORMAT", "VERSION", "Snapshot", "Snapshots", "checksum"]

FORMAT = "discordtest world"
VERSION = 3  # of the text; a new table makes it another, too
_LEAVES = frozenset((str, int, bool, float, type(None)))
_KEYS = frozenset(("format", "version", "checksum", "start_time", "now", "shared", "tables"))


class Snapshot:
    """A world as it was: for ``restore``, for ``world = …`` of a test case, or as text for a file."""

    def __init__(self, start_time: datetime, now: int, values: Values) -> None:
        self._start_time = start_time
        self._now = now
        self._values = values

    @property
    def moment(self) -> tuple[datetime, int]:
        """The wall clock at 0, and the microseconds since then."""
        return self._start_time, self._now

    @property
    def applications(self) -> frozenset[str]:
        """The ids of the applications."""
        return frozenset(self._values["applications"])

    def values(self) -> Values:
        """Return the tables by name, as a copy that nobody else has."""
        copied: Values = _copy(self._values, {})
        return copied

    def to_json(self) -> str:
        """Return it as JSON. Tokens that the test did not make up are left out: they may be real."""
        values = {**self._values, "tokens": _without_secrets(self._values["tokens"])}
        records, forms = _Writer(values).write()
        shared = [encode(record) for record in records]
        tables = [f'"{name}":{encode(form)}' for name, form in forms.items()]
        start_time = self._start_time.isoformat()
        head = {
            "format": FORMAT,
            "version": VERSION,
            "checksum": _checksum(
                f"[{encode(start_time)},{self._now},[{','.join(shared)}],{{{','.join(tables)}}}]"
            ),
            "start_time": start_time,
            "now": self._now,
        }
        lines = [f'"{name}": {encode(value)}' for name, value in head.items()]
        lines.append(f'"shared": [\n{_lines(shared)}]')
        lines.append(f'"tables": {{\n{_lines(tables)}}}')
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @classmethod
    def from_json(cls, text: str) -> Snapshot:
        """Return what `to_json` has written; BackendError for anything else."""
        try:
            saved = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BackendError(f"the saved world is damaged: it is no JSON ({error})") from None
        if not isinstance(saved, dict) or saved.get("format") != FORMAT:
            raise BackendError("this is no saved world: Snapshot.to_json() has not written it")
        if saved.get("version") != VERSION:
            raise _of_another_version(f"its format is {saved.get('version')!r}, this one reads {VERSION}")
        try:
            return cls._read(saved)
        except (LookupError, TypeError, ValueError, RecursionError) as error:
            raise BackendError(f"the saved world is damaged: {error}") from None

    @classmethod
    def _read(cls, saved: dict[str, Any]) -> Snapshot:
        if saved.keys() != _KEYS or saved["checksum"] != checksum(saved):
            raise ValueError("it is not what was written")
        read = _reader(saved["shared"])
        values = {name: read(table) for name, table in saved["tables"].items()}
        start_time, now = datetime.fromisoformat(saved["start_time"]), saved["now"]
        known = _values_of(World(start_time))
        if newer := values.keys() - known.keys():
            raise _of_another_version(f"it has {', '.join(sorted(newer))}")
        # What this version keeps besides begins empty; the addresses of one that signed none are signed when shown.
        values = {**known, "signed_until": 1, **values}
        if type(now) is not int or now < 0 or start_time.tzinfo is None:
            raise ValueError("it is of no moment")
        if any(type(values[name]) is not _plain_type(value) for name, value in known.items()):
            raise ValueError("a table is none")
        return cls(start_time, now, values)

    def __repr__(self) -> str:
        guilds = counted(len(self._values["guilds"]), "guild")
        users = counted(len(self._values["users"]), "user")
        return f"<Snapshot of {guilds} and {users}, {self._now / 1e6:g} s after the start>"


class Snapshots(ABC):
    """What a backend does with saved worlds."""

    world: World
    #: How far the clock that the backend was given is ahead of the world's, in microseconds.
    ahead: int = 0

    def snapshot(self) -> Snapshot:
        """Return all that exists now, to come back to."""
        world = self.world
        return Snapshot(world.start_time, world.now(), _copy(_values_of(world), {}))

    def load(self, snapshot: Snapshot) -> None:
        """Make the world what it was, ids and clock included; gateway sessions end.

        The tables stay the objects that they are, the records in them are others.
        """
        world = self.world
        start_time, now = snapshot.moment
        values = snapshot.values()  # whatever goes wrong goes wrong before anything changes
        self._end_sessions()
        for name, value in values.items():
            table = getattr(world, name)
            if isinstance(table, dict):
                table.clear()
                table.update(value)
            elif isinstance(table, list):
                table[:] = value
            else:
                setattr(world, name, value)
        self.ahead += world.now() - now
        world.begin_at(start_time)
        self._restart()
        for at, _, _ in list(world.deadlines):
            world.alarm(at)

    @abstractmethod
    def _end_sessions(self) -> None:
        """End every gateway session; its client has to begin another."""

    @abstractmethod
    def _restart(self) -> None:
        """Begin anew what counts by the clock and is not of the world."""


# -- what is saved


def _values_of(world: World) -> Values:
    return {name: value for name, value in vars(world).items() if name not in _NOT_SAVED}


_NOT_SAVED = frozenset(
    (
        "start_time", "id_offset", "now", "sink", "alarm", "on_voice_server", "on_voice_end", "stamped",
        "_started",
    )
)  # fmt: skip


def _plain_type(value: object) -> type:
    return dict if isinstance(value, defaultdict) else type(value)


def _copy(value: Any, known: dict[int, Any]) -> Any:
    """Return a copy in which what was one is one."""
    kind = type(value)
    if kind in _LEAVES:
        return value
    found = known.get(id(value))
    if found is not None:
        return found
    made: Any
    if isinstance(value, dict):
        made = known[id(value)] = {}
        for key, each in value.items():
            made[key] = each if type(each) in _LEAVES else _copy(each, known)
    elif kind is list:
        made = known[id(value)] = []
        made += [each if type(each) in _LEAVES else _copy(each, known) for each in value]
    elif kind is tuple:
        made = known[id(value)] = tuple([_copy(each, known) for each in value])
    elif isinstance(value, (str, int, bytes)):
        made = value
    else:
        raise TypeError(f"a world holds no {kind.__name__}: {value!r}")
    return made


def _without_secrets(tokens: dict[str, str]) -> dict[str, str]:
    return {token if is_made_up(token) else make_token(owner): owner for token, owner in tokens.items()}


# -- the text


class _Writer:
    """Writes tables as JSON; what occurs more than once stands in ``shared``, after what it refers to."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.shared: list[Any] = []
        self._once: set[int] = set()
        self._often: set[int] = set()
        self._numbers: dict[int, int] = {}

    def write(self) -> tuple[list[Any], Values]:
        """Return (shared, tables)."""
        for table in self.values.values():
            self._count(table)
        return self.shared, {name: self._form(table) for name, table in self.values.items()}

    def _count(self, value: Any) -> None:
        if isinstance(value, (dict, list)):
            if id(value) in self._once:
                self._often.add(id(value))
                return
            self._once.add(id(value))
        elif not isinstance(value, tuple):
            return
        for each in value.values() if isinstance(value, dict) else value:
            if type(each) not in _LEAVES:
                self._count(each)

    def _form(self, value: Any) -> Any:
        if type(value) in _LEAVES:
            return value
        if id(value) not in self._often:
            return self._inner(value)
        number = self._numbers.get(id(value))
        if number is None:
            self.shared.append(self._inner(value))
            number = self._numbers[id(value)] = len(self.shared) - 1
        return {"$": number}

    def _inner(self, value: Any) -> Any:
        form = self._form
        if isinstance(value, dict):
            if "$" not in value and all(type(key) is str for key in value):
                return {key: each if type(each) in _LEAVES else form(each) for key, each in value.items()}
            return {"$": "dict", "items": [[form(key), form(each)] for key, each in value.items()]}
        if isinstance(value, list):
            return [each if type(each) in _LEAVES else form(each) for each in value]
        if isinstance(value, tuple):
            return {"$": "tuple", "items": [form(each) for each in value]}
        if isinstance(value, bytes):
            return {"$": "bytes", "base64": base64.b64encode(value).decode()}
        return str(value) if isinstance(value, str) else int(value)


def _reader(shared: list[Any]) -> Callable[[Any], Any]:
    """Return what reads a form that refers to ``shared``."""
    made: list[Any] = []

    def read(form: Any) -> Any:
        if isinstance(form, dict):
            if "$" in form:
                return special(form)
            return {key: each if type(each) in _LEAVES else read(each) for key, each in form.items()}
        if isinstance(form, list):
            return [each if type(each) in _LEAVES else read(each) for each in form]
        return form

    def special(form: dict[str, Any]) -> Any:
        kind = form["$"]
        if type(kind) is int and 0 <= kind < len(made):
            return made[kind]
        if kind == "tuple":
            return tuple([read(each) for each in form["items"]])
        if kind == "dict":
            return {key_of(key): read(each) for key, each in form["items"]}
        if kind == "bytes":
            return base64.b64decode(form["base64"], validate=True)
        raise ValueError(f"it refers to {kind!r}")

    def key_of(form: Any) -> Any:
        key = read(form)
        if type(key) in _LEAVES or (type(key) is tuple and all(type(each) in _LEAVES for each in key)):
            return key
        raise ValueError("a key is none")

    for each in shared:
        made.append(read(each))  # noqa: PERF401  # it may refer to those before it
    return read


def checksum(saved: dict[str, Any]) -> str:
    """Return the checksum of a parsed text."""
    return _checksum(encode([saved[name] for name in ("start_time", "now", "shared", "tables")]))


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"


def _lines(rows: list[str]) -> str:
    text = ",\n".join(rows)
    return f"{text}\n" if text else ""


def _of_another_version(what: str) -> BackendError:
    return BackendError(f"the world was saved by another version of discordtest ({what}): save it anew")
