"""What stands in for a module where some of its names mean something else."""

from __future__ import annotations

from types import ModuleType
from typing import Any

__all__ = ["ModuleView"]


class ModuleView(ModuleType):
    """A module with some names of its own; it asks the real one for all others."""

    def __init__(self, real: ModuleType, **names: object) -> None:
        super().__init__(real.__name__)
        vars(self).update(names, _real=real)

    def __getattr__(self, name: str) -> Any:
        return getattr(vars(self)["_real"], name)
