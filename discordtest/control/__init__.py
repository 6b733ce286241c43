"""Backend control: what a test does to its Discord by hand, beside making things and beside what people do.

Changes are made by the narrator, who may do everything; the matching event reaches the bots, whose caches are up to
date when a call returns. `SceneBackend` is what a test has as ``self.backend``; the functions of
``discordtest.backend`` are its methods, on the test that runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discordtest.arrange import ArrangeMixin
from discordtest.backend import Backend
from discordtest.control.automod import AutoModChanges
from discordtest.control.channels import ChannelChanges
from discordtest.control.communities import CommunityChanges
from discordtest.control.error_states import ErrorStates
from discordtest.control.events import EventControl
from discordtest.control.expressions import ExpressionChanges
from discordtest.control.guilds import GuildChanges
from discordtest.control.http import FakeHttp
from discordtest.control.members import MemberChanges
from discordtest.control.mentions import Mentions
from discordtest.control.messages import MessageChanges
from discordtest.control.premium import PremiumChanges
from discordtest.control.scheduled_events import ScheduledEventChanges
from discordtest.control.state import StateControl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discordtest.backend.session import Session
    from discordtest.scene import Scene

__all__ = ["SceneBackend"]


class SceneBackend(
    ArrangeMixin,
    GuildChanges,
    MemberChanges,
    ChannelChanges,
    MessageChanges,
    ExpressionChanges,
    PremiumChanges,
    CommunityChanges,
    ScheduledEventChanges,
    AutoModChanges,
    Mentions,
    EventControl,
    ErrorStates,
    StateControl,
    Backend,
):
    """The Discord of one test, with the clients that run on it: ``self.backend``.

    It offers every builder (``make_…``) of the test case, and what changes and deletes what is there.
    """

    _scene: Scene  # which sets itself

    @property
    def http(self) -> FakeHttp:
        """The HTTP side of this Discord: what was asked and answered, and requests as the first client's bot."""
        return FakeHttp(self._scene.loop)

    def connect(self, query: Mapping[str, str]) -> Session:
        """Open a gateway connection; HELLO is queued at once."""
        return self._greet(super().connect(query))
