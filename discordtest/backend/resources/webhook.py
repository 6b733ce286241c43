"""Webhooks: making, reading, changing and deleting them, with a bot's permission or with their own token.

``World.webhooks`` holds those of every guild; one whose channel is gone is gone too. A record has its token;
``render_webhook`` leaves it out for those who may not know it. What a webhook posts is in ``webhook_execute``.
Source: Discord's documentation, Webhook ("Webhook Object", "Create Webhook" and what follows) and Channel
("Follow Announcement Channel").
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from discordtest.backend import audit, cdn
from discordtest.backend.audit import Action
from discordtest.backend.body import FormErrors, Image, Name, Object, Path, Snowflake
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.channel import find_channel
from discordtest.backend.resources.channel_types import ANNOUNCEMENT
from discordtest.backend.resources.interaction import find_token
from discordtest.backend.resources.message_build import create_system_message
from discordtest.backend.rest import Actor, Call, parameter, route
from discordtest.backend.world import Record, World

__all__ = [
    "APPLICATION",
    "MAX_NAME",
    "check_name",
    "find_webhook",
    "new_webhook",
    "render_webhook",
    "set_token",
    "tell_webhooks",
]

INCOMING, CHANNEL_FOLLOWER, APPLICATION = 1, 2, 3
MAX_NAME = 80
MAX_PER_CHANNEL = 15
MAX_PER_GUILD = 1000
#: Parts of words that no webhook may call itself.
FORBIDDEN_NAMES = ("clyde", "discord")
CHANNEL_FOLLOW_ADD = 12  # type of the message that tells of a new follower
#: Channels that can have webhooks: text, voice, announcement, stage, forum, media.
CHANNEL_TYPES = frozenset((0, 2, ANNOUNCEMENT, 13, 15, 16))
#: Channels to which another one's announcements can go.
FOLLOWER_TYPES = frozenset((0, ANNOUNCEMENT))
_MANAGE = Permission.MANAGE_WEBHOOKS


def check_name(body: Record, path: Path, errors: FormErrors, field: str = "name") -> None:
    """Note a name that imitates Discord; ``field`` is the body's field that holds the name."""
    name = (body.get(field) or "").lower()
    for word in FORBIDDEN_NAMES:
        if word in name:
            message = f'Username cannot contain "{word}"'
            errors.add((*path, field), "USERNAME_INVALID_CONTAINS", message)


CREATE_WEBHOOK = Object(
    {"name": Name(min=1, max=MAX_NAME, required=True), "avatar": Image(null=True)},
    check=check_name,
)
UPDATE_WEBHOOK_BY_TOKEN = Object(
    {"name": Name(min=1, max=MAX_NAME), "avatar": Image(null=True)}, check=check_name
)
UPDATE_WEBHOOK = Object(
    {**UPDATE_WEBHOOK_BY_TOKEN.fields, "channel_id": Snowflake(null=True)}, check=check_name
)
FOLLOW_CHANNEL = Object({"webhook_channel_id": Snowflake(required=True)})


# -- finding


@parameter("webhook")
def find_webhook(call: Call, text: str) -> Record:
    """Find a webhook and, for the permissions, its channel and guild.

    An application is one too, of the type APPLICATION: the tokens of its interactions are its tokens.
    """
    webhook = call.world.webhooks.get(text)
    if webhook is None and text in call.world.applications and "webhook_token" in call.route.kinds:
        return {"id": text, "type": APPLICATION, "application_id": text}
    if webhook is None or webhook["channel_id"] not in call.world.channels:
        raise RestError(Code.UNKNOWN_WEBHOOK)
    call.found["channel"] = call.world.channels[webhook["channel_id"]]
    call.found["guild"] = call.world.guilds[webhook["guild_id"]]
    return webhook


@parameter("webhook_token")
def find_webhook_token(call: Call, text: str) -> str:
    """Check the token of the webhook of this call, who acts from here on."""
    webhook: Record = call.found["webhook"]
    if webhook["type"] == APPLICATION:
        webhook["interaction"] = find_token(call, webhook["id"], text)
        return text
    if webhook.get("token") != text:
        raise RestError(Code.INVALID_WEBHOOK_TOKEN)
    if not call.actor.omnipotent:
        call.actor = Actor("webhook", webhook["id"], webhook["application_id"])
    return text


def _living(world: World, guild_id: str) -> Iterator[Record]:
    for webhook in world.webhooks.values():
        if webhook["guild_id"] == guild_id and webhook["channel_id"] in world.channels:
            yield webhook


# -- showing


def render_webhook(webhook: Record, actor: Actor) -> Record:
    """Return the webhook as the actor may see it.

    The token of another application's webhook is a secret; who acts by the token is not told who made it.
    """
    hidden: tuple[str, ...] = ()
    if actor.kind == "webhook":
        hidden = ("user",)
    elif not actor.omnipotent and webhook["application_id"] not in (None, actor.application_id):
        hidden = ("token", "url")
    return {key: value for key, value in webhook.items() if key not in hidden}


def tell_webhooks(world: World, channel: Record) -> None:
    """Emit that the webhooks of the channel are other ones now."""
    world.emit_in(channel, "WEBHOOKS_UPDATE", {"channel_id": channel["id"]})


# -- making


def new_webhook(call: Call, channel: Record, name: str, *, type: int = INCOMING) -> Record:
    """Add a webhook to a channel; its limits were checked."""
    webhook_id = call.new_id()
    webhook: Record = {
        "id": webhook_id,
        "type": type,
        "guild_id": channel["guild_id"],
        "channel_id": channel["id"],
        "name": name,
        "avatar": None,
        "application_id": call.actor.application_id,
        "user": call.world.users[call.actor.user_id],
    }
    if type == INCOMING:
        set_token(webhook, _token(webhook_id))
    call.world.webhooks[webhook_id] = webhook
    return webhook


def set_token(webhook: Record, token: str) -> None:
    """Let a webhook have this token."""
    webhook["token"] = token
    webhook["url"] = f"https://discord.com/api/webhooks/{webhook['id']}/{token}"


def _token(webhook_id: str) -> str:
    """Return 68 characters, as many as the API's tokens have; always the same for one id."""
    digest = hashlib.sha512(f"webhook {webhook_id}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:51]).decode()


def _check_channel(call: Call, channel: Record) -> None:
    if channel.get("guild_id") is None:
        raise RestError(Code.CANNOT_EXECUTE_ON_DM)
    if channel["type"] not in CHANNEL_TYPES:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    of_guild = [webhook["channel_id"] for webhook in _living(call.world, channel["guild_id"])]
    if of_guild.count(channel["id"]) >= MAX_PER_CHANNEL:
        raise RestError(Code.MAX_WEBHOOKS)
    if len(of_guild) >= MAX_PER_GUILD:
        raise RestError(Code.MAX_GUILD_WEBHOOKS)


def _set_avatar(call: Call, webhook: Record, data_uri: str | None) -> None:
    folder = f"avatars/{webhook['id']}"
    webhook["avatar"] = None if data_uri is None else cdn.store_image(call.world, folder, data_uri)


@route("POST", "/channels/{channel_id}/webhooks", permissions=_MANAGE, body=CREATE_WEBHOOK)
def create_webhook(call: Call, channel: Record) -> Record:
    _check_channel(call, channel)
    webhook = new_webhook(call, channel, call.body["name"])
    _set_avatar(call, webhook, call.body.get("avatar"))
    _log(call, Action.WEBHOOK_CREATE, None, webhook)
    tell_webhooks(call.world, channel)
    return render_webhook(webhook, call.actor)


@route("POST", "/channels/{channel_id}/followers", body=FOLLOW_CHANNEL)
def follow_channel(call: Call, channel: Record) -> Record:
    if channel["type"] != ANNOUNCEMENT:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    source_guild = call.world.guilds[channel["guild_id"]]
    target = find_channel(call, call.body["webhook_channel_id"])
    if target.get("guild_id") is not None:
        call.require(_MANAGE, target)
    _check_channel(call, target)
    if target["type"] not in FOLLOWER_TYPES:
        raise RestError(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE)
    name = f"{source_guild['name']} #{channel['name']}"[:MAX_NAME]
    webhook = new_webhook(call, target, name, type=CHANNEL_FOLLOWER)
    webhook["avatar"] = source_guild["icon"]
    webhook["source_guild"] = {key: source_guild[key] for key in ("id", "name", "icon")}
    webhook["source_channel"] = {"id": channel["id"], "name": channel["name"]}
    _log(call, Action.WEBHOOK_CREATE, None, webhook)
    tell_webhooks(call.world, target)
    source = {"type": 0, "channel_id": channel["id"], "guild_id": source_guild["id"]}
    create_system_message(call, target, CHANNEL_FOLLOW_ADD, webhook["user"], name, message_reference=source)
    return {"channel_id": channel["id"], "webhook_id": webhook["id"]}


# -- reading


@route("GET", "/channels/{channel_id}/webhooks", permissions=_MANAGE)
def list_channel_webhooks(call: Call, channel: Record) -> list[Record]:
    if channel.get("guild_id") is None:
        raise RestError(Code.CANNOT_EXECUTE_ON_DM)
    found = _living(call.world, channel["guild_id"])
    return [render_webhook(w, call.actor) for w in found if w["channel_id"] == channel["id"]]


@route("GET", "/guilds/{guild_id}/webhooks", permissions=_MANAGE)
def get_guild_webhooks(call: Call, guild: Record) -> list[Record]:
    return [render_webhook(webhook, call.actor) for webhook in _living(call.world, guild["id"])]


@route("GET", "/webhooks/{webhook_id}")
def get_webhook(call: Call, webhook: Record) -> Record:
    """Show a webhook to the application that owns it, and to who manages those of the channel."""
    owner_id = webhook["application_id"]
    if owner_id is None or owner_id != call.actor.application_id:
        call.require(_MANAGE, call.found["channel"])
    return render_webhook(webhook, call.actor)


@route("GET", "/webhooks/{webhook_id}/{webhook_token}", anonymous=True)
def get_webhook_by_token(call: Call, webhook: Record, token: str) -> Record:
    if webhook["type"] == APPLICATION:
        application = call.world.applications[webhook["id"]]
        shown = {key: webhook[key] for key in ("id", "type", "application_id")}
        return {**shown, "name": application["name"], "avatar": application["icon"], "channel_id": None}
    return render_webhook(webhook, call.actor)


# -- changing


@route("PATCH", "/webhooks/{webhook_id}", permissions=_MANAGE, body=UPDATE_WEBHOOK)
def update_webhook(call: Call, webhook: Record) -> Record:
    old_channel = channel = call.found["channel"]
    if call.body.get("channel_id") not in (None, channel["id"]):
        channel = find_channel(call, call.body["channel_id"])
        if channel.get("guild_id") != webhook["guild_id"]:
            raise RestError(Code.UNKNOWN_CHANNEL)
        call.require(_MANAGE, channel)
        _check_channel(call, channel)
    _update(call, webhook, channel)
    tell_webhooks(call.world, channel)
    if channel is not old_channel:
        tell_webhooks(call.world, old_channel)
    return render_webhook(webhook, call.actor)


@route("PATCH", "/webhooks/{webhook_id}/{webhook_token}", anonymous=True, body=UPDATE_WEBHOOK_BY_TOKEN)
def update_webhook_by_token(call: Call, webhook: Record, token: str) -> Record:
    _check_changeable(webhook)
    channel = call.found["channel"]
    _update(call, webhook, channel)
    tell_webhooks(call.world, channel)
    return render_webhook(webhook, call.actor)


def _update(call: Call, webhook: Record, channel: Record) -> None:
    before = dict(webhook)
    webhook["name"] = call.body.get("name", webhook["name"])
    webhook["channel_id"] = channel["id"]
    if "avatar" in call.body:
        _set_avatar(call, webhook, call.body["avatar"])
    _log(call, Action.WEBHOOK_UPDATE, before, webhook)


@route("DELETE", "/webhooks/{webhook_id}", permissions=_MANAGE)
def delete_webhook(call: Call, webhook: Record) -> None:
    _delete(call, webhook)


@route("DELETE", "/webhooks/{webhook_id}/{webhook_token}", anonymous=True)
def delete_webhook_by_token(call: Call, webhook: Record, token: str) -> None:
    _check_changeable(webhook)
    _delete(call, webhook)


def _check_changeable(webhook: Record) -> None:
    if webhook["type"] == APPLICATION:
        raise RestError(Code.CANNOT_MODIFY_SYSTEM_WEBHOOK)


def _delete(call: Call, webhook: Record) -> None:
    del call.world.webhooks[webhook["id"]]
    _log(call, Action.WEBHOOK_DELETE, webhook, None)
    tell_webhooks(call.world, call.found["channel"])


def _log(call: Call, action: Action, before: Record | None, after: Record | None) -> None:
    webhook: Record = after or before or {}
    keys: tuple[str, ...] = ("name", "channel_id", "avatar_hash")
    if before is None or after is None:
        keys = ("type", "application_id", *keys)
    changes = audit.difference(_hashed(before), _hashed(after), keys)
    audit.write(call, webhook["guild_id"], action, webhook["id"], changes=changes)


def _hashed(webhook: Record | None) -> Record | None:
    return None if webhook is None else {**webhook, "avatar_hash": webhook["avatar"]}
