"""Tests that are functions and methods: a coroutine with a Discord of its own, without a test case around it."""

from __future__ import annotations

import functools
import inspect
import unittest
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack, overload

from discordtest.errors import SetupError
from discordtest.function_tests.cases import (
    Body,
    FunctionCase,
    case_of,
    hooks_of,
    is_handed,
    require_coroutine_function,
    run_case,
)
from discordtest.testcase import DiscordTestMixin

if TYPE_CHECKING:
    from discordtest.function_tests.cases import Client, Settings, World

__all__ = ["function", "method"]

__unittest = True  # unittest leaves our frames out of its tracebacks

Test: TypeAlias = Callable[..., None]


@overload
def function(fn: Body[object]) -> Test: ...
@overload
def function(
    *, client: Client | None = None, world: World | None = None, **settings: Unpack[Settings]
) -> Callable[[Body[object]], Test]: ...
def function(
    fn: Body[object] | None = None,
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
    hooks = hooks_of(client, world, settings)
    return _decorator("function", hooks) if fn is None else _decorator("function", hooks)(fn)


@overload
def method(fn: Body[object]) -> Test: ...
@overload
def method(
    *, client: Client | None = None, world: World | None = None, **settings: Unpack[Settings]
) -> Callable[[Body[object]], Test]: ...
def method(
    fn: Body[object] | None = None,
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
    hooks = hooks_of(client, world, settings)
    return _decorator("method", hooks) if fn is None else _decorator("method", hooks)(fn)


def _decorator(name: str, hooks: dict[str, Any]) -> Callable[[Body[object]], Test]:
    skipped = 1 if name == "method" else 0  # parameters in front of the test

    def decorate(fn: Body[object]) -> Test:
        require_coroutine_function(
            inspect.unwrap(fn) if _skip_reason(fn) is not None else fn,
            f"@discordtest.{name} takes a coroutine function",
        )
        signature = inspect.signature(fn)
        parameters = [*signature.parameters.values()]
        _require_self(fn, name, parameters)
        hands = is_handed(parameters[skipped:])
        case = case_of(fn, FunctionCase, hooks)

        def test(*args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            if (reason := _skip_reason(fn)) is not None:
                raise unittest.SkipTest(reason)
            first, rest = args[:skipped], args[skipped:]
            if skipped and isinstance(first[0], DiscordTestMixin):
                raise SetupError(
                    f"{fn.__qualname__} has a Discord already, that of its test case: leave out @discordtest.method"
                )
            run_case(case, lambda test: fn(*first, *([test] if hands else []), *rest, **kwargs))

        functools.update_wrapper(test, fn)
        if hands:
            del parameters[skipped]
        # Without it, pytest takes the test for a fixture: it looks at what is wrapped.
        test.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return test

    return decorate


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
