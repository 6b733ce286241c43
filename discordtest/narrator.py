"""What stands behind objects that no client caches: a state that stores nothing, tables that read the world.

A state here is the client's own in all but what it would store, so that objects which were built before the login
work after it, and none of them enters the client's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

import discord

from discordtest.backend.resources.stage_instance import stages_of

if TYPE_CHECKING:
    from discord.state import ConnectionState
    from discord.user import ClientUser

    from discordtest.backend.world import Record, World
    from discordtest.views import Views

__all__ = ["Live", "Stages", "narrator_state"]

T = TypeVar("T")


class Live(MutableMapping[int, T]):
    """The records of a guild by number, each built when asked for; what is written to it is in the world."""

    def __init__(
        self, tables: Mapping[str, dict[str, Record]], guild_id: str, build: Callable[[Record], T]
    ) -> None:
        self._tables = tables
        self._guild_id = guild_id
        self._build = build

    @property
    def _table(self) -> dict[str, Record]:
        return self._tables.get(self._guild_id, {})

    def __getitem__(self, key: int) -> T:
        try:
            return self._build(self._table[str(key)])
        except KeyError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[int]:
        return map(int, list(self._table))

    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, key: object) -> bool:
        return str(key) in self._table

    def __setitem__(self, key: int, value: T) -> None:
        """Change nothing: discord.py notes what it has just created."""

    def __delitem__(self, key: int) -> None:
        """Change nothing."""


class Stages(dict[str, dict[str, "Record"]]):
    """What is live on stages, by guild: the world has it by stage."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def get(self, guild_id: str, default: Any = None) -> dict[str, Record]:
        return {instance["id"]: instance for instance in stages_of(self._world, guild_id)}


class _NarratorState:
    """Overrides of a ``ConnectionState`` that shares all else with the client's own: it stores nothing."""

    _discordtest_views: Views

    def store_user(self, data: Any, *, cache: bool = True) -> discord.User:
        return self._discordtest_views.user(data)

    def store_user_no_intents(self, data: Any, *, cache: bool = True) -> discord.User:
        return self._discordtest_views.user(data)

    def store_emoji(self, guild: discord.Guild, data: Any) -> discord.Emoji:
        views = self._discordtest_views
        found = views.real._emojis.get(int(data["id"]))
        return discord.Emoji(guild=guild, state=views.state, data=data) if found is None else found

    def store_sticker(self, guild: discord.Guild, data: Any) -> discord.GuildSticker:
        return self._discordtest_views.sticker(data)

    def _get_guild(self, guild_id: int | None) -> discord.Guild | None:
        views = self._discordtest_views
        found = views.real._get_guild(guild_id)
        if found is None and str(guild_id) in views.world.guilds:
            return views.guild(str(guild_id))
        return found

    @property
    def user(self) -> ClientUser | None:
        return self._discordtest_views.me()

    @property
    def cache_guild_expressions(self) -> bool:
        return True


def narrator_state(views: Views) -> ConnectionState[Any]:
    """Return a state that is the client's own in all but what ``_NarratorState`` overrides.

    It reads every other attribute (http, loop, caches) from the real state, now and later, so what was built
    before the login works after it.
    """
    real = views.real
    state: Any = object.__new__(_state_class(type(real)))
    object.__setattr__(state, "_discordtest_views", views)
    return cast("ConnectionState[Any]", state)


def _state_class(real: type[Any]) -> type[Any]:
    made = _STATE_CLASSES.get(real)
    if made is None:
        made = _STATE_CLASSES[real] = type("NarratorState", (_Shared, _NarratorState, real), {})
    return made


class _Shared:
    """Attributes that are not the class's own come from the real state, and go to it."""

    _discordtest_views: Views

    def __getattr__(self, name: str) -> Any:
        return getattr(self._discordtest_views.real, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._discordtest_views.real, name, value)


_STATE_CLASSES: dict[type[Any], type[Any]] = {}
