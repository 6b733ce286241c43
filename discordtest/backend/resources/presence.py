"""Presences: who is online, and what they are doing.

``World.presences`` holds a presence for everybody who is not offline; what is absent is offline.
Source: Discord's documentation, Gateway Events ("Presence Update", "Update Presence", "Activity Object").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from discordtest.backend import reasons
from discordtest.backend.body import Anything, Array, Choice, Object
from discordtest.backend.rest import Call, operation
from discordtest.backend.world import Record, World

__all__ = ["CLIENTS", "OFFLINE", "STATUSES", "presences_of", "set_presence"]

OFFLINE = "offline"
STATUSES = ("online", "idle", "dnd", "invisible", OFFLINE)
CLIENTS = ("desktop", "mobile", "web")
_OF_A_BOT = ("name", "type", "state", "url")


def presences_of(world: World, guild_id: str) -> list[Record]:
    """Return the presences of the guild's members who are not offline."""
    members = world.members[guild_id]
    return [presence for user_id, presence in world.presences.items() if user_id in members]


def set_presence(
    world: World,
    user_id: str,
    status: str,
    activities: list[Record],
    client: str,
    serves: Callable[[str], bool] | None = None,
) -> Record | None:
    """Show a user as it wants to be seen, tell all others who share a guild, and return it; invisible is offline.

    ``serves`` tells the guilds of the bot's shard: what one shard shows is not seen in those of another.
    """
    shown = OFFLINE if status == "invisible" else status
    presence: Record = {
        "user": {"id": user_id},
        "status": shown,
        "activities": [] if shown == OFFLINE else [_activity(world, user_id, each) for each in activities],
        "client_status": {} if shown == OFFLINE else {client: shown},
    }
    if shown == OFFLINE:
        if world.presences.pop(user_id, None) is None:
            return None
    else:
        world.presences[user_id] = presence
    bots = [app["bot"]["id"] for app in world.applications.values() if app["bot"]["id"] != user_id]
    for guild_id, members in world.members.items() if bots else ():
        if user_id in members and (serves is None or serves(guild_id)):
            others = [bot_id for bot_id in bots if bot_id in members]
            if others:
                event = {**presence, "guild_id": guild_id}
                world.emit("PRESENCE_UPDATE", event, guild=guild_id, users=others)
    return None if shown == OFFLINE else presence


def _activity(world: World, user_id: str, activity: Record) -> Record:
    if world.users[user_id].get("bot"):
        activity = {key: activity[key] for key in _OF_A_BOT if activity.get(key) is not None}
    now = int(world.wall_clock().timestamp() * 1000)
    return {"id": "custom" if activity.get("type") == 4 else f"{now:x}", "created_at": now, **activity}


PRESENCE = Object(
    {
        "status": Choice(STATUSES, required=True),
        "activities": Array(Anything(), default=list),
        "client": Choice(CLIENTS, default=CLIENTS[0]),
    }
)


@operation("/{user_id}", body=PRESENCE)
def update_presence(call: Call, user: Record) -> Any:
    """Change how a person is seen; everybody for themselves, the narrator for all."""
    if not call.actor.omnipotent and call.actor.user_id != user["id"]:
        raise reasons.reserved()
    body = call.body
    set_presence(call.world, user["id"], body["status"], body["activities"], body["client"])
    return call.world.presences.get(user["id"])
