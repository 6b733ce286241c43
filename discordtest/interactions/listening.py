"""Whether anything in the bot listens to a component or a modal, and what may keep it from answering.

The former is found out as it is used, and told if no answer comes. It looks at what discord.py itself looks at. A bot
that takes ``on_interaction`` into its own hands may listen to all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discordtest.backend.world import Record
    from discordtest.scene import Scene

__all__ = ["gates", "why_deaf"]

#: Their ``interaction_check`` ends an interaction without a word where it returns False.
_GATES = (discord.ui.view.BaseView, discord.ui.Item, discord.ui.DynamicItem, app_commands.CommandTree)


def why_deaf(
    scene: Scene, application_id: str, custom_id: str, component_type: int | None, message_id: str | None
) -> str | None:
    """Return why the bot will not answer, or None where it may; a modal has no ``component_type``."""
    client = _client_of(scene, application_id)
    if client is None or _listens_to_all(client):
        return None
    store: Any = client._connection._view_store  # no public way says what is listened to
    if component_type is None:
        if custom_id in store._modals:
            return _why_silent(store._modals[custom_id], "on_submit")
        return f"no modal of the bot listened to the custom_id {custom_id!r}: it was stopped, or timed out"
    if any(pattern.fullmatch(custom_id) for pattern in store._dynamic_items):
        return None
    if (item := next(_items(store, component_type, custom_id, message_id), None)) is not None:
        return _why_silent(item, "callback")
    if (item := _dynamic_item(custom_id)) is not None:
        return (
            f"no dynamic item of the bot listened to the custom_id {custom_id!r}: {item} matches it, but was not given "
            "to add_dynamic_items since the bot's start, or a view that has one beside other items has ended, with "
            "which discord.py forgets them all (send such views without a time-out)"
        )
    return (
        f"no view of the bot listened to the custom_id {custom_id!r}: it was stopped, it timed out, or the bot "
        "restarted and has not added it with add_view"
    )


def gates(scene: Scene, life: Record) -> str | None:
    """Return whose ``interaction_check`` may have refused an interaction and said nothing, in words."""
    client, data = _client_of(scene, life["application_id"]), life["data"]
    if client is None:
        return None
    store: Any = client._connection._view_store
    things: list[Any] = []
    if "custom_id" not in data:
        things = [getattr(client, "tree", None)]
    elif "component_type" not in data:
        things = [store._modals.get(data["custom_id"])]
    else:
        for item in _items(store, data["component_type"], data["custom_id"], life["message_id"]):
            things += [item, item.view]
    kinds = [type(thing) for thing in things]
    if "component_type" in data:
        kinds += [
            each for pattern, each in store._dynamic_items.items() if pattern.fullmatch(data["custom_id"])
        ]
    names = [*dict.fromkeys(kind.__name__ for kind in kinds if _has_gate(kind))]
    if not names:
        return None
    return f"where the interaction_check of {' or '.join(names)} returns False, it has to answer"


def _client_of(scene: Scene, application_id: str) -> discord.Client | None:
    return next((client for client, known in scene.clients.items() if known["id"] == application_id), None)


def _items(store: Any, component_type: int, custom_id: str, message_id: str | None) -> Iterator[Any]:
    """Yield what listens to a component of a message, or to all that have this custom_id."""
    for place in (None if message_id is None else int(message_id), None):
        item = store._views.get(place, {}).get((component_type, custom_id))
        if item is not None:
            yield item


def _why_silent(thing: Any, method: str) -> str | None:
    """Return that an item or modal has discord.py's own ``callback`` or ``on_submit``, if so: it answers nothing.

    Where there is an ``interaction_check``, that may be what answers.
    """
    name, own = type(thing).__name__, getattr(getattr(thing, method), "__func__", None)
    is_default = own in (discord.ui.Item.callback, discord.ui.Modal.on_submit)
    if not is_default or any(_has_gate(type(each)) for each in (thing, getattr(thing, "view", None))):
        return None
    if method == "callback":
        name = f"the {name} of {type(thing.view).__name__}"
        cure = "set its callback, or make it with the decorator of discord.ui"
    else:
        cure = "write its on_submit"
    return f"{name} has no {method} of the bot's, and discord.py's does nothing: {cure}"


def _dynamic_item(custom_id: str) -> str | None:
    """Return the name of the class of dynamic items that have such custom_ids, if there is one."""
    kinds: list[Any] = [*discord.ui.DynamicItem.__subclasses__()]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind.__discord_ui_compiled_template__.fullmatch(custom_id):
            return str(kind.__name__)
    return None


def _has_gate(kind: type) -> bool:
    """Tell whether somebody has written the check of a view, an item, a modal or a command tree."""
    check = getattr(kind, "interaction_check", None)
    return check is not None and all(check is not getattr(kind, "interaction_check", None) for kind in _GATES)


def _listens_to_all(client: discord.Client) -> bool:
    if hasattr(client, "on_interaction") or client._listeners.get("interaction"):
        return True
    return isinstance(client, commands.Bot) and bool(client.extra_events.get("on_interaction"))
