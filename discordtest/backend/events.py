"""Gateway events that a test sends as it likes, and the queue of messages that clients have sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.journal import Sent
from discordtest.errors import BackendError

if TYPE_CHECKING:
    from discordtest.backend.journal import Journal
    from discordtest.backend.world import Record, World

__all__ = ["Events"]


class Events:
    """What a backend does with single events and messages."""

    world: World
    journal: Journal
    _queue_start: int = 0

    def dispatch_event(self, name: str, payload: Record, guild: Any = None) -> None:
        """Send a gateway event by its payload: ``dispatch_event("TYPING_START", {...})``.

        Who may see it gets it: by intent, by the guild (``guild``, else ``payload["guild_id"]``) and by the channel
        (``payload["channel_id"]``). Nothing in the world changes. Discord has no event of that name? discord.py
        ignores it, but for its ``on_socket_event_type``.
        """
        if not isinstance(payload, dict):
            raise BackendError(f"the payload of an event is a dict, not {payload!r}")
        guild_id = payload.get("guild_id") if guild is None else getattr(guild, "id", guild)
        if guild_id is not None and str(guild_id) not in self.world.guilds:
            raise BackendError(f"there is no guild {guild_id!r}")
        channel = self.world.channels.get(str(payload.get("channel_id")))
        users = None
        if guild_id is None and channel is not None and "recipients" in channel:
            users, channel = [user["id"] for user in channel["recipients"]], None
        self.world.emit(
            name.upper(),
            payload,
            guild=None if guild_id is None else str(guild_id),
            channel=channel if guild_id is not None else None,
            users=users,
        )

    def queued_messages(self) -> list[Record]:
        """Return the messages that bots have sent since the queue was cleared, oldest first, as they were then."""
        return [
            entry.message
            for entry in self.journal[self._queue_start :]
            if isinstance(entry, Sent) and entry.wire
        ]

    def clear_message_queue(self) -> None:
        """Empty the queue; the messages stay where they are."""
        self._queue_start = len(self.journal)
