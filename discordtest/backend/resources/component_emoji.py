"""The emoji of a button or of an option.

One of Unicode is named by its characters. A custom one is found by its id, and shown under the name that it has.
Source: Discord's documentation, Components ("Button Structure"), Emoji ("Emoji Formats").
"""

from __future__ import annotations

from discordtest.backend.body import Boolean, FormErrors, Object, Path, Snowflake, String
from discordtest.backend.resources.unicode_emoji import is_emoji
from discordtest.backend.world import Record, World

__all__ = ["EMOJI", "render_component_emoji"]


def _check(emoji: Record, path: Path, errors: FormErrors) -> None:
    if emoji.get("id") is None and not is_emoji(emoji.get("name") or ""):
        # Discord names buttons in this code, wherever the emoji is
        errors.add((*path, "name"), "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")


EMOJI = Object(
    {"id": Snowflake(null=True), "name": String(null=True), "animated": Boolean(null=True)},
    null=True,
    check=_check,
)


def render_component_emoji(world: World, emoji: Record) -> Record:
    """Return a parsed emoji as a component shows it: a custom one as it is, if the world has it."""
    shown = {key: value for key, value in emoji.items() if value is not None}
    if "id" in shown:
        for table in (*world.emojis.values(), *world.application_emojis.values()):
            if (known := table.get(shown["id"])) is not None:
                return {"id": known["id"], "name": known["name"], "animated": bool(known.get("animated"))}
    return {"name": "", **shown}
