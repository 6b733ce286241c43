"""Builders of messages, and what a test reads back: one object as it is now, the history of a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.arranging import Arranging
from discordtest.given import json_embeds, without_none

if TYPE_CHECKING:
    from collections.abc import Iterable

    import discord

    from discordtest.given import Id

__all__ = ["MessageBuilders"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class MessageBuilders(Arranging):
    """What makes messages."""

    def make_message(
        self,
        content: str | None,
        author: discord.abc.User | Id,
        channel: Any,
        tts: bool = False,
        embeds: Iterable[discord.Embed] | None = None,
        attachments: Iterable[discord.Attachment] | None = None,
        nonce: int | str | None = None,
        id_num: int = -1,
    ) -> discord.Message:
        """Make a message of anybody, whatever they may do there."""
        self._stage()
        channel_id = self._channel_id(channel)
        body = without_none(
            content=content, tts=tts or None, nonce=nonce, embeds=json_embeds(embeds) if embeds else None
        )
        chosen = self._new_id(id_num, self._world.messages.get(channel_id, {}))
        made = self._perform(
            "make_message", "create_message", channel_id, body=body, author=self._user_id(author), id=chosen
        )
        return self._show().message(made)
