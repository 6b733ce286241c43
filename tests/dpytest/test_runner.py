from __future__ import annotations

import asyncio
import contextlib
import unittest
from typing import Any

import discord
from discord.ext import commands

from discordtest import dpytest
from discordtest.dpytest import runner
from tests.bots import needs_the_process
from tests.dpytest.case import Commands, LoopCase, SuiteCase, make_bot


class ConfigureTests(SuiteCase):
    async def test_numbers_make_names(self) -> None:
        dpytest.configure(self.bot, guilds=2, text_channels=2, voice_channels=1, members=2)
        self.assertEqual([guild.name for guild in self.bot.guilds], ["Test Guild 0", "Test Guild 1"])
        for guild in self.bot.guilds:
            self.assertEqual([each.name for each in guild.text_channels], ["TextChannel_0", "TextChannel_1"])
            self.assertEqual([each.name for each in guild.voice_channels], ["VoiceChannel_0"])
            people = [(each.name, each.discriminator, each.nick) for each in guild.members]
            self.assertEqual(
                people[:2],
                [("TestUser0", "0001", "TestUser0_0_nick"), ("TestUser1", "0002", "TestUser1_1_nick")],
            )
            self.assertEqual(guild.members[2], guild.me)
            self.assertEqual(guild.me.nick, f"{guild.me.name}_nick")
            self.assertEqual(len(guild.members), 3)

    async def test_lists_give_names(self) -> None:
        dpytest.configure(
            self.bot,
            ["Cool"],
            text_channels=["Fruits", "Fun"],
            voice_channels=["Lounge"],
            members=["Joe", "Jack"],
        )
        (guild,) = self.bot.guilds
        self.assertEqual(guild.name, "Cool")
        self.assertEqual([each.name for each in guild.channels], ["Fruits", "Fun", "Lounge"])
        self.assertEqual([each.name for each in guild.members][:2], ["Joe", "Jack"])

    async def test_nothing_at_all_can_be_made(self) -> None:
        dpytest.configure(self.bot, 0, 0, 0, 0)
        self.assertFalse(self.bot.guilds)
        self.assertTrue(self.bot.is_ready())

    async def test_configuration_holds_the_cached_objects(self) -> None:
        dpytest.configure(self.bot, guilds=2)
        config = dpytest.get_config()
        self.assertIs(config.client, self.bot)
        self.assertEqual(config.guilds, list(self.bot.guilds))
        self.assertIs(config.guilds[1], self.bot.guilds[1])
        self.assertEqual(
            config.channels, [channel for guild in self.bot.guilds for channel in guild.channels]
        )
        self.assertIs(config.members[1], self.bot.guilds[1].members[0])
        self.assertEqual(len(config.members), 2)

    async def test_wrong_arguments_are_refused(self) -> None:
        for wrong in ("bot", None, commands.Bot):
            with self.assertRaisesRegex(TypeError, "takes a discord.Client"):
                dpytest.configure(wrong)  # type: ignore[arg-type]
        with self.assertRaisesRegex(TypeError, "a number of guilds or a list of their names, not 'Cool'"):
            dpytest.configure(self.bot, guilds="Cool")
        with self.assertRaisesRegex(ValueError, "cannot make -1 members"):
            dpytest.configure(self.bot, members=-1)

    async def test_client_keeps_what_it_has_become(self) -> None:
        @self.bot.command()
        async def extra(ctx: commands.Context[Any]) -> None:
            await ctx.send("extra")

        cog = self.bot.cogs["Commands"]
        dpytest.configure(self.bot)
        self.assertIs(self.bot.cogs["Commands"], cog)
        await dpytest.message("!extra")
        self.assertTrue(dpytest.verify().message().content("extra"))

    async def test_error_is_raised_once_after_configuring_twice(self) -> None:
        dpytest.configure(self.bot)
        with self.assertRaises(commands.CommandNotFound), self.quiet():
            await dpytest.message("!nothing")
        self.assertTrue(dpytest.error_queue.empty())

    def quiet(self) -> contextlib.AbstractContextManager[Any]:
        return self.assertLogs("discord.ext.commands.bot")


class BeginTests(LoopCase):
    async def test_bot_hears_nothing_of_it(self) -> None:
        heard = []

        class Bot(commands.Bot):
            async def setup_hook(self) -> None:
                heard.append("setup_hook")

            def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
                heard.append(event)
                super().dispatch(event, *args, **kwargs)

        bot = Bot("!", intents=discord.Intents.all())
        dpytest.configure(bot, guilds=2)
        await dpytest.run_all_events()
        self.assertEqual(heard, [])
        self.assertTrue(bot.is_ready())
        await bot.setup_hook()
        await dpytest.message("Hello")
        self.assertEqual([each for each in heard if "socket" not in each], ["setup_hook", "message"])

    async def test_client_without_commands_is_configured(self) -> None:
        client = discord.Client(intents=discord.Intents.all())

        @client.event
        async def on_message(message: discord.Message) -> None:
            if message.author != client.user:
                await message.reply("Hello")

        dpytest.configure(client)
        sent = await dpytest.message("Hi")
        self.assertTrue(dpytest.verify().message().content("Hello"))
        self.assertEqual(sent.channel, client.guilds[0].text_channels[0])

    async def test_without_the_intent_for_members_they_are_known_all_the_same(self) -> None:
        bot = commands.Bot("!", intents=discord.Intents.none() | discord.Intents(guilds=True))
        dpytest.configure(bot)
        self.assertEqual([member.name for member in dpytest.get_config().members], ["TestUser0"])
        self.assertEqual(list(bot.guilds[0].members), [bot.guilds[0].me])

    def test_without_a_running_loop_it_says_what_to_write(self) -> None:
        with self.assertRaisesRegex(
            RuntimeError, r"no event loop runs: write `async def`.*pytest_asyncio.fixture"
        ):
            dpytest.configure(make_bot())


class BeforeTests(LoopCase):
    async def asyncSetUp(self) -> None:
        config, runner._config = runner._config, None
        self.addCleanup(setattr, runner, "_config", config)

    async def test_whatever_needs_a_client_says_so(self) -> None:
        self.assertIsNone(dpytest.get_config())
        calls: dict[str, tuple[Any, ...]] = {
            "message": ("x",),
            "member_join": (),
            "add_role": (0, None),
            "remove_role": (0, None),
            "add_reaction": (None, None, "x"),
            "remove_reaction": (None, None, "x"),
            "set_permission_overrides": (0, 0),
        }
        for name, arguments in calls.items():
            with (
                self.subTest(name),
                self.assertRaisesRegex(RuntimeError, rf"{name} needs a client: call configure"),
            ):
                await getattr(dpytest, name)(*arguments)

    async def test_queues_are_emptied(self) -> None:
        dpytest.error_queue.put_nowait((None, None))  # type: ignore[arg-type]
        await dpytest.empty_queue()
        await dpytest.finish_on_command_error()
        self.assertTrue(dpytest.sent_queue.empty() and dpytest.error_queue.empty())

    async def test_running_listeners_are_waited_for_in_real_time(self) -> None:
        heard = []
        client = discord.Client(intents=discord.Intents.none())

        @client.event
        async def on_thing() -> None:
            await asyncio.sleep(0)
            heard.append("thing")

        await client._async_setup_hook()
        client.dispatch("thing")
        await dpytest.run_all_events()
        self.assertEqual(heard, ["thing"])

    async def test_function_of_a_suite_needs_a_client_too(self) -> None:
        @dpytest.require_config
        def act(value: int) -> int:
            """Act."""
            return value

        with self.assertRaisesRegex(RuntimeError, "act needs a client"):
            act(1)
        dpytest.configure(make_bot())
        self.assertEqual((act(1), act.__doc__, act.__name__), (1, "Act.", "act"))


class MessageTests(SuiteCase):
    async def test_first_member_writes_in_the_first_channel(self) -> None:
        message = await dpytest.message("!echo Hello there")
        self.assertEqual((message.author, message.channel), (self.alice, self.channel))
        self.assertIn(message, self.bot.cached_messages)
        self.assertTrue(dpytest.verify().message().content("Hello there"))

    async def test_numbers_and_objects_name_who_and_where(self) -> None:
        dpytest.configure(self.bot, guilds=2, text_channels=2, voice_channels=0, members=2)
        second = self.bot.guilds[1]
        message = await dpytest.message("x", channel=3, member=3)
        self.assertEqual((message.author, message.channel), (second.members[1], second.text_channels[1]))
        message = await dpytest.message("x", channel=second.text_channels[0], member=second.members[0])
        self.assertEqual((message.author, message.channel), (second.members[0], second.text_channels[0]))
        with self.assertRaisesRegex(IndexError, "there is no channel 4: configure made 4"):
            await dpytest.message("x", channel=4)

    async def test_direct_message_reaches_the_bot(self) -> None:
        await dpytest.message("!echo psst", await self.alice.create_dm())
        message = dpytest.get_message()
        self.assertEqual(message.content, "psst")
        self.assertEqual(message.channel.recipient, self.alice)

    async def test_files_are_uploaded(self) -> None:
        path = self.make_file("notes.txt", b"some notes")
        message = await dpytest.message("x", attachments=[path, str(path)])
        self.assertEqual([each.filename for each in message.attachments], ["notes.txt", "notes.txt"])
        self.assertEqual(await message.attachments[1].read(), b"some notes")

    async def test_error_of_a_command_is_raised_after_its_handler_ran(self) -> None:
        handled = []

        async def handler(context: Any, error: commands.CommandError) -> None:
            handled.append(error)

        self.bot.on_command_error = handler  # type: ignore[method-assign]
        dpytest.configure(self.bot)
        with self.assertRaises(commands.MissingRequiredArgument) as caught:
            await dpytest.message("!echo")
        self.assertEqual(handled, [caught.exception])

    async def test_command_takes_its_time_and_no_real_one(self) -> None:
        await dpytest.message("!later 600")
        self.assertTrue(dpytest.verify().message().content("Now!"))

    async def test_question_waits_for_its_answer(self) -> None:
        await dpytest.message("!ask")
        self.assertTrue(dpytest.verify().message().nothing())
        await dpytest.message("red")
        self.assertTrue(dpytest.verify().message().content("So red it is."))

    async def test_conversation_runs_side_by_side(self) -> None:
        asking = asyncio.create_task(dpytest.message("!ask"))
        await asyncio.sleep(1)
        await dpytest.message("blue")
        await asking
        self.assertTrue(dpytest.verify().message().content("So blue it is."))

    async def test_people_are_not_asked_whether_they_may(self) -> None:
        await dpytest.set_permission_overrides(self.alice, self.channel, send_messages=False)
        await dpytest.message("!echo yes")
        self.assertTrue(dpytest.verify().message().content("yes"))


class QueueTests(SuiteCase):
    async def test_message_is_taken_or_looked_at(self) -> None:
        await self.channel.send("one", embed=discord.Embed(title="1"))
        await self.channel.send("two", embed=discord.Embed(title="2"))
        self.assertEqual(dpytest.get_message(peek=True).content, "two")
        self.assertEqual(dpytest.get_embed(peek=True).title, "2")
        self.assertEqual(dpytest.get_embed().title, "1")
        self.assertEqual(dpytest.get_message().content, "two")
        for look in (dpytest.get_message, dpytest.get_embed):
            with self.assertRaises(asyncio.QueueEmpty):
                look()

    async def test_queue_has_what_the_bot_sent_and_nobody_else(self) -> None:
        await dpytest.message("from a member")
        dpytest.back.make_message("by hand", self.guild.me, self.channel)
        webhook = await self.channel.create_webhook(name="hook")
        await webhook.send("by a webhook")
        await self.alice.send("direct")
        await self.channel.send("here")
        self.assertEqual(
            [dpytest.get_message().content for _ in range(dpytest.sent_queue.qsize())], ["direct", "here"]
        )

    async def test_emptying_waits_for_the_bot(self) -> None:
        await self.channel.send("one")
        task = asyncio.create_task(dpytest.message("!later 5"))
        await asyncio.sleep(0)
        await dpytest.empty_queue()
        await task
        self.assertTrue(dpytest.sent_queue.empty())

    async def test_events_are_waited_for(self) -> None:
        heard = self.hear("member_join")
        await dpytest.member_join(name="Foo", discrim=5)
        await dpytest.run_all_events()
        self.assertEqual([member.name for (member,) in heard], ["Foo"])

    async def test_what_runs_now_is_waited_for(self) -> None:
        task = asyncio.create_task(dpytest.message("!later 5"))
        await asyncio.sleep(1)
        await dpytest.finish_on_command_error()
        self.assertTrue(dpytest.verify().message().content("Now!"))
        await task


class PeopleTests(SuiteCase):
    async def test_roles_come_and_go(self) -> None:
        heard = self.hear("member_update")
        role = await self.guild.create_role(name="Staff")
        await dpytest.add_role(self.alice, role)
        await dpytest.add_role(1, role)
        self.assertEqual((role in self.alice.roles, role in self.bob.roles), (True, True))
        await dpytest.remove_role(self.alice, role)
        await dpytest.remove_role(1, role)
        self.assertEqual((role in self.alice.roles, role in self.bob.roles), (False, False))
        self.assertEqual(len(heard), 4)
        for act in (dpytest.add_role, dpytest.remove_role):
            with self.assertRaisesRegex(TypeError, "is no discord.Role"):
                await act(self.alice, "Staff")

    async def test_reactions_come_and_go(self) -> None:
        added, removed = self.hear("reaction_add"), self.hear("reaction_remove")
        message = await self.channel.send("React!")
        await dpytest.add_reaction(self.alice, message, "👍")
        await dpytest.add_reaction(self.bob, message, "👍")
        await dpytest.remove_reaction(self.bob, message, "👍")
        self.assertEqual([user for _, user in added], [self.alice, self.bob])
        self.assertEqual([user for _, user in removed], [self.bob])
        message = await self.channel.fetch_message(message.id)
        self.assertEqual(
            [(str(each.emoji), each.count, each.me) for each in message.reactions], [("👍", 1, False)]
        )

    async def test_newcomer_is_the_last_member(self) -> None:
        member = await dpytest.member_join(name="Foo", discrim=5)
        self.assertEqual((member.name, member.discriminator, self.guild.members[-1]), ("Foo", "0005", member))
        self.assertEqual((await dpytest.member_join()).name, "TestUser")

    async def test_user_joins_another_guild(self) -> None:
        dpytest.configure(self.bot, guilds=2)
        alice = self.bot.guilds[0].members[0]
        member = await dpytest.member_join(1, alice)
        self.assertEqual((member.id, member.guild), (alice.id, self.bot.guilds[1]))
        with self.assertRaisesRegex(ValueError, "a user who is there, or the name"):
            await dpytest.member_join(0, alice, name="x")
        with self.assertRaisesRegex(ValueError, "discriminator is a number from 1 to 9999"):
            await dpytest.member_join(name="x", discrim="abc")


class OverwriteTests(SuiteCase):
    async def test_overwrite_is_set_and_removed(self) -> None:
        heard = self.hear("guild_channel_update")
        await dpytest.set_permission_overrides(0, 0, send_messages=False)
        self.assertFalse(self.channel.permissions_for(self.alice).send_messages)
        everyone = self.guild.default_role
        overwrite = discord.PermissionOverwrite(add_reactions=False)
        await dpytest.set_permission_overrides(everyone, self.channel, overwrite)
        self.assertFalse(self.channel.permissions_for(self.bob).add_reactions)
        await dpytest.set_permission_overrides(everyone, self.channel, None)
        self.assertTrue(self.channel.permissions_for(self.bob).add_reactions)
        await dpytest.set_permission_overrides(everyone, self.channel, None)
        self.assertEqual(len(heard), 3)

    async def test_bot_is_bound_from_the_first_one_on(self) -> None:
        self.assertEqual(self.guild.me.guild_permissions, discord.Permissions.all())
        told = [self.hear(event) for event in ("guild_update", "guild_role_create", "member_update")]
        await dpytest.set_permission_overrides(self.guild.me, self.channel, send_messages=False)
        self.assertEqual(told, [[], [], []])
        with self.assertRaises(discord.Forbidden):
            await self.channel.send("x")
        permissions = self.guild.me.guild_permissions
        self.assertEqual(
            permissions.value, discord.Permissions.all().value & ~discord.Permissions.administrator.flag
        )
        self.assertEqual(self.guild.roles[-1], self.guild.me.top_role)
        roles = len(self.guild.roles)
        await dpytest.set_permission_overrides(self.guild.me, self.channel, send_messages=True)
        self.assertEqual(len(self.guild.roles), roles)
        await self.channel.send("x")

    async def test_wrong_arguments_are_refused(self) -> None:
        overwrite = discord.PermissionOverwrite(connect=True)
        with self.assertRaisesRegex(ValueError, "not both"):
            await dpytest.set_permission_overrides(0, 0, overwrite, connect=True)
        with self.assertRaisesRegex(TypeError, "only channels of a guild"):
            await dpytest.set_permission_overrides(0, await self.alice.create_dm(), overwrite)  # type: ignore[arg-type]
        with self.assertRaisesRegex(TypeError, "for a member or a role, not for 'alice'"):
            await dpytest.set_permission_overrides("alice", 0, overwrite)  # type: ignore[arg-type]


class LoopTests(unittest.TestCase):
    def setUp(self) -> None:
        needs_the_process(self)

    def test_messages_of_an_earlier_loop_are_forgotten(self) -> None:
        async def run() -> None:
            bot = make_bot()
            dpytest.configure(bot)
            await bot.guilds[0].text_channels[0].send("one")
            dpytest.configure(bot)
            await bot.guilds[0].text_channels[0].send("two")
            self.assertEqual([dpytest.sent_queue.get_nowait().content for _ in range(2)], ["one", "two"])
            self.assertTrue(dpytest.sent_queue.empty())
            await bot.guilds[0].text_channels[0].send("left")

        asyncio.run(run())
        asyncio.run(run())


class CogTests(unittest.TestCase):
    def setUp(self) -> None:
        needs_the_process(self)

    def test_suite_without_a_test_framework_runs(self) -> None:
        async def run(text: str) -> str:
            bot = make_bot()
            await bot.add_cog(Commands())
            dpytest.configure(bot)
            await dpytest.message(f"!echo {text}")
            return dpytest.get_message().content

        self.assertEqual([asyncio.run(run("one")), asyncio.run(run("two"))], ["one", "two"])
