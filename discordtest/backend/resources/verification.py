"""Verification levels: which people are too new to write in a guild.

Bots, the owner and members with a role write at once. E-mail and phone, which some levels ask for too, everybody has.
Source: Discord's documentation, Guild ("Verification Level") and Guild Member ("Guild Member Flags").
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import BYPASSES_VERIFICATION
from discordtest.backend.world import made_at

if TYPE_CHECKING:
    from discordtest.backend.world import World

__all__ = ["check_verification"]

MEDIUM, HIGH = 2, 3
ACCOUNT_AGE = 300.0  # seconds since the account was made, from MEDIUM on
MEMBERSHIP = 600.0  # seconds since somebody joined the guild, from HIGH on


def check_verification(world: World, guild_id: str, user_id: str) -> None:
    """Refuse a person who is too new for the guild's level."""
    guild, member = world.guilds[guild_id], world.members[guild_id].get(user_id)
    level = guild["verification_level"]
    if level < MEDIUM or member is None or member["roles"] or guild["owner_id"] == user_id:
        return
    if member["flags"] & BYPASSES_VERIFICATION:
        return
    now = world.wall_clock().timestamp()
    joined = datetime.fromisoformat(member["joined_at"]).timestamp()
    if now - made_at(user_id) < ACCOUNT_AGE or (level >= HIGH and now - joined < MEMBERSHIP):
        raise RestError(Code.VERIFICATION_LEVEL_TOO_HIGH)
