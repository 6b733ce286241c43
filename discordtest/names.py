"""Names for people in place of ids: ``#general``, ``@alice``, ``guild 'Test'``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from discordtest.backend.world import Record, World

__all__ = ["button_name", "channel_name", "name_of", "named_path", "own_id", "user_name"]

_TOKEN = re.compile(r"(?<=/)[\w-]{60,}(?=/|$)")
_MADE_UP = re.compile("[0-9a-f]{32}")
_MANY = 8  # guilds whose channels are not searched for one of the same name
_ID = re.compile(r"(?<=/)(?<!/messages/)(?<!/pins/)[0-9]+(?=/|$)")  # a message may have the id of its thread


def own_id(component: Record) -> str:
    """Return the custom_id that the bot's author gave a component; "" for one that discord.py made up."""
    custom_id: str = component.get("custom_id") or ""
    return "" if _MADE_UP.fullmatch(custom_id) else custom_id


def button_name(button: Record, world: World | None = None) -> str:
    """Return what people see of a button: its label, or the emoji of one that has none, or what it sells."""
    name = button.get("label") or (button.get("emoji") or {}).get("name")
    sku = None if world is None else world.skus.get(button.get("sku_id") or "")
    return str(name or (sku or {}).get("name") or "")


def user_name(user: Record) -> str:
    """Return how people call a user."""
    return str(user["username"])


def channel_name(world: World, channel_id: str) -> str:
    """Return how people call a channel: ``#general``, ``the DM with alice``; the id where there is none.

    Where another guild has a ``#general`` too, or there are many, its guild is named: ``#general of Club``.
    ``with 123`` stands for the DM with a user, where nobody has written.
    """
    channel = world.channels.get(channel_id)
    if channel is None:
        user = world.users.get(channel_id.removeprefix("with "))
        return (
            f"channel {channel_id}"
            if user is None
            else f"the DM with {user_name(user)}, where nobody has written"
        )
    if channel.get("guild_id") is None:
        bots = {application["bot"]["id"] for application in world.applications.values()}
        others = [user for user in channel["recipients"] if user["id"] not in bots] or channel["recipients"]
        return f"the DM with {' and '.join(user_name(user) for user in others)}"
    name, guild_id = channel["name"], channel["guild_id"]
    if len(world.guilds) > 1 and (
        len(world.guilds) > _MANY
        or any(
            other.get("name") == name and other.get("guild_id") != guild_id
            for other in world.channels.values()
        )
    ):
        return f"#{name} of {world.guilds[guild_id]['name']}"
    return f"#{name}"


def name_of(world: World, id: str, guild_id: str | None = None) -> str:
    """Return how people call whatever has this id; the id itself where nothing has."""
    if id in world.channels:
        return channel_name(world, id)
    if guild_id is not None and id in world.roles.get(guild_id, ()):
        return f"@&{world.roles[guild_id][id]['name']}"
    if id in world.users:
        return f"@{user_name(world.users[id])}"
    if id in world.guilds:
        return f"guild {world.guilds[id]['name']!r}"
    if id in world.webhooks:
        return f"webhook {world.webhooks[id]['name']!r}"
    for rules in world.automod_rules.values():
        if id in rules:
            return f"rule {rules[id]['name']!r}"
    for events in world.scheduled_events.values():
        if id in events:
            return f"scheduled event {events[id]['name']!r}"
    return next((f"@&{roles[id]['name']}" for roles in world.roles.values() if id in roles), id)


def named_path(world: World, path: str) -> str:
    """Return a request's path with names in place of the ids that are known, and without tokens."""
    plain = unquote(_TOKEN.sub("…", path))

    def name(match: re.Match[str]) -> str:
        guild = world.guilds.get(match[0])  # that of the first channel of an old guild is its own
        if guild is not None and plain.endswith("/guilds/", 0, match.start()):
            return f"guild {guild['name']!r}"
        return name_of(world, match[0])

    return _ID.sub(name, plain)
