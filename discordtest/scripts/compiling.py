"""How a script is compiled: where it would start a loop at the top of its file, it awaits instead.

``x.run(…)`` becomes ``await __await_instead__(x.run, …)``; what stands in functions and classes is left alone. Whether
such a call means a loop at all is for `AWAIT_NAME`'s function to find out, when it is called.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path
from types import CodeType

__all__ = ["AWAIT_NAME", "compile_command", "compile_script"]

AWAIT_NAME = "__await_instead__"
_RUNNERS = frozenset({"run", "run_until_complete", "run_forever"})


class _AwaitRunners(ast.NodeTransformer):
    def _leave(self, node: ast.AST) -> ast.AST:
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = _leave
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _leave

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = getattr(node.func, "attr", getattr(node.func, "id", None))
        if name not in _RUNNERS:
            return node
        function = ast.copy_location(ast.Name(AWAIT_NAME, ast.Load()), node)
        call = ast.copy_location(ast.Call(function, [node.func, *node.args], node.keywords), node)
        return ast.copy_location(ast.Await(call), node)


def compile_script(path: Path) -> CodeType:
    """Return the code of a script as it is now."""
    return _compile(path, path.stat().st_mtime_ns)


def compile_command(module: str, function: str) -> CodeType:
    """Return the code of what an installer writes for a command ``module:function``."""
    text = f"import sys\nimport {module} as module\nsys.exit(module.{function}())"
    return compile(text, f"<command {module}:{function}>", "exec", dont_inherit=True)


@lru_cache(maxsize=16)
def _compile(path: Path, changed: int) -> CodeType:
    tree = _AwaitRunners().visit(ast.parse(path.read_bytes(), str(path)))
    code = compile(tree, str(path), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    assert isinstance(code, CodeType)
    return code
