"""What makes a method of a test case a verb: an act of its own, and missed when nobody awaits it.

The scene keeps what was called and not begun so far, and looks at it (`discordtest.scene`).
"""

from __future__ import annotations

import asyncio
import functools
import sys
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import discord

from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from discordtest.scene import Scene

__all__ = ["awaited", "verb"]

P = ParamSpec("P")
T = TypeVar("T")

__unittest = True  # unittest leaves our frames out of its tracebacks


def verb(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Make a method an act: it starts one, runs, settles, and is missed when nobody awaits it."""

    async def act(*args: P.args, **kwargs: P.kwargs) -> T:
        scene: Scene = args[0]._scene  # type: ignore[attr-defined]  # the test case
        if scene.network.transport == "loopback" and not scene.loop.has_settled():
            await scene.loop.settle()  # what the bot has sent before is to arrive before
        scene.check()
        scene.begin_act()
        try:
            result = await method(*args, **kwargs)
            if not scene.loop.has_settled():
                await scene.settle()
            return result
        except RuntimeError:
            if asyncio.get_running_loop() is scene.loop:
                raise
            call = f"self.{method.__name__}(…)"
            raise SetupError(
                f"{call} was run on another event loop than the test's own: make the test `async def` and write "
                f"`await {call}`, without asyncio.run"
            ) from None
        except discord.HTTPException:  # of what is refused the bot may hear too: auto moderation tells of it
            await scene.loop.settle()
            raise
        finally:
            scene.end_act()

    return awaited(functools.wraps(method)(act))


def awaited(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Make a method of a test case one that is missed when nobody awaits it."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        coroutine: Any = method(*args, **kwargs)
        caller = sys._getframe(1)
        while caller.f_back is not None and caller.f_globals.get("__name__", "").startswith("discordtest."):
            caller = caller.f_back  # it was called by a function of discordtest.backend
        try:
            scene: Scene = args[0]._scene  # type: ignore[attr-defined]
        except AttributeError:  # it was called on a class
            coroutine.close()
            raise
        scene.verbs.append((coroutine, method.__name__, caller.f_code, caller.f_lineno))
        return coroutine  # type: ignore[no-any-return]

    return call
