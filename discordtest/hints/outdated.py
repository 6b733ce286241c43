"""Which object of a test is as it was made, and no more as it is, where an assertion of unittest's own has failed.

What `make_world` returns is in no cache yet, so no event reaches it; and so it is with all that the bot does not see.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import discord

from discordtest.brevity import start_of
from discordtest.errors import SetupError
from discordtest.source import failed_line, value_of
from discordtest.views import refreshed, views_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discordtest.scene import Scene

__all__ = ["outdated"]


def outdated(scene: Scene, error: BaseException) -> Iterator[str]:
    """Yield what the line of the test that failed read from an object, and what is there now."""
    line = failed_line(error)
    if line is None:
        return
    expression, names = line
    told = set()
    for node in ast.walk(expression):
        if not isinstance(node, ast.Attribute):
            continue
        holder = value_of(node.value, names)
        if not isinstance(holder, discord.abc.Snowflake):
            continue
        was, now = _then_and_now(scene, holder, node.attr)
        if callable(was) or was == now or repr(was) == repr(now):  # what has no == of its own has a repr
            continue
        path = ast.unparse(node.value)
        if path not in told:
            told.add(path)
            yield (
                f"{path} is as it was when the test got it: its {node.attr} was {start_of(repr(was))}, and is "
                f"{start_of(repr(now))} now. `self.refresh({path})` returns it as it is"
            )


def _then_and_now(scene: Scene, holder: Any, name: str) -> tuple[Any, Any]:
    """Return what an attribute of an object is, and what it would be of the object as it is now."""
    try:
        fresh = refreshed(views_of(scene), holder)
        return getattr(holder, name), getattr(fresh, name)
    except (SetupError, AttributeError):  # it is gone, or nothing that there is a newer one of
        return None, None
