"""The mistakes that bots make most, as discord.py raises them: class, status, code and text."""

from __future__ import annotations

import datetime
import io

import aiohttp
import discord

from tests.backend.worlds import PNG
from tests.surface.surface import SurfaceTestCase

FORM = "Invalid Form Body\n"


class RefusalTestCase(SurfaceTestCase):
    async def refused(self, awaitable, status, code, text=None):
        """Fail unless it raises the error of this status and code; ``text`` is what bots find in ``error.text``."""
        kinds = {403: discord.Forbidden, 404: discord.NotFound}
        with self.assertRaises(discord.HTTPException) as caught:
            await awaitable
        error = caught.exception
        self.assertIs(type(error), kinds.get(status, discord.HTTPException))
        self.assertEqual((error.status, error.code), (status, code), error)
        if text is not None:
            self.assertEqual(error.text, text)
        self.assertEqual(error.response.status, status)
        return error


class Forms(RefusalTestCase):
    async def test_content_too_long(self):
        text = FORM + "In content: Must be 2000 or fewer in length."
        await self.refused(self.channel.send("x" * 2001), 400, 50035, text)
        await self.channel.send("x" * 2000)

    async def test_empty_message(self):
        await self.refused(self.channel.send(), 400, 50006, "Cannot send an empty message")
        await self.refused(self.channel.send(""), 400, 50006, "Cannot send an empty message")
        await self.refused(self.channel.send("  \n"), 400, 50006)

    async def test_embed_too_long(self):
        embed = discord.Embed(title="x" * 257)
        text = FORM + "In embeds.0.title: Must be 256 or fewer in length."
        await self.refused(self.channel.send(embed=embed), 400, 50035, text)
        embed = discord.Embed(description="x" * 4097)
        text = FORM + "In embeds.0.description: Must be 4096 or fewer in length."
        await self.refused(self.channel.send(embed=embed), 400, 50035, text)

    async def test_field_of_an_embed(self):
        embed = discord.Embed().add_field(name="x", value="y" * 1025)
        text = FORM + "In embeds.0.fields.0.value: Must be 1024 or fewer in length."
        await self.refused(self.channel.send(embed=embed), 400, 50035, text)
        await self.channel.send(embed=discord.Embed().add_field(name="", value=""))
        embed = discord.Embed()
        for number in range(26):
            embed.add_field(name=str(number), value="x")
        error = await self.refused(self.channel.send(embed=embed), 400, 50035)
        self.assertIn("In embeds.0.fields: Must be 25 or fewer in length.", error.text)

    async def test_embeds_of_more_than_6000(self):
        embeds = [discord.Embed(description="x" * 3001) for _ in range(2)]
        error = await self.refused(self.channel.send(embeds=embeds), 400, 50035)
        self.assertIn("Embed size exceeds maximum size of 6000", error.text)

    async def test_url_of_an_embed(self):
        error = await self.refused(
            self.channel.send(embed=discord.Embed(title="x").set_image(url="no url")), 400, 50035
        )
        self.assertIn("In embeds.0.image.url: Not a well formed URL.", error.text)

    async def test_components(self):
        view = discord.ui.View()
        for _ in range(2):
            view.add_item(discord.ui.Button(label="x", custom_id="same"))
        error = await self.refused(self.channel.send("x", view=view), 400, 50035)
        self.assertIn("Component custom id cannot be duplicated", error.text)
        view = discord.ui.View()
        view.add_item(discord.ui.Button(label="x" * 81, custom_id="a"))
        error = await self.refused(self.channel.send("x", view=view), 400, 50035)
        self.assertIn("In components.0.components.0.label: Must be 80 or fewer in length.", error.text)

    async def test_names(self):
        error = await self.refused(self.guild.create_text_channel("x" * 101), 400, 50035)
        self.assertEqual(error.text, FORM + "In name: Must be between 1 and 100 in length.")
        await self.refused(self.guild.create_role(name="x" * 101), 400, 50035)
        error = await self.refused(self.alice.edit(nick="x" * 33), 400, 50035)
        self.assertEqual(error.text, FORM + "In nick: Must be 32 or fewer in length.")
        await self.refused(self.channel.create_webhook(name="discord"), 400, 50035)
        await self.refused(self.guild.create_custom_emoji(name="x", image=PNG), 400, 50035)

    async def test_timeout_of_more_than_28_days(self):
        error = await self.refused(self.alice.timeout(datetime.timedelta(days=29)), 400, 50035)
        self.assertTrue(error.text.startswith(FORM + "In communication_disabled_until: "))

    async def test_slow_mode(self):
        await self.refused(self.channel.edit(slowmode_delay=21601), 400, 50035)

    async def test_bitrate(self):
        await self.refused(self.guild.create_voice_channel("v", bitrate=384000), 400, 30052)

    async def test_reason_too_long(self):
        await self.refused(self.alice.kick(reason="x" * 513), 400, 50035)

    async def test_too_many_stickers(self):
        stickers = [discord.Object(number) for number in range(1, 5)]
        await self.refused(self.channel.send(stickers=stickers), 400, 50035)

    async def test_file_too_large(self):
        file = discord.File(io.BytesIO(b"x" * (20 * 1024 * 1024 + 1)), "a.bin")
        await self.refused(self.channel.send(file=file), 413, 40005, "Request entity too large")

    async def test_bulk_delete_of_old_messages(self):
        old = discord.utils.utcnow() - datetime.timedelta(days=15)
        message = self.make_message("x", self.alice, self.channel, id_num=discord.utils.time_snowflake(old))
        fresh = self.make_message("y", self.alice, self.channel)
        await self.refused(self.channel.delete_messages([message, fresh]), 400, 50034)


class Unknown(RefusalTestCase):
    async def test_nothing_of_this_id(self):
        await self.refused(self.channel.fetch_message(1), 404, 10008, "Unknown Message")
        await self.refused(self.client.fetch_channel(1), 404, 10003, "Unknown Channel")
        await self.refused(self.client.fetch_guild(1), 404, 10004, "Unknown Guild")
        await self.refused(self.client.fetch_user(1), 404, 10013, "Unknown User")
        await self.refused(self.guild.fetch_role(1), 404, 10011, "Unknown Role")
        await self.refused(self.client.fetch_invite("nope"), 404, 10006, "Unknown Invite")
        await self.refused(self.client.fetch_webhook(1), 404, 10015, "Unknown Webhook")
        await self.refused(self.guild.fetch_emoji(1), 404, 10014, "Unknown Emoji")
        await self.refused(self.guild.fetch_ban(self.alice), 404, 10026, "Unknown Ban")
        await self.refused(self.client.fetch_sticker(1), 404, 10060, "Unknown Sticker")

    async def test_message_deleted_twice(self):
        message = await self.channel.send("x")
        await message.delete()
        await self.refused(message.delete(), 404, 10008, "Unknown Message")
        await self.refused(message.edit(content="y"), 404, 10008)
        await self.refused(message.add_reaction("👍"), 404, 10008)

    async def test_channel_deleted_meanwhile(self):
        await self.channel.delete()
        await self.refused(self.channel.send("x"), 404, 10003, "Unknown Channel")

    async def test_role_deleted_meanwhile(self):
        role = await self.guild.create_role(name="r")
        await role.delete()
        await self.refused(self.alice.add_roles(role), 404, 10011, "Unknown Role")

    async def test_member_who_left(self):
        await self.leave(self.alice, self.guild)
        await self.refused(self.alice.kick(), 404, 10007, "Unknown Member")
        await self.refused(self.alice.edit(nick="x"), 404, 10007)

    async def test_ban_of_a_user_who_does_not_exist(self):
        await self.refused(self.guild.ban(discord.Object(1)), 404, 10013, "Unknown User")

    async def test_emoji_that_is_none(self):
        message = await self.channel.send("x")
        await self.refused(message.add_reaction("nope"), 400, 10014, "Unknown Emoji")
        await self.refused(message.add_reaction("<:nope:123456789012345678>"), 400, 10014)

    async def test_guild_that_the_bot_is_not_in(self):
        other = self.make_guild("Other", bots=())
        await self.refused(self.client.fetch_guild(other.id), 403, 50001, "Missing Access")
        channel = self.make_text_channel("other", other)
        await self.refused(self.client.fetch_channel(channel.id), 403, 50001, "Missing Access")

    async def test_webhook_with_a_wrong_token(self):
        hook = await self.channel.create_webhook(name="x")
        async with aiohttp.ClientSession() as session:
            wrong = discord.Webhook.partial(hook.id, "x" * 68, session=session)
            await self.refused(wrong.send("x"), 401, 50027, "Invalid Webhook Token")


class Permissions(RefusalTestCase):
    async def test_bot_without_send_messages(self):
        await self.channel.set_permissions(self.guild.me, send_messages=False)
        await self.refused(self.channel.send("x"), 403, 50013, "Missing Permissions")
        await self.refused(self.channel.typing().__aenter__(), 403, 50013)

    async def test_hidden_channel(self):
        hidden = self.make_text_channel(
            "hidden", self.guild, overwrites={self.guild.me: discord.PermissionOverwrite(view_channel=False)}
        )
        channel = self.client.get_channel(hidden.id) or hidden
        await self.refused(channel.send("x"), 403, 50001, "Missing Access")
        await self.refused(self.client.fetch_channel(hidden.id), 403, 50001)
        await self.refused(channel.fetch_message(1), 403, 50001)
        await self.refused(channel.delete(), 403, 50001)

    async def test_embeds_and_files(self):
        await self.channel.set_permissions(self.guild.me, attach_files=False)
        file = discord.File(io.BytesIO(b"a"), "a.txt")
        await self.refused(self.channel.send(file=file), 403, 50013)

    async def test_history(self):
        message = await self.channel.send("x")
        await self.channel.set_permissions(self.guild.me, read_message_history=False)
        self.assertEqual([m async for m in self.channel.history()], [])
        await self.refused(self.channel.fetch_message(message.id), 403, 50013)
        await self.refused(message.add_reaction("👍"), 403, 50013)
        await self.refused(message.reply("x"), 403, 160002)

    async def test_messages_of_others(self):
        await self.channel.set_permissions(self.guild.me, manage_messages=False, pin_messages=False)
        message = await self.send(self.alice, self.channel, "x")
        await self.settle()
        cached = self.channel.get_partial_message(message.id)
        await self.refused(
            cached.edit(content="y"), 403, 50005, "Cannot edit a message authored by another user"
        )
        await self.refused(cached.delete(), 403, 50013)
        await self.refused(cached.pin(), 403, 50013)
        await self.refused(cached.clear_reactions(), 403, 50013)
        await self.refused(self.channel.delete_messages([cached, discord.Object(1)]), 403, 50013)


class Hierarchy(RefusalTestCase):
    def make_world(self):
        super().make_world()
        self.top = self.make_role("top", self.guild, permissions=0)

    async def asyncSetUp(self):
        await super().asyncSetUp()
        # the role of the test stands above the bot's own
        roles = self.backend.world.roles[str(self.guild.id)]
        roles[str(self.top.id)]["position"] = 50
        self.add_top = lambda: self.backend.world.members[str(self.guild.id)][str(self.alice.id)][
            "roles"
        ].append(str(self.top.id))

    async def test_role_above_the_bot(self):
        await self.refused(self.alice.add_roles(self.top), 403, 50013, "Missing Permissions")
        await self.refused(self.guild.get_role(self.top.id).edit(name="x"), 403, 50013)
        await self.refused(self.guild.get_role(self.top.id).delete(), 403, 50013)

    async def test_member_above_the_bot(self):
        self.add_top()
        await self.refused(self.alice.kick(), 403, 50013)
        await self.refused(self.alice.ban(), 403, 50013)
        await self.refused(self.alice.edit(nick="x"), 403, 50013)
        await self.refused(self.alice.timeout(datetime.timedelta(minutes=1)), 403, 50013)

    async def test_owner(self):
        owner = self.guild.owner
        await self.refused(owner.kick(), 403, 50013)
        await self.refused(owner.ban(), 403, 50013)
        await self.refused(owner.edit(nick="x"), 403, 50013)
        await self.refused(owner.timeout(datetime.timedelta(minutes=1)), 403, 50013)

    async def test_managed_and_default_roles(self):
        own = self.guild.self_role
        await self.refused(own.delete(), 400, 50028, "Invalid Role")
        await self.refused(self.guild.default_role.delete(), 400, 50028)

    async def test_permissions_that_the_bot_has_not(self):
        permissions = discord.Permissions(administrator=True)
        await self.refused(self.guild.create_role(permissions=permissions), 403, 50013)

    async def test_timeout_of_an_administrator(self):
        role = self.make_role("admin", self.guild, permissions=8)
        self.backend.world.members[str(self.guild.id)][str(self.alice.id)]["roles"].append(str(role.id))
        await self.refused(self.alice.timeout(datetime.timedelta(minutes=1)), 403, 50013)


class Rights(RefusalTestCase):
    bot_permissions = discord.Permissions(view_channel=True, send_messages=True, read_message_history=True)

    async def test_bot_with_few_permissions(self):
        for call in (
            self.guild.create_text_channel("x"),
            self.guild.create_role(name="x"),
            self.guild.edit(name="x"),
            self.channel.create_webhook(name="x"),
            self.channel.webhooks(),
            self.channel.edit(name="x"),
            self.channel.delete(),
            self.channel.set_permissions(self.alice, send_messages=False),
            self.channel.invites(),
            self.guild.invites(),
            self.alice.kick(),
            self.alice.ban(),
            self.guild.unban(self.alice),
            self.guild.fetch_ban(self.alice),
            self.alice.edit(nick="x"),
            self.alice.timeout(datetime.timedelta(minutes=1)),
            self.guild.estimate_pruned_members(days=7),
            anext(self.guild.audit_logs()),
            anext(self.guild.bans()),
            self.guild.edit_widget(enabled=True),
            self.guild.webhooks(),
        ):
            await self.refused(call, 403, 50013, "Missing Permissions")


class DirectMessages(RefusalTestCase):
    async def test_closed_direct_messages(self):
        carl = self.make_user("carl", accepts_dms=False)
        self.make_member(carl, self.guild)
        member = self.guild.get_member(carl.id)
        await self.refused(member.send("x"), 403, 50007, "Cannot send messages to this user")

    async def test_no_common_guild(self):
        stranger = self.make_user("stranger")
        user = await self.client.fetch_user(stranger.id)
        error = await self.refused(user.send("x"), 403, 50278)
        self.assertIn("no mutual guilds", error.text)

    async def test_other_bots(self):
        robot = self.make_user("robot", bot=True)
        user = await self.client.fetch_user(robot.id)
        await self.refused(user.send("x"), 403, 50007)

    async def test_oneself(self):
        with self.assertRaises(AttributeError):
            await self.client.user.send("x")


class Kinds(RefusalTestCase):
    async def test_wrong_kind_of_channel(self):
        category = await self.guild.create_category("c")
        await self.settle()
        await self.refused(category.create_invite(), 400, 50024)
        forum = await self.guild.create_forum("f")
        partial = self.client.get_partial_messageable(forum.id)
        await self.refused(partial.send("x"), 400, 40058)
        await self.refused(self.client.get_partial_messageable(category.id).send("x"), 400, 50008)
        message = await self.channel.send("x")
        await self.refused(message.publish(), 400, 50024)

    async def test_limits_of_a_message(self):
        message = await self.channel.send("x")
        for number in range(20):
            await message.add_reaction(chr(0x1F600 + number))
        await self.refused(message.add_reaction("👍"), 400, 30010)

    async def test_archived_thread(self):
        thread = await self.channel.create_thread(name="t", type=discord.ChannelType.public_thread)
        message = await thread.send("x")
        await thread.edit(archived=True)
        await self.refused(message.edit(content="y"), 400, 50083)
        await self.refused(message.add_reaction("👍"), 400, 50083)
        await self.refused(thread.add_user(self.alice), 400, 50083)

    async def test_webhook_limit(self):
        for number in range(15):
            await self.channel.create_webhook(name=str(number))
        await self.refused(self.channel.create_webhook(name="x"), 400, 30007)

    async def test_error_can_be_read_like_in_life(self):
        error = await self.refused(self.channel.send("x" * 2001), 400, 50035)
        self.assertEqual(
            str(error),
            "400 Bad Request (error code: 50035): Invalid Form Body\n"
            "In content: Must be 2000 or fewer in length.",
        )
        error = await self.refused(self.channel.fetch_message(1), 404, 10008)
        self.assertEqual(str(error), "404 Not Found (error code: 10008): Unknown Message")
        self.assertEqual((error.response.reason, error.response.method), ("Not Found", "GET"))
