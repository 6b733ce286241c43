"""Whether anything in the bot listens to a component or a modal: found out as it is used, told if no answer comes.

It looks at what discord.py itself looks at. A bot that takes ``on_interaction`` into its own hands may listen to all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord.ext import commands

if TYPE_CHECKING:
    import discord

    from discordtest.scene import Scene

__all__ = ["why_deaf"]


def why_deaf(
    scene: Scene, application_id: str, custom_id: str, component_type: int | None, message_id: str | None
) -> str | None:
    """Return why the bot will not answer, or None where it may; a modal has no ``component_type``."""
    client = next((one for one, known in scene.clients.items() if known["id"] == application_id), None)
    if client is None or _listens_to_all(client):
        return None
    store: Any = client._connection._view_store  # no public way says what is listened to
    if component_type is None:
        if custom_id in store._modals:
            return None
        return f"no modal of the bot listened to the custom_id {custom_id!r}: it was stopped, or timed out"
    key = component_type, custom_id
    places = (None if message_id is None else int(message_id), None)
    if any(key in store._views.get(place, ()) for place in places):
        return None
    if any(pattern.fullmatch(custom_id) for pattern in store._dynamic_items):
        return None
    return (
        f"no view of the bot listened to the custom_id {custom_id!r}: it was stopped, it timed out, or the bot "
        "restarted and has not added it with add_view"
    )


def _listens_to_all(client: discord.Client) -> bool:
    if hasattr(client, "on_interaction") or client._listeners.get("interaction"):
        return True
    return isinstance(client, commands.Bot) and bool(client.extra_events.get("on_interaction"))
