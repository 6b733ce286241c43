"""Roles of a guild.

Source: Discord's documentation, Permissions ("Role Object") and Guild ("Create Guild Role" and what follows).
"""

from __future__ import annotations

from discordtest.backend.codes import Code, RestError
from discordtest.backend.rest import Call, parameter
from discordtest.backend.world import Record

__all__ = ["find_role", "new_role"]


def new_role(role_id: str, name: str, *, permissions: int = 0, position: int = 0, color: int = 0) -> Record:
    """Return a role's record with Discord's defaults."""
    return {
        "id": role_id,
        "name": name,
        "description": None,
        "permissions": str(permissions),
        "position": position,
        "color": color,
        "colors": {"primary_color": color, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


@parameter("role")
def find_role(call: Call, text: str) -> Record:
    """Find a role of the guild of this call."""
    role = call.world.roles[call.found["guild"]["id"]].get(text)
    if role is None:
        raise RestError(Code.UNKNOWN_ROLE)
    return role
