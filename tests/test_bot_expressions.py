"""A whole bot with webhooks, emojis, stickers and pictures: what discord.py makes of the answers."""

from __future__ import annotations

import io

import aiohttp
import discord

from discordtest import DiscordTestCase
from tests.backend.worlds import PNG


class Webhooks(DiscordTestCase):
    def make_world(self):
        self.guild = self.make_guild("Test")
        self.general = self.make_text_channel("general", self.guild)

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.channel = self.client.get_channel(self.general.id)

    async def test_hook_with_a_session_of_the_bots_own(self):
        made = await self.channel.create_webhook(name="hook", avatar=PNG, reason="news")
        self.assertEqual(await made.avatar.read(), PNG)
        async with aiohttp.ClientSession() as session:
            hook = discord.Webhook.from_url(made.url, session=session)
            file = discord.File(io.BytesIO(b"text"), "a.txt")
            message = await hook.send("first", wait=True, username="Captain", file=file)
            self.assertEqual((message.author.name, message.attachments[0].filename), ("Captain", "a.txt"))
            await message.edit(content="second")
            self.assertEqual((await hook.fetch_message(message.id)).content, "second")
            await message.delete()
            with self.assertRaises(discord.NotFound):
                await hook.fetch_message(message.id)
            await hook.edit(name="renamed")
            self.assertEqual((await hook.fetch()).name, "renamed")
        self.assertEqual([hook.name for hook in await self.channel.webhooks()], ["renamed"])

    async def test_wrong_token_is_refused(self):
        made = await self.channel.create_webhook(name="hook")
        async with aiohttp.ClientSession() as session:
            hook = discord.Webhook.from_url(made.url[:-3] + "xxx", session=session)
            with self.assertRaises(discord.HTTPException) as caught:
                await hook.send("hello")
        self.assertEqual((caught.exception.status, caught.exception.code), (401, 50027))

    async def test_link_without_an_application(self):
        made = await self.channel.create_webhook(name="hook")
        view = discord.ui.View()
        view.add_item(discord.ui.Button(label="more", url="https://example.com"))
        message = await made.send("look", view=view, wait=True)
        self.assertEqual(message.components[0].children[0].label, "more")

    async def test_published_message_reaches_the_follower(self):
        news = self.client.get_channel(self.make_text_channel("news", self.guild, news=True).id)
        await news.follow(destination=self.channel)
        message = await news.send("paper")
        await message.publish()
        texts = [message.content async for message in self.channel.history(oldest_first=True)]
        self.assertEqual(texts, ["Test #news", "paper"])

    async def test_emoji_from_making_to_deleting(self):
        guild = self.channel.guild
        emoji = await guild.create_custom_emoji(name="wave", image=PNG)
        await self.settle()
        self.assertEqual([known.name for known in guild.emojis], ["wave"])
        self.assertEqual(await emoji.read(), PNG)
        self.assertEqual((await guild.fetch_emoji(emoji.id)).user, self.client.user)
        await emoji.edit(name="bye")
        await self.settle()
        self.assertEqual(guild.emojis[0].name, "bye")
        await emoji.delete()
        await self.settle()
        self.assertEqual(guild.emojis, ())

    async def test_emoji_of_the_application(self):
        emoji = await self.client.create_application_emoji(name="wave", image=PNG)
        self.assertEqual([known.id for known in await self.client.fetch_application_emojis()], [emoji.id])
        await emoji.delete()
        self.assertEqual(await self.client.fetch_application_emojis(), [])

    async def test_sticker_from_a_file(self):
        guild = self.channel.guild
        file = discord.File(io.BytesIO(PNG), "wave.png")
        sticker = await guild.create_sticker(name="wave", description="", emoji="👋", file=file)
        self.assertEqual(await sticker.read(), PNG)
        await self.settle()
        self.assertEqual([known.name for known in guild.stickers], ["wave"])
        await sticker.delete()
        self.assertEqual(await guild.fetch_stickers(), [])

    async def test_default_avatar_is_a_picture(self):
        self.assertEqual((await self.client.user.display_avatar.read())[:8], PNG[:8])
