"""Act: what people do. Each verb is checked like a real user's click, then settled.

A mistake of the test (a hidden channel, an unknown message) is a ``SetupError``; what Discord refuses (permissions,
hierarchy, slow mode) is the ``discord.HTTPException`` that a bot would get.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest.act_messages import MessageVerbs

if TYPE_CHECKING:
    from discordtest.scene import Scene

__all__ = ["ActMixin"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ActMixin(MessageVerbs):
    """Every verb, on the scene of a test case."""

    _scene: Scene
