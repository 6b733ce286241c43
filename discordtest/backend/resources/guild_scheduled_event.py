"""Scheduled events of a guild: what will happen on a stage, in a voice channel or outside of Discord, and who comes.

An event in a channel is for those who see the channel. Events that are over are still found by their ids; lists and
GUILD_CREATE leave them out, as is known from life: the documentation does not say.
Source: Discord's documentation, Guild Scheduled Event ("Guild Scheduled Event Object" to "Get Guild Scheduled Event
Users", "Guild Scheduled Event Permissions Requirements") and Gateway Events ("Guild Scheduled Events").
"""

from __future__ import annotations

from discordtest.backend import audit, cdn, reasons
from discordtest.backend.audit import Action
from discordtest.backend.body import Boolean, Object
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, visible
from discordtest.backend.resources import channel_types
from discordtest.backend.resources.guild_scheduled_event_form import (
    CREATE_EVENT,
    UPDATE_EVENT,
    check_times,
    merged,
)
from discordtest.backend.resources.guild_scheduled_event_status import (
    ACTIVE,
    EXTERNAL,
    SCHEDULED,
    STAGE_INSTANCE,
    VOICE,
    channel_of,
    check_status,
    forget_deadline,
    is_over,
    tell,
    watch,
    with_status,
)
from discordtest.backend.resources.paging import page, page_query
from discordtest.backend.resources.stage_instance import open_stage
from discordtest.backend.rest import Call, find_in, operation, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["events_of", "find_event", "render_event"]

MAX_EVENTS = 100  # of a guild, those that are over not counted
MAX_USERS = 100  # on a page
INTERESTED = 1  # what a user has answered
#: where an event takes place -> what its creation and its changes ask for in the channel
_IN_CHANNEL = {
    STAGE_INSTANCE: int(Permission.MANAGE_CHANNELS | Permission.MUTE_MEMBERS | Permission.MOVE_MEMBERS),
    VOICE: int(Permission.VIEW_CHANNEL | Permission.CONNECT),
    EXTERNAL: 0,
}
_CHANNEL_TYPES = {STAGE_INSTANCE: channel_types.STAGE, VOICE: channel_types.VOICE}
_KEPT = (
    "name",
    "description",
    "privacy_level",
    "scheduled_start_time",
    "scheduled_end_time",
    "entity_type",
    "entity_metadata",
    "channel_id",
    "recurrence_rule",
)
_AUDITED = (
    "name",
    "description",
    "privacy_level",
    "scheduled_start_time",
    "scheduled_end_time",
    "status",
    "entity_type",
    "location",
    "channel_id",
    "image_hash",
)
_WITH_COUNT = Object({"with_user_count": Boolean(default=False)})


# -- how an event looks


def render_event(world: World, event: Record, *, counted: bool = False) -> Record:
    """Return the event as the API answers it: with who made it, and with how many come if ``counted``."""
    shown = {**event, "creator": world.users[event["creator_id"]]}
    if counted:
        shown["user_count"] = len(world.event_users[event["id"]])
    return shown


def events_of(world: World, guild_id: str, user_id: str | None) -> list[Record]:
    """Return the guild's events that are not over and that the user may see; with None whoever sees all."""
    return [
        event
        for event in world.scheduled_events[guild_id].values()
        if not is_over(event) and (user_id is None or _is_shown(world, event, user_id))
    ]


def _is_shown(world: World, event: Record, user_id: str) -> bool:
    channel = channel_of(world, event)
    return channel is None or visible(world, channel, user_id)


@parameter("guild_scheduled_event")
def find_event(call: Call, text: str) -> Record:
    """Find an event of the guild of this call: 10070 where there is none, 50001 where its channel is hidden."""
    events = call.world.scheduled_events[call.found["guild"]["id"]]
    event = find_in(events, text, Code.UNKNOWN_GUILD_SCHEDULED_EVENT)
    channel = channel_of(call.world, event)
    if channel is not None and not call.permissions(channel) & Permission.VIEW_CHANNEL:
        raise reasons.hidden(call.world, call.actor.user_id, channel)
    return event


@route("GET", "/guilds/{guild_id}/scheduled-events", query=_WITH_COUNT)
def list_guild_scheduled_events(call: Call, guild: Record) -> list[Record]:
    world, counted = call.world, call.query["with_user_count"]
    user_id = None if call.actor.omnipotent else call.actor.user_id
    return [render_event(world, event, counted=counted) for event in events_of(world, guild["id"], user_id)]


@route("GET", "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}", query=_WITH_COUNT)
def get_guild_scheduled_event(call: Call, guild: Record, event: Record) -> Record:
    return render_event(call.world, event, counted=call.query["with_user_count"])


# -- making and changing


@route("POST", "/guilds/{guild_id}/scheduled-events", body=CREATE_EVENT)
def create_guild_scheduled_event(call: Call, guild: Record) -> Record:
    world, body = call.world, call.body
    values: Record = {**dict.fromkeys(_KEPT), **body}
    channel = _find_place(call, guild, values)
    call.require(Permission.CREATE_EVENTS | _IN_CHANNEL[values["entity_type"]], channel)
    event: Record = {
        "id": "",
        "guild_id": guild["id"],
        "creator_id": call.actor.user_id,
        "status": SCHEDULED,
        "entity_id": None,
        "image": None,
        "guild_scheduled_event_exceptions": [],
        **{key: values[key] for key in _KEPT},
    }
    if values["entity_type"] != EXTERNAL:
        event["entity_metadata"] = None
    check_times(call, event, body)
    if len(events_of(world, guild["id"], None)) >= MAX_EVENTS:
        raise RestError(Code.MAX_SCHEDULED_EVENTS)
    event["id"] = call.new_id()
    event["image"] = _image(call, event, body.get("image"))
    world.scheduled_events[guild["id"]][event["id"]] = event
    world.event_users[event["id"]] = {}
    _note(call, Action.GUILD_SCHEDULED_EVENT_CREATE, event, None, _audited(event))
    tell(world, "CREATE", event)
    watch(world, event)
    return render_event(world, event)


def _find_place(call: Call, guild: Record, values: Record) -> Record | None:
    """Find the channel in which the event is to take place: 10003 for none of the guild, 50024 for another kind."""
    if values["entity_type"] == EXTERNAL:
        return None
    channel = find_in(call.world.guild_channels[guild["id"]], values["channel_id"], Code.UNKNOWN_CHANNEL)
    if channel["type"] != _CHANNEL_TYPES[values["entity_type"]]:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    return channel


def _image(call: Call, event: Record, data_uri: str | None) -> str | None:
    return None if data_uri is None else cdn.store_image(call.world, f"guild-events/{event['id']}", data_uri)


def _require_hold(call: Call, event: Record, channel: Record | None) -> None:
    """Refuse who may not change or delete the event: one's own asks for CREATE_EVENTS or MANAGE_EVENTS."""
    allowing, purpose = int(Permission.MANAGE_EVENTS), ""
    if event["creator_id"] == call.actor.user_id:
        allowing, purpose = allowing | Permission.CREATE_EVENTS, ", or create_events"
    if not call.permissions(channel) & allowing:
        raise call.lacking(Permission.MANAGE_EVENTS, channel, purpose)
    call.require(_IN_CHANNEL[event["entity_type"]], channel)


@route("PATCH", "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}", body=UPDATE_EVENT)
def update_guild_scheduled_event(call: Call, guild: Record, event: Record) -> Record:
    """Change an event, or begin, end or cancel it by its status; on a stage, what begins opens the stage."""
    world, body = call.world, call.body
    _require_hold(call, event, channel_of(world, event))
    if is_over(event):
        raise RestError(Code.EVENT_FINISHED)
    values = merged(event, body)
    check_status(event, values["status"])
    if (values["entity_type"], values["channel_id"]) != (event["entity_type"], event["channel_id"]):
        _require_hold(call, values, _find_place(call, guild, values))
    check_times(call, values, body)
    begins = values["status"] == ACTIVE != event["status"]
    opens = begins and values["entity_type"] == STAGE_INSTANCE
    stage = channel_of(world, values)
    if opens and (stage is None or stage["id"] in world.stage_instances):
        raise RestError(Code.CANNOT_CREATE_STAGE_FOR_EVENT)
    before = _audited(event)
    values.update(with_status(world, values, values["status"]))
    event.update((key, values[key]) for key in (*_KEPT, "status", "entity_id"))
    if "image" in body:
        event["image"] = _image(call, event, body["image"])
    _note(call, Action.GUILD_SCHEDULED_EVENT_UPDATE, event, before, _audited(event))
    if opens and stage is not None:
        open_stage(call, stage, event["name"], event)
    tell(world, "UPDATE", event)
    watch(world, event)
    return render_event(world, event)


@route("DELETE", "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}")
def delete_guild_scheduled_event(call: Call, guild: Record, event: Record) -> None:
    world = call.world
    _require_hold(call, event, channel_of(world, event))
    forget_deadline(world, event)
    del world.scheduled_events[guild["id"]][event["id"]], world.event_users[event["id"]]
    _note(call, Action.GUILD_SCHEDULED_EVENT_DELETE, event, _audited(event), None)
    tell(world, "DELETE", event)


def _audited(event: Record) -> Record:
    location = (event["entity_metadata"] or {}).get("location")
    return {**event, "location": location, "image_hash": event["image"]}


def _note(call: Call, action: Action, event: Record, before: Record | None, after: Record | None) -> None:
    changes = audit.difference(before, after, _AUDITED)
    if changes:
        audit.write(call, event["guild_id"], action, event["id"], changes=changes)


# -- who is interested


@route(
    "GET",
    "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}/users",
    query=page_query(MAX_USERS, MAX_USERS, with_member=Boolean(default=False)),
)
def list_guild_scheduled_event_users(call: Call, guild: Record, event: Record) -> list[Record]:
    """List who is interested, in order of their ids; who has left the guild is listed without a member."""
    members = call.world.members[guild["id"]] if call.query["with_member"] else {}
    found = []
    for user_id in page(call.world.event_users[event["id"]], call.query):
        shown = {
            "guild_scheduled_event_id": event["id"],
            "user_id": user_id,
            "user": call.world.users[user_id],
            "response": INTERESTED,
        }
        if user_id in members:
            shown["member"] = members[user_id]
        found.append(shown)
    return found


@route("GET", "/guilds/{guild_id}/scheduled-events/{guild_scheduled_event_id}/users/counts")
def count_guild_scheduled_event_users(call: Call, guild: Record, event: Record) -> Record:
    count = len(call.world.event_users[event["id"]])
    return {"guild_scheduled_event_count": count, "guild_scheduled_event_exception_counts": {}}


@operation("/{guild_id}/{guild_scheduled_event_id}")
def subscribe_to_scheduled_event(call: Call, guild: Record, event: Record) -> None:
    """Mark oneself as interested, as a client does: 180000 once the event is over."""
    users = call.world.event_users[event["id"]]
    if is_over(event):
        raise RestError(Code.EVENT_FINISHED)
    if call.actor.user_id not in users:
        users[call.actor.user_id] = None
        _tell_user(call, "USER_ADD", event)


@operation("/{guild_id}/{guild_scheduled_event_id}")
def unsubscribe_from_scheduled_event(call: Call, guild: Record, event: Record) -> None:
    """Take one's interest back: 10071 for who had none."""
    users = call.world.event_users[event["id"]]
    if call.actor.user_id not in users:
        raise RestError(Code.UNKNOWN_GUILD_SCHEDULED_EVENT_USER)
    del users[call.actor.user_id]
    _tell_user(call, "USER_REMOVE", event)


def _tell_user(call: Call, what: str, event: Record) -> None:
    payload = {
        "guild_scheduled_event_id": event["id"],
        "user_id": call.actor.user_id,
        "guild_id": event["guild_id"],
    }
    channel = channel_of(call.world, event)
    name = f"GUILD_SCHEDULED_EVENT_{what}"
    call.world.emit(name, payload, guild=event["guild_id"], channel=channel)
