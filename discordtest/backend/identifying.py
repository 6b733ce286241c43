"""How a client begins a session: IDENTIFY with its limits, READY, and the guilds.

Source: Discord's documentation, Gateway ("Identifying", "Session Start Limit Object", "Sharding"), Gateway Events
("Identify", "Ready").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend import intents
from discordtest.backend.encoding import encode
from discordtest.backend.intents import Intent
from discordtest.backend.resources import gateway_commands
from discordtest.backend.resources.application import GATEWAY_URL, approved_intents
from discordtest.backend.resources.guild_create import render_guild_create
from discordtest.backend.resuming import LOST

if TYPE_CHECKING:
    from discordtest.backend.session import Session
    from discordtest.backend.world import Record

__all__ = ["LARGE_THRESHOLDS", "MAX_GUILDS_PER_SHARD", "Starts", "identify"]

MAX_GUILDS_PER_SHARD = 2500
LARGE_THRESHOLDS = (50, 250)
SLOT = 5_000_000  # microseconds between the starts of two sessions that share a slot
DAY = 86_400_000_000
_GUILDS = int(Intent.GUILDS)


class Starts:
    """When the applications began sessions: ``total`` a day, and one in five seconds for each slot."""

    def __init__(self) -> None:
        self.total = 1000
        self.max_concurrency = 1  # slots
        self.is_free = False  # no slot counts: clients come back at one moment, to a world of that moment
        self._times: dict[str, list[int]] = {}  # application id -> µs of the last day
        self._slots: dict[str, dict[int, int]] = {}  # application id -> slot -> µs of the latest start

    def limit(self, application_id: str, now: int) -> Record:
        """Return the session start limit of an application, as GET /gateway/bot tells it."""
        times = self._of_the_day(application_id, now)
        return {
            "total": self.total,
            "remaining": max(0, self.total - len(times)),
            "reset_after": (times[0] + DAY - now) // 1000 if times else 0,
            "max_concurrency": self.max_concurrency,
        }

    def note(self, application_id: str, shard: int, now: int) -> tuple[bool, bool]:
        """Count an IDENTIFY; tell whether it is one of the day's, and whether its slot was free."""
        times = self._of_the_day(application_id, now)
        if len(times) >= self.total:
            return False, False
        times.append(now)
        slots, slot = self._slots.setdefault(application_id, {}), shard % self.max_concurrency
        is_free = self.is_free or now - slots.get(slot, -SLOT) >= SLOT
        if is_free:
            slots[slot] = now
        return True, is_free

    def free_slots(self, application_id: str) -> None:
        """Let an application start at once: its process is a new one, which takes longer than a slot."""
        self._slots.pop(application_id, None)

    def forget(self) -> None:
        """Forget every start: the clock is another."""
        self._times.clear()
        self._slots.clear()

    def _of_the_day(self, application_id: str, now: int) -> list[int]:
        times = self._times.setdefault(application_id, [])
        while times and now - times[0] >= DAY:
            times.pop(0)
        return times


def identify(session: Session, data: Record) -> None:
    """Begin a session (op 2), or close the connection with the code that says why not."""
    if session.ready:
        session.close(4005)
        return
    world = session.gateway.backend.world
    application_id = world.tokens.get(str(data.get("token")))
    wanted, shard = data.get("intents"), _shard(data.get("shard"))
    if application_id is None:
        session.close(4004)
    elif shard is None:
        session.close(4010)
    elif isinstance(wanted, bool) or not isinstance(wanted, int) or wanted & ~intents.ALL:
        session.close(4013)
    elif wanted & intents.PRIVILEGED & ~approved_intents(world.applications[application_id]):
        session.close(4014)
    elif _may_start(session, application_id, shard[0]):
        session.application_id = application_id
        session.intents = wanted
        least, most = LARGE_THRESHOLDS
        session.large_threshold = min(max(data.get("large_threshold") or least, least), most)
        session.shard = shard
        _start(session, world.applications[application_id], data)


def _may_start(session: Session, application_id: str, shard: int) -> bool:
    """Count the start; one too many of the day costs the token, one too soon is to be tried again."""
    gateway = session.gateway
    is_allowed, is_free = gateway.starts.note(application_id, shard, gateway.backend.world.now())
    if not is_allowed:
        gateway.reset_token(application_id)
        session.close(4004)
    elif not is_free:
        session.push(LOST)
    return is_allowed and is_free


def _start(session: Session, application: Record, data: Record) -> None:
    gateway = session.gateway
    world = gateway.backend.world
    user_id = session.user_id = application["bot"]["id"]
    session.session_id = gateway.new_session_id()
    members = world.members
    guilds = [
        guild
        for guild_id, guild in world.guilds.items()
        if session.serves(guild_id) and user_id in members[guild_id]
    ]
    if len(guilds) > MAX_GUILDS_PER_SHARD:
        session.close(4011)
        return
    payload = {
        "v": 10,
        "user": {**application["bot"], "email": None, "verified": True, "mfa_enabled": False},
        "guilds": [{"id": guild["id"], "unavailable": True} for guild in guilds],
        "session_id": session.session_id,
        "resume_gateway_url": GATEWAY_URL,
        "shard": list(session.shard),
        "application": {key: application[key] for key in ("id", "flags", "flags_new")},
        "private_channels": [],
        "session_type": "normal",
    }
    session.dispatch("READY", encode(payload))
    session.ready = True
    gateway.sessions.append(session)
    gateway.arrived(session)
    if not gateway.keeps_presences:
        gateway_commands.update_presence(gateway.backend, session, _modern(data.get("presence") or {}))
    for guild in guilds if session.intents & _GUILDS else ():
        if guild["id"] in world.outages:
            session.dispatch("GUILD_DELETE", encode({"id": guild["id"], "unavailable": True}))
        else:
            session.dispatch("GUILD_CREATE", encode(render_guild_create(world, guild, session)))


def _shard(value: Any) -> tuple[int, int] | None:
    """Return (number, count), or None for what is no shard. Any: JSON of the client."""
    if value is None:
        return 0, 1
    if isinstance(value, list) and len(value) == 2 and all(isinstance(item, int) for item in value):
        number, count = value
        if 0 <= number < count:
            return number, count
    return None


def _modern(presence: Record) -> Record:
    """Return a presence with ``activities``: discord.py 2.7 sends one as ``game`` when it identifies."""
    if "activities" in presence or not presence.get("game"):
        return presence
    return {**presence, "activities": [presence["game"]]}
