"""The builder of command permissions, which in life somebody sets in a guild's integration settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from discordtest import finding, given
from discordtest.arrange.building import Arranging, guild_id_of, perform, show, stage
from discordtest.backend.resources import application_command_access as access
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discordtest.backend.world import Record, World
    from discordtest.given import Id

__all__ = ["CommandBuilders"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class CommandBuilders(Arranging):
    """What makes permissions of commands."""

    def make_command_permissions(
        self,
        command: app_commands.AppCommand | str | int | None,
        guild: discord.Guild | Id,
        permissions: Mapping[Any, bool],
        *,
        client: discord.Client | None = None,
    ) -> list[app_commands.AppCommandPermissions]:
        """Say who may use a command in a guild: roles, users and channels, each True or False.

        ``command`` is one that is synced, or its name; None means all commands of the client that have no
        permissions of their own. ``app_commands.AllChannels(guild)`` stands for every channel. What was said before
        is forgotten; an empty mapping takes everything back.

        >>> self.make_command_permissions("ban", self.guild, {self.mods: True, self.guild.default_role: False})
        """
        scene = stage(self._scene)
        guild_id = guild_id_of(scene, guild)
        application = scene.application_of(client)
        world = scene.backend.world
        command_id = _command_id(world, application["id"], command, guild_id)
        entries = [_entry(world, guild_id, target, allowed) for target, allowed in permissions.items()]
        name, doing = "set_guild_application_command_permissions", f"make_command_permissions({command!r})"
        raw = application["id"], guild_id, command_id
        made = perform(scene, doing, name, *raw, body={"permissions": entries})
        views = show(scene)
        guild = views.guild(guild_id)
        return [
            app_commands.AppCommandPermissions(data=entry, guild=guild, state=views.state)
            for entry in made["permissions"]
        ]


def _command_id(
    world: World, application_id: str, command: app_commands.AppCommand | str | int | None, guild_id: str
) -> str:
    if command is None:
        return application_id
    table = world.commands.get(application_id, {})
    if not isinstance(command, str):
        return given.id_of(command)
    named = [each for each in table.values() if each["name"] == command]
    for scope in (guild_id, None):
        for each in named:
            if each.get("guild_id") == scope:
                return str(each["id"])
    synced = ", ".join(each["name"] for each in table.values()) or "none"
    raise SetupError(f"the command {command!r} is not synced in this guild; those that are: {synced}")


def _entry(world: World, guild_id: str, target: Any, allowed: bool) -> Record:
    if isinstance(target, app_commands.AllChannels):
        return {"id": str(target.id), "type": access.CHANNEL, "permission": allowed}
    if isinstance(target, str) and target.startswith("#"):
        id = finding.find_channel(world, target, guild_id)
    elif finding.is_name(target) or given.id_of(target) not in world.channels:
        id = finding.find_mentionable(world, target, guild_id)
    else:
        id = given.id_of(target)
    kind = access.ROLE if id in world.roles[guild_id] else access.USER
    if id in world.channels:
        kind = access.CHANNEL
    return {"id": id, "type": kind, "permission": allowed}
