"""Which test runs here: the scenes that are open, by their loop.

Functions that stand alone, such as those of ``discordtest.backend``, work on the scene of the running loop, else on
the only one that this thread has opened.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from discordtest.errors import BackendError

if TYPE_CHECKING:
    from discordtest.scene import Scene

__all__ = ["close_scene", "current_scene", "open_scene"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_open: dict[asyncio.AbstractEventLoop, tuple[Scene, int]] = {}  # with the thread that opened it

NOT_CONFIGURED = (
    "no Discord is configured here: call this in a test of a DiscordTestCase, or after "
    "`discordtest.backend.configure(client)`"
)


def open_scene(scene: Scene) -> None:
    """Make a scene the one that is found on its loop."""
    _open[scene.loop] = scene, threading.get_ident()


def close_scene(scene: Scene) -> None:
    """Let a scene be found no more."""
    if _open.get(scene.loop, (None,))[0] is scene:
        del _open[scene.loop]


def current_scene(loop: asyncio.AbstractEventLoop | None = None) -> Scene:
    """Return the scene of a loop, by default the running one; else the only one of this thread.

    Raises `BackendError` where there is none.
    """
    loop = loop or asyncio._get_running_loop()
    if loop is not None:
        if loop in _open:
            return _open[loop][0]
        raise BackendError(NOT_CONFIGURED)
    mine = [scene for scene, thread in list(_open.values()) if thread == threading.get_ident()]
    if len(mine) != 1:
        raise BackendError(NOT_CONFIGURED)
    return mine[0]
