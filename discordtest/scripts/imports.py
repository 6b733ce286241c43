"""Fresh imports: a bot's own modules, imported anew for each test and gone after it.

What lies below the script's folder is the bot's own code, and so is the package of a script that is installed as one;
other libraries and test modules stay as they are, but for the libraries that a test names. The process has one
``sys.modules``, so only one test at a time may hold a `FreshImports`; others wait for it.
"""

from __future__ import annotations

import importlib
import os
import sys
import sysconfig
import threading
import unittest
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

__all__ = ["FreshImports", "lies_below"]

# One thread's test may load several scripts (a restart loads again), so the lock is re-entrant.
_turn = threading.RLock()


class FreshImports:
    """Forget the modules below a folder until `close`, which puts them back; ``main`` becomes ``__main__``."""

    def __init__(self, folder: Path, main: ModuleType, libraries: Iterable[str] = ()) -> None:
        self._folder = folder
        self._packages = {(main.__package__ or "").partition(".")[0], *libraries}
        _turn.acquire()
        self._list, self._path = sys.path, [*sys.path]
        self._noted: tuple[list[str], list[str]] | None = None
        self._before = dict(sys.modules)
        try:
            for name in self._own_modules():
                sys.modules.pop(name, None)
            sys.modules["__main__"] = main
            sys.path.insert(0, str(folder))
            importlib.invalidate_caches()  # the folder may have been written a moment ago
        except BaseException:
            sys.modules.update(self._before)
            sys.path[:] = self._path
            _turn.release()
            raise

    def note(self) -> None:
        """Note what the script has made of ``sys.path``: who takes his folder out later takes it out for good."""
        self._noted = sys.path, [each for each in self._path if each not in sys.path]

    def close(self) -> None:
        """Forget what was imported from the folder, and put back what was there before."""
        try:
            for name in self._own_modules():
                sys.modules.pop(name, None)
            for name, module in self._before.items():
                if name == "__main__" or (name not in sys.modules and self._is_own(name, module)):
                    sys.modules[name] = module
        finally:
            self._give_path_back()
            _turn.release()

    def _give_path_back(self) -> None:
        path, taken = self._noted or (sys.path, self._path)
        if sys.path is path:  # else somebody has put another in its place since, that of before his mock
            self._list[:] = [each for each in self._path if each in path or each in taken]
            sys.path = self._list

    def _is_own(self, name: str, module: ModuleType | None) -> bool:
        return name.partition(".")[0] in self._packages or lies_below(module, self._folder)

    def _own_modules(self) -> list[str]:
        # A copy: looking at a module may import others.
        own = [name for name, module in list(sys.modules.items()) if self._is_own(name, module)]
        kept = {"__main__"} | {name for name in own if _holds_tests(sys.modules[name])}
        kept |= {parent for name in kept for parent in _parents(name)}
        return [name for name in own if name not in kept]


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def lies_below(module: ModuleType | None, folder: Path) -> bool:
    """Tell whether a module is the bot's own code: in a file below the folder, and no library's."""
    file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), None)
    # A virtual environment in the bot's folder has a thousand modules, and to resolve a path is slow.
    if not isinstance(file, str) or not file.startswith(str(folder)) or file.startswith(_prefixes()):
        return False
    path = Path(file).resolve()
    return path.is_relative_to(folder) and not any(path.is_relative_to(library) for library in _libraries())


@cache
def _libraries() -> list[Path]:
    libraries = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")]
    return [*libraries, Path(__file__).resolve().parent]


@cache
def _prefixes() -> tuple[str, ...]:
    return tuple(f"{library}{os.sep}" for library in _libraries())


def _holds_tests(module: ModuleType) -> bool:
    values = vars(module).values()
    # Not isinstance: it asks a lazy object for its class, which may fail, or begin what is to be patched first.
    return any(issubclass(type(value), type) and issubclass(value, unittest.TestCase) for value in values)
