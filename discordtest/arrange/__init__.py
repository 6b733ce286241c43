"""Arrange: synchronous builders that may do everything and return discord.py's own objects.

Before a client starts they shape what it finds. Afterwards the matching event reaches it: its cache is up to date
when the builder returns, its listeners run at the next ``await``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest import views
from discordtest.arrange.automod import AutoModBuilders
from discordtest.arrange.channels import ChannelBuilders
from discordtest.arrange.commands import CommandBuilders
from discordtest.arrange.expressions import ExpressionBuilders
from discordtest.arrange.guilds import GuildBuilders
from discordtest.arrange.members import MemberBuilders
from discordtest.arrange.messages import MessageBuilders
from discordtest.arrange.premium import PremiumBuilders
from discordtest.arrange.scheduled_events import ScheduledEventBuilders

if TYPE_CHECKING:
    import discord

    from discordtest.scene import Scene

__all__ = ["ArrangeMixin", "Builder"]


class ArrangeMixin(
    GuildBuilders,
    MemberBuilders,
    ChannelBuilders,
    MessageBuilders,
    ExpressionBuilders,
    CommandBuilders,
    PremiumBuilders,
    ScheduledEventBuilders,
    AutoModBuilders,
):
    """Every builder, on the scene of a test case."""

    @property
    def owner(self) -> discord.User:
        """The user who owns the application and, unless told otherwise, the guilds."""
        return views.views_of(self._scene).user(self._scene.owner)


class Builder(ArrangeMixin):
    """Every builder, on any scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
