"""A bot with a bit of everything, a person's session with it, and the test cases that record and play it."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase, Recording
from tests.bots import Outcome, run_case

__all__ = ["Played", "Recorded", "make_bot", "play", "recorded"]


class Buttons(discord.ui.View):
    """A button whose custom id discord.py draws."""

    @discord.ui.button(label="Go")
    async def go(self, interaction: discord.Interaction[Any], button: discord.ui.Button[Any]) -> None:
        await interaction.response.send_message("gone")


def make_bot(pong: str = "Pong!") -> commands.Bot:
    """Return the bot; ``pong`` is what it answers."""
    bot = commands.Bot("!", intents=discord.Intents.all(), help_command=None)

    @bot.command()
    async def ping(ctx: commands.Context[Any]) -> None:
        await ctx.send(pong, view=Buttons())

    @bot.command()
    async def upload(ctx: commands.Context[Any]) -> None:
        await ctx.send("here", file=discord.File(io.BytesIO(b"abc"), "abc.txt"))

    @bot.command()
    async def kick(ctx: commands.Context[Any], member: discord.Member) -> None:
        await member.kick(reason="for fun")

    @bot.command()
    async def hook(ctx: commands.Context[Any]) -> None:
        assert isinstance(ctx.channel, discord.TextChannel)
        webhook = await ctx.channel.create_webhook(name="hook")
        await webhook.send("hooked", wait=True)

    @bot.tree.command(name="hello", description="Say hello")
    async def hello(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        await interaction.followup.send("hello")

    async def setup_hook() -> None:
        await bot.tree.sync()

    bot.setup_hook = setup_hook  # type: ignore[method-assign]
    return bot


class Recorded(DiscordTestCase):
    """A case that records: ``path`` is its file."""

    path: Path
    bot_class: Callable[[], discord.Client] = staticmethod(make_bot)

    def make_client(self) -> discord.Client:
        return self.bot_class()

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)


class Played(DiscordTestCase):
    """A case that plays."""

    bot_class: Callable[[], discord.Client] = staticmethod(make_bot)

    def make_client(self) -> discord.Client:
        return self.bot_class()


def recorded(session: Callable[[Any], Any], case: dict[str, Any] | None = None, **options: Any) -> Recording:
    """Return the recording of what a function does in a test case (of such attributes), while a recorder runs."""

    class Case(Recorded):
        async def test(self) -> None:
            with self.record(path, **options):
                await session(self)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bug.json")
        outcome = run_case(type("Case", (Case,), case or {}))
        if not outcome.passed:
            raise AssertionError(str(outcome))
        return Recording.load(path)


def play(recording_: Recording, test_: Callable[[Any], Any] | None = None, **attributes: Any) -> Outcome:
    """Play a recording in a test case whose test is the function, by default to its end; return how that went."""

    async def to_the_end(case: Any) -> None:
        await case.replay()
        case.assertReplayed()

    async def test(self: Any) -> None:
        await (test_ or to_the_end)(self)

    return run_case(type("Case", (Played,), {"recording": recording_, "test": test, **attributes}))
