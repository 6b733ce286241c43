"""Members that the bot does not know, where the line of the test that failed looks for them in the bot's cache.

Discord tells a bot without the members intent of hardly anybody but itself, and discord.py caches whom it is told of.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import discord

from discordtest.source import failed_line, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discordtest.scene import Scene

__all__ = ["uncached"]

_OF_THE_CACHE = frozenset(("get_member", "get_member_named", "get_user", "members", "users"))


def uncached(scene: Scene, error: BaseException) -> Iterator[str]:
    """Yield how many members of a guild a client knows, where the line looks at those and they are not all."""
    line = failed_line(error)
    if line is None:
        return
    expression, names = line
    holders = [
        value_of(node.value, names)
        for node in ast.walk(expression)
        if isinstance(node, ast.Attribute) and node.attr in _OF_THE_CACHE
    ]
    for client in scene.clients:
        for guild in client.guilds:
            known, count = len(guild.members), guild.member_count or 0
            if known < count and any(_may_be_about(holder, client, guild) for holder in holders):
                yield f"The bot has cached {known} of the {count} members of {guild.name!r}: {_why(client)}"


def _may_be_about(holder: Any, client: discord.Client, guild: discord.Guild) -> bool:
    """Tell whether what a line looks at is of a guild, as a client has it; of what is not known, it may be."""
    if isinstance(holder, discord.Client):
        return holder is client
    if not type(holder).__module__.startswith("discord."):
        return type(holder) is object
    of = holder if isinstance(holder, discord.Guild) else getattr(holder, "guild", None)
    return of is guild


def _why(client: discord.Client) -> str:
    if client.intents.members:
        return "`await guild.chunk()` asks for the others"
    return "its intents lack members. `guild.member_count` and `await guild.fetch_member(id)` do without"
