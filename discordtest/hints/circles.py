"""A bot that answers itself for ever: its message calls its own listener, which sends the next one.

Nothing but patience tells that from hard work, unless it shows: one request is made again and again while the clock
stands still, and no task of the bot is there all along that could be making them.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import Counter
from typing import TYPE_CHECKING, Any

from discordtest.backend.journal import Exchange
from discordtest.clock.waits import waiter
from discordtest.names import name_of, named_path

if TYPE_CHECKING:
    from discordtest.scene import Scene

__all__ = ["Circle"]

PER_SECOND = 400
"""Equal requests for each second of ``settle_timeout`` that are too many."""


class Circle:
    """What a bot has done in one act at one moment of the clock."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._moment = (-1, -1)
        self._seen = 0
        self._requests: Counter[tuple[str, str, str]] = Counter()
        # What each task waited for; by weak references, as a failed task is noticed when nobody has it any more.
        self._waits: weakref.WeakKeyDictionary[asyncio.Task[Any], weakref.ref[Any]] = (
            weakref.WeakKeyDictionary()
        )

    def look(self) -> str | None:
        """Look at what has happened since the last time; say what goes round in circles, if anything does."""
        scene = self._scene
        journal, moment = scene.backend.journal, (scene.loop.microseconds, scene.act_start)
        if moment != self._moment:
            self._moment, self._seen = moment, len(journal)
            self._requests.clear()
            self._waits.clear()
            for task in scene.loop.unfinished():
                self._waits[task] = weakref.ref(waiter(task) or _Running())
        for entry in journal[self._seen :]:
            if isinstance(entry, Exchange) and entry.actor is not None:
                self._requests[entry.actor.user_id, entry.method, entry.path] += 1
        self._seen = len(journal)
        for (user_id, method, path), count in self._requests.most_common(1):
            if count > PER_SECOND * scene.loop.settle_timeout and not self._is_work():
                world = scene.backend.world
                who = name_of(world, user_id).removeprefix("@")
                return (
                    f"{who} answers itself: it has made {count} requests {method} {named_path(world, path)} while "
                    "no time passed. What it does calls its own listener again: let that leave out what the bot did "
                    "itself, such as `if message.author == self.user: return`"
                )
        return None

    def _is_work(self) -> bool:
        """Tell whether a task that was there all along may be making the requests: it does not rest."""
        lives = set(self._scene.lives.values())  # they read what Discord sends
        return any(
            not task.done() and task not in lives and waiter(task) is not (waited() or _Running)
            for task, waited in self._waits.items()
        )


class _Running:
    """Stands for what a task waits for that does not wait; nobody keeps it, so it is like nothing later."""
