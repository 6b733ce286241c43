"""A text that is claimed, and how another one differs from it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import TypeAlias

from discordtest.tolerance import Close

__all__ = ["Content", "diff", "same_text"]

Content: TypeAlias = str | re.Pattern[str] | Callable[[str], object] | Close


def same_text(wanted: Content, text: str) -> bool:
    """Tell whether a text is what was asked for: equal, near, found by the pattern, or accepted by the predicate.

    Discord takes white space off both ends of what is sent, so that is none of the claim either.
    """
    if isinstance(wanted, str):
        return text in (wanted, wanted.strip())
    if isinstance(wanted, re.Pattern):
        return wanted.search(text) is not None
    if isinstance(wanted, Close):
        return wanted == text
    return bool(wanted(text))


def diff(wanted: str, found: str) -> str:
    """Return both texts as a diff: ``-`` is what was expected, ``+`` what came."""
    lines = difflib.ndiff(wanted.splitlines() or [""], found.splitlines() or [""])
    return "\n".join(f"    {line.rstrip()}" for line in lines)
