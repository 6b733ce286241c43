"""Which loop of ours runs here."""

from __future__ import annotations

import asyncio

from discordtest.clock.loop import VirtualLoop

__all__ = ["running_loop"]


def running_loop() -> VirtualLoop | None:
    """Return the loop that runs on this thread, if it is one of ours."""
    loop = asyncio._get_running_loop()
    return loop if isinstance(loop, VirtualLoop) else None
