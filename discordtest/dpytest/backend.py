"""What a suite does to its Discord by hand: the functions of ``discordtest.backend``, as dpytest names them.

They differ where a suite counts on it: a text channel keeps the name that it is given (Discord writes it in small
letters now; old channels have others), a voice channel takes its bitrate and limit, ``get_state`` is the client's own
state, and messages are pinned by their ids. ``facts`` makes payloads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from discordtest import backend as whole
from discordtest.arrange.channels import make_channel
from discordtest.backend.resources.channel_types import TEXT
from discordtest.control import functions
from discordtest.control.functions import (
    BackendState,
    FakeRequest,
    add_reaction,
    clear_reactions,
    delete_channel,
    delete_member,
    delete_message,
    delete_role,
    edit_message,
    find_channel_mentions,
    find_user_mentions,
    make_attachment,
    make_category_channel,
    make_guild,
    make_member,
    make_message,
    make_role,
    remove_reaction,
    update_guild,
    update_member,
    update_role,
    update_text_channel,
)
from discordtest.current import current_scene
from discordtest.dpytest import factories as facts
from discordtest.stage import configure

if TYPE_CHECKING:
    import discord
    from discord.state import ConnectionState

    from discordtest.given import Id, Overwrites

__all__ = [
    "BackendState",
    "FakeRequest",
    "add_reaction",
    "clear_reactions",
    "configure",
    "delete_channel",
    "delete_member",
    "delete_message",
    "delete_role",
    "edit_message",
    "facts",
    "find_channel_mentions",
    "find_role_mentions",
    "find_user_mentions",
    "get_state",
    "make_attachment",
    "make_category_channel",
    "make_guild",
    "make_member",
    "make_message",
    "make_role",
    "make_text_channel",
    "make_user",
    "make_voice_channel",
    "pin_message",
    "remove_reaction",
    "unpin_message",
    "update_guild",
    "update_member",
    "update_role",
    "update_text_channel",
]


def get_state() -> ConnectionState[Any]:
    """Return the client's own state, with its cache; `BackendError` where no client is configured."""
    return functions.get_state().state


def make_user(username: str, discrim: str | int, avatar: str | None = None, id_num: int = -1) -> discord.User:
    """Make a user; ``discrim`` is the number after the name, 1 to 9999, or 0 for a user that has none.

    :raises ValueError: the discriminator is none
    """
    return functions.make_user(username, facts.discriminator(discrim), avatar, id_num)


def make_text_channel(
    name: str,
    guild: discord.Guild | Id,
    position: int = -1,
    id_num: int = -1,
    permission_overwrites: Overwrites | Iterable[Mapping[str, Any]] | None = None,
    parent_id: Id | None = None,
) -> discord.TextChannel:
    """Make a text channel of exactly this name; ``position=-1`` is below all others."""
    settings = {
        "position": position,
        "permission_overwrites": permission_overwrites,
        "parent_id": parent_id,
    }
    made = make_channel(current_scene(), TEXT, name, guild, id_num, settings, as_named=True)
    return cast("discord.TextChannel", made)


def make_voice_channel(
    name: str,
    guild: discord.Guild | Id,
    position: int = -1,
    id_num: int = -1,
    permission_overwrites: Overwrites | Iterable[Mapping[str, Any]] | None = None,
    parent_id: Id | None = None,
    bitrate: int = 64_000,
    user_limit: int = 0,
) -> discord.VoiceChannel:
    """Make a voice channel; ``bitrate`` is in bits per second, ``user_limit`` 0 is no limit."""
    return functions.make_voice_channel(
        name,
        guild,
        position,
        id_num,
        permission_overwrites=permission_overwrites,
        parent_id=parent_id,
        bitrate=bitrate,
        user_limit=user_limit,
    )


def find_role_mentions(content: str | None, guild: discord.Guild | None) -> list[str]:
    """Return the ids of the roles that a text mentions."""
    return [str(role.id) for role in functions.find_role_mentions(content, guild)]


def pin_message(channel_id: int, message_id: int) -> None:
    """Pin a message."""
    functions.pin_message(message_id)


def unpin_message(channel_id: int, message_id: int) -> None:
    """Take back a pin."""
    functions.unpin_message(message_id)


def __getattr__(name: str) -> Any:  # Any: whatever the name stands for
    """Return what only ``discordtest.backend`` has."""
    if not name.startswith("_"):
        return getattr(whole, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
