"""Application commands: what an application offers, everywhere or in one guild.

The commands of an application are one table; ``guild_id`` tells those of a guild from the global ones. A command
keeps its id for as long as its name and type stay, and gets another ``version`` whenever something changes.
Source: Discord's documentation, Application Commands ("Application Command Object", "Registering a Command",
"Updating and Deleting a Command", "Retrieving localized commands" and the endpoints).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from discordtest.backend import reasons
from discordtest.backend.body import Boolean, Object, invalid
from discordtest.backend.codes import Code, RestError
from discordtest.backend.resources.application_command_form import (
    CHAT_INPUT,
    COMMAND,
    COMMANDS,
    MESSAGE,
    PATCH,
    USER_COMMAND,
    check_patched,
)
from discordtest.backend.resources.interaction import GUILD
from discordtest.backend.rest import Call, Reply, parameter, route
from discordtest.backend.world import Record, World

__all__ = ["commands_of", "find_command_guild", "find_global_command", "find_guild_command"]

#: type -> how many an application may have of it, globally and in each guild
MAX_COMMANDS = {CHAT_INPUT: 100, USER_COMMAND: 15, MESSAGE: 15}
MAX_CREATES = 200  # in a day, globally and in each guild
DAY = 86_400_000_000  # µs


# -- finding


def commands_of(world: World, application_id: str, guild_id: str | None) -> Iterator[Record]:
    """Yield the commands of an application: those of the guild, or the global ones."""
    for command in world.commands.get(application_id, {}).values():
        if command.get("guild_id") == guild_id:
            yield command


@parameter("command_guild")
def find_command_guild(call: Call, text: str) -> Record:
    """Find a guild that the application is installed in; 50001 for any other."""
    guild = call.world.guilds.get(text)
    application: Record = call.found["application"]
    if guild is None or application["bot"]["id"] not in call.world.members[text]:
        raise reasons.absent(call.world, application["bot"]["id"], text)
    call.found["guild"] = guild
    return guild


def _find(call: Call, text: str, guild_id: str | None) -> Record:
    command = call.world.commands.get(call.found["application"]["id"], {}).get(text)
    if command is None or command.get("guild_id") != guild_id:
        raise RestError(Code.UNKNOWN_APPLICATION_COMMAND)
    return command


@parameter("global_command")
def find_global_command(call: Call, text: str) -> Record:
    """Find one of the application's global commands."""
    return _find(call, text, None)


@parameter("guild_command")
def find_guild_command(call: Call, text: str) -> Record:
    """Find one of the application's commands in the guild of this call."""
    return _find(call, text, call.found["guild"]["id"])


# -- showing

LIST = Object({"with_localizations": Boolean(default=False)})
_LOCALISED = ("name_localizations", "description_localizations")


def _listed(call: Call, guild_id: str | None) -> list[Record]:
    commands = commands_of(call.world, call.found["application"]["id"], guild_id)
    if call.query["with_localizations"]:
        return list(commands)
    return [_without_localizations(command) for command in commands]


def _without_localizations(node: Record) -> Record:
    """Return a command, an option or a choice as lists show it; nobody's locale is known over a bot's token."""
    bare = {key: value for key, value in node.items() if key not in _LOCALISED}
    for key in ("options", "choices"):
        if key in bare:
            bare[key] = [_without_localizations(inner) for inner in bare[key]]
    return bare


# -- making


def _new_command(call: Call, body: Record, guild_id: str | None) -> Record:
    application: Record = call.found["application"]
    command: Record = {
        "id": call.new_id(),
        "application_id": application["id"],
        "version": call.world.snowflake(),
        "default_member_permissions": None,
        "type": body.get("type") or CHAT_INPUT,
        "name": body["name"],
        "name_localizations": None,
        "description": "",
        "description_localizations": None,
        "nsfw": False,
    }
    if guild_id is None:
        supported = [int(kind) for kind in application["integration_types_config"]]
        command.update(dm_permission=True, contexts=None, integration_types=supported)
    else:
        command["guild_id"] = guild_id
    command.update(_values(call, command, body))
    return command


_GLOBAL_ONLY = ("dm_permission", "contexts", "integration_types")
_DEFAULTS: Record = {"nsfw": False, "dm_permission": True, "description": ""}


def _values(call: Call, command: Record, body: Record) -> Record:
    """Return what a parsed body sets on the command, as the world keeps it."""
    values = {
        key: _DEFAULTS.get(key) if value is None else value
        for key, value in body.items()
        if key not in ("id", "type")
    }
    if "guild_id" in command:
        for key in _GLOBAL_ONLY:
            values.pop(key, None)
    bits = values.get("default_member_permissions")
    if bits is not None:
        values["default_member_permissions"] = str(bits)
    if command["type"] != CHAT_INPUT or not values.get("options", True):
        values.pop("options", None)
    if "integration_types" in values:
        values["integration_types"] = _integration_types(call, values["integration_types"])
    if "contexts" in values:
        contexts = values["contexts"]
        allowed = values.get("dm_permission", True) if contexts is None else contexts != [GUILD]
        values["dm_permission"] = allowed
    return values


def _integration_types(call: Call, wanted: list[int] | None) -> list[int]:
    supported = [int(kind) for kind in call.found["application"]["integration_types_config"]]
    for index, kind in enumerate(wanted or ()):
        if kind not in supported:
            message = "The application does not support this integration type."
            raise invalid(f"integration_types.{index}", "BASE_TYPE_CHOICES", message)
    return supported if wanted is None else wanted


def _change(world: World, command: Record, after: Record) -> Record:
    """Make the command what ``after`` says, under its own id; a real change is a new version."""
    after = {**after, "id": command["id"], "version": command["version"]}
    if after != command:
        after["version"] = world.snowflake()
        command.clear()
        command.update(after)
    return command


def _check_counts(commands: Iterable[Record]) -> None:
    counts = dict.fromkeys(MAX_COMMANDS, 0)
    for command in commands:
        counts[command["type"]] += 1
    if any(count > MAX_COMMANDS[kind] for kind, count in counts.items()):
        raise RestError(Code.MAX_APPLICATION_COMMANDS)


def _check_creates(call: Call, guild_id: str | None, count: int) -> list[int]:
    """Refuse more new commands than a day allows; return the moments at which the others were made."""
    now, key = call.world.now(), _creates_key(call, guild_id)
    made = [at for at in call.world.command_creates.get(key, ()) if now - at < DAY]
    if count and len(made) + count > MAX_CREATES and not call.actor.omnipotent:
        free_at = made[len(made) + count - MAX_CREATES - 1] + DAY
        extra = {"retry_after": (free_at - now) / 1_000_000, "global": False}
        raise RestError(Code.MAX_DAILY_COMMAND_CREATES, extra=extra)
    return made


def _note_creates(call: Call, guild_id: str | None, made: list[int], count: int) -> None:
    if count:
        call.world.command_creates[_creates_key(call, guild_id)] = made + [call.world.now()] * count


def _creates_key(call: Call, guild_id: str | None) -> tuple[str, str]:
    return call.found["application"]["id"], guild_id or ""


def _create(call: Call, guild_id: str | None) -> Reply:
    """Make a command, or change the one of that name: 201 or 200."""
    world, application_id = call.world, call.found["application"]["id"]
    body: Record = call.body
    known = _known(commands_of(world, application_id, guild_id), body)
    command = _new_command(call, body, guild_id)
    if known is not None:
        return Reply(200, _change(world, known, command))
    _check_counts((*commands_of(world, application_id, guild_id), command))
    made = _check_creates(call, guild_id, 1)
    world.commands.setdefault(application_id, {})[command["id"]] = command
    _note_creates(call, guild_id, made, 1)
    return Reply(201, command)


def _known(commands: Iterable[Record], body: Record, meant: Collection[str] = ()) -> Record | None:
    """Return the command that a body means: by its id, else by type and name, unless others mean it by its id."""
    kind, found = body.get("type") or CHAT_INPUT, None
    for command in commands:
        if body.get("id") == command["id"]:
            return command
        if command["id"] not in meant and command["type"] == kind and command["name"] == body["name"]:
            found = command
    return found


def _overwrite(call: Call, guild_id: str | None) -> list[Record]:
    """Make the commands of the scope those of the body: the others are gone, ids stay with type and name."""
    world, application_id = call.world, call.found["application"]["id"]
    bodies: list[Record] = call.body or []
    old = list(commands_of(world, application_id, guild_id))
    fresh = [_new_command(call, body, guild_id) for body in bodies]
    _check_counts(fresh)
    meant = {body["id"] for body in bodies if body.get("id")}
    pairs = [(_known(old, body, meant), made) for body, made in zip(bodies, fresh, strict=True)]
    count = sum(known is None for known, _ in pairs)
    made = _check_creates(call, guild_id, count)
    result = [new if known is None else _change(world, known, new) for known, new in pairs]
    table = world.commands.setdefault(application_id, {})
    for command in old:
        del table[command["id"]]
    table.update((command["id"], command) for command in result)
    for command in old:
        if command["id"] not in table:
            _forget_permissions(world, command["id"])
    _note_creates(call, guild_id, made, count)
    return result


def _edit(call: Call, command: Record) -> Record:
    changes = _values(call, command, check_patched(command, call.body))
    same = (each for each in commands_of(call.world, command["application_id"], command.get("guild_id")))
    name = changes.get("name", command["name"])
    if any(each is not command and each["type"] == command["type"] and each["name"] == name for each in same):
        raise RestError(Code.COMMAND_NAME_EXISTS)
    after = {**command, **changes}
    if not call.body.get("options", True):
        after.pop("options", None)
    return _change(call.world, command, after)


def _delete(call: Call, command: Record) -> None:
    del call.world.commands[command["application_id"]][command["id"]]
    _forget_permissions(call.world, command["id"])


def _forget_permissions(world: World, command_id: str) -> None:
    for table in world.command_permissions.values():
        table.pop(command_id, None)


# -- global commands

_GLOBAL = "/applications/{application_id}/commands"


@route("GET", _GLOBAL, query=LIST)
def list_application_commands(call: Call, application: Record) -> list[Record]:
    return _listed(call, None)


@route("POST", _GLOBAL, body=COMMAND)
def create_application_command(call: Call, application: Record) -> Reply:
    return _create(call, None)


@route("PUT", _GLOBAL, body=COMMANDS)
def bulk_set_application_commands(call: Call, application: Record) -> list[Record]:
    return _overwrite(call, None)


@route("GET", _GLOBAL + "/{command_id:global_command}")
def get_application_command(call: Call, application: Record, command: Record) -> Record:
    return command


@route("PATCH", _GLOBAL + "/{command_id:global_command}", body=PATCH)
def update_application_command(call: Call, application: Record, command: Record) -> Record:
    return _edit(call, command)


@route("DELETE", _GLOBAL + "/{command_id:global_command}")
def delete_application_command(call: Call, application: Record, command: Record) -> None:
    _delete(call, command)


# -- commands of a guild

_OF_GUILD = "/applications/{application_id}/guilds/{guild_id:command_guild}/commands"


@route("GET", _OF_GUILD, query=LIST)
def list_guild_application_commands(call: Call, application: Record, guild: Record) -> list[Record]:
    return _listed(call, guild["id"])


@route("POST", _OF_GUILD, body=COMMAND)
def create_guild_application_command(call: Call, application: Record, guild: Record) -> Reply:
    return _create(call, guild["id"])


@route("PUT", _OF_GUILD, body=COMMANDS)
def bulk_set_guild_application_commands(call: Call, application: Record, guild: Record) -> list[Record]:
    return _overwrite(call, guild["id"])


@route("GET", _OF_GUILD + "/{command_id:guild_command}")
def get_guild_application_command(call: Call, application: Record, guild: Record, command: Record) -> Record:
    return command


@route("PATCH", _OF_GUILD + "/{command_id:guild_command}", body=PATCH)
def update_guild_application_command(
    call: Call, application: Record, guild: Record, command: Record
) -> Record:
    return _edit(call, command)


@route("DELETE", _OF_GUILD + "/{command_id:guild_command}")
def delete_guild_application_command(call: Call, application: Record, guild: Record, command: Record) -> None:
    _delete(call, command)
