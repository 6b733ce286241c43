"""An event that a closed client dispatches is an error of discord.py's own; what went wrong is told instead."""

from __future__ import annotations

import asyncio
import gc
import unittest
import unittest.mock
import warnings
from typing import TYPE_CHECKING, Any

import discord

from discordtest.bot_errors import after_close
from tests.bots import BotTestCase, needs_the_process, run_case

if TYPE_CHECKING:
    from discord.ext import commands


class ObjectOfAnEarlierClientTests(unittest.TestCase):
    def test_line_of_a_test_that_uses_it_is_told_of_the_new_client(self) -> None:
        class Restarted(BotTestCase):
            async def test_it(self) -> None:
                channel: Any = self.client.get_channel(self.general.id)
                await self.restart()
                await channel.send("Hello?")

        (text,) = run_case(Restarted).problems
        self.assertIn("RuntimeError: Session is closed\n", text)
        self.assertIn(
            "closed by then: nothing is sent after close(). After restart(), self.client is another", text
        )
        self.assertIn("self.refresh(…)", text)

    def test_what_it_says_works(self) -> None:
        class Restarted(BotTestCase):
            async def test_it(self) -> None:
                channel: Any = self.client.get_channel(self.general.id)
                await self.restart()
                await self.refresh(channel).send("Hello?")
                await self.settle()
                self.assertSent("Hello?")

        self.assertEqual(run_case(Restarted).problems, [])


class ClosedBotTests(BotTestCase):
    def setUp(self) -> None:
        needs_the_process(self)  # the filters of warnings are its own
        self.enterContext(warnings.catch_warnings())
        warnings.simplefilter("error", RuntimeWarning)

    async def test_command_that_goes_on_after_it_has_closed_the_bot(self) -> None:
        async def leave(ctx: commands.Context[Any]) -> None:
            await self.client.close()
            await ctx.send("bye")

        with self.fails(
            "the bot raised RuntimeError: Session is closed, in on_message, and nothing handled it\nIts client, or"
        ):
            await self.bot_does(leave)

    async def test_error_of_a_command_that_has_a_handler_is_told_too(self) -> None:
        @self.client.event
        async def on_command_error(ctx: commands.Context[Any], error: Exception) -> None: ...

        async def leave(ctx: commands.Context[Any]) -> None:
            await self.client.close()
            raise ValueError("late")

        with self.fails("the bot raised ValueError: late, in on_message, and nothing handled it"):
            await self.bot_does(leave)

    async def test_handler_of_the_command_that_raises_what_it_got(self) -> None:
        command = self.client.get_command("do")
        assert command is not None

        @command.error
        async def handler(ctx: commands.Context[Any], error: Any) -> None:
            raise error.original

        async def leave(ctx: commands.Context[Any]) -> None:
            await self.client.close()
            raise ValueError("late")

        with self.fails("the bot raised ValueError: late, in on_message, and nothing handled it"):
            await self.bot_does(leave)

    async def test_event_of_the_bot_itself(self) -> None:
        @self.client.event
        async def on_done() -> None: ...

        async def leave(ctx: commands.Context[Any]) -> None:
            await self.client.close()
            self.client.dispatch("done")

        with self.fails("The bot was closed by then: discord.py dispatches nothing any more"):
            await self.bot_does(leave)

    async def test_own_on_error_has_handled_what_went_wrong(self) -> None:
        @self.client.event
        async def on_error(event: str, *args: object) -> None: ...

        async def leave(ctx: commands.Context[Any]) -> None:
            await self.client.close()
            raise ValueError("late")

        await self.bot_does(leave)
        with self.fails("The bot raised ValueError: late, in on_message (test_after_close.py:") as failing:
            self.assertSent("x")
        self.assertNotIn("AttributeError", failing.text)


class ErrorTests(unittest.TestCase):
    def closed(self) -> Any:
        """Return a client that is as close() leaves it."""

        class Client(discord.Client):
            async def on_disconnect(self) -> None: ...

        client: Any = Client(intents=discord.Intents.none())
        client.loop = discord.utils.MISSING
        return client

    def test_connection_that_breaks_is_nobodys_error(self) -> None:
        needs_the_process(self)

        async def refuse(*args: Any, **options: Any) -> None:
            raise OSError("no route")

        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            with unittest.mock.patch.object(discord.gateway.DiscordWebSocket, "from_client", refuse):
                try:
                    asyncio.run(self.closed().connect(reconnect=False))
                except AttributeError as error:
                    self.assertIsNone(after_close.meant(error))
                else:
                    self.fail("a closed client has a loop")
            gc.collect()
        self.assertEqual([str(each.message) for each in warned if each.category is RuntimeWarning], [])

    def test_other_errors_are_themselves(self) -> None:
        for error in (ValueError("no"), AttributeError("no", obj=discord.utils.MISSING)):
            self.assertIs(after_close.meant(error), error)
            self.assertIsNone(after_close.hint(error))
