"""The typing indicator.

It lasts ten seconds; clients count them, so nothing is kept.
Source: Discord's documentation, Channel ("Trigger Typing Indicator") and Gateway Events ("Typing Start").
"""

from __future__ import annotations

from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.channel_types import CATEGORY, FORUM_TYPES
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record

__all__: list[str] = []


@route("POST", "/channels/{channel_id}/typing", permissions=Permission.SEND_MESSAGES)
def trigger_typing_indicator(call: Call, channel: Record) -> None:
    if channel["type"] == CATEGORY or channel["type"] in FORUM_TYPES:
        raise RestError(Code.CANNOT_SEND_IN_NON_TEXT)
    world, user_id, guild_id = call.world, call.actor.user_id, channel.get("guild_id")
    event: Record = {
        "channel_id": channel["id"],
        "user_id": user_id,
        "timestamp": int(world.wall_clock().timestamp()),  # seconds
    }
    if guild_id is not None:
        member = world.members[guild_id].get(user_id)
        if member is not None:
            event["member"] = member
    world.emit_in(channel, "TYPING_START", event)
