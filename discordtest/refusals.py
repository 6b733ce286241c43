"""What Discord refuses, as errors: discord.py's own for what a person tried, ``SetupError`` for a test's mistake.

The errors of discord.py keep the response that they come from, and do not pickle; these do, because test
runners send failures from one process to another.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, NamedTuple

import discord

from discordtest.backend.codes import Code, RestError
from discordtest.backend.rest import UNAVAILABLE
from discordtest.errors import SetupError

__all__ = ["FakeRequest", "http_exception", "is_never_shown", "mistakes", "plain", "setup_error"]

__unittest = True  # unittest leaves our frames out of its tracebacks

# What a client never offers: records that are not there, a channel that is hidden.
_NOT_SHOWN = frozenset((Code.MISSING_ACCESS, Code.CANNOT_EDIT_OTHERS_MESSAGE, Code.EMPTY_MESSAGE))
_UNKNOWN = range(10_000, 20_000)


class FakeRequest(NamedTuple):
    """A response without a connection, for a ``discord.HTTPException``."""

    status: int
    reason: str


class _Pickles:
    """An error that is made again from the status and the body of the answer."""

    status: int
    payload: dict[str, Any]

    def __reduce__(self) -> tuple[Any, ...]:
        notes = getattr(self, "__notes__", None)
        return _make, (self.status, self.payload), {"__notes__": notes} if notes else None


class HTTPException(_Pickles, discord.HTTPException):
    """A refusal of any other status."""


class Forbidden(_Pickles, discord.Forbidden):
    """Status 403."""


class NotFound(_Pickles, discord.NotFound):
    """Status 404."""


class DiscordServerError(_Pickles, discord.DiscordServerError):
    """Status 500 and above."""


def http_exception(error: RestError) -> discord.HTTPException:
    """Return the exception that discord.py raises for a refusal, with the notes that say why."""
    made = _make(error.status, error.payload())
    for note in getattr(error, "__notes__", ()):
        made.add_note(note)
    return made


def _make(status: int, payload: dict[str, Any]) -> discord.HTTPException:
    kind: type[HTTPException | Forbidden | NotFound | DiscordServerError] = HTTPException
    if status >= 500:
        kind = DiscordServerError
    elif status in (403, 404):
        kind = Forbidden if status == 403 else NotFound
    response: Any = FakeRequest(status, HTTPStatus(status).phrase)  # no ClientResponse, but enough of one
    made = kind(response, payload)
    made.payload = payload
    return made


def is_never_shown(error: RestError) -> bool:
    """Tell whether a person's client would not even let them try."""
    return error.code in _NOT_SHOWN or int(error.code) in _UNKNOWN or error.status == UNAVAILABLE


def setup_error(doing: str, error: RestError) -> SetupError:
    """Return the error of a test that asks for something impossible; ``doing`` is what it asked for."""
    return SetupError(f"{doing}: {plain(error)}")


def plain(error: RestError) -> str:
    """Return a refusal as one readable text: each field of a wrong body with what is wrong about it."""
    if error.status == UNAVAILABLE:
        return "its guild is unavailable until `self.backend.recover(guild)`; `make_…` works meanwhile"
    if error.errors is None:
        return f"{error.text} (code {int(error.code)})" + (f": {error.why}" if error.why else "")
    return "; ".join(f"{path}: {message}" for path, message in mistakes(error.errors))


def mistakes(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each field of a wrong body with what is wrong about it, out of a 50035 tree."""
    for key, node in tree.items():
        if key == "_errors":
            yield path, " ".join(mistake["message"] for mistake in node)
        else:
            yield from mistakes(node, f"{path}.{key}" if path else key)
