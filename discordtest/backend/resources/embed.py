"""Embeds: what a message may carry of them, and how the API gives them back.

Only rich embeds are kept; what Discord itself fills in (sizes, proxies, a page's preview) is accepted from a
client that sends back what it received, and dropped.
Source: Discord's documentation, Message ("Embed Object", "Embed Limits").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from discordtest.backend.body import (
    Anything,
    Array,
    Boolean,
    FormErrors,
    Integer,
    Object,
    Path,
    String,
    Timestamp,
)
from discordtest.backend.cdn import path_of
from discordtest.backend.world import Record

__all__ = ["EMBED", "MAX_EMBEDS", "MAX_EMBED_SIZE", "Url", "called", "check_total_size", "render_embed"]

MAX_EMBEDS = 10
MAX_EMBED_SIZE = 6000  # characters of all embeds of one message
_SUBSTANCE = ("title", "description", "fields", "author", "footer", "image", "thumbnail", "timestamp")


class Url(String):
    """An address of at most 2048 characters; ``schemes`` says which kinds are taken."""

    def __init__(self, *schemes: str, max: int = 2048, **options: Any) -> None:
        super().__init__(max=max, **options)
        self.schemes = schemes or ("http", "https")

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        known = errors.count
        value = super().convert(value, path, errors)
        if errors.count > known:
            return value
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme and parts.scheme not in self.schemes:
            schemes = ", ".join(map(repr, self.schemes))
            message = f'Scheme "{parts.scheme}" must be one of ({schemes}).'
            errors.add(path, "URL_TYPE_INVALID_SCHEME", message)
        elif not parts.scheme or not parts.netloc or (" " in value and parts.scheme != "attachment"):
            errors.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        return value


def called(url: str) -> str:
    """Return what an address calls a file of the message: its name, or the path of its address."""
    name = url.removeprefix("attachment://")
    return path_of(url) if name == url else name


def _check_embed(embed: Record, path: Path, errors: FormErrors) -> None:
    if not any(embed.get(key) for key in _SUBSTANCE):
        errors.add((*path, "description"), "BASE_TYPE_REQUIRED", "This field is required")


_RECEIVED = ("proxy_url", "height", "width", "content_type", "placeholder", "placeholder_version", "flags")
_MEDIA = Object(
    {"url": Url("http", "https", "attachment", null=True)},
    ignore=(*_RECEIVED, "description", "is_animated"),
    null=True,
)

EMBED = Object(
    {
        "title": String(max=256, strip=True, null=True),
        "description": String(max=4096, strip=True, null=True),
        "url": Url(null=True),
        "color": Integer(min=0, max=0xFFFFFF, null=True),
        "timestamp": Timestamp(null=True),
        "footer": Object(
            {
                "text": String(max=2048, strip=True, null=True),
                "icon_url": Url("http", "https", "attachment", null=True),
            },
            ignore=("proxy_icon_url",),
            null=True,
        ),
        "image": _MEDIA,
        "thumbnail": _MEDIA,
        "author": Object(
            {
                "name": String(max=256, strip=True, null=True),
                "url": Url(null=True),
                "icon_url": Url("http", "https", "attachment", null=True),
            },
            ignore=("proxy_icon_url",),
            null=True,
        ),
        "fields": Array(
            Object(
                {
                    "name": String(max=256, strip=True, required=True),  # empty is taken
                    "value": String(max=1024, strip=True, required=True),
                    "inline": Boolean(null=True),
                }
            ),
            max=25,
            null=True,
        ),
        "type": Anything(null=True),
    },
    ignore=("provider", "video", "flags", "content_scan_version", "reference_id"),
    check=_check_embed,
)


def check_total_size(embeds: list[Record], path: Path, errors: FormErrors) -> None:
    """Note it when the embeds of the message at ``path`` hold more than 6000 characters together."""
    if sum(map(_size, embeds)) > MAX_EMBED_SIZE:
        message = f"Embed size exceeds maximum size of {MAX_EMBED_SIZE}"
        errors.add((*path, "embeds"), "MAX_EMBED_SIZE_EXCEEDED", message)


def _size(embed: Record) -> int:
    footer, author = embed.get("footer") or {}, embed.get("author") or {}
    texts = [embed.get("title"), embed.get("description"), footer.get("text"), author.get("name")]
    for field in embed.get("fields") or ():
        texts += field["name"], field["value"]
    return sum(len(text) for text in texts if text)


def render_embed(embed: Record, find_file: Callable[[str], Record | None]) -> Record:
    """Return a parsed embed as the API gives it back.

    ``find_file`` finds the attachment that an address names, by what it is ``called``.
    """
    made: Record = {"type": "rich"}
    for key in ("title", "description", "url", "color"):
        if embed.get(key) not in (None, ""):
            made[key] = embed[key]
    if embed.get("timestamp"):
        made["timestamp"] = embed["timestamp"]
    for key in ("image", "thumbnail"):
        if media := _media(embed.get(key), find_file):
            made[key] = media
    for key, name in (("footer", "text"), ("author", "name")):
        part = embed.get(key)
        if part and part.get(name):
            made[key] = _signed(part, find_file)
    if embed.get("fields"):
        made["fields"] = [{**field, "inline": bool(field.get("inline"))} for field in embed["fields"]]
    return made


def _media(media: Record | None, find_file: Callable[[str], Record | None]) -> Record | None:
    if not media or not media.get("url"):
        return None
    found = _resolve(media["url"], find_file)
    if found is None:
        return {"url": media["url"], "proxy_url": media["url"], "width": 0, "height": 0, "flags": 0}
    shown = {"url": found["url"], "proxy_url": found["proxy_url"], "flags": 0}
    return shown | {"width": found.get("width") or 0, "height": found.get("height") or 0}


def _signed(part: Record, find_file: Callable[[str], Record | None]) -> Record:
    """Return a footer or author without what is empty, its icon with a proxy."""
    made = {key: value for key, value in part.items() if value}
    if icon := made.get("icon_url"):
        found = _resolve(icon, find_file)
        made["icon_url"] = icon if found is None else found["url"]
        made["proxy_icon_url"] = icon if found is None else found["proxy_url"]
    return made


def _resolve(url: str, find_file: Callable[[str], Record | None]) -> Record | None:
    return find_file(called(url))
