"""Changes to channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from discordtest.arrange.building import Arranging, channel_id_of, perform, show, stage
from discordtest.arrange.channels import channel_fields
from discordtest.backend.permissions import THREAD_TYPES
from discordtest.backend.resources.channel_obfuscation import as_seen
from discordtest.checking import check_keywords, check_permissions
from discordtest.control.changing import UNCHANGED, announced
from discordtest.errors import SetupError
from discordtest.finding import find_mentionable
from discordtest.given import bits

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from discordtest.backend.world import Record, Viewer
    from discordtest.given import Id
    from discordtest.scene import Scene

__all__ = ["ChannelChanges"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class ChannelChanges(Arranging):
    """What changes channels and threads."""

    def update_text_channel(
        self,
        channel: discord.abc.GuildChannel | Id,
        target: discord.Role | discord.abc.User | Id,
        override: discord.PermissionOverwrite | None = UNCHANGED,
    ) -> None:
        """Set the ``override`` of a role or member, the ``target``, in a ``channel`` of any kind.

        None takes the overwrite away; without ``override`` nothing changes. CHANNEL_UPDATE is sent in any case, so
        that ``on_guild_channel_update`` runs.

        Raises `SetupError` for a channel or target that is not here, and for a target that is no member.
        """
        if override is None:
            set_overwrite(self._scene, channel, target, None)
        elif override is UNCHANGED:
            set_overwrite(self._scene, channel, target, UNCHANGED)
        elif isinstance(override, discord.PermissionOverwrite):
            allow, deny = override.pair()
            set_overwrite(self._scene, channel, target, (allow.value, deny.value))
        else:
            raise TypeError(f"override is a discord.PermissionOverwrite or None, not {override!r}")

    def set_channel_permission_overrides(
        self,
        channel: discord.abc.GuildChannel | Id,
        target: discord.Role | discord.abc.User | Id,
        allow: discord.Permissions | discord.PermissionOverwrite | int = 0,
        deny: discord.Permissions | int = 0,
    ) -> None:
        """Set what a role or member, the ``target``, is allowed and denied in a ``channel``.

        ``allow`` and ``deny`` are Permissions or bits; what is in neither is as the roles say. A PermissionOverwrite is
        both in one. CHANNEL_UPDATE is sent.

        >>> backend.set_channel_permission_overrides(general, muted, deny=discord.Permissions(send_messages=True))

        Raises `SetupError` for a channel or target that is not here, and for a permission in both.
        """
        if isinstance(allow, discord.PermissionOverwrite):
            if deny:
                raise TypeError("a PermissionOverwrite says what is denied, too: leave deny out")
            allow, deny = allow.pair()
        check_permissions(allow)
        check_permissions(deny)
        allowed, denied = bits(allow) or 0, bits(deny) or 0
        if allowed & denied:
            names = ", ".join(name for name, value in discord.Permissions(allowed & denied) if value)
            raise SetupError(f"set_channel_permission_overrides: {names} is allowed and denied")
        set_overwrite(self._scene, channel, target, (allowed, denied))

    def update_channel(self, channel: Any, **settings: Any) -> Any:
        """Change a ``channel`` or thread; ``settings`` are the keywords of its ``edit``. Return it.

        CHANNEL_UPDATE (THREAD_UPDATE) is sent, so that ``on_guild_channel_update`` (``on_thread_update``) runs.

        Raises `SetupError` for a channel that is not here, and for what Discord does not allow.
        """
        scene = stage(self._scene)
        record = _guild_channel(scene, channel)
        doing = f"update_channel({record['name']!r})"
        check_keywords(self.update_channel, settings, "update_channel")
        body = channel_fields(scene, record["guild_id"], settings)
        with _announced(scene, record):
            perform(scene, doing, "update_channel", record["id"], body=body)
        return show(scene).channel(record)

    def delete_channel(self, channel: Any) -> None:
        """Delete a ``channel`` or thread: ``on_guild_channel_delete`` or ``on_thread_delete`` runs.

        The channels of a category stay, outside of it.

        Raises `SetupError` for a channel that is not here, a direct message, and one that a community needs.
        """
        scene = stage(self._scene)
        record = _guild_channel(scene, channel)
        perform(scene, f"delete_channel({record['name']!r})", "delete_channel", record["id"])
        show(scene)


def _guild_channel(scene: Scene, channel: Any) -> Record:
    record = scene.backend.world.channels[channel_id_of(scene, channel)]
    if record.get("guild_id") is None:
        raise SetupError(f"{channel!r} is a direct message: it has no settings, and stays")
    return record


def _announced(scene: Scene, record: Record) -> AbstractContextManager[None]:
    guild_id, world = record["guild_id"], scene.backend.world
    if record["type"] in THREAD_TYPES:
        return announced(scene, "THREAD_UPDATE", guild_id, lambda: record)

    def render(viewer: Viewer) -> Record:
        return as_seen(world, record, viewer.user_id)

    return announced(scene, "CHANNEL_UPDATE", guild_id, lambda: record, render)


def set_overwrite(scene: Scene, channel: Any, target: Any, pair: Any) -> None:
    """Set what a target is (allowed, denied) in a channel; None takes it away, UNCHANGED leaves it."""
    stage(scene)
    world, record = scene.backend.world, _guild_channel(scene, channel)
    if record["type"] in THREAD_TYPES:
        raise SetupError(f"the thread {record['name']!r} has no overwrites: those of its channel hold")
    guild_id = record["guild_id"]
    target_id = find_mentionable(world, target, guild_id)
    has_one = any(one["id"] == target_id for one in record["permission_overwrites"])
    is_role = target_id in world.roles[guild_id]
    if not (has_one or is_role or target_id in world.members[guild_id]):
        raise SetupError(f"{target!r} is no role and no member of the guild of #{record['name']}")
    path = record["id"], target_id
    doing = f"the overwrite of {target} in #{record['name']}"
    with _announced(scene, record):
        if pair is None:
            if has_one:
                perform(scene, doing, "delete_channel_permission_overwrite", *path)
        elif pair is not UNCHANGED:
            body = {"type": 0 if is_role else 1, "allow": pair[0], "deny": pair[1]}
            perform(scene, doing, "set_channel_permission_overwrite", *path, body=body)
    show(scene)
