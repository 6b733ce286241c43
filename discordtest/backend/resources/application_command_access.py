"""Who may use a command where: contexts, installation, age, permissions in the channel and of the command.

A client shows a command only to those who may use it. ``refusal`` goes from the place to the person; the words it
returns name the first rule that stands against it.
Source: Discord's documentation, Application Commands ("Contexts", "Permissions", "Using Default Permissions",
"User Commands", "Age-Restricted Commands").
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from discordtest.backend import permissions
from discordtest.backend.permissions import ALL, THREAD_TYPES, Permission
from discordtest.backend.resources.channel_types import is_age_restricted
from discordtest.backend.resources.interaction import (
    BOT_DM,
    GUILD,
    GUILD_INSTALL,
    PRIVATE_CHANNEL,
    USER_INSTALL,
    installation_owners,
)
from discordtest.backend.world import Record, World

__all__ = ["CHANNEL", "ROLE", "USER", "command_owners", "context_of", "refusal"]

_NO_GUILD = "0"
_USER_COMMAND = 2  # type of a command
ROLE, USER, CHANNEL = 1, 2, 3  # what a command permission is of
#: where people can write, and so use commands
_WRITABLE = frozenset((0, 1, 2, 3, 5, 10, 11, 12, 13))
_VIEW, _SEND = int(Permission.VIEW_CHANNEL), int(Permission.SEND_MESSAGES)
_USE_COMMANDS = int(Permission.USE_APPLICATION_COMMANDS)
_PLACES = {GUILD: "guilds", BOT_DM: "direct messages with the bot", PRIVATE_CHANNEL: "private channels"}


def context_of(world: World, application_id: str, channel: Record) -> int:
    """Return in which of the interaction contexts the channel is for the application."""
    if channel.get("guild_id") is not None:
        return GUILD
    bot_id = world.applications[application_id]["bot"]["id"]
    return BOT_DM if any(user["id"] == bot_id for user in channel["recipients"]) else PRIVATE_CHANNEL


def _contexts(command: Record) -> Collection[int]:
    """Return the contexts that the command allows."""
    if "guild_id" in command:
        return (GUILD,)
    contexts: list[int] | None = command["contexts"]
    if contexts is not None:
        return contexts
    return (GUILD, BOT_DM, PRIVATE_CHANNEL) if command["dm_permission"] else (GUILD,)


def command_owners(world: World, command: Record, channel: Record, user_id: str) -> Record:
    """Return by whose installations the person may use the command there: the guild's (0), their own (1)."""
    application = world.applications[command["application_id"]]
    kinds = command.get("integration_types", [int(GUILD_INSTALL)])
    owners = installation_owners(world, application, channel, user_id)
    if owners.get(GUILD_INSTALL) == _NO_GUILD and not _share_a_guild(
        world, application["bot"]["id"], user_id
    ):
        del owners[GUILD_INSTALL]
    return {kind: owner for kind, owner in owners.items() if int(kind) in kinds}


def _share_a_guild(world: World, bot_id: str, user_id: str) -> bool:
    return any(bot_id in members and user_id in members for members in world.members.values())


def refusal(world: World, command: Record, channel: Record, user_id: str, owners: Record) -> str | None:
    """Return why the person's client does not offer the command in the channel, or None where it does.

    ``owners`` are its `command_owners`.
    """
    guild_id, context = channel.get("guild_id"), context_of(world, command["application_id"], channel)
    if command.get("guild_id", guild_id) != guild_id:
        return f"it is a command of the guild {world.guilds[command['guild_id']]['name']!r} alone"
    if channel["type"] not in _WRITABLE:
        return "nobody can write in a channel of this type"
    if context not in _contexts(command):
        return f"it can't be used in {_PLACES[context]}"
    if not owners:
        return f"its application is not installed there: {_missing(world, command, channel, user_id)}"
    if guild_id is None:
        return None
    return _guild_refusal(world, command, channel, user_id)


def _missing(world: World, command: Record, channel: Record, user_id: str) -> str:
    """Return by whom the application would have to be installed for the command, and who has it in vain."""
    application = world.applications[command["application_id"]]
    found = installation_owners(world, application, channel, user_id)
    kinds = {str(kind) for kind in command.get("integration_types", [int(GUILD_INSTALL)])}
    guild_id, who = channel.get("guild_id"), world.users[user_id]["username"]
    guild = None if guild_id is None else f"the guild {world.guilds[guild_id]['name']!r}"
    said = []
    if GUILD_INSTALL in kinds:
        if guild is not None:
            said.append(f"{guild} does not have it")
        elif GUILD_INSTALL in found:
            said.append(f"{who} shares no guild with it")
        else:
            said.append("no guild has this channel")
    elif guild is not None and GUILD_INSTALL in found:
        said.append(f"that {guild} has it is not enough, since the command is not allowed guild installs")
    if USER_INSTALL in kinds:
        said.append(f"{who} has not installed it (install_app)")
    elif USER_INSTALL in found:
        said.append(
            f"that {who} has installed it is not enough, since the command is not allowed user installs"
        )
    return ", and ".join(said)


def _guild_refusal(world: World, command: Record, channel: Record, user_id: str) -> str | None:
    guild_id = channel["guild_id"]
    bits = permissions.channel_permissions(world, channel, user_id)
    if not bits & _VIEW:
        return "they can't see the channel"
    if not bits & _USE_COMMANDS:
        return "they lack the permission USE_APPLICATION_COMMANDS there"
    if command["type"] == _USER_COMMAND and not bits & _SEND:
        return "they lack the permission to send messages there, which commands on users need"
    if channel["type"] in THREAD_TYPES and channel["thread_metadata"]["archived"]:
        return "the thread is archived"
    if command["nsfw"] and not is_age_restricted(world, channel):
        return "it is age-restricted, and the channel is not"
    if command["default_member_permissions"] is None and not world.command_permissions.get(guild_id):
        return None  # nobody has said anything, as for most commands
    if permissions.guild_permissions(world, guild_id, user_id) == ALL:
        return None  # administrators and the owner use what they like
    if _by_channel(world, command, channel) is False:
        return "the command's permissions forbid it in this channel"
    return _member_refusal(world, command, guild_id, user_id, bits)


def _member_refusal(world: World, command: Record, guild_id: str, user_id: str, bits: int) -> str | None:
    """Look at the command's own permissions, then at those of all commands, then at what it asks by default."""
    tables = world.command_permissions.get(guild_id, {})
    own = _by_member(world, tables.get(command["id"], []), guild_id, user_id)
    if own is not None:
        return None if own else "the command's permissions forbid it to them"
    if _by_member(world, tables.get(command["application_id"], []), guild_id, user_id) is False:
        return "the permissions of the application's commands forbid it to them"
    needed = command["default_member_permissions"]
    if needed is None:
        return None
    if not int(needed):
        return "it is for administrators alone"
    missing = int(needed) & ~bits
    return f"they lack the permission {', '.join(permissions.names(missing))}" if missing else None


def _by_channel(world: World, command: Record, channel: Record) -> bool | None:
    """Return what is said of the channel: first for the command, then for all; of it, then of all channels."""
    guild_id = channel["guild_id"]
    place = channel["parent_id"] if channel["type"] in THREAD_TYPES else channel["id"]
    tables = world.command_permissions.get(guild_id, {})
    for key in (command["id"], command["application_id"]):
        said = {each["id"]: each["permission"] for each in tables.get(key, ()) if each["type"] == CHANNEL}
        for id in (place, str(int(guild_id) - 1)):
            if id in said:
                return bool(said[id])
    return None


def _by_member(world: World, entries: list[Record], guild_id: str, user_id: str) -> bool | None:
    """Return what is said of the member: of them, else of their roles (one that allows wins), else of everyone."""
    member = world.members[guild_id][user_id]
    groups: tuple[Callable[[Record], bool], ...] = (
        lambda entry: entry["type"] == USER and entry["id"] == user_id,
        lambda entry: entry["type"] == ROLE and entry["id"] in member["roles"],
        lambda entry: entry["type"] == ROLE and entry["id"] == guild_id,
    )
    for applies in groups:
        said = [entry["permission"] for entry in entries if applies(entry)]
        if said:
            return any(said)
    return None
