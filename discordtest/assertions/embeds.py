"""How an embed that was sent differs from what a test claims of it.

An ``Embed`` is compared as a whole, by what a bot can set: what Discord adds (type, proxies, sizes) is left out. A
dict names keys, and only those count, in nested dicts too; its values may be patterns, predicates and ``Close``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias

import discord

from discordtest.assertions.texts import diff, same_text
from discordtest.tolerance import Close

if TYPE_CHECKING:
    from discordtest.backend.world import Record

__all__ = ["EmbedLike", "embed_differences"]

EmbedLike: TypeAlias = discord.Embed | Mapping[str, Any]  # Any: values of every key

# What a bot can set; of those with inner keys only these.
_SETTABLE: dict[str, tuple[str, ...]] = {
    "title": (),
    "description": (),
    "url": (),
    "timestamp": (),
    "color": (),
    "footer": ("text", "icon_url"),
    "image": ("url",),
    "thumbnail": ("url",),
    "author": ("name", "url", "icon_url"),
    "fields": ("name", "value", "inline"),
}
_UPLOADED = "attachment://"
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def embed_differences(wanted: EmbedLike, found: Record) -> list[str]:
    """Return what differs, a line or block each; empty where nothing does."""
    if isinstance(wanted, discord.Embed):
        return list(_whole_differences(dict(wanted.to_dict()), found))
    named = {"color" if key == "colour" else key: value for key, value in wanted.items()}
    if unknown := named.keys() - _SETTABLE.keys():
        raise TypeError(f"an embed has no {', '.join(sorted(unknown))}; it has {', '.join(_SETTABLE)}")
    lines: list[str] = []
    for key, value in named.items():
        if key == "fields":
            lines += _field_differences(value, found.get("fields") or [])
        else:
            lines += _differences(f"embed {key}", value, found.get(key))
    return lines


def _whole_differences(wanted: Record, found: Record) -> Iterator[str]:
    """Compare by everything that a bot can set."""
    for key, inner in _SETTABLE.items():
        expected, actual = wanted.get(key), found.get(key)
        if key == "fields":
            nothing: Record = {}
            pairs = zip_longest(expected or (), actual or (), fillvalue=nothing)
            for number, (one, other) in enumerate(pairs):
                if not one or not other:
                    yield f"embed fields[{number}] is {_pair(other)}, not {_pair(one)}"
                    continue
                for name in inner:
                    yield from _differences(f"embed fields[{number}] {name}", one.get(name), other.get(name))
        elif inner:
            for name in inner:
                yield from _differences(
                    f"embed {key} {name}", (expected or {}).get(name), (actual or {}).get(name)
                )
        else:
            yield from _differences(f"embed {key}", expected, actual)


def _field_differences(wanted: Any, found: list[Record]) -> Iterator[str]:
    """Compare fields with a mapping (those, by name) or a list (all of them, in order): pairs or dicts."""
    if isinstance(wanted, Mapping):
        actual = {field["name"]: field["value"] for field in found}
        for name, value in wanted.items():
            lines = list(_differences(f"embed field {name!r}", value, actual.get(name)))
            if lines and name not in actual:
                has = ", ".join(map(repr, actual)) or "none"
                lines = [f"embed has no field {name!r}; its fields: {has}"]
            yield from lines
        return
    listed = [
        dict(item) if isinstance(item, Mapping) else {"name": item[0], "value": item[1]} for item in wanted
    ]
    if len(listed) != len(found):
        yield f"embed fields are {[(field['name'], field['value']) for field in found]}, {len(found)} not {len(listed)}"
    for number, (item, field) in enumerate(zip(listed, found, strict=False)):
        yield from _differences(f"embed fields[{number}]", item, field)


def _pair(field: Record) -> str:
    """Return a field as its name and value."""
    return f"{field['name']!r}: {field['value']!r}" if field else "nothing"


def _differences(what: str, wanted: Any, found: Any) -> Iterator[str]:
    """Compare one value. Any: JSON, or a pattern or predicate for it; None is nothing there."""
    if isinstance(wanted, Mapping):
        for name, value in wanted.items():
            yield from _differences(f"{what} {name}", value, (found or {}).get(name))
    elif isinstance(wanted, Close):
        if found != wanted:  # as it came: 0 is a number here, not what is not there
            yield f"{what} is {found!r}, not {wanted!r}"
    elif isinstance(wanted, re.Pattern) or callable(wanted):
        if not same_text(wanted, "" if found is None else found):
            yield f"{what} is {found!r}, which {getattr(wanted, 'pattern', 'the predicate')!r} does not accept"
    elif _plain(wanted) != _plain(found) and not _is_upload(wanted, found):
        if isinstance(wanted, str) and isinstance(found, str):
            yield f"{what} differs:\n{diff(wanted, found)}"
        elif what.endswith(" color"):
            yield f"{what} is {_hex(found)}, not {_hex(wanted)}"
        else:
            yield f"{what} is {found!r}, not {wanted!r}"


def _hex(color: Any) -> str:
    """Return a colour as people write it."""
    number = _plain(color)
    return f"#{number:06x}" if isinstance(number, int) else repr(color)


def _plain(value: Any) -> Any:
    """Return a value in the one form in which equal ones compare equal."""
    if isinstance(value, discord.Colour):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, str) and _TIMESTAMP.match(value):
        return datetime.fromisoformat(value).astimezone(UTC)
    return value or None  # False and "" are what is not there


def _is_upload(wanted: Any, found: Any) -> bool:
    """Tell whether a URL of the CDN is what became of ``attachment://name``."""
    if not (isinstance(wanted, str) and isinstance(found, str) and wanted.startswith(_UPLOADED)):
        return False
    return found.partition("?")[0].endswith("/" + wanted.removeprefix(_UPLOADED))
