"""The bodies of auto moderation: what a rule may hold, by trigger and by action.

Source: Discord's documentation, Auto Moderation ("Trigger Types", "Trigger Metadata Field Limits", "Action Metadata",
"Create Auto Moderation Rule", "Modify Auto Moderation Rule").
"""

from __future__ import annotations

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
from discordtest.backend.resources.auto_moderation_regex import InvalidRegex, check_regex
from discordtest.backend.world import Record
from discordtest.errors import NotModelled

__all__ = [
    "BLOCK_MEMBER_INTERACTION",
    "BLOCK_MESSAGE",
    "CREATE_RULE",
    "KEYWORD",
    "KEYWORD_PRESET",
    "MAX_RULES",
    "MEMBER_PROFILE",
    "MEMBER_UPDATE",
    "MENTION_SPAM",
    "MESSAGE_SEND",
    "METADATA",
    "SEND_ALERT_MESSAGE",
    "SPAM",
    "TIMEOUT",
    "UPDATE_RULE",
]

KEYWORD, SPAM, KEYWORD_PRESET, MENTION_SPAM, MEMBER_PROFILE = 1, 3, 4, 5, 6  # trigger types
MESSAGE_SEND, MEMBER_UPDATE = 1, 2  # event types
BLOCK_MESSAGE, SEND_ALERT_MESSAGE, TIMEOUT, BLOCK_MEMBER_INTERACTION = 1, 2, 3, 4  # action types
PRESETS = (1, 2, 3)  # profanity, sexual content, slurs
#: of a guild, by trigger
MAX_RULES = {KEYWORD: 6, SPAM: 1, KEYWORD_PRESET: 1, MENTION_SPAM: 1, MEMBER_PROFILE: 1}
MAX_NAME = 100
MAX_ACTIONS = 5
MAX_EXEMPT_ROLES = 20
MAX_EXEMPT_CHANNELS = 50
MAX_KEYWORD = 60
MAX_KEYWORDS = 1000
MAX_REGEX = 260
MAX_REGEXES = 10
MAX_ALLOWED = 100
MAX_ALLOWED_OF_PRESETS = 1000
MAX_MENTIONS = 50
MAX_TIMEOUT = 2_419_200  # seconds
MAX_CUSTOM_MESSAGE = 150


class Regex(String):
    """A regular expression in Rust's syntax."""

    def convert(self, value: object, path: Path, errors: FormErrors) -> object:
        known = errors.count
        text = super().convert(value, path, errors)
        if errors.count == known:
            try:
                check_regex(str(text))
            except InvalidRegex as error:
                errors.add(path, "AUTO_MODERATION_INVALID_REGEX", f"Invalid regular expression: {error}.")
        return text


def _list(of: Field, max: int) -> Array:
    return Array(of, max=max, null=True, default=list)


# -- what triggers a rule

_KEYWORDS: dict[str, Field] = {
    "keyword_filter": _list(String(min=1, max=MAX_KEYWORD), MAX_KEYWORDS),
    "regex_patterns": _list(Regex(min=1, max=MAX_REGEX), MAX_REGEXES),
    "allow_list": _list(String(min=1, max=MAX_KEYWORD), MAX_ALLOWED),
}
_PRESETS: dict[str, Field] = {
    "allow_list": _list(String(min=1, max=MAX_KEYWORD), MAX_ALLOWED_OF_PRESETS),
    "presets": Array(Choice(PRESETS), unique=True, null=True, default=list),
}
_MENTIONS: dict[str, Field] = {
    "mention_total_limit": Integer(min=0, max=MAX_MENTIONS, null=True, default=None),
    "mention_raid_protection_enabled": Boolean(null=True, default=False),
}
_OF_TRIGGERS = {*_KEYWORDS, *_PRESETS, *_MENTIONS}


def _no_nulls(body: Record, path: Path, errors: FormErrors) -> None:
    """Store what null stands for: an empty list, or no; without a limit of mentions nobody knows it."""
    for key, value in body.items():
        if value is None and key == "mention_total_limit":
            raise NotModelled(
                "a rule of auto moderation for mention spam without mention_total_limit: Discord says nowhere what the "
                "limit is then; send one"
            )
        if value is None:
            body[key] = False if key == "mention_raid_protection_enabled" else []


def _metadata(fields: dict[str, Field]) -> Object:
    """Return the metadata of a trigger; fields of other triggers change nothing."""
    return Object(fields, ignore=_OF_TRIGGERS - fields.keys(), check=_no_nulls)


#: trigger type -> its metadata
METADATA: dict[int, Object] = {
    KEYWORD: _metadata(_KEYWORDS),
    SPAM: _metadata({}),
    KEYWORD_PRESET: _metadata(_PRESETS),
    MENTION_SPAM: _metadata(_MENTIONS),
    MEMBER_PROFILE: _metadata(_KEYWORDS),
}
_NEED_METADATA = frozenset((KEYWORD_PRESET, MEMBER_PROFILE))

# -- what a rule does

_OF_ACTIONS = frozenset(("custom_message", "channel_id", "duration_seconds"))


def _action_metadata(fields: dict[str, Field]) -> Object:
    return Object(fields, ignore=_OF_ACTIONS - fields.keys())


_ACTIONS: dict[int, Object] = {
    BLOCK_MESSAGE: _action_metadata({"custom_message": String(max=MAX_CUSTOM_MESSAGE, null=True)}),
    SEND_ALERT_MESSAGE: _action_metadata({"channel_id": Snowflake(required=True)}),
    TIMEOUT: _action_metadata({"duration_seconds": Integer(min=0, max=MAX_TIMEOUT, required=True)}),
    BLOCK_MEMBER_INTERACTION: _action_metadata({}),
}


class _Metadata(Field):
    """An object that another field tells how to read: kept as it is."""

    def convert(self, value: object, path: Path, errors: FormErrors) -> object:
        if not isinstance(value, dict):
            errors.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return value


def _read_action(body: Record, path: Path, errors: FormErrors) -> None:
    schema = _ACTIONS[body["type"]]
    metadata = schema.convert(body.get("metadata") or {}, (*path, "metadata"), errors)
    body["metadata"] = {key: value for key, value in metadata.items() if value is not None}


_ACTION = Object(
    {"type": Choice(tuple(_ACTIONS), required=True), "metadata": _Metadata(null=True)}, check=_read_action
)
_EXEMPT: dict[str, Field] = {
    "exempt_roles": Array(Snowflake(), max=MAX_EXEMPT_ROLES, unique=True, null=True),
    "exempt_channels": Array(Snowflake(), max=MAX_EXEMPT_CHANNELS, unique=True, null=True),
}


def _read_trigger(body: Record, path: Path, errors: FormErrors) -> None:
    trigger, metadata = body["trigger_type"], body.get("trigger_metadata")
    if metadata is None and trigger in _NEED_METADATA:
        errors.add((*path, "trigger_metadata"), "BASE_TYPE_REQUIRED", "This field is required")
        return
    schema = METADATA[trigger]
    body["trigger_metadata"] = schema.convert(metadata or {}, (*path, "trigger_metadata"), errors)


CREATE_RULE = Object(
    {
        "name": String(min=1, max=MAX_NAME, required=True),
        "event_type": Choice((MESSAGE_SEND, MEMBER_UPDATE), required=True),
        "trigger_type": Choice(tuple(MAX_RULES), required=True),
        "trigger_metadata": _Metadata(null=True),
        "actions": Array(_ACTION, min=1, max=MAX_ACTIONS, required=True),
        "enabled": Boolean(null=True),
        **_EXEMPT,
    },
    check=_read_trigger,
)
#: Of the metadata of a change only the rule knows what it may be: see ``METADATA``.
UPDATE_RULE = Object(
    {
        "name": String(min=1, max=MAX_NAME),
        "event_type": Choice((MESSAGE_SEND, MEMBER_UPDATE)),
        "trigger_metadata": _Metadata(null=True),
        "actions": Array(_ACTION, min=1, max=MAX_ACTIONS),
        "enabled": Boolean(null=True),
        **_EXEMPT,
    }
)
