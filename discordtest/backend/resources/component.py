"""Components of messages: rows of buttons and selects, and the layouts of the second version.

A component is kept as it came, without what is null, and with an ``id`` that counts up where none was given.
Source: Discord's documentation, Components ("Component Reference").
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from discordtest.backend.body import (
    Anything,
    Array,
    Boolean,
    Choice,
    Field,
    FormErrors,
    Integer,
    Object,
    Path,
    Snowflake,
    String,
)
from discordtest.backend.resources.component_emoji import EMOJI, render_component_emoji
from discordtest.backend.resources.embed import Url, called
from discordtest.backend.world import Record, World

__all__ = [
    "ACTION_ROW",
    "BUTTON",
    "CHANNEL_SELECT",
    "CHANNEL_TYPES",
    "COMPONENTS",
    "DEFAULT_VALUES",
    "LINK",
    "MAX_OPTIONS",
    "MENTIONABLE_SELECT",
    "OPTION",
    "PREMIUM",
    "ROLE_SELECT",
    "SELECTS",
    "STRING_SELECT",
    "TEXT_DISPLAY",
    "USER_SELECT",
    "Component",
    "check_components",
    "check_options",
    "check_unique",
    "component_schema",
    "files_of",
    "render_components",
    "text_of",
    "walk",
]

ACTION_ROW, BUTTON = 1, 2
STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = SELECTS = 3, 5, 6, 7, 8
SECTION, TEXT_DISPLAY, THUMBNAIL, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
MAX_ROWS = 5
MAX_BUTTONS = 5
MAX_OPTIONS = 25  # of a select, and values of it
MAX_TEXT = 4000  # characters of all text displays of a message
MAX_COMPONENTS = 40  # of the second version, nested ones counted
LINK, PREMIUM = 5, 6
_CHECKBOX_GROUP = 22  # of which everything may be chosen, unless it says otherwise
_ATTACHMENT = "attachment://"
_SCHEMAS: dict[int, Object] = {}  # component type -> its fields in a message, filled below


class Component(Field):
    """A component of one of the types ``allowed``; ``schemas`` are those of messages unless told otherwise."""

    def __init__(
        self, *allowed: int, schemas: Mapping[int, Object] | None = None, required: bool = False
    ) -> None:
        super().__init__(required=required)
        self.allowed = allowed
        self.schemas = _SCHEMAS if schemas is None else schemas

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in self.allowed:
            kinds = ", ".join(map(str, self.allowed)) + ("," if len(self.allowed) == 1 else "")
            message = f'Value of field "type" must be one of ({kinds}).'
            errors.add((*path, "type"), "UNION_TYPE_CHOICES", message)
            return value
        return self.schemas[kind].parse(value, path, errors)


def _check_row(row: Record, path: Path, errors: FormErrors) -> None:
    width = sum(1 if child["type"] == BUTTON else MAX_BUTTONS for child in row["components"])
    if width > MAX_BUTTONS:
        message = "The specified component exceeds the maximum width"
        errors.add((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _check_button(button: Record, path: Path, errors: FormErrors) -> None:
    style = button["style"]
    needed = {LINK: "url", PREMIUM: "sku_id"}.get(style, "custom_id")
    if not button.get(needed):
        errors.add((*path, needed), "BASE_TYPE_REQUIRED", "This field is required")
    elif sum(bool(button.get(key)) for key in ("url", "sku_id", "custom_id")) > 1:
        message = "A custom id and url cannot both be specified"
        errors.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)
    elif style == PREMIUM:
        for key in ("label", "emoji"):
            if button.get(key):
                errors.add((*path, key), "BASE_TYPE_BAD_VALUE", f"A premium button cannot have a {key}.")
    elif not (button.get("label") or button.get("emoji")):
        errors.add(path, "BUTTON_COMPONENT_INVALID_LABEL_AND_EMOJI", "A button needs a label or an emoji.")


def _check_select(select: Record, path: Path, errors: FormErrors) -> None:
    least, most = select["min_values"], select["max_values"]
    if least > most:
        message = f"Value must be less than or equal to max_values ({most})."
        errors.add((*path, "min_values"), "NUMBER_TYPE_MAX", message)
    if select["type"] == STRING_SELECT and len(select.get("options") or ()) < most:
        message = f"Must be between {most} and {MAX_OPTIONS} in length."
        errors.add((*path, "options"), "BASE_TYPE_BAD_LENGTH", message)
    check_options(select, path, errors)
    chosen = select.get("default_values")
    if chosen and not least <= len(chosen) <= most:
        message = f"Must be between {least} and {most} in length."
        errors.add((*path, "default_values"), "BASE_TYPE_BAD_LENGTH", message)


def check_options(field: Record, path: Path, errors: FormErrors) -> None:
    """Note options of a select or group of which two have the same value, or too many are chosen at first."""
    options = field.get("options") or ()
    seen: set[str] = set()
    for number, option in enumerate(options):
        if option["value"] in seen:
            message = "The specified option value is already used"
            place = (*path, "options", number, "value")
            errors.add(place, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        seen.add(option["value"])
    most = field.get("max_values") or (MAX_OPTIONS if field["type"] == _CHECKBOX_GROUP else 1)
    if sum(bool(option.get("default")) for option in options) > most:
        message = f"Must be {most} or fewer in length."
        errors.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)


_MEDIA = Object(
    {"url": Url("http", "https", "attachment", required=True)},
    ignore=(
        *("id", "proxy_url", "width", "height", "content_type", "loading_state", "attachment_id"),
        *("placeholder", "placeholder_version", "flags", "content_scan_metadata"),
    ),
    required=True,
)
_DESCRIPTION = String(max=1024, null=True)
_SPOILER = Boolean(null=True, default=False)
OPTION = Object(
    {
        "label": String(min=1, max=100, required=True),
        "value": String(min=1, max=100, required=True),
        "description": String(max=100, null=True),
        "emoji": EMOJI,
        "default": Boolean(null=True),
    }
)


def component_schema(
    fields: dict[str, Field],
    check: Callable[[Record, Path, FormErrors], None] | None = None,
    ignore: Collection[str] = (),
) -> Object:
    """Return what a component of one type may have: ``fields``, besides its type and number."""
    number = Integer(min=0, max=2**31 - 1, null=True)
    return Object({"type": Integer(required=True), "id": number, **fields}, check=check, ignore=ignore)


def _select_schema(fields: dict[str, Field]) -> Object:
    shared: dict[str, Field] = {
        "custom_id": String(min=1, max=100, required=True),
        "placeholder": String(max=150, null=True),
        "min_values": Integer(min=0, max=MAX_OPTIONS, null=True, default=1),
        "max_values": Integer(min=1, max=MAX_OPTIONS, null=True, default=1),
        "disabled": Boolean(null=True),
    }
    # "required" is for modals alone
    return component_schema({**shared, **fields}, _check_select, ("required",))


DEFAULT_VALUES = Array(
    Object({"id": Snowflake(required=True), "type": Choice(("user", "role", "channel"), required=True)}),
    max=MAX_OPTIONS,
    null=True,
)

CHANNEL_TYPES = Array(Choice((*range(6), *range(10, 17))), null=True)

_SCHEMAS |= {
    ACTION_ROW: component_schema(
        {"components": Array(Component(BUTTON, *SELECTS), min=1, max=MAX_BUTTONS, required=True)}, _check_row
    ),
    BUTTON: component_schema(
        {
            "style": Choice((1, 2, 3, 4, LINK, PREMIUM), required=True),
            "label": String(max=80, null=True),
            "emoji": EMOJI,
            "custom_id": String(min=1, max=100, null=True),
            "sku_id": Snowflake(null=True),
            "url": Url("http", "https", "discord", max=512, null=True),
            "disabled": Boolean(null=True),
        },
        _check_button,
    ),
    STRING_SELECT: _select_schema({"options": Array(OPTION, min=1, max=MAX_OPTIONS, required=True)}),
    USER_SELECT: _select_schema({"default_values": DEFAULT_VALUES}),
    ROLE_SELECT: _select_schema({"default_values": DEFAULT_VALUES}),
    MENTIONABLE_SELECT: _select_schema({"default_values": DEFAULT_VALUES}),
    CHANNEL_SELECT: _select_schema({"default_values": DEFAULT_VALUES, "channel_types": CHANNEL_TYPES}),
    SECTION: component_schema(
        {
            "components": Array(Component(TEXT_DISPLAY), min=1, max=3, required=True),
            "accessory": Component(BUTTON, THUMBNAIL, required=True),
        }
    ),
    TEXT_DISPLAY: component_schema({"content": String(min=1, max=4000, required=True)}),
    THUMBNAIL: component_schema({"media": _MEDIA, "description": _DESCRIPTION, "spoiler": _SPOILER}),
    MEDIA_GALLERY: component_schema(
        {
            "items": Array(
                Object({"media": _MEDIA, "description": _DESCRIPTION, "spoiler": _SPOILER}),
                min=1,
                max=10,
                required=True,
            )
        }
    ),
    FILE: component_schema({"file": _MEDIA, "spoiler": _SPOILER}, ignore=("name", "size")),
    SEPARATOR: component_schema(
        {"divider": Boolean(null=True, default=True), "spacing": Choice((1, 2), null=True, default=1)}
    ),
    CONTAINER: component_schema(
        {
            "components": Array(
                Component(ACTION_ROW, SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR),
                min=1,
                max=MAX_COMPONENTS,
                required=True,
            ),
            "accent_color": Integer(min=0, max=0xFFFFFF, null=True),
            "spoiler": _SPOILER,
        }
    ),
}

COMPONENTS = Array(Anything(), max=MAX_COMPONENTS, null=True)
_LEGACY = Array(Component(ACTION_ROW), max=MAX_ROWS)
_LAYOUT = Array(
    Component(ACTION_ROW, SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER),
    max=MAX_COMPONENTS,
)


def check_components(components: list[Any], layout: bool, files: Collection[str] = ()) -> list[Record]:
    """Return the components of a message as they are kept, or raise 50035.

    ``layout`` is whether the message has the flag IS_COMPONENTS_V2; ``files`` are the names and addresses of its
    attachments.
    """
    errors = FormErrors()
    parsed: list[Record] = (_LAYOUT if layout else _LEGACY).parse(components, ("components",), errors)
    errors.raise_if_any()
    check_unique(parsed, errors, ("components",))
    if layout:
        _check_files(parsed, files, errors)
        if sum(1 for _ in walk(parsed)) > MAX_COMPONENTS:
            message = f"Must be {MAX_COMPONENTS} or fewer in length."
            errors.add(("components",), "BASE_TYPE_MAX_LENGTH", message)
        if sum(len(part["content"]) for part in walk(parsed) if "content" in part) > MAX_TEXT:
            message = f"The text of all components must be {MAX_TEXT} or fewer in length."
            errors.add(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)
    errors.raise_if_any()
    return parsed


def _check_files(components: list[Record], files: Collection[str], errors: FormErrors) -> None:
    """Note every address of a file that the message does not have; a FILE shows no others."""
    for place, component in _places(components, ("components",)):
        for path, media in _media_of(component, place):
            url: str = media["url"]
            if url.startswith(_ATTACHMENT) and called(url) not in files:
                message = f"The referenced attachment {url!r} was not found."
                errors.add((*path, "url"), "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", message)
            elif component["type"] == FILE and not url.startswith(_ATTACHMENT) and called(url) not in files:
                message = "A file component can only show an attachment of its message."
                errors.add((*path, "url"), "URL_TYPE_INVALID_SCHEME", message)


def _media_of(component: Record, place: Path) -> Iterator[tuple[Path, Record]]:
    for key in ("media", "file"):
        if key in component:
            yield (*place, key), component[key]
    for number, item in enumerate(component.get("items", ())):
        yield (*place, "items", number, "media"), item["media"]


def check_unique(components: list[Record], errors: FormErrors, path: Path) -> None:
    """Note every component whose custom_id or id another one has already."""
    seen: set[tuple[str, Any]] = set()
    for place, component in _places(components, path):
        for key, what in (("custom_id", "custom id"), ("id", "id")):
            value = component.get(key)
            if value and (key, value) in seen:
                name = f"COMPONENT_{key.upper()}_DUPLICATED"
                errors.add((*place, key), name, f"Component {what} cannot be duplicated")
            seen.add((key, value))


def render_components(
    components: list[Record], world: World, find_file: Callable[[str], Record | None]
) -> list[Record]:
    """Give every component its id, resolve ``attachment://`` addresses, drop what is null; return them."""
    every = list(walk(components))
    taken = {component["id"] for component in every if component.get("id")}
    number = 0
    for component in every:
        if not component.get("id"):
            number += 1
            while number in taken:
                number += 1
            component["id"] = number
        _complete(component, world, find_file)
    return components


def _complete(component: Record, world: World, find_file: Callable[[str], Record | None]) -> None:
    kind = component["type"]
    for part in (component, *component.get("options", ())):
        if part.get("emoji"):
            part["emoji"] = render_component_emoji(world, part["emoji"])
        for key in [key for key, value in part.items() if value is None]:
            del part[key]
    for item in (component, *component.get("items", ())):
        if "media" in item:
            item.setdefault("description", None)
            item["spoiler"] = bool(item.get("spoiler"))
            item["media"] = _media(item["media"], world.snowflake, find_file)
    if kind == FILE:
        found = find_file(called(component["file"]["url"])) or {}
        component["file"] = _media(component["file"], world.snowflake, find_file)
        component["name"], component["size"] = found.get("filename"), found.get("size")
    if kind == CONTAINER:
        component.setdefault("accent_color", None)


def _media(media: Record, new_id: Callable[[], str], find_file: Callable[[str], Record | None]) -> Record:
    url: str = media["url"]
    found = find_file(called(url))
    if found is None:
        shown = {"id": new_id(), "url": url, "proxy_url": url, "width": None, "height": None}
        return shown | {"content_type": None}
    return {
        "id": new_id(),
        "url": found["url"],
        "proxy_url": found["proxy_url"],
        "width": found.get("width"),
        "height": found.get("height"),
        "content_type": found.get("content_type"),
        "attachment_id": found["id"],
    }


def files_of(components: list[Record]) -> Iterator[Record]:
    """Yield what components show: pictures, and files."""
    for component in walk(components):
        for _, media in _media_of(component, ()):
            yield media


def walk(components: list[Record]) -> Iterator[Record]:
    """Yield every component, from the outside in."""
    for _, component in _places(components, ()):
        yield component


def _places(components: list[Record], path: Path) -> Iterator[tuple[Path, Record]]:
    for number, component in enumerate(components):
        place = (*path, number)
        yield place, component
        yield from _places(component.get("components") or [], (*place, "components"))
        for key in ("accessory", "component"):
            if component.get(key):
                yield (*place, key), component[key]


def text_of(components: list[Record]) -> str:
    """Return what the text displays say, a line each; mentions are looked for there too."""
    return "\n".join(component["content"] for component in walk(components) if "content" in component)
