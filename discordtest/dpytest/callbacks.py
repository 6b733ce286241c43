"""Callbacks: what a suite wants to be told of what its bot does.

One callback for each event. What a bot does is told when Discord has done it, before the bot's own call returns:
`listening` has the list of events and what each is told with.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Generator
from types import coroutine
from typing import Any, TypeAlias

__all__ = ["dispatch_event", "get_callback", "is_set", "remove_callback", "run_now", "set_callback"]

#: An ``async def`` function; its arguments are those of the event. Any: they differ from event to event.
Callback: TypeAlias = Callable[..., Coroutine[Any, Any, None]]

log = logging.getLogger("discordtest.dpytest")

_callbacks: dict[str, Callback] = {}


async def dispatch_event(event: str, *args: Any, **kwargs: Any) -> None:
    """Call the callback of an event, if it has one; an error in it is logged, not raised."""
    callback = _callbacks.get(event)
    if callback is None:
        return
    try:
        await callback(*args, **kwargs)
    except Exception:
        log.exception("the callback of the event %r failed", event)


def set_callback(cb: Callback, event: str) -> None:
    """Call ``cb`` for an event from now on, in place of what was set before.

    ``configure`` sets ``"send_message"`` to what fills ``sent_queue``: to set another one empties no queue, but
    nothing enters it any more.
    """
    if not callable(cb):
        raise TypeError(f"set_callback takes an async function and the name of an event, not {cb!r} first")
    _callbacks[event] = cb


def get_callback(event: str) -> Callback:
    """Return the callback of an event.

    :raises ValueError: the event has none
    """
    try:
        return _callbacks[event]
    except KeyError:
        known = ", ".join(sorted(_callbacks)) or "none"
        raise ValueError(f"no callback is set for the event {event!r}; set are: {known}") from None


def remove_callback(event: str) -> Callback | None:
    """Forget the callback of an event and return it; None if the event has none."""
    return _callbacks.pop(event, None)


def is_set(event: str) -> bool:
    """Tell whether an event has a callback."""
    return event in _callbacks


def run_now(event: str, *args: Any, **kwargs: Any) -> None:
    """Call the callback of an event where nothing can be awaited.

    It runs up to the first ``await`` that really waits, inside the caller, and goes on in a task of its own.
    """
    call = dispatch_event(event, *args, **kwargs)
    try:
        waits_for = call.send(None)
    except StopIteration:
        return
    asyncio.get_running_loop().create_task(_go_on(call, waits_for), name=f"the callback of {event!r}")


async def _go_on(call: Coroutine[Any, Any, None], waits_for: object) -> None:
    await _rest(call, waits_for)


@coroutine
def _rest(call: Any, waits_for: object) -> Generator[Any, Any, None]:
    """Hand to the task what the call waits for, then all that comes after it."""
    try:
        while True:
            try:
                sent = yield waits_for
            except BaseException as error:  # noqa: BLE001  # a cancellation too is the callback's to handle
                waits_for = call.throw(error)
            else:
                waits_for = call.send(sent)
    except StopIteration:
        return
