"""Which file a test means by a bot's script: a path from where its tests stand, or a module by its dotted name."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

from discordtest.errors import SetupError
from discordtest.scripts.imports import lies_below

__all__ = ["find", "find_command", "module_name"]


def find(script: str | Path | ModuleType, caller: str) -> tuple[Path, Path, str | None]:
    """Return the script's file, the folder that belongs on ``sys.path``, and its package.

    ``caller`` is the file that names the script; one that is not found is a `SetupError` with the places looked in.
    """
    if isinstance(script, ModuleType):
        script = script.__name__
    if isinstance(script, str) and not script.endswith(".py"):
        return _find_module(script, caller)
    # Tests stand beside the script or in a folder next to it, and runners start them from anywhere.
    around = Path(caller).resolve().parents
    places = dict.fromkeys([Path.cwd() / script, *(folder / script for folder in around[:2])])
    for place in places:
        if place.is_file():
            return place.resolve(), place.resolve().parent, None
    raise SetupError(
        f"load_client finds no script {str(script)!r}; looked for " + " and ".join(map(str, places))
    )


def find_command(name: str, caller: str) -> tuple[Path, Path, str | None]:
    """Return the same for the module that has the function of a command; a package is its ``__init__.py``."""
    return _find_module(name, caller, is_run=False)


def module_name(path: Path) -> tuple[Path, str]:
    """Return the folder that belongs on ``sys.path`` for a module or package of a project, and its dotted name."""
    root = path.parent
    while (root / "__init__.py").is_file():
        root = root.parent
    parts = path.relative_to(root).with_suffix("").parts
    return root, ".".join(parts[:-1] if parts[1:] and parts[-1] == "__main__" else parts)


def _find_module(name: str, caller: str, *, is_run: bool = True) -> tuple[Path, Path, str | None]:
    """Return the same for a module, by its dotted name, which leaves no module imported."""
    before = set(sys.modules)
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError as missing:
        if missing.name is None or not name.startswith(f"{missing.name}."):
            raise  # the package that it is in lacks something itself
        spec = None
    is_package = spec is not None and spec.submodule_search_locations is not None
    if is_package and is_run:
        spec = importlib.util.find_spec(f"{name}.__main__")  # as `python -m package` does
        if spec is None:
            raise SetupError(
                f"the package {name!r} has no __main__.py: name the module that starts the bot, such as "
                f'load_client("{name}.bot"), or its function, load_client("{_command_of(name)}")'
            )
    if spec is None or spec.origin is None:
        raise SetupError(f"load_client finds no module {name!r} on sys.path{_place_of(name, caller)}")
    path = Path(spec.origin).resolve()
    folder = path.parents[spec.name.count(".") + (is_package and not is_run)]
    for parent in set(sys.modules) - before:  # looking for a module imports the packages that it is in
        if lies_below(sys.modules[parent], folder):
            del sys.modules[parent]
    return path, folder, spec.parent


def _command_of(name: str) -> str:
    """Return what a command that an installed package brings would run."""
    commands = importlib.metadata.entry_points(group="console_scripts")
    return next((each.value for each in commands if each.module.split(".")[0] == name), f"{name}:main")


def _place_of(name: str, caller: str) -> str:
    """Say where a module lies that is not on ``sys.path``, if it lies near the tests."""
    around = [Path.cwd(), *Path(caller).resolve().parents[:3]]
    for folder in dict.fromkeys(place for each in around for place in (each, each / "src")):
        path = folder.joinpath(*re.split(r"[./\\]", name))
        if path.with_suffix(".py").is_file() or any(path.glob("__*__.py")):
            root, dotted = module_name(path)
            return (
                f". It is in {root}: install the project (`pip install -e .`) or set PYTHONPATH={root}, and write "
                f'load_client("{dotted}")'
            )
    return ""
