"""Why Discord refuses: what it answers with one code for many causes, with the cause in words.

The words go to the author of the test, as the notes of a ``RestError``; a client sees the code alone, as from Discord.
Permissions are named as ``discord.Permissions`` takes them.
"""

from __future__ import annotations

from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import (
    PRIVATE_THREAD,
    QUARANTINED,
    THREAD_TYPES,
    Permission,
    guild_permissions,
    is_pending,
    is_timed_out,
    names,
    role_key,
)
from discordtest.backend.world import Record, World

__all__ = [
    "absent",
    "beneath",
    "beneath_role",
    "hidden",
    "lacking",
    "no_owner",
    "refused",
    "reserved",
    "stranger",
    "too_late",
    "unapproved",
]

_VIEW, _SEND, _CONNECT = Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES, Permission.CONNECT
_IN_THREADS = Permission.SEND_MESSAGES_IN_THREADS


def lacking(
    world: World,
    user_id: str,
    bits: int,
    guild_id: str | None,
    channel: Record | None = None,
    purpose: str = "",
) -> RestError:
    """Return 50013 for a user who lacks these permissions in a channel, else in a guild; ``purpose`` goes on so."""
    if channel is not None and channel["type"] in THREAD_TYPES and bits & _SEND:
        bits = bits & ~_SEND | _IN_THREADS  # which stands for it there
    lacks = f"{_user(world, user_id)} lacks {_listed(bits)} in {_place(world, guild_id, channel)}{purpose}"
    return refused(lacks + _because(world, user_id, bits, guild_id, channel))


def refused(why: str) -> RestError:
    """Return 50013 for a cause of its own."""
    return RestError(Code.MISSING_PERMISSIONS, why=why)


def reserved() -> RestError:
    """Return 50013 for what no person and no bot does."""
    return refused("only the test itself does that")


def no_owner(world: World, user_id: str, guild: Record) -> RestError:
    """Return 50013 for a user who does not own a guild."""
    owner = _user(world, guild["owner_id"])
    return refused(f"{_user(world, user_id)} does not own guild {guild['name']!r}: {owner} does")


def beneath(world: World, guild_id: str, user_id: str, target_id: str) -> RestError:
    """Return 50013 for a user who does not stand above another member."""
    who, target = _user(world, user_id), _user(world, target_id)
    if world.guilds[guild_id]["owner_id"] == target_id:
        return refused(f"{target} owns {_place(world, guild_id)}: nobody stands above")
    if user_id == target_id:
        return refused(f"{who} does not stand above {target}: nobody is above themselves")
    highest = _highest(world, guild_id, user_id), _highest(world, guild_id, target_id)
    return refused(
        f"{who} (highest role {highest[0]}) does not stand above {target} (highest role {highest[1]})"
    )


def beneath_role(world: World, guild_id: str, user_id: str, role: Record) -> RestError:
    """Return 50013 for a user whose highest role is not above a role."""
    highest = _highest(world, guild_id, user_id)
    return refused(
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
        because = _because(world, user_id, _VIEW, guild_id, channel)
        why = f"{who} lacks view_channel in {_place(world, guild_id, channel)}{because}"
    return RestError(Code.MISSING_ACCESS, why=why)


def stranger(world: World, user_id: str, guild_id: str) -> RestError:
    """Return 50001 for a user who is not in a guild."""
    why = f"{_user(world, user_id)} is no member of {_place(world, guild_id)}"
    return RestError(Code.MISSING_ACCESS, why=why)


def absent(world: World, user_id: str, guild_id: str) -> RestError:
    """Return 50001 for a guild that a user is not in, or that there is not."""
    if guild_id in world.guilds:
        return stranger(world, user_id, guild_id)
    return RestError(Code.MISSING_ACCESS, why=f"there is no guild {guild_id}")


def unapproved(application: Record, intent: str) -> RestError:
    """Return 50001 for an application without a privileged intent in the developer portal."""
    why = (
        f"the developer portal does not allow {application['name']} the intent {intent}: see approved_intents"
    )
    return RestError(Code.MISSING_ACCESS, why=why)


def too_late(waited: int, limit: int) -> RestError:
    """Return 10062 for an interaction whose first answer came too late; both times in microseconds."""
    return RestError(
        Code.UNKNOWN_INTERACTION,
        why=f"the first answer came {waited / 1e6:g} s after the interaction, and Discord waits {limit / 1e6:g} s: "
        "`await interaction.response.defer()` before what takes long, then `interaction.followup.send(…)`",
    )


def _because(world: World, user_id: str, bits: int, guild_id: str | None, channel: Record | None) -> str:
    """Return what takes permissions away that the member's roles give."""
    member = None if guild_id is None else world.members[guild_id].get(user_id)
    if guild_id is None or member is None:
        return ""
    if is_timed_out(world, member):
        return f": timed out until {member['communication_disabled_until']}"
    if is_pending(member):
        return ": pending, until the guild's membership screening is passed"
    if member["flags"] & QUARANTINED:
        return ": auto moderation blocks who is called so, until the name is another"
    if channel is None:
        return ""
    if channel["type"] in THREAD_TYPES:
        parent = world.channels[channel["parent_id"]]
        if channel["type"] == PRIVATE_THREAD and user_id not in world.thread_members.get(channel["id"], ()):
            return (
                f": who is not in a private thread needs manage_threads in {_place(world, guild_id, parent)}"
            )
        channel = parent
    given = guild_permissions(world, guild_id, user_id)
    # What implies others is looked at last: without view_channel a member may do nothing.
    for bit in (*(each for each in Permission if bits & each), _VIEW, _SEND, _CONNECT):
        overwrite = _denying(channel, member, guild_id, bit)
        if overwrite is not None and given & bit:
            what = "it" if bits == bit else _listed(bit)
            return f": the overwrite {_target(world, guild_id, overwrite['id'])} denies {what}"
    return ""


def _denying(channel: Record, member: Record, guild_id: str, bit: int) -> Record | None:
    """Return the overwrite that has the last word on a permission of a member, if it denies it."""
    overwrites: dict[str, Record] = {each["id"]: each for each in channel["permission_overwrites"]}
    stages = [[member["user"]["id"]], member["roles"], [guild_id]]  # the first that says something counts
    for stage in stages:
        told = [overwrites[each] for each in stage if each in overwrites]
        if any(int(each["allow"]) & bit for each in told):
            return None
        for each in told:
            if int(each["deny"]) & bit:
                return each
    return None


def _target(world: World, guild_id: str, target_id: str) -> str:
    role = world.roles[guild_id].get(target_id)
    if role is None:
        return f"for {_user(world, target_id)}"
    return "for @everyone" if target_id == guild_id else f"for the role {role['name']!r}"


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
    return _role(max((roles[each] for each in (guild_id, *held)), key=role_key))


def _role(role: Record) -> str:
    return f"{role['name']!r}, position {role['position']}"
