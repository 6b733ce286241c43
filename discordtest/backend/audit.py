"""The audit log: who did what to whom in a guild, and why.

``write`` is called by a handler after it has changed the world and before it emits.
Source: Discord's documentation, Audit Log ("Audit Log Events", "Audit Log Change Exceptions").
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from discordtest.backend.permissions import Permission, guild_permissions
from discordtest.backend.world import Record

if TYPE_CHECKING:
    from discordtest.backend.rest import Call

__all__ = ["difference", "write"]


def write(
    call: Call,
    guild_id: str,
    action: int,
    target_id: str | None,
    *,
    changes: list[Record] | None = None,
    options: dict[str, Any] | None = None,
) -> None:
    """Add an entry and tell those who may see the log. The narrator acts in the owner's name."""
    world = call.world
    entry: Record = {
        "id": world.snowflake(),
        "user_id": world.guilds[guild_id]["owner_id"] if call.actor.omnipotent else call.actor.user_id,
        "target_id": target_id,
        "action_type": action,
        "changes": changes or [],
    }
    if options:
        entry["options"] = {key: str(value) for key, value in options.items()}
    if call.reason:
        entry["reason"] = call.reason
    world.audit_log[guild_id].append(entry)
    readers = [
        user_id
        for user_id in world.bots_of(guild_id)
        if guild_permissions(world, guild_id, user_id) & Permission.VIEW_AUDIT_LOG
    ]
    if readers:
        event = {**entry, "guild_id": guild_id}
        world.emit("GUILD_AUDIT_LOG_ENTRY_CREATE", event, guild=guild_id, users=readers)


def difference(before: Record | None, after: Record | None, keys: Iterable[str]) -> list[Record]:
    """Return the changes of an entry: one for each of ``keys`` whose value is not the same in both."""
    found = []
    for key in keys:
        old = None if before is None else before.get(key)
        new = None if after is None else after.get(key)
        if old != new:
            change = {"key": key}
            if old is not None:
                change["old_value"] = old
            if new is not None:
                change["new_value"] = new
            found.append(change)
    return found
