"""Filling in selects and modals as a person's client allows it.

Files are kept only when everything else is right, so a refusal leaves nothing behind.
Source: Discord's documentation, Components and Receiving and Responding ("Message Component Data Structure",
"Modal Submit Data Structure").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from discordtest.backend.permissions import visible
from discordtest.backend.resources.attachment import size_limit
from discordtest.backend.resources.component import (
    ACTION_ROW,
    CHANNEL_SELECT,
    MENTIONABLE_SELECT,
    ROLE_SELECT,
    SELECTS,
    STRING_SELECT,
    USER_SELECT,
)
from discordtest.backend.resources.component_modal import (
    CHECKBOX,
    CHECKBOX_GROUP,
    FILE_UPLOAD,
    LABEL,
    MAX_TEXT,
    RADIO_GROUP,
    TEXT_INPUT,
)
from discordtest.backend.resources.resolved import Resolved
from discordtest.errors import SetupError
from discordtest.finding import find_channel, find_mentionable, find_role, find_user
from discordtest.given import file_parts
from discordtest.interactions.modals import ModalField, ShownModal
from discordtest.names import own_id

if TYPE_CHECKING:
    from discordtest.backend.multipart import Part
    from discordtest.backend.world import Record, World

__all__ = ["Filler", "as_list", "modal_data", "select_data"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_UNSET: Any = object()  # stands for what the person leaves as it is


def as_list(values: Any) -> list[Any]:
    """Return one value, or several, as a list."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        return [values]
    return list(values)


def select_data(filler: Filler, select: Record, values: list[Any]) -> Record:
    """Return an interaction's data for a select of a message."""
    called = select.get("placeholder") or own_id(select)
    name = f"the select {called!r}" if called else "the select"
    data: Record = {
        "component_type": select["type"],
        "custom_id": select["custom_id"],
        "id": select["id"],
        "values": filler.chosen(name, select, values, select["min_values"], select["max_values"]),
    }
    if filler.resolved.payload:
        data["resolved"] = filler.resolved.payload
    return data


def modal_data(filler: Filler, modal: Record, given: Mapping[str, Any]) -> Record:
    """Return an interaction's data for a modal that is sent off with these values, by label or custom_id."""
    fields = ShownModal(modal).fields
    _check_names(fields, given)  # a wrong name first: the field that it means is not filled in for that
    values = {field.custom_id: filler.filled(field, given_for(fields, field, given)) for field in fields}
    for custom_id, value in values.items():
        if isinstance(value, _Files):
            values[custom_id] = [filler.resolved.add_file(part) for part in value.parts]
    data: Record = {
        "custom_id": modal["custom_id"],
        "components": [_submitted(part, values) for part in modal["components"]],
    }
    if filler.resolved.payload:
        data["resolved"] = filler.resolved.payload
    return data


def given_for(fields: list[ModalField], field: ModalField, given: Mapping[str, Any]) -> Any:
    """Return what the test gives for a field, by custom_id or label."""
    if field.custom_id in given:
        return given[field.custom_id]
    if field.label in given:
        same = [other.custom_id for other in fields if other.label == field.label]
        if len(same) > 1:
            raise SetupError(
                f"{len(same)} fields are labelled {field.label!r}: name them by custom_id: {', '.join(same)}"
            )
        return given[field.label]
    return _UNSET


def _check_names(fields: list[ModalField], given: Mapping[str, Any]) -> None:
    known = {name for field in fields for name in (field.label, field.custom_id)}
    if unknown := [name for name in given if name not in known]:
        names = ", ".join(map(_field_text, fields))
        raise SetupError(
            f"the modal does not ask for {', '.join(map(repr, unknown))}. It asks for {names}: "
            f"submit(who, result, {{{fields[0].label!r}: …}})"
            if fields
            else "the modal asks for nothing"
        )


def _field_text(field: ModalField) -> str:
    custom_id = own_id(field.component)
    return repr(field.label) + (f" ({custom_id})" if custom_id else "")


def _submitted(part: Record, values: Mapping[str, Any]) -> Record:
    shown: Record = {"type": part["type"], "id": part["id"]}
    if part["type"] == ACTION_ROW:
        shown["components"] = [_submitted(child, values) for child in part["components"]]
    elif part["type"] == LABEL:
        shown["component"] = _submitted(part["component"], values)
    elif "custom_id" in part:
        shown["custom_id"] = part["custom_id"]
        is_list = part["type"] in (*SELECTS, FILE_UPLOAD, CHECKBOX_GROUP)
        shown["values" if is_list else "value"] = values[part["custom_id"]]
    return shown


class _Files:
    """Files that are kept once the rest of the modal is right."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts


class Filler:
    """One person filling something in, in one channel; ``resolved`` collects what the ids stand for."""

    def __init__(self, world: World, channel: Record, user_id: str) -> None:
        self.world, self.channel, self.user_id = world, channel, user_id
        self.resolved = Resolved(world, channel, user_id)

    # -- what can be chosen

    def chosen(self, name: str, field: Record, values: list[Any], least: int, most: int) -> list[str]:
        """Return the ids or values that were chosen in a select or group, so many of them as it allows."""
        pick = _PICKERS.get(field["type"], Filler._option)
        found = [pick(self, name, field, value) for value in values]
        if len(set(found)) < len(found):
            raise SetupError(f"{name}: the same value is chosen twice: {values}")
        if not least <= len(found) <= most:
            amount = f"{least}" if least == most else f"{least} to {most}"
            raise SetupError(f"{name} takes {amount} value{'s' if most > 1 else ''}, not {len(found)}")
        return found

    def _option(self, name: str, field: Record, value: Any) -> str:
        options = field["options"]
        if isinstance(value, (discord.SelectOption, app_commands.Choice)):
            found = [option["value"] for option in options if option["value"] == value.value]
        else:
            found = [option["value"] for option in options if value in (option["label"], option["value"])]
        if len(found) == 1:
            return str(found[0])
        if found:
            raise SetupError(
                f"{name}: {value!r} is what {len(found)} options are called: pass a SelectOption"
            )
        labels = ", ".join(repr(option["label"]) for option in options)
        raise SetupError(f"{name} offers no {value!r}; it offers {labels}")

    def _user(self, name: str, field: Record, value: Any) -> str:
        guild_id = self.channel.get("guild_id")
        user_id = self._found(f"{name} offers members", find_user, value)
        if guild_id is not None and user_id not in self.world.members[guild_id]:
            raise SetupError(f"{name} offers members, and {value!r} is none")
        self.resolved.add_user(user_id)
        return user_id

    def _role(self, name: str, field: Record, value: Any) -> str:
        role_id = self._found(f"{name} offers roles of the guild", find_role, value)
        self.resolved.add_role(role_id)
        return role_id

    def _mentionable(self, name: str, field: Record, value: Any) -> str:
        found = self._found(f"{name} offers members and roles", find_mentionable, value)
        is_user = found in self.world.users
        return self._user(name, field, found) if is_user else self._role(name, field, found)

    def _channel(self, name: str, field: Record, value: Any) -> str:
        guild_id = self.channel.get("guild_id")
        channel_id = self._found(f"{name} offers channels of the guild", find_channel, value)
        channel = self.world.channels[channel_id]
        if guild_id is None or channel.get("guild_id") != guild_id:
            raise SetupError(f"{name} offers channels of the guild, and {value!r} is none")
        if not visible(self.world, channel, self.user_id):
            raise SetupError(f"{name} does not offer {value!r}: the person can't see it")
        if field.get("channel_types") and channel["type"] not in field["channel_types"]:
            raise SetupError(f"{name} offers no channels of the type of {value!r}")
        self.resolved.add_channel(channel_id)
        return channel_id

    def _found(self, offered: str, find: Callable[[World, Any, str], str], value: Any) -> str:
        try:
            return find(self.world, value, self.channel.get("guild_id") or "")
        except SetupError as error:
            raise SetupError(f"{offered}: {error}") from None

    # -- the fields of a modal

    def filled(self, field: ModalField, value: Any) -> Any:
        """Return what a field of a modal is sent off with; ``_UNSET`` leaves it as it was shown."""
        return _FIELDS[field.component["type"]](self, field, value)

    def _text(self, field: ModalField, value: Any) -> str:
        component = field.component
        text = (component.get("value") or "") if value is _UNSET or value is None else value
        if not isinstance(text, str):
            raise SetupError(f"{field} takes text, not {value!r}")
        least, most = component.get("min_length") or 0, component.get("max_length") or MAX_TEXT
        if not text:
            if field.required:
                raise SetupError(f"{field} has to be filled in")
        elif not least <= len(text) <= most:
            raise SetupError(f"{field} takes {least} to {most} characters, not {len(text)}")
        return text

    def _several(self, field: ModalField, value: Any) -> list[str]:
        """Fill in a select or a group of checkboxes."""
        component = field.component
        values = _preset(component) if value is _UNSET else [] if value is None else as_list(value)
        if not values and not field.required:
            return []
        of_group = len(component["options"]) if component["type"] == CHECKBOX_GROUP else 1
        least, most = component.get("min_values"), component.get("max_values") or of_group
        return self.chosen(str(field), component, values, 1 if least is None else max(least, 1), most)

    def _radio(self, field: ModalField, value: Any) -> str | None:
        values = _preset(field.component) if value is _UNSET else [] if value is None else as_list(value)
        if not values and not field.required:
            return None
        return self.chosen(str(field), field.component, values, 1, 1)[0]

    def _checkbox(self, field: ModalField, value: Any) -> bool:
        if value is _UNSET:
            return bool(field.component.get("default"))
        if not isinstance(value, bool):
            raise SetupError(f"{field} takes True or False, not {value!r}")
        return value

    def _files(self, field: ModalField, value: Any) -> _Files:
        component = field.component
        files = [] if value is _UNSET or value is None else _file_list(value)
        if not files and not field.required:
            return _Files([])
        least, most = component.get("min_values"), component.get("max_values") or 1
        least = 1 if least is None else max(least, 1)
        if not least <= len(files) <= most:
            raise SetupError(f"{field} takes {least} to {most} files, not {len(files)}")
        parts = file_parts(files)
        limit = size_limit(self.world, self.channel.get("guild_id"))
        for part in parts:
            if len(part.data) > limit:
                raise SetupError(f"{field} takes files of at most {limit} bytes, not {len(part.data)}")
        return _Files(parts)


def _preset(component: Record) -> list[Any]:
    """Return what is chosen when the modal opens."""
    if "default_values" in component:
        return [value["id"] for value in component["default_values"]]
    return [option["value"] for option in component.get("options", ()) if option.get("default")]


def _file_list(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [*value.items()]
    is_pair = isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], bytes)
    return [value] if is_pair else as_list(value)


_PICKERS: dict[int, Callable[[Filler, str, Record, Any], str]] = {
    STRING_SELECT: Filler._option,
    USER_SELECT: Filler._user,
    ROLE_SELECT: Filler._role,
    MENTIONABLE_SELECT: Filler._mentionable,
    CHANNEL_SELECT: Filler._channel,
}
_FIELDS: dict[int, Callable[[Filler, ModalField, Any], Any]] = {
    TEXT_INPUT: Filler._text,
    **dict.fromkeys((*SELECTS, CHECKBOX_GROUP), Filler._several),
    RADIO_GROUP: Filler._radio,
    CHECKBOX: Filler._checkbox,
    FILE_UPLOAD: Filler._files,
}
