"""What a test claims: each assertion looks at the world or at what the bot did, and returns what it found.

Assertions are synchronous, consume nothing, and fail with a text that should end the debugging.
"""

from __future__ import annotations

from discordtest.assertions.automod import AssertAutoMod
from discordtest.assertions.commands import AssertCommands
from discordtest.assertions.guilds import AssertGuilds
from discordtest.assertions.interactions import AssertInteractions
from discordtest.assertions.members import AssertMembers
from discordtest.assertions.messages import AssertMessages
from discordtest.assertions.scheduled_events import AssertScheduledEvents
from discordtest.assertions.voice import AssertVoice
from discordtest.assertions.wire import AssertWire

__all__ = ["AssertMixin"]


class AssertMixin(
    AssertInteractions,
    AssertMessages,
    AssertMembers,
    AssertGuilds,
    AssertScheduledEvents,
    AssertAutoMod,
    AssertVoice,
    AssertCommands,
    AssertWire,
):
    """The assertions of a test case."""
