"""Roles of a guild: made, changed, moved, counted and deleted.

Roles of the same position are ordered by age, the oldest on top. A new role enters at 1, beside those that are
there, and a deleted one leaves a gap; moving a role numbers all of them anew, without gaps, and tells of each that
has another number then.
Source: Discord's documentation, Permissions ("Role Object", "Permission Hierarchy") and Guild ("Create Guild
Role", "Modify Guild Role Positions", "Modify Guild Role", "Delete Guild Role").
"""

from __future__ import annotations

from typing import Any

from discordtest.backend import audit, cdn, reasons
from discordtest.backend.audit import Action
from discordtest.backend.body import (
    Array,
    Boolean,
    FormErrors,
    Image,
    Integer,
    Object,
    Path,
    Snowflake,
    String,
)
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import ALL, Permission, highest_role, role_key
from discordtest.backend.resources.channel_obfuscation import blind_spots, tell_gained
from discordtest.backend.rest import Call, find_in, parameter, route
from discordtest.backend.world import Record, World

__all__ = [
    "check_role_below",
    "drop_role",
    "find_role",
    "insert_role",
    "new_role",
    "remove_role",
    "stands_above_role",
    "tell_role_update",
]

MAX_ROLES = 250  # with @everyone
MAX_NAME = 100
MAX_COLOR = 0xFFFFFF
DEFAULT_NAME = "new role"
#: the only colours of a role with three
HOLOGRAPHIC = {"primary_color": 11127295, "secondary_color": 16759788, "tertiary_color": 16761760}
AUDITED = ("name", "permissions", "color", "colors", "hoist", "mentionable", "icon", "unicode_emoji")


def new_role(role_id: str, name: str, *, permissions: int = 0, position: int = 0, color: int = 0) -> Record:
    """Return a role's record with Discord's defaults."""
    return {
        "id": role_id,
        "name": name,
        "description": None,
        "permissions": str(permissions),
        "position": position,
        "color": color,
        "colors": _one_color(color),
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def _one_color(color: int) -> Record:
    return {"primary_color": color, "secondary_color": None, "tertiary_color": None}


@parameter("role")
def find_role(call: Call, text: str) -> Record:
    """Find a role of the guild of this call."""
    return find_in(call.world.roles[call.found["guild"]["id"]], text, Code.UNKNOWN_ROLE)


# -- hierarchy


def stands_above_role(call: Call, guild: Record, role: Record) -> bool:
    """Tell whether the actor is above the role: the owner always, else by the highest role."""
    if call.actor.omnipotent or guild["owner_id"] == call.actor.user_id:
        return True
    return highest_role(call.world, guild["id"], call.actor.user_id) > role_key(role)


def check_role_below(call: Call, guild: Record, role: Record) -> None:
    """Refuse with 50013 unless the actor is above the role."""
    if not stands_above_role(call, guild, role):
        raise reasons.beneath_role(call.world, guild["id"], call.actor.user_id, role)


# -- reading


@route("GET", "/guilds/{guild_id}/roles")
def list_guild_roles(call: Call, guild: Record) -> list[Record]:
    return list(call.world.roles[guild["id"]].values())


@route("GET", "/guilds/{guild_id}/roles/{role_id}")
def get_guild_role(call: Call, guild: Record, role: Record) -> Record:
    return role


@route("GET", "/guilds/{guild_id}/roles/member-counts")
def guild_role_member_counts(call: Call, guild: Record) -> dict[str, int]:
    counts = dict.fromkeys(call.world.roles[guild["id"]], 0)
    del counts[guild["id"]]  # everybody has @everyone: it is not counted
    for member in call.world.members[guild["id"]].values():
        for role_id in member["roles"]:
            counts[role_id] += 1
    return counts


# -- bodies


def _check_role(body: Record, path: Path, errors: FormErrors) -> None:
    colors = body.get("colors") or {}
    if colors.get("tertiary_color") is not None and colors != HOLOGRAPHIC:
        errors.add((*path, "colors"), "BASE_TYPE_BAD_VALUE", "Only the holographic colors have three.")
    if body.get("icon") is not None and body.get("unicode_emoji") is not None:
        errors.add((*path, "icon"), "BASE_TYPE_BAD_VALUE", "A role has an icon or an emoji, not both.")


def _color() -> Integer:
    return Integer(min=0, max=MAX_COLOR, null=True)


ROLE = Object(
    {
        "name": String(min=1, max=MAX_NAME, null=True),
        "permissions": Integer(min=0, null=True),
        "color": _color(),
        "colors": Object(
            {"primary_color": _color(), "secondary_color": _color(), "tertiary_color": _color()}, null=True
        ),
        "hoist": Boolean(null=True),
        "mentionable": Boolean(null=True),
        "icon": Image(max=256 * 1024, null=True),
        "unicode_emoji": String(max=100, null=True),
    },
    check=_check_role,
)


def _values(call: Call, guild: Record, role_id: str) -> dict[str, Any]:
    """Return the role's new values by key; absent and null ones (but images) are left out."""
    body = call.body
    values: dict[str, Any] = {
        key: body[key] for key in ("name", "hoist", "mentionable") if body.get(key) not in (None, "")
    }
    if body.get("permissions") is not None:
        values["permissions"] = str(body["permissions"] & ALL)
    if body.get("colors") is not None:
        values["colors"] = {key: body["colors"].get(key) for key in HOLOGRAPHIC}
        values["colors"]["primary_color"] = values["color"] = body["colors"].get("primary_color") or 0
        if values["colors"]["secondary_color"] is not None:
            _need_feature(guild, "ENHANCED_ROLE_COLORS")
    elif body.get("color") is not None:
        values["color"] = body["color"]
        values["colors"] = _one_color(body["color"])
    for key in ("icon", "unicode_emoji"):
        if key in body:
            values[key] = body[key]
            if body[key] is not None:
                _need_feature(guild, "ROLE_ICONS")
    if values.get("icon") is not None:
        values["icon"] = cdn.store_image(call.world, f"role-icons/{role_id}", values["icon"])
    return values


def _need_feature(guild: Record, feature: str) -> None:
    if feature not in guild["features"]:
        raise RestError(Code.GUILD_NEEDS_BOOSTS)


# -- making and deleting


def insert_role(call: Call, guild_id: str, role: Record) -> None:
    """Put a role at the bottom, just above @everyone, and tell of it.

    The others move up where the role would not be the lowest otherwise, because a chosen id makes it older; and,
    untold, while the narrator arranges and nobody is connected: as if the owner had put the roles in order.
    """
    world = call.world
    roles = world.roles[guild_id]
    others = [other for other in roles.values() if other["id"] != guild_id]
    is_older = any(int(other["id"]) > int(role["id"]) for other in others if other["position"] <= 1)
    if is_older or (call.actor.omnipotent and not call.backend.gateway.sessions):
        for other in others:
            other["position"] += 1
            tell_role_update(world, guild_id, other)
    role["position"] = 1
    roles[role["id"]] = role
    world.emit("GUILD_ROLE_CREATE", {"guild_id": guild_id, "role": role}, guild=guild_id)


def remove_role(world: World, guild_id: str, role: Record) -> None:
    """Take a role away from the guild, its members and its channels, and tell of it."""
    drop_role(world, guild_id, role)
    world.emit("GUILD_ROLE_DELETE", {"guild_id": guild_id, "role_id": role["id"]}, guild=guild_id)


def drop_role(world: World, guild_id: str, role: Record) -> None:
    """Take a role away from the guild, its members and its channels."""
    role_id = role["id"]
    del world.roles[guild_id][role_id]
    for member in world.members[guild_id].values():
        if role_id in member["roles"]:
            member["roles"].remove(role_id)
    for channel in world.guild_channels[guild_id].values():
        overwrites = channel["permission_overwrites"]
        overwrites[:] = [overwrite for overwrite in overwrites if overwrite["id"] != role_id]


@route("POST", "/guilds/{guild_id}/roles", permissions=Permission.MANAGE_ROLES, body=ROLE)
def create_guild_role(call: Call, guild: Record) -> Record:
    world, guild_id = call.world, guild["id"]
    if len(world.roles[guild_id]) >= MAX_ROLES:
        raise RestError(Code.MAX_GUILD_ROLES)
    everyone = int(world.roles[guild_id][guild_id]["permissions"])
    role = new_role(call.new_id(), DEFAULT_NAME, permissions=everyone)
    values = _values(call, guild, role["id"])
    call.require(int(values.get("permissions", 0)))
    role.update(values)
    insert_role(call, guild_id, role)
    audit.write(call, guild_id, Action.ROLE_CREATE, role["id"], changes=audit.difference(None, role, AUDITED))
    return role


@route(
    "DELETE",
    "/guilds/{guild_id}/roles/{role_id}",
    permissions=Permission.MANAGE_ROLES,
    status=204,
)
def delete_guild_role(call: Call, guild: Record, role: Record) -> None:
    if role["id"] == guild["id"] or role["managed"]:
        raise RestError(Code.INVALID_ROLE)
    check_role_below(call, guild, role)
    hidden = blind_spots(call.world, guild["id"])
    remove_role(call.world, guild["id"], role)
    changes = audit.difference(role, None, AUDITED)
    audit.write(call, guild["id"], Action.ROLE_DELETE, role["id"], changes=changes)
    tell_gained(call.world, guild["id"], hidden)


# -- changing


@route(
    "PATCH",
    "/guilds/{guild_id}/roles/{role_id}",
    permissions=Permission.MANAGE_ROLES,
    body=ROLE,
)
def update_guild_role(call: Call, guild: Record, role: Record) -> Record:
    check_role_below(call, guild, role)
    values = _values(call, guild, role["id"])
    if role["id"] == guild["id"]:
        values = {key: value for key, value in values.items() if key == "permissions"}
    call.require(int(values.get("permissions", 0)) & ~int(role["permissions"]))
    before = {**role}
    hidden = blind_spots(call.world, guild["id"])
    role.update(values)
    changes = audit.difference(before, role, AUDITED)
    if changes:
        audit.write(call, guild["id"], Action.ROLE_UPDATE, role["id"], changes=changes)
        tell_role_update(call.world, guild["id"], role)
        tell_gained(call.world, guild["id"], hidden)
    return role


def tell_role_update(world: World, guild_id: str, role: Record) -> None:
    """Tell the guild's bots of a role as it is now."""
    world.emit("GUILD_ROLE_UPDATE", {"guild_id": guild_id, "role": role}, guild=guild_id)


_MOVE = Object({"id": Snowflake(required=True), "position": Integer(min=0, null=True)})


@route(
    "PATCH",
    "/guilds/{guild_id}/roles",
    permissions=Permission.MANAGE_ROLES,
    body=Array(_MOVE),
)
def bulk_update_guild_roles(call: Call, guild: Record) -> list[Record]:
    world, guild_id = call.world, guild["id"]
    roles = world.roles[guild_id]
    moves = _moves(call, roles, guild_id)
    order = _order(roles, moves, guild_id)
    fixed = [
        role for role in sorted(roles.values(), key=role_key) if not stands_above_role(call, guild, role)
    ]
    lowest = len(order) - len(fixed)
    for place, role in enumerate(fixed, lowest):  # naming one is fine if it stays: Role.move names them all
        if order[place] is not role or moves.get(role["id"], place) not in (place, role["position"]):
            named = [each for each in fixed if each["id"] in moves] or [role]
            raise reasons.beneath_role(world, guild_id, call.actor.user_id, named[-1])
    moved = [(role, role["position"]) for place, role in enumerate(order) if role["position"] != place]
    for place, role in enumerate(order):
        role["position"] = place
    for role, old in moved:
        if role["id"] in moves:
            change = {"key": "position", "old_value": old, "new_value": role["position"]}
            audit.write(call, guild_id, Action.ROLE_UPDATE, role["id"], changes=[change])
    for role, _ in moved:
        tell_role_update(world, guild_id, role)
    return list(roles.values())


def _moves(call: Call, roles: dict[str, Record], guild_id: str) -> dict[str, int]:
    """Return role id -> wanted position."""
    moves = {}
    for move in call.body:
        if move["id"] not in roles:
            raise RestError(Code.UNKNOWN_ROLE)
        if move.get("position") is None:
            continue
        if move["id"] == guild_id:
            if move["position"] != 0:
                raise RestError(Code.INVALID_ROLE)
            continue
        moves[move["id"]] = move["position"]
    return moves


def _order(roles: dict[str, Record], moves: dict[str, int], guild_id: str) -> list[Record]:
    """Return all roles from the bottom up: the moved ones at their places, the others as they were around them."""
    order = sorted((role for role in roles.values() if role["id"] not in moves), key=role_key)
    for role_id in sorted(moves, key=lambda role_id: (moves[role_id], role_key(roles[role_id]))):
        order.insert(max(moves[role_id], 1), roles[role_id])
    return order
