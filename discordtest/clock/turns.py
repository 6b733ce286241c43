"""What the test waits on while it lets the loop run, and which callbacks only wake it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from discordtest.clock.waits import waiter

if TYPE_CHECKING:
    from discordtest.errors import DiscordTestError

__all__ = ["Turn", "wakes_the_test"]


class Turn(asyncio.Future[None]):
    """What the test waits on when it lets the loop run: only the loop itself answers it."""

    def end(self, error: DiscordTestError | None = None) -> None:
        """Answer it, with an error of its own where several wait."""
        if self.done():
            return
        if error is None:
            self.set_result(None)
        else:
            self.set_exception(type(error)(*error.args))


def wakes_the_test(handle: asyncio.Handle, main: asyncio.Task[Any] | None) -> bool:
    """Tell whether a callback only wakes the test: a verb that waits in ``settle``, its ``gather`` or group."""
    callback = getattr(handle, "_callback", None)
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return isinstance(waiter(owner), Turn)
    if main is None:
        return False
    cells = getattr(callback, "__closure__", None) or ()
    return getattr(owner, "_parent_task", None) is main or waiter(main) in [
        cell.cell_contents for cell in cells
    ]
