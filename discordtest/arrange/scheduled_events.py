"""Builders of scheduled events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest import checking, scheduling
from discordtest.arrange.building import Arranging, guild_id_of, new_id, perform, show, stage, user_id_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import discord

    from discordtest.given import Id

__all__ = ["ScheduledEventBuilders"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ScheduledEventBuilders(Arranging):
    """What makes scheduled events."""

    def make_scheduled_event(
        self,
        name: str,
        guild: discord.Guild | Id,
        id_num: int = -1,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        channel: discord.VoiceChannel | discord.StageChannel | Id | None = None,
        location: str | None = None,
        description: str | None = None,
        image: bytes | None = None,
        entity_type: discord.EntityType | None = None,
        privacy_level: discord.PrivacyLevel | None = None,
        creator: Id | None = None,
        recurrence_rule: Mapping[str, Any] | None = None,
    ) -> discord.ScheduledEvent:
        """Make a scheduled event of a ``guild``, in a voice or stage ``channel`` or at a ``location``; return it.

        It starts in an hour unless ``start_time`` says otherwise, which may be past; outside of Discord it lasts an
        hour unless ``end_time`` does. Without ``channel`` and ``location`` it is "somewhere". ``creator`` made it, by
        default the bot's owner. With a ``recurrence_rule``, Discord's object, it comes again when it ends; ``start`` of
        the rule is the ``start_time`` if left out.

        >>> self.make_scheduled_event("Party", guild, location="Park", creator=alice)

        Raises `SetupError` for a guild or channel that is not here, an id that is taken, and what Discord does not
        allow.
        """
        checking.check_text("a scheduled event's name", name)
        scene = stage(self._scene)
        guild_id, world = guild_id_of(scene, guild), scene.backend.world
        body = scheduling.new_event_fields(
            world,
            guild_id,
            name=name,
            start_time=start_time,
            end_time=end_time,
            channel=channel,
            location=location,
            description=description,
            image=image,
            entity_type=entity_type,
            privacy_level=privacy_level,
            recurrence_rule=recurrence_rule,
        )
        table = world.scheduled_events[guild_id]
        made = perform(
            scene,
            f"make_scheduled_event({name!r})",
            "create_guild_scheduled_event",
            guild_id,
            body=body,
            author=None if creator is None else user_id_of(scene, creator, guild_id),
            id=new_id(id_num, table),
        )
        return show(scene).scheduled_event(table[made["id"]])
