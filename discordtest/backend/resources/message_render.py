"""How a message looks to somebody: in answers and in events.

The record is the message itself. What depends on the viewer, and what belongs to another record, is added here:
the message that it answers (one deep), its reactions with ``me``, its thread. An application without the message
content intent sees no content that is not meant for it, over HTTP too.
Source: Discord's documentation, Message ("Message Object"), Gateway Events ("Messages") and Gateway ("Message
Content Intent").
"""

from __future__ import annotations

from collections.abc import Iterable

from discordtest.backend.resources.attachment import renew_addresses
from discordtest.backend.resources.poll import render_poll
from discordtest.backend.world import Record, World

__all__ = [
    "HAS_THREAD",
    "emoji_payload",
    "is_hidden",
    "may_read_content",
    "message_event",
    "render_message",
    "render_messages",
    "update_event",
    "without_content",
]

HAS_THREAD = 1 << 5
_MESSAGE_CONTENT = 1 << 18 | 1 << 19  # application flags: the intent, granted or limited
_SHOWS_REFERENCED = frozenset((19, 21, 23))  # REPLY, THREAD_STARTER_MESSAGE, CONTEXT_MENU_COMMAND


def render_message(world: World, message: Record, viewer_id: str | None) -> Record:
    """Return the message as the API answers it to the viewer; with None, as one sees it who sees everything."""
    if world.signed_until:
        _keep_signed(world)
    hidden = not may_read_content(world, viewer_id) and is_hidden(world, message, viewer_id)
    reactions = world.reactions.get(message["id"])
    if not (hidden or reactions or message["flags"] & HAS_THREAD):
        if "message_reference" not in message and "poll" not in message:  # what depends on other tables
            return message
    shown = _with_references(world, message, viewer_id)
    if "poll" in message:
        shown["poll"] = render_poll(world, message, viewer_id)
    if reactions:
        shown["reactions"] = [
            _render_reaction(world, key, users, viewer_id) for key, users in reactions.items()
        ]
    return without_content(shown) if hidden else shown


def render_messages(world: World, messages: Iterable[Record], viewer_id: str | None) -> list[Record]:
    """Return several messages as the API answers them."""
    return [render_message(world, message, viewer_id) for message in messages]


def _keep_signed(world: World) -> None:
    if world.wall_clock().timestamp() >= world.signed_until:
        renew_addresses(world)


def _with_references(world: World, message: Record, viewer_id: str | None) -> Record:
    shown = dict(message)
    if message["flags"] & HAS_THREAD and message["id"] in world.channels:
        shown["thread"] = _with_member(world, world.channels[message["id"]], viewer_id)
    reference = message.get("message_reference")
    if reference is not None and message["type"] in _SHOWS_REFERENCED:
        found = world.messages.get(reference["channel_id"], {}).get(reference["message_id"])
        if (
            found is not None
            and not may_read_content(world, viewer_id)
            and is_hidden(world, found, viewer_id)
        ):
            found = without_content(found)
        shown["referenced_message"] = found
    return shown


def _with_member(world: World, thread: Record, viewer_id: str | None) -> Record:
    member = world.thread_members.get(thread["id"], {}).get(viewer_id or "")
    return thread if member is None else {**thread, "member": member}


def message_event(world: World, message: Record, guild_id: str | None) -> Record:
    """Return the payload of MESSAGE_CREATE: where it is, and in a guild the author's member."""
    if world.signed_until:
        _keep_signed(world)
    event = dict(message)
    if message["flags"] & HAS_THREAD or "message_reference" in message:
        event = _with_references(world, message, None)
    if "poll" in message:
        event["poll"] = render_poll(world, message, None)
    event["channel_type"] = world.channels[message["channel_id"]]["type"]
    if guild_id is None:
        return event
    event["guild_id"] = guild_id
    members = world.members[guild_id]
    member = members.get(message["author"]["id"])
    if member is not None:
        event["member"] = bare = dict(member)
        del bare["user"]
    if message["mentions"]:
        event["mentions"] = [
            {**user, "member": _without_user(members[user["id"]])} if user["id"] in members else user
            for user in message["mentions"]
        ]
    return event


def update_event(world: World, message: Record, guild_id: str | None) -> Record:
    """Return the payload of MESSAGE_UPDATE: as it was told first, but never read aloud."""
    return {**message_event(world, message, guild_id), "tts": False}


def _without_user(member: Record) -> Record:
    bare = dict(member)
    del bare["user"]
    return bare


# -- the message content intent


def may_read_content(world: World, viewer_id: str | None) -> bool:
    """Tell whether the viewer sees what others write: a person, or a bot with the message content intent."""
    application = None if viewer_id is None else world.applications.get(viewer_id)
    return application is None or bool(application["flags"] & _MESSAGE_CONTENT)


def is_hidden(world: World, message: Record, viewer_id: str | None) -> bool:
    """Tell whether the content needs the intent: not one's own, no direct message, does not mention the viewer."""
    if message["author"]["id"] == viewer_id or message.get("application_id") == viewer_id:
        return False
    channel = world.channels.get(message["channel_id"])
    if channel is None or channel.get("guild_id") is None:
        return False
    return all(user["id"] != viewer_id for user in message["mentions"])


def without_content(message: Record) -> Record:
    """Return the message as a viewer without the message content intent sees it."""
    bare = {**message, "content": "", "embeds": [], "attachments": [], "components": []}
    bare.pop("poll", None)
    if "message_snapshots" in bare:
        bare["message_snapshots"] = [
            {"message": without_content(snapshot["message"])} for snapshot in bare["message_snapshots"]
        ]
    return bare


# -- reactions


def emoji_payload(world: World, key: str) -> Record:
    """Return the emoji of a reaction's key: ``"🔥"`` or ``"name:id"``."""
    name, _, emoji_id = key.partition(":")
    if not emoji_id:
        return {"id": None, "name": key}
    for table in (*world.emojis.values(), *world.application_emojis.values()):
        if emoji_id in table:
            found = table[emoji_id]
            return {"id": emoji_id, "name": found["name"], "animated": bool(found.get("animated"))}
    return {"id": emoji_id, "name": name, "animated": False}


def _render_reaction(world: World, key: str, users: dict[str, None], viewer_id: str | None) -> Record:
    return {
        "emoji": emoji_payload(world, key),
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "burst_colors": [],
        "me_burst": False,
        "burst_me": False,
        "me": viewer_id in users,
        "burst_count": 0,
    }
