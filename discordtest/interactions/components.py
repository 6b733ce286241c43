"""Finding a button or select as a person sees it: by its label, its emoji or its custom_id.

What is not there to be used (a disabled button, another person's ephemeral message, a label that two have) is a
mistake of the test, and the error says what there is.
Source: Discord's documentation, Components ("Button", "String Select" and the other selects).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import discord

from discordtest.backend.resources.component import BUTTON, LINK, PREMIUM, SELECTS, STRING_SELECT, walk
from discordtest.backend.resources.interaction import find_shown_message
from discordtest.backend.resources.message_form import LOADING
from discordtest.backend.resources.unicode_emoji import same_emoji
from discordtest.errors import SetupError
from discordtest.given import emoji_key, message_of
from discordtest.interactions.result import InteractionResult
from discordtest.names import button_name, own_id, user_name

if TYPE_CHECKING:
    from discordtest.backend.world import Record, World
    from discordtest.scene import Scene

__all__ = ["Shown", "find_button", "find_select", "is_button", "shown_message"]

__unittest = True  # unittest leaves our frames out of its tracebacks

_BRIEF = 60


class Shown(NamedTuple):
    """A message with components as one person sees it now, and whose components they are."""

    message: Record
    application_id: str


def shown_message(scene: Scene, user_id: str, target: Any) -> Shown:
    """Return the message that is meant, if the person sees it; a result stands for the bot's answer."""
    world = scene.backend.world
    if isinstance(target, InteractionResult):
        message = _answer(target)
        if message is None:
            raise SetupError(f"{target!r} shows no message with components")
    else:
        message = message_of(world, target)
    who = user_name(world.users[user_id])
    if find_shown_message(world, message["channel_id"], message["id"], user_id) is None:
        raise SetupError(f"only the person who was answered sees that message, and {who} is not the one")
    application_id = message.get("application_id") or message["author"]["id"]
    if application_id not in world.applications:
        raise SetupError("the message is no application's, so nobody would hear of a click on it")
    return Shown(message, application_id)


def _answer(result: InteractionResult) -> Record | None:
    """Return the newest of the answer's messages that has components, else its message at all."""
    life = result.record
    ids = [*reversed(life["followups"]), life["response_id"], life["message_id"]]
    found = [record for record in map(result.find, ids) if record is not None]
    shown = [record for record in found if not record["flags"] & LOADING]
    return next((record for record in shown if record["components"]), next(iter(shown), None))


# -- buttons


def find_button(world: World, message: Record, wanted: Any) -> Record:
    """Return the button that is meant, which a person can press."""
    buttons = [part for part in walk(message["components"]) if part["type"] == BUTTON]
    found = [button for button in buttons if is_button(button, wanted, world)]
    if not found:
        where = " It has a select: choose with `select`." if _has_option(message, wanted) else ""
        text = f"{message['content'][:_BRIEF]!r} " if message["content"] else ""
        listed = _list(_button_text(button, world) for button in buttons)
        raise SetupError(f"the message {text}has no button {_said(wanted)}. {listed}.{where}")
    if len(found) > 1 and any(button.get("custom_id") for button in found):
        ids = ", ".join(repr(button.get("custom_id") or button.get("url")) for button in found)
        raise SetupError(
            f"{len(found)} buttons are {_said(wanted)}: name one by its custom_id ({ids}), "
            "or pass the button itself, message.components[row].children[column]"
        )
    button: Record = found[0]
    if button["style"] == LINK:
        raise SetupError(f"the button {_said(wanted)} opens {button['url']}: the bot does not hear of it")
    if button["style"] == PREMIUM:
        sold = button_name(button, world) or button["sku_id"]
        raise SetupError(
            f"the button {sold!r} opens the shop: the bot does not hear of it before somebody buys: "
            f"`await self.buy(who, {sold!r})`"
        )
    if button.get("disabled"):
        raise SetupError(f"the button {_said(wanted)} is disabled")
    return button


def is_button(button: Record, wanted: Any, world: World | None = None) -> bool:
    """Tell whether a button is the one that somebody names by its label, emoji or custom_id, or with itself.

    One of the shop has the name of what it sells, or is named by that.
    """
    if button.get("sku_id") is not None and not isinstance(wanted, (discord.Button, discord.ui.Button)):
        return str(getattr(wanted, "id", wanted)) in (button["sku_id"], button_name(button, world))
    if isinstance(wanted, (discord.Button, discord.ui.Button)):
        if wanted.custom_id is not None:
            return bool(button.get("custom_id") == wanted.custom_id)
        if wanted.sku_id is not None:
            return bool(button.get("sku_id") == str(wanted.sku_id))
        return bool(button.get("url") == wanted.url)
    emoji = button.get("emoji")
    if not isinstance(wanted, str):
        return emoji is not None and _emoji_text(emoji) == emoji_key(wanted)
    if wanted in (button.get("custom_id"), button.get("label")):
        return True
    if emoji is None:
        return False
    text = _emoji_text(emoji)
    return wanted in (emoji["name"], text, f"{text} {button.get('label')}") or (
        same_emoji(emoji_key(wanted)) == same_emoji(text)
    )


def _emoji_text(emoji: Record) -> str:
    return f"{emoji['name']}:{emoji['id']}" if emoji.get("id") else str(emoji["name"])


def _said(wanted: Any) -> str:
    return repr(getattr(wanted, "label", None) or getattr(wanted, "custom_id", None) or wanted)


def _button_text(button: Record, world: World) -> str:
    notes = [f"custom_id {custom_id!r}"] if (custom_id := own_id(button)) else []
    notes += ["disabled"] if button.get("disabled") else []
    return repr(button_name(button, world)) + (f" ({', '.join(notes)})" if notes else "")


def _list(buttons: Iterable[str]) -> str:
    return f"Its buttons: {', '.join(buttons) or 'none'}"


# -- selects


def find_select(message: Record, custom_id: str | None, values: list[Any]) -> Record:
    """Return the select that is meant; without ``custom_id`` the only one, or the only one with these options."""
    selects = [part for part in walk(message["components"]) if part["type"] in SELECTS]
    if custom_id is not None:
        found = [
            select for select in selects if custom_id in (select["custom_id"], select.get("placeholder"))
        ]
    else:
        found = selects if len(selects) == 1 else [one for one in selects if _offers(one, values)]
    if len(found) != 1:
        shown = ", ".join(map(_select_text, selects)) or "none"
        which = "no select like that" if not found else f"{len(found)} selects that this could mean"
        raise SetupError(
            f"the message has {which}: name one with custom_id=, or its placeholder there. Its selects: {shown}"
        )
    select: Record = found[0]
    if select.get("disabled"):
        raise SetupError(f"the select {_select_text(select)} is disabled")
    return select


def _has_option(message: Record, wanted: Any) -> bool:
    parts = walk(message["components"])
    return any(part["type"] in SELECTS and _offers(part, [wanted]) for part in parts)


def _offers(select: Record, values: list[Any]) -> bool:
    if select["type"] != STRING_SELECT:
        types = select.get("channel_types") or ()
        return bool(values) and all(
            isinstance(value, _KINDS[select["type"]]) and (not types or value.type.value in types)
            for value in values
        )
    known = {text for option in select["options"] for text in (option["label"], option["value"])}
    return all(getattr(value, "value", value) in known for value in values)


_PEOPLE = (discord.User, discord.Member)
_CHANNELS = (discord.abc.GuildChannel, discord.Thread)
_KINDS: dict[int, tuple[Any, ...]] = {  # classes
    5: _PEOPLE,
    6: (discord.Role,),
    7: (*_PEOPLE, discord.Role),
    8: _CHANNELS,
}
"""What the selects whose options Discord knows offer, by their type."""


def _select_text(select: Record) -> str:
    return repr(select["custom_id"]) + (f" ({select['placeholder']})" if select.get("placeholder") else "")
