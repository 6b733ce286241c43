"""Stage instances: what is live on a stage.

Source: Discord's documentation, Stage Instance ("Stage Instance Object" to "Delete Stage Instance") and Gateway
Events ("Stages").
"""

from __future__ import annotations

from discordtest.backend import audit, reasons
from discordtest.backend.audit import Action
from discordtest.backend.body import Boolean, Choice, Object, Snowflake, String, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, visible
from discordtest.backend.resources.channel_types import STAGE
from discordtest.backend.resources.guild_scheduled_event_status import (
    ACTIVE,
    SCHEDULED,
    STAGE_INSTANCE,
    is_over,
    set_status,
)
from discordtest.backend.rest import Call, find_in, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["close_stage", "open_stage", "stages_of"]

MAX_TOPIC = 120
GUILD_ONLY = 2  # privacy level; 1 is public, which no guild can choose any more
_MODERATOR = int(Permission.MANAGE_CHANNELS | Permission.MUTE_MEMBERS | Permission.MOVE_MEMBERS)
_AUDITED = ("topic", "privacy_level")


def stages_of(world: World, guild_id: str) -> list[Record]:
    """Return what is live in the guild."""
    return [instance for instance in world.stage_instances.values() if instance["guild_id"] == guild_id]


def close_stage(world: World, channel_id: str) -> Record | None:
    """End what is live on the stage; return it, or None where nothing was."""
    instance = world.stage_instances.pop(channel_id, None)
    if instance is not None:
        world.emit("STAGE_INSTANCE_DELETE", instance, guild=instance["guild_id"])
    return instance


def _note(call: Call, action: Action, instance: Record, changes: list[Record]) -> None:
    options = {"channel_id": instance["channel_id"]}
    audit.write(call, instance["guild_id"], action, instance["id"], changes=changes, options=options)


@parameter("stage_instance")
def find_stage_instance(call: Call, text: str) -> Record:
    """Find what is live on a stage that the actor sees: 10067 where nothing is."""
    channel = call.world.channels.get(text)
    if channel is None:
        raise RestError(Code.UNKNOWN_CHANNEL)
    if not call.actor.omnipotent and not visible(call.world, channel, call.actor.user_id):
        raise reasons.hidden(call.world, call.actor.user_id, channel)
    instance = call.world.stage_instances.get(text)
    if instance is None:
        raise RestError(Code.UNKNOWN_STAGE_INSTANCE)
    call.found["guild"] = call.world.guilds[instance["guild_id"]]
    return instance


CREATE_STAGE = Object(
    {
        "channel_id": Snowflake(required=True),
        "topic": String(min=1, max=MAX_TOPIC, required=True),
        "privacy_level": Choice((GUILD_ONLY,), null=True),
        "send_start_notification": Boolean(null=True),
        "guild_scheduled_event_id": Snowflake(null=True),
    }
)


@route("POST", "/stage-instances", body=CREATE_STAGE)
def create_stage_instance(call: Call) -> Record:
    """Go live on a stage; to notify everybody needs MENTION_EVERYONE."""
    world, body = call.world, call.body
    channel = world.channels.get(body["channel_id"])
    if channel is None:
        raise RestError(Code.UNKNOWN_CHANNEL)
    if channel["type"] != STAGE:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    call.found["guild"] = world.guilds[channel["guild_id"]]
    call.require(_MODERATOR, channel)
    if body.get("send_start_notification"):
        call.require(Permission.MENTION_EVERYONE, channel)
    event = _find_event(call, channel, body.get("guild_scheduled_event_id"))
    if channel["id"] in world.stage_instances:
        raise RestError(Code.STAGE_ALREADY_OPEN)
    instance = open_stage(call, channel, body["topic"], event)
    if event is not None and event["status"] == SCHEDULED:
        set_status(world, event, ACTIVE)
    return instance


def _find_event(call: Call, channel: Record, event_id: str | None) -> Record | None:
    """Find the scheduled event that is to begin on the stage: 50091 for one that takes place somewhere else."""
    if event_id is None:
        return None
    events = call.world.scheduled_events[channel["guild_id"]]
    event = find_in(events, event_id, Code.UNKNOWN_GUILD_SCHEDULED_EVENT)
    if event["entity_type"] != STAGE_INSTANCE:
        raise RestError(Code.EVENT_ENTITY_TYPE_DIFFERS)
    if event["channel_id"] != channel["id"]:
        raise invalid("guild_scheduled_event_id", "BASE_TYPE_BAD_VALUE", "The event is on another stage.")
    if is_over(event):
        raise RestError(Code.EVENT_FINISHED)
    return event


def open_stage(call: Call, channel: Record, topic: str, event: Record | None = None) -> Record:
    """Make and tell what is live on a stage now; of a scheduled event, the two name each other."""
    world = call.world
    instance: Record = {
        "id": call.new_id(),
        "guild_id": channel["guild_id"],
        "channel_id": channel["id"],
        "topic": topic,
        "privacy_level": GUILD_ONLY,
        "discoverable_disabled": True,
        "guild_scheduled_event_id": None if event is None else event["id"],
    }
    if event is not None:
        event["entity_id"] = instance["id"]
    world.stage_instances[channel["id"]] = instance
    _note(call, Action.STAGE_INSTANCE_CREATE, instance, audit.difference(None, instance, _AUDITED))
    world.emit("STAGE_INSTANCE_CREATE", instance, guild=channel["guild_id"])
    return instance


@route("GET", "/stage-instances/{channel_id:stage_instance}")
def get_stage_instance(call: Call, instance: Record) -> Record:
    return instance


UPDATE_STAGE = Object({"topic": String(min=1, max=MAX_TOPIC), "privacy_level": Choice((GUILD_ONLY,))})


@route("PATCH", "/stage-instances/{channel_id:stage_instance}", body=UPDATE_STAGE)
def update_stage_instance(call: Call, instance: Record) -> Record:
    call.require(_MODERATOR, call.world.channels[instance["channel_id"]])
    before = dict(instance)
    instance.update(call.body)
    changes = audit.difference(before, instance, _AUDITED)
    if changes:
        _note(call, Action.STAGE_INSTANCE_UPDATE, instance, changes)
        call.world.emit("STAGE_INSTANCE_UPDATE", instance, guild=instance["guild_id"])
    return instance


@route("DELETE", "/stage-instances/{channel_id:stage_instance}")
def delete_stage_instance(call: Call, instance: Record) -> None:
    call.require(_MODERATOR, call.world.channels[instance["channel_id"]])
    _note(call, Action.STAGE_INSTANCE_DELETE, instance, audit.difference(instance, None, _AUDITED))
    close_stage(call.world, instance["channel_id"])
