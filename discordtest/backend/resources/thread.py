"""Threads: their record, who is in them, and what the gateway tells of that.

Threads are made in ``thread_create``, changed in ``thread_update``, joined in ``thread_member`` and listed in
``thread_list``. They stand in ``World.channels`` and ``World.threads``, never in the guild's own channels.
Source: Discord's documentation, Channel ("Thread Metadata Object", "Thread Member Object"), Threads and Gateway
Events ("Thread Create", "Thread Delete", "Thread Members Update").
"""

from __future__ import annotations

from collections.abc import Collection

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import PRIVATE_THREAD, Permission, channel_permissions, visible
from discordtest.backend.resources.channel_types import FORUM_TYPES
from discordtest.backend.resources.message_traces import forget_messages
from discordtest.backend.rest import Call
from discordtest.backend.world import Record, World

__all__ = [
    "ANNOUNCEMENT_THREAD",
    "PRIVATE_THREAD",
    "PUBLIC_THREAD",
    "active_threads",
    "add_members",
    "audited",
    "bots_in_thread",
    "check_room",
    "delete_thread",
    "forget_thread",
    "let_in_by_message",
    "may_manage",
    "new_thread",
    "remind_members",
    "remove_members",
    "render_thread",
    "tell_newcomer",
]

ANNOUNCEMENT_THREAD, PUBLIC_THREAD = 10, 11
MAX_ACTIVE_THREADS = 1000  # of a guild
MAX_PARTICIPANTS = 1000
MAX_LET_IN_BY_ROLE = 100  # known from life
FAILED_TO_MENTION_SOME_ROLES_IN_THREAD = 1 << 8  # message flag
MAX_SHOWN_MEMBERS = 50  # where member_count stops
DEFAULT_DURATION = 1440  # minutes until a quiet thread is archived
_AUDITED = ("name", "type", "rate_limit_per_user", "applied_tags", "flags")
_AUDITED_METADATA = ("archived", "locked", "auto_archive_duration", "invitable")


def new_thread(
    thread_id: str, parent: Record, thread_type: int, owner_id: str, created_at: str, body: Record
) -> Record:
    """Return a thread's record; what the body leaves open is as its parent says."""
    duration = body.get("auto_archive_duration") or parent.get("default_auto_archive_duration")
    slow_mode = body.get("rate_limit_per_user")
    if slow_mode is None:
        slow_mode = parent.get("default_thread_rate_limit_per_user", 0)
    thread: Record = {
        "id": thread_id,
        "type": thread_type,
        "guild_id": parent["guild_id"],
        "parent_id": parent["id"],
        "owner_id": owner_id,
        "name": body["name"],
        "last_message_id": None,
        "rate_limit_per_user": slow_mode,
        "message_count": 0,
        "member_count": 0,
        "total_message_sent": 0,
        "flags": 0,
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": created_at,
            "auto_archive_duration": duration or DEFAULT_DURATION,
            "locked": False,
            "create_timestamp": created_at,
        },
    }
    if thread_type == PRIVATE_THREAD:
        thread["thread_metadata"]["invitable"] = body.get("invitable") is not False
    if parent["type"] in FORUM_TYPES:
        thread["applied_tags"] = body.get("applied_tags") or []
    return thread


def check_room(world: World, guild_id: str) -> None:
    """Refuse with 160006 one more thread that is not in the archive."""
    if len(active_threads(world, guild_id)) >= MAX_ACTIVE_THREADS:
        raise RestError(Code.MAX_ACTIVE_THREADS)


def render_thread(world: World, thread: Record, user_id: str) -> Record:
    """Return the thread as the user sees it: with its own membership where it has joined."""
    own = world.thread_members.get(thread["id"], {}).get(user_id)
    return thread if own is None else {**thread, "member": own}


def active_threads(world: World, guild_id: str) -> list[Record]:
    """Return the guild's threads that are not in the archive."""
    return [
        thread for thread in world.threads[guild_id].values() if not thread["thread_metadata"]["archived"]
    ]


def audited(thread: Record) -> Record:
    """Return what the audit log notes of a thread."""
    metadata = thread["thread_metadata"]
    noted = {key: thread[key] for key in _AUDITED if key in thread}
    noted.update((key, metadata[key]) for key in _AUDITED_METADATA if key in metadata)
    return noted


def may_manage(call: Call, thread: Record) -> bool:
    """Tell whether the actor may manage threads here."""
    return bool(call.permissions(thread) & Permission.MANAGE_THREADS)


# -- members


def add_members(world: World, thread: Record, user_ids: Collection[str], *, new_thread: bool = False) -> None:
    """Let users into the thread; who is in it already stays. Refuses the 1001st with 30033.

    A bot that is let into a thread that stood before is shown it with THREAD_CREATE.
    """
    members = world.thread_members.setdefault(thread["id"], {})
    joining = [user_id for user_id in dict.fromkeys(user_ids) if user_id not in members]
    if not joining:
        return
    if len(members) + len(joining) > MAX_PARTICIPANTS:
        raise RestError(Code.MAX_THREAD_PARTICIPANTS)
    for user_id in joining:
        members[user_id] = {
            "id": thread["id"],
            "user_id": user_id,
            "join_timestamp": world.timestamp(),
            "flags": 0,
        }
    thread["member_count"] = min(len(members), MAX_SHOWN_MEMBERS)
    if not new_thread:
        for user_id in joining:
            tell_newcomer(world, thread, user_id)
    guild_members = world.members[thread["guild_id"]]
    added = [
        {**members[user_id], "member": guild_members.get(user_id), "presence": world.presences.get(user_id)}
        for user_id in joining
    ]
    _tell_members(world, thread, joining, {"added_members": added})


def tell_newcomer(world: World, thread: Record, user_id: str) -> None:
    """Show the thread to a bot that has come into it."""
    payload = render_thread(world, thread, user_id)
    world.emit("THREAD_CREATE", payload, guild=thread["guild_id"], users=(user_id,))


def remove_members(world: World, thread: Record, user_ids: Collection[str]) -> None:
    """Take users out of the thread; who is not in it is passed over."""
    members = world.thread_members.get(thread["id"], {})
    leaving = [user_id for user_id in user_ids if members.pop(user_id, None) is not None]
    if leaving:
        thread["member_count"] = min(len(members), MAX_SHOWN_MEMBERS)
        _tell_members(world, thread, leaving, {"removed_member_ids": leaving})


def _tell_members(world: World, thread: Record, concerned: Collection[str], change: Record) -> None:
    """Emit THREAD_MEMBERS_UPDATE to those who see the thread, and to those whom it concerns."""
    guild_id = thread["guild_id"]
    payload = {"id": thread["id"], "guild_id": guild_id, "member_count": thread["member_count"], **change}
    told = [
        bot_id for bot_id in world.bots_of(guild_id) if bot_id in concerned or visible(world, thread, bot_id)
    ]
    if told:
        world.emit("THREAD_MEMBERS_UPDATE", payload, guild=guild_id, users=told)


def let_in_by_message(world: World, thread: Record, message: Record, *, author: bool = True) -> None:
    """Let in the author of a message in the thread, and whom it mentions, if they see the parent.

    Of a role all members come; one of more than 100 is too large, which the message's flags say.
    """
    guild_members = world.members[thread["guild_id"]]
    parent = world.channels[thread["parent_id"]]
    known = world.thread_members.get(thread["id"], {})
    called = [message["author"]["id"]] if author else []
    if (message["mentions"] or message["mention_roles"]) and _may_invite(
        world, thread, message["author"]["id"]
    ):
        called += [user["id"] for user in message["mentions"]]
        called += _members_of_roles(world, thread, message)
    coming = [
        user_id
        for user_id in called
        if user_id in guild_members and user_id not in known and visible(world, parent, user_id)
    ]
    if coming:
        add_members(world, thread, coming[: MAX_PARTICIPANTS - len(known)])


def _members_of_roles(world: World, thread: Record, message: Record) -> list[str]:
    found: list[str] = []
    for role_id in message["mention_roles"]:
        members = world.members[thread["guild_id"]].items()
        holders = [user_id for user_id, member in members if role_id in member["roles"]]
        if len(holders) > MAX_LET_IN_BY_ROLE:
            message["flags"] |= FAILED_TO_MENTION_SOME_ROLES_IN_THREAD
        else:
            found += holders
    return found


def _may_invite(world: World, thread: Record, user_id: str) -> bool:
    if thread["thread_metadata"].get("invitable", True) or thread["owner_id"] == user_id:
        return True
    return bool(channel_permissions(world, thread, user_id) & Permission.MANAGE_THREADS)


def bots_in_thread(world: World, thread: Record) -> list[str]:
    """Return the bots that have joined the thread."""
    members = world.thread_members.get(thread["id"], {})
    return [bot_id for bot_id in world.bots_of(thread["guild_id"]) if bot_id in members]


def remind_members(world: World, thread: Record) -> None:
    """Tell each bot in the thread, which has left the archive, of its membership: clients forget archived threads."""
    for bot_id in bots_in_thread(world, thread):
        own = {**world.thread_members[thread["id"]][bot_id], "guild_id": thread["guild_id"]}
        world.emit("THREAD_MEMBER_UPDATE", own, guild=thread["guild_id"], users=(bot_id,))


# -- the end of a thread


def delete_thread(call: Call, thread: Record) -> Record:
    """Delete a thread with its messages; needs MANAGE_THREADS."""
    call.require(Permission.MANAGE_THREADS, thread)
    world, guild_id = call.world, thread["guild_id"]
    told = [bot_id for bot_id in world.bots_of(guild_id) if visible(world, thread, bot_id)]
    forget_thread(world, thread)
    changes = audit.difference(audited(thread), None, (*_AUDITED, *_AUDITED_METADATA))
    audit.write(call, guild_id, Action.THREAD_DELETE, thread["id"], changes=changes)
    event = {key: thread[key] for key in ("id", "guild_id", "parent_id", "type")}
    world.emit("THREAD_DELETE", event, guild=guild_id, users=told)
    return thread


def forget_thread(world: World, thread: Record) -> None:
    """Take a thread out of every table, with its messages."""
    del world.channels[thread["id"]], world.threads[thread["guild_id"]][thread["id"]]
    world.thread_members.pop(thread["id"], None)
    forget_messages(world, thread["id"])
