"""What a webhook does with its token: it posts, and reads, edits and deletes what it posted.

A message's author stands for the webhook as it was for that message: its name and picture may be others each time.
Webhooks are bound by one permission, MENTION_EVERYONE: that of the bot that owns the webhook, or of @everyone. What
their text may mention by default is users only.
Source: Discord's documentation, Webhook ("Execute Webhook", "Get Webhook Message" and what follows) and Message
("Crosspost Message").
"""

from __future__ import annotations

import hashlib

from discordtest.backend import cdn
from discordtest.backend.body import (
    Array,
    Boolean,
    Field,
    FormErrors,
    Name,
    Object,
    Path,
    Snowflake,
    String,
    invalid,
)
from discordtest.backend.codes import Code, RestError
from discordtest.backend.resources import interaction_message as interactions
from discordtest.backend.resources.channel_types import FORUM_TYPES
from discordtest.backend.resources.component import BUTTON, LINK, SELECTS, walk
from discordtest.backend.resources.mention import USERS_ONLY, bits_for_mentions
from discordtest.backend.resources.message import forget_message
from discordtest.backend.resources.message_build import add_message, build_message, new_message
from discordtest.backend.resources.message_crosspost import COPIED, IS_CROSSPOST, followers
from discordtest.backend.resources.message_edit import apply_edit
from discordtest.backend.resources.message_form import (
    EDIT_FIELDS,
    IS_COMPONENTS_V2,
    MESSAGE_FIELDS,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    check_message,
)
from discordtest.backend.resources.message_render import render_message
from discordtest.backend.resources.message_thread import check_active
from discordtest.backend.resources.thread import PUBLIC_THREAD, new_thread
from discordtest.backend.resources.thread_create import MAX_APPLIED_TAGS, check_tags, open_thread
from discordtest.backend.resources.webhook import APPLICATION, MAX_NAME, check_name
from discordtest.backend.rest import Actor, Call, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["deliver", "webhook_author"]

MAX_AVATAR_URL = 2048
MAX_THREAD_NAME = 100
SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | IS_COMPONENTS_V2
#: Components that somebody can act on: buttons, and selects of every kind.
_INTERACTIVE = frozenset((BUTTON, *SELECTS))


def _check_execution(body: Record, path: Path, errors: FormErrors) -> None:
    check_message(body, path, errors)
    check_name(body, path, errors, "username")


EXECUTE_WEBHOOK = Object(
    {
        **MESSAGE_FIELDS,
        "username": Name(min=1, max=MAX_NAME, null=True),
        "avatar_url": String(max=MAX_AVATAR_URL, null=True),
        "thread_name": String(max=MAX_THREAD_NAME, strip=True, null=True),
        "applied_tags": Array(Snowflake(), max=MAX_APPLIED_TAGS, unique=True, null=True),
    },
    check=_check_execution,
)
UPDATE_WEBHOOK_MESSAGE = Object(
    {**EDIT_FIELDS, "poll": MESSAGE_FIELDS["poll"]},
    ignore=("tts",),  # discord.py always sends it
    check=check_message,
)
_IN_THREAD: dict[str, Field] = {"thread_id": Snowflake()}
_SHOWN: dict[str, Field] = {**_IN_THREAD, "with_components": Boolean(default=False)}
_PATH = "/webhooks/{webhook_id}/{webhook_token}"
_MESSAGE = _PATH + "/messages/{message_id:webhook_message}"
_ORIGINAL = _PATH + "/messages/@original"


# -- posting


@route(
    "POST",
    _PATH,
    anonymous=True,
    body=EXECUTE_WEBHOOK,
    query=Object({**_SHOWN, "wait": Boolean(default=False)}),
)
def execute_webhook(call: Call, webhook: Record, token: str) -> Record | None:
    if webhook["type"] == APPLICATION:
        message = interactions.create_followup(call, webhook["interaction"], call.body)
        return render_message(call.world, message, webhook["application_id"])
    body, channel = call.body, _target(call)
    _check_components(call, webhook)
    author = webhook_author(call.world, webhook, body.get("username"), body.get("avatar_url"))
    post = _new_post(call, channel) if channel["type"] in FORUM_TYPES or body.get("thread_name") else None
    message = build_message(
        call,
        post or channel,
        author,
        body,
        permissions=_permissions(call, webhook),
        mentions=USERS_ONLY,
        settable=SETTABLE,
    )
    _sign(message, webhook)
    if post is not None:
        open_thread(call, post)
        channel["last_message_id"] = post["id"]
        channel = post
    add_message(call, channel, message)
    return render_message(call.world, message, webhook["application_id"]) if call.query["wait"] else None


def webhook_author(
    world: World, webhook: Record, name: str | None = None, avatar_url: str | None = None
) -> Record:
    """Return what stands for the webhook as a message's author; ``name`` and ``avatar_url`` are for this one."""
    return {
        "id": webhook["id"],
        "username": name or webhook["name"],
        "avatar": _copied_avatar(world, webhook, avatar_url) if avatar_url else webhook["avatar"],
        "discriminator": "0000",
        "global_name": None,
        "public_flags": 0,
        "flags": 0,
        "bot": True,
        "primary_guild": None,
        "clan": None,
    }


def _copied_avatar(world: World, webhook: Record, url: str) -> str:
    """Return the hash of a picture that was given by its address; its content is known if it is the CDN's."""
    name = hashlib.md5(url.encode(), usedforsecurity=False).hexdigest()
    for root in (cdn.ROOT, cdn.PROXY):
        if url.startswith(root):
            found = cdn.fetch(world, url.removeprefix(root).partition("?")[0])
            if found is not None:
                cdn.store(world, f"/avatars/{webhook['id']}/{name}", *found)
    return name


def _permissions(call: Call, webhook: Record) -> int:
    """Return what the webhook may do: who mentions everyone through it is the bot that owns it, or @everyone."""
    world, channel = call.world, call.found["channel"]
    application_id = webhook["application_id"]
    bot_id = world.applications[application_id]["bot"]["id"] if application_id in world.applications else None
    member_id = bot_id if bot_id in world.members[channel["guild_id"]] else None
    return bits_for_mentions(world, channel, member_id, call.body)


def _sign(message: Record, webhook: Record) -> None:
    message["webhook_id"] = webhook["id"]
    if webhook["application_id"] is not None:
        message["application_id"] = webhook["application_id"]


def _target(call: Call) -> Record:
    """Return where the webhook acts: its channel, or the thread there that the query names."""
    channel: Record = call.found["channel"]
    thread_id = call.query.get("thread_id")
    if thread_id is None:
        return channel
    if call.body.get("thread_name"):
        raise RestError(Code.FORUM_WEBHOOK_THREAD_NAME_AND_ID)
    thread: Record | None = call.world.threads[channel["guild_id"]].get(thread_id)
    if thread is None or thread["parent_id"] != channel["id"]:
        raise RestError(Code.UNKNOWN_CHANNEL)
    return thread


def _new_post(call: Call, forum: Record) -> Record:
    """Return the thread that the webhook starts in a forum; its first message has its id."""
    name = call.body.get("thread_name")
    if forum["type"] not in FORUM_TYPES:
        raise RestError(Code.WEBHOOK_THREAD_NEEDS_FORUM)
    if not name:
        raise RestError(Code.FORUM_WEBHOOK_NEEDS_THREAD)
    tags = call.body.get("applied_tags") or []
    check_tags(call, forum, tags)
    thread_id = call.id = call.new_id()
    fields = {"name": name, "applied_tags": tags}
    return new_thread(thread_id, forum, PUBLIC_THREAD, call.found["webhook"]["id"], call.timestamp(), fields)


def _check_components(call: Call, webhook: Record) -> None:
    """Drop or refuse components that a webhook of no application may not send.

    Without ``with_components`` the API ignores them. How it names the refusal is not documented.
    """
    if webhook["application_id"] is not None or not call.body.get("components"):
        return
    if not call.query["with_components"]:
        del call.body["components"]
    elif any(_is_interactive(component) for component in walk(call.body["components"])):
        message = "Webhooks that no application owns cannot send interactive components."
        raise invalid("components", "COMPONENT_INTERACTIVE", message)


def _is_interactive(component: Record) -> bool:
    kind = component.get("type")
    return kind in _INTERACTIVE and not (kind == BUTTON and component.get("style") == LINK)


# -- its own messages


@parameter("webhook_message")
def read_message_id(call: Call, text: str) -> str:
    """Keep the id: in which thread the message is, only the query says."""
    return text


def _find_own(call: Call, webhook: Record, message_id: str) -> tuple[Record, Record]:
    """Find the channel or thread and the message there, which must be the webhook's own."""
    channel = _target(call)
    message = call.world.messages.get(channel["id"], {}).get(message_id)
    if message is None or message.get("webhook_id") != webhook["id"]:
        raise RestError(Code.UNKNOWN_MESSAGE)
    return channel, message


@route("GET", _MESSAGE, anonymous=True, query=Object(_IN_THREAD))
def get_webhook_message(call: Call, webhook: Record, token: str, message_id: str) -> Record:
    if webhook["type"] == APPLICATION:
        return render_message(call.world, _find_answer(call, webhook, message_id), webhook["application_id"])
    _, message = _find_own(call, webhook, message_id)
    return render_message(call.world, message, webhook["application_id"])


@route("PATCH", _MESSAGE, anonymous=True, body=UPDATE_WEBHOOK_MESSAGE, query=Object(_SHOWN))
def update_webhook_message(call: Call, webhook: Record, token: str, message_id: str) -> Record:
    if webhook["type"] == APPLICATION:
        answer = _find_answer(call, webhook, message_id)
        return interactions.edit_own(call, webhook["interaction"], answer, call.body)
    channel, message = _find_own(call, webhook, message_id)
    check_active(channel)
    _check_components(call, webhook)
    if call.body.pop("poll", None) is not None:
        raise RestError(Code.CANNOT_EDIT_POLL_MESSAGE)
    bits = _permissions(call, webhook)
    apply_edit(call, channel, message, call.body, permissions=bits, mentions=USERS_ONLY)
    return render_message(call.world, message, webhook["application_id"])


@route("DELETE", _MESSAGE, anonymous=True, query=Object(_IN_THREAD))
def delete_webhook_message(call: Call, webhook: Record, token: str, message_id: str) -> None:
    if webhook["type"] == APPLICATION:
        interactions.delete_own(call, webhook["interaction"], _find_answer(call, webhook, message_id))
        return
    channel, _ = _find_own(call, webhook, message_id)
    forget_message(call.world, channel, message_id)
    call.world.emit_in(channel, "MESSAGE_DELETE", {"id": message_id, "channel_id": channel["id"]})


# -- the first answer to an interaction


def _find_answer(call: Call, application: Record, message_id: str) -> Record:
    return interactions.find_own(call.world, application["interaction"], message_id)


def _original(call: Call, webhook: Record) -> str:
    """Return the id of the message that ``@original`` means: webhooks of channels have none."""
    if webhook["type"] != APPLICATION:
        raise RestError(Code.UNKNOWN_MESSAGE)
    original = interactions.find_original(call.world, webhook["interaction"])
    return str(original["id"])


@route("GET", _ORIGINAL, anonymous=True, query=Object(_IN_THREAD))
def get_original_webhook_message(call: Call, webhook: Record, token: str) -> Record:
    return get_webhook_message(call, webhook, token, _original(call, webhook))


@route("PATCH", _ORIGINAL, anonymous=True, body=UPDATE_WEBHOOK_MESSAGE, query=Object(_SHOWN))
def update_original_webhook_message(call: Call, webhook: Record, token: str) -> Record:
    return update_webhook_message(call, webhook, token, _original(call, webhook))


@route("DELETE", _ORIGINAL, anonymous=True, query=Object(_IN_THREAD))
def delete_original_webhook_message(call: Call, webhook: Record, token: str) -> None:
    delete_webhook_message(call, webhook, token, _original(call, webhook))


# -- announcements


def deliver(call: Call, message: Record) -> None:
    """Post a published announcement into every channel that follows the one that it was sent in."""
    world = call.world
    source = world.channels[message["channel_id"]]
    for webhook in followers(world, source["id"]):
        own = Call(call.backend, Actor("webhook", webhook["id"]), call.route)
        target = world.channels[webhook["channel_id"]]
        copy = new_message(own, target, webhook_author(world, webhook), message["content"])
        copy.update({key: message[key] for key in COPIED})
        copy["flags"] = IS_CROSSPOST
        copy["message_reference"] = {
            "type": 0,
            "channel_id": source["id"],
            "message_id": message["id"],
            "guild_id": source["guild_id"],
        }
        _sign(copy, webhook)
        add_message(own, target, copy)
