"""What the tests of discord.py's surface share: a guild, a bot that keeps what it hears, and two comparisons."""

from __future__ import annotations

from typing import Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase

__all__ = ["Listener", "SurfaceTestCase"]


class Listener(commands.Bot):
    """A bot that keeps every event it hears, as (name, arguments), oldest first."""

    def __init__(self, intents: discord.Intents | None = None, **options: Any) -> None:
        super().__init__("!", intents=discord.Intents.all() if intents is None else intents, **options)
        self.heard: list[tuple[str, tuple[Any, ...]]] = []

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Keep the event, then do what a bot does."""
        self.heard.append((event_name, args))
        super().dispatch(event_name, *args, **kwargs)


class SurfaceTestCase(DiscordTestCase):
    """One guild with a channel and two members; ``guild``, ``channel``, ``alice``, ``bob`` are the bot's objects."""

    def make_client(self):
        return Listener()

    def make_world(self):
        self.guild = self.make_guild("Test", features=["COMMUNITY"])
        self.channel = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)
        self.bob = self.make_member("bob", self.guild)

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.guild = self.client.get_guild(self.guild.id)
        self.channel = self.guild.get_channel(self.channel.id)
        self.alice = self.guild.get_member(self.alice.id) or self.alice
        self.bob = self.guild.get_member(self.bob.id) or self.bob
        self.client.heard.clear()

    async def heard(self, name):
        """Return what the only event of this name since the last call brought; other events stay unread."""
        await self.settle()
        found = [args for event, args in self.client.heard if event == name]
        names = [event for event, _ in self.client.heard if not event.startswith("socket_")]
        self.assertEqual(len(found), 1, f"on_{name} among {names}")
        self.client.heard = [entry for entry in self.client.heard if entry[0] != name]
        return found[0][0] if len(found[0]) == 1 else found[0]

    async def entry(self, action, target=None, reason=None):
        """Return the newest entry of the audit log; it is the bot's, of this action, target and reason."""
        entry = await anext(self.guild.audit_logs(limit=1), None)
        self.assertIsNotNone(entry, "the audit log is empty")
        self.assertEqual((entry.action, entry.user, entry.reason), (action, self.client.user, reason))
        if target is not None:
            self.assertEqual(entry.target.id, target.id)
        return entry

    async def changed(self, action, target=None, reason=None):
        """Return {name: (before, after)} of the newest entry of the audit log, checked as `entry` does."""
        entry = await self.entry(action, target, reason)
        before, after = dict(iter(entry.before)), dict(iter(entry.after))
        return {name: (before.get(name), after.get(name)) for name in {**before, **after}}

    def assertAlike(self, one, other, *, besides=()):
        """Fail unless two objects of discord.py agree in every public slot."""
        self.assertIs(type(one), type(other))
        names = {
            name
            for kind in type(one).__mro__
            for name in (
                getattr(kind, "__slots__", ()) if not isinstance(getattr(kind, "__slots__", ()), str) else ()
            )
            if not name.startswith("_") and name not in besides
        }
        self.assertTrue(names)
        values = [
            {name: _plain(getattr(thing, name, None)) for name in sorted(names)} for thing in (one, other)
        ]
        self.maxDiff = None
        self.assertEqual(*({n: kept[n] for n in kept if values[0][n] != values[1][n]} for kept in values))


def _plain(value):
    """Return a value that compares by what it holds."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return repr(value) if type(value).__eq__ is object.__eq__ else value
