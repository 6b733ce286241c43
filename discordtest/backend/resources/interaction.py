"""Interactions: what a person starts, its deadlines, and what the application is told of it.

``World.interactions`` holds the life of each as plain data; nothing runs when a deadline passes, it is compared
with the clock when somebody asks. An answer has to come within 3 seconds, the token works for 15 minutes.
Source: Discord's documentation, Receiving and Responding ("Interaction Object", "Interaction Token",
"Interaction Response") and Message ("Message Interaction Metadata Object").
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from discordtest.backend import permissions
from discordtest.backend.body import Anything
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.attachment import size_limit
from discordtest.backend.resources.component import walk
from discordtest.backend.resources.entitlement import active_entitlements
from discordtest.backend.resources.message_render import render_message
from discordtest.backend.rest import Call, find_in, known_actor, operation, parameter
from discordtest.backend.world import Record, World
from discordtest.errors import NotModelled

__all__ = [
    "AUTOCOMPLETE",
    "BOT_DM",
    "COMMAND",
    "COMPONENT",
    "GUILD",
    "GUILD_INSTALL",
    "MODAL_SUBMIT",
    "PRIVATE_CHANNEL",
    "RESPONSE_WINDOW",
    "TOKEN_WINDOW",
    "USER_INSTALL",
    "command_name",
    "find_shown_message",
    "find_token",
    "installation_owners",
    "is_late",
]

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
RESPONSE_WINDOW = 3_000_000  # µs from the interaction to the latest first answer
TOKEN_WINDOW = 900_000_000  # µs from the interaction to the end of its token
_TAIL = base64.urlsafe_b64encode(hashlib.sha512(b"interaction").digest()).decode().rstrip("=")
GUILD, BOT_DM, PRIVATE_CHANNEL = 0, 1, 2  # contexts
GUILD_INSTALL, USER_INSTALL = "0", "1"
_NOT_TOLD = ("permission_overwrites", "recipients")
_IN_ANY_DM = int(Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.MENTION_EVERYONE)
_IN_BOT_DM = _IN_ANY_DM | int(Permission.USE_EXTERNAL_EMOJIS)
_UNANSWERED = (
    "nothing has answered the interaction so far: response.send_message or response.defer comes first"
)
_OVER = "an interaction may be answered for 15 minutes, which are over: write to the channel, or to the user"

# -- finding


@parameter("interaction")
def find_interaction(call: Call, text: str) -> Record:
    """Find an interaction, which is unknown once nobody may answer it any more."""
    return find_in(call.world.interactions, text, Code.UNKNOWN_INTERACTION)


@parameter("interaction_token")
def find_interaction_token(call: Call, text: str) -> str:
    """Check the token of the interaction of this call; who has it is the application's bot."""
    interaction: Record = call.found["interaction"]
    if interaction["token"] != text:
        raise RestError(Code.INVALID_WEBHOOK_TOKEN)
    _act_as_bot(call, interaction)
    return text


def find_token(call: Call, application_id: str, token: str) -> Record:
    """Find the interaction whose token an application uses as a webhook's.

    Raises 50027 for an unknown or expired token, 10015 before the first answer.
    """
    world = call.world
    interaction = world.interactions.get(world.interaction_tokens.get(token, ""))
    if interaction is None or interaction["application_id"] != application_id:
        raise RestError(Code.INVALID_WEBHOOK_TOKEN)
    if world.now() - interaction["created_at"] >= TOKEN_WINDOW:
        raise RestError(Code.INVALID_WEBHOOK_TOKEN, why=_OVER)
    if interaction["answer"] is None:
        raise RestError(Code.UNKNOWN_WEBHOOK, why=_UNANSWERED)
    _act_as_bot(call, interaction)
    return interaction


def _act_as_bot(call: Call, interaction: Record) -> None:
    application_id = interaction["application_id"]
    bot_id = call.world.applications[application_id]["bot"]["id"]
    call.actor = known_actor("bot", bot_id, application_id)


def is_late(world: World, interaction: Record) -> bool:
    """Tell whether no first answer came in time, and none can come any more."""
    return interaction["answer"] is None and world.now() - interaction["created_at"] >= RESPONSE_WINDOW


def find_shown_message(world: World, channel_id: str, message_id: str, user_id: str) -> Record | None:
    """Return a message as the person finds it in the channel: everybody's, or one that only they see."""
    message = world.messages.get(channel_id, {}).get(message_id)
    if message is None:
        message = world.ephemerals.get(message_id)
        if message is not None and message["interaction_metadata"]["user"]["id"] != user_id:
            return None
    return message


# -- making


@operation("/{channel_id}", body=Anything())  # whoever makes one knows what it is made of
def create_interaction(call: Call, channel: Record) -> Record:
    """Let a person use a command, a component or a modal; return the life of the interaction.

    The body has ``application_id``, ``type`` and ``data`` (what the application gets as such, checked already),
    ``message_id`` of the component that was used, ``modal_of``, the interaction that was answered with the modal, and
    ``authorizing_integration_owners`` where they are known.
    """
    world, body = call.world, call.body
    application = world.applications[body["application_id"]]
    if (url := application["interactions_endpoint_url"]) is not None:
        raise NotModelled(
            f"{application['name']} gets its interactions by HTTP, at {url}, and none over the gateway: "
            "interactions_endpoint_url"
        )
    message = None
    if body.get("message_id"):
        message = find_shown_message(world, channel["id"], body["message_id"], call.actor.user_id)
        if message is None:
            raise RestError(Code.UNKNOWN_MESSAGE)
    interaction = _new_interaction(call, channel, application, message)
    world.interactions[interaction["id"]] = interaction
    world.interaction_tokens[interaction["token"]] = interaction["id"]
    payload = _payload(world, interaction, channel, body["data"], message)
    world.emit(
        "INTERACTION_CREATE", payload, guild=channel.get("guild_id"), users=(application["bot"]["id"],)
    )
    return interaction


def _new_interaction(call: Call, channel: Record, application: Record, message: Record | None) -> Record:
    world, body, user_id = call.world, call.body, call.actor.user_id
    interaction_id, guild_id = call.new_id(), channel.get("guild_id")
    owners = body.get("authorizing_integration_owners")
    if owners is None:
        owners = installation_owners(world, application, channel, user_id)
    metadata: Record = {
        "id": interaction_id,
        "type": body["type"],
        "user": world.users[user_id],
        "authorizing_integration_owners": owners,
    }
    data = body["data"]
    if body["type"] == COMPONENT:
        metadata["interacted_message_id"] = body["message_id"]
    elif body["type"] == MODAL_SUBMIT:
        metadata["triggering_interaction_metadata"] = world.interactions[body["modal_of"]]["metadata"]
    elif data.get("target_id") is not None:
        if data["type"] == 2:
            metadata["target_user"] = world.users[data["target_id"]]
        else:
            metadata["target_message_id"] = data["target_id"]
    return {
        "id": interaction_id,
        "application_id": application["id"],
        "token": _token(interaction_id),
        "type": body["type"],
        "name": _name(world, body, message),  # of what was used, as the person sees it
        "data": data,
        "user_id": user_id,
        "guild_id": guild_id,
        "channel_id": channel["id"],
        "message_id": body.get("message_id"),
        "modal_of": body.get("modal_of"),
        "metadata": metadata,
        "created_at": world.now(),
        "answer": None,  # the type of the first answer
        "answered_at": None,
        "response_id": None,  # the message that answers, or that @original means
        "ephemeral": False,
        "updated_id": None,  # the message with the component, once the answer has changed it
        "followups": [],  # ids of further messages, in order
        "modal": None,  # the modal that the person sees
        "choices": None,  # what autocomplete offers
        "submitted_by": None,  # the interaction by which the person sent the modal off
    }


def _name(world: World, body: Record, message: Record | None) -> str:
    """Return a command's words, a button's label, a select's placeholder or a modal's title; else the custom_id."""
    data = body["data"]
    if body["type"] in (COMMAND, AUTOCOMPLETE):
        return command_name(data)
    custom_id: str = data["custom_id"]
    if body["type"] == MODAL_SUBMIT:
        return str(world.interactions[body["modal_of"]]["modal"]["title"])
    for part in walk(message["components"] if message is not None else []):
        if part.get("custom_id") == custom_id:
            emoji = (part.get("emoji") or {}).get("name")
            return str(part.get("label") or emoji or part.get("placeholder") or custom_id)
    return custom_id


def command_name(data: Record) -> str:
    """Return a command's words as a person types them: ``tag set``."""
    words = [data["name"]]
    options = data.get("options") or ()
    while options and options[0]["type"] in (1, 2):
        words.append(options[0]["name"])
        options = options[0].get("options") or ()
    return " ".join(words)


def _token(interaction_id: str) -> str:
    """Return a token of the length that the API's have; always the same for one id."""
    text = f"interaction:{interaction_id:.^20}:"  # of its letters none becomes a "+" or "/"
    return binascii.b2a_base64(text.encode(), newline=False).decode() + _TAIL


def installation_owners(world: World, application: Record, channel: Record, user_id: str) -> Record:
    """Return by whom the application is installed where the channel is: the guild (0), the user (1), or both."""
    owners: Record = {}
    guild_id, bot_id = channel.get("guild_id"), application["bot"]["id"]
    if guild_id is not None:
        if bot_id in world.members[guild_id]:
            owners[GUILD_INSTALL] = guild_id
    elif any(user["id"] == bot_id for user in channel["recipients"]):
        owners[GUILD_INSTALL] = "0"
    if application["id"] in world.user_installs.get(user_id, ()):
        owners[USER_INSTALL] = user_id
    return owners


# -- what the application is told


def _payload(
    world: World, interaction: Record, channel: Record, data: Record, message: Record | None
) -> Record:
    guild_id, user_id = interaction["guild_id"], interaction["user_id"]
    application_id = interaction["application_id"]
    entitlements = active_entitlements(world, application_id, user_id, guild_id)
    payload: Record = {
        "id": interaction["id"],
        "application_id": application_id,
        "type": interaction["type"],
        "token": interaction["token"],
        "version": 1,
        "data": data,
        "channel_id": channel["id"],
        "channel": {key: value for key, value in channel.items() if key not in _NOT_TOLD},
        "locale": world.user_settings[user_id]["locale"],
        "entitlements": entitlements,
        "entitlement_sku_ids": [entitlement["sku_id"] for entitlement in entitlements],
        "authorizing_integration_owners": interaction["metadata"]["authorizing_integration_owners"],
        "context": GUILD,
        "attachment_size_limit": size_limit(world, guild_id),
    }
    bot_id = world.applications[application_id]["bot"]["id"]
    if guild_id is None:
        _add_private(world, payload, channel, user_id, bot_id)
    else:
        _add_guild(world, payload, channel, user_id, bot_id)
    if message is not None:
        payload["message"] = render_message(world, message, bot_id)
    return payload


def _add_guild(world: World, payload: Record, channel: Record, user_id: str, bot_id: str) -> None:
    guild = world.guilds[channel["guild_id"]]
    bits = permissions.channel_permissions(world, channel, user_id)
    payload["guild_id"] = guild["id"]
    payload["guild"] = {"id": guild["id"], "locale": guild["preferred_locale"], "features": guild["features"]}
    payload["guild_locale"] = guild["preferred_locale"]
    payload["member"] = {**world.members[guild["id"]][user_id], "permissions": str(bits)}
    payload["channel"]["permissions"] = str(bits)
    app_bits = _IN_ANY_DM & bits
    if bot_id in world.members[guild["id"]]:
        app_bits = permissions.channel_permissions(world, channel, bot_id)
        if "resolved" in payload["data"]:
            for channel_id, shown in payload["data"]["resolved"].get("channels", {}).items():
                bits = permissions.channel_permissions(world, world.channels[channel_id], bot_id)
                shown["app_permissions"] = str(bits)
    payload["app_permissions"] = str(app_bits)


def _add_private(world: World, payload: Record, channel: Record, user_id: str, bot_id: str) -> None:
    is_own = any(user["id"] == bot_id for user in channel["recipients"])
    payload["context"] = BOT_DM if is_own else PRIVATE_CHANNEL
    payload["user"] = world.users[user_id]
    payload["channel"]["recipients"] = [user for user in channel["recipients"] if user["id"] != bot_id]
    payload["app_permissions"] = str(_IN_BOT_DM if is_own else _IN_ANY_DM)
