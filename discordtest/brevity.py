"""Long texts where one line is to show them: their beginning, and a sign that they go on."""

from __future__ import annotations

__all__ = ["quoted", "start_of"]

WIDTH = 60
"""Characters of a text that is a part of a sentence."""


def start_of(text: str, width: int = WIDTH) -> str:
    """Return a text of at most so many characters: a longer one's beginning, with an ellipsis as the last."""
    return text if len(text) <= width else text[: width - 1] + "…"


def quoted(text: str | None, width: int = WIDTH) -> str:
    """Return the start of a text as Python writes it; None is no text."""
    return repr(start_of(text or "", width))
