"""Editing messages: who may change what, and what a change does to the rest.

Source: Discord's documentation, Message ("Edit Message").
"""

from __future__ import annotations

from collections.abc import Collection

from discordtest.backend.body import invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.journal import Sent
from discordtest.backend.permissions import THREAD_TYPES, Permission
from discordtest.backend.resources.attachment import Upload, edited, keep, mark_ephemeral, read_uploads
from discordtest.backend.resources.auto_moderation_execution import execute, screen_message
from discordtest.backend.resources.component import check_components, render_components, text_of
from discordtest.backend.resources.embed import render_embed
from discordtest.backend.resources.mention import EVERY_KIND, find_mentions
from discordtest.backend.resources.message import channel_bits, viewer
from discordtest.backend.resources.message_build import (
    all_files,
    file_finder,
    file_names,
    place_files,
    set_embeds,
)
from discordtest.backend.resources.message_crosspost import CROSSPOSTED, carry_edit
from discordtest.backend.resources.message_form import (
    EDIT_MESSAGE,
    EPHEMERAL,
    IS_COMPONENTS_V2,
    IS_VOICE_MESSAGE,
    LOADING,
    SUPPRESS_EMBEDS,
)
from discordtest.backend.resources.message_reference import REPLY, WRITTEN
from discordtest.backend.resources.message_render import render_message, update_event
from discordtest.backend.resources.message_thread import check_active, check_may_speak
from discordtest.backend.resources.poll import new_poll
from discordtest.backend.resources.thread import let_in_by_message
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record, World

__all__ = ["apply_edit", "emit_update"]

_CONTENT = ("content", "embeds", "components", "attachments")


@route("PATCH", "/channels/{channel_id}/messages/{message_id}", body=EDIT_MESSAGE)
def update_message(call: Call, channel: Record, message: Record) -> Record:
    body = call.body
    check_active(channel)
    bits = channel_bits(call, channel)
    if channel["type"] in THREAD_TYPES:
        check_may_speak(channel, bits)
    if message["author"]["id"] != call.actor.user_id:
        if not call.actor.omnipotent:
            _check_others(call, channel, bits)
    elif message["type"] not in WRITTEN:
        raise RestError(Code.CANNOT_EXECUTE_ON_SYSTEM_MESSAGE)
    if body.get("sticker_ids"):
        raise RestError(Code.CANNOT_EDIT_STICKERS)
    content = body.get("content") or ""
    triggered = screen_message(call, channel, content, bits) if call.world.automod_rules else None
    apply_edit(call, channel, message, body, permissions=bits)
    if triggered:
        execute(call, channel, content, triggered, message["id"])
    return render_message(call.world, message, viewer(call))


def _check_others(call: Call, channel: Record, bits: int) -> None:
    """Of others' messages a moderator may hide the embeds, nothing else."""
    if call.files or set(call.body) - {"flags", "allowed_mentions"} or "flags" not in call.body:
        raise RestError(Code.CANNOT_EDIT_OTHERS_MESSAGE)
    if channel.get("guild_id") is None or not bits & Permission.MANAGE_MESSAGES:
        raise call.lacking(Permission.MANAGE_MESSAGES, channel)


def apply_edit(
    call: Call,
    channel: Record,
    message: Record,
    body: Record,
    *,
    permissions: int,
    mentions: Collection[str] = EVERY_KIND,
) -> None:
    """Change the message as ``body`` (parsed by an Object of ``EDIT_FIELDS``) says, and emit MESSAGE_UPDATE.

    ``mentions`` are the kinds allowed where the body has no ``allowed_mentions``. A deferred answer is filled:
    then it is sent, not edited.
    """
    world: World = call.world
    is_filled = bool(message["flags"] & LOADING)
    if "poll" in message or (body.get("poll") and not is_filled):
        raise RestError(Code.CANNOT_EDIT_POLL_MESSAGE)
    if message["flags"] & IS_VOICE_MESSAGE and any(key in body for key in _CONTENT):
        raise RestError(Code.CANNOT_EDIT_VOICE_MESSAGE)
    flags = _new_flags(message, body)
    layout = bool(flags & IS_COMPONENTS_V2)
    files = all_files(world, message)
    kept = _kept_attachments(files, body)
    new_entries = _new_entries(files, body)
    uploads = read_uploads(call, channel.get("guild_id"), new_entries, len(kept))
    components = None
    if "components" in body:
        components = check_components(body["components"] or [], layout, file_names(kept, uploads))
    embeds = body["embeds"] or [] if "embeds" in body else None
    _check_remains(message, body, layout, bool(kept or uploads))

    message["flags"] = flags & ~LOADING
    if body.get("sticker_ids") == []:
        message.pop("sticker_items", None)
    if body.get("poll"):
        message["poll"] = new_poll(world, message, body["poll"])
    if "content" in body:
        message["content"] = body["content"] or ""
    message["attachments"] = kept + [keep(world, channel["id"], upload) for upload in uploads]
    if flags & EPHEMERAL:
        mark_ephemeral(message["attachments"])
    _edit_shown(world, message, embeds, components, uploads)
    if "content" in body or components is not None:
        _find_mentions(world, channel, message, body.get("allowed_mentions"), permissions, mentions)
        if channel["type"] in THREAD_TYPES and not flags & EPHEMERAL:
            let_in_by_message(world, channel, message, author=False)
    if is_filled:
        call.backend.journal.append(Sent(world.now(), call.actor, call.wire, dict(message)))
    elif uploads or any(key in body for key in _CONTENT):
        message["edited_timestamp"] = call.timestamp()
    emit_update(world, channel, message)
    if flags & CROSSPOSTED:
        carry_edit(world, message)


def _new_flags(message: Record, body: Record) -> int:
    """SUPPRESS_EMBEDS goes both ways, IS_COMPONENTS_V2 can only be set; the others stay."""
    flags: int = message["flags"]
    if body.get("flags") is None:
        return flags
    wanted: int = body["flags"] & (SUPPRESS_EMBEDS | IS_COMPONENTS_V2)
    return flags & ~SUPPRESS_EMBEDS | wanted


def _kept_attachments(files: list[Record], body: Record) -> list[Record]:
    if "attachments" not in body:
        return list(files)
    known = {attachment["id"]: attachment for attachment in files}
    found = []
    for entry in body["attachments"] or ():
        attachment = known.get(entry["id"])
        if attachment is not None:
            found.append(edited(attachment, entry))
    return found


def _new_entries(files: list[Record], body: Record) -> list[Record]:
    known = {attachment["id"] for attachment in files}
    return [entry for entry in body.get("attachments") or () if entry["id"] not in known]


def _check_remains(message: Record, body: Record, layout: bool, files: bool) -> None:
    """Refuse to leave nothing, or content beside components of version 2."""
    left = {key: body[key] if key in body else message[key] for key in ("content", "embeds", "components")}
    left["sticker_ids"] = body.get("sticker_ids") != [] and message.get("sticker_items")
    if layout:
        for key in ("content", "embeds", "sticker_ids"):
            if left[key]:
                text = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                raise invalid(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text)
    stays = message.get("message_snapshots")
    changes = files or any(key in body for key in _CONTENT)
    if changes and not (files or stays or body.get("poll") or any(left.values())):
        raise RestError(Code.EMPTY_MESSAGE)


def _edit_shown(
    world: World,
    message: Record,
    embeds: list[Record] | None,
    components: list[Record] | None,
    uploads: list[Upload],
) -> None:
    """Give the message its new embeds and components; without new embeds, hide or show those that it has."""
    find_file = file_finder(message["attachments"], uploads)
    if components is not None:
        message["components"] = render_components(components, world, find_file)
    if embeds is not None:
        rendered = [render_embed(embed, find_file) for embed in embeds]
    else:
        rendered = world.suppressed_embeds.get(message["id"]) or message["embeds"]
    set_embeds(world, message, rendered)
    place_files(world, message)


def _find_mentions(
    world: World,
    channel: Record,
    message: Record,
    allowed: Record | None,
    permissions: int,
    default: Collection[str],
) -> None:
    """Work the mentions out anew; an edit notifies nobody, but the lists follow the text."""
    reference = message.get("message_reference")
    replied_to = None
    if reference is not None and message["type"] == REPLY:
        answered = world.messages.get(reference["channel_id"], {}).get(reference["message_id"])
        if answered is not None and (allowed is not None or answered["author"] in message["mentions"]):
            replied_to = answered["author"]
    text = message["content"] + text_of(message["components"])
    found = find_mentions(
        world,
        channel.get("guild_id"),
        text,
        allowed,
        permissions,
        default=default,
        replied_to=replied_to,
    )
    message["mentions"], message["mention_roles"], message["mention_everyone"] = found


def emit_update(world: World, channel: Record, message: Record) -> None:
    """Emit MESSAGE_UPDATE, which carries the whole message."""
    if message["flags"] & EPHEMERAL:
        world.emit("MESSAGE_UPDATE", {**message, "tts": False}, users=(message["application_id"],))
        return
    guild_id = channel.get("guild_id")
    event = update_event(world, message, guild_id)
    world.emit("MESSAGE_UPDATE", event, guild=guild_id, channel=channel)
