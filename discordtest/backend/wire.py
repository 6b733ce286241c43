"""HTTP requests and their answers, as they cross the wire, whatever carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from discordtest.backend.codes import PHRASES

if TYPE_CHECKING:
    from discordtest.backend.faults import Fault

__all__ = ["Request", "Response"]


@dataclass(slots=True)
class Request:
    """One HTTP request as it came over the wire; ``path`` is percent-encoded, ``headers`` ignore case."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def parameters(self) -> dict[str, Any]:
        """Return what the query says: a text for each name, a list of them for one that is there several times."""
        query: Any = self.query  # Any: a multidict, if a name can be there several times
        found = dict(query)
        if len(found) != len(query):
            return {name: values if len(values := query.getall(name)) > 1 else values[0] for name in found}
        return found

    @property
    def audit_reason(self) -> str | None:
        """Why it is done, for the audit log."""
        reason = self.headers.get("X-Audit-Log-Reason")
        return None if reason is None else unquote(reason)


@dataclass(slots=True)
class Response:
    """One HTTP answer; ``fate`` is the fault that keeps it from arriving at once, for the transport."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    fate: Fault | None = None

    @property
    def reason(self) -> str:
        """The phrase of the status line."""
        return PHRASES.get(self.status, "")
