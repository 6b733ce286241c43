"""Why Discord refused, as the author of a test reads it; the client is told the code alone."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import discord
from discord.ext import commands

from discordtest import SetupError
from tests.bots import BotTestCase

Context = commands.Context[Any]
FORBIDDEN = "403 Forbidden (error code: 50013): Missing Permissions"


class PeopleTests(BotTestCase):
    """What a person may not do says what they lack, under the code that a bot would get."""

    def notes(self, error: BaseException) -> str:
        """Return the notes of an error, but for the moment of the test's start, which comes later."""
        return "\n".join(getattr(error, "__notes__", ()))

    async def test_missing_permission_is_named_with_the_guild(self) -> None:
        bob = self.make_member("bob", self.guild)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.kick(self.alice, bob)
        self.assertEqual(str(caught.exception), FORBIDDEN)
        self.assertEqual(self.notes(caught.exception), "alice lacks kick_members in guild 'Test'")

    async def test_missing_permission_is_named_with_the_channel(self) -> None:
        quiet = {self.guild.default_role: discord.PermissionOverwrite(send_messages=False)}
        rules = self.make_text_channel("rules", self.guild, overwrites=quiet)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(self.alice, rules, "hi")
        self.assertEqual(
            self.notes(caught.exception),
            "alice lacks send_messages in #rules: an overwrite denies what the roles give",
        )

    async def test_time_out_is_named_as_the_cause(self) -> None:
        await self.timeout(self.owner, self.alice, 60)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(self.alice, self.general, "hi")
        self.assertRegex(
            self.notes(caught.exception), "^alice lacks send_messages in #general: timed out until 20"
        )

    async def test_thread_has_no_overwrites_of_its_own(self) -> None:
        roles = self.guild.default_role
        self.backend.update_role(
            roles, permissions=discord.Permissions(view_channel=True, send_messages=True)
        )
        thread = self.make_thread("talk", self.general)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(self.alice, thread, "hi")
        self.assertRegex(self.notes(caught.exception), r"^alice lacks send_messages\w* in #talk$")

    async def test_part_of_a_message_that_is_not_allowed_is_named(self) -> None:
        bare = {self.guild.default_role: discord.PermissionOverwrite(attach_files=False)}
        text = self.make_text_channel("text", self.guild, overwrites=bare)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(self.alice, text, files=[discord.File(io.BytesIO(b"a"), "a.txt")])
        self.assertEqual(
            self.notes(caught.exception),
            "alice lacks attach_files in #text: an overwrite denies what the roles give",
        )

    async def test_first_reaction_needs_a_permission_that_is_named(self) -> None:
        shy = {self.guild.default_role: discord.PermissionOverwrite(add_reactions=False)}
        text = self.make_text_channel("text", self.guild, overwrites=shy)
        message = await self.send(self.alice, text, "hi")
        with self.assertRaises(discord.Forbidden) as caught:
            await self.react(self.alice, message, "👍")
        self.assertEqual(
            self.notes(caught.exception),
            "alice lacks add_reactions in #text: an overwrite denies what the roles give",
        )

    async def test_two_who_stand_alike_are_named_with_their_roles(self) -> None:
        mods = self.make_role("mods", self.guild, permissions=discord.Permissions(kick_members=True))
        carol = self.make_member("carol", self.guild, roles=[mods])
        dan = self.make_member("dan", self.guild, roles=[mods])
        with self.assertRaises(discord.Forbidden) as caught:
            await self.kick(carol, dan)
        self.assertEqual(
            self.notes(caught.exception),
            "carol (highest role 'mods', position 1) does not stand above dan (highest role 'mods', position 1)",
        )

    async def test_administrator_is_never_timed_out(self) -> None:
        admins = self.make_role("admins", self.guild, permissions=discord.Permissions(administrator=True))
        bob = self.make_member("bob", self.guild, roles=[admins])
        with self.assertRaises(discord.Forbidden) as caught:
            await self.timeout(self.owner, bob, 60)
        self.assertEqual(self.notes(caught.exception), "a member with administrator cannot be timed out")

    async def test_hidden_channel_says_what_hides_it(self) -> None:
        hidden = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        secret = self.make_text_channel("secret", self.guild, overwrites=hidden)
        with self.fails("Missing Access (code 50001): alice lacks view_channel in #secret", kind=SetupError):
            await self.send(self.alice, secret, "hi")

    async def test_stranger_is_called_one(self) -> None:
        bob = self.make_user("bob")
        with self.fails("Missing Access (code 50001): bob is no member of guild 'Test'", kind=SetupError):
            await self.send(bob, self.general, "hi")

    async def test_dm_of_others_is_called_so(self) -> None:
        direct = (await self.send_dm(self.alice, "hi")).channel
        bob = self.make_user("bob")
        with self.fails("bob is no recipient of that DM", kind=SetupError):
            await self.send(bob, direct.id, "hi")

    async def test_forum_says_how_a_post_is_made(self) -> None:
        forum = self.make_forum_channel("help", self.guild)
        with self.assertRaises(discord.HTTPException) as caught:
            await self.send(self.alice, forum, "hi")
        self.assertRegex(
            self.notes(caught.exception), "^it holds posts alone, which are threads: start_thread"
        )

    async def test_ephemeral_message_takes_no_reaction(self) -> None:
        @self.client.tree.command(description="Hush")
        async def hush(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("psst", ephemeral=True)

        await self.client.tree.sync()
        result = await self.slash(self.alice, self.general, "hush")
        assert result.response is not None
        with self.fails("Unknown Message (code 10008): it is ephemeral: a client shows it", kind=SetupError):
            await self.react(self.alice, result.response, "👍")


class BotTests(BotTestCase):
    """An error of the bot names the request that was refused, and why; the bot itself sees the code alone."""

    async def test_bot_that_lacks_a_permission(self) -> None:
        self.backend.update_role(self.guild.me.top_role, permissions=discord.Permissions.none())

        async def kick(ctx: Context) -> None:
            assert isinstance(ctx.author, discord.Member)
            await ctx.author.kick()

        with self.fails(
            f"the bot raised Forbidden: {FORBIDDEN}, in command do",
            "Discord refused DELETE /guilds/guild 'Test'/members/@alice: bot lacks kick_members in guild 'Test'",
        ):
            await self.bot_does(kick)

    async def test_owner_stands_above_all(self) -> None:
        async def ban(ctx: Context) -> None:
            assert ctx.guild is not None
            assert ctx.guild.owner is not None
            await ctx.guild.ban(ctx.guild.owner)

        with self.fails("@owner: owner owns guild 'Test': nobody stands above"):
            await self.bot_does(ban)

    async def test_bot_is_not_above_itself(self) -> None:
        async def ban(ctx: Context) -> None:
            assert ctx.guild is not None
            await ctx.guild.ban(ctx.guild.me)

        with self.fails("bot does not stand above bot: nobody is above themselves"):
            await self.bot_does(ban)

    async def test_role_above_that_of_the_bot_is_named(self) -> None:
        high = self.make_role("high", self.guild)
        self.backend.update_role(high, position=2)

        async def give(ctx: Context) -> None:
            assert isinstance(ctx.author, discord.Member)
            await ctx.author.add_roles(high)

        with self.fails(
            "bot (highest role 'bot', position 1) does not stand above the role 'high', position 2"
        ):
            await self.bot_does(give)

    async def test_refusal_that_the_bot_swallows_is_in_the_failure(self) -> None:
        async def kick(ctx: Context) -> None:
            assert ctx.guild is not None
            try:
                await ctx.guild.kick(ctx.guild.owner or ctx.author)
            except discord.HTTPException as error:
                self.assertEqual(str(error), FORBIDDEN)

        await self.bot_does(kick)

        with self.fails("Missing Permissions (code 50013): owner owns guild 'Test': nobody stands above"):
            self.assertSent("Kicked")


class LateAnswerTests(BotTestCase):
    async def test_answer_after_three_seconds_says_to_defer(self) -> None:
        @self.client.tree.command(description="Slow")
        async def slow(interaction: discord.Interaction) -> None:
            await asyncio.sleep(5)
            await interaction.response.send_message("done")

        await self.client.tree.sync()
        result = await self.slash(self.alice, self.general, "slow")

        with self.fails(
            "the first answer came 5 s after the interaction, and Discord waits 3 s: "
            "`await interaction.response.defer()` before what takes long, then `interaction.followup.send(…)`"
        ):
            await self.advance(5)
        self.assertNotResponded(result)
