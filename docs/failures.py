"""Tests that fail: the documentation shows what each of them prints, as it really looks.

``generate.py`` runs them and writes ``failures/<name of the test>.txt``.
"""

import asyncio
from datetime import UTC, datetime

import discord
from discord import app_commands
from discord.ext import commands

from discordtest import DiscordTestCase


class Greetings(commands.Cog):
    @commands.command()
    async def greet(self, ctx: commands.Context) -> None:
        await ctx.send(f"Hello {ctx.author.name}!")

    @commands.command()
    async def later(self, ctx: commands.Context) -> None:
        await asyncio.sleep(30)
        await ctx.send("Now.")

    @commands.command()
    async def divide(self, ctx: commands.Context, a: int, b: int) -> None:
        await ctx.send(str(a / b))


class Greeter(commands.Bot):
    async def setup_hook(self) -> None:
        await self.add_cog(Greetings())


class GreeterTestCase(DiscordTestCase):
    start_time = datetime(2026, 1, 1, tzinfo=UTC)  # else the ids in the documentation change with the day

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)


class GreeterTests(GreeterTestCase):
    def make_client(self) -> Greeter:
        return Greeter("!", intents=discord.Intents.all())

    async def test_wrong_text(self) -> None:
        await self.send(self.alice, self.general, "!greet")
        self.assertSent("Hello, alice!", channel=self.general)

    async def test_too_early(self) -> None:
        await self.send(self.alice, self.general, "!later")
        self.assertSent("Now.", channel=self.general)

    async def test_misspelt(self) -> None:
        await self.send(self.alice, self.general, "!gret")

    async def test_unhandled(self) -> None:
        await self.send(self.alice, self.general, "!divide 1 0")

    async def test_not_awaited(self) -> None:
        self.send(self.alice, self.general, "!greet")
        self.assertSent("Hello alice!", channel=self.general)

    async def test_not_settled(self) -> None:
        self.make_message("!greet", self.alice, self.general)
        self.assertSent("Hello alice!", channel=self.general)

    async def test_deadlock(self) -> None:
        await asyncio.Event().wait()

    async def test_not_modelled(self) -> None:
        await self.client.http.request(discord.http.Route("GET", "/moon"))

    async def test_foreign_host(self) -> None:
        await self.client.http.get_from_cdn("https://api.weather.example/today")

    async def test_closed_direct_messages(self) -> None:
        carol = self.make_user("carol", accepts_dms=False)
        user = await self.client.fetch_user(carol.id)
        await user.send("Hello carol!")

    async def test_limit(self) -> None:
        await self.send(self.alice, self.general, "a" * 2001)

    async def test_impossible(self) -> None:
        staff = self.make_text_channel(
            "staff",
            self.guild,
            overwrites={self.guild.default_role: discord.PermissionOverwrite(view_channel=False)},
        )
        await self.send(self.alice, staff, "Anybody here?")

    async def test_builder(self) -> None:
        self.make_role("x" * 101, self.guild)


class Manners(commands.Cog):
    @app_commands.command()
    async def slowly(self, interaction: discord.Interaction) -> None:
        """Greet after some thought"""
        await asyncio.sleep(4)
        await interaction.response.send_message("Hello.")

    @app_commands.command()
    async def silently(self, interaction: discord.Interaction) -> None:
        """Greet in silence"""

    @app_commands.command()
    async def politely(self, interaction: discord.Interaction) -> None:
        """Greet those who press a button"""
        view = discord.ui.View().add_item(discord.ui.Button(label="Bow", disabled=True))
        await interaction.response.send_message("How do you do?", view=view)


@app_commands.command()
async def new(interaction: discord.Interaction) -> None:
    """Greet in a new way"""


class Doorman(commands.Bot):
    async def setup_hook(self) -> None:
        await self.add_cog(Manners())
        await self.tree.sync()


class DoormanTests(GreeterTestCase):
    def make_client(self) -> Doorman:
        return Doorman("!", intents=discord.Intents.all())

    async def test_late(self) -> None:
        result = await self.slash(self.alice, self.general, "slowly")
        with self.assertBotRaises(discord.NotFound, "Unknown interaction"):
            await self.advance(4)
        self.assertResponded(result, "Hello.")

    async def test_unanswered(self) -> None:
        await self.slash(self.alice, self.general, "silently")

    async def test_unsynced(self) -> None:
        self.client.tree.add_command(new)
        await self.slash(self.alice, self.general, "new")

    async def test_disabled(self) -> None:
        result = await self.slash(self.alice, self.general, "politely")
        await self.click(self.alice, result, "Bow")
