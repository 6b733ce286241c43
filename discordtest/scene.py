"""The scene of one running test: its Discord, its loop, its clients, and the act that is under way.

The three groups of methods of a test case (arrange, act, assert) have no state of their own; they share this.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from discordtest import hints
from discordtest.backend import journal, rest
from discordtest.bot_errors import unhandled
from discordtest.code_names import line_at
from discordtest.errors import DiscordTestError, SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextvars import Context
    from types import CodeType, CoroutineType

    import discord

    from discordtest.backend.world import Record
    from discordtest.bot_errors.handled import Ledger
    from discordtest.bot_errors.unhandled import Watch
    from discordtest.clock.loop import VirtualLoop
    from discordtest.control import SceneBackend
    from discordtest.transports.network import Network

__all__ = ["Scene"]

__unittest = True  # unittest leaves our frames out of its tracebacks


@dataclass(eq=False)
class Scene:
    """What the methods of a test case work on.

    ``act_start`` is the number of the journal's entry with which the last act began: assertions about what the
    bot did look from there on. Verbs that overlap are one act.
    """

    backend: SceneBackend
    loop: VirtualLoop
    network: Network
    owner: Record
    watch: Watch
    handled: Ledger
    clients: dict[discord.Client, Record] = field(default_factory=dict)  # client -> its application
    # client -> the one it was, now deleted
    former: dict[discord.Client, Record] = field(default_factory=dict)
    parting: dict[discord.Client, asyncio.Task[Any]] = field(default_factory=dict)  # those that end for that
    act_start: int = 0
    acts_open: int = 0
    #: what was not begun so far: the verb under way, its name, and who called it in which line
    verbs: list[tuple[CoroutineType[Any, Any, Any], str, CodeType, int]] = field(default_factory=list)
    lives: dict[discord.Client, asyncio.Task[Any]] = field(default_factory=dict)  # clients that run
    # theirs, in which they are closed too
    contexts: dict[discord.Client, Context] = field(default_factory=dict)
    has_begun: bool = False  # asyncSetUp of the test case was called
    has_ended: bool = False  # the test and what it has set up after the bot: the bots are stopped
    has_failed: bool = False  # set-up or the test itself, or it was skipped
    # what did not end as it should, told when the test is over
    problems: list[str] = field(default_factory=list)
    fails_on_unhandled: bool = True
    deaf: dict[str, str] = field(default_factory=dict)  # interaction -> why nothing in the bot listened to it
    unanswered: set[str] = field(default_factory=set)  # interactions that assertNotResponded was told of
    idle_blocks: int = 0  # how many of what assertBotRaises has returned stand in no `with` so far
    expected_errors: int = 0  # how many assertBotRaises are open: what the bot raises is theirs
    bot_permissions: int = 0
    was_advanced: bool = False  # the test has called advance
    follows_time: bool = False  # the bot's own time.time() follows the clock: discordtest[time] is installed
    # what views.py keeps for a world without a bot's cache
    views: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.backend._scene = self

    @property
    def narrator(self) -> rest.Actor:
        """The test itself, which may do everything."""
        return rest.known_actor("narrator", self.owner["id"])

    def application_of(self, client: Any = None) -> Record:
        """Return the application that a client is, that of the first one if none is named."""
        if client is None and not self.clients:
            raise SetupError("the test has no client (any more): await self.connect(client) first")
        application = next(iter(self.clients.values())) if client is None else self.clients.get(client)
        if application is None:
            gone = "its application was deleted" if client in self.former else "it is no client of this test"
            raise SetupError(f"{client!r}: {gone}: await self.connect(client) first")
        return application

    def application_id_of(self, client: Any) -> str:
        """Return the id of the application that a client is."""
        return str(self.application_of(client)["id"])

    # -- acts

    def begin_act(self, text: str | None = None) -> None:
        """Start an act, or join the one under way; ``text`` goes into the transcript."""
        if not self.acts_open:
            self.act_start = len(self.backend.journal)
        self.acts_open += 1
        if text is not None:
            self.backend.journal.append(journal.Act(self.backend.world.now(), text))

    def end_act(self) -> None:
        """End what `begin_act` started."""
        self.acts_open -= 1

    @contextmanager
    def act(self, text: str | None = None, *, advances: bool = False) -> Iterator[None]:
        """Be in an act, before which what was kept aside is raised; ``advances`` says that time may pass in it.

        Verbs, which are called most, do the same by hand.
        """
        self.check()
        self.begin_act(text)
        self.was_advanced |= advances
        try:
            yield
        finally:
            self.end_act()

    def tell(self, text: str) -> journal.Act:
        """Write a line about what the test does into the transcript; return it."""
        act = journal.Act(self.backend.world.now(), text)
        self.backend.journal.append(act)
        return act

    # -- what must not pass unnoticed

    def check(self, *, last: bool = False) -> None:
        """Raise the oldest failure that was kept aside, or one for a verb that was never awaited.

        ``last`` says that nothing can run any more: what nobody has awaited or looked at by now, nobody will.
        """
        if self.backend.failures:
            self._raise_failure(self.backend.failures.pop(0))
        if last or self.watch.errors:
            self._check_bot(last)
        else:
            for task in self.lives.values():
                if task.done():
                    self._check_bot(last)
        if last and not self.has_failed and self.idle_blocks:
            raise SetupError("assertBotRaises was called outside of a `with`, so it has looked at nothing")
        verbs = self.verbs
        if len(verbs) == 1 and verbs[0][0].cr_running:  # the one that asks, as a rule
            verbs.clear()
        elif verbs:
            self._check_verbs(last)

    def explain(self, error: BaseException) -> None:
        """Add to an error that a client ended with what its reader may have to know."""
        for hint in hints.why_failed(self, unhandled.Unhandled(error, "").cause):
            error.add_note(hint)

    def _raise_failure(self, failure: BaseException) -> NoReturn:
        self.watch.forgive(failure)  # told here, wherever it goes in the bot
        if isinstance(failure, DiscordTestError):
            # Another object: assertRaises clears the frames of a traceback, and those of the bot still run.
            raise type(failure)(*failure.args) from failure
        raise failure

    def _check_bot(self, last: bool) -> None:
        for client, task in self.lives.items():
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                self.watch.add(error, f"and {type(client).__name__} stopped")
        if last:
            self.watch.add_held()
        if self.watch.errors and self.fails_on_unhandled and not self.expected_errors:
            errors = self.watch.errors[:]
            self.watch.errors.clear()
            raise AssertionError(hints.unhandled_text(self, errors)) from errors[0].cause

    def _check_verbs(self, last: bool) -> None:
        verbs, self.verbs = self.verbs, []
        missed = []
        plain: dict[str, str] = {}  # functions that cannot await
        while verbs:
            coroutine, name, code, line = verbs.pop(0)
            if inspect.getcoroutinestate(coroutine) != inspect.CORO_CREATED:
                continue
            if last or sys.getrefcount(coroutine) <= _ALONE:  # nobody else has it, so nobody can await it
                coroutine.close()
                missed.append(f"self.{name}(…) at {line_at(code.co_filename, line)}")
                if not code.co_flags & _ASYNC and not code.co_name.startswith("<"):
                    plain[code.co_name] = f"make {code.co_name} `async def` and "
            else:
                self.verbs.append((coroutine, name, code, line))
        if missed:
            raise SetupError(
                f"{', '.join(missed)} was never awaited: {''.join(plain.values())}write `await` before it, "
                "or nothing happens"
            )

    def forget_views(self) -> None:
        """Drop what views.py keeps: another client is the first one now."""
        self.views.clear()

    async def settle(self) -> None:
        """Run what can run without moving time, then raise what was kept aside."""
        await self.loop.settle()
        self.check()


def _count_alone() -> int:
    """Return what getrefcount says, as used above, of a coroutine that nobody else has: it differs by version."""

    async def nothing() -> None: ...

    made = [(nothing(), "")]
    coroutine, _ = made.pop(0)
    count = sys.getrefcount(coroutine)
    coroutine.close()
    return count


_ALONE = _count_alone()
_ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
