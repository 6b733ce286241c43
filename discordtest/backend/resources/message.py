"""Messages: sending, reading one, deleting one.

The bodies are in ``message_form``, what a message is made of in ``message_build``, how it looks to whom in
``message_render``, edits in ``message_edit``.
Source: Discord's documentation, Message ("Create Message", "Get Channel Message", "Delete Message").
"""

from __future__ import annotations

from discordtest.backend import audit
from discordtest.backend.audit import Action
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import ALL, THREAD_TYPES, Permission
from discordtest.backend.resources import message_thread
from discordtest.backend.resources.auto_moderation_execution import (
    AUTO_MODERATION_ACTION,
    execute,
    screen_message,
)
from discordtest.backend.resources.channel_types import FORUM_TYPES
from discordtest.backend.resources.message_build import add_message, build_message
from discordtest.backend.resources.message_crosspost import CROSSPOSTED, carry_deletion
from discordtest.backend.resources.message_form import CREATE_MESSAGE
from discordtest.backend.resources.message_render import render_message
from discordtest.backend.resources.message_traces import forget_traces
from discordtest.backend.resources.slow_mode import check_slow_mode, note_use
from discordtest.backend.resources.user import check_dm
from discordtest.backend.resources.verification import check_verification
from discordtest.backend.rest import Call, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["channel_bits", "check_may_send", "find_message", "forget_message", "viewer"]

NONCE_WINDOW = 300_000_000  # µs for which an enforced nonce stands for the message that it came with
MAX_NONCES = 1000
#: where messages can be: text, DM, voice, group DM, announcement, threads, stage
MESSAGE_CHANNELS = frozenset((0, 1, 2, 3, 5, 10, 11, 12, 13))
#: recipients, calls, names and icons of group DMs; what a thread was started from
UNDELETABLE = frozenset((1, 2, 3, 4, 5, 21))


@parameter("message")
def find_message(call: Call, text: str) -> Record:
    """Find a message of the channel of this call."""
    message = call.world.messages.get(call.found["channel"]["id"], {}).get(text)
    if message is None:
        why = (
            "it is ephemeral: a client shows it, and offers nothing for it"
            if text in call.world.ephemerals
            else None
        )
        raise RestError(Code.UNKNOWN_MESSAGE, why=why)
    return message


def viewer(call: Call) -> str | None:
    """Return whom to render for: the actor, or None for the narrator, who sees everything."""
    return None if call.actor.omnipotent else call.actor.user_id


def channel_bits(call: Call, channel: Record) -> int:
    """Return what the actor may do in the channel; in a direct message that is everything."""
    known = call.bits
    if known is not None and known[0] is channel:
        return known[1]
    return ALL if channel.get("guild_id") is None else call.permissions(channel)


# -- sending


@route(
    "POST",
    "/channels/{channel_id}/messages",
    permissions=Permission.SEND_MESSAGES,
    body=CREATE_MESSAGE,
)
def create_message(call: Call, channel: Record) -> Record:
    world, body, author_id = call.world, call.body, call.actor.user_id
    bits = channel_bits(call, channel)
    check_may_send(call, channel, bits)
    nonce = body.get("nonce")
    key = (channel["id"], author_id, str(nonce))
    if nonce is not None and body.get("enforce_nonce"):
        earlier = _sent_with_nonce(world, key)
        if earlier is not None:
            return {**render_message(world, earlier, viewer(call)), "nonce": nonce}
    message = build_message(call, channel, world.users[author_id], body, permissions=bits)
    triggered = screen_message(call, channel, message["content"], bits) if world.automod_rules else None
    add_message(call, channel, message, nonce)
    if triggered:
        execute(call, channel, message["content"], triggered, message["id"])
    if channel.get("rate_limit_per_user"):
        note_use(call, channel)
    shown = message  # one's own message hides nothing, and nobody has reacted to it
    if "message_reference" in message or "poll" in message:
        shown = render_message(world, message, viewer(call))
    if nonce is None:
        return shown
    if body.get("enforce_nonce"):
        _remember_nonce(world, key, message["id"])
    return {**shown, "nonce": nonce}


def check_may_send(call: Call, channel: Record, bits: int) -> None:
    """Refuse where the actor cannot send: by the channel's type, a closed DM, a locked thread, slow mode."""
    kind = channel["type"]
    if kind not in MESSAGE_CHANNELS:
        if kind in FORUM_TYPES:
            why = "it holds posts alone, which are threads: start_thread of a test, create_thread of a bot"
            raise RestError(Code.CANNOT_SEND_IN_FORUM, why=why)
        raise RestError(Code.CANNOT_SEND_IN_NON_TEXT)
    if kind == 1:
        check_dm(call, channel)
    elif kind in THREAD_TYPES:
        message_thread.check_may_speak(channel, bits)
        message_thread.check_may_wake(call.world, channel)
    if channel.get("rate_limit_per_user"):
        check_slow_mode(call, channel, bits)
    if call.actor.kind == "person" and kind != 1:
        check_verification(call.world, channel["guild_id"], call.actor.user_id)


def _sent_with_nonce(world: World, key: tuple[str, str, str]) -> Record | None:
    message_id, at = world.nonces.get(key, ("", 0))
    if not message_id or world.now() - at > NONCE_WINDOW:
        return None
    return world.messages[key[0]].get(message_id)


def _remember_nonce(world: World, key: tuple[str, str, str], message_id: str) -> None:
    """Keep the nonce; the oldest make room, so that a long test does not remember each."""
    world.nonces[key] = (message_id, world.now())
    if len(world.nonces) > MAX_NONCES:
        del world.nonces[next(iter(world.nonces))]


# -- reading


@route("GET", "/channels/{channel_id}/messages/{message_id}", permissions=Permission.READ_MESSAGE_HISTORY)
def get_message(call: Call, channel: Record, message: Record) -> Record:
    return render_message(call.world, message, viewer(call))


# -- deleting


@route("DELETE", "/channels/{channel_id}/messages/{message_id}")
def delete_message(call: Call, channel: Record, message: Record) -> None:
    world, guild_id = call.world, channel.get("guild_id")
    author_id = message["author"]["id"]
    own = author_id == call.actor.user_id and message["type"] != AUTO_MODERATION_ACTION
    if message["type"] in UNDELETABLE:
        raise RestError(Code.CANNOT_EXECUTE_ON_SYSTEM_MESSAGE)
    if not own and guild_id is None and not call.actor.omnipotent:
        raise RestError(Code.CANNOT_EXECUTE_ON_DM)
    if not own and guild_id is not None:
        call.require(Permission.MANAGE_MESSAGES, channel)
    if channel["type"] in THREAD_TYPES:
        message_thread.check_may_delete(channel, channel_bits(call, channel))
    forget_message(world, channel, message["id"])
    if not own and guild_id is not None and call.actor.kind != "bot":  # of bots, only bulk deletion is logged
        audit.count(call, guild_id, Action.MESSAGE_DELETE, author_id, channel_id=channel["id"])
    world.emit_in(channel, "MESSAGE_DELETE", {"id": message["id"], "channel_id": channel["id"]})


def forget_message(world: World, channel: Record, message_id: str) -> None:
    """Take the message out of every table."""
    message = world.messages[channel["id"]].pop(message_id)
    forget_traces(world, message_id)
    if message["flags"] & CROSSPOSTED:
        carry_deletion(world, message)
    world.pins.get(channel["id"], {}).pop(message_id, None)
    if channel["type"] in THREAD_TYPES:
        message_thread.discount_message(channel, message)
