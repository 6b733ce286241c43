"""Functions and lines of code, as people name them: ``on_message (bot.py:12)``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

__all__ = ["function_name", "line_at", "where_begins"]


def function_name(qualified: str) -> str:
    """Return the name of a function or class without the functions that it stands in; its class stays."""
    return qualified.rpartition("<locals>.")[2]


def line_at(file: str, number: int) -> str:
    """Return a line of a file: ``bot.py:12``."""
    return f"{os.path.basename(file)}:{number}"


def where_begins(code: CodeType) -> str:
    """Return the line at which a function begins."""
    return line_at(code.co_filename, code.co_firstlineno)
