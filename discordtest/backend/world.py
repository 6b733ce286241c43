"""The world of one test: every table there is, on one screen.

A record is its wire payload: a dict in Discord's JSON shape whose ids are ``str``; records that are nested on
the wire (a message's author, a member's user) are references to the one record. What depends on who looks
(``referenced_message``, ``reactions[].me``) is added by a ``render_*`` function of the resource. The world is
plain data: it holds deadlines, never timers, and reads no clock but the one it is given.
Source: Discord's documentation, Reference, "Snowflakes" and "ISO8601 Date/Time".
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Callable, Collection, Container
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

__all__ = ["DISCORD_EPOCH", "ID_ROOM", "Event", "Record", "Table", "Viewer", "World", "made_at", "written"]

# A wire payload. Any: its shape is Discord's JSON, which the project's tests hold against the published schema.
Record: TypeAlias = dict[str, Any]
Table: TypeAlias = dict[str, Record]

ID_ROOM = (1 << 22) - (1 << 17)  # what an id has besides its moment, but for what one millisecond may need
DISCORD_EPOCH = 1_420_070_400_000  # milliseconds from 1970 to the first second of 2015


class Viewer:
    """Who an event is rendered for: a gateway session, or what stands in for one."""

    user_id: str
    intents: int
    large_threshold: int


@dataclass(slots=True)
class Event:
    """One gateway event on its way to the sessions that may see it.

    ``guild_id`` is None for direct messages and account events. With ``channel`` only those who may view that
    channel get it, with ``users`` only those users. ``render`` builds the payload where it depends on the viewer.
    """

    name: str
    payload: Record
    guild_id: str | None = None
    channel: Record | None = None
    users: Collection[str] | None = None
    render: Callable[[Viewer], Record] | None = None


@dataclass
class World:
    """All that exists, by id. Tables of tables are by guild (or by channel, message) first."""

    start_time: datetime
    now: Callable[[], int] = field(default=lambda: 0, repr=False)  # microseconds since start_time
    sink: Callable[[Event], None] = field(default=lambda event: None, repr=False)
    alarm: Callable[[int], None] = field(default=lambda at: None, repr=False)  # told of each deadline
    #: Told of the voice server that a bot is given: guild id, user id, token, endpoint; and of who is out of voice.
    on_voice_server: Callable[[str, str, str, str | None], None] = field(
        default=lambda *given: None, repr=False
    )
    on_voice_end: Callable[[str, str], None] = field(default=lambda *whom: None, repr=False)
    #: Added to the moment of each id, below `ID_ROOM`: worlds that begin at one moment have ids of their own.
    id_offset: int = field(default=0, repr=False)
    last_id: int = 0
    stamped: tuple[int, str] = field(default=(-1, ""), repr=False)  # the latest moment as the API writes it

    applications: Table = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)  # bot token -> application id
    users: Table = field(default_factory=dict)
    # user id -> locale, accepts_dms; thousands of members have none of their own
    user_settings: Table = field(default_factory=lambda: defaultdict(_default_settings))
    guilds: Table = field(default_factory=dict)
    outages: dict[str, None] = field(default_factory=dict)  # guilds that Discord cannot reach now
    welcome_screens: Table = field(default_factory=dict)  # guild id -> welcome screen
    onboardings: Table = field(default_factory=dict)  # guild id -> onboarding
    # guild id -> user id -> the options that they have chosen
    onboarding_answers: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    roles: dict[str, Table] = field(default_factory=dict)
    members: dict[str, Table] = field(default_factory=dict)
    former_members: dict[str, dict[str, None]] = field(default_factory=dict)  # guild id -> who has left it
    boosts: dict[str, dict[str, int]] = field(default_factory=dict)  # guild id -> user id -> how many
    bans: dict[str, Table] = field(default_factory=dict)  # user id -> {user, reason}
    integrations: dict[str, Table] = field(default_factory=dict)
    channels: Table = field(default_factory=dict)  # every channel and thread
    guild_channels: dict[str, Table] = field(default_factory=dict)  # without threads
    threads: dict[str, Table] = field(default_factory=dict)
    thread_members: dict[str, Table] = field(default_factory=dict)  # thread id -> user id -> thread member
    dms: dict[tuple[str, str], str] = field(default_factory=dict)  # the two user ids, sorted -> channel id
    messages: dict[str, Table] = field(default_factory=dict)  # channel id -> message, in order of id
    # message -> emoji key -> users
    reactions: dict[str, dict[str, dict[str, None]]] = field(default_factory=dict)
    pins: dict[str, dict[str, str]] = field(default_factory=dict)  # channel id -> message id -> pinned_at
    # message id -> its hidden embeds
    suppressed_embeds: dict[str, list[Record]] = field(default_factory=dict)
    # message id -> its attachments that embeds or components show
    shown_files: dict[str, list[Record]] = field(default_factory=dict)
    # channel, author, nonce -> message, µs
    nonces: dict[tuple[str, str, str], tuple[str, int]] = field(default_factory=dict)
    last_sent: dict[tuple[str, str], int] = field(default_factory=dict)  # channel, user -> µs, for slow mode
    webhooks: Table = field(default_factory=dict)
    emojis: dict[str, Table] = field(default_factory=dict)
    application_emojis: dict[str, Table] = field(default_factory=dict)
    stickers: dict[str, Table] = field(default_factory=dict)
    sticker_packs: Table = field(default_factory=dict)  # what everybody may use
    soundboard_sounds: dict[str, Table] = field(default_factory=dict)
    # emoji, sticker or sound id -> user id, told to few
    creators: dict[str, str] = field(default_factory=dict)
    invites: Table = field(default_factory=dict)  # code -> invite
    vanity_uses: dict[str, int] = field(
        default_factory=dict
    )  # guild id -> who has come by its vanity address
    voice_states: dict[str, Table] = field(default_factory=dict)  # guild id -> user id -> state
    voice_outages: dict[str, None] = field(default_factory=dict)  # guilds that have no voice server now
    voice_statuses: dict[str, str] = field(default_factory=dict)  # channel id -> what it says of itself
    stage_instances: Table = field(default_factory=dict)  # channel id -> stage instance
    templates: dict[str, Table] = field(default_factory=dict)  # guild id -> code -> template
    scheduled_events: dict[str, Table] = field(default_factory=dict)
    # scheduled event id -> the users who are interested
    event_users: dict[str, dict[str, None]] = field(default_factory=dict)
    # guild id -> rule; none where a guild has none
    automod_rules: dict[str, Table] = field(default_factory=dict)
    # rule id -> what Discord's own lists hold for it
    automod_words: dict[str, list[str]] = field(default_factory=dict)
    presences: Table = field(default_factory=dict)  # user id -> presence without guild_id; not of the offline
    # user id -> the applications that the user has installed for themselves
    user_installs: dict[str, dict[str, None]] = field(default_factory=dict)
    # application id -> what it can tell of its users, for linked roles
    role_connections: dict[str, list[Record]] = field(default_factory=dict)
    # application id -> command, global or of a guild
    commands: dict[str, Table] = field(default_factory=dict)
    # guild id -> command or application id -> who may use it
    command_permissions: dict[str, dict[str, list[Record]]] = field(default_factory=dict)
    # application, guild or "" -> µs of each new command of the last day
    command_creates: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    skus: Table = field(default_factory=dict)  # what applications sell
    entitlements: Table = field(default_factory=dict)
    subscriptions: Table = field(default_factory=dict)
    test_entitlements: dict[str, None] = field(default_factory=dict)  # those that nobody paid for
    interactions: Table = field(default_factory=dict)  # id -> its life, see resources/interaction.py
    interaction_tokens: dict[str, str] = field(default_factory=dict)  # token -> interaction id
    ephemerals: Table = field(default_factory=dict)  # message id -> message that one person sees
    # message id -> answer id -> users, in the order in which they voted
    poll_votes: dict[str, dict[int, dict[str, None]]] = field(default_factory=dict)
    # µs, the operation that Discord runs then, its path; soonest first
    deadlines: list[tuple[int, str, str]] = field(default_factory=list)
    audit_log: dict[str, list[Record]] = field(default_factory=dict)
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)  # CDN path -> content, content type
    signed_until: int = (
        0  # when addresses of attachments are signed anew, in seconds since 1970; 0: there are none
    )

    def __post_init__(self) -> None:
        self.begin_at(self.start_time)

    # -- time and ids

    def begin_at(self, start_time: datetime) -> None:
        """Set the wall clock at 0."""
        self.start_time = start_time
        self.stamped = -1, ""
        self._started = (start_time - _EPOCH) // _MILLISECOND

    def snowflake(self, at: datetime | None = None, taken: Container[str] = ()) -> str:
        """Return a new id, greater than every id before; with ``at``, one of that moment that is not ``taken``."""
        if at is not None:
            moment = (int(at.timestamp() * 1000) - DISCORD_EPOCH << 22) + self.id_offset
            while any(str(moment) in table for table in (self.users, self.channels, taken)):
                moment += 1
            return str(moment)
        least = (self._started + self.now() // 1000 << 22) + self.id_offset
        following = self.last_id + 1
        self.last_id = following if following > least else least
        return str(self.last_id)

    def wall_clock(self) -> datetime:
        """Return the moment that it is, as an aware datetime."""
        return self.start_time + timedelta(microseconds=self.now())

    def timestamp(self, after: float = 0.0) -> str:
        """Return the moment that it is, or the one ``after`` seconds later, as the API writes it."""
        if after:
            return written(self.wall_clock() + timedelta(seconds=after))
        now = self.now()
        if self.stamped[0] != now:
            self.stamped = now, written(self.wall_clock())
        return self.stamped[1]

    # -- events

    def emit(
        self,
        name: str,
        payload: Record | None = None,
        *,
        guild: str | None = None,
        channel: Record | None = None,
        users: Collection[str] | None = None,
        render: Callable[[Viewer], Record] | None = None,
    ) -> None:
        """Send a gateway event to every session entitled to it."""
        self.sink(Event(name, {} if payload is None else payload, guild, channel, users, render))

    def emit_in(self, channel: Record, name: str, payload: Record) -> None:
        """Send an event about what happened in a channel to those who see it; in a guild, it names the guild."""
        guild_id = channel.get("guild_id")
        if guild_id is not None:
            payload["guild_id"] = guild_id
        self.emit(name, payload, guild=guild_id, channel=channel)

    def set_deadline(self, after: float, operation: str, path: str) -> None:
        """Let Discord itself run an operation so many seconds from now; ``path`` is its parameters with ``/``."""
        at = self.now() + round(after * 1_000_000)
        bisect.insort(self.deadlines, (at, operation, path))
        self.alarm(at)

    # -- questions

    def bots_of(self, guild_id: str) -> list[str]:
        """Return the user ids of the applications' bots that are in the guild."""
        members = self.members[guild_id]
        return [app["bot"]["id"] for app in self.applications.values() if app["bot"]["id"] in members]


def _default_settings() -> Record:
    return {"locale": "en-US", "accepts_dms": True}


def written(moment: datetime) -> str:
    """Return a moment, which has a time zone, as the API writes it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def made_at(id: str) -> float:
    """Return the moment that an id tells, in seconds since 1970."""
    return ((int(id) >> 22) + DISCORD_EPOCH) / 1000


_EPOCH = datetime.fromtimestamp(DISCORD_EPOCH / 1000, UTC)
_MILLISECOND = timedelta(milliseconds=1)
