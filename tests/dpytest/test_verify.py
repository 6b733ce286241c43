from __future__ import annotations

import warnings
from typing import Any

import discord
from discord.ext import commands

from discordtest import dpytest
from tests.dpytest.case import Commands, SuiteCase, make_bot


class MessageTests(SuiteCase):
    async def test_content_is_equal_or_contained(self) -> None:
        await self.channel.send("Hello, World!")
        message = dpytest.verify().message
        self.assertTrue(message().peek().content("Hello, World!"))
        self.assertTrue(message().peek().contains().content("World"))
        self.assertFalse(message().peek().content("World"))
        self.assertFalse(message().peek().contains().content("world"))
        self.assertFalse(message().peek().content(None))

    async def test_none_wants_a_message_without_content(self) -> None:
        await self.channel.send(embed=discord.Embed(title="T"))
        self.assertTrue(dpytest.verify().message().peek().content(None))
        self.assertTrue(dpytest.verify().message().peek().contains().content(None))
        self.assertFalse(dpytest.verify().message().peek().embed(None))

    async def test_each_look_takes_the_oldest_out(self) -> None:
        await self.channel.send("one")
        await self.channel.send("two")
        self.assertTrue(dpytest.verify().message().peek().content("two"))
        self.assertFalse(dpytest.verify().message().content("two"))
        self.assertTrue(dpytest.verify().message().content("two"))
        self.assertTrue(dpytest.verify().message().nothing())

    async def test_nothing_is_an_empty_queue(self) -> None:
        self.assertTrue(dpytest.verify().message().nothing())
        await self.channel.send("one")
        self.assertFalse(dpytest.verify().message().nothing())
        self.assertEqual(dpytest.sent_queue.qsize(), 1)

    async def test_empty_queue_has_no_message_of_any_kind(self) -> None:
        self.assertFalse(dpytest.verify().message())
        self.assertFalse(dpytest.verify().message().peek().content("x"))

    async def test_embed_is_the_only_one_or_among_others(self) -> None:
        first, second = discord.Embed(title="1"), discord.Embed(title="2")
        await self.channel.send(embeds=[first, second])
        self.assertFalse(dpytest.verify().message().peek().embed(first))
        self.assertTrue(dpytest.verify().message().peek().contains().embed(second))
        self.assertFalse(dpytest.verify().message().peek().contains().embed(discord.Embed(title="3")))
        await self.channel.send(embed=first)
        self.assertTrue(dpytest.verify().message().peek().embed(discord.Embed(title="1")))

    async def test_attachment_has_the_content_of_a_file(self) -> None:
        one = self.make_file("one.txt", b"one")
        two = self.make_file("two.bin", bytes(range(256)))
        await self.channel.send(files=[discord.File(one), discord.File(two)])
        message = dpytest.verify().message
        self.assertTrue(message().peek().attachment(one))
        self.assertTrue(message().peek().attachment(str(one)))
        self.assertFalse(message().peek().attachment(two))
        self.assertTrue(message().peek().contains().attachment(two))
        self.assertFalse(message().peek().attachment(None))
        await self.channel.send("none")
        self.assertTrue(message().peek().attachment(None))
        self.assertFalse(message().peek().attachment(one))

    async def test_edit_does_not_change_what_was_sent(self) -> None:
        sent = await self.channel.send("before")
        await sent.edit(content="after")
        self.assertTrue(dpytest.verify().message().content("before"))

    async def test_contradictory_wishes_are_refused(self) -> None:
        for name in ("content", "embed", "attachment"):
            with self.subTest(name):
                builder = self.verification()
                getattr(builder, name)(None)
                with self.assertRaisesRegex(ValueError, r"nothing\(\)"):
                    builder.nothing()
                builder = self.verification().nothing()
                with self.assertRaisesRegex(ValueError, r"nothing\(\)"):
                    getattr(builder, name)("x")

    def verification(self) -> dpytest.VerifyMessage:
        builder = dpytest.verify().message()
        bool(builder.peek())  # looked at, so it does not warn
        return builder


class FailureTests(SuiteCase):
    async def shown(self, builder: Any) -> str:
        self.assertFalse(builder)
        return repr(builder)

    async def test_wrong_content_is_shown(self) -> None:
        await self.channel.send("Pong!")
        await self.channel.send("Pang!")
        self.assertEqual(
            await self.shown(dpytest.verify().message().content("Ping!")),
            "<VerifyMessage: the oldest message has the content 'Ping!'; its content is 'Pong!'; "
            "1 more in the queue>",
        )

    async def test_missing_message_is_told(self) -> None:
        text = await self.shown(dpytest.verify().message().contains().content("Ping!"))
        self.assertIn("the content with 'Ping!'; the queue is empty>", text)

    async def test_silence_is_explained(self) -> None:
        await dpytest.message("?echo x")
        text = await self.shown(dpytest.verify().message().content("x"))
        self.assertTrue(
            text.endswith("; the queue is empty; '?echo x' does not begin with the bot's prefix, '!'>"), text
        )
        intents = discord.Intents.default()
        blind = commands.Bot("!", intents=intents)
        await blind._async_setup_hook()
        await blind.add_cog(Commands())
        dpytest.configure(blind)
        await dpytest.message("!echo x")
        text = await self.shown(dpytest.verify().message().content("x"))
        self.assertIn("its intents lack message_content", text)

    async def test_error_that_kept_the_bot_from_sending_is_told(self) -> None:
        @self.bot.listen()
        async def on_member_join(member: discord.Member) -> None:
            raise ValueError("oh")

        with self.assertLogs("discord.client", "ERROR"):
            await dpytest.member_join()
            await dpytest.run_all_events()
        text = await self.shown(dpytest.verify().message().content("x"))
        self.assertIn("the bot raised ValueError: oh, in on_member_join", text)

    async def test_message_that_should_not_be_is_shown(self) -> None:
        await self.channel.send("Pong!")
        text = await self.shown(dpytest.verify().message().nothing())
        self.assertIn("no message; 1 in the queue, the newest is 'Pong!' in #TextChannel_0", text)

    async def test_wrong_embed_and_file_are_shown(self) -> None:
        await self.channel.send(embed=discord.Embed(title="A"))
        text = await self.shown(dpytest.verify().message().peek().embed(discord.Embed(title="B")))
        self.assertIn("has the embed 'B'; it has another embed: its title is 'A', not 'B'>", text)
        text = await self.shown(dpytest.verify().message().peek().embed(None))
        self.assertIn("has no embed; it has the embeds 'A'>", text)
        text = await self.shown(dpytest.verify().message().peek().attachment(__file__))
        self.assertIn("it has no attachment", text)

    async def test_wrong_activity_is_shown(self) -> None:
        await self.bot.change_presence(activity=discord.Game("Chess"))
        text = await self.shown(dpytest.verify().activity().name("Go"))
        self.assertRegex(text, "the activity's name is 'Go'; it is <Game name='Chess'")

    async def test_verification_that_is_so_says_so(self) -> None:
        builder = dpytest.verify().message().nothing()
        self.assertEqual(repr(builder), "<VerifyMessage: no message; not looked at so far>")
        self.assertTrue(builder)
        self.assertEqual(repr(builder), "<VerifyMessage: no message; it is so>")

    async def test_verification_that_nobody_looks_at_warns(self) -> None:
        with self.assertWarnsRegex(
            RuntimeWarning, "VerifyMessage was never looked at: write `assert`.*'Pong!'"
        ):
            dpytest.verify().message().content("Pong!")
        with self.assertWarnsRegex(RuntimeWarning, "VerifyActivity was never looked at"):
            dpytest.verify().activity().name("Chess")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            bool(dpytest.verify().message().nothing())


class ActivityTests(SuiteCase):
    async def test_parts_of_an_activity(self) -> None:
        await self.bot.change_presence(activity=discord.Streaming(name="Live", url="https://twitch.tv/x"))
        activity = dpytest.verify().activity
        self.assertTrue(
            activity().name("Live").url("https://twitch.tv/x").type(discord.ActivityType.streaming)
        )
        self.assertFalse(activity().name("Dead"))
        self.assertFalse(activity().name("Live").url("https://twitch.tv/y"))
        self.assertFalse(activity().type(discord.ActivityType.playing))

    async def test_whole_activity(self) -> None:
        self.assertTrue(dpytest.verify().activity().matches(None))
        await self.bot.change_presence(activity=discord.Game("Chess"))
        self.assertTrue(dpytest.verify().activity().matches(discord.Game("Chess")))
        self.assertFalse(dpytest.verify().activity().matches(None))
        await self.bot.change_presence(activity=None)
        self.assertTrue(dpytest.verify().activity().matches(None))
        self.assertFalse(dpytest.verify().activity().name("Chess"))
        self.assertFalse(dpytest.verify().activity())

    async def test_activity_with_which_the_bot_came(self) -> None:
        dpytest.configure(make_bot(activity=discord.Game("Chess")))
        self.assertTrue(dpytest.verify().activity().name("Chess"))

    async def test_contradictory_wishes_are_refused(self) -> None:
        for name, value in (("name", "x"), ("url", "x"), ("type", discord.ActivityType.playing)):
            with self.subTest(name):
                builder = dpytest.verify().activity().matches(None)
                self.assertTrue(builder)
                with self.assertRaisesRegex(ValueError, "matches"):
                    getattr(builder, name)(value)
                parts = getattr(dpytest.verify().activity(), name)(value)
                self.assertFalse(parts)
                with self.assertRaisesRegex(ValueError, "matches"):
                    parts.matches(None)
