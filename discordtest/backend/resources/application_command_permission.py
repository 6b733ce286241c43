"""The permissions of commands in a guild: which members, roles and channels may use them.

They are set by people (and the narrator), never by a bot. A list under the id of the application is for all of its
commands that have none of their own.
Source: Discord's documentation, Application Commands ("Permissions", "Application Command Permissions Object", "Edit
Application Command Permissions") and Audit Log ("Audit Log Change Exceptions").
"""

from __future__ import annotations

from discordtest.backend import audit, reasons
from discordtest.backend.audit import Action
from discordtest.backend.body import Array, Boolean, Choice, Object, Snowflake
from discordtest.backend.codes import Code, RestError
from discordtest.backend.permissions import Permission
from discordtest.backend.resources.application_command import find_guild_command
from discordtest.backend.resources.application_command_access import CHANNEL, ROLE, USER
from discordtest.backend.rest import Call, parameter, route
from discordtest.backend.world import Record

__all__: list[str] = []

MAX_PERMISSIONS = 100
_PATH = "/applications/{application_id:any_application}/guilds/{guild_id:permitted_guild}/commands"
_ONE = _PATH + "/{command_id:permitted_command}/permissions"


@parameter("permitted_guild")
def find_permitted_guild(call: Call, text: str) -> Record:
    """Find a guild that the caller is in: the bot of the application, or a person."""
    guild = call.world.guilds.get(text)
    if guild is None or not (call.actor.omnipotent or call.actor.user_id in call.world.members[text]):
        raise reasons.absent(call.world, call.actor.user_id, text)
    if call.actor.kind == "bot" and call.actor.application_id != call.found["any_application"]["id"]:
        raise RestError(Code.NOT_AUTHORIZED_FOR_APPLICATION)
    call.found["guild"] = guild
    call.found["application"] = call.found["any_application"]
    return guild


@parameter("permitted_command")
def find_permitted_command(call: Call, text: str) -> str:
    """Return the id of the application, which stands for all its commands, or that of a command of the guild."""
    command = call.world.commands.get(call.found["application"]["id"], {}).get(text)
    if command is not None and "guild_id" in command:
        find_guild_command(call, text)
    elif command is None and text != call.found["application"]["id"]:
        raise RestError(Code.UNKNOWN_APPLICATION_COMMAND)
    return text


def _shown(call: Call, command_id: str) -> Record:
    guild_id = call.found["guild"]["id"]
    return {
        "id": command_id,
        "application_id": call.found["application"]["id"],
        "guild_id": guild_id,
        "permissions": call.world.command_permissions[guild_id][command_id],
    }


@route("GET", _PATH + "/permissions")
def list_guild_application_command_permissions(
    call: Call, application: Record, guild: Record
) -> list[Record]:
    own = {application["id"], *call.world.commands.get(application["id"], ())}
    listed = call.world.command_permissions.get(guild["id"], ())
    return [_shown(call, command_id) for command_id in listed if command_id in own]


@route("GET", _ONE)
def get_guild_application_command_permissions(
    call: Call, application: Record, guild: Record, command_id: str
) -> Record:
    if command_id not in call.world.command_permissions.get(guild["id"], ()):
        raise RestError(Code.UNKNOWN_APPLICATION_COMMAND_PERMISSIONS)
    return _shown(call, command_id)


_ENTRY = Object(
    {
        "id": Snowflake(required=True),
        "type": Choice((ROLE, USER, CHANNEL), required=True),
        "permission": Boolean(required=True),
    }
)
EDIT = Object({"permissions": Array(_ENTRY, max=MAX_PERMISSIONS, null=True, required=True)})


@route("PUT", _ONE, body=EDIT)
def set_guild_application_command_permissions(
    call: Call, application: Record, guild: Record, command_id: str
) -> Record:
    """Say who may use a command; an empty list takes everything back."""
    world, guild_id = call.world, guild["id"]
    if call.actor.kind == "bot":
        raise RestError(Code.BOTS_CANNOT_USE_ENDPOINT)
    call.require(Permission.MANAGE_GUILD | Permission.MANAGE_ROLES)
    entries = list({(entry["type"], entry["id"]): entry for entry in call.body["permissions"] or ()}.values())
    for entry in entries:
        _check_target(call, guild_id, entry)
    table = world.command_permissions.setdefault(guild_id, {})
    before = table.get(command_id, [])
    table[command_id] = entries
    shown = _shown(call, command_id)
    if not entries:
        del table[command_id]
    changes = _changes(before, entries)
    if changes:
        action, options = Action.APPLICATION_COMMAND_PERMISSION_UPDATE, {"application_id": application["id"]}
        audit.write(call, guild_id, action, command_id, changes=changes, options=options)
        bot_id = application["bot"]["id"]
        world.emit("APPLICATION_COMMAND_PERMISSIONS_UPDATE", shown, guild=guild_id, users=(bot_id,))
    return shown


def _check_target(call: Call, guild_id: str, entry: Record) -> None:
    world, id = call.world, entry["id"]
    if entry["type"] == ROLE and id not in world.roles[guild_id]:
        raise RestError(Code.UNKNOWN_ROLE)
    if entry["type"] == USER and id not in world.users:
        raise RestError(Code.UNKNOWN_USER)
    if entry["type"] == CHANNEL and id not in (*world.guild_channels[guild_id], str(int(guild_id) - 1)):
        raise RestError(Code.UNKNOWN_CHANNEL)


def _changes(before: list[Record], after: list[Record]) -> list[Record]:
    """Return the changes for the audit log: the key of each is the id of whom it is about."""
    old, new = ({entry["id"]: entry for entry in entries} for entries in (before, after))
    return [
        {
            "key": id,
            **({"old_value": old[id]} if id in old else {}),
            **({"new_value": new[id]} if id in new else {}),
        }
        for id in {**old, **new}
        if old.get(id) != new.get(id)
    ]
