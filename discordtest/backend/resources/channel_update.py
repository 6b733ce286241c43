"""Changing a channel, and the order of all channels of a guild.

Source: Discord's documentation, Channel ("Modify Channel") and Guild ("Modify Guild Channel Positions").
"""

from __future__ import annotations

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.body import Array, Boolean, Choice, Integer, Object, Snowflake, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources import thread_update
from discordtest.backend.resources.channel import check_feature, find_category
from discordtest.backend.resources.channel_obfuscation import blind_spots, tell_changed
from discordtest.backend.resources.channel_overwrite import (
    check_overwrites,
    new_overwrites,
    replace_overwrites,
)
from discordtest.backend.resources.channel_types import (
    ANNOUNCEMENT,
    ARCHIVE_DURATIONS,
    AUDITED,
    CATEGORY,
    OPTIONAL,
    TEXT,
    THREAD_TYPES,
    UPDATE_FIELDS,
    channel_values,
)
from discordtest.backend.resources.thread_create import MAX_APPLIED_TAGS
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record

__all__: list[str] = []

_CONVERTIBLE = frozenset((TEXT, ANNOUNCEMENT))

UPDATE_CHANNEL = Object(
    {
        **UPDATE_FIELDS,
        "archived": Boolean(null=True),
        "auto_archive_duration": Choice(ARCHIVE_DURATIONS, null=True),
        "locked": Boolean(null=True),
        "invitable": Boolean(null=True),
        "applied_tags": Array(Snowflake(), max=MAX_APPLIED_TAGS, null=True),
    }
)


@route("PATCH", "/channels/{channel_id}", body=UPDATE_CHANNEL)
def update_channel(call: Call, channel: Record) -> Record:
    if channel.get("guild_id") is None:
        raise RestError(Code.CANNOT_EXECUTE_ON_DM)
    if channel["type"] in THREAD_TYPES:
        return thread_update.update_thread(call, channel)
    call.require(Permission.MANAGE_CHANNELS, channel)
    world, body = call.world, call.body
    guild = world.guilds[channel["guild_id"]]
    channel_type = _new_type(call, guild, channel)
    values = channel_values(world, guild, channel_type, body, channel)
    values["type"] = channel_type
    parent = world.channels.get(channel["parent_id"] or "")
    if "parent_id" in body and channel["type"] != CATEGORY:
        parent = None if body["parent_id"] is None else find_category(call, guild, body["parent_id"], channel)
        values["parent_id"] = body["parent_id"]
    overwrites = channel["permission_overwrites"]
    if "permission_overwrites" in body:
        overwrites = new_overwrites(world, guild["id"], body["permission_overwrites"] or ())
        check_overwrites(call, guild, channel["permission_overwrites"], overwrites, channel, parent)

    before = dict(channel)
    blind = blind_spots(world, guild["id"])
    _put(channel, values)
    changes = audit.difference(before, channel, AUDITED)
    if changes:
        audit.write(call, guild["id"], Action.CHANNEL_UPDATE, channel["id"], changes=changes)
    changed = replace_overwrites(call, channel, overwrites) or ([channel] if changes else [])
    tell_changed(world, guild["id"], changed, blind)
    return channel


def _new_type(call: Call, guild: Record, channel: Record) -> int:
    wanted: int = channel["type"] if call.body.get("type") is None else call.body["type"]
    if wanted == channel["type"]:
        return wanted
    if {wanted, channel["type"]} != _CONVERTIBLE:
        message = "Only text and announcement channels turn into each other."
        raise invalid("type", "BASE_TYPE_CHOICES", message)
    check_feature(call, guild, ANNOUNCEMENT)
    return wanted


def _put(channel: Record, values: Record) -> None:
    for name, value in values.items():
        if value is None and name in OPTIONAL[values["type"]]:
            channel.pop(name, None)
        else:
            channel[name] = value


# -- positions

POSITIONS = Array(
    Object(
        {
            "id": Snowflake(required=True),
            "position": Integer(min=0, null=True),
            "parent_id": Snowflake(null=True),
            "lock_permissions": Boolean(null=True),
        }
    )
)


@route(
    "PATCH",
    "/guilds/{guild_id}/channels",
    permissions=Permission.MANAGE_CHANNELS,
    body=POSITIONS,
)
def bulk_update_guild_channels(call: Call, guild: Record) -> None:
    world = call.world
    channels = world.guild_channels[guild["id"]]
    moves = []
    for move in call.body:
        channel = channels.get(move["id"])
        if channel is None:
            raise RestError(Code.UNKNOWN_CHANNEL)
        moves.append((channel, move))
    reparented = [(channel, move) for channel, move in moves if _changes_parent(channel, move)]
    if len(reparented) > 1:
        raise RestError(Code.ONE_PARENT_CHANGE_AT_A_TIME)
    for channel, move in reparented:
        if move["parent_id"] is not None:
            find_category(call, guild, move["parent_id"], channel)
    synced = [(channel, _inherited(call, guild, channel, move)) for channel, move in moves]

    blind = blind_spots(world, guild["id"])
    changed: list[Record] = []
    for (channel, move), (_, overwrites) in zip(moves, synced, strict=True):
        before = dict(channel)
        if move.get("position") is not None:
            channel["position"] = move["position"]
        if _changes_parent(channel, move):
            channel["parent_id"] = move["parent_id"]
        changes = audit.difference(before, channel, ("position", "parent_id"))
        if changes:
            audit.write(call, guild["id"], Action.CHANNEL_UPDATE, channel["id"], changes=changes)
        changed += replace_overwrites(call, channel, overwrites) or ([channel] if changes else [])
    tell_changed(world, guild["id"], changed, blind)


def _changes_parent(channel: Record, move: Record) -> bool:
    return "parent_id" in move and channel["type"] != CATEGORY and move["parent_id"] != channel["parent_id"]


def _inherited(call: Call, guild: Record, channel: Record, move: Record) -> list[Record]:
    """Return the overwrites that a channel has after its move: its category's if it locks its permissions."""
    own: list[Record] = channel["permission_overwrites"]
    parent_id = move["parent_id"] if _changes_parent(channel, move) else channel["parent_id"]
    if not move.get("lock_permissions") or parent_id is None:
        return own
    parent = call.world.channels[parent_id]
    copied = [dict(overwrite) for overwrite in parent["permission_overwrites"]]
    check_overwrites(call, guild, own, copied, channel, parent)
    return copied
