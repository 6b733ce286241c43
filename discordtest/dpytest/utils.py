"""What tests compare with, and the queue that they look into.

The comparisons are as loose as suites that moved here expect: of an embed they look at the title, the description,
the URL, the footer's text, the image and the fields; of an activity at what ``_OF_AN_ACTIVITY`` lists.
"""

from __future__ import annotations

import asyncio
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import discord
    from discord.activity import ActivityTypes

__all__ = ["PeekableQueue", "activity_eq", "embed_eq", "embed_proxy_eq"]

T = TypeVar("T")

_OF_AN_EMBED = ("title", "description", "url", "footer.text", "image.url", "fields")
_OF_AN_ACTIVITY = ("name", "url", "type", "details", "emoji")


def embed_eq(embed1: discord.Embed | None, embed2: discord.Embed | None) -> bool:
    """Tell whether two embeds look alike; None is like None alone."""
    if embed1 is None or embed2 is None:
        return embed1 is embed2
    return embed1 == embed2 or not embed_differences(embed1, embed2)


def embed_differences(wanted: discord.Embed, found: discord.Embed) -> list[str]:
    """Return what `embed_eq` sees that differs, each as a phrase."""
    parts = [(name, attrgetter(name)(wanted), attrgetter(name)(found)) for name in _OF_AN_EMBED]
    return [
        f"its {name} {'are' if name == 'fields' else 'is'} {_shown(there)}, not {_shown(want)}"
        for name, want, there in parts
        if want != there
    ]


def _shown(value: Any) -> str:
    if not isinstance(value, list):
        return repr(value)
    return ", ".join(f"{field.name!r}: {field.value!r}" for field in value) or "none"


def activity_eq(act1: ActivityTypes | None, act2: ActivityTypes | None) -> bool:
    """Tell whether two activities show the same, whatever their classes; None is like None alone."""
    if act1 is None or act2 is None:
        return act1 is act2
    return act1 == act2 or all(
        getattr(act1, name, None) == getattr(act2, name, None) for name in _OF_AN_ACTIVITY
    )


def embed_proxy_eq(embed_proxy1: Any, embed_proxy2: Any) -> bool:
    """Tell whether two parts of embeds (a footer, a field, …) have the same text. Any: discord.py hides the class."""
    return repr(embed_proxy1) == repr(embed_proxy2)


class _NothingThere(asyncio.QueueEmpty, IndexError):
    """There is nothing to look at."""


class PeekableQueue(asyncio.Queue[T]):
    """A queue whose newest element can be looked at; ``get`` and ``get_nowait`` take the oldest."""

    def peek(self) -> T:
        """Return the newest element and leave it there.

        :raises asyncio.QueueEmpty: the queue is empty (``IndexError`` catches it too)
        """
        newest: T
        if self.empty():
            raise _NothingThere("the queue is empty")
        newest = self._queue[-1]  # type: ignore[attr-defined]  # asyncio documents it for subclasses
        return newest
