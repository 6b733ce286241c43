"""The bodies of requests that make or change a message, and what they refuse.

Source: Discord's documentation, Message ("Create Message", "Edit Message", "Message Flags").
"""

from __future__ import annotations

from typing import Any

from discordtest.backend.body import (
    Array,
    Boolean,
    Choice,
    Field,
    FormErrors,
    Integer,
    Object,
    Path,
    Snowflake,
    String,
)
from discordtest.backend.resources.attachment import ATTACHMENTS
from discordtest.backend.resources.component import COMPONENTS
from discordtest.backend.resources.embed import EMBED, MAX_EMBEDS, check_total_size
from discordtest.backend.resources.mention import ALLOWED_MENTIONS
from discordtest.backend.resources.poll import CREATE_POLL
from discordtest.backend.world import Record

__all__ = [
    "CREATE_MESSAGE",
    "EDIT_FIELDS",
    "EDIT_MESSAGE",
    "EPHEMERAL",
    "IS_COMPONENTS_V2",
    "IS_VOICE_MESSAGE",
    "LOADING",
    "MAX_CONTENT",
    "MAX_STICKERS",
    "MESSAGE_FIELDS",
    "SETTABLE",
    "SUPPRESS_EMBEDS",
    "SUPPRESS_NOTIFICATIONS",
    "check_message",
]

MAX_CONTENT = 2000
MAX_STICKERS = 3
SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
IS_VOICE_MESSAGE = 1 << 13
IS_COMPONENTS_V2 = 1 << 15
#: the flags that whoever sends a message may set; others are dropped
SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | IS_VOICE_MESSAGE | IS_COMPONENTS_V2


class Nonce(Field):
    """A number, or text of at most 25 characters."""

    plain = int

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        if not isinstance(value, str):
            errors.add(path, "NONCE_TYPE_TOO_LONG", "Nonce must be a string or an integer.")
        elif len(value) > 25:
            errors.add(path, "NONCE_TYPE_TOO_LONG", "Value must be 25 characters or less.")
        return value


def check_message(body: Record, path: Path, errors: FormErrors) -> None:
    """Note what no message may combine: too long embeds, and old fields with components of version 2."""
    embeds = body.get("embeds")
    if embeds:
        check_total_size(embeds, path, errors)
    if (body.get("flags") or 0) & IS_COMPONENTS_V2:
        for key in ("content", "embeds", "sticker_ids", "poll"):
            if body.get(key):
                message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                name = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
                errors.add((*path, key), name, message)


_SHARED: dict[str, Field] = {
    "content": String(max=MAX_CONTENT, strip=True, null=True),
    "embeds": Array(EMBED, max=MAX_EMBEDS, null=True),
    "allowed_mentions": ALLOWED_MENTIONS,
    "components": COMPONENTS,
    "attachments": ATTACHMENTS,
    "flags": Integer(min=0, null=True),
}

#: what every message can be made of, by bots, webhooks, interactions and forum posts alike
MESSAGE_FIELDS: dict[str, Field] = {
    **_SHARED,
    "tts": Boolean(null=True),
    "poll": CREATE_POLL,
}

CREATE_MESSAGE = Object(
    {
        **MESSAGE_FIELDS,
        "sticker_ids": Array(Snowflake(), max=MAX_STICKERS, null=True),
        "nonce": Nonce(null=True),
        "enforce_nonce": Boolean(null=True),
        "message_reference": Object(
            {
                "type": Choice((0, 1), null=True),
                "message_id": Snowflake(required=True),
                "channel_id": Snowflake(null=True),
                "guild_id": Snowflake(null=True),
                "fail_if_not_exists": Boolean(null=True),
            },
            null=True,
        ),
    },
    check=check_message,
)

EDIT_FIELDS: dict[str, Field] = _SHARED
EDIT_MESSAGE = Object(
    {**EDIT_FIELDS, "sticker_ids": Array(Snowflake(), null=True)},
    ignore=("tts",),  # discord.py always sends it
    check=check_message,
)
