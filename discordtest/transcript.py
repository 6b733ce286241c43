"""Everything that happened in a test, as text: acts, requests with their answers, events.

It reads the backend's journal when it is printed, so keeping it costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from discordtest.scene import Scene

__all__ = ["Transcript"]


class Transcript:
    """What happened in this test; ``str()`` of it is one line an entry, oldest first."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def __str__(self) -> str:
        return "\n".join(map(str, self._scene.backend.journal))
