"""What a client asks for over its gateway connection: members, presence, voice.

Source: Discord's documentation, Gateway Events, "Send Events".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from discordtest.backend.world import Record

if TYPE_CHECKING:
    from discordtest.backend import Backend
    from discordtest.backend.gateway import Session

__all__ = ["COMMANDS", "update_presence"]


def update_presence(backend: Backend, session: Session, data: Record) -> None:
    """Take the presence of the client's user (op 3)."""
    status = data.get("status") or "online"
    backend.world.presences[session.user_id] = {
        "user": {"id": session.user_id},
        "status": "offline" if status == "invisible" else status,
        "activities": data.get("activities") or [],
        "client_status": {"web": status},
    }


#: opcode -> what serves it
COMMANDS: dict[int, Callable[[Backend, Session, Any], None]] = {
    3: update_presence,
}
