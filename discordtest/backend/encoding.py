"""Payloads as JSON text: the snapshot that goes over the wire.

Most of a message's text is its author, its member and what most messages lack, the same from message to message.
``Texts`` encodes such a part once and again when it has changed: it keeps what the text says, and compares.
"""

from __future__ import annotations

import copy
import json
import operator
from collections.abc import Callable
from typing import Any

from discordtest.backend.world import Record

__all__ = ["Texts", "decode", "encode"]

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

_quoted = json.encoder.encode_basestring
_read = json.JSONDecoder().raw_decode


def decode(text: str) -> Any:
    """Return what JSON text says, as ``json.loads`` does, in half the time for what has no space around it."""
    if text[:1] in ("{", "["):
        value, end = _read(text)
        if end == len(text):
            return value
    return json.loads(text)


#: What a message has that is seldom more than this, and its text.
_USUAL: Record = {
    "type": 0,
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "components": [],
    "pinned": False,
    "flags": 0,
}  # fmt: skip
_OTHERS, _BARE = tuple(_USUAL), list(_USUAL.values())
_BARE_TEXT = encode(_USUAL)[1:-1]
_NAMES = ("id", "channel_id", "timestamp", "content", "author", *_OTHERS)
_TOLD = frozenset((*_NAMES, "guild_id", "member", "nonce"))
_COUNT = len(_NAMES)
_values = operator.itemgetter(*_NAMES)


class Texts:
    """The texts of one Discord's messages."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[Record, str]] = {}  # what a text says, and the text
        self._latest: tuple[Record, str] = {}, ""  # the same of the latest answer to an interaction

    def answer(self, payload: Any) -> str:
        """Return the text of an answer: of a message, or of anything else."""
        if type(payload) is not dict:
            return encode(payload)
        resource = payload.get("resource")
        if resource is not None and "message" in resource:
            message = self._own_message(resource["message"])
            start = f'{{"interaction":{encode(payload["interaction"])},"resource":{{"type":{resource["type"]}'
            return f'{start},"message":{message}}}}}'
        return self.message(payload)

    def message(self, payload: Record) -> str:
        """Return the text of a message, in an answer or an event."""
        try:
            message_id, channel_id, timestamp, content, author, *others = _values(payload)
        except KeyError:  # a part of a message
            return encode(payload)
        if "interaction_metadata" in payload:
            return self._answering(payload)
        more = ""
        parts, author_id = self._parts, author["id"]
        known = parts.get(author_id)
        own = known[1] if known is not None and known[0] == author else self._write(author_id, author)
        left = len(payload) - _COUNT  # of what not every message has
        if left and "guild_id" in payload:
            more = f',"guild_id":"{payload["guild_id"]}"'
            left -= 1
        if left and "member" in payload:
            member, key = payload["member"], f"{payload.get('guild_id')}/{author_id}"
            known = parts.get(key)
            said = known[1] if known is not None and known[0] == member else self._write(key, member)
            more += f',"member":{said}'
            left -= 1
        if left and "nonce" in payload:
            nonce = payload["nonce"]
            more += f',"nonce":{_quoted(nonce) if type(nonce) is str else encode(nonce)}'
            left -= 1
        rest = _BARE_TEXT if others == _BARE else encode(dict(zip(_OTHERS, others, strict=True)))[1:-1]
        if left:
            rest += "," + encode({key: value for key, value in payload.items() if key not in _TOLD})[1:-1]
        return (
            f'{{"id":"{message_id}","channel_id":"{channel_id}","timestamp":"{timestamp}",'
            f'"content":{_quoted(content)},"author":{own}{more},{rest}}}'
        )

    def _answering(self, payload: Record) -> str:
        """Return the text of a message that answers an interaction, which never says the same twice.

        The event about it and the answer to who sent it differ in what the guild adds: the text is made once.
        """
        own = dict(payload)
        guild_id, member, author = own.pop("guild_id", None), own.pop("member", None), own["author"]
        others = dict(own)
        del others["author"]
        text = f'{encode(others)[:-1]},"author":{self._part(author["id"], author)}'
        self._latest = own, text
        if guild_id is not None:
            text += f',"guild_id":"{guild_id}"'
        if member is not None:
            key = f"{guild_id}/{author['id']}"
            text += f',"member":{self._part(key, member)}'
        return f"{text}}}"

    def _own_message(self, message: Record) -> str:
        """Return the text of the message that an interaction was answered with, which was just told of."""
        (latest, text), self._latest = self._latest, ({}, "")
        return f"{text}}}" if latest == message else self.message(message)

    def _part(self, key: str, record: Record) -> str:
        known = self._parts.get(key)
        return known[1] if known is not None and known[0] == record else self._write(key, record)

    def _write(self, key: str, record: Record) -> str:
        # What stays the same object is compared without a look at it.
        said = {
            name: copy.deepcopy(value) if type(value) in (list, dict) else value
            for name, value in record.items()
        }
        text = encode(record)
        self._parts[key] = said, text
        return text
