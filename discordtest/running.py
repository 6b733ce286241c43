"""How unittest runs a test case of ours: its runner, its set-up, where its failures begin, pickling, ``debug()``.

``IsolatedAsyncioTestCase`` offers no public way to choose the event loop: ``_setupAsyncioRunner``, ``_callSetUp``,
``_callTestMethod`` and ``_callCleanup`` are its own, the same from Python 3.11 to 3.14.
"""

from __future__ import annotations

import contextlib
import dis
import functools
import inspect
import os
import re
import traceback
import unittest
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import discord

from discordtest import deferred, hints, scripts, source
from discordtest.assertions import failures
from discordtest.backend import journal
from discordtest.bot_errors import after_close
from discordtest.clock import runner as runners
from discordtest.errors import Deadlock, DiscordTestError, SettleTimeout, SetupError
from discordtest.hints import guesses, none_errors, obfuscated, outdated, uncached
from discordtest.interactions import timeline

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from types import TracebackType
    from unittest import IsolatedAsyncioTestCase as Case

    from discordtest.scene import Scene
else:
    Case = object  # what this is mixed into; here only for its types

__all__ = ["Later", "Running"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_RAISE = dis.opmap["RAISE_VARARGS"]
_NOT_THEIRS = frozenset(
    ("asyncio", "contextlib", "discordtest")
)  # packages whose lines tell an author nothing
#: What test cases override and set, by its letters: what is almost called so would be passed over without a word.
_HOOKS = {name.replace("_", ""): name for name in ("make_client", "make_world", "start_client")}
_SETTINGS = {
    name.replace("_", "").rstrip("s"): name
    for name in (
        "allowed_hosts",
        "approved_intents",
        "auto_connect",
        "bot_permissions",
        "fail_on_unhandled",
        "settle_timeout",
        "start_time",
    )
}
_PLAIN = re.compile(r"await self\.(assert|make_)")
FORGOTTEN = "begin an asyncSetUp of your own with `await super().asyncSetUp()`"


class _NotYet(SetupError, AttributeError):
    """An attribute of a test case is asked for before it is there; ``hasattr`` takes it for what it is."""


class Later:
    """Says so where an attribute is asked for that set-up has not made yet."""

    def __new__(cls) -> Any:  # stands in for values of many types
        return super().__new__(cls)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, case: object, owner: type) -> Any:
        if case is None:
            return self
        what = f"self.{self.name} is made in asyncSetUp of DiscordTestCase: {FORGOTTEN}"
        if self.name.startswith("_"):  # a builder or a verb asks for it, which the author has called
            what = (
                f"this test has not begun: builders belong into make_world, or into the test; or {FORGOTTEN}"
            )
        raise _NotYet(what)

    def __getattr__(self, name: str) -> Any:  # of what a class has in its place
        if name.startswith("__"):
            raise AttributeError(name)
        raise _NotYet(
            f"each test has a {self.name} of its own, and a class has none: write self.{self.name} in make_world, or "
            "in a test"
        )


class Running(Case):
    """The part of a test case that unittest deals with."""

    start_time: datetime | None
    settle_timeout: float
    _scene: Scene = Later()
    _open: Callable[[Any], None]  # make the scene of the test on a loop
    _close: Callable[[], Awaitable[None]]  # take the scene away, whatever state it is in

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return type(self), (self._testMethodName,)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        order = cls.__mro__
        base = unittest.IsolatedAsyncioTestCase
        if base in order and order.index(base) < order.index(Running):
            raise TypeError(f"name DiscordTestMixin before the other bases of {cls.__name__}")
        for name, value in vars(cls).items():
            letters = name.replace("_", "").lower()
            meant = _HOOKS.get(letters) if callable(value) else _SETTINGS.get(letters.rstrip("s"))
            if meant not in (None, name) and name[0] != "_":
                raise TypeError(f"{cls.__name__}.{name} changes nothing: is {meant} meant?")
        own = vars(cls).get("setUpClass")
        if isinstance(own, classmethod):
            setattr(cls, "setUpClass", classmethod(_explaining(own.__func__)))  # noqa: B010  # mypy: bound already

    def _setupAsyncioRunner(self) -> None:
        deferred.load()
        # Raised in set-up: here an error would end the run of all tests.
        self._refused: Exception | None = None
        try:
            self._begins_at = self._start_time()  # `restore` sets the clock of the loop
            runner = runners.Runner(start_time=self._begins_at, settle_timeout=self.settle_timeout)
        except (ValueError, TypeError) as error:
            self._refused, runner = error, runners.Runner()
        self._asyncioRunner = runner

    def _start_time(self) -> datetime:
        if text := os.environ.get("DISCORDTEST_START_TIME"):
            return datetime.fromisoformat(text)
        return self.start_time or datetime.now(UTC)

    def _callSetUp(self) -> None:
        if not isinstance(self, unittest.IsolatedAsyncioTestCase):
            raise TypeError(f"{type(self).__name__} needs unittest.IsolatedAsyncioTestCase among its bases")
        if self._refused is not None:
            raise self._refused
        if inspect.iscoroutinefunction(self.setUp):
            raise SetupError(
                "setUp is never awaited: call it asyncSetUp and begin it with `await super().asyncSetUp()`"
            )
        self._open(self._asyncioRunner.get_loop())
        self.addAsyncCleanup(self._close)  # the first, hence the last to run
        try:
            super()._callSetUp()  # type: ignore[misc]  # IsolatedAsyncioTestCase's
        except Exception as error:
            if not self._scene.has_begun and not isinstance(error, unittest.SkipTest | _NotYet):
                error.add_note(f"Nothing was set up at that point: {FORGOTTEN}")
            self._annotate(error)
            error.__traceback__ = _trimmed(error, self.asyncSetUp)
            raise
        if not self._scene.has_begun:
            raise SetupError(f"{type(self).__name__}.asyncSetUp has set up nothing: {FORGOTTEN}")

    def _callTearDown(self) -> None:
        scripts.note(self._scene.loop)
        if self._has_tear_down():
            super()._callTearDown()  # type: ignore[misc]
        else:  # two turns of the loop less
            self._asyncioTestContext.run(self.tearDown)  # type: ignore[attr-defined]

    def _has_tear_down(self) -> bool:
        own = type(self).asyncTearDown
        return own is not unittest.IsolatedAsyncioTestCase.asyncTearDown

    def _callTestMethod(self, method: Callable[[], Any]) -> None:
        scene = self._scene
        scene.act_start = len(scene.backend.journal)
        try:
            super()._callTestMethod(method)  # type: ignore[misc]
            self._conclude()
        except Exception as error:
            self._annotate(error)
            error.__traceback__ = _trimmed(error, method)
            raise

    def _conclude(self) -> None:
        """Raise what must not pass when the test itself is over."""
        scene = self._scene
        scene.check()
        if scene.backend.world.interactions and (text := timeline.unanswered(scene)) is not None:
            self.fail(text)

    def _callCleanup(self, function: Callable[..., Any], *args: Any, **options: Any) -> None:
        called = function if not _is_verb(function) else _coroutine_function(function)
        try:
            super()._callCleanup(called, *args, **options)  # type: ignore[misc]
        except Exception as error:
            error.__traceback__ = _trimmed(error, function)
            raise

    def _annotate(self, error: Exception) -> None:
        self._scene.has_failed = True
        if isinstance(error, SettleTimeout):
            # What never rests ends as its client is closed, with an error.
            self._scene.fails_on_unhandled = False
        kept = self._scene.backend.failures
        kept[:] = [failure for failure in kept if failure is not error]  # told here
        for note in self._notes_on(error):
            error.add_note(note)
        if not isinstance(error, unittest.SkipTest):
            error.add_note(f"The test started at DISCORDTEST_START_TIME={self._begins_at.isoformat()}")

    def _notes_on(self, error: Exception) -> Iterator[str]:
        """Yield what an error that ends a test does not say itself, and its reader has to know."""
        if isinstance(error, unittest.SkipTest):
            return
        if isinstance(error, Deadlock | TimeoutError):
            yield from hints.why_in_vain(self._scene, error)
        if (instead := guesses.meant(error, self)) is not None:
            yield instead
        if (closed := after_close.hint(error)) is not None:
            yield f"{closed}. After restart(), self.client is another: take the object from it, or self.refresh(…)"
        if isinstance(error, TypeError) and _PLAIN.search(
            traceback.extract_tb(error.__traceback__)[-1].line or ""
        ):
            yield "Assertions and builders are plain calls, without `await`"
        if changed := [*outdated.outdated(self._scene, error)]:
            yield from changed
        else:
            yield from none_errors.why_none(self._scene, error)
        yield from uncached.uncached(self._scene, error)
        yield from obfuscated.obfuscated(self._scene, error)
        known = "\n".join([str(error), *getattr(error, "__notes__", ())])
        says_itself = known.startswith("the bot ")  # what became of an interaction, and what the bot raised
        if (
            isinstance(error, AssertionError | discord.HTTPException)
            and not says_itself
            and self._has_acted()
        ):
            if "What happened:" not in known:
                yield failures.background(self._scene)
        elif not any(title in known for title in ("What happened:", "Discord refused")):
            if not says_itself:
                yield from timeline.neglected(self._scene)
            yield from failures.suspects(self._scene)

    def _has_acted(self) -> bool:
        """Tell whether anybody did anything in the test that its reader may have to know."""
        return any(isinstance(entry, journal.Act) for entry in self._scene.backend.journal)

    def debug(self) -> None:
        """Run the test without collecting the result; what it has replaced is put back, however it ends."""
        try:
            super().debug()
        except BaseException:
            self._tearDownAsyncioRunner()
            raise

    def _tearDownAsyncioRunner(self) -> None:
        try:
            while self._cleanups:  # type: ignore[attr-defined]  # unittest runs none after Ctrl-C, nor in `debug`
                function, args, options = self._cleanups.pop()  # type: ignore[attr-defined]
                with contextlib.suppress(Exception):  # the first error is the one to show
                    self._callCleanup(function, *args, **options)
        finally:
            super()._tearDownAsyncioRunner()  # type: ignore[misc]


def _explaining(set_up_class: Callable[..., Any]) -> Callable[..., Any]:
    """Let a setUpClass that takes its class for a test say what to write instead."""

    @functools.wraps(set_up_class)
    def set_up(cls: type) -> Any:
        try:
            return set_up_class(cls)
        except Exception as error:  # only to say more
            if (instead := guesses.on_a_class(error)) is not None:
                error.add_note(instead)
            raise

    return set_up


def _is_verb(function: Callable[..., Any]) -> bool:
    """Tell whether a function returns a coroutine and is no coroutine function, so unittest would not await it."""
    return not inspect.iscoroutinefunction(function) and inspect.iscoroutinefunction(inspect.unwrap(function))


def _coroutine_function(verb: Callable[..., Any]) -> Callable[..., Any]:
    async def act(*args: Any, **options: Any) -> Any:
        return await verb(*args, **options)

    return act


def _trimmed(error: Exception, method: Callable[..., Any]) -> TracebackType | None:
    """Return the traceback from a method of the test on: the frames of the runner tell its author nothing.

    That of what we raise ends where the test calls us; what went wrong inside of us keeps all its frames.
    """
    code = getattr(inspect.unwrap(method), "__code__", None)
    first = error.__traceback__
    while first is not None and first.tb_frame.f_code is not code:
        first = first.tb_next
    if first is not None and (
        isinstance(error, DiscordTestError | discord.HTTPException) or _is_refused(error)
    ):
        theirs = [step for step in source.steps(first) if source.package_of(step) not in _NOT_THEIRS]
        (theirs[-1] if theirs else first).tb_next = None
    return first or error.__traceback__


def _is_refused(error: Exception) -> bool:
    """Tell whether one of our lines raised this for what the author passed: it did not go wrong there by itself."""
    if not isinstance(error, TypeError | ValueError):
        return False
    last = [*source.steps(error.__traceback__)][-1]
    if not last.tb_frame.f_globals.get("__name__", "").startswith("discordtest."):
        return False
    return last.tb_frame.f_code.co_code[last.tb_lasti] == _RAISE
