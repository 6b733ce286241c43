"""Voice: who is in which voice channel, and how.

People and bots join, move and leave by what their clients send on the gateway (op 4); moderators act over REST. A bot
is sent to a voice server, see ``backend/voice_servers.py``.
Source: Discord's documentation, Voice ("Voice State Object" to "Modify User Voice State"), Gateway Events ("Update
Voice State", "Voice State Update", "Voice Server Update") and Channel ("Set Voice Channel Status").
"""

from __future__ import annotations

from datetime import datetime, timedelta

from discordtest.backend import audit, reasons
from discordtest.backend.audit import Action
from discordtest.backend.body import Boolean, Object, Snowflake, String, Timestamp, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, channel_permissions
from discordtest.backend.resources.channel_obfuscation import blind_spots, tell_gained
from discordtest.backend.resources.channel_types import STAGE, VOICE, VOICE_TYPES
from discordtest.backend.resources.guild_scheduled_event_status import note_departure
from discordtest.backend.rest import Call, operation, route
from discordtest.backend.world import Record, World

__all__ = ["disconnect", "disconnect_all", "move", "tell_voice_server", "tell_voice_state"]

MAX_STATUS = 500
GRACE = timedelta(seconds=10)  # how old a wish to speak may be when it arrives


# -- states


def tell_voice_state(world: World, state: Record) -> None:
    """Emit VOICE_STATE_UPDATE; everybody in the guild hears of every channel."""
    guild_id = state["guild_id"]
    member = world.members[guild_id].get(state["user_id"])
    payload = state if member is None else {**state, "member": member}
    world.emit("VOICE_STATE_UPDATE", payload, guild=guild_id)


def disconnect(world: World, guild_id: str, user_id: str) -> None:
    """Take a user out of voice, if it is in there."""
    state = world.voice_states[guild_id].pop(user_id, None)
    if state is not None:
        left = state["channel_id"]
        state.update(channel_id=None, request_to_speak_timestamp=None)
        tell_voice_state(world, state)
        world.on_voice_end(guild_id, user_id)
        if world.scheduled_events[guild_id]:
            note_departure(world, guild_id, left)


def disconnect_all(world: World, channel: Record) -> None:
    """Take everybody out of a voice channel."""
    guild_id = channel["guild_id"]
    states = world.voice_states[guild_id]
    for user_id in [user_id for user_id, state in states.items() if state["channel_id"] == channel["id"]]:
        disconnect(world, guild_id, user_id)


def move(world: World, state: Record, channel: Record) -> None:
    """Bring a user into the channel, as its new state says; a bot is given a voice server."""
    guild_id, left = channel["guild_id"], state["channel_id"]
    blind = blind_spots(world, guild_id) if state["user_id"] in world.applications else {}
    state["channel_id"] = channel["id"]
    state["suppress"] = _starts_suppressed(world, channel, state["user_id"])
    state["request_to_speak_timestamp"] = None
    tell_voice_state(world, state)
    if state["user_id"] in world.applications:
        tell_gained(world, guild_id, blind)
        tell_voice_server(world, guild_id, state["user_id"])
    if world.scheduled_events[guild_id]:
        note_departure(world, guild_id, left)


def _starts_suppressed(world: World, channel: Record, user_id: str) -> bool:
    """Tell whether one is only heard once allowed: on a stage, in the AFK channel, and where one may not speak."""
    if channel["type"] == STAGE or world.guilds[channel["guild_id"]]["afk_channel_id"] == channel["id"]:
        return True
    return not channel_permissions(world, channel, user_id) & Permission.SPEAK


def tell_voice_server(world: World, guild_id: str, bot_id: str) -> None:
    """Give a bot in voice a new server; while there is none, its endpoint is null."""
    number = int(world.snowflake())
    endpoint = None if guild_id in world.voice_outages else f"voice{number % 1000}.discord.media:443"
    token = f"{number:016x}"
    world.on_voice_server(guild_id, bot_id, token, endpoint)
    payload = {"token": token, "guild_id": guild_id, "endpoint": endpoint}
    world.emit("VOICE_SERVER_UPDATE", payload, guild=guild_id, users=(bot_id,))


# -- what a client sends

VOICE_STATE = Object(
    {
        "channel_id": Snowflake(null=True, required=True),
        "self_mute": Boolean(null=True),
        "self_deaf": Boolean(null=True),
        "self_video": Boolean(null=True),
        "self_stream": Boolean(null=True),
    }
)


@operation("/{guild_id}", body=VOICE_STATE)
def update_my_gateway_voice_state(call: Call, guild: Record) -> Record | None:
    """Join, move, leave, or change what one says of oneself; return the new state, None once out of voice."""
    world, body, user_id = call.world, call.body, call.actor.user_id
    guild_id = guild["id"]
    if user_id not in world.members[guild_id]:
        raise RestError(Code.UNKNOWN_MEMBER)
    states = world.voice_states[guild_id]
    if body["channel_id"] is None:
        disconnect(world, guild_id, user_id)
        return None
    channel = world.guild_channels[guild_id].get(body["channel_id"])
    if channel is None:
        raise RestError(Code.UNKNOWN_CHANNEL)
    known = states.get(user_id)
    moves = known is None or known["channel_id"] != channel["id"]
    if moves:
        _check_may_join(call, channel)
    state = known or _new_state(world, guild_id, user_id)
    switches = {key: bool(value) for key, value in body.items() if key != "channel_id" and value is not None}
    changed = any(state[key] != value for key, value in switches.items())
    state.update(switches)
    if moves:
        _leave_other_guilds(world, guild_id, user_id)
        states[user_id] = state
        move(world, state, channel)
    elif changed:
        tell_voice_state(world, state)
    return state


def _new_state(world: World, guild_id: str, user_id: str) -> Record:
    member = world.members[guild_id][user_id]
    return {
        "guild_id": guild_id,
        "channel_id": None,
        "user_id": user_id,
        "session_id": f"{int(world.snowflake()):032x}",
        "deaf": member["deaf"],
        "mute": member["mute"],
        "self_deaf": False,
        "self_mute": False,
        "self_stream": False,
        "self_video": False,
        "suppress": False,
        "request_to_speak_timestamp": None,
    }


def _check_may_join(call: Call, channel: Record) -> None:
    """Refuse what is no voice channel, a hidden or locked one, and a full one for those who can't move others."""
    if channel["type"] not in VOICE_TYPES:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    bits = call.permissions(channel)
    if not bits & Permission.VIEW_CHANNEL:
        raise reasons.hidden(call.world, call.actor.user_id, channel)
    call.require(Permission.CONNECT, channel)
    states = call.world.voice_states[channel["guild_id"]].values()
    inside = sum(state["channel_id"] == channel["id"] for state in states)
    if channel["user_limit"] and inside >= channel["user_limit"] and not bits & Permission.MOVE_MEMBERS:
        raise call.lacking(Permission.MOVE_MEMBERS, channel, f", which is full ({inside})")


def _leave_other_guilds(world: World, guild_id: str, user_id: str) -> None:
    """A person is in one voice channel at a time; a bot in one of each guild."""
    if world.users[user_id].get("bot"):
        return
    for other_id, states in world.voice_states.items():
        if other_id != guild_id and user_id in states:
            disconnect(world, other_id, user_id)


# -- over REST


def _find_state(call: Call, guild: Record, user_id: str) -> Record:
    state = call.world.voice_states[guild["id"]].get(user_id)
    if state is None:
        raise RestError(Code.UNKNOWN_VOICE_STATE)
    return state


def _render(world: World, state: Record) -> Record:
    return {**state, "member": world.members[state["guild_id"]][state["user_id"]]}


@route("GET", "/guilds/{guild_id}/voice-states/@me")
def get_self_voice_state(call: Call, guild: Record) -> Record:
    return _render(call.world, _find_state(call, guild, call.actor.user_id))


@route("GET", "/guilds/{guild_id}/voice-states/{user_id}")
def get_voice_state(call: Call, guild: Record, user: Record) -> Record:
    state = _find_state(call, guild, user["id"])
    channel = call.world.channels[state["channel_id"]]
    bits = call.permissions(channel)
    if not bits & Permission.VIEW_CHANNEL:
        raise reasons.hidden(call.world, call.actor.user_id, channel)
    if not bits & Permission.CONNECT:
        raise RestError(Code.MISSING_ACCESS, why=call.lacking(Permission.CONNECT, channel).why)
    return _render(call.world, state)


def _find_on_stage(call: Call, guild: Record, user_id: str) -> tuple[Record, Record]:
    """Find the state of a user on a stage, and the stage; the body may name no other channel."""
    state = _find_state(call, guild, user_id)
    channel = call.world.guild_channels[guild["id"]].get(call.body.get("channel_id") or state["channel_id"])
    if channel is None:
        raise RestError(Code.UNKNOWN_CHANNEL)
    if channel["type"] != STAGE:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    if channel["id"] != state["channel_id"]:
        raise RestError(Code.TARGET_NOT_IN_VOICE)
    return state, channel


EDIT_MY_STATE = Object(
    {
        "channel_id": Snowflake(null=True),
        "suppress": Boolean(null=True),
        "request_to_speak_timestamp": Timestamp(null=True),
    }
)


@route("PATCH", "/guilds/{guild_id}/voice-states/@me", body=EDIT_MY_STATE)
def update_self_voice_state(call: Call, guild: Record) -> None:
    """Step up to speak or down again, and ask to speak; stepping down and taking back are always allowed."""
    body, world = call.body, call.world
    state, channel = _find_on_stage(call, guild, call.actor.user_id)
    asked_at = body.get("request_to_speak_timestamp")
    if body.get("suppress") is False:
        call.require(Permission.MUTE_MEMBERS, channel)
    if asked_at is not None:
        call.require(Permission.REQUEST_TO_SPEAK, channel)
        if datetime.fromisoformat(asked_at) < world.wall_clock() - GRACE:
            raise invalid("request_to_speak_timestamp", "BASE_TYPE_BAD_VALUE", "The time must not be past.")
    changes: Record = {}
    if body.get("suppress") is not None:
        changes = {"suppress": body["suppress"], "request_to_speak_timestamp": None}
    if "request_to_speak_timestamp" in body:
        changes["request_to_speak_timestamp"] = asked_at
    _change(world, state, changes)


EDIT_STATE = Object(
    {"channel_id": Snowflake(null=True), "suppress": Boolean(null=True)},
    ignore=("request_to_speak_timestamp",),  # discord.py sends it, the API decides on it alone
)


@route("PATCH", "/guilds/{guild_id}/voice-states/{user_id}", body=EDIT_STATE)
def update_voice_state(call: Call, guild: Record, user: Record) -> None:
    """Let a member of the audience speak, or send a speaker back; a person is invited, a bot simply speaks."""
    state, channel = _find_on_stage(call, guild, user["id"])
    call.require(Permission.MUTE_MEMBERS, channel)
    suppress = call.body.get("suppress")
    if suppress is None:
        return
    invited = not suppress and not user.get("bot")
    asked_at = call.timestamp() if invited else None
    _change(call.world, state, {"suppress": suppress, "request_to_speak_timestamp": asked_at})


def _change(world: World, state: Record, changes: Record) -> None:
    if any(state[key] != value for key, value in changes.items()):
        state.update(changes)
        tell_voice_state(world, state)


SET_STATUS = Object({"status": String(max=MAX_STATUS, null=True, required=True)})


@route("PUT", "/channels/{channel_id}/voice-status", body=SET_STATUS)
def update_voice_channel_status(call: Call, channel: Record) -> None:
    """Set what a voice channel says of itself: for those in it, and from outside for who manages it."""
    if channel["type"] != VOICE:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    world, guild_id = call.world, channel["guild_id"]
    state = world.voice_states[guild_id].get(call.actor.user_id)
    inside = state is not None and state["channel_id"] == channel["id"]
    needed = Permission.SET_VOICE_CHANNEL_STATUS
    call.require(needed if inside else needed | Permission.MANAGE_CHANNELS, channel)
    status = call.body["status"] or None
    if world.voice_statuses.get(channel["id"]) == status:
        return
    if status is None:
        del world.voice_statuses[channel["id"]]
        audit.write(call, guild_id, Action.VOICE_CHANNEL_STATUS_DELETE, channel["id"])
    else:
        world.voice_statuses[channel["id"]] = status
        options = {"status": status}
        audit.write(call, guild_id, Action.VOICE_CHANNEL_STATUS_CREATE, channel["id"], options=options)
    event = {"id": channel["id"], "guild_id": guild_id, "status": status}
    world.emit("VOICE_CHANNEL_STATUS_UPDATE", event, guild=guild_id)
