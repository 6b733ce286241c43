"""Arrange: synchronous builders, omnipotent, that return discord.py's own objects.

``ArrangeMixin`` has them for a test case, ``Builder`` for any scene.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from discordtest.arrange_channels import ChannelBuilders
from discordtest.arrange_guilds import GuildBuilders
from discordtest.arrange_messages import MessageBuilders
from discordtest.errors import SetupError

if TYPE_CHECKING:
    from discordtest.scene import Scene

__all__ = ["ArrangeMixin", "Builder"]

__unittest = True  # unittest leaves our frames out of its tracebacks


class Builder(GuildBuilders, ChannelBuilders, MessageBuilders):
    """Every builder, on a scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene


class ArrangeMixin(GuildBuilders, ChannelBuilders, MessageBuilders):
    """Every builder, on the scene of a test case."""

    def _stage(self) -> Scene:
        if asyncio._get_running_loop() is None:
            raise SetupError(
                "make_* was called where no event loop runs, as in setUp: build what the bot finds in "
                "`def make_world(self)`, or in `async def asyncSetUp(self)` after `await super().asyncSetUp()`"
            )
        return super()._stage()
