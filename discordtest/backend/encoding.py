"""Payloads as JSON text: the snapshot that goes over the wire.

Most of a message's text is its author, its member and what most messages lack, the same from message to message.
``Texts`` encodes such a part once and again when it has changed: it keeps what the text says, and compares.
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

    def answer(self, payload: Any) -> str:
        """Return the text of an answer: of a message, or of anything else."""
        return self.message(payload) if type(payload) is dict else encode(payload)

    def message(self, payload: Record) -> str:
        """Return the text of a message, in an answer or an event."""
        if "author" not in payload or "content" not in payload or "timestamp" not in payload:
            return encode(payload)
        others = dict(payload)
        pop = others.pop
        message_id, channel_id, author = pop("id"), pop("channel_id"), pop("author")
        text = (
            f'{{"id":"{message_id}","channel_id":"{channel_id}","timestamp":"{pop("timestamp")}",'
            f'"content":{_quoted(pop("content"))},"author":{self._part(author["id"], author)}'
        )
        if "member" in others:
            key = f"{payload.get('guild_id')}/{author['id']}"
            text += f',"member":{self._part(key, pop("member"))}'
        if "guild_id" in others:
            text += f',"guild_id":"{pop("guild_id")}"'
        if "nonce" in others:
            text += f',"nonce":{encode(pop("nonce"))}'
        return f"{text},{self._part('', others)[1:]}" if others else f"{text}}}"

    def _part(self, key: str, record: Record) -> str:
        known = self._parts.get(key)
        if known is None or known[0] != record:
            text = encode(record)
            known = self._parts[key] = json.loads(text), text
        return known[1]


_quoted = json.encoder.encode_basestring
