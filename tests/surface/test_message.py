"""Messages through discord.py: sending with every keyword, editing, reading, deleting, publishing, typing."""

from __future__ import annotations

import datetime
import io

import discord
from discord import AuditLogAction as Action
from discord.ext import commands  # noqa: TC002  # discord.py reads the annotation

from tests.backend.worlds import PNG
from tests.surface.surface import SurfaceTestCase


class MessageTestCase(SurfaceTestCase):
    async def fetched(self, message):
        """Compare a message with the cached one and the fetched one, return the latter."""
        await self.settle()
        fetched = await message.channel.fetch_message(message.id)
        cached = discord.utils.get(self.client.cached_messages, id=message.id)
        self.assertIsNotNone(cached)
        self.assertAlike(fetched, cached, besides=("nonce",))
        self.assertAlike(fetched, message, besides=("nonce",))
        return fetched


class Sending(MessageTestCase):
    async def test_everything_at_once(self):
        sticker_file = discord.File(io.BytesIO(PNG), "wave.png")
        sticker = await self.guild.create_sticker(
            name="wave", description="hello", emoji="👋", file=sticker_file
        )
        original = await self.send(self.alice, self.channel, "question")
        self.client.heard.clear()
        view = discord.ui.View()
        view.add_item(discord.ui.Button(label="press", custom_id="x"))
        message = await self.channel.send(
            f"{self.bob.mention} <#{self.channel.id}>",
            tts=True,
            embeds=[discord.Embed(title="one", description="two", colour=0x123456), discord.Embed(title="x")],
            files=[
                discord.File(io.BytesIO(b"a"), "a.txt", spoiler=True, description="first"),
                discord.File(io.BytesIO(PNG), "b.png"),
            ],
            stickers=[sticker],
            nonce="n1",
            allowed_mentions=discord.AllowedMentions(users=[self.bob], replied_user=False),
            reference=original,
            mention_author=False,
            view=view,
            suppress_embeds=False,
            silent=True,
        )
        await self.settle()
        self.assertEqual(await self.heard("message"), message)
        fetched = await self.fetched(message)
        self.assertEqual((message.nonce, message.tts, message.author), ("n1", True, self.guild.me))
        self.assertEqual(message.mentions, [self.bob])
        self.assertEqual(message.channel_mentions, [self.channel])
        self.assertEqual([embed.title for embed in message.embeds], ["one", "x"])
        self.assertEqual(message.embeds[0].colour.value, 0x123456)
        first, second = message.attachments
        self.assertEqual((first.filename, first.description, first.size), ("SPOILER_a.txt", "first", 1))
        self.assertTrue(first.is_spoiler())
        self.assertEqual((await first.read(), await second.read()), (b"a", PNG))
        self.assertEqual((second.content_type, second.width, second.height), ("image/png", 1, 1))
        self.assertEqual((await second.to_file()).fp.read(), PNG)
        self.assertEqual([item.name for item in message.stickers], ["wave"])
        self.assertEqual(message.reference.message_id, original.id)
        self.assertEqual(message.reference.resolved.content, "question")
        self.assertEqual(message.type, discord.MessageType.reply)
        self.assertTrue(message.flags.silent)
        self.assertEqual(message.components[0].children[0].custom_id, "x")
        self.assertEqual(fetched.reference.resolved.id, original.id)
        self.assertEqual(self.channel.last_message_id, message.id)
        self.assertEqual(self.channel.last_message, message)

    async def test_one_embed_one_file(self):
        file = discord.File(io.BytesIO(b"a"), "a.txt")
        embed = discord.Embed(title="t").set_image(url="attachment://a.txt")
        embed.add_field(name="a", value="b", inline=False).set_footer(text="f").set_author(name="n")
        embed.timestamp = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        message = await self.channel.send(embed=embed, file=file, delete_after=5)
        self.assertEqual(message.embeds[0].fields[0].name, "a")
        self.assertTrue(message.embeds[0].image.url.startswith("https://cdn.discordapp.com/"))
        self.assertEqual(message.embeds[0].timestamp, embed.timestamp)
        await self.settle()
        await self.advance(6)
        with self.assertRaises(discord.NotFound):
            await self.channel.fetch_message(message.id)

    async def test_reply_and_forward(self):
        message = await self.send(self.alice, self.channel, "question")
        cached = self.channel.last_message
        reply = await cached.reply("answer")
        self.assertEqual((reply.reference.message_id, reply.mentions), (message.id, [self.alice]))
        await self.fetched(reply)
        quiet = await cached.reply("answer", mention_author=False)
        self.assertEqual(quiet.mentions, [])
        other = await self.guild.create_text_channel("other")
        forward = await cached.forward(other)
        self.assertEqual(forward.message_snapshots[0].content, "question")
        self.assertEqual(forward.reference.type, discord.MessageReferenceType.forward)
        await self.fetched(forward)
        partial = self.channel.get_partial_message(message.id)
        self.assertEqual((await partial.reply("x")).reference.message_id, message.id)
        await partial.forward(other)

    async def test_reply_to_what_is_gone(self):
        message = await self.channel.send("x")
        await message.delete()
        with self.assertRaises(discord.HTTPException) as caught:
            await message.reply("y")
        self.assertEqual(caught.exception.code, 50035)
        self.assertIn("Unknown message", caught.exception.text)
        reference = message.to_reference(fail_if_not_exists=False)
        answer = await self.channel.send("y", reference=reference)
        self.assertEqual(answer.type, discord.MessageType.default)

    async def test_allowed_mentions(self):
        role = await self.guild.create_role(name="r", mentionable=True)
        text = f"@everyone {self.alice.mention} {self.bob.mention} {role.mention}"
        for allowed, everyone, users, roles in (
            (discord.AllowedMentions.all(), True, {self.alice, self.bob}, {role}),
            (discord.AllowedMentions.none(), False, set(), set()),
            (
                discord.AllowedMentions(everyone=False, users=[self.bob], roles=False),
                False,
                {self.bob},
                set(),
            ),
            (discord.AllowedMentions(everyone=False, users=False, roles=[role]), False, set(), {role}),
        ):
            message = await self.channel.send(text, allowed_mentions=allowed)
            self.assertEqual(message.mention_everyone, everyone)
            self.assertEqual((set(message.mentions), set(message.role_mentions)), (users, roles))

    async def test_suppressed_embeds(self):
        message = await self.channel.send("https://example.com", suppress_embeds=True)
        self.assertTrue(message.flags.suppress_embeds)

    async def test_layout(self):
        view = discord.ui.LayoutView()
        view.add_item(discord.ui.TextDisplay("# head"))
        view.add_item(discord.ui.Container(discord.ui.TextDisplay("in"), discord.ui.Separator()))
        view.add_item(discord.ui.ActionRow(discord.ui.Button(label="a", custom_id="a")))
        message = await self.channel.send(view=view)
        self.assertTrue(message.flags.components_v2)
        self.assertEqual(message.components[0].content, "# head")
        await self.fetched(message)
        edited = await message.edit(view=view)
        self.assertEqual(len(edited.components), 3)

    async def test_poll(self):
        poll = discord.Poll("Tea?", datetime.timedelta(hours=2), multiple=True)
        poll.add_answer(text="yes", emoji="☕").add_answer(text="no")
        message = await self.channel.send(poll=poll)
        self.assertEqual([answer.text for answer in message.poll.answers], ["yes", "no"])

    async def test_direct_message(self):
        message = await self.alice.send("psst")
        self.assertIsInstance(message.channel, discord.DMChannel)
        self.assertEqual((message.channel.recipient, self.alice.dm_channel), (self.alice, message.channel))
        await self.fetched(message)
        channel = await self.client.create_dm(self.bob)
        self.assertEqual(channel, await self.bob.create_dm())
        self.assertEqual(await self.client.fetch_channel(channel.id), channel)
        message = await channel.send(
            "x", embed=discord.Embed(title="y"), file=discord.File(io.BytesIO(b"a"), "a.txt")
        )
        await message.edit(content="z")
        await message.pin()
        self.assertEqual([pin.id async for pin in channel.pins()], [message.id])
        await message.unpin()
        await message.add_reaction("👍")
        self.assertEqual([m.content async for m in channel.history()], ["", "z", "psst"][:2])
        await message.delete()

    async def test_voice_and_stage_chat(self):
        for channel in (
            await self.guild.create_voice_channel("v"),
            await self.guild.create_stage_channel("s"),
        ):
            await self.settle()
            message = await channel.send("hello")
            await self.fetched(message)
            self.assertEqual([m.id async for m in channel.history()], [message.id])
            await channel.delete_messages([message, await channel.send("2")])
            await channel.send("x")
            self.assertEqual(len(await channel.purge()), 1)
            webhook = await channel.create_webhook(name="h")
            self.assertEqual(await channel.webhooks(), [webhook])


class Editing(MessageTestCase):
    async def test_everything(self):
        message = await self.channel.send("x", file=discord.File(io.BytesIO(b"a"), "a.txt"))
        await self.settle()
        view = discord.ui.View()
        view.add_item(discord.ui.Button(label="press", custom_id="x"))
        kept = message.attachments[0]
        new = discord.File(io.BytesIO(b"b"), "b.txt")
        edited = await message.edit(
            content="y",
            embed=discord.Embed(title="one"),
            attachments=[kept, new],
            delete_after=None,
            allowed_mentions=discord.AllowedMentions.none(),
            view=view,
        )
        before, after = await self.heard("message_edit")
        raw = await self.heard("raw_message_edit")
        self.assertEqual((before.content, after.content), ("x", "y"))
        self.assertEqual((raw.cached_message.id, raw.message.content), (message.id, "y"))
        self.assertIsNotNone(edited.edited_at)
        self.assertEqual([item.filename for item in edited.attachments], ["a.txt", "b.txt"])
        self.assertEqual(edited.embeds[0].title, "one")
        await self.fetched(edited)
        cleared = await edited.edit(
            content=None, view=None, attachments=[], embeds=[discord.Embed(title="2")]
        )
        self.assertEqual((cleared.content, cleared.attachments, cleared.components), ("", [], []))
        cleared = await cleared.edit(suppress=True)
        self.assertEqual((cleared.flags.suppress_embeds, cleared.embeds), (True, []))
        shown = await cleared.edit(suppress=False)
        self.assertFalse(shown.flags.suppress_embeds)
        await shown.edit(content="z", embed=None)
        await self.settle()
        await (await shown.add_files(discord.File(io.BytesIO(b"c"), "c.txt"))).remove_attachments()

    async def test_partial(self):
        message = await self.channel.send("x")
        partial = self.channel.get_partial_message(message.id)
        edited = await partial.edit(content="y", delete_after=3)
        self.assertEqual((edited.content, (await partial.fetch()).content), ("y", "y"))
        await self.advance(4)
        with self.assertRaises(discord.NotFound) as caught:
            await partial.fetch()
        self.assertEqual(caught.exception.code, 10008)

    async def test_embeds_of_others(self):
        await self.send(self.alice, self.channel, "https://example.com")
        edited = await self.channel.last_message.edit(suppress=True)
        self.assertTrue(edited.flags.suppress_embeds)

    async def test_attachment_files(self):
        message = await self.channel.send("x", file=discord.File(io.BytesIO(b"a"), "a.txt"))
        message = await message.add_files(discord.File(io.BytesIO(b"c"), "c.txt"))
        self.assertEqual([item.filename for item in message.attachments], ["a.txt", "c.txt"])
        message = await message.remove_attachments(message.attachments[0])
        self.assertEqual([item.filename for item in message.attachments], ["c.txt"])


class Reading(MessageTestCase):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.sent_now = [await self.channel.send(str(number)) for number in range(6)]

    async def ids(self, **options):
        return [int(m.content) async for m in self.channel.history(**options)]

    async def test_history(self):
        middle = self.sent_now[2]
        self.assertEqual(await self.ids(), [5, 4, 3, 2, 1, 0])
        self.assertEqual(await self.ids(limit=2), [5, 4])
        self.assertEqual(await self.ids(limit=None), [5, 4, 3, 2, 1, 0])
        self.assertEqual(await self.ids(before=middle), [1, 0])
        self.assertEqual(await self.ids(after=middle), [3, 4, 5])
        self.assertEqual(await self.ids(after=middle, oldest_first=False), [5, 4, 3])
        self.assertEqual(await self.ids(after=middle, limit=1), [3])
        self.assertEqual(await self.ids(around=middle, limit=3), [3, 2, 1])
        self.assertEqual(await self.ids(before=self.sent_now[4], after=self.sent_now[0]), [1, 2, 3])
        self.assertEqual(await self.ids(oldest_first=True), [0, 1, 2, 3, 4, 5])
        self.assertEqual(await self.ids(after=discord.utils.utcnow()), [])
        for one, other in zip(
            [m async for m in self.channel.history(oldest_first=True)], self.sent_now, strict=True
        ):
            self.assertAlike(one, other, besides=("nonce",))

    async def test_history_of_many(self):
        for number in range(120):
            self.make_message(str(number), self.alice, self.channel)
        self.assertEqual(len(await self.ids(limit=None)), 126)
        self.assertEqual(len(await self.ids(limit=101)), 101)

    async def test_purge(self):
        gone = await self.channel.purge(check=lambda m: int(m.content) % 2, reason="why")
        self.assertEqual([m.content for m in gone], ["5", "3", "1"])
        self.assertEqual(await self.ids(), [4, 2, 0])
        entry = await self.entry(Action.message_bulk_delete, reason="why")
        self.assertEqual((entry.extra.count, entry.target), (3, self.channel))
        deleted = await self.heard("bulk_message_delete")
        self.assertEqual(len(deleted), 3)
        await self.channel.purge(limit=2, bulk=False)
        self.assertEqual(await self.ids(), [0])

    async def test_delete_messages(self):
        await self.channel.delete_messages(self.sent_now[:1])
        await self.channel.delete_messages(self.sent_now[1:3], reason="why")
        self.assertEqual(await self.ids(), [5, 4, 3])
        raw = await self.heard("raw_bulk_message_delete")
        self.assertEqual(raw.message_ids, {m.id for m in self.sent_now[1:3]})

    async def test_delete(self):
        message = self.sent_now[0]
        await message.delete()
        self.assertEqual(await self.heard("message_delete"), message)
        raw = await self.heard("raw_message_delete")
        self.assertEqual((raw.message_id, raw.cached_message), (message.id, message))
        self.assertNotIn(message, self.client.cached_messages)
        self.assertEqual([e async for e in self.guild.audit_logs(action=Action.message_delete)], [])
        await self.sent_now[1].delete(delay=3)
        self.assertEqual(len(await self.ids()), 5)
        await self.advance(4)
        self.assertEqual(len(await self.ids()), 4)

    async def test_delete_of_others(self):
        await self.send(self.alice, self.channel, "x")
        await self.channel.last_message.delete()  # of bots, only bulk deletion is logged
        self.assertEqual([e async for e in self.guild.audit_logs(action=Action.message_delete)], [])

    async def test_delete_by_people_is_counted_in_one_entry(self):
        sent = [await self.send(self.alice, self.channel, text) for text in "abcd"]
        await self.delete(self.owner, sent[0])
        await self.advance(299)
        await self.delete(self.owner, sent[1])
        (entry,) = [e async for e in self.guild.audit_logs(action=Action.message_delete)]
        self.assertEqual(
            (entry.user, entry.target, entry.extra.channel, entry.extra.count),
            (self.owner, self.alice, self.channel, 2),
        )
        self.assertNotDispatched("GUILD_AUDIT_LOG_ENTRY_CREATE")
        await self.delete(self.owner, sent[2], reason="spam")
        await self.advance(2)
        await self.delete(self.owner, sent[3])
        entries = [e async for e in self.guild.audit_logs(action=Action.message_delete)]
        self.assertEqual([e.extra.count for e in entries], [1, 1, 2])


class Pinning(MessageTestCase):
    async def test_pin(self):
        message = await self.channel.send("x")
        await message.pin(reason="why")
        await self.settle()
        entry = await self.entry(Action.message_pin, reason="why")
        self.assertEqual((entry.target, entry.extra.message_id), (self.client.user, message.id))
        self.assertEqual(entry.extra.channel, self.channel)
        channel, last = await self.heard("guild_channel_pins_update")
        self.assertEqual((channel, last is not None), (self.channel, True))
        system = await anext(self.channel.history(limit=1))
        self.assertEqual(system.type, discord.MessageType.pins_add)
        self.assertEqual(system.reference.message_id, message.id)
        pins = [pin async for pin in self.channel.pins()]
        self.assertEqual((pins, pins[0].pinned, pins[0].pinned_at is not None), ([message], True, True))
        self.assertEqual(
            [p async for p in self.channel.pins(limit=5, before=discord.utils.utcnow(), oldest_first=True)],
            [],
        )
        await message.unpin(reason="done")
        await self.entry(Action.message_unpin, reason="done")
        self.assertEqual([pin async for pin in self.channel.pins()], [])


class Publishing(MessageTestCase):
    async def test_publish(self):
        self.backend.world.guilds[str(self.guild.id)]["features"].append("NEWS")
        news = await self.guild.create_text_channel("news", news=True)
        webhook = await news.follow(destination=self.channel, reason="why")
        self.assertEqual(webhook.type, discord.WebhookType.channel_follower)
        await self.settle()
        message = await self.guild.get_channel(news.id).send("extra")
        await message.publish()
        await self.settle()
        fetched = await news.fetch_message(message.id)
        self.assertTrue(fetched.flags.crossposted)
        copy = await anext(self.channel.history(limit=1))
        self.assertEqual((copy.content, copy.flags.is_crossposted), ("extra", True))
        with self.assertRaises(discord.HTTPException) as caught:
            await message.publish()
        self.assertEqual(caught.exception.code, 40033)


class Typing(MessageTestCase):
    async def test_typing(self):
        async with self.channel.typing():
            await self.heard("typing")
        await self.channel.typing()
        channel, user, when = await self.heard("typing")
        self.assertEqual((channel, user, when.tzinfo is not None), (self.channel, self.guild.me, True))


class Context(MessageTestCase):
    async def test_context(self):
        @self.client.command()
        async def go(context: commands.Context):
            async with context.typing():
                await context.send("a")
            await context.reply("b")
            await context.message.add_reaction("👍")

        await self.send(self.alice, self.channel, "!go")
        self.assertEqual([m.content for m in self.sent], ["a", "b"])
