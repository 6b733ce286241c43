"""The messages of an interaction: the first answer, deferred ones, followups, and those that only one person sees.

An ephemeral message is in ``World.ephemerals``, in no channel's history; events about it go to its application
alone, as those of direct messages do.
Source: Discord's documentation, Receiving and Responding ("Followup Messages" and what it lists), Message
("Message Flags", "Message Interaction Metadata Object") and Gateway Events ("Messages").
"""

from __future__ import annotations

from discordtest.backend.codes import Code, RestError
from discordtest.backend.journal import Sent
from discordtest.backend.permissions import THREAD_TYPES, Permission, channel_permissions
from discordtest.backend.resources.interaction import COMMAND, USER_INSTALL
from discordtest.backend.resources.mention import USERS_ONLY, bits_for_mentions
from discordtest.backend.resources.message import forget_message
from discordtest.backend.resources.message_build import add_message, build_message, new_message
from discordtest.backend.resources.message_edit import apply_edit
from discordtest.backend.resources.message_form import EPHEMERAL, LOADING, SETTABLE
from discordtest.backend.resources.message_reference import REPLY
from discordtest.backend.resources.message_render import render_message
from discordtest.backend.rest import Call, find_in
from discordtest.backend.world import Record, World

__all__ = [
    "create_followup",
    "create_loading",
    "create_response",
    "delete_own",
    "edit_own",
    "find_original",
    "find_own",
    "find_shown",
    "home",
    "note_response",
]

MAX_FOLLOWUPS = 5  # of an application that only the user has installed
#: What the person needs for such an application to speak to all.
_IN_CHANNELS = int(Permission.USE_EXTERNAL_APPS | Permission.SEND_MESSAGES)
_IN_THREADS = int(Permission.USE_EXTERNAL_APPS | Permission.SEND_MESSAGES_IN_THREADS)
CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND = 20, 23  # message types


def home(world: World, interaction: Record) -> Record:
    """Return the channel of the interaction, or raise 10003 when it is gone."""
    return find_in(world.channels, interaction["channel_id"], Code.UNKNOWN_CHANNEL)


# -- making


def create_response(call: Call, interaction: Record, body: Record) -> Record:
    """Send the message that answers the interaction; return it."""
    message = _build(call, interaction, body)
    _sign(call.world, interaction, message)
    _add(call, interaction, message)
    note_response(interaction, message)
    return message


def create_loading(call: Call, interaction: Record, ephemeral: bool) -> Record:
    """Send the message that says that the answer is to come; return it."""
    world = call.world
    bot = world.applications[interaction["application_id"]]["bot"]
    message = new_message(call, home(world, interaction), bot, "")
    message["flags"] = LOADING | (EPHEMERAL if ephemeral or _must_whisper(world, interaction) else 0)
    _sign(world, interaction, message)
    _add(call, interaction, message)
    note_response(interaction, message)
    return message


def create_followup(call: Call, interaction: Record, body: Record) -> Record:
    """Send a further message; the first one after a deferred answer is that answer."""
    world = call.world
    original = _stored(world, interaction, interaction["response_id"])
    if original is not None and original["flags"] & LOADING:
        if not any(body.get(key) for key in ("content", "embeds", "components", "poll")) and not call.files:
            raise RestError(Code.EMPTY_MESSAGE)
        bits = _permissions(world, interaction, body)
        apply_edit(call, home(world, interaction), original, body, permissions=bits, mentions=USERS_ONLY)
        return original
    owners = interaction["metadata"]["authorizing_integration_owners"]
    if list(owners) == [USER_INSTALL] and len(interaction["followups"]) >= MAX_FOLLOWUPS:
        raise RestError(Code.MAX_FOLLOWUPS)
    message = _build(call, interaction, body)
    _sign(world, interaction, message, original)
    _add(call, interaction, message)
    interaction["followups"].append(message["id"])
    return message


def _build(call: Call, interaction: Record, body: Record) -> Record:
    world = call.world
    bot = world.applications[interaction["application_id"]]["bot"]
    message = build_message(
        call,
        home(world, interaction),
        bot,
        body,
        permissions=_permissions(world, interaction, body),
        mentions=USERS_ONLY,
        settable=SETTABLE | EPHEMERAL,
    )
    if _must_whisper(world, interaction):
        message["flags"] |= EPHEMERAL
    return message


def _permissions(world: World, interaction: Record, body: Record) -> int:
    """Return what an answer may do; who mentions everyone is the bot, or the person where it is no member."""
    guild_id, channel = interaction["guild_id"], home(world, interaction)
    bot_id: str = world.applications[interaction["application_id"]]["bot"]["id"]
    is_member = guild_id is None or bot_id in world.members[guild_id]
    return bits_for_mentions(world, channel, bot_id if is_member else interaction["user_id"], body)


def _must_whisper(world: World, interaction: Record) -> bool:
    """Tell whether an application that the guild has not installed may speak to the person alone there."""
    guild_id, application = interaction["guild_id"], world.applications[interaction["application_id"]]
    if guild_id is None or application["bot"]["id"] in world.members[guild_id]:
        return False
    channel = home(world, interaction)
    bits = channel_permissions(world, channel, interaction["user_id"])
    needed = _IN_THREADS if channel["type"] in THREAD_TYPES else _IN_CHANNELS
    return bits & needed != needed


def note_response(interaction: Record, message: Record) -> None:
    """Note which message answers the interaction, or is changed by the answer."""
    interaction["response_id"] = message["id"]
    interaction["ephemeral"] = bool(message["flags"] & EPHEMERAL)


def _sign(world: World, interaction: Record, message: Record, original: Record | None = None) -> None:
    """Say whose message it is and what it answers: a command, a message with a component, the first answer."""
    message["application_id"] = message["webhook_id"] = interaction["application_id"]
    metadata = message["interaction_metadata"] = dict(interaction["metadata"])
    if original is not None:
        metadata["original_response_message_id"] = original["id"]
    if interaction["type"] == COMMAND:
        message["interaction"] = {
            "id": interaction["id"],
            "type": COMMAND,
            "name": interaction["name"],
            "user": metadata["user"],
        }
    answered_id = interaction["message_id"] if original is None else original["id"]
    if answered_id is not None:
        message["type"] = REPLY
    elif interaction["type"] == COMMAND and interaction["answer"] is None:
        is_menu = interaction["data"].get("target_id") is not None
        message["type"] = CONTEXT_MENU_COMMAND if is_menu else CHAT_INPUT_COMMAND
        answered_id = metadata.get("target_message_id")
    if answered_id is not None:
        reference = {"type": 0, "channel_id": message["channel_id"], "message_id": answered_id}
        if interaction["guild_id"] is not None:
            reference["guild_id"] = interaction["guild_id"]
        message["message_reference"] = reference


def _add(call: Call, interaction: Record, message: Record) -> None:
    world = call.world
    if not message["flags"] & EPHEMERAL:
        add_message(call, home(world, interaction), message)
        return
    world.ephemerals[message["id"]] = message
    if not message["flags"] & LOADING:
        call.backend.journal.append(Sent(world.now(), call.actor, call.wire, dict(message)))
    world.emit("MESSAGE_CREATE", dict(message), users=(interaction["application_id"],))


# -- what is there already


def _stored(world: World, interaction: Record, message_id: str | None) -> Record | None:
    if message_id is None:
        return None
    found = world.messages.get(interaction["channel_id"], {}).get(message_id)
    return world.ephemerals.get(message_id) if found is None else found


def find_original(world: World, interaction: Record) -> Record:
    """Find the first answer; for a component whose message was changed, that message."""
    return find_shown(world, interaction, interaction["response_id"])


def find_shown(world: World, interaction: Record, message_id: str | None) -> Record:
    """Find a message that the person sees, such as the one whose component was used: it may be gone by now."""
    message = _stored(world, interaction, message_id)
    if message is None:
        raise RestError(Code.UNKNOWN_MESSAGE)
    return message


def find_own(world: World, interaction: Record, message_id: str) -> Record:
    """Find a message of the interaction: the first answer or a followup."""
    if message_id != interaction["response_id"] and message_id not in interaction["followups"]:
        raise RestError(Code.UNKNOWN_MESSAGE)
    return find_shown(world, interaction, message_id)


def edit_own(call: Call, interaction: Record, message: Record, body: Record) -> Record:
    """Change a message of the interaction; return it as its application sees it."""
    channel = home(call.world, interaction)
    bits = _permissions(call.world, interaction, body)
    apply_edit(call, channel, message, body, permissions=bits, mentions=USERS_ONLY)
    if message["id"] == interaction["message_id"]:
        interaction["updated_id"] = message["id"]
    return render_message(call.world, message, interaction["application_id"])


def delete_own(call: Call, interaction: Record, message: Record) -> None:
    """Delete a message of the interaction."""
    world = call.world
    event = {"id": message["id"], "channel_id": message["channel_id"]}
    if world.ephemerals.pop(message["id"], None) is not None:
        world.emit("MESSAGE_DELETE", event, users=(interaction["application_id"],))
        return
    channel = home(world, interaction)
    forget_message(world, channel, message["id"])
    world.emit_in(channel, "MESSAGE_DELETE", event)
