"""The audit log: who did what to whom in a guild, and why.

``write`` is called by a handler after it has changed the world and before it emits.
Source: Discord's documentation, Audit Log ("Audit Log Events", "Audit Log Change Exceptions").
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from discordtest.backend.permissions import Permission, bots_with
from discordtest.backend.world import Record, made_at

if TYPE_CHECKING:
    from discordtest.backend.rest import Call

__all__ = ["Action", "count", "difference", "write"]

COUNTING = 300.0  # seconds


class Action(IntEnum):
    """What an entry tells of, in the order of Discord's table."""

    GUILD_UPDATE = 1
    CHANNEL_CREATE = 10
    CHANNEL_UPDATE = 11
    CHANNEL_DELETE = 12
    CHANNEL_OVERWRITE_CREATE = 13
    CHANNEL_OVERWRITE_UPDATE = 14
    CHANNEL_OVERWRITE_DELETE = 15
    MEMBER_KICK = 20
    MEMBER_PRUNE = 21
    MEMBER_BAN_ADD = 22
    MEMBER_BAN_REMOVE = 23
    MEMBER_UPDATE = 24
    MEMBER_ROLE_UPDATE = 25
    MEMBER_MOVE = 26
    MEMBER_DISCONNECT = 27
    BOT_ADD = 28
    ROLE_CREATE = 30
    ROLE_UPDATE = 31
    ROLE_DELETE = 32
    INVITE_CREATE = 40
    INVITE_UPDATE = 41
    INVITE_DELETE = 42
    WEBHOOK_CREATE = 50
    WEBHOOK_UPDATE = 51
    WEBHOOK_DELETE = 52
    EMOJI_CREATE = 60
    EMOJI_UPDATE = 61
    EMOJI_DELETE = 62
    MESSAGE_DELETE = 72
    MESSAGE_BULK_DELETE = 73
    MESSAGE_PIN = 74
    MESSAGE_UNPIN = 75
    INTEGRATION_CREATE = 80
    INTEGRATION_UPDATE = 81
    INTEGRATION_DELETE = 82
    STAGE_INSTANCE_CREATE = 83
    STAGE_INSTANCE_UPDATE = 84
    STAGE_INSTANCE_DELETE = 85
    STICKER_CREATE = 90
    STICKER_UPDATE = 91
    STICKER_DELETE = 92
    GUILD_SCHEDULED_EVENT_CREATE = 100
    GUILD_SCHEDULED_EVENT_UPDATE = 101
    GUILD_SCHEDULED_EVENT_DELETE = 102
    THREAD_CREATE = 110
    THREAD_UPDATE = 111
    THREAD_DELETE = 112
    APPLICATION_COMMAND_PERMISSION_UPDATE = 121
    SOUNDBOARD_SOUND_CREATE = 130
    SOUNDBOARD_SOUND_UPDATE = 131
    SOUNDBOARD_SOUND_DELETE = 132
    AUTO_MODERATION_RULE_CREATE = 140
    AUTO_MODERATION_RULE_UPDATE = 141
    AUTO_MODERATION_RULE_DELETE = 142
    AUTO_MODERATION_BLOCK_MESSAGE = 143
    AUTO_MODERATION_FLAG_TO_CHANNEL = 144
    AUTO_MODERATION_USER_COMMUNICATION_DISABLED = 145
    AUTO_MODERATION_QUARANTINE_USER = 146
    CREATOR_MONETIZATION_REQUEST_CREATED = 150
    CREATOR_MONETIZATION_TERMS_ACCEPTED = 151
    ONBOARDING_PROMPT_CREATE = 163
    ONBOARDING_PROMPT_UPDATE = 164
    ONBOARDING_PROMPT_DELETE = 165
    ONBOARDING_CREATE = 166
    ONBOARDING_UPDATE = 167
    HOME_SETTINGS_CREATE = 190
    HOME_SETTINGS_UPDATE = 191
    VOICE_CHANNEL_STATUS_CREATE = 192
    VOICE_CHANNEL_STATUS_DELETE = 193


def write(
    call: Call,
    guild_id: str,
    action: int,
    target_id: str | None,
    *,
    changes: list[Record] | None = None,
    options: dict[str, Any] | None = None,
) -> None:
    """Add an entry and tell those who may see the log."""
    world = call.world
    entry: Record = {
        "id": world.snowflake(),
        "user_id": _user_id(call, guild_id),
        "target_id": target_id,
        "action_type": int(action),
    }
    if changes:
        entry["changes"] = changes
    if options:
        entry["options"] = {key: str(value) for key, value in options.items()}
    if call.reason:
        entry["reason"] = call.reason
    world.audit_log[guild_id].append(entry)
    if readers := bots_with(world, guild_id, Permission.VIEW_AUDIT_LOG):
        event = {**entry, "guild_id": guild_id}
        world.emit("GUILD_AUDIT_LOG_ENTRY_CREATE", event, guild=guild_id, users=readers)


def count(call: Call, guild_id: str, action: int, target_id: str | None = None, **options: Any) -> None:
    """Count one more in a young entry of the same kind by the same actor, or add the first.

    Bots are told of the first alone. How long Discord counts on is not documented; five minutes are known from life.
    """
    world, wanted = call.world, {key: str(value) for key, value in options.items()}
    since = world.wall_clock().timestamp() - COUNTING
    for entry in reversed(world.audit_log[guild_id]):
        if made_at(entry["id"]) < since:
            break
        known = entry["action_type"], entry["target_id"], entry["user_id"], entry.get("reason")
        if known == (action, target_id, _user_id(call, guild_id), call.reason or None):
            counted = entry["options"]
            if {**wanted, "count": counted["count"]} == counted:
                counted["count"] = str(int(counted["count"]) + 1)
                return
    write(call, guild_id, action, target_id, options={**wanted, "count": 1})


def _user_id(call: Call, guild_id: str) -> str | None:
    """Return whose entry it is: the narrator acts in the owner's name; who acts by a webhook's token is nobody."""
    if call.actor.omnipotent:
        return str(call.world.guilds[guild_id]["owner_id"])
    return None if call.actor.kind == "webhook" else call.actor.user_id


def difference(before: Record | None, after: Record | None, keys: Iterable[str]) -> list[Record]:
    """Return the changes of an entry: one for each of ``keys`` whose value is not the same in both."""
    found = []
    for key in keys:
        old = None if before is None else before.get(key)
        new = None if after is None else after.get(key)
        if old != new:
            change = {"key": key}
            if old is not None:
                change["old_value"] = old
            if new is not None:
                change["new_value"] = new
            found.append(change)
    return found
