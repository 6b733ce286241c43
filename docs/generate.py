"""Write the pages that mirror code: ``python docs/generate.py``, or ``--check`` to name the stale ones.

A page is a function that returns Markdown, registered under its file name with ``@page``. It reads the code's
own tables, so it can be stale but never wrong.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

DOCS = Path(__file__).parent
ROUTES = DOCS.parent / "tests" / "data" / "routes.txt"
PAGES: dict[str, Callable[[], str]] = {}

sys.path.insert(0, str(DOCS.parent))

from discordtest.backend import rest  # noqa: E402


def page(name: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register a function that returns the text of ``docs/<name>``."""

    def register(write: Callable[[], str]) -> Callable[[], str]:
        PAGES[name] = write
        return write

    return register


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


# -- Routes ----------------------------------------------------------------------------------------------


def shape(path: str) -> str:
    """Return a path template without the names of its parameters, which differ from table to table."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def known_routes() -> dict[str, list[tuple[str, str, str]]]:
    """Return what discord.py can call: (method, path, operationId) by page of Discord's documentation."""
    known: dict[str, list[tuple[str, str, str]]] = {}
    for line in ROUTES.read_text().splitlines():
        if line.startswith("["):
            rows = known.setdefault(line.strip("[]"), [])
        elif line:
            method, path, operation = line.split()
            rows.append((method, path, operation))
    return known


@page("routes.md")
def routes() -> str:
    """Which routes the in-memory Discord serves."""
    served = {(route.method or "", shape(route.template)) for route in rest.ROUTES}
    known = known_routes()
    flat = [(method, shape(path)) for rows in known.values() for method, path, _ in rows]
    parts = [
        "# Routes\n",
        f"discord.py can call {len(flat)} routes. {len(served.intersection(flat))} of them are served. "
        "A request to any other raises `NotModelled`, which fails the test and names the route, "
        "whatever the bot catches.\n",
    ]
    for title, rows in known.items():
        lines = [
            (method, f"`{path}`", "" if operation == "-" else f"`{operation}`", _state(served, method, path))
            for method, path, operation in rows
        ]
        parts.append(f"## {title}\n\n" + table(("method", "path", "operation", ""), lines))
    beyond = [route for route in rest.ROUTES if (route.method, shape(route.template)) not in set(flat)]
    if beyond:
        others = [(route.method or "", f"`{route.template}`", f"`{route.operation}`") for route in beyond]
        parts.append(
            "## Beyond discord.py\n\nServed for bots that send requests of their own.\n\n"
            + table(("method", "path", "operation"), others)
        )
    return "\n".join(parts)


def _state(served: set[tuple[str, str]], method: str, path: str) -> str:
    return "served" if (method, shape(path)) in served else "not modelled yet"


# -- Writing ---------------------------------------------------------------------------------------------


def stale() -> list[str]:
    """Return the pages whose text is not what the code says now."""
    return [name for name, write in PAGES.items() if _text(DOCS / name) != write()]


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def main(arguments: list[str]) -> int:
    pages = stale()
    if "--check" in arguments:
        for name in pages:
            print(f"docs/{name} is stale: run python docs/generate.py")
        return bool(pages)
    for name in pages:
        (DOCS / name).write_text(PAGES[name]())
        print(f"docs/{name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
