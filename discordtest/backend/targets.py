"""What a test means by "a route": an operationId, a method with a path or template, a path, ``*`` and two names."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from discordtest.backend import rest
from discordtest.errors import BackendError

if TYPE_CHECKING:
    from discordtest.backend.rest import Route

__all__ = ["CDN", "EVERYTHING", "GATEWAY", "Target", "find_target", "path_pattern"]

EVERYTHING = "*"
CDN = "cdn"
GATEWAY = "gateway"  # connections to it, not GET /gateway
_PARAMETER = re.compile(r"\{[^}]*\}")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Target:
    """The routes that are meant: operation -> the path parameters that it must have, None for any.

    Without ``routes`` all are meant.
    """

    text: str = field(compare=False)
    routes: dict[str, tuple[str | None, ...]] | None = None

    def matches(self, route: Route, raw: list[str]) -> bool:
        """Tell whether a request is meant."""
        if self.routes is None:
            return True
        wanted = self.routes.get(route.name)
        return wanted is not None and all(
            one in (None, given) for one, given in zip(wanted, raw, strict=True)
        )


def find_target(text: str) -> Target:
    """Return what is meant, or say what might have been."""
    if text == EVERYTHING:
        return Target(text)
    if text in (CDN, GATEWAY):
        return Target(text, {})
    if (route := rest.OPERATIONS.get(text)) is not None and route.method is not None:
        return Target(text, {text: (None,) * len(route.kinds)})
    method, _, path = text.rpartition(" ")
    path = "/" + path.strip("/")
    found = {}
    for each in (method.upper(),) if method else _METHODS:
        route, raw, _ = rest.match(each, path)
        if route is not None:
            found[route.name] = tuple(None if value.startswith("{") else value for value in raw)
    if not found:
        raise BackendError(f"there is no operation or route {text!r}{_suggestion(text)}")
    return Target(text, found)


def path_pattern(path: str) -> re.Pattern[str]:
    """Return what fits the paths that one names, concrete or as a template: ``"/channels/{channel_id}"``."""
    return re.compile("[^/]+".join(map(re.escape, _PARAMETER.split(path))))


def _suggestion(text: str) -> str:
    if "://" in text:
        files = f"{CDN!r} stands for avatars, emojis and attachments"
        return f", and an address is none: a path begins after the version, and {files}."
    names = [route.name for route in rest.ROUTES]
    names += [f"{route.method} {route.template}" for route in rest.ROUTES]
    close = difflib.get_close_matches(text, names, 3)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else "."
