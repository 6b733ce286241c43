"""Finding what a text mentions, as objects of discord.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from discordtest.arrange.building import Arranging, guild_id_of, show

if TYPE_CHECKING:
    from collections.abc import Container

    import discord

    from discordtest.given import Id

__all__ = ["Mentions"]

__unittest = True  # unittest leaves our frames out of its tracebacks

# Source: Discord's documentation, Reference ("Message Formatting"). Ids may be small here.
_USER = re.compile(r"<@!?([0-9]{1,20})>")
_ROLE = re.compile(r"<@&([0-9]{1,20})>")
_CHANNEL = re.compile(r"<#([0-9]{1,20})>")


class Mentions(Arranging):
    """What finds mentions."""

    def find_user_mentions(
        self, content: str | None, guild: discord.Guild | Id | None
    ) -> list[discord.Member]:
        """Return the members of a ``guild`` that ``content`` mentions, each once, in order.

        Who is not in the guild is left out; without content or guild there is nobody. Raises `SetupError` for a
        guild that is not here.
        """
        if not content or guild is None:
            return []
        scene, guild_id = self._scene, guild_id_of(self._scene, guild)
        members, views = scene.backend.world.members[guild_id], show(scene)
        return [views.member(guild_id, user_id) for user_id in _found(_USER, content, members)]

    def find_role_mentions(self, content: str | None, guild: discord.Guild | Id | None) -> list[discord.Role]:
        """Return the roles of a ``guild`` that ``content`` mentions, each once, in order.

        Without content or guild there is none. Raises `SetupError` for a guild that is not here.
        """
        if not content or guild is None:
            return []
        scene, guild_id = self._scene, guild_id_of(self._scene, guild)
        roles, views = scene.backend.world.roles[guild_id], show(scene)
        return [views.role(guild_id, roles[role_id]) for role_id in _found(_ROLE, content, roles)]

    def find_channel_mentions(
        self, content: str | None, guild: discord.Guild | Id | None
    ) -> list[discord.abc.GuildChannel | discord.Thread]:
        """Return the channels and threads of a ``guild`` that ``content`` mentions, each once, in order.

        Without content or guild there is none. Raises `SetupError` for a guild that is not here.
        """
        if not content or guild is None:
            return []
        scene, guild_id = self._scene, guild_id_of(self._scene, guild)
        world, views = scene.backend.world, show(scene)
        here = {**world.guild_channels[guild_id], **world.threads[guild_id]}
        return [views.channel(here[channel_id]) for channel_id in _found(_CHANNEL, content, here)]


def _found(pattern: re.Pattern[str], content: str, table: Container[str]) -> list[str]:
    return [number for number in dict.fromkeys(pattern.findall(content)) if number in table]
