"""Attachments: the files of a message, from the multipart form to the CDN.

A form's part is ``files[n]``; the entry of ``attachments`` with ``id`` n describes it. A file is kept under
``/attachments/{channel}/{attachment}/{filename}`` on the CDN. Every refusal comes before a file is kept.
Source: Discord's documentation, Message ("Attachment Object") and Reference ("Uploading Files", "Signed Attachment CDN
URLs").
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Any

from discordtest.backend import cdn
from discordtest.backend.body import Array, Boolean, Number, Object, Snowflake, String
from discordtest.backend.codes import Code, RestError
from discordtest.backend.multipart import Part
from discordtest.backend.rest import Call
from discordtest.backend.world import Record, World

__all__ = [
    "ATTACHMENTS",
    "MAX_ATTACHMENTS",
    "Upload",
    "edited",
    "image_size",
    "keep",
    "mark_ephemeral",
    "read_uploads",
    "renew_addresses",
    "safe_name",
    "size_limit",
]

MAX_ATTACHMENTS = 10
FILE_LIMITS = (20 << 20, 20 << 20, 50 << 20, 100 << 20)  # bytes of one file, by the guild's premium tier
REQUEST_LIMIT = 25 << 20  # bytes of all files of a request, where one file may not be larger
IS_SPOILER = 1 << 3

ATTACHMENTS = Array(
    Object(
        {
            "id": Snowflake(required=True),
            "filename": String(min=1, max=1024, null=True),
            "title": String(max=1024, null=True),
            "description": String(max=1024, null=True),
            "duration_secs": Number(min=0, max=2**31 - 1, null=True),
            "waveform": String(max=400, null=True),
            "is_spoiler": Boolean(null=True),
        },
        # What a client sends back of an attachment that it keeps.
        ignore=(
            "url",
            "proxy_url",
            "size",
            "width",
            "height",
            "content_type",
            "spoiler",
            "ephemeral",
            "flags",
        ),
    ),
    null=True,
)

#: by ending, so that a test sees the same type on every system
CONTENT_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "svg": "image/svg+xml",
    "bmp": "image/bmp",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "wav": "audio/x-wav",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "txt": "text/plain; charset=utf-8",
    "log": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "py": "text/x-python; charset=utf-8",
    "js": "application/javascript; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "yaml": "application/x-yaml; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "gz": "application/gzip",
    "tar": "application/x-tar",
}

_INDEX = re.compile(r"files?\[([0-9]+)\]\Z")
_ADDRESSES = (cdn.ROOT + cdn.ATTACHMENTS, cdn.PROXY + cdn.ATTACHMENTS)
_UNSAFE = re.compile(r"[^A-Za-z0-9_.\-]")


@dataclass(slots=True)
class Upload:
    """A file on its way into a message: the form's part, what the request says of it, and its later name."""

    data: bytes
    filename: str
    original: str
    entry: Record


def size_limit(world: World, guild_id: str | None) -> int:
    """Return how many bytes one file may have."""
    return FILE_LIMITS[0 if guild_id is None else world.guilds[guild_id]["premium_tier"]]


def read_uploads(
    call: Call, guild_id: str | None, entries: list[Record] | None, kept: int = 0
) -> list[Upload]:
    """Return the files of the request, in order.

    ``entries`` are those of ``attachments`` that describe new files; ``kept`` counts those that stay.
    Raises 30015 for more than ten, 40005 for too large ones, 50146 for an entry without a file.
    """
    if not call.files and not entries:
        return []
    parts = _numbered(call.files)
    described = {entry["id"]: entry for entry in entries or ()}
    if len(parts) + kept > MAX_ATTACHMENTS:
        raise RestError(Code.MAX_ATTACHMENTS)
    limit = size_limit(call.world, guild_id)
    sizes = [len(part.data) for part in parts.values()]
    if max(sizes, default=0) > limit or sum(sizes) > max(limit, REQUEST_LIMIT):
        raise RestError(Code.REQUEST_ENTITY_TOO_LARGE)
    if any(index not in parts for index in described):
        raise RestError(Code.UPLOADED_FILE_NOT_FOUND)
    return [_upload(part, described.get(index, {})) for index, part in parts.items()]


def _numbered(files: list[Part]) -> dict[str, Part]:
    found = {}
    for position, part in enumerate(files):
        match = _INDEX.match(part.name)
        found[match[1] if match else str(position)] = part
    return found


def _upload(part: Part, entry: Record) -> Upload:
    original: str = entry.get("filename") or part.filename or "unknown"
    return Upload(part.data, safe_name(original), original, entry)


def safe_name(filename: str) -> str:
    """Return the name that Discord gives a file: letters, digits, ``_``, ``-`` and ``.`` only."""
    stem, dot, ending = filename.replace(" ", "_").rpartition(".")
    if not dot:
        stem, ending = ending, ""
    return (_UNSAFE.sub("", stem) or "unknown") + dot + _UNSAFE.sub("", ending)


def keep(world: World, channel_id: str, upload: Upload, id: str | None = None) -> Record:
    """Put the file on the CDN and return its attachment."""
    attachment_id, filename = id or world.snowflake(), upload.filename
    path = f"{cdn.ATTACHMENTS}{channel_id}/{attachment_id}/{filename}"
    signed = cdn.sign(world, path)
    content_type = CONTENT_TYPES.get(filename.rpartition(".")[2].lower())
    cdn.store(world, path, upload.data, content_type or "application/octet-stream")
    made: Record = {
        "id": attachment_id,
        "filename": filename,
        "size": len(upload.data),
        "url": cdn.ROOT + signed,
        "proxy_url": cdn.PROXY + signed,
    }
    if content_type is not None:
        made["content_type"] = content_type
    if size := image_size(upload.data):
        made["width"], made["height"] = size
    if filename.startswith("SPOILER_") or upload.entry.get("is_spoiler"):
        made["flags"] = IS_SPOILER
    if filename != upload.original and not upload.entry.get("title"):
        made["title"] = upload.original.rpartition(".")[0] or upload.original
    for key in ("title", "description", "duration_secs", "waveform"):
        if upload.entry.get(key) is not None:
            made[key] = upload.entry[key]
    return made


def renew_addresses(world: World) -> None:
    """Sign the addresses of all attachments anew, wherever messages show them."""
    world.signed_until = 0
    for table in (*world.messages.values(), world.ephemerals):
        for message in table.values():
            for key in ("attachments", "embeds", "components", "message_snapshots"):
                if message.get(key):
                    _renew(world, message[key])
    _renew(world, [*world.shown_files.values(), *world.suppressed_embeds.values()])


def _renew(world: World, node: Any) -> None:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, dict | list):
            _renew(world, value)
        elif isinstance(value, str) and value.startswith(_ADDRESSES):
            path = cdn.path_of(value)
            if path in world.files:
                node[key] = value[: value.index(path)] + cdn.sign(world, path)


def edited(attachment: Record, entry: Record) -> Record:
    """Return an attachment that a message keeps, with what the request says of it anew."""
    changed = dict(attachment)
    if entry.get("description") is not None:
        changed["description"] = entry["description"]
        if not entry["description"]:
            del changed["description"]
    if entry.get("is_spoiler") is not None:
        flags = attachment.get("flags", 0) & ~IS_SPOILER | (IS_SPOILER if entry["is_spoiler"] else 0)
        changed.pop("flags", None)
        if flags:
            changed["flags"] = flags
    return changed


def mark_ephemeral(attachments: list[Record]) -> None:
    """Say of the files of an ephemeral message that they are gone with it."""
    for attachment in attachments:
        attachment["ephemeral"] = True


def image_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels as a PNG, GIF, JPEG or WebP file tells them, else None."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and len(data) >= 24:
        return _unpack(">II", data, 16)
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        return _unpack("<HH", data, 6)
    if data[:2] == b"\xff\xd8":
        return _jpeg_size(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp_size(data)
    return None


def _unpack(form: str, data: bytes, offset: int) -> tuple[int, int]:
    first, second = struct.unpack_from(form, data, offset)
    return first, second


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Walk the segments to the first start-of-frame, which holds height, then width."""
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = _unpack(">HH", data, place + 5)
            return width, height
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    if data[12:16] == b"VP8X" and len(data) >= 30:
        width, height = int.from_bytes(data[24:27], "little"), int.from_bytes(data[27:30], "little")
        return width + 1, height + 1
    if data[12:16] == b"VP8 " and len(data) >= 30:
        width, height = _unpack("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if data[12:16] == b"VP8L" and len(data) >= 25:
        bits: Any = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None
