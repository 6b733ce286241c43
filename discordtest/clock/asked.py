"""The connections of a bot on which something was asked and nothing has come back yet.

A driver of a database sends its question over a transport of the loop and waits for a future of its own: whether that
is at work or at rest, the connection tells. What was written last was a question, what was read last an answer. Only
connections that were opened through the loop count, and none to a server on this same loop: whether that answers is
known without looking at sockets. These names of asyncio's are not public and needed: ``_transports`` of the loop and
``_loop`` of a transport, whose class is exchanged as there is no way in between it and who writes.
"""

from __future__ import annotations

import asyncio
import functools
from types import FunctionType
from typing import TYPE_CHECKING, Any

from discordtest.clock.waits import frames
from discordtest.clock.wakeup import WokenLoop

if TYPE_CHECKING:
    from collections.abc import Callable
    from selectors import BaseSelector, SelectorKey
    from types import CodeType

    Events = list[tuple[SelectorKey, int]]

__all__ = ["Asked", "AskingLoop"]


class Asked:
    """The connections of one loop that may bring an answer."""

    def __init__(self) -> None:
        self._open: dict[int, asyncio.Transport] = {}  # by descriptor
        self._given_up: dict[int, asyncio.Transport] = {}  # slow by nature, such as one that waits for a job
        #: whether a question may have set off something elsewhere that has not come yet: news, a lock that is free
        self.may_echo = False

    def ask(self, transport: asyncio.Transport) -> None:
        """Note that something was written; an answer is hoped for, unless that was in vain here before."""
        descriptor = transport.get_extra_info("socket").fileno()
        if self._given_up.get(descriptor) is not transport:
            self._open[descriptor] = transport
        self.may_echo = True

    def hear(self, events: Events) -> None:
        """Note that something has come."""
        for key, _ in events:
            self._open.pop(key.fd, None)
            self._given_up.pop(key.fd, None)

    def open(self) -> list[asyncio.Transport]:
        """Return the connections that may bring an answer soon."""
        return [transport for transport in self._open.values() if not transport.is_closing()]

    def give_up(self) -> None:
        """Wait no more for answers on the connections that have had their time."""
        self._given_up.update(self._open)
        self._open.clear()

    def forget(self) -> None:
        """Let go of all connections."""
        self._open.clear()
        self._given_up.clear()


class AskingLoop(WokenLoop):
    """An event loop that knows what was asked on its connections."""

    asked: Asked
    _transports: Any

    def _stand_before(self, selector: BaseSelector, select: Callable[[float | None], Events]) -> None:
        """Let asyncio ask another function than the selector, whose descriptors are looked at by `_poll` alone."""
        self._look, self._watched = selector.select, selector.get_map()
        selector.select = select  # type: ignore[method-assign, assignment]  # called in each turn

    def _poll(self, timeout: float) -> Events:
        """Really look at the descriptors, for at most so many real seconds, and hear what has come."""
        if not (timeout or self._watched):
            return []
        events = self._look(timeout)
        if events:
            self.asked.hear(events)
        return events

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Open a connection."""
        return _noted(await super().create_connection(*args, **options))

    async def create_unix_connection(self, *args: Any, **options: Any) -> Any:
        """Open a connection to a socket of the file system."""
        return _noted(await super().create_unix_connection(*args, **options))

    def awaits_answer(self) -> bool:
        """Tell whether somebody outside this loop was asked something, or a driver looks out for an answer."""
        return bool(self.drivers()) or self._has_asked()

    def _has_asked(self) -> bool:
        if not (transports := self.asked.open()):
            return False
        served = {
            name for each in list(self._transports.values()) if (name := each.get_extra_info("peername"))
        }
        return any(each.get_extra_info("sockname") not in served for each in transports)

    def drivers(self) -> set[CodeType]:
        """Return the functions that watch a descriptor by a function within them.

        That is how psycopg waits for PostgreSQL: for a future or an event of asyncio's, which its callback answers.
        """
        callbacks = [getattr(handle, "_callback", None) for key in self.watched() for handle in key.data]
        inner = {each.__code__ for each in callbacks if isinstance(each, FunctionType)}
        if not inner:
            return set()
        chains = [frames(task) for task in asyncio.all_tasks(self)]
        codes = {frame.f_code for chain in chains for frame in chain}
        return {code for code in codes if not inner.isdisjoint(code.co_consts)}


def _noted(made: tuple[Any, Any]) -> tuple[Any, Any]:
    transport, _ = made
    if transport.get_extra_info("socket") is not None:
        kind: Any = type(transport)  # mypy takes no class for hashable
        transport.__class__ = _asking(kind)
    return made


class _Asking:
    """A transport that tells its loop what is written."""

    _loop: AskingLoop

    def write(self: Any, data: Any) -> None:
        self._loop.asked.ask(self)
        super().write(data)  # type: ignore[misc]

    def writelines(self: Any, data: Any) -> None:
        self._loop.asked.ask(self)
        super().writelines(data)  # type: ignore[misc]


@functools.cache
def _asking(kind: Any) -> Any:  # classes
    return type(kind.__name__, (_Asking, kind), {"__module__": kind.__module__})
