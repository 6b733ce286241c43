from __future__ import annotations

from typing import Any

import discord

from discordtest import dpytest
from discordtest.dpytest import factories
from tests.dpytest.case import SuiteCase


class MadeTests(SuiteCase):
    """discord.py makes its objects from payloads that were made from values."""

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.state: Any = dpytest.back.get_state()

    def test_ids_are_new_every_time(self) -> None:
        ids = [factories.make_id() for _ in range(10_000)]
        self.assertEqual(len({*ids}), 10_000)
        self.assertLess(
            abs((discord.utils.snowflake_time(ids[-1]) - discord.utils.utcnow()).total_seconds()), 60
        )

    async def test_user(self) -> None:
        made = discord.User(state=self.state, data=factories.make_user_dict("Ann", 7, id_num=123, bot=True))
        self.assertEqual((made.name, made.discriminator, made.id, made.bot), ("Ann", "0007", 123, True))
        made = discord.User(state=self.state, data=factories.make_user_dict("Ann", "0"))
        self.assertEqual(made.discriminator, "0")
        for wrong in ("12345", -1, "x", ""):
            with self.subTest(wrong), self.assertRaisesRegex(ValueError, "from 1 to 9999"):
                factories.make_user_dict("Ann", wrong)

    async def test_member(self) -> None:
        role = await self.guild.create_role(name="r")
        data = factories.make_member_dict(self.guild, self.alice, [role.id], deaf=True, nick="Al")
        made = discord.Member(state=self.state, guild=self.guild, data=data)
        self.assertEqual((made.id, made.nick, made.roles[-1]), (self.alice.id, "Al", role))
        self.assertEqual((data["deaf"], data["mute"], data["guild_id"]), (True, False, str(self.guild.id)))

    async def test_role(self) -> None:
        data = factories.make_role_dict("r", 123, 5, hoist=True, permissions=8)
        made = discord.Role(state=self.state, guild=self.guild, data=data)
        self.assertEqual((made.id, made.name, made.colour.value, made.hoist), (123, "r", 5, True))
        self.assertTrue(made.permissions.administrator)
        self.assertEqual(factories.make_role_dict("r", colour=5, color=6)["color"], 6)

    async def test_channels(self) -> None:
        text = factories.make_text_channel_dict("Text", 1, guild_id=2, topic="t", position=3)
        self.assertEqual((text["type"], text["name"], text["id"], text["guild_id"]), (0, "Text", "1", "2"))
        made = discord.TextChannel(state=self.state, guild=self.guild, data=text)  # type: ignore[arg-type]
        self.assertEqual((made.name, made.topic, made.position), ("Text", "t", 3))
        voice = factories.make_voice_channel_dict("Voice", bitrate=9000)
        self.assertEqual((voice["type"], voice["bitrate"], voice["user_limit"]), (2, 9000, 0))
        self.assertEqual(factories.make_category_channel_dict("Top")["type"], 4)
        dm = factories.make_dm_channel_dict(self.alice, 5)
        self.assertEqual((dm["type"], dm["recipients"][0]["id"]), (1, str(self.alice.id)))

    async def test_message(self) -> None:
        attachment = discord.Attachment(
            state=self.state,
            data=factories.make_attachment_dict(
                "a.png", 3, "https://a.test/a.png", "https://b.test", 9, 10, 20
            ),
        )
        data = factories.make_message_dict(
            self.channel,
            self.alice,
            content="hi",
            mentions=[self.bob],
            attachments=[attachment],
            embeds=[discord.Embed(title="T")],
            pinned=True,
            nonce="n",
        )
        made = discord.Message(state=self.state, channel=self.channel, data=data)  # type: ignore[arg-type]
        self.assertEqual((made.content, made.author, made.pinned, made.nonce), ("hi", self.alice, True, "n"))
        self.assertEqual((made.attachments[0].id, made.attachments[0].height), (9, 10))
        self.assertEqual(made.embeds, [discord.Embed(title="T")])
        self.assertEqual([user.id for user in made.mentions], [self.bob.id])

    async def test_guild(self) -> None:
        data = factories.make_guild_dict(
            "G", 1, [factories.make_role_dict("@everyone", 5)], 5, premium_tier=2
        )
        made = discord.Guild(state=self.state, data=data)  # type: ignore[arg-type]
        self.assertEqual((made.name, made.owner_id, made.premium_tier, len(made.roles)), ("G", 1, 2, 1))


class ObjectTests(SuiteCase):
    """A payload of an object of discord.py is what the object shows."""

    def test_member_and_user(self) -> None:
        user = factories.dict_from_user(self.alice)
        self.assertEqual((user["id"], user["username"]), (str(self.alice.id), "TestUser0"))
        member = factories.dict_from_member(self.guild.me)
        self.assertEqual(
            (member["nick"], member["user"]["bot"], member["roles"]), (self.guild.me.nick, True, [])
        )
        self.assertEqual(member["joined_at"], self.guild.me.joined_at and self.guild.me.joined_at.isoformat())

    async def test_voice_of_a_member(self) -> None:
        await self.guild.voice_channels[0].connect()
        await self.guild.me.edit(mute=True)
        await dpytest.run_all_events()
        member = factories.dict_from_member(self.guild.me)
        self.assertEqual((member["mute"], member["deaf"]), (True, False))

    async def test_role_and_overwrite(self) -> None:
        role = await self.guild.create_role(name="r", colour=5, mentionable=True)
        made = factories.dict_from_role(role)
        self.assertEqual(
            (made["id"], made["name"], made["color"], made["mentionable"]), (str(role.id), "r", 5, True)
        )
        overwrite = discord.PermissionOverwrite(send_messages=False, add_reactions=True)
        self.assertEqual(
            factories.dict_from_overwrite(role, overwrite),
            {"id": str(role.id), "type": 0, "allow": "64", "deny": "2048"},
        )
        self.assertEqual(factories.dict_from_overwrite(self.alice, overwrite)["type"], 1)

    async def test_channel(self) -> None:
        await self.channel.edit(topic="t")
        await dpytest.set_permission_overrides(self.alice, self.channel, send_messages=False)
        made = factories.dict_from_channel(self.channel)
        self.assertEqual((made["name"], made["topic"], made["parent_id"]), ("TextChannel_0", "t", None))
        self.assertEqual([each["id"] for each in made["permission_overwrites"]], [str(self.alice.id)])
        voice = factories.dict_from_channel(self.guild.voice_channels[0])
        self.assertEqual((voice["bitrate"], "topic" in voice), (64_000, False))

    async def test_message(self) -> None:
        text = f"{self.alice.mention} {self.channel.mention}"
        message = await self.channel.send(text, embed=discord.Embed(title="T"))
        made = factories.dict_from_message(message)
        self.assertEqual((made["id"], made["content"]), (str(message.id), message.content))
        self.assertEqual([user["id"] for user in made["mentions"]], [str(self.alice.id)])
        self.assertEqual([each["id"] for each in made["mention_channels"]], [str(self.channel.id)])
        self.assertEqual(made["embeds"][0]["title"], "T")

    def test_guild(self) -> None:
        made = factories.dict_from_guild(self.guild)
        self.assertEqual((made["id"], made["name"]), (str(self.guild.id), "Test Guild 0"))
        self.assertEqual([role["name"] for role in made["roles"]], ["@everyone"])
        self.assertEqual((made["system_channel_id"], made["icon"]), (None, None))
