"""How a scheduled event begins and ends: by hand, and by Discord itself when its time comes.

An event has one deadline at most, for the next thing that Discord does with it. How long exactly it waits is not
documented ("a few minutes", "a few hours"): the figures are below. An event that recurs is scheduled again as it ends,
for its next date, which is all that bots are told: known from life, where the documentation is silent.
Source: Discord's documentation, Guild Scheduled Event ("Guild Scheduled Event Status", "Valid Guild Scheduled Event
Status Transitions", "Guild Scheduled Event Status Update Automation").
"""

from __future__ import annotations

from datetime import datetime

from discordtest.backend.body import invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.resources.guild_scheduled_event_recurrence import next_date
from discordtest.backend.rest import Call, operation
from discordtest.backend.world import Record, World, written

__all__ = [
    "ACTIVE",
    "CANCELED",
    "COMPLETED",
    "EXTERNAL",
    "SCHEDULED",
    "STAGE_INSTANCE",
    "VOICE",
    "channel_of",
    "check_status",
    "forget_deadline",
    "is_over",
    "note_departure",
    "set_status",
    "tell",
    "watch",
    "with_status",
]

SCHEDULED, ACTIVE, COMPLETED, CANCELED = range(1, 5)  # statuses
STAGE_INSTANCE, VOICE, EXTERNAL = range(1, 4)  # types of the entity, which is where it takes place
DESERTED = 300.0  # seconds that an event goes on in an empty channel: "a few minutes"
LATE = 10_800.0  # seconds that an event may be late: "a few hours"
_NEXT = {SCHEDULED: (ACTIVE, CANCELED), ACTIVE: (COMPLETED,)}
_OPERATION = "pass_scheduled_event"


def is_over(event: Record) -> bool:
    """Tell whether the event has ended or was called off."""
    return event["status"] not in _NEXT


def channel_of(world: World, event: Record) -> Record | None:
    """Return where the event takes place; None outside of Discord, and where the channel was deleted."""
    return world.channels.get(event["channel_id"] or "")


def check_status(event: Record, status: int) -> None:
    """Refuse a status that cannot follow that of the event: 180000 once it is over, else 50035."""
    if is_over(event):
        raise RestError(Code.EVENT_FINISHED)
    if status != event["status"] and status not in _NEXT[event["status"]]:
        raise invalid("status", "TRANSITION_INVALID", "Invalid Guild Scheduled Event Status Transition")


def with_status(world: World, event: Record, status: int) -> Record:
    """Return what changes as the event gets a status: one that recurs goes on, for as long each time."""
    rule = event["recurrence_rule"]
    if status != COMPLETED or rule is None:
        return {"status": status}
    start, end = datetime.fromisoformat(event["scheduled_start_time"]), event["scheduled_end_time"]
    following = next_date(rule, max(start, world.wall_clock()))
    if following is None:
        return {"status": status}
    return {
        "status": SCHEDULED,
        "entity_id": None,
        "scheduled_start_time": written(following),
        "scheduled_end_time": end and written(following + (datetime.fromisoformat(end) - start)),
    }


def set_status(world: World, event: Record, status: int) -> None:
    """Give the event a status that `check_status` takes, and tell who sees it."""
    check_status(event, status)
    event.update(with_status(world, event, status))
    tell(world, "UPDATE", event)
    watch(world, event)


def tell(world: World, what: str, event: Record) -> None:
    """Emit GUILD_SCHEDULED_EVENT_CREATE, _UPDATE or _DELETE to those who see where it takes place."""
    name, channel = f"GUILD_SCHEDULED_EVENT_{what}", channel_of(world, event)
    world.emit(name, event, guild=event["guild_id"], channel=channel)


# -- what Discord does by itself


def watch(world: World, event: Record) -> None:
    """Have Discord do the next thing with the event when its time comes."""
    forget_deadline(world, event)
    left = _time_left(world, event)
    if left is not None:
        world.set_deadline(max(0.0, left), _OPERATION, _path(event))


def forget_deadline(world: World, event: Record) -> None:
    """Let nothing happen to the event by itself any more."""
    of_event = _OPERATION, _path(event)
    world.deadlines[:] = [one for one in world.deadlines if one[1:] != of_event]


def note_departure(world: World, guild_id: str, channel_id: str) -> None:
    """Look whether somebody was the last to leave a channel in which an event goes on."""
    for event in world.scheduled_events[guild_id].values():
        if event["channel_id"] == channel_id and event["status"] == ACTIVE:
            watch(world, event)


def _path(event: Record) -> str:
    return f"{event['guild_id']}/{event['id']}"


def _time_left(world: World, event: Record) -> float | None:
    """Return in how many seconds Discord does something with the event; None for never, as it stands."""
    external = event["entity_type"] == EXTERNAL
    if event["status"] == SCHEDULED:
        return _seconds_until(world, event["scheduled_start_time"]) + (0.0 if external else LATE)
    if event["status"] != ACTIVE:
        return None
    if external:
        return _seconds_until(world, event["scheduled_end_time"])
    return None if _has_visitors(world, event) else DESERTED


def _seconds_until(world: World, moment: str) -> float:
    return (datetime.fromisoformat(moment) - world.wall_clock()).total_seconds()


def _has_visitors(world: World, event: Record) -> bool:
    states = world.voice_states[event["guild_id"]].values()
    return any(state["channel_id"] == event["channel_id"] for state in states)


@operation("/{guild_id}/{guild_scheduled_event_id}")
def pass_scheduled_event(call: Call, guild: Record, event: Record) -> None:
    """Begin or end an event outside of Discord, end one in an empty channel, call off one that is late.

    The audit log does not tell of it.
    """
    if event["status"] == SCHEDULED:
        set_status(call.world, event, ACTIVE if event["entity_type"] == EXTERNAL else CANCELED)
    elif event["entity_type"] == EXTERNAL or not _has_visitors(call.world, event):
        set_status(call.world, event, COMPLETED)
