"""Changes to messages, their reactions and pins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest import views as viewing
from discordtest.arrange.building import Arranging, perform, show, stage, user_id_of
from discordtest.checking import check_keywords
from discordtest.errors import SetupError
from discordtest.given import emoji_key, json_embeds, message_of, refuse_singular, without_none

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import discord

    from discordtest.given import Emoji, Id
    from discordtest.scene import Scene

__all__ = ["MessageChanges"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class MessageChanges(Arranging):
    """What changes messages."""

    def edit_message(
        self,
        message: discord.Message | Id,
        content: str | None = None,
        *,
        embeds: Iterable[discord.Embed | Mapping[str, Any]] | None = None,
        **fields: Any,
    ) -> discord.Message:
        """Let the author of a ``message`` edit it: ``on_message_edit`` runs; return the message.

        ``content`` is the new text (``""`` takes it away), ``embeds`` the new embeds; ``fields`` are further ones of
        the API. None and what is not passed change nothing.

        Raises `SetupError` for a message that is not here, and for what Discord does not allow.
        """
        scene = stage(self._scene)
        world = scene.backend.world
        record = message_of(world, message)
        refuse_singular(fields)
        check_keywords(self.edit_message, fields, "update_message")
        body = without_none(content=content, embeds=None if embeds is None else json_embeds(embeds), **fields)
        self._on_message(message, "edit_message", "update_message", author=record["author"]["id"], body=body)
        views = viewing.views_of(scene)
        return views.message(viewing.message_payload(views, record))

    def delete_message(self, message: discord.Message | Id) -> None:
        """Delete a ``message``: ``on_message_delete`` runs.

        Raises `SetupError` for a message that is not here, and for one of Discord's own that stays.
        """
        self._on_message(message, "delete_message", "delete_message")

    def add_reaction(self, message: discord.Message | Id, user: discord.abc.User | Id, emoji: Emoji) -> None:
        """Let a ``user`` react to a ``message``: ``on_reaction_add`` runs.

        ``emoji`` is a character, an emoji of discord.py, or ``name:id``.

        Raises `SetupError` for a message or user that is not here, and for an emoji that does not exist.
        """
        author = user_id_of(self._scene, user)
        key = emoji_key(emoji)
        self._on_message(message, "add_reaction", "add_my_message_reaction", key, author=author)

    def remove_reaction(
        self, message: discord.Message | Id, user: discord.abc.User | Id, emoji: Emoji
    ) -> None:
        """Take the reaction of a ``user`` from a ``message``: ``on_reaction_remove`` runs.

        ``emoji`` is a character, an emoji of discord.py, or ``name:id``.

        Raises `SetupError` for a message or user that is not here, and where the user has not reacted so.
        """
        scene, author, key = self._scene, user_id_of(self._scene, user), emoji_key(emoji)
        given = scene.backend.world.reactions.get(message_of(scene.backend.world, message)["id"], {})
        if not any(author in users for known, users in given.items() if _same(known, key)):
            raise SetupError(f"remove_reaction: {user} has not reacted with {key} to {message!r}")
        self._on_message(message, "remove_reaction", "delete_my_message_reaction", key, author=author)

    def clear_reactions(self, message: discord.Message | Id) -> None:
        """Take every reaction from a ``message``: ``on_reaction_clear`` runs, if it had any.

        Raises `SetupError` for a message that is not here.
        """
        self._on_message(message, "clear_reactions", "delete_all_message_reactions")

    def clear_reaction(self, message: discord.Message | Id, emoji: Emoji) -> None:
        """Take every reaction with an ``emoji`` from a ``message``: ``on_reaction_clear_emoji`` runs.

        Raises `SetupError` for a message that is not here, and where nobody has reacted so.
        """
        operation = "delete_all_message_reactions_by_emoji"
        self._on_message(message, "clear_reaction", operation, emoji_key(emoji))

    def pin_message(self, message: discord.Message | Id) -> None:
        """Pin a ``message``: ``on_guild_channel_pins_update`` runs, and Discord says so in the channel.

        Raises `SetupError` for a message that is not here, and where as many are pinned as can be.
        """
        self._on_message(message, "pin_message", "create_pin")

    def unpin_message(self, message: discord.Message | Id) -> None:
        """Unpin a ``message``: ``on_guild_channel_pins_update`` runs, if it was pinned.

        Raises `SetupError` for a message that is not here.
        """
        self._on_message(message, "unpin_message", "delete_pin")

    def _on_message(self, message: Any, doing: str, operation: str, *more: str, **options: Any) -> None:
        scene: Scene = stage(self._scene)
        record = message_of(scene.backend.world, message)
        perform(scene, doing, operation, record["channel_id"], record["id"], *more, **options)
        show(scene)


def _same(known: str, key: str) -> bool:
    """Tell whether two keys of reactions are of one emoji; of a custom one only the id counts."""
    return known.rpartition(":")[2] == key.rpartition(":")[2]
