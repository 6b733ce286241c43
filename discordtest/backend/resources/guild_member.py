"""Members of a guild: listed, and what is changed on them.

How they come and go is in ``guild_membership``, what happens to them in voice in ``guild_member_voice``.
Source: Discord's documentation, Guild ("Guild Member Object", "Guild Member Flags", "List Guild Members",
"Modify Guild Member", "Modify Current Member", "Add Guild Member Role").
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from discordtest.backend import audit, cdn, reasons
from discordtest.backend.audit import Action
from discordtest.backend.body import (
    Array,
    Boolean,
    FormErrors,
    Image,
    Integer,
    Name,
    Object,
    Path,
    Snowflake,
    String,
    Timestamp,
    invalid,
)
from discordtest.backend.codes import Code, RestError
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import BYPASSES_VERIFICATION, Permission, guild_permissions
from discordtest.backend.resources import auto_moderation_execution, guild_member_voice
from discordtest.backend.resources.application import approved_intents
from discordtest.backend.resources.channel_obfuscation import blind_spots, tell_gained
from discordtest.backend.resources.guild_member_build import tell_update
from discordtest.backend.resources.guild_role import check_role_below, find_role
from discordtest.backend.resources.paging import page
from discordtest.backend.rest import Call, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["MAX_NICK", "find_by_prefix", "find_member", "require_members_intent"]

MAX_NICK = 32
MAX_LISTED = 1000
MAX_QUERY = 100
MAX_TIMEOUT = timedelta(days=28)
_AUDITED = ("nick", "mute", "deaf", "communication_disabled_until", "flags")
_ANY_FLAG_PERMISSION = (
    int(Permission.MANAGE_GUILD),
    int(Permission.MANAGE_ROLES),
    int(Permission.MODERATE_MEMBERS | Permission.KICK_MEMBERS | Permission.BAN_MEMBERS),
)
_OR_ANOTHER = " (with kick_members and ban_members), or manage_roles, or manage_guild"


@parameter("member")
def find_member(call: Call, text: str) -> Record:
    """Find a member of the guild of this call: 10013 for no user at all, 10007 for one who is not in it."""
    member = call.world.members[call.found["guild"]["id"]].get(text)
    if member is None:
        raise RestError(Code.UNKNOWN_MEMBER if text in call.world.users else Code.UNKNOWN_USER)
    return member


# -- reading


LIST = Object({"limit": Integer(min=1, max=MAX_LISTED, default=1), "after": Snowflake(default="0")})


@route("GET", "/guilds/{guild_id}/members", query=LIST)
def list_guild_members(call: Call, guild: Record) -> list[Record]:
    """List members by id; a bot needs the members intent in the developer portal for that."""
    require_members_intent(call)
    members = call.world.members[guild["id"]]
    return [members[user_id] for user_id in page(members, call.query)]


SEARCH = Object(
    {
        "query": String(min=1, max=MAX_QUERY, required=True),
        "limit": Integer(min=1, max=MAX_LISTED, default=1),
    }
)


@route("GET", "/guilds/{guild_id}/members/search", query=SEARCH)
def search_guild_members(call: Call, guild: Record) -> list[Record]:
    """Find members by how one of their names begins."""
    return find_by_prefix(call.world, guild["id"], call.query["query"], call.query["limit"])


def find_by_prefix(world: World, guild_id: str, query: str, limit: int) -> list[Record]:
    """Return up to ``limit`` members one of whose names begins with the query, without regard to case."""
    prefix = query.casefold()
    found = (
        member
        for member in world.members[guild_id].values()
        for names in [(member["user"]["username"], member["user"]["global_name"], member["nick"])]
        if any(name is not None and name.casefold().startswith(prefix) for name in names)
    )
    return list(islice(found, limit))


def require_members_intent(call: Call) -> None:
    """Refuse with 50001 a bot that may not have the members intent, which lists of members need."""
    if call.actor.application_id is not None:
        application = call.world.applications[call.actor.application_id]
        if not approved_intents(application) & Intent.GUILD_MEMBERS:
            raise reasons.unapproved(application, "members")


@route("GET", "/guilds/{guild_id}/members/{user_id:member}")
def get_guild_member(call: Call, guild: Record, member: Record) -> Record:
    return member


# -- changing


def _no_empty_nick(body: Record, path: Path, errors: FormErrors) -> None:
    if body.get("nick") == "":
        body["nick"] = None


EDIT_MEMBER = Object(
    {
        "nick": Name(max=MAX_NICK, null=True),
        "roles": Array(Snowflake(), null=True),
        "mute": Boolean(null=True),
        "deaf": Boolean(null=True),
        "channel_id": Snowflake(null=True),
        "communication_disabled_until": Timestamp(null=True),
        "flags": Integer(min=0, null=True),
    },
    check=_no_empty_nick,
)


@route("PATCH", "/guilds/{guild_id}/members/{user_id:member}", body=EDIT_MEMBER)
def update_guild_member(call: Call, guild: Record, member: Record) -> Record:
    """Change a member. Each field has a permission of its own; nick and time-out obey the hierarchy."""
    body, user_id = call.body, member["user"]["id"]
    changes: Record = {}
    if "nick" in body:
        _check_nick(call, guild, user_id)
        changes["nick"] = body["nick"]
    if "communication_disabled_until" in body:
        _check_timeout_allowed(call, guild, user_id)
        changes["communication_disabled_until"] = body["communication_disabled_until"]
    if body.get("flags") is not None:
        changes["flags"] = _new_flags(call, member)
    roles = member["roles"] if body.get("roles") is None else _new_roles(call, guild, member)
    voice = guild_member_voice.check(call, guild, member)
    _apply(call, guild, member, {**changes, **voice}, roles)
    guild_member_voice.apply(call, guild, member)
    if "nick" in changes and user_id == call.actor.user_id:
        auto_moderation_execution.screen_profile(call, guild["id"])
    return member


def _check_nick(call: Call, guild: Record, user_id: str) -> None:
    if user_id == call.actor.user_id:
        call.require(Permission.CHANGE_NICKNAME)
        return
    call.require(Permission.MANAGE_NICKNAMES)
    call.require_above(guild["id"], user_id)


def _check_timeout_allowed(call: Call, guild: Record, user_id: str) -> None:
    call.require(Permission.MODERATE_MEMBERS)
    call.require_above(guild["id"], user_id)
    until = call.body["communication_disabled_until"]
    if until is None:
        return
    if not call.actor.omnipotent:
        if guild_permissions(call.world, guild["id"], user_id) & Permission.ADMINISTRATOR:
            why = "a member with administrator cannot be timed out"
            raise reasons.refused(why)
    if datetime.fromisoformat(until) > call.world.wall_clock() + MAX_TIMEOUT:
        message = "The time-out must end within 28 days."
        raise invalid("communication_disabled_until", "BASE_TYPE_BAD_VALUE", message)


def _new_flags(call: Call, member: Record) -> int:
    bits = call.permissions()
    if not any(bits & needed == needed for needed in _ANY_FLAG_PERMISSION):
        raise call.lacking(Permission.MODERATE_MEMBERS, purpose=_OR_ANOTHER)
    wanted: int = call.body["flags"]  # of which only one can be changed
    flags: int = member["flags"]
    return flags & ~BYPASSES_VERIFICATION | wanted & BYPASSES_VERIFICATION


def _new_roles(call: Call, guild: Record, member: Record) -> list[str]:
    call.require(Permission.MANAGE_ROLES)
    wanted = list(dict.fromkeys(role_id for role_id in call.body["roles"] if role_id != guild["id"]))
    for role_id in {*wanted} ^ {*member["roles"]}:
        _check_assignable(call, guild, find_role(call, role_id))
    return wanted


def _check_assignable(call: Call, guild: Record, role: Record) -> None:
    if role["id"] == guild["id"] or (role["managed"] and not call.actor.omnipotent):
        raise RestError(Code.INVALID_ROLE)
    check_role_below(call, guild, role)


def _apply(call: Call, guild: Record, member: Record, changes: Record, roles: list[str]) -> None:
    world, guild_id, user_id = call.world, guild["id"], member["user"]["id"]
    before, held = {**member}, member["roles"]
    hidden = blind_spots(world, guild_id) if user_id in world.bots_of(guild_id) else {}
    member.update(changes)
    member["roles"] = roles
    found = audit.difference(before, member, _AUDITED)
    if found:
        audit.write(call, guild_id, Action.MEMBER_UPDATE, user_id, changes=found)
    moved = _role_changes(world, guild_id, held, roles)
    if moved:
        audit.write(call, guild_id, Action.MEMBER_ROLE_UPDATE, user_id, changes=moved)
    if found or moved:
        tell_update(world, guild_id, member)
        tell_gained(world, guild_id, hidden)


def _role_changes(world: World, guild_id: str, before: list[str], after: list[str]) -> list[Record]:
    changes = []
    for key, role_ids, others in (("$add", after, before), ("$remove", before, after)):
        names = world.roles[guild_id]
        found = [{"id": i, "name": names[i]["name"]} for i in role_ids if i not in others]
        if found:
            changes.append({"key": key, "new_value": found})
    return changes


EDIT_MY_MEMBER = Object(
    {
        "nick": Name(max=MAX_NICK, null=True),
        "avatar": Image(null=True),
        "banner": Image(null=True),
        "bio": String(max=190, null=True),
    },
    check=_no_empty_nick,
)


@route("PATCH", "/guilds/{guild_id}/members/@me", body=EDIT_MY_MEMBER)
def update_my_guild_member(call: Call, guild: Record) -> Record:
    """Change the own nick and looks; the biography is shown to people only, so nothing keeps it."""
    guild_id, user_id = guild["id"], call.actor.user_id
    member = call.world.members[guild_id][user_id]
    changes: Record = {}
    if "nick" in call.body:
        call.require(Permission.CHANGE_NICKNAME)
        changes["nick"] = call.body["nick"]
    for key in ("avatar", "banner"):
        image = call.body.get(key)
        if image is not None:
            folder = f"guilds/{guild_id}/users/{user_id}/{key}s"
            changes[key] = cdn.store_image(call.world, folder, image)
        elif key in call.body:
            changes[key] = None
    looks = {key: member[key] for key in ("avatar", "banner")}
    _apply(call, guild, member, changes, member["roles"])
    if {key: member[key] for key in looks} != looks:
        tell_update(call.world, guild_id, member)
    if "nick" in changes:
        auto_moderation_execution.screen_profile(call, guild_id)
    return member


# -- one role


@route(
    "PUT",
    "/guilds/{guild_id}/members/{user_id:member}/roles/{role_id}",
    permissions=Permission.MANAGE_ROLES,
)
def add_guild_member_role(call: Call, guild: Record, member: Record, role: Record) -> None:
    _check_assignable(call, guild, role)
    if role["id"] not in member["roles"]:
        _apply(call, guild, member, {}, [*member["roles"], role["id"]])


@route(
    "DELETE",
    "/guilds/{guild_id}/members/{user_id:member}/roles/{role_id}",
    permissions=Permission.MANAGE_ROLES,
)
def delete_guild_member_role(call: Call, guild: Record, member: Record, role: Record) -> None:
    _check_assignable(call, guild, role)
    if role["id"] in member["roles"]:
        _apply(call, guild, member, {}, [held for held in member["roles"] if held != role["id"]])
