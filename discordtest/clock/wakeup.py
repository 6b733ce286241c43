"""The pair of sockets by which threads and signals wake a loop that waits: made when it first waits for them.

asyncio makes it with the loop. Most tests have nothing outside of the loop to wait for, and the sockets are a
twentieth of what an empty test takes. What another thread calls is in the loop's ``_ready`` before it writes to the
sockets; so whoever makes them looks there once more before waiting. These names of asyncio's are not public and
needed: ``_make_self_pipe``, ``_close_self_pipe``, ``_csock``, ``_ssock`` and ``_selector`` of the loop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from selectors import BaseSelector, SelectorKey

    from typing_extensions import TypeVarTuple, Unpack

    Ts = TypeVarTuple("Ts")

__all__ = ["WokenLoop"]


class WokenLoop(asyncio.SelectorEventLoop):
    """An event loop that has no sockets of its own until `be_woken`."""

    _csock: Any
    _ssock: Any
    _selector: BaseSelector

    def _make_self_pipe(self) -> None:
        self._csock = self._ssock = None

    def _close_self_pipe(self) -> None:
        if self._csock is not None:
            super()._close_self_pipe()  # type: ignore[misc]

    def be_woken(self) -> None:
        """Let threads and signals wake the loop from now on."""
        if self._csock is None:
            super()._make_self_pipe()  # type: ignore[misc]

    def is_watching(self) -> bool:
        """Tell whether there is a descriptor besides the loop's own."""
        return len(self._selector.get_map()) > (self._csock is not None)

    def watched(self) -> Iterable[SelectorKey]:
        """Return what descriptors are looked at; ``data`` is who reads and who writes, each a handle or None."""
        return self._selector.get_map().values()

    def add_signal_handler(self, sig: int, callback: Callable[[Unpack[Ts]], object], *args: *Ts) -> None:
        """Call back when a signal comes."""
        self.be_woken()
        super().add_signal_handler(sig, callback, *args)
