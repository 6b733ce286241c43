"""Verifications: what the bot sent, or shows as its activity, said step by step and then asserted.

>>> assert dpytest.verify().message().contains().content("Hello")

A verification is looked at when it is turned into a bool. Where an assertion on it fails, what is printed says what
was wanted and what was there. One that nobody ever looks at warns: an ``assert`` is missing.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discordtest.dpytest import configured, runner
from discordtest.dpytest.utils import activity_eq, embed_differences, embed_eq

if TYPE_CHECKING:
    import os

    import discord
    from discord.activity import ActivityTypes

__all__ = ["Verify", "VerifyActivity", "VerifyMessage", "verify"]

_ANY: Any = object()  # Any: the default of what may be anything, None too

_UNLIKE_NOTHING = "verify().message() cannot ask for nothing() and for a content, an embed or an attachment"
_UNLIKE_PARTS = "verify().activity() cannot ask for matches(…) and for a name, a URL or a type besides"


class _Verification(ABC):
    """What is looked at once, and warns if it never is."""

    _used = False
    _outcome: str | None = None

    def __bool__(self) -> bool:
        self._used = True
        reasons = self._look()
        self._outcome = "; ".join(reasons)
        return not reasons

    def __repr__(self) -> str:
        if self._outcome is None:
            return f"<{type(self).__name__}: {self._wanted()}; not looked at so far>"
        return f"<{type(self).__name__}: {self._wanted()}; {self._outcome or 'it is so'}>"

    def __del__(self) -> None:
        if not self._used:
            message = (
                f"{type(self).__name__} was never looked at: write `assert` before it ({self._wanted()})"
            )
            warnings.warn(message, RuntimeWarning, stacklevel=2)

    @abstractmethod
    def _look(self) -> list[str]:
        """Return what is not as wanted."""

    @abstractmethod
    def _wanted(self) -> str:
        """Return what is wanted, in words."""


class VerifyMessage(_Verification):
    """What a message of the bot should be like; each call returns the same object.

    It looks at the oldest message of ``sent_queue`` and takes it out; with ``peek`` at the newest, which stays.

    >>> assert dpytest.verify().message().content("Hello World!")
    """

    def __init__(self) -> None:
        self._contains = False
        self._peek = False
        self._nothing = False
        self._content: str | None = _ANY
        self._embed: discord.Embed | None = _ANY
        self._attachment: str | os.PathLike[str] | None = _ANY

    def contains(self) -> VerifyMessage:
        """Be content with a part: the text somewhere in the content, the embed or the file among others."""
        self._contains = True
        return self

    def peek(self) -> VerifyMessage:
        """Leave the message in the queue; the newest one is looked at."""
        self._peek = True
        return self

    def nothing(self) -> VerifyMessage:
        """Want an empty queue.

        :raises ValueError: something is wanted of the message already
        """
        if any(wish is not _ANY for wish in (self._content, self._embed, self._attachment)):
            raise ValueError(_UNLIKE_NOTHING)
        self._nothing = True
        return self

    def content(self, content: str | None) -> VerifyMessage:
        """Want this content; None is a message without any.

        :raises ValueError: ``nothing()`` is wanted already
        """
        self._content = self._unless_nothing(content)
        return self

    def embed(self, embed: discord.Embed | None) -> VerifyMessage:
        """Want this embed, as ``embed_eq`` compares, and no other; None is a message without any.

        :raises ValueError: ``nothing()`` is wanted already
        """
        self._embed = self._unless_nothing(embed)
        return self

    def attachment(self, attach: str | os.PathLike[str] | None) -> VerifyMessage:
        """Want the first attachment to have the content of this file; None is a message without any.

        :raises ValueError: ``nothing()`` is wanted already
        """
        self._attachment = self._unless_nothing(attach)
        return self

    def _unless_nothing(self, wanted: Any) -> Any:
        if self._nothing:
            raise ValueError(_UNLIKE_NOTHING)
        return wanted

    def _wanted(self) -> str:
        if self._nothing:
            return "no message"
        parts = [
            f"{'no' if value is None else 'some' if self._contains and name == 'attachment' else 'the'} {name}"
            + ("" if value is None else f" with {value!r}" if self._contains else f" {value!r}")
            for name, value in (("content", self._content), ("attachment", self._attachment))
            if value is not _ANY
        ]
        if self._embed is not _ANY:
            parts.append("no embed" if self._embed is None else f"the embed {self._embed.title!r}")
        which = "the newest message" if self._peek else "the oldest message"
        return f"{which} has {' and '.join(parts)}" if parts else which

    def _look(self) -> list[str]:
        queue = runner.sent_queue
        if self._nothing:
            if queue.empty():
                return []
            return [f"{queue.qsize()} in the queue, the newest is {_shown(queue.peek())}"]
        if queue.empty():
            return ["the queue is empty", *configured.why_silent()]
        message = queue.peek() if self._peek else queue.get_nowait()
        wrong = [*self._differences(message)]
        if wrong and not queue.empty() and not self._peek:
            wrong.append(f"{queue.qsize()} more in the queue")
        return wrong

    def _differences(self, message: discord.Message) -> list[str]:
        wrong = []
        if self._content is not _ANY:
            wanted, found = self._content, message.content
            is_part = self._contains and wanted is not None and wanted in found
            if not is_part and (wanted or "") != found:
                wrong.append(f"its content is {found!r}")
        if self._embed is not _ANY and not self._fits_embeds(message.embeds):
            wrong.append(self._compared(message.embeds))
        if self._attachment is not _ANY and not self._fits_files(message.attachments):
            names = ", ".join(f"{file.filename} ({file.size} bytes)" for file in message.attachments)
            wrong.append(f"its attachments are {names}" if names else "it has no attachment")
        return wrong

    def _fits_embeds(self, embeds: list[discord.Embed]) -> bool:
        if self._embed is None:
            return not embeds
        return (self._contains or len(embeds) == 1) and any(embed_eq(self._embed, each) for each in embeds)

    def _compared(self, embeds: list[discord.Embed]) -> str:
        if self._embed is None or len(embeds) != 1:
            titles = ", ".join(repr(embed.title) for embed in embeds)
            return f"it has the embeds {titles}" if embeds else "it has no embed"
        return f"it has another embed: {', '.join(embed_differences(self._embed, embeds[0]))}"

    def _fits_files(self, attachments: list[discord.Attachment]) -> bool:
        if self._attachment is None:
            return not attachments
        wanted = Path(self._attachment).read_bytes()
        looked_at = attachments if self._contains else attachments[:1]
        return any(configured.content_of(each) == wanted for each in looked_at)


class VerifyActivity(_Verification):
    """What the bot's activity should be; each call returns the same object.

    >>> assert dpytest.verify().activity().name("Chess")
    """

    def __init__(self) -> None:
        self._activity: ActivityTypes | None = _ANY
        self._parts: dict[str, Any] = {}

    def matches(self, activity: ActivityTypes | None) -> VerifyActivity:
        """Want this activity, as ``activity_eq`` compares; None is no activity.

        :raises ValueError: a name, a URL or a type is wanted already
        """
        if self._parts:
            raise ValueError(_UNLIKE_PARTS)
        self._activity = activity
        return self

    def name(self, name: str) -> VerifyActivity:
        """Want this name.

        :raises ValueError: ``matches()`` is wanted already
        """
        return self._want(name=name)

    def url(self, url: str | None) -> VerifyActivity:
        """Want this URL of a stream.

        :raises ValueError: ``matches()`` is wanted already
        """
        return self._want(url=url)

    def type(self, type: discord.ActivityType) -> VerifyActivity:
        """Want this type.

        :raises ValueError: ``matches()`` is wanted already
        """
        return self._want(type=type)

    def _want(self, **part: Any) -> VerifyActivity:
        if self._activity is not _ANY:
            raise ValueError(_UNLIKE_PARTS)
        self._parts.update(part)
        return self

    def _wanted(self) -> str:
        if self._activity is not _ANY:
            return f"the activity is {self._activity!r}"
        return " and ".join(f"the activity's {name} is {value!r}" for name, value in self._parts.items()) or (
            "an activity"
        )

    def _look(self) -> list[str]:
        found = configured.activity_of_the_bot()
        if self._activity is not _ANY:
            fits = activity_eq(self._activity, found)
        else:
            fits = (
                found is not None
                if not self._parts
                else all(getattr(found, name, None) == value for name, value in self._parts.items())
            )
        return [] if fits else [f"it is {found!r}"]


class Verify:
    """What can be verified."""

    def message(self) -> VerifyMessage:
        """Verify a message that the bot sent."""
        return VerifyMessage()

    def activity(self) -> VerifyActivity:
        """Verify the bot's activity."""
        return VerifyActivity()


def verify() -> Verify:
    """Begin a verification: ``assert verify().message().content("Pong!")``."""
    return Verify()


def _shown(message: discord.Message) -> str:
    where = getattr(message.channel, "name", None)
    return f"{message.content!r} in {f'#{where}' if where else 'a direct message'}"
