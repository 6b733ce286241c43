from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discordtest.backend.codes import Code
from tests.backend.resources.interactions import InteractionTestCase, label, modal, row, text_input

if TYPE_CHECKING:
    from discordtest.backend.world import Record

IN_LABEL = "data.components.0.component"


def option(name: str = "v", **more: Any) -> Record:
    return {"label": name.upper(), "value": name, **more}


def field(type: int, custom_id: str = "f", **more: Any) -> Record:
    return {"type": type, "custom_id": custom_id, **more}


def options(count: int, **more: Any) -> list[Record]:
    return [option(f"v{number}", **more) for number in range(count)]


class ModalTestCase(InteractionTestCase):
    def assertTaken(self, *components: Record, **more: Any) -> Record:
        interaction = self.invoke()
        self.assertStatus(self.answer(interaction, 9, modal(*components, **more)), 204)
        taken: Record = interaction["modal"]
        return taken

    def assertInvalid(self, where: str, *components: Record, **more: Any) -> None:
        answer = self.answer(self.invoke(), 9, modal(*components, **more))
        self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), where)

    def assertBounds(self, where: str, good: Record, *bad: Record) -> None:
        """Expect a field in a label to be taken, and others to be refused."""
        self.assertTaken(label(good))
        for each in bad:
            with self.subTest(bad=each):
                self.assertInvalid(f"{IN_LABEL}{where}", label(each))


class Whole(ModalTestCase):
    def test_components_are_numbered(self) -> None:
        taken = self.assertTaken(
            {"type": 10, "content": "Hi"}, label(text_input()), row(text_input("u", label="U"))
        )
        self.assertEqual([part["id"] for part in taken["components"]], [1, 2, 4])
        self.assertEqual(taken["components"][1]["component"]["id"], 3)
        self.assertEqual(taken["components"][2]["components"][0]["id"], 5)

    def test_title(self) -> None:
        self.assertTaken(label(text_input()), title="x" * 45)
        self.assertInvalid("data.title", label(text_input()), title="x" * 46)
        self.assertInvalid("data.title", label(text_input()), title="")

    def test_custom_id(self) -> None:
        self.assertTaken(label(text_input()), custom_id="x" * 100)
        self.assertInvalid("data.custom_id", label(text_input()), custom_id="x" * 101)
        self.assertInvalid("data.custom_id", label(text_input()), custom_id="")

    def test_five_components(self) -> None:
        five = [label(text_input(str(number))) for number in range(5)]
        self.assertTaken(*five)
        self.assertInvalid("data.components", *five, {"type": 10, "content": "Hi"})
        self.assertInvalid("data.components")

    def test_custom_ids_differ(self) -> None:
        where = "data.components.1.component.custom_id"
        self.assertInvalid(where, label(text_input("a")), label(text_input("a")))

    def test_nothing_else(self) -> None:
        self.assertInvalid("data.components.0.type", {"type": 17, "components": []})
        self.assertInvalid("data.components.0.components.0.type", row(field(3, options=[option()])))
        self.assertInvalid(
            "data.components.0.component.type", label({"type": 2, "style": 1, "custom_id": "b"})
        )

    def test_no_data(self) -> None:
        answer = self.answer(self.invoke(), 9)
        self.assertFieldError(self.assertStatus(answer, 400, Code.INVALID_FORM_BODY), "data.title")


class Labels(ModalTestCase):
    def test_text(self) -> None:
        self.assertTaken(label(text_input(), "x" * 45, description="x" * 100))
        self.assertTaken(label(text_input(), "x"), title="x")
        self.assertInvalid("data.components.0.label", label(text_input(), "x" * 46))
        self.assertInvalid("data.components.0.label", label(text_input(), ""))
        self.assertInvalid("data.components.0.description", label(text_input(), description="x" * 101))

    def test_a_row_brings_its_own(self) -> None:
        self.assertTaken(row(text_input(label="x" * 45)))
        self.assertInvalid("data.components.0.components.0.label", row(text_input()))
        self.assertInvalid("data.components.0.components.0.label", row(text_input(label="x" * 46)))

    def test_one_field(self) -> None:
        self.assertInvalid("data.components.0.component", {"type": 18, "label": "x"})
        two = row(text_input("a", label="A"), text_input("b", label="B"))
        self.assertInvalid("data.components.0.components", two)
        self.assertInvalid("data.components.0.components", row())


class Fields(ModalTestCase):
    def test_text_input(self) -> None:
        self.assertBounds(".value", text_input(value="x" * 4000), text_input(value="x" * 4001))
        self.assertBounds(
            ".placeholder", text_input(placeholder="x" * 100), text_input(placeholder="x" * 101)
        )
        self.assertBounds(
            ".min_length", text_input(min_length=4000), text_input(min_length=4001), text_input(min_length=-1)
        )
        self.assertBounds(
            ".max_length", text_input(max_length=4000), text_input(max_length=4001), text_input(max_length=0)
        )
        self.assertBounds(
            ".min_length", text_input(min_length=2, max_length=2), text_input(min_length=3, max_length=2)
        )
        self.assertBounds(
            ".value", text_input(max_length=2, value="xx"), text_input(max_length=2, value="xxx")
        )
        self.assertTaken(label(text_input(min_length=0, max_length=1)))
        self.assertBounds(".style", text_input(style=2), text_input(style=3))

    def test_selects(self) -> None:
        for kind in (3, 5, 6, 7, 8):
            with self.subTest(type=kind):
                shape = {"options": options(25)} if kind == 3 else {}
                good = field(kind, **shape)
                self.assertBounds(
                    ".placeholder", {**good, "placeholder": "x" * 150}, {**good, "placeholder": "x" * 151}
                )
                self.assertBounds(".max_values", {**good, "max_values": 25}, {**good, "max_values": 26})
                self.assertBounds(".max_values", {**good, "max_values": 1}, {**good, "max_values": 0})
                self.assertBounds(".min_values", {**good, "min_values": 1}, {**good, "min_values": 2})
                self.assertBounds(
                    ".min_values", {**good, "min_values": 0, "required": False}, {**good, "min_values": 0}
                )
                self.assertBounds(".disabled", {**good, "disabled": False}, {**good, "disabled": True})

    def test_who_is_chosen_at_first_is_as_many_as_may_be(self) -> None:
        chosen = [{"id": str(number), "type": "user"} for number in range(3)]
        good = field(5, max_values=2, default_values=chosen[:2])
        few = field(5, min_values=2, max_values=2, default_values=chosen[:1])
        self.assertBounds(".default_values", good, {**good, "default_values": chosen}, few)

    def test_options_of_a_select(self) -> None:
        self.assertBounds(
            ".options", field(3, options=options(25)), field(3, options=options(26)), field(3, options=[])
        )
        self.assertTaken(label(field(3, options=options(1))))
        twice = field(3, options=[option("a"), option("a")])
        self.assertBounds(".options.1.value", field(3, options=options(2)), twice)
        chosen = options(2, default=True)
        self.assertBounds(".options", field(3, options=chosen, max_values=2), field(3, options=chosen))

    def test_file_upload(self) -> None:
        self.assertBounds(
            ".max_values", field(19, max_values=10), field(19, max_values=11), field(19, max_values=0)
        )
        self.assertBounds(".min_values", field(19, min_values=10, max_values=10), field(19, min_values=11))
        self.assertTaken(label(field(19, min_values=0, max_values=1, required=False)))

    def test_radio_group(self) -> None:
        self.assertBounds(
            ".options",
            field(21, options=options(2)),
            field(21, options=options(1)),
            field(21, options=options(11)),
        )
        self.assertTaken(label(field(21, options=options(10))))
        self.assertBounds(
            ".options", field(21, options=options(2)), field(21, options=options(2, default=True))
        )

    def test_checkbox_group(self) -> None:
        self.assertBounds(
            ".options", field(22, options=options(1)), field(22, options=[]), field(22, options=options(11))
        )
        self.assertTaken(label(field(22, options=options(10, default=True))))
        good = field(22, options=options(10))
        self.assertBounds(".max_values", {**good, "max_values": 10}, {**good, "max_values": 11})
        self.assertInvalid(f"{IN_LABEL}.max_values", label({**good, "max_values": 0}))
        self.assertTaken(label({**good, "min_values": 0, "max_values": 1, "required": False}))
        self.assertBounds(".min_values", {**good, "min_values": 10}, {**good, "min_values": 11})

    def test_texts_of_options(self) -> None:
        for key in ("label", "value", "description"):
            for kind in (21, 22):
                with self.subTest(key=key, type=kind):
                    good = [option("b"), option("a", **{key: "x" * 100})]
                    bad = [option("b"), option("a", **{key: "x" * 101})]
                    self.assertBounds(
                        f".options.1.{key}", field(kind, options=good), field(kind, options=bad)
                    )

    def test_checkbox(self) -> None:
        self.assertBounds(".default", field(23, default=True), field(23, default="maybe"))

    def test_text_display(self) -> None:
        self.assertTaken({"type": 10, "content": "x" * 4000})
        self.assertTaken({"type": 10, "content": "x"})
        self.assertInvalid("data.components.0.content", {"type": 10, "content": ""})
        self.assertInvalid("data.components.0.content", {"type": 10, "content": "x" * 4001})
