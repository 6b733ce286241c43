"""Members of a guild: joining, leaving, and what is changed on them.

Source: Discord's documentation, Guild ("Guild Member Object", "Modify Guild Member").
"""

from __future__ import annotations

from discordtest.backend.codes import Code, RestError
from discordtest.backend.rest import Call, parameter
from discordtest.backend.world import Record

__all__ = ["add_member", "find_member", "new_member"]


def new_member(user: Record, joined_at: str) -> Record:
    """Return a member's record with Discord's defaults; it refers to the user's record."""
    return {
        "user": user,
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [],
        "joined_at": joined_at,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }


def add_member(call: Call, guild: Record, user: Record) -> Record:
    """Put the user into the guild and tell those who may know."""
    member = new_member(user, call.timestamp())
    call.world.members[guild["id"]][user["id"]] = member
    call.world.emit("GUILD_MEMBER_ADD", {**member, "guild_id": guild["id"]}, guild=guild["id"])
    return member


@parameter("member")
def find_member(call: Call, text: str) -> Record:
    """Find a member of the guild of this call."""
    member = call.world.members[call.found["guild"]["id"]].get(text)
    if member is None:
        raise RestError(Code.UNKNOWN_MEMBER)
    return member
