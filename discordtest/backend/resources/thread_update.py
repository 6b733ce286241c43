"""Changing a thread: its name, pace, tags, and whether it is archived or locked.

Source: Discord's documentation, Channel ("Modify Channel", thread) and Threads ("Locked Threads", "Archived Threads").
"""

from __future__ import annotations

from discordtest.backend.rest import Call
from discordtest.backend.world import Record

__all__ = ["update_thread"]


def update_thread(call: Call, thread: Record) -> Record:
    """Change a thread as the body of the call says."""
    raise NotImplementedError
