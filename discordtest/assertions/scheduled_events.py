"""Assertions about scheduled events: where, when, how far they are, and who is interested."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import discord

from discordtest import checking, finding, scheduling
from discordtest import names as naming
from discordtest import views as viewing
from discordtest.assertions.core import AssertCore

if TYPE_CHECKING:
    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.tolerance import Close

__all__ = ["AssertScheduledEvents"]

__unittest = True

_VOICE_TYPES = (2, 13)
_GOING_ON = (1, 2)  # scheduled and active


class ScheduledEventClaims(TypedDict, total=False):
    """What an assertion can claim of a scheduled event besides its name."""

    status: discord.EventStatus | str
    channel: Any
    location: str
    start_time: datetime | Close
    end_time: datetime | Close
    description: str
    creator: Any
    users: Iterable[Any]  # exactly these are interested


class AssertScheduledEvents(AssertCore):
    """The assertions about scheduled events."""

    def assertScheduledEvent(
        self,
        guild: discord.Guild | Id,
        name: str | None = None,
        *,
        msg: Any = None,
        **claims: Unpack[ScheduledEventClaims],
    ) -> discord.ScheduledEvent:
        """Fail unless the guild has such a scheduled event; return it.

        It may be claimed to have this ``status`` (``discord.EventStatus``, or its name), ``channel`` or ``location``,
        ``start_time``, ``end_time``, ``description`` and ``creator``; ``users`` are exactly those who are interested.
        What has ended or was cancelled is only found by its ``status``.
        """
        self._at_rest()
        wanted = self._event_claims(guild, name, claims)
        for event in self._events(guild):
            if self._fits(event, wanted):
                return viewing.views_of(self._scene).scheduled_event(event)
        claim = ", ".join(f"{key}={_shown(value)}" for key, value in wanted.items()) or "any at all"
        known = "; ".join(map(self._event_text, self._events(guild))) or "none"
        text = (
            f"{self._guild_text(guild)} has no such scheduled event: {claim}. Its scheduled events: {known}"
        )
        self._fail_state(text, msg)

    def assertNotScheduledEvent(
        self,
        guild: discord.Guild | Id,
        name: str | None = None,
        *,
        msg: Any = None,
        **claims: Unpack[ScheduledEventClaims],
    ) -> None:
        """Fail if the guild has such a scheduled event; the claims are those of `assertScheduledEvent`."""
        self._at_rest()
        wanted = self._event_claims(guild, name, claims)
        for event in self._events(guild):
            if self._fits(event, wanted):
                text = f"{self._guild_text(guild)} has the scheduled event {self._event_text(event)}"
                self._fail_state(text, msg)

    def _events(self, guild: discord.Guild | Id) -> list[Record]:
        events = self._scene.backend.world.scheduled_events
        return list(events.get(self._claimed_guild(guild), {}).values())

    def _event_claims(self, guild: Any, name: str | None, claims: ScheduledEventClaims) -> Record:
        """Return what is claimed, in the form of `_event_facts`."""
        checking.check_claims("scheduled events", ScheduledEventClaims, claims)
        wanted: Record = {"name": name, **claims}
        wanted = {claim: value for claim, value in wanted.items() if value is not None}
        if "status" in wanted:
            wanted["status"] = discord.EventStatus(scheduling.status_value(wanted["status"])).name
        if "channel" in wanted:
            guild_id = self._claimed_guild(guild)
            wanted["channel"] = self._claimed(
                lambda world, channel: finding.find_channel(world, channel, guild_id, _VOICE_TYPES),
                wanted["channel"],
            )
        if "creator" in wanted:
            wanted["creator"] = self._claimed_user(wanted["creator"])
        if isinstance(wanted.get("users"), str | discord.abc.User):
            raise TypeError(f"users takes a list of those who are interested, not {wanted['users']!r}")
        if "users" in wanted:
            wanted["users"] = tuple(sorted(self._claimed_user(each) for each in wanted["users"]))
        return wanted

    def _fits(self, event: Record, wanted: Record) -> bool:
        if "status" not in wanted and event["status"] not in _GOING_ON:
            return False
        facts = self._event_facts(event)
        return all(facts[claim] == value for claim, value in wanted.items())

    def _event_facts(self, event: Record) -> Record:
        end = event["scheduled_end_time"]
        return {
            "name": event["name"],
            "status": discord.EventStatus(event["status"]).name,
            "channel": event["channel_id"],
            "location": (event["entity_metadata"] or {}).get("location"),
            "start_time": datetime.fromisoformat(event["scheduled_start_time"]),
            "end_time": None if end is None else datetime.fromisoformat(end),
            "description": event["description"],
            "creator": event["creator_id"],
            "users": tuple(sorted(self._scene.backend.world.event_users[event["id"]])),
        }

    def _event_text(self, event: Record) -> str:
        facts, world = self._event_facts(event), self._scene.backend.world
        channel = facts["channel"]
        place = f"at {facts['location']!r}" if channel is None else f"in {naming.name_of(world, channel)}"
        end = "" if facts["end_time"] is None else f" to {facts['end_time']}"
        words = [
            facts["status"],
            place,
            f"{facts['start_time']}{end}",
            f"by {naming.name_of(world, facts['creator'])}",
        ]
        if facts["users"]:
            words.append(
                f"interested: {', '.join(naming.name_of(world, user_id) for user_id in facts['users'])}"
            )
        return f"{event['name']!r} ({', '.join(words)})"


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, datetime) else repr(value)
