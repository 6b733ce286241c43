"""The form of a command: every limit at its bound and one past it, and the tree that names each mistake."""

from __future__ import annotations

from typing import Any

from discordtest.backend.resources.application_command_form import LOCALES
from tests.backend.worlds import WorldTestCase


def option(name: str = "text", type: int = 3, **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "description": "An option.", **fields}


def subcommand(name: str, *options: dict[str, Any]) -> dict[str, Any]:
    return option(name, 1, options=list(options))


def group(name: str, *options: dict[str, Any]) -> dict[str, Any]:
    return option(name, 2, options=list(options))


class FormTestCase(WorldTestCase):
    def post(self, **fields: Any) -> Any:
        path = f"/applications/{self.small.application['id']}/commands"
        return self.small.request("POST", path, {"name": "ping", "description": "Answers.", **fields})

    def assertTaken(self, **fields: Any) -> Any:
        return self.assertStatus(self.post(**fields), 201)

    def assertWrong(self, field: str, error: str, **fields: Any) -> None:
        body = self.assertStatus(self.post(**fields), 400, 50035)
        self.assertFieldError(body, field, error)
        self.assertEqual(self.small.world.commands, {})

    def options(self, *options: dict[str, Any]) -> Any:
        return self.assertTaken(options=list(options))["options"]

    def assertWrongOptions(self, field: str, error: str, *options: dict[str, Any]) -> None:
        self.assertWrong(f"options.{field}" if field else "options", error, options=list(options))


class TypeTests(FormTestCase):
    def test_what_is_no_type(self) -> None:
        for kind in ([], {}, "x", 1.0, True, 99):
            with self.subTest(kind):
                self.assertWrong("type", "BASE_TYPE_CHOICES", type=kind)
                option = {"type": kind, "name": "a", "description": "b"}
                self.assertWrongOptions("0.type", "BASE_TYPE_CHOICES", option)


class NameTests(FormTestCase):
    def test_32_characters_are_the_most(self) -> None:
        self.assertTaken(name="a" * 32)

    def test_33_characters(self) -> None:
        self.assertWrong("name", "BASE_TYPE_BAD_LENGTH", name="a" * 33)

    def test_capitals(self) -> None:
        self.assertWrong("name", "APPLICATION_COMMAND_INVALID_NAME", name="Ping")

    def test_space(self) -> None:
        self.assertWrong("name", "APPLICATION_COMMAND_INVALID_NAME", name="ping pong")

    def test_letters_of_every_script_digits_and_signs(self) -> None:
        for name in ("größe", "生日", "สวัสดี", "नमस्ते", "a-b_c'd", "2"):
            with self.subTest(name):
                self.assertTaken(name=name)

    def test_menu_takes_capitals_and_spaces(self) -> None:
        self.assertTaken(name="Report This", type=3, description="")

    def test_missing_name(self) -> None:
        self.assertWrong("name", "BASE_TYPE_REQUIRED", name="")

    def test_option_name_in_capitals(self) -> None:
        self.assertWrongOptions("0.name", "APPLICATION_COMMAND_INVALID_NAME", option("Text"))

    def test_two_options_of_one_name(self) -> None:
        code = "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"
        self.assertWrongOptions("1.name", code, option("a"), option("a"))

    def test_two_options_of_one_name_in_a_language(self) -> None:
        code, names = "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", {"de": "eins"}
        options = option("a", name_localizations=names), option("b", name_localizations=names)
        self.assertWrongOptions("1.name", code, *options)

    def test_an_option_that_is_called_in_a_language_as_another_by_default(self) -> None:
        code = "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"
        first, second = option("a", name_localizations={"de": "b"}), option("b")
        self.assertWrongOptions("0.name", code, first, second)
        self.assertWrongOptions("1.name", code, second, first)
        self.assertTaken(options=[option("a", name_localizations={"de": "a"}), second])


class DescriptionTests(FormTestCase):
    def test_100_characters_are_the_most(self) -> None:
        self.assertTaken(description="a" * 100)

    def test_101_characters(self) -> None:
        self.assertWrong("description", "BASE_TYPE_BAD_LENGTH", description="a" * 101)

    def test_slash_command_needs_one(self) -> None:
        self.assertWrong("description", "BASE_TYPE_REQUIRED", description="")

    def test_menu_has_none(self) -> None:
        code = "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION"
        self.assertWrong("description", code, type=2, description="Reports.")


class LocalizationTests(FormTestCase):
    def test_texts_are_kept(self) -> None:
        made = self.assertTaken(
            name_localizations={"de": "klingeln"}, description_localizations={"de": "Antwortet."}
        )
        self.assertEqual(made["name_localizations"], {"de": "klingeln"})
        self.assertEqual(made["description_localizations"], {"de": "Antwortet."})

    def test_every_locale_is_known(self) -> None:
        self.assertTaken(name_localizations=dict.fromkeys(LOCALES, "klingeln"))

    def test_unknown_locale(self) -> None:
        self.assertWrong("name_localizations.xx", "BASE_TYPE_CHOICES", name_localizations={"xx": "a"})

    def test_name_follows_the_rules_of_names(self) -> None:
        code = "APPLICATION_COMMAND_INVALID_NAME"
        self.assertWrong("name_localizations.de", code, name_localizations={"de": "Klingeln"})

    def test_lengths_are_those_of_the_text_itself(self) -> None:
        for key, most in (("name_localizations", 32), ("description_localizations", 100)):
            with self.subTest(key=key):
                self.assertWrong(f"{key}.de", "BASE_TYPE_REQUIRED", **{key: {"de": ""}})
                self.assertWrong(f"{key}.de", "BASE_TYPE_BAD_LENGTH", **{key: {"de": "x" * (most + 1)}})
        longest = {"name_localizations": "x" * 32, "description_localizations": "x" * 100}
        self.assertTaken(**{key: {"de": text, "fr": "x"} for key, text in longest.items()})

    def test_no_mapping(self) -> None:
        self.assertWrong("name_localizations", "DICT_TYPE_CONVERT", name_localizations=["de"])


class OptionTests(FormTestCase):
    def test_25_are_the_most(self) -> None:
        self.options(*(option(f"o{number}") for number in range(25)))

    def test_26_are_too_many(self) -> None:
        self.assertWrongOptions("", "BASE_TYPE_MAX_LENGTH", *(option(f"o{number}") for number in range(26)))

    def test_every_type(self) -> None:
        made = self.options(*(option(f"o{type}", type) for type in range(3, 12)))
        self.assertEqual([each["type"] for each in made], list(range(3, 12)))

    def test_unknown_type(self) -> None:
        self.assertWrongOptions("0.type", "BASE_TYPE_CHOICES", option(type=12))

    def test_missing_type(self) -> None:
        self.assertWrongOptions("0.type", "BASE_TYPE_REQUIRED", {"name": "a", "description": "b"})

    def test_no_dictionary(self) -> None:
        self.assertWrong("options.0", "MODEL_TYPE_CONVERT", options=["a"])

    def test_field_of_another_type_is_dropped(self) -> None:
        (made,) = self.options(option(type=5, min_value=1, choices=[]))
        self.assertEqual(made.keys(), {"type", "name", "description"})

    def test_null_is_as_good_as_nothing(self) -> None:
        (made,) = self.options(option(min_length=None, choices=None))
        self.assertEqual(made.keys(), {"type", "name", "description"})

    def test_required_after_optional(self) -> None:
        code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
        self.assertWrongOptions("1", code, option("a"), option("b", required=True))

    def test_required_before_optional(self) -> None:
        self.options(option("a", required=True), option("b"))

    def test_menu_has_no_options(self) -> None:
        code = "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS"
        self.assertWrong("options", code, type=2, description="", options=[option()])

    def test_lengths_at_their_bounds(self) -> None:
        self.options(option(min_length=0, max_length=6000))

    def test_lengths_beyond_their_bounds(self) -> None:
        self.assertWrongOptions("0.min_length", "NUMBER_TYPE_MIN", option(min_length=-1))
        self.assertWrongOptions("0.max_length", "NUMBER_TYPE_MAX", option(max_length=6001))
        self.assertWrongOptions("0.max_length", "NUMBER_TYPE_MIN", option(max_length=0))

    def test_values_at_their_bounds(self) -> None:
        self.options(option(type=4, min_value=-(2**53) + 1, max_value=2**53 - 1))
        self.assertStatus(self.post(options=[option(type=10, min_value=-(2**53), max_value=2**53)]), 200)

    def test_values_beyond_their_bounds(self) -> None:
        self.assertWrongOptions("0.max_value", "NUMBER_TYPE_MAX", option(type=4, max_value=2**53))
        self.assertWrongOptions("0.max_value", "NUMBER_TYPE_MAX", option(type=10, max_value=2**53 + 2))
        self.assertWrongOptions("0.min_value", "NUMBER_TYPE_COERCE", option(type=4, min_value=1.5))

    def test_least_above_most(self) -> None:
        code = "APPLICATION_COMMAND_OPTIONS_RANGE_INVALID"
        self.assertWrongOptions("0.min_value", code, option(type=10, min_value=2, max_value=1.5))
        self.assertWrongOptions("0.min_length", code, option(min_length=3, max_length=2))

    def test_channel_types(self) -> None:
        self.options(option(type=7, channel_types=[0, 5]))

    def test_unknown_channel_type(self) -> None:
        self.assertWrongOptions("0.channel_types.0", "BASE_TYPE_CHOICES", option(type=7, channel_types=[99]))


class ChoiceTests(FormTestCase):
    def choices(self, *values: Any, type: int = 3, **fields: Any) -> dict[str, Any]:
        return option(type=type, choices=[{"name": f"n{v}", "value": v} for v in values], **fields)

    def test_25_are_the_most(self) -> None:
        self.options(self.choices(*map(str, range(25))))

    def test_26_are_too_many(self) -> None:
        wrong = self.choices(*map(str, range(26)))
        self.assertWrongOptions("0.choices", "BASE_TYPE_MAX_LENGTH", wrong)

    def test_100_characters_are_the_most(self) -> None:
        self.options(option(choices=[{"name": "a" * 100, "value": "b" * 100}]))

    def test_101_characters(self) -> None:
        wrong = option(choices=[{"name": "a" * 101, "value": "b"}])
        self.assertWrongOptions("0.choices.0.name", "BASE_TYPE_BAD_LENGTH", wrong)
        wrong = option(choices=[{"name": "a", "value": "b" * 101}])
        self.assertWrongOptions("0.choices.0.value", "BASE_TYPE_MAX_LENGTH", wrong)

    def test_value_of_another_type(self) -> None:
        wrong = self.choices("one", type=4)
        self.assertWrongOptions("0.choices.0.value", "NUMBER_TYPE_COERCE", wrong)

    def test_numbers(self) -> None:
        (made,) = self.options(self.choices(1.5, type=10))
        self.assertEqual(made["choices"][0]["value"], 1.5)

    def test_choices_beside_autocomplete(self) -> None:
        code = "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID"
        self.assertWrongOptions("0.autocomplete", code, self.choices("a", autocomplete=True))


class NestingTests(FormTestCase):
    def test_command_group_subcommand(self) -> None:
        self.options(group("a", subcommand("b", option())), subcommand("c"))

    def test_group_in_a_group(self) -> None:
        self.assertWrongOptions("0.options.0.type", "BASE_TYPE_CHOICES", group("a", group("b")))

    def test_subcommand_in_a_subcommand(self) -> None:
        self.assertWrongOptions("0.options.0.type", "BASE_TYPE_CHOICES", subcommand("a", subcommand("b")))

    def test_value_in_a_group(self) -> None:
        self.assertWrongOptions("0.options.0.type", "BASE_TYPE_CHOICES", group("a", option()))

    def test_subcommand_beside_a_value(self) -> None:
        code = "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"
        self.assertWrongOptions("1", code, option(), subcommand("a"))
        self.assertWrongOptions("1", code, subcommand("a"), option())

    def test_26_subcommands(self) -> None:
        inner = [subcommand(f"s{number}") for number in range(26)]
        self.assertWrongOptions("0.options", "BASE_TYPE_MAX_LENGTH", group("a", *inner))


class SizeTests(FormTestCase):
    def command(self, last: int) -> dict[str, Any]:
        """A command of 8000 characters but for the last description's: 25 options in 4 groups of them."""
        groups = []
        for number in range(4):
            inner = [
                option(f"{index:02}", choices=[{"name": "n" * 40, "value": "v" * 40}]) for index in range(20)
            ]
            groups.append(subcommand(f"g{number}", *inner))
        return {"name": "a", "description": "d" * last, "options": groups}

    def size(self, body: dict[str, Any]) -> int:
        texts = [body["name"], body["description"]]
        for each in body["options"]:
            texts += [each["name"], each["description"]]
            for inner in each["options"]:
                texts += [inner["name"], inner["description"], "n" * 40, "v" * 40]
        return sum(map(len, texts))

    def fitting(self) -> dict[str, Any]:
        body = self.command(1)
        missing = 8000 - self.size(body)
        for each in body["options"]:
            for inner in each["options"]:
                more = min(missing, 100 - len(inner["description"]))
                inner["description"] += "d" * more
                missing -= more
        self.assertEqual(self.size(body), 8000)
        return body

    def test_8000_characters_are_the_most(self) -> None:
        self.assertTaken(**self.fitting())

    def test_8001_characters(self) -> None:
        body = self.fitting()
        self.assertWrong("", "APPLICATION_COMMAND_TOO_LARGE", **{**body, "description": "dd"})

    def test_longest_localisation_counts(self) -> None:
        body = {**self.fitting(), "description_localizations": {"de": "dd", "fr": "d"}}
        self.assertWrong("", "APPLICATION_COMMAND_TOO_LARGE", **body)


class ScopeTests(FormTestCase):
    def test_contexts_and_installations(self) -> None:
        made = self.assertTaken(contexts=[0, 2], integration_types=[1])
        self.assertEqual((made["contexts"], made["integration_types"]), ([0, 2], [1]))

    def test_empty_contexts(self) -> None:
        self.assertWrong("contexts", "BASE_TYPE_MIN_LENGTH", contexts=[])

    def test_context_twice(self) -> None:
        self.assertWrong("contexts", "SET_TYPE_ALREADY_CONTAINS_VALUE", contexts=[0, 0])

    def test_unknown_context(self) -> None:
        self.assertWrong("contexts.0", "BASE_TYPE_CHOICES", contexts=[3])

    def test_installation_that_the_application_lacks(self) -> None:
        del self.small.application["integration_types_config"]["1"]
        self.assertWrong("integration_types.1", "BASE_TYPE_CHOICES", integration_types=[0, 1])

    def test_permissions_are_kept_as_text(self) -> None:
        self.assertEqual(self.assertTaken(default_member_permissions=32)["default_member_permissions"], "32")
        self.assertEqual(self.post(default_member_permissions="8").json["default_member_permissions"], "8")

    def test_negative_permissions(self) -> None:
        field = "default_member_permissions"
        self.assertWrong(field, "NUMBER_TYPE_MIN", default_member_permissions=-1)

    def test_entry_point(self) -> None:
        with self.assertNotModelled("entry point"):
            self.post(type=4)

    def test_unknown_type(self) -> None:
        self.assertWrong("type", "BASE_TYPE_CHOICES", type=5)

    def test_undeclared_field(self) -> None:
        with self.assertNotModelled("colour"):
            self.post(colour=1)
