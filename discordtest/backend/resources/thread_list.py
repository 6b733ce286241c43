"""Lists of threads: the active ones of a guild, the archived ones of a channel.

Source: Discord's documentation, Guild ("List Active Guild Threads") and Channel ("List Public Archived Threads" to
"List Joined Private Archived Threads").
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from discordtest.backend.body import Integer, Object, Snowflake, Timestamp
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, visible
from discordtest.backend.resources.channel_types import ANNOUNCEMENT, FORUM_TYPES, TEXT
from discordtest.backend.resources.thread import PRIVATE_THREAD, active_threads, render_thread
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record

__all__: list[str] = []

MAX_LISTED = 100
DEFAULT_LISTED = 50
_PARENTS = frozenset((TEXT, ANNOUNCEMENT)) | FORUM_TYPES


@route("GET", "/guilds/{guild_id}/threads/active")
def get_active_guild_threads(call: Call, guild: Record) -> Record:
    """List the guild's active threads that the actor sees, newest first."""
    active = [
        thread
        for thread in active_threads(call.world, guild["id"])
        if call.actor.omnipotent or visible(call.world, thread, call.actor.user_id)
    ]
    active.sort(key=lambda thread: int(thread["id"]), reverse=True)
    return _threads(call, active, has_more=False)


def _threads(call: Call, threads: Iterable[Record], *, has_more: bool) -> Record:
    """Return the answer of every list: the threads, and the actor's memberships in them."""
    world, user_id = call.world, call.actor.user_id
    shown = [render_thread(world, thread, user_id) for thread in threads]
    members = [thread["member"] for thread in shown if "member" in thread]
    return {"threads": shown, "members": members, "has_more": has_more}


_LIMIT = Integer(min=2, max=MAX_LISTED, default=DEFAULT_LISTED)
BY_TIME = Object({"before": Timestamp(), "limit": _LIMIT})
BY_ID = Object({"before": Snowflake(), "limit": _LIMIT})


@route(
    "GET",
    "/channels/{channel_id}/threads/archived/public",
    permissions=Permission.READ_MESSAGE_HISTORY,
    query=BY_TIME,
)
def list_public_archived_threads(call: Call, channel: Record) -> Record:
    public = (thread for thread in _archived(call, channel) if thread["type"] != PRIVATE_THREAD)
    return _by_time(call, public)


@route(
    "GET",
    "/channels/{channel_id}/threads/archived/private",
    permissions=Permission.READ_MESSAGE_HISTORY | Permission.MANAGE_THREADS,
    query=BY_TIME,
)
def list_private_archived_threads(call: Call, channel: Record) -> Record:
    private = (thread for thread in _archived(call, channel) if thread["type"] == PRIVATE_THREAD)
    return _by_time(call, private)


@route(
    "GET",
    "/channels/{channel_id}/users/@me/threads/archived/private",
    permissions=Permission.READ_MESSAGE_HISTORY,
    query=BY_ID,
)
def list_my_private_archived_threads(call: Call, channel: Record) -> Record:
    members, user_id = call.world.thread_members, call.actor.user_id
    joined = [
        thread
        for thread in _archived(call, channel)
        if thread["type"] == PRIVATE_THREAD and user_id in members.get(thread["id"], ())
    ]
    joined.sort(key=lambda thread: int(thread["id"]), reverse=True)
    if "before" in call.query:
        joined = [thread for thread in joined if int(thread["id"]) < int(call.query["before"])]
    return _page(call, joined)


def _archived(call: Call, channel: Record) -> list[Record]:
    if channel["type"] not in _PARENTS:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    return [
        thread
        for thread in call.world.threads[channel["guild_id"]].values()
        if thread["parent_id"] == channel["id"] and thread["thread_metadata"]["archived"]
    ]


def _archived_at(thread: Record) -> datetime:
    return datetime.fromisoformat(thread["thread_metadata"]["archive_timestamp"])


def _by_time(call: Call, threads: Iterable[Record]) -> Record:
    """Return one page of threads, the one archived last first."""
    found = sorted(threads, key=lambda thread: (_archived_at(thread), int(thread["id"])), reverse=True)
    if "before" in call.query:
        before = datetime.fromisoformat(call.query["before"])
        found = [thread for thread in found if _archived_at(thread) < before]
    return _page(call, found)


def _page(call: Call, threads: list[Record]) -> Record:
    limit = call.query["limit"]
    return _threads(call, threads[:limit], has_more=len(threads) > limit)
