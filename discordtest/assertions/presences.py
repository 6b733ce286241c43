"""What a bot shows of itself, a status and activities: how it is compared and put in words.

Source: Discord's documentation, Gateway Events ("Update Presence", "Activity Object").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest import tolerance

if TYPE_CHECKING:
    from discordtest.backend.world import Record

__all__ = ["all_shown", "claim_text", "presence_text", "shows"]

_CUSTOM = 4  # the type of an activity


def shows(presence: Record, status: discord.Status | str | None, activity: Any) -> bool:
    """Tell whether a presence has this status and activity (an object, or its text); one of them is enough."""
    if status is None and activity is None:
        raise TypeError("say which presence: a status, an activity (its name is enough), or both")
    if status is not None and presence["status"] != str(status):
        return False
    if activity is None:
        return True
    if isinstance(activity, str | tolerance.Close):
        return any(_text_of(shown) == activity for shown in presence["activities"])
    wanted = _activity_claims(activity)
    return any(wanted.items() <= shown.items() for shown in map(_flat, presence["activities"]))


def presence_text(presence: Record) -> str:
    """Put a presence in words: ``idle, playing 'chess'``."""
    shown = [
        f"{discord.enums.try_enum(discord.ActivityType, each.get('type', 0)).name} {_text_of(each)!r}"
        for each in presence["activities"]
    ]
    return f"{presence['status']}, {' and '.join(shown) or 'no activity'}"


def all_shown(presences: dict[int, Record]) -> str:
    """Return what a bot shows; where its shards differ, each by its number."""
    texts = {number: presence_text(each) for number, each in presences.items()}
    if len({*texts.values()}) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"{text} (shard {number})" for number, text in texts.items())


def claim_text(status: discord.Status | str | None, activity: Any) -> str:
    """Put what was claimed in words."""
    words = [] if status is None else [str(status)]
    words += [] if activity is None else [repr(activity)]
    return ", ".join(words)


def _text_of(activity: Record) -> str:
    """Return what people read of an activity: its name, or the text of a status of one's own."""
    return str((activity.get("type") == _CUSTOM and activity.get("state")) or activity["name"])


def _flat(activity: Record) -> Record:
    """Return the keys of an activity that can be compared."""
    return {key: activity.get(key) for key in ("name", "type", "state", "url")}


def _activity_claims(activity: discord.BaseActivity) -> Record:
    claims = _flat(dict(activity.to_dict()))
    return {key: value for key, value in claims.items() if value is not None}
