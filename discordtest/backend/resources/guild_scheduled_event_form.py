"""What a form may say of a scheduled event, by where it takes place.

An event takes place on a stage, in a voice channel, or somewhere outside of Discord. Where the documentation names
no code for a mistake, the one of an experiment is taken, else ``BASE_TYPE_BAD_VALUE``.
Source: Discord's documentation, Guild Scheduled Event ("Field Requirements By Entity Type", "Create Guild Scheduled
Event", "Modify Guild Scheduled Event").
"""

from __future__ import annotations

from datetime import datetime

from discordtest.backend.body import Choice, FormErrors, Image, Object, Path, Snowflake, String, Timestamp
from discordtest.backend.resources.guild_scheduled_event_recurrence import RECURRENCE_RULE
from discordtest.backend.resources.guild_scheduled_event_status import ACTIVE, EXTERNAL, STAGE_INSTANCE, VOICE
from discordtest.backend.rest import Call
from discordtest.backend.world import Record

__all__ = ["CREATE_EVENT", "GUILD_ONLY", "UPDATE_EVENT", "check_times", "merged"]

GUILD_ONLY = 2  # the one privacy level
MAX_NAME = 100
MAX_DESCRIPTION = 1000
MAX_LOCATION = 100
_PAST = "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST"
_BEGUN = "GUILD_SCHEDULED_EVENT_SCHEDULE_INVALID_START_BY_STATUS"
_NO_METADATA = "GUILD_SCHEDULED_EVENT_ENTITY_METADATA_UNSUPPORTED"


def _check_place(values: Record, path: Path, errors: FormErrors) -> None:
    """Note what is missing or too much where such an event takes place."""

    def require(*field: str) -> None:
        errors.add((*path, *field), "BASE_TYPE_REQUIRED", "This field is required")

    location = (values.get("entity_metadata") or {}).get("location")
    channel_id = values.get("channel_id")
    if values["entity_type"] != EXTERNAL:
        if channel_id is None:
            require("channel_id")
        if location is not None:
            message = "Entity metadata is not supported for this entity type."
            errors.add((*path, "entity_metadata"), _NO_METADATA, message)
        return
    if channel_id is not None:
        message = "An event outside of Discord has no channel."
        errors.add((*path, "channel_id"), "BASE_TYPE_BAD_VALUE", message)
    if location is None:
        require("entity_metadata", "location")
    if values.get("scheduled_end_time") is None:
        require("scheduled_end_time")


_FIELDS = {
    "description": String(max=MAX_DESCRIPTION, null=True),
    "image": Image(null=True),
    "scheduled_end_time": Timestamp(null=True),
    "channel_id": Snowflake(null=True),
    "entity_metadata": Object({"location": String(min=1, max=MAX_LOCATION)}, null=True),
    "recurrence_rule": RECURRENCE_RULE,
}
_TYPES = (STAGE_INSTANCE, VOICE, EXTERNAL)
CREATE_EVENT = Object(
    {
        "name": String(min=1, max=MAX_NAME, required=True),
        "scheduled_start_time": Timestamp(required=True),
        "privacy_level": Choice((GUILD_ONLY,), required=True),
        "entity_type": Choice(_TYPES, required=True),
        **_FIELDS,
    },
    check=_check_place,
)
UPDATE_EVENT = Object(
    {
        "name": String(min=1, max=MAX_NAME),
        "scheduled_start_time": Timestamp(),
        "privacy_level": Choice((GUILD_ONLY,)),
        "entity_type": Choice(_TYPES, null=True),
        "status": Choice(range(1, 5), null=True),
        **_FIELDS,
    }
)


def merged(event: Record, body: Record) -> Record:
    """Return the event as the form would make it: 50035 where its place asks for something else.

    To move it to a place of another kind, the form has to name that place; metadata is for places outside of Discord
    alone, and dropped elsewhere.
    """
    given = {
        key: value for key, value in body.items() if value is not None or key not in ("status", "entity_type")
    }
    kind = given.get("entity_type", event["entity_type"])
    known, errors = {**event}, FormErrors()
    if kind != event["entity_type"]:
        known.update(channel_id=None, entity_metadata=None)
        if kind == EXTERNAL:
            known["scheduled_end_time"] = None
            if "channel_id" not in given:
                errors.add(("channel_id",), "BASE_TYPE_REQUIRED", "This field is required")
    if kind != EXTERNAL:
        given["entity_metadata"] = None
    values = {**known, **given}
    _check_place(values, (), errors)
    errors.raise_if_any()
    return values


def check_times(call: Call, event: Record, given: Record) -> None:
    """Refuse what is given where it is past, and a new start of what has begun; the test itself may look back."""
    errors, now = FormErrors(), call.world.wall_clock()
    if not call.actor.omnipotent:
        for field in ("scheduled_start_time", "scheduled_end_time"):
            if given.get(field) is not None and datetime.fromisoformat(given[field]) < now:
                errors.add((field,), _PAST, "Cannot schedule event in the past.")
        if "scheduled_start_time" in given and event["status"] == ACTIVE:
            errors.add(("scheduled_start_time",), _BEGUN, "The event has begun, so its start stays.")
    end = event["scheduled_end_time"]
    if end is not None and end <= event["scheduled_start_time"]:
        errors.add(("scheduled_end_time",), "BASE_TYPE_BAD_VALUE", "The event ends before it starts.")
    errors.raise_if_any()
