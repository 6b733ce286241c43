"""Which id of a refused request this Discord never had: one of the real Discord, in the bot's settings."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from discordtest.backend.codes import Code
from discordtest.backend.journal import Dispatch, Exchange

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from discordtest.backend.world import World
    from discordtest.scene import Scene

__all__ = ["what_is_missing"]

#: what stands before an id in a path -> what it is of, and the builder that makes one
_MADE = {
    "guilds": ("guild", 'make_guild("…", id_num={})'),
    "channels": ("channel", 'make_text_channel("…", guild, id_num={})'),
    "users": ("user", 'make_user("…", id_num={})'),
    "roles": ("role", 'make_role("…", guild, id_num={})'),
    "webhooks": ("webhook", 'make_webhook("…", channel, id_num={})'),
}
_WEBHOOK = re.compile(r"/webhooks/(\d+)/([^/]+)")  # by its token
_CUSTOM_EMOJI = re.compile(r"/reactions/(?:a?:)?(\w+):(\d+)")


def what_is_missing(scene: Scene, entry: Exchange) -> Iterator[str]:
    """Yield what a refused request names that was never there, and what in the test would have it."""
    code = (entry.result or {}).get("code")
    if found := _WEBHOOK.match(entry.path):
        if code in (Code.UNKNOWN_WEBHOOK, Code.INVALID_WEBHOOK_TOKEN):
            yield from _which_webhook(scene.backend.world, found[1])
        return
    if code == Code.UNKNOWN_EMOJI and (found := _CUSTOM_EMOJI.search(entry.path)):
        name, emoji_id = found.groups()
        if not _was_told_of(scene, emoji_id):
            call = f'self.make_emoji("{name}", guild, id_num={emoji_id})'
            yield f"This Discord has no emoji {name} ({emoji_id}). In make_world: {call}"
        return
    for name, given_id in itertools.pairwise(entry.path.split("/")):
        kind, call = _MADE.get(name, ("", ""))
        if not kind or not given_id.isdecimal() or given_id in _known(scene.backend.world, name):
            continue
        if given_id == "0":
            yield f"No Discord has a {kind} 0. Put another id there: self.{call.format('…')} in make_world has it"
        elif not (_was_told_of(scene, given_id) or _was_logged(scene.backend.world, given_id)):
            yield f"This Discord has no {kind} {given_id}. In make_world: self.{call.format(given_id)}"
        return


def _known(world: World, name: str) -> Container[str]:
    if name == "roles":
        return {role_id for table in world.roles.values() for role_id in table}
    tables: dict[str, Container[str]] = {
        "guilds": world.guilds,
        "channels": world.channels,
        "users": world.users,
        "webhooks": world.webhooks,
    }
    return tables[name]


def _which_webhook(world: World, webhook_id: str) -> Iterator[str]:
    """Yield what a webhook of the bot's settings needs to be found by its token; one that is gone was there."""
    if webhook_id not in world.webhooks and (
        webhook_id in world.applications or _was_logged(world, webhook_id)
    ):
        return
    lacks = "has another token" if webhook_id in world.webhooks else "is not in this Discord"
    call = f'self.make_webhook("…", channel, id_num={webhook_id}, token="…")'
    yield f"The webhook {webhook_id} {lacks}. In make_world, with the token of its URL: {call}"


def _was_told_of(scene: Scene, given_id: str) -> bool:
    """Tell whether an event was about the id: what has been deleted was there."""
    told = (entry for entry in scene.backend.journal if isinstance(entry, Dispatch))
    return any(f'"{given_id}"' in entry.text for entry in told)


def _was_logged(world: World, given_id: str) -> bool:
    """Tell whether an audit log has an entry on the id: no event names a webhook that is deleted."""
    return any(entry["target_id"] == given_id for log in world.audit_log.values() for entry in log)
