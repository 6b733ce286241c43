"""Changes to guilds and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest.arrange.building import Arranging, guild_id_of, perform, show, stage, untold
from discordtest.arrange.guilds import add_role, copy_of
from discordtest.backend.resources.guild_create import render_guild
from discordtest.backend.resources.guild_role import drop_role
from discordtest.checking import check_keywords
from discordtest.control.changing import announced
from discordtest.errors import SetupError
from discordtest.finding import find_in_guilds
from discordtest.given import api_fields, bits, color_value, one_color

if TYPE_CHECKING:
    from collections.abc import Iterable

    from discordtest.backend.world import Record
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["GuildChanges"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class GuildChanges(Arranging):
    """What changes guilds and roles."""

    def update_guild(
        self, guild: discord.Guild | Id, roles: Iterable[discord.Role | str] | None = None, **settings: Any
    ) -> discord.Guild:
        """Change a ``guild`` and send one GUILD_UPDATE, so that ``on_guild_update`` runs; return the guild.

        ``roles`` is its new list of roles, lowest first: roles of the guild stay, names and roles of other guilds
        become new roles, and the rest goes without an event of its own; @everyone and the roles of bots stay in any
        case. ``settings`` are the keywords of ``discord.Guild.edit``. None and what is not passed change nothing.

        Raises `SetupError` for a guild that is not here, and for what Discord does not allow.
        """
        scene = stage(self._scene)
        guild_id = guild_id_of(scene, guild)
        world = scene.backend.world
        check_keywords(self.update_guild, settings, "update_guild")
        record, body = world.guilds[guild_id], api_fields(settings)
        with announced(scene, "GUILD_UPDATE", guild_id, lambda: render_guild(world, record)):
            if roles is not None:
                _replace_roles(scene, guild_id, roles)
            if body:
                perform(scene, f"update_guild({record['name']!r})", "update_guild", guild_id, body=body)
        return show(scene).guild(guild_id)

    def delete_guild(self, guild: discord.Guild | Id) -> None:
        """Delete a ``guild`` with all that is in it: ``on_guild_remove`` runs.

        Raises `SetupError` for a guild that is not here.
        """
        scene = stage(self._scene)
        perform(scene, f"delete_guild({guild})", "delete_guild", guild_id_of(scene, guild))
        show(scene)

    def update_role(
        self,
        role: discord.Role | Id,
        colour: discord.Colour | int | None = None,
        color: discord.Colour | int | None = None,
        permissions: discord.Permissions | int | None = None,
        hoist: bool | None = None,
        mentionable: bool | None = None,
        name: str | None = None,
        *,
        position: int | None = None,
        **settings: Any,
    ) -> discord.Role:
        """Change a ``role`` and send GUILD_ROLE_UPDATE, so that ``on_guild_role_update`` runs; return the role.

        ``colour`` and ``color`` are one (a number or Colour), ``permissions`` are Permissions or bits, ``hoist``,
        ``mentionable`` and ``name`` as in ``discord.Role.edit``, like ``settings``; ``position`` 1 is just above
        @everyone. None and what is not passed change nothing.

        Raises ``ValueError`` for two colours, `SetupError` for a role that is not here and for what Discord does not
        allow.
        """
        scene = stage(self._scene)
        world = scene.backend.world
        guild_id, record = find_in_guilds(world, world.roles, role, "role")
        check_keywords(self.update_role, settings, "update_guild_role")
        body = api_fields(
            {
                **settings,
                "color": color_value(one_color(colour, color)),
                "permissions": bits(permissions),
                "hoist": hoist,
                "mentionable": mentionable,
                "name": name,
            }
        )
        doing = f"update_role({record['name']!r})"
        event = {"guild_id": guild_id, "role": record}
        with announced(scene, "GUILD_ROLE_UPDATE", guild_id, lambda: event):
            perform(scene, doing, "update_guild_role", guild_id, record["id"], body=body)
            if position is not None:
                move = [{"id": record["id"], "position": position}]
                perform(scene, doing, "bulk_update_guild_roles", guild_id, body=move)
        return show(scene).role(guild_id, record)

    def delete_role(self, role: discord.Role | Id) -> None:
        """Delete a ``role``, which its members and the overwrites of channels lose: ``on_guild_role_delete`` runs.

        Raises `SetupError` for a role that is not here, @everyone and the role of a bot.
        """
        scene = stage(self._scene)
        world = scene.backend.world
        guild_id, record = find_in_guilds(world, world.roles, role, "role")
        perform(scene, f"delete_role({record['name']!r})", "delete_guild_role", guild_id, record["id"])
        show(scene)


def _replace_roles(scene: Scene, guild_id: str, roles: Iterable[discord.Role | str]) -> None:
    """Give a guild another list of roles, lowest first, without an event."""
    if isinstance(roles, str):
        raise TypeError(f"update_guild takes a list of roles, not {roles!r}")
    world, given = scene.backend.world, list(roles)
    for role in given:
        if not isinstance(role, str | discord.Role):
            raise SetupError(f"update_guild: {role!r} is no discord.Role and no name")
    table = world.roles[guild_id]
    before = {role_id: record["position"] for role_id, record in table.items()}
    with untold(scene):
        try:
            order = [_kept_or_made(scene, guild_id, role) for role in given if _id(role) != guild_id]
        except SetupError:
            for role_id in [*table]:
                if role_id in before:
                    table[role_id]["position"] = before[role_id]
                else:
                    del table[role_id]
            raise
    listed = {record["id"] for record in order} | {guild_id}
    for record in [record for role_id, record in table.items() if role_id not in listed]:
        if record["managed"]:
            order.append(record)
        else:
            drop_role(world, guild_id, record)
    for place, record in enumerate(order, 1):
        record["position"] = place


def _id(role: discord.Role | str) -> str:
    return role if isinstance(role, str) else str(role.id)


def _kept_or_made(scene: Scene, guild_id: str, role: discord.Role | str) -> Record:
    table = scene.backend.world.roles[guild_id]
    if isinstance(role, str):
        return add_role(scene, guild_id, {"name": role})
    return table.get(str(role.id)) or add_role(scene, guild_id, copy_of(role))
