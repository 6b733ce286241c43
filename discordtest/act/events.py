"""Events that a test sends by itself, and waiting for what will happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest import waiting
from discordtest.act.acting import Acting
from discordtest.verbs import awaited, verb

if TYPE_CHECKING:
    from unittest import IsolatedAsyncioTestCase as Case

    import discord

    from discordtest.backend.world import Record
else:
    Case = object  # what this is mixed into; here only for its types

__all__ = ["EventVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class EventVerbs(Acting, Case):
    """The verbs about events and waiting for them."""

    client: discord.Client

    @verb
    async def dispatch_event(self, name: str, payload: Record, guild: Any = None) -> None:
        """Send a gateway event by its payload, as ``self.backend.dispatch_event`` does, and settle.

        >>> await self.dispatch_event("TYPING_START", {"channel_id": "1", "user_id": "2", "timestamp": 0})
        """
        scene = self._scene
        scene.tell(f"Discord sends {name.upper()}")
        scene.backend.dispatch_event(name, payload, guild)

    @verb
    async def dispatch_custom(self, name: str, *arguments: Any, client: discord.Client | None = None) -> None:
        """Dispatch an event of the bot's own: ``"level_up"`` runs its ``on_level_up`` listeners."""
        chosen = client or self.client
        self._scene.tell(f"{type(chosen).__name__} dispatches {name}")
        chosen.dispatch(name.removeprefix("on_"), *arguments)

    @awaited
    async def wait_for_messages(self, count: int, timeout: float = 60) -> list[discord.Message]:
        """Let time pass until bots have sent so many messages; return those of the message queue.

        The queue begins with the test; ``self.backend.clear_message_queue()`` empties it. ``timeout`` is in seconds
        of the clock.
        """
        return await waiting.messages(self._scene, count, timeout, self.failureException)

    @awaited
    async def wait_for_event(
        self, name: str, timeout: float = 60, *, client: discord.Client | None = None
    ) -> Any:
        """Let time pass until an event happens; ``timeout`` is in seconds of the clock.

        Events that came before do not count: to wait for what the test itself does next, begin in a task.

        ``"member_join"`` is an event of discord.py (or the bot's own): returned is what its listeners get, several
        arguments as a tuple. ``"GUILD_MEMBER_ADD"`` is one of the gateway: returned is its payload.
        """
        chosen = client or self.client
        return await waiting.event(self._scene, name, timeout, chosen, self.failureException)
