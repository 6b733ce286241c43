"""What a client asks for over its gateway connection: members, sounds, presence, voice.

Source: Discord's documentation, Gateway Events, "Send Events", and Gateway, "Rate Limiting".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from discordtest.backend import opcodes
from discordtest.backend.codes import Code, RestError
from discordtest.backend.encoding import encode
from discordtest.backend.intents import Intent
from discordtest.backend.resources.guild_member import find_by_prefix
from discordtest.backend.resources.presence import STATUSES, set_presence
from discordtest.backend.resources.voice import disconnect
from discordtest.backend.rest import Call, operation, parameter
from discordtest.backend.world import Record, World
from discordtest.errors import NotModelled

if TYPE_CHECKING:
    from discordtest.backend import Backend
    from discordtest.backend.gateway import Session

__all__ = ["COMMANDS", "go_offline", "leave_voice", "update_presence"]

CHUNK = 1000
MAX_FOUND = 100
MAX_NONCE = 32  # bytes
WHOLE_LIST_EVERY = 30_000_000  # microseconds


# -- presence


def update_presence(backend: Backend, session: Session, data: Record) -> None:
    """Take the presence of the client's user (op 3, and what IDENTIFY says of it)."""
    status = data.get("status") or "online"
    if status not in STATUSES:
        session.close(4002, "Error while decoding payload.")
        return
    activities = data.get("activities") or []
    session.presence = set_presence(backend.world, session.user_id, status, activities, "web", session.serves)


def go_offline(backend: Backend, session: Session) -> None:
    """Show the client's user as offline, when its last connection has ended."""
    others = (other.user_id for other in backend.gateway.sessions if other is not session)
    if session.user_id not in others:
        set_presence(backend.world, session.user_id, "offline", [], "web")


# -- the end of a session


def leave_voice(backend: Backend, session: Session) -> None:
    """Take the client's user out of voice in the guilds that no other connection serves."""
    world, user_id = backend.world, session.user_id
    others = [other for other in backend.gateway.sessions if other.user_id == user_id]
    for guild_id, states in world.voice_states.items():
        if user_id in states and session.serves(guild_id):
            if not any(other.serves(guild_id) for other in others):
                disconnect(world, guild_id, user_id)


@parameter("session")
def find_session(call: Call, text: str) -> Session:
    """Find a session of the gateway."""
    session = call.backend.gateway.find(text)
    if session is None:
        raise RestError(Code.GENERAL_ERROR, status=404)
    return session


@operation("/{session_id}")
def expire_gateway_session(call: Call, session: Session) -> None:
    """Give up a session whose client has not come back."""
    call.backend.gateway.expire(session)


# -- members


def request_guild_members(backend: Backend, session: Session, data: Record) -> None:
    """Answer op 8 with chunks of members: by prefix, by id, or all of them."""
    world, guild_id = backend.world, _one_id(data.get("guild_id"))
    if guild_id is None or session.user_id not in world.members.get(guild_id, ()):
        return
    if guild_id in world.outages:
        return
    wanted = data.get("user_ids")
    missing: list[str] = []
    if wanted is not None:
        ids = [str(user_id) for user_id in (wanted if isinstance(wanted, list) else [wanted])][:MAX_FOUND]
        table = world.members[guild_id]
        found = [table[user_id] for user_id in ids if user_id in table]
        missing = [user_id for user_id in ids if user_id not in table]
    elif not data.get("query") and not data.get("limit"):
        if not session.intents & Intent.GUILD_MEMBERS:
            session.close(4014, "Disallowed intent(s).")
            return
        if _too_soon(world, session, guild_id, data):
            return
        found = list(world.members[guild_id].values())
    else:
        limit = min(int(data.get("limit") or MAX_FOUND), MAX_FOUND)
        found = find_by_prefix(world, guild_id, data.get("query") or "", limit)
    _send_chunks(world, session, guild_id, data, found, missing)


def _one_id(value: Any) -> str | None:
    """Return the guild's id; a list may hold one."""
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    return None if value is None else str(value)


def _nonce(data: Record) -> str | None:
    nonce = data.get("nonce")
    return nonce if isinstance(nonce, str) and len(nonce.encode()) <= MAX_NONCE else None


def _too_soon(world: World, session: Session, guild_id: str, data: Record) -> bool:
    """Note a request for the whole list; tell the client when it has to wait."""
    left = session.lists_asked.get(guild_id, -WHOLE_LIST_EVERY) + WHOLE_LIST_EVERY - world.now()
    if left > 0:
        meta: Record = {"guild_id": guild_id}
        if (nonce := _nonce(data)) is not None:
            meta["nonce"] = nonce
        payload = {"opcode": 8, "retry_after": left / 1_000_000, "meta": meta}
        session.dispatch("RATE_LIMITED", encode(payload))
        return True
    session.lists_asked[guild_id] = world.now()
    return False


def _send_chunks(
    world: World, session: Session, guild_id: str, data: Record, found: list[Record], missing: list[str]
) -> None:
    pieces = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)] or [[]]
    with_presences = data.get("presences") and session.intents & Intent.GUILD_PRESENCES
    for index, members in enumerate(pieces):
        payload: Record = {
            "guild_id": guild_id,
            "members": members,
            "chunk_index": index,
            "chunk_count": len(pieces),
            "not_found": missing,
        }
        if with_presences:
            known = (world.presences.get(member["user"]["id"]) for member in members)
            payload["presences"] = [presence for presence in known if presence is not None]
        if (nonce := _nonce(data)) is not None:
            payload["nonce"] = nonce
        session.dispatch("GUILD_MEMBERS_CHUNK", encode(payload))


# -- sounds


def request_soundboard_sounds(backend: Backend, session: Session, data: Record) -> None:
    """Answer op 31 with the sounds of each guild that the bot is in, on the shard that serves the guild."""
    world = backend.world
    for guild_id in map(str, data.get("guild_ids") or ()):
        known = session.user_id in world.members.get(guild_id, ()) and session.serves(guild_id)
        if known and guild_id not in world.outages:
            sounds = list(world.soundboard_sounds[guild_id].values())
            payload = {"guild_id": guild_id, "soundboard_sounds": sounds}
            session.dispatch("SOUNDBOARD_SOUNDS", encode(payload))


# -- voice


def update_voice_state(backend: Backend, session: Session, data: Record) -> None:
    """Join, leave or move in voice (op 4); what is not allowed is ignored, as the gateway does."""
    guild_id = _one_id(data.get("guild_id"))
    body = {key: data[key] for key in ("channel_id", "self_mute", "self_deaf", "self_video") if key in data}
    try:
        backend.perform(session.actor, "update_my_gateway_voice_state", guild_id or "", body=body)
    except RestError:
        return


# -- what no version of discord.py asks for


def _not_modelled(name: str) -> Callable[[Backend, Session, Any], None]:
    def refuse(backend: Backend, session: Session, data: Any) -> None:
        raise NotModelled(f"{name} over the gateway")

    return refuse


#: opcode -> what serves it
COMMANDS: dict[int, Callable[[Backend, Session, Any], None]] = {
    opcodes.PRESENCE_UPDATE: update_presence,
    opcodes.VOICE_STATE_UPDATE: update_voice_state,
    opcodes.REQUEST_GUILD_MEMBERS: request_guild_members,
    opcodes.REQUEST_SOUNDBOARD_SOUNDS: request_soundboard_sounds,
    opcodes.REQUEST_CHANNEL_INFO: _not_modelled("Request Channel Info (op 43)"),
}
