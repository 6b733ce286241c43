"""What to write where a test waited for what only its own next line would have brought."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from discordtest.clock.waits import MACHINERY, root

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["cure"]

_TOO_EARLY = (
    "Nobody acts while the test waits here. Begin the wait first, `waiting = asyncio.create_task(…)`, let somebody "
    "act, such as `await self.send(…)`, then `await waiting`."
)
#: Who calls these has begun to wait before.
_BEGINNING = frozenset(("TaskGroup", "create_task", "ensure_future", "gather"))
_SLEEP = "asyncio.tasks", "sleep"  # nobody could end it
_TIMING = frozenset(("asyncio.tasks", "asyncio.timeouts"))


def cure(error: BaseException) -> str | None:
    """Return what to write instead of the wait that a Deadlock or TimeoutError has ended; None where unknown."""
    chain = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, TimeoutError) and (not chain or _name(chain[-1])[0] not in _TIMING):
        return None  # of something else than a wait, such as a socket
    for frame in chain:
        if root(frame) not in MACHINERY and not _BEGINNING.isdisjoint(frame.f_code.co_names):
            return None
        if _name(frame) == _SLEEP:
            return None
    return _TOO_EARLY


def _name(frame: FrameType) -> tuple[str, str]:
    return frame.f_globals.get("__name__", ""), frame.f_code.co_name
