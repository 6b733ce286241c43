"""Channels of a guild.

Source: Discord's documentation, Channel ("Channel Object", "Channel Types") and Guild ("Create Guild Channel").
"""

from __future__ import annotations

from discordtest.backend.body import Choice, Object, String
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, visible
from discordtest.backend.rest import Call, parameter, route
from discordtest.backend.world import Record

__all__ = ["find_channel"]


@parameter("channel")
def find_channel(call: Call, text: str) -> Record:
    """Find a channel that the actor sees: 10003 where there is none, 50001 where it is hidden."""
    channel = call.world.channels.get(text)
    if channel is None:
        raise RestError(Code.UNKNOWN_CHANNEL)
    if not call.actor.omnipotent and not visible(call.world, channel, call.actor.user_id):
        raise RestError(Code.MISSING_ACCESS)
    if channel.get("guild_id") is not None:
        call.found["guild"] = call.world.guilds[channel["guild_id"]]
    return channel


CREATE_CHANNEL = Object(
    {
        "name": String(min=1, max=100, strip=True, required=True),
        "type": Choice((0, 2, 4, 5, 13, 15, 16), default=0),
    }
)


@route(
    "POST",
    "/guilds/{guild_id}/channels",
    permissions=Permission.MANAGE_CHANNELS,
    body=CREATE_CHANNEL,
    status=201,
)
def create_guild_channel(call: Call, guild: Record) -> Record:
    world, body = call.world, call.body
    channel: Record = {
        "id": call.new_id(),
        "type": body["type"],
        "guild_id": guild["id"],
        "name": body["name"],
        "position": len(world.guild_channels[guild["id"]]),
        "permission_overwrites": [],
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "flags": 0,
    }
    world.channels[channel["id"]] = world.guild_channels[guild["id"]][channel["id"]] = channel
    world.emit("CHANNEL_CREATE", channel, guild=guild["id"])
    return channel


@route("GET", "/channels/{channel_id}")
def get_channel(call: Call, channel: Record) -> Record:
    return channel
