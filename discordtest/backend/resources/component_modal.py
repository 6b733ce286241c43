"""Components of modals: labels with one field each, rows with a text input, and text displays.

Source: Discord's documentation, Components ("Label", "Text Input", "File Upload", "Radio Group", "Checkbox Group",
"Checkbox") and Receiving and Responding ("Modal").
"""

from __future__ import annotations

from collections.abc import Callable

from discordtest.backend.body import Array, Boolean, Choice, Field, FormErrors, Integer, Object, Path, String
from discordtest.backend.resources.component import (
    ACTION_ROW,
    CHANNEL_SELECT,
    CHANNEL_TYPES,
    DEFAULT_VALUES,
    MAX_OPTIONS,
    MENTIONABLE_SELECT,
    OPTION,
    ROLE_SELECT,
    SELECTS,
    STRING_SELECT,
    TEXT_DISPLAY,
    USER_SELECT,
    Component,
    check_options,
    check_unique,
    component_schema,
    render_components,
)
from discordtest.backend.world import Record, World

__all__ = [
    "CHECKBOX",
    "CHECKBOX_GROUP",
    "FILE_UPLOAD",
    "LABEL",
    "MAX_TEXT",
    "MODAL",
    "RADIO_GROUP",
    "TEXT_INPUT",
    "render_modal",
]

TEXT_INPUT, LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 4, 18, 19, 21, 22, 23
MAX_TITLE = 45
MAX_TOP_LEVEL = 5
MAX_TEXT = 4000  # characters of a text input
MAX_FILES = 10
MAX_GROUP = 10  # options of a radio or checkbox group

_Check = Callable[[Record, Path, FormErrors], None]


def _custom_id() -> Field:
    return String(min=1, max=100, required=True)


def _check_text_input(field: Record, path: Path, errors: FormErrors) -> None:
    least, most = field.get("min_length") or 0, field.get("max_length") or MAX_TEXT
    if least > most:
        message = f"int value should be less than or equal to {most}."
        errors.add((*path, "min_length"), "NUMBER_TYPE_MAX", message)
    value = field.get("value")
    if value and not least <= len(value) <= most:
        message = f"Must be between {least} and {most} in length."
        errors.add((*path, "value"), "BASE_TYPE_BAD_LENGTH", message)


def _check_row_input(row: Record, path: Path, errors: FormErrors) -> None:
    """A text input that no label stands above has to bring its own."""
    if not row["components"][0].get("label"):
        errors.add((*path, "components", 0, "label"), "BASE_TYPE_REQUIRED", "This field is required")


def _check_values(default_max: int) -> _Check:
    def check(field: Record, path: Path, errors: FormErrors) -> None:
        least, most = field.get("min_values"), field.get("max_values") or default_max
        if least is not None and least > most:
            message = f"int value should be less than or equal to {most}."
            errors.add((*path, "min_values"), "NUMBER_TYPE_MAX", message)
        if least == 0 and field.get("required", True):
            message = "int value should be greater than or equal to 1."
            errors.add((*path, "min_values"), "NUMBER_TYPE_MIN", message)
        if field.get("disabled"):
            errors.add((*path, "disabled"), "BASE_TYPE_BAD_VALUE", "Modals have no disabled components.")
        chosen = field.get("default_values")
        if chosen and not (least or 0) <= len(chosen) <= most:
            message = f"Must be between {least or 0} and {most} in length."
            errors.add((*path, "default_values"), "BASE_TYPE_BAD_LENGTH", message)
        check_options(field, path, errors)

    return check


def _group_option() -> Object:
    fields = {key: field for key, field in OPTION.fields.items() if key != "emoji"}
    return Object(fields)


def _select(fields: dict[str, Field]) -> Object:
    shared: dict[str, Field] = {
        "custom_id": _custom_id(),
        "placeholder": String(max=150, null=True),
        "min_values": Integer(min=0, max=MAX_OPTIONS, null=True),
        "max_values": Integer(min=1, max=MAX_OPTIONS, null=True),
        "disabled": Boolean(null=True),
        "required": Boolean(null=True),
    }
    return component_schema({**shared, **fields}, _check_values(1))


def _group(least: int, check: _Check, more: dict[str, Field]) -> Object:
    fields: dict[str, Field] = {
        "custom_id": _custom_id(),
        "required": Boolean(null=True),
        "options": Array(_group_option(), min=least, max=MAX_GROUP, required=True),
    }
    return component_schema({**fields, **more}, check)


_SCHEMAS: dict[int, Object] = {
    TEXT_INPUT: component_schema(
        {
            "custom_id": _custom_id(),
            "style": Choice((1, 2), required=True),
            "label": String(min=1, max=45, null=True),
            "value": String(max=MAX_TEXT, null=True),
            "placeholder": String(max=100, null=True),
            "required": Boolean(null=True),
            "min_length": Integer(min=0, max=MAX_TEXT, null=True),
            "max_length": Integer(min=1, max=MAX_TEXT, null=True),
        },
        _check_text_input,
    ),
    STRING_SELECT: _select({"options": Array(OPTION, min=1, max=MAX_OPTIONS, required=True)}),
    USER_SELECT: _select({"default_values": DEFAULT_VALUES}),
    ROLE_SELECT: _select({"default_values": DEFAULT_VALUES}),
    MENTIONABLE_SELECT: _select({"default_values": DEFAULT_VALUES}),
    CHANNEL_SELECT: _select({"default_values": DEFAULT_VALUES, "channel_types": CHANNEL_TYPES}),
    FILE_UPLOAD: component_schema(
        {
            "custom_id": _custom_id(),
            "min_values": Integer(min=0, max=MAX_FILES, null=True),
            "max_values": Integer(min=1, max=MAX_FILES, null=True),
            "required": Boolean(null=True),
        },
        _check_values(1),
    ),
    RADIO_GROUP: _group(2, check_options, {}),
    CHECKBOX_GROUP: _group(
        1,
        _check_values(MAX_GROUP),
        {
            "min_values": Integer(min=0, max=MAX_GROUP, null=True),
            "max_values": Integer(min=1, max=MAX_GROUP, null=True),
        },
    ),
    CHECKBOX: component_schema({"custom_id": _custom_id(), "default": Boolean(null=True)}),
    TEXT_DISPLAY: component_schema({"content": String(min=1, max=4000, required=True)}),
}
_IN_LABEL = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)
_SCHEMAS[ACTION_ROW] = component_schema(
    {"components": Array(Component(TEXT_INPUT, schemas=_SCHEMAS), min=1, max=1, required=True)},
    _check_row_input,
)
_SCHEMAS[LABEL] = component_schema(
    {
        "label": String(min=1, max=45, required=True),
        "description": String(max=100, null=True),
        "component": Component(*_IN_LABEL, schemas=_SCHEMAS, required=True),
    }
)


def _check_modal(modal: Record, path: Path, errors: FormErrors) -> None:
    check_unique(modal["components"], errors, (*path, "components"))


MODAL = Object(
    {
        "custom_id": _custom_id(),
        "title": String(min=1, max=MAX_TITLE, required=True),
        "components": Array(
            Component(ACTION_ROW, TEXT_DISPLAY, LABEL, schemas=_SCHEMAS),
            min=1,
            max=MAX_TOP_LEVEL,
            required=True,
        ),
    },
    check=_check_modal,
)


def render_modal(world: World, modal: Record) -> Record:
    """Return a parsed modal with its components numbered."""
    return {**modal, "components": render_components(modal["components"], world, lambda url: None)}
