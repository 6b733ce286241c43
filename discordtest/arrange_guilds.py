"""Builders of guilds, roles, users and members."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from discordtest.arranging import Arranging
from discordtest.backend.codes import RestError
from discordtest.backend.resources.user import make_user
from discordtest.errors import SetupError
from discordtest.given import bits, color_value, id_of, iso, without_none
from discordtest.refusals import setup_error

if TYPE_CHECKING:
    from datetime import datetime

    import discord

    from discordtest.backend.world import Record
    from discordtest.given import Id

__all__ = ["GuildBuilders"]

__unittest = True  # unittest leaves our frames out of its tracebacks

DEFAULT_ROLE_PERMISSIONS = 104324161  # what discord.py's test backends have always given to a new role


class GuildBuilders(Arranging):
    """What makes guilds and who is in them."""

    def make_guild(
        self,
        name: str,
        members: Iterable[Id | str] | None = None,
        channels: Iterable[Any] | None = None,
        roles: Iterable[Any] | None = None,
        owner: bool | Id = False,
        id_num: int = -1,
        *,
        bots: Iterable[discord.Client] | None = None,
        shard_id: int | None = None,
        **settings: Any,
    ) -> discord.Guild:
        """Make a guild of ``self.owner`` that every client's bot is in.

        ``bots=()`` makes one without. ``owner`` is a user, or True for the bot. ``settings`` are those of
        ``discord.Guild.edit``.
        """
        scene = self._stage()
        owner_id = self._owner_id(owner)
        chosen = self._new_id(id_num, self._world.guilds, self._world.channels)
        if shard_id is not None:
            chosen = chosen or self._id_for_shard(shard_id)
        doing = f"make_guild({name!r})"
        body = {"name": name, "owner_id": owner_id}
        guild_id: str = self._perform(doing, "create_guild", body=body, id=chosen)["id"]
        for client, application in scene.clients.items():
            if bots is None or client in tuple(bots):
                self._add_bot(guild_id, application)
        return self._show().guild(guild_id)

    def _owner_id(self, owner: bool | Id) -> str:
        if owner is True:
            application = next(iter(self._scene.clients.values()), None)
            if application is None:
                raise SetupError("owner=True makes the bot the owner, but there is no client")
            return str(application["bot"]["id"])
        return str(self._scene.owner["id"]) if owner is False else self._user_id(owner)

    def _id_for_shard(self, shard_id: int) -> str:
        count = self._scene.backend.shards
        if not 0 <= shard_id < count:
            raise SetupError(
                f"shard_id={shard_id}, but there are {count} shards: set shards in the test case"
            )
        number = int(self._world.snowflake()) >> 22
        while number % count != shard_id:
            number += 1
        guild_id = number << 22
        while str(guild_id) in self._world.guilds:
            guild_id += 1
        return str(guild_id)

    def _add_bot(self, guild_id: str, application: Record) -> None:
        permissions = {"permissions": self._scene.bot_permissions}
        self._perform("make_guild", "add_bot", guild_id, application["id"], body=permissions)

    def make_role(
        self,
        name: str,
        guild: discord.Guild | Id,
        id_num: int = -1,
        colour: discord.Colour | int = 0,
        color: discord.Colour | int | None = None,
        permissions: discord.Permissions | int = DEFAULT_ROLE_PERMISSIONS,
        hoist: bool = False,
        mentionable: bool = False,
        *,
        position: int | None = None,
        **settings: Any,
    ) -> discord.Role:
        """Make a role at the bottom of the guild, or at ``position`` (1 is the lowest)."""
        self._stage()
        guild_id = self._guild_id(guild)
        body = {
            "name": name,
            "color": color_value(colour if color is None else color),
            "permissions": str(bits(permissions)),
            "hoist": hoist,
            "mentionable": mentionable,
            **settings,
        }
        doing = f"make_role({name!r})"
        chosen = self._new_id(id_num, self._world.roles[guild_id])
        made = self._perform(doing, "create_guild_role", guild_id, body=body, id=chosen)
        if position is not None:
            order = [{"id": made["id"], "position": position}]
            self._perform(doing, "bulk_update_guild_roles", guild_id, body=order)
        return self._show().role(guild_id, self._world.roles[guild_id][made["id"]])

    # -- people

    def make_user(
        self,
        username: str,
        discrim: str | int = "0",
        avatar: str | None = None,
        id_num: int = -1,
        *,
        bot: bool = False,
        global_name: str | None = None,
        created_at: datetime | None = None,
        locale: str = "en-US",
        accepts_dms: bool = True,
    ) -> discord.User:
        """Make a user who is in no guild. ``accepts_dms=False`` refuses messages of the bot."""
        self._stage()
        record = self._new_user(
            username,
            discrim,
            avatar,
            id_num,
            bot=bot,
            global_name=global_name,
            created_at=created_at,
            locale=locale,
            accepts_dms=accepts_dms,
        )
        return self._show().user(record)

    def _new_user(
        self,
        username: str,
        discrim: str | int = "0",
        avatar: str | None = None,
        id_num: int = -1,
        *,
        created_at: datetime | None = None,
        **settings: Any,
    ) -> Record:
        world = self._world
        chosen = self._new_id(id_num, world.users)
        if chosen is None and created_at is not None:
            iso(created_at)
            chosen = world.snowflake(created_at)
        try:
            return make_user(
                world, username, id=chosen, discriminator=str(discrim), avatar=avatar, **settings
            )
        except RestError as error:
            raise setup_error(f"make_user({username!r})", error) from None

    def make_member(
        self,
        user: discord.abc.User | Id | str,
        guild: discord.Guild | Id,
        nick: str | None = None,
        roles: Iterable[Id] | None = None,
        *,
        joined_at: datetime | None = None,
        premium_since: datetime | None = None,
        pending: bool = False,
        timed_out_until: datetime | None = None,
        status: discord.Status | str = "offline",
    ) -> discord.Member:
        """Make a user join a guild; a name for ``user`` makes that user first."""
        self._stage()
        guild_id = self._guild_id(guild)
        body = without_none(
            nick=nick,
            roles=[id_of(role) for role in roles or ()] or None,
            premium_since=iso(premium_since),
            pending=pending or None,
            communication_disabled_until=iso(timed_out_until),
        )
        is_name = isinstance(user, str) and not user.isdigit()
        user_id = self._new_user(cast("str", user))["id"] if is_name else self._user_id(cast("Id", user))
        try:
            self._perform(
                f"make_member({user})", "join_guild", guild_id, user_id, body=body, at=iso(joined_at)
            )
        except SetupError:
            if is_name:
                del self._world.users[user_id], self._world.user_settings[user_id]
            raise
        return self._show().member(guild_id, user_id)
