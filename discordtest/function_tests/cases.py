"""The test that a coroutine is handed: a ``DiscordTestCase`` made for this one run, and how that is run.

So each builder, verb and assertion is there, and set-up, clean-up, failures and skips are those of every other test.
"""

from __future__ import annotations

import asyncio
import difflib
import inspect
import traceback
import types
import unittest
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, TypeVar

import discord

from discordtest import source as traces
from discordtest.errors import SetupError
from discordtest.testcase import DiscordTestCase

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from typing import Literal

    from discordtest.backend.snapshots import Snapshot

    World: TypeAlias = Callable[..., object] | Snapshot | str | Path

__all__ = [
    "Body",
    "Client",
    "FunctionCase",
    "Settings",
    "case_of",
    "hooks_of",
    "is_handed",
    "require_coroutine_function",
    "run_case",
]

__unittest = True  # unittest leaves our frames out of its tracebacks

T = TypeVar("T")
C = TypeVar("C", bound=DiscordTestCase)
Client: TypeAlias = discord.Client | Callable[..., discord.Client | Awaitable[discord.Client]]
Body: TypeAlias = Callable[..., Coroutine[Any, Any, T]]


class Settings(TypedDict, total=False):
    """The settings of a test case that a function test takes as keywords; see `DiscordTestMixin`."""

    allowed_hosts: Collection[str]
    approved_intents: discord.Intents
    auto_connect: bool
    bot_permissions: discord.Permissions
    fail_on_unhandled: bool
    heartbeats: bool
    settle_timeout: float
    shards: int
    start_client: Callable[[discord.Client, str], Awaitable[None]]
    start_time: datetime | None
    transport: Literal["memory", "loopback"]


# -- the test that is handed in


def hooks_of(client: Client | None, world: World | None, settings: Settings) -> dict[str, Any]:
    """Return what a class of test cases has to define for these keywords."""
    for name in settings.keys() - Settings.__annotations__.keys():
        near = difflib.get_close_matches(name, Settings.__annotations__, 1)
        hint = (
            f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(Settings.__annotations__))}"
        )
        raise TypeError(f"a function test has no setting {name!r}; {hint}")
    hooks: dict[str, Any] = {**settings}
    if "start_client" in settings:
        start = settings["start_client"]
        hooks["start_client"] = lambda test, client, token: start(client, token)
    if isinstance(client, discord.Client):
        hooks["make_client"] = lambda test: client
    elif callable(client):
        hooks["make_client"] = lambda test: _call(client, test)
    elif client is not None:
        raise TypeError(f"client is a discord.Client, or a function that returns one, not {client!r}")
    if callable(world):
        hooks["make_world"] = lambda test: _call(world, test)
    elif inspect.isawaitable(world):
        raise TypeError(f"world is the function itself, which each test calls: not {world!r}")
    elif world is not None:
        hooks["world"] = world
    return hooks


def _call(hook: Callable[..., T], test: DiscordTestCase) -> T:
    """Call a function of the user, with the test if it needs it."""
    parameters = inspect.signature(hook).parameters.values()
    return hook(test) if any(map(_is_needed, parameters)) else hook()


def case_of(source: Any, base: type[C], hooks: dict[str, Any]) -> type[C]:
    """Return a class of test cases for a coroutine or coroutine function; it has its name, which failures show."""

    async def runTest(self: FunctionCase) -> None:
        self.value = await self.body(self)

    if inspect.iscoroutine(source):
        if source.cr_frame is None:
            raise SetupError(
                f"{source.__qualname__}() was awaited already: pass it a new one, or the function itself"
            )
        module = source.cr_frame.f_globals.get("__name__", "")
        runTest.__wrapped__ = types.SimpleNamespace(__code__=source.cr_code)  # type: ignore[attr-defined]
    else:
        module = source.__module__
        runTest.__wrapped__ = source  # type: ignore[attr-defined]  # where the traceback of a failure begins
    names = {"__module__": module, "__qualname__": source.__qualname__, "runTest": runTest}
    return type(source.__name__, (base,), {**names, **hooks})


class FunctionCase(DiscordTestCase):
    """The test that a coroutine is handed."""

    body: Callable[[DiscordTestCase], Coroutine[Any, Any, Any]]
    value: Any = None


# -- the coroutine


def is_handed(parameters: list[inspect.Parameter]) -> bool:
    """Tell whether a coroutine function takes the test: whether its first parameter needs a value."""
    return bool(parameters) and _is_needed(parameters[0])


def _is_needed(parameter: inspect.Parameter) -> bool:
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return parameter.kind in by_position and parameter.default is inspect.Parameter.empty


def require_coroutine_function(fn: Any, claim: str) -> None:
    if inspect.iscoroutinefunction(fn):
        return
    name = getattr(fn, "__qualname__", repr(fn))
    if inspect.isasyncgenfunction(fn):
        raise TypeError(f"{claim}, and {name} is an async generator: a test has no `yield`")
    if inspect.isfunction(fn):
        raise TypeError(f"{claim}: write `async def {fn.__name__}`")
    raise TypeError(f"{claim}, not {fn!r}")


# -- running it


class _Result(unittest.TestResult):
    """Keeps what a test raised, as it is."""

    def __init__(self, test: unittest.TestCase) -> None:
        super().__init__()
        self.test = test
        self.raised: list[BaseException] = []
        self.skip_reason: str | None = None

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        self.raised.append(err[1])

    addFailure = addError

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        if err is not None:
            self.raised.append(err[1])

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        if test is self.test:  # not one of its subtests
            self.skip_reason = reason


def run_case(kind: type[FunctionCase], body: Callable[[DiscordTestCase], Coroutine[Any, Any, T]]) -> T:
    """Run a test; return its value, or raise what it raised."""
    __tracebackhide__ = True
    if asyncio._get_running_loop() is not None:
        raise SetupError(
            f"{kind.__qualname__} has an event loop of its own, and one runs already: call it where none does"
        )
    test = kind()
    test.body = body
    result = _Result(test)
    test.run(result)
    if result.raised:
        raise _first_of(result.raised)
    if result.skip_reason is not None:
        raise unittest.SkipTest(result.skip_reason)
    value: T = test.value
    return value


def _first_of(raised: list[BaseException]) -> BaseException:
    """Return the first error, as unittest would show it; the others are told in its notes."""
    first, *others = (error.with_traceback(_trimmed(error)) for error in raised)
    for other in others:
        first.add_note("And then:\n" + "".join(traceback.format_exception(other)).rstrip())
    return first


def _trimmed(error: BaseException) -> TracebackType | None:
    """Return the traceback without our frames at its beginning, and at its end where an assertion failed.

    That is what unittest does as it prints one.
    """
    way = traces.steps(error.__traceback__)
    theirs = [step for step in way if "__unittest" not in step.tb_frame.f_globals]
    if not theirs:
        return None
    if isinstance(error, AssertionError):
        theirs[-1].tb_next = None
    return theirs[0]
