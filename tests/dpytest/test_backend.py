from __future__ import annotations

import discord

from discordtest import dpytest
from discordtest.dpytest import back
from discordtest.errors import BackendError, SetupError
from tests.dpytest.case import SuiteCase


class BackendTests(SuiteCase):
    def test_it_is_found_under_both_names(self) -> None:
        self.assertIs(dpytest.back, dpytest.backend)

    async def test_text_channel_keeps_its_name(self) -> None:
        heard = self.hear("guild_channel_create")
        category = back.make_category_channel("Top", self.guild)
        hidden = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        channel = back.make_text_channel("Old Fruits!", self.guild, 0, 123, hidden, category)
        self.assertEqual((channel.name, channel.id, channel.position), ("Old Fruits!", 123, 0))
        self.assertEqual((channel.category, channel.overwrites), (category, hidden))
        self.assertIs(self.guild.get_channel(123), channel)
        await dpytest.run_all_events()
        self.assertEqual(heard, [(category,), (channel,)])
        made = await self.guild.create_text_channel("New Fruits")
        self.assertEqual(made.name, "new-fruits")

    async def test_voice_channel_has_bitrate_and_limit(self) -> None:
        channel = back.make_voice_channel("voice", self.guild, bitrate=8000, user_limit=5)
        self.assertEqual((channel.guild, channel.bitrate, channel.user_limit), (self.guild, 8000, 5))
        self.assertEqual(back.make_voice_channel("more", self.guild).bitrate, 64_000)
        with self.assertRaisesRegex(SetupError, "bitrate"):
            back.make_voice_channel("less", self.guild, bitrate=7999)

    async def test_state_is_the_clients_own(self) -> None:
        self.assertIs(back.get_state(), self.bot._connection)

    async def test_user_has_a_discriminator(self) -> None:
        self.assertEqual(back.make_user("Ann", 5).discriminator, "0005")
        self.assertEqual(back.make_user("Ann", "0042", id_num=99).id, 99)
        with self.assertRaisesRegex(ValueError, "from 1 to 9999"):
            back.make_user("Ann", "12345")

    async def test_members_and_messages_are_made_and_changed(self) -> None:
        member = back.make_member(back.make_user("Ann", 5), self.guild, nick="A")
        self.assertEqual(member.nick, "A")
        back.update_member(member, nick="B")
        self.assertEqual(member.nick, "B")
        message = back.make_message("!echo by hand", member, self.channel)
        await dpytest.run_all_events()
        self.assertTrue(dpytest.verify().message().content("by hand"))
        back.delete_message(message)
        with self.assertRaises(discord.NotFound):
            await self.channel.fetch_message(message.id)
        back.delete_member(member)
        self.assertIsNone(self.guild.get_member(member.id))

    async def test_pins_come_and_go(self) -> None:
        message = await self.channel.send("x")
        back.pin_message(self.channel.id, message.id)
        self.assertEqual([each async for each in self.channel.pins()], [message])
        back.unpin_message(self.channel.id, message.id)
        self.assertEqual([each async for each in self.channel.pins()], [])

    async def test_mentions_are_found(self) -> None:
        role = await self.guild.create_role(name="r")
        text = f"{role.mention} {self.alice.mention} {self.channel.mention}"
        self.assertEqual(back.find_role_mentions(text, self.guild), [str(role.id)])
        self.assertEqual(back.find_user_mentions(text, self.guild), [self.alice])
        self.assertEqual(back.find_channel_mentions(text, self.guild), [self.channel])
        self.assertEqual(back.find_role_mentions(None, self.guild), [])


class AloneTests(SuiteCase):
    async def test_backend_is_configured_without_guilds(self) -> None:
        back.configure(self.bot)
        self.assertFalse(self.bot.guilds)
        guild = back.make_guild("Mine")
        self.assertIn(guild, self.bot.guilds)
        with self.assertRaises(BackendError):
            back.configure(None)
