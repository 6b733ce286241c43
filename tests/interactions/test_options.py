"""Options as a person's client takes them: each type's values, those it refuses, and what reaches the bot."""

from __future__ import annotations

import enum
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from discordtest import DiscordTestCase, SetupError


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Bot(commands.Bot):
    """Has a command for every type of option, and keeps what it was given."""

    def __init__(self) -> None:
        super().__init__("!", intents=discord.Intents.all())
        self.given: dict[str, Any] = {}
        for command in self.all_commands_of_types():
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def keep(self, interaction: discord.Interaction, **given: Any) -> None:
        self.given = {name: value for name, value in given.items() if value is not None}
        await interaction.response.send_message("kept")

    def all_commands_of_types(self) -> list[app_commands.Command[Any, Any, Any]]:
        keep = self.keep

        @app_commands.command()
        async def text(
            i: discord.Interaction,
            plain: str | None = None,
            short: app_commands.Range[str, 2, 4] | None = None,
            word: Literal["yes", "no"] | None = None,
        ) -> None:
            await keep(i, plain=plain, short=short, word=word)

        @app_commands.command()
        @app_commands.choices(named=[app_commands.Choice(name="One", value=1)])
        async def number(
            i: discord.Interaction,
            whole: int | None = None,
            real: float | None = None,
            some: app_commands.Range[int, 1, 10] | None = None,
            part: app_commands.Range[float, 0.5, 1.5] | None = None,
            colour: Colour | None = None,
            named: app_commands.Choice[int] | None = None,
            sure: bool | None = None,
        ) -> None:
            await keep(i, whole=whole, real=real, some=some, part=part, colour=colour, named=named, sure=sure)

        @app_commands.command()
        async def thing(
            i: discord.Interaction,
            member: discord.Member | None = None,
            user: discord.User | None = None,
            role: discord.Role | None = None,
            anyone: discord.Member | discord.Role | None = None,
            channel: discord.TextChannel | None = None,
            thread: discord.Thread | None = None,
            file: discord.Attachment | None = None,
        ) -> None:
            await keep(
                i,
                member=member,
                user=user,
                role=role,
                anyone=anyone,
                channel=channel,
                thread=thread,
                file=file,
            )

        @app_commands.command()
        @app_commands.rename(to_whom="to-whom")
        async def must(i: discord.Interaction, to_whom: str, why: str | None = None) -> None:
            await keep(i, to_whom=to_whom, why=why)

        return [text, number, thing, must]


class OptionTestCase(DiscordTestCase):
    client: Bot

    def make_client(self) -> Bot:
        return Bot()

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.role = self.make_role("role", self.guild)
        self.alice = self.make_member("alice", self.guild)
        self.bob = self.make_member("bob", self.guild)

    async def give(self, command: str, **options: Any) -> dict[str, Any]:
        """Let alice use the command; return what the bot was given."""
        await self.slash(self.alice, self.general, command, **options)
        self.assertSent("kept")
        return self.client.given

    async def assertRefused(self, reason: str, command: str, **options: Any) -> None:
        before = dict(self.backend.world.files), self.backend.world.last_id
        with self.assertRaisesRegex(SetupError, reason):
            await self.slash(self.alice, self.general, command, **options)
        self.assertEqual((self.backend.world.files, self.backend.world.last_id), before)
        self.assertNothingSent()


class TextTests(OptionTestCase):
    async def test_text(self) -> None:
        self.assertEqual(await self.give("text", plain="hello there"), {"plain": "hello there"})

    async def test_longest_text(self) -> None:
        await self.give("text", plain="a" * 6000)
        await self.assertRefused("takes 0 to 6000 characters, not 6001", "text", plain="a" * 6001)

    async def test_bounds_of_the_command(self) -> None:
        for fitting in ("ab", "abcd"):
            self.assertEqual(await self.give("text", short=fitting), {"short": fitting})
        for wrong in ("a", "abcde"):
            await self.assertRefused("takes 2 to 4 characters", "text", short=wrong)

    async def test_empty_text(self) -> None:
        await self.assertRefused("'plain' of /text is empty", "text", plain="")

    async def test_no_text(self) -> None:
        await self.assertRefused("takes text, not 5", "text", plain=5)

    async def test_choice(self) -> None:
        self.assertEqual(await self.give("text", word="yes"), {"word": "yes"})
        await self.assertRefused("no choice 'maybe'; its choices: 'yes', 'no'", "text", word="maybe")


class NumberTests(OptionTestCase):
    async def test_whole_number(self) -> None:
        self.assertEqual(await self.give("number", whole=-7), {"whole": -7})

    async def test_bounds_of_discord(self) -> None:
        await self.give("number", whole=2**53 - 1, real=-(2.0**53))
        await self.assertRefused("not 9007199254740992", "number", whole=2**53)
        await self.assertRefused("takes", "number", real=2.0**53 + 2)

    async def test_bounds_of_the_command(self) -> None:
        self.assertEqual(await self.give("number", some=1, part=0.5), {"some": 1, "part": 0.5})
        self.assertEqual(await self.give("number", some=10, part=1.5), {"some": 10, "part": 1.5})
        for wrong in (0, 11):
            await self.assertRefused(f"takes 1 to 10, not {wrong}", "number", some=wrong)
        for wrong in (0.4, 1.6):
            await self.assertRefused("takes 0.5 to 1.5", "number", part=wrong)

    async def test_real_number(self) -> None:
        given = await self.give("number", real=2)
        self.assertEqual(given, {"real": 2.0})
        self.assertIsInstance(given["real"], float)

    async def test_no_number(self) -> None:
        for wrong in ("1", 1.5, True):
            await self.assertRefused("takes a whole number", "number", whole=wrong)
        for wrong in ("1", float("nan"), float("inf"), True):
            await self.assertRefused("takes a number", "number", real=wrong)

    async def test_choice_by_value_name_or_itself(self) -> None:
        for wanted in (1, "One", app_commands.Choice(name="One", value=1)):
            self.assertEqual((await self.give("number", named=wanted))["named"].value, 1)
        await self.assertRefused("no choice True", "number", named=True)

    async def test_enumeration(self) -> None:
        self.assertEqual(await self.give("number", colour="BLUE"), {"colour": Colour.BLUE})

    async def test_boolean(self) -> None:
        self.assertEqual(await self.give("number", sure=False), {"sure": False})
        await self.assertRefused("takes True or False, not 1", "number", sure=1)


class ThingTests(OptionTestCase):
    async def test_member(self) -> None:
        member = (await self.give("thing", member=self.bob))["member"]
        self.assertIsInstance(member, discord.Member)
        self.assertEqual(member, self.bob)

    async def test_user_who_is_no_member(self) -> None:
        carol = self.make_user("carol")
        user = (await self.give("thing", user=carol))["user"]
        self.assertIsInstance(user, discord.User)
        self.assertEqual(user, carol)

    async def test_user_by_id(self) -> None:
        for bob in (self.bob.id, str(self.bob.id), "bob"):
            self.assertEqual((await self.give("thing", user=bob))["user"].id, self.bob.id)
        await self.assertRefused("takes a user: there is no user 1", "thing", user=1)
        await self.assertRefused(
            "takes a user: no user in the world of this test is called 'bib'", "thing", user="bib"
        )

    async def test_role(self) -> None:
        self.assertEqual((await self.give("thing", role=self.role))["role"], self.role)
        other = self.make_role("role", self.make_guild("Other"))
        await self.assertRefused("takes a role of the guild", "thing", role=other)

    async def test_mentionable(self) -> None:
        self.assertEqual((await self.give("thing", anyone=self.bob))["anyone"], self.bob)
        self.assertEqual((await self.give("thing", anyone=self.role))["anyone"], self.role)
        await self.assertRefused("takes a user or a role of the guild", "thing", anyone=1)

    async def test_channel(self) -> None:
        self.assertEqual((await self.give("thing", channel=self.general))["channel"], self.general)

    async def test_channel_of_another_type(self) -> None:
        voice = self.make_voice_channel("voice", self.guild)
        await self.assertRefused("takes channels of the types text", "thing", channel=voice)

    async def test_channel_of_another_guild(self) -> None:
        other = self.make_text_channel("other", self.make_guild("Other"))
        await self.assertRefused("takes a channel of the guild", "thing", channel=other)

    async def test_hidden_channel(self) -> None:
        hidden = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        staff = self.make_text_channel("staff", self.guild, overwrites=hidden)
        await self.assertRefused("the person can't see it", "thing", channel=staff)

    async def test_thread(self) -> None:
        thread = self.make_thread("talk", self.general)
        self.assertEqual((await self.give("thing", thread=thread))["thread"], thread)

    async def test_file(self) -> None:
        file = (await self.give("thing", file=("a b.txt", b"text")))["file"]
        self.assertEqual((file.filename, await file.read(), file.ephemeral), ("a_b.txt", b"text", True))

    async def test_file_by_its_path(self) -> None:
        file = (await self.give("thing", file=__file__))["file"]
        self.assertEqual(file.filename, "test_options.py")

    async def test_channel_in_a_direct_message(self) -> None:
        await self.slash(self.alice, self.client.user, "text", plain="a")
        dm = self.backend.world.dms.values()
        for wrong in (*dm, self.general):
            with self.assertRaisesRegex(SetupError, "no channel in a direct message|channel of the guild"):
                await self.slash(self.alice, self.client.user, "thing", channel=wrong)

    async def test_file_that_is_too_large(self) -> None:
        await self.assertRefused("at most 20971520 bytes", "thing", file=("a.txt", b"a" * (20 * 2**20 + 1)))

    async def test_no_file(self) -> None:
        await self.assertRefused("takes a file", "thing", file=b"text")

    async def test_file_is_not_kept_when_another_option_is_wrong(self) -> None:
        await self.assertRefused("takes a user: there is no user 1", "thing", file=("a.txt", b"text"), user=1)


class NamesTests(OptionTestCase):
    async def test_missing_option(self) -> None:
        await self.assertRefused("/must needs the option 'to-whom'", "must", why="no reason")

    async def test_missing_option_is_told_with_its_choices(self) -> None:
        @self.client.tree.command(description="Paint")
        @discord.app_commands.choices(colour=[discord.app_commands.Choice(name="Red", value="r")])
        async def paint(i: discord.Interaction, colour: str, size: int) -> None: ...

        await self.client.tree.sync()
        await self.assertRefused("/paint needs the option 'colour'; its choices: 'Red'$", "paint", size=1)
        await self.assertRefused("/paint needs the option 'size'$", "paint", colour="Red")

    async def test_none_is_left_out(self) -> None:
        await self.assertRefused("needs the option", "must", **{"to-whom": None})
        self.assertEqual(await self.give("text", plain="a", short=None), {"plain": "a"})

    async def test_unknown_option(self) -> None:
        await self.assertRefused("no option 'whom'; its options: to-whom, why", "must", whom="bob")

    async def test_renamed_option(self) -> None:
        self.assertEqual(await self.give("must", **{"to-whom": "bob"}), {"to_whom": "bob"})
