"""Emojis, stickers, webhooks and invites that are taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.arrange.building import Arranging, perform, show, stage
from discordtest.finding import find_in_guilds
from discordtest.given import id_of

if TYPE_CHECKING:
    import discord

    from discordtest.given import Id

__all__ = ["ExpressionChanges"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ExpressionChanges(Arranging):
    """What takes away emojis, stickers, webhooks and invites."""

    def delete_emoji(self, emoji: discord.Emoji | Id) -> None:
        """Delete an ``emoji`` of a guild: ``on_guild_emojis_update`` runs.

        Raises `SetupError` for an emoji that is not here.
        """
        self._delete("emoji", self._scene.backend.world.emojis, emoji)

    def delete_sticker(self, sticker: discord.GuildSticker | Id) -> None:
        """Delete a ``sticker`` of a guild: ``on_guild_stickers_update`` runs.

        Raises `SetupError` for a sticker that is not here.
        """
        self._delete("sticker", self._scene.backend.world.stickers, sticker)

    def delete_webhook(self, webhook: discord.Webhook | Id) -> None:
        """Delete a ``webhook``: ``on_webhooks_update`` runs.

        Raises `SetupError` for a webhook that is not here.
        """
        scene = stage(self._scene)
        perform(scene, f"delete_webhook({webhook!r})", "delete_webhook", id_of(webhook))
        show(scene)

    def delete_invite(self, invite: discord.Invite | str) -> None:
        """Revoke an ``invite``, given as such or by its code: ``on_invite_delete`` runs.

        Raises `SetupError` for an invite that is not here.
        """
        scene = stage(self._scene)
        code = str(getattr(invite, "code", invite))
        perform(scene, f"delete_invite({code!r})", "invite_revoke", code)
        show(scene)

    def _delete(self, kind: str, tables: Any, thing: Any) -> None:
        scene = stage(self._scene)
        guild_id, record = find_in_guilds(scene.backend.world, tables, thing, kind)
        doing = f"delete_{kind}({record['name']!r})"
        perform(scene, doing, f"delete_guild_{kind}", guild_id, record["id"])
        show(scene)
