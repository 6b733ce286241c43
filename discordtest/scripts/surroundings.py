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

__all__ = ["Loggers", "called_with", "main_module"]

_TOOLS = ("unittest.", "_pytest.")  # assertLogs and caplog have handlers of their own


def main_module(path: Path, package: str | None) -> ModuleType:
    """Return the module that a script runs in, as Python makes it."""
    module = ModuleType("__main__")
    module.__file__ = str(path)
    module.__package__ = package
    vars(module)["__builtins__"] = __builtins__
    return module


class Loggers:
    """How loggers are set before a script does so, by itself, with ``dictConfig`` or by ``client.run``."""

    def __init__(self) -> None:
        self._before = {
            each: ([*each.handlers], each.level, each.propagate, each.disabled) for each in _loggers()
        }

    def drop_new(self) -> None:
        """Close the handlers that were added, as the end of a process does; those of tools for tests stay."""
        for logger in _loggers():
            before = self._before[logger][0] if logger in self._before else []
            for handler in [each for each in logger.handlers if each not in before and not _is_kept(each)]:
                logger.removeHandler(handler)
                handler.close()  # it may have a file

    def give_back(self) -> None:
        """Make all loggers what they were."""
        self.drop_new()
        for logger, (handlers, level, logger.propagate, logger.disabled) in self._before.items():
            logger.handlers[:] = handlers
            logger.setLevel(level)


def _loggers() -> list[logging.Logger]:
    named = logging.root.manager.loggerDict.copy().values()  # some of them only stand for what is below
    return [logging.root, *(each for each in named if isinstance(each, logging.Logger))]


def _is_kept(handler: logging.Handler) -> bool:
    return isinstance(handler, logging.NullHandler) or type(handler).__module__.startswith(_TOOLS)


@contextmanager
def called_with(path: Path, arguments: Sequence[str]) -> Iterator[None]:
    """Make ``sys.argv`` that of a script with these arguments."""
    before, sys.argv = sys.argv, [str(path), *arguments]
    try:
        yield
    finally:
        sys.argv = before
