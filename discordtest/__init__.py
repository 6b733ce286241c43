"""Test a discord.py bot with nothing but ``unittest``: every test has a Discord of its own, in memory.

>>> from discordtest import DiscordTestCase
"""

from discordtest.deferred import deferring

with deferring():
    from discordtest.errors import (
        BackendError,
        Deadlock,
        DiscordTestError,
        HostRefused,
        NotModelled,
        SettleTimeout,
        SetupError,
    )
    from discordtest.scripts import load_client
    from discordtest.testcase import DiscordTestCase, DiscordTestMixin

__all__ = [
    "BackendError",
    "Deadlock",
    "DiscordTestCase",
    "DiscordTestError",
    "DiscordTestMixin",
    "HostRefused",
    "NotModelled",
    "SettleTimeout",
    "SetupError",
    "load_client",
]
