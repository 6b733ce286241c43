"""Turns of an event loop within a turn of it, until a task is done.

asyncio forbids that for good reason: the turn under way has counted the handles that it will run. So what was ready
when the inner run began runs in its order there, and as many cancelled handles are left for the outer turn to skip. The
task that calls is left and entered again; it stands still meanwhile, as in any call that blocks.

These names of asyncio's are not public and needed: ``_run_once``, ``_ready``, ``_stopping`` and ``_current_handle``.
"""

from __future__ import annotations

import asyncio
from asyncio.tasks import _enter_task, _leave_task  # documented for event loops: "Extending asyncio"
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["run_inside", "run_nested"]

T = TypeVar("T")


def run_inside(loop: Any, task: asyncio.Future[T]) -> T:
    """Run turns of a loop until a task of it is done, within a turn. Any: the loop's names are not public."""
    current = asyncio.current_task(loop)
    promised = len(loop._ready)  # the turn under way runs up to so many handles: they may all run in here
    stopping, loop._stopping = loop._stopping, False
    handle = getattr(loop, "_current_handle", None)
    if current is not None:
        _leave_task(loop, current)
    try:
        while not task.done():
            loop._run_once()
            if loop._stopping:
                raise RuntimeError("the event loop was stopped before the nested run had ended")
    except BaseException:
        task.cancel()
        raise
    finally:
        if current is not None:
            _enter_task(loop, current)
        loop._current_handle = handle
        loop._stopping = loop._stopping or stopping
        if (missing := promised - len(loop._ready)) > 0:
            nothing = asyncio.Handle(_do_nothing, (), loop)
            nothing.cancel()  # asyncio skips it
            loop._ready.extend([nothing] * missing)
    return task.result()


def run_nested(loop: Any, coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end within a call that the loop makes itself; a loop of ours knows best how."""
    run: Callable[[Coroutine[Any, Any, T]], T] | None = getattr(loop, "run_nested", None)
    return run_inside(loop, loop.create_task(coroutine)) if run is None else run(coroutine)


def _do_nothing() -> None:
    """Stand for a handle that has run already."""
