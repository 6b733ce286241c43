"""Who is in a thread: joining, leaving, letting others in, and lists.

Source: Discord's documentation, Channel ("Join Thread" to "List Thread Members") and Threads ("New Message Types").
"""

from __future__ import annotations

from discordtest.backend import reasons
from discordtest.backend.body import Boolean, Integer, Object, Snowflake
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, visible
from discordtest.backend.resources.channel import find_channel
from discordtest.backend.resources.channel_types import THREAD_TYPES
from discordtest.backend.resources.guild_member import require_members_intent
from discordtest.backend.resources.message_build import create_system_message
from discordtest.backend.resources.message_thread import check_active
from discordtest.backend.resources.paging import page
from discordtest.backend.resources.thread import (
    PRIVATE_THREAD,
    add_members,
    may_manage,
    remove_members,
)
from discordtest.backend.rest import Call, parameter, route
from discordtest.backend.world import Record

__all__: list[str] = []

MAX_LISTED = 100
RECIPIENT_ADD, RECIPIENT_REMOVE = 1, 2  # message types


@parameter("thread")
def find_thread(call: Call, text: str) -> Record:
    """Find a thread that the actor sees: 10003 where there is none, 50001 where it is hidden, 50024 a channel."""
    thread = find_channel(call, text)
    if thread["type"] not in THREAD_TYPES:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    return thread


@route("PUT", "/channels/{channel_id:thread}/thread-members/@me")
def join_thread(call: Call, thread: Record) -> None:
    check_active(thread)
    add_members(call.world, thread, (call.actor.user_id,))


@route("DELETE", "/channels/{channel_id:thread}/thread-members/@me")
def leave_thread(call: Call, thread: Record) -> None:
    check_active(thread)
    remove_members(call.world, thread, (call.actor.user_id,))


@route("PUT", "/channels/{channel_id:thread}/thread-members/{user_id:member}")
def add_thread_member(call: Call, thread: Record, member: Record) -> None:
    """Let a member in: needs to be able to send there, and to own a private thread that is not open to invites."""
    check_active(thread)
    call.require(Permission.SEND_MESSAGES, thread)
    user_id = member["user"]["id"]
    closed = not thread["thread_metadata"].get("invitable", True)
    if closed and thread["owner_id"] != call.actor.user_id and not may_manage(call, thread):
        raise call.lacking(Permission.MANAGE_THREADS, thread, ", which is not invitable and not its own")
    parent = call.world.channels[thread["parent_id"]]
    if not visible(call.world, parent, user_id):
        raise reasons.hidden(call.world, user_id, parent)
    if user_id not in call.world.thread_members.get(thread["id"], ()):
        add_members(call.world, thread, (user_id,))
        _say(call, thread, RECIPIENT_ADD, member["user"])


@route("DELETE", "/channels/{channel_id:thread}/thread-members/{user_id:user}")
def delete_thread_member(call: Call, thread: Record, user: Record) -> None:
    """Put a member out: for those who manage threads, and for the owner of a private one."""
    check_active(thread)
    own_private = thread["type"] == PRIVATE_THREAD and thread["owner_id"] == call.actor.user_id
    if not own_private:
        call.require(Permission.MANAGE_THREADS, thread)
    _find_thread_member(call, thread, user["id"])
    remove_members(call.world, thread, (user["id"],))
    _say(call, thread, RECIPIENT_REMOVE, user)


def _say(call: Call, thread: Record, type: int, user: Record) -> None:
    """Let Discord say in the thread whom somebody has let in or put out; what the narrator arranges goes unsaid."""
    actor = call.actor
    if not actor.omnipotent and actor.user_id != user["id"]:
        create_system_message(call, thread, type, call.world.users[actor.user_id], mentions=[user])


def _find_thread_member(call: Call, thread: Record, user_id: str) -> Record:
    found = call.world.thread_members.get(thread["id"], {}).get(user_id)
    if found is None:
        raise RestError(Code.UNKNOWN_MEMBER)
    return found


def _render(call: Call, thread: Record, member: Record) -> Record:
    """Return the thread member; with the guild member if the query asks for it."""
    if not call.query["with_member"]:
        return member
    return {**member, "member": call.world.members[thread["guild_id"]][member["user_id"]]}


GET_MEMBER = Object({"with_member": Boolean(default=False)})


@route("GET", "/channels/{channel_id:thread}/thread-members/{user_id:user}", query=GET_MEMBER)
def get_thread_member(call: Call, thread: Record, user: Record) -> Record:
    return _render(call, thread, _find_thread_member(call, thread, user["id"]))


LIST_MEMBERS = Object(
    {
        "with_member": Boolean(default=False),
        "limit": Integer(min=1, max=MAX_LISTED, default=MAX_LISTED),
        "after": Snowflake(default="0"),
    }
)


@route("GET", "/channels/{channel_id:thread}/thread-members", query=LIST_MEMBERS)
def list_thread_members(call: Call, thread: Record) -> list[Record]:
    """List members by id, in pages only with ``with_member``; a bot needs the members intent in the portal."""
    require_members_intent(call)
    members = call.world.thread_members.get(thread["id"], {})
    if not call.query["with_member"]:
        return list(members.values())
    return [_render(call, thread, members[user_id]) for user_id in page(members, call.query)]
