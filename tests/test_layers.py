"""Imports point one way, and the backend does no input or output: read from syntax trees alone."""

from __future__ import annotations

import ast
import functools
import graphlib
import unittest
from pathlib import Path
from typing import TYPE_CHECKING

from tests.repeated import once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "discordtest"
STANDS_FOR_A_PACKAGE = "__init__"

# A module may import from its own layer and from those above it in this table. A name stands for all that is
# below it too, one with a star for all that begin like it; the longest wins.
LAYERS: tuple[tuple[str, ...], ...] = (
    (
        "discordtest.brevity",
        "discordtest.code_names",
        "discordtest.counting",
        "discordtest.deferred",
        "discordtest.errors",
        "discordtest.originals",
        "discordtest.stand_ins",
        "discordtest.tolerance",
    ),
    (
        "discordtest.backend.codes",
        "discordtest.backend.intents",
        "discordtest.backend.opcodes",
        "discordtest.backend.world",
        "discordtest.backend.multipart",
    ),
    (
        "discordtest.backend.audit",
        "discordtest.backend.body",
        "discordtest.backend.faults",
        "discordtest.backend.permissions",
        "discordtest.backend.ratelimits",
        "discordtest.backend.reasons",
        "discordtest.backend.wire",
    ),
    (
        "discordtest.backend.rest",
        "discordtest.backend.cdn",
        "discordtest.backend.encoding",
        "discordtest.backend.journal",
    ),
    ("discordtest.backend.resources",),
    ("discordtest.backend",),
    (
        "discordtest.clock",
        "discordtest.assertions.embeds",
        "discordtest.assertions.filters",
        "discordtest.assertions.presences",
        "discordtest.assertions.texts",
        "discordtest.bot_errors",
        "discordtest.names",
        "discordtest.source",
        "discordtest.transports",
    ),
    (
        "discordtest.foreign",
        "discordtest.leaks",
        "discordtest.lifecycle",
        "discordtest.scripts",
        "discordtest.seam",
    ),
    ("discordtest.given", "discordtest.narrator", "discordtest.refusals", "discordtest.views"),
    (
        "discordtest.act",
        "discordtest.arrange",
        "discordtest.assertions",
        "discordtest.checking",
        "discordtest.control",
        "discordtest.current",
        "discordtest.finding",
        "discordtest.bot_errors.handled",
        "discordtest.hints",
        "discordtest.interactions",
        "discordtest.recordings",
        "discordtest.replays",
        "discordtest.running",
        "discordtest.scene",
        "discordtest.scheduling",
        "discordtest.staging",
        "discordtest.transcript",
        "discordtest.verbs",
        "discordtest.waiting",
        "discordtest.worlds",
    ),
    ("discordtest.testcase",),
    (
        "discordtest.order",
        "discordtest.function_tests.cases",
        "discordtest.registry",
        "discordtest.stage",
    ),
    ("discordtest.function_tests.coroutines", "discordtest.dpytest", "discordtest.function_tests"),
    ("discordtest",),
)
NEVER_IN_THE_BACKEND = ("asyncio", "aiohttp", "discord", "select", "socket", "threading", "time")


def layer(module: str) -> int:
    """Return the layer of a module: that of the longest name in the table that it is, or is below."""
    fits = [
        (len(name), rank)
        for rank, layer in enumerate(LAYERS)
        for name in layer
        if f"{module}.".startswith(name.removesuffix("*") if name.endswith("*") else f"{name}.")
    ]
    return max(fits)[1]


@functools.cache
def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == STANDS_FOR_A_PACKAGE else parts)] = path
    return found


def imports(
    module: str, source: str, known: set[str], *, package: bool = False, at_once: bool = False
) -> Iterator[tuple[int, str]]:
    """Find what a module imports at run time, by line; ``from a import b`` is ``a.b`` if that is a module.

    ``at_once``: as it is imported itself, not in a function of its that is called later.
    """
    nodes = _nodes(source)
    skipped = {id(node) for block in _for_types(nodes) for node in ast.walk(block)}
    if at_once:
        skipped |= {id(node) for function in _functions(nodes) for node in ast.walk(function)}
    for node in nodes:
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node, package=package)
            for alias in node.names:
                submodule = f"{base}.{alias.name}"
                yield node.lineno, submodule if submodule in known else base


def names_taken(module: str, source: str, known: set[str]) -> Iterator[tuple[int, str, str]]:
    """Find what a module takes of others, also for types: (line, the other module, a name in it)."""
    nodes = _nodes(source)
    whole: dict[str, str] = {}  # a name here -> the module that it stands for
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                if (submodule := f"{node.module}.{alias.name}") in known:
                    whole[alias.asname or alias.name] = submodule
                elif node.module in known:
                    yield node.lineno, node.module, alias.name
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in whole:
            yield node.lineno, whole[node.value.id], node.attr


def _offered(source: str) -> list[str] | None:
    """Return ``__all__``, if a module has one."""
    for node in _parsed(source).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]:
            elements = node.value.elts if isinstance(node.value, ast.List) else []
            return [each.value for each in elements if isinstance(each, ast.Constant)]
    return None


@functools.cache
def _defined(source: str) -> frozenset[str]:
    """Return the names that a module itself makes."""
    found = set()
    for node in _parsed(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            stored = (each for each in ast.walk(node) if isinstance(each, ast.Name))
            found |= {each.id for each in stored if isinstance(each.ctx, ast.Store)}
    return frozenset(found)


@functools.cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


@functools.cache
def _nodes(source: str) -> tuple[ast.AST, ...]:
    return (*ast.walk(_parsed(source)),)


def _for_types(nodes: Iterable[ast.AST]) -> Iterator[ast.stmt]:
    for node in nodes:
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            yield from node.body


def _functions(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    return (node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _absolute(module: str, node: ast.ImportFrom, *, package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    kept = parts[: len(parts) - node.level + package]
    return ".".join([*kept, node.module] if node.module else kept)


@once
class LayerTests(unittest.TestCase):
    def assertNoImport(self, wrong: list[str]) -> None:
        if wrong:
            self.fail("\n" + "\n".join(wrong))

    def test_imports_point_one_way(self) -> None:
        known = modules()
        wrong = []
        for module, path in known.items():
            package = path.stem == STANDS_FOR_A_PACKAGE
            for line, target in imports(module, path.read_text(), set(known), package=package):
                if target.partition(".")[0] == "discordtest" and layer(target) > layer(module):
                    wrong.append(f"{path}:{line}: {module} is below {target} and may not import it")
        self.assertNoImport(wrong)

    def test_no_modules_import_each_other(self) -> None:
        known = modules()
        wanted = {
            module: {
                target
                for _, target in imports(module, path.read_text(), set(known), at_once=True)
                if target in known
            }
            for module, path in known.items()
        }
        try:
            graphlib.TopologicalSorter(wanted).prepare()
        except graphlib.CycleError as error:
            self.fail("these import each other in a circle: " + ", ".join(error.args[1]))

    def test_backend_does_no_input_or_output(self) -> None:
        known = modules()
        wrong = []
        for module, path in known.items():
            if not module.startswith("discordtest.backend"):
                continue
            for line, target in imports(module, path.read_text(), set(known)):
                if target.partition(".")[0] in NEVER_IN_THE_BACKEND:
                    wrong.append(f"{path}:{line}: {module} may not import {target} at run time")
        self.assertNoImport(wrong)

    def test_every_layer_but_the_last_names_modules(self) -> None:
        """A module without an entry would be the package's, which may import everything."""
        known = modules()
        unplaced = [name for name in known if layer(name) == len(LAYERS) - 1 and name != "discordtest"]
        self.assertFalse(unplaced, f"give these a layer in {__name__}.LAYERS: {', '.join(unplaced)}")

    def test_every_name_in_the_table_is_once_there_and_of_a_module(self) -> None:
        named = [name for layer in LAYERS for name in layer]
        self.assertEqual(sorted({name for name in named if named.count(name) > 1}), [])
        self.assertEqual([name for name in named if name not in modules()], [])

    def test_names_that_a_module_takes_are_offered(self) -> None:
        """``__all__`` says what others use of a module; what it does not name is free to change.

        In ``dpytest`` it says what a suite finds there.
        """
        known = {module: path.read_text() for module, path in modules().items()}
        offered = {module: _offered(source) for module, source in known.items() if ".dpytest" not in module}
        wrong = []
        for module, source in known.items():
            for line, target, name in names_taken(module, source, set(known)):
                names = offered.get(target)
                if names is not None and name in _defined(known[target]) and name not in names:
                    wrong.append(f"{modules()[module]}:{line}: __all__ of {target} has no {name}")
        self.assertNoImport(wrong)


class ReaderTests(unittest.TestCase):
    def found(self, source: str, module: str = "discordtest.backend.rest") -> list[str]:
        known = {"discordtest.backend", "discordtest.backend.world", "discordtest.backend.rest"}
        return [target for _, target in imports(module, source, known)]

    def test_submodule_is_told_from_a_name(self) -> None:
        self.assertEqual(
            self.found("from discordtest.backend import world, Backend"),
            ["discordtest.backend.world", "discordtest.backend"],
        )

    def test_relative_import_is_resolved(self) -> None:
        self.assertEqual(self.found("from . import world"), ["discordtest.backend.world"])
        self.assertEqual(self.found("from .world import World"), ["discordtest.backend.world"])
        self.assertEqual(self.found("from ..errors import NotModelled"), ["discordtest.errors"])

    def test_import_for_types_does_not_count_and_its_else_does(self) -> None:
        source = "if TYPE_CHECKING:\n import asyncio\nelse:\n import aiohttp\n"
        self.assertEqual(self.found(source), ["aiohttp"])

    def test_import_within_a_function_counts(self) -> None:
        self.assertEqual(self.found("def f():\n import asyncio\n"), ["asyncio"])

    def test_import_within_a_function_is_not_at_once(self) -> None:
        source = "import json\ndef f():\n import asyncio\n"
        self.assertEqual([target for _, target in imports("m", source, set(), at_once=True)], ["json"])
