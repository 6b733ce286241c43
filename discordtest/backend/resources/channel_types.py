"""The types of channels: which fields each has, with what defaults and limits.

One rule: a field that a type does not have is accepted and dropped, as the API does; null stands for its default.
Source: Discord's documentation, Channel ("Channel Object", "Channel Types", "Channel Flags", "Forum Tag Object",
"Modify Channel") and Guild ("Create Guild Channel").
"""

from __future__ import annotations

import re

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
    invalid,
)
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import THREAD_TYPES, VOICE_TYPES
from discordtest.backend.resources.unicode_emoji import is_emoji
from discordtest.backend.world import Record, World
from discordtest.errors import NotModelled

__all__ = [
    "ANNOUNCEMENT",
    "ARCHIVE_DURATIONS",
    "AUDITED",
    "CATEGORY",
    "CREATE_CHANNEL",
    "FORUM",
    "FORUM_TYPES",
    "MAX_SLOW_MODE",
    "OPTIONAL",
    "REQUIRE_TAG",
    "STAGE",
    "TEXT",
    "THREAD_TYPES",
    "TYPES",
    "UPDATE_FIELDS",
    "VOICE",
    "VOICE_TYPES",
    "channel_values",
    "is_age_restricted",
    "new_channel",
    "shown_place",
]

TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16
TYPES = (TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA)
FORUM_TYPES = frozenset((FORUM, MEDIA))
NORMALISED_TYPES = frozenset((TEXT, ANNOUNCEMENT, FORUM, MEDIA))

ARCHIVE_DURATIONS = (60, 1440, 4320, 10080)  # minutes
MAX_NAME = 100
MAX_TOPIC = 1024
MAX_FORUM_TOPIC = 4096
MAX_SLOW_MODE = 21_600  # seconds
MIN_BITRATE = 8000
MAX_BITRATES = (96_000, 128_000, 256_000, 384_000)  # bits per second, by the guild's boost tier
MAX_STAGE_BITRATE = 64_000
MAX_USER_LIMITS = {VOICE: 99, STAGE: 10_000}
MAX_OVERWRITES_PER_REQUEST = 100
MAX_TAGS = 20
MAX_TAG_NAME = 20

REQUIRE_TAG = 1 << 4
HIDE_MEDIA_DOWNLOAD_OPTIONS = 1 << 15
IS_SPOILER_CHANNEL = 1 << 21
#: type -> flags that can be set
_SETTABLE_FLAGS = {
    TEXT: IS_SPOILER_CHANNEL,
    VOICE: IS_SPOILER_CHANNEL,
    ANNOUNCEMENT: IS_SPOILER_CHANNEL,
    FORUM: IS_SPOILER_CHANNEL | REQUIRE_TAG,
    MEDIA: IS_SPOILER_CHANNEL | REQUIRE_TAG | HIDE_MEDIA_DOWNLOAD_OPTIONS,
}

_TEXT_FIELDS: Record = {"topic": None, "nsfw": False, "rate_limit_per_user": 0, "last_message_id": None}
_VOICE_FIELDS: Record = {
    "bitrate": 64_000,
    "user_limit": 0,
    "rtc_region": None,
    "nsfw": False,
    "rate_limit_per_user": 0,
    "last_message_id": None,
}
_FORUM_FIELDS: Record = {
    **_TEXT_FIELDS,
    "available_tags": [],
    "default_reaction_emoji": None,
    "default_sort_order": None,
}

#: type -> its own fields with their defaults
DEFAULTS: dict[int, Record] = {
    TEXT: _TEXT_FIELDS,
    VOICE: _VOICE_FIELDS,
    CATEGORY: {},
    ANNOUNCEMENT: _TEXT_FIELDS,
    STAGE: {**_VOICE_FIELDS, "topic": None},
    FORUM: {**_FORUM_FIELDS, "default_forum_layout": 0},
    MEDIA: _FORUM_FIELDS,
}
_THREAD_DEFAULTS = ("default_auto_archive_duration", "default_thread_rate_limit_per_user")
#: type -> fields that a channel has only once they are set
OPTIONAL: dict[int, tuple[str, ...]] = {
    TEXT: _THREAD_DEFAULTS,
    VOICE: ("video_quality_mode",),
    CATEGORY: (),
    ANNOUNCEMENT: _THREAD_DEFAULTS,
    STAGE: ("video_quality_mode",),
    FORUM: _THREAD_DEFAULTS,
    MEDIA: _THREAD_DEFAULTS,
}
#: what the audit log notes of a channel, besides its overwrites
AUDITED = (
    "name",
    "type",
    "position",
    "parent_id",
    "topic",
    "nsfw",
    "rate_limit_per_user",
    "bitrate",
    "user_limit",
    "rtc_region",
    "video_quality_mode",
    "default_auto_archive_duration",
    "default_thread_rate_limit_per_user",
    "available_tags",
    "default_reaction_emoji",
    "default_sort_order",
    "default_forum_layout",
    "flags",
)

_PUNCTUATION = re.compile(r"[!\"#$%&'()*+,./:;<=>?@\[\\\]^`{|}~]")
_GAP = re.compile(r"[\s-]+")


# -- bodies


def _one_emoji(value: Record, path: Path, errors: FormErrors) -> None:
    if value.get("emoji_id") is not None and value.get("emoji_name") is not None:
        errors.add(
            (*path, "emoji_name"), "BASE_TYPE_CHOICES", "Only one of emoji_id and emoji_name may be set."
        )


_TAG = Object(
    {
        "id": Snowflake(null=True),
        "name": String(max=MAX_TAG_NAME, required=True),
        "moderated": Boolean(null=True),
        "emoji_id": Snowflake(null=True),
        "emoji_name": String(max=100, null=True),
    },
    check=_one_emoji,
)
_OVERWRITE = Object(
    {
        "id": Snowflake(required=True),
        "type": Choice((0, 1, "0", "1", "role", "member"), null=True),
        "allow": Integer(min=0, null=True, default=0),
        "deny": Integer(min=0, null=True, default=0),
    }
)
UPDATE_FIELDS: dict[str, Field] = {
    "name": String(min=1, max=MAX_NAME, strip=True),
    "type": Choice(TYPES, null=True),
    "position": Integer(min=0, null=True),
    "topic": String(max=MAX_FORUM_TOPIC, null=True),
    "nsfw": Boolean(null=True),
    "rate_limit_per_user": Integer(min=0, max=MAX_SLOW_MODE, null=True),
    "bitrate": Integer(min=MIN_BITRATE, null=True),
    "user_limit": Integer(min=0, null=True),
    "permission_overwrites": Array(_OVERWRITE, max=MAX_OVERWRITES_PER_REQUEST, null=True),
    "parent_id": Snowflake(null=True),
    "rtc_region": String(null=True),
    "video_quality_mode": Choice((1, 2), null=True),
    "default_auto_archive_duration": Choice(ARCHIVE_DURATIONS, null=True),
    "default_thread_rate_limit_per_user": Integer(min=0, max=MAX_SLOW_MODE, null=True),
    "default_reaction_emoji": Object(
        {"emoji_id": Snowflake(null=True), "emoji_name": String(max=100, null=True)},
        check=_one_emoji,
        null=True,
    ),
    "default_sort_order": Choice((0, 1), null=True),
    "default_forum_layout": Choice((0, 1, 2), null=True),
    "available_tags": Array(_TAG, null=True),
    "flags": Integer(min=0, null=True),
}
CREATE_CHANNEL = Object(
    {
        **UPDATE_FIELDS,
        "name": String(min=1, max=MAX_NAME, strip=True, required=True),
        "type": Choice(TYPES, null=True, default=TEXT),
    }
)


# -- values


def new_channel(channel_id: str, guild_id: str, channel_type: int, name: str, position: int = 0) -> Record:
    """Return a channel's record with the defaults of its type."""
    channel: Record = {
        "id": channel_id,
        "type": channel_type,
        "guild_id": guild_id,
        "name": name,
        "position": position,
        "permission_overwrites": [],
        "parent_id": None,
        "flags": 0,
        **DEFAULTS[channel_type],
    }
    if channel_type in FORUM_TYPES:
        channel["available_tags"] = []
    return channel


def shown_place(channel: Record) -> tuple[bool, int, int]:
    """Return what a client orders the channels of a category by: those of voice come below."""
    return channel["type"] in VOICE_TYPES, channel["position"], int(channel["id"])


def is_age_restricted(world: World, channel: Record) -> bool:
    """Tell whether the channel is for adults: a thread is what its channel is."""
    if channel["type"] in THREAD_TYPES:
        channel = world.channels[channel["parent_id"]]
    return bool(channel.get("nsfw"))


def channel_name(name: str, channel_type: int) -> str:
    """Return the name as Discord keeps it: of text-like channels in lower case, without spaces and punctuation."""
    if channel_type not in NORMALISED_TYPES:
        return name
    name = _GAP.sub("-", _PUNCTUATION.sub("", name)).lower()
    if not name:
        raise invalid("name", "BASE_TYPE_REQUIRED", "This field is required")
    return name


def channel_values(
    world: World, guild: Record, channel_type: int, body: Record, known: Record | None = None
) -> Record:
    """Return what a body sets on a channel of this type: its fields as the world keeps them, None to drop one.

    ``known`` is the channel that is changed. What the type does not have is left out; parent and overwrites are
    left to the caller. Refuses what depends on the type or the guild.
    """
    defaults = DEFAULTS[channel_type]
    values: Record = {
        name: defaults[name] if body[name] is None else body[name]
        for name in body
        if name in defaults and name != "last_message_id"
    }
    values.update((name, body[name]) for name in OPTIONAL[channel_type] if name in body)
    if "name" in body:
        values["name"] = channel_name(body["name"], channel_type)
    if body.get("position") is not None:
        values["position"] = body["position"]
    if "flags" in body:
        values["flags"] = (body["flags"] or 0) & _SETTABLE_FLAGS.get(channel_type, 0)
    whole = {**(known or {}), **values}
    if whole.get("nsfw") and whole.get("flags", 0) & IS_SPOILER_CHANNEL:
        raise NotModelled("a Spoiler Channel that is age-restricted, too")
    if "available_tags" in values:
        values["available_tags"] = _tags(world, body["available_tags"] or [], known)
    if values.get("default_reaction_emoji") is not None:
        values["default_reaction_emoji"] = _reaction_emoji(values["default_reaction_emoji"])
    _check_limits(guild, channel_type, values)
    return values


def _check_limits(guild: Record, channel_type: int, values: Record) -> None:
    topic = values.get("topic")
    if topic is not None and channel_type not in FORUM_TYPES and len(topic) > MAX_TOPIC:
        raise invalid("topic", "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_TOPIC} or fewer in length.")
    if channel_type in VOICE_TYPES:
        limit = MAX_USER_LIMITS[channel_type]
        if values.get("user_limit", 0) > limit:
            message = f"int value should be less than or equal to {limit}."
            raise invalid("user_limit", "NUMBER_TYPE_MAX", message)
        if values.get("bitrate", 0) > max_bitrate(guild, channel_type):
            raise RestError(Code.BITRATE_TOO_HIGH)


def max_bitrate(guild: Record, channel_type: int) -> int:
    """Return the highest bitrate that a channel of this type may have in the guild."""
    if channel_type == STAGE:
        return MAX_STAGE_BITRATE
    return MAX_BITRATES[3 if "VIP_REGIONS" in guild["features"] else guild["premium_tier"]]


def _tags(world: World, tags: list[Record], known: Record | None) -> list[Record]:
    if len(tags) > MAX_TAGS:
        raise RestError(Code.MAX_FORUM_TAGS)
    if len({tag["name"] for tag in tags}) != len(tags):
        raise RestError(Code.TAG_NAMES_MUST_UNIQUE)
    old = {tag["id"] for tag in known["available_tags"]} if known and "available_tags" in known else set()
    return [
        {
            "id": tag["id"] if tag.get("id") in old else world.snowflake(),
            "name": tag["name"],
            "moderated": tag.get("moderated") or False,
            **_reaction_emoji(tag),
        }
        for tag in tags
    ]


def _reaction_emoji(value: Record) -> Record:
    if value.get("emoji_name") and not is_emoji(value["emoji_name"]):
        why = f"{value['emoji_name']!r} is no character of Unicode that is an emoji"
        raise RestError(Code.UNKNOWN_EMOJI, status=400, why=why)
    return {"emoji_id": value.get("emoji_id"), "emoji_name": value.get("emoji_name")}
