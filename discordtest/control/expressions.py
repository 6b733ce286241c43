"""Emojis, stickers, sounds, webhooks and invites that are taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.arrange.building import Arranging, guild_id_of, perform, show, stage
from discordtest.finding import find_in_guilds
from discordtest.given import id_of

if TYPE_CHECKING:
    import discord

    from discordtest.given import Id

__all__ = ["ExpressionChanges"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ExpressionChanges(Arranging):
    """What takes away emojis, stickers, sounds, webhooks and invites."""

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

    def delete_soundboard_sound(self, sound: discord.SoundboardSound | Id) -> None:
        """Delete a ``sound`` of a guild's soundboard: ``on_soundboard_sound_delete`` runs.

        Raises `SetupError` for a sound that is not here.
        """
        world = self._scene.backend.world
        self._delete("sound", world.soundboard_sounds, sound, "soundboard_sound")

    def update_soundboard_sounds(self, guild: discord.Guild | Id, *, available: bool) -> None:
        """Take all sounds from a ``guild``, as when it loses its boosts, or give them back.

        They stay on its soundboard, but nobody can play them: ``on_soundboard_sound_update`` runs for each. Raises
        `SetupError` for a guild that is not here.
        """
        scene = stage(self._scene)
        body = {"available": available}
        guild_id = guild_id_of(scene, guild)
        perform(scene, "update_soundboard_sounds", "update_soundboard_sounds", guild_id, body=body)
        show(scene)

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

    def _delete(self, kind: str, tables: Any, thing: Any, resource: str = "") -> None:
        scene = stage(self._scene)
        guild_id, record = find_in_guilds(scene.backend.world, tables, thing, kind)
        doing = f"delete_{kind}({record['name']!r})"
        record_id = record["sound_id" if kind == "sound" else "id"]
        perform(scene, doing, f"delete_guild_{resource or kind}", guild_id, record_id)
        show(scene)
