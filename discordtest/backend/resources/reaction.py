"""Reactions to messages.

``World.reactions`` holds, by message, the users of each emoji in the order in which they came; its key is the
emoji itself or ``name:id`` of a custom one.
Source: Discord's documentation, Message ("Create Reaction" and what follows) and Gateway Events ("Message Reaction
Add" and what follows).
"""

from __future__ import annotations

from typing import Any

from discordtest.backend.body import Choice, Integer, Object, Snowflake
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission, is_pending, is_timed_out
from discordtest.backend.resources.message import channel_bits
from discordtest.backend.resources.message_render import emoji_payload
from discordtest.backend.resources.message_thread import check_active
from discordtest.backend.resources.paging import page
from discordtest.backend.resources.unicode_emoji import is_emoji, same_emoji
from discordtest.backend.rest import Call, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["find_reaction_emoji", "tell_reaction_add"]

MAX_REACTIONS = 20  # different emojis on a message
MAX_PAGE = 100
DEFAULT_PAGE = 25
_ONE = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}"


@parameter("emoji_name")
def find_reaction_emoji(call: Call, text: str) -> str:
    """Return the key of the emoji: 10014 for what is none. A key that the message has already is returned as is.

    A custom one may be written as in a message, less the brackets: ``:name:id``, ``a:name:id``.
    """
    if text.count(":") == 2:
        text = text.removeprefix("a").removeprefix(":")
    known = call.world.reactions.get(call.found["message"]["id"], {})
    name, _, emoji_id = text.partition(":")
    if emoji_id:
        if not emoji_id.isdecimal():
            raise _unknown(f"{emoji_id!r} is no id of an emoji")
        return next((key for key in known if key.endswith(f":{emoji_id}")), text)
    if not is_emoji(name):
        raise _unknown(f"{name!r} is no character of Unicode that is an emoji")
    return next((key for key in known if same_emoji(key) == same_emoji(text)), text)


def _check_usable(call: Call, channel: Record, bits: int, key: str) -> str:
    """Refuse a custom emoji that the actor cannot use here; return its key with the emoji's own name."""
    emoji_id = key.partition(":")[2]
    if not emoji_id:
        return key
    world, user_id = call.world, call.actor.user_id
    application_id = call.actor.application_id or user_id
    own = world.application_emojis.get(application_id, {})
    for guild_id, emojis in world.emojis.items():
        if emoji_id in emojis and (call.actor.omnipotent or user_id in world.members[guild_id]):
            if guild_id != channel.get("guild_id") and not bits & Permission.USE_EXTERNAL_EMOJIS:
                raise call.lacking(Permission.USE_EXTERNAL_EMOJIS, channel)
            return f"{emojis[emoji_id]['name']}:{emoji_id}"
    if emoji_id in own:
        return f"{own[emoji_id]['name']}:{emoji_id}"
    who = world.users[user_id]["username"]
    raise _unknown(f"no guild that {who} is in has the custom emoji {key}, nor does the application")


def _unknown(why: str) -> RestError:
    return RestError(Code.UNKNOWN_EMOJI, status=400, why=why)


@route("PUT", f"{_ONE}/@me", permissions=Permission.READ_MESSAGE_HISTORY, status=204)
def add_my_message_reaction(call: Call, channel: Record, message: Record, key: str) -> None:
    world, user_id = call.world, call.actor.user_id
    check_active(channel)
    bits = channel_bits(call, channel)
    members = world.members.get(channel.get("guild_id") or "", {})
    member = members.get(user_id)
    if member is not None and (is_timed_out(world, member) or is_pending(member)):
        if not call.actor.omnipotent and not bits & Permission.ADD_REACTIONS:
            raise call.lacking(Permission.ADD_REACTIONS, channel)
    known = world.reactions.get(message["id"], {})
    if key not in known:
        if not bits & Permission.ADD_REACTIONS:
            raise call.lacking(Permission.ADD_REACTIONS, channel)
        key = _check_usable(call, channel, bits, key)
        if len(known) >= MAX_REACTIONS:
            raise RestError(Code.MAX_REACTIONS)
    users = world.reactions.setdefault(message["id"], {}).setdefault(key, {})
    if user_id in users:
        return
    users[user_id] = None
    tell_reaction_add(world, channel, message, user_id, key)


def tell_reaction_add(world: World, channel: Record, message: Record, user_id: str, key: str) -> None:
    """Tell that somebody has reacted."""
    event = _event(world, message, user_id, key)
    members = world.members.get(channel.get("guild_id") or "", {})
    if user_id in members:
        event["member"] = members[user_id]
    event["message_author_id"] = message["author"]["id"]
    world.emit_in(channel, "MESSAGE_REACTION_ADD", event)


@route("DELETE", f"{_ONE}/@me", status=204)
def delete_my_message_reaction(call: Call, channel: Record, message: Record, key: str) -> None:
    check_active(channel)
    _remove(call, channel, message, key, call.actor.user_id)


@route("DELETE", f"{_ONE}/{{user_id}}", permissions=Permission.MANAGE_MESSAGES, status=204)
def delete_user_message_reaction(
    call: Call, channel: Record, message: Record, key: str, user: Record
) -> None:
    _require_guild(call, channel)
    check_active(channel)
    _remove(call, channel, message, key, user["id"])


def _remove(call: Call, channel: Record, message: Record, key: str, user_id: str) -> None:
    world = call.world
    users = _users(world, message, key)
    if user_id not in users:
        return
    del users[user_id]
    if not users:
        del world.reactions[message["id"]][key]
    world.emit_in(channel, "MESSAGE_REACTION_REMOVE", _event(world, message, user_id, key))


@route(
    "DELETE",
    "/channels/{channel_id}/messages/{message_id}/reactions",
    permissions=Permission.MANAGE_MESSAGES,
    status=204,
)
def delete_all_message_reactions(call: Call, channel: Record, message: Record) -> None:
    _require_guild(call, channel)
    check_active(channel)
    if call.world.reactions.pop(message["id"], None):
        call.world.emit_in(channel, "MESSAGE_REACTION_REMOVE_ALL", _place(message))


@route("DELETE", _ONE, permissions=Permission.MANAGE_MESSAGES, status=204)
def delete_all_message_reactions_by_emoji(call: Call, channel: Record, message: Record, key: str) -> None:
    world = call.world
    _require_guild(call, channel)
    check_active(channel)
    _users(world, message, key)
    del world.reactions[message["id"]][key]
    event = {**_place(message), "emoji": emoji_payload(world, key), "burst": False}
    world.emit_in(channel, "MESSAGE_REACTION_REMOVE_EMOJI", event)


LIST_REACTIONS = Object(
    {
        "limit": Integer(min=1, max=MAX_PAGE, default=DEFAULT_PAGE),
        "after": Snowflake(null=True),
        "type": Choice((0, 1, "0", "1"), default=0),
    }
)


@route("GET", _ONE, query=LIST_REACTIONS)
def list_message_reactions_by_emoji(call: Call, channel: Record, message: Record, key: str) -> list[Record]:
    world = call.world
    users = _users(world, message, key)
    if int(call.query["type"]) == 1:
        return []  # nobody pays for super reactions here
    return [world.users[user_id] for user_id in page(users, call.query)]


def _users(world: World, message: Record, key: str) -> dict[str, None]:
    """Return who reacted with the emoji: 10014 where nobody did."""
    users = world.reactions.get(message["id"], {}).get(key)
    if users is None:
        raise RestError(Code.UNKNOWN_EMOJI)
    return users


def _require_guild(call: Call, channel: Record) -> None:
    if channel.get("guild_id") is None and not call.actor.omnipotent:
        raise RestError(Code.CANNOT_EXECUTE_ON_DM)


def _place(message: Record) -> dict[str, Any]:
    return {"channel_id": message["channel_id"], "message_id": message["id"]}


def _event(world: World, message: Record, user_id: str, key: str) -> Record:
    return {
        "user_id": user_id,
        **_place(message),
        "emoji": emoji_payload(world, key),
        "burst": False,
        "type": 0,
    }
