"""Changes to scheduled events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest.arrange.building import Arranging, perform, show, stage
from discordtest.finding import find_scheduled_event
from discordtest.scheduling import event_fields

if TYPE_CHECKING:
    from datetime import datetime

    import discord

    from discordtest.given import Id

__all__ = ["ScheduledEventChanges"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ScheduledEventChanges(Arranging):
    """What changes scheduled events."""

    def update_scheduled_event(
        self,
        event: discord.ScheduledEvent | Id,
        *,
        status: discord.EventStatus | str | None = None,
        name: str | None = None,
        description: str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        channel: discord.VoiceChannel | discord.StageChannel | Id | None = None,
        location: str | None = None,
        image: bytes | None = None,
    ) -> discord.ScheduledEvent:
        """Change a scheduled ``event``, or begin and end it by its ``status``: ``on_scheduled_event_update`` runs.

        The keywords are those of ``discord.ScheduledEvent.edit``; a status may be given by its name. None and what is
        not passed change nothing. Return the event.

        Raises `SetupError` for an event that is not here, and for what Discord does not allow.
        """
        scene = stage(self._scene)
        guild_id, record = find_scheduled_event(scene.backend.world, event)
        body = event_fields(
            scene.backend.world,
            guild_id,
            status=status,
            name=name,
            description=description,
            start_time=start_time,
            end_time=end_time,
            channel=channel,
            location=location,
            image=image,
        )
        doing = f"update_scheduled_event({record['name']!r})"
        perform(scene, doing, "update_guild_scheduled_event", guild_id, record["id"], body=body)
        return show(scene).scheduled_event(record)

    def delete_scheduled_event(self, event: discord.ScheduledEvent | Id) -> None:
        """Delete a scheduled ``event``: ``on_scheduled_event_delete`` runs.

        Raises `SetupError` for an event that is not here.
        """
        scene = stage(self._scene)
        guild_id, record = find_scheduled_event(scene.backend.world, event)
        doing = f"delete_scheduled_event({record['name']!r})"
        perform(scene, doing, "delete_guild_scheduled_event", guild_id, record["id"])
        show(scene)
