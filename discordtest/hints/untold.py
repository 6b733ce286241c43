"""What Discord does not tell a bot for want of a permission: bans, and entries of the audit log.

Source: Discord's documentation, Gateway Events ("Guild Audit Log Entry Create", "Guild Ban Add").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest.backend.permissions import BAN_READERS, Permission, guild_permissions
from discordtest.backend.world import made_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    import discord

    from discordtest.scene import Scene

__all__ = ["reads_bans", "unread_log"]


def reads_bans(scene: Scene, client: discord.Client) -> bool:
    """Tell whether the bot is told of the bans of all its guilds."""
    world, bot_id = scene.backend.world, scene.clients[client]["bot"]["id"]
    return all(
        guild_permissions(world, id, bot_id) & BAN_READERS
        for id in world.members
        if bot_id in world.members[id]
    )


def unread_log(scene: Scene, client: discord.Client) -> Iterator[str]:
    """Yield the guilds whose audit log has entries of the last act that the bot may not see."""
    world, bot_id = scene.backend.world, scene.clients[client]["bot"]["id"]
    began = next((entry.at for entry in scene.backend.journal[scene.act_start :]), 0)
    since = world.wall_clock().timestamp() - (world.now() - began) / 1e6
    for guild_id, entries in world.audit_log.items():
        if not entries or bot_id not in world.members[guild_id] or made_at(entries[-1]["id"]) < since - 0.001:
            continue
        if not guild_permissions(world, guild_id, bot_id) & Permission.VIEW_AUDIT_LOG:
            yield (
                "The bot has on_audit_log_entry_create, but is not told of the entries in the guild "
                f"{world.guilds[guild_id]['name']!r}: it lacks the permission view_audit_log"
            )
