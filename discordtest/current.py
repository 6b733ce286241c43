"""Which test is meant where none is named: the one of the running loop, else the only one of this thread.

A test case, or a stage outside of one, enters when its Discord exists and leaves when it is gone.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from discordtest.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable

    from discordtest.scene import Scene
    from discordtest.testcase import DiscordTestMixin

__all__ = ["call", "call_in", "current_case", "current_scene", "enter", "find_case", "leave"]

P = ParamSpec("P")
T = TypeVar("T")

NOTHING = (
    "no Discord is configured here: call discordtest.backend.configure(client) first, in the test or in a fixture "
    "of it, or write the test in a DiscordTestCase"
)

_cases: dict[asyncio.AbstractEventLoop, tuple[int, DiscordTestMixin]] = {}


def enter(case: DiscordTestMixin, loop: asyncio.AbstractEventLoop) -> None:
    """Make a test the one of its loop."""
    _cases[loop] = threading.get_ident(), case


def leave(case: DiscordTestMixin, loop: asyncio.AbstractEventLoop) -> None:
    """Forget a test."""
    if loop in _cases and _cases[loop][1] is case:
        del _cases[loop]


def find_case() -> DiscordTestMixin | None:
    """Return the test case (or stage) of the running loop, else the only one of this thread; None without one.

    One whose loop is closed has ended, in whatever way, and is nobody's.
    """
    running = asyncio._get_running_loop()
    if running in _cases:
        return _cases[running][1]
    thread = threading.get_ident()
    here = [case for loop, (owner, case) in [*_cases.items()] if owner == thread and not loop.is_closed()]
    return here[0] if len(here) == 1 else None


def current_case(loop: asyncio.AbstractEventLoop | None = None) -> DiscordTestMixin:
    """Return the test case, or the stage, of a loop, else the one that runs; `BackendError` where there is none."""
    case = find_case() if loop is None else _cases.get(loop, (0, None))[1]
    if case is None:
        raise BackendError(NOTHING)
    return case


def current_scene(loop: asyncio.AbstractEventLoop | None = None) -> Scene:
    """Return the scene of a loop's test, else of the one that runs; `BackendError` where there is none."""
    return current_case(loop)._scene


def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function on the loop of the test that runs; outside of a test case, the loop runs for it if it does not.

    So builders work in a plain function that has called ``configure``, too; and what has to be awaited elsewhere is
    done there when this returns, because nothing could await it.
    """
    return call_in(current_case(), function, *args, **kwargs)


def call_in(case: DiscordTestMixin, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function as `call` does, on the loop of this test."""
    running = asyncio._get_running_loop()
    loop = case._scene.loop
    if running is loop or not case._is_driven:
        return function(*args, **kwargs)
    if running is not None:
        raise BackendError(
            "discordtest.backend was configured on another event loop than the one that runs now: call "
            "configure(client) in the test, or in a fixture of the same loop scope"
        )

    async def run() -> T:
        made: Any = function(*args, **kwargs)
        done: T = await made if asyncio.iscoroutine(made) else made
        return done

    return loop.run_until_complete(run())
