"""What a script finds around itself: its module, its command line, and what of the process it may change."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["Loggers", "Process", "called_with", "main_module"]

_SIGNALS = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_outliving: list[Any] = []

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
        self._before = {each: _Settings(each) for each in _loggers()}
        self._noted: dict[logging.Logger, _Settings] | None = None

    def note(self) -> None:
        """Note what the script has set by now: who sets a logger later puts back what was his own."""
        self._noted = {each: _Settings(each) for each in self._before}

    def drop_new(self) -> None:
        """Close the handlers that were added, as the end of a process does; those of tools for tests stay."""
        with contextlib.ExitStack() as closing:  # each of them, though one fails
            for logger in _loggers():
                before = self._before[logger].handlers if logger in self._before else []
                for handler in [
                    each for each in logger.handlers if each not in before and not _is_kept(each)
                ]:
                    logger.removeHandler(handler)
                    closing.callback(handler.close)  # it may have a file

    def give_back(self) -> None:
        """Make all loggers what they were, but for what somebody else has put back meanwhile."""
        try:
            self.drop_new()
        finally:
            for logger, before in self._before.items():
                before.restore(logger, _Settings(logger) if self._noted is None else self._noted[logger])


class _Settings:
    """How a logger is set."""

    def __init__(self, logger: logging.Logger) -> None:
        self.handlers = [*logger.handlers]
        self.switches = logger.level, logger.propagate, logger.disabled

    def restore(self, logger: logging.Logger, noted: _Settings) -> None:
        """Set a logger so again, where it is still as it was noted; assertLogs puts back itself what it sets."""
        now = _Settings(logger)
        kept = [each for each in self.handlers if each in now.handlers]
        taken = [each for each in self.handlers if each not in noted.handlers + now.handlers]
        if taken := [each for each in taken if not _captures(each)]:
            of_tools = [each for each in now.handlers if each not in kept]
            logger.handlers[:] = [each for each in self.handlers if each in kept + taken] + of_tools
        if now.switches == noted.switches and not any(map(_captures, self.handlers + now.handlers)):
            level, logger.propagate, logger.disabled = self.switches
            logger.setLevel(level)


class Process:
    """What a script changes of the process: working directory, environment, streams, signal handlers, hooks for errors.

    A stream that it sets, ``sys.stdout = io.TextIOWrapper(sys.stdout.buffer)``, would close the process's own when it
    is collected, so each is kept.
    """

    def __init__(self) -> None:
        self._before = _state()
        self._set: dict[tuple[str, str], Any] = {}

    def note(self) -> None:
        """Note, when the script has been run, what it has set."""
        self._set = {key: value for key, value in _state().items() if self._before.get(key) != value}
        _outliving.extend(value for (kind, _), value in self._set.items() if kind == "stream")

    def give_back(self) -> None:
        """Put back what was there before, unless somebody else has set something else meanwhile."""
        now = _state()
        for key, value in self._set.items():
            if key[0] == "stream" and not value.closed and value.writable():
                value.flush()
            if now.get(key) == value:
                _put(*key, self._before.get(key))
        self._set = {}


def _state() -> dict[tuple[str, str], Any]:
    state: dict[tuple[str, str], Any] = {
        ("stream", name): getattr(sys, name) for name in ("stdin", "stdout", "stderr")
    }
    state |= {("signal", name): signal.getsignal(getattr(signal, name)) for name in _SIGNALS}
    state["hook", "excepthook"] = sys.excepthook
    with contextlib.suppress(FileNotFoundError):  # somebody has deleted it
        state["folder", ""] = os.getcwd()
    return state | {("environment", name): value for name, value in os.environ.items()}


def _put(kind: str, name: str, value: Any) -> None:
    if kind in ("stream", "hook"):
        setattr(sys, name, value)
    elif kind == "signal":
        if value is not None and threading.current_thread() is threading.main_thread():
            signal.signal(getattr(signal, name), value)
    elif kind == "environment" and value is None:
        del os.environ[name]
    elif kind == "environment":
        os.environ[name] = value
    elif value is not None:
        with contextlib.suppress(FileNotFoundError):
            os.chdir(value)


def _loggers() -> list[logging.Logger]:
    named = logging.root.manager.loggerDict.copy().values()  # some of them only stand for what is below
    return [logging.root, *(each for each in named if isinstance(each, logging.Logger))]


def _is_kept(handler: logging.Handler) -> bool:
    return isinstance(handler, logging.NullHandler) or _captures(handler)


def _captures(handler: logging.Handler) -> bool:
    return type(handler).__module__.startswith(_TOOLS)


@contextlib.contextmanager
def called_with(path: Path, arguments: Sequence[str]) -> Iterator[None]:
    """Make ``sys.argv`` that of a script with these arguments."""
    before, sys.argv = sys.argv, [str(path), *arguments]
    try:
        yield
    finally:
        sys.argv = before
