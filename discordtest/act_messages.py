"""What people do with messages: send, edit, delete, react, pin, type, start threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.acting import Acting, brief
from discordtest.given import emoji_key, json_embeds
from discordtest.scene import verb

if TYPE_CHECKING:
    from collections.abc import Iterable

    import discord

    from discordtest.given import Emoji, Id

__all__ = ["MessageVerbs"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class MessageVerbs(Acting):
    """The verbs about messages."""

    @verb
    async def send(
        self,
        who: Any,
        channel: Any,
        content: str | None = None,
        *,
        embeds: Iterable[discord.Embed] = (),
    ) -> discord.Message:
        """Send a message; ``channel`` may be a user: the DM with them."""
        actor = self._person(who)
        channel_id = self._where(actor, channel)
        body: dict[str, Any] = {}
        if content is not None:
            body["content"] = content
        if embeds:
            body["embeds"] = json_embeds(embeds)
        text = f"sends {brief(content)} in {self._place(channel_id)}"
        made = self._act(actor, text, "create_message", channel_id, body=body)
        await self._scene.settle()
        return self._views().message(made)

    @verb
    async def react(self, who: Id, message: Any, emoji: Emoji) -> None:
        """Add a reaction."""
        actor, record, key = self._person(who), self._message(message), emoji_key(emoji)
        text = f"reacts with {key} to {brief(record['content'])}"
        self._act(actor, text, "add_my_message_reaction", record["channel_id"], record["id"], key)
