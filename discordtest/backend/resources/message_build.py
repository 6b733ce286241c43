"""Making messages: one way for bots, people, webhooks, forum posts and what Discord itself says.

``build_message`` refuses or returns a record that nobody knows yet; ``add_message`` puts it into its channel and
tells those who may see it.
Source: Discord's documentation, Message ("Create Message", "Message Types", "Message Flags").
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from discordtest.backend import reasons
from discordtest.backend.body import invalid
from discordtest.backend.cdn import path_of
from discordtest.backend.codes import Code, RestError
from discordtest.backend.encoding import bare_message
from discordtest.backend.journal import Sent
from discordtest.backend.permissions import ALL, THREAD_TYPES, Permission
from discordtest.backend.resources import message_thread
from discordtest.backend.resources.attachment import Upload, keep, mark_ephemeral, read_uploads
from discordtest.backend.resources.component import check_components, files_of, render_components, text_of
from discordtest.backend.resources.embed import render_embed
from discordtest.backend.resources.mention import EVERY_KIND, find_mentions
from discordtest.backend.resources.message_form import (
    EPHEMERAL,
    IS_COMPONENTS_V2,
    IS_VOICE_MESSAGE,
    LOADING,
    SETTABLE,
    SUPPRESS_EMBEDS,
)
from discordtest.backend.resources.message_reference import FORWARD, find_reference
from discordtest.backend.resources.message_render import message_event
from discordtest.backend.resources.poll import new_poll
from discordtest.backend.rest import Call
from discordtest.backend.world import Record, World

__all__ = [
    "DEFAULT",
    "add_message",
    "all_files",
    "build_message",
    "create_system_message",
    "file_finder",
    "file_names",
    "new_message",
    "place_files",
    "set_embeds",
]

DEFAULT = 0  # message type
_OF_TEXT = frozenset(("content", "allowed_mentions", "nonce", "enforce_nonce"))
_SEND_TTS = int(Permission.SEND_TTS_MESSAGES)
_EMBED_LINKS = int(Permission.EMBED_LINKS)
_ATTACH_FILES = int(Permission.ATTACH_FILES)
_SEND_POLLS = int(Permission.SEND_POLLS)
_SEND_VOICE = int(Permission.SEND_VOICE_MESSAGES)


def build_message(
    call: Call,
    channel: Record,
    author: Record,
    body: Record,
    *,
    permissions: int = ALL,
    mentions: Collection[str] = EVERY_KIND,
    settable: int = SETTABLE,
) -> Record:
    """Return a new message, or raise what Discord answers to such a ``body``; nothing is stored but its files.

    ``body`` is parsed by an Object of ``MESSAGE_FIELDS`` (files are those of the call); ``author`` is a user, or
    what stands for a webhook. ``permissions`` are the sender's bits in the channel; ``mentions`` the kinds that
    are allowed where the body has no ``allowed_mentions``; ``settable`` the flags that the sender may set.
    """
    world: World = call.world
    guild_id: str | None = channel.get("guild_id")
    content: str = body.get("content") or ""
    if content and _is_bare(call, body):
        message = new_message(call, channel, author, content)
        if "@" in content:
            allowed = body.get("allowed_mentions")
            message["mentions"], message["mention_roles"], message["mention_everyone"] = find_mentions(
                world, guild_id, content, allowed, permissions, default=mentions
            )
        return message
    flags: int = (body.get("flags") or 0) & settable
    tts = bool(body.get("tts"))
    reference = None
    if body.get("message_reference"):
        reference = find_reference(call, channel, body, permissions)
    uploads: list[Upload] = []
    if call.files or body.get("attachments"):
        uploads = read_uploads(call, guild_id, body.get("attachments"))
    components: list[Record] = []
    if body.get("components"):
        components = check_components(
            body["components"], bool(flags & IS_COMPONENTS_V2), file_names([], uploads)
        )
    embeds, poll = body.get("embeds"), body.get("poll")
    stickers = find_stickers(world, guild_id, body["sticker_ids"]) if body.get("sticker_ids") else []
    if not (content or embeds or components or uploads or poll or stickers):
        if reference is None or reference.type != FORWARD:
            raise RestError(Code.EMPTY_MESSAGE)
    if permissions != ALL:
        _check_parts(call, channel, permissions, tts, bool(embeds), bool(uploads), bool(poll))
    if flags & IS_VOICE_MESSAGE:
        _check_voice_message(permissions, uploads, bool(content or embeds or components or poll or stickers))

    message = new_message(call, channel, author, content)
    if flags or tts:
        message["flags"], message["tts"] = flags, tts
    if reference is not None:
        reference.apply(world, message)
    replied_to = reference.author if reference is not None else None
    if replied_to is not None or "@" in content or components:
        text = content + text_of(components)
        message["mentions"], message["mention_roles"], message["mention_everyone"] = find_mentions(
            world,
            guild_id,
            text,
            body.get("allowed_mentions"),
            permissions,
            default=mentions,
            replied_to=replied_to,
        )
    if uploads:
        message["attachments"] = [keep(world, channel["id"], upload) for upload in uploads]
        if flags & EPHEMERAL:
            mark_ephemeral(message["attachments"])
    if embeds or components:
        find_file = file_finder(message["attachments"], uploads)
        if embeds:
            set_embeds(world, message, [render_embed(embed, find_file) for embed in embeds])
        message["components"] = render_components(components, world, find_file)
        place_files(world, message)
    if stickers:
        keys = ("id", "name", "format_type")
        message["sticker_items"] = [{key: sticker[key] for key in keys} for sticker in stickers]
    if poll:
        message["poll"] = new_poll(world, message, poll)
    return message


def _is_bare(call: Call, body: Record) -> bool:
    """Tell whether a message has nothing but text, as most have: then nothing else is looked at."""
    if call.files:
        return False
    for key, value in body.items():  # noqa: SIM110  # a generator takes as long again
        if value and key not in _OF_TEXT:
            return False
    return True


def new_message(call: Call, channel: Record, author: Record, content: str, type: int = DEFAULT) -> Record:
    """Return a bare message's record, with an id and the moment of the call."""
    return {
        "id": call.new_id(),
        "type": type,
        "channel_id": channel["id"],
        "author": author,
        "content": content,
        "timestamp": call.at or call.world.timestamp(),
        **bare_message(),
    }


def _check_parts(
    call: Call, channel: Record, permissions: int, tts: bool, embeds: bool, files: bool, poll: bool
) -> None:
    """Refuse with 50013 what the sender may not put into a message here."""
    needed = tts * _SEND_TTS | embeds * _EMBED_LINKS | files * _ATTACH_FILES | poll * _SEND_POLLS
    if missing := needed & ~permissions:
        raise reasons.lacking(call.world, call.actor.user_id, missing, channel.get("guild_id"), channel)


def _check_voice_message(permissions: int, uploads: list[Upload], other_parts: bool) -> None:
    if not permissions & _SEND_VOICE:
        raise RestError(Code.CANNOT_SEND_VOICE_MESSAGES)
    if other_parts:
        raise RestError(Code.VOICE_MESSAGE_WITH_CONTENT)
    if len(uploads) != 1:
        raise RestError(Code.VOICE_MESSAGE_NEEDS_ONE_AUDIO)
    entry = uploads[0].entry
    if entry.get("duration_secs") is None or not entry.get("waveform"):
        raise RestError(Code.VOICE_MESSAGE_NEEDS_METADATA)


def find_stickers(world: World, guild_id: str | None, ids: list[str]) -> list[Record]:
    """Find the stickers that a message may carry: the guild's own and everybody's.

    Raises 50081 for one that does not exist, 50600 for another guild's.
    """
    packs = [sticker for pack in world.sticker_packs.values() for sticker in pack["stickers"]]
    found = {sticker["id"]: sticker for sticker in packs}
    found.update({} if guild_id is None else world.stickers[guild_id])
    for sticker_id in ids:
        if sticker_id not in found:
            foreign = any(sticker_id in table for table in world.stickers.values())
            raise RestError(Code.CANNOT_SEND_STICKER if foreign else Code.INVALID_STICKER)
    return [found[sticker_id] for sticker_id in ids]


def file_names(attachments: list[Record], uploads: list[Upload]) -> set[str]:
    """Return what files may be called in a message: by name, the first or the later one, or by their path."""
    names = {attachment["filename"] for attachment in attachments}
    names |= {path_of(attachment["url"]) for attachment in attachments}
    return names.union(*((upload.filename, upload.original) for upload in uploads))


def file_finder(attachments: list[Record], uploads: list[Upload]) -> Callable[[str], Record | None]:
    """Return what finds an attachment of the message by one of ``file_names``."""
    names = {path_of(attachment["url"]): attachment for attachment in attachments}
    names |= {attachment["filename"]: attachment for attachment in attachments}
    for upload, attachment in zip(uploads, attachments[len(attachments) - len(uploads) :], strict=True):
        names.setdefault(upload.original, attachment)
    return names.get


def set_embeds(world: World, message: Record, embeds: list[Record]) -> None:
    """Give the message its embeds, or put them aside while SUPPRESS_EMBEDS is set."""
    if message["flags"] & SUPPRESS_EMBEDS:
        world.suppressed_embeds[message["id"]] = embeds
        embeds = []
    else:
        world.suppressed_embeds.pop(message["id"], None)
    message["embeds"] = embeds


def place_files(world: World, message: Record) -> None:
    """Leave those attachments in the message's list that neither an embed nor a component shows."""
    if not message["attachments"]:
        world.shown_files.pop(message["id"], None)
        return
    urls = set()
    for embed in world.suppressed_embeds.get(message["id"]) or message["embeds"]:
        for key in ("image", "thumbnail", "footer", "author"):
            part = embed.get(key) or {}
            urls.add(path_of(part.get("url" if key in ("image", "thumbnail") else "icon_url") or ""))
    ids = {media.get("attachment_id") for media in files_of(message["components"])}
    listed: list[Record] = []
    shown: list[Record] = []
    for attachment in message["attachments"]:
        is_shown = attachment["id"] in ids or path_of(attachment["url"]) in urls
        (shown if is_shown else listed).append(attachment)
    message["attachments"] = listed
    if shown:
        world.shown_files[message["id"]] = shown
    else:
        world.shown_files.pop(message["id"], None)


def all_files(world: World, message: Record) -> list[Record]:
    """Return the attachments of a message with those that its embeds and components show, in order."""
    listed: list[Record] = message["attachments"]
    shown = world.shown_files.get(message["id"])
    return sorted(listed + shown, key=lambda attachment: int(attachment["id"])) if shown else listed


# -- into the channel


def add_message(
    call: Call, channel: Record, message: Record, nonce: Any = None, *, is_said: bool = True
) -> None:
    """Put the message into its channel and emit MESSAGE_CREATE; ``nonce`` is told with the event.

    What is not said by its author is Discord's word on what they did.
    """
    world, guild_id = call.world, channel.get("guild_id")
    store_message(world, channel, message)
    if not message["flags"] & LOADING:  # what is still to come is sent once it is there
        call.backend.journal.append(Sent(world.now(), call.actor, call.wire and is_said, dict(message)))
    if channel["type"] in THREAD_TYPES:
        message_thread.count_message(call, channel, message)
    event = message_event(world, message, guild_id)
    if nonce is not None:
        event["nonce"] = nonce
    world.emit("MESSAGE_CREATE", event, guild=guild_id, channel=channel)


def store_message(world: World, channel: Record, message: Record) -> None:
    """Put the message where its id belongs; an id that is taken is refused."""
    table = world.messages.setdefault(channel["id"], {})
    message_id, last = message["id"], channel.get("last_message_id")
    if message_id in table:
        raise invalid("id", "MESSAGE_ID_TAKEN", f"A message with the id {message_id} exists in the channel.")
    table[message_id] = message
    if last is None or int(message_id) > int(last):
        channel["last_message_id"] = message_id
    else:
        ordered = sorted(table.items(), key=lambda item: int(item[0]))
        table.clear()
        table.update(ordered)


def create_system_message(
    call: Call, channel: Record, type: int, author: Record, content: str = "", **extra: Any
) -> Record:
    """Let Discord say something in the channel: a pin (6), a welcome (7), a new thread (18), …

    ``extra`` are further fields of the message, such as ``message_reference``. Extra values are JSON.
    """
    chosen, call.id = call.id, None  # the id that the test chose is for what it asked for
    message = new_message(call, channel, author, content, type)
    call.id = chosen
    message.update(extra)
    add_message(call, channel, message, is_said=False)
    return message
