"""Scheduled events as the author of a test passes them, in the form in which the API takes them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import discord

from discordtest.errors import SetupError
from discordtest.finding import find_channel
from discordtest.given import data_uri, iso, without_none
from discordtest.names import channel_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from discordtest.backend.world import Record, World

__all__ = ["event_fields", "new_event_fields", "status_value"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_HOUR = timedelta(hours=1)
_KINDS = {2: discord.EntityType.voice, 13: discord.EntityType.stage_instance}  # by type of the channel


def new_event_fields(
    world: World,
    guild_id: str,
    *,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    channel: Any = None,
    location: str | None = None,
    privacy_level: discord.PrivacyLevel | None = None,
    recurrence_rule: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Record:
    """Return the fields of a new event: in an hour and for an hour, somewhere, unless told otherwise."""
    iso(start_time)  # refuses what is no moment, before anything is added to it
    if start_time is None:
        start_time = world.wall_clock() + _HOUR
    if channel is None:
        location = "somewhere" if location is None else location
        end_time = start_time + _HOUR if end_time is None else end_time
    if recurrence_rule is not None:
        recurrence_rule = {"start": iso(start_time), **recurrence_rule}
    fields = event_fields(
        world,
        guild_id,
        start_time=start_time,
        end_time=end_time,
        channel=channel,
        location=location,
        privacy_level=privacy_level or discord.PrivacyLevel.guild_only,
        **settings,
    )
    return fields | without_none(recurrence_rule=recurrence_rule)


def event_fields(
    world: World,
    guild_id: str,
    *,
    name: str | None = None,
    description: str | None = None,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    channel: Any = None,
    location: str | None = None,
    image: bytes | None = None,
    entity_type: discord.EntityType | None = None,
    privacy_level: discord.PrivacyLevel | None = None,
    status: discord.EventStatus | str | None = None,
) -> Record:
    """Return the keywords of ``create_scheduled_event`` and ``ScheduledEvent.edit`` as the API's; None is left out."""
    if channel is not None and location is not None:
        raise TypeError("a scheduled event takes place in a channel= or at a location=, not both")
    body: Record = {}
    if channel is not None:
        body["channel_id"] = channel_id = find_channel(world, channel, guild_id, _KINDS)
        kind = _KINDS.get(world.channels[channel_id]["type"])
        if kind is None:
            place = channel_name(world, channel_id)
            raise SetupError(f"a scheduled event takes place in a voice or stage channel, not in {place}")
        entity_type = entity_type or kind
    if location is not None:
        body.update(channel_id=None, entity_metadata={"location": location})
        entity_type = entity_type or discord.EntityType.external
    return body | without_none(
        name=name,
        description=description,
        scheduled_start_time=iso(start_time),
        scheduled_end_time=iso(end_time),
        image=None if image is None else data_uri(image),
        entity_type=getattr(entity_type, "value", entity_type),
        privacy_level=getattr(privacy_level, "value", privacy_level),
        status=None if status is None else status_value(status),
    )


def status_value(status: discord.EventStatus | str) -> int:
    """Return a status as the API's number; it may be given by its name."""
    if isinstance(status, str) and status in discord.EventStatus.__members__:
        status = discord.EventStatus[status]
    if not isinstance(status, discord.EventStatus):
        names = ", ".join(each.name for each in discord.EventStatus)
        raise TypeError(f"status is a discord.EventStatus or the name of one ({names}), not {status!r}")
    value: int = status.value
    return value
