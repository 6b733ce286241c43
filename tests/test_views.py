"""Objects of discord.py for what is in the world: the cached ones, else built ones that nothing caches."""

from __future__ import annotations

import discord
from discord.ext import commands

from discordtest import DiscordTestCase, SetupError


class Viewed(DiscordTestCase):
    intents = discord.Intents.all()

    def make_client(self) -> discord.Client:
        return commands.Bot("!", intents=self.intents)

    def make_world(self) -> None:
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)
        self.role = self.make_role("role", self.guild)
        self.alice = self.make_member("alice", self.guild, roles=[self.role])
        self.client_in_world = self.guild.me


class CachedTests(Viewed):
    async def test_cached_objects_come_first(self) -> None:
        guild = self.client.guilds[0]
        self.assertIs(self.refresh(self.guild), guild)
        self.assertIs(self.refresh(self.general), guild.text_channels[0])
        self.assertIs(self.refresh(self.role), guild.roles[1])
        self.assertIs(self.refresh(self.alice), guild.get_member(self.alice.id))
        self.assertIs(self.refresh(self.client_in_world), guild.me)
        message = await self.send(self.alice, self.general, "hi")
        self.assertIs(self.refresh(message), message)

    async def test_reactions_say_which_are_the_bots(self) -> None:
        message = await self.send(self.alice, self.general, "hi")
        await message.add_reaction("👍")
        await self.react(self.alice, message, "👎")
        self.client._connection._messages.clear()  # type: ignore[union-attr]  # it forgets all messages
        shown = self.refresh(message).reactions
        self.assertEqual(
            [(str(one.emoji), one.count, one.me) for one in shown], [("👍", 1, True), ("👎", 1, False)]
        )

    async def test_own_user_and_dm(self) -> None:
        await self.send_dm(self.alice, "psst")
        assert self.client.user is not None
        self.assertIs(self.refresh(self.client.user), self.client.user)
        channel = await self.alice.create_dm()
        self.assertEqual(self.refresh(channel).recipient, self.alice)

    async def test_webhook_invite_emoji_and_sticker(self) -> None:
        emoji, sticker = self.make_emoji("blob", self.guild), self.make_sticker("wave", self.guild)
        hook, invite = self.make_webhook("hook", self.general), self.make_invite(self.general)
        await emoji.edit(name="blobby")
        self.assertEqual(self.refresh(emoji).name, "blobby")
        self.assertEqual(self.refresh(sticker), sticker)
        self.assertEqual((self.refresh(hook).name, self.refresh(invite).code), ("hook", invite.code))
        await hook.delete()
        with self.assertRaisesRegex(SetupError, "not in the world"):
            self.refresh(hook)
        with self.assertRaisesRegex(SetupError, "refresh takes objects of discord.py"):
            self.refresh("hello")


class UncachedTests(Viewed):
    """A bot that caches next to nothing."""

    intents = discord.Intents.none()

    async def test_objects_are_whole_all_the_same(self) -> None:
        self.assertTrue(all(guild.unavailable for guild in self.client.guilds))
        message = await self.send(self.alice, self.general, "hi")
        self.assertEqual((message.content, message.author, message.channel), ("hi", self.alice, self.general))
        assert message.guild is not None
        self.assertEqual([role.name for role in message.guild.roles], ["@everyone", "role", "bot"])
        self.assertEqual(message.guild.member_count, 3)
        self.assertTrue(self.general.permissions_for(self.alice).send_messages)

    async def test_nothing_is_stored(self) -> None:
        await self.send(self.alice, self.general, "hi")
        self.make_emoji("blob", self.guild)
        state = self.client._connection
        assert self.client.user is not None
        self.assertEqual((list(state._users), len(state._emojis)), ([self.client.user.id], 0))
        self.assertEqual([guild.name for guild in self.client.guilds], [""])

    async def test_they_act_as_the_bot(self) -> None:
        message = await self.send(self.alice, self.general, "hi")
        await message.reply("hello")
        self.assertEqual([one.content for one in self.history(self.general)], ["hi", "hello"])


class ObfuscatedTests(Viewed):
    async def test_hidden_channel_is_as_it_is_and_not_as_the_bot_has_it(self) -> None:
        hide = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        staff = self.make_text_channel("staff", self.guild, overwrites=hide, topic="Raises")
        cached = self.client.get_channel(staff.id)
        assert isinstance(cached, discord.TextChannel)
        self.assertEqual((cached.name, cached.topic), ("___hidden___", None))
        self.assertEqual((staff.name, staff.topic), ("staff", "Raises"))
        self.backend.set_channel_permission_overrides(staff, self.guild.me, allow=1 << 10)
        self.assertEqual((cached.name, self.refresh(staff)), ("staff", cached))

    async def test_channel_that_the_bot_loses_sight_of(self) -> None:
        general = self.refresh(self.general)
        self.backend.set_channel_permission_overrides(general, self.guild.default_role, deny=1 << 10)
        self.assertEqual((general.name, self.refresh(general).name), ("___hidden___", "general"))
        self.backend.update_channel(general, name="lobby")
        self.assertEqual((general.name, self.refresh(general).name), ("___hidden___", "lobby"))


class ForeignTests(Viewed):
    async def test_guild_of_nobody_lives_on_in_the_bots_cache_once_it_joins(self) -> None:
        foreign = self.make_guild("Foreign", bots=())
        channel = self.make_text_channel("lobby", foreign)
        self.assertEqual(foreign.text_channels, [channel])
        self.assertIsNone(foreign.me)
        await self.add_bot(self.owner, foreign)
        self.assertIs(foreign.text_channels[0], self.client.get_channel(channel.id))
        self.assertIsNot(self.refresh(foreign), foreign)

    async def test_what_is_live_on_the_stages_of_a_built_guild(self) -> None:
        foreign = self.make_guild("Foreign", bots=())
        stage = self.make_stage_channel("stage", foreign)
        self.assertEqual((list(foreign.stage_instances), stage.instance), ([], None))
        await self.add_bot(self.owner, foreign)
        await self.client.get_channel(stage.id).create_instance(topic="Tea")  # type: ignore[union-attr]
        (instance,) = foreign.stage_instances
        self.assertEqual((instance.topic, instance.channel, stage.instance), ("Tea", stage, instance))
        self.assertIs(instance, self.refresh(foreign).stage_instances[0])
        await instance.delete()
        self.assertEqual(list(foreign.stage_instances), [])

    async def test_settings_of_a_built_guild_are_as_of_its_refresh(self) -> None:
        foreign = self.make_guild("Foreign", bots=())
        self.make_emoji("blob", foreign)
        self.assertEqual([emoji.name for emoji in foreign.emojis], ["blob"])
        self.backend.world.guilds[str(foreign.id)]["description"] = "changed"
        self.assertEqual(self.refresh(foreign).description, "changed")


class SeveralClientsTests(Viewed):
    async def test_refresh_for_another_client(self) -> None:
        other = commands.Bot("?", intents=discord.Intents.all())
        with self.assertRaisesRegex(SetupError, "is not connected to this test"):
            self.refresh(self.guild, other)
        await self.connect(other)
        guild = self.make_guild("Shared")
        self.assertIs(guild, self.client.get_guild(guild.id))
        self.assertIs(self.refresh(guild, other), other.get_guild(guild.id))

    async def test_objects_from_before_a_restart_follow_the_new_bot(self) -> None:
        old = self.client
        await self.restart()
        self.assertIsNot(self.client, old)
        self.assertIs(self.guild.get_member(self.alice.id), self.client.guilds[0].get_member(self.alice.id))
        await self.general.send("I am back")
        self.assertEqual(self.history(self.general)[-1].content, "I am back")
