"""Errors that a test author can see; what a bot sees are discord.py's own."""

from __future__ import annotations

__all__ = [
    "BackendError",
    "Deadlock",
    "DiscordTestError",
    "HostRefused",
    "NotModelled",
    "RecordingError",
    "RecordingMismatch",
    "SettleTimeout",
    "SetupError",
]


class DiscordTestError(Exception):
    """Base of every error that discordtest raises for the author of a test."""


class NotModelled(DiscordTestError, NotImplementedError):
    """A route, field or event that the in-memory Discord does not know yet.

    It names what was asked. It is raised where it happens and once more by the next verb, assertion or
    clean-up, so a bot that catches every exception cannot hide it.
    """


class SetupError(DiscordTestError):
    """The test asks for something that a person could not do, or arranges something impossible."""


class Deadlock(DiscordTestError):
    """The test waits for something that can never happen: nothing can run and no timer is left."""


class SettleTimeout(DiscordTestError):
    """Work outside the event loop, or a task that never rests, outlasted ``settle_timeout``."""


class HostRefused(DiscordTestError):
    """A host that is not Discord's and is neither served nor listed in ``allowed_hosts``."""


class BackendError(DiscordTestError):
    """The backend was used in a way that it cannot serve, such as before it was configured."""


class RecordingError(DiscordTestError):
    """A recording is damaged, or there is none of that name; it names the file and the line."""


class RecordingMismatch(DiscordTestError, AssertionError):
    """What is played back from a recording is not what was recorded; it names the line and shows the difference.

    A test in which that happens has failed, whatever catches it on the way.
    """
