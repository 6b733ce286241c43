"""Messages as they are now: deleted, reacted to, pinned, with embeds, buttons and selects; and typing."""

from __future__ import annotations

import contextlib
from typing import Any

import discord
from discord.ext import commands

from discordtest import SetupError
from tests.bots import BotTestCase

Context = commands.Context[Any]


class DeletedTests(BotTestCase):
    async def test_deleted(self) -> None:
        asked = await self.bot_does(lambda ctx: ctx.message.delete())
        self.assertDeleted(asked)
        with self.fails("the message '!do' is deleted"):
            self.assertNotDeleted(asked)

    async def test_not_deleted(self) -> None:
        asked = await self.send(self.alice, self.general, "hello")
        self.assertEqual(self.assertNotDeleted(asked), asked)
        with self.fails("the message 'hello' was not deleted", "What happened:"):
            self.assertDeleted(asked)

    async def test_refused_deletion_is_told(self) -> None:
        await self.client.get_guild(self.guild.id).leave()  # type: ignore[union-attr]
        asked = await self.send(self.alice, self.general, "hello")
        message = discord.PartialMessage(channel=self.general, id=asked.id)
        with self.assertRaises(discord.HTTPException):
            await message.delete()
        with self.fails("was not deleted\nDiscord refused:\n  bot: DELETE /channels/#general/messages/"):
            self.assertDeleted(asked)


class NeverThereTests(BotTestCase):
    async def test_message_that_never_was(self) -> None:
        hello = await self.send(self.alice, self.general, "hello")
        await hello.delete()
        await self.settle()
        self.assertDeleted(hello.id)
        claims = (
            self.assertDeleted,
            self.assertNotDeleted,
            self.assertNotPinned,
            lambda message: self.assertNotReaction(message, "👍"),
        )
        for never in (
            12345,
            self.general,
            self.alice,
            discord.PartialMessage(channel=self.general, id=12345),
        ):
            for claim in claims:
                with self.fails("there never was a message", kind=SetupError):
                    claim(never)  # type: ignore[operator]

    async def test_message_of_a_channel_that_is_gone(self) -> None:
        hello = self.make_message("hello", self.alice, self.general)
        await self.general.delete()
        await self.settle()
        self.assertDeleted(hello)
        self.assertDeleted(discord.PartialMessage(channel=self.general, id=hello.id + 1))

    async def test_places_and_people_that_never_were(self) -> None:
        hello = await self.send(self.alice, self.general, "hello")
        for claim in (self.assertNotTyping, self.assertNothingSent):
            for place in (12345, "generla", discord.Object(12345)):
                with self.fails("no channel ", kind=SetupError):
                    claim(place)
        with self.fails("no user 12345", kind=SetupError):
            self.assertNotReaction(hello, "👍", 12345)

    async def test_names(self) -> None:
        hello = await self.send("alice", "general", "hello")
        await self.react("alice", hello, "👍")
        self.assertReaction(hello, "👍", "alice")
        self.assertNothingSent("#general")
        self.assertNothingSent("alice")
        self.assertNothingSent("@alice")


class ReactionTests(BotTestCase):
    async def test_own_reaction_of_the_bot(self) -> None:
        asked = await self.bot_does(lambda ctx: ctx.message.add_reaction("👍"))
        self.assertReaction(asked, "👍")
        self.assertNotReaction(asked, "👎")
        self.assertNotReaction(asked, "👍", self.alice)
        with self.fails("@alice has not reacted with 👍", "Reactions on the message '!do': 👍 by @bot"):
            self.assertReaction(asked, "👍", self.alice)
        with self.fails("the bot has reacted with 👍"):
            self.assertNotReaction(asked, "👍")

    async def test_no_reaction_at_all(self) -> None:
        asked = await self.send(self.alice, self.general, "hello")
        with self.fails("the bot has not reacted with 👍", "Reactions on the message 'hello': none"):
            self.assertReaction(asked, "👍")

    async def test_refused_reaction_is_told(self) -> None:
        async def work(ctx: Context) -> None:
            with contextlib.suppress(discord.HTTPException):
                await ctx.message.add_reaction("<:party:5>")

        asked = await self.bot_does(work)
        with self.fails("the bot has not reacted with 👍", "Discord refused:\n  bot: PUT", "What happened:"):
            self.assertReaction(asked, "👍")

    async def test_style_of_an_emoji_does_not_matter(self) -> None:
        asked = await self.bot_does(lambda ctx: ctx.message.add_reaction("❤"))
        self.assertReaction(asked, "❤️")
        self.assertReaction(asked, "❤")
        other = await self.bot_does(lambda ctx: ctx.message.add_reaction("❤️"))
        self.assertReaction(other, "❤")

    async def test_custom_emoji_in_every_form(self) -> None:
        emoji = self.make_emoji("party", self.guild)
        asked = await self.bot_does(lambda ctx: ctx.message.add_reaction(emoji))
        for form in (emoji, str(emoji), f"party:{emoji.id}", discord.PartialEmoji.from_str(str(emoji))):
            self.assertReaction(asked, form)
        self.assertReaction(asked, f"<:old_name:{emoji.id}>")
        self.assertNotReaction(asked, f"<:party:{emoji.id + 1}>")

    async def test_what_is_no_emoji_is_a_mistake(self) -> None:
        asked = await self.send(self.alice, self.general, "hello")
        with self.assertRaisesRegex(SetupError, "'thumbsup' is no emoji"):
            self.assertNotReaction(asked, "thumbsup")

    async def test_reaction_on_a_deleted_message(self) -> None:
        asked = await self.bot_does(lambda ctx: ctx.message.delete())
        with self.fails("the message '!do' is deleted"):
            self.assertReaction(asked, "👍")


class PinTests(BotTestCase):
    async def test_pinned(self) -> None:
        asked = await self.bot_does(lambda ctx: ctx.message.pin())
        self.assertPinned(asked)
        with self.fails("the message '!do' is pinned"):
            self.assertNotPinned(asked)

    async def test_not_pinned(self) -> None:
        asked = await self.send(self.alice, self.general, "hello")
        self.assertNotPinned(asked)
        with self.fails("the message 'hello' is not pinned"):
            self.assertPinned(asked)


class TypingTests(BotTestCase):
    async def test_typing(self) -> None:
        async def work(ctx: Context) -> None:
            async with ctx.typing():
                await ctx.send("thought")

        await self.bot_does(work)
        self.assertTyping(self.general)
        with self.fails("the bot was typing in #general"):
            self.assertNotTyping(self.general)

    async def test_not_typing(self) -> None:
        await self.send(self.alice, self.general, "hello")
        self.assertNotTyping(self.general)
        with self.fails("the bot was not typing in #general", "What happened:"):
            self.assertTyping(self.general)
        with self.assertRaisesRegex(TypeError, "channel is None"):
            self.assertTyping(None)

    async def test_typing_elsewhere_or_in_vain_is_none(self) -> None:
        other, shut = (self.make_text_channel(name, self.guild) for name in ("other", "shut"))
        await shut.set_permissions(self.guild.default_role, view_channel=False)

        async def work(ctx: Context) -> None:
            await self.client.http.send_typing(other.id)
            with contextlib.suppress(discord.HTTPException):
                await self.client.http.send_typing(shut.id)

        await self.bot_does(work)
        self.assertTyping(other)
        self.assertNotTyping(self.general)
        self.assertNotTyping(shut)


class EmbedTests(BotTestCase):
    async def test_embed_is_found_by_its_keys(self) -> None:
        embed = discord.Embed(title="Rules").add_field(name="1", value="Be kind")
        await self.bot_does(lambda ctx: ctx.send(embed=embed))
        message = self.assertSent(embed=embed)
        self.assertEqual(self.assertEmbed(message, title="Rules", fields={"1": "Be kind"}).title, "Rules")
        with self.fails("no embed of the message '' is like that:\n  embed title differs:"):
            self.assertEmbed(message, title="Rulez")

    async def test_nearest_embed_is_told(self) -> None:
        embeds = [discord.Embed(title="a"), discord.Embed(title="b", description="c")]
        await self.bot_does(lambda ctx: ctx.send(embeds=embeds))
        with self.fails("is like that:\n  embed description differs:"):
            self.assertEmbed(self.sent[0], title="b", description="d")

    async def test_message_without_embed(self) -> None:
        message = await self.send(self.alice, self.general, "hello")
        with self.fails("no embed of the message 'hello' is like that:\n  it has no embed"):
            self.assertEmbed(message, title="Rules")


class ComponentTests(BotTestCase):
    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Yes", style=discord.ButtonStyle.green))
        view.add_item(discord.ui.Button(label="No", disabled=True))
        options = [discord.SelectOption(label="Red"), discord.SelectOption(label="Blue")]
        view.add_item(discord.ui.Select(options=options))
        await self.bot_does(lambda ctx: ctx.send("?", view=view))
        self.message = self.assertSent("?")

    async def test_button(self) -> None:
        self.assertEqual(self.assertButton(self.message, "Yes").label, "Yes")
        self.assertButton(self.message, "No", disabled=True)
        self.assertButton(self.message, "Yes", style=discord.ButtonStyle.green, disabled=False)
        self.assertNotButton(self.message, "Maybe")
        self.assertNotButton(self.message, "No", disabled=False)
        self.assertNotButton(self.message, "Yes", style=discord.ButtonStyle.red)
        with self.fails("has the button 'No' (", ", disabled)"):
            self.assertNotButton(self.message, "No")

    async def test_button_by_its_emoji_or_custom_id(self) -> None:
        emoji = self.make_emoji("blob", self.guild)
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(emoji="◀️", custom_id="book:back", disabled=True))
        view.add_item(discord.ui.Button(emoji=emoji))
        await self.bot_does(lambda ctx: ctx.send("page 1", view=view))
        message = self.assertSent("page 1", buttons=["◀️", "blob"])
        self.assertEqual(self.assertButton(message, "◀️", disabled=True).custom_id, "book:back")
        self.assertButton(message, "book:back")
        self.assertButton(message, str(emoji))
        self.assertNotButton(message, "▶️")
        with self.fails("no such button '▶️'", "Its buttons: '◀️' (secondary, disabled), 'blob' (secondary)"):
            self.assertButton(message, "▶️")
        with self.fails("has the button '◀️' (secondary, disabled)"):
            self.assertNotButton(message, "book:back")

    async def test_button_inside_a_layout(self) -> None:
        class Layout(discord.ui.LayoutView):
            box: discord.ui.Container[Any] = discord.ui.Container(
                discord.ui.Section("Rules", accessory=discord.ui.Button(label="More")),
                discord.ui.ActionRow(discord.ui.Button(label="Less")),
            )

        await self.bot_does(lambda ctx: ctx.send(view=Layout()))
        message = self.assertSent("Rules", buttons=["More", "Less"])
        for label in ("More", "Less"):
            self.assertButton(message, label)

    async def test_missing_button_fails_with_those_that_are_there(self) -> None:
        shown = "Its buttons: 'Yes' (success), 'No' (secondary, disabled)"
        with self.fails("no such button 'Maybe' on the message '?'", shown):
            self.assertButton(self.message, "Maybe")
        with self.fails("no such button 'No' that is enabled on the message '?'", shown):
            self.assertButton(self.message, "No", disabled=False)
        with self.fails("no such button 'Yes' that is danger and disabled on the message '?'", shown):
            self.assertButton(self.message, "Yes", disabled=True, style=discord.ButtonStyle.danger)
        plain = await self.send(self.alice, self.general, "hello")
        with self.fails("Its buttons: none"):
            self.assertButton(plain, "Yes")

    async def test_select_options(self) -> None:
        self.assertSelectOptions(self.message, ["Red", "Blue"])
        with self.fails("no select offers ['Blue', 'Red'] on the message '?'. It has: ['Red', 'Blue']"):
            self.assertSelectOptions(self.message, ["Blue", "Red"])
        plain = await self.send(self.alice, self.general, "hello")
        with self.fails("It has: none"):
            self.assertSelectOptions(plain, [])
