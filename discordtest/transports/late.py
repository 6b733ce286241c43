"""Stand-ins in libraries that may be imported while they stand, or never."""

from __future__ import annotations

import functools
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from discordtest.stand_ins import StandIns

__all__ = ["LateStandIns"]


class LateStandIns:
    """Puts the stand-ins that ``make`` returns for each of some modules, as soon as that is there."""

    def __init__(self, make: Callable[[ModuleType], StandIns], *names: str) -> None:
        self._names = names
        self._make = functools.cache(make)
        self._put: list[StandIns] = []

    def put(self) -> None:
        """Let them stand in, now or once a module has been imported."""
        for module in dict.fromkeys(sys.modules[name] for name in self._names if name in sys.modules):
            self._put_in(module)
        if not all(name in sys.modules for name in self._names):
            _finders().insert(0, self)

    def take_away(self) -> None:
        """Put back what they stand for, and wait for no module any longer."""
        while self._put:
            self._put.pop().take_away()
        if self in _finders():
            _finders().remove(self)

    def _put_in(self, module: ModuleType) -> None:
        stand_ins = self._make(module)
        stand_ins.put()
        self._put.append(stand_ins)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find one of the modules as Python does, to be there once it is executed: Python asks what waits."""
        if name not in self._names:
            return None
        _finders().remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            _finders().insert(0, self)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_and_put(module: ModuleType) -> None:
                execute(module)
                if self in _finders():  # else they have been taken away meanwhile
                    self._put_in(module)

            spec.loader.exec_module = exec_and_put  # type: ignore[method-assign]
        return spec


def _finders() -> list[Any]:
    return sys.meta_path
