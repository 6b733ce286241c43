"""The fake HTTP client: every method does the real thing, and what was asked and answered is kept."""

from __future__ import annotations

import io

import discord
from discord.http import Route

from discordtest import BackendError, HttpError, NotModelled, backend
from discordtest.backend import FakeHttp
from tests.control.listening import ControlTestCase


class HttpTestCase(ControlTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        self.http = FakeHttp()


class ChannelTests(HttpTestCase):
    async def test_channel_is_created_and_read(self) -> None:
        made = await self.http.create_channel(
            self.guild.id, discord.ChannelType.voice, reason="more", name="talk", user_limit=5
        )
        channel = self.guild.get_channel(int(made["id"]))
        assert isinstance(channel, discord.VoiceChannel)
        self.assertEqual((channel.name, channel.user_limit), ("talk", 5))
        self.assertEqual(await self.http.get_channel(channel.id), made)
        self.assertEqual(await self.heard(), ["guild_channel_create"])
        self.assertAuditLog(self.guild, discord.AuditLogAction.channel_create, reason="more")
        self.assertEqual((await self.http.create_channel(self.guild.id, 0, name="text"))["type"], 0)

    async def test_private_message(self) -> None:
        made = await self.http.start_private_message(self.alice.id)
        await self.http.send_message(made["id"], "psst")
        await self.settle()
        self.assertSent("psst", channel=int(made["id"]))

    async def test_overwrite_is_deleted(self) -> None:
        backend.update_text_channel(self.general, self.mods, discord.PermissionOverwrite(send_messages=False))
        await self.http.delete_channel_permissions(self.general.id, self.mods.id)
        self.assertEqual(self.general.overwrites, {})


class MessageTests(HttpTestCase):
    async def test_message_with_everything(self) -> None:
        other = self.make_message("hello", self.alice, self.general)
        sticker = self.make_sticker("wave", self.guild)
        button = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
        sent = await self.http.send_message(
            self.general.id,
            "hi",
            tts=True,
            embed={"title": "Title"},
            nonce="77",
            allowed_mentions={"parse": []},
            message_reference={"message_id": str(other.id)},
            stickers=[sticker.id],
            components=[button],
        )
        await self.settle()
        message = self.assertSent("hi", channel=self.general, reply_to=other, buttons=["Go"])
        self.assertEqual(int(sent["id"]), message.id)
        self.assertEqual((message.embeds[0].title, message.stickers[0].id), ("Title", sticker.id))
        self.assertEqual((sent["tts"], sent["nonce"]), (True, "77"))
        fetched = await self.http.get_message(self.general.id, message.id)
        self.assertEqual((fetched["id"], fetched["content"]), (sent["id"], "hi"))

    async def test_objects_of_discord_py_are_taken(self) -> None:
        sent = await self.http.send_message(
            self.general.id,
            f"<@{self.alice.id}>",
            embeds=[discord.Embed(title="Title")],
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.assertEqual((sent["embeds"][0]["title"], sent["mentions"]), ("Title", []))
        with self.assertRaisesRegex(TypeError, "pass embed= or embeds=, not both"):
            await self.http.send_message(self.general.id, "hi", embed=discord.Embed(), embeds=[])

    async def test_files(self) -> None:
        files = [
            discord.File(io.BytesIO(b"one"), "one.txt", description="first"),
            discord.File(io.BytesIO(b"two"), "two.txt", spoiler=True),
        ]
        sent = await self.http.send_files(self.general.id, files=files, content="here")
        await self.settle()
        self.assertSent("here", channel=self.general, files={"one.txt": b"one", "SPOILER_two.txt": b"two"})
        self.assertEqual(sent["attachments"][0]["description"], "first")

    async def test_message_is_edited(self) -> None:
        sent = await self.http.send_message(self.general.id, "hi")
        edited = await self.http.edit_message(self.general.id, int(sent["id"]), content="bye")
        self.assertEqual((edited["id"], edited["content"]), (sent["id"], "bye"))
        self.assertIn("message_edit", await self.heard())

    async def test_history(self) -> None:
        made = [self.make_message(str(number), self.alice, self.general) for number in range(5)]
        texts = {
            "all": await self.http.logs_from(self.general.id, 2),
            "before": await self.http.logs_from(self.general.id, 1, before=made[2].id),
            "after": await self.http.logs_from(self.general.id, 9, after=made[2].id),
            "around": await self.http.logs_from(self.general.id, 3, around=made[2].id),
        }
        self.assertEqual(
            {name: [one["content"] for one in found] for name, found in texts.items()},
            {"all": ["4", "3"], "before": ["1"], "after": ["4", "3"], "around": ["3", "2", "1"]},
        )


class MemberTests(HttpTestCase):
    async def test_ban(self) -> None:
        self.make_message("spam", self.alice, self.general)
        await self.http.ban(self.alice.id, self.guild.id, reason="spam")
        self.assertBanned(self.alice, self.guild, reason="spam")
        self.assertEqual(self.history(self.general), [])
        self.assertIn("member_remove", await self.heard())

    async def test_ban_that_deletes_nothing(self) -> None:
        self.make_message("spam", self.alice, self.general)
        await self.http.ban(self.alice.id, self.guild.id, 0)
        self.assertEqual(len(self.history(self.general)), 1)

    async def test_own_nickname(self) -> None:
        changed = await self.http.change_my_nickname(self.guild.id, "Robot")
        self.assertEqual((changed["nick"], self.guild.me.nick), ("Robot", "Robot"))

    async def test_member_is_changed_and_read(self) -> None:
        changed = await self.http.edit_member(self.guild.id, self.alice.id, nick="Ally", roles=[self.mods.id])
        self.assertEqual((self.alice.nick, self.alice.top_role), ("Ally", self.mods))
        self.assertEqual(await self.http.get_member(self.guild.id, self.alice.id), changed)


class RoleTests(HttpTestCase):
    async def test_role_is_created_changed_and_moved(self) -> None:
        made = await self.http.create_role(self.guild.id, name="new", reason="more")
        changed = await self.http.edit_role(self.guild.id, int(made["id"]), name="red", color=0xFF0000)
        role = self.guild.get_role(int(made["id"]))
        assert role is not None
        self.assertEqual((changed["name"], role.name, role.colour.value), ("red", "red", 0xFF0000))
        moved = await self.http.move_role_position(self.guild.id, [{"id": role.id, "position": 2}])
        self.assertEqual(len(moved), 4)
        self.assertEqual([one.name for one in self.guild.roles], ["@everyone", "mods", "red", "bot"])
        expected = ["guild_role_create", "guild_role_update"]
        self.assertEqual((await self.heard())[:2], expected)


class RequestTests(HttpTestCase):
    async def test_route_in_words_and_as_discord_py_has_it(self) -> None:
        me = await self.http.request("GET", "/users/@me")
        self.assertEqual(me["id"], str(self.client.user.id))
        self.assertEqual(await self.http.request(Route("GET", "/users/@me")), me)
        found = await self.http.request("get", f"guilds/{self.guild.id}/members", params={"limit": 1})
        self.assertEqual(len(found), 1)
        with self.assertRaisesRegex(TypeError, "a method and a path"):
            await self.http.request("/users/@me")

    async def test_route_that_is_not_modelled_is_named_and_told_once(self) -> None:
        with self.assertRaisesRegex(NotModelled, "POST /lobbies"):
            await self.http.request("POST", "/lobbies", json={})
        with self.assertRaises(NotImplementedError):
            await self.http.request(Route("GET", "/lobbies/7"))
        await self.settle()  # would raise what was kept aside

    async def test_refusal_is_the_one_that_the_bot_gets(self) -> None:
        with self.assertRaises(discord.NotFound) as refused:
            await self.http.get_channel(7)
        self.assertEqual(refused.exception.code, 10003)

    async def test_faults_and_limits_strike_it_too(self) -> None:
        backend.inject("get_channel", HttpError(403, 50001))
        with self.assertRaises(discord.Forbidden):
            await self.http.get_channel(self.general.id)
        await self.http.get_channel(self.general.id)

    async def test_exchanges_are_kept(self) -> None:
        await self.general.send("hi")
        with self.assertRaises(discord.NotFound):
            await self.http.get_channel(7)
        asked = [(each.method, each.path, each.status) for each in self.http.exchanges]
        sending = ("POST", f"/channels/{self.general.id}/messages", 200)
        self.assertEqual(asked[-2:], [sending, ("GET", "/channels/7", 404)])
        self.assertEqual(self.http.exchanges[-2].json["content"], "hi")
        self.assertEqual(self.http.exchanges[-2].result["content"], "hi")
        await self.settle()
        self.assertRequested("GET", "/channels/7")
        self.assertEqual(self.backend.http.exchanges, self.http.exchanges)

    async def test_other_methods_are_those_of_discord_py(self) -> None:
        message = self.make_message("hi", self.alice, self.general)
        await self.http.add_reaction(self.general.id, message.id, "👍")
        self.assertReaction(message, "👍")
        await self.http.delete_message(self.general.id, message.id)
        self.assertDeleted(message)
        with self.assertRaises(AttributeError):
            self.http.delete_server  # noqa: B018


class EarlyTests(ControlTestCase):
    auto_connect = False

    def make_world(self) -> None:
        super().make_world()
        self.http = FakeHttp()

    async def asyncSetUp(self) -> None:
        await super(ControlTestCase, self).asyncSetUp()

    async def test_bot_has_to_log_in_first(self) -> None:
        with self.assertRaisesRegex(BackendError, "Listener has not logged in yet"):
            await self.http.get_channel(self.general.id)
        await self.connect(self.client)
        self.assertEqual((await self.http.get_channel(self.general.id))["name"], "general")
