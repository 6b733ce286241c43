"""What a script finds around itself: its module, its command line, the loggers that it may change."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["called_with", "loggers", "main_module"]


def main_module(path: Path, package: str | None) -> ModuleType:
    """Return the module that a script runs in, as Python makes it."""
    module = ModuleType("__main__")
    module.__file__ = str(path)
    module.__package__ = package
    vars(module)["__builtins__"] = __builtins__
    return module


def loggers() -> tuple[logging.Logger, logging.Logger]:
    """Return the loggers that a script sets up, by itself or by ``client.run``."""
    return logging.getLogger(), logging.getLogger("discord")


@contextmanager
def called_with(path: Path, arguments: Sequence[str]) -> Iterator[None]:
    """Make ``sys.argv`` that of a script with these arguments."""
    before, sys.argv = sys.argv, [str(path), *arguments]
    try:
        yield
    finally:
        sys.argv = before
