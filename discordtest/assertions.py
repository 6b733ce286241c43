"""What a test claims: each assertion looks at the world or at what the bot did, and returns what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from discordtest.scene import Scene

__all__ = ["AssertMixin"]

__unittest = True


class AssertMixin:
    """The assertions of a test case."""

    _scene: Scene
