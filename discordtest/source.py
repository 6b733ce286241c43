"""What the source says where a traceback stands: the expression that a frame was at, as a syntax tree."""

from __future__ import annotations

import ast
import gc
import linecache
from typing import TYPE_CHECKING, Any

from discordtest.clock.waits import root

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

__all__ = ["expression_at", "failed_line", "package_of", "parsed", "steps", "value_of"]

_NOT_THE_TESTS = frozenset(("asyncio", "discordtest", "unittest"))
_UNKNOWN = object()


def steps(step: TracebackType | None) -> Iterator[TracebackType]:
    """Yield a traceback step by step, from where the error was caught to where it was raised."""
    while step is not None:
        yield step
        step = step.tb_next


def package_of(step: TracebackType) -> str:
    """Return the package that a step's code is of."""
    return root(step.tb_frame)


def parsed(step: TracebackType) -> ast.Module | None:
    """Return the whole source that a step is in; None where it is not at hand."""
    code = step.tb_frame.f_code
    lines = linecache.getlines(code.co_filename, step.tb_frame.f_globals)
    # A task that is collected meanwhile may log a traceback, which parses, too: CPython 3.11 takes that for an error.
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        return ast.parse("".join(lines)) if lines else None
    except SyntaxError:  # the file is another by now
        return None
    finally:
        if was_collecting:
            gc.enable()


def expression_at(
    step: TracebackType, tree: ast.Module, kinds: tuple[type[ast.expr], ...] = (ast.expr,)
) -> ast.expr | None:
    """Return the expression, of such a kind, that a step was at; None where Python has not kept the columns."""
    first, last, begin, end = [*step.tb_frame.f_code.co_positions()][step.tb_lasti // 2]
    for node in ast.walk(tree):
        if isinstance(node, kinds) and (
            (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset) == (first, last, begin, end)
        ):
            return node
    return None


def failed_line(error: BaseException) -> tuple[ast.expr, Mapping[str, Any]] | None:
    """Return the expression at which the test's own code failed, and the names there; None where it is not known."""
    own = [step for step in steps(error.__traceback__) if package_of(step) not in _NOT_THE_TESTS]
    tree = parsed(own[-1]) if own else None
    expression = tree and expression_at(own[-1], tree)
    return (expression, own[-1].tb_frame.f_locals) if expression else None


def value_of(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Return what a name, or an attribute of what it names, stands for; for all else an object that is nothing.

    Nothing is run for it: what a property would return is not known.
    """
    if isinstance(node, ast.Name):
        return names.get(node.id, _UNKNOWN)
    if isinstance(node, ast.Attribute):
        holder = value_of(node.value, names)
        return vars(holder).get(node.attr, _UNKNOWN) if hasattr(holder, "__dict__") else _UNKNOWN
    return _UNKNOWN
