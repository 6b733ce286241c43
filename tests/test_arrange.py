"""The builders: what they make, what the bot finds or is told, and what they refuse."""

from __future__ import annotations

import tempfile
import unittest
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
from discord.ext import commands

from discordtest import DiscordTestCase, SetupError


class Bot(commands.Bot):
    """A bot that notes the events that reach its listeners."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("intents", discord.Intents.all())
        super().__init__("!", **options)
        self.events: list[str] = []

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.events.append(event)
        super().dispatch(event, *args, **kwargs)


class Built(DiscordTestCase):
    client: Bot

    def make_client(self) -> Bot:
        return Bot()

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.alice = self.make_member("alice", self.guild)


class WorldTests(Built):
    """What is made before the start is what the bot finds."""

    def make_world(self) -> None:
        super().make_world()
        self.mods = self.make_role("mods", self.guild, color=discord.Colour.red(), hoist=True)
        self.bob = self.make_member("bob", self.guild, nick="Bobby", roles=[self.mods], status="idle")
        self.message = self.make_message("old", self.bob, self.general, reactions=["👍"])
        self.in_world = {
            "guild": self.bob.guild is self.guild,
            "role": self.bob.top_role,
            "nick": self.bob.display_name,
            "status": self.bob.status,
            "members": [member.name for member in self.guild.members],
            "channels": self.guild.text_channels,
            "me": self.guild.me and self.guild.me.guild_permissions.kick_members,
            "owner": self.guild.owner,
            "permissions": self.general.permissions_for(self.bob).send_messages,
        }

    async def test_objects_are_whole_before_the_start(self) -> None:
        expected = {
            "guild": True,
            "role": self.mods,
            "nick": "Bobby",
            "status": discord.Status.idle,
            "members": ["owner", "bot", "alice", "bob"],
            "channels": [self.general],
            "me": True,
            "owner": self.owner,
            "permissions": True,
        }
        self.assertEqual(self.in_world, expected)

    async def test_bot_finds_it_and_no_event_told_of_it(self) -> None:
        guild = self.client.get_guild(self.guild.id)
        assert guild is not None
        self.assertIsNot(guild, self.guild)
        bob = guild.get_member(self.bob.id)
        assert bob is not None
        self.assertEqual((bob.nick, bob.status, bob.top_role), ("Bobby", discord.Status.idle, self.mods))
        self.assertEqual(guild.get_role(self.mods.id).color, discord.Colour.red())  # type: ignore[union-attr]
        told = {"guild_join", "member_join", "guild_role_create", "guild_channel_create", "message"}
        self.assertFalse(told & set(self.client.events))

    async def test_objects_from_before_the_start_follow_the_world(self) -> None:
        role = self.make_role("late", self.guild)
        self.assertIs(self.guild.get_role(role.id), role)
        self.assertIs(self.guild.get_member(self.alice.id), self.refresh(self.alice))
        self.assertIn(role, self.guild.roles)

    async def test_objects_from_before_the_start_can_be_used_as_the_bot(self) -> None:
        await self.general.purge()
        self.assertEqual(self.history(self.general), [])
        await self.alice.send("hello")
        await self.guild.create_role(name="new")
        self.assertEqual(self.guild.roles[1].name, "new")

    async def test_building_stores_nothing_in_the_cache_of_the_bot(self) -> None:
        foreign = self.make_guild("Foreign", bots=())
        self.make_member("stranger", foreign)
        self.make_emoji("blob", foreign)
        state = self.client._connection
        self.assertNotIn(foreign.id, state._guilds)
        self.assertEqual(len(state._emojis), 0)
        self.assertNotIn("stranger", [user.name for user in self.client.users])


class LiveTests(Built):
    """What is made while the bot runs reaches its cache at once, and its listeners later."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.client.events.clear()

    async def told(self) -> list[str]:
        await self.settle()
        events = [event for event in self.client.events if not event.startswith(("raw", "socket", "audit"))]
        self.client.events.clear()
        return events

    async def test_guild(self) -> None:
        made = self.make_guild("Second", verification_level=discord.VerificationLevel.high, premium_tier=2)
        self.assertIs(self.client.get_guild(made.id), made)
        self.assertEqual(await self.told(), ["guild_join", "integration_create", "guild_integrations_update"])
        self.assertEqual((made.verification_level, made.premium_tier), (discord.VerificationLevel.high, 2))
        self.assertEqual(made.owner_id, self.owner.id)
        role = made.self_role
        assert role is not None
        self.assertEqual((role.position, role.permissions.value), (1, self.bot_permissions.value))

    async def test_furnished_guild(self) -> None:
        made = self.make_guild(
            "Second", members=[self.alice], channels=["one", self.general], roles=["a", "b"]
        )
        self.assertEqual([role.name for role in made.roles], ["@everyone", "b", "a", "bot"])
        self.assertEqual([channel.name for channel in made.text_channels], ["one", "general"])
        self.assertIn(self.alice, made.members)

    async def test_channel_of_an_office_is_named(self) -> None:
        guild = self.make_guild("Club", channels=["a", "b"], system_channel="b", rules_channel="a")
        self.assertEqual((guild.system_channel.name, guild.rules_channel.name), ("b", "a"))
        with self.assertRaisesRegex(SetupError, "system_channel='c' is none of its channels: a, b"):
            self.make_guild("Club", channels=["a", "b"], system_channel="c")
        self.assertEqual([each.name for each in self.client.guilds].count("Club"), 1)

    async def test_owner_roles_and_bots(self) -> None:
        owned = self.make_guild("Owned", owner=True, roles=[self.make_role("copied", self.guild, color=7)])
        self.assertEqual((owned.owner, owned.roles[1].color.value), (self.client.user, 7))
        self.assertEqual(self.make_guild("Hers", owner=self.alice).owner_id, self.alice.id)
        self.assertNotIn(self.make_guild("Nobody's", bots=()), self.client.guilds)
        self.assertIn(self.make_guild("His", bots=[self.client]), self.client.guilds)

    async def test_role_enters_at_the_bottom_or_where_it_is_told(self) -> None:
        low = self.make_role("low", self.guild)
        lower = self.make_role("lower", self.guild, permissions=discord.Permissions(ban_members=True))
        bottom = self.make_role("bottom", self.guild, position=1)
        above = self.make_role("above", self.guild, position=self.guild.me.top_role.position + 1)
        names = [role.name for role in self.client.guilds[0].roles]
        self.assertEqual(names, ["@everyone", "bottom", "lower", "low", "bot", "above"])
        self.assertTrue(lower.permissions.ban_members)
        self.assertLess(bottom, low)
        self.assertGreater(above, self.client.guilds[0].me.top_role)
        self.assertIn("guild_role_create", await self.told())

    async def test_channels_of_every_type(self) -> None:
        category = self.make_category_channel("Stuff", self.guild)
        overwrites = {self.alice: discord.PermissionOverwrite(send_messages=False)}
        text = self.make_text_channel(
            "Text Room", self.guild, category=category, topic="t", slowmode_delay=5, overwrites=overwrites
        )
        self.assertEqual((text.name, text.category, text.topic), ("text-room", category, "t"))
        self.assertEqual(text.slowmode_delay, 5)
        self.assertFalse(text.permissions_for(self.alice).send_messages)
        self.assertTrue(self.make_text_channel("news", self.guild, news=True).is_news())
        voice = self.make_voice_channel("Voice", self.guild, user_limit=3)
        self.assertEqual((type(voice), voice.user_limit), (discord.VoiceChannel, 3))
        self.assertIsInstance(self.make_stage_channel("Stage", self.guild), discord.StageChannel)
        tag = discord.ForumTag(name="bug", emoji="🐛")
        forum = self.make_forum_channel("help", self.guild, available_tags=[tag])
        self.assertEqual(forum.available_tags[0].name, "bug")
        self.assertEqual(set(await self.told()), {"guild_channel_create"})

    async def test_threads(self) -> None:
        thread = self.make_thread("Talk", self.general, members=[self.alice])
        self.assertIs(self.client.guilds[0].get_thread(thread.id), thread)
        private = self.make_thread("Secret", self.general, private=True)
        self.assertTrue(private.is_private())
        message = self.make_message("hi", self.alice, self.general)
        self.assertEqual(self.make_thread("On it", message).id, message.id)
        post = self.make_thread("Post", self.make_forum_channel("forum", self.guild), content="first")
        self.assertEqual(self.history(post)[0].content, "first")
        closed = self.make_thread("Closed", self.general, archived=True, locked=True)
        self.assertTrue(closed.archived and closed.locked)

    async def test_member(self) -> None:
        bob = self.make_member("bob", self.guild)
        self.assertIs(self.client.guilds[0].get_member(bob.id), bob)
        self.assertEqual(self.client.events[-1], "member_join")
        joined = datetime(2020, 1, 1, tzinfo=UTC)
        until = self.clock.now().replace(year=self.clock.now().year + 1)
        carol = self.make_user("carol", global_name="Carol", created_at=joined)
        carol = self.make_member(carol, self.guild, joined_at=joined, pending=True, timed_out_until=until)
        self.assertEqual((carol.joined_at, carol.created_at, carol.display_name), (joined, joined, "Carol"))
        self.assertTrue(carol.pending and carol.is_timed_out())

    async def test_many_members(self) -> None:
        made = self.make_members(50, self.guild, roles=[self.make_role("r", self.guild)])
        self.assertEqual((len(made), made[-1].name, len(made[10:20])), (50, "member50", 10))
        self.assertEqual(self.client.guilds[0].member_count, 53)
        self.assertIs(self.client.guilds[0].get_member(made[0].id), made[0])

    async def test_refusal_of_a_long_message_is_short(self) -> None:
        refusal = r"^make_message\('x+\.\.\.x+'\): content: Must be 2000 or fewer in length\.$"
        with self.assertRaisesRegex(SetupError, refusal) as caught:
            self.make_message("x" * 2001, self.alice, self.general)
        self.assertLess(len(str(caught.exception)), 100)

    async def test_message(self) -> None:
        file = self.make_attachment("a.txt", content=b"text")
        message = self.make_message(
            "hi", self.alice, self.general, embeds=[discord.Embed(title="T")], attachments=[file]
        )
        self.assertIs(self.client.cached_messages[-1], message)
        self.assertTrue(self.make_message("!", self.alice, self.general, pinned=True).pinned)
        self.assertEqual(await message.attachments[0].read(), b"text")
        self.assertIn("message", await self.told())
        answer = self.make_message("yes", self.alice, self.general, reply_to=message, files=[("b.txt", b"b")])
        assert answer.reference is not None
        self.assertEqual(answer.reference.message_id, message.id)
        reacted = self.make_message(
            "?", self.alice, self.general, reactions=[("👍", [self.alice, self.owner])]
        )
        self.assertEqual(reacted.reactions[0].count, 2)

    async def test_message_of_the_past_and_in_a_dm(self) -> None:
        long_ago = datetime(2021, 1, 1, tzinfo=UTC)
        old = self.make_message("old", self.alice, self.general, created_at=long_ago)
        self.assertEqual(old.created_at, long_ago)
        new = self.make_message("new", self.alice, self.general)
        self.assertEqual(self.history(self.general), [old, new])
        assert self.client.user is not None
        private = self.make_message("psst", self.alice, self.client.user)
        self.assertIsInstance(private.channel, discord.DMChannel)

    async def test_attachment_from_a_path(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "notes.txt"
            path.write_bytes(b"notes")
            made = self.make_attachment(path, id_num=77)
        self.assertEqual((made.id, made.filename, await made.read()), (77, "notes.txt", b"notes"))

    async def test_emoji_sticker_webhook_invite(self) -> None:
        emoji = self.make_emoji("blob", self.guild, animated=True)
        self.assertTrue(emoji.animated)
        self.assertIn(emoji, self.client.emojis)
        sticker = self.make_sticker("wave", self.guild)
        self.assertIn(sticker, self.client.stickers)
        self.assertEqual(set(await self.told()), {"guild_emojis_update", "guild_stickers_update"})
        hook = self.make_webhook("hook", self.general)
        await hook.send("posted")
        self.assertEqual(self.history(self.general)[-1].content, "posted")
        invite = self.make_invite(self.general, max_uses=3, inviter=self.alice)
        self.assertEqual((invite.max_uses, invite.guild), (3, self.client.guilds[0]))
        self.assertIn("invite_create", await self.told())

    async def test_template(self) -> None:
        made = self.make_template("Club", self.guild, description="For all.", creator=self.alice)
        (found,) = await self.client.get_guild(self.guild.id).templates()
        self.assertEqual((found.code, found.name, found.creator), (made.code, "Club", self.alice))
        self.assertEqual((made.description, made.source_guild.id), ("For all.", self.guild.id))
        with self.assertRaisesRegex(SetupError, "make_template.*Guild already has a template"):
            self.make_template("Den", self.guild)

    async def test_chosen_ids(self) -> None:
        with self.assertRaisesRegex(SetupError, "id_num=0: no guild of Discord has that id"):
            self.make_guild("Chosen", id_num=0)
        guild = self.make_guild("Chosen", id_num=10)
        channel = self.make_text_channel("c", guild, id_num=11)
        role = self.make_role("r", guild, id_num=12)
        user = self.make_user("u", id_num=13)
        message = self.make_message("m", user, channel, id_num=14)
        made = [guild.id, channel.id, role.id, user.id, message.id]
        self.assertEqual(made, [10, 11, 12, 13, 14])
        for again in (
            lambda: self.make_guild("Again", id_num=10),
            lambda: self.make_text_channel("again", guild, id_num=11),
            lambda: self.make_role("again", guild, id_num=12),
            lambda: self.make_user("again", id_num=13),
            lambda: self.make_message("again", user, channel, id_num=14),
        ):
            with self.assertRaisesRegex(SetupError, r"id_num=1\d is taken, by '"):
                again()

    async def test_refresh_and_history(self) -> None:
        before = self.refresh(self.alice)
        await self.client.guilds[0].get_member(self.alice.id).edit(nick="Al")  # type: ignore[union-attr]
        self.assertEqual(self.refresh(before).nick, "Al")
        for thing in (self.guild, self.general, self.alice, self.owner, self.client.user):
            self.assertEqual(self.refresh(thing), thing)
        message = self.make_message("x", self.alice, self.general)
        await message.delete()
        with self.assertRaisesRegex(SetupError, "is not in the world of this test any more"):
            self.refresh(message)

    async def test_messages_of_one_moment(self) -> None:
        moment = self.clock.now() - timedelta(days=15)
        made = [self.make_message(text, self.alice, self.general, created_at=moment) for text in "abc"]
        self.assertEqual({message.created_at for message in made}, {made[0].created_at})
        self.assertEqual([message.content for message in self.history(self.general)][:3], ["a", "b", "c"])


class IntentTests(DiscordTestCase):
    """Without the members intent the bot caches nobody; a test still gets whole objects."""

    def make_client(self) -> Bot:
        return Bot(intents=discord.Intents.default())

    async def test_member_is_built_and_not_cached(self) -> None:
        guild = self.make_guild("Test")
        alice = self.make_member("alice", guild, roles=[self.make_role("r", guild)])
        self.assertEqual((alice.guild, alice.top_role.name), (guild, "r"))
        self.assertIsNone(guild.get_member(alice.id))


class RefusalTests(Built):
    async def test_one_name_where_several_are_taken(self) -> None:
        for given in ("members", "channels", "roles"):
            with self.assertRaisesRegex(TypeError, f"make_guild takes a list of {given}, not 'general'"):
                self.make_guild("Test", **{given: "general"})

    """A mistake is a SetupError at the call, and nothing is half made."""

    def assertRefusedWhole(self, pattern: str, build: Any) -> None:
        world = self.backend.world
        names = ("users", "guilds", "channels", "roles", "members", "messages")
        before = {name: str(getattr(world, name)) for name in names}
        with self.assertRaisesRegex(SetupError, pattern):
            build()
        self.assertEqual({name: str(getattr(world, name)) for name in names}, before)

    async def test_names(self) -> None:
        length = "Must be between . and [0-9]+ in length"
        self.assertRefusedWhole(f"name: {length}", lambda: self.make_guild("x" * 101))
        self.make_guild("x" * 100)
        self.assertRefusedWhole(f"name: {length}", lambda: self.make_text_channel("x" * 101, self.guild))
        self.make_text_channel("x" * 100, self.guild)
        self.assertRefusedWhole("name: ", lambda: self.make_role("x" * 101, self.guild))
        self.assertRefusedWhole(f"username: {length}", lambda: self.make_user("x" * 33))
        self.assertRefusedWhole("nick: ", lambda: self.make_member("dave", self.guild, nick="x" * 33))
        self.assertRefusedWhole("content: ", lambda: self.make_message("x" * 2001, self.alice, self.general))

    async def test_guild_with_a_bad_part_is_taken_back(self) -> None:
        self.assertRefusedWhole("name: ", lambda: self.make_guild("Good", roles=["x" * 101]))
        self.assertRefusedWhole("no user", lambda: self.make_guild("Good", members=[12345]))

    async def test_what_is_not_of_this_world(self) -> None:
        nowhere = discord.Object(12345)
        self.assertRefusedWhole("no guild .*12345", lambda: self.make_role("r", nowhere))
        self.assertRefusedWhole("no channel .*12345", lambda: self.make_message("m", self.alice, nowhere))
        self.assertRefusedWhole("no user .*12345", lambda: self.make_message("m", nowhere, self.general))
        foreign = self.make_role("r", self.make_guild("Other"))
        self.assertRefusedWhole("no role", lambda: self.make_member("x", self.guild, roles=[foreign]))
        self.assertRefusedWhole("no object of discord.py", lambda: self.make_role("r", None))
        self.assertRefusedWhole("no guild .* is called 'Tset'", lambda: self.make_role("r", "Tset"))

    async def test_naive_moment(self) -> None:
        naive = datetime(2020, 1, 1)
        self.assertRefusedWhole("no time zone", lambda: self.make_user("x", created_at=naive))

    async def test_threads_and_attachments(self) -> None:
        message = self.make_message("m", self.alice, self.general)
        for pattern, build in (
            ("is public", lambda: self.make_thread("Talk", message, private=True)),
            ("only a thread of a forum", lambda: self.make_thread("Talk", self.general, content="x")),
        ):
            self.assertRefusedWhole(pattern, build)
        attachment = self.make_attachment("a.txt", content=b"a")
        self.backend.world.files.clear()
        make = lambda: self.make_message("m", self.alice, self.general, attachments=[attachment])  # noqa: E731
        self.assertRefusedWhole("is not on the CDN", make)

    async def test_many_members_of_whom_the_tenth_has_too_long_a_name(self) -> None:
        self.assertRefusedWhole("username: ", lambda: self.make_members(10, self.guild, "x" * 31))
        self.assertEqual(len(self.make_members(9, self.guild, "x" * 31)), 9)

    async def test_shard(self) -> None:
        self.assertEqual(self.make_guild("Sharded", shard_id=0).shard_id, 0)
        self.assertRefusedWhole("there are 1 shards", lambda: self.make_guild("Sharded", shard_id=1))


class SetUpTests(unittest.TestCase):
    def test_builder_in_setUp_names_make_world(self) -> None:
        class Wrong(DiscordTestCase):
            def setUp(self) -> None:
                self.make_guild("Too early")

            async def test(self) -> None: ...

        result = unittest.TestResult()
        Wrong("test").run(result)
        self.assertIn("def make_world(self)", result.errors[0][1])


class TwoWorldsTests(unittest.TestCase):
    def test_guild_of_another_world_is_refused(self) -> None:
        class Far(DiscordTestCase):
            start_time = datetime(2020, 1, 1, tzinfo=UTC)
            guild: discord.Guild

            async def test(self) -> None:
                Far.guild = self.make_guild("Far away")

        class Near(Far):
            start_time = datetime(2021, 1, 1, tzinfo=UTC)

            async def test(self) -> None:
                for build in (
                    lambda: self.make_role("r", Far.guild),
                    lambda: self.make_text_channel("c", Far.guild),
                    lambda: self.make_member("x", Far.guild),
                ):
                    users = len(self.backend.world.users)
                    with self.assertRaisesRegex(SetupError, f"no guild .*{Far.guild.id}"):
                        build()
                    self.assertEqual(len(self.backend.world.users), users)

        for case in (Far, Near):
            case("test").debug()


class ShardTests(DiscordTestCase):
    shards = 2

    async def test_guild_is_on_the_shard_that_is_asked_for(self) -> None:
        for shard_id in (0, 1):
            guild = self.make_guild("Sharded", shard_id=shard_id, bots=())
            self.assertEqual((guild.id >> 22) % 2, shard_id)


class AwayTests(Built):
    async def test_builder_refuses_while_the_bot_does_not_read(self) -> None:
        refusals: list[SetupError] = []
        dispatch = self.client.dispatch

        def build(event: str, *arguments: object) -> None:
            if event == "disconnect" and not refusals:  # a turn of the loop later it may be back
                with self.assertRaisesRegex(SetupError, "would miss this") as caught:
                    self.make_role("r", self.guild)
                refusals.append(caught.exception)
            dispatch(event, *arguments)

        self.client.dispatch = build  # type: ignore[method-assign]
        for session in list(self.backend.gateway.sessions):
            session.close(4000)
        await self.wait_until(lambda: refusals)
        await self.wait_until(lambda: len(self.backend.gateway.sessions) == 1)
        await self.settle()
        self.make_role("r", self.guild)
