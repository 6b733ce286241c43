"""Why Discord refused, as the author of a test reads it; the client is told the code alone."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands

import discordtest
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
            "alice lacks send_messages in #rules: the overwrite for @everyone denies it",
        )

    async def test_time_out_is_named_as_the_cause(self) -> None:
        await self.timeout(self.owner, self.alice, 60)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(self.alice, self.general, "hi")
        self.assertRegex(
            self.notes(caught.exception), "^alice lacks send_messages in #general: timed out until 20"
        )

    async def test_pending_is_named_as_the_cause(self) -> None:
        newcomer = self.make_member("newcomer", self.guild, pending=True)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(newcomer, self.general, "hi")
        self.assertEqual(
            self.notes(caught.exception),
            "newcomer lacks send_messages in #general: pending, until the guild's membership screening is passed",
        )

    async def test_thread_has_no_overwrites_of_its_own(self) -> None:
        roles = self.guild.default_role
        self.backend.update_role(
            roles, permissions=discord.Permissions(view_channel=True, send_messages=True)
        )
        thread = self.make_thread("talk", self.general)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(self.alice, thread, "hi")
        self.assertRegex(self.notes(caught.exception), r"^alice lacks send_messages_in_threads in #talk$")

    async def test_part_of_a_message_that_is_not_allowed_is_named(self) -> None:
        bare = {self.guild.default_role: discord.PermissionOverwrite(attach_files=False)}
        text = self.make_text_channel("text", self.guild, overwrites=bare)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(self.alice, text, files=[discord.File(io.BytesIO(b"a"), "a.txt")])
        self.assertEqual(
            self.notes(caught.exception),
            "alice lacks attach_files in #text: the overwrite for @everyone denies it",
        )

    async def test_first_reaction_needs_a_permission_that_is_named(self) -> None:
        shy = {self.guild.default_role: discord.PermissionOverwrite(add_reactions=False)}
        text = self.make_text_channel("text", self.guild, overwrites=shy)
        message = await self.send(self.alice, text, "hi")
        with self.assertRaises(discord.Forbidden) as caught:
            await self.react(self.alice, message, "👍")
        self.assertEqual(
            self.notes(caught.exception),
            "alice lacks add_reactions in #text: the overwrite for @everyone denies it",
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


class OverwriteTests(BotTestCase):
    """The overwrite that denies a permission is named; what the roles do not give is nobody's overwrite's work."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.muted = self.make_role("Muted", self.guild)
        self.bob = self.make_member("bob", self.guild, roles=[self.muted])

    async def refused(self, member: discord.Member, **overwrites: Any) -> str:
        """Return why a member may not write in a channel with such overwrites."""
        channel = self.make_text_channel("news", self.guild, overwrites=overwrites["overwrites"])
        with self.assertRaises((discord.Forbidden, SetupError)) as caught:
            await self.send(member, channel, "hi")
        return "\n".join([str(caught.exception), *getattr(caught.exception, "__notes__", ())])

    async def test_overwrite_for_a_role(self) -> None:
        quiet = {self.muted: discord.PermissionOverwrite(send_messages=False)}
        text = await self.refused(self.bob, overwrites=quiet)
        self.assertIn("bob lacks send_messages in #news: the overwrite for the role 'Muted' denies it", text)

    async def test_overwrite_for_a_member(self) -> None:
        quiet = {self.bob: discord.PermissionOverwrite(send_messages=False)}
        self.assertIn(": the overwrite for bob denies it", await self.refused(self.bob, overwrites=quiet))

    async def test_later_word_counts(self) -> None:
        quiet = {
            self.guild.default_role: discord.PermissionOverwrite(send_messages=False),
            self.muted: discord.PermissionOverwrite(send_messages=True),
            self.bob: discord.PermissionOverwrite(send_messages=False),
        }
        self.assertIn(": the overwrite for bob denies it", await self.refused(self.bob, overwrites=quiet))

    async def test_overwrite_that_hides_the_channel(self) -> None:
        hidden = {self.muted: discord.PermissionOverwrite(view_channel=False)}
        text = await self.refused(self.bob, overwrites=hidden)
        self.assertIn("bob lacks view_channel in #news: the overwrite for the role 'Muted' denies it", text)

    async def test_permission_that_another_implies(self) -> None:
        locked = {self.guild.default_role: discord.PermissionOverwrite(connect=False)}
        stage = self.make_voice_channel("hall", self.guild, overwrites=locked)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(self.alice, stage, "hi")
        self.assertIn(
            "alice lacks send_messages in #hall: the overwrite for @everyone denies connect",
            caught.exception.__notes__,
        )

    async def test_permission_that_no_role_gives(self) -> None:
        self.backend.update_role(self.guild.default_role, permissions=discord.Permissions(view_channel=True))
        quiet = {self.guild.default_role: discord.PermissionOverwrite(send_messages=False)}
        text = await self.refused(self.alice, overwrites=quiet)
        self.assertTrue(text.endswith("alice lacks send_messages in #news"), text)

    async def test_thread_takes_the_overwrites_of_its_channel(self) -> None:
        quiet = {self.guild.default_role: discord.PermissionOverwrite(send_messages_in_threads=False)}
        channel = self.make_text_channel("news", self.guild, overwrites=quiet)
        thread = self.make_thread("talk", channel)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(self.alice, thread, "hi")
        self.assertIn(
            "alice lacks send_messages_in_threads in #talk: the overwrite for @everyone denies it",
            caught.exception.__notes__,
        )

    async def test_private_thread_of_others(self) -> None:
        thread = self.make_thread("secret", self.general, private=True)
        with self.fails(
            "alice lacks view_channel in #secret: who is not in a private thread needs manage_threads in #general",
            kind=SetupError,
        ):
            await self.send(self.alice, thread, "hi")

    async def test_member_whose_name_is_blocked(self) -> None:
        self.backend.world.members[str(self.guild.id)][str(self.alice.id)]["flags"] = 1 << 7
        with self.assertRaises(discord.Forbidden) as caught:
            await self.send(self.alice, self.general, "hi")
        self.assertIn("auto moderation blocks who is called so", caught.exception.__notes__[0])


class RequestTests(BotTestCase):
    """Each refusal of a request of the bot has its reason in the journal."""

    bot_permissions = discord.Permissions(change_nickname=True)

    async def why(self, method: str, path: str, **options: Any) -> str:
        """Return why Discord refuses a request of the bot."""
        with self.assertRaises(discord.Forbidden):
            await self.client.http.request(discord.http.Route(method, path), **options)
        return self.backend.journal.exchanges()[-1].why

    def let(self, **permissions: bool) -> None:
        """Give the bot these permissions."""
        self.backend.update_role(self.guild.me.top_role, permissions=discord.Permissions(**permissions))

    async def test_guild_of_another_owner(self) -> None:
        guild = f"/guilds/{self.guild.id}"
        self.let(manage_guild=True)
        text = "bot does not own guild 'Test': owner does"
        self.assertEqual(await self.why("PATCH", guild, json={"owner_id": str(self.alice.id)}), text)
        self.assertEqual(await self.why("POST", f"{guild}/mfa", json={"level": 1}), text)
        self.assertEqual(await self.why("DELETE", guild), text)

    async def test_one_permission_of_several(self) -> None:
        self.assertEqual(
            await self.why("GET", f"/guilds/{self.guild.id}/invites"),
            "bot lacks view_audit_log in guild 'Test', or manage_guild",
        )
        flags = await self.why("PATCH", f"/guilds/{self.guild.id}/members/{self.alice.id}", json={"flags": 4})
        self.assertEqual(
            flags,
            "bot lacks moderate_members in guild 'Test' (with kick_members and ban_members), or manage_roles, "
            "or manage_guild",
        )

    async def test_commands_of_a_guild_without_the_bot(self) -> None:
        path = f"/applications/{self.client.application_id}/guilds"
        elsewhere = self.make_guild("Elsewhere", bots=())
        text = "bot is no member of guild 'Elsewhere'"
        self.assertEqual(await self.why("GET", f"{path}/{elsewhere.id}/commands"), text)
        self.assertEqual(await self.why("GET", f"{path}/{elsewhere.id}/commands/permissions"), text)
        self.assertEqual(await self.why("GET", f"{path}/42/commands"), "there is no guild 42")

    async def test_intent_that_the_portal_does_not_allow(self) -> None:
        self._scene.application_of(self.client)["flags"] = 0
        thread = self.make_thread("talk", self.general)
        text = "the developer portal does not allow bot the intent members: see approved_intents"
        self.assertEqual(await self.why("GET", f"/guilds/{self.guild.id}/members"), text)
        self.assertEqual(await self.why("GET", f"/channels/{thread.id}/thread-members"), text)

    async def test_overwrite_that_gives_what_the_bot_has_not(self) -> None:
        self.let(manage_channels=True, manage_roles=True)
        path = f"/channels/{self.general.id}/permissions/{self.alice.id}"
        self.assertEqual(
            await self.why("PUT", path, json={"type": 1, "allow": str(1 << 13), "deny": "0"}),
            "bot lacks manage_messages in guild 'Test', and may give and take in overwrites only what it has itself",
        )

    async def test_emoji_of_another_guild(self) -> None:
        self.backend.update_role(
            self.guild.default_role,
            permissions=discord.Permissions(view_channel=True, add_reactions=True, read_message_history=True),
        )
        emoji = self.make_emoji("wave", self.make_guild("Elsewhere"))
        message = self.make_message("hi", self.alice, self.general)
        self.assertEqual(
            await self.why(
                "PUT", f"/channels/{self.general.id}/messages/{message.id}/reactions/wave:{emoji.id}/@me"
            ),
            "bot lacks use_external_emojis in #general",
        )

    async def test_forward_out_of_a_channel_whose_past_is_closed(self) -> None:
        hidden = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        closed = {self.guild.default_role: discord.PermissionOverwrite(read_message_history=False)}
        for name, overwrites, lacks in (
            ("secret", hidden, "view_channel"),
            ("past", closed, "read_message_history"),
        ):
            source = self.make_text_channel(name, self.guild, overwrites=overwrites)  # type: ignore[arg-type]
            message = self.make_message("hi", self.alice, source)
            reference = {"type": 1, "channel_id": str(source.id), "message_id": str(message.id)}
            self.assertEqual(
                await self.why(
                    "POST", f"/channels/{self.general.id}/messages", json={"message_reference": reference}
                ),
                f"bot lacks {lacks} in #{name}: the overwrite for @everyone denies it",
            )

    async def test_message_of_others(self) -> None:
        message = self.make_message("https://example.com", self.alice, self.general)
        self.assertEqual(
            await self.why("PATCH", f"/channels/{self.general.id}/messages/{message.id}", json={"flags": 4}),
            "bot lacks manage_messages in #general",
        )

    async def test_roles_above(self) -> None:
        self.let(manage_roles=True)
        high = self.make_role("high", self.guild)
        self.backend.update_role(high, position=2)
        self.assertEqual(
            await self.why(
                "PATCH", f"/guilds/{self.guild.id}/roles", json=[{"id": str(high.id), "position": 1}]
            ),
            "bot (highest role 'bot', position 1) does not stand above the role 'high', position 2",
        )

    async def test_moderated_tag(self) -> None:
        tag = discord.ForumTag(name="fixed", moderated=True)
        forum = self.make_forum_channel("help", self.guild, available_tags=[tag])
        applied = [str(forum.available_tags[0].id)]
        body = {"name": "A post", "message": {"content": "hi"}, "applied_tags": applied}
        self.assertEqual(
            await self.why("POST", f"/channels/{forum.id}/threads", json=body),
            "bot lacks manage_threads in #help, which the tag 'fixed' needs",
        )

    async def test_threads_of_others(self) -> None:
        thread = self.make_thread("talk", self.general, owner=self.alice)
        path = f"/channels/{thread.id}"
        lacks = "bot lacks manage_threads in #talk, which is"
        self.assertEqual(await self.why("PATCH", path, json={"name": "x"}), f"{lacks} not its own")
        self.backend.update_channel(thread, archived=True, locked=True)
        self.assertEqual(await self.why("PATCH", path, json={"archived": False}), f"{lacks} locked")

    async def test_own_thread_that_is_to_be_locked(self) -> None:
        thread = await self.general.create_thread(name="mine", type=discord.ChannelType.public_thread)
        self.assertEqual(
            await self.why("PATCH", f"/channels/{thread.id}", json={"locked": True}),
            "bot lacks manage_threads in #mine, which locked needs",
        )

    async def test_events_of_others(self) -> None:
        event = self.make_scheduled_event("Party", self.guild)
        self.assertEqual(
            await self.why("DELETE", f"/guilds/{self.guild.id}/scheduled-events/{event.id}"),
            "bot lacks manage_events in guild 'Test'",
        )


class ThreadAndStageTests(BotTestCase):
    """What the bot cannot see, or may not open to others."""

    bot_permissions = discord.Permissions(change_nickname=True)
    hidden = discord.PermissionOverwrite(view_channel=False)

    async def why(self, method: str, path: str) -> str:
        """Return why Discord refuses a request of the bot."""
        with self.assertRaises(discord.Forbidden):
            await self.client.http.request(discord.http.Route(method, path))
        return self.backend.journal.exchanges()[-1].why

    async def test_thread_that_only_its_owner_opens(self) -> None:
        thread = self.make_thread(
            "secret", self.general, private=True, members=[self.client.user], invitable=False
        )
        self.assertEqual(
            await self.why("PUT", f"/channels/{thread.id}/thread-members/{self.alice.id}"),
            "bot lacks manage_threads in #secret, which is not invitable and not its own",
        )

    async def test_thread_in_a_channel_that_the_other_does_not_see(self) -> None:
        staff = self.make_text_channel("staff", self.guild, overwrites={self.alice: self.hidden})
        thread = self.make_thread("talk", staff)
        self.assertEqual(
            await self.why("PUT", f"/channels/{thread.id}/thread-members/{self.alice.id}"),
            "alice lacks view_channel in #staff: the overwrite for alice denies it",
        )

    async def test_what_is_hidden(self) -> None:
        nobody = {self.guild.default_role: self.hidden}
        stage = self.make_stage_channel("stage", self.guild, overwrites=nobody)
        thread = self.make_thread("talk", self.make_text_channel("staff", self.guild, overwrites=nobody))
        self.assertEqual(
            await self.why("GET", f"/stage-instances/{stage.id}"),
            "bot lacks view_channel in #stage: the overwrite for @everyone denies it",
        )
        self.assertEqual(
            await self.why("PUT", f"/channels/{thread.id}/thread-members/@me"),
            "bot lacks view_channel in #talk: the overwrite for @everyone denies it",
        )

    async def test_application_that_people_cannot_install(self) -> None:
        self._scene.application_of(self.client)["integration_types_config"] = {"0": {}}
        with self.fails("bot has no USER_INSTALL in its integration_types_config", kind=SetupError):
            await self.install_app(self.alice)


class PlaceTests(BotTestCase):
    """What people find closed says what is in their way."""

    async def test_voice_channel_that_is_full(self) -> None:
        hall = self.make_voice_channel("hall", self.guild, user_limit=1)
        await self.join_voice(self.make_member("bob", self.guild), hall)
        with self.assertRaises(discord.Forbidden) as caught:
            await self.join_voice(self.alice, hall)
        self.assertIn("alice lacks move_members in #hall, which is full (1)", caught.exception.__notes__)

    async def test_nothing_lacks_a_reason(self) -> None:
        bare = re.compile(r"RestError\(Code\.MISSING_(?:ACCESS|PERMISSIONS)\)")
        folder = Path(discordtest.__file__).parent
        self.assertEqual([path for path in folder.rglob("*.py") if bare.search(path.read_text())], [])
