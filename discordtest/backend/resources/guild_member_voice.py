"""What moderators do to a member in voice: mute, deafen, move, disconnect.

Source: Discord's documentation, Guild ("Modify Guild Member") and Voice ("Voice State Object").
"""

from __future__ import annotations

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.body import invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import VOICE_TYPES, Permission
from discordtest.backend.resources import voice
from discordtest.backend.rest import Call
from discordtest.backend.world import Record

__all__ = ["apply", "check"]

_SWITCHES = {"mute": Permission.MUTE_MEMBERS, "deaf": Permission.DEAFEN_MEMBERS}


def check(call: Call, guild: Record, member: Record) -> Record:
    """Refuse what the body may not do to the member in voice; return the switches that it sets."""
    body = call.body
    switches = {key: body[key] for key in _SWITCHES if body.get(key) is not None}
    for key in switches:
        call.require(_SWITCHES[key])
    if "channel_id" in body:
        _check_move(call, guild)
    if switches or "channel_id" in body:
        if member["user"]["id"] not in call.world.voice_states[guild["id"]]:
            raise RestError(Code.TARGET_NOT_IN_VOICE)
    return switches


def _check_move(call: Call, guild: Record) -> None:
    target = call.body["channel_id"]
    if target is None:
        call.require(Permission.MOVE_MEMBERS)
        return
    channel = call.world.guild_channels[guild["id"]].get(target)
    if channel is None:
        raise RestError(Code.UNKNOWN_CHANNEL)
    if channel["type"] not in VOICE_TYPES:
        raise invalid("channel_id", "BASE_TYPE_BAD_VALUE", "Members can be moved to voice channels only.")
    call.require(Permission.MOVE_MEMBERS | Permission.CONNECT, channel)


def apply(call: Call, guild: Record, member: Record) -> None:
    """Bring the member's voice state up to what the body says; ``check`` has allowed it."""
    body, world, guild_id = call.body, call.world, guild["id"]
    state = world.voice_states[guild_id].get(member["user"]["id"])
    if state is None:
        return
    switches = {key: member[key] for key in _SWITCHES}
    channel_id = body.get("channel_id", state["channel_id"])
    if channel_id == state["channel_id"] and all(state[key] == switches[key] for key in _SWITCHES):
        return
    moved = channel_id != state["channel_id"]
    state.update(switches)
    if not moved:
        voice.tell_voice_state(world, state)
    elif channel_id is None:
        audit.count(call, guild_id, Action.MEMBER_DISCONNECT)
        voice.disconnect(world, guild_id, member["user"]["id"])
    else:
        audit.count(call, guild_id, Action.MEMBER_MOVE, channel_id=channel_id)
        voice.move(world, state, world.channels[channel_id])
