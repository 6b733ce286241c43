"""Emojis, stickers, sounds and webhooks through discord.py."""

from __future__ import annotations

import datetime
import io

import aiohttp
import discord
from discord import AuditLogAction as Action

from discordtest.arrange.expressions import SILENCE
from tests.backend.worlds import PNG
from tests.surface.surface import SurfaceTestCase


class Emojis(SurfaceTestCase):
    async def test_guild(self):
        role = await self.guild.create_role(name="r")
        emoji = await self.guild.create_custom_emoji(name="wave", image=PNG, roles=[role], reason="why")
        guild, before, after = await self.heard("guild_emojis_update")
        self.assertEqual((guild, list(before), list(after)), (self.guild, [], [emoji]))
        await self.entry(Action.emoji_create, emoji, "why")
        self.assertEqual(emoji.roles, [role])
        self.assertEqual(self.client.get_emoji(emoji.id), emoji)
        fetched = await self.guild.fetch_emoji(emoji.id)
        self.assertEqual((fetched.user, fetched.name), (self.client.user, "wave"))
        self.assertEqual([e.id for e in await self.guild.fetch_emojis()], [emoji.id])
        edited = await emoji.edit(name="bye", roles=[], reason="less")
        self.assertEqual((edited.name, edited.roles), ("bye", []))
        self.assertEqual((await self.changed(Action.emoji_update, emoji, "less"))["name"], ("wave", "bye"))
        await self.settle()
        self.assertEqual(self.guild.emojis[0].name, "bye")
        self.assertEqual(await emoji.read(), PNG)
        await self.guild.delete_emoji(emoji, reason="why")
        await self.entry(Action.emoji_delete, emoji, "why")
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.fetch_emoji(emoji.id)
        self.assertEqual(caught.exception.code, 10014)

    async def test_application(self):
        emoji = await self.client.create_application_emoji(name="wave", image=PNG)
        self.assertTrue(emoji.is_application_owned())
        self.assertEqual((await self.client.fetch_application_emoji(emoji.id)).name, "wave")
        edited = await emoji.edit(name="bye")
        self.assertEqual(edited.name, "bye")
        await self.channel.send(str(edited))
        await edited.delete()
        self.assertEqual(await self.client.fetch_application_emojis(), [])


class Stickers(SurfaceTestCase):
    async def test_guild(self):
        file = discord.File(io.BytesIO(PNG), "wave.png")
        sticker = await self.guild.create_sticker(
            name="wave", description="hello", emoji="👋", file=file, reason="why"
        )
        _, before, after = await self.heard("guild_stickers_update")
        self.assertEqual((list(before), list(after)), ([], [sticker]))
        await self.entry(Action.sticker_create, sticker, "why")
        self.assertEqual((sticker.name, sticker.description), ("wave", "hello"))
        fetched = await self.guild.fetch_sticker(sticker.id)
        self.assertAlike(fetched, self.guild.stickers[0], besides=("user",))
        self.assertEqual([s.id for s in await self.guild.fetch_stickers()], [sticker.id])
        edited = await sticker.edit(name="bye", description="xx", emoji="😀", reason="why")
        self.assertEqual((edited.name, edited.description, edited.emoji), ("bye", "xx", "GRINNING_FACE"))
        general = await self.client.fetch_sticker(sticker.id)
        self.assertEqual(general.name, "bye")
        message = await self.channel.send(stickers=[sticker])
        self.assertEqual((await message.stickers[0].fetch()).id, sticker.id)
        await self.guild.delete_sticker(sticker, reason="why")
        await self.entry(Action.sticker_delete, sticker, "why")
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.fetch_sticker(sticker.id)
        self.assertEqual(caught.exception.code, 10060)

    async def test_packs(self):
        self.assertIsInstance(await self.client.fetch_premium_sticker_packs(), list)
        with self.assertRaises(discord.NotFound):
            await self.client.fetch_premium_sticker_pack(1)


class Sounds(SurfaceTestCase):
    async def test_guild(self):
        blob = self.make_emoji("blob", self.guild)
        sound = await self.guild.create_soundboard_sound(
            name="yay", sound=SILENCE, volume=0.5, emoji="🎉", reason="why"
        )
        heard = await self.heard("soundboard_sound_create")
        self.assertAlike(heard, sound, besides=("user",))
        await self.entry(Action.soundboard_sound_create, sound, "why")
        self.assertEqual((sound.name, sound.volume, str(sound.emoji)), ("yay", 0.5, "🎉"))
        self.assertEqual(self.client.get_soundboard_sound(sound.id), sound)
        self.assertEqual(list(self.guild.soundboard_sounds), [sound])
        fetched = await self.guild.fetch_soundboard_sound(sound.id)
        self.assertEqual((fetched.user, fetched.name), (self.client.user, "yay"))
        self.assertEqual(await self.guild.fetch_soundboard_sounds(), [sound])
        edited = await sound.edit(name="boo", volume=None, emoji=blob, reason="why")
        self.assertEqual((edited.name, edited.volume, edited.emoji.id), ("boo", 1, blob.id))
        changed = await self.changed(Action.soundboard_sound_update, sound, "why")
        self.assertEqual((changed["name"], changed["volume"]), (("yay", "boo"), (0.5, 1)))
        before, after = await self.heard("soundboard_sound_update")
        self.assertEqual((before.name, after.name), ("yay", "boo"))
        self.assertEqual(await sound.read(), SILENCE)
        await sound.delete(reason="why")
        self.assertEqual(await self.heard("soundboard_sound_delete"), sound)
        await self.entry(Action.soundboard_sound_delete, sound, "why")
        with self.assertRaises(discord.NotFound) as caught:
            await self.guild.fetch_soundboard_sound(sound.id)
        self.assertEqual(caught.exception.code, 10097)

    async def test_played(self):
        floor = await self.guild.create_voice_channel("floor")
        sound = self.make_soundboard_sound("yay", self.guild)
        (quack,) = await self.client.fetch_soundboard_default_sounds()
        with self.assertRaises(discord.HTTPException) as caught:
            await floor.send_sound(sound)
        self.assertEqual(caught.exception.code, 50168)
        await self.guild.change_voice_state(channel=floor)
        await floor.send_sound(sound)
        effect = await self.heard("voice_channel_effect")
        self.assertEqual((effect.channel, effect.user), (floor, self.guild.me))
        self.assertEqual((effect.sound.id, effect.sound.volume, effect.emoji), (sound.id, 1, None))
        self.assertFalse(effect.sound.is_default())
        await floor.send_sound(quack)
        effect = await self.heard("voice_channel_effect")
        self.assertTrue(effect.is_sound())
        self.assertTrue(effect.sound.is_default())
        self.assertEqual(str(effect.emoji), "🦆")

    async def test_found_at_the_start(self):
        sound = self.make_soundboard_sound("yay", self.guild)
        await self.restart()
        self.assertEqual(self.client.soundboard_sounds, [sound])


class Webhooks(SurfaceTestCase):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.hook = await self.channel.create_webhook(name="hook", avatar=PNG, reason="why")

    async def test_made(self):
        self.assertEqual(await self.heard("webhooks_update"), self.channel)
        await self.entry(Action.webhook_create, self.hook, "why")
        self.assertEqual((self.hook.channel, self.hook.guild), (self.channel, self.guild))
        self.assertEqual((self.hook.user, self.hook.type), (self.client.user, discord.WebhookType.incoming))
        fetched = await self.client.fetch_webhook(self.hook.id)
        self.assertEqual((fetched.name, fetched.token), ("hook", self.hook.token))
        self.assertEqual(await self.channel.webhooks(), [self.hook])
        self.assertEqual(await self.guild.webhooks(), [self.hook])
        self.assertEqual(await self.hook.avatar.read(), PNG)

    async def test_edit(self):
        other = await self.guild.create_text_channel("other")
        edited = await self.hook.edit(name="new", avatar=None, channel=other, reason="why")
        self.assertEqual((edited.name, edited.avatar, edited.channel_id), ("new", None, other.id))
        changed = await self.changed(Action.webhook_update, self.hook, "why")
        self.assertEqual(changed["name"], ("hook", "new"))
        edited = await self.hook.edit(name="newer", prefer_auth=False)
        self.assertEqual((await self.hook.fetch(prefer_auth=False)).name, "newer")
        self.assertEqual((await self.hook.fetch()).user, self.client.user)

    async def test_delete(self):
        await self.hook.delete(reason="why")
        await self.entry(Action.webhook_delete, reason="why")
        self.assertEqual(await self.channel.webhooks(), [])
        for call in (self.hook.fetch(), self.hook.fetch(prefer_auth=False), self.hook.send("x")):
            with self.assertRaises(discord.NotFound) as caught:
                await call
            self.assertEqual(caught.exception.code, 10015)
        other = await self.channel.create_webhook(name="x")
        await other.delete(prefer_auth=False)

    async def test_send(self):
        view = discord.ui.View()
        view.add_item(discord.ui.Button(label="press", url="https://example.com"))
        message = await self.hook.send(
            "hello",
            username="Bee",
            avatar_url="https://example.com/a.png",
            tts=True,
            files=[discord.File(io.BytesIO(b"a"), "a.txt"), discord.File(io.BytesIO(b"b"), "b.txt")],
            embeds=[discord.Embed(title="x"), discord.Embed(title="y")],
            allowed_mentions=discord.AllowedMentions.none(),
            view=view,
            wait=True,
            suppress_embeds=False,
            silent=True,
        )
        heard = await self.heard("message")
        self.assertEqual((heard.id, heard.webhook_id, heard.author.name), (message.id, self.hook.id, "Bee"))
        self.assertTrue(heard.author.bot)
        self.assertEqual(len(message.attachments), 2)
        self.assertAlike(await self.hook.fetch_message(message.id), message)
        self.assertIsNone(await self.hook.send("x"))
        one = await self.hook.send(
            "x", file=discord.File(io.BytesIO(b"a"), "a.txt"), embed=discord.Embed(title="z"), wait=True
        )
        self.assertEqual(one.embeds[0].title, "z")
        poll = discord.Poll("Tea?", datetime.timedelta(hours=1)).add_answer(text="yes").add_answer(text="no")
        self.assertEqual((await self.hook.send(poll=poll, wait=True)).poll.question, "Tea?")

    async def test_messages(self):
        message = await self.hook.send("hello", wait=True)
        edited = await message.edit(
            content="bye",
            embeds=[discord.Embed(title="x")],
            attachments=[discord.File(io.BytesIO(b"a"), "a.txt")],
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.assertEqual((edited.content, edited.embeds[0].title), ("bye", "x"))
        edited = await edited.add_files(discord.File(io.BytesIO(b"c"), "c.txt"))
        self.assertEqual(len(edited.attachments), 2)
        edited = await edited.remove_attachments(edited.attachments[0])
        self.assertEqual(len(edited.attachments), 1)
        edited = await self.hook.edit_message(message.id, content="again", embed=None, view=None)
        self.assertEqual((edited.content, edited.embeds), ("again", []))
        await self.hook.delete_message(message.id)
        with self.assertRaises(discord.NotFound) as caught:
            await self.hook.fetch_message(message.id)
        self.assertEqual(caught.exception.code, 10008)
        other = await self.hook.send("x", wait=True)
        await other.delete(delay=2)
        await self.advance(3)
        self.assertEqual([m async for m in self.channel.history()], [])

    async def test_threads(self):
        thread = await self.channel.create_thread(name="t", type=discord.ChannelType.public_thread)
        message = await self.hook.send("x", thread=thread, wait=True)
        self.assertEqual(message.channel.id, thread.id)
        fetched = await self.hook.fetch_message(message.id, thread=thread)
        self.assertEqual(fetched.content, "x")
        await self.hook.edit_message(message.id, content="y", thread=thread)
        await self.hook.delete_message(message.id, thread=thread)
        forum = await self.guild.create_forum("forum", available_tags=[discord.ForumTag(name="bug")])
        await self.settle()
        forum = self.guild.get_channel(forum.id)
        hook = await forum.create_webhook(name="f")
        self.assertEqual(await forum.webhooks(), [hook])
        message = await hook.send("x", thread_name="post", applied_tags=list(forum.available_tags), wait=True)
        await self.settle()
        thread = forum.threads[0]
        self.assertEqual((thread.name, [t.name for t in thread.applied_tags]), ("post", ["bug"]))
        self.assertEqual(message.channel.id, thread.id)
        with self.assertRaises(discord.HTTPException) as caught:
            await hook.send("x")
        self.assertEqual(caught.exception.code, 220001)

    async def test_session_of_ones_own(self):
        async with aiohttp.ClientSession() as session:
            hook = discord.Webhook.from_url(self.hook.url, session=session)
            self.assertTrue(hook.is_partial())
            message = await hook.send("x", wait=True)
            self.assertEqual(message.content, "x")
            await hook.send("plain")
            partial = discord.Webhook.partial(self.hook.id, self.hook.token, session=session)
            await partial.edit_message(message.id, content="y")
            fetched = await partial.fetch()
            self.assertEqual((fetched.name, fetched.user), ("hook", None))
            with_client = discord.Webhook.from_url(self.hook.url, client=self.client)
            self.assertEqual((await with_client.fetch()).name, "hook")
            await partial.delete()
