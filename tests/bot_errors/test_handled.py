"""Errors that the bot's own handlers have got are named in the failures that follow, and fail nothing themselves."""

from __future__ import annotations

import asyncio
import functools
import unittest
import unittest.mock
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands, tasks

from tests.bots import BotTestCase, needs_the_process, run_case

Context = commands.Context[Any]
Interaction = discord.Interaction[Any]


class HandledTestCase(BotTestCase):
    def handled(self, error: str, where: str, *handlers: str) -> None:
        """Claim that a failure now says which error handlers of these names have got."""
        names = " and ".join(rf"{name} \(test_handled\.py:\d+\)" for name in handlers)
        line = rf"\nThe bot raised {error}, {where}, and its own {names} handled it\nWhat happened"
        with self.assertRaisesRegex(AssertionError, line):
            self.assertSent("x")

    def nothing_handled(self) -> None:
        """Claim that a failure now says nothing of handled errors."""
        with self.fails("did not send 'x'") as failing:
            self.assertSent("x")
        self.assertNotIn("handled it", failing.text)

    def line(self, name: str) -> str:
        return rf"{name} \(test_handled\.py:\d+\)"


class EventTests(HandledTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()

        @self.client.listen()
        async def on_message(message: discord.Message) -> None:
            if message.content == "oops":
                raise ValueError("oops")

    async def test_error_that_on_error_has_got(self) -> None:
        @self.client.event
        async def on_error(event: str, *args: object) -> None: ...

        await self.send(self.alice, self.general, "oops")
        self.handled("ValueError: oops", self.line("in on_message"), "on_error")

    async def test_method_of_a_subclass_is_named_with_its_class(self) -> None:
        class Bot(commands.Bot):
            async def on_error(self, event: str, *args: object) -> None: ...

            async def on_message(self, message: discord.Message) -> None:
                raise KeyError("rules")

        bot = await self.connect(Bot("!", intents=discord.Intents.all()))
        await self.add_bot(self.owner, self.guild, bot)
        await self.send(self.alice, self.general, "hi")
        self.handled("KeyError: 'rules'", self.line("in on_message"), r"Bot\.on_error")

    async def test_handler_that_is_no_function(self) -> None:
        for handler in (unittest.mock.AsyncMock(), functools.partial(self.pass_over, 1)):
            with self.subTest(handler), unittest.mock.patch.object(self.client, "on_error", handler):
                await self.send(self.alice, self.general, "oops")
                with self.fails("\nThe bot raised ValueError: oops, in on_message (", "and its own "):
                    self.assertSent("x")

    async def pass_over(self, *args: object) -> None: ...

    async def test_error_that_on_error_raises_again_is_unhandled_alone(self) -> None:
        @self.client.event
        async def on_error(event: str, *args: object) -> None:
            raise

        with self.fails("the bot raised ValueError: oops"):
            await self.send(self.alice, self.general, "oops")
        self.nothing_handled()

    async def test_error_that_on_error_gives_to_the_default_is_unhandled_alone(self) -> None:
        @self.client.event
        async def on_error(event: str, *args: object) -> None:
            await commands.Bot.on_error(self.client, event, *args)

        with self.fails("the bot raised ValueError: oops, in on_message, and nothing handled it"):
            await self.send(self.alice, self.general, "oops")
        self.nothing_handled()

    async def test_default_handles_nothing(self) -> None:
        with self.assertBotRaises(ValueError):
            await self.send(self.alice, self.general, "oops")
        self.nothing_handled()

    async def test_earlier_act_is_told_where_nobody_has_asked_for_anything_since(self) -> None:
        @self.client.event
        async def on_error(event: str, *args: object) -> None: ...

        await self.send(self.alice, self.general, "oops")
        await self.typing(self.alice, self.general)
        await self.send(self.alice, self.general, "oops")
        with self.fails("\nThe bot raised ValueError: oops") as failing:
            self.assertSent("x")
        self.assertNotIn("Before the last act", failing.text)
        await self.advance(5)
        with self.fails("\nBefore the last act the bot raised ValueError: oops, in on_message (") as failing:
            self.assertSent("x")
        self.assertEqual(failing.text.count("ValueError"), 1)
        await self.send(self.alice, self.general, "hi")
        self.nothing_handled()

    async def test_failure_of_unittest_itself_says_it_too(self) -> None:
        @self.client.event
        async def on_error(event: str, *args: object) -> None: ...

        await self.send(self.alice, self.general, "oops")
        notes = [*self._notes_on(AssertionError("0 != 1"))]
        self.assertRegex("\n".join(notes), r"^The bot raised ValueError: oops, .* handled it\nWhat happened")

    async def test_expected_error_that_a_handler_has_got(self) -> None:
        @self.client.event
        async def on_error(event: str, *args: object) -> None: ...

        with self.fails(
            "did not raise ValueError; it raised: nothing", "The bot raised ValueError: oops, in on_"
        ):
            with self.assertBotRaises(ValueError):
                await self.send(self.alice, self.general, "oops")

    async def test_error_without_a_line_of_the_bot(self) -> None:
        @self.client.event
        async def on_command_error(ctx: Context, error: Exception) -> None: ...

        @self.client.command()
        async def count(ctx: Context, number: int) -> None: ...

        await self.send(self.alice, self.general, "!count")
        self.handled(
            "MissingRequiredArgument: number is a required argument that is missing",
            "in command count",
            "on_command_error",
        )

    async def test_cancelled_event_is_no_error(self) -> None:
        @self.client.event
        async def on_error(event: str, *args: object) -> None: ...

        @self.client.listen()
        async def on_typing(*args: object) -> None:
            raise asyncio.CancelledError

        await self.typing(self.alice, self.general)
        self.nothing_handled()


class StartTests(HandledTestCase):
    class kind(commands.Bot):
        async def on_ready(self) -> None:
            raise LookupError("no settings")

        async def on_error(self, event: str, *args: object) -> None: ...

    async def test_error_of_the_start_is_told_for_every_act(self) -> None:
        for _ in range(2):
            await self.send(self.alice, self.general, "hi")
            with self.fails("\nBefore the last act the bot raised LookupError: no settings, in on_ready ("):
                self.assertSent("x")


class CommandTests(HandledTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()

        @self.client.command()
        async def boom(ctx: Context) -> None:
            raise ValueError("boom")

        self.command = boom

    async def boom_handled_by(self, *names: str) -> None:
        await self.send(self.alice, self.general, "!boom")
        self.handled("ValueError: boom", self.line("in command boom"), *names)

    async def test_handler_of_the_bot(self) -> None:
        @self.client.event
        async def on_command_error(ctx: Context, error: commands.CommandError) -> None: ...

        await self.boom_handled_by("on_command_error")

    async def test_listener(self) -> None:
        @self.client.listen("on_command_error")
        async def swallow(ctx: Context, error: commands.CommandError) -> None: ...

        await self.boom_handled_by("swallow")

    async def test_handler_of_the_command_and_of_the_bot(self) -> None:
        @self.command.error
        async def boom_error(ctx: Context, error: commands.CommandError) -> None: ...

        @self.client.event
        async def on_command_error(ctx: Context, error: commands.CommandError) -> None: ...

        await self.boom_handled_by("boom_error", "on_command_error")

    async def test_handler_of_the_cog(self) -> None:
        self.client.remove_command("boom")

        class Loud(commands.Cog):
            @commands.command()
            async def boom(self, ctx: Context) -> None:
                raise ValueError("boom")

            async def cog_command_error(self, ctx: Context, error: Exception) -> None: ...

        await self.client.add_cog(Loud())
        await self.boom_handled_by(r"Loud\.cog_command_error")


class ApplicationCommandTests(HandledTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()

        @self.client.tree.command(description="Fail")
        async def boom(interaction: Interaction) -> None:
            raise ValueError("boom")

        @self.client.tree.context_menu(name="Boom")
        async def menu(interaction: Interaction, message: discord.Message) -> None:
            raise ValueError("menu")

        class Group(app_commands.Group):
            @app_commands.command(description="Fail")
            async def boom(self, interaction: Interaction) -> None:
                raise ValueError("of a group")

            async def on_error(self, interaction: Interaction, error: Exception) -> None: ...

        class Cog(commands.Cog):
            @app_commands.command(description="Fail")
            async def of_cog(self, interaction: Interaction) -> None:
                raise ValueError("of a cog")

            async def cog_app_command_error(self, interaction: Interaction, error: Exception) -> None: ...

        self.command, self.menu = boom, menu
        self.client.tree.add_command(Group(name="group", description="All fail"))
        await self.client.add_cog(Cog())
        await self.client.tree.sync()

    async def unanswered(self, command: str) -> None:
        self.assertNotResponded(await self.slash(self.alice, self.general, command))

    async def test_handler_of_the_tree(self) -> None:
        @self.client.tree.error
        async def on_error(interaction: Interaction, error: Exception) -> None: ...

        await self.unanswered("boom")
        self.handled("ValueError: boom", self.line("in command boom"), "on_error")

    async def test_handler_of_the_command(self) -> None:
        @self.command.error
        async def boom_error(interaction: Interaction, error: Exception) -> None: ...

        await self.unanswered("boom")
        self.handled("ValueError: boom", self.line("in command boom"), "boom_error")

    async def test_handler_of_the_group(self) -> None:
        await self.unanswered("group boom")
        self.handled("ValueError: of a group", self.line("in command group boom"), r"Group\.on_error")

    async def test_handler_of_the_cog(self) -> None:
        await self.unanswered("of_cog")
        self.handled("ValueError: of a cog", self.line("in command of_cog"), r"Cog\.cog_app_command_error")

    async def test_menu_command(self) -> None:
        @self.menu.error
        async def menu_error(interaction: Interaction, error: Exception) -> None: ...

        message = await self.send(self.alice, self.general, "hi")
        result = await self.context_menu(self.alice, self.general, "Boom", message)
        self.assertNotResponded(result)
        self.handled("ValueError: menu", self.line("in the menu command 'Boom'"), "menu_error")

    async def test_command_that_the_bot_has_no_more(self) -> None:
        @self.client.tree.error
        async def on_error(interaction: Interaction, error: Exception) -> None: ...

        self.client.tree.remove_command("boom")
        await self.unanswered("boom")
        self.handled("CommandNotFound: .*", "in the command tree", "on_error")


class Panel(discord.ui.View):
    @discord.ui.button(label="Go")
    async def go(self, interaction: Interaction, button: Any) -> None:
        raise ValueError("go")

    async def on_error(self, interaction: Interaction, error: Exception, item: Any) -> None: ...


class Form(discord.ui.Modal, title="Form"):
    name: Any = discord.ui.TextInput(label="Name")

    async def on_submit(self, interaction: Interaction) -> None:
        raise ValueError("form")

    async def on_error(self, interaction: Interaction, error: Exception) -> None: ...  # type: ignore[override]


class ComponentTests(HandledTestCase):
    async def test_view(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Panel", view=Panel()))
        message = self.assertSent("Panel", count=1)
        for _ in range(2):
            self.assertNotResponded(await self.click(self.alice, message, "Go"))
            self.handled("ValueError: go", self.line("in view Panel for button 'Go'"), r"Panel\.on_error")

    async def test_modal(self) -> None:
        @self.client.tree.command(description="Form")
        async def form(interaction: Interaction) -> None:
            await interaction.response.send_modal(Form())

        await self.client.tree.sync()
        result = await self.slash(self.alice, self.general, "form")
        self.assertNotResponded(await self.submit(self.alice, result, {"Name": "x"}))
        self.handled("ValueError: form", self.line("in modal Form"), r"Form\.on_error")


class LoopTests(HandledTestCase):
    async def test_handler_of_the_loop(self) -> None:
        @tasks.loop(seconds=5)
        async def tick() -> None:
            raise ValueError("tock")

        @tick.error
        async def tick_error(*error: Any) -> None: ...

        tick.start()
        await self.advance(5)
        self.handled("ValueError: tock", self.line("in the loop 'tick'"), "tick_error")


class PlacesTests(unittest.TestCase):
    def test_discord_py_is_as_it_was_after_a_test(self) -> None:
        needs_the_process(self)
        self.assertIs(discord.client.asyncio, asyncio)  # type: ignore[attr-defined]
        self.assertEqual(commands.Command.dispatch_error.__module__, "discord.ext.commands.core")
        self.assertEqual(commands.Command.dispatch_error.__code__.co_name, "dispatch_error")

    def test_patch_of_somebody_else_is_kept(self) -> None:
        needs_the_process(self)
        seen: list[str] = []
        real = commands.Command.dispatch_error

        async def dispatch_error(command: Any, ctx: Any, error: Any) -> None:
            seen.append(command.name)
            await real(command, ctx, error)

        class Case(BotTestCase):
            async def test_it(self) -> None:
                with self.assertBotRaises(commands.CommandError):
                    await self.send(self.alice, self.general, "!do")

        self.assertEqual(run_case(Case).problems, [])
        with unittest.mock.patch.object(commands.Command, "dispatch_error", dispatch_error):
            self.assertEqual(run_case(Case).problems, [])
            self.assertIs(commands.Command.dispatch_error, dispatch_error)
        self.assertEqual(seen, ["do"])
