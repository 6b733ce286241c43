"""Errors that the bot does not handle fail the test; those that it handles do not."""

from __future__ import annotations

import asyncio
import logging
import sys
import unittest
import warnings
from typing import Any

import discord
from discord.ext import commands, tasks

from tests.bots import BotTestCase, needs_the_process, run_case


class EventTests(BotTestCase):
    async def test_error_in_a_command_is_named_with_the_command(self) -> None:
        async def divide(ctx: commands.Context[Any]) -> None:
            1 / 0  # noqa: B018

        with self.fails(
            "the bot raised ZeroDivisionError: division by zero, in command do, and nothing handled it"
        ):
            await self.bot_does(divide)

    async def test_cause_of_the_failure_is_the_error_itself(self) -> None:
        async def divide(ctx: commands.Context[Any]) -> None:
            1 / 0  # noqa: B018

        with self.assertRaises(AssertionError) as caught:
            await self.bot_does(divide)

        self.assertIsInstance(caught.exception.__cause__, ZeroDivisionError)

    async def test_error_in_an_event_is_named_with_the_event(self) -> None:
        @self.client.event
        async def on_member_join(member: discord.Member) -> None:
            raise KeyError("rules")

        self.make_member("bob", self.guild)

        with self.fails("KeyError: 'rules', in on_member_join"):
            await self.settle()

    async def test_error_in_a_listener_fails(self) -> None:
        @self.client.listen()
        async def on_message(message: discord.Message) -> None:
            raise LookupError("no such thing")

        with self.fails("LookupError: no such thing, in on_message"):
            await self.send(self.alice, self.general, "hello")

    async def test_error_in_autocomplete_is_named_with_the_command(self) -> None:
        @self.client.tree.command(description="Tag")
        async def tag(interaction: discord.Interaction, name: str) -> None: ...

        @tag.autocomplete("name")
        async def names(interaction: discord.Interaction, typed: str) -> list[Any]:
            await interaction.response.autocomplete([])
            raise KeyError(typed)

        await self.client.tree.sync()
        with self.fails("the bot raised KeyError: 'r', in autocomplete for 'tag', and nothing handled it"):
            await self.autocomplete(self.alice, self.general, "tag", "name", "r")

    async def test_error_in_the_error_handler_of_a_tree(self) -> None:
        @self.client.tree.command(description="Boom")
        async def boom(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("one")
            raise KeyError("boom")

        @self.client.tree.error
        async def handler(interaction: discord.Interaction, error: Exception) -> None:
            raise error

        await self.client.tree.sync()
        with self.fails("KeyError: 'boom', in the error handler of the command tree, and nothing handled it"):
            await self.slash(self.alice, self.general, "boom")

    async def test_second_answer_to_an_interaction_says_what_to_call_instead(self) -> None:
        @self.client.tree.command(description="Twice")
        async def twice(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("one")
            await interaction.response.send_message("two")

        await self.client.tree.sync()
        with self.fails("`interaction.followup.send(…)` sends more"):
            await self.slash(self.alice, self.general, "twice")

    async def test_failure_says_how_a_test_expects_the_error(self) -> None:
        async def divide(ctx: commands.Context[Any]) -> None:
            1 / 0  # noqa: B018

        with self.fails("If the test means it to: `with self.assertBotRaises(ZeroDivisionError):`"):
            await self.bot_does(divide)

    async def test_every_error_of_an_act_is_told(self) -> None:
        @self.client.listen()
        async def on_message(message: discord.Message) -> None:
            raise LookupError("first")

        @self.client.listen("on_message")
        async def second(message: discord.Message) -> None:
            raise KeyError("second")

        with self.fails("the bot raised LookupError: first", "It also raised KeyError: 'second'"):
            await self.send(self.alice, self.general, "hello")
        await self.settle()  # each is told once

    async def test_failed_check_is_an_error_of_the_bot(self) -> None:
        @self.client.command()
        @commands.is_owner()
        async def secret(ctx: commands.Context[Any]) -> None: ...

        with self.fails("NotOwner: You do not own this bot,", "in command secret"):
            await self.send(self.alice, self.general, "!secret")

    async def test_unknown_command_is_named_with_the_nearest(self) -> None:
        @self.client.command()
        async def ping(ctx: commands.Context[Any]) -> None: ...

        with self.fails("The bot has no command 'pign'; is 'ping' meant? Its commands: do, ping"):
            await self.send(self.alice, self.general, "!pign")

    async def test_error_in_a_task_that_is_dropped_fails_at_once(self) -> None:
        async def fail() -> None:
            raise ValueError("in the background")

        async def work(ctx: commands.Context[Any]) -> None:
            asyncio.create_task(fail())  # noqa: RUF006  # as people do

        with self.fails("ValueError: in the background, in the task of fail"):
            await self.bot_does(work)

    async def test_error_in_a_task_that_is_looked_at_later_is_handled(self) -> None:
        async def fail() -> None:
            raise ValueError("in the background")

        async def work(ctx: commands.Context[Any]) -> None:
            task = asyncio.create_task(fail())
            await asyncio.sleep(10)
            try:
                await task
            except ValueError:
                await ctx.send("caught")

        await self.bot_does(work)
        self.assertNothingSent()
        await self.advance(10)
        self.assertSent("caught")

    async def test_failed_task_that_the_bot_holds_is_told_where_something_is_missing(self) -> None:
        async def fail() -> None:
            raise ValueError("in the background")

        async def work(ctx: commands.Context[Any]) -> None:
            self.held = asyncio.create_task(fail())

        await self.bot_does(work)
        with self.fails(
            "The bot raised ValueError: in the background, in the task of fail; it holds that task"
        ):
            self.assertSent("done")
        self.held.exception()

    async def test_error_in_a_callback_fails(self) -> None:
        def call() -> None:
            raise OSError("callback")

        async def work(ctx: commands.Context[Any]) -> None:
            asyncio.get_running_loop().call_soon(call)

        with self.fails("OSError: callback, in a call of call"):
            await self.bot_does(work)

    async def test_error_in_a_tasks_loop_fails_once(self) -> None:
        @tasks.loop(seconds=5)
        async def tick() -> None:
            if tick.current_loop:
                raise ValueError("tock")

        async def work(ctx: commands.Context[Any]) -> None:
            tick.start()

        await self.bot_does(work)
        with self.fails("ValueError: tock, in the loop 'tick', and"):
            await self.advance(5)
        await self.settle()

    async def test_error_in_a_tasks_loop_with_a_handler_of_its_own_is_handled(self) -> None:
        seen = []

        @tasks.loop(seconds=5)
        async def tick() -> None:
            raise ValueError("tock")

        @tick.error
        async def on_error(error: BaseException) -> None:
            seen.append(error)

        async def work(ctx: commands.Context[Any]) -> None:
            self.tick = tick
            tick.start()

        await self.bot_does(work)
        self.assertEqual([str(error) for error in seen], ["tock"])

    async def test_error_before_a_tasks_loop_fails(self) -> None:
        @tasks.loop(seconds=5)
        async def tick() -> None: ...

        @tick.before_loop
        async def before() -> None:
            raise ValueError("too early")

        with self.assertBotRaises(ValueError, "too early"):
            await self.bot_does(lambda ctx: _start(tick))

    async def test_error_during_advance_is_raised_by_it(self) -> None:
        async def work(ctx: commands.Context[Any]) -> None:
            await asyncio.sleep(60)
            raise ValueError("late")

        await self.bot_does(work)
        with self.fails("ValueError: late, in command do"):
            await self.advance(60)

    async def test_error_is_told_with_logging_disabled(self) -> None:
        needs_the_process(self)

        async def work(ctx: commands.Context[Any]) -> None:
            raise ValueError("quiet")

        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        logging.getLogger("discord").disabled = True
        self.addCleanup(setattr, logging.getLogger("discord"), "disabled", False)

        with self.fails("ValueError: quiet"):
            await self.bot_does(work)


class HandledTests(BotTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()

        async def fail(ctx: commands.Context[Any]) -> None:
            raise ValueError("handled")

        self.work = fail

    async def test_own_on_command_error_handles(self) -> None:
        @self.client.event
        async def on_command_error(ctx: commands.Context[Any], error: Exception) -> None:
            await ctx.send("sorry")

        await self.send(self.alice, self.general, "!do")
        self.assertSent("sorry")

    async def test_own_on_error_handles(self) -> None:
        @self.client.event
        async def on_error(event: str, *args: object) -> None: ...

        @self.client.listen()
        async def on_message(message: discord.Message) -> None:
            raise ValueError

        await self.send(self.alice, self.general, "hello")

    async def test_listener_on_command_error_leaves_the_default_hook(self) -> None:
        @self.client.listen()
        async def on_command_error(ctx: commands.Context[Any], error: Exception) -> None:
            await ctx.send("sorry")

        # discord.py runs its default hook unless there is such a listener among the extra events
        await self.send(self.alice, self.general, "!do")
        self.assertSent("sorry")

    async def test_error_handler_of_the_command_handles(self) -> None:
        command = self.client.get_command("do")
        assert command is not None

        @command.error
        async def handler(ctx: commands.Context[Any], error: Exception) -> None:
            await ctx.send("sorry")

        await self.send(self.alice, self.general, "!do")
        self.assertSent("sorry")

    async def test_error_handler_of_the_cog_handles(self) -> None:
        class Cog(commands.Cog):
            @commands.command()
            async def fail(self, ctx: commands.Context[Any]) -> None:
                raise ValueError

            async def cog_command_error(self, ctx: commands.Context[Any], error: Exception) -> None:
                await ctx.send("sorry")

        await self.client.add_cog(Cog())
        await self.send(self.alice, self.general, "!fail")
        self.assertSent("sorry")

    async def test_error_in_the_handler_itself_fails(self) -> None:
        @self.client.event
        async def on_command_error(ctx: commands.Context[Any], error: Exception) -> None:
            raise KeyError("handler")

        with self.fails("KeyError: 'handler', in on_command_error"):
            await self.send(self.alice, self.general, "!do")


class ToleratedTests(BotTestCase):
    fail_on_unhandled = False

    async def test_error_passes(self) -> None:
        await self.bot_does(_fail)
        self.assertNothingSent()

    async def test_error_from_before_is_none_of_the_block(self) -> None:
        await self.bot_does(_fail)
        with self.fails("did not raise ValueError"):
            with self.assertBotRaises(ValueError):
                await self.settle()


async def _fail(ctx: commands.Context[Any]) -> None:
    raise ValueError("tolerated")


async def _start(loop: tasks.Loop[Any]) -> None:
    loop.start()


class UnawaitedTests(BotTestCase):
    """A coroutine that the bot forgot to await is named in the failure that follows from it."""

    def setUp(self) -> None:
        needs_the_process(self)  # the filters of warnings are its own

    async def test_line_that_forgot_it_is_named(self) -> None:
        async def forget(ctx: commands.Context[Any]) -> None:
            ctx.send("never sent")  # type: ignore[unused-coroutine]

        with self.assertWarnsRegex(RuntimeWarning, "coroutine 'Context.send' was never awaited") as caught:
            await self.bot_does(forget)

        self.assertEqual(caught.filename, __file__)
        with self.fails(
            f"Never awaited, so it did nothing: Context.send (test_unhandled.py:{caught.lineno})\nWhat happened"
        ):
            self.assertSent("never sent")

    async def test_every_time_it_happens(self) -> None:
        async def forget(ctx: commands.Context[Any]) -> None:
            ctx.send("never sent")  # type: ignore[unused-coroutine]

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            await self.bot_does(forget)
            await self.bot_does(forget)

        self.assertEqual(len(self._scene.watch.unawaited), 2)

    async def test_place_is_left_out_where_it_was_dropped_elsewhere(self) -> None:
        kept: list[object] = []

        async def keep(ctx: commands.Context[Any]) -> None:
            kept.append(ctx.send("never sent"))

        await self.bot_does(keep)
        with self.assertWarns(RuntimeWarning):
            kept.clear()

        with self.fails("it did nothing: Context.send\n"):
            self.assertSent("never sent")

    async def test_where_it_was_made_is_still_told_where_python_keeps_that(self) -> None:
        depth = sys.get_coroutine_origin_tracking_depth()
        sys.set_coroutine_origin_tracking_depth(5)
        self.addCleanup(sys.set_coroutine_origin_tracking_depth, depth)

        async def forget(ctx: commands.Context[Any]) -> None:
            ctx.send("never sent")  # type: ignore[unused-coroutine]

        with self.assertWarnsRegex(RuntimeWarning, "Coroutine created at"):
            await self.bot_does(forget)


class ViewTests(BotTestCase):
    """Views get no interactions here; their default hook is called as discord.py calls it."""

    async def test_error_in_a_view_names_the_view_and_the_component(self) -> None:
        class Panel(discord.ui.View): ...

        view = Panel()
        for item, name in (
            (discord.ui.Button[Panel](label="Press"), "button 'Press'"),
            (discord.ui.Select[Panel](placeholder="Choose"), "select 'Choose'"),
            (discord.ui.UserSelect[Panel](), "select"),
        ):
            with (
                self.subTest(name),
                self.fails(f"ValueError: pressed, in view Panel for item {name}, and nothing"),
            ):
                await view.on_error(None, ValueError("pressed"), item)  # type: ignore[arg-type]
                await self.settle()

    async def test_error_in_a_modal_fails(self) -> None:
        modal = discord.ui.Modal(title="Form")

        with self.fails("ValueError: submitted, in modal"):
            await modal.on_error(None, ValueError("submitted"))  # type: ignore[arg-type]
            await self.settle()

    async def test_error_when_a_view_times_out_fails(self) -> None:
        class Impatient(discord.ui.View):
            async def on_timeout(self) -> None:
                raise ValueError("too late")

        async def work(ctx: commands.Context[Any]) -> None:
            view = Impatient(timeout=30)
            view.add_item(discord.ui.Button(label="Yes"))
            await ctx.send("?", view=view)

        await self.bot_does(work)
        with self.fails("ValueError: too late"):
            await self.advance(31)


class StartTests(unittest.TestCase):
    def test_error_in_setup_hook_fails_the_set_up_with_itself(self) -> None:
        class Case(BotTestCase):
            def make_client(self) -> commands.Bot:
                bot = super().make_client()
                bot.setup_hook = _raise  # type: ignore[method-assign]
                return bot

            async def test(self) -> None: ...

        outcome = run_case(Case)

        self.assertEqual(len(outcome.problems), 1, str(outcome))
        self.assertIn("ValueError: at the start", str(outcome))

    def test_error_in_on_ready_fails_the_set_up(self) -> None:
        class Case(BotTestCase):
            def make_client(self) -> commands.Bot:
                bot = super().make_client()

                @bot.event
                async def on_ready() -> None:
                    raise ValueError("not ready at all")

                return bot

            async def test(self) -> None: ...

        outcome = run_case(Case)

        self.assertEqual(len(outcome.problems), 1, str(outcome))
        self.assertIn("ValueError: not ready at all, in on_ready", str(outcome))

    def test_error_in_the_background_is_raised_at_the_end_at_the_latest(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                self.held = asyncio.create_task(_raise())

            async def test_in_close(self) -> None:
                self.client.close = _raise  # type: ignore[method-assign]

        outcome = run_case(Case, "test")
        self.assertEqual(len(outcome.problems), 1, str(outcome))
        self.assertIn("ValueError: at the start, in the task of _raise", str(outcome))
        outcome = run_case(Case, "test_in_close")
        self.assertIn("ValueError: at the start, in close()", str(outcome))

    def test_what_follows_from_a_failure_is_not_told_as_another(self) -> None:
        class Base(BotTestCase):
            def make_client(self) -> commands.Bot:
                bot = super().make_client()
                bot.close = _close_pool  # type: ignore[method-assign]
                return bot

            async def test(self) -> None:
                self.fail("mine")

        class InMakeWorld(Base):
            def make_world(self) -> None:
                raise LookupError("mine")

        class InSetupHook(Base):
            def make_client(self) -> commands.Bot:
                bot = super().make_client()
                bot.setup_hook = _raise  # type: ignore[method-assign]
                return bot

        for case, text in ((Base, "mine"), (InMakeWorld, "mine"), (InSetupHook, "at the start")):
            with self.subTest(case.__name__):
                outcome = run_case(case)
                self.assertEqual(len(outcome.problems), 1, str(outcome))
                self.assertIn(text, str(outcome))

    def test_error_from_before_a_failure_is_told_with_it(self) -> None:
        class Case(BotTestCase):
            async def test(self) -> None:
                self.held = asyncio.create_task(_raise())
                await asyncio.sleep(0)
                raise LookupError("mine")

        outcome = run_case(Case)
        self.assertEqual(len(outcome.problems), 2, str(outcome))
        self.assertIn("ValueError: at the start, in the task of _raise", str(outcome))


async def _raise() -> None:
    raise ValueError("at the start")


async def _close_pool() -> None:
    raise AttributeError("'Bot' object has no attribute 'pool'")


if __name__ == "__main__":
    unittest.main()
