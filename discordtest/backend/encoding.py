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

__all__ = ["Texts", "bare_message", "decode", "encode"]

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


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


_decoder = json.JSONDecoder(parse_constant=_refuse)
_read = _decoder.raw_decode


def decode(text: str) -> Any:
    """Return what JSON text says, in half the time of ``json.loads`` for what has no space around it.

    ValueError for what is no JSON: NaN and infinity, which Python would take, and half a surrogate pair, which no
    text in UTF-8 can hold.
    """
    if text[:1] in ("{", "["):
        value, end = _read(text)
        if end != len(text):
            value = _decoder.decode(text)
    else:
        value = _decoder.decode(text)
    if "\\u" in text:
        encode(value).encode()
    return value


def bare_message() -> Record:
    """Return what a message has that is seldom more than this."""
    return {
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
    }


_USUAL = bare_message()
_OTHERS, _BARE = tuple(_USUAL), list(_USUAL.values())
_BARE_TEXT = encode(_USUAL)[1:-1]
_NAMES = ("id", "channel_id", "timestamp", "type", "content", "author", *_OTHERS)
_TOLD = frozenset((*_NAMES, "channel_type", "guild_id", "member", "nonce"))
_STARTED = frozenset(("interaction", "interaction_metadata"))
_COUNT = len(_NAMES)
_values = operator.itemgetter(*_NAMES)


def _simple(value: Any) -> str:
    """Return the text of what is a number or a string as a rule."""
    if type(value) is int:
        return str(value)
    return _quoted(value) if type(value) is str else encode(value)


class Texts:
    """The texts of one Discord's messages and interactions."""

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
            message_id, channel_id, timestamp, kind, content, author, *others = _values(payload)
        except KeyError:  # a part of a message
            return encode(payload)
        if type(kind) is not int:  # of a test's own making
            kind = encode(kind)
        parts, author_id = self._parts, author["id"]
        known = parts.get(author_id)
        own = known[1] if known is not None and known[0] == author else self._write(author_id, author)
        left = len(payload) - _COUNT  # of what not every message has
        guild = ""
        if left and "channel_type" in payload:
            guild = f',"channel_type":{_simple(payload["channel_type"])}'
            left -= 1
        if left and "guild_id" in payload:
            guild += f',"guild_id":"{payload["guild_id"]}"'
            left -= 1
        if left and "member" in payload:
            member, key = payload["member"], f"{payload.get('guild_id')}/{author_id}"
            known = parts.get(key)
            said = known[1] if known is not None and known[0] == member else self._write(key, member)
            guild += f',"member":{said}'
            left -= 1
        nonce = ""
        if left and "nonce" in payload:
            given = payload["nonce"]
            nonce = f',"nonce":{_quoted(given) if type(given) is str else encode(given)}'
            left -= 1
        rest = _BARE_TEXT if others == _BARE else encode(dict(zip(_OTHERS, others, strict=True)))[1:-1]
        text = (
            f'{{"id":"{message_id}","channel_id":"{channel_id}","timestamp":"{timestamp}","type":{kind},'
            f'"content":{_quoted(content)},"author":{own}{nonce},{rest}'
        )
        if left:
            text += self._more(payload)
            if "interaction_metadata" in payload:
                self._note_answering(payload, text)
        return f"{text}{guild}}}"

    def interaction(self, payload: Record) -> str:
        """Return the text of the event about an interaction in a guild, or of any other."""
        if "member" not in payload or "guild" not in payload:
            return encode(payload)
        rest = dict(payload)
        pop = rest.pop
        new = f'"id":"{pop("id")}","token":"{pop("token")}","data":{encode(pop("data"))}'
        if "message" in rest:
            new += f',"message":{self.message(pop("message"))}'
        member, guild, channel = pop("member"), pop("guild"), dict(pop("channel"))
        latest = ""
        if "last_message_id" in channel:  # of a channel the one thing that is another each time
            latest = f',"last_message_id":{_simple(channel.pop("last_message_id"))}'
        part, who, where = self._part, member["user"]["id"], channel["id"]
        return (
            f'{{{new},"guild":{part(f"{where}/guild", guild)},"member":{part(f"{where}/{who}", member)},'
            f'"channel":{part(where, channel)[:-1]}{latest}}},{part(f"{where}/{who}/rest", rest)[1:]}'
        )

    def _more(self, payload: Record) -> str:
        """Return what a message says besides what is told of every one."""
        text = ""
        for name, value in payload.items():
            if name not in _TOLD:
                said = self._started(name, value) if name in _STARTED else _simple(value)
                text += f',"{name}":{said}'
        return text

    def _started(self, name: str, record: Record) -> str:
        """Return the text of what is told of the interaction that a message answers."""
        others = dict(record)
        interaction_id, user = others.pop("id"), others.pop("user")
        user_id = user["id"]
        rest = self._part(f"{user_id}/{name}", others)[1:]
        return f'{{"id":"{interaction_id}","user":{self._part(user_id, user)},{rest}'

    def _note_answering(self, payload: Record, text: str) -> None:
        """Keep the text of a message that answers an interaction, which never says the same twice.

        The event about it and the answer to who sent it differ in what the guild adds: the text is made once.
        """
        own = dict(payload)
        own.pop("channel_type", None)
        own.pop("guild_id", None)
        own.pop("member", None)
        self._latest = own, text

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
