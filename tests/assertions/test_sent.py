"""What the bot sent and edited: found, missed, and how the failure says so."""

from __future__ import annotations

import contextlib
import re
import unittest
from collections.abc import Callable
from typing import Any

import discord
from discord.ext import commands

from discordtest import Close, SetupError
from tests.bots import BotTestCase, run_case

Context = commands.Context[Any]


class SentTests(BotTestCase):
    async def test_message_is_found_and_returned(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Pong!"))

        message = self.assertSent("Pong!", channel=self.general)

        self.assertEqual((message.content, message.channel), ("Pong!", self.general))

    async def test_nothing_is_consumed(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        self.assertEqual(self.assertSent("Pong!"), self.assertSent("Pong!"))

    async def test_pattern_is_searched(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("You rolled a 4"))
        self.assertSent(re.compile(r"\d"))
        with self.fails("content 'You rolled a 4' does not match 'z'"):
            self.assertSent(re.compile("z"))

    async def test_predicate_decides(self) -> None:
        def is_loud(text: str) -> bool:
            return text.isupper()

        await self.bot_does(lambda ctx: ctx.send("Hello"))
        self.assertSent(str.istitle)
        with self.fails("content 'Hello' is not what is_loud wants"):
            self.assertSent(is_loud)

    async def test_contains_takes_one_part_or_several(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Hello, Alice"))
        self.assertSent(contains="Alice")
        self.assertSent(contains=["Hello", "Alice"])
        with self.fails("the bot did not send a message with ['Hello', 'Bob']", "does not contain 'Bob'"):
            self.assertSent(contains=["Hello", "Bob"])

    async def test_text_that_stands_in_an_embed_is_found_there(self) -> None:
        async def work(ctx: Context) -> None:
            embed = discord.Embed(title="Order 5", description="Two apples").add_field(
                name="Price", value="3 €"
            )
            await ctx.send("Your order", embed=embed)
            await ctx.send("Two ap")

        await self.bot_does(work)
        for text, place in (
            (
                "Two apples",
                "that is in the description of its embed, which is no content: claim embed={'description': …}",
            ),
            ("Order 5", "that is in the title of its embed, which is no content: claim embed={'title': …}"),
            ("3 €", "that is in the field 'Price' of its embed: claim embed={'fields': {…}}"),
        ):
            for claims in ({"content": text}, {"contains": text}):
                with (
                    self.subTest(claims),
                    self.fails("Nearest: 'Your order' (embed 'Order 5')", f"  {place}"),
                ):
                    self.assertSent(**claims)  # type: ignore[call-overload]

    async def test_long_text_is_cut_in_the_first_line(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("short"))
        self.assertIn("did not send '" + "x" * 120 + "'", self.failure("x" * 120))
        self.assertIn("did not send '" + "x" * 119 + "…'", self.failure("x" * 121))

    def failure(self, content: str) -> str:
        """Return the first line of what is said when this was not sent."""
        with self.assertRaises(AssertionError) as caught:
            self.assertSent(content)
        return str(caught.exception).partition("\n")[0]

    async def test_nearest_message_is_one_in_the_channel(self) -> None:
        async def work(ctx: Context) -> None:
            await ctx.author.send(embed=discord.Embed(title="Elsewhere"))
            await ctx.send(embed=discord.Embed(title="Here"))
            await ctx.author.send("Thanks")

        await self.bot_does(work)
        with self.fails("Nearest: '' (embed 'Here') in #general"):
            self.assertSent(channel=self.general, buttons=["Yes"])
        with self.fails("Nearest: 'Thanks' in the DM with alice"):
            self.assertSent("Thanks", channel=self.general)

    async def test_what_discord_says_of_it_is_not_sent(self) -> None:
        async def work(ctx: Context) -> None:
            message = await ctx.send("Rules")
            await message.pin()
            await self.client.get_channel(self.general.id).create_thread(
                name="talk", type=discord.ChannelType.public_thread
            )  # type: ignore[union-attr]

        await self.bot_does(work)
        self.assertSent("Rules", channel=self.general)
        self.assertSent()
        self.assertEqual([message.content for message in self.sent], ["Rules"])
        kinds = [message.type for message in self.history(self.general)]
        self.assertIn(discord.MessageType.pins_add, kinds)
        self.assertIn(discord.MessageType.thread_created, kinds)

    async def test_nearest_message_is_shown_as_a_diff_and_the_others_behind(self) -> None:
        async def work(ctx: Context) -> None:
            await ctx.send("Something else")
            await ctx.send("Pong!")

        await self.bot_does(work)
        with self.fails(
            "the bot did not send 'Pong?'",
            "Nearest: 'Pong!' in #general\n  content differs:\n    - Pong?",
            "    + Pong!",
            "The bot also sent:\n  'Something else' in #general",
            "What happened:",
            "alice sends '!do' in #general",
        ):
            self.assertSent("Pong?")

    async def test_message_in_another_channel_is_named_with_it(self) -> None:
        other = self.make_text_channel("other", self.guild)
        await self.bot_does(lambda ctx: other.send("Pong!"))
        text = "the bot did not send 'Pong!' in #general"
        with self.fails(text, "it is in #other, not in #general") as failing:
            self.assertSent("Pong!", channel=self.general)
        for other_cause in ("Another client", "before the last act"):
            self.assertNotIn(other_cause, failing.text)

    async def test_claim_is_named_by_its_text(self) -> None:
        with self.fails("the bot did not send 'x'"):
            self.assertSent("x", contains="y")
        with self.fails("the bot did not send such a message"):
            self.assertSent(str.isupper)
        with self.fails("the bot did not send 40 ± 5"):
            self.assertSent(Close(40, 5))
        with self.fails("the bot did not send such a message"):
            self.assertSent(embed={"title": "x"})

    async def test_message_of_an_earlier_act_counts_with_after_only(self) -> None:
        asked = await self.bot_does(lambda ctx: ctx.send("Pong!"))
        before = self.clock.now()
        await self.advance(10)
        with self.fails(
            "The bot sent nothing in the last act.", "It sent that before the last act", "`after=`"
        ):
            self.assertSent("Pong!")
        self.assertSent("Pong!", after=asked)
        with self.fails("did not send"):
            self.assertSent("Pong!", after=before)

    async def test_after_a_message_of_the_bot_is_what_it_sent_then(self) -> None:
        async def work(ctx: Context) -> None:
            for text in "abc":
                await ctx.send(text)

        await self.bot_does(work)
        first, second, third = self.sent
        self.assertEqual(
            [each.content for each in self.assertSent(count=2, after=first)],
            [second.content, third.content],
        )
        self.assertSent("c", after=second)
        self.assertNothingSent(after=third)

    async def test_after_needs_a_time_zone_and_a_message_of_this_test(self) -> None:
        with self.assertRaisesRegex(TypeError, "no time zone"):
            self.assertSent("x", after=self.clock.now().replace(tzinfo=None))
        with self.assertRaisesRegex(SetupError, "is no message of this test"):
            self.assertSent("x", after=discord.Object(5))  # type: ignore[call-overload]

    async def test_count_is_exact(self) -> None:
        async def work(ctx: Context) -> None:
            await ctx.send("a")
            await ctx.send("a")

        await self.bot_does(work)
        self.assertEqual(len(self.assertSent("a", count=2)), 2)
        self.assertEqual(len(self.assertSent("a", count=None)), 2)
        self.assertEqual(self.assertSent("b", count=0), [])
        takes = "`count=None` takes one or more, a number exactly so many; both return a list"
        with self.fails(f"the bot sent 'a' 2 times, not 1:\n  'a' in #general\n  'a' in #general\n{takes}"):
            self.assertSent("a")
        with self.fails("the bot sent 'a' 2 times, not 0:") as failing:
            self.assertSent("a", count=0)
        self.assertNotIn("count=None", failing.text)
        self.assertEqual(len(self.assertSent("a", count=Close(1, 1))), 2)
        text: Any = "2"
        with self.assertRaisesRegex(TypeError, "count is a whole number, or None for at least one, not '2'"):
            self.assertSent("a", count=text)
        with self.fails("the bot did not send 'b'"):
            self.assertSent("b", count=None)

    async def test_too_few_are_told_of_those_before_the_last_act(self) -> None:
        for _ in range(2):
            await self.bot_does(lambda ctx: ctx.send("a"))
        with self.fails(
            "the bot sent 'a' once, not 2:\n  'a' in #general\nIt sent 1 more before the last act"
        ):
            self.assertSent("a", count=2)
        with self.fails("once, not 3") as failing:
            self.assertSent("a", count=3)
        self.assertNotIn("before the last act", failing.text)

    async def test_channel_none_is_a_mistake(self) -> None:
        with self.assertRaisesRegex(TypeError, "channel is None"):
            self.assertSent("Pong!", channel=self.alice.dm_channel)
        with self.assertRaisesRegex(TypeError, "channel is None"):
            self.assertNothingSent(channel=None)

    async def test_unknown_claim_is_a_mistake(self) -> None:
        with self.assertRaisesRegex(TypeError, "takes no colour"):
            self.assertSent("Pong!", colour=5)  # type: ignore[call-overload]

    async def test_user_stands_for_the_dm(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("psst"))
        with self.fails(
            "did not send 'psst' in the DM with alice, where nobody has written\n", "it is in #general"
        ):
            self.assertSent("psst", channel=self.alice)
        self.assertNothingSent(channel=self.alice)
        await self.bot_does(lambda ctx: ctx.author.send("psst"))
        self.assertSent("psst", channel=self.alice)
        with self.fails("it is in the DM with alice, not in #general"):
            self.assertSent("psst", channel=self.general)

    async def test_by_is_a_client(self) -> None:
        with self.assertRaisesRegex(
            TypeError, "by= is a discord.Client that the test has connected, not 'alice'"
        ):
            self.assertSent("Pong!", by="alice")  # type: ignore[call-overload]

    async def test_another_client_is_asked_with_by(self) -> None:
        second = commands.Bot("?", intents=discord.Intents.all())
        await self.connect(second)
        await self.add_bot(self.owner_member(), self.guild, second)
        channel: Any = second.get_channel(self.general.id)
        await channel.send("from the second")
        await self.settle()

        self.assertSent("from the second", by=second, count=1)
        with self.fails("Another client sent that: pass by= that Bot"):
            self.assertSent("from the second")
        with self.assertRaisesRegex(SetupError, "is not connected to this test"):
            self.assertSent("x", by=commands.Bot("!", intents=discord.Intents.none()))

    def owner_member(self) -> discord.Member:
        assert self.guild.owner is not None
        return self.guild.owner

    async def test_mentions_are_told_by_name(self) -> None:
        red = self.make_role("Red", self.guild)
        text = f"{self.alice.mention} {self.general.mention} {red.mention} <@5>"
        await self.bot_does(lambda ctx: ctx.send(text))
        with self.fails(
            f"where {self.alice.mention} is @alice, {self.general.mention} is #general, {red.mention} is @&Red\n"
        ):
            self.assertSent(f"{self.alice.mention}?")
        self.assertSent(mentions=["alice", "Red"])
        with self.fails("it mentions @alice, @&Red, not @owner"):
            self.assertSent(mentions=["owner"])
        with self.fails("is called 'bob'", kind=SetupError):
            self.assertSent(mentions=["bob"])

    async def test_reply_mentions_and_buttons(self) -> None:
        view = (
            discord.ui.View().add_item(discord.ui.Button(label="Yes")).add_item(discord.ui.Button(label="No"))
        )

        async def work(ctx: Context) -> None:
            await ctx.reply(f"{self.alice.mention}?", view=view, mention_author=False)

        asked = await self.bot_does(work)

        self.assertSent(reply_to=asked, mentions=[self.alice], buttons=["Yes", "No"])
        with self.fails("its buttons are ['Yes', 'No'], not ['Yes']"):
            self.assertSent(buttons=["Yes"])
        with self.fails("it mentions @alice, not nobody"):
            self.assertSent(mentions=[])
        with self.fails("it answers '!do' of alice, not 5"):
            self.assertSent(reply_to=5)
        with self.fails("it is not ephemeral"):
            self.assertSent(ephemeral=True)
        view.stop()

    async def test_files_by_name_bytes_or_predicate(self) -> None:
        async def work(ctx: Context) -> None:
            import io

            await ctx.send(file=discord.File(io.BytesIO(b"1,2"), "table.csv"))

        await self.bot_does(work)
        self.assertSent(files=["table.csv"])
        self.assertSent(files="table.csv")
        self.assertSent(files={"table.csv": b"1,2"})
        self.assertSent(files={"table.csv": lambda data: data.startswith(b"1")})
        with self.fails("its files are ['table.csv'], not ['a.png', 'table.csv']"):
            self.assertSent(files=["table.csv", "a.png"])
        with self.fails("the file 'table.csv' (3 bytes) has other content: b'1,2'"):
            self.assertSent(files={"table.csv": b"1,3"})

    async def test_every_claim_reaches_the_message(self) -> None:
        embed = discord.Embed(title="Rules")
        await self.bot_does(lambda ctx: ctx.send("Read", embed=embed))
        self.assertSent(
            "Read", embed=embed, embeds=[embed], ephemeral=False, files=[], buttons=[], mentions=[]
        )
        for claims in (
            {"contains": "x"},
            {"embed": {"title": "x"}},
            {"embeds": 0},
            {"files": ["x"]},
            {"buttons": ["x"]},
            {"reply_to": 5},
            {"mentions": [self.alice]},
            {"ephemeral": True},
        ):
            with self.subTest(claims), self.fails("the bot did not send"):
                self.assertSent(**claims)  # type: ignore[call-overload]

    async def test_text_of_components_v2_counts_as_content(self) -> None:
        class Layout(discord.ui.LayoutView):
            text: discord.ui.TextDisplay[Any] = discord.ui.TextDisplay("**Rules**")
            box: discord.ui.Container[Any] = discord.ui.Container(discord.ui.TextDisplay("Be kind"))

        await self.bot_does(lambda ctx: ctx.send(view=Layout()))
        self.assertSent("**Rules**\nBe kind")

    async def test_message_of_a_webhook_counts(self) -> None:
        async def work(ctx: Context) -> None:
            webhook = await self.general.create_webhook(name="News")
            await webhook.send("Extra!")

        await self.bot_does(work)
        self.assertSent("Extra!")
        self.assertSent("Extra!", by=self.client)

    async def test_message_of_a_webhook_that_no_application_owns_is_the_main_clients(self) -> None:
        url = self.make_webhook("News", self.general).url
        second = commands.Bot("?", intents=discord.Intents.none())
        await self.connect(second)

        async def work(ctx: Context) -> None:
            await discord.Webhook.from_url(url, client=self.client).send("Extra!")

        await self.bot_does(work)
        self.assertSent("Extra!")
        self.assertSent("Extra!", by=self.client)
        with self.fails("the bot did not send 'Extra!'"):
            self.assertSent("Extra!", by=second)

    async def test_refused_request_is_told(self) -> None:
        async def work(ctx: Context) -> None:
            with contextlib.suppress(discord.HTTPException):
                await ctx.send("x" * 2001)

        await self.bot_does(work)
        with self.fails(
            "Discord refused:\n  bot: POST /channels/#general/messages",
            "400 Invalid Form Body (code 50035): content: Must be 2000 or fewer in length.",
        ):
            self.assertSent("x")

    async def test_pending_timers_are_told(self) -> None:
        async def work(ctx: Context) -> None:
            import asyncio

            await asyncio.sleep(30)
            await ctx.send("done")

        await self.bot_does(work)
        with self.fails("Pending timers (see advance):", "the bot sleeps for 30 s in", "work"):
            self.assertSent("done")

    async def test_own_text_joins_the_standard_one_unless_long_messages_are_off(self) -> None:
        with self.fails("did not send 'x'", "because I say so"):
            self.assertSent("x", msg="because I say so")
        self.longMessage = False
        with self.fails("because I say so") as failing:
            self.assertSent("x", msg="because I say so")
        self.assertEqual(failing.text, "because I say so")

    async def test_sent_lists_all_of_the_test(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("a"))
        await self.bot_does(lambda ctx: ctx.send("b"))
        self.assertEqual([message.content for message in self.sent], ["a", "b"])

    async def test_message_that_was_edited_in_a_channel_that_is_deleted(self) -> None:
        channel = await self.client.guilds[0].create_text_channel("ticket")
        message = await channel.send("open")
        await message.edit(content="closed")
        await channel.delete()
        self.assertSent("open", channel=channel)
        self.assertEqual([one.content for one in self.sent], ["open"])
        self.assertEqual(self.sent[0].channel, channel)

    async def test_message_in_a_guild_that_is_deleted(self) -> None:
        guild = self.make_guild("Gone", channels=["lobby"])
        await self.client.get_channel(guild.text_channels[0].id).send("hello")
        self.backend.delete_guild(guild)
        await self.settle()
        self.assertSent("hello")
        self.assertEqual([(one.content, one.guild) for one in self.sent], [("hello", None)])

    async def test_message_that_is_deleted_since_was_sent(self) -> None:
        async def work(ctx: Context) -> None:
            await (await ctx.send("gone")).delete()

        await self.bot_does(work)
        self.assertDeleted(self.assertSent("gone"))

    async def test_edit_is_no_sending_but_is_pointed_at(self) -> None:
        async def work(ctx: Context) -> None:
            await (await ctx.send("old")).edit(content="new")

        await self.bot_does(work)
        self.assertSent("old")
        with self.fails("It edited a message to that: see assertEdited."):
            self.assertSent("new")


class StartTests(BotTestCase):
    def make_client(self) -> commands.Bot:
        bot = super().make_client()

        @bot.listen()
        async def on_ready() -> None:
            await bot.get_channel(self.general.id).send("Here I am")  # type: ignore[union-attr]

        return bot

    async def test_message_that_the_bot_sent_as_it_started(self) -> None:
        for acts in range(2):
            with self.subTest(acts), self.fails("It sent that as it started", "`self.sent`") as failing:
                self.assertSent("Here I am")
            self.assertNotIn("`after=`", failing.text)
            await self.send(self.alice, self.general, "hi")

    async def test_start_within_the_test(self) -> None:
        await self.restart()
        self.assertSent("Here I am")
        await self.send(self.alice, self.general, "hi")
        with self.fails("It sent that before the last act", "`after=`"):
            self.assertSent("Here I am")


class NothingSentTests(BotTestCase):
    async def test_silence(self) -> None:
        await self.send(self.alice, self.general, "hello")
        self.assertNothingSent()
        self.assertNothingSent(channel=self.general)

    async def test_message_fails(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        with self.fails("the bot sent:\n  'Pong!' in #general", "What happened:"):
            self.assertNothingSent()

    async def test_other_channels_do_not_matter(self) -> None:
        other = self.make_text_channel("other", self.guild)
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        self.assertNothingSent(channel=other)
        with self.fails("the bot sent:"):
            self.assertNothingSent(channel=self.general)

    async def test_after_looks_further_back(self) -> None:
        asked = await self.bot_does(lambda ctx: ctx.send("Pong!"))
        await self.advance(1)
        self.assertNothingSent()
        with self.fails("the bot sent:"):
            self.assertNothingSent(after=asked)


class EditedTests(BotTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        await self.bot_does(lambda ctx: ctx.send("old"))
        self.message = self.assertSent("old")

    async def test_edit_is_found(self) -> None:
        await self.bot_does(lambda ctx: self.message.edit(content="new"))
        self.assertEqual(self.assertEdited(self.message, "new").content, "new")
        self.assertEdited(self.message, contains="ne")

    async def test_missing_edit_fails(self) -> None:
        self.assertNotEdited(self.message)
        with self.fails("the bot did not edit the message 'old'", "What happened:"):
            self.assertEdited(self.message, "new")

    async def test_other_edit_fails_with_a_diff(self) -> None:
        await self.bot_does(lambda ctx: self.message.edit(content="newer"))
        with self.fails("the bot edited the message 'newer' otherwise:", "content differs:", "- new"):
            self.assertEdited(self.message, "new")
        with self.fails("the bot edited the message 'newer': it is now 'newer'"):
            self.assertNotEdited(self.message)

    async def test_refused_edit_is_none_and_is_told(self) -> None:
        async def work(ctx: Context) -> None:
            with contextlib.suppress(discord.HTTPException):
                await self.message.edit(content="x" * 2001)

        await self.bot_does(work)
        self.assertNotEdited(self.message)
        with self.fails("the bot did not edit the message 'old'\nDiscord refused:\n  bot: PATCH"):
            self.assertEdited(self.message)

    async def test_edit_of_another_message_does_not_count(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("other"))
        other = self.assertSent("other")
        await self.bot_does(lambda ctx: other.edit(content="new"))
        self.assertNotEdited(self.message)
        self.assertEdited(other)

    async def test_only_a_change_of_the_message_is_an_edit(self) -> None:
        async def work(ctx: Context) -> None:
            await ctx.channel.fetch_message(self.message.id)
            await self.message.add_reaction("👍")
            thread = await self.message.create_thread(name="Details")  # its id is that of the message
            await thread.edit(name="More")

        await self.bot_does(work)
        self.assertNotEdited(self.message)
        with self.fails("the bot did not send 'x'"):
            self.assertSent("x")
        await self.bot_does(lambda ctx: self.message.edit(suppress=True))
        self.assertEdited(self.message, "old")

    async def test_edit_of_another_client_does_not_count(self) -> None:
        second = commands.Bot("?", intents=discord.Intents.all())
        await self.connect(second)
        await self.add_bot(self.guild.owner, self.guild, second)  # type: ignore[arg-type]
        channel: Any = second.get_channel(self.general.id)
        before = await channel.send("old")
        await before.edit(content="new")
        await self.settle()
        self.assertNotEdited(before)

    async def test_edit_of_an_earlier_act_counts_with_after(self) -> None:
        asked = await self.bot_does(lambda ctx: self.message.edit(content="new"))
        await self.advance(1)
        with self.fails(
            "did not edit", "\nIt did so before the last act, which is all that this looks at; `after=`"
        ):
            self.assertEdited(self.message)
        with self.fails("did not edit") as failing:
            self.assertEdited(self.message, "newer")
        self.assertNotIn("It did so", failing.text)
        self.assertEdited(self.message, after=asked)


class EarlierMessageTests(BotTestCase):
    """Messages that were there before the test are messages of it."""

    def make_world(self) -> None:
        super().make_world()
        self.old = [self.make_message(text, self.alice, self.general) for text in ("one", "two", "three")]

    async def test_after_one_is_all_that_was_sent(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Pong!"))
        await self.advance(1)
        self.assertSent("Pong!", after=self.old[0])

    async def test_not_edited(self) -> None:
        self.assertNotEdited(self.old[0])

    async def test_deleted_alone_or_with_others(self) -> None:
        async def work(ctx: Context) -> None:
            one, *others = self.old
            await ctx.channel.get_partial_message(one.id).delete()  # type: ignore[union-attr]
            await ctx.channel.delete_messages(others)  # type: ignore[union-attr]

        await self.bot_does(work)
        for message in self.old:
            self.assertDeleted(message)
            self.assertNotEdited(message.id)
        with self.fails("there never was a message", kind=SetupError):
            self.assertDeleted(self.general.id)


class SavedMessageTests(unittest.TestCase):
    """So are those of a saved world, of which no test has seen how they were sent."""

    def test_after_deleted_and_not_edited(self) -> None:
        saved: list[Any] = []

        class Before(BotTestCase):
            async def test(self) -> None:
                for text in ("one", "two", "three"):
                    await self.send(self.alice, self.general, text)
                saved.append(self.backend.snapshot())

        class Case(BotTestCase):
            def make_world(self) -> None: ...

            async def test(self) -> None:
                channel: Any = self.client.guilds[0].text_channels[0]
                messages = self.history(channel)
                one, *others = messages
                self.assertNotEdited(one)
                await channel.send("Pong!")
                await self.settle()
                self.assertSent("Pong!", after=one)
                await channel.get_partial_message(one.id).delete()
                await channel.delete_messages(others)
                await self.settle()
                for message in messages:
                    self.assertDeleted(message)
                with self.fails("there never was a message", kind=SetupError):
                    self.assertDeleted(channel.id)

        self.assertTrue((outcome := run_case(Before)).passed, outcome)
        Case.world = saved[0]
        self.assertTrue((outcome := run_case(Case)).passed, outcome)


class NoMessageTests(BotTestCase):
    """Claims and verbs about what is no message of this world do not pass, and say what to pass."""

    async def test_message_that_never_was(self) -> None:
        for claim in (self.assertEdited, self.assertNotEdited):
            with self.fails("there never was a message 12345", kind=SetupError):
                claim(12345)

    async def test_result_of_a_command(self) -> None:
        @self.client.tree.command()
        async def greet(interaction: discord.Interaction) -> None:
            """Greet"""
            await interaction.response.send_message("Hello!")

        await self.client.tree.sync()
        result = await self.slash(self.alice, self.general, "greet")
        for claim in (self.assertEdited, self.assertNotEdited, self.assertDeleted, self.assertPinned):
            with self.fails("'greet'", "is no message: pass its answer, `.response`", kind=SetupError):
                claim(result)
        with self.fails("is no message: pass its answer, `.response`", kind=SetupError):
            await self.react(self.alice, result, "👍")  # type: ignore[arg-type]
        self.assertNotEdited(result.response)


class SilenceTests(BotTestCase):
    """Why the bot may have been silent: the facts that its author overlooks."""

    def make_client(self) -> commands.Bot:
        bot = super().make_client()

        @bot.event
        async def on_command_error(ctx: Context, error: Exception) -> None: ...

        return bot

    async def test_unknown_command_that_is_swallowed(self) -> None:
        await self.send(self.alice, self.general, "!doo")
        with self.fails(
            "The bot sent nothing in the last act.", "The bot has no command 'doo'; is 'do' meant?"
        ):
            self.assertSent("x")

    async def test_unknown_command_for_what_it_should_have_done(self) -> None:
        ticket = self.make_message("Help!", self.alice, self.general)
        await self.send(self.alice, self.general, "!doo")
        claims: list[Callable[[], object]] = [
            lambda: self.assertThread(self.general, "ticket"),
            lambda: self.assertChannelExists(self.guild, "ticket"),
            lambda: self.assertAuditLog(self.guild, discord.AuditLogAction.message_pin),
            lambda: self.assertPinned(ticket),
            lambda: self.assertEdited(ticket),
            lambda: self.assertTyping(self.general),
            lambda: self.assertRequested("PATCH", "/guilds/{guild_id}"),
            lambda: self.assertDispatched("GUILD_UPDATE"),
            lambda: self.assertInVoice(self.alice),
        ]
        for claim in claims:
            with self.subTest(claim), self.fails("The bot has no command 'doo'; is 'do' meant?"):
                claim()

    async def test_wrong_prefix(self) -> None:
        await self.send(self.alice, self.general, "?do")
        with self.fails("'?do' does not begin with the bot's prefix, '!'"):
            self.assertSent("x")

    async def test_channel_that_the_bot_cannot_see(self) -> None:
        me = self.guild.me
        hidden = self.make_text_channel(
            "hidden", self.guild, overwrites={me: discord.PermissionOverwrite(view_channel=False)}
        )
        await self.send(self.alice, hidden, "!do")
        with self.fails("The bot cannot see #hidden"):
            self.assertSent("x")

    async def test_own_on_message_that_runs_no_commands(self) -> None:
        @self.client.event
        async def on_message(message: discord.Message) -> None: ...

        await self.send(self.alice, self.general, "!do")
        with self.fails("The bot's own on_message never calls process_commands"):
            self.assertSent("x")

    async def test_ordinary_message_gets_no_hint(self) -> None:
        await self.send(self.alice, self.general, "hello")
        with self.fails("The bot sent nothing in the last act.\nWhat happened:"):
            self.assertSent("x")


class NoContentTests(BotTestCase):
    def make_client(self) -> commands.Bot:
        bot = commands.Bot("!", intents=discord.Intents.default())

        @bot.command()
        async def ping(ctx: Context) -> None:
            await ctx.send("pong")

        return bot

    async def test_missing_intent_is_named(self) -> None:
        await self.send(self.alice, self.general, "!ping")
        with self.fails("its intents lack message_content"):
            self.assertSent("pong")

    async def test_command_that_was_sent_as_a_message(self) -> None:
        @self.client.tree.command(description="Slow")
        async def slow(interaction: discord.Interaction) -> None: ...

        await self.send(self.alice, self.general, "/slow")
        with self.fails(
            "'/slow' was sent as a message: `await self.slash(who, channel, 'slow')` uses the command"
        ):
            self.assertSent("pong")
        await self.send(self.alice, self.general, "/")
        with self.fails("The bot sent nothing in the last act.\nWhat happened:"):
            self.assertSent("pong")


class UnheardTests(BotTestCase):
    """An event that the bot has a listener for and lacks the intent for is named in the failure."""

    intents = discord.Intents(guilds=True, guild_messages=True)

    async def test_listener_of_the_client(self) -> None:
        @self.client.event
        async def on_member_join(member: discord.Member) -> None: ...

        await self.join(self.make_user("bob"), self.guild)
        with self.fails("The bot has on_member_join, but gets no GUILD_MEMBER_ADD: its intents lack members"):
            self.assertSent("Welcome")

    async def test_listener_of_a_cog_and_the_state_of_the_world(self) -> None:
        @self.client.listen()
        async def on_raw_reaction_add(payload: discord.RawReactionActionEvent) -> None: ...

        message = await self.send(self.alice, self.general, "roles")
        await self.react(self.alice, message, "👍")
        role = self.make_role("gamer", self.guild)
        await self.react(self.alice, message, "👎")
        lacks = "The bot has on_raw_reaction_add, but gets no MESSAGE_REACTION_ADD: its intents lack guild_reactions"
        with self.fails(f"alice has not the role 'gamer'; roles: none\n{lacks}\nWhat happened"):
            self.assertHasRole(self.alice, role)

    async def test_state_that_is_not_as_claimed(self) -> None:
        @self.client.event
        async def on_member_join(member: discord.Member) -> None: ...

        await self.join(self.make_user("bob"), self.guild)
        for claim in (self.assertChannelExists, self.assertThread):
            with self.fails("The bot has on_member_join, but gets no GUILD_MEMBER_ADD"):
                claim(self.guild if claim == self.assertChannelExists else self.general, "bob")

    async def test_direct_message(self) -> None:
        @self.client.event
        async def on_typing(*args: object) -> None: ...

        await self.typing(self.alice, self.client.user)
        with self.fails("but gets no TYPING_START: its intents lack dm_typing"):
            self.assertSent("x")

    async def test_what_nobody_listens_to_is_no_cause(self) -> None:
        await self.join(self.make_user("bob"), self.guild)
        with self.fails("The bot sent nothing in the last act.\nWhat happened:"):
            self.assertSent("Welcome")


class DeafTests(BotTestCase):
    def make_client(self) -> commands.Bot:
        return commands.Bot("!", intents=discord.Intents(guilds=True))

    async def test_missing_intent_is_named(self) -> None:
        await self.send(self.alice, self.general, "!ping")
        with self.fails("its intents lack guild_messages"):
            self.assertSent("pong")
