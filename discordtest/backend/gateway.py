"""The gateway: who is connected, and who may see which event.

A connection and its frames are a ``Session`` (``session.py``); ``identifying.py`` begins one, ``resuming.py`` goes on
with one. An event is encoded once for all who see the same, and wrapped for each session with its own sequence number.
Source: Discord's documentation, Gateway ("Gateway Intents", "Message Content Intent", "Sharding"), Gateway Events.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from discordtest.backend import intents
from discordtest.backend.encoding import encode
from discordtest.backend.identifying import Starts
from discordtest.backend.intents import Intent
from discordtest.backend.journal import Dispatch
from discordtest.backend.permissions import visible
from discordtest.backend.resources import gateway_commands, message_render
from discordtest.backend.resuming import is_expired
from discordtest.backend.session import Close, Session
from discordtest.backend.world import Event, Record, World

if TYPE_CHECKING:
    from discordtest.backend import Backend

__all__ = ["Close", "Gateway", "Session"]

VERSIONS = frozenset(("9", "10"))
_CONTENT_EVENTS = frozenset(("MESSAGE_CREATE", "MESSAGE_UPDATE"))
_CONTENT = int(Intent.MESSAGE_CONTENT)
_MEMBERS = int(Intent.GUILD_MEMBERS)


class Gateway:
    """All connections of one Discord."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.sessions: list[Session] = []  # identified ones, also those that wait for their client to resume
        self.starts = Starts()
        self.keeps_presences = False  # clients that identify come back to a world that has their presence
        self.compresses = False  # whether frames are compressed for clients that ask for it
        #: (application id, shard) whose connection the test has disturbed, until it is whole again
        self.disturbed: set[tuple[str, int]] = set()
        # not snowflakes: those are the world's, which connections do not change
        self._session_ids = itertools.count(1)

    def connect(self, query: Mapping[str, str]) -> Session:
        """Open a connection; ``query`` is that of its URL (``v``, ``encoding``, ``compress``)."""
        session = Session(self, query.get("compress") if self.compresses else None)
        if query.get("v", "10") not in VERSIONS:
            session.close(4012)
        return session

    # -- sessions

    def find(self, session_id: str) -> Session | None:
        """Return an identified session."""
        return next((session for session in self.sessions if session.session_id == session_id), None)

    def new_session_id(self) -> str:
        """Return an id that no session of this Discord has had."""
        return f"{next(self._session_ids):032x}"

    def arrived(self, session: Session) -> None:
        """Note that a client is whole again: it has begun a session, or resumed one."""
        self.disturbed.discard((session.application_id, session.shard[0]))

    def end(self, session: Session) -> None:
        """End a session for good: nothing can resume it."""
        if session in self.sessions:
            self.sessions.remove(session)
            session.sent.clear()
            gateway_commands.go_offline(self.backend, session)
            gateway_commands.leave_voice(self.backend, session)

    def expire(self, session: Session) -> None:
        """End a session whose client did not come back in time."""
        if is_expired(session):
            self.end(session)

    def reset_token(self, application_id: str) -> None:
        """Take its token from an application and end its sessions, as Discord does after too many starts."""
        tokens = self.backend.world.tokens
        for token in [token for token, owner in tokens.items() if owner == application_id]:
            del tokens[token]
        for session in [one for one in self.sessions if one.application_id == application_id]:
            if session.closed:
                self.end(session)
            else:
                session.close(4004)

    # -- events

    def broadcast(self, event: Event) -> None:
        """Give an event to every session that may see it."""
        if event.render is None:
            for observe in self.backend.event_observers:
                observe(self.backend, event.name, event.payload)
        world = self.backend.world
        if not self.sessions or event.guild_id in world.outages:
            return
        whole = ""
        has_content = event.name in _CONTENT_EVENTS
        write: Callable[[Record], str] = encode
        if has_content:
            write = self.backend.texts.message
        elif event.name == "INTERACTION_CREATE":
            write = self.backend.texts.interaction
        needed = intents.EVENTS.get(event.name, intents.ALWAYS)[event.guild_id is None]
        for session in tuple(self.sessions):
            if not self._entitled(session, event, needed):
                continue
            payload = event.payload if event.render is None else event.render(session)
            if has_content and session.intents & _CONTENT:
                shown: Record | None = payload
            else:
                shown = _as_seen(world, event, payload, session)
            if shown is not event.payload:
                if shown is not None:
                    session.dispatch(event.name, write(shown))
                continue
            whole = whole or write(shown)
            session.dispatch(event.name, whole)
        text = whole or write(event.payload)
        self.backend.journal.append(Dispatch(world.now(), event.name, event.guild_id, text))

    def _entitled(self, session: Session, event: Event, needed: int) -> bool:
        user_id = session.user_id
        if needed and not session.intents & needed and not _about_self(event, user_id):
            return False
        if event.users is not None and user_id not in event.users:
            return False
        if session.shard[1] > 1 and not session.serves(event.guild_id):
            return False
        if event.channel is not None:  # of a guild's channels strangers see none
            return visible(self.backend.world, event.channel, user_id)
        if event.guild_id is not None and event.users is None:
            return user_id in self.backend.world.members.get(event.guild_id, ())
        return True


def _about_self(event: Event, user_id: str) -> bool:
    """A member update of the client's own user needs no intent."""
    return event.name == "GUILD_MEMBER_UPDATE" and bool(event.payload["user"]["id"] == user_id)


def _as_seen(world: World, event: Event, payload: Record, session: Session) -> Record | None:
    """Return what of the payload the session's intents let through: all of it, a part, or None for nothing."""
    if event.name in _CONTENT_EVENTS:
        return payload if session.intents & _CONTENT else _without_content(world, payload, session.user_id)
    if event.name == "THREAD_MEMBERS_UPDATE" and not session.intents & _MEMBERS:
        return _own_part(payload, session.user_id)
    return payload


def _without_content(world: World, message: Record, user_id: str) -> Record:
    """Hide what needs the message content intent, in the message and in the one that it answers."""
    referenced = message.get("referenced_message")
    if referenced is not None and message_render.is_hidden(world, referenced, user_id):
        message = {**message, "referenced_message": message_render.without_content(referenced)}
    if message_render.is_hidden(world, message, user_id):
        return message_render.without_content(message)
    return message


def _own_part(payload: Record, user_id: str) -> Record | None:
    """Return what a thread's change of members says of the client's own user."""
    added = [member for member in payload.get("added_members", ()) if member["user_id"] == user_id]
    removed = [removed_id for removed_id in payload.get("removed_member_ids", ()) if removed_id == user_id]
    if not added and not removed:
        return None
    parts = {"added_members": added, "removed_member_ids": removed}
    return {**payload, **{key: value for key, value in parts.items() if key in payload}}
