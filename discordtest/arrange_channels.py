"""Builders of channels and threads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from discordtest.arranging import Arranging
from discordtest.given import id_of, json_overwrites, without_none

if TYPE_CHECKING:
    import discord

    from discordtest.given import Id, Overwrites

__all__ = ["ChannelBuilders"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ChannelBuilders(Arranging):
    """What makes the channels of a guild. All take the keywords of discord.py's ``create_*_channel``."""

    def make_text_channel(
        self,
        name: str,
        guild: discord.Guild | Id,
        position: int = -1,
        id_num: int = -1,
        permission_overwrites: Overwrites | Iterable[Mapping[str, Any]] | None = None,
        parent_id: Id | None = None,
        *,
        news: bool = False,
        **settings: Any,
    ) -> discord.TextChannel:
        """Make a text channel; ``news=True`` an announcement channel.

        >>> self.make_text_channel("staff", guild, overwrites={role: discord.PermissionOverwrite(...)})
        """
        return cast(
            "discord.TextChannel",
            self._make_channel(
                5 if news else 0, name, guild, position, id_num, permission_overwrites, parent_id, settings
            ),
        )

    def _make_channel(
        self,
        kind: int,
        name: str,
        guild: discord.Guild | Id,
        position: int,
        id_num: int,
        overwrites: Any,
        parent: Id | None,
        settings: dict[str, Any],
    ) -> Any:
        self._stage()
        guild_id = self._guild_id(guild)
        category = settings.pop("category", None)
        body = without_none(
            name=name,
            type=kind,
            permission_overwrites=json_overwrites(settings.pop("overwrites", overwrites)),
            parent_id=None if parent is None and category is None else id_of(cast("Id", category or parent)),
            **settings,
        )
        doing = f"make channel {name!r}"
        chosen = self._new_id(id_num, self._world.channels)
        made = self._perform(doing, "create_guild_channel", guild_id, body=body, id=chosen)
        return self._show().channel(self._world.channels[made["id"]])
