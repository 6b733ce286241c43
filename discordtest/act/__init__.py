"""Act: what people do. Each verb is checked like a real user's click, then settled.

A mistake of the test (a hidden channel, an unknown message) is a ``SetupError``; what Discord refuses
(permissions, hierarchy, slow mode) is the ``discord.HTTPException`` that a bot would get.
"""

from __future__ import annotations

from discordtest.act.boosts import BoostVerbs
from discordtest.act.components import ComponentVerbs
from discordtest.act.events import EventVerbs
from discordtest.act.interactions import CommandVerbs
from discordtest.act.messages import MessageVerbs
from discordtest.act.moderation import ModerationVerbs
from discordtest.act.onboarding import OnboardingVerbs
from discordtest.act.scheduled_events import ScheduledEventVerbs
from discordtest.act.shop import ShopVerbs
from discordtest.act.threads import ThreadVerbs
from discordtest.act.voice import VoiceVerbs

__all__ = ["ActMixin"]


class ActMixin(
    MessageVerbs,
    ThreadVerbs,
    CommandVerbs,
    ComponentVerbs,
    ModerationVerbs,
    OnboardingVerbs,
    BoostVerbs,
    VoiceVerbs,
    ScheduledEventVerbs,
    EventVerbs,
    ShopVerbs,
):
    """Every verb, on the scene of a test case."""
