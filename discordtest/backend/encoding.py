"""Payloads as JSON text: the snapshot that goes over the wire.

Most of a message's text is its author and its member, the same for every message of a person. ``Texts`` encodes
such a part once and again when it has changed: it keeps what the text says, and compares.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from discordtest.backend.world import Record

__all__ = ["Texts", "encode"]

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def _quick() -> Callable[[Any], str]:
    """Return ``_encoder.encode`` without what it does anew for each text: a third of a message's time.

    ``json.encoder.c_make_encoder`` is not public, and None where Python has no C accelerator.
    """
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _encoder.encode
    write = make(None, _encoder.default, json.encoder.encode_basestring, None, ":", ",", False, False, True)
    join = "".join
    return lambda payload: join(write(payload, 0))


#: JSON text as the API writes it: compact, unescaped. Payloads hold no circles: a message hangs on its author, not
#: the author on the message.
encode: Callable[[Any], str] = _quick()


class Texts:
    """The texts of one Discord's messages."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[Record, str]] = {}  # what a text says, and the text
        self._latest: tuple[Record, str] | None = None  # what was told in the request that is under way

    def begin(self) -> None:
        """Forget what was told: records may change before the next request."""
        self._latest = None

    def event(self, payload: Record) -> str:
        """Return the text of a message's event."""
        return self._message(payload, is_event=True) if "author" in payload else encode(payload)

    def answer(self, payload: Any) -> str:
        """Return the text of an answer; that of a new message differs little from its event's."""
        if type(payload) is dict and "author" in payload and "channel_id" in payload:
            return self._message(payload, is_event=False)
        return encode(payload)

    def _message(self, payload: Record, is_event: bool) -> str:
        own = dict(payload)
        author = own.pop("author")
        guild_id, member = own.pop("guild_id", None), own.pop("member", None)
        latest = self._latest
        if is_event or latest is None or latest[0] != own:
            latest = own, encode(own)[:-1]
            self._latest = latest if is_event else None
        author_id = author["id"]
        text = f'{latest[1]},"author":{self._part(author_id, author)}'
        if member is not None:
            text += f',"member":{self._part(f"{guild_id}/{author_id}", member)}'
        return f"{text}}}" if guild_id is None else f'{text},"guild_id":"{guild_id}"}}'

    def _part(self, key: str, record: Record) -> str:
        known = self._parts.get(key)
        if known is None or known[0] != record:
            text = encode(record)
            known = self._parts[key] = json.loads(text), text
        return known[1]
