"""What an assertion asks of a message, and how far a message is from it.

A filter never stops at the first difference: the failure shows the nearest message with all of them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

import discord

from discordtest.assertions.embeds import EmbedLike, embed_differences
from discordtest.assertions.texts import Content, diff, same_text
from discordtest.backend import cdn
from discordtest.backend.resources import component
from discordtest.backend.resources.message_form import EPHEMERAL
from discordtest.code_names import function_name
from discordtest.counting import counted
from discordtest.names import button_name
from discordtest.tolerance import Close

if TYPE_CHECKING:
    from discordtest.backend.world import Record

__all__ = [
    "Claims",
    "Content",
    "EmbedLike",
    "Files",
    "MessageFilter",
    "diff",
    "nearness",
    "same_text",
    "text_of",
]

Files: TypeAlias = Iterable[str] | Mapping[str, bytes | Callable[[bytes], object]]

_UPLOADS = f"{cdn.ROOT}/attachments/"


def text_of(message: Record) -> str:
    """Return a message's text: its content, or for Components V2 its text displays, a line each."""
    content: str = message["content"] or ""
    if content or not message.get("components"):
        return content
    return component.text_of(message["components"])


class Claims(TypedDict, total=False):
    """What an assertion can claim of a message besides its content."""

    contains: str | Sequence[str]
    channel: Any  # a channel, user (their DM) or id; None is a TypeError
    embed: EmbedLike
    embeds: Sequence[EmbedLike] | int | Close
    files: Files
    buttons: Sequence[str]  # labels, in order; the emoji of one without a label
    reply_to: Any  # a message or id
    mentions: Iterable[Any]  # exactly these users and roles
    ephemeral: bool


@dataclass
class MessageFilter:
    """All that an assertion can ask of one message; None asks nothing."""

    content: Content | None = None
    contains: str | Sequence[str] | None = None
    channel_id: str | None = None
    embed: EmbedLike | None = None
    embeds: Sequence[EmbedLike] | int | Close | None = None
    files: Files | None = None
    buttons: Sequence[str] | None = None
    reply_to: str | None = None
    mentions: Sequence[str] | None = None
    ephemeral: bool | None = None
    file_data: Callable[[str], bytes] = field(default=lambda url: b"")  # by the URL
    button: Callable[[Record], str] = field(default=button_name)  # what people see of it
    shown: Callable[[str], str] = field(default=str)  # how people call a user, a role, a message, by the id

    def __post_init__(self) -> None:
        """Refuse what no message could be, or a claim that there is none would always hold."""
        content = self.content
        if not (content is None or isinstance(content, str | re.Pattern | Close) or callable(content)):
            raise TypeError(f"content is a string, a pattern or a function of the text, not {content!r}")
        parts: Any = [self.contains] if isinstance(self.contains, str) else self.contains or ()
        if not (isinstance(parts, Iterable) and all(isinstance(part, str) for part in parts)):
            raise TypeError(f"contains is a string or several, not {self.contains!r}")
        if isinstance(self.embeds, discord.Embed | Mapping):
            raise TypeError("embeds is a list of embeds, or how many; embed= is for one")
        if isinstance(self.buttons, str):
            raise TypeError(f"buttons is a list of labels: [{self.buttons!r}]")
        if not isinstance(self.files, Iterable | None):
            raise TypeError(f"files are names, or a dict of names and their content, not {self.files!r}")
        if not isinstance(self.buttons, Iterable | None):
            raise TypeError(f"buttons is a list of labels, not {self.buttons!r}")
        embeds = () if isinstance(self.embeds, int | Close) else self.embeds or ()
        for embed in (*embeds, *([] if self.embed is None else [self.embed])):
            if not isinstance(embed, discord.Embed | Mapping):
                raise TypeError(f"an embed is a discord.Embed or a dict of its keys, not {embed!r}")

    def is_in(self, message: Record) -> bool:
        """Tell whether the message is in the channel that was asked for."""
        return self.channel_id in (None, message["channel_id"])

    def fits(self, message: Record) -> bool:
        """Tell whether the message is all that was asked for."""
        return self.is_in(message) and not self.differences(message)

    def differences(self, message: Record) -> list[str]:
        """Return what is wrong with the message, one line or block for each claim; empty when it fits."""
        return [
            *self._text_differences(message),
            *self._embed_differences(message),
            *self._file_differences(message),
            *self._other_differences(message),
        ]

    def explained(self, message: Record) -> list[str]:
        """Return the differences, and where a text that the content lacks stands instead."""
        return [*self.differences(message), *self._in_embeds(message)]

    def _in_embeds(self, message: Record) -> Iterator[str]:
        parts = [self.contains] if isinstance(self.contains, str) else self.contains or ()
        for text in filter(None, [self.content if isinstance(self.content, str) else "", *parts]):
            if text not in text_of(message):
                yield from _in_embeds(text, message)

    def _text_differences(self, message: Record) -> Iterable[str]:
        text = text_of(message)
        if self.content is not None and not same_text(self.content, text):
            if isinstance(self.content, str):
                yield "content differs:\n" + diff(self.content, text)
            elif isinstance(self.content, re.Pattern):
                yield f"content {text!r} does not match {self.content.pattern!r}"
            elif isinstance(self.content, Close):
                yield f"content {text!r} is not {self.content!r}"
            else:
                yield f"content {text!r} is not what {_name(self.content)} wants"
        wanted = [self.contains] if isinstance(self.contains, str) else self.contains or ()
        for part in wanted:
            if part not in text:
                yield f"content {text!r} does not contain {part!r}"

    def _embed_differences(self, message: Record) -> Iterable[str]:
        found = message["embeds"]
        if self.embed is not None:
            tries = [embed_differences(self.embed, embed) for embed in found]
            yield from min(tries, key=len, default=["it has no embed"])
        if isinstance(self.embeds, int | Close):
            if len(found) != self.embeds:
                yield f"it has {counted(len(found), 'embed')}, not {self.embeds}"
        elif self.embeds is not None:
            if len(found) != len(self.embeds):
                yield f"it has {counted(len(found), 'embed')}, not {len(self.embeds)}"
            for number, (wanted, embed) in enumerate(zip(self.embeds, found, strict=False)):
                for line in embed_differences(wanted, embed):
                    yield f"embeds[{number}]: {line}"

    def _file_differences(self, message: Record) -> Iterable[str]:
        if self.files is None:
            return
        sent = list(_files(message))
        found, names = dict(sent), sorted([self.files] if isinstance(self.files, str) else self.files)
        if (had := sorted(name for name, _ in sent)) != names:
            yield f"its files are {had}, not {names}"
        if isinstance(self.files, Mapping):
            for name, wanted in self.files.items():
                if name in found and not _same_bytes(wanted, data := self.file_data(found[name])):
                    yield f"the file {name!r} ({len(data)} bytes) has other content: {data[:60]!r}"

    def _other_differences(self, message: Record) -> Iterable[str]:
        if self.buttons is not None:
            parts = component.walk(message.get("components") or [])
            found = [self.button(part) for part in parts if part["type"] == component.BUTTON]
            if found != list(self.buttons):
                yield f"its buttons are {found}, not {list(self.buttons)}"
        if self.reply_to is not None:
            reference = message.get("message_reference") or {}
            if reference.get("message_id") != self.reply_to:
                answered = reference.get("message_id")
                what = "no message" if answered is None else self.shown(answered)
                yield f"it answers {what}, not {self.shown(self.reply_to)}"
        if self.mentions is not None:
            found = sorted([user["id"] for user in message["mentions"]] + list(message["mention_roles"]))
            if found != sorted(self.mentions):
                mentioned, wanted = (
                    ", ".join(map(self.shown, ids)) or "nobody" for ids in (found, self.mentions)
                )
                yield f"it mentions {mentioned}, not {wanted}"
        if self.ephemeral is not None and bool(message["flags"] & EPHEMERAL) != self.ephemeral:
            yield f"it is {'not ' if self.ephemeral else ''}ephemeral"


def _in_embeds(text: str, message: Record) -> Iterator[str]:
    """Yield where a text stands in an embed: a client shows it below, and it is no content."""
    for embed in message["embeds"]:
        for key in ("title", "description"):
            if text in (embed.get(key) or ""):
                yield f"that is in the {key} of its embed, which is no content: claim embed={{{key!r}: …}}"
        for part in embed.get("fields") or ():
            if text in part["name"] or text in part["value"]:
                yield f"that is in the field {part['name']!r} of its embed: claim embed={{'fields': {{…}}}}"


def _files(message: Record) -> Iterator[tuple[str, str]]:
    """Yield name and URL of each file; one that an embed or a component shows is no attachment any more."""
    for attachment in message["attachments"]:
        yield attachment["filename"], attachment["url"]
    shown = {cdn.path_of(attachment["url"]) for attachment in message["attachments"]}
    for url in _shown_urls(message):
        path = cdn.path_of(url)
        if url.startswith(_UPLOADS) and path not in shown:
            shown.add(path)
            yield path.rpartition("/")[2], url


def _shown_urls(message: Record) -> Iterator[str]:
    """Yield where the pictures and files of embeds and components are."""
    for embed in message["embeds"]:
        for part in ("image", "thumbnail", "author", "footer"):
            yield (embed.get(part) or {}).get("url" if part in ("image", "thumbnail") else "icon_url") or ""
    for media in component.files_of(message.get("components") or []):
        yield media["url"]


def _same_bytes(wanted: bytes | Callable[[bytes], object], data: bytes) -> bool:
    return data == wanted if isinstance(wanted, bytes) else bool(wanted(data))


def _name(predicate: Callable[..., object]) -> str:
    return function_name(getattr(predicate, "__qualname__", repr(predicate)))


def nearness(wanted: MessageFilter, message: Record) -> tuple[int, int, float, bool]:
    """Return a key by which the nearest sorts first.

    It is the differences (the channel is one), what explains them, how unlike the text is, and the channel.
    """
    unlike = 0.0
    if isinstance(wanted.content, str):
        unlike = -difflib.SequenceMatcher(None, wanted.content, text_of(message)).ratio()
    differences, is_elsewhere = len(wanted.differences(message)), not wanted.is_in(message)
    explained = len(wanted.explained(message)) - differences
    return differences + is_elsewhere, -explained, unlike, is_elsewhere
