"""Sessions that outlive their connection: what they keep, how they are resumed, and when they are given up.

A session without connection stays among the gateway's sessions and takes part in every event; what it would have been
sent is kept and replayed. The frames are the texts that were made for the wire anyway.
Source: Discord's documentation, Gateway ("Disconnecting", "Resuming").
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from discordtest.backend import opcodes

if TYPE_CHECKING:
    from discordtest.backend.session import Session
    from discordtest.backend.world import Record

__all__ = ["KEPT_FOR", "LOST", "is_expired", "lose", "missed", "resume"]

KEPT_FOR = 180_000_000  # microseconds that a session waits for its client; Discord says "a few minutes"
LOST = opcodes.control_frame(opcodes.INVALID_SESSION, "false")
_CARRIED = (
    "session_id", "user_id", "application_id", "intents", "large_threshold", "shard", "presence", "sequence", "sent",
    "room", "lists_asked",
)  # fmt: skip


def lose(session: Session) -> None:
    """Keep a session whose connection has ended, until its client is back or the time is over."""
    world = session.gateway.backend.world
    session.lost_at = world.now()
    world.set_deadline(KEPT_FOR / 1_000_000, "expire_gateway_session", session.session_id)


def is_expired(session: Session) -> bool:
    """Tell whether a session has waited too long for its client."""
    return session.lost_at is not None and (session.gateway.backend.world.now() - session.lost_at >= KEPT_FOR)


def missed(session: Session, sequence: int) -> list[str] | None:
    """Return the frames after the one with this number; None where they are not kept any more."""
    first = session.sequence - len(session.sent) + 1
    if sequence + 1 < first:
        return None
    return list(islice(session.sent, sequence + 1 - first, None))


def resume(session: Session, data: Record) -> None:
    """Go on with an earlier session on a new connection (op 6), or answer that it is lost (op 9)."""
    gateway = session.gateway
    if session.ready:
        session.close(4005)
        return
    application_id = gateway.backend.world.tokens.get(str(data.get("token")))
    if application_id is None:
        session.close(4004)
        return
    old = gateway.find(str(data.get("session_id")))
    if old is not None and is_expired(old):
        gateway.end(old)
        old = None
    if old is None or old.application_id != application_id:
        session.push(LOST)
        return
    sequence: Any = data.get("seq")
    if not _is_sequence(sequence, old):
        gateway.end(old)
        session.close(4007)
        return
    frames = missed(old, sequence)
    if frames is None:
        gateway.end(old)
        session.push(LOST)
        return
    _take_over(session, old)
    for frame in frames:
        session.push(frame)
    session.dispatch("RESUMED", '{"_trace":[]}')


def _is_sequence(value: Any, session: Session) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= session.sequence


def _take_over(session: Session, old: Session) -> None:
    for name in _CARRIED:
        setattr(session, name, getattr(old, name))
    sessions = session.gateway.sessions
    sessions[sessions.index(old)] = session
    session.ready = True
    session.gateway.arrived(session)
    if not old.closed:  # a connection that died without telling
        old.abandon()
