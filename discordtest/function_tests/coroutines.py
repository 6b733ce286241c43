"""Coroutines in a Discord of their own: `run` has a loop for them, `main` is awaited on the loop that runs."""

from __future__ import annotations

import inspect
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from discordtest import current
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
from discordtest.stage import Stage

if TYPE_CHECKING:
    from discordtest.function_tests.cases import Client, Settings, World

__all__ = ["main", "run"]

__unittest = True  # unittest leaves our frames out of its tracebacks

T = TypeVar("T")


def run(
    coro: Coroutine[Any, Any, T] | Body[T],
    *,
    client: Client | None = None,
    world: World | None = None,
    **settings: Unpack[Settings],
) -> T:
    """Run a coroutine in a Discord of its own; return its value.

    ``coro`` is a coroutine, or a coroutine function, which takes the test if it has a parameter for it. The keywords
    are those of `function`. A coroutine that takes nothing finds the test with `current_case`, or uses the functions
    of ``discordtest.backend``. What would fail a test is raised here, after clean-up: also an error of the bot that it
    does not handle.

    >>> discordtest.run(greet())
    """
    try:
        body = _body_of(coro, "run")
        return run_case(case_of(coro, FunctionCase, hooks_of(client, world, settings)), body)
    finally:
        _close(coro)


async def main(
    coro: Coroutine[Any, Any, T] | Body[T],
    *,
    client: Client | None = None,
    world: World | None = None,
    **settings: Unpack[Settings],
) -> T:
    """Run a coroutine in a Discord of its own, on the event loop that runs; return its value.

    It takes what `run` takes. The loop keeps virtual time until this returns; then it is what it was. Tasks that the
    coroutine has begun on it go on. `SetupError` in a test that has a Discord already, and on a loop that is not
    asyncio's own selector loop.

    >>> asyncio.run(discordtest.main(greet()))
    """
    try:
        body = _body_of(coro, "main")
        if current.find_case() is not None:
            raise SetupError(
                f"a test with a Discord runs here already: await {_name(coro)} itself, without discordtest.main"
            )
        case = case_of(coro, Stage, hooks_of(client, world, settings))
        async with case() as stage:
            return await stage.play(body)
    finally:
        _close(coro)


def _body_of(coro: Coroutine[Any, Any, T] | Body[T], name: str) -> Body[T]:
    """Return what takes the test and gives a coroutine."""
    if isinstance(coro, Coroutine):
        return lambda test: coro
    begin: Body[T] = coro
    require_coroutine_function(begin, f"discordtest.{name} takes a coroutine, or a coroutine function")
    return begin if is_handed([*inspect.signature(begin).parameters.values()]) else lambda test: begin()


def _name(coro: Any) -> str:
    return getattr(coro, "__qualname__", repr(coro))


def _close(coro: object) -> None:
    """Close a coroutine that was never begun, of which Python would say so once more."""
    if isinstance(coro, Coroutine):
        coro.close()
