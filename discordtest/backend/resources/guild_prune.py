"""Pruning: kicking all members who have been away for days and hold no role that keeps them.

Away since is when somebody joined or last wrote in the guild; who is online is not away. Bots and the owner stay.
Source: Discord's documentation, Guild ("Get Guild Prune Count", "Begin Guild Prune").
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.body import Boolean, Field, FormErrors, Integer, Object, Path
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.guild_membership import remove_member
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record

__all__: list[str] = []

MAX_DAYS = 30
MAX_ROLES = 100  # in include_roles
DEFAULT_DAYS = 7
_NEEDED = Permission.MANAGE_GUILD | Permission.KICK_MEMBERS


class Ids(Field):
    """Ids as a list, or as a string with commas; discord.py writes a blank after each."""

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        parts = value if isinstance(value, list) else str(value).split(",")
        ids = [str(part).strip() for part in parts]
        for text in ids:
            if not text.isdecimal():
                errors.add(path, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
        if len(ids) > MAX_ROLES:
            errors.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_ROLES} or fewer in length.")
        return ids


_FIELDS = {
    "days": Integer(min=1, max=MAX_DAYS, null=True, default=DEFAULT_DAYS),
    "include_roles": Ids(null=True, default=list),
}


@route("GET", "/guilds/{guild_id}/prune", permissions=_NEEDED, query=Object(_FIELDS))
def preview_prune_guild(call: Call, guild: Record) -> Record:
    return {"pruned": len(_away(call, guild, call.query))}


@route(
    "POST",
    "/guilds/{guild_id}/prune",
    permissions=_NEEDED,
    body=Object({**_FIELDS, "compute_prune_count": Boolean(null=True, default=True)}),
)
def prune_guild(call: Call, guild: Record) -> Record:
    members = _away(call, guild, call.body)
    options = {"delete_member_days": call.body["days"], "members_removed": len(members)}
    audit.write(call, guild["id"], Action.MEMBER_PRUNE, None, options=options)
    for member in members:
        remove_member(call, guild, member)
    return {"pruned": len(members) if call.body["compute_prune_count"] else None}


def _away(call: Call, guild: Record, given: Record) -> list[Record]:
    world, guild_id = call.world, guild["id"]
    if "PRUNE_REQUIRES_ADMIN" in guild["features"]:
        call.require(Permission.ADMINISTRATOR)
    included = set(given["include_roles"])
    if not included <= world.roles[guild_id].keys():
        raise RestError(Code.UNKNOWN_ROLE)
    since = world.wall_clock() - timedelta(days=given["days"])
    active = _writers(call, guild_id, since)
    return [
        member
        for user_id, member in world.members[guild_id].items()
        if user_id not in active
        and user_id not in world.presences
        and user_id != guild["owner_id"]
        and not member["user"].get("bot")
        and included.issuperset(member["roles"])
        and datetime.fromisoformat(member["joined_at"]) < since
    ]


def _writers(call: Call, guild_id: str, since: datetime) -> set[str]:
    """Return who has written in the guild since then."""
    world, found = call.world, set()
    for channel_id in (*world.guild_channels[guild_id], *world.threads[guild_id]):
        for message in reversed(world.messages.get(channel_id, {}).values()):
            if datetime.fromisoformat(message["timestamp"]) < since:
                break
            found.add(message["author"]["id"])
    return found
