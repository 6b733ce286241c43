"""Request bodies: declared fields, and the nested tree that answers a wrong one.

A body is an ``Object`` of fields. Every mistake is collected and answered at once as code 50035, in the shape
``{field: {index: {key: {"_errors": [{"code", "message"}]}}}}``. A field that no declaration names is
``NotModelled``: it is never silently ignored.
Source: Discord's documentation, Reference, "Error Messages".
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from discordtest.backend.codes import Code, RestError
from discordtest.backend.world import Record, written
from discordtest.errors import NotModelled

__all__ = [
    "Anything",
    "Array",
    "Audio",
    "Boolean",
    "Choice",
    "Field",
    "FormErrors",
    "Image",
    "Integer",
    "Name",
    "Number",
    "Object",
    "Path",
    "Snowflake",
    "String",
    "Timestamp",
    "invalid",
    "parse",
]

_DIGITS = re.compile(r"[0-9]{1,20}\Z")
_WHOLE = re.compile(r"-?[0-9]{1,20}\Z")
_MAX_INTEGER = 2**63 - 1
_BASE64 = r"(?=.)((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\Z"
_MISSING: Any = object()  # Any: stands in for a value of every type
#: Where something stands in a body: names of fields and places in lists, from the outside in.
Path: TypeAlias = tuple[str | int, ...]


class FormErrors:
    """The mistakes of one body, as the tree in which the API answers them."""

    tree: dict[str, Any]
    count = 0

    def add(self, path: Iterable[str | int], code: str, message: str) -> None:
        """Note a mistake at ``path``: field names and list indices from the outside in.

        The tree tells of a place or of what is in it, never of both: the first that is found.
        """
        if not self.count:
            self.tree = {}
        self.count += 1
        node = self.tree
        for step in path:
            if "_errors" in node:
                return
            node = node.setdefault(str(step), {})
        if not node or "_errors" in node:
            node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_if_any(self) -> None:
        """Raise code 50035 with the tree when a mistake was noted."""
        if self.count:
            raise RestError(Code.INVALID_FORM_BODY, errors=self.tree)


def invalid(path: str, code: str, message: str, why: str | None = None) -> RestError:
    """Return the 50035 error for one mistake; ``path`` is dotted: ``"embeds.0.title"``, or empty for the whole."""
    errors = FormErrors()
    errors.add(path.split(".") if path else (), code, message)
    return RestError(Code.INVALID_FORM_BODY, errors=errors.tree, why=why)


class Field(ABC):
    """One declared field: whether it must be there, may be null, and what it accepts.

    ``parse`` returns the value as the world stores it. ``default`` (or what it returns, if it can be called)
    fills in for an absent field, and for null where that is allowed.
    """

    plain: type | None = None  # what is of just this type is right, and stored as it is

    def __init__(self, *, required: bool = False, null: bool = False, default: Any = _MISSING) -> None:
        self.required = required
        self.null = null
        self.default = default

    def parse(self, value: Any, path: Path, errors: FormErrors) -> Any:
        """Check one value; note what is wrong with it, and return it in the stored form."""
        if value is None:
            if not self.null:
                errors.add(path, "BASE_TYPE_REQUIRED", "This field is required")
            return None
        return self.convert(value, path, errors)

    @abstractmethod
    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        """Check a value that is not null."""


class Anything(Field):
    """A field whose value is stored as it comes."""

    plain = dict

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        return value


class String(Field):
    """Text of ``min`` to ``max`` characters, trimmed if ``strip``; numbers are accepted, as the API does.

    ``pattern`` must match the whole text.
    """

    def __init__(
        self,
        *,
        min: int = 0,
        max: int | None = None,
        choices: Collection[str] | None = None,
        strip: bool = False,
        pattern: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.min, self.max, self.choices, self.strip = min, max, choices, strip
        self.pattern = None if pattern is None else re.compile(pattern)

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            errors.add(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return value
        if self.strip:
            value = value.strip()
        size = len(value)
        if self.min and not size:
            errors.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif self.max is not None and not self.min <= size <= self.max:
            if self.min:
                message = f"Must be between {self.min} and {self.max} in length."
                errors.add(path, "BASE_TYPE_BAD_LENGTH", message)
            else:
                errors.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {self.max} or fewer in length.")
        elif size < self.min:
            errors.add(path, "BASE_TYPE_MIN_LENGTH", f"Must be {self.min} or more in length.")
        elif self.choices is not None and value not in self.choices:
            errors.add(path, "BASE_TYPE_CHOICES", _one_of(self.choices))
        elif self.pattern is not None and not self.pattern.fullmatch(value):
            errors.add(path, "STRING_TYPE_REGEX", "String value did not match validation regex.")
        return value


class Name(String):
    """What somebody is called: text in which white space is trimmed, and within it one space alone."""

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        return super().convert(" ".join(value.split()) if isinstance(value, str) else value, path, errors)


class Number(Field):
    """A number from ``min`` to ``max``."""

    kind = "float"

    def __init__(self, *, min: float | None = None, max: float | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.min, self.max = min, max

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        try:
            number = self.number(value)
        except (TypeError, ValueError, OverflowError):
            errors.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not {self.kind}.')
            return value
        if self.max is not None and number > self.max:
            message = f"{self.kind} value should be less than or equal to {self.max}."
            errors.add(path, "NUMBER_TYPE_MAX", message)
        elif self.min is not None and number < self.min:
            message = f"{self.kind} value should be greater than or equal to {self.min}."
            errors.add(path, "NUMBER_TYPE_MIN", message)
        return number

    def number(self, value: Any) -> float:
        """Read the number; booleans are none, nor is what has no end."""
        if isinstance(value, bool) or not math.isfinite(number := float(value)):
            raise TypeError
        return number


class Integer(Number):
    """A whole number of 64 bits, from ``min`` to ``max``; a string of digits is accepted, as the API does."""

    kind = "int"

    def number(self, value: Any) -> int:
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise TypeError
        if isinstance(value, str) and not _WHOLE.match(value):
            raise ValueError
        number = int(value)
        if not -_MAX_INTEGER <= number <= _MAX_INTEGER:
            raise OverflowError
        return number


class Boolean(Field):
    """True or false; the strings and numbers that the API takes for them are accepted too."""

    plain = bool

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        if value in ("true", "True", "1", 1):
            return True
        if value in ("false", "False", "0", 0):
            return False
        errors.add(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
        return value


class Snowflake(Field):
    """An id, as a string of digits or a number; stored as a string."""

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        text = str(value)
        if isinstance(value, (bool, float)) or not _DIGITS.match(text):
            errors.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return text


class Choice(Field):
    """One of a few values."""

    def __init__(self, values: Collection[Any], **options: Any) -> None:
        super().__init__(**options)
        self.values = values

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        if isinstance(value, (list, dict, bool, float)) or value not in self.values:
            errors.add(path, "BASE_TYPE_CHOICES", _one_of(self.values))
        return value


class Timestamp(Field):
    """A moment in ISO 8601; stored as the API writes it, in UTC."""

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            message = f"Could not parse {value}. Should be ISO8601."
            errors.add(path, "DATE_TIME_TYPE_PARSE", message)
            return value
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return written(moment)


class Image(Field):
    """Image data as a ``data:`` URI; stored as it comes, at most ``max`` bytes once decoded."""

    pattern = re.compile(rf"data:image/(jpeg|png|gif|webp|avif);base64,{_BASE64}")
    wrong = "IMAGE_INVALID", "Invalid image data"

    def __init__(self, *, max: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.max = max

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        match = self.pattern.match(value) if isinstance(value, str) else None
        if match is None:
            errors.add(path, *self.wrong)
        elif self.max is not None and _decoded_size(match[2]) > self.max:
            message = f"File cannot be larger than {self.max / 1024:.1f} kb."
            errors.add(path, "BINARY_TYPE_MAX_SIZE", message)
        return value


class Audio(Image):
    """Sound as a ``data:`` URI of whatever kind; stored as it comes, at most ``max`` bytes once decoded."""

    pattern = re.compile(rf"data:([\w.+-]+/[\w.+-]+);base64,{_BASE64}")
    wrong = "BASE_TYPE_BAD_VALUE", "Invalid audio data"


class Array(Field):
    """A list of ``of``, ``min`` to ``max`` long."""

    def __init__(
        self, of: Field, *, min: int = 0, max: int | None = None, unique: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        self.of, self.min, self.max, self.unique = of, min, max, unique

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        if not isinstance(value, list):
            errors.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return value
        size = len(value)
        if not size and not self.min:
            return []
        if self.max is not None and not self.min <= size <= self.max:
            if self.min:
                message = f"Must be between {self.min} and {self.max} in length."
                errors.add(path, "BASE_TYPE_BAD_LENGTH", message)
            else:
                errors.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {self.max} or fewer in length.")
            return value
        if size < self.min:
            errors.add(path, "BASE_TYPE_MIN_LENGTH", f"Must be {self.min} or more in length.")
        items = [self.of.parse(item, (*path, index), errors) for index, item in enumerate(value)]
        if self.unique and len({str(item) for item in items}) != len(items):
            errors.add(path, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
        return items


class Object(Field):
    """A record of declared fields. ``check`` is called with the parsed record, path and errors for rules that
    span fields. ``ignore`` names fields that are accepted and dropped, because nothing depends on them.
    """

    def __init__(
        self,
        fields: Mapping[str, Field],
        *,
        ignore: Collection[str] = (),
        check: Callable[[Record, Path, FormErrors], None] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.fields = dict(fields)
        self.ignore = frozenset(ignore)
        self.check = check
        self.must = [name for name, field in self.fields.items() if field.required]
        self.defaults = {n: f.default for n, f in self.fields.items() if f.default is not _MISSING}

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        if not isinstance(value, dict):
            errors.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            return value
        known, fields = errors.count, self.fields
        parsed: Record = {}
        for name, item in value.items():
            field = fields.get(name)
            if field is not None:
                if type(item) is field.plain:
                    parsed[name] = item
                elif item is None:
                    if not field.null or name not in self.defaults:  # null stands for the default
                        parsed[name] = field.parse(item, (*path, name), errors)
                else:
                    parsed[name] = field.convert(item, (*path, name), errors)
            elif name not in self.ignore:
                raise NotModelled(f"field {'.'.join(map(str, (*path, name)))!r} (value {item!r})")
        for name in self.must:
            if name not in parsed:
                errors.add((*path, name), "BASE_TYPE_REQUIRED", "This field is required")
        for name, default in self.defaults.items():
            if name not in parsed:
                parsed[name] = default() if callable(default) else default
        if self.check is not None and errors.count == known:
            self.check(parsed, path, errors)
        return parsed


def parse(schema: Field, value: Any) -> Any:
    """Return the body as the world stores it, or raise 50035 with every mistake in it. Any: as ``schema`` says."""
    errors = FormErrors()
    parsed = schema.parse(value, (), errors) if value is None else schema.convert(value, (), errors)
    if errors.count:
        errors.raise_if_any()
    return parsed


def _decoded_size(text: str) -> int:
    return len(text) * 3 // 4 - text[-2:].count("=")


def _one_of(values: Iterable[Any]) -> str:
    ordered = sorted(values, key=lambda value: (isinstance(value, str), value))
    return f"Value must be one of {{{', '.join(map(repr, ordered))}}}."
