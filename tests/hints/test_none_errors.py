"""An error about None names the call or attribute that gave it, and nothing else."""

from __future__ import annotations

import linecache
import tempfile
import unittest
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands

from discordtest.hints import none_errors
from tests.bots import BotTestCase, run_case

Context = commands.Context[Any]
MADE = "returns None for what is not there: make_world has to make it (id_num= chooses its id)"


class NoneTests(BotTestCase):
    async def test_channel_that_is_not_there(self) -> None:
        async def work(ctx: Context) -> None:
            await ctx.bot.get_channel(5).send("hi")

        with self.fails("'NoneType' object has no attribute 'send', in command do", f"get_channel {MADE}"):
            await self.bot_does(work)

    async def test_name_that_nothing_has_though_it_fails_inside_of_discord(self) -> None:
        async def work(ctx: Context) -> None:
            assert isinstance(ctx.author, discord.Member) and ctx.guild
            role: Any = discord.utils.get(ctx.guild.roles, name="gamer")
            await ctx.author.add_roles(role)

        with self.fails("\nutils.get returns None for what is not there: make_world has to make it"):
            await self.bot_does(work)

    async def test_none_of_the_bot_alone(self) -> None:
        async def work(ctx: Context) -> None:
            nothing: Any = {}.get("send")
            await nothing.send("hi")

        with self.fails("'NoneType' object") as failing:
            await self.bot_does(work)
        self.assertNotIn("returns None", failing.text)

    async def test_other_errors_are_no_matter_of_none(self) -> None:
        async def work(ctx: Context) -> None:
            ctx.bot.get_channel(5)
            raise AttributeError("mine")

        with self.fails("AttributeError: mine") as failing:
            await self.bot_does(work)
        self.assertNotIn("get_channel", failing.text)


class UncachedMemberTests(BotTestCase):
    intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)

    async def test_intent_that_fills_the_cache_is_named(self) -> None:
        async def work(ctx: Context) -> None:
            assert ctx.guild is not None
            member: Any = ctx.guild.get_member(5)
            await ctx.send(member.name)

        with self.fails(
            "get_member finds cached members alone, and the bot's intents lack members: await fetch_member(…)"
        ):
            await self.bot_does(work)


class SourceTests(BotTestCase):
    """What was None is read from the line that failed."""

    async def text_of(self, work: Any, error: str) -> str:
        with self.fails(error) as failing:
            await self.bot_does(work)
        return failing.text

    async def test_other_look_ups_of_the_function_are_not_suspected(self) -> None:
        async def work(ctx: Context) -> None:
            ctx.bot.get_channel(5)
            discord.utils.get([], name="x")
            nothing: Any = ctx.kwargs.get("x")
            await nothing.send("hi")

        self.assertNotIn("returns None", await self.text_of(work, "has no attribute 'send'"))

    async def test_parameter_that_is_none_comes_from_no_look_up_of_the_function(self) -> None:
        def log(guild: Any) -> Any:
            return discord.utils.get(guild.text_channels, name="log")

        async def work(ctx: Context) -> None:
            log(None)

        self.assertNotIn("returns None", await self.text_of(work, "has no attribute 'text_channels'"))

    async def test_each_way_a_variable_gets_its_value(self) -> None:
        async def plain(ctx: Context) -> None:
            channel: Any = ctx.bot.get_channel(5)
            await channel.send("hi")

        async def either(ctx: Context) -> None:
            channel = ctx.bot.get_channel(5) or ctx.bot.get_channel(6)
            await channel.send("hi")

        async def one_of_two(ctx: Context) -> None:
            channel = ctx.channel if ctx.author is None else ctx.bot.get_channel(5)
            await channel.send("hi")  # type: ignore[union-attr]

        async def on_the_way(ctx: Context) -> None:
            if (channel := ctx.bot.get_channel(5)) is None:
                await channel.send("hi")

        async def attribute(ctx: Context) -> None:
            ctx.bot.log = ctx.bot.get_channel(5)
            await ctx.bot.log.send("hi")

        for work in (plain, either, one_of_two, on_the_way, attribute):
            with self.subTest(work.__name__):
                self.assertIn(f"get_channel {MADE}", await self.text_of(work, "has no attribute 'send'"))

    async def test_subscript(self) -> None:
        async def work(ctx: Context) -> None:
            await ctx.send(ctx.bot.get_channel(5)[0])

        self.assertIn(f"get_channel {MADE}", await self.text_of(work, "is not subscriptable"))

    async def test_webhook_that_does_not_wait(self) -> None:
        async def work(ctx: Context) -> None:
            webhook = await ctx.channel.create_webhook(name="relay")  # type: ignore[union-attr]
            message: Any = await webhook.send("hi")
            await ctx.send(message.id)

        text = await self.text_of(work, "has no attribute 'id'")
        self.assertIn("\nsend of a webhook returns None: with wait=True it returns the message\n", text)

    async def test_guild_of_an_ephemeral_message(self) -> None:
        @self.client.listen()
        async def on_message(message: discord.Message) -> None:
            if message.author.bot:
                await message.channel.send(message.guild.name)  # type: ignore[union-attr]

        @self.client.tree.command(description="x")
        async def hush(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("psst", ephemeral=True)

        await self.client.tree.sync()
        with self.fails(
            "has no attribute 'name'", "\nAn ephemeral message reaches the bot without its guild"
        ):
            await self.slash(self.alice, self.general, "hush")

    async def test_attribute_that_often_is_none(self) -> None:
        async def greet(ctx: Context) -> None:
            assert ctx.guild is not None
            await ctx.guild.system_channel.send("hi")  # type: ignore[union-attr]

        self.assertIn(
            '\nsystem_channel is None unless a test names one: make_guild("Test", channels=["general"]',
            await self.text_of(greet, "has no attribute 'send'"),
        )

        async def follow(ctx: Context) -> None:
            voice: Any = ctx.author.voice  # type: ignore[union-attr]
            await voice.channel.connect()

        self.assertIn(
            "\nvoice is None for who is in no voice channel: `await self.join_voice(member, channel)`",
            await self.text_of(follow, "has no attribute 'channel'"),
        )

    async def test_attribute_in_a_direct_message(self) -> None:
        @self.client.command()
        async def where(ctx: Context) -> None:
            await ctx.send(ctx.guild.name)  # type: ignore[union-attr]

        with self.fails("has no attribute 'name'", "\nguild is None in a direct message\n"):
            await self.send_dm(self.alice, "!where")

    async def test_attribute_that_the_bot_has_set_itself(self) -> None:
        class Own(commands.Cog):
            guild: Any = None

            def __init__(self, bot: Any) -> None:
                self.guild = bot.guild = None

            @commands.command()
            async def mine(self, ctx: Context) -> None:
                await ctx.send(self.guild.name)

            @commands.command()
            async def bots(self, ctx: Any) -> None:
                await ctx.send(ctx.bot.guild.name)

        await self.client.add_cog(Own(self.client))
        for name in ("mine", "bots"):
            with self.subTest(name), self.fails("has no attribute 'name'") as failing:
                await self.send(self.alice, self.general, f"!{name}")
            self.assertNotIn("direct message", failing.text)

    async def test_source_that_is_not_at_hand(self) -> None:
        space: dict[str, Any] = {}
        exec("async def work(ctx):\n    await ctx.bot.get_channel(5).send('hi')", space)
        self.assertIn(f"get_channel {MADE}", await self.text_of(space["work"], "has no attribute 'send'"))

    def test_source_that_has_changed(self) -> None:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        file = Path(folder, "moved.py")
        file.write_text("def work(nothing):\n    nothing.send()\n")
        space: dict[str, Any] = {}
        exec(compile(file.read_text(), str(file), "exec"), space)
        for text in ("x = (", "x = 1"):
            with self.subTest(text):
                file.write_text(text)
                linecache.checkcache(str(file))
                try:
                    space["work"](None)
                except AttributeError as error:
                    assert error.__traceback__ and error.__traceback__.tb_next
                    self.assertIsNone(none_errors._sources(error.__traceback__.tb_next))
                else:
                    self.fail("work(None) raised nothing")


def failing() -> type[BotTestCase]:
    """Return tests that fail, where no loader finds them."""

    class Failing(BotTestCase):
        async def test_channel(self) -> None:
            await self.client.get_channel(5).send("hi")  # type: ignore[union-attr]

        async def test_answer(self) -> None:
            @self.client.tree.command(description="x")
            async def form(interaction: discord.Interaction) -> None:
                await interaction.response.defer()

            await self.client.tree.sync()
            result = await self.slash(self.alice, self.general, "form")
            self.assertEqual(result.response.content, "x")  # type: ignore[union-attr]

        async def test_own(self) -> None:
            self.guild = None  # type: ignore[assignment]
            self.assertEqual(self.guild.name, "x")  # type: ignore[attr-defined]

        async def test_unittests_own_line(self) -> None:
            self.assertIn("x", None)  # type: ignore[arg-type]

    return Failing


class OwnLineTests(unittest.TestCase):
    """A line of the test that meets a None is told where it came from, too."""

    def test_look_up(self) -> None:
        self.assertIn(f"\nget_channel {MADE}", str(run_case(failing(), "test_channel")))

    def test_attribute_of_a_result(self) -> None:
        text = str(run_case(failing(), "test_answer"))
        self.assertIn(
            "\nresponse is None where the bot answered with no message: assertResponded(result)", text
        )

    def test_user_of_a_client_that_has_not_logged_in(self) -> None:
        class Early(BotTestCase):
            def make_world(self) -> None:
                self.name = self.client.user.name  # type: ignore[union-attr]

            async def test(self) -> None: ...

        said = "\nuser is None until the client has logged in, which it does after make_world\n"
        self.assertIn(said, str(run_case(Early)))

    def test_attribute_of_the_test_itself(self) -> None:
        self.assertNotIn("direct message", str(run_case(failing(), "test_own")))

    def test_none_that_is_given_to_unittest(self) -> None:
        text = str(run_case(failing(), "test_unittests_own_line"))
        self.assertIn("'NoneType' is not", text)
        self.assertNotIn("returns None", text)


if __name__ == "__main__":
    unittest.main()
