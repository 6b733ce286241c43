"""Channels of a guild: finding, making, listing and deleting them.

What is changed on a channel is in ``channel_update``, its types are in ``channel_types``.
Source: Discord's documentation, Channel ("Channel Object", "Get Channel", "Delete/Close Channel") and Guild
("Get Guild Channels", "Create Guild Channel").
"""

from __future__ import annotations

from discordtest.backend import audit, reasons
from discordtest.backend.audit import Action
from discordtest.backend.body import invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, visible
from discordtest.backend.resources import thread
from discordtest.backend.resources.channel_obfuscation import (
    blind_spots,
    tell_channel,
    tell_gained,
    viewable_channels,
)
from discordtest.backend.resources.channel_overwrite import check_overwrites, new_overwrites
from discordtest.backend.resources.channel_types import (
    ANNOUNCEMENT,
    AUDITED,
    CATEGORY,
    CREATE_CHANNEL,
    STAGE,
    THREAD_TYPES,
    VOICE_TYPES,
    channel_values,
    new_channel,
)
from discordtest.backend.resources.guild_create import render_guild
from discordtest.backend.resources.message_traces import forget_messages
from discordtest.backend.resources.stage_instance import close_stage
from discordtest.backend.resources.user import render_dm
from discordtest.backend.resources.voice import disconnect_all
from discordtest.backend.rest import Call, operation, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["check_feature", "find_category", "find_channel"]

MAX_CHANNELS = 500  # of a guild, categories included, threads not
MAX_CHILDREN = 50  # of a category
_VIEW = int(Permission.VIEW_CHANNEL)
#: type -> the features of guilds one of which it needs
_OF_COMMUNITIES = {
    ANNOUNCEMENT: frozenset(("NEWS", "COMMUNITY")),
    STAGE: frozenset(("COMMUNITY",)),
}
#: settings of a guild that name a channel
_GUILD_SETTINGS = (
    "afk_channel_id",
    "system_channel_id",
    "rules_channel_id",
    "public_updates_channel_id",
    "safety_alerts_channel_id",
    "widget_channel_id",
)


@parameter("channel")
def find_channel(call: Call, text: str) -> Record:
    """Find a channel that the actor sees: 10003 where there is none, 50001 where it is hidden."""
    channel = call.world.channels.get(text)
    if channel is None:
        raise RestError(Code.UNKNOWN_CHANNEL)
    guild_id = channel.get("guild_id")
    if guild_id is not None:
        call.found["guild"] = call.world.guilds[guild_id]
        if not call.permissions(channel) & _VIEW:
            raise reasons.hidden(call.world, call.actor.user_id, channel)
    elif not call.actor.omnipotent and not visible(call.world, channel, call.actor.user_id):
        raise reasons.hidden(call.world, call.actor.user_id, channel)
    return channel


def find_category(call: Call, guild: Record, parent_id: str, moving: Record | None = None) -> Record:
    """Find the category that a channel is to stand in: 50035 where it cannot, by what is wrong with it."""
    children = call.world.guild_channels[guild["id"]]
    category = children.get(parent_id)
    if category is None:
        raise invalid("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
    if category["type"] != CATEGORY:
        raise invalid("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "Not a category")
    if moving is not None and moving["parent_id"] == parent_id:
        return category
    if sum(child["parent_id"] == parent_id for child in children.values()) >= MAX_CHILDREN:
        message = f"Maximum number of channels in category reached ({MAX_CHILDREN})"
        raise invalid("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", message)
    return category


def check_feature(call: Call, guild: Record, channel_type: int) -> None:
    """Refuse stages and announcements outside of communities; the test itself may make them anywhere."""
    if channel_type not in _OF_COMMUNITIES or call.actor.omnipotent:
        return
    if _OF_COMMUNITIES[channel_type].isdisjoint(guild["features"]):
        why = 'only communities have such channels: make_guild(…, features=["COMMUNITY", "NEWS"])'
        if channel_type == STAGE:
            raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE, why=why)
        raise invalid("type", "BASE_TYPE_CHOICES", "Value must be one of {0, 2, 4, 6, 13, 14, 15, 16}.", why)


@route(
    "POST",
    "/guilds/{guild_id}/channels",
    permissions=Permission.MANAGE_CHANNELS,
    body=CREATE_CHANNEL,
    status=201,
)
def create_guild_channel(call: Call, guild: Record) -> Record:
    return _create(call, guild)


@operation("/{guild_id}", body=CREATE_CHANNEL)
def create_channel_as_named(call: Call, guild: Record) -> Record:
    """Make a channel whose name stays as it is given: text channels had capitals before Discord took them away.

    Only the narrator can.
    """
    call.require_narrator()
    return _create(call, guild, as_named=True)


def _create(call: Call, guild: Record, *, as_named: bool = False) -> Record:
    world, body = call.world, call.body
    channel_type: int = body["type"] or 0
    siblings = world.guild_channels[guild["id"]]
    if len(siblings) >= MAX_CHANNELS:
        raise RestError(Code.MAX_GUILD_CHANNELS)
    check_feature(call, guild, channel_type)
    parent = None
    if body.get("parent_id") is not None and channel_type != CATEGORY:
        parent = find_category(call, guild, body["parent_id"])
    values = channel_values(world, guild, channel_type, body)
    overwrites = new_overwrites(world, guild["id"], body.get("permission_overwrites") or ())
    check_overwrites(call, guild, [], overwrites, parent=parent)
    if parent is not None and not overwrites:  # an empty list, too, takes over those of the category
        overwrites = [dict(overwrite) for overwrite in parent["permission_overwrites"]]

    position = _next_position(siblings, channel_type)
    channel = new_channel(call.new_id(), guild["id"], channel_type, values["name"], position)
    channel.update((name, value) for name, value in values.items() if value is not None)
    if as_named:
        channel["name"] = body["name"]
    channel["permission_overwrites"] = overwrites
    channel["parent_id"] = None if parent is None else parent["id"]
    blind = {} if parent is None else blind_spots(world, guild["id"], [parent])  # it may come to be seen
    world.channels[channel["id"]] = siblings[channel["id"]] = channel
    changes = audit.difference(None, channel, (*AUDITED, "permission_overwrites"))
    audit.write(call, guild["id"], Action.CHANNEL_CREATE, channel["id"], changes=changes)
    tell_channel(world, "CHANNEL_CREATE", channel)
    tell_gained(world, guild["id"], blind)
    return channel


def _bucket(channel_type: int) -> str:
    """Return the group that a channel is sorted in; each counts its positions from 0."""
    if channel_type == CATEGORY:
        return "categories"
    return "voice" if channel_type in VOICE_TYPES else "text"


def _next_position(siblings: dict[str, Record], channel_type: int) -> int:
    bucket = _bucket(channel_type)
    taken = (one["position"] for one in siblings.values() if _bucket(one["type"]) == bucket)
    return max(taken, default=-1) + 1


@route("GET", "/guilds/{guild_id}/channels")
def list_guild_channels(call: Call, guild: Record) -> list[Record]:
    if call.actor.omnipotent:
        return list(call.world.guild_channels[guild["id"]].values())
    return viewable_channels(call.world, guild["id"], call.actor.user_id)


@route("GET", "/channels/{channel_id}")
def get_channel(call: Call, channel: Record) -> Record:
    if channel["type"] in THREAD_TYPES:
        return thread.render_thread(call.world, channel, call.actor.user_id)
    return channel if "guild_id" in channel else render_dm(channel, call.actor.user_id)


@route("DELETE", "/channels/{channel_id}")
def delete_channel(call: Call, channel: Record) -> Record:
    if channel.get("guild_id") is None:
        return render_dm(channel, call.actor.user_id)  # closing a conversation hides it from the one who does
    if channel["type"] in THREAD_TYPES:
        return thread.delete_thread(call, channel)
    call.require(Permission.MANAGE_CHANNELS, channel)
    world, guild = call.world, call.world.guilds[channel["guild_id"]]
    required = (guild["rules_channel_id"], guild["public_updates_channel_id"])
    if "COMMUNITY" in guild["features"] and channel["id"] in required:
        raise RestError(Code.COMMUNITY_CHANNEL_REQUIRED)
    children = [
        one for one in world.guild_channels[guild["id"]].values() if one["parent_id"] == channel["id"]
    ]
    for child in children:
        child["parent_id"] = None
    _forget(world, channel)
    changes = audit.difference(channel, None, (*AUDITED, "permission_overwrites"))
    audit.write(call, guild["id"], Action.CHANNEL_DELETE, channel["id"], changes=changes)
    if channel["type"] in VOICE_TYPES:
        disconnect_all(world, channel)
        close_stage(world, channel["id"])
    tell_channel(world, "CHANNEL_DELETE", channel)
    for child in children:
        tell_channel(world, "CHANNEL_UPDATE", child)
    _clear_settings(world, guild, channel["id"])
    return channel


def _forget(world: World, channel: Record) -> None:
    """Take the channel out of every table, with its threads, messages, invites and webhooks."""
    channel_id, guild_id = channel["id"], channel["guild_id"]
    for one in [one for one in world.threads[guild_id].values() if one["parent_id"] == channel_id]:
        thread.forget_thread(world, one)
    del world.channels[channel_id], world.guild_channels[guild_id][channel_id]
    forget_messages(world, channel_id)
    world.voice_statuses.pop(channel_id, None)
    for table in (world.invites, world.webhooks):
        for key in [key for key, record in table.items() if record["channel_id"] == channel_id]:
            del table[key]


def _clear_settings(world: World, guild: Record, channel_id: str) -> None:
    named = [setting for setting in _GUILD_SETTINGS if guild[setting] == channel_id]
    if named:
        guild.update(dict.fromkeys(named))
        world.emit("GUILD_UPDATE", render_guild(world, guild), guild=guild["id"])
