"""An application under a name, and what is left when it is closed."""

from __future__ import annotations

import asyncio
import unittest
from typing import Any

import aiohttp
import discord
from discord.ext import commands

from discordtest import BackendError, DiscordTestCase, NotModelled, Registry, SetupError
from tests.bots import BotTestCase, in_a_thread, run_case


def make_helper() -> commands.Bot:
    """A bot that syncs a global command, and notes what it hears of others."""
    bot = commands.Bot("?", intents=discord.Intents.all())

    @bot.tree.command(description="x")
    async def aid(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("here")

    @bot.event
    async def setup_hook() -> None:
        await bot.tree.sync()

    return bot


class RegistryTestCase(BotTestCase):
    def make_client(self) -> commands.Bot:
        bot = super().make_client()
        self.heard: list[Any] = []
        for event in ("member_remove", "guild_role_delete", "raw_integration_delete", "webhooks_update"):
            self.note(bot, f"on_{event}")
        return bot

    def note(self, bot: commands.Bot, name: str) -> None:
        async def listener(*things: Any) -> None:
            self.heard.append((name, things[-1]))

        bot.add_listener(listener, name)

    async def open_helper(self) -> Registry:
        """Return a registry whose bot runs and is in the guild."""
        registry = Registry("helper", make_helper())
        await self.connect(registry.client)
        await self.add_bot(self.owner, self.guild, registry.client)
        return registry


class OpenTests(RegistryTestCase):
    async def test_client_runs_as_the_application(self) -> None:
        registry = await self.open_helper()
        info = await registry.client.application_info()
        self.assertEqual((info.name, info.id, registry.client.user.name), ("helper", registry.id, "helper"))  # type: ignore[union-attr]
        self.assertEqual(registry.client.http.token, registry.token)
        self.assertEqual(repr(registry), "<Registry 'helper' of Bot>")

    async def test_commands_are_those_that_are_synced(self) -> None:
        registry = await self.open_helper()
        self.assertEqual([command.name for command in registry.commands], ["aid"])
        result = await self.slash(self.alice, self.general, "aid")
        self.assertResponded(result, "here")
        self.assertEqual(Registry("other").commands, [])

    async def test_client_is_made_where_none_is_given(self) -> None:
        registry = Registry("helper")
        self.assertIsInstance(registry.client, commands.Bot)
        self.assertFalse(registry.client.is_ready())
        await self.connect(registry.client)
        guild = self.make_guild("Both")
        self.assertIsNotNone(registry.client.get_guild(guild.id))

    async def test_client_that_runs_already(self) -> None:
        registry = Registry("greeter", self.client)
        self.assertEqual((registry.token, registry.id), (self.token, self.client.application_id))
        self.assertEqual((await self.client.application_info()).name, "greeter")

    async def test_endpoint_is_kept_and_interactions_do_not_come_over_the_gateway(self) -> None:
        url = "https://example.com/interactions?x=1"
        registry = Registry("helper", make_helper(), endpoint=url)
        await self.connect(registry.client)
        await self.add_bot(self.owner, self.guild, registry.client)
        self.assertEqual((await registry.client.application_info()).interactions_endpoint_url, url)
        with self.fails(f"helper gets its interactions by HTTP, at {url}", kind=NotModelled):
            await self.slash(self.alice, self.general, "aid")


class MistakeTests(RegistryTestCase):
    async def test_name_is_needed_and_unique(self) -> None:
        for name in ("", None):
            with self.fails("a registry needs a name", kind=ValueError):
                Registry(name)  # type: ignore[arg-type]
        Registry("x" * 32).close()
        with self.fails("with 1 to 32 characters; there were 33", kind=ValueError):
            Registry("y" * 33)
        with self.fails("is a string, not 3", kind=TypeError):
            Registry(3)  # type: ignore[arg-type]
        Registry("helper")
        with self.fails("the name 'helper' is taken", kind=ValueError):
            Registry("helper", self.client)
        with self.fails("the name 'helper' is taken", kind=ValueError):
            Registry("helper")
        self.assertEqual(len(self.backend.world.applications), 2)

    async def test_client_that_is_none(self) -> None:
        with self.fails("client is a discord.Client, not 'helper'", kind=TypeError):
            Registry("helper", "helper")  # type: ignore[arg-type]

    async def test_endpoint_that_is_no_url(self) -> None:
        wrong = ("", "example.com", "http://example.com", "https://", "https://a b", "ftp://example.com")
        for endpoint in wrong:
            with self.fails("endpoint is an https URL, not", kind=ValueError):
                Registry("helper", endpoint=endpoint)
        Registry("longest", endpoint="https://example.com/".ljust(2048, "x"))
        with self.fails("endpoint has 2049 characters; 2048 are allowed", kind=ValueError):
            Registry("helper", endpoint="https://example.com/".ljust(2049, "x"))
        with self.fails("endpoint is a URL, not 3", kind=TypeError):
            Registry("helper", endpoint=3)  # type: ignore[arg-type]

    async def test_after_closing(self) -> None:
        registry = await self.open_helper()
        registry.close()
        registry.close()
        self.assertEqual(repr(registry), "<Registry 'helper' of Bot, closed>")
        for use in (lambda: registry.token, lambda: registry.commands, registry.__enter__):
            with self.fails(
                "the registry 'helper' is closed, and its application is deleted", kind=BackendError
            ):
                use()

    async def test_bot_that_owns_a_guild(self) -> None:
        registry = await self.open_helper()
        guild = self.make_guild("Mine", owner=registry.client.user)  # type: ignore[arg-type]
        with self.fails("close() of the registry 'helper', whose bot may own no guild", kind=SetupError):
            registry.close()
        self.assertEqual(len(registry.commands), 1)
        self.assertIsNotNone(registry.client.get_guild(guild.id))


class CloseTests(RegistryTestCase):
    async def test_others_see_the_bot_go_with_its_role(self) -> None:
        registry = await self.open_helper()
        role = registry.client.get_guild(self.guild.id).self_role  # type: ignore[union-attr]
        user = registry.client.user
        self.heard.clear()

        registry.close()

        guild = self.client.get_guild(self.guild.id)
        assert guild is not None
        assert role is not None
        assert user is not None
        self.assertIsNone(guild.get_member(user.id))
        self.assertIsNone(guild.get_role(role.id))
        await self.settle()
        names = ["on_member_remove", "on_guild_role_delete", "on_raw_integration_delete"]
        self.assertEqual([name for name, _ in self.heard], names)
        self.assertEqual([thing.id for _, thing in self.heard[:2]], [user.id, role.id])
        self.assertEqual(self.heard[2][1].application_id, registry.id)
        self.assertEqual([each.name for each in await guild.integrations()], ["bot"])
        self.assertDispatched("GUILD_MEMBER_REMOVE")
        self.assertIsNone(guild.get_member(user.id))

    async def test_its_webhooks_are_deleted(self) -> None:
        registry = await self.open_helper()
        channel = registry.client.get_channel(self.general.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.create_webhook(name="of helper")
        mine = await self.general.create_webhook(name="mine")
        self.heard.clear()

        registry.close()

        await self.settle()
        self.assertEqual([name for name, _ in self.heard][:1], ["on_webhooks_update"])
        self.assertEqual(await self.general.webhooks(), [mine])

    async def test_bot_leaves_voice(self) -> None:
        registry = await self.open_helper()
        lounge = self.make_voice_channel("lounge", self.guild)
        await self.join_voice(registry.client.user, lounge)  # type: ignore[arg-type]
        registry.close()
        self.assertEqual(self.client.get_channel(lounge.id).members, [])  # type: ignore[union-attr]

    async def test_its_connection_ends_and_its_token_is_worth_nothing(self) -> None:
        registry = await self.open_helper()
        client, token = registry.client, registry.token
        registry.close()
        await self.settle()
        self.assertTrue(client.is_closed())
        async with aiohttp.ClientSession() as session:
            url = "https://discord.com/api/v10/users/@me"
            async with session.get(url, headers={"Authorization": f"Bot {token}"}) as response:
                self.assertEqual(response.status, 401)
        other = make_helper()
        with self.assertRaises(discord.LoginFailure):
            await other.login(token)
        await other.close()

    async def test_all_its_commands_are_gone(self) -> None:
        registry = await self.open_helper()
        bot = registry.client
        assert isinstance(bot, commands.Bot)
        bot.tree.copy_global_to(guild=self.guild)
        await bot.tree.sync(guild=self.guild)
        self.make_command_permissions("aid", self.guild, {self.alice: True}, client=bot)
        self.assertEqual(len(registry.commands), 2)

        registry.close()

        with self.fails("/aid is not offered to alice", kind=SetupError):
            await self.slash(self.alice, self.general, "aid")
        world = self.backend.world
        self.assertNotIn(str(registry.id), world.commands)
        self.assertEqual(world.command_permissions.get(str(self.guild.id), {}), {})

    async def test_what_it_said_stays_and_can_still_be_claimed(self) -> None:
        registry = await self.open_helper()
        result = await self.slash(self.alice, self.general, "aid")
        registry.close()
        await self.settle()
        self.assertSent("here", by=registry.client)
        self.assertResponded(result, "here")
        self.assertEqual(self.history(self.general)[-1].content, "here")

    async def test_interaction_that_it_leaves_unanswered_is_no_failure(self) -> None:
        bot = make_helper()

        @bot.tree.command(description="x")
        async def slow(interaction: discord.Interaction) -> None:
            await asyncio.Event().wait()

        registry = Registry("helper", bot)
        await self.connect(bot)
        await self.add_bot(self.owner, self.guild, bot)
        await self.slash(self.alice, self.general, "slow")
        registry.close()
        await self.settle()

    async def test_component_of_it_is_nobodys(self) -> None:
        registry = await self.open_helper()

        class Buttons(discord.ui.View):
            @discord.ui.button(label="x")
            async def press(self, interaction: discord.Interaction, button: Any) -> None: ...

        channel = registry.client.get_channel(self.general.id)
        message = await channel.send("x", view=Buttons())  # type: ignore[union-attr]
        await self.settle()
        registry.close()
        with self.fails("the message is no application's", kind=SetupError):
            await self.click(self.alice, message, "x")

    async def test_new_guilds_are_without_it(self) -> None:
        registry = await self.open_helper()
        registry.close()
        guild = self.make_guild("New")
        self.assertEqual({member.name for member in guild.members}, {"owner", "bot"})
        with self.fails("its application was deleted", kind=SetupError):
            await self.add_bot(self.owner, guild, registry.client)

    async def test_one_that_never_ran(self) -> None:
        registry = Registry("helper")
        registry.close()
        self.assertNotIn(str(registry.id), self.backend.world.applications)

    async def test_end_of_the_block_closes(self) -> None:
        with Registry("helper", make_helper()) as registry:
            await self.connect(registry.client)
        await self.settle()
        self.assertTrue(registry.client.is_closed())
        with self.assertRaises(ZeroDivisionError), Registry("helper"):
            raise ZeroDivisionError
        Registry("helper")  # the name is free again

    async def test_main_client_can_be_closed(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("x"))
        registry = Registry("greeter", self.client)
        registry.close()
        await self.settle()
        self.assertTrue(self.client.is_closed())
        self.assertSent("x")
        with self.fails("the bot did not send 'y'"):
            self.assertSent("y")
        self.assertEqual(self.make_guild("Alone").member_count, 1)
        with self.fails("the test has no client (any more)", kind=SetupError):
            await self.send_dm(self.alice, "hello")
        with self.fails("its application was deleted", kind=SetupError):
            await self.restart()
        with self.fails("The application of Bot was deleted"):
            await self.send(self.alice, self.general, "hello")
            self.assertSent("hi")

    async def test_client_of_a_closed_one_can_be_another_application(self) -> None:
        registry = await self.open_helper()
        registry.close()
        await self.connect(registry.client)
        self.assertNotEqual(registry.client.application_id, registry.id)
        self.assertEqual(list(registry.client.guilds), [])
        with self.fails("is closed", kind=BackendError):
            registry.token  # noqa: B018


class LifeTests(RegistryTestCase):
    """Where it may be made and closed."""

    def make_world(self) -> None:
        super().make_world()
        self.registry = Registry("helper", make_helper())
        self.addCleanup(self.registry.close)
        self.early = self.make_guild("Early")

    async def test_made_with_the_world_and_closed_in_a_clean_up(self) -> None:
        await self.connect(self.registry.client)
        self.assertIsNotNone(self.registry.client.get_guild(self.early.id))

    async def test_world_is_what_it_was_before(self) -> None:
        await self.connect(self.registry.client)
        await self.settle()
        saved = self.backend.snapshot()
        self.registry.close()
        await self.settle()
        await self.restore(saved)
        self.assertIn(str(self.registry.id), self.backend.world.applications)
        gone = Registry("other")
        gone.close()
        await self.restore(self.backend.snapshot())


class OtherTests(unittest.TestCase):
    def test_error_that_comes_with_the_end_is_the_bots(self) -> None:
        class Tests(RegistryTestCase):
            async def test_x(self) -> None:
                registry = await self.open_helper()

                async def on_disconnect() -> None:
                    raise ZeroDivisionError

                registry.client.event(on_disconnect)
                registry.close()
                await self.settle()

        self.assertIn("the bot raised ZeroDivisionError", str(run_case(Tests)))

    def test_closed_after_the_test_it_was_of(self) -> None:
        class Tests(RegistryTestCase):
            async def test_x(self) -> None:
                kept.append(await self.open_helper())

        kept: list[Registry] = []
        self.assertEqual(run_case(Tests).problems, [])
        kept[0].close()

    def test_test_that_ends_with_it_leaves_nothing_behind(self) -> None:
        class Tests(RegistryTestCase):
            async def test_x(self) -> None:
                (await self.open_helper()).close()

        outcome = run_case(Tests)
        self.assertEqual((outcome.problems, outcome.warnings), ([], []))

    def test_application_of_a_saved_world_is_taken_up_by_its_name(self) -> None:
        kept: list[Any] = []

        class First(RegistryTestCase):
            async def test_x(self) -> None:
                kept.append((await self.open_helper()).id)
                kept.append(self.backend.snapshot())

        self.assertEqual(run_case(First).problems, [])

        class Later(DiscordTestCase):
            world = kept[1]

            async def test_x(self) -> None:
                again = Registry("helper", make_helper())
                self.assertEqual(again.id, kept[0])
                await self.connect(again.client)
                self.assertEqual(len(again.client.guilds), 1)

        self.assertEqual(run_case(Later).problems, [])

    def test_without_a_test(self) -> None:
        error = in_a_thread(lambda: Registry("helper"))  # another test may be under way in this one
        self.assertIsInstance(error, BackendError)
        self.assertIn("no Discord is configured here", str(error))
