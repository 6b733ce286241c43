"""Test a discord.py bot with nothing but ``unittest``: every test has a Discord of its own, in memory.

>>> from discordtest import DiscordTestCase
"""

import gc

_collects = gc.isenabled()
gc.disable()  # the collector would go through all of discord.py while this loads: a quarter of the import
try:
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
finally:
    if _collects:
        gc.enable()

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
