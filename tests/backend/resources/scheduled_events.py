"""What the tests of scheduled events share: a stage, a voice channel, and forms that are right."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.backend.worlds import START, Answer, WorldTestCase

if TYPE_CHECKING:
    from discordtest.backend.rest import Actor
    from discordtest.backend.world import Record

__all__ = ["ACTIVE", "CANCELED", "COMPLETED", "SCHEDULED", "ScheduledEventTestCase", "at"]

SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4


def at(hours: float) -> str:
    """Return the moment so many hours after the start of the test, as the API writes it."""
    return (START + timedelta(hours=hours)).isoformat(timespec="microseconds")


class ScheduledEventTestCase(WorldTestCase):
    """A guild with ``stage`` and ``voice``; the bot makes events."""

    def setUp(self) -> None:
        super().setUp()
        self.stage = self.small.make_channel("stage", 13)
        self.voice = self.small.make_channel("voice", 2)
        self.path = f"/guilds/{self.small.guild['id']}/scheduled-events"

    def form(self, kind: int = 3, **fields: Any) -> Record:
        """Return a form for a stage (1), a voice channel (2) or a place outside (3), in one hour."""
        form: Record = {
            "name": "Party",
            "privacy_level": 2,
            "entity_type": kind,
            "scheduled_start_time": at(1),
        }
        if kind == 3:
            form.update(entity_metadata={"location": "Park"}, scheduled_end_time=at(2))
        else:
            form["channel_id"] = (self.stage if kind == 1 else self.voice)["id"]
        return {name: value for name, value in {**form, **fields}.items() if value is not ...}

    def create(self, kind: int = 3, **fields: Any) -> Answer:
        """Let the bot make an event; a field that is ``...`` is left out."""
        return self.small.request("POST", self.path, self.form(kind, **fields), reason="why")

    def made(self, kind: int = 3, **fields: Any) -> Record:
        """Return an event that the bot has made, as it is in the world."""
        event = self.assertStatus(self.create(kind, **fields), 200)
        return self.small.world.scheduled_events[self.small.guild["id"]][event["id"]]

    def on(self, method: str, event: Record, body: Any = None, tail: str = "", **query: str) -> Answer:
        """Let the bot do something to an event."""
        path = f"{self.path}/{event['id']}{tail}"
        return self.small.request(method, path, body, query=query, reason="why")

    def edit(self, event: Record, **fields: Any) -> Answer:
        """Let the bot change an event."""
        return self.on("PATCH", event, fields)

    def advance(self, **parts: float) -> None:
        """Let time pass, and Discord do what is due meanwhile."""
        end = self.small.time + timedelta(**parts) // timedelta(microseconds=1)
        deadlines = self.small.world.deadlines
        while deadlines and deadlines[0][0] <= end:
            self.small.time = max(self.small.time, deadlines[0][0])
            self.small.backend.run_deadlines()
        self.small.time = end

    def join(self, who: Actor, channel: Record | None) -> None:
        """Let somebody join a voice channel, or leave it."""
        body = {"channel_id": None if channel is None else channel["id"]}
        self.small.perform("update_my_gateway_voice_state", self.small.guild["id"], actor=who, body=body)

    def now(self) -> datetime:
        """Return the moment that it is."""
        return self.small.world.wall_clock()
