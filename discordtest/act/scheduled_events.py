"""What people do about scheduled events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest import finding, scheduling, views
from discordtest.act.acting import Acting, act, guild_of, name, person
from discordtest.errors import SetupError
from discordtest.verbs import verb

if TYPE_CHECKING:
    from datetime import datetime

    import discord

    from discordtest.backend.world import Record
    from discordtest.given import Id

__all__ = ["ScheduledEventVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ScheduledEventVerbs(Acting):
    """The verbs about scheduled events."""

    @verb
    async def create_scheduled_event(
        self,
        who: Id,
        guild: discord.Guild | Id,
        name: str,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        channel: discord.VoiceChannel | discord.StageChannel | Id | None = None,
        location: str | None = None,
        description: str | None = None,
        image: bytes | None = None,
        reason: str | None = None,
    ) -> discord.ScheduledEvent:
        """Create a scheduled event; the keywords and what is not given are as for `make_scheduled_event`."""
        scene, actor = self._scene, person(self._scene, who)
        guild_id = guild_of(scene, guild)
        body = scheduling.new_event_fields(
            scene.backend.world,
            guild_id,
            name=name,
            start_time=start_time,
            end_time=end_time,
            channel=channel,
            location=location,
            description=description,
            image=image,
        )
        text = f"creates the scheduled event {name!r}"
        made = act(scene, actor, text, "create_guild_scheduled_event", guild_id, body=body, reason=reason)
        return views.views_of(scene).scheduled_event(
            scene.backend.world.scheduled_events[guild_id][made["id"]]
        )

    @verb
    async def edit_scheduled_event(
        self,
        who: Id,
        event: discord.ScheduledEvent | Id,
        *,
        status: discord.EventStatus | str | None = None,
        name: str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        channel: discord.VoiceChannel | discord.StageChannel | Id | None = None,
        location: str | None = None,
        description: str | None = None,
        image: bytes | None = None,
        reason: str | None = None,
    ) -> discord.ScheduledEvent:
        """Change a scheduled event, or begin, end or cancel it by its ``status`` (which may be a name)."""
        scene, actor = self._scene, person(self._scene, who)
        guild_id, record = finding.find_scheduled_event(scene.backend.world, event)
        body = scheduling.event_fields(
            scene.backend.world,
            guild_id,
            status=status,
            name=name,
            start_time=start_time,
            end_time=end_time,
            channel=channel,
            location=location,
            description=description,
            image=image,
        )
        operation, path = "update_guild_scheduled_event", (guild_id, record["id"])
        act(scene, actor, f"changes {_text(record)}", operation, *path, body=body, reason=reason)
        return views.views_of(scene).scheduled_event(record)

    @verb
    async def delete_scheduled_event(
        self, who: Id, event: discord.ScheduledEvent | Id, *, reason: str | None = None
    ) -> None:
        """Delete a scheduled event."""
        scene, actor = self._scene, person(self._scene, who)
        guild_id, record = finding.find_scheduled_event(scene.backend.world, event)
        operation, path = "delete_guild_scheduled_event", (guild_id, record["id"])
        act(scene, actor, f"deletes {_text(record)}", operation, *path, reason=reason)

    @verb
    async def subscribe(self, who: Id, event: discord.ScheduledEvent | Id) -> None:
        """Mark oneself as interested in a scheduled event."""
        scene, actor = self._scene, person(self._scene, who)
        guild_id, record = finding.find_scheduled_event(scene.backend.world, event)
        text = f"is interested in {_text(record)}"
        act(scene, actor, text, "subscribe_to_scheduled_event", guild_id, record["id"])

    @verb
    async def unsubscribe(self, who: Id, event: discord.ScheduledEvent | Id) -> None:
        """Take one's interest in a scheduled event back."""
        scene, actor = self._scene, person(self._scene, who)
        guild_id, record = finding.find_scheduled_event(scene.backend.world, event)
        if actor.user_id not in scene.backend.world.event_users[record["id"]]:
            who_name = name(scene.backend.world, actor.user_id)
            raise SetupError(
                f"{who_name} is not interested in {_text(record)}: there is nothing to take back"
            )
        text = f"is no longer interested in {_text(record)}"
        act(scene, actor, text, "unsubscribe_from_scheduled_event", guild_id, record["id"])


def _text(record: Record) -> str:
    return f"the scheduled event {record['name']!r}"
