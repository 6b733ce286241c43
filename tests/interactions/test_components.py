"""Finding buttons and selects as a person sees them, on every kind of message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord

from discordtest import SetupError
from tests.bots import BotTestCase
from tests.interactions.test_life import AnswerTestCase

if TYPE_CHECKING:
    from discord.ext import commands

Interaction = discord.Interaction[Any]


class Echo(discord.ui.Button[Any]):
    """Says its custom_id."""

    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.send_message(f"pressed {self.custom_id}", ephemeral=True)


def view_of(*items: discord.ui.Item[Any]) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view


class Buttons(AnswerTestCase):
    async def shown(self, *items: discord.ui.Item[Any]) -> Any:
        return await self.bot_answers(lambda i: i.response.send_message("x", view=view_of(*items)))

    async def test_by_the_object(self) -> None:
        button = Echo(label="A", custom_id="a")
        result = await self.shown(button)
        clicked = await self.click(self.alice, result, button)
        self.assertResponded(clicked, "pressed a")
        row = result.response.components[0]
        self.assertResponded(await self.click(self.alice, result.response, row.children[0]), "pressed a")

    async def test_by_an_emoji(self) -> None:
        custom = self.make_emoji("party", self.guild)
        result = await self.shown(Echo(emoji="🔥", custom_id="a"), Echo(emoji=custom, custom_id="b"))
        for wanted, name in (
            ("🔥", "a"),
            (discord.PartialEmoji(name="🔥"), "a"),
            (custom, "b"),
            (str(custom), "b"),
        ):
            with self.subTest(wanted=wanted):
                self.assertResponded(await self.click(self.alice, result, wanted), f"pressed {name}")

    async def test_two_alike(self) -> None:
        result = await self.shown(Echo(label="A", custom_id="a"), Echo(label="A", custom_id="b"))
        with self.fails("2 buttons are 'A'", "'a', 'b'", kind=SetupError):
            await self.click(self.alice, result, "A")
        self.assertResponded(await self.click(self.alice, result, "b"), "pressed b")

    async def test_a_board_whose_buttons_look_alike(self) -> None:
        result = await self.shown(*(Echo(label=".", custom_id=f"cell {n}", row=n // 2) for n in range(4)))
        with self.fails("4 buttons are '.'", "message.components[row].children[column]", kind=SetupError):
            await self.click(self.alice, result, ".")
        cell = result.response.components[1].children[0]
        self.assertResponded(await self.click(self.alice, result, cell), "pressed cell 2")

    async def test_option_of_a_select_is_no_button(self) -> None:
        select: Any = discord.ui.Select(options=[discord.SelectOption(label="Red", value="r")])
        result = await self.shown(select)
        for named in ("Red", "r"):
            with self.fails("Its buttons: none. It has a select: choose with `select`.", kind=SetupError):
                await self.click(self.alice, result, named)
        with self.fails("Its buttons: none.", kind=SetupError) as failing:
            await self.click(self.alice, result, "Blue")
        self.assertNotIn("select", failing.text)

    async def test_emoji_with_and_without_its_style(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("Choose", view=view_of(Echo(emoji="▶️"), Echo(emoji="❤"))))
        message = self.assertSent("Choose")
        for emoji in ("▶", "▶️", "❤", "❤️"):
            with self.subTest(emoji.encode("unicode_escape")):
                await self.click(self.alice, message, emoji)
                self.assertButton(message, emoji)

    async def test_missing_one_is_told_with_those_that_are_there(self) -> None:
        view = view_of(Echo(label="A", custom_id="first"), Echo(label="B", disabled=True))
        await self.bot_does(lambda ctx: ctx.send("Choose", view=view))
        text = "the message 'Choose' has no button 'C'. Its buttons: 'A' (custom_id 'first'), 'B' (disabled)"
        with self.fails(text, kind=SetupError):
            await self.click(self.alice, self.sent[-1], "C")

    async def test_select_without_a_name_of_its_own(self) -> None:
        options = [discord.SelectOption(label="Red"), discord.SelectOption(label="Blue")]
        for more, name in (
            ({}, "the select offers"),
            ({"placeholder": "Colour"}, "the select 'Colour' offers"),
        ):
            with self.subTest(name):
                view = view_of(discord.ui.Select(options=options, **more))
                await self.bot_does(lambda ctx, view=view: ctx.send("Choose", view=view))
                with self.fails(f"{name} no 'Green'; it offers 'Red', 'Blue'", kind=SetupError):
                    await self.select(self.alice, self.sent[-1], "Green")

    async def test_links_and_the_shop(self) -> None:
        result = await self.shown(
            discord.ui.Button(label="Docs", url="https://example.com"), discord.ui.Button(sku_id=5)
        )
        with self.fails("'Docs' opens https://example.com", kind=SetupError):
            await self.click(self.alice, result, "Docs")
        with self.fails("opens the shop", kind=SetupError):
            await self.click(self.alice, result, result.response.components[0].children[1])

    async def test_button_has_the_name_of_what_it_sells(self) -> None:
        gold = self.make_sku("Gold", id_num=5)
        result = await self.shown(discord.ui.Button(sku_id=5), Echo(label="No", custom_id="no"))
        self.assertResponded(result, buttons=["Gold", "No"])
        for wanted in ("Gold", gold, "5"):
            self.assertButton(result.response, wanted, style=discord.ButtonStyle.premium)
            with self.fails(r"before somebody buys: `await self.buy(who, 'Gold')`", kind=SetupError):
                await self.click(self.alice, result, wanted)
        self.assertNotButton(result.response, "Silver")
        with self.fails("Its buttons: 'Gold', 'No' (custom_id 'no').", kind=SetupError):
            await self.click(self.alice, result, "Silver")

    async def test_several_links_of_one_label(self) -> None:
        links = [discord.ui.Button(label="Docs", url=f"https://example.com/{n}") for n in range(2)]
        result = await self.shown(*links)
        with self.fails("'Docs' opens https://example.com/0", kind=SetupError):
            await self.click(self.alice, result, "Docs")

    async def test_on_a_message_of_the_bot(self) -> None:
        view = view_of(Echo(label="A", custom_id="a"))
        await self.bot_does(lambda ctx: ctx.send("x", view=view))
        clicked = await self.click(self.alice, self.sent[-1], "A")
        self.assertEqual(self.assertResponded(clicked).reference.message_id, self.sent[0].id)

    async def test_on_a_message_of_a_person(self) -> None:
        message = await self.send(self.alice, self.general, "x")
        with self.fails("is no application's", kind=SetupError):
            await self.click(self.alice, message, "A")

    async def test_in_a_channel_that_is_hidden(self) -> None:
        result = await self.shown(Echo(label="A", custom_id="a"))
        hide = {self.guild.default_role: discord.PermissionOverwrite(view_channel=False)}
        await self.general.edit(overwrites=hide)
        with self.fails("which no client offers", kind=SetupError):
            await self.click(self.alice, result, "A")

    async def test_on_no_message(self) -> None:
        result = await self.bot_answers(lambda i: i.response.defer())
        with self.fails("shows no message", kind=SetupError):
            await self.click(self.alice, result, "A")

    async def test_by_a_bot(self) -> None:
        result = await self.shown(Echo(label="A", custom_id="a"))
        with self.fails("only people", kind=SetupError):
            await self.click(self.client.user, result, "A")

    async def test_on_a_followup(self) -> None:
        async def answer(interaction: Interaction) -> None:
            await interaction.response.send_message("x")
            await interaction.followup.send("y", view=view_of(Echo(label="A", custom_id="a")))

        self.assertResponded(await self.click(self.alice, await self.bot_answers(answer), "A"), "pressed a")

    async def test_in_a_dm(self) -> None:
        self.answer = lambda i: i.response.send_message("x", view=view_of(Echo(label="A", custom_id="a")))
        result = await self.slash(self.alice, self.client.user, "do")
        clicked = await self.click(self.alice, result, "A")
        self.assertResponded(clicked, "pressed a", channel=self.alice)


class Sheet(discord.ui.LayoutView):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        section: discord.ui.Section[Any] = discord.ui.Section(
            "Close the ticket?", accessory=Echo(label="Close", custom_id="close")
        )
        self.add_item(discord.ui.Container(discord.ui.TextDisplay("# Ticket"), section))
        self.add_item(discord.ui.ActionRow(Echo(label="Open", custom_id="open")))


class Layouts(AnswerTestCase):
    async def test_buttons_anywhere(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message(view=Sheet()))
        self.assertResponded(result, "# Ticket\nClose the ticket?")
        self.assertResponded(await self.click(self.alice, result, "Close"), "pressed close")
        self.assertResponded(await self.click(self.alice, result, "Open"), "pressed open")


class Selects(AnswerTestCase):
    async def choose(self, select: Any, values: Any, **options: Any) -> Any:
        async def callback(interaction: Interaction) -> None:
            await interaction.response.send_message(" ".join(map(str, select.values)))

        select.callback = callback
        result = await self.bot_answers(lambda i: i.response.send_message("x", view=view_of(select)))
        return await self.select(self.alice, result, values, **options)

    async def test_roles(self) -> None:
        role = self.make_role("Mod", self.guild)
        self.assertResponded(await self.choose(discord.ui.RoleSelect(), role), "Mod")
        with self.fails("offers roles of the guild", kind=SetupError):
            await self.choose(discord.ui.RoleSelect(), self.alice)

    async def test_channels(self) -> None:
        select = discord.ui.ChannelSelect(channel_types=[discord.ChannelType.text])
        self.assertResponded(await self.choose(select, [self.general]), "general")
        voice = self.make_voice_channel("Voice", self.guild)
        hidden = self.make_text_channel(
            "hidden",
            self.guild,
            overwrites={self.guild.default_role: discord.PermissionOverwrite(view_channel=False)},
        )
        for wanted, text in (
            (voice, "no channels of the type"),
            (hidden, "can't see it"),
            (self.alice, "offers channels of the guild"),
        ):
            with self.subTest(text), self.fails(text, kind=SetupError):
                await self.choose(select, wanted)

    async def test_mentionables(self) -> None:
        role = self.make_role("Mod", self.guild)
        select = discord.ui.MentionableSelect(max_values=2)
        self.assertResponded(await self.choose(select, [role, self.alice]))
        self.assertEqual({str(value) for value in select.values}, {"Mod", "alice"})

    async def test_users(self) -> None:
        with self.fails("offers members", kind=SetupError):
            await self.choose(discord.ui.UserSelect(), self.make_user("stranger"))

    async def test_options(self) -> None:
        options = [discord.SelectOption(label="A", value="B"), discord.SelectOption(label="B", value="C")]
        select = discord.ui.Select(options=options, min_values=0)
        self.assertResponded(await self.choose(select, options[0]), "B")
        self.assertResponded(await self.choose(select, "A"), "B")
        for values, text in (
            ("B", "is what 2 options are called"),
            ("D", "offers no 'D'; it offers 'A', 'B'"),
            (["A", "A"], "chosen twice"),
        ):
            with self.subTest(text), self.fails(text, kind=SetupError):
                await self.choose(select, values)

    async def test_a_disabled_one(self) -> None:
        select = discord.ui.UserSelect(disabled=True, custom_id="who")
        with self.fails("the select 'who' is disabled", kind=SetupError):
            await self.choose(select, self.alice)

    async def test_the_only_one_with_these_options(self) -> None:
        async def callback(interaction: Interaction) -> None:
            await interaction.response.send_message(second.values[0])

        first = discord.ui.Select(options=[discord.SelectOption(label="A")], custom_id="first")
        second = discord.ui.Select(options=[discord.SelectOption(label="B")], custom_id="second")
        second.callback = callback  # type: ignore[method-assign]
        result = await self.bot_answers(lambda i: i.response.send_message("x", view=view_of(first, second)))
        self.assertResponded(await self.select(self.alice, result, "B"), "B")
        self.assertResponded(await self.select(self.alice, result, ["B"], custom_id="second"), "B")
        with self.fails("no select like that", "'first', 'second'", kind=SetupError):
            await self.select(self.alice, result, "C")

    async def test_the_only_one_for_such_a_thing(self) -> None:
        chosen = []

        def answering(select: Any) -> Any:
            async def callback(interaction: Interaction) -> None:
                chosen.append((type(select), [str(value) for value in select.values]))
                await interaction.response.defer()

            select.callback = callback
            return select

        text, voice = discord.ChannelType.text, discord.ChannelType.voice
        selects = [
            discord.ui.Select(options=[discord.SelectOption(label="A")], placeholder="Letters"),
            discord.ui.UserSelect(max_values=2),
            discord.ui.RoleSelect(),
            discord.ui.ChannelSelect(channel_types=[text], placeholder="Where"),
            discord.ui.ChannelSelect(channel_types=[voice]),
        ]
        result = await self.bot_answers(
            lambda i: i.response.send_message("x", view=view_of(*map(answering, selects)))
        )
        bob = self.make_member("bob", self.guild)
        role = self.make_role("Mod", self.guild)
        call = self.make_voice_channel("Call", self.guild)
        for values in (self.alice, [self.alice, bob], role, self.general, call, "A"):
            await self.select(self.alice, result, values)
        await self.select(self.alice, result, self.general, custom_id="Where")
        self.assertEqual(
            chosen,
            [
                (discord.ui.UserSelect, ["alice"]),
                (discord.ui.UserSelect, ["alice", "bob"]),
                (discord.ui.RoleSelect, ["Mod"]),
                (discord.ui.ChannelSelect, ["general"]),
                (discord.ui.ChannelSelect, ["Call"]),
                (discord.ui.Select, ["A"]),
                (discord.ui.ChannelSelect, ["general"]),
            ],
        )
        with self.fails("no select like that: name one with custom_id=, or its placeholder", kind=SetupError):
            await self.select(self.alice, result, [self.alice, role])


class Ticket(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"ticket:(?P<id>[0-9]+)"):
    def __init__(self, number: int) -> None:
        super().__init__(discord.ui.Button(label=f"Ticket {number}", custom_id=f"ticket:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Ticket:
        return cls(int(match["id"]))

    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.send_message(f"ticket {self.number}")


class AfterRestart(BotTestCase):
    def make_client(self) -> commands.Bot:
        bot = super().make_client()

        async def setup_hook() -> None:
            bot.add_view(view_of(Echo(label="A", custom_id="a")))
            bot.add_dynamic_items(Ticket)

        bot.setup_hook = setup_hook  # type: ignore[method-assign]
        return bot

    async def test_persistent_views_answer(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("x", view=view_of(Echo(label="A", custom_id="a"))))
        message = self.sent[-1]
        await self.restart()
        self.assertResponded(await self.click(self.alice, message, "A"), "pressed a")

    async def test_dynamic_items_answer(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("x", view=view_of(Ticket(5), Ticket(6))))
        message = self.sent[-1]
        await self.restart()
        self.assertResponded(await self.click(self.alice, message, "Ticket 6"), "ticket 6")

    async def test_others_do_not(self) -> None:
        await self.bot_does(lambda ctx: ctx.send("x", view=view_of(Echo(label="B", custom_id="b"))))
        message = self.sent[-1]
        await self.restart()
        self.assertNotResponded(await self.click(self.alice, message, "B"))
