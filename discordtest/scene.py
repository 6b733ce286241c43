"""The scene of one running test: its Discord, its loop, its clients, and the act that is under way.

The three groups of methods of a test case (arrange, act, assert) have no state of their own; they share this.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from discordtest.backend.journal import Act
from discordtest.backend.rest import Actor
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import discord

    from discordtest.backend import Backend
    from discordtest.backend.world import Record
    from discordtest.clock.loop import VirtualLoop
    from discordtest.transports.network import Network
    from discordtest.unhandled import Watch

__all__ = ["Scene", "verb"]

P = ParamSpec("P")
T = TypeVar("T")

__unittest = True  # unittest leaves our frames out of its tracebacks


@dataclass(eq=False)
class Scene:
    """What the methods of a test case work on.

    ``act_start`` is the number of the journal's entry with which the last act began: assertions about what the
    bot did look from there on. Verbs that overlap are one act.
    """

    backend: Backend
    loop: VirtualLoop
    network: Network
    owner: Record
    watch: Watch
    clients: dict[discord.Client, Record] = field(default_factory=dict)  # client -> its application
    act_start: int = 0
    acts_open: int = 0
    verbs: list[tuple[Coroutine[Any, Any, Any], str]] = field(default_factory=list)
    lives: dict[discord.Client, asyncio.Task[Any]] = field(default_factory=dict)  # clients that run
    is_open: bool = False  # asyncSetUp has made the client and the world
    fails_on_unhandled: bool = True
    expected_errors: int = 0  # how many assertBotRaises are open: what the bot raises is theirs
    bot_permissions: int = 0
    was_advanced: bool = False  # the test has called advance
    follows_time: bool = False  # the bot's own time.time() follows the clock: discordtest[time] is installed
    views: dict[str, Any] = field(
        default_factory=dict
    )  # what views.py keeps for a world without a bot's cache

    @property
    def narrator(self) -> Actor:
        """The test itself, which may do everything."""
        return Actor("narrator", self.owner["id"])

    # -- acts

    def begin_act(self, text: str | None = None) -> None:
        """Start an act, or join the one under way; ``text`` goes into the transcript."""
        if not self.acts_open:
            self.act_start = len(self.backend.journal)
        self.acts_open += 1
        if text is not None:
            self.backend.journal.append(Act(self.backend.world.now(), text))

    def end_act(self) -> None:
        """End what `begin_act` started."""
        self.acts_open -= 1

    def tell(self, text: str) -> None:
        """Write a line about what the test does into the transcript."""
        self.backend.journal.append(Act(self.backend.world.now(), text))

    # -- what must not pass unnoticed

    def check(self) -> None:
        """Raise the oldest failure that was kept aside, or one for a verb that was never awaited."""
        if self.backend.failures:
            raise self.backend.failures.pop(0)
        self._check_bot()
        waiting = [
            entry for entry in self.verbs if inspect.getcoroutinestate(entry[0]) == inspect.CORO_CREATED
        ]
        self.verbs[:] = waiting
        for coroutine, text in waiting:
            if not self._has_task(coroutine):
                self.verbs.remove((coroutine, text))
                coroutine.close()
                raise SetupError(f"{text} was never awaited: write `await` before it, or nothing happens")

    def _check_bot(self) -> None:
        for client, task in self.lives.items():
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                self.watch.add(error, f"and {type(client).__name__} stopped")
        errors = self.watch.collect()
        if errors and self.fails_on_unhandled and not self.expected_errors:
            first = errors.pop(0)
            kind = type(first.error).__name__
            raise AssertionError(
                f"the bot raised {kind} {first.where}, and nothing handled it"
            ) from first.error

    def forget_views(self) -> None:
        """Drop what views.py keeps: another client is the first one now."""
        self.views.clear()

    def _has_task(self, coroutine: Coroutine[Any, Any, Any]) -> bool:
        return any(task.get_coro() is coroutine for task in asyncio.all_tasks(self.loop))

    async def settle(self) -> None:
        """Run what can run without moving time, then raise what was kept aside."""
        await self.loop.settle()
        self.check()


def verb(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Make a method an act: it starts one, runs, settles, and is missed when nobody awaits it."""

    async def act(scene: Scene, *args: P.args, **kwargs: P.kwargs) -> T:
        scene.check()
        scene.begin_act()
        try:
            result = await method(*args, **kwargs)
            await scene.settle()
            return result
        finally:
            scene.end_act()

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        scene: Scene = args[0]._scene  # type: ignore[attr-defined]  # the test case
        coroutine = act(scene, *args, **kwargs)
        caller = sys._getframe(1)
        place = f"{caller.f_code.co_filename}:{caller.f_lineno}"
        scene.verbs.append((coroutine, f"self.{method.__name__}(…) at {place}"))
        return coroutine

    return call
