"""Permission overwrites of a channel, and who may set which bits.

Source: Discord's documentation, Channel ("Overwrite Object", "Edit Channel Permissions", "Delete Channel Permission")
and Permissions ("Permission Overwrites", "Permission Syncing").
"""

from __future__ import annotations

from collections.abc import Iterable

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.body import Choice, Integer, Object, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import ALL, Permission, channel_permissions, guild_permissions
from discordtest.backend.resources.channel_obfuscation import blind_spots, tell_changed
from discordtest.backend.resources.channel_types import CATEGORY, THREAD_TYPES
from discordtest.backend.rest import Call, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["check_overwrites", "new_overwrites", "replace_overwrites"]

MAX_OVERWRITES = 1000
ROLE, MEMBER = 0, 1
_MANAGE_ROLES = int(Permission.MANAGE_ROLES)
_TYPES = {0: ROLE, 1: MEMBER, "0": ROLE, "1": MEMBER, "role": ROLE, "member": MEMBER}
_NOTHING: Record = {"allow": "0", "deny": "0"}

Overwrites = dict[str, Record]


def new_overwrites(world: World, guild_id: str, given: Iterable[Record]) -> list[Record]:
    """Return overwrites as the world keeps them; one without a type is a role's if a role has its id."""
    roles = world.roles[guild_id]
    made: Overwrites = {}
    for overwrite in given:
        target = overwrite["id"]
        kind = overwrite.get("type")
        made[target] = {
            "id": target,
            "type": (MEMBER, ROLE)[target in roles] if kind is None else _TYPES[kind],
            "allow": str((overwrite["allow"] or 0) & ALL),
            "deny": str((overwrite["deny"] or 0) & ALL),
        }
    return list(made.values())


def check_overwrites(
    call: Call,
    guild: Record,
    old: list[Record],
    new: list[Record],
    channel: Record | None = None,
    parent: Record | None = None,
) -> None:
    """Refuse with 50013 bits that the actor may not set, and with 30060 too many overwrites.

    Only bits count that change. The actor must have them in the guild or the parent, unless an overwrite of the
    channel gives it MANAGE_ROLES there. Without a channel, which is being made, MANAGE_ROLES is for administrators.
    """
    if len(new) > MAX_OVERWRITES:
        raise RestError(Code.MAX_OVERWRITES)
    if call.actor.omnipotent:
        return
    changed = _changed_bits(old, new)
    if not changed and _by_id(old) == _by_id(new):
        return
    world, user_id = call.world, call.actor.user_id
    held = guild_permissions(world, guild["id"], user_id)
    if held == ALL:
        return
    if channel is None:
        held &= ~_MANAGE_ROLES
    else:
        call.require(_MANAGE_ROLES, channel)
        if _allowed_here(world, channel, user_id) & _MANAGE_ROLES:
            return
    if parent is not None:
        held |= channel_permissions(world, parent, user_id) & (ALL if channel else ~_MANAGE_ROLES)
    if lacks := changed & ~held:
        raise call.lacking(lacks, purpose=", and may give and take in overwrites only what it has itself")


def _by_id(overwrites: list[Record]) -> Overwrites:
    return {overwrite["id"]: overwrite for overwrite in overwrites}


def _changed_bits(old: list[Record], new: list[Record]) -> int:
    before, after = _by_id(old), _by_id(new)
    bits = 0
    for target in before.keys() | after.keys():
        old_one, new_one = before.get(target, _NOTHING), after.get(target, _NOTHING)
        bits |= int(old_one["allow"]) ^ int(new_one["allow"])
        bits |= int(old_one["deny"]) ^ int(new_one["deny"])
    return bits


def _allowed_here(world: World, channel: Record, user_id: str) -> int:
    targets = {user_id, channel["guild_id"], *world.members[channel["guild_id"]][user_id]["roles"]}
    bits = 0
    for overwrite in channel["permission_overwrites"]:
        if overwrite["id"] in targets:
            bits |= int(overwrite["allow"])
    return bits


def replace_overwrites(call: Call, channel: Record, new: list[Record]) -> list[Record]:
    """Give the channel these overwrites, and to those channels of a category that had the same ones.

    Each difference of the channel is noted in the audit log. Returns the channels that are changed.
    """
    before, after = _by_id(channel["permission_overwrites"]), _by_id(new)
    if before == after:
        return []
    synced = _synced(call.world, channel, before) if channel["type"] == CATEGORY else []
    channel["permission_overwrites"] = new
    for target in [*before, *(target for target in after if target not in before)]:
        _note(call, channel, before.get(target), after.get(target))
    for child in synced:
        child["permission_overwrites"] = [dict(overwrite) for overwrite in new]
    return [channel, *synced]


def _synced(world: World, category: Record, overwrites: Overwrites) -> list[Record]:
    return [
        child
        for child in world.guild_channels[category["guild_id"]].values()
        if child["parent_id"] == category["id"] and _by_id(child["permission_overwrites"]) == overwrites
    ]


def _note(call: Call, channel: Record, old: Record | None, new: Record | None) -> None:
    changes = audit.difference(old, new, ("allow", "deny"))
    if old is None or new is None:
        changes = audit.difference(old, new, ("id", "type", "allow", "deny"))
    if not changes:
        return
    action = Action.CHANNEL_OVERWRITE_UPDATE
    if old is None or new is None:
        action = Action.CHANNEL_OVERWRITE_DELETE if old else Action.CHANNEL_OVERWRITE_CREATE
    overwrite = new or old
    assert overwrite is not None
    options = {"id": overwrite["id"], "type": overwrite["type"]}
    if overwrite["type"] == ROLE:
        role = call.world.roles[channel["guild_id"]].get(overwrite["id"])
        options["role_name"] = "" if role is None else role["name"]
    audit.write(call, channel["guild_id"], action, channel["id"], changes=changes, options=options)


# -- routes


@parameter("overwrite")
def find_overwrite(call: Call, text: str) -> str:
    """Take the id of a role or user; whether it fits is the handlers' question."""
    if not text.isdecimal():
        raise invalid("overwrite_id", "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return text


SET_OVERWRITE = Object(
    {
        "type": Choice(tuple(_TYPES), null=True),
        "allow": Integer(min=0, null=True, default=0),
        "deny": Integer(min=0, null=True, default=0),
    },
    ignore=("id",),  # the path names it
)


@route(
    "PUT",
    "/channels/{channel_id}/permissions/{overwrite_id}",
    permissions=Permission.MANAGE_ROLES,
    body=SET_OVERWRITE,
)
def set_channel_permission_overwrite(call: Call, channel: Record, target: str) -> None:
    guild = _guild_of(call, channel)
    made = new_overwrites(call.world, guild["id"], [{**call.body, "id": target}])[0]
    known = call.world.roles if made["type"] == ROLE else call.world.members
    if target not in known[guild["id"]]:
        raise RestError(Code.UNKNOWN_PERMISSION_OVERWRITE)
    new = [made if overwrite["id"] == target else overwrite for overwrite in channel["permission_overwrites"]]
    if made not in new:
        new.append(made)
    _apply(call, guild, channel, new)


@route(
    "DELETE",
    "/channels/{channel_id}/permissions/{overwrite_id}",
    permissions=Permission.MANAGE_ROLES,
)
def delete_channel_permission_overwrite(call: Call, channel: Record, target: str) -> None:
    guild = _guild_of(call, channel)
    new = [overwrite for overwrite in channel["permission_overwrites"] if overwrite["id"] != target]
    if len(new) == len(channel["permission_overwrites"]):
        raise RestError(Code.UNKNOWN_PERMISSION_OVERWRITE)
    _apply(call, guild, channel, new)


def _guild_of(call: Call, channel: Record) -> Record:
    if channel.get("guild_id") is None:
        raise RestError(Code.CANNOT_EXECUTE_ON_DM)
    if channel["type"] in THREAD_TYPES:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    return call.world.guilds[channel["guild_id"]]


def _apply(call: Call, guild: Record, channel: Record, new: list[Record]) -> None:
    parent = call.world.channels.get(channel["parent_id"] or "")
    check_overwrites(call, guild, channel["permission_overwrites"], new, channel, parent)
    blind = blind_spots(call.world, guild["id"])
    tell_changed(call.world, guild["id"], replace_overwrites(call, channel, new), blind)
