"""What happened, in order: requests with their answers, gateway frames, and what the test did.

The transcript and the assertions read it. An entry keeps what was true then: bodies as text or bytes, never a
record that changes later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from discordtest.backend.multipart import Part
    from discordtest.backend.rest import Actor, Route

__all__ = ["Act", "Dispatch", "Entry", "Exchange", "Frame", "Handled", "Journal", "Sent"]


@dataclass(slots=True)
class Exchange:
    """One HTTP request and its answer; ``at`` in microseconds of the test's clock."""

    at: int
    actor: Actor | None
    method: str
    path: str  # below /api/v10, without query
    query: dict[str, Any]  # texts, or a list of them; Any: JSON
    route: Route | None = None
    json: Any = None  # the parsed body; Any: JSON
    files: list[Part] = field(default_factory=list)
    reason: str | None = None
    status: int = 0
    answer: bytes = b""
    why: str = ""  # of what is refused: what no client is told
    wait: float = 0.0  # seconds that the answer makes the client wait: a limit is used up

    @property
    def result(self) -> Any:
        """The parsed body of the answer, or None where it has none that is JSON. Any: JSON."""
        if not self.answer:
            return None
        try:
            return json.loads(self.answer)
        except ValueError:  # a proxy's page
            return None


@dataclass(slots=True)
class Sent:
    """A message at the moment when it was sent; ``wire`` says that a client sent it, not the test."""

    at: int
    actor: Actor
    wire: bool
    message: dict[str, Any]  # a copy: the record changes when the message is edited. Any: JSON


@dataclass(slots=True)
class Dispatch:
    """One gateway event, before it was given to the sessions that may see it."""

    at: int
    name: str
    guild_id: str | None
    text: str


@dataclass(slots=True)
class Frame:
    """One frame that a client sent on its gateway connection."""

    at: int
    user_id: str | None
    text: str
    shard: tuple[int, int] = (0, 1)  # its number, and of how many


@dataclass(slots=True)
class Act:
    """What the test did, in its own words: ``alice sends '!ping' in #general``."""

    at: int
    text: str


@dataclass(slots=True)
class Handled:
    """An error of a bot that it took care of itself; ``ids`` are those of the error and of what that wraps."""

    at: int
    text: str
    ids: tuple[int, int]


Entry: TypeAlias = Exchange | Sent | Dispatch | Frame | Act | Handled


class Journal(list[Entry]):
    """The entries of one test, oldest first."""

    def exchanges(self, start: int = 0) -> list[Exchange]:
        """Return the requests from entry number ``start`` on."""
        return [entry for entry in self[start:] if isinstance(entry, Exchange)]

    def dispatch(self, name: str, start: int = 0) -> Dispatch | None:
        """Return the first event of this name that a client got, from entry number ``start`` on."""
        for entry in self[start:]:
            if isinstance(entry, Dispatch) and entry.name == name:
                return entry
        return None
