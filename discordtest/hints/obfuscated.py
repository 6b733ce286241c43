"""Channels that the bot may not view, where an error is about a name that it has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest.backend.resources.channel_obfuscation import HIDDEN_NAME, is_viewable
from discordtest.names import channel_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discordtest.scene import Scene

__all__ = ["hidden", "obfuscated"]

_MANY = 3


def obfuscated(scene: Scene, error: BaseException) -> Iterator[str]:
    """Yield which channels are behind the name that an error speaks of."""
    if HIDDEN_NAME in str(error):
        yield from hidden(scene)


def hidden(scene: Scene) -> Iterator[str]:
    """Yield which channels a bot is told of without their names, if there are any."""
    world = scene.backend.world
    for application in scene.clients.values():
        bot_id = application["bot"]["id"]
        found = [
            channel_name(world, channel_id)
            for guild_id, channels in world.guild_channels.items()
            if bot_id in world.members[guild_id]
            for channel_id, channel in channels.items()
            if not is_viewable(world, channel, bot_id)
        ]
        if found:
            names = ", ".join(found[:_MANY]) + (f" and {len(found) - _MANY} more" if found[_MANY:] else "")
            yield (
                f"The bot may not view {names}: its cache has {HIDDEN_NAME!r} for the name. A role, or an overwrite "
                "for guild.me, with view_channel=True shows it"
            )
