"""The verbs of commands: how a command is found, why it is not, and what reaches the bot."""

from __future__ import annotations

import json
import re
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from discordtest import DiscordTestCase, SetupError
from discordtest.backend.journal import Act, Dispatch


class Bot(commands.Bot):
    """Has a slash command, subcommands, a hybrid one, menus and autocomplete."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.all(), help_command=None)
        self.interactions: list[discord.Interaction] = []
        self.typed: list[tuple[str, dict[str, Any]]] = []
        self.tree.add_command(self.make_ping())
        self.tree.add_command(self.make_tags())
        self.add_command(self.make_echo())
        self.add_menus()

    def make_ping(self) -> app_commands.Command[Any, Any, Any]:
        @app_commands.command()
        async def ping(i: discord.Interaction) -> None:
            self.interactions.append(i)
            await i.response.send_message("Pong!")

        return ping

    def make_tags(self) -> app_commands.Group:
        tag = app_commands.Group(name="tag", description="Tags.")
        edit = app_commands.Group(name="edit", description="Changes.", parent=tag)

        async def suggest(i: discord.Interaction, typed: Any) -> list[app_commands.Choice[Any]]:
            self.typed.append((typed, dict(iter(i.namespace))))
            return [app_commands.Choice(name=f"<{typed}>", value=typed)]

        @tag.command()
        async def show(i: discord.Interaction, name: str, page: int = 1) -> None:
            await i.response.send_message(f"{name} {page}")

        @edit.command(name="text")
        async def text_(i: discord.Interaction, name: str) -> None:
            await i.response.send_message(f"edited {name}")

        show.autocomplete("name")(suggest)
        show.autocomplete("page")(suggest)
        return tag

    def make_echo(self) -> commands.HybridCommand[Any, Any, Any]:
        @commands.hybrid_command()
        async def echo(ctx: commands.Context[Any], *, text: str) -> None:
            await ctx.send(f"{'slash' if ctx.interaction else 'prefix'}: {text}")

        return echo

    def add_menus(self) -> None:
        @self.tree.context_menu(name="Greet")
        async def greet(i: discord.Interaction, user: discord.Member) -> None:
            await i.response.send_message(f"Hello {user.name}")

        @self.tree.context_menu(name="Quote")
        async def quote(i: discord.Interaction, message: discord.Message) -> None:
            await i.response.send_message(f"> {message.content}")

    async def setup_hook(self) -> None:
        await self.tree.sync()


class CommandTestCase(DiscordTestCase):
    client: Bot

    def make_client(self) -> Bot:
        return Bot()

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)
        self.bob = self.make_member("bob", self.guild)

    def payload(self) -> dict[str, Any]:
        """Return what the bot was last told of an interaction."""
        events = [entry for entry in self.backend.journal if isinstance(entry, Dispatch)]
        found: dict[str, Any] = json.loads([e.text for e in events if e.name == "INTERACTION_CREATE"][-1])
        return found

    def told(self) -> list[str]:
        return [entry.text for entry in self.backend.journal if isinstance(entry, Act)]

    def listed(self, name: str = "ping") -> Any:
        commands = self.backend.world.commands[str(self.client.application_id)].values()
        return next(command for command in commands if command["name"] == name)


class SlashTests(CommandTestCase):
    async def test_command_is_answered(self) -> None:
        result = await self.slash(self.alice, self.general, "ping")
        self.assertEqual(result.response, self.assertSent("Pong!", channel=self.general))
        self.assertEqual(self.told()[-1], "alice uses /ping in #general")

    async def test_leading_slash_is_as_good(self) -> None:
        await self.slash(self.alice, self.general, "/ping")
        self.assertSent("Pong!")

    async def test_subcommand_and_group(self) -> None:
        await self.slash(self.alice, self.general, "tag show", name="rules")
        self.assertSent("rules 1")
        await self.slash(self.alice, self.general, "tag edit text", name="rules")
        self.assertSent("edited rules")
        self.assertEqual(self.told()[-1], "alice uses /tag edit text name='rules' in #general")

    async def test_hybrid_command_both_ways(self) -> None:
        await self.slash(self.alice, self.general, "echo", text="hi")
        self.assertSent("slash: hi")
        await self.send(self.alice, self.general, "!echo hi")
        self.assertSent("prefix: hi")

    async def test_data_of_a_global_command(self) -> None:
        await self.slash(self.alice, self.general, "tag show", page=2, name="rules")
        options = [
            {"type": 3, "name": "name", "value": "rules"},
            {"type": 4, "name": "page", "value": 2},
        ]
        inner = {"type": 1, "name": "show", "options": options}
        expected = {"id": self.listed("tag")["id"], "name": "tag", "type": 1, "options": [inner]}
        self.assertEqual(self.payload()["data"], expected)

    async def test_data_of_a_guild_command(self) -> None:
        self.client.tree.copy_global_to(guild=self.guild)
        await self.client.tree.sync(guild=self.guild)
        await self.client.tree.sync()
        await self.slash(self.alice, self.general, "ping")
        self.assertEqual(self.payload()["data"]["guild_id"], str(self.guild.id))
        self.assertSent("Pong!")

    async def test_context_in_a_guild(self) -> None:
        await self.slash(self.alice, self.general, "ping")
        interaction = self.client.interactions[-1]
        self.assertEqual((interaction.guild, interaction.channel), (self.guild, self.general))
        self.assertEqual(interaction.user, self.alice)
        self.assertTrue(interaction.context.guild)
        self.assertTrue(interaction.is_guild_integration())
        self.assertFalse(interaction.is_user_integration())

    async def test_direct_message_with_the_bot(self) -> None:
        assert self.client.user is not None
        await self.slash(self.alice, self.client.user, "ping")
        interaction = self.client.interactions[-1]
        self.assertSent("Pong!", channel=self.alice.dm_channel or interaction.channel)
        self.assertTrue(interaction.context.dm_channel)
        self.assertEqual(self.payload()["authorizing_integration_owners"], {"0": "0"})

    async def test_application_of_a_person_among_people(self) -> None:
        await self.install_app(self.alice)
        result = await self.slash(self.alice, self.bob, "ping")
        self.assertIsNotNone(result.response)
        self.assertTrue(self.client.interactions[-1].context.private_channel)
        self.assertEqual(self.payload()["authorizing_integration_owners"], {"1": str(self.alice.id)})

    async def test_application_of_a_person_in_a_foreign_guild(self) -> None:
        foreign = self.make_guild("Foreign", bots=())
        channel = self.make_text_channel("elsewhere", foreign)
        alice = self.make_member(self.alice, foreign)
        with self.assertRaisesRegex(SetupError, "not installed there"):
            await self.slash(alice, channel, "ping")
        await self.install_app(self.alice)
        self.assertEqual(self.told()[-1], "alice installs bot")
        await self.slash(alice, channel, "ping")
        interaction = self.client.interactions[-1]
        self.assertTrue(interaction.is_user_integration())
        self.assertFalse(interaction.is_guild_integration())
        self.assertEqual(interaction.guild_id, foreign.id)

    async def test_word_of_the_persons_language(self) -> None:
        self.listed()["name_localizations"] = {"de": "klingeln", "en-GB": "ring"}
        anna = self.make_member(self.make_user("anna", locale="de"), self.guild)
        await self.slash(anna, self.general, "klingeln")
        self.assertSent("Pong!")
        await self.slash(self.alice, self.general, "ring")
        self.assertSent("Pong!")
        with self.assertRaises(SetupError):
            await self.slash(self.alice, self.general, "klingeln")

    async def test_thread(self) -> None:
        thread = self.make_thread("talk", self.general)
        await self.slash(self.alice, thread, "ping")
        self.assertSent("Pong!", channel=thread)


class RefusalTests(CommandTestCase):
    async def refused(self, reason: str, command: str, channel: Any = None, who: Any = None) -> None:
        with self.assertRaisesRegex(SetupError, reason):
            await self.slash(who or self.alice, channel or self.general, command)
        self.assertEqual(self.backend.world.interactions, {})
        self.assertNothingSent()

    async def test_command_as_an_object(self) -> None:
        for words in ("ping", "tag show"):
            command: Any = self.client.tree.get_command(words.split()[0])
            if isinstance(command, app_commands.Group):
                command = command.get_command("show")
            with (
                self.subTest(words),
                self.assertRaisesRegex(TypeError, f"what people type, '{words}', not an object"),
            ):
                await self.slash(self.alice, self.general, command)

    async def test_unknown_command_names_those_that_there_are(self) -> None:
        there = "there are: ping, tag edit text, tag show, echo"
        await self.refused(rf"no application has such a slash command \(is 'ping' meant\?\); {there}", "pong")
        await self.refused(
            rf"no application has such a slash command \(is 'tag show' meant\?\); {there}", "tag_show"
        )
        await self.refused(f"no application has such a slash command; {there}", "zzz")

    async def test_command_of_another_kind_is_told_how_to_run(self) -> None:
        @app_commands.context_menu(name="Report It")
        async def report(interaction: discord.Interaction[Any], message: discord.Message) -> None: ...

        self.client.tree.add_command(report)
        await self.client.tree.sync()
        use = re.escape(
            "'Report It' is a message command: `await self.context_menu(who, channel, 'Report It', message)`"
        )
        await self.refused(use, "Report It")
        with self.assertRaisesRegex(SetupError, use):
            await self.context_menu(self.alice, self.general, "Report It", self.alice)
        with self.assertRaisesRegex(SetupError, r"`await self.slash\(who, channel, 'ping'\)`"):
            await self.context_menu(self.alice, self.general, "ping", self.alice)

    async def test_prefix_command_is_told_how_to_run(self) -> None:
        @self.client.command()
        async def roll(ctx: Any) -> None: ...

        await self.refused(r"a prefix command: `await self\.send\(who, channel, '!roll'\)`", "roll")

    def make_late(self) -> Any:
        async def late(i: discord.Interaction) -> None:
            await i.response.send_message("late")

        return late

    async def test_command_that_was_never_synced(self) -> None:
        @self.client.tree.command()
        async def late(i: discord.Interaction) -> None:
            await i.response.send_message("late")

        await self.refused("never synced: `await bot.tree.sync\\(\\)`", "late")
        await self.client.tree.sync()
        await self.slash(self.alice, self.general, "late")

    async def test_command_for_all_that_was_synced_for_a_guild(self) -> None:
        self.client.tree.command()(self.make_late())
        await self.client.tree.sync(guild=self.guild)
        await self.refused(
            "never synced: .*; sync\\(guild=…\\) leaves it out, unless .*copy_global_to", "late"
        )
        self.client.tree.copy_global_to(guild=self.guild)
        await self.client.tree.sync(guild=self.guild)
        await self.slash(self.alice, self.general, "late")

    async def test_command_of_a_guild_that_was_synced_for_all(self) -> None:
        self.client.tree.command(guild=self.guild)(self.make_late())
        await self.client.tree.sync()
        await self.refused(
            "for this guild, but that was never synced: `await bot.tree.sync\\(guild=…\\)`", "late"
        )

    async def test_command_of_another_guild(self) -> None:
        other = self.make_guild("Other")
        self.client.tree.command(guild=other)(self.make_late())
        await self.client.tree.sync()
        await self.refused("the bot's command tree has it for the guild 'Other' alone", "late")

    async def test_command_of_a_guild_that_is_not_there(self) -> None:
        self.client.tree.command(guild=discord.Object(123))(self.make_late())
        await self.client.tree.sync()
        await self.refused(r"for the guild 123 alone, which is not in this Discord.*id_num=123", "late")

    async def test_nothing_is_synced(self) -> None:
        self.client.tree.clear_commands(guild=None)
        await self.client.tree.sync()
        await self.refused("a command is there once the bot has synced it", "ping")

    async def test_no_words(self) -> None:
        await self.refused("takes the words of a command", "/ ")

    async def test_group_alone(self) -> None:
        await self.refused("/tag can't be used alone; its subcommands: edit, show", "tag")
        await self.refused("/tag edit can't be used alone; its subcommands: text", "tag edit")

    async def test_group_without_subcommands(self) -> None:
        group = app_commands.Group(name="box", description="Boxes.")
        app_commands.Group(name="empty", description="Nothing yet.", parent=group)
        self.client.tree.add_command(group)
        await self.client.tree.sync()
        await self.refused("/box empty is an empty group: no client shows it", "box empty")
        with self.assertRaises(SetupError) as caught:
            await self.slash(self.alice, self.general, "boxes")
        self.assertNotIn("box empty", str(caught.exception))

    async def test_unknown_subcommand(self) -> None:
        await self.refused("/tag has no subcommand 'drop'; it has: edit, show", "tag drop")
        await self.refused("/ping has no subcommand 'pong'; it has none", "ping pong")

    async def test_permissions_of_the_command(self) -> None:
        self.listed()["default_member_permissions"] = "4"
        await self.refused("/ping is not offered to alice in #general: they lack .* BAN_MEMBERS", "ping")

    async def test_hidden_channel(self) -> None:
        hidden = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        staff = self.make_text_channel("staff", self.guild, overwrites=hidden)
        await self.refused("they can't see the channel", "ping", staff)

    async def test_unknown_channel(self) -> None:
        await self.refused("there is no channel 1", "ping", 1)

    async def test_unknown_person(self) -> None:
        await self.refused("there is no user 1", "ping", who=1)

    async def test_bot(self) -> None:
        await self.refused("bot is a bot: only people use commands", "ping", who=self.client.user)

    async def test_channel_of_a_guild_that_the_person_is_not_in(self) -> None:
        stranger = self.make_user("stranger")
        await self.refused("they can't see the channel", "ping", who=stranger)


class PlainClientTests(DiscordTestCase):
    def make_client(self) -> discord.Client:
        return discord.Client(intents=discord.Intents.all())

    async def test_client_without_a_tree(self) -> None:
        guild = self.make_guild("Test")
        general, alice = self.make_text_channel("general", guild), self.make_member("alice", guild)
        with self.assertRaisesRegex(SetupError, "no application has a slash command at all"):
            await self.slash(alice, general, "ping")


class SeveralBotsTests(CommandTestCase):
    async def test_command_of_the_tests_own_client_comes_first(self) -> None:
        other = Bot()
        await self.connect(other)
        self.add_to_guild(other)
        await self.slash(self.alice, self.general, "ping")
        self.assertEqual((len(self.client.interactions), len(other.interactions)), (1, 0))

    async def test_command_of_another_bot(self) -> None:
        other = Bot()
        await self.connect(other)
        self.add_to_guild(other)
        self.client.tree.clear_commands(guild=None)
        await self.client.tree.sync()
        await self.slash(self.alice, self.general, "ping")
        self.assertEqual(len(other.interactions), 1)

    async def test_command_of_several_others(self) -> None:
        for _ in range(2):
            other = Bot()
            await self.connect(other)
            self.add_to_guild(other)
        self.client.tree.clear_commands(guild=None)
        await self.client.tree.sync()
        with self.assertRaisesRegex(SetupError, "several applications offer /ping here: Bot, Bot"):
            await self.slash(self.alice, self.general, "ping")

    def add_to_guild(self, client: Bot) -> None:
        assert client.user is not None
        if str(client.user.id) not in self.backend.world.members[str(self.guild.id)]:
            self.make_member(client.user, self.guild)


class MenuTests(CommandTestCase):
    async def test_user(self) -> None:
        await self.context_menu(self.alice, self.general, "Greet", self.bob)
        self.assertSent("Hello bob")
        self.assertEqual(self.told()[-1], "alice uses 'Greet' on bob in #general")
        data = self.payload()["data"]
        self.assertEqual((data["type"], data["target_id"]), (2, str(self.bob.id)))
        self.assertEqual(data["resolved"].keys(), {"users", "members"})

    async def test_message(self) -> None:
        message = await self.send(self.bob, self.general, "so it is")
        await self.context_menu(self.alice, self.general, "Quote", message)
        self.assertSent("> so it is")
        self.assertEqual(self.told()[-1], "alice uses 'Quote' on bob's message in #general")
        await self.context_menu(self.alice, self.general, "Quote", message.id)
        self.assertSent("> so it is")

    async def test_guild_command(self) -> None:
        self.client.tree.copy_global_to(guild=self.guild)
        await self.client.tree.sync(guild=self.guild)
        await self.context_menu(self.alice, self.general, "Greet", self.bob)
        self.assertEqual(self.payload()["data"]["guild_id"], str(self.guild.id))

    async def test_message_elsewhere(self) -> None:
        message = await self.send(self.bob, self.general, "so it is")
        other = self.make_text_channel("other", self.guild)
        with self.assertRaisesRegex(SetupError, "the message is in #general"):
            await self.context_menu(self.alice, other, "Quote", message)

    async def test_menu_of_the_other_kind(self) -> None:
        with self.assertRaisesRegex(
            SetupError,
            "the user command 'Quote' is not offered .* 'Quote' is a message command: .*context_menu",
        ):
            await self.context_menu(self.alice, self.general, "Quote", self.bob)

    async def test_name_is_exact(self) -> None:
        with self.assertRaises(SetupError):
            await self.context_menu(self.alice, self.general, "greet", self.bob)

    async def test_nothing_to_use_it_on(self) -> None:
        with self.assertRaisesRegex(SetupError, "there is no message 1"):
            await self.context_menu(self.alice, self.general, "Quote", 1)


class AutocompleteTests(CommandTestCase):
    async def test_suggestions(self) -> None:
        result = await self.autocomplete(self.alice, self.general, "tag show", "name", "ru")
        self.assertChoices(result, [("<ru>", "ru")])
        self.assertEqual(self.client.typed, [("ru", {"name": "ru"})])
        self.assertEqual(self.told()[-1], "alice types 'ru' into name of /tag show in #general")

    async def test_options_that_are_filled_in(self) -> None:
        await self.autocomplete(self.alice, self.general, "tag show", "name", "", page=3)
        self.assertEqual(self.client.typed, [("", {"name": "", "page": 3})])
        (focused, other) = self.payload()["data"]["options"][0]["options"]
        self.assertEqual(focused, {"type": 3, "name": "name", "value": "", "focused": True})
        self.assertNotIn("focused", other)

    async def test_number_arrives_as_it_is_typed(self) -> None:
        await self.autocomplete(self.alice, self.general, "tag show", "page", 1)
        focused = self.payload()["data"]["options"][0]["options"][0]
        self.assertEqual((focused["value"], focused["type"]), ("1", 4))

    async def test_no_number(self) -> None:
        with self.assertRaisesRegex(SetupError, "takes a number, not 'one'"):
            await self.autocomplete(self.alice, self.general, "tag show", "page", "one")

    async def test_option_without_autocomplete(self) -> None:
        with self.assertRaisesRegex(SetupError, "it has no autocomplete"):
            await self.autocomplete(self.alice, self.general, "tag edit text", "name", "ru")

    async def test_unknown_option(self) -> None:
        with self.assertRaisesRegex(SetupError, "has no option 'nam'"):
            await self.autocomplete(self.alice, self.general, "tag show", "nam", "ru")

    async def test_unknown_option_of_a_person_with_another_language(self) -> None:
        commands = self.backend.world.commands[str(self.client.application_id)].values()
        tag = next(command for command in commands if command["name"] == "tag")
        show = next(option for option in tag["options"] if option["name"] == "show")
        show["options"][0]["name_localizations"] = {"de": "wort"}
        anna = self.make_member(self.make_user("anna", locale="de"), self.guild)
        with self.assertRaisesRegex(SetupError, r"has no option 'wor'; its options: wort \(name\), page"):
            await self.autocomplete(anna, self.general, "tag show", "wor", "ru")


class InstallTests(CommandTestCase):
    async def test_client_of_another_test(self) -> None:
        with self.assertRaisesRegex(SetupError, "is no client of this test"):
            await self.install_app(self.alice, Bot())

    async def test_application_for_guilds_alone(self) -> None:
        del self.backend.world.applications[str(self.client.application_id)]["integration_types_config"]["1"]
        with self.assertRaisesRegex(SetupError, "alice installs bot, which no client offers"):
            await self.install_app(self.alice)
