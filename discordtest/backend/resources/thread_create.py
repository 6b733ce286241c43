"""Starting threads: on a message, without one, and as a post in a forum.

Source: Discord's documentation, Channel ("Start Thread from Message", "Start Thread without Message", "Start Thread
in Forum or Media Channel") and Threads.
"""

from __future__ import annotations

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.body import (
    Array,
    Boolean,
    Choice,
    Field,
    Integer,
    Object,
    Snowflake,
    String,
    invalid,
)
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.auto_moderation_execution import (
    execute,
    screen_message,
    screen_title,
)
from discordtest.backend.resources.channel_types import (
    ANNOUNCEMENT,
    ARCHIVE_DURATIONS,
    FORUM_TYPES,
    MAX_SLOW_MODE,
    REQUIRE_TAG,
    TEXT,
)
from discordtest.backend.resources.message_build import add_message, build_message, create_system_message
from discordtest.backend.resources.message_form import MAX_STICKERS, MESSAGE_FIELDS, check_message
from discordtest.backend.resources.message_reference import WRITTEN
from discordtest.backend.resources.message_render import HAS_THREAD, render_message, update_event
from discordtest.backend.resources.slow_mode import check_slow_mode, note_use
from discordtest.backend.resources.thread import (
    ANNOUNCEMENT_THREAD,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    add_members,
    audited,
    check_room,
    new_thread,
    render_thread,
)
from discordtest.backend.resources.thread_archive import watch_thread
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record

__all__ = ["MAX_APPLIED_TAGS", "check_tags", "open_thread"]

MAX_APPLIED_TAGS = 5
THREAD_CREATED, THREAD_STARTER_MESSAGE = 18, 21  # message types
#: what each kind of thread needs
_PERMISSIONS = {
    ANNOUNCEMENT_THREAD: Permission.CREATE_PUBLIC_THREADS,
    PUBLIC_THREAD: Permission.CREATE_PUBLIC_THREADS,
    PRIVATE_THREAD: Permission.CREATE_PRIVATE_THREADS,
}
#: type of channel -> types of threads in it
_KINDS = {TEXT: (PUBLIC_THREAD, PRIVATE_THREAD), ANNOUNCEMENT: (ANNOUNCEMENT_THREAD,)}

_FIELDS: dict[str, Field] = {
    "name": String(min=1, max=100, strip=True, required=True),
    "auto_archive_duration": Choice(ARCHIVE_DURATIONS, null=True),
    "rate_limit_per_user": Integer(min=0, max=MAX_SLOW_MODE, null=True),
}
FROM_MESSAGE = Object(_FIELDS)
CREATE_THREAD = Object(
    {
        **_FIELDS,
        "type": Choice((ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD), null=True),
        "invitable": Boolean(null=True),
        "applied_tags": Array(Snowflake(), max=MAX_APPLIED_TAGS, null=True),
        "message": Object(
            {**MESSAGE_FIELDS, "sticker_ids": Array(Snowflake(), max=MAX_STICKERS, null=True)},
            check=check_message,
        ),
    }
)


@route(
    "POST",
    "/channels/{channel_id}/messages/{message_id}/threads",
    permissions=Permission.CREATE_PUBLIC_THREADS,
    body=FROM_MESSAGE,
    status=201,
)
def create_thread_from_message(call: Call, channel: Record, message: Record) -> Record:
    world = call.world
    if channel["type"] not in _KINDS:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    if message["id"] in world.channels:
        raise RestError(Code.THREAD_ALREADY_CREATED)
    if message["type"] not in WRITTEN:
        raise RestError(Code.CANNOT_EXECUTE_ON_SYSTEM_MESSAGE)
    kind = _KINDS[channel["type"]][0]
    _check_pace(call, channel)
    screen_title(call, channel, call.body["name"])
    owner_id = call.actor.user_id
    thread = new_thread(message["id"], channel, kind, owner_id, call.timestamp(), call.body)
    open_thread(call, thread)
    message["flags"] |= HAS_THREAD
    event = update_event(world, message, channel["guild_id"])
    world.emit("MESSAGE_UPDATE", event, guild=channel["guild_id"], channel=channel)
    add_members(world, thread, (owner_id,), new_thread=True)
    reference = {
        "type": 0,
        "channel_id": channel["id"],
        "message_id": message["id"],
        "guild_id": channel["guild_id"],
    }
    author = world.users[owner_id]
    create_system_message(call, thread, THREAD_STARTER_MESSAGE, author, message_reference=reference)
    return render_thread(world, thread, owner_id)


CREATE_QUERY = Object({"use_nested_fields": Boolean()})


@route(
    "POST",
    "/channels/{channel_id}/threads",
    body=CREATE_THREAD,
    query=CREATE_QUERY,
    status=201,
)
def create_thread(call: Call, channel: Record) -> Record:
    if channel["type"] in FORUM_TYPES:
        return _post(call, channel)
    if channel["type"] not in _KINDS:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    world, body = call.world, call.body
    kind: int = PRIVATE_THREAD if body.get("type") is None else body["type"]
    if kind not in _KINDS[channel["type"]]:
        raise invalid("type", "BASE_TYPE_CHOICES", "Threads of this type do not exist in this channel.")
    call.require(_PERMISSIONS[kind], channel)
    _check_pace(call, channel)
    screen_title(call, channel, body["name"])
    owner_id = call.actor.user_id
    thread = new_thread(call.new_id(), channel, kind, owner_id, call.timestamp(), body)
    open_thread(call, thread)
    add_members(world, thread, (owner_id,), new_thread=True)
    if kind != PRIVATE_THREAD:
        reference = {"type": 0, "channel_id": thread["id"], "guild_id": channel["guild_id"]}
        author = world.users[owner_id]
        create_system_message(
            call, channel, THREAD_CREATED, author, thread["name"], message_reference=reference
        )
    return render_thread(world, thread, owner_id)


def _check_pace(call: Call, channel: Record) -> None:
    if channel.get("rate_limit_per_user"):
        check_slow_mode(call, channel, call.permissions(channel), threads=True)


def open_thread(call: Call, thread: Record) -> None:
    """Put a new thread into the world, note it and tell of it; refuses one too many with 160006."""
    world, guild_id = call.world, thread["guild_id"]
    threads = world.threads[guild_id]
    check_room(world, guild_id)
    world.channels[thread["id"]] = threads[thread["id"]] = thread
    note_use(call, world.channels[thread["parent_id"]], threads=True)
    noted = audited(thread)
    audit.write(
        call, guild_id, Action.THREAD_CREATE, thread["id"], changes=audit.difference(None, noted, noted)
    )
    world.emit("THREAD_CREATE", {**thread, "newly_created": True}, guild=guild_id, channel=thread)
    watch_thread(world, thread)


# -- forums


def _post(call: Call, forum: Record) -> Record:
    """Open a thread in a forum with its first message, which has the thread's id."""
    world, body = call.world, call.body
    call.require(Permission.SEND_MESSAGES, forum)
    if "message" not in body:
        raise invalid("message", "BASE_TYPE_REQUIRED", "This field is required")
    check_tags(call, forum, body.get("applied_tags") or [])
    _check_pace(call, forum)
    owner_id = call.actor.user_id
    thread_id = call.id = call.new_id()
    thread = new_thread(thread_id, forum, PUBLIC_THREAD, owner_id, call.timestamp(), body)
    bits = call.permissions(forum)
    try:
        message = build_message(call, thread, world.users[owner_id], body["message"], permissions=bits)
    except RestError as error:
        raise error.beneath("message") from None
    screen_title(call, forum, body["name"])
    triggered = screen_message(call, thread, message["content"], bits) if world.automod_rules else None
    open_thread(call, thread)
    forum["last_message_id"] = thread_id
    add_members(world, thread, (owner_id,), new_thread=True)
    add_message(call, thread, message)
    if triggered:
        execute(call, thread, message["content"], triggered, message["id"])
    return {**render_thread(world, thread, owner_id), "message": render_message(world, message, owner_id)}


def check_tags(call: Call, forum: Record, wanted: list[str], held: list[str] | None = None) -> None:
    """Refuse tags that the forum lacks (10087), moderated ones (50013) and none where one is needed (40067).

    ``held`` are those that the post has already: they may stay, whoever edits.
    """
    tags = {tag["id"]: tag for tag in forum["available_tags"]}
    for tag_id in wanted:
        if tag_id not in tags:
            raise RestError(Code.UNKNOWN_TAG)
    moderator = bool(call.permissions(forum) & Permission.MANAGE_THREADS)
    changed = {*wanted} ^ {*(held or ())}
    for tag in [] if moderator else [tags[tag_id] for tag_id in tags if tag_id in changed]:
        if tag["moderated"]:
            raise call.lacking(Permission.MANAGE_THREADS, forum, f", which the tag {tag['name']!r} needs")
    if wanted or not forum["flags"] & REQUIRE_TAG:
        return
    if not moderator and all(tag["moderated"] for tag in tags.values()):
        raise RestError(Code.NO_TAGS_FOR_NON_MODERATORS)
    raise RestError(Code.TAG_REQUIRED)
