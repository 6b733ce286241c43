"""Changing a thread: its name, pace, tags, and whether it is archived or locked.

Source: Discord's documentation, Channel ("Modify Channel", thread) and Threads ("Active & Archived Threads",
"Locked Threads").
"""

from __future__ import annotations

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.message_build import create_system_message
from discordtest.backend.resources.thread import (
    PRIVATE_THREAD,
    audited,
    check_room,
    may_manage,
    remind_members,
)
from discordtest.backend.resources.thread_archive import PINNED, watch_thread
from discordtest.backend.resources.thread_create import check_tags
from discordtest.backend.rest import Call
from discordtest.backend.world import Record, World

__all__ = ["update_thread"]

CHANNEL_NAME_CHANGE = 4  # message type
#: fields of the thread, of its metadata, and those that only moderators set
_OWN = ("name", "rate_limit_per_user", "applied_tags", "flags")
_METADATA = ("archived", "locked", "auto_archive_duration", "invitable")
_MODERATED = frozenset(("locked", "rate_limit_per_user", "flags"))
_TIMED = ("archived", "auto_archive_duration")  # a change of these sets archive_timestamp


def update_thread(call: Call, thread: Record) -> Record:
    """Change a thread as the body of the call says; what is no field of a thread is passed over."""
    world, metadata = call.world, thread["thread_metadata"]
    wanted = _wanted(call, thread)
    _check_allowed(call, thread, wanted)
    parent = world.channels[thread["parent_id"]]
    if "applied_tags" in wanted:
        check_tags(call, parent, wanted["applied_tags"], thread["applied_tags"])
    if wanted.get("flags", 0) & PINNED:
        _check_pins(world, thread)

    if metadata["archived"] and wanted.get("archived") is False:
        check_room(world, thread["guild_id"])

    before, old_name = audited(thread), thread["name"]
    if wanted.get("archived") is False:
        metadata["archived"] = False
    if wanted.get("name", old_name) != old_name:
        thread["name"] = wanted["name"]
        author = world.users[call.actor.user_id]
        create_system_message(call, thread, CHANNEL_NAME_CHANGE, author, thread["name"])
    thread.update((key, wanted[key]) for key in _OWN if key in wanted)
    metadata.update((key, wanted[key]) for key in _METADATA if key in wanted)
    if metadata["archived"]:
        thread["flags"] &= ~PINNED
    after = audited(thread)
    if after == before:
        return thread
    if any(before[key] != after[key] for key in _TIMED):
        metadata["archive_timestamp"] = world.timestamp()
    watch_thread(world, thread)
    changes = audit.difference(before, after, after)
    audit.write(call, thread["guild_id"], Action.THREAD_UPDATE, thread["id"], changes=changes)
    world.emit("THREAD_UPDATE", thread, guild=thread["guild_id"], channel=thread)
    if before["archived"] and not after["archived"]:
        remind_members(world, thread)
    return thread


def _wanted(call: Call, thread: Record) -> Record:
    wanted = {key: call.body[key] for key in (*_OWN, *_METADATA) if call.body.get(key) is not None}
    if thread["type"] != PRIVATE_THREAD:
        wanted.pop("invitable", None)
    if "applied_tags" not in thread:
        wanted.pop("applied_tags", None)
        wanted.pop("flags", None)
    if "flags" in wanted:
        wanted["flags"] &= PINNED
    return wanted


def _check_allowed(call: Call, thread: Record, wanted: Record) -> None:
    """Refuse what the actor may not change, and with 50083 what may not be changed while archived."""
    metadata = thread["thread_metadata"]
    waking = metadata["archived"] and wanted.get("archived") is False
    if metadata["archived"] and not waking and set(wanted) - {"archived", "locked"}:
        raise RestError(Code.THREAD_ARCHIVED)
    if may_manage(call, thread):
        call.require(Permission.MANAGE_THREADS, thread)  # which may need a second factor
        return
    if waking and set(wanted) == {"archived"} and not metadata["locked"]:
        call.require(Permission.SEND_MESSAGES, thread)
        return
    if metadata["locked"]:
        raise call.lacking(Permission.MANAGE_THREADS, thread, ", which is locked")
    if thread["owner_id"] != call.actor.user_id:
        raise call.lacking(Permission.MANAGE_THREADS, thread, ", which is not its own")
    if moderated := sorted(_MODERATED & set(wanted)):
        raise call.lacking(Permission.MANAGE_THREADS, thread, f", which {' and '.join(moderated)} needs")


def _check_pins(world: World, thread: Record) -> None:
    """Refuse with 30047 a second pinned post of a forum."""
    for other in world.threads[thread["guild_id"]].values():
        if other is not thread and other["parent_id"] == thread["parent_id"] and other["flags"] & PINNED:
            raise RestError(Code.MAX_PINNED_THREADS)
