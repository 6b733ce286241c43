"""What only a running test needs is loaded when the first test begins, not when a test module is imported.

Most of the package is the in-memory Discord, and what the methods of a test case work with. The classes that people
derive from need none of it until a test runs, so while this package is imported, modules below `DEFERRED` are found
but not executed. The rule for what is imported eagerly: import a deferred module as a module (``from
discordtest.backend import codes``), and name what is in it where it is used (``codes.RestError``). Importing a name
from one fails at once, and says so.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.abc import Loader

__all__ = ["DEFERRED", "deferring", "load", "load_alone"]

DEFERRED = tuple(
    f"discordtest.{name}"
    for name in (
        "assertions.embeds",
        "assertions.failures",
        "assertions.filters",
        "assertions.presences",
        "assertions.texts",
        "backend",
        "bot_errors",
        "checking",
        "clock",
        "code_names",
        "control",
        "finding",
        "foreign",
        "given",
        "hints",
        "interactions",
        "leaks",
        "lifecycle",
        "names",
        "narrator",
        "refusals",
        "scene",
        "scheduling",
        "scripts",
        "seam",
        "source",
        "stand_ins",
        "tolerance",
        "transcript",
        "transports",
        "views",
        "waiting",
    )
)

_lock = threading.RLock()
_waiting: list[_Deferred] = []  # found, not executed
_executing: list[_Deferred] = []


class _Deferred(ModuleType):
    """A module that is executed when something in it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if _finder.is_deferring:  # hence asked for by an import statement, as a submodule or by mistake
            raise AttributeError(f"{self.__name__} is loaded with the first test: import it as a module")
        if _executing:
            _execute(self)  # or wait until another thread has
        else:
            load()  # all of it in its order: one module alone may be the wrong end of a circle
        return ModuleType.__getattribute__(self, name)


class _Postponing:
    """Leaves the module for later."""

    def __init__(self, real: Loader) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module that waits."""
        return _Deferred(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing for now."""
        assert isinstance(module, _Deferred)
        _waiting.append(module)


class _Loaded:
    """Gives an import statement the module that `load` has executed meanwhile."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module as it is."""
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        """Put back what the import statement has changed."""
        module.__spec__ = self.spec


class _Finder:
    """Finds the modules below `DEFERRED` with a loader that leaves them for later.

    Once nothing is deferred any more, the first import below one of them executes what waits.
    """

    is_deferring = False

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module; None for one that is nobody's business here."""
        if not f"{name}.".startswith(_PREFIXES):
            return None
        if not self.is_deferring:
            return self._find_loaded(name)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Postponing(spec.loader)  # type: ignore[assignment]  # all of a loader that is asked for
        return spec

    @staticmethod
    def _find_loaded(name: str) -> ModuleSpec | None:
        if _executing or not _waiting:
            return None
        load()
        if name not in sys.modules:
            return None
        module = sys.modules[name]
        spec = ModuleSpec(name, _Loaded(module))  # type: ignore[arg-type]  # all of a loader that is asked for
        module.__spec__ = spec  # importlib takes the module's own, where there is one by now
        return spec


_PREFIXES = tuple(f"{name}." for name in DEFERRED)
_finder: Any = _Finder()


@contextmanager
def deferring() -> Iterator[None]:
    """Leave what is `DEFERRED` for later, if it is imported meanwhile."""
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    _finder.is_deferring = True
    try:
        yield
    finally:
        _finder.is_deferring = False


def load() -> None:
    """Execute what was left for later; a second thread waits until that is done."""
    if _waiting or _executing:
        with _lock:
            for module in [*_waiting]:
                _execute(module)
            if not _waiting and _finder in sys.meta_path:
                sys.meta_path.remove(_finder)


def load_alone(name: str) -> ModuleType:
    """Import a module that needs nothing of the rest, deferred or not, and leave the rest for later; return it."""
    with deferring():
        module = import_module(name)
    _execute(module)
    return module


def _execute(module: Any) -> None:  # Any: its class changes
    with _lock:
        if module not in _waiting:
            return
        _executing.append(module)
        _waiting.remove(module)
        spec, postponing = module.__spec__, module.__loader__
        module.__loader__ = spec.loader = postponing.real
        try:
            postponing.real.exec_module(module)
            module.__class__ = ModuleType  # not before: who finds a half of it asks for the rest, and waits
        except BaseException:
            module.__loader__ = spec.loader = postponing
            _waiting.append(module)
            raise
        finally:
            _executing.remove(module)
