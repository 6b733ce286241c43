"""Builders of emojis, stickers, sounds, webhooks and invites."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from discordtest import checking, given
from discordtest.arrange.building import (
    Arranging,
    channel_id_of,
    guild_id_of,
    new_id,
    perform,
    role_ids_of,
    show,
    stage,
    user_id_of,
)
from discordtest.backend.resources import webhook

if TYPE_CHECKING:
    from collections.abc import Iterable

    import discord

    from discordtest.backend.world import Record
    from discordtest.given import Emoji, File, Id

__all__ = ["ExpressionBuilders"]

__unittest = True  # unittest leaves our frames out of its tracebacks

#: the smallest image there is: a PNG of one transparent pixel
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
#: 24 ms of silence: one frame of an MP3 file
SILENCE = b"\xff\xfb\x14\xc0" + bytes(92)
GIF_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


class ExpressionBuilders(Arranging):
    """What makes emojis, stickers, sounds, webhooks and invites."""

    def make_emoji(
        self,
        name: str,
        guild: discord.Guild | Id,
        id_num: int = -1,
        *,
        image: bytes | None = None,
        animated: bool = False,
        roles: Iterable[Id] = (),
    ) -> discord.Emoji:
        """Make an emoji of a guild; without ``image`` it is one pixel."""
        checking.check_text("an emoji's name", name)
        scene = stage(self._scene)
        guild_id = guild_id_of(scene, guild)
        body: dict[str, Any] = {
            "name": name,
            "image": given.data_uri(image or (GIF_PIXEL if animated else PIXEL)),
            "roles": role_ids_of(scene, guild_id, roles),
        }
        table = scene.backend.world.emojis[guild_id]
        doing = f"make_emoji({name!r})"
        made = perform(scene, doing, "create_guild_emoji", guild_id, body=body, id=new_id(id_num, table))
        views = show(scene)
        views.fill(guild_id)
        return views.emoji(guild_id, table[made["id"]])

    def make_sticker(
        self,
        name: str,
        guild: discord.Guild | Id,
        id_num: int = -1,
        *,
        description: str = "",
        emoji: str = "🙂",
        file: File | None = None,
    ) -> discord.GuildSticker:
        """Make a sticker of a guild; without ``file`` it is one pixel."""
        checking.check_text("a sticker's name", name)
        scene = stage(self._scene)
        guild_id = guild_id_of(scene, guild)
        body = {"name": name, "description": description, "tags": emoji}
        parts = given.file_parts([("sticker.png", PIXEL) if file is None else file])
        parts[0].name = "file"
        table = scene.backend.world.stickers[guild_id]
        doing = f"make_sticker({name!r})"
        options: dict[str, Any] = {"body": body, "files": parts, "id": new_id(id_num, table)}
        made = perform(scene, doing, "create_guild_sticker", guild_id, **options)
        views = show(scene)
        views.fill(guild_id)
        return views.sticker(table[made["id"]])

    def make_soundboard_sound(
        self,
        name: str,
        guild: discord.Guild | Id,
        id_num: int = -1,
        *,
        sound: bytes | None = None,
        volume: float = 1,
        emoji: Emoji | None = None,
    ) -> discord.SoundboardSound:
        """Make a sound of a guild's soundboard; without ``sound`` (an MP3 or Ogg file) it is a moment of silence.

        ``volume`` is from 0 to 1; ``emoji`` is a standard one, or one of a guild.
        """
        checking.check_text("a sound's name", name)
        scene = stage(self._scene)
        guild_id = guild_id_of(scene, guild)
        uri = given.sound_uri(SILENCE if sound is None else sound)
        body = {"name": name, "sound": uri, "volume": volume, **(given.emoji_fields(emoji) if emoji else {})}
        table = scene.backend.world.soundboard_sounds[guild_id]
        doing = f"make_soundboard_sound({name!r})"
        options: dict[str, Any] = {"body": body, "id": new_id(id_num, table)}
        made = perform(scene, doing, "create_guild_soundboard_sound", guild_id, **options)
        return show(scene).sound(table[made["sound_id"]])

    def make_webhook(
        self,
        name: str,
        channel: discord.abc.GuildChannel | Id,
        id_num: int = -1,
        *,
        token: str | None = None,
        avatar: bytes | None = None,
        user: Id | None = None,
    ) -> discord.Webhook:
        """Make a webhook of a channel; ``user`` made it, by default the bot's owner.

        A bot that has a webhook's URL in its settings, ``…/webhooks/900/abc``, finds it with ``id_num=900`` and
        ``token="abc"``.
        """
        checking.check_text("a webhook's name", name)
        if token is not None:
            checking.check_text("a webhook's token", token)
        scene = stage(self._scene)
        world = scene.backend.world
        body = given.without_none(name=name, avatar=None if avatar is None else given.data_uri(avatar))
        author = None if user is None else user_id_of(scene, user)
        made = perform(
            scene,
            f"make_webhook({name!r})",
            "create_webhook",
            channel_id_of(scene, channel),
            body=body,
            author=author,
            id=new_id(id_num, world.webhooks),
        )
        if token is not None:
            webhook.set_token(world.webhooks[made["id"]], token)
            made = world.webhooks[made["id"]]
        return show(scene).webhook(made)

    def make_invite(
        self,
        channel: discord.abc.GuildChannel | Id,
        *,
        inviter: Id | None = None,
        max_age: int = 86_400,
        max_uses: int = 0,
        temporary: bool = False,
        unique: bool = True,
        roles: Iterable[Id] | None = None,
    ) -> discord.Invite:
        """Make an invite to a channel; ``inviter`` made it, by default the bot's owner.

        Whoever joins by it gets the ``roles``.
        """
        scene = stage(self._scene)
        body: Record = {"max_age": max_age, "max_uses": max_uses, "temporary": temporary, "unique": unique}
        author = None if inviter is None else user_id_of(scene, inviter)
        channel_id = channel_id_of(scene, channel)
        if roles is not None:
            guild_id = scene.backend.world.channels[channel_id]["guild_id"]
            body["role_ids"] = role_ids_of(scene, guild_id, roles)
        made = perform(scene, "make_invite", "create_channel_invite", channel_id, body=body, author=author)
        return show(scene).invite(made)
