"""The options of a command, filled in: checked and converted as a person's client does it.

What the client would not let anybody enter is a mistake of the test. Files are kept only when everything else is
right, so a refusal leaves nothing behind.
Source: Discord's documentation, Application Commands ("Application Command Option Structure", "Autocomplete") and
Receiving and Responding ("Application Command Interaction Data Option Structure").
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from discordtest.backend.permissions import visible
from discordtest.backend.resources.application_command_form import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL,
    INTEGER,
    MAX_NUMBERS,
    MAX_TEXT,
    MENTIONABLE,
    NUMBER,
    ROLE,
    STRING,
    USER,
)
from discordtest.backend.resources.attachment import size_limit
from discordtest.backend.resources.resolved import Resolved
from discordtest.errors import SetupError
from discordtest.finding import find_channel, find_mentionable, find_role, find_user
from discordtest.given import file_parts
from discordtest.interactions.commands import Picked, Picker, shown_name

if TYPE_CHECKING:
    from discordtest.backend.multipart import Part
    from discordtest.backend.world import Record, World

__all__ = ["command_data", "typed_data"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_NUMBERS_BEGUN = {INTEGER: re.compile(r"-?[0-9]*"), NUMBER: re.compile(r"-?[0-9]*\.?[0-9]*")}


def command_data(picker: Picker, picked: Picked, given: Mapping[str, Any]) -> Record:
    """Return an interaction's data for a slash command with these options, whole and checked."""
    if not given and not picked.options:
        return _data(picked, [])
    form = _Form(picker, picked, given)
    for option in picked.options:
        if option.get("required") and option["name"] not in form.values:
            raise SetupError(f"/{picked.words} needs the option {option['name']!r}{_hint(option)}")
    filled = form.filled()
    data = _data(picked, filled)
    if form.resolved.payload:
        data["resolved"] = form.resolved.payload
    return data


def typed_data(
    picker: Picker, picked: Picked, focused: str, typed: object, given: Mapping[str, Any]
) -> Record:
    """Return an interaction's data while a person types: nothing is resolved, and anything may be missing."""
    form = _Form(picker, picked, {name: value for name, value in given.items() if name != focused})
    option = form.option(focused)
    if not option.get("autocomplete"):
        raise SetupError(
            f"the option {focused!r} of /{picked.words} suggests nothing: it has no autocomplete"
        )
    text = str(typed)
    begun = _NUMBERS_BEGUN.get(option["type"])
    if begun is not None and not begun.fullmatch(text):
        raise SetupError(f"the option {focused!r} of /{picked.words} takes a number, not {text!r}")
    filled = {entry["name"]: entry for entry in form.filled()}
    filled[option["name"]] = {"type": option["type"], "name": option["name"], "value": text, "focused": True}
    return _data(picked, [filled[each["name"]] for each in picked.options if each["name"] in filled])


def _data(picked: Picked, filled: list[Record]) -> Record:
    options = filled
    for step in reversed(picked.path):
        options = [{"type": step["type"], "name": step["name"], "options": options}]
    command = picked.command
    data: Record = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if options:
        data["options"] = options
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data


class _Form:
    """The options of one command while somebody fills them in."""

    def __init__(self, picker: Picker, picked: Picked, given: Mapping[str, Any]) -> None:
        self.picker, self.picked = picker, picked
        self.world, self.channel = picker.world, picker.channel
        self.resolved = Resolved(picker.world, picker.channel, picker.user_id)
        self.values = {self.option(name)["name"]: value for name, value in given.items() if value is not None}

    def option(self, name: str) -> Record:
        """Return the declared option of this name."""
        options = self.picked.options
        for option in options:
            if self.picker.is_called(option, name):
                return option
        names = ", ".join(map(self.picker.both_names, options)) or "none"
        raise SetupError(f"/{self.picked.words} has no option {name!r}; its options: {names}")

    def filled(self) -> list[Record]:
        """Return what was given as the data of the interaction has it, in the order of the command."""
        entries = []
        for option in self.picked.options:
            if option["name"] in self.values:
                value = self._value(option, self.values[option["name"]])
                entries.append({"type": option["type"], "name": option["name"], "value": value})
        for entry in entries:
            if entry["type"] == ATTACHMENT:
                entry["value"] = self.resolved.add_file(entry["value"])
        return entries

    def refuse(self, option: Record, why: str) -> SetupError:
        """Return the error for a value that the client does not take."""
        return SetupError(f"the option {option['name']!r} of /{self.picked.words} {why}")

    # -- by type

    def _value(self, option: Record, value: Any) -> Any:
        if isinstance(value, app_commands.Choice):
            value = value.value
        if option.get("choices"):
            return self._choice(option, value)
        return _CONVERTERS[option["type"]](self, option, value)

    def _choice(self, option: Record, value: Any) -> Any:
        """Return the value of a choice, which is named by its value or by what the person sees."""
        choices = option["choices"]
        for choice in choices:
            if choice["value"] == value and isinstance(choice["value"], bool) == isinstance(value, bool):
                return choice["value"]
        for choice in choices:
            if value in (choice["name"], shown_name(choice, self.picker.locale)):
                return choice["value"]
        names = ", ".join(repr(choice["name"]) for choice in choices)
        raise self.refuse(option, f"has no choice {value!r}; its choices: {names}")

    def _text(self, option: Record, value: Any) -> str:
        if not isinstance(value, str):
            raise self.refuse(option, f"takes text, not {value!r}")
        least, most = option.get("min_length", 0), option.get("max_length", MAX_TEXT)
        if not least <= len(value) <= most:
            raise self.refuse(option, f"takes {least} to {most} characters, not {len(value)}")
        if not value:
            raise self.refuse(option, "is empty: a client leaves such an option out")
        return value

    def _integer(self, option: Record, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refuse(option, f"takes a whole number, not {value!r}")
        self._check_range(option, value)
        return value

    def _number(self, option: Record, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self.refuse(option, f"takes a number, not {value!r}")
        self._check_range(option, value)
        return value

    def _check_range(self, option: Record, value: float) -> None:
        bound = MAX_NUMBERS[option["type"]]
        least, most = option.get("min_value", -bound), option.get("max_value", bound)
        if not least <= value <= most:
            raise self.refuse(option, f"takes {least} to {most}, not {value}")

    def _boolean(self, option: Record, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.refuse(option, f"takes True or False, not {value!r}")
        return value

    def _user(self, option: Record, value: Any) -> str:
        user_id = self._found(option, "a user", find_user, value)
        self.resolved.add_user(user_id)
        return user_id

    def _role(self, option: Record, value: Any) -> str:
        role_id = self._found(option, "a role of the guild", find_role, value)
        self.resolved.add_role(role_id)
        return role_id

    def _mentionable(self, option: Record, value: Any) -> str:
        found = self._found(option, "a user or a role of the guild", find_mentionable, value)
        return self._user(option, found) if found in self.world.users else self._role(option, found)

    def _channel(self, option: Record, value: Any) -> str:
        if self.channel.get("guild_id") is None:
            raise self.refuse(option, "offers no channel in a direct message")
        channel_id = self._found(option, "a channel of the guild", find_channel, value)
        channel = self.world.channels[channel_id]
        if channel.get("guild_id") != self.channel["guild_id"]:
            raise self.refuse(option, f"takes a channel of the guild, and {value!r} is none")
        if not visible(self.world, channel, self.picker.user_id):
            raise self.refuse(option, f"does not offer {value!r}: the person can't see it")
        types = option.get("channel_types")
        if types and channel["type"] not in types:
            names = ", ".join(str(discord.enums.try_enum(discord.ChannelType, kind)) for kind in types)
            raise self.refuse(option, f"takes channels of the types {names}, and {value!r} is none of them")
        self.resolved.add_channel(channel_id)
        return channel_id

    def _attachment(self, option: Record, value: Any) -> Part:
        if not isinstance(value, (discord.File, tuple)) and not hasattr(value, "__fspath__"):
            if not isinstance(value, str):
                raise self.refuse(
                    option, f"takes a file (discord.File, (name, bytes) or a path), not {value!r}"
                )
        part = file_parts([value])[0]
        limit = size_limit(self.world, self.channel.get("guild_id"))
        if len(part.data) > limit:
            raise self.refuse(option, f"takes a file of at most {limit} bytes, not {len(part.data)}")
        return part

    def _found(self, option: Record, what: str, find: Callable[[World, Any, str], str], value: Any) -> str:
        try:
            return find(self.world, value, self.channel.get("guild_id") or "")
        except SetupError as error:
            raise self.refuse(option, f"takes {what}: {error}") from None


_CONVERTERS: dict[int, Callable[[_Form, Record, Any], Any]] = {
    STRING: _Form._text,
    INTEGER: _Form._integer,
    BOOLEAN: _Form._boolean,
    USER: _Form._user,
    CHANNEL: _Form._channel,
    ROLE: _Form._role,
    MENTIONABLE: _Form._mentionable,
    NUMBER: _Form._number,
    ATTACHMENT: _Form._attachment,
}


def _hint(option: Record) -> str:
    """Return what an option is for, if its author said so: discord.py writes an ellipsis where not."""
    choices = ", ".join(repr(choice["name"]) for choice in option.get("choices") or ())
    text = "" if option["description"] == "…" else f": {option['description']}"
    return f"{text}; its choices: {choices}" if choices else text
