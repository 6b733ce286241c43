"""A bot whose events are kept, for tests of what reaches its listeners."""

from __future__ import annotations

from typing import Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase


class Listener(commands.Bot):
    """Keeps (event, arguments) of everything that it dispatches to listeners."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("intents", discord.Intents.all())
        super().__init__("!", **options)
        self.heard: list[tuple[str, tuple[Any, ...]]] = []

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        if not event.startswith(("socket", "audit_log", "raw")):
            self.heard.append((event, args))
        super().dispatch(event, *args, **kwargs)


class ControlTestCase(DiscordTestCase):
    """Alice in #general of a guild, and a bot that keeps what it hears from the test method on."""

    client: Listener

    def make_client(self) -> Listener:
        return Listener()

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.mods = self.make_role("mods", self.guild)
        self.alice = self.make_member("alice", self.guild)

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.guild, self.general = self.refresh(self.guild), self.refresh(self.general)
        self.mods, self.alice = self.refresh(self.mods), self.refresh(self.alice)
        self.client.heard.clear()

    async def heard(self) -> list[str]:
        """Return the names of the events since the last call, and settle first."""
        return [name for name, _ in await self.heard_with()]

    async def heard_with(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Return the events since the last call with their arguments."""
        await self.settle()
        found = [*self.client.heard]
        self.client.heard.clear()
        return found

    async def arguments(self, event: str) -> tuple[Any, ...]:
        """Return the arguments of the one event of that name."""
        ((_, found),) = [one for one in await self.heard_with() if one[0] == event]
        return found
