"""The body of an application command: its names, its options, and what each of them may say.

One rule: an option has the fields of its type; others are accepted and dropped, as the API does. Every mistake of
all commands of a request is found before anything is refused.
Source: Discord's documentation, Application Commands ("Application Command Naming", "Application Command Option
Structure", "Slash Commands", "Subcommands and Subcommand Groups", "Localization") and Reference ("Locales").
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from discordtest.backend.body import (
    Anything,
    Array,
    Boolean,
    Choice,
    Field,
    FormErrors,
    Integer,
    Number,
    Object,
    Path,
    Snowflake,
    String,
    parse,
)
from discordtest.backend.permissions import MAX_PERMISSIONS
from discordtest.backend.world import Record
from discordtest.errors import NotModelled

__all__ = [
    "ATTACHMENT",
    "BOOLEAN",
    "CHANNEL",
    "CHAT_INPUT",
    "COMMAND",
    "COMMANDS",
    "INTEGER",
    "LOCALES",
    "MAX_NUMBERS",
    "MAX_TEXT",
    "MENTIONABLE",
    "MESSAGE",
    "NUMBER",
    "PATCH",
    "ROLE",
    "STRING",
    "SUB_COMMAND",
    "SUB_COMMAND_GROUP",
    "USER",
    "USER_COMMAND",
    "Localizations",
    "check_patched",
]

CHAT_INPUT, USER_COMMAND, MESSAGE, ENTRY_POINT = 1, 2, 3, 4
SUB_COMMAND, SUB_COMMAND_GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)

MAX_NAME = 32
MAX_DESCRIPTION = 100
MAX_OPTIONS = 25
MAX_CHOICES = 25
MAX_CHOICE_NAME = 100
MAX_CHOICE_VALUE = 100
MAX_TEXT = 6000
MAX_SIZE = 8000  # characters of all names, descriptions and values of one command
MAX_REQUEST = 130  # commands
#: type -> the greatest number that is exact in JSON, and its opposite the least
MAX_NUMBERS = {INTEGER: 2**53 - 1, NUMBER: 2**53}
CHANNEL_TYPES = (0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16)
CONTEXTS = (0, 1, 2)
INTEGRATION_TYPES = (0, 1)
# fmt: off
LOCALES = (
    "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW",
)
# fmt: on
# Devanagari with its extension and Thai have vowel signs, which are neither letters nor numbers.
_SCRIPTS = ((0x0900, 0x097F), (0xA8E0, 0xA8FF), (0x0E01, 0x0E3A), (0x0E40, 0x0E5B))


# -- texts


class _ChatName(String):
    """The name of a slash command or an option: letters, digits, ``-``, ``_`` and ``'``, no capitals."""

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        known = errors.count
        name = super().convert(value, path, errors)
        if errors.count == known and not _is_chat_name(name):
            errors.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
        return name


def _is_chat_name(name: str) -> bool:
    return name == name.lower() and all(map(_is_name_character, name))


def _is_name_character(character: str) -> bool:
    if character in "-_'" or unicodedata.category(character)[0] in "LN":
        return True
    return any(first <= ord(character) <= last for first, last in _SCRIPTS)


class Localizations(Field):
    """A text for each of some locales."""

    def __init__(self, of: Field) -> None:
        super().__init__(null=True)
        self.of = of

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        if not isinstance(value, dict):
            errors.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return value
        for locale in value:
            if locale not in LOCALES:
                errors.add((*path, locale), "BASE_TYPE_CHOICES", f"{locale!r} is not a known locale.")
        return {locale: self.of.parse(text, (*path, locale), errors) for locale, text in value.items()}


def _texts(name: Field, *, described: bool = True) -> dict[str, Field]:
    """Return the fields of a name and a description, with their localisations."""
    again = type(name)(min=1, max=MAX_NAME)  # type: ignore[call-arg]  # a String or a _ChatName
    fields: dict[str, Field] = {"name": name, "name_localizations": Localizations(again)}
    if described:
        fields["description"] = String(min=1, max=MAX_DESCRIPTION, required=True)
    fields["description_localizations"] = Localizations(String(min=1, max=MAX_DESCRIPTION))
    return fields


# -- options


def _choices(value: Field) -> Field:
    fields: dict[str, Field] = {
        "name": String(min=1, max=MAX_CHOICE_NAME, required=True),
        "name_localizations": Localizations(String(min=1, max=MAX_CHOICE_NAME)),
        "value": value,
    }
    return Array(Object(fields), max=MAX_CHOICES, null=True)


def _number_fields(type: int) -> dict[str, Field]:
    kind, most = (Integer if type == INTEGER else Number), MAX_NUMBERS[type]
    return {
        "choices": _choices(kind(min=-most, max=most, required=True)),
        "min_value": kind(min=-most, max=most, null=True),
        "max_value": kind(min=-most, max=most, null=True),
        "autocomplete": Boolean(null=True),
    }


_REQUIRED: dict[str, Field] = {"required": Boolean(null=True)}
#: type -> the fields that its options have besides type and texts
_OWN_FIELDS: dict[int, dict[str, Field]] = {
    STRING: {
        "choices": _choices(String(max=MAX_CHOICE_VALUE, required=True)),
        "min_length": Integer(min=0, max=MAX_TEXT, null=True),
        "max_length": Integer(min=1, max=MAX_TEXT, null=True),
        "autocomplete": Boolean(null=True),
        **_REQUIRED,
    },
    INTEGER: {**_number_fields(INTEGER), **_REQUIRED},
    BOOLEAN: _REQUIRED,
    USER: _REQUIRED,
    CHANNEL: {"channel_types": Array(Choice(CHANNEL_TYPES), unique=True, null=True), **_REQUIRED},
    ROLE: _REQUIRED,
    MENTIONABLE: _REQUIRED,
    NUMBER: {**_number_fields(NUMBER), **_REQUIRED},
    ATTACHMENT: _REQUIRED,
}
_ALL_OWN = (
    "autocomplete",
    "channel_types",
    "choices",
    "max_length",
    "max_value",
    "min_length",
    "min_value",
    "options",
    "required",
)
_VALUE_TYPES = frozenset(_OWN_FIELDS)


class _Option(Field):
    """An option of one of the types that may stand where it stands."""

    def __init__(self, schemas: dict[int, Object]) -> None:
        super().__init__()
        self.schemas = schemas

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        schema = self.schemas.get(_type_of(value)) if isinstance(value, dict) else _UNTYPED
        if schema is not None:
            return schema.convert(value, path, errors)
        if _type_of(value) in _ANY_OPTION.schemas:
            _ANY_OPTION.convert(value, path, errors)
            return Choice(self.schemas).convert(value["type"], (*path, "type"), errors)
        return _UNTYPED.convert(value, path, errors)


def _type_of(value: Record) -> int:
    kind = value.get("type")
    return kind if isinstance(kind, int) and not isinstance(kind, bool) else 0


def _option(own: dict[str, Field]) -> Object:
    fields: dict[str, Field] = {
        "type": Integer(required=True),
        **_texts(_ChatName(min=1, max=MAX_NAME, required=True)),
        **own,
    }
    return Object(fields, ignore=_ALL_OWN, check=_check_option)


def _options_of(schemas: dict[int, Object]) -> dict[str, Field]:
    return {"options": _Options(_Option(schemas), max=MAX_OPTIONS, null=True)}


class _Options(Array):
    """The options of a command, a group or a subcommand, and what holds between them."""

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        known = errors.count
        options = super().convert(value, path, errors)
        if errors.count == known:
            _check_unique(options, path, errors)
        if errors.count == known:
            _check_order(options, path, errors)
        return options


def _check_unique(options: list[Record], path: Path, errors: FormErrors) -> None:
    taken: set[object] = set()
    for index, option in enumerate(options):
        localised = (option.get("name_localizations") or {}).items()
        others = {other["name"] for other in options if other is not option}
        if {option["name"], *localised} & taken or any(name in others for _, name in localised):
            place = (*path, index, "name")
            errors.add(place, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
        taken |= {option["name"], *localised}


def _check_order(options: list[Record], path: Path, errors: FormErrors) -> None:
    """Note an option out of place: required after optional, or subcommands beside values."""
    optional = False
    for index, option in enumerate(options):
        kinds = [_type_of(each) in _VALUE_TYPES for each in (options[0], option)]
        if kinds[0] != kinds[1]:
            message = (
                "Sub-command and sub-command group option types are mutually exclusive to all other types"
            )
            errors.add((*path, index), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
        elif optional and option.get("required"):
            message = "Required options must be placed before non-required options"
            errors.add((*path, index), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or (kinds[1] and not option.get("required"))


def _check_option(option: Record, path: Path, errors: FormErrors) -> None:
    """Note what two fields of an option say against each other, and drop the fields that say nothing."""
    for key in [key for key, value in option.items() if value is None and key not in _KEPT_EMPTY]:
        del option[key]
    if option.get("autocomplete") and option.get("choices"):
        message = "Autocomplete and choices are mutually exclusive to each other."
        errors.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)
    for least, most in (("min_value", "max_value"), ("min_length", "max_length")):
        if least in option and most in option and option[least] > option[most]:
            message = f"{least} must be less than or equal to {most}."
            errors.add((*path, least), "APPLICATION_COMMAND_OPTIONS_RANGE_INVALID", message)


_KEPT_EMPTY = frozenset(("name_localizations", "description_localizations"))
_UNTYPED = Object(
    {"type": Choice(range(SUB_COMMAND, ATTACHMENT + 1), required=True)},
    ignore=(*_ALL_OWN, "name", "description", *_KEPT_EMPTY),
)
_VALUES = {kind: _option(own) for kind, own in _OWN_FIELDS.items()}
_SUBCOMMAND = _option(_options_of(_VALUES))
_GROUP = _option(_options_of({SUB_COMMAND: _SUBCOMMAND}))
_ANY_OPTION = _Option({SUB_COMMAND: _SUBCOMMAND, SUB_COMMAND_GROUP: _GROUP, **_VALUES})


# -- commands


def _contexts(values: tuple[int, ...]) -> Field:
    return Array(Choice(values), min=1, unique=True, null=True)


_SHARED: dict[str, Field] = {
    "id": Snowflake(null=True),
    "type": Choice((CHAT_INPUT, USER_COMMAND, MESSAGE, ENTRY_POINT), null=True),
    "default_member_permissions": Integer(min=0, max=MAX_PERMISSIONS, null=True),
    "dm_permission": Boolean(null=True),
    "nsfw": Boolean(null=True),
    "contexts": _contexts(CONTEXTS),
    "integration_types": _contexts(INTEGRATION_TYPES),
}
# What AppCommand.to_dict of discord.py holds beyond the documented fields.
_IGNORED = ("application_id", "default_permission", "guild_id", "version")


def _check_context_menu(command: Record, path: Path, errors: FormErrors) -> None:
    if command.get("description"):
        message = "Context menu commands cannot have description"
        errors.add((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message)
    if command.get("options"):
        message = "Context menu commands cannot have options"
        errors.add((*path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", message)


def _check_size(command: Record, path: Path, errors: FormErrors) -> None:
    if sum(map(len, _longest_texts(command))) > MAX_SIZE:
        message = f"Command exceeds maximum size ({MAX_SIZE})"
        errors.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def _longest_texts(node: Record) -> Iterator[str]:
    """Yield every name, description and value of a command; of localised ones the longest."""
    for key in ("name", "description"):
        texts = [node.get(key) or "", *(node.get(f"{key}_localizations") or {}).values()]
        yield max(texts, key=len)
    if "value" in node:
        yield str(node["value"])
    for inner in (*(node.get("options") or ()), *(node.get("choices") or ())):
        yield from _longest_texts(inner)


_CHAT_INPUT = Object(
    {**_SHARED, **_texts(_ChatName(min=1, max=MAX_NAME, required=True)), **_options_of(_ANY_OPTION.schemas)},
    ignore=_IGNORED,
    check=_check_size,
)
_CONTEXT_MENU = Object(
    {
        **_SHARED,
        **_texts(String(min=1, max=MAX_NAME, required=True, strip=True), described=False),
        "description": String(null=True),
        "options": Array(_ANY_OPTION, null=True),
    },
    ignore=_IGNORED,
    check=_check_context_menu,
)
_OF_TYPE = {CHAT_INPUT: _CHAT_INPUT, USER_COMMAND: _CONTEXT_MENU, MESSAGE: _CONTEXT_MENU}


class _Command(Field):
    """A command, by the rules of its type."""

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        kind = _type_of(value) if isinstance(value, dict) else CHAT_INPUT
        if kind == ENTRY_POINT:
            raise NotModelled("entry point commands, which start Activities")
        return _OF_TYPE.get(kind, _CHAT_INPUT).convert(value, path, errors)


class _Commands(Array):
    """All commands of a scope, whose names differ by type."""

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        known = errors.count
        commands = super().convert(value, path, errors)
        taken: set[tuple[int, str]] = set()
        for index, command in enumerate(commands if errors.count == known else ()):
            key = (command.get("type") or CHAT_INPUT, command["name"])
            if key in taken:
                message = "Application command names must be unique"
                errors.add((*path, index), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
            taken.add(key)
        return commands


COMMAND = _Command()
COMMANDS = _Commands(COMMAND, max=MAX_REQUEST, null=True)


#: A change: what it says is checked once it is known what it changes, see ``check_patched``.
PATCH = Object(
    {key: Anything(null=True) for key in _CHAT_INPUT.fields if key not in ("id", "type")},
    ignore=(*_IGNORED, "id", "type"),
)


def check_patched(command: Record, changes: Record) -> Record:
    """Return the changes as they are stored; raise 50035 where the command would break the rules of its type."""
    whole = {key: command[key] for key in _CHAT_INPUT.fields if key in command}
    whole.update(changes)
    parsed: Record = parse(COMMAND, whole)
    return {key: parsed[key] for key in changes}
