"""Filling in modals as a person's client allows it: every kind of field, given, left as shown, and refused."""

from __future__ import annotations

import io
from typing import Any

import discord

from discordtest import SetupError
from tests.interactions.test_life import AnswerTestCase

Interaction = discord.Interaction[Any]


def option(name: str, **more: Any) -> Any:
    return discord.SelectOption(label=name, value=name.lower(), **more)


class ModalTestCase(AnswerTestCase):
    """`fill` lets the bot open a modal with one field in a label, and Alice send it off."""

    async def open(self, *items: Any) -> Any:
        self.items = items
        modal: discord.ui.Modal = discord.ui.Modal(title="Form")
        for item in items:
            modal.add_item(item)

        async def on_submit(interaction: Interaction) -> None:
            await interaction.response.send_message("thanks")

        modal.on_submit = on_submit  # type: ignore[method-assign]
        return await self.bot_answers(lambda i: i.response.send_modal(modal))

    async def fill(self, component: Any, *values: Any) -> Any:
        result = await self.open(discord.ui.Label(text="Field", component=component))
        given = {"Field": values[0]} if values else {}
        self.assertResponded(await self.submit(self.alice, result, given), "thanks")
        return component

    async def refused(self, text: str, component: Any, *values: Any) -> None:
        with self.subTest(values=values), self.fails(text, kind=SetupError):
            await self.fill(component, *values)


class TextInputs(ModalTestCase):
    async def test_given_or_left(self) -> None:
        field: Any = discord.ui.TextInput(default="as shown")
        self.assertEqual((await self.fill(field, "typed")).value, "typed")
        self.assertEqual((await self.fill(discord.ui.TextInput(default="as shown"))).value, "as shown")
        self.assertEqual((await self.fill(discord.ui.TextInput(required=False))).value, "")
        self.assertEqual((await self.fill(discord.ui.TextInput(required=False, default="x"), "")).value, "")

    async def test_refused(self) -> None:
        bounds: Any = {"min_length": 2, "max_length": 3}
        for value in ("x", "xxxx"):
            await self.refused("'Field' takes 2 to 3 characters", discord.ui.TextInput(**bounds), value)
        for value in ("", None):
            await self.refused("'Field' has to be filled in", discord.ui.TextInput(), value)
        await self.refused("'Field' takes text, not 5", discord.ui.TextInput(), 5)

    async def test_empty_where_nothing_is_required(self) -> None:
        field: Any = discord.ui.TextInput(min_length=2, required=False)
        self.assertEqual((await self.fill(field, "")).value, "")

    async def test_rows_and_labels(self) -> None:
        first: Any = discord.ui.TextInput(label="First", custom_id="a")
        second: Any = discord.ui.TextInput(label="Second", custom_id="b", required=False)
        result = await self.open(first, second, discord.ui.TextDisplay("Read this"))
        self.assertEqual(self.assertModal(result).labels, ["First", "Second"])
        await self.submit(self.alice, result, {"First": "1"}, b="2")
        self.assertEqual((first.value, second.value), ("1", "2"))

    async def test_two_labels_alike(self) -> None:
        result = await self.open(
            *(discord.ui.TextInput(label="Name", custom_id=custom_id) for custom_id in "ab")
        )
        with self.fails("2 fields are labelled 'Name'", "a, b", kind=SetupError):
            await self.submit(self.alice, result, {"Name": "x"})
        await self.submit(self.alice, result, a="x", b="y")


class Choices(ModalTestCase):
    async def test_string_select(self) -> None:
        def select(**more: Any) -> Any:
            return discord.ui.Select(options=[option("Red"), option("Blue", default=True)], **more)

        self.assertEqual((await self.fill(select(), "Red")).values, ["red"])
        self.assertEqual((await self.fill(select())).values, ["blue"])
        self.assertEqual((await self.fill(select(required=False), [])).values, [])
        self.assertEqual((await self.fill(select(max_values=2), ["Red", "blue"])).values, ["red", "blue"])
        await self.refused("takes 1 value, not 2", select(), ["Red", "Blue"])
        await self.refused("takes 1 value, not 0", select(), [])
        await self.refused("offers no 'Green'", select(), "Green")

    async def test_other_selects(self) -> None:
        role = self.make_role("Mod", self.guild)
        for select, value in (
            (discord.ui.UserSelect(), self.alice),
            (discord.ui.RoleSelect(), role),
            (discord.ui.MentionableSelect(), role),
            (discord.ui.ChannelSelect(), self.general),
        ):
            with self.subTest(select=select):
                self.assertEqual([each.id for each in (await self.fill(select, value)).values], [value.id])
        preset: Any = discord.ui.UserSelect(default_values=[self.alice])
        self.assertEqual((await self.fill(preset)).values, [self.alice])

    async def test_radio_group(self) -> None:
        def group(**more: Any) -> Any:
            made: Any = discord.ui.RadioGroup(**more)
            made.add_option(label="Yes", value="y", default=bool(more))
            made.add_option(label="No", value="n")
            return made

        self.assertEqual((await self.fill(group(), "No")).value, "n")
        self.assertEqual((await self.fill(group(required=False))).value, "y")
        self.assertIsNone((await self.fill(group(required=False), None)).value)
        await self.refused("takes 1 value, not 2", group(), ["Yes", "No"])
        await self.refused("takes 1 value, not 0", group())

    async def test_checkbox_group(self) -> None:
        def group(**more: Any) -> Any:
            made: Any = discord.ui.CheckboxGroup(**more)
            for name in "ABC":
                made.add_option(label=name, value=name.lower())
            return made

        self.assertEqual((await self.fill(group(), ["A", "c"])).values, ["a", "c"])
        self.assertEqual((await self.fill(group(required=False))).values, [])
        await self.refused("takes 1 to 2 values, not 3", group(max_values=2), ["A", "B", "C"])
        await self.refused("takes 2 to 3 values, not 1", group(min_values=2), ["A"])

    async def test_checkbox(self) -> None:
        self.assertTrue((await self.fill(discord.ui.Checkbox(), True)).value)
        self.assertTrue((await self.fill(discord.ui.Checkbox(default=True))).value)
        await self.refused("takes True or False, not 1", discord.ui.Checkbox(), 1)


class Files(ModalTestCase):
    async def test_given(self) -> None:
        files = [discord.File(io.BytesIO(b"a"), "a.txt"), ("b.txt", b"b")]
        field = await self.fill(discord.ui.FileUpload(max_values=2), files)
        self.assertEqual([await each.read() for each in field.values], [b"a", b"b"])

    async def test_none(self) -> None:
        self.assertEqual((await self.fill(discord.ui.FileUpload(required=False))).values, [])
        await self.refused("takes 1 to 1 files, not 0", discord.ui.FileUpload())

    async def test_too_many_or_too_large(self) -> None:
        await self.refused("takes 1 to 1 files, not 2", discord.ui.FileUpload(), [("a", b""), ("b", b"")])
        await self.refused("at most 20971520 bytes", discord.ui.FileUpload(), ("a", b"x" * (20971520 + 1)))

    async def test_what_opened_no_modal(self) -> None:
        message: Any = await self.send(self.alice, self.general, "form")
        with self.assertRaisesRegex(
            TypeError, r"pass what slash, click, select or submit returned, not 'form'"
        ):
            await self.submit(self.alice, message, {"Name": "x"})
        used: Any = self.click(self.alice, message, "Form")
        with self.assertRaisesRegex(TypeError, r"write `await` before self.click\(…\)"):
            await self.submit(self.alice, used, {"Name": "x"})
        used.close()

    async def test_wrong_name_is_told_before_what_is_missing(self) -> None:
        result = await self.open(discord.ui.Label(text="Name", component=discord.ui.TextInput()))
        with self.fails(
            "the modal does not ask for 'Nmae'. It asks for 'Name': submit(who, result, {'Name': …})",
            kind=SetupError,
        ):
            await self.submit(self.alice, result, {"Nmae": "x"})

    async def test_modal_without_fields(self) -> None:
        result = await self.open(discord.ui.TextDisplay("Agree?"))
        with self.fails("the modal asks for nothing", kind=SetupError):
            await self.submit(self.alice, result, {"Name": "x"})

    async def test_values_are_by_label(self) -> None:
        result = await self.open(discord.ui.Label(text="Name", component=discord.ui.TextInput()))
        for values in ("Al", ["Al"]):
            with self.subTest(values), self.assertRaisesRegex(TypeError, "a dict by label, as .*, not .*Al"):
                await self.submit(self.alice, result, values)  # type: ignore[arg-type]

    async def test_nothing_is_kept_of_what_is_refused(self) -> None:
        result = await self.open(
            discord.ui.Label(text="File", component=discord.ui.FileUpload()),
            discord.ui.Label(text="Name", component=discord.ui.TextInput()),
        )
        before = dict(self.backend.world.files)
        with self.fails("'Name' has to be filled in", kind=SetupError):
            await self.submit(self.alice, result, {"File": ("a", b"x")})
        with self.fails("does not ask for 'x'", kind=SetupError):
            await self.submit(self.alice, result, {"File": ("a", b"x"), "Name": "n", "x": 1})
        self.assertEqual(self.backend.world.files, before)


class Closed(ModalTestCase):
    async def test_for_others(self) -> None:
        result = await self.open(discord.ui.Label(text="Name", component=discord.ui.TextInput()))
        bob = self.make_member("bob", self.guild)
        with self.fails("open for alice alone", kind=SetupError):
            await self.submit(bob, result, {"Name": "x"})

    async def test_never_opened(self) -> None:
        result = await self.bot_answers(lambda i: i.response.send_message("x"))
        with self.fails("the bot opened no modal", kind=SetupError):
            await self.submit(self.alice, result)

    async def test_it_stays_open_until_it_is_answered(self) -> None:
        modal: Any = discord.ui.Modal(title="Form")
        modal.add_item(discord.ui.TextInput(label="Name", custom_id="name"))
        answers: list[Any] = []

        async def on_submit(interaction: Interaction) -> None:
            if answers:
                await interaction.response.send_message("thanks")
            answers.append(modal.children[0].value)

        modal.on_submit = on_submit
        self.answer = lambda i: i.response.send_modal(modal)
        result = await self.slash(self.alice, self.general, "do")
        self.assertNotResponded(await self.submit(self.alice, result, name="x"))
        # discord.py has forgotten it
        self.assertNotResponded(await self.submit(self.alice, result, name="y"))
        self.assertEqual(answers, ["x"])
