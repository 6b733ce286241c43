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
        if "author" not in payload or "content" not in payload or "timestamp" not in payload:
            return encode(payload)
        if "interaction_metadata" in payload:
            return self._answering(payload)
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
        if known is None or known[0] != record:
            text = encode(record)
            known = self._parts[key] = json.loads(text), text
        return known[1]


_quoted = json.encoder.encode_basestring
