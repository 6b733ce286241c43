"""Every length, number and size that a route's form bounds: taken at the bound, refused one past it.

``tests/data/bounds.txt`` lists them by operation: the field, the least and the most. Most are those of Discord's
OpenAPI document. Where they differ, its pages set a lower one (2000 characters of content, 55 of a poll's answer, 20
of a tag's name). Some the document does not give at all; those are what the backend has.
"""

from __future__ import annotations

import base64
import unittest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discordtest import backend
from discordtest.backend import audit, body, identifying, rest, session
from discordtest.backend.resources import (
    emoji,
    guild_boost,
    guild_prune,
    guild_settings,
    invite,
    message,
    soundboard,
    sticker,
    webhook,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUNDS = Path(__file__).parents[2] / "data" / "bounds.txt"
OF_A_BOUND = {
    "BASE_TYPE_BAD_LENGTH",
    "BASE_TYPE_MAX_LENGTH",
    "BASE_TYPE_MIN_LENGTH",
    "BASE_TYPE_REQUIRED",
    "BINARY_TYPE_MAX_SIZE",
    "NUMBER_TYPE_MAX",
    "NUMBER_TYPE_MIN",
}
Row = tuple[str, str, "int | None", "int | None"]


def listed() -> Iterator[Row]:
    operation = ""
    for line in BOUNDS.read_text().splitlines():
        if line.endswith(":"):
            operation = line[:-1]
        elif line:
            path, least, most = line.split()
            yield operation, path, *(None if bound == "-" else int(bound) for bound in (least, most))


def declared() -> dict[tuple[str, str], body.Field]:
    """Find the fields with bounds in the forms of every route."""
    found: dict[tuple[str, str], body.Field] = {}

    def look(operation: str, field: body.Field, path: str, above: tuple[body.Field, ...]) -> None:
        if field in above:  # a form that may contain itself
            return
        if is_bounded(field):
            found[operation, path or "(all)"] = field
        if isinstance(field, body.Object):
            for name, part in field.fields.items():
                look(operation, part, f"{path}.{name}".lstrip("."), (*above, field))
        elif isinstance(field, body.Array):
            look(operation, field.of, f"{path}[]", (*above, field))

    for route in rest.ROUTES:
        for form in (route.body, route.query):
            if form is not None:
                look(route.name, form, "", ())
    return found


def is_bounded(field: body.Field) -> bool:
    """Tell whether a value may be too long or too high, or too short or too low."""
    least, most = getattr(field, "min", None), getattr(field, "max", None)
    return most is not None or bool(least) or (least == 0 and isinstance(field, body.Number))


def of_size(field: body.Field, size: int) -> Any:
    """Return a value that is this long, large or high."""
    if isinstance(field, body.Array):
        return [{}] * size
    if isinstance(field, body.Image):
        return f"data:image/png;base64,{base64.b64encode(bytes(size)).decode()}"
    if isinstance(field, body.String):
        return "https://".ljust(size, "x") if size > 8 else "x" * size
    return size


class Errors(body.FormErrors):
    """Notes the codes of the mistakes in the value itself, not in its parts."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: set[str] = set()

    def add(self, path: Any, code: str, message: str) -> None:
        super().add(path, code, message)
        if tuple(path) == ("field",):
            self.codes.add(code)


class BoundTests(unittest.TestCase):
    def refuses(self, field: body.Field, size: int) -> bool:
        errors = Errors()
        field.parse(of_size(field, size), ("field",), errors)
        return bool(errors.codes & OF_A_BOUND)

    def test_each_is_taken_at_the_bound_and_refused_one_past_it(self) -> None:
        fields = declared()
        for operation, path, least, most in listed():
            with self.subTest(operation=operation, field=path):
                field = fields[operation, path]
                for bound, past in ((least, -1), (most, 1)):
                    if bound is not None:
                        self.assertFalse(self.refuses(field, bound), f"refused at {bound}")
                        self.assertTrue(self.refuses(field, bound + past), f"taken at {bound + past}")

    def test_every_bound_is_listed(self) -> None:
        self.assertEqual({row[:2] for row in listed()}, set(declared()))


class CountTests(unittest.TestCase):
    """The tests of these limits count up to the constant, whatever it is. Here is what it has to be."""

    def test_limits_that_are_no_fields_are_those_of_the_documentation(self) -> None:
        for module, name, documented in (
            (backend, "MAX_REASON", 512),
            (backend, "MAX_REQUEST_SIZE", 25 * 1024 * 1024),
            (audit, "COUNTING", 300.0),
            (emoji, "MAX_APPLICATION_EMOJIS", 2000),
            (emoji, "SLOTS", (50, 100, 150, 250)),  # Discord's support pages, "Server Boosting FAQ"
            (emoji, "SLOTS_WITH_MORE_EMOJI", 200),  # of partnered and verified guilds
            (guild_boost, "BOOSTS_OF_LEVELS", (2, 7, 14)),  # Discord's support pages, "Server Boosting FAQ"
            (guild_prune, "MAX_ROLES", 100),  # OpenAPI: PruneGuildRequest
            (guild_settings, "MAX_WIDGET_MEMBERS", 100),  # Guild, "Guild Widget Object"
            (identifying, "MAX_GUILDS_PER_SHARD", 2500),
            (session, "FRAMES_WINDOW", 60_000_000),
            (session, "MAX_FRAMES", 120),
            (session, "MAX_PAYLOAD", 4096),
            (invite, "DEFAULT_AGE", 86_400),  # Channel, "Create Channel Invite": 24 hours
            (message, "MAX_NONCES", 1000),  # what a test remembers; Discord tells minutes alone
            (soundboard, "MAX_DURATION", 5.2),
            (soundboard, "SLOTS", (8, 24, 36, 48)),  # Discord's support pages, "Server Boosting FAQ"
            (soundboard, "SLOTS_WITH_MORE_SOUNDBOARD", 96),  # Guild, "Guild Features": MORE_SOUNDBOARD
            (sticker, "MAX_FILE_SIZE", 512 * 1024),
            (sticker, "MAX_FRAMES", 1000),  # JSON error 170004
            (sticker, "SLOTS_WITH_MORE_STICKERS", 60),  # Guild, "Guild Features": MORE_STICKERS
            (webhook, "MAX_PER_CHANNEL", 15),
            (webhook, "MAX_PER_GUILD", 1000),
        ):
            with self.subTest(limit=name):
                self.assertEqual(getattr(module, name), documented)
