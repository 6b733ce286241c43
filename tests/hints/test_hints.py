"""What a failure tells of why the bot failed: ids and names that its Discord does not have, and intents."""

from __future__ import annotations

import inspect
import unittest
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from discordtest import DiscordTestCase, hints
from tests.bots import BotTestCase, run_case

Context = commands.Context[Any]


class CheckTests(BotTestCase):
    """A check that failed says what makes it pass."""

    async def test_permission_of_whoever_uses_the_command(self) -> None:
        @self.client.command()
        @commands.has_permissions(kick_members=True, ban_members=True)
        async def clear(ctx: Context) -> None: ...

        @self.client.tree.command(description="Close")
        @app_commands.checks.has_permissions(manage_guild=True)
        async def close(interaction: discord.Interaction) -> None: ...

        gives = "A role gives that: self.make_role(…, permissions=discord.Permissions("
        with self.fails(f"{gives}kick_members=True, ban_members=True))"):
            await self.send(self.alice, self.general, "!clear")
        await self.client.tree.sync()
        with self.fails(f"{gives}manage_guild=True))"):
            await self.slash(self.alice, self.general, "close")
        self._scene.unanswered.update(self.backend.world.interactions)  # which the failure has kept from us

    async def test_permission_of_the_bot(self) -> None:
        @self.client.command()
        @commands.bot_has_permissions(administrator=True)
        async def clear(ctx: Context) -> None: ...

        with self.fails("bot_permissions of the test case", "may give the bot administrator"):
            await self.send(self.alice, self.general, "!clear")

    async def test_cooldown_tells_how_long_to_wait(self) -> None:
        @self.client.command()
        @commands.cooldown(1, 30, commands.BucketType.user)
        async def gift(ctx: Context) -> None: ...

        await self.send(self.alice, self.general, "!gift")
        await self.advance(10)
        with self.fails("`await self.advance(20)` lets it pass"):
            await self.send(self.alice, self.general, "!gift")
        await self.advance(20)
        await self.send(self.alice, self.general, "!gift")

    async def test_voice_without_its_libraries(self) -> None:
        text = "PyNaCl library needed in order to use voice"
        self.assertIn(text, inspect.getsource(discord.VoiceClient))
        self.assertEqual(
            [*hints.why_failed(self._scene, RuntimeError(text))],
            ["pip install discord.py[voice]: its voice client runs as in life"],
        )

    async def test_cooldown_is_told_in_milliseconds(self) -> None:
        for seconds, text in (
            (59.9849998950958, "59.985"),
            (86400.0001, "86400.001"),
            (20.0, "20"),
            (30.001, "30.001"),
        ):
            error = commands.CommandOnCooldown(commands.Cooldown(1, 60), seconds, commands.BucketType.user)
            self.assertEqual(
                [*hints.why_failed(self._scene, error)], [f"`await self.advance({text})` lets it pass"]
            )

    async def test_cooldown_of_an_application_command_ends_a_moment_later(self) -> None:
        @self.client.tree.command(description="x")
        @app_commands.checks.cooldown(1, 30)
        async def gift(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("here")

        await self.client.tree.sync()
        await self.slash(self.alice, self.general, "gift")
        with self.fails("`await self.advance(30.001)` lets it pass"):
            await self.slash(self.alice, self.general, "gift")
        self._scene.unanswered.update(self.backend.world.interactions)
        await self.advance(30.001)
        self.assertResponded(await self.slash(self.alice, self.general, "gift"), "here")

    async def test_autocomplete_gets_ids_alone(self) -> None:
        @self.client.tree.command(description="x")
        async def give(interaction: discord.Interaction, who: discord.Member, what: str) -> None: ...

        @give.autocomplete("what")
        async def suggest(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=interaction.namespace.who.name, value="x")]

        await self.client.tree.sync()
        with self.fails(
            "'Object' object has no attribute 'name'", "\nWhile somebody types, Discord sends the ids"
        ):
            await self.autocomplete(self.alice, self.general, "give", "what", "a", who=self.alice)
        self._scene.unanswered.update(self.backend.world.interactions)

    async def test_object_of_the_bot_is_no_matter_of_autocomplete(self) -> None:
        async def work(ctx: Context) -> None:
            thing: Any = discord.Object(1)
            await ctx.send(thing.name)

        with self.fails("'Object' object has no attribute 'name'") as failing:
            await self.bot_does(work)
        self.assertNotIn("types", failing.text)


class PortalTests(unittest.TestCase):
    def test_intents_that_are_not_approved_are_named(self) -> None:
        class Case(BotTestCase):
            approved_intents = discord.Intents.default()

            async def test(self) -> None: ...

        (problem,) = run_case(Case).problems
        self.assertIn(
            "approved_intents of the test case stands for that page; it lacks members, presences",
            problem,
        )


class PrefixTests(BotTestCase):
    """Why no command ran, where a function says what the prefix is."""

    def silent(self, *lines: str) -> None:
        text = "".join(f"{line}\n" for line in ("The bot sent nothing in the last act.", *lines))
        with self.fails(f"{text}What happened:"):
            self.assertSent("x")

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()

        @self.client.command()
        async def work(ctx: Context) -> None:
            raise ValueError("no")

        @self.client.event
        async def on_command_error(ctx: Context, error: Exception) -> None: ...

        self.line = on_command_error.__code__.co_firstlineno

    async def test_prefixes_beside_a_mention_are_known(self) -> None:
        self.client.command_prefix = commands.when_mentioned_or("?", "$")
        await self.send(self.alice, self.general, "!work")
        self.silent("'!work' does not begin with the bot's prefix, '?' or '$'")
        await self.send(self.alice, self.general, "?wrok")
        self.silent("The bot has no command 'wrok'; is 'work' meant? Its commands: do, work")

    async def test_function_of_the_bot(self) -> None:
        async def prefix(bot: Any, message: discord.Message) -> str:
            return "!"

        self.client.command_prefix = prefix
        await self.send(self.alice, self.general, "!work")
        self.silent(
            f"The bot raised ValueError: no, in command work (test_hints.py:{self.line - 2}), and its own "
            f"on_command_error (test_hints.py:{self.line}) handled it"
        )
        await self.send(self.alice, self.general, "!wrok")
        self.silent("The bot has no command 'wrok'; is 'work' meant? Its commands: do, work")
        for text in ("wrok", "!", "!somethingelse"):
            await self.send(self.alice, self.general, text)
            self.silent()

    async def test_function_of_a_bot_that_swallows_messages(self) -> None:
        self.client.command_prefix = lambda bot, message: "!"

        @self.client.event
        async def on_message(message: discord.Message) -> None: ...

        await self.send(self.alice, self.general, "!work")
        self.silent("The bot's own on_message never calls process_commands, so no command runs")


class HiddenPrefixTests(BotTestCase):
    intents = discord.Intents.default()

    async def test_function_of_a_bot_that_sees_no_content(self) -> None:
        self.client.command_prefix = lambda bot, message: "!"
        await self.send(self.alice, self.general, "!do")
        with self.fails("its intents lack message_content, so it sees no command"):
            self.assertSent("x")


class DeafTests(BotTestCase):
    intents = discord.Intents(guilds=True, guild_messages=True, members=True)

    async def test_audit_log_needs_an_intent(self) -> None:
        @self.client.event
        async def on_audit_log_entry_create(entry: discord.AuditLogEntry) -> None: ...

        why = "\nThe bot has on_audit_log_entry_create, but gets no GUILD_AUDIT_LOG_ENTRY_CREATE: its intents lack "
        await self.kick(self.owner, self.alice)
        with self.fails("The bot sent nothing in the last act.", f"{why}moderation"):
            self.assertSent("x")

        @self.client.event
        async def on_member_remove(member: discord.Member) -> None:
            await self.client.get_channel(self.general.id).send("Bye")  # type: ignore[union-attr]

        await self.kick(self.owner, self.make_member("carol", self.guild))
        with self.fails("Nearest: 'Bye' in #general", f"{why}moderation"):
            self.assertSent("x")


class HiddenContentTests(BotTestCase):
    """A bot without the privileged intent hears of messages, and of nothing that they say."""

    intents = discord.Intents.default()
    no_content = "The bot gets messages without their content: its intents lack message_content"

    async def test_listener_sees_no_content(self) -> None:
        @self.client.listen()
        async def on_message(message: discord.Message) -> None:
            if "darn" in message.content:
                await message.delete()

        message = await self.send(self.alice, self.general, "darn")
        with self.fails(self.no_content):
            self.assertDeleted(message)
        with self.fails(self.no_content):
            self.assertSent("Mind your words")
        with self.fails(self.no_content):
            self.assertReaction(message, "👀")
        with self.fails(self.no_content):
            self.assertTimedOut(self.alice)

    async def test_listener_of_edits_sees_no_content(self) -> None:
        @self.client.listen()
        async def on_message_edit(before: discord.Message, after: discord.Message) -> None:
            if before.content != after.content:
                await after.reply("I saw that")

        message = await self.send(self.alice, self.general, "tee")
        await self.edit(self.alice, message, "tea")
        with self.fails(self.no_content):
            self.assertSent("I saw that")

    async def test_nobody_listens(self) -> None:
        message = await self.send(self.alice, self.general, "hello")
        with self.fails("was not deleted") as failing:
            self.assertDeleted(message)
        self.assertNotIn("content", failing.text)

    async def test_mention_is_seen_whole(self) -> None:
        @self.client.listen()
        async def on_message(message: discord.Message) -> None:
            """Does nothing."""

        await self.send(self.alice, self.general, f"{self.client.user.mention} hello")
        with self.fails("sent nothing") as failing:
            self.assertSent("hello")
        self.assertNotIn("without their content", failing.text)

    async def test_bot_that_did_something_was_not_deaf(self) -> None:
        @self.client.listen()
        async def on_message(message: discord.Message) -> None:
            if not message.author.bot:
                await message.channel.send("?")

        message = await self.send(self.alice, self.general, "hello")
        with self.fails("was not deleted") as failing:
            self.assertDeleted(message)
        self.assertNotIn("without their content", failing.text)


class StartTests(unittest.TestCase):
    def test_guild_that_is_not_there_at_the_start(self) -> None:
        class Bot(discord.Client):
            async def setup_hook(self) -> None:
                await app_commands.CommandTree(self).sync(guild=discord.Object(5))

        class SyncTests(DiscordTestCase):
            def make_client(self) -> discord.Client:
                return Bot(intents=discord.Intents.default())

            async def test_start(self) -> None:
                """Never begins."""

        text = str(run_case(SyncTests))
        self.assertIn("Missing Access", text)
        self.assertIn('This Discord has no guild 5. In make_world: self.make_guild("…", id_num=5)', text)
