"""The guilds of a user, as the user lists them.

Source: Discord's documentation, User ("Get Current User Guilds").
"""

from __future__ import annotations

from discordtest.backend.body import Boolean
from discordtest.backend.permissions import guild_permissions
from discordtest.backend.resources.guild import counts_of
from discordtest.backend.resources.paging import page, page_query
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record

__all__: list[str] = []

MAX_LISTED = 200


@route(
    "GET", "/users/@me/guilds", query=page_query(MAX_LISTED, MAX_LISTED, with_counts=Boolean(default=False))
)
def list_my_guilds(call: Call) -> list[Record]:
    world, user_id = call.world, call.actor.user_id
    mine = [guild_id for guild_id, members in world.members.items() if user_id in members]
    return [_partial(call, world.guilds[guild_id]) for guild_id in page(mine, call.query)]


def _partial(call: Call, guild: Record) -> Record:
    partial: Record = {key: guild[key] for key in ("id", "name", "icon", "banner", "features")}
    partial["owner"] = guild["owner_id"] == call.actor.user_id
    partial["permissions"] = str(guild_permissions(call.world, guild["id"], call.actor.user_id))
    if call.query["with_counts"]:
        partial.update(counts_of(call.world, guild))
    return partial
