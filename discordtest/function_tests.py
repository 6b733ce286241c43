"""Tests that are functions: a coroutine with a Discord of its own, without a test case around it.

What is handed to the coroutine is a ``DiscordTestCase`` made for this one run, so that each builder, verb and
assertion is there, and so that set-up, clean-up, failures and skips are those of every other test.
"""

from __future__ import annotations

import asyncio
import difflib
import functools
import inspect
import traceback
import types
import unittest
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, TypeVar, Unpack, overload

import discord

from discordtest.errors import SetupError
from discordtest.testcase import DiscordTestCase, DiscordTestMixin

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from typing import Literal

    from discordtest.backend.snapshots import Snapshot

    World: TypeAlias = Callable[..., object] | Snapshot | str | Path

__all__ = ["Settings", "function", "method", "run"]

__unittest = True  # unittest leaves our frames out of its tracebacks

T = TypeVar("T")
Client: TypeAlias = discord.Client | Callable[..., discord.Client | Awaitable[discord.Client]]
Body: TypeAlias = Callable[..., Coroutine[Any, Any, T]]
Test: TypeAlias = Callable[..., None]


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


# -- decorators


@overload
def function(fn: Body[object], /) -> Test: ...
@overload
def function(
    *, client: Client | None = None, world: World | None = None, **settings: Unpack[Settings]
) -> Callable[[Body[object]], Test]: ...
def function(
    fn: Body[object] | None = None,
    /,
    *,
    client: Client | None = None,
    world: World | None = None,
    **settings: Unpack[Settings],
) -> Test | Callable[[Body[object]], Test]:
    """Make a coroutine function a test that runs in a Discord of its own.

    The result is a plain function, which pytest, ``unittest.FunctionTestCase`` and a call run. Its first parameter,
    if it has one without a default, is handed the test: an object with everything that ``self`` has in a
    `DiscordTestCase`. Further parameters are the caller's (fixtures of pytest).

    ``client`` is the client to test, or a function that returns one; ``world`` a function that arranges what the
    client finds at READY, or a saved world. These functions may be async, and take the test if they have a parameter
    for it. ``settings`` are those of a test case: ``bot_permissions``, ``start_time``, ``shards`` and so on.

    TypeError: it is no coroutine function, or there is no such setting. `SetupError` when it is called while an
    event loop runs.

    >>> @discordtest.function(client=make_bot, world=make_world)
    ... async def test_ping(test):
    ...     await test.send(test.alice, test.general, "!ping")
    ...     test.assertSent("Pong!")
    """
    hooks = _hooks(client, world, settings)
    return _decorator("function", hooks) if fn is None else _decorator("function", hooks)(fn)


@overload
def method(fn: Body[object], /) -> Test: ...
@overload
def method(
    *, client: Client | None = None, world: World | None = None, **settings: Unpack[Settings]
) -> Callable[[Body[object]], Test]: ...
def method(
    fn: Body[object] | None = None,
    /,
    *,
    client: Client | None = None,
    world: World | None = None,
    **settings: Unpack[Settings],
) -> Test | Callable[[Body[object]], Test]:
    """Make an async method a test that runs in a Discord of its own, as `function` does; ``self`` comes first.

    The class is one of pytest, a plain ``unittest.TestCase``, or any other.

    >>> class PingTests(unittest.TestCase):
    ...     @discordtest.method(client=make_bot, world=make_world)
    ...     async def test_ping(self, test):
    ...         await test.send(test.alice, test.general, "!ping")
    ...         test.assertSent("Pong!")
    """
    hooks = _hooks(client, world, settings)
    return _decorator("method", hooks) if fn is None else _decorator("method", hooks)(fn)


def run(
    coro: Coroutine[Any, Any, T] | Body[T],
    /,
    *,
    client: Client | None = None,
    world: World | None = None,
    **settings: Unpack[Settings],
) -> T:
    """Run a coroutine in a Discord of its own; return its value.

    ``coro`` is a coroutine, or a coroutine function, which takes the test if it has a parameter for it. The keywords
    are those of `function`. What would fail a test is raised here, after clean-up: also an error of the bot that it
    does not handle.

    >>> discordtest.run(greet())
    """
    if isinstance(coro, Coroutine):
        try:
            return _run(_case_of(coro, _hooks(client, world, settings)), lambda test: coro)
        finally:
            coro.close()  # of what was never begun Python would say so once more
    begin: Body[T] = coro
    _require_coroutine_function(begin, "discordtest.run takes a coroutine, or a coroutine function")
    hands = _is_handed([*inspect.signature(begin).parameters.values()])
    case = _case_of(begin, _hooks(client, world, settings))
    return _run(case, begin if hands else lambda test: begin())


# -- the test that is handed in


def _hooks(client: Client | None, world: World | None, settings: Settings) -> dict[str, Any]:
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


def _case_of(source: Any, hooks: dict[str, Any]) -> type[_Case]:
    """Return a class of test cases for a coroutine or coroutine function; it has its name, which failures show."""

    async def runTest(self: _Case) -> None:
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
    return type(source.__name__, (_Case,), {**names, **hooks})


class _Case(DiscordTestCase):
    """The test that a coroutine is handed."""

    body: Callable[[DiscordTestCase], Coroutine[Any, Any, Any]]
    value: Any = None


# -- running it


def _decorator(name: str, hooks: dict[str, Any]) -> Callable[[Body[object]], Test]:
    skipped = 1 if name == "method" else 0  # parameters in front of the test

    def decorate(fn: Body[object]) -> Test:
        _require_coroutine_function(
            inspect.unwrap(fn) if _skip_reason(fn) is not None else fn,
            f"@discordtest.{name} takes a coroutine function",
        )
        signature = inspect.signature(fn)
        parameters = [*signature.parameters.values()]
        _require_self(fn, name, parameters)
        hands = _is_handed(parameters[skipped:])
        case = _case_of(fn, hooks)

        def test(*args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            if (reason := _skip_reason(fn)) is not None:
                raise unittest.SkipTest(reason)
            first, rest = args[:skipped], args[skipped:]
            if skipped and isinstance(first[0], DiscordTestMixin):
                raise SetupError(
                    f"{fn.__qualname__} has a Discord already, that of its test case: leave out @discordtest.method"
                )
            _run(case, lambda test: fn(*first, *([test] if hands else []), *rest, **kwargs))

        functools.update_wrapper(test, fn)
        if hands:
            del parameters[skipped]
        # Without it, pytest takes the test for a fixture: it looks at what is wrapped.
        test.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return test

    return decorate


def _is_handed(parameters: list[inspect.Parameter]) -> bool:
    """Tell whether a coroutine function takes the test: whether its first parameter needs a value."""
    return bool(parameters) and _is_needed(parameters[0])


def _is_needed(parameter: inspect.Parameter) -> bool:
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return parameter.kind in by_position and parameter.default is inspect.Parameter.empty


def _require_coroutine_function(fn: Any, claim: str) -> None:
    if inspect.iscoroutinefunction(fn):
        return
    name = getattr(fn, "__qualname__", repr(fn))
    if inspect.isasyncgenfunction(fn):
        raise TypeError(f"{claim}, and {name} is an async generator: a test has no `yield`")
    if inspect.isfunction(fn):
        raise TypeError(f"{claim}: write `async def {fn.__name__}`")
    raise TypeError(f"{claim}, not {fn!r}")


def _require_self(fn: Any, name: str, parameters: list[inspect.Parameter]) -> None:
    if name == "method":
        if not parameters:
            raise TypeError(f"{fn.__qualname__} takes no self: it is no method, so use @discordtest.function")
        return
    owner = fn.__qualname__.rpartition(".")[0]
    if owner and not owner.endswith("<locals>") and parameters and parameters[0].name == "self":
        raise TypeError(f"{fn.__qualname__} takes self: it is a method, so use @discordtest.method")


def _skip_reason(fn: Any) -> str | None:
    """Return why ``unittest.skip`` skips a function, if it does; what it returns is no coroutine function."""
    return fn.__unittest_skip_why__ if getattr(fn, "__unittest_skip__", False) else None


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


def _run(kind: type[_Case], body: Callable[[DiscordTestCase], Coroutine[Any, Any, T]]) -> T:
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
    """Return the traceback without our frames at its begin, and, where an assertion failed, at its end."""
    first = error.__traceback__
    while first is not None and "__unittest" in first.tb_frame.f_globals:
        first = first.tb_next
    if first is not None and isinstance(error, AssertionError):
        last = step = first
        while step.tb_next is not None:
            step = step.tb_next
            if "__unittest" not in step.tb_frame.f_globals:
                last = step
        last.tb_next = None
    return first
