"""Why Discord refuses: what it answers with one code for many causes, with the cause in words.

The words go to the author of the test, as the notes of a ``RestError``; a client sees the code alone, as from Discord.
Permissions are named as ``discord.Permissions`` takes them.
"""

from __future__ import annotations

from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import guild_permissions, is_timed_out, names
from discordtest.backend.world import Record, World

__all__ = ["beneath", "beneath_role", "hidden", "lacking", "stranger", "too_late"]


def lacking(
    world: World, user_id: str, bits: int, guild_id: str | None, channel: Record | None = None
) -> RestError:
    """Return 50013 for a user who lacks these permissions in a channel, else in a guild."""
    lacks = f"{_user(world, user_id)} lacks {_listed(bits)} in {_place(world, guild_id, channel)}"
    return _refused(lacks + _because(world, user_id, bits, guild_id, channel))


def beneath(world: World, guild_id: str, user_id: str, target_id: str) -> RestError:
    """Return 50013 for a user who does not stand above another member."""
    who, target = _user(world, user_id), _user(world, target_id)
    if world.guilds[guild_id]["owner_id"] == target_id:
        return _refused(f"{target} owns {_place(world, guild_id)}: nobody stands above")
    if user_id == target_id:
        return _refused(f"{who} does not stand above {target}: nobody is above themselves")
    highest = _highest(world, guild_id, user_id), _highest(world, guild_id, target_id)
    return _refused(
        f"{who} (highest role {highest[0]}) does not stand above {target} (highest role {highest[1]})"
    )


def beneath_role(world: World, guild_id: str, user_id: str, role: Record) -> RestError:
    """Return 50013 for a user whose highest role is not above a role."""
    highest = _highest(world, guild_id, user_id)
    return _refused(
        f"{_user(world, user_id)} (highest role {highest}) does not stand above the role {_role(role)}"
    )


def hidden(world: World, user_id: str, channel: Record) -> RestError:
    """Return 50001 for a user who does not see a channel."""
    guild_id = channel.get("guild_id")
    who = _user(world, user_id)
    if guild_id is None:
        why = f"{who} is no recipient of that DM"
    elif user_id not in world.members[guild_id]:
        return stranger(world, user_id, guild_id)
    else:
        why = f"{who} lacks view_channel in {_place(world, guild_id, channel)}"
    return RestError(Code.MISSING_ACCESS, why=why)


def stranger(world: World, user_id: str, guild_id: str) -> RestError:
    """Return 50001 for a user who is not in a guild."""
    why = f"{_user(world, user_id)} is no member of {_place(world, guild_id)}"
    return RestError(Code.MISSING_ACCESS, why=why)


def too_late(waited: int, limit: int) -> RestError:
    """Return 10062 for an interaction whose first answer came too late; both times in microseconds."""
    return RestError(
        Code.UNKNOWN_INTERACTION,
        why=f"the first answer came {waited / 1e6:g} s after the interaction, and Discord waits {limit / 1e6:g} s: "
        "`await interaction.response.defer()` before what takes long, then `interaction.followup.send(…)`",
    )


def _because(world: World, user_id: str, bits: int, guild_id: str | None, channel: Record | None) -> str:
    """Return what takes permissions away that the member's roles give; a thread has no overwrites of its own."""
    member = None if guild_id is None else world.members[guild_id].get(user_id)
    if guild_id is None or member is None:
        return ""
    if is_timed_out(world, member):
        return f": timed out until {member['communication_disabled_until']}"
    overwrites = [] if channel is None else channel.get("permission_overwrites")
    is_given = not bits & ~guild_permissions(world, guild_id, user_id)
    return ": an overwrite denies what the roles give" if overwrites and is_given else ""


def _refused(why: str) -> RestError:
    return RestError(Code.MISSING_PERMISSIONS, why=why)


def _listed(bits: int) -> str:
    return " and ".join(name.lower() for name in names(bits)) or "the permission"


def _user(world: World, user_id: str) -> str:
    user = world.users.get(user_id)
    return user_id if user is None else str(user["username"])


def _place(world: World, guild_id: str | None, channel: Record | None = None) -> str:
    if channel is not None and channel.get("name"):
        return f"#{channel['name']}"
    return "the DM" if guild_id is None else f"guild {world.guilds[guild_id]['name']!r}"


def _highest(world: World, guild_id: str, user_id: str) -> str:
    roles = world.roles[guild_id]
    member = world.members[guild_id].get(user_id)
    held = [] if member is None else member["roles"]
    return _role(max((roles[each] for each in (guild_id, *held)), key=lambda role: int(role["position"])))


def _role(role: Record) -> str:
    return f"{role['name']!r}, position {role['position']}"
