"""Arrange: synchronous builders that may do everything and return discord.py's own objects.

Before a client starts they shape what it finds. Afterwards the matching event reaches it: its cache is up to date
when the builder returns, its listeners run at the next ``await``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest.arrange_channels import ChannelBuilders
from discordtest.arrange_expressions import ExpressionBuilders
from discordtest.arrange_guilds import GuildBuilders
from discordtest.arrange_members import MemberBuilders
from discordtest.arrange_messages import MessageBuilders

if TYPE_CHECKING:
    from discordtest.scene import Scene

__all__ = ["ArrangeMixin", "Builder"]


class ArrangeMixin(GuildBuilders, MemberBuilders, ChannelBuilders, MessageBuilders, ExpressionBuilders):
    """Every builder, on the scene of a test case."""


class Builder(ArrangeMixin):
    """Every builder, on any scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
