"""Payloads as Discord sends them: made from values, or of objects of discord.py.

Ids are strings and fields have Discord's defaults, so discord.py builds its objects from them. A payload is data:
nothing enters the world by it. To make something that a bot sees, use `discordtest.dpytest.backend`.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import discord

from discordtest.backend.resources.channel_types import new_channel
from discordtest.backend.resources.guild import new_guild
from discordtest.backend.resources.guild_member_build import new_member
from discordtest.backend.resources.guild_role import new_role
from discordtest.given import api_fields, id_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from discordtest.backend.world import Record

__all__ = [
    "dict_from_attachment",
    "dict_from_channel",
    "dict_from_guild",
    "dict_from_member",
    "dict_from_message",
    "dict_from_overwrite",
    "dict_from_role",
    "dict_from_user",
    "make_attachment_dict",
    "make_category_channel_dict",
    "make_channel_dict",
    "make_dm_channel_dict",
    "make_guild_dict",
    "make_id",
    "make_member_dict",
    "make_message_dict",
    "make_role_dict",
    "make_text_channel_dict",
    "make_user_dict",
    "make_voice_channel_dict",
]

DEFAULT_PERMISSIONS = 104324161
_DM = discord.ChannelType.private.value
_numbers = itertools.count()


def make_id() -> int:
    """Return an id that no other call returns: a snowflake of this moment."""
    return discord.utils.time_snowflake(datetime.now(UTC)) + next(_numbers) % (1 << 22)


def _id(id_num: int) -> str:
    return str(make_id() if id_num < 0 else id_num)


def _now() -> str:
    return datetime.now(UTC).isoformat()


# -- made from values; ``id_num=-1`` chooses an id, further keywords are further fields


def make_user_dict(
    username: str,
    discrim: str | int,
    avatar: str | None = None,
    id_num: int = -1,
    flags: int = 0,
    **fields: Any,
) -> Record:
    """Return a user; ``discrim`` is the number after the name, 1 to 9999, or 0 for a user that has none.

    :raises ValueError: the discriminator is none
    """
    return {
        "id": _id(id_num),
        "username": username,
        "discriminator": discriminator(discrim),
        "avatar": avatar,
        "global_name": None,
        "flags": flags,
        **fields,
    }


def discriminator(discrim: str | int) -> str:
    """Return a discriminator as Discord writes it: four digits, or "0" for none."""
    text = str(discrim)
    if not text.isdecimal() or len(text) > 4:
        raise ValueError(f"a discriminator is a number from 1 to 9999, or 0 for none, not {discrim!r}")
    return f"{int(text):04}" if int(text) else "0"


def make_member_dict(
    guild: discord.abc.Snowflake,
    user: discord.abc.User,
    roles: Iterable[int | str],
    joined: int | str = 0,
    deaf: bool = False,
    mute: bool = False,
    voice: bool = False,
    flags: int = 0,
    **fields: Any,
) -> Record:
    """Return a member; ``roles`` are ids, ``joined`` is a time as Discord writes it, or 0 for now."""
    member = new_member(dict_from_user(user), str(joined or _now()))
    member.update(guild_id=str(guild.id), roles=[str(role) for role in roles], flags=flags, **fields)
    member.update(deaf=deaf, mute=mute)
    return member


def make_role_dict(
    name: str,
    id_num: int = -1,
    colour: int = 0,
    color: int | None = None,
    hoist: bool = False,
    position: int = -1,
    permissions: int = DEFAULT_PERMISSIONS,
    managed: bool = False,
    mentionable: bool = False,
) -> Record:
    """Return a role; ``color`` goes before ``colour``."""
    role = new_role(_id(id_num), name, permissions=permissions, color=colour if color is None else color)
    role.update(hoist=hoist, position=max(position, 0), managed=managed, mentionable=mentionable)
    return role


def make_channel_dict(ctype: int, id_num: int = -1, **fields: Any) -> Record:
    """Return a channel of a type, by Discord's number for it."""
    if ctype == _DM:
        return {"id": _id(id_num), "type": ctype, "last_message_id": None, "flags": 0, **fields}
    guild_id = str(fields.pop("guild_id", 0))
    channel = new_channel(_id(id_num), guild_id, ctype, fields.pop("name", ""))
    channel.update(api_fields(fields))
    return channel


def make_text_channel_dict(name: str, id_num: int = -1, **fields: Any) -> Record:
    """Return a text channel."""
    return make_channel_dict(discord.ChannelType.text.value, id_num, name=name, **fields)


def make_voice_channel_dict(name: str, id_num: int = -1, **fields: Any) -> Record:
    """Return a voice channel."""
    return make_channel_dict(discord.ChannelType.voice.value, id_num, name=name, **fields)


def make_category_channel_dict(name: str, id_num: int = -1, **fields: Any) -> Record:
    """Return a category."""
    return make_channel_dict(discord.ChannelType.category.value, id_num, name=name, **fields)


def make_dm_channel_dict(user: discord.abc.User, id_num: int = -1, **fields: Any) -> Record:
    """Return the channel of direct messages with a user."""
    return make_channel_dict(_DM, id_num, recipients=[dict_from_user(user)], **fields)


def make_message_dict(
    channel: discord.abc.Snowflake,
    author: discord.abc.User,
    id_num: int = -1,
    content: str | None = None,
    timestamp: str | None = None,
    edited_timestamp: str | None = None,
    tts: bool = False,
    mention_everyone: bool = False,
    mentions: Iterable[discord.abc.User] | None = None,
    mention_roles: Iterable[int | str] | None = None,
    mention_channels: Iterable[discord.abc.GuildChannel] | None = None,
    attachments: Iterable[discord.Attachment] | None = None,
    embeds: Iterable[discord.Embed] | None = None,
    pinned: bool = False,
    type: int = 0,
    **fields: Any,
) -> Record:
    """Return a message."""
    message: Record = {
        "id": _id(id_num),
        "channel_id": str(channel.id),
        "author": dict_from_user(author),
        "content": content or "",
        "timestamp": timestamp or _now(),
        "edited_timestamp": edited_timestamp,
        "tts": tts,
        "mention_everyone": mention_everyone,
        "mentions": [dict_from_user(user) for user in mentions or ()],
        "mention_roles": [str(role) for role in mention_roles or ()],
        "mention_channels": [_mention(each) for each in mention_channels or ()],
        "attachments": [dict_from_attachment(attachment) for attachment in attachments or ()],
        "embeds": [embed.to_dict() for embed in embeds or ()],
        "components": [],
        "pinned": pinned,
        "type": type,
        "flags": 0,
    }
    return {**message, **fields}


def make_attachment_dict(
    filename: str,
    size: int,
    url: str,
    proxy_url: str,
    id_num: int = -1,
    height: int | None = None,
    width: int | None = None,
    content_type: str | None = None,
) -> Record:
    """Return an attachment; ``size`` is in bytes, ``height`` and ``width`` in pixels."""
    attachment = {"id": _id(id_num), "filename": filename, "size": size, "url": url, "proxy_url": proxy_url}
    optional = {"height": height, "width": width, "content_type": content_type}
    return attachment | {name: value for name, value in optional.items() if value is not None}


def make_guild_dict(
    name: str, owner_id: int, roles: Iterable[Mapping[str, Any]], id_num: int = -1, **fields: Any
) -> Record:
    """Return a guild; ``roles`` are payloads."""
    guild = new_guild(_id(id_num), name, str(owner_id))
    return {**guild, "roles": [*roles], "emojis": [], "stickers": [], "members": [], **fields}


# -- of discord.py's objects


def dict_from_user(user: discord.abc.User) -> Record:
    """Return a user's payload; of a member, that of the user."""
    fields = {"bot": True} if user.bot else {}
    return make_user_dict(user.name, user.discriminator, _hash(user.avatar), user.id, **fields) | {
        "global_name": user.global_name
    }


def dict_from_member(member: discord.Member) -> Record:
    """Return a member's payload; @everyone is not among the roles."""
    roles = [role.id for role in member.roles if not role.is_default()]
    joined = member.joined_at.isoformat() if member.joined_at else 0
    fields = {"nick": member.nick, "pending": member.pending, "flags": member.flags.value}
    if member.voice is not None:
        fields.update(deaf=member.voice.deaf, mute=member.voice.mute)
    return make_member_dict(member.guild, member, roles, joined) | fields


def dict_from_role(role: discord.Role) -> Record:
    """Return a role's payload."""
    return make_role_dict(
        role.name,
        role.id,
        role.colour.value,
        hoist=role.hoist,
        position=role.position,
        permissions=role.permissions.value,
        managed=role.managed,
        mentionable=role.mentionable,
    )


def dict_from_overwrite(
    target: discord.abc.Snowflake, overwrite: discord.PermissionOverwrite
) -> dict[str, str | int]:
    """Return an overwrite's payload."""
    allow, deny = overwrite.pair()
    kind = 0 if isinstance(target, discord.Role) else 1
    return {"id": id_of(target), "type": kind, "allow": str(allow.value), "deny": str(deny.value)}


def dict_from_channel(channel: discord.abc.GuildChannel) -> Record:
    """Return the payload of a guild's channel."""
    parent_id = None if channel.category_id is None else str(channel.category_id)
    overwrites = [dict_from_overwrite(target, each) for target, each in channel.overwrites.items()]
    names = ("topic", "nsfw", "bitrate", "user_limit")
    fields = {name: getattr(channel, name) for name in names if hasattr(channel, name)}
    made = make_channel_dict(
        channel.type.value, channel.id, guild_id=channel.guild.id, name=channel.name, **fields
    )
    return {
        **made,
        "position": channel.position,
        "parent_id": parent_id,
        "permission_overwrites": overwrites,
    }


def dict_from_message(message: discord.Message) -> Record:
    """Return a message's payload."""
    made = make_message_dict(
        message.channel,
        message.author,
        message.id,
        message.content,
        message.created_at.isoformat(),
        message.edited_at.isoformat() if message.edited_at else None,
        message.tts,
        message.mention_everyone,
        message.mentions,
        [role.id for role in message.role_mentions],
        [channel for channel in message.channel_mentions if isinstance(channel, discord.abc.GuildChannel)],
        message.attachments,
        message.embeds,
        message.pinned,
        message.type.value,
    )
    return made if message.nonce is None else {**made, "nonce": message.nonce}


def dict_from_attachment(attachment: discord.Attachment) -> Record:
    """Return an attachment's payload."""
    return make_attachment_dict(
        attachment.filename,
        attachment.size,
        attachment.url,
        attachment.proxy_url,
        attachment.id,
        attachment.height,
        attachment.width,
        attachment.content_type,
    )


def dict_from_guild(guild: discord.Guild) -> Record:
    """Return a guild's payload, with its roles; members and channels are not in it."""
    roles = [dict_from_role(role) for role in guild.roles]
    made = make_guild_dict(guild.name, guild.owner_id or 0, roles, guild.id)
    return {
        **made,
        "icon": _hash(guild.icon),
        "splash": _hash(guild.splash),
        "features": guild.features,
        "verification_level": guild.verification_level.value,
        "default_message_notifications": guild.default_notifications.value,
        "explicit_content_filter": guild.explicit_content_filter.value,
        "mfa_level": guild.mfa_level.value,
        "afk_timeout": guild.afk_timeout,
        "afk_channel_id": _id_or_none(guild.afk_channel),
        "system_channel_id": _id_or_none(guild.system_channel),
    }


def _mention(channel: discord.abc.GuildChannel) -> Record:
    return {
        "id": str(channel.id),
        "guild_id": str(channel.guild.id),
        "type": channel.type.value,
        "name": channel.name,
    }


def _hash(asset: discord.Asset | None) -> str | None:
    return None if asset is None else asset.key


def _id_or_none(thing: discord.abc.Snowflake | None) -> str | None:
    return None if thing is None else str(thing.id)
