"""Events that a test sends by itself, and waiting for what will happen."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from discordtest import views
from discordtest.act.acting import Acting
from discordtest.assertions.failures import background
from discordtest.backend import journal
from discordtest.checking import seconds_of
from discordtest.errors import SetupError
from discordtest.scene import awaited, verb

if TYPE_CHECKING:
    from collections.abc import Callable
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
        backend = self._scene.backend
        queue: Callable[[], list[Record]] = backend.get_message_queue
        if not await self._wait(lambda: len(queue()) >= count, timeout):
            self._missed(f"{count} messages within {timeout:g} s of the clock: there were {len(queue())}")
        seen = views.views_of(self._scene)
        world = backend.world
        return [
            seen.message(world.messages.get(one["channel_id"], {}).get(one["id"], one)) for one in queue()
        ]

    @awaited
    async def wait_for_event(
        self, name: str, timeout: float = 60, *, client: discord.Client | None = None
    ) -> Any:
        """Let time pass until an event happens; ``timeout`` is in seconds of the clock.

        ``"member_join"`` is an event of discord.py (or the bot's own): returned is what its listeners get, several
        arguments as a tuple. ``"GUILD_MEMBER_ADD"`` is one of the gateway: returned is its payload.
        """
        if not name:
            raise SetupError("an event has a name")
        if name.isupper():
            start = len(self._scene.backend.journal)
            found = await self._wait(lambda: self._dispatched(name, start), timeout)
            if found is None:
                self._missed(f"{name} within {timeout:g} s of the clock")
            return json.loads(found.text)
        chosen = client or self.client
        waiting = asyncio.ensure_future(chosen.wait_for(name.removeprefix("on_"), timeout=None))
        self._scene.watch.ignore(waiting)
        try:
            if not await self._wait(waiting.done, timeout):
                self._missed(f"{name} within {timeout:g} s of the clock")
            return waiting.result()
        finally:
            waiting.cancel()

    # -- inside

    def _dispatched(self, name: str, start: int) -> journal.Dispatch | None:
        entries = self._scene.backend.journal[start:]
        return next(
            (entry for entry in entries if isinstance(entry, journal.Dispatch) and entry.name == name), None
        )

    async def _wait(self, predicate: Callable[[], Any], timeout: float) -> Any:
        seconds = seconds_of("timeout", timeout)
        scene = self._scene
        scene.check()
        scene.begin_act()
        scene.was_advanced = True
        try:
            answer = await scene.loop.wait_until(predicate, seconds)
            scene.check()
            return answer
        finally:
            scene.end_act()

    def _missed(self, what: str) -> None:
        raise self.failureException(f"there was no {what}\n{background(self._scene)}")
