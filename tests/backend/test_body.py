"""Request bodies: what each kind of field takes, how it names a mistake, and the tree of all of them."""

from __future__ import annotations

import base64
import unittest

from discordtest.backend.body import (
    Anything,
    Array,
    Boolean,
    Choice,
    Field,
    FormErrors,
    Image,
    Integer,
    Number,
    Object,
    Snowflake,
    String,
    Timestamp,
    invalid,
    parse,
)
from discordtest.backend.codes import Code, RestError
from discordtest.errors import NotModelled


class FieldTestCase(unittest.TestCase):
    def assertTakes(self, field, value, stored):
        self.assertEqual(parse(Object({"f": field}), {"f": value}), {"f": stored})

    def assertRefuses(self, field, value, code, message=None):
        with self.assertRaises(RestError) as caught:
            parse(Object({"f": field}), {"f": value})
        self.assertEqual(caught.exception.code, Code.INVALID_FORM_BODY)
        (error,) = caught.exception.errors["f"]["_errors"]
        self.assertEqual(error["code"], code)
        if message is not None:
            self.assertEqual(error["message"], message)


class Strings(FieldTestCase):
    def test_length_at_the_bounds(self):
        for value in ("ab", "abcd"):
            self.assertTakes(String(min=2, max=4), value, value)

    def test_length_beyond_the_bounds(self):
        message = "Must be between 2 and 4 in length."
        for value in ("a", "abcde"):
            self.assertRefuses(String(min=2, max=4), value, "BASE_TYPE_BAD_LENGTH", message)
        self.assertRefuses(String(max=4), "abcde", "BASE_TYPE_MAX_LENGTH", "Must be 4 or fewer in length.")
        self.assertRefuses(String(min=2), "a", "BASE_TYPE_MIN_LENGTH", "Must be 2 or more in length.")

    def test_empty_where_something_is_needed(self):
        self.assertRefuses(String(min=1, max=4), "", "BASE_TYPE_REQUIRED", "This field is required")
        self.assertTakes(String(max=4), "", "")

    def test_trimmed(self):
        self.assertTakes(String(min=1, max=2, strip=True), "  ab  ", "ab")
        self.assertRefuses(String(min=1, max=2, strip=True), "   ", "BASE_TYPE_REQUIRED")
        self.assertTakes(String(max=6), "  ab  ", "  ab  ")

    def test_numbers_are_text(self):
        self.assertTakes(String(), 12, "12")

    def test_what_is_no_text(self):
        for value in (True, [], {}):
            self.assertRefuses(String(), value, "STRING_TYPE_CONVERT")

    def test_choices(self):
        self.assertTakes(String(choices=("a", "b")), "a", "a")
        message = "Value must be one of {'a', 'b'}."
        self.assertRefuses(String(choices=("b", "a")), "c", "BASE_TYPE_CHOICES", message)

    def test_pattern_fits_the_whole(self):
        self.assertTakes(String(pattern="[a-z]+"), "ab", "ab")
        self.assertRefuses(String(pattern="[a-z]+"), "ab\n", "STRING_TYPE_REGEX")


class Numbers(FieldTestCase):
    def test_at_the_bounds(self):
        for value in (1, 5):
            self.assertTakes(Integer(min=1, max=5), value, value)
            self.assertTakes(Number(min=1, max=5), value, float(value))

    def test_beyond_the_bounds(self):
        message = "int value should be greater than or equal to 1."
        self.assertRefuses(Integer(min=1, max=5), 0, "NUMBER_TYPE_MIN", message)
        message = "int value should be less than or equal to 5."
        self.assertRefuses(Integer(min=1, max=5), 6, "NUMBER_TYPE_MAX", message)
        message = "float value should be less than or equal to 5."
        self.assertRefuses(Number(max=5), 5.5, "NUMBER_TYPE_MAX", message)

    def test_text_of_digits_and_whole_floats_are_numbers(self):
        self.assertTakes(Integer(), "12", 12)
        self.assertTakes(Integer(), 12.0, 12)
        self.assertTakes(Number(), "1.5", 1.5)

    def test_what_is_no_number(self):
        for value in (True, "x", [], 1.5, " 1", "1_0", "٣", 2**63, -(2**63), "9" * 20):
            self.assertRefuses(Integer(), value, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        for value in (False, "x", {}, "nan", "inf", "1e400", 10**400):
            self.assertRefuses(Number(), value, "NUMBER_TYPE_COERCE")


class Booleans(FieldTestCase):
    def test_words_and_numbers(self):
        for value in (True, "true", "True", "1", 1):
            self.assertTakes(Boolean(), value, True)
        for value in (False, "false", "False", "0", 0):
            self.assertTakes(Boolean(), value, False)

    def test_anything_else(self):
        for value in ("yes", 2, []):
            self.assertRefuses(Boolean(), value, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")


class Snowflakes(FieldTestCase):
    def test_kept_as_text(self):
        self.assertTakes(Snowflake(), 12, "12")
        self.assertTakes(Snowflake(), "1" * 20, "1" * 20)

    def test_what_is_none(self):
        for value in ("x", "", "1" * 21, True, 1.0, -1, []):
            self.assertRefuses(Snowflake(), value, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')


class Choices(FieldTestCase):
    def test_one_of_a_few(self):
        self.assertTakes(Choice((0, 2)), 2, 2)
        message = "Value must be one of {0, 2, 13}."
        for value in (1, 2.0, "x", [], {}, False):
            self.assertRefuses(Choice((0, 2, 13)), value, "BASE_TYPE_CHOICES", message)


class Timestamps(FieldTestCase):
    def test_kept_in_utc(self):
        stored = "2026-07-01T12:00:00.000000+00:00"
        for value in ("2026-07-01T12:00:00Z", "2026-07-01T14:00:00+02:00", "2026-07-01T12:00:00"):
            self.assertTakes(Timestamp(), value, stored)

    def test_what_is_none(self):
        message = "Could not parse soon. Should be ISO8601."
        self.assertRefuses(Timestamp(), "soon", "DATE_TIME_TYPE_PARSE", message)
        self.assertRefuses(Timestamp(), 5, "DATE_TIME_TYPE_PARSE")


class Images(FieldTestCase):
    def uri(self, size, kind="png"):
        return f"data:image/{kind};base64," + base64.b64encode(b"x" * size).decode()

    def test_size_at_the_bound_whatever_the_padding(self):
        for size in (8, 9, 10):
            self.assertTakes(Image(max=size), self.uri(size), self.uri(size))
            self.assertRefuses(Image(max=size), self.uri(size + 1), "BINARY_TYPE_MAX_SIZE")

    def test_message_names_the_bound(self):
        message = "File cannot be larger than 2.0 kb."
        self.assertRefuses(Image(max=2048), self.uri(2049), "BINARY_TYPE_MAX_SIZE", message)

    def test_kinds(self):
        for kind in ("png", "jpeg", "gif", "webp"):
            self.assertTakes(Image(), self.uri(1, kind), self.uri(1, kind))

    def test_what_is_none(self):
        for value in (self.uri(1, "bmp"), self.uri(0), "x", 5, "data:image/png;base64,abc"):
            self.assertRefuses(Image(), value, "IMAGE_INVALID")


class Arrays(FieldTestCase):
    def test_length_at_the_bounds(self):
        field = Array(Integer(), min=1, max=2)
        for value in ([1], [1, 2]):
            self.assertTakes(field, value, value)

    def test_length_beyond_the_bounds(self):
        message = "Must be between 1 and 2 in length."
        for value in ([], [1, 2, 3]):
            self.assertRefuses(Array(Integer(), min=1, max=2), value, "BASE_TYPE_BAD_LENGTH", message)
        self.assertRefuses(Array(Integer(), max=0), [1], "BASE_TYPE_MAX_LENGTH")
        self.assertRefuses(Array(Integer(), min=1), [], "BASE_TYPE_MIN_LENGTH")

    def test_what_is_none(self):
        for value in ("x", {}, 5):
            self.assertRefuses(Array(Integer()), value, "LIST_TYPE_CONVERT")

    def test_unique(self):
        field = Array(Snowflake(), unique=True)
        self.assertTakes(field, ["1", 2], ["1", "2"])
        self.assertRefuses(field, ["1", 1], "SET_TYPE_ALREADY_CONTAINS_VALUE")

    def test_mistake_is_named_by_its_index(self):
        with self.assertRaises(RestError) as caught:
            parse(Object({"f": Array(Integer())}), {"f": [1, "x"]})
        self.assertEqual(list(caught.exception.errors["f"]), ["1"])

    def test_list_as_the_whole_body(self):
        self.assertEqual(parse(Array(Integer()), [1, 2]), [1, 2])


class Objects(unittest.TestCase):
    def test_null_only_where_allowed(self):
        schema = Object({"a": String(null=True), "b": String()})
        self.assertEqual(parse(schema, {"a": None}), {"a": None})
        with self.assertRaises(RestError) as caught:
            parse(schema, {"b": None})
        self.assertEqual(caught.exception.errors["b"]["_errors"][0]["code"], "BASE_TYPE_REQUIRED")
        with self.assertRaises(RestError) as caught:
            parse(Object({"inner": schema}), {"inner": {"b": None}})
        self.assertEqual(list(caught.exception.errors["inner"]), ["b"])

    def test_every_mistake_comes_at_once(self):
        inner = Object({"title": String(max=1)})
        schema = Object({"name": String(required=True), "embeds": Array(inner), "n": Integer()})
        with self.assertRaises(RestError) as caught:
            parse(schema, {"embeds": [{}, {"title": "xx"}], "n": "x"})
        payload = caught.exception.payload()
        self.assertEqual((payload["code"], payload["message"]), (50035, "Invalid Form Body"))
        self.assertEqual(set(payload["errors"]), {"name", "embeds", "n"})
        self.assertIn("_errors", payload["errors"]["embeds"]["1"]["title"])

    def test_tree_tells_of_a_place_or_of_what_is_in_it(self):
        error = {"code": "A", "message": "a"}
        for first, second in (((), ("x",)), (("x",), ("x", 0, "y")), (("x", 0, "y"), ("x",)), (("x",), ())):
            with self.subTest(first=first, second=second):
                errors = FormErrors()
                for path, code in ((first, "A"), (second, "B")):
                    errors.add(path, code, code.lower())
                expected = {"_errors": [error]}
                for step in reversed(first):
                    expected = {str(step): expected}
                self.assertEqual((errors.tree, errors.count), (expected, 2))

    def test_null_stands_for_the_default_where_it_is_allowed(self):
        schema = Object(
            {"a": Integer(null=True, default=1), "b": Integer(null=True), "c": Integer(default=3)}
        )
        self.assertEqual(parse(schema, {"a": None, "b": None}), {"a": 1, "b": None, "c": 3})
        with self.assertRaises(RestError) as caught:
            parse(schema, {"c": None})
        self.assertEqual(
            caught.exception.payload()["errors"]["c"]["_errors"][0]["code"], "BASE_TYPE_REQUIRED"
        )

    def test_defaults(self):
        schema = Object({"a": Integer(default=1), "b": Array(Integer(), default=list), "c": Integer()})
        first = parse(schema, {})
        self.assertEqual(first, {"a": 1, "b": []})
        self.assertIsNot(first["b"], parse(schema, {})["b"])

    def test_unknown_field_is_loud_and_named(self):
        schema = Object({"a": Object({"b": Integer()})})
        with self.assertRaisesRegex(NotModelled, r"'a\.c' \(value 5\)"):
            parse(schema, {"a": {"c": 5}})

    def test_ignored_field_is_dropped(self):
        self.assertEqual(parse(Object({}, ignore=("a",)), {"a": 1}), {})

    def test_what_is_no_record(self):
        with self.assertRaises(RestError) as caught:
            parse(Object({}), [])
        self.assertEqual(caught.exception.errors["_errors"][0]["code"], "MODEL_TYPE_CONVERT")

    def test_check_runs_once_the_fields_are_right(self):
        def check(body, path, errors):
            errors.add((*path, "a"), "ODD", "no")

        schema = Object({"o": Object({"a": Integer()}, check=check)})
        for value, code in ((1, "ODD"), ("x", "NUMBER_TYPE_COERCE")):
            with self.assertRaises(RestError) as caught:
                parse(schema, {"o": {"a": value}})
            (error,) = caught.exception.errors["o"]["a"]["_errors"]
            self.assertEqual(error["code"], code)

    def test_anything_stays_as_it_is(self):
        value = {"a": [1, {"b": None}]}
        self.assertIs(parse(Object({"f": Anything()}), {"f": value})["f"], value)

    def test_kind_without_rules_is_a_mistake_of_ours(self) -> None:
        with self.assertRaisesRegex(TypeError, "abstract class Field"):
            Field()  # type: ignore[abstract]


class Trees(unittest.TestCase):
    def test_one_mistake_by_its_dotted_path(self):
        tree = invalid("embeds.0.title", "X", "y").errors
        self.assertEqual(tree, {"embeds": {"0": {"title": {"_errors": [{"code": "X", "message": "y"}]}}}})

    def test_mistake_of_the_whole(self):
        self.assertEqual(invalid("", "X", "y").errors, {"_errors": [{"code": "X", "message": "y"}]})

    def test_two_mistakes_in_one_place(self):
        errors = FormErrors()
        errors.raise_if_any()
        errors.add(("a",), "X", "x")
        errors.add(("a",), "Y", "y")
        with self.assertRaises(RestError) as caught:
            errors.raise_if_any()
        self.assertEqual([error["code"] for error in caught.exception.errors["a"]["_errors"]], ["X", "Y"])
